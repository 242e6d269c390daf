"""TensorFlow Lite models: custom operators, TensorFlow's own behind `Flex`, and indices that leave the model."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.graphs.tflite import scan
from tests.unit.formats.flat_builder import Flat, flat, i8, i32, u32, u64, vector
from tests.unit.scanning.mutations import mutated
from tests.unit.scanning.parts import Scanned, run
from tests.unit.scanning.scans import rules, scan_bytes

MODELS = Path(__file__).parents[3] / ".cache" / "models"
TENSORS: list[Flat] = [{0: vector("i", 1), 2: u32(0), 3: "in"}, {0: vector("i", 1), 2: u32(1), 3: "w"}]
GRAPH: Flat = {
    0: TENSORS,
    1: vector("i", 0),
    2: vector("i", 1),
    3: [{0: u32(0), 1: vector("i", 0, -1), 2: vector("i", 1)}],
}
MODEL: Flat = {0: u32(3), 1: [{0: i8(3)}], 2: [GRAPH], 4: [{}, {0: bytes(32)}], 6: [{0: "note", 1: u32(1)}]}


def model(changes: Flat | None = None, graph: Flat | None = None) -> bytes:
    made = MODEL | (changes or {})
    return flat(made | {2: [GRAPH | graph]} if graph is not None else made, b"TFL3")


def of(data: bytes) -> Scanned:
    return run(scan, data, "folder/model.tflite")


def custom(name: str) -> bytes:
    return model({1: [{0: i8(32), 1: name}]})


def test_a_plain_model_passes() -> None:
    scanned = of(model())
    assert (scanned.outcome, scanned.rules) == ("PASS", [])
    assert scanned.found.opaque == 32
    assert scanned.found.interpreted == len(model()) - 32


def test_a_custom_operator_is_a_warning() -> None:
    scanned = of(custom("Mine"))
    assert (scanned.outcome, scanned.rules, scanned.values) == ("PASS", ["tflite.custom-operator"], {"Mine"})


def test_a_custom_operator_without_a_name_is_one() -> None:
    assert of(model({1: [{0: i8(32)}]})).rules == ["tflite.custom-operator"]
    assert of(model({1: [{3: i32(32), 1: "Mine"}]})).rules == ["tflite.custom-operator"]


@pytest.mark.parametrize("name", ["FlexReadFile", "FlexWriteFile", "FlexPyFunc", "FlexSaveV2", "FlexEagerPyFunc"])
def test_operators_of_tensorflow_that_reach_outside_block(name: str) -> None:
    scanned = of(custom(name))
    assert (scanned.outcome, scanned.rules, scanned.values) == ("BLOCK", ["tf.operator"], {name})


def test_other_operators_of_tensorflow() -> None:
    assert not of(custom("FlexErf")).rules
    assert of(custom("FlexMine")).rules == ["tf.unknown-operator"]


def test_an_unknown_builtin_is_a_warning() -> None:
    assert of(model({1: [{0: i8(127), 3: i32(9999)}]})).rules == ["tf.unknown-operator"]


def test_buffers_behind_the_tables_are_fine() -> None:
    data = model({4: [{}, {1: u64(16), 2: u64(64)}]})
    assert of(data).found.opaque == 64


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty", b""),
        ("other", b"\x10\0\0\0TFL2" + bytes(40)),
        ("root", b"\xff\xff\xff\x7fTFL3" + model()[8:]),
        ("cut off", model()[:60]),
        ("version", model({0: u32(4)})),
        ("no graph", model({2: []})),
        ("kind of operator", model(graph={3: [{0: u32(1)}]})),
        ("input", model(graph={1: vector("i", 2)})),
        ("negative input", model(graph={1: vector("i", -2)})),
        ("output", model(graph={2: vector("i", 7)})),
        ("input of an operator", model(graph={3: [{0: u32(0), 1: vector("i", 9)}]})),
        ("output of an operator", model(graph={3: [{0: u32(0), 2: vector("i", -5)}]})),
        ("options", model(graph={3: [{0: u32(0), 9: u64(1 << 40), 10: u64(8)}]})),
        ("buffer of a tensor", model(graph={0: [{2: u32(9)}, {}]})),
        ("buffer", model({4: [{}, {1: u64(1 << 40), 2: u64(8)}]})),
        ("buffer of metadata", model({6: [{0: "x", 1: u32(5)}]})),
        ("old buffer of metadata", model({5: vector("i", 5)})),
        ("name of an operator", custom("x" * 2000)),
    ],
)
def test_broken_models_do_not_pass(name: str, data: bytes) -> None:
    scanned = of(data)
    assert scanned.outcome == "INCONCLUSIVE", name
    assert "scan.internal-error" not in scanned.rules


def test_what_precedes_a_fault_is_kept() -> None:
    scanned = of(model({1: [{0: i8(32), 1: "FlexReadFile"}]}, graph={1: vector("i", 9)}))
    assert set(scanned.rules) == {"tf.operator", "file.malformed"}


def test_constants_in_other_files() -> None:
    assert of(model({8: [{0: "weights.bin"}]})).found.refers_to == {"folder/weights.bin"}
    for name in ("../weights.bin", "/etc/passwd", "C:\\x", ""):
        assert of(model({8: [{0: name}]})).rules == ["archive.path-traversal"]


def test_a_pickle_in_the_archive_of_metadata_is_found() -> None:
    stream = io.BytesIO(model())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("labels.pkl", b"cposix\nsystem\n(S'true'\ntR.")
    assert "pickle.name-not-allowed" in rules(scan_bytes("model.tflite", stream.getvalue()))


@pytest.mark.skipif(not MODELS.is_dir(), reason="run scripts/fixtures models first")
def test_a_real_model_passes() -> None:
    found = scan_bytes("nmp.tflite", (MODELS / "basic-pitch" / "nmp.tflite").read_bytes())
    assert (found.outcome, found.findings, found.formats) == ("PASS", (), ("tflite",))


SEED = model({8: [{0: "weights.bin"}]})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_never_fails_whatever_the_changes(changes: list[tuple[int, int]]) -> None:
    assert "scan.internal-error" not in of(mutated(SEED, changes)).rules


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100))
def test_never_fails_whatever_the_bytes(data: bytes) -> None:
    assert "scan.internal-error" not in of(b"\x10\0\0\0TFL3" + data).rules
