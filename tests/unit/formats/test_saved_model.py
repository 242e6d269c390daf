"""TensorFlow SavedModels: signatures, operators and versions of `saved_model.pb`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.facts import PortInfo
from attest.formats.saved_model import read
from attest.formats.source import Source
from tests.unit.formats.wire_builder import FieldValue, Watched, field, message, number, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
FLOAT, STRING, INT64, HALF = 1, 7, 9, 19


def node(op: str) -> bytes:
    return message((1, "name"), (2, op), (3, "input"), (5, message((1, "dtype"), (2, field(6, 1)))))


def shape(*sizes: int) -> bytes:
    return b"".join(field(2, field(1, size) if size else b"") for size in sizes)


def info(kind: int, dims: bytes | None, *more: tuple[int, FieldValue]) -> bytes:
    return message((1, "tensor:0"), (2, kind), *(((3, dims),) if dims is not None else ()), *more)


def signature(name: str, inputs: dict[str, bytes], outputs: dict[str, bytes]) -> bytes:
    ports: list[tuple[int, FieldValue]] = [(1, message((1, key), (2, value))) for key, value in inputs.items()]
    ports += [(2, message((1, key), (2, value))) for key, value in outputs.items()]
    return message((1, name), (2, message(*ports, (3, "tensorflow/serving/predict"))))


def meta(*fields: tuple[int, FieldValue], tags: tuple[str, ...] = ("serve",), version: str = "2.16.1") -> bytes:
    return message((1, message(*((4, tag) for tag in tags), (5, version))), *fields)


def saved(*graphs: bytes) -> bytes:
    return message((1, 1), *((2, graph) for graph in graphs))


GRAPH = message(
    (1, node("Placeholder")),
    (1, node("VarHandleOp")),
    (1, node("VarHandleOp")),
    (2, message((1, message((3, node("MatMul")), (3, node("Const")))), (1, message((3, node("MatMul")))))),
)
SERVING = signature(
    "serving_default",
    {"x": info(FLOAT, shape(-1, 224, 224, 3)), "a": info(STRING, shape())},
    {"y": info(HALF, shape(-1, 1000)), "rank": info(INT64, field(3, 1))},
)
OWN = signature("__saved_model_init_op", {}, {"__saved_model_init_op": info(0, field(3, 1))})
GOOD = saved(meta((2, GRAPH), (5, SERVING), (5, OWN), (6, message((2, "vocab.txt"))), (7, field(1, b""))))


def test_a_whole_model() -> None:
    facts = of(read, GOOD)
    assert (facts.format, facts.title) == ("saved-model", "TensorFlow SavedModel 1")
    assert (facts.framework, facts.framework_version) == ("tensorflow", "2.16.1")
    assert facts.inputs == (PortInfo("a", "string[]"), PortInfo("x", "float32[?,224,224,3]"))
    assert facts.outputs == (PortInfo("rank", "int64"), PortInfo("y", "float16[?,1000]"))
    assert facts.properties == (
        ("tf:operators", "Const=1, MatMul=2, Placeholder=1, VarHandleOp=2"),
        ("tf:signature", "serving_default"),
        ("tf:signatures", "__saved_model_init_op, serving_default"),
        ("tf:tags", "serve"),
    )
    assert facts.refers_to == ("assets/vocab.txt", "variables/variables.index")
    assert (facts.parameters, facts.tensor_count, facts.problems) == ((), 0, ())


def test_a_model_without_variables_refers_to_none() -> None:
    assert of(read, saved(meta((2, field(1, node("Const")))))).refers_to == ()


def test_without_the_usual_signature_the_first_by_name_speaks() -> None:
    named = [signature(name, {name: info(FLOAT, shape(2))}, {}) for name in ("z", "b", "__saved_model_train_op")]
    facts = of(read, saved(meta(*((5, item) for item in named))))
    assert facts.inputs == (PortInfo("b", "float32[2]"),)
    assert dict(facts.properties)["tf:signature"] == "b"


def test_without_any_signature_there_are_no_ports() -> None:
    facts = of(read, saved(meta((5, OWN))))
    assert (facts.inputs, facts.outputs) == ((), ())
    assert "tf:signature" not in dict(facts.properties)


def test_of_several_graphs_the_one_to_serve_speaks_and_all_operators_count() -> None:
    training = meta(
        (2, field(1, node("Adam"))), (5, signature("serving_default", {"t": info(FLOAT, None)}, {})), tags=("train",)
    )
    serving = meta((2, field(1, node("Relu"))), (5, SERVING), tags=("serve", "gpu"))
    facts = of(read, saved(training, serving))
    assert [port.name for port in facts.inputs] == ["a", "x"]
    found = dict(facts.properties)
    assert (found["tf:operators"], found["tf:tags"]) == ("Adam=1, Relu=1", "train; gpu, serve")
    assert found["tf:meta-graphs"] == "2"
    assert [port.name for port in of(read, saved(training, training)).inputs] == ["t"]


TYPES = {
    "float32[?,0,7]": info(FLOAT, shape(-1, 0, 7)),
    "float32[]": info(FLOAT, b""),
    "float32": info(FLOAT, None),
    "float16[1]": info(HALF + 100, shape(1)),
    "?[1]": info(88, shape(1)),
    "?": b"",
    "sparse(int64[?])": info(INT64, shape(-1), (4, message((1, "v")))),
    "composite(?)": field(5, b""),
}


FORMS = [
    "float32", "float64", "int32", "uint8", "int16", "int8", "string", "complex64", "int64", "bool", "qint8", "quint8",
    "qint32", "bfloat16", "qint16", "quint16", "uint16", "complex128", "float16", "resource", "variant", "uint32",
    "uint64", "float8e5m2", "float8e4m3fn", "float8e4m3fnuz", "float8e4m3b11fnuz", "float8e5m2fnuz", "int4", "uint4",
    "int2", "uint2", "float4e2m1fn",
]  # fmt: skip


def test_element_types_have_their_names() -> None:
    for index, form in enumerate(FORMS, 1):
        inputs = {"x": info(index, None), "y": info(index + 100, None)}
        facts = of(read, saved(meta((5, signature("s", inputs, {})))))
        assert facts.inputs == (PortInfo("x", form), PortInfo("y", form))


@pytest.mark.parametrize(("form", "kind"), TYPES.items(), ids=TYPES)
def test_types_of_ports(form: str, kind: bytes) -> None:
    facts = of(read, saved(meta((5, signature("s", {"x": kind}, {"y": kind})))))
    assert (facts.inputs, facts.outputs) == ((PortInfo("x", form),), (PortInfo("y", form),))


@pytest.mark.parametrize(
    "op",
    ["ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "EagerPyFunc", "PrintV2", "DebugIdentityV2", "RpcCall"],
)
def test_operators_that_touch_files_or_run_code_are_told_apart_wherever_they_are(op: str) -> None:
    library = field(2, field(1, field(3, node(op))))
    for graph in (field(1, node(op)), library):
        found = dict(of(read, saved(meta((2, graph)), meta((2, field(1, node("Relu")))))).properties)
        assert found["tf:side-effect-ops"] == f"{op}=1"


def test_saving_and_loading_its_own_variables_is_no_side_effect() -> None:
    graph = b"".join(field(1, node(op)) for op in ("SaveV2", "RestoreV2", "MergeV2Checkpoints", "ShardedFilename"))
    assert "tf:side-effect-ops" not in dict(of(read, saved(meta((2, graph)))).properties)


def test_assets_outside_are_reported() -> None:
    assets = [(6, message((2, name))) for name in ("../../etc/passwd", "/x", "sub/ok.txt", b"\xff")]
    facts = of(read, saved(meta(*assets)))
    assert facts.refers_to == ("assets/sub/ok.txt",)
    assert facts.problems == (
        "the asset '../../etc/passwd' is not inside the model's folder",
        "the asset '/x' is not inside the model's folder",
        "the asset '' is not inside the model's folder",
    )


def test_names_that_cannot_be_shown() -> None:
    facts = of(
        read,
        saved(
            meta((2, field(1, message((2, "a\0b")))), (5, signature("a\0b", {}, {})), tags=("a\0b",), version="a\0b")
        ),
    )
    assert dict(facts.properties) == {"tf:operators": "?=1"}
    assert (facts.framework_version, facts.problems) == ("", ("a signature has no name that can be shown",))


REFUSED = {
    "empty": (b"", "holds no graph"),
    "no graph": (field(1, 1), "holds no graph"),
    "text": (b"saved_model_schema_version: 1\n", "wire type|leaves its message|no field"),
    "too many dimensions": (
        saved(meta((5, signature("s", {"x": info(FLOAT, shape(*[1] * 65))}, {})))),
        "64 dimensions",
    ),
    "too many graphs": (saved(*[b""] * 65), "more than 64 graphs"),
    "too many signatures": (
        saved(meta(*((5, signature(f"s{index}", {}, {})) for index in range(257)))),
        "256 signatures",
    ),
    "too many ports": (saved(meta((5, signature("s", {f"x{index}": b"" for index in range(513)}, {})))), "512 inputs"),
    "too many operators": (
        saved(meta((2, message(*((1, field(2, f"Op{index}")) for index in range(10_001)))))),
        "10000 kinds",
    ),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_model_or_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        of(read, data)


def test_a_model_that_is_cut_off_anywhere_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(DocumentError):
            of(read, GOOD[:length])


def test_constants_are_not_read() -> None:
    value = number(5 << 3 | 2) + number(1 << 30)
    rest = message((1, "c"), (2, "Const")) + value
    length = len(rest) + (1 << 30)
    head = number(1 << 3 | 2) + number(length) + rest
    graph = number(2 << 3 | 2) + number(len(head) + (1 << 30)) + head
    data = number(2 << 3 | 2) + number(len(graph) + (1 << 30)) + graph
    watched = Watched(data, len(data) + (1 << 30))
    assert dict(read(watched.source()).properties)["tf:operators"] == "Const=1"
    assert watched.total <= 4096


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_good_model_with_other_bytes_in_it(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for position, byte in changes:
        data[position] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=120), st.sampled_from([1, 2, 5, 6]))
def test_any_bytes_as_parts_of_a_model(data: bytes, place: int) -> None:
    survives(read, saved(meta((place, data))))
    survives(read, data)


@pytest.mark.model
def test_a_real_model() -> None:
    path = MODELS / "basic-pitch" / "nmp" / "saved_model.pb"
    assert path.is_file(), "run scripts/fixtures models first"
    facts = read(Source.of_bytes(path.name, path.read_bytes()))
    assert (facts.title, facts.framework_version) == ("TensorFlow SavedModel 1", "2.4.1")
    assert facts.inputs == (PortInfo("input_2", "float32[?,43844,1]"),)
    assert facts.outputs == (
        PortInfo("contour", "float32[?,172,264]"),
        PortInfo("note", "float32[?,172,88]"),
        PortInfo("onset", "float32[?,172,88]"),
    )
    operators = dict(facts.properties)["tf:operators"]
    assert "Const=1521, Conv2D=160" in operators
    assert "StatefulPartitionedCall=72" in operators
    assert facts.refers_to == ("variables/variables.index",)
