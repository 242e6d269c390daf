"""Keras archives: what their configuration says, and the weights within them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import keras, zip_facts
from attest.formats.facts import Facts, PortInfo, TensorInfo
from attest.formats.keras_config import KerasConfig, read_model, read_training
from tests.unit.formats.hdf5_builder import FLOAT32, File, link
from tests.unit.formats.model_samples import KERAS
from tests.unit.formats.wire_builder import of, survives

METADATA = {"keras_version": "3.15.1", "date_saved": "2024-01-02@03:04:05"}


def archive(method: int = zipfile.ZIP_STORED, **members: Any) -> bytes:
    """An archive; `config` and `metadata` become JSON, `weights` HDF5."""
    names = {"config": "config.json", "metadata": "metadata.json", "weights": "model.weights.h5"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, value in members.items():
            made.writestr(names[name], value if isinstance(value, bytes) else json.dumps(value))
    return out.getvalue()


def weights() -> bytes:
    file = File()
    numbers = file.object(link("0", file.numbers(FLOAT32, (2, 3))))
    return file.finish(link("layers", file.object(link("dense", file.object(link("vars", numbers))))))


def layer(kind: str, name: str = "x", **config: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": kind, "config": {"name": name, **config}, "registered_name": None}


def model(*layers: Any, **others: Any) -> dict[str, Any]:
    config = {"name": "net", "layers": list(layers)}
    return {"module": "keras", "class_name": "Functional", "config": config, "registered_name": None, **others}


def described(*layers: Any, **others: Any) -> KerasConfig:
    return read_model(json.dumps(model(*layers, **others)).encode(), "config.json")


def properties(*layers: Any, **others: Any) -> dict[str, str]:
    return dict(described(*layers, **others).properties)


def test_what_keras_writes() -> None:
    found = of(zip_facts.read, KERAS)
    assert (found.format, found.title, found.architecture) == ("keras", "Keras 3.15.1", "Sequential")
    assert (found.framework, found.framework_version, found.problems) == ("keras", "3.15.1", ())
    assert (found.parameters, found.tensor_count) == ((("float32", 3),), 4)
    assert TensorInfo("layers/dense/vars/0", "float32", (2, 1), 11308, 11316) in found.tensors
    assert found.inputs == (PortInfo("input_layer", "float32[?,2]"),)
    assert dict(found.properties) == {
        "keras:class": "Sequential", "keras:date-saved": "2026-11-24@15:53:58", "keras:layers": "2",
        "keras:layer-classes": "Dense=1, InputLayer=1", "keras:loss": "mse", "keras:name": "tiny",
        "keras:optimizer": "SGD",
    }  # fmt: skip


def test_weights_that_are_packed_have_no_places() -> None:
    stored = of(zip_facts.read, archive(config=model(), metadata=METADATA, weights=weights()))
    assert stored.tensors[0][:3] == ("layers/dense/vars/0", "float32", (2, 3))
    packed = of(zip_facts.read, archive(zipfile.ZIP_DEFLATED, config=model(), metadata=METADATA, weights=weights()))
    assert (packed.parameters, packed.tensors) == ((("float32", 6),), ())


def test_an_archive_without_weights_or_with_broken_ones() -> None:
    found = of(keras.read, archive(config=model(), metadata=METADATA))
    assert dict(found.properties)["keras:tensors"] == "not counted: the archive holds no model.weights.h5"
    found = of(keras.read, archive(config=model(), metadata=METADATA, weights=b"no HDF5"))
    assert (found.problems, found.parameters) == (("it has no HDF5 signature",), ())
    assert dict(found.properties)["keras:tensors"] == "not counted: the weights cannot be read"


def test_problems_of_the_weights_are_told() -> None:
    file = File()
    twice = file.finish(link("w", file.numbers(FLOAT32, (2,))), link("w", file.numbers(FLOAT32, (3,))))
    found = of(keras.read, archive(config=model(), metadata=METADATA, weights=twice))
    assert "has the path of another one" in found.problems[0]
    assert dict(found.properties)["keras:tensors"] == "not counted: not everything in the file could be followed"


def test_broken_documents_leave_the_rest() -> None:
    for broken in (b"{", b'{"a":1,"a":2}', b"[]", b"\xff", b'{"a":NaN}'):
        found = of(keras.read, archive(config=broken, metadata=METADATA, weights=weights()))
        assert (found.title, found.parameters, found.architecture) == ("Keras 3.15.1", (("float32", 6),), "")
        assert len(found.problems) == 1
        found = of(keras.read, archive(config=model(), metadata=broken, weights=weights()))
        assert (found.title, found.framework_version, found.architecture) == ("Keras archive", "", "Functional")
        assert len(found.problems) == 1
    for value in (3, "x" * 100, "3.0\x00", None):
        assert of(keras.read, archive(config=model(), metadata={"keras_version": value})).framework_version == ""


def test_an_archive_that_readers_see_differently_is_not_counted() -> None:
    data = archive(config=model(), metadata=METADATA, weights=weights())
    at = data.rindex(b"PK\1\2")
    found = of(zip_facts.read, data[:at] + data[at:].replace(b"PK\1\2", b"PK\1\2", 1) + b"trailing")
    assert found.parameters == ()
    assert dict(found.properties)["keras:tensors"] == "not counted: readers of the archive may see different members"


def test_refuses_what_is_no_archive_of_keras() -> None:
    for data in (archive(config=model()), archive(metadata=METADATA), b"PK\3\4"):
        with pytest.raises(DocumentError):
            of(keras.read, data)


def test_layers_are_counted_with_those_of_inner_models() -> None:
    inner = layer("Sequential", layers=[layer("Dense"), layer("Dense")])
    found = properties(layer("InputLayer"), inner, layer("Dense"))
    assert found["keras:layers"] == "3"
    assert found["keras:layer-classes"] == "Dense=3, InputLayer=1, Sequential=1"
    listed = json.dumps({"class_name": "Sequential", "config": [layer("Dense"), layer("Dense")]}).encode()
    assert dict(read_model(listed, "x").properties)["keras:layers"] == "2"  # the first versions of Keras 2


def test_inputs() -> None:
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "bfloat16"}, "registered_name": None}
    found = described(
        layer("InputLayer", "a", batch_shape=[None, 224, 224, 3], dtype="float32"),
        layer("InputLayer", "b", batch_input_shape=[None], dtype=policy),
        layer("InputLayer", "no shape", dtype="float32"),
        layer("InputLayer", "odd shape", batch_shape=[None, "x"], dtype="float32"),
        layer("InputLayer", "no type", batch_shape=[None]),
        layer("Dense", "c", batch_shape=[1], dtype="float32"),
    )
    assert found.inputs == (PortInfo("a", "float32[?,224,224,3]"), PortInfo("b", "bfloat16[?]"))


def test_code_and_names_of_others() -> None:
    function = {"class_name": "__lambda__", "config": {"code": "4wEA", "defaults": None, "closure": None}}
    found = properties(
        layer("Lambda", function=function),
        {"module": None, "class_name": "My", "config": {}, "registered_name": "pkg>My"},
        {"module": "mine.layers", "class_name": "Other", "config": {}, "registered_name": "Other"},
        {"class_name": "Custom>Old", "config": {}},
        {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"},
        {"module": "keras_evil", "class_name": "Trap", "config": {}, "registered_name": None},
    )
    assert found["keras:lambda-layers"] == "1"
    assert found["keras:lambda-functions"] == "1"
    assert found["keras:custom-objects"] == "Custom>Old, keras_evil.Trap, mine.layers.Other, pkg>My"
    hidden = {"class_name": "Wrapper", "module": "keras.layers", "config": {"layer": {"deep": [[function]]}}}
    assert properties(hidden)["keras:lambda-functions"] == "1"


@pytest.mark.parametrize(
    ("config", "optimizer", "loss"),
    [
        ({"optimizer": "adam", "loss": "mse"}, "adam", "mse"),
        ({"optimizer": {"class_name": "Adam", "config": {}}, "loss": {"class_name": "Huber"}}, "Adam", "Huber"),
        ({"optimizer_config": {"class_name": "SGD"}, "loss": ["mse", "mae", "mse"]}, "SGD", "mse, mae"),
        ({"loss": {"a": "mse", "b": "mae"}}, "", "mse, mae"),
        ({"loss": {"class_name": "function", "config": "my_loss"}}, "", "my_loss"),
        ({"loss": None, "optimizer": 3}, "", ""),
        ({}, "", ""),
    ],
)
def test_training(config: dict[str, Any], optimizer: str, loss: str) -> None:
    found = dict(read_training(json.dumps(config).encode()))
    assert (found.get("keras:optimizer", ""), found.get("keras:loss", "")) == (optimizer, loss)
    assert {name: found[name] for name in found} == {
        name: text
        for name, text in properties(compile_config=config).items()
        if name in {"keras:optimizer", "keras:loss"}
    }


def test_texts_that_are_not_fit_to_be_shown_are_left_out() -> None:
    found = described(layer("Den\x1b[31mse", "a\nb"), layer("x" * 600), config={"name": "a\x00b"})
    assert found.properties == (("keras:class", "Functional"),)


def test_deep_documents_are_refused() -> None:
    with pytest.raises(DocumentError, match="nested deeper"):
        read_model(b'{"config":' + b"[" * 5000 + b"]" * 5000 + b"}", "config.json")


def test_every_truncation_is_refused() -> None:
    for length in range(0, len(KERAS), 53):
        with pytest.raises(DocumentError):
            of(zip_facts.read, KERAS[:length])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_change_gives_facts_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(KERAS)
    for at, byte in changes:
        data[at % len(data)] = byte
    found: Facts | None = survives(zip_facts.read, bytes(data))
    assert found is None or found.format in {"keras", "zip"}


KEYS = [
    "class_name",
    "config",
    "layers",
    "module",
    "registered_name",
    "batch_shape",
    "dtype",
    "name",
    "loss",
    "optimizer",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=4) | st.sampled_from(["Lambda", "InputLayer"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=15,
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(["class_name", "config", "compile_config"]), JSON, max_size=3))
def test_any_configuration(config: dict[str, Any]) -> None:
    survives(zip_facts.read, archive(config=config, metadata=METADATA))
