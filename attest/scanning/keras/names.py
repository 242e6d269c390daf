"""The names that a Keras configuration may hold, as data: exact, with the derivation beside it.

The lists stand in `data/keras_names.json` (classes and functions by module, as Keras writes them) and, for single
operators of TensorFlow, in `data/tf_operators.json`. What carries code is named here.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files

# Layers and objects that run Python code from the file, or load another program.
CODE = frozenset({
    "Lambda", "__lambda__", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer", "NnxLayer", "PyFunc",
})  # fmt: skip
# Values that are written as objects: no class is looked up for them (Keras `serialization_lib.py`, `json_utils.py`).
VALUES = frozenset({
    "__tensor__", "__numpy__", "__bytes__", "__slice__", "__ellipsis__", "__keras_tensor__", "__tuple__", "TensorShape",
    "CompositeTensor",
})  # fmt: skip
# Layers that stand for one function, attribute or operator of TensorFlow (Keras 2 `tf_op_layer.py`).
OPERATIONS = frozenset({
    "TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty", "TensorFlowOpLayer",
})  # fmt: skip
OPERATION_MODULES = frozenset({
    f"{package}.{module}"
    for package in ("keras", "keras.src", "tf_keras.src")
    for module in ("layers.core.tf_op_layer", "engine.base_layer")
})  # fmt: skip
ATTRIBUTES = frozenset({
    "values", "flat_values", "row_splits", "nested_row_splits", "value_rowids", "nested_value_rowids", "nrows",
    "row_starts", "row_limits", "row_lengths", "nested_row_lengths", "bounding_shape", "with_values",
    "with_flat_values", "with_row_splits_dtype", "merge_dims", "to_tensor", "to_sparse", "indices", "dense_shape",
    "shape", "dtype", "rank", "ragged_rank",
})  # fmt: skip
CLASS_METHODS = frozenset({
    (kind, method)
    for kind in ("RaggedTensor", "compat.v1.RaggedTensor")
    for method in (
        "from_row_lengths", "from_row_splits", "from_row_starts", "from_row_limits", "from_value_rowids", "from_tensor",
        "from_sparse", "from_nested_row_lengths", "from_nested_row_splits", "from_nested_value_rowids",
        "from_uniform_row_length",
    )
})  # fmt: skip
TYPE_SPECS = frozenset({
    "tf.TensorSpec", "tf.RaggedTensorSpec", "tf.SparseTensorSpec", "tf.NoneTensorSpec", "tf.RowPartitionSpec",
    "tf.BoundedTensorSpec", "tf.TensorArraySpec",
})  # fmt: skip
TYPE_SPEC_MODULES = frozenset({
    "tensorflow.python.framework.tensor", "tensorflow.python.framework.tensor_spec",
    "tensorflow.python.framework.sparse_tensor", "tensorflow.python.framework.indexed_slices",
    "tensorflow.python.ops.ragged.ragged_tensor",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What is listed: classes and functions as pairs of module and name, classes that are named without a module,
    names under which Keras registered its own classes, texts that stand for an object, and TensorFlow's functions,
    type specifications and operators."""

    classes: frozenset[tuple[str, str]]
    functions: frozenset[tuple[str, str]]
    unqualified: frozenset[str]
    registered: frozenset[str]
    texts: frozenset[str]
    tensorflow: frozenset[str]
    type_specs: frozenset[str]
    operators: frozenset[str]


@functools.cache
def names() -> Names:
    """The lists that come with this version."""
    data = files("attest.scanning").joinpath("data")
    document = json.loads(data.joinpath("keras_names.json").read_bytes())
    operators = json.loads(data.joinpath("tf_operators.json").read_bytes())
    return Names(
        classes=_pairs(document["classes"]),
        functions=_pairs(document["functions"]),
        unqualified=frozenset(document["unqualified"]),
        registered=frozenset(document["registered"]),
        texts=frozenset(document["texts"]),
        tensorflow=frozenset(document["tensorflow-functions"]),
        type_specs=frozenset(document["type-specs"]),
        operators=frozenset(operators["pure"]),
    )


def _pairs(table: dict[str, list[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((module, name) for module, found in table.items() for name in found)
