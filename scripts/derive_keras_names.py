"""Print attest/scanning/data/keras_names.json: what a Keras configuration may name.

Run where the releases are trusted: with tf_keras and tensorflow installed, and a folder for each release of Keras 3
(`pip install --no-deps --target DIR keras==VERSION`):

    python scripts/derive_keras_names.py DIR [DIR …] > attest/scanning/data/keras_names.json

Every name is exact. What takes a path, a URL, code, or another object's configuration as text is left out by name here,
so that a new release adds nothing of that kind unseen: review the difference.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

Pair = tuple[str, str]
# Modules of Keras 3 whose public classes a model is made of.
PUBLIC = (
    "keras", "keras.models", "keras.layers", "keras.losses", "keras.metrics", "keras.optimizers",
    "keras.optimizers.legacy", "keras.optimizers.schedules", "keras.initializers", "keras.regularizers",
    "keras.constraints", "keras.dtype_policies", "keras.quantizers", "keras.random", "keras.distillation",
    "keras._legacy.layers", "keras._legacy.losses",
)  # fmt: skip
FUNCTIONS = ("keras.activations", "keras.losses", "keras.metrics", "keras.ops", "keras.ops.image", "keras.ops.nn",
             "keras.ops.numpy", "keras.ops.linalg", "keras.initializers", "keras.regularizers",
             "keras.constraints")  # fmt: skip
# Code, files, or other frameworks' objects; and what is no part of a model.
NO_CLASS = frozenset({
    "Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "NnxLayer", "Function", "Operation",
    "KerasTensor", "StatelessScope", "SymbolicScope", "RematScope", "Variable", "name_scope", "TFOpLambda",
    "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty", "TensorFlowOpLayer", "KerasSaveable",
    "ExportArchive", "KerasFileEditor",
})  # fmt: skip
# Operators that take a function.
NO_OPERATOR = frozenset({
    "Map", "Scan", "AssociativeScan", "WhileLoop", "Cond", "ForiLoop", "Switch", "VectorizedMap", "Vectorize", "PyFunc",
})  # fmt: skip
NO_FUNCTION = frozenset({
    "get", "serialize", "deserialize", "map", "scan", "associative_scan", "while_loop", "cond", "fori_loop", "switch",
    "vectorized_map", "vectorize", "custom_gradient", "convert_to_numpy", "apply_along_axis", "piecewise", "jit",
    "custom_jvp", "clone_metric", "clone_metrics", "apply_over_axes", "fromfunction", "deserialize_keras_object",
})  # fmt: skip
# Of `keras.src`, the modules below these hold parts of models.
PARTS = (
    "keras.src.layers.", "keras.src.ops.", "keras.src.models.", "keras.src.losses.", "keras.src.metrics.",
    "keras.src.optimizers.", "keras.src.initializers.", "keras.src.regularizers.", "keras.src.constraints.",
    "keras.src.dtype_policies.", "keras.src.quantizers.", "keras.src.activations.", "keras.src.applications.",
    "keras.src.trainers.compile_utils", "keras.src.random.", "keras.src.legacy.layers", "keras.src.legacy.losses",
    "keras.src.distillation.", "keras.src.utils.feature_space", "keras.src.backend.random", "keras.src.random",
)  # fmt: skip
# Functions of TensorFlow that take tensors and give tensors.
TF_MODULES = (
    "", "math", "math.special", "nn", "nn.experimental", "linalg", "linalg.experimental", "signal", "image", "strings",
    "bitwise", "sets", "sparse", "ragged", "random", "random.experimental", "quantization", "__operators__", "dtypes",
    "audio", "experimental.numpy", "experimental.numpy.random", "debugging", "io",
)  # fmt: skip
TF_IO = frozenset({
    "decode_and_crop_jpeg", "decode_base64", "decode_bmp", "decode_compressed", "decode_csv", "decode_gif",
    "decode_image", "decode_jpeg", "decode_png", "decode_raw", "decode_webp", "encode_base64", "encode_jpeg",
    "encode_png", "extract_jpeg_shape", "is_jpeg", "parse_tensor", "serialize_tensor",
})  # fmt: skip
NO_TF = frozenset({
    "case", "cond", "while_loop", "switch_case", "map_fn", "foldl", "foldr", "scan", "vectorized_map", "py_function",
    "py_func", "numpy_function", "print", "Print", "function", "load_library", "load_op_library",
    "load_file_system_library", "import_graph_def", "custom_gradient", "gradients", "hessians", "recompute_grad",
    "grad_pass_through", "nondifferentiable_batch_function", "register_tensor_conversion_function", "init_scope",
    "control_dependencies", "device", "name_scope", "variable_creator_scope", "make_ndarray", "make_tensor_proto",
    "make_template", "configure_and_initialize_global_tpu", "shutdown_tpu_system", "copy_to_mesh", "copy_to_mesh_grad",
    "get_logger", "executing_eagerly", "inside_function", "timestamp", "no_op", "no_gradient", "group", "relayout",
    "relayout_like", "delete_rpc_future_resource", "d_tensor_restore_v2", "d_tensor_set_global_tpu_array",
    "dynamic_rnn",
    "bidirectional_dynamic_rnn", "static_rnn", "static_state_saving_rnn", "static_bidirectional_rnn", "raw_rnn",
    "read_file", "write_file", "matching_files", "initialize_all_tables", "initialize_all_variables",
    "enable_check_numerics", "disable_check_numerics", "enable_traceback_filtering", "disable_traceback_filtering",
    "is_traceback_filtering_enabled", "set_log_device_placement", "get_log_device_placement",
    "experimental_enable_numpy_behavior", "check_preemption", "map_flat_values", "map_values", "sparse_read",
    "get_global_generator", "set_global_generator", "create_rng_state", "set_seed", "set_random_seed", "get_seed",
    "seed", "enable_dump_debug_info", "disable_dump_debug_info", "disable_eager_execution", "enable_eager_execution",
    "is_symbolic_tensor", "get_variable", "get_session_handle", "get_session_tensor", "delete_session_tensor",
    "numpy_text", "fixed_unigram_candidate_sampler", "xla_call_module", "xla_custom_call", "xla_custom_call_v2",
    "xla_send", "xla_recv", "xla_launch", "xla_launch_v2", "xla_while", "xla_if", "get_current_name_scope",
    "wrap_function",
})  # fmt: skip
NO_TF_PREFIX = ("rpc_", "get_collection", "add_to_collection", "global_", "local_", "report_", "initialize_",
                "enable_", "disable_", "trainable_", "model_variables", "moving_average", "variable", "all_variables",
                "fixed_size_partitioner", "min_max_variable", "placeholder", "xla_")  # fmt: skip
# Texts that stand for objects, beside the names of the classes and functions.
ALIASES = ("accuracy", "acc", "crossentropy", "ce", "linear", "swish", "bce", "BCE", "mse", "MSE", "mae", "MAE", "mape",
           "MAPE", "msle", "MSLE", "kld", "KLD", "cosine_proximity", "cosine", "one", "zero", "uniform", "normal",
           "l1", "l2", "l1_l2", "L1L2", "non_neg", "unit_norm", "max_norm", "min_max_norm", "hard_silu", "relu6",
           "lecun_uniform", "lecun_normal", "he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "orthogonal",
           "identity", "zeros", "ones", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
           "rmsprop", "sgd", "adam", "adamax", "adagrad", "adadelta", "nadam", "ftrl", "adamw", "lion", "adafactor",
           "jaccard_distance", "log_cosh", "logcosh", "kullback_leibler_divergence")  # fmt: skip
# Classes of Keras 2 that later releases dropped, and how TensorFlow writes shapes and types.
OLD = ("CuDNNLSTM", "CuDNNGRU", "BatchNormalizationV1", "BatchNormalizationV2", "LSTMV2", "GRUV2", "AddV2", "Merge_",
       "PolicyV1", "LocallyConnected1D", "LocallyConnected2D", "ThresholdedReLU", "RandomHeight", "RandomWidth",
       "UpSampling1D", "UpSampling2D", "UpSampling3D", "Convolution1D", "Convolution2D", "Convolution3D",
       "SeparableConvolution2D", "Deconvolution2D", "Deconvolution3D", "AtrousConvolution2D", "MeanMetricWrapper",
       "LossFunctionWrapper", "SumOverBatchSizeMetricWrapper", "TFOptimizer")  # fmt: skip
TYPE_SPECS = ("TensorSpec", "RaggedTensorSpec", "SparseTensorSpec", "IndexedSlicesSpec")


def modules_below(package: ModuleType) -> None:
    """Import everything below a package, so that its classes are known; what needs other packages is left out."""
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "test" not in info.name:
            try:
                importlib.import_module(info.name)
            except Exception:  # noqa: BLE001, S112
                continue


def subclasses(base: type) -> Iterator[type]:
    """All classes derived from one."""
    found: type
    for found in type.__subclasses__(base):
        yield found
        yield from subclasses(found)


def keras_3() -> dict[str, Any]:
    """Classes, functions and texts of the release of Keras 3 that is installed here."""
    keras: Any = importlib.import_module("keras")
    api_export: Any = importlib.import_module("keras.src.api_export")
    modules_below(importlib.import_module("keras.src"))
    classes: set[Pair] = set()
    functions: set[Pair] = set()
    names = getattr(api_export, "REGISTERED_NAMES_TO_OBJS", None) or dict(_walked())
    for path, value in names.items():
        module, _, name = path.rpartition(".")
        if inspect.isclass(value) and module in PUBLIC and name not in NO_CLASS:
            classes.add((module, name))
        elif not inspect.isclass(value) and callable(value) and module in FUNCTIONS and name not in NO_FUNCTION:
            functions.add((module, name))
    for module in PUBLIC:
        for name, value in _public(module):
            if inspect.isclass(value) and name not in NO_CLASS:
                classes.add((module, name))
    for found in (found for base in _bases_3(keras) for found in subclasses(base)):
        if found.__module__.startswith(PARTS) and found.__name__ not in NO_CLASS | NO_OPERATOR:
            classes.add((found.__module__, found.__name__))
    texts = set()
    for part in ("activations", "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints"):
        texts |= set(getattr(importlib.import_module(f"keras.src.{part}"), "ALL_OBJECTS_DICT", {}))
    return {"version": f"keras {keras.__version__}", "classes": sorted(classes), "functions": sorted(functions),
            "texts": sorted(str(text) for text in texts - NO_FUNCTION if text)}  # fmt: skip


def _bases_3(keras: Any) -> list[type]:
    """What all parts of a model are derived from; before Keras 3.3 there was no common base."""
    try:
        return [importlib.import_module("keras.src.saving.keras_saveable").KerasSaveable]
    except ImportError:
        operation = importlib.import_module("keras.src.ops.operation").Operation
        return [operation, keras.Loss, keras.Metric, keras.Optimizer, keras.Initializer, keras.Regularizer,
                keras.constraints.Constraint, keras.optimizers.schedules.LearningRateSchedule]  # fmt: skip


def _walked() -> Iterator[tuple[str, object]]:
    for module in (*PUBLIC, *FUNCTIONS):
        for name, value in _public(module):
            yield f"{module}.{name}", value


def _public(module: str) -> Iterable[tuple[str, object]]:
    try:
        found = importlib.import_module(module)
    except ImportError:
        return ()
    return ((name, value) for name, value in vars(found).items() if not name.startswith("_"))


def keras_2() -> dict[str, Any]:
    """The same of tf_keras, which is Keras 2; its modules as Keras 2.12 to 2.15 called them, too."""
    tensorflow: Any = importlib.import_module("tensorflow")
    tf_keras: Any = importlib.import_module("tf_keras")
    exported: Any = importlib.import_module("tensorflow.python.util.tf_export")
    modules_below(importlib.import_module("tf_keras.src"))
    classes: set[Pair] = set()
    unqualified: set[str] = set()
    bases = _bases_2()
    for base in bases:
        for found in (base, *subclasses(base)):
            name, module = found.__name__, found.__module__
            if not module.startswith("tf_keras.src.") or name in NO_CLASS or name.startswith("_"):
                continue
            unqualified.add(name)
            tail = module.removeprefix("tf_keras.src.")
            classes |= {(f"{package}.{tail}", name) for package in ("tf_keras.src", "keras.src", "keras")}
            for public in {
                exported.get_canonical_name_for_symbol(found, api_name="keras"),
                *getattr(found, "_keras_api_names", ()), *getattr(found, "_keras_api_names_v1", ()),
            } - {None}:  # fmt: skip
                classes.add((public.rpartition(".")[0], public.rpartition(".")[2]))
    functions = {("builtins", name) for part in ("activations", "losses", "metrics") for name in _functions_2(part)}
    functions |= {
        (f"{package}.{part}", name)
        for part in ("activations", "losses", "metrics")
        for name in _functions_2(part)
        for package in ("keras", "tf_keras")
    }
    texts = {name for _, name in functions} | {
        value for part in ("initializers", "optimizers") for value in _texts_2(part)
    }
    return {"version": f"tf_keras {tf_keras.__version__}", "tensorflow": f"tensorflow {tensorflow.__version__}",
            "classes": sorted(classes), "functions": sorted(functions), "texts": sorted(texts),
            "unqualified": sorted(unqualified), "tf": tf_functions(), "registered": registered_2()}  # fmt: skip


def registered_2() -> list[str]:
    """Under which names Keras 2 registered its own classes, as it registers those of its users."""
    registration = importlib.import_module("tf_keras.src.saving.object_registration")
    own: dict[str, type] = registration._GLOBAL_CUSTOM_OBJECTS  # noqa: SLF001
    return sorted(name for name, value in own.items() if value.__module__.startswith("tf_keras.src."))


def _bases_2() -> list[type]:
    def base(module: str, name: str) -> type:
        found: type = getattr(importlib.import_module(f"tf_keras.src.{module}"), name)
        return found

    return [base("engine.base_layer", "Layer"), base("losses", "Loss"), base("metrics.base_metric", "Metric"),
            base("optimizers.optimizer", "_BaseOptimizer"), base("optimizers.legacy.optimizer_v2", "OptimizerV2"),
            base("optimizers.optimizer_v1", "Optimizer"), base("initializers.initializers", "Initializer"),
            base("initializers.initializers_v1", "RandomNormal"), base("initializers.initializers_v1", "RandomUniform"),
            base("regularizers", "Regularizer"), base("constraints", "Constraint"),
            base("optimizers.schedules.learning_rate_schedule", "LearningRateSchedule"),
            base("mixed_precision.policy", "Policy")]  # fmt: skip


def _functions_2(part: str) -> set[str]:
    module = importlib.import_module(f"tf_keras.src.{part}")
    return {name for name, value in vars(module).items()
            if inspect.isfunction(value) and value.__module__.startswith(f"tf_keras.src.{part}")
            and not name.startswith("_") and name not in NO_FUNCTION} | {
            name for name, value in vars(module).items()
            if inspect.isfunction(value) and part == "metrics" and value.__module__ == "tf_keras.src.losses"
            and not name.startswith("_") and name not in NO_FUNCTION}  # fmt: skip


def _texts_2(part: str) -> set[str]:
    if part == "optimizers":
        return {"adadelta", "adagrad", "adam", "adamax", "experimentaladadelta", "experimentaladam", "nadam",
                "rmsprop", "sgd", "ftrl", "adamw", "adafactor"}  # fmt: skip
    module = importlib.import_module("tf_keras.src.initializers")
    module.populate_deserializable_objects()
    return {str(name) for name in module.LOCAL.ALL_OBJECTS if name not in NO_FUNCTION}


def tf_functions() -> list[str]:
    """Names of functions of TensorFlow that only compute, as TFOpLambda writes them."""
    exported: Any = importlib.import_module("tensorflow.python.util.tf_export")
    found: set[str] = set()
    for path, value in exported._NAME_TO_SYMBOL_MAPPING.items():  # noqa: SLF001
        plain = path.removeprefix("compat.v1.")
        module, _, name = plain.rpartition(".")
        if module not in TF_MODULES or inspect.isclass(value) or not callable(value) or name in NO_TF:
            continue
        if name.startswith(NO_TF_PREFIX) or (module == "io" and name not in TF_IO):
            continue
        if module == "debugging" and not name.startswith(("assert_", "check_numerics")):
            continue
        found.add(path)
    return sorted(found)


def table(pairs: Iterable[Iterable[str]]) -> dict[str, list[str]]:
    """Pairs by module."""
    found: dict[str, list[str]] = {}
    for module, name in sorted({tuple(pair) for pair in pairs}):
        found.setdefault(module, []).append(name)
    return found


TORCH_OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "Lion", "Nadam", "RMSprop", "SGD")
"""On the torch backend Keras puts classes of its own, from modules of these names, in place of its optimizers."""


def merge(dumps: list[dict[str, Any]]) -> dict[str, Any]:
    """One document of what all releases have."""
    classes = [pair for dump in dumps for pair in dump["classes"]]
    classes += [(f"keras.src.backend.torch.optimizers.torch_{name.lower()}", name) for name in TORCH_OPTIMIZERS]
    functions = [pair for dump in dumps for pair in dump["functions"]]
    plain = {name for _, name in functions if name not in NO_FUNCTION}
    functions += [("builtins", name) for module, name in functions
                  if module in {"keras.activations", "keras.losses", "keras.metrics", "keras.initializers",
                                "keras.regularizers", "keras.constraints"}]  # fmt: skip
    own = {name for _, name in classes}
    unqualified = {name for dump in dumps for name in dump.get("unqualified", ())} | own | set(OLD)
    texts = {text for dump in dumps for text in dump["texts"]} | set(ALIASES) | own | plain
    last = dumps[-1]
    return {
        "derived-from": sorted({dump["version"] for dump in dumps} | {last["tensorflow"]}),
        "derivation": "scripts/derive_keras_names.py",
        "classes": table(classes),
        "functions": table(functions),
        "unqualified": sorted(unqualified - NO_CLASS),
        "registered": last["registered"],
        "texts": sorted(texts - NO_CLASS - NO_FUNCTION),
        "tensorflow-functions": last["tf"],
        "type-specs": list(TYPE_SPECS),
    }


def dump(which: str, folder: str = "") -> dict[str, Any]:
    """What one release has, from a process of its own."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1",
                   "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": folder}  # fmt: skip
    done = subprocess.run(
        [sys.executable, __file__, which], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Dump one release, or merge all."""
    if sys.argv[1:2] == ["--keras-3"]:
        print(json.dumps(keras_3()))
    elif sys.argv[1:2] == ["--keras-2"]:
        print(json.dumps(keras_2()))
    else:
        dumps = [dump("--keras-3", folder) for folder in ("", *sys.argv[1:])] + [dump("--keras-2")]
        print(json.dumps(merge(dumps), indent=1))


if __name__ == "__main__":
    main()
