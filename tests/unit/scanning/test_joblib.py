"""Joblib's arrays raw in the stream, its companion files, and what it compresses."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib

import pytest

from attest.domain.scan import FileScan
from tests.corpus import assembler as a
from tests.unit.scanning.scans import rules, scan_bytes

DTYPE = (
    a.global_("numpy", "dtype") + a.short_binunicode("f4") + a.NEWFALSE + a.NEWTRUE + a.TUPLE3 + a.REDUCE
    + a.MARK + a.binint1(3) + a.short_binunicode("<") + a.NONE * 3 + a.binint(-1) * 2 + a.binint1(0) + a.TUPLE + a.BUILD
)  # fmt: skip


def placeholder(
    shape: bytes, raw: bytes, *, subclass: bytes = a.global_("numpy", "ndarray"), aligned: bool = True
) -> bytes:
    """A pickle of one array as joblib writes it."""
    items = {
        "subclass": subclass,
        "shape": shape,
        "order": a.short_binunicode("C"),
        "dtype": DTYPE,
        "allow_mmap": a.NEWTRUE,
        "numpy_array_alignment_bytes": a.binint1(16) if aligned else a.NONE,
    }
    state = a.EMPTY_DICT + a.MARK + b"".join(a.short_binunicode(key) + item for key, item in items.items()) + a.SETITEMS
    made = a.global_("joblib.numpy_pickle", "NumpyArrayWrapper") + a.EMPTY_TUPLE + a.NEWOBJ + state + a.BUILD
    return a.proto(4) + a.EMPTY_LIST + made + raw + a.APPEND + a.STOP


def scanned(data: bytes) -> FileScan:
    return scan_bytes("m.joblib", data)


THREE = a.binint1(3) + a.TUPLE1


def test_an_array_in_the_stream_passes() -> None:
    found = scanned(placeholder(THREE, b"\x04" + b"\xff" * 4 + bytes(12)))
    assert (found.outcome, rules(found)) == ("PASS", ["pickle.present"])
    assert found.opaque == 17
    assert "joblib" in found.profiles


def test_what_follows_the_array_is_judged() -> None:
    data = placeholder(THREE, b"\0" + bytes(12))
    assert scanned(data[:-2] + a.POP + a.command() + a.STOP).outcome == "BLOCK"


def test_an_array_longer_than_the_file() -> None:
    assert scanned(placeholder(a.binint(1 << 30) + a.TUPLE1, b"\0" + bytes(12))).outcome != "PASS"


def test_the_class_of_an_array_is_numpys() -> None:
    data = placeholder(THREE, b"\0" + bytes(12), subclass=a.global_("argparse", "Namespace"))
    assert "pickle.call-form" in rules(scanned(data))


def companion(name: str, label: str = "NDArrayWrapper") -> bytes:
    state = a.EMPTY_DICT + a.MARK + a.short_binunicode("filename") + a.short_binunicode(name)
    state += a.short_binunicode("subclass") + a.global_("numpy", "ndarray") + a.SETITEMS
    made = a.global_("joblib.numpy_pickle", label) + a.EMPTY_TUPLE + a.NEWOBJ + state + a.BUILD
    return a.proto(4) + made + a.STOP


def test_a_companion_file_beside_it_is_named() -> None:
    found = scan_bytes("models/m.joblib", companion("m.joblib_01.npy"))
    assert found.refers_to == ("models/m.joblib_01.npy",)
    assert "joblib.external-file" not in rules(found)


@pytest.mark.parametrize("name", ["/etc/passwd", "../x.npy", "a/b.npy", "", "C:\\x.npy", "x\0.npy", "\\\\host\\x"])
def test_a_companion_elsewhere_blocks(name: str) -> None:
    assert "joblib.external-file" in rules(scanned(companion(name)))


@pytest.mark.parametrize(
    "pack", [zlib.compress, gzip.compress, bz2.compress, lzma.compress, lambda d: lzma.compress(d, lzma.FORMAT_ALONE)]
)
def test_compression_hides_nothing(pack: object) -> None:
    good, evil = pack(a.dumps({"a": 1})), pack(a.pickle(a.command()))  # type: ignore[operator]
    assert scanned(good).outcome == "PASS"
    found = scanned(evil)
    assert found.outcome == "BLOCK"
    assert next(item for item in found.findings if item.effect == "block").members


def coded(payload: bytes, before: bytes = b"") -> FileScan:
    """An array whose bytes are these opcodes, in a pickle with these opcodes before it."""
    size = -(-len(payload) // 4)
    data = placeholder(a.binint(size) + a.TUPLE1, payload.ljust(4 * size, b"\0"), aligned=False)
    return scanned(data[:2] + before + data[2:])


@pytest.mark.parametrize("padding", [b"", (a.NONE + a.POP) * 30_000, a.binunicode("x" * 9000) + a.POP])
def test_an_array_that_is_code_for_another_reader_blocks(padding: bytes) -> None:
    """`pickle.load` knows nothing of the raw bytes, and goes on in them."""
    found = coded(a.POP + padding + a.command() + a.STOP)
    assert "file.polyglot" in rules(found)
    assert found.outcome == "BLOCK"


def test_kept_values_and_deep_stacks_hide_no_code() -> None:
    kept = a.binunicode("os") + a.binput(7) + a.POP + a.binunicode("system") + a.binput(8) + a.POP
    assert "file.polyglot" in rules(coded(a.binget(7) + a.binget(8) + a.STACK_GLOBAL + a.STOP, kept))
    deep = coded(a.POP * 600 + a.command() + a.STOP, a.NONE * 700)
    assert deep.outcome != "PASS"


def test_arrays_cost_no_more_for_what_is_kept_before_them() -> None:
    """A look at an array's bytes does not copy the memo."""
    kept = b"".join(a.binunicode("x") + a.long_binput(index) + a.POP for index in range(50_000))
    made = placeholder(THREE, b"\0" + bytes(12))[2:-1]
    found = scanned(a.proto(4) + kept + a.NONE.join([made] * 300) + a.STOP)
    assert {"file.polyglot", "scan.budget"}.isdisjoint(rules(found))


def test_an_array_without_elements_says_nothing() -> None:
    assert coded(b"").outcome == "PASS"


def test_an_array_that_is_opcodes_throughout_is_left_open() -> None:
    """It changes the stack of another reader, which goes on in step."""
    assert coded((a.NONE + a.POP) * 64).outcome == "INCONCLUSIVE"


def test_opcodes_that_end_out_of_step_are_followed() -> None:
    """The last of them takes the start of what follows as its text, and leads into another text."""
    swallow = a.NONE + b"U" + bytes([1])
    text = a.command() + a.STOP
    size = len(swallow)
    shape = a.binint(size) + a.TUPLE1
    bytewise = placeholder(shape, swallow, aligned=False).replace(a.short_binunicode("f4"), a.short_binunicode("u1"))
    found = scanned(bytewise[:-2] + text)
    assert found.outcome == "BLOCK"
