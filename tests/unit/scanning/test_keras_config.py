"""Keras configurations: every standard part passes, and whatever brings code, a foreign name or a path is reported."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.keras.config import ANYWHERE, Place, judge_text
from attest.scanning.keras.document import MAX_NODES
from attest.scanning.keras.metadata_pb import IN_METADATA
from attest.scanning.keras.names import names
from tests.unit.scanning.parts import Scanned, run

SAMPLES = Path(__file__).parents[2] / "data" / "keras" / "configurations.json.gz"
REAL: dict[str, Any] = json.loads(gzip.decompress(SAMPLES.read_bytes()))
CODE, NAME, PATH, OUT = "keras.code-layer", "keras.name-not-allowed", "keras.external-path", "archive.path-traversal"


def judged(document: object, place: Place = ANYWHERE) -> Scanned:
    return judged_text(json.dumps(document), place)


def judged_text(text: str | bytes, place: Place = ANYWHERE) -> Scanned:
    data = text.encode() if isinstance(text, str) else text
    return run(lambda part: judge_text(part, part.source.read(0, part.size), "it", place), data)


def layer(
    kind: str, module: object = "keras.layers", registered: object = None, /, **config: object
) -> dict[str, object]:
    """A node as Keras 3 writes it."""
    return {"module": module, "class_name": kind, "config": config, "registered_name": registered}


def old(kind: object, /, **config: object) -> dict[str, object]:
    """A node as Keras 2 writes it."""
    return {"class_name": kind, "config": config}


def model(*layers: object, **more: object) -> dict[str, object]:
    return layer("Sequential", "keras", name="m", layers=list(layers)) | more


def function(name: object, module: object = "builtins", registered: object = "same") -> dict[str, object]:
    named = name if registered == "same" else registered
    return {"module": module, "class_name": "function", "config": name, "registered_name": named}


@pytest.mark.parametrize("name", sorted(REAL))
def test_what_keras_wrote_passes(name: str) -> None:
    scanned = judged(REAL[name])
    assert not scanned.found.findings
    assert scanned.found.interpreted > 0


LAMBDA = {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}}
BAD: list[tuple[str, object, str]] = [
    ("lambda", model(layer("Lambda", function=LAMBDA)), CODE),
    ("old lambda", old("Sequential", layers=[old("Lambda", function=["4wE=", None, None])]), CODE),
    ("lambda by registered name", model(layer("Dense", "keras.layers", "keras>Lambda")), CODE),
    ("lambda in a wrapper", model(layer("TimeDistributed", layer=layer("Lambda"))), CODE),
    ("lambda in two wrappers", old("Bidirectional", layer=old("TimeDistributed", layer=old("Lambda"))), CODE),
    ("lambda as a cell", model(layer("RNN", cell=layer("Lambda"))), CODE),
    ("lambda in a nested model", model(model(model(layer("Lambda")))), CODE),
    ("lambda in arguments of a call", model() | {"inbound_nodes": [{"args": [layer("Lambda")], "kwargs": {}}]}, CODE),
    ("lambda in old arguments", model() | {"inbound_nodes": [[["a", 0, 0, {"f": old("Lambda")}]]]}, CODE),
    ("lambda when built", model() | {"build_config": {"x": LAMBDA}}, CODE),
    ("lambda when compiled", model() | {"compile_config": {"loss": LAMBDA}}, CODE),
    ("lambda as an activation", model(layer("Dense", activation=LAMBDA)), CODE),
    ("lambda under a free key", {"anything": [{"at": {"all": LAMBDA}}]}, CODE),
    ("torch module", model(layer("TorchModuleWrapper", module={"value": "gASV"})), CODE),
    ("saved model", model(layer("TFSMLayer", filepath="x")), CODE),
    ("jax", model(layer("JaxLayer", "keras.layers")), CODE),
    ("flax", model(layer("FlaxLayer", "keras.src.utils.jax_layer")), CODE),
    ("switch", model(layer("Dense", safe_mode=False)), CODE),
    ("another switch", model(layer("Dense", allow_pickle=True)), CODE),
    ("foreign class", model(layer("system", "os")), NAME),
    ("foreign class of Keras", model(layer("load_model", "keras.models")), NAME),
    ("private module", model(layer("get_file", "keras.src.utils.file_utils")), NAME),
    ("callback", model(layer("CSVLogger", "keras.callbacks", filename=None)), NAME),
    ("dotted class", model(layer("Dense.__init__", "keras.layers")), NAME),
    ("module below", model(layer("Dense", "keras.layers.os")), NAME),
    ("class of the user", model(layer("Mine", None, "Custom>Mine")), NAME),
    ("registered over a layer", model(layer("Dense", "keras.layers", "mine>Dense")), NAME),
    ("old class of the user", old("Sequential", layers=[old("Mine")]), NAME),
    ("old registered class", old("Sequential", layers=[old("Custom>Mine")]), NAME),
    ("class that is a list", old(["Lambda"]), NAME),
    ("class that is nothing", old(None), NAME),
    ("module that is a number", layer("Dense", 7), NAME),
    ("foreign function", model(layer("Dense", activation=function("system", "os"))), NAME),
    ("function of utils", model(layer("Dense", activation=function("get_file", "keras.utils"))), NAME),
    ("function that builds", model(layer("Dense", activation=function("deserialize", "keras.layers"))), NAME),
    ("function of losses that builds", model(layer("Dense", activation=function("deserialize"))), NAME),
    ("unsafe switch", model(layer("Dense", x=function("enable_unsafe_deserialization", "keras.config"))), NAME),
    ("function registered by the user", model(layer("Dense", activation=function("relu", registered="m>x"))), NAME),
    ("function without a name", model(layer("Dense", activation=function({"a": 1}))), NAME),
    ("activation by a foreign name", old("Dense", activation="my_activation"), NAME),
    ("loss by a foreign name", model() | {"compile_config": {"loss": {"out": "my_loss"}}}, NAME),
    ("metric by a foreign name", {"metrics": [["accuracy", "<lambda>"]], "loss": "mse"}, NAME),
    ("initializer by a foreign name", old("Dense", kernel_initializer="os.system"), NAME),
    ("operation that reads", old("TFOpLambda", function="io.read_file"), NAME),
    ("operation that calls", old("TFOpLambda", function="numpy_function"), NAME),
    ("operation that builds", old("TFOpLambda", function="keras.utils.get_file"), NAME),
    ("operation without a name", old("TFOpLambda", function=["math.add"]), NAME),
    ("operation elsewhere", layer("TFOpLambda", "os", function="math.add"), NAME),
    ("attribute", old("InstanceProperty", attr_name="__class__"), NAME),
    ("method", old("InstanceMethod", attr_name="numpy"), NAME),
    ("class method", old("ClassMethod", cls_symbol="io.gfile.GFile", method_name="write"), NAME),
    ("class method of odd things", old("ClassMethod", cls_symbol=["RaggedTensor"], method_name={}), NAME),
    ("operator", old("TensorFlowOpLayer", node_def={"op": "WriteFile", "name": "x"}), NAME),
    ("operator in bytes", old("TensorFlowOpLayer", node_def="\n\u0001x\u0012\u0008ReadFile"), NAME),
    ("operator in broken bytes", old("TensorFlowOpLayer", node_def="\n\u0040x"), NAME),
    ("operator that is a number", old("TensorFlowOpLayer", node_def=3), NAME),
    ("type", {"class_name": "TypeSpec", "type_spec": "os.system", "serialized": []}, NAME),
    ("type that is a list", {"class_name": "TypeSpec", "type_spec": ["tf.TensorSpec"], "serialized": []}, NAME),
    ("type elsewhere", {"class_name": "__typespec__", "spec_name": "TensorSpec", "module": "os", "config": []}, NAME),
    ("type by a foreign name", {"class_name": "__typespec__", "spec_name": "x", "module": "os", "config": []}, NAME),
    ("vocabulary", model(layer("StringLookup", vocabulary="/etc/passwd")), PATH),
    ("vocabulary by address", model(layer("TextVectorization", vocabulary="https://x.example/v")), PATH),
    ("weights of words", model(layer("TextVectorization", idf_weights="w.npy")), PATH),
    ("file", model(layer("Dense", filepath="../x")), PATH),
    ("name up", model(layer("Dense", name="../../x")), OUT),
    ("name from the root", model(layer("Dense", name="/etc/x")), OUT),
    ("name with a drive", model(layer("Dense", name="C:/x")), OUT),
    ("name with a backslash", model(layer("Dense", name="..\\x")), OUT),
    ("old name up", {"class_name": "Dense", "name": "a/../../b", "config": {}}, OUT),
    ("name in the middle", model(layer("Dense", name="a/../../../b")), OUT),
]  # fmt: skip


@pytest.mark.parametrize(("document", "rule"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_must_not_be_there_is_reported(document: object, rule: str) -> None:
    scanned = judged(document)
    assert scanned.outcome == "BLOCK"
    assert rule in scanned.rules


GOOD: list[tuple[str, object]] = [
    ("functions", model(layer("Dense", activation=function("relu", "keras.activations")))),
    ("function as Keras 3 names it in metrics", function("binary_accuracy", registered="function")),
    ("vocabulary as a list", model(layer("StringLookup", vocabulary=["/etc/passwd", "os.system", "../x"]))),
    ("outputs called like arguments", {"loss": {"url": "mse", "path": "mae"}, "metrics": {"file": ["acc"]}}),
    ("names with a slash", model(layer("Dense", name="block1/conv.1"))),
    ("names with dots", model(layer("Dense", name="tf.math.add_1"))),
    ("optimizer of Keras 2", old("Custom>Adam", learning_rate=0.1)),
    ("operation", old("SlicingOpLambda", function="__operators__.getitem")),
    ("operation of TensorFlow 1", old("TFOpLambda", function="compat.v1.transpose")),
    ("attribute", old("InstanceProperty", attr_name="row_splits")),
    ("class method", old("ClassMethod", cls_symbol="RaggedTensor", method_name="from_row_lengths")),
    ("operator", old("TensorFlowOpLayer", node_def={"op": "Mul", "name": "x"})),
    ("operator in bytes", old("TensorFlowOpLayer", node_def="\n\u0001x\u0012\u0003Mul")),
    ("shapes", {"a": {"class_name": "__tuple__", "items": [None, 3]}, "b": {"class_name": "TensorShape", "items": []}}),
    ("type", {"class_name": "TypeSpec", "type_spec": "tf.TensorSpec", "serialized": []}),
    ("type of Keras 3", {"class_name": "__typespec__", "spec_name": "RaggedTensorSpec", "config": [],
                         "module": "tensorflow.python.ops.ragged.ragged_tensor", "registered_name": None}),
    ("values", {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": "float32"}}),
    ("list as the configuration of a model", {"class_name": "Sequential", "config": [old("Dense", units=1)]}),
    ("a safeguard that is on", model(layer("Dense", safe_mode=True))),
]  # fmt: skip


@pytest.mark.parametrize("document", [case[1] for case in GOOD], ids=[case[0] for case in GOOD])
def test_what_keras_may_write_passes(document: object) -> None:
    assert not judged(document).found.findings


def test_a_class_is_told_by_the_decoded_text() -> None:
    text = json.dumps(model(layer("Lambda"))).replace("Lambda", "L\\u0061mbd\\u0061")
    assert judged_text(text).rules == [CODE]
    text = json.dumps(model(layer("Lambda"))).replace("class_name", "cl\\u0061ss_name")
    assert judged_text(text).rules == [CODE]


@pytest.mark.parametrize("order", [("Lambda", "Dense"), ("Dense", "Lambda")])
def test_a_member_that_stands_twice_hides_nothing(order: tuple[str, str]) -> None:
    first, last = order
    text = f'{{"class_name": "{first}", "class_name": "{last}", "config": {{}}}}'
    assert judged_text(text).rules == ["file.malformed", CODE]


def test_a_table_that_stands_twice_hides_nothing() -> None:
    tables = ", ".join(f'"config": {json.dumps({"f": item})}' for item in ({}, LAMBDA, {}))
    assert CODE in judged_text(f'{{"class_name": "Dense", {tables}}}').rules


@pytest.mark.parametrize("text", ["", "[", '{"a": 1} x', "\ufeff{}", "nothing", '{"a": %s}' % ("1" * 5000)])
def test_what_is_no_document_is_malformed(text: str) -> None:
    assert judged_text(text).rules == ["file.malformed"]


def test_another_encoding_is_malformed() -> None:
    assert judged_text(json.dumps(model(layer("Lambda"))).encode("utf-16")).rules == ["file.malformed"]


def test_numbers_of_python_are_numbers() -> None:
    assert not judged_text(
        '{"class_name": "Masking", "config": {"a": NaN, "b": -Infinity, "c": 1%s}}' % ("0" * 40)
    ).rules


@pytest.mark.parametrize("depth", [300, 100_000])
def test_depth_is_bounded(depth: int) -> None:
    assert judged_text("[" * depth + "]" * depth).rules == ["scan.budget"]


def test_size_is_bounded() -> None:
    assert judged_text(b"[" + b"0," * MAX_NODES + b"0]").rules == ["scan.budget"]


def test_what_keras_does_not_write_is_not_passed() -> None:
    assert judged(layer("Dense") | {"more": 1}).rules == ["file.malformed"]
    assert judged({"registered_name": "x", "config": {}}).rules == ["file.malformed"]
    assert judged({"module": "os", "config": {}}).rules == ["file.malformed"]


def test_in_metadata_unknown_classes_are_replaced_by_the_graph() -> None:
    document = old("Mine", activation="mine") | {"training_config": {"loss": "<lambda>"}, "stateful": False}
    assert judged(document, IN_METADATA).rules == ["keras.custom-object"]
    assert judged(document, IN_METADATA).outcome == "PASS"
    assert judged(layer("Mine", "os"), IN_METADATA).rules == [NAME]
    assert judged(old("Lambda"), IN_METADATA).rules == [CODE]


def test_the_lists_hold_no_name_that_brings_in_code_or_files() -> None:
    listed = names()
    classes = {name for _, name in listed.classes} | listed.unqualified | listed.texts
    assert not classes & {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "CSVLogger", "get_file"}
    assert not {name for _, name in listed.functions} & {"deserialize", "get", "serialize", "get_file", "load_model"}
    assert not listed.tensorflow & {"py_function", "io.read_file", "io.write_file", "print", "load_op_library"}
    assert not {name for name in listed.tensorflow if name.startswith(("io.gfile", "keras", "raw_ops"))}
    assert not listed.operators & {"ReadFile", "WriteFile", "PyFunc", "EagerPyFunc", "SaveV2"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Lambda", "Dense", "keras.layers"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class_name", "config", "module", "registered_name", "name", "loss", "vocabulary"])
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_never_fails_whatever_the_document(document: object) -> None:
    for place in (ANYWHERE, IN_METADATA):
        scanned = judged_text(json.dumps(document), place)
        assert "scan.internal-error" not in scanned.rules


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_never_fails_whatever_the_bytes(data: bytes) -> None:
    assert "scan.internal-error" not in judged_text(data).rules
