"""The walk over pickle opcodes."""

from __future__ import annotations

import collections
import io
import pickle
import pickletools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats import pickle_shape as shapes
from attest.formats.pickle_shape import Shape, could_be_pickle, disguised, pickle_shape


class Thing:
    """An instance, for NEWOBJ and BUILD."""

    def __init__(self) -> None:
        self.state = 1


VALUES: list[object] = [
    None, True, 1, -1, 10**30, 1.5, "x", "x" * 5000, b"b", bytearray(b"b"), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4),
    [], [1, 2], {}, {"a": 1}, set(), {1, 2}, frozenset({1}), collections.OrderedDict(a=[1]), Thing(), [Thing()] * 2,
]  # fmt: skip


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", VALUES, ids=[f"{type(value).__name__}-{at}" for at, value in enumerate(VALUES)])
def test_every_real_pickle_is_recognised_from_its_first_bytes(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    assert pickle_shape(data, len(data)).end == "stop"
    for known in range(1, len(data)):
        assert could_be_pickle(data[:known], len(data)), known


def test_the_tables_know_every_opcode_and_its_stack() -> None:
    codes = {ord(opcode.code) for opcode in pickletools.opcodes}
    known = set(shapes._PLAIN) | set(shapes._MARKED) | {ord("("), ord(".")}
    assert codes == known
    for opcode in pickletools.opcodes:
        if (code := ord(opcode.code)) in shapes._PLAIN and opcode.name not in {"PUT", "BINPUT", "LONG_BINPUT"}:
            assert shapes._PLAIN[code] == (len(opcode.stack_before), len(opcode.stack_after)), opcode.name
        argument = sum(code in table for table in (shapes._FIXED, shapes._COUNTED, shapes._LINES))
        assert argument == (opcode.arg is not None), opcode.name


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b"cos\nsystem\n(S'x'\ntR.", Shape(True, True, "stop")),
        (b"cos\nsystem\n.", Shape(True, False, "stop")),
        (b"cos\nsystem\n\xff", Shape(True, False, "contradiction")),
        (b"(S'x'\nios\nsystem\n\xff", Shape(True, True, "contradiction")),
        (b"(cos\nsystem\nS'x'\no\xff", Shape(True, True, "contradiction")),
        (b"\x80\x02cos\nsystem\n)\x81}b.", Shape(True, True, "stop")),
        (b"N.", Shape(False, False, "stop")),
        (b"N", Shape(False, False, "contradiction")),
        (b".", Shape(False, False, "contradiction")),
        (b"R", Shape(False, False, "contradiction")),
        (b"(t.", Shape(False, False, "stop")),
        (b"t.", Shape(False, False, "contradiction")),
        (b"o", Shape(False, False, "contradiction")),
        (b"\x80\x06N.", Shape(False, False, "contradiction")),
        (b"h\x00.", Shape(False, False, "contradiction")),
        (b"Nq\x05h\x05.", Shape(False, False, "stop")),
        (b"Np5\ng5\n.", Shape(False, False, "stop")),
        (b"g5\n.", Shape(False, False, "contradiction")),
        (b"I12\n.", Shape(False, False, "stop")),
        (b"Ix\n.", Shape(False, False, "contradiction")),
        (b"L12L\n.", Shape(False, False, "stop")),
        (b"F1.5\n.", Shape(False, False, "stop")),
        (b"F1.5", Shape(False, False, "contradiction")),
        (b"Sx\n.", Shape(False, False, "contradiction")),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", Shape(False, False, "stop")),
        (b"\x95\x02\0\0\0\0\0\0\0\xff", Shape(False, False, "cut")),
        (b"I0x1f\n.", Shape(False, False, "stop")),
        (b"L0b1L\n.", Shape(False, False, "stop")),
        (b"I\n.", Shape(False, False, "stop")),
        (b"(0N.", Shape(False, False, "stop")),
        (b"0N.", Shape(False, False, "contradiction")),
        (b"ios\nsystem\n", Shape(True, False, "contradiction")),
        (b"", Shape(False, False, "contradiction")),
    ],
)
def test_shape(data: bytes, shape: Shape) -> None:
    assert pickle_shape(data, len(data)) == shape


def test_unknown_bytes_get_the_benefit_of_no_doubt() -> None:
    assert pickle_shape(b"X\x00\x10\x00\x00", 5000).end == "cut"
    assert pickle_shape(b"X\x00\x20\x00\x00", 5000).end == "contradiction"  # longer than the file
    assert pickle_shape(b"N" * 5000, 5000).end == "cut"  # only so many steps are taken


@pytest.mark.parametrize(
    ("line", "end"),
    [
        (b"I12", "cut"),
        (b"I", "cut"),
        (b"Ice cream", "contradiction"),
        (b"F1.", "cut"),
        (b"F#", "contradiction"),
        (b"S'abc", "cut"),
        (b"S", "cut"),
        (b"Some", "contradiction"),
        (b"cos", "cut"),
        (b"cos and", "contradiction"),
        (b"Version", "cut"),
        (b"Np1", "cut"),
        (b"Np x", "contradiction"),
    ],
)
def test_a_line_whose_end_is_not_known_must_fit_as_far_as_it_goes(line: bytes, end: str) -> None:
    assert pickle_shape(line, 5000).end == end


@pytest.mark.parametrize(
    ("data", "size", "kind"),
    [
        (b"N.", 2, ""),
        (b"I1\n.", 4, ""),
        (b"\x80\x04N.", 4, "pickle"),
        (b"(t.", 3, "pickle"),
        (b"cos\nsystem\n.", 13, "pickle"),
        (b"cos\nsystem\n", 13, "pickle"),
        (b"cat\ndog\npig\n", 12, ""),
        (b"cos\nsystem\n(tR", 15, "pickle"),
        (b"S'xxxx", 5000, "unknown"),
        (b"G12345678X\x00\x10\x00\x00", 5000, "unknown"),
        (b"PAR1", 5000, ""),
        (b"P1\ncos\nsystem\n(tR", 5000, "pickle"),
        (b"#", 5000, ""),
    ],
)
def test_bytes_that_nobody_calls_a_pickle(data: bytes, size: int, kind: str) -> None:
    assert disguised(data, size) == kind
    assert could_be_pickle(data, size) or kind == ""


# Whole opcodes with their arguments, well- and malformed. No frames: behind a wrong one, the C unpickler skips bytes.
OPCODES = [
    *(bytes([code]) for code in b"()N012.tldoRbaesu]}\x81\x93\x85\x86\x87\x90\x91\x8f\x94\x92Q\x88\x89\x97\x98x\n\0 "),
    *(b"cos\nsystem\n", b"ios\nsystem\n", b"Va\n", b"V\n", b"P1\n", b"K\x01", b"M\x01\x02", b"J\0\0\0\0"),
    *(b"I1\n", b"I0x1\n", b"I\n", b"I \n", b"I010\n", b"I-\n", b"I01\n", b"L1L\n", b"L0x2L\n", b"L\n", b"LL\n"),
    *(b"F1\n", b"F \n", b"F\n", b"Finf\n", b"F1_0\n", b"F-1e-5\n", b"S'a'\n", b"S'a' \n", b"S''\n", b"S'\n", b'S"a"\n'),
    *(b"U\x01a", b"U\0", b"C\x01a", b"X\x01\0\0\0a", b"T\x01\0\0\0a", b"B\0\0\0\0", b"\x8c\x02os", b"\x8c\x06system"),
    *(b"q\0", b"q\1", b"h\0", b"h\1", b"r\0\0\0\0", b"j\0\0\0\0", b"p0\n", b"p 1\n", b"p1_0\n", b"g10\n", b"p\n"),
    *(b"p-1\n", b"g0\n", b"g1\n", b"\x80\x02", b"\x80\x04", b"\x80\x06", b"\x82\x01", b"\x8a\x01\x05"),
    *(b"\x8b\x01\0\0\0\x05", b"G\0\0\0\0\0\0\0\0", b"\x8e\1\0\0\0\0\0\0\0a", b"\x8d\1\0\0\0\0\0\0\0a"),
    b"\x96\1\0\0\0\0\0\0\0a",
]  # fmt: skip


class _Recorder:
    """Notes what an unpickler imports and calls; every name stands for a class that does nothing."""

    imports = calls = False

    def find_class(self, _module: str, _name: str) -> type:
        self.imports = True
        recorder = self

        class Inert:
            def __new__(cls, *_arguments: object, **_named: object) -> Inert:
                recorder.calls = True
                return object.__new__(cls)

            def __setstate__(self, _state: object) -> None:
                recorder.calls = True

        return Inert


class _InC(_Recorder, pickle.Unpickler):
    pass


class _InPython(_Recorder, pickle._Unpickler):
    pass


@pytest.mark.parametrize("unpickler", [_InC, _InPython])
@given(st.lists(st.sampled_from(OPCODES), max_size=14).map(b"".join))
@settings(max_examples=400)
def test_whatever_an_unpickler_does_before_it_gives_up_was_foreseen(unpickler: Any, data: bytes) -> None:
    shape = pickle_shape(data, len(data))
    running = unpickler(io.BytesIO(data))
    try:
        running.load()
        finished = True
    except Exception:  # noqa: BLE001 - an unpickler raises whatever it likes
        finished = False
    assert shape.imports or not running.imports
    assert shape.calls or not running.calls
    assert shape.end == "stop" or not finished
