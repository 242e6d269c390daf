"""What scikit-learn, joblib and skops write: fitted estimators in pickle, in joblib with each compression, in skops."""

# The frameworks stand in an environment of their own, so their types are not known here.
# mypy: disable-error-code="import-not-found,misc,no-untyped-call"

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import skops.io
from sklearn import (
    calibration,
    cluster,
    compose,
    decomposition,
    discriminant_analysis,
    dummy,
    ensemble,
    feature_extraction,
    feature_selection,
    gaussian_process,
    impute,
    isotonic,
    kernel_ridge,
    linear_model,
    mixture,
    model_selection,
    multiclass,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    svm,
    tree,
)

COMPRESSIONS: tuple[Any, ...] = (0, 3, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3))


def classifiers() -> dict[str, Any]:
    """Estimators that learn two classes."""
    logistic = linear_model.LogisticRegression()
    columns = compose.ColumnTransformer([("s", preprocessing.StandardScaler(), [0, 1]), ("p", "passthrough", [2])])
    boosting = ensemble.HistGradientBoostingClassifier(max_iter=2, max_leaf_nodes=3, min_samples_leaf=2)
    grid = model_selection.GridSearchCV(linear_model.LogisticRegression(), {"C": [0.1, 1.0]}, cv=2)
    estimators = [("l", logistic), ("t", tree.DecisionTreeClassifier(max_depth=2))]
    return {
        "logistic": logistic,
        "logistic-cv": linear_model.LogisticRegressionCV(Cs=2, cv=2),
        "sgd": linear_model.SGDClassifier(random_state=0),
        "perceptron": linear_model.Perceptron(),
        "ridge-classifier": linear_model.RidgeClassifier(),
        "tree": tree.DecisionTreeClassifier(max_depth=3),
        "extra-tree": tree.ExtraTreeClassifier(max_depth=2, random_state=0),
        "forest": ensemble.RandomForestClassifier(3, max_depth=2, random_state=0),
        "extra-trees": ensemble.ExtraTreesClassifier(3, max_depth=2, random_state=0),
        "boosting": ensemble.GradientBoostingClassifier(n_estimators=2, max_depth=2),
        "hist-boosting": boosting,
        "ada-boost": ensemble.AdaBoostClassifier(n_estimators=2),
        "bagging": ensemble.BaggingClassifier(n_estimators=2, random_state=0),
        "voting": ensemble.VotingClassifier(estimators),
        "stacking": ensemble.StackingClassifier(estimators, cv=2),
        "svc": svm.SVC(probability=False),
        "linear-svc": svm.LinearSVC(),
        "nu-svc": svm.NuSVC(),
        "neighbors": neighbors.KNeighborsClassifier(2, algorithm="kd_tree"),
        "neighbors-ball": neighbors.KNeighborsClassifier(2, algorithm="ball_tree"),
        "neighbors-brute": neighbors.KNeighborsClassifier(2, algorithm="brute"),
        "centroid": neighbors.NearestCentroid(),
        "gaussian-nb": naive_bayes.GaussianNB(),
        "bernoulli-nb": naive_bayes.BernoulliNB(),
        "perceptrons": neural_network.MLPClassifier((3,), max_iter=5),
        "gaussian-process": gaussian_process.GaussianProcessClassifier(),
        "lda": discriminant_analysis.LinearDiscriminantAnalysis(),
        "qda": discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1),
        "dummy": dummy.DummyClassifier(),
        "one-vs-rest": multiclass.OneVsRestClassifier(logistic),
        "calibrated": calibration.CalibratedClassifierCV(linear_model.LogisticRegression(), cv=2),
        "calibrated-isotonic": calibration.CalibratedClassifierCV(svm.LinearSVC(), method="isotonic", cv=2),
        "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), logistic),
        "pipeline-columns": pipeline.Pipeline([("c", columns), ("l", linear_model.LogisticRegression())]),
        "grid-search": grid,
        "random-search": model_selection.RandomizedSearchCV(
            logistic, {"C": [0.1, 1.0]}, n_iter=1, cv=2, random_state=0
        ),
        "select-k": pipeline.make_pipeline(feature_selection.SelectKBest(k=2), linear_model.LogisticRegression()),
        "select-model": feature_selection.SelectFromModel(logistic),
        "rfe": feature_selection.RFE(logistic, n_features_to_select=2),
    }


def others() -> dict[str, Any]:
    """Regressors, clusterings and transformers."""
    return {
        "linear": linear_model.LinearRegression(),
        "ridge": linear_model.Ridge(),
        "lasso": linear_model.Lasso(),
        "elastic-net": linear_model.ElasticNet(),
        "huber": linear_model.HuberRegressor(),
        "poisson": linear_model.PoissonRegressor(),
        "bayesian": linear_model.BayesianRidge(),
        "sgd-regressor": linear_model.SGDRegressor(),
        "svr": svm.SVR(),
        "tree-regressor": tree.DecisionTreeRegressor(max_depth=2),
        "forest-regressor": ensemble.RandomForestRegressor(2, max_depth=2),
        "boosting-regressor": ensemble.GradientBoostingRegressor(n_estimators=2, max_depth=2),
        "hist-regressor": ensemble.HistGradientBoostingRegressor(max_iter=2, max_leaf_nodes=3, min_samples_leaf=2),
        "neighbors-regressor": neighbors.KNeighborsRegressor(2),
        "perceptrons-regressor": neural_network.MLPRegressor(hidden_layer_sizes=(3,), max_iter=5),
        "gaussian-regressor": gaussian_process.GaussianProcessRegressor(),
        "kernel-ridge": kernel_ridge.KernelRidge(),
        "isolation-forest": ensemble.IsolationForest(n_estimators=2, random_state=0),
        "outliers": neighbors.LocalOutlierFactor(2, novelty=True),
        "one-class": svm.OneClassSVM(),
        "k-means": cluster.KMeans(2, n_init=1),
        "mini-batch-k-means": cluster.MiniBatchKMeans(2, n_init=1),
        "dbscan": cluster.DBSCAN(),
        "agglomerative": cluster.AgglomerativeClustering(2),
        "mixture": mixture.GaussianMixture(2),
        "pca": decomposition.PCA(2),
        "svd": decomposition.TruncatedSVD(2),
        "nmf": decomposition.NMF(2, max_iter=5),
        "scaler": preprocessing.StandardScaler(),
        "min-max": preprocessing.MinMaxScaler(),
        "robust": preprocessing.RobustScaler(),
        "quantile": preprocessing.QuantileTransformer(n_quantiles=5),
        "power": preprocessing.PowerTransformer(),
        "polynomial": preprocessing.PolynomialFeatures(),
        "normalizer": preprocessing.Normalizer(),
        "bins": preprocessing.KBinsDiscretizer(2),
        "imputer": impute.SimpleImputer(),
        "knn-imputer": impute.KNNImputer(),
        "function": preprocessing.FunctionTransformer(np.log1p),
        "variance": feature_selection.VarianceThreshold(),
    }


def texts() -> dict[str, Any]:
    """Estimators of words and labels, fitted."""
    words = ["the cat os.system", "a dog eval", "the dog"]
    vectors = feature_extraction.text.TfidfVectorizer()
    return {
        "tf-idf": feature_extraction.text.TfidfVectorizer().fit(words),
        "count": feature_extraction.text.CountVectorizer(ngram_range=(1, 2)).fit(words),
        "hashing": feature_extraction.text.HashingVectorizer(n_features=8).fit(words),
        "text-pipeline": pipeline.make_pipeline(vectors, linear_model.LogisticRegression()).fit(words, [0, 1, 0]),
        "text-bayes": pipeline.make_pipeline(vectors, naive_bayes.MultinomialNB()).fit(words, [0, 1, 0]),
        "dictionary": feature_extraction.DictVectorizer().fit([{"a": 1}, {"b": 2}]),
        "labels": preprocessing.LabelEncoder().fit(["x", "y"]),
        "binarizer": preprocessing.LabelBinarizer().fit(["x", "y", "z"]),
        "one-hot": preprocessing.OneHotEncoder().fit([["a", 1], ["b", 2]]),
        "ordinal": preprocessing.OrdinalEncoder().fit([["a"], ["b"]]),
        "isotonic": isotonic.IsotonicRegression().fit([1, 2, 3], [1, 3, 2]),
    }


def fitted() -> dict[str, Any]:
    """All estimators, fitted to a few rows."""
    rng = np.random.default_rng(0)
    x = np.abs(rng.normal(size=(24, 3)))
    y = (x[:, 0] > np.median(x[:, 0])).astype(int)
    learned = {name: model.fit(x, y) for name, model in {**classifiers(), **others()}.items()}
    return {**learned, **texts()}


def _numpy(folder: Path) -> None:
    """Arrays in joblib."""
    joblib.dump(np.eye(3), folder / "array.joblib")
    joblib.dump({"a": np.zeros((0, 2)), "b": [np.arange(3), "x"]}, folder / "arrays.joblib")
    joblib.dump(np.array(["a", None], dtype=object), folder / "array-object.joblib")
    joblib.dump(np.asfortranarray(np.eye(3)), folder / "array-fortran.joblib", compress=3)


def write(root: Path) -> None:
    """Write all files of scikit-learn."""
    folder, archives = root / "benign" / "sklearn", root / "benign" / "skops"
    for place in (folder, archives):
        place.mkdir(parents=True, exist_ok=True)
    models = fitted()
    for number, (name, model) in enumerate(models.items()):
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(model, 4 if number % 3 else 5))
        joblib.dump(model, folder / f"{name}.joblib", compress=COMPRESSIONS[number % len(COMPRESSIONS)])
    (folder / "pipeline-protocol-0.pkl").write_bytes(pickle.dumps(models["pipeline"], 0))
    (folder / "forest-protocol-2.pkl").write_bytes(pickle.dumps(models["forest"], 2))
    for compression in COMPRESSIONS:
        name = compression[0] if isinstance(compression, tuple) else f"level-{compression}"
        joblib.dump(models["forest"], folder / f"forest-{name}.joblib", compress=compression)
    for suffix in ("gz", "bz2", "xz", "lzma", "z"):
        joblib.dump(models["pipeline"], folder / f"pipeline.pkl.{suffix}")
    _numpy(folder)
    for name in (
        "logistic",
        "pipeline",
        "forest",
        "k-means",
        "tf-idf",
        "svc",
        "pca",
        "grid-search",
        "scaler",
        "one-hot",
    ):
        skops.io.dump(models[name], archives / f"{name}.skops")
