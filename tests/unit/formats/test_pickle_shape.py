"""The walk over pickle opcodes."""

from __future__ import annotations

import collections
import pickle
import pickletools

import pytest

from attest.formats import pickle_shape as shapes
from attest.formats.pickle_shape import Shape, could_be_pickle, looks_like_pickle, pickle_shape


class Thing:
    """An instance, for NEWOBJ and BUILD."""

    def __init__(self) -> None:
        self.state = 1


VALUES: list[object] = [
    None, True, 1, -1, 10**30, 1.5, "x", "x" * 5000, b"b", bytearray(b"b"), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4),
    [], [1, 2], {}, {"a": 1}, set(), {1, 2}, frozenset({1}), collections.OrderedDict(a=[1]), Thing(), [Thing()] * 2,
]  # fmt: skip


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_real_pickle_is_recognised_from_its_first_bytes(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    assert pickle_shape(data, len(data)).whole
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
        (b"cos\nsystem\n(S'x'\ntR.", Shape(True, True, True)),
        (b"cos\nsystem\n.", Shape(True, False, True)),
        (b"cos\nsystem\n\xff", Shape(True, False, False)),
        (b"(S'x'\nios\nsystem\n\xff", Shape(True, True, False)),
        (b"(cos\nsystem\nS'x'\no\xff", Shape(True, True, False)),
        (b"\x80\x02cos\nsystem\n)\x81}b.", Shape(True, True, True)),
        (b"N.", Shape(False, False, True)),
        (b"N", Shape(False, False, False)),
        (b".", Shape(False, False, False)),
        (b"R", Shape(False, False, False)),
        (b"(t.", Shape(False, False, True)),
        (b"t.", Shape(False, False, False)),
        (b"o", Shape(False, False, False)),
        (b"\x80\x06N.", Shape(False, False, False)),
        (b"h\x00.", Shape(False, False, False)),
        (b"Nq\x05h\x05.", Shape(False, False, True)),
        (b"Np5\ng5\n.", Shape(False, False, True)),
        (b"g5\n.", Shape(False, False, False)),
        (b"I12\n.", Shape(False, False, True)),
        (b"Ix\n.", Shape(False, False, False)),
        (b"L12L\n.", Shape(False, False, True)),
        (b"F1.5\n.", Shape(False, False, True)),
        (b"F1.5", Shape(False, False, False)),
        (b"Sx\n.", Shape(False, False, False)),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", Shape(False, False, False)),
        (b"", Shape(False, False, False)),
    ],
)
def test_shape(data: bytes, shape: Shape) -> None:
    assert pickle_shape(data, len(data)) == shape


def test_unknown_bytes_get_the_benefit_of_no_doubt() -> None:
    assert pickle_shape(b"X\x00\x10\x00\x00", 5000).whole
    assert not pickle_shape(b"X\x00\x20\x00\x00", 5000).whole  # longer than the file: no reader gets past it


def test_constants_alone_do_not_look_like_a_pickle() -> None:
    assert could_be_pickle(b"N.", 2)
    assert not looks_like_pickle(b"N.", 2)
    assert looks_like_pickle(b"\x80\x04N.", 4)
