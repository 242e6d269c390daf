"""ONNX models: what is read, what is refused, what is reported, and that weights stay unread."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.facts import Facts, PortInfo, TensorInfo
from attest.formats.onnx import MAX_PORTS, read
from attest.formats.onnx_tensor import MAX_RANK
from attest.formats.source import Source
from tests.unit.formats.wire_builder import FieldValue, Watched, field, message, number, of, packed, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
FLOAT, UINT8, INT32, INT64, STRING, BOOL, FLOAT16, DOUBLE, COMPLEX64, BFLOAT16, UINT4, INT2 = (
    1, 2, 6, 7, 8, 9, 10, 11, 14, 16, 21, 26
)  # fmt: skip


def tensor(name: str, kind: int, shape: list[int], *data: tuple[int, FieldValue]) -> bytes:
    """A TensorProto, its dimensions unpacked as protobuf 2 writes them."""
    return message(*((1, size) for size in shape), (2, kind), (8, name), *data)


def floats(name: str, *shape: int) -> bytes:
    """A tensor with raw data of the right length."""
    size = 4
    for dimension in shape:
        size *= dimension
    return tensor(name, FLOAT, list(shape), (9, bytes(size)))


def external(name: str, shape: list[int], **entries: str) -> bytes:
    fields = [(13, message((1, key), (2, value))) for key, value in entries.items()]
    return tensor(name, FLOAT, shape, *fields, (14, 1))


def node(op: str, domain: str = "", attributes: tuple[bytes, ...] = ()) -> bytes:
    fields: list[tuple[int, FieldValue]] = [(1, "in"), (2, "out"), (3, "name"), (4, op)]
    fields += [(5, attribute) for attribute in attributes]
    return message(*fields, *(((7, domain),) if domain else ()))


def dimension(size: int | str | None) -> bytes:
    return b"" if size is None else field(1, size) if isinstance(size, int) else field(2, size)


def tensor_type(kind: int, *shape: int | str | None, ranked: bool = True) -> bytes:
    dims = b"".join(field(1, dimension(size)) for size in shape)
    return field(1, message((1, kind), *(((2, dims),) if ranked else ())))


def port(name: str, kind: bytes) -> bytes:
    return message((1, name), (2, kind))


def graph(*fields: tuple[int, FieldValue]) -> bytes:
    return message(*fields)


def model(*fields: tuple[int, FieldValue], main: bytes = b"") -> bytes:
    return message((1, 8), *fields, (7, main), (8, message((1, ""), (2, 17))))


GOOD = message(
    (1, 8),
    (2, "pytorch"),
    (3, "2.3.1"),
    (4, "org.example"),
    (5, 3),
    (6, "A model\nfor tests"),
    (
        7,
        graph(
            (1, node("Conv")),
            (1, node("Relu")),
            (1, node("Conv")),
            (1, node("FusedMatMul", "com.microsoft")),
            (1, node("Blend", "com.example")),
            (1, node("Sum", "ai.onnx")),
            (2, "main_graph"),
            (5, floats("w", 2, 3)),
            (5, tensor("b", INT64, [1], (9, bytes(8)))),
            (11, port("x", tensor_type(FLOAT, "batch", 3, 224, None))),
            (11, port("w", tensor_type(FLOAT, 2, 3))),
            (12, port("y", tensor_type(FLOAT16, "batch", 1000))),
            (13, port("hidden", tensor_type(FLOAT, 1))),
        ),
    ),
    (8, message((1, ""), (2, 17))),
    (8, message((1, "ai.onnx.ml"), (2, 3))),
    (14, message((1, "author"), (2, "Acme"))),
    (14, message((1, "license"), (2, "AGPL-3.0 License (https://acme.example)"))),
    (14, message((1, "names"), (2, "{0: 'cat', 1: 'dog'}"))),
    (14, message((1, "Model Stride"), (2, "32"))),
)


def test_a_whole_model() -> None:
    facts = of(read, GOOD)
    assert (facts.format, facts.title, facts.framework) == ("onnx", "ONNX, IR 8", "onnx")
    assert facts.inputs == (PortInfo("x", "float32[batch,3,224,?]"),)
    assert facts.outputs == (PortInfo("y", "float16[batch,1000]"),)
    assert facts.parameters == (("F32", 6), ("I64", 1))
    assert facts.tensor_count == 2
    assert facts.properties == (
        ("onnx:custom-domains", "com.example"),
        ("onnx:doc-string", "A model for tests"),
        ("onnx:domain", "org.example"),
        ("onnx:graph-name", "main_graph"),
        ("onnx:ir-version", "8"),
        ("onnx:metadata:author", "Acme"),
        ("onnx:metadata:license", "AGPL-3.0 License (https://acme.example)"),
        ("onnx:metadata:model-stride", "32"),
        ("onnx:metadata:names", "{0: 'cat', 1: 'dog'}"),
        ("onnx:model-version", "3"),
        ("onnx:operators", "Conv=2, Relu=1, Sum=1, com.example:Blend=1, com.microsoft:FusedMatMul=1"),
        ("onnx:opset-import", "ai.onnx=17, ai.onnx.ml=3"),
        ("onnx:producer-name", "pytorch"),
        ("onnx:producer-version", "2.3.1"),
    )
    assert (facts.claims.authors, facts.claims.license) == (("Acme",), "AGPL-3.0 License (https://acme.example)")
    assert dict(facts.claims.keys) == {"authors": "metadata_props/author", "license": "metadata_props/license"}
    assert (facts.refers_to, facts.problems) == ((), ())


def test_the_ranges_of_tensors_are_those_of_their_bytes() -> None:
    data = model(main=graph((5, tensor("a", FLOAT, [2], (9, b"abcdefgh"))), (5, tensor("b", UINT8, [3], (9, b"xyz")))))
    first, second = of(read, data).tensors
    assert (data[first.begin : first.end], data[second.begin : second.end]) == (b"abcdefgh", b"xyz")
    assert first == TensorInfo("a", "F32", (2,), first.begin, first.begin + 8)


def test_keys_that_the_standard_names_go_before_those_of_exporters() -> None:
    entries = {"license": "MIT", "model_license": "Apache-2.0", "author": "B", "model_author": "A", "description": "D"}
    facts = of(read, model(*((14, message((1, key), (2, text))) for key, text in entries.items())))
    assert (facts.claims.license, facts.claims.authors, facts.claims.description) == ("Apache-2.0", ("A",), "D")
    assert dict(facts.claims.keys)["license"] == "metadata_props/model_license"


# Types.

TYPES: dict[str, bytes] = {
    "float32[batch,3]": tensor_type(FLOAT, "batch", 3),
    "float32[]": tensor_type(FLOAT),
    "float32": tensor_type(FLOAT, ranked=False),
    "int64[?,0,?]": tensor_type(INT64, None, 0, -1),
    "bfloat16[2 * seq + 1]": tensor_type(BFLOAT16, "2 * seq + 1"),
    "string[?,?]": tensor_type(STRING, "],x[", "a" * 65),
    "?[1]": tensor_type(99, 1),
    "?": b"",
    "sparse(float64[4])": field(8, message((1, DOUBLE), (2, field(1, field(1, 4))))),
    "sequence(float32[?])": field(4, field(1, tensor_type(FLOAT, None))),
    "optional(sequence(int64))": field(9, field(1, field(4, field(1, tensor_type(INT64, ranked=False))))),
    "map(string,sequence(float32[]))": field(5, message((1, STRING), (2, field(4, field(1, tensor_type(FLOAT)))))),
    "map(int64,?)": field(5, message((1, INT64))),
    "opaque(ai.acme.Blob)": field(7, message((1, "ai.acme"), (2, "Blob"))),
    "opaque(?)": field(7, b""),
}


@pytest.mark.parametrize(("form", "kind"), TYPES.items(), ids=TYPES)
def test_types_of_ports(form: str, kind: bytes) -> None:
    facts = of(read, model(main=graph((11, port("x", kind)), (12, port("y", kind)))))
    assert facts.inputs == (PortInfo("x", form),)
    assert facts.outputs == (PortInfo("y", form),)


def test_a_port_without_a_type_or_a_name() -> None:
    facts = of(read, model(main=graph((11, field(1, "x")), (11, field(2, tensor_type(FLOAT))), (12, field(1, "a\0b")))))
    assert facts.inputs == (PortInfo("x", "?"),)
    assert facts.problems == ("an input or output of the graph has no name that can be shown",)


def test_only_so_many_ports_are_described() -> None:
    ports = [(11, port(f"x{index}", tensor_type(FLOAT))) for index in range(MAX_PORTS + 1)]
    facts = of(read, model(main=graph(*ports)))
    assert len(facts.inputs) == MAX_PORTS
    assert facts.problems == (f"of {MAX_PORTS + 1} inputs or outputs only the first {MAX_PORTS} are described",)


# Tensors: is the data as long as the shape says?

FITTING: dict[str, bytes] = {
    "raw": floats("t", 2, 3),
    "no elements": tensor("t", FLOAT, [0, 5]),
    "no elements, no bytes": tensor("t", FLOAT, [0], (9, b"")),
    "number": tensor("t", FLOAT, [], (9, bytes(4))),
    "packed dimensions": message((1, packed([2, 3])), (2, FLOAT), (8, "t"), (9, bytes(24))),
    "half a byte": tensor("t", UINT4, [3], (9, bytes(2))),
    "quarter of a byte": tensor("t", INT2, [5], (9, bytes(2))),
    "floats": tensor("t", FLOAT, [3], (4, bytes(12))),
    "floats one by one": tensor("t", FLOAT, [2], (4, 1.0), (4, 2.0)),
    "complex": tensor("t", COMPLEX64, [3], (4, bytes(24))),
    "doubles": tensor("t", DOUBLE, [2], (10, bytes(16))),
    "int32 of one byte": tensor("t", INT32, [4], (5, packed([1, 2, 3, 4]))),
    "int32 of ten bytes": tensor("t", INT32, [2], (5, packed([-1, -1]))),
    "int32 one by one": tensor("t", INT32, [2], (5, 1), (5, -1)),
    "halves in int32": tensor("t", FLOAT16, [2], (5, packed([15360, 0]))),
    "truth in int32": tensor("t", BOOL, [2], (5, packed([1, 0]))),
    "int4 in pairs": tensor("t", UINT4, [5], (5, packed([1, 2, 3]))),
    "int64": tensor("t", INT64, [3], (7, packed([1, 300, 5]))),
    "uint64": tensor("t", 13, [1], (11, packed([1 << 63]))),
    "texts": tensor("t", STRING, [2], (6, "a"), (6, "")),
    "elsewhere": external("t", [2, 3], location="w.bin", offset="0", length="24"),
    "elsewhere without a length": external("t", [2, 3], location="w.bin"),
}


@pytest.mark.parametrize("data", FITTING.values(), ids=FITTING)
def test_data_that_fits(data: bytes) -> None:
    facts = of(read, model(main=graph((5, data))))
    assert facts.problems == ()
    assert len(facts.parameters) == 1


# The order of `TensorProto.DataType`, with the names of safetensors and the bits of an element.
KINDS = [
    ("F32", 32), ("U8", 8), ("I8", 8), ("U16", 16), ("I16", 16), ("I32", 32), ("I64", 64), ("STRING", 0), ("BOOL", 8),
    ("F16", 16), ("F64", 64), ("U32", 32), ("U64", 64), ("C64", 64), ("C128", 128), ("BF16", 16), ("F8_E4M3", 8),
    ("F8_E4M3FNUZ", 8), ("F8_E5M2", 8), ("F8_E5M2FNUZ", 8), ("U4", 4), ("I4", 4), ("F4", 4), ("F8_E8M0", 8), ("U2", 2),
    ("I2", 2), ("F6_E2M3", 6), ("F6_E3M2", 6),
]  # fmt: skip
FORMS = [
    "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32",
    "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
    "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2", "float6e2m3", "float6e3m2",
]  # fmt: skip


@pytest.mark.parametrize(("number", "name", "bits"), [(index, *kind) for index, kind in enumerate(KINDS, 1)])
def test_element_types_have_their_names_and_sizes(number: int, name: str, bits: int) -> None:
    data = (9, bytes(bits)) if bits else (6, "")
    facts = of(read, model(main=graph((5, tensor("t", number, [8] if bits else [1], data)))))
    assert (facts.parameters, facts.problems) == (((name, 8 if bits else 1),), ())
    if bits:
        facts = of(read, model(main=graph((5, tensor("t", number, [8], (9, bytes(bits + 1)))))))
        assert len(facts.problems) == 1
    form = of(read, model(main=graph((11, port("x", tensor_type(number)))))).inputs[0].format
    assert form == f"{FORMS[number - 1]}[]"


@pytest.mark.parametrize(
    ("list_field", "number", "entries"), [(10, 15, 4), (4, 14, 4), (5, 25, 1), (5, 27, 2), (7, 7, 2)]
)
def test_typed_lists_hold_as_many_entries_as_their_type_needs(list_field: int, number: int, entries: int) -> None:
    """Two elements: complex numbers take two entries each, elements of two bits share one."""
    width = {10: 8, 4: 4}.get(list_field, 1)
    for count in (entries - 1, entries):
        data = tensor("t", number, [2], (list_field, bytes(width * count)))
        facts = of(read, model(main=graph((5, data))))
        assert (facts.problems == ()) == (count == entries)


LYING: dict[str, tuple[bytes, str]] = {
    "raw too short": (tensor("t", FLOAT, [2], (9, bytes(4))), "needs 8 bytes and has 4"),
    "raw too long": (tensor("t", FLOAT, [2], (9, bytes(12))), "needs 8 bytes and has 12"),
    "huge shape": (tensor("t", FLOAT, [1 << 40, 1 << 20], (9, bytes(4))), "needs 4611686018427387904 bytes and has 4"),
    "beyond 63 bits": (tensor("t", FLOAT, [1 << 40, 1 << 40], (9, bytes(4))), "has a shape that no tensor can have"),
    "negative": (tensor("t", FLOAT, [-1], (9, bytes(4))), "has a shape that no tensor can have"),
    "no data": (tensor("t", FLOAT, [2]), "needs 2 values and does not have them"),
    "floats missing": (tensor("t", FLOAT, [9], (4, bytes(8))), "needs 9 values"),
    "numbers missing": (tensor("t", INT64, [9], (7, packed([1, 2]))), "needs 9 values"),
    "too many numbers": (tensor("t", INT64, [1], (7, packed([1] * 20))), "needs 1 values"),
    "texts missing": (tensor("t", STRING, [3], (6, "a")), "needs 3 values"),
    "texts as raw bytes": (tensor("t", STRING, [0], (9, b"")), "needs 0 bytes and has 0"),
    "no type": (tensor("t", 0, [1], (9, bytes(4))), "has the element type 0, which ONNX does not know"),
    "unknown type": (tensor("t", 77, [1], (9, bytes(4))), "has the element type 77"),
    "length elsewhere": (external("t", [2], location="w", length="9"), "needs 8 bytes and claims 9 in another file"),
    "nowhere": (external("t", [2]), "has its data in another file and does not say in which"),
}


@pytest.mark.parametrize(("data", "reason"), LYING.values(), ids=LYING)
def test_a_tensor_that_lies_is_reported_and_no_sum_is_made_up(data: bytes, reason: str) -> None:
    facts = of(read, model(main=graph((5, floats("good", 2)), (5, data))))
    (problem,) = facts.problems
    assert problem.startswith(f"tensor 't' {reason}")
    assert (facts.parameters, facts.tensor_count) == ((), 2)
    assert [tensor.name for tensor in facts.tensors] == ["good"]


def test_tensors_of_one_name_have_no_ranges() -> None:
    facts = of(read, model(main=graph((5, floats("t", 2)), (5, floats("t", 3)))))
    assert facts.problems == ("two initialisers of the graph have the same name, so no tensor is told by its name",)
    assert (facts.tensors, facts.parameters) == ((), (("F32", 5),))


def test_other_files_are_named_and_those_outside_reported() -> None:
    places = ["w.bin", "./sub//w.bin", "w.bin", "../up.bin", "/etc/passwd", "sub/../../x", "C:\\x"]
    tensors = [(5, external(f"t{index}", [1], location=place)) for index, place in enumerate(places)]
    facts = of(read, model(main=graph(*tensors)))
    assert facts.refers_to == ("../up.bin", "/etc/passwd", "C:\\x", "sub/../../x", "sub/w.bin", "w.bin")
    assert len(facts.problems) == 4
    assert facts.problems[0] == "data is to be read from '../up.bin', which is not inside the model's folder"
    assert facts.parameters == (("F32", 7),)


# What is nested.


def attribute(name: str, *fields: tuple[int, FieldValue]) -> bytes:
    return message((1, name), *fields)


def test_sub_graphs_count_operators_and_initialisers() -> None:
    inner = graph((1, node("Mul")), (5, floats("inner", 3)), (5, external("far", [1], location="far.bin")))
    deeper = graph((1, node("Loop", attributes=(attribute("body", (6, inner)),))), (5, floats("deep", 5)))
    branches = (attribute("then_branch", (6, deeper)), attribute("else_branch", (11, graph((1, node("Add"))))))
    facts = of(read, model(main=graph((1, node("If", attributes=branches)), (5, floats("w", 2)))))
    assert dict(facts.properties)["onnx:operators"] == "Add=1, If=1, Loop=1, Mul=1"
    assert facts.parameters == (("F32", 11),)
    assert (facts.tensor_count, [tensor.name for tensor in facts.tensors]) == (4, ["w"])
    assert facts.refers_to == ("far.bin",)


def constant(value: bytes) -> bytes:
    return node("Constant", attributes=(attribute("value", (5, value)),))


def test_without_initialisers_the_constants_are_the_weights() -> None:
    branch = attribute("then_branch", (6, graph((1, constant(floats("", 3))))))
    nodes = [(1, constant(floats("", 2, 2))), (1, node("If", attributes=(branch,)))]
    shape = node("ConstantOfShape", attributes=(attribute("value", (5, floats("", 1))),))
    facts = of(read, model(main=graph(*nodes, (1, shape))))
    assert (facts.parameters, facts.tensor_count, facts.tensors) == ((("F32", 7),), 2, ())
    facts = of(read, model(main=graph(*nodes, (5, floats("w", 1)))))
    assert (facts.parameters, facts.tensor_count) == ((("F32", 1),), 1)


def test_sparse_tensors_count_the_values_that_are_there() -> None:
    sparse = message((1, floats("s", 4)), (2, tensor("", INT64, [4], (9, bytes(32)))), (3, 100))
    facts = of(read, model(main=graph((15, sparse))))
    assert (facts.parameters, facts.tensor_count) == ((("F32", 4),), 1)
    in_attribute = node("Constant", attributes=(attribute("sparse_value", (22, sparse)), attribute("x", (23, sparse))))
    assert of(read, model(main=graph((1, in_attribute)))).parameters == (("F32", 8),)


def test_functions_are_listed_their_operators_counted_and_their_domain_is_not_foreign() -> None:
    function = message((1, "Gelu"), (10, "local"), (7, node("Erf")), (7, constant(external("", [1], location="f.bin"))))
    uses = [(1, node("Gelu", "local")), (1, node("Other", "local2"))]
    facts = of(read, model((25, function), main=graph(*uses)))
    found = dict(facts.properties)
    assert found["onnx:functions"] == "local:Gelu"
    assert found["onnx:operators"] == "Constant=1, Erf=1, local2:Other=1, local:Gelu=1"
    assert found["onnx:custom-domains"] == "local2"
    assert (facts.refers_to, facts.parameters) == (("f.bin",), ())


def test_defaults_of_a_function_are_looked_at() -> None:
    function = message(
        (1, "F"), (10, "local"), (11, attribute("value", (5, external("", [1], location="default.bin"))))
    )
    assert of(read, model((25, function))).refers_to == ("default.bin",)


def test_indices_of_a_sparse_tensor_are_looked_at() -> None:
    sparse = message((1, floats("s", 1)), (2, tensor("at", INT64, [1], (9, bytes(4)))))
    facts = of(read, model(main=graph((15, sparse))))
    assert facts.problems == ("tensor 'at' needs 8 bytes and has 4",)


def test_training_is_mentioned_and_its_tensors_are_no_parameters() -> None:
    training = message(
        (1, graph((1, node("Init")), (5, floats("g", 9)))), (2, graph((1, node("Adam", "ai.onnx.preview.training"))))
    )
    facts = of(read, model((20, training), main=graph((5, floats("w", 2)))))
    found = dict(facts.properties)
    assert found["onnx:training-info"] == "1"
    assert found["onnx:operators"] == "Init=1, ai.onnx.preview.training:Adam=1"
    assert "onnx:custom-domains" not in found
    assert facts.parameters == (("F32", 2),)


def test_operators_with_names_that_cannot_be_shown_are_still_counted() -> None:
    facts = of(read, model(main=graph((1, node("a\0b")), (1, node("X", "a\0b")), (1, b""))))
    found = dict(facts.properties)
    assert found["onnx:operators"] == "?=2, ?:X=1"
    assert found["onnx:custom-domains"] == "?"


def test_attributes_with_many_numbers_hide_nothing_behind_them() -> None:
    many = field(7, 1.5) * 3000 + field(8, 70_000) * 3000
    behind = (5, external("", [1], location="hidden.bin"))
    facts = of(read, model(main=graph((1, node("Tree", attributes=(attribute("n") + many + field(*behind),))))))
    assert facts.refers_to == ("hidden.bin",)


def test_fields_may_come_in_any_order_and_twice() -> None:
    late = message((5, attribute("value", (5, floats("", 2)))), (7, ""), (4, "Constant"))
    facts = of(
        read,
        message(
            (8, message((2, 9))), (7, graph((1, late), (11, port("x", b"")))), (7, graph((1, node("Add")))), (1, 3)
        ),
    )
    assert facts.title == "ONNX, IR 3"
    assert (facts.parameters, facts.inputs) == ((("F32", 2),), (PortInfo("x", "?"),))
    assert dict(facts.properties)["onnx:operators"] == "Add=1, Constant=1"
    assert facts.problems == ("the model holds more than one graph, which readers merge",)


def test_fields_of_another_wire_type_are_unknown_fields() -> None:
    facts = of(read, message((7, 5), (1, "8"), (7, graph((5, 9), (1, 1.0), (2, "g")))))
    assert (facts.title, facts.tensor_count, dict(facts.properties)) == ("ONNX", 0, {"onnx:graph-name": "g"})


def test_long_and_many_texts_are_bounded() -> None:
    entries = [(14, message((1, f"key{index}"), (2, "v"))) for index in range(500)]
    long = (14, message((1, "character"), (2, "字\n" * 3000)))
    facts = of(read, model((6, "é" * 5000), long, *entries))
    found = dict(facts.properties)
    assert found["onnx:doc-string"].endswith("é…")
    assert len(found["onnx:doc-string"]) == 1000
    assert "onnx:metadata:character" not in found
    assert len([name for name in found if name.startswith("onnx:metadata:")]) == 127


# What is refused.


def nested(levels: int) -> bytes:
    inner = graph((1, node("Add")))
    for _ in range(levels):
        inner = graph((1, node("If", attributes=(attribute("b", (6, inner)),))))
    return inner


def deep_type(levels: int) -> bytes:
    kind = tensor_type(FLOAT)
    for _ in range(levels):
        kind = field(4, field(1, kind))
    return kind


REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "holds no graph"),
    "no graph": (message((1, 8), (2, "pytorch")), "holds no graph"),
    "text": (b"ir_version: 8\ngraph {\n}\n", "wire type|leaves its message|no field"),
    "graphs too deep": (model(main=nested(33)), "nested deeper than 32"),
    "types too deep": (model(main=graph((11, port("x", deep_type(9))))), "nested deeper than 8"),
    "too many dimensions of a port": (
        model(main=graph((11, port("x", tensor_type(FLOAT, *([1] * 65)))))),
        "64 dimensions",
    ),
    "too many dimensions": (model(main=graph((5, tensor("t", FLOAT, [1] * (MAX_RANK + 1))))), "64 dimensions"),
    "too many packed dimensions": (model(main=graph((5, message((1, packed([1] * 65)))))), "longer than 64"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_model_or_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        of(read, data)


def test_nesting_within_the_bounds_is_read() -> None:
    assert dict(of(read, model(main=nested(32))).properties)["onnx:operators"] == "Add=1, If=32"
    assert of(read, model(main=graph((11, port("x", deep_type(8)))))).inputs[0].format.count("sequence(") == 8


BOUNDS: dict[str, tuple[str, bytes]] = {
    "onnx_graph.MAX_TENSORS": ("more than 3 tensors", graph(*[(5, floats("t", 1))] * 4)),
    "onnx_graph.MAX_LISTED": ("more than 3 inputs", graph(*[(11, port("x", b""))] * 4)),
    "onnx_graph.MAX_OPERATORS": ("more than 3 kinds", graph(*((1, node(f"Op{index}")) for index in range(4)))),
    "protobuf.MAX_FIELDS": ("more than 3 fields", graph((1, node("Add")))),
}


@pytest.mark.parametrize(("limit", "case"), BOUNDS.items(), ids=BOUNDS)
def test_counts_are_bounded(limit: str, case: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"attest.formats.{limit}", 3)
    with pytest.raises(DocumentError, match=case[0]):
        of(read, model(main=case[1]))


def test_a_model_that_is_cut_off_anywhere_is_refused_or_ends_between_fields() -> None:
    whole: set[int] = set()
    for length in range(len(GOOD)):
        try:
            facts = of(read, GOOD[:length])
        except DocumentError:
            continue
        whole.add(length)
        assert facts.tensor_count == 2
    # Behind the graph come two opsets and four entries of metadata; the last one is not cut off.
    assert len(whole) == 6


# How much is read, and how fast.


def test_weights_are_not_read() -> None:
    """1.6 GB in 24 initialisers: a small block for each, which is less than a ten-thousandth of the file."""
    shape = [4096, 4096]
    size = 4 * 4096 * 4096
    heads = []
    for index in range(24):
        head = tensor(f"w{index}", FLOAT, shape) + number(9 << 3 | 2) + number(size)
        heads.append(number(5 << 3 | 2) + number(len(head) + size) + head)
    first = message(*((1, node("MatMul")) for _ in range(24)))
    last = field(11, port("x", tensor_type(FLOAT, "n", 4096)))
    length = len(first) + sum(len(head) + size for head in heads) + len(last)
    pieces: dict[int, bytes] = {0: message((1, 8)) + number(7 << 3 | 2) + number(length) + first}
    position = len(pieces[0])
    for head in heads:
        pieces[position] = head
        position += len(head) + size
    pieces[position] = last

    taken: list[int] = []

    def read_at(offset: int, wanted: int) -> bytes:
        taken.append(wanted)
        block = bytearray(wanted)
        for start, piece in pieces.items():
            low, high = max(start, offset), min(start + len(piece), offset + wanted)
            if low < high:
                block[low - offset : high - offset] = piece[low - start : high - start]
        return bytes(block)

    facts = read(Source("large.onnx", position + len(last), read_at))
    assert facts.parameters == (("F32", 24 * 4096 * 4096),)
    assert facts.inputs == (PortInfo("x", "float32[n,4096]"),)
    assert facts.problems == ()
    assert sum(taken) <= 25 * 4096 < position / 10_000


def test_thousands_of_nodes_are_read_quickly() -> None:
    attributes = tuple(attribute(f"a{index}", (8, 3), (8, 4), (20, 7)) for index in range(4))
    data = model(main=graph(*((1, node(f"Op{index % 40}", attributes=attributes)) for index in range(5000))))
    watched = Watched(data)
    source = watched.source()
    began = time.process_time()
    facts = read(source)
    spent = time.process_time() - began
    assert dict(facts.properties)["onnx:operators"].startswith("Op0=125, Op1=125")
    assert len(watched.reads) < 20
    assert spent < 2.0  # 0.1 s on the machine it was written on


# Anything at all.


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_good_model_with_other_bytes_in_it(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for position, byte in changes:
        data[position] = byte
    survives(read, bytes(data))


VALUES: st.SearchStrategy[FieldValue] = st.one_of(
    st.integers(-1, 1 << 40), st.binary(max_size=12), st.sampled_from([1.0, "x", "Constant", "../y"])
)


def fields_of(values: st.SearchStrategy[FieldValue]) -> st.SearchStrategy[bytes]:
    return st.lists(st.tuples(st.integers(1, 26), values), max_size=4).map(lambda fields: message(*fields))


MESSAGES: st.SearchStrategy[bytes] = st.recursive(
    fields_of(VALUES), lambda inner: fields_of(st.one_of(inner, VALUES)), max_leaves=12
)


@settings(deadline=None, max_examples=200)
@given(MESSAGES, MESSAGES, st.booleans())
def test_any_messages_as_parts_of_a_model(main: bytes, other: bytes, packing: bool) -> None:
    parts = graph((1, node("If", attributes=(main, attribute("b", (6, other))))), (5, main), (11, other), (12, main))
    facts: Facts | None = survives(read, model((25, other), (14, main), (20, other), main=parts if packing else main))
    assert facts is None or facts.format == "onnx"


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    survives(read, data)


def real(*parts: str) -> Facts:
    path = MODELS.joinpath(*parts)
    assert path.is_file(), "run scripts/fixtures models first"
    with path.open("rb") as file:

        def read_at(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        return read(Source(path.name, path.stat().st_size, read_at))


@pytest.mark.model
def test_a_real_model_of_ultralytics() -> None:
    facts = real("nudenet", "320n.onnx")
    assert (facts.title, facts.parameters, facts.tensor_count) == (
        "ONNX, IR 10",
        (("F32", 3_009_188), ("I64", 62)),
        199,
    )
    assert facts.inputs == (PortInfo("images", "float32[batch,3,height,width]"),)
    found = dict(facts.properties)
    assert (found["onnx:producer-name"], found["onnx:producer-version"]) == ("pytorch", "2.3.1")
    assert found["onnx:metadata:task"] == "detect"
    assert found["onnx:metadata:names"].endswith("17: 'BUTTOCKS_COVERED'}")
    assert "Conv=64, Div=1" in found["onnx:operators"]
    assert facts.claims.license == "AGPL-3.0 License (https://ultralytics.com/license)"
    assert facts.problems == ()


@pytest.mark.model
def test_real_models_with_weights_in_constants_and_in_branches() -> None:
    facts = real("silero", "silero_vad.onnx")
    assert (facts.parameters, facts.tensor_count) == ((("F32", 545_286), ("I64", 311)), 341)
    assert dict(facts.properties)["onnx:operators"].startswith("Add=2, Cast=20, Concat=26, Constant=341")
    assert facts.inputs == (
        PortInfo("input", "float32[?,?]"),
        PortInfo("state", "float32[2,?,128]"),
        PortInfo("sr", "int64[]"),
    )
    facts = real("silero", "silero_vad_16k_op15.onnx")
    assert (facts.parameters, facts.tensor_count, len(facts.tensors)) == ((("F32", 309_633),), 15, 15)
    facts = real("basic-pitch", "nmp.onnx")
    assert (sum(count for _, count in facts.parameters), facts.tensor_count) == (36_037, 102)
    assert facts.problems == ()
