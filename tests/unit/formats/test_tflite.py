"""TensorFlow Lite models: what is read, what is refused, what is reported, and that constants stay unread."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import tflite
from attest.formats.facts import Claims, Facts, PortInfo
from attest.formats.source import Source
from attest.formats.tflite import MAX_PORTS, read
from attest.formats.tflite_schema import OPERATORS, TYPES, operator_name
from tests.unit.formats.flat_builder import Flat, flat, i8, i32, u8, u32, u64, vector
from tests.unit.formats.wire_builder import Watched, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
FLOAT32, INT32, STRING, INT8, INT4 = 0, 2, 5, 9, 17


def tensor(name: str, kind: int, shape: list[int], buffer: int = 0, **more: Flat) -> Flat:
    table: Flat = {0: vector("i", *shape), 1: i8(kind), 2: u32(buffer), 3: name}
    return table | more.get("more", {})


CONVERSION = flat({0: {0: "2.15.1", 1: u32(2), 2: i32(2)}, 1: {0: vector("i", 1003, 9999)}})
AUTHORED = flat({0: "Bird song", 1: "Tells birds\nby their song.", 2: "1.2", 4: "Jane Doe", 5: "Apache-2.0"}, b"M001")
BUFFERS: list[Flat] = [
    {},
    {0: bytes(24)},
    {0: bytes(3)},
    {0: b"2.3.0\0\0\0"},
    {0: CONVERSION},
    {0: AUTHORED},
    {0: bytes(4)},
]
MAIN: Flat = {
    0: [
        tensor("in:0", FLOAT32, [1, 4], more={7: vector("i", -1, 4)}),
        tensor("weight", FLOAT32, [2, 3], 1),
        tensor("bias", INT8, [3], 2, more={4: {2: vector("f"), 3: vector("q")}}),
        tensor("again", FLOAT32, [6], 1),
        tensor("out", INT8, [1, 3], more={4: {2: vector("i", 1)}}),
        tensor("one", INT32, [], 6, more={8: u8(1)}),
    ],
    1: vector("i", 0),
    2: vector("i", 4),
    3: [{0: u32(0)}, {0: u32(1)}, {0: u32(0)}],
    4: "main",
}
OTHER: Flat = {0: [tensor("weight", FLOAT32, [2, 3], 1)], 3: [{0: u32(2)}]}
MODEL: Flat = {
    0: u32(3),
    1: [{0: i8(3)}, {0: i8(32), 1: "FlexErf"}, {0: i8(127), 3: i32(150)}],
    2: [MAIN, OTHER],
    3: "MLIR Converted.",
    4: BUFFERS,
    6: [
        {0: "min_runtime_version", 1: u32(3)},
        {0: "CONVERSION_METADATA", 1: u32(4)},
        {0: "TFLITE_METADATA", 1: u32(5)},
        {0: "else", 1: u32(0)},
    ],
    7: [{0: [{0: "audio", 1: u32(0)}], 1: [{0: "b"}, {0: "a"}], 2: "serving_default"}],
}


def model(changes: Flat | None = None, main: Flat | None = None, buffers: list[Flat] | None = None) -> bytes:
    made = MODEL | (changes or {})
    if main is not None:
        made = made | {2: [MAIN | main]}
    if buffers is not None:
        made = made | {4: buffers}
    return flat(made, b"TFL3")


GOOD = model()


def properties(data: bytes) -> dict[str, str]:
    return dict(of(read, data).properties)


def test_describes_a_model() -> None:
    facts = of(read, GOOD)
    assert (facts.format, facts.title) == ("tflite", "TensorFlow Lite, schema 3")
    assert (facts.framework, facts.framework_version) == ("tensorflow", "2.15.1")
    assert facts.parameters == (("F32", 6), ("I32", 1), ("I8", 3))
    assert facts.inputs == (PortInfo("in:0", "float32[?,4]"),)
    assert facts.outputs == (PortInfo("out", "int8[1,3]"),)
    assert facts.properties == (
        ("tflite:converted-from", "KERAS_MODEL"),
        ("tflite:custom-operators", "FlexErf"),
        ("tflite:description", "MLIR Converted."),
        ("tflite:metadata", "CONVERSION_METADATA, TFLITE_METADATA, else, min_runtime_version"),
        ("tflite:min-runtime-version", "2.3.0"),
        ("tflite:operators", "CONV_2D=2, FlexErf=1, GELU=1"),
        ("tflite:optimization", "9999, PTQ_FULL_INTEGER"),
        ("tflite:quantized-tensors", "1"),
        ("tflite:schema-version", "3"),
        ("tflite:signatures", "serving_default(audio) -> (a, b)"),
        ("tflite:subgraphs", "2"),
        ("tflite:tensorflow-version", "2.15.1"),
    )
    assert facts.problems == ()


def test_constants_are_listed_once_with_the_place_of_their_bytes() -> None:
    facts = of(read, GOOD)
    assert facts.tensor_count == 3
    assert [(found.name, found.dtype, found.shape) for found in facts.tensors] == [
        ("weight", "F32", (2, 3)),
        ("bias", "I8", (3,)),
        ("one", "I32", ()),
    ]
    marked = model(buffers=[*BUFFERS[:2], {0: b"abc"}, *BUFFERS[3:]])
    bias = of(read, marked).tensors[1]
    assert marked[bias.begin : bias.end] == b"abc"


def test_what_the_author_says_is_a_claim() -> None:
    assert of(read, GOOD).claims == Claims(
        name="Bird song",
        version="1.2",
        license="Apache-2.0",
        description="Tells birds by their song.",
        authors=("Jane Doe",),
        keys=(
            ("authors", "TFLITE_METADATA/author"),
            ("description", "TFLITE_METADATA/description"),
            ("license", "TFLITE_METADATA/license"),
            ("name", "TFLITE_METADATA/name"),
            ("version", "TFLITE_METADATA/version"),
        ),
    )


def test_the_smallest_model_has_a_graph_and_no_more() -> None:
    facts = of(read, flat({0: u32(3), 2: [{}]}, b"TFL3"))
    assert (facts.inputs, facts.outputs, facts.parameters, facts.tensor_count) == ((), (), (), 0)
    assert (facts.framework, facts.framework_version) == ("", "")
    assert facts.properties == (("tflite:schema-version", "3"), ("tflite:subgraphs", "1"))


def test_a_shape_is_told_as_far_as_it_is_known() -> None:
    tensors = [
        tensor("scalar", FLOAT32, [], more={8: u8(1)}),
        tensor("unranked", FLOAT32, []),
        tensor("string", STRING, [2]),
        tensor("new", 77, [1]),
    ]
    found = of(read, model(main={0: tensors, 1: vector("i", 0, 1, 2, 3), 2: vector("i")})).inputs
    assert [port.format for port in found] == ["float32[]", "float32", "string[2]", "type77[1]"]


def test_half_bytes_are_rounded_up() -> None:
    buffers: list[Flat] = [{}, {0: bytes(2)}, *BUFFERS[2:]]
    tensors = [tensor("half", INT4, [3], 1)]
    facts = of(read, model(main={0: tensors, 1: vector("i"), 2: vector("i")}, buffers=buffers))
    assert facts.parameters == (("I4", 3),)


def test_texts_among_constants_are_no_parameters() -> None:
    tensors = [tensor("names", STRING, [9], 1), tensor("bias", INT8, [3], 2)]
    facts = of(read, model(main={0: tensors, 1: vector("i"), 2: vector("i")}))
    assert (facts.parameters, facts.tensor_count, facts.problems) == ((("I8", 3),), 2, ())


@pytest.mark.parametrize("shape", [[2, 4], [7], [-6], [-2, -3], [], [2**31 - 1] * 16])
def test_constants_that_do_not_fill_their_buffer_make_the_sum_unknown(shape: list[int]) -> None:
    tensors = [tensor("weight", FLOAT32, shape, 1), tensor("bias", INT8, [3], 2)]
    facts = of(read, model(main={0: tensors, 1: vector("i"), 2: vector("i")}))
    assert facts.parameters == ()
    assert facts.problems == ("1 of its constants do not fill their buffers, so none are counted",)
    assert facts.tensor_count == 2


def test_constants_of_an_unknown_type_make_the_sum_unknown() -> None:
    facts = of(read, model(main={0: [tensor("weight", 77, [6], 1)], 1: vector("i"), 2: vector("i")}))
    assert facts.parameters == ()
    assert facts.problems == ("1 of its constants are of an unknown type, so none are counted",)


def test_sparse_constants_make_the_sum_unknown() -> None:
    facts = of(read, model(main={0: [tensor("w", FLOAT32, [9, 9], 1, more={6: {}})], 1: vector("i"), 2: vector("i")}))
    assert (facts.parameters, facts.problems) == ((), ())
    assert dict(facts.properties)["tflite:sparse-tensors"] == "1"


def test_constants_behind_the_buffer_of_a_large_model() -> None:
    size = 3 << 30
    buffers: list[Flat] = [{}, {1: u64(size - 24), 2: u64(24)}, *BUFFERS[2:]]
    watched = Watched(model(buffers=buffers), size)
    facts = read(watched.source())
    assert (facts.tensors[0].begin, facts.tensors[0].end) == (size - 24, size)
    assert facts.parameters == (("F32", 6), ("I32", 1), ("I8", 3))
    assert watched.total < 64 * 1024


@pytest.mark.parametrize(("offset", "length"), [(2, 2**64 - 1), (2**63, 24), (10_000, 24)])
def test_refuses_constants_behind_the_end(offset: int, length: int) -> None:
    buffers: list[Flat] = [{}, {1: u64(offset), 2: u64(length)}, *BUFFERS[2:]]
    with pytest.raises(DocumentError, match="buffer 1 ends at"):
        of(read, model(buffers=buffers))


def test_constants_in_other_files() -> None:
    tensors = [tensor("far", FLOAT32, [1 << 20], more={10: u32(1)})]
    groups: list[Flat] = [{0: "./weights.bin"}, {0: "../../etc/passwd"}, {}]
    made = model({8: groups}, main={0: tensors, 1: vector("i"), 2: vector("i")})
    facts = of(read, made)
    assert facts.refers_to == ("weights.bin",)
    assert facts.problems == ("its constants lie in ../../etc/passwd, which is outside of its own folder",)
    assert facts.parameters == ()
    assert dict(facts.properties)["tflite:external-tensors"] == "1"


def test_constants_themselves_are_not_read() -> None:
    weights = 8 << 20
    buffers: list[Flat] = [{}, {0: bytes(weights)}, *BUFFERS[2:]]
    main: Flat = {0: [tensor("w", FLOAT32, [weights // 4], 1)], 1: vector("i"), 2: vector("i")}
    watched = Watched(model(main=main, buffers=buffers))
    assert read(watched.source()).parameters == (("F32", weights // 4),)
    assert watched.total < 64 * 1024


@pytest.mark.parametrize("index", [3, 4, 5])
def test_metadata_that_cannot_be_read_is_reported_and_the_rest_is_described(index: int) -> None:
    buffers = list(BUFFERS)
    buffers[index] = {0: b"\xff\xff\xff\x7f"}
    facts = of(read, model(buffers=buffers))
    names = {3: (), 4: ("CONVERSION_METADATA",), 5: ("TFLITE_METADATA",)}[index]
    assert len(facts.problems) == len(names)
    assert all(name in problem for name, problem in zip(names, facts.problems, strict=True))
    assert facts.parameters == (("F32", 6), ("I32", 1), ("I8", 3))


def test_metadata_of_another_schema_is_no_claim() -> None:
    buffers = list(BUFFERS)
    buffers[5] = {0: AUTHORED.replace(b"M001", b"X001")}
    facts = of(read, model(buffers=buffers))
    assert facts.claims == Claims()
    assert facts.problems == (
        "its metadata TFLITE_METADATA cannot be read: its TFLITE_METADATA is of an unknown schema",
    )


def test_an_operator_of_a_later_schema_has_its_number() -> None:
    assert properties(model({1: [{3: i32(4000)}, {0: i8(32)}, {3: i32(-2)}]}))["tflite:operators"] == (
        "ADD=1, BUILTIN_4000=2, CUSTOM=1"
    )


def test_the_tables_of_names_follow_the_schema() -> None:
    assert len(OPERATORS) == 210
    assert [operator_name(code) for code in (0, 32, 127, 209, 210, -1)] == [
        "ADD", "CUSTOM", "PLACEHOLDER_FOR_GREATER_OP_CODES", "STABLEHLO_CASE", "BUILTIN_210", "BUILTIN_-1",
    ]  # fmt: skip
    assert [TYPES[code].dtype for code in (0, 9, 17, 18, 22)] == ["F32", "I8", "I4", "BF16", "F8_E5M2"]


FAULTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "does not begin"),
    "another identifier": (GOOD[:4] + b"TFL2" + GOOD[8:], "does not begin"),
    "another version": (model({0: u32(2)}), "version 2 of its schema"),
    "no version": (model({0: u32(0)}), "version 0 of its schema"),
    "no graph": (model({2: []}), "holds no graph"),
    "an operator of no kind": (model(main={3: [{0: u32(3)}]}), "an operator is of kind 3, of which .* only 3"),
    "an input that is no tensor": (model(main={1: vector("i", 6)}), "none of the 6 tensors"),
    "an input that is left out": (model(main={1: vector("i", -1)}), "none of the 6 tensors"),
    "an output that is no tensor": (model(main={2: vector("i", 2**31 - 1)}), "none of the 6 tensors"),
    "too many inputs": (model(main={1: vector("i", *[0] * (MAX_PORTS + 1))}), "longer than 512"),
    "a buffer that is not there": (
        model(main={0: [tensor("w", FLOAT32, [1], 7)], 1: vector("i"), 2: vector("i")}),
        "buffer 7 is not there: the model has 7 buffers",
    ),
    "metadata that is not there": (model({6: [{0: "min_runtime_version", 1: u32(99)}]}), "buffer 99 is not there"),
    "a rank beyond reason": (
        model(main={0: [tensor("w", FLOAT32, [1] * 17, 1)], 1: vector("i"), 2: vector("i")}),
        "17 numbers is longer than 16",
    ),
    "too much metadata": (model({6: [{0: "x"}] * 1025}), "1025 entries is longer"),
    "too many signatures": (model({7: [{}] * 65}), "65 entries is longer"),
    "too many kinds of operators": (model({1: [{}] * 1025}), "1025 entries is longer"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    data, message = FAULTS[fault]
    with pytest.raises(DocumentError, match=message):
        of(read, data)


def test_too_many_constants_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflite, "MAX_TENSORS", 2)
    with pytest.raises(DocumentError, match="more than 2 constants"):
        of(read, GOOD)


def test_a_model_that_is_cut_off_is_refused_or_described_the_same() -> None:
    whole = of(read, GOOD)
    for end in range(len(GOOD)):
        facts = survives(read, GOOD[:end])
        # What is written last may be the end of a text, or of metadata.
        assert facts is None or facts.parameters in {whole.parameters, ()}


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, byte in changes:
        data[place] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.integers(0, len(GOOD) // 4 - 1), st.sampled_from([0, 1, 4, 2**16, 2**31 - 1, 2**31, 2**32 - 1]))
def test_lying_offsets_and_lengths(place: int, value: int) -> None:
    data = bytearray(GOOD)
    struct.pack_into("<I", data, 4 * place, value)
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    survives(read, data[:4] + b"TFL3" + data[4:])


def real(*parts: str) -> Facts:
    path = MODELS.joinpath(*parts)
    assert path.is_file(), "run scripts/fixtures models first"
    with path.open("rb") as file:

        def read_at(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        return read(Source(path.name, path.stat().st_size, read_at))


@pytest.mark.model
def test_a_real_model() -> None:
    facts = real("basic-pitch", "nmp.tflite")
    # Counted with the tflite package, 2.18.0.
    assert (facts.parameters, facts.tensor_count) == ((("F32", 35_739), ("I32", 163)), 64)
    assert facts.inputs == (PortInfo("serving_default_input_2:0", "float32[?,43844,1]"),)
    assert facts.outputs == (
        PortInfo("StatefulPartitionedCall:2", "float32[?,172,88]"),
        PortInfo("StatefulPartitionedCall:1", "float32[?,172,88]"),
        PortInfo("StatefulPartitionedCall:0", "float32[?,172,264]"),
    )
    assert (facts.framework, facts.framework_version) == ("tensorflow", "2.13.0")
    found = dict(facts.properties)
    assert found["tflite:min-runtime-version"] == "2.2.0"
    assert found["tflite:signatures"] == "serving_default(input_2) -> (contour, note, onset)"
    assert found["tflite:converted-from"] == "TF_SAVED_MODEL"
    assert "CONV_2D=32, DIV=1" in found["tflite:operators"]
    assert "tflite:custom-operators" not in found
    assert facts.problems == ()
