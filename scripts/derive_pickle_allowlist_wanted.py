"""What the derivation of the pickle allowlist takes from each library, and which special methods were reviewed.

Everything here is named whole: a base class, a module, a name. `docs/pickle-allowlist.md` tells how to add to it.
"""

from __future__ import annotations

from typing import NamedTuple

SKIPPED = (
    "tests",
    "test_",
    "conftest",
    "externals",
    "_build",
    "_mocking",
    "mocking",
    "_testing",
    "testing",
    "estimator_checks",
)
"""Modules whose name begins like this in any part give nothing."""

HAZARDS = ("__new__", "__setstate__", "__del__", "__getattr__", "__getattribute__", "__setattr__", "__hash__")
"""Methods that run while a pickle is read, or when what it built is thrown away."""


class Wanted(NamedTuple):
    """What one profile takes from one package."""

    profile: str
    package: str
    below: tuple[str, ...] = ()
    """Packages that are walked; the whole package when there are none."""
    bases: tuple[str, ...] = ()
    """`module:name` of classes whose subclasses, and themselves, are listed under new."""
    modules: tuple[str, ...] = ()
    """Modules of which every class is listed under new."""
    new: tuple[str, ...] = ()
    """`module:name` of single classes to list under new where they exist."""
    ref: tuple[str, ...] = ()
    """`module:name` of single names to list under ref where they exist, under the module that defines them."""


TRANSFORMERS = (
    "albert",
    "bart",
    "beit",
    "bert",
    "bloom",
    "clip",
    "convnext",
    "deberta",
    "deberta_v2",
    "detr",
    "distilbert",
    "electra",
    "falcon",
    "gemma",
    "gemma2",
    "gpt2",
    "gpt_neo",
    "gpt_neox",
    "llama",
    "longformer",
    "mistral",
    "mixtral",
    "mobilebert",
    "mpnet",
    "mt5",
    "opt",
    "pegasus",
    "phi",
    "phi3",
    "qwen2",
    "resnet",
    "roberta",
    "segformer",
    "swin",
    "t5",
    "vit",
    "wav2vec2",
    "whisper",
    "xlm_roberta",
    "xlnet",
)
"""Model types of transformers whose classes are taken: the common ones, for there are hundreds."""

WANTED = (
    Wanted(
        "sklearn",
        "sklearn",
        bases=(
            "sklearn.base:BaseEstimator",
            "sklearn.gaussian_process.kernels:Kernel",
            "sklearn.metrics._scorer:_BaseScorer",
            "sklearn.metrics.scorer:_BaseScorer",
        ),
        modules=(
            "sklearn._loss.glm_distribution",
            "sklearn._loss.link",
            "sklearn._loss.loss",
            "sklearn.ensemble._gb_losses",
            "sklearn.ensemble._hist_gradient_boosting.loss",
            "sklearn.ensemble.gradient_boosting",
            "sklearn.linear_model._glm.distribution",
            "sklearn.linear_model._glm.link",
            "sklearn.model_selection._split",
            "sklearn.neural_network._stochastic_optimizers",
        ),
        new=(
            "sklearn.calibration:_CalibratedClassifier",
            "sklearn.calibration:_SigmoidCalibration",
            "sklearn.cluster._birch:_CFNode",
            "sklearn.cluster._birch:_CFSubcluster",
            "sklearn.cluster.birch:_CFNode",
            "sklearn.cluster.birch:_CFSubcluster",
            "sklearn.cluster._bisect_k_means:_BisectingTree",
            "sklearn.compose._column_transformer:_RemainderColsList",
            "sklearn.compose._column_transformer:make_column_selector",
            "sklearn.covariance._graph_lasso:_DictWithDeprecatedKeys",
            "sklearn.datasets.base:Bunch",
            "sklearn.ensemble._gb:VerboseReporter",
            "sklearn.ensemble._hist_gradient_boosting.predictor:TreePredictor",
            "sklearn.metrics._scorer:_MultimetricScorer",
            "sklearn.metrics._scorer:_PassthroughScorer",
            "sklearn.utils:Bunch",
            "sklearn.utils._bunch:Bunch",
            "sklearn.utils._metadata_requests:MetadataRequest",
            "sklearn.utils._metadata_requests:MetadataRouter",
            "sklearn.utils._metadata_requests:MethodMapping",
            "sklearn.utils._metadata_requests:MethodMetadataRequest",
            "sklearn.utils.deprecation:DeprecationDict",
        ),
        ref=(
            "sklearn.cluster._kmeans:_kmeans_single_elkan",
            "sklearn.cluster._kmeans:_kmeans_single_lloyd",
            "sklearn.cluster._kmeans:lloyd_iter_chunked_dense",
            "sklearn.feature_selection:chi2",
            "sklearn.feature_selection:f_classif",
            "sklearn.feature_selection:f_oneway",
            "sklearn.feature_selection:f_regression",
            "sklearn.feature_selection:mutual_info_classif",
            "sklearn.feature_selection:mutual_info_regression",
            "sklearn.feature_selection:r_regression",
            "sklearn.utils.validation:check_array",
        ),
    ),
    Wanted(
        "scipy-sparse", "scipy", below=("scipy.sparse",), bases=("scipy.sparse._base:_spbase", "scipy.sparse:spmatrix")
    ),
    Wanted(
        "torch-modules",
        "torch",
        below=("torch.nn.modules", "torch.nn.parallel.data_parallel", "torch.optim.swa_utils", "torch.nn.utils.prune"),
        bases=("torch.nn.modules.module:Module", "torch.nn.utils.prune:BasePruningMethod"),
        new=(
            "torch.nn.utils.spectral_norm:SpectralNorm",
            "torch.nn.utils.spectral_norm:SpectralNormLoadStateDictPreHook",
            "torch.nn.utils.spectral_norm:SpectralNormStateDictHook",
            "torch.nn.utils.weight_norm:WeightNorm",
            "torch.utils.data.dataset:TensorDataset",
        ),
    ),
    Wanted(
        "torch-optimizers",
        "torch",
        below=("torch.optim",),
        bases=(
            "torch.optim.optimizer:Optimizer",
            "torch.optim.lr_scheduler:LRScheduler",
            "torch.optim.lr_scheduler:_LRScheduler",
            "torch.optim.lr_scheduler:ReduceLROnPlateau",
        ),
    ),
    Wanted(
        "torch-quantized",
        "torch",
        below=(
            "torch.ao.nn",
            "torch.ao.quantization.fake_quantize",
            "torch.ao.quantization.observer",
            "torch.ao.quantization.stubs",
            "torch.nn.intrinsic",
            "torch.nn.qat",
            "torch.nn.quantized",
            "torch.quantization",
        ),
        bases=("torch.nn.modules.module:Module",),
    ),
    Wanted(
        "torchvision",
        "torchvision",
        below=("torchvision.models", "torchvision.ops"),
        bases=("torch.nn:Module", "torchvision.models.detection.image_list:ImageList"),
        new=("torchvision.models.detection.image_list:ImageList",),
    ),
    Wanted(
        "transformers-models",
        "transformers",
        below=(
            *(f"transformers.models.{name}" for name in TRANSFORMERS),
            "transformers.activations",
            "transformers.configuration_utils",
            "transformers.pytorch_utils",
        ),
        bases=(
            "torch.nn:Module",
            "transformers.configuration_utils:PreTrainedConfig",
            "transformers.configuration_utils:PretrainedConfig",
        ),
    ),
    Wanted(
        "transformers",
        "trl",
        bases=("transformers:TrainingArguments", "transformers.training_args:TrainingArguments"),
    ),
    Wanted(
        "transformers",
        "sentence_transformers",
        below=("sentence_transformers.training_args", "sentence_transformers.cross_encoder.training_args"),
        bases=("transformers:TrainingArguments",),
    ),
    Wanted("timm", "timm", below=("timm.models", "timm.layers"), bases=("torch.nn:Module",)),
    Wanted(
        "ultralytics",
        "ultralytics",
        below=("ultralytics.nn", "ultralytics.utils.loss"),
        bases=("torch.nn:Module",),
        new=("ultralytics.utils:IterableSimpleNamespace",),
    ),
    Wanted(
        "xgboost",
        "xgboost",
        below=("xgboost.sklearn",),
        bases=("xgboost.sklearn:XGBModel",),
        new=("xgboost.core:Booster",),
    ),
    Wanted(
        "lightgbm",
        "lightgbm",
        below=("lightgbm.sklearn",),
        bases=("lightgbm.sklearn:LGBMModel",),
        new=("lightgbm.basic:Booster",),
    ),
    Wanted("catboost", "catboost", below=("catboost.core",), bases=("catboost.core:_CatBoostBase",)),
    Wanted("imblearn", "imblearn", bases=("sklearn.base:BaseEstimator",)),
)

SCORE_ENDINGS = (
    "_coef",
    "_corrcoef",
    "_deviance",
    "_distances",
    "_error",
    "_gain",
    "_kernel",
    "_loss",
    "_ratio",
    "_score",
    "_similarity",
)
"""Ends of the names of functions in sklearn.metrics that scorers and kernels hold: numbers in, numbers out."""

REVIEWED = frozenset(
    {
        # Attributes of these dictionaries are their items; a stored state is ignored.
        *(
            f"sklearn.{module}:Bunch.{method}"
            for module in ("datasets.base", "utils", "utils._bunch")
            for method in ("__getattr__", "__setattr__", "__setstate__")
        ),
        # Warns about other versions, then updates the attributes.
        "sklearn.base:BaseEstimator.__setstate__",
        # Converts its node array to the item type of the platform.
        "sklearn.ensemble._hist_gradient_boosting.predictor:TreePredictor.__setstate__",
        # Asks the estimator inside, which is a listed object or constant itself.
        "sklearn.frozen._frozen:FrozenEstimator.__getattr__",
        # Builds an interpolation of two arrays.
        "sklearn.isotonic:IsotonicRegression.__setstate__",
        # Warn that the class is deprecated.
        "sklearn.linear_model._passive_aggressive:PassiveAggressiveClassifier.__new__",
        "sklearn.linear_model._passive_aggressive:PassiveAggressiveRegressor.__new__",
        "torch.nn.modules.container:Container.__new__",
        "torch.nn.modules.loss:NLLLoss2d.__new__",
        # Answers for a few fixed names of methods.
        "sklearn.utils._metadata_requests:MetadataRequest.__getattr__",
        # Renames the attributes that hold coordinates.
        "scipy.sparse._coo:coo_matrix.__setstate__",
        # Answers for single letters such as T.
        "scipy.sparse._base:spmatrix.__getattr__",
        "scipy.sparse.base:spmatrix.__getattr__",
        # Fill in attributes that older releases did not have.
        "torch.nn.modules.module:Module.__getattr__",
        "torch.nn.modules.module:Module.__setattr__",
        "torch.nn.modules.module:Module.__setstate__",
        "torch.nn.modules.activation:LogSoftmax.__setstate__",
        "torch.nn.modules.activation:MultiheadAttention.__setstate__",
        "torch.nn.modules.activation:Softmax.__setstate__",
        "torch.nn.modules.activation:Softmin.__setstate__",
        "torch.nn.modules.conv:_ConvNd.__setstate__",
        "torch.nn.modules.pooling:AvgPool3d.__setstate__",
        "torch.nn.modules.rnn:RNNBase.__setattr__",
        "torch.nn.modules.rnn:RNNBase.__setstate__",
        "torch.nn.modules.transformer:TransformerDecoderLayer.__setstate__",
        "torch.nn.modules.transformer:TransformerEncoderLayer.__setstate__",
        "torch.nn.modules.upsampling:Upsample.__setstate__",
        *(
            f"torch.optim.{module}.__setstate__"
            for module in (
                "adadelta:Adadelta",
                "adagrad:Adagrad",
                "adam:Adam",
                "adamax:Adamax",
                "adamw:AdamW",
                "asgd:ASGD",
                "nadam:NAdam",
                "optimizer:Optimizer",
                "radam:RAdam",
                "rmsprop:RMSprop",
                "rprop:Rprop",
                "sgd:SGD",
            )
        ),
        "torch.optim:Adafactor.__setstate__",
        # Look up other names of some attributes.
        "transformers.configuration_utils:PreTrainedConfig.__getattribute__",
        "transformers.configuration_utils:PreTrainedConfig.__setattr__",
        "transformers.configuration_utils:PretrainedConfig.__getattribute__",
        "transformers.configuration_utils:PretrainedConfig.__setattr__",
        "transformers.integrations.heterogeneity.configuration_utils:HeterogeneousConfigMixin.__getattribute__",
        # Say in a message which attribute is missing.
        "ultralytics.utils:IterableSimpleNamespace.__getattr__",
        # Pack weights in native code: these classes stand in native profiles.
        "torch.ao.nn.quantized.modules.conv:_ConvNd.__setstate__",
        "torch.ao.nn.sparse.quantized.linear:LinearPackedParams.__setstate__",
        "torch.nn.quantized.dynamic.modules.rnn:PackedParameter.__setstate__",
        "torch.nn.quantized.modules.conv:_ConvNd.__setstate__",
        "torch.nn.quantized.modules.linear:LinearPackedParams.__setstate__",
        # Read a model from bytes or text in native code, and free what they read: native profiles.
        "catboost.core:_CatBoostBase.__setstate__",
        "lightgbm.basic:Booster.__del__",
        "lightgbm.basic:Booster.__setstate__",
        "xgboost.core:Booster.__del__",
        "xgboost.core:Booster.__setstate__",
    }
)
"""`module:class.method` of special methods that listed classes may have: each was read, and does what the comment above
it says and no more."""
