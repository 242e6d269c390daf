"""What an R object may name: functions that formulas and fitted models are made of, namespaces, representations.

Sources: R 4.5 `stats`, `splines`; documentation of survival, mgcv, lme4, nlme, nnet, rpart and MASS; `altclasses.c`.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTIONS = _words(
    """
    ~ + - * / ^ ** %% %/% %in% %*% : ( | || & && ! == != < > <= >= [ [[ $
    I abs acos acosh asin asinh atan atan2 atanh c cbind ceiling cos cosh cospi exp expm1 floor gamma is.na lgamma list
    log log10 log1p log2 max min nchar pmax pmin pnorm qnorm rep rev round seq seq_len sign sin sinh sinpi sqrt sum mean
    tan tanh trunc
    as.character as.Date as.double as.factor as.integer as.logical as.numeric as.ordered cut data.frame
    factor ifelse interaction is.factor matrix nlevels offset ordered relevel reorder scale
    bs ns poly polym contr.treatment contr.sum contr.helmert contr.poly
    s te ti t2 lo random cluster frailty pspline strata Surv tt ridge
    acf aov ar arima cmdscale cutree density dist factanal fivenum glm glm.control hclust HoltWinters isoreg kmeans
    ksmooth lm loess loess.control lowess mad manova median nlm nls ppr prcomp princomp quantile smooth.spline
    spline splinefun stl StructTS supsmu terms ts var
    binomial gaussian Gamma inverse.gaussian poisson quasi quasibinomial quasipoisson negative.binomial nb betar tw
    bam gam gamm gls glm.nb glmer glmmTMB glmnet cv.glmnet lda lme lmer lqs mda multinom nlme nnet polr qda randomForest
    ranger rlm rpart rpart.control svm knn naiveBayes coxph coxph.control survfit survreg zeroinfl hurdle
    na.omit na.exclude na.fail na.pass TRUE FALSE T F pi
    """
)
"""Functions that a call in the file may name."""

NAMESPACES = frozenset({"base", "datasets", "graphics", "grDevices", "methods", "stats", "utils"})
"""Packages that every R session has loaded already."""

ALTERNATIVES = frozenset(
    (name, "base")
    for name in _words(
        """
        compact_intseq compact_realseq deferred_string wrap_complex wrap_integer wrap_list wrap_logical wrap_raw
        wrap_real wrap_string
        """
    )
)
"""Representations of R itself that hold nothing but data, with the package that makes them."""
