"""NumPy arrays: headers by a grammar of their own, nothing evaluated."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import numpy_array, zip_facts
from attest.formats.facts import Facts, TensorInfo
from attest.formats.numpy_array import read
from attest.formats.numpy_header import ArrayHeader, read_header
from attest.formats.source import Source
from tests.unit.formats.model_samples import NPZ, NPZ_PACKED
from tests.unit.formats.wire_builder import Watched, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"


def array(text: str, data: bytes = b"", version: int = 1) -> bytes:
    raw = text.encode("utf-8" if version == 3 else "latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(raw)) + raw + data


def simple(
    descr: str = "'<f4'", shape: str = "(2, 3)", fortran: str = "False", data: int = 24, version: int = 1
) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"
    return array(text.ljust(117) + "\n", bytes(data), version)


def header(text: str, version: int = 1) -> ArrayHeader:
    return read_header(Source.of_bytes("x.npy", array(text, version=version)))


def named(data: bytes, name: str = "folder/weights.npy") -> Facts:
    return read(Source.of_bytes(name, data))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_array(version: int) -> None:
    data = simple(version=version)
    found = named(data)
    assert (found.format, found.title) == ("numpy", f"NumPy array, version {version}")
    assert found.tensors == (TensorInfo("weights", "float32", (2, 3), len(data) - 24, len(data)),)
    assert (found.tensor_count, found.parameters, found.problems) == (1, (), ())
    assert dict(found.properties) == {"numpy:dtype": "float32", "numpy:order": "c", "numpy:shape": "2x3"}


@pytest.mark.parametrize(
    ("descr", "name", "size"),
    [
        ("'<f4'", "float32", 4), ("'>i8'", "int64", 8), ("'|u1'", "uint8", 1), ("'|b1'", "bool", 1), ("'?'", "bool", 1),
        ("'<c16'", "complex128", 16), ("'<f2'", "float16", 2), ("'<U3'", "U3", 12), ("'|S5'", "S5", 5),
        ("'|V7'", "V7", 7),
        ("'<M8[ns]'", "M8[ns]", 8), ("'<m8[25s]'", "m8[25s]", 8),
        ("[('a', '<i4'), ('b', '<f8', (2, 3))]", "record", 52),
        ("[('a', [('b', '<i4'), ('', '|V4')])]", "record", 8), ("[(('title', 'a'), '<i4')]", "record", 4),
        ("('<f4', (3,))", "record", 12), ("[('a', '<i4', 3)]", "record", 12), ("[]", "record", 0), ("'<f'", "f", None),
    ],
)  # fmt: skip
def test_element_types(descr: str, name: str, size: int | None) -> None:
    found = header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}")
    assert (found.dtype, found.size, found.objects) == (name, size, False)


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [("()", ()), ("(3,)", (3,)), ("(3, 4)", (3, 4)), ("(0, 4L)", (0, 4)), ("( 1 ,2, )", (1, 2)), ("(3L,)", (3,))],
)
def test_shapes(shape: str, sizes: tuple[int, ...]) -> None:
    assert header(f'{{"shape": {shape}, "descr": "<f4", "fortran_order": True}}').shape == sizes
    assert named(simple(shape="()", data=4)).properties[-1] == ("numpy:shape", "scalar")


def test_arrays_in_the_order_of_fortran() -> None:
    found = named(simple(fortran="True"))
    assert (found.tensors, dict(found.properties)["numpy:order"]) == ((), "fortran")
    assert len(named(simple(fortran="True", shape="(6,)")).tensors) == 1


DEEP = "[('a', " * 12 + "'<f4'" + ")]" * 12
REFUSED = {
    "nothing": b"",
    "no magic": b"\x93NUMPX\1\0\2\0{}",
    "version 4": b"\x93NUMPY\4\0\2\0\0\0{}",
    "minor version": b"\x93NUMPY\1\1\2\0{}",
    "cut off": b"\x93NUMPY\1\0\xff\0{",
    "too long": array("{" + " " * 10_000 + "}", version=2),
    "no dictionary": array("('descr',)"),
    "a name": array("{'descr': x, 'fortran_order': False, 'shape': ()}"),
    "a call": array("{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}"),
    "an operator": array("{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}"),
    "a product": array("{'descr': '<f4', 'fortran_order': False, 'shape': (9**9,)}"),
    "an escape": array(r"{'descr': '<f\x34', 'fortran_order': False, 'shape': ()}"),
    "a member too many": array("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}"),
    "a member too few": array("{'descr': '<f4', 'shape': ()}"),
    "a member twice": array("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}"),
    "no order": array("{'descr': '<f4', 'fortran_order': 1, 'shape': ()}"),
    "no shape": array("{'descr': '<f4', 'fortran_order': False, 'shape': [1]}"),
    "a shape in parentheses": array("{'descr': '<f4', 'fortran_order': False, 'shape': (1)}"),
    "a negative size": array("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"),
    "truth as a size": array("{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}"),
    "a huge shape": array("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999)}"),
    "a huge number": array("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 30 + ",)}"),
    "many dimensions": array("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 65 + ")}"),
    "an unknown type": array("{'descr': '<Z4', 'fortran_order': False, 'shape': ()}"),
    "a number as a type": array("{'descr': 4, 'fortran_order': False, 'shape': ()}"),
    "a field of one": array("{'descr': [('a',)], 'fortran_order': False, 'shape': ()}"),
    "a field that is none": array("{'descr': ['a'], 'fortran_order': False, 'shape': ()}"),
    "a field with an odd shape": array("{'descr': [('a', '<f4', 'x')], 'fortran_order': False, 'shape': ()}"),
    "text behind it": array("{'descr': '<f4', 'fortran_order': False, 'shape': ()} 1"),
    "two values": array("{'descr': '<f4' '<f4', 'fortran_order': False, 'shape': ()}"),
    "no comma": array("{'descr': '<f4', 'fortran_order': False, 'shape': (1 1)}"),
    "not closed": array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,"),
    "no colon": array("{'descr', '<f4'}"),
    "a key that is none": array("{1: 2}"),
    "a broken text": array("{'descr: '<f4'}"),
    "not UTF-8": b"\x93NUMPY\3\0\2\0\0\0\xff\xff",
    "deep": array("[" * 4000 + "]" * 4000),
    "deep fields": array("{'descr': " + DEEP + ", 'fortran_order': False, 'shape': ()}"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(REFUSED))
def test_refuses(fault: str) -> None:
    with pytest.raises(DocumentError):
        named(REFUSED[fault])


def test_elements_that_are_not_there_or_too_many() -> None:
    problem = ("the array does not have as many bytes as its shape and element type say",)
    short = named(simple(data=23))
    assert (short.problems, short.tensors) == (problem, ())
    assert named(simple(data=25)).problems == problem
    assert named(simple("'<f'", data=5)).problems == ()


def test_an_array_of_objects_tells_what_its_pickle_asks_for() -> None:
    data = simple("'|O'", "(1,)", data=0)
    found = named(data + b"\x80\x02cos\nsystem\n.")
    assert (found.imports, found.problems, found.tensors) == (("os.system",), (), ())
    assert named(data + b"cos\nsystem\n").imports == ("os.system",)
    assert "breaks off" in named(data).problems[0]
    assert "bytes stand behind the pickle" in named(data + pickle.dumps([1]) + b"more").problems[0]
    record = simple("[('a', '|O'), ('b', '<i4')]", "(1,)", data=0)
    assert named(record + b"cos\nsystem\n.").imports == ("os.system",)
    inner = simple("[('a', [('b', ('|O', (2,)))])]", "(1,)", data=0)
    assert named(inner + b"cos\nsystem\n.").imports == ("os.system",)


def test_only_the_header_is_read() -> None:
    watched = Watched(simple(shape="(1048576, 256)"), 128 + (1 << 30))
    assert read(watched.source()).problems == ()
    assert watched.total < 200


# Archives.


def archive(method: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members.items():
            made.writestr(f"{name}.npy", data)
    return out.getvalue()


def test_an_archive_of_arrays() -> None:
    found = of(zip_facts.read, NPZ)
    assert (found.format, found.title, found.tensor_count) == ("numpy", "NumPy archive", 2)
    assert found.tensors == (TensorInfo("a", "float32", (2, 3), 183, 207),)
    assert struct.unpack("<6f", NPZ[183:207]) == (1.0,) * 6
    assert found.properties == (("numpy:elements", "float32=6, object=2"),)
    assert (found.parameters, found.problems) == ((), ())
    assert found.imports == ("numpy._core.multiarray._reconstruct", "numpy.dtype", "numpy.ndarray")


def test_packed_arrays_have_no_place() -> None:
    found = of(zip_facts.read, NPZ_PACKED)
    assert (found.tensor_count, found.tensors, dict(found.properties)) == (1, (), {"numpy:elements": "float32=6"})


def test_long_packed_arrays_are_not_unpacked_to_their_end() -> None:
    data = archive(zipfile.ZIP_DEFLATED, big=simple(shape="(1000000, 5)", data=20_000_000))
    found = of(zip_facts.read, data)
    assert (found.problems, dict(found.properties)) == ((), {"numpy:elements": "float32=5000000"})


def test_packed_pickles_are_unpacked_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_array, "MAX_OBJECTS", 30_000)
    long = simple("'|O'", "(1,)", data=0) + b"cos\nsystem\n0" + b"N0" * 10_000 + b"N."
    found = of(zip_facts.read, archive(zipfile.ZIP_DEFLATED, a=long, b=long.replace(b"system", b"remove")))
    assert found.imports == ("os.system",)
    assert "the limit is" in found.problems[0]


def test_a_broken_member_leaves_the_others() -> None:
    found = of(zip_facts.read, archive(a=simple(), b=b"nothing", c=simple("'|O'", "(1,)", data=0) + b"cos\nsystem\n."))
    assert [item.name for item in found.tensors] == ["a"]
    assert found.imports == ("os.system",)
    assert found.problems == ("member 'b.npy': it has no header of a NumPy array in a version that is known",)
    assert found.tensor_count == 3
    assert "array 'a.npy' does not have as many bytes" in of(zip_facts.read, archive(a=simple(data=3))).problems[0]


@pytest.mark.parametrize("data", [NPZ, NPZ_PACKED, simple()], ids=["stored", "packed", "alone"])
def test_every_truncation_is_told(data: bytes) -> None:
    reader = read if data.startswith(b"\x93") else zip_facts.read
    for length in range(len(data)):
        found = survives(reader, data[:length])
        assert found is None or found.problems


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="{}()[]:,'\"<f4OLTrueFalse1 \n", max_size=80), st.sampled_from([1, 2, 3]))
def test_any_header(text: str, version: int) -> None:
    survives(read, array(text, version=version))
    survives(read, array("{'descr': " + text + ", 'fortran_order': False, 'shape': (1,)}", version=version))


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from([NPZ, NPZ_PACKED, simple()]),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_any_change_gives_facts_or_a_refusal(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for at, byte in changes:
        changed[at % len(data)] = byte
    survives(read if data.startswith(b"\x93") else zip_facts.read, bytes(changed))
