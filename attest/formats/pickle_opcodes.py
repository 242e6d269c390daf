"""What each opcode of a pickle does to the machine; one entry for every opcode of protocols 0 to 5.

Source: CPython `Lib/pickletools.py`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from types import MappingProxyType

from attest.formats.pickle_machine import Machine, Opcodes, as_pairs
from attest.formats.pickle_values import OPAQUE, Call, Global, Persistent, Value

_MAX_KEPT_TEXT = 4096
_MAX_NUMBER = 1024
_DECIMAL = re.compile(rb"[+-]?[0-9]{1,300}L?")
_INDEX = re.compile(rb"[0-9]{1,10}")
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = dict(
    zip((bytes([byte]) for byte in b"\\'\"abfnrtv"), (bytes([byte]) for byte in b"\\'\"\a\b\f\n\r\t\v"), strict=True)
)
_DOUBLE = struct.Struct(">d")
_Action = Callable[[Machine], None]


def _push(value: Value) -> _Action:
    return lambda machine: machine.push(value)


def _new(make: Callable[[], Value]) -> _Action:
    return lambda machine: machine.push(make())


def _number(width: int, *, signed: bool = False) -> _Action:
    return lambda machine: machine.push(int.from_bytes(machine.feed.take(width), "little", signed=signed))


def _counted(width: int, decode: Callable[[bytes], Value]) -> _Action:
    """A length of `width` bytes and so many bytes; long ones are stepped over."""

    def action(machine: Machine) -> None:
        length = int.from_bytes(machine.feed.take(width), "little")
        if length > _MAX_KEPT_TEXT:
            machine.feed.skip(length)
            machine.push(OPAQUE)
        else:
            machine.push(decode(machine.feed.take(length)))

    return action


def _text(data: bytes) -> Value:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return OPAQUE


def _latin(data: bytes) -> Value:
    return data.decode("latin-1")


def _long(data: bytes) -> Value:
    return int.from_bytes(data, "little", signed=True) if len(data) <= _MAX_NUMBER else OPAQUE


def _integer_line(machine: Machine) -> None:
    line = machine.feed.line()
    if line in {b"00", b"01"}:
        machine.push(line == b"01")
    else:
        machine.push(int(line.rstrip(b"L")) if _DECIMAL.fullmatch(line) else OPAQUE)


def _string_line(machine: Machine) -> None:
    line = machine.feed.line().strip()
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in {b"'", b'"'}:
        raise machine.fault("a text has no quotation marks")
    machine.push(_ESCAPE.sub(_unescaped, line[1:-1]).decode("latin-1"))


def _unescaped(match: re.Match[bytes]) -> bytes:
    """What an escape means in a text of Python (`Objects/bytesobject.c`); an unknown one means itself."""
    digits, octal, other = match.groups()
    if digits is not None:
        return bytes([int(digits, 16)])
    if octal is not None:
        return bytes([int(octal, 8) & 0xFF])
    return _ESCAPED.get(other, match[0])


def _unicode_line(machine: Machine) -> None:
    try:
        machine.push(machine.feed.line().decode("raw-unicode-escape"))
    except UnicodeDecodeError:
        raise machine.fault("a text has a broken escape") from None


def _index_line(machine: Machine) -> int:
    line = machine.feed.line()
    if not _INDEX.fullmatch(line):
        raise machine.fault("a number of a kept value is no plain number")
    return int(line)


def _global_lines(machine: Machine) -> Global:
    try:
        return machine.named(machine.feed.line().decode("utf-8"), machine.feed.line().decode("utf-8"))
    except UnicodeDecodeError:
        raise machine.fault("a name is not UTF-8 text") from None


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if isinstance(name, str) and isinstance(module, str):
        machine.push(machine.named(module, name))
    else:
        machine.feed.budget.problems.add("the pickle asks for a name that it makes in a way that is not followed")
        machine.push(OPAQUE)


def _float_line(machine: Machine) -> None:
    machine.feed.line()
    machine.push(OPAQUE)


def _extension(width: int) -> _Action:
    """EXT1, EXT2, EXT4: a number that only the reading process has a name for."""

    def action(machine: Machine) -> None:
        code = int.from_bytes(machine.feed.take(width), "little")
        machine.feed.budget.problems.add(f"the pickle asks for the name number {code}, which the file does not tell")
        machine.push(OPAQUE)

    return action


def _call(count: int) -> _Action:
    """REDUCE and the like: what is called, and its arguments."""

    def action(machine: Machine) -> None:
        target, *args = machine.several(count)
        machine.push(Call(target, args[0]))

    return action


def _inst(machine: Machine) -> None:
    target = _global_lines(machine)
    machine.push(Call(target, tuple(machine.marked())))


def _obj(machine: Machine) -> None:
    items = machine.marked()
    if not items:
        raise machine.fault("it makes an object without a class")
    machine.push(Call(items[0], tuple(items[1:])))


def _dict(machine: Machine) -> None:
    items = machine.marked()
    if len(items) % 2:
        raise machine.fault("it makes a dictionary with a key without a value")
    machine.push(dict(as_pairs(items)))


def _tuple(count: int) -> _Action:
    return lambda machine: machine.push(tuple(machine.several(count)))


def _in_band(machine: Machine) -> None:
    machine.feed.budget.problems.add("the pickle needs buffers that are not in the file")
    machine.push(OPAQUE)


def _nothing(machine: Machine) -> None:
    machine.top()


OPCODES: Opcodes = MappingProxyType(
    {
        ord("("): Machine.mark,
        ord("0"): Machine.discard,
        ord("1"): Machine.discard_marked,
        ord("2"): lambda machine: machine.push(machine.top()),
        # Numbers and constants.
        ord("N"): _push(None),
        ord("I"): _integer_line,
        ord("L"): _integer_line,
        ord("F"): _float_line,
        ord("J"): _number(4, signed=True),
        ord("K"): _number(1),
        ord("M"): _number(2),
        ord("G"): lambda machine: machine.push(_DOUBLE.unpack(machine.feed.take(8))[0]),
        0x88: _push(True),
        0x89: _push(False),
        0x8A: _counted(1, _long),
        0x8B: _counted(4, _long),
        # Text and bytes.
        ord("S"): _string_line,
        ord("T"): _counted(4, _latin),
        ord("U"): _counted(1, _latin),
        ord("V"): _unicode_line,
        ord("X"): _counted(4, _text),
        0x8C: _counted(1, _text),
        0x8D: _counted(8, _text),
        ord("B"): _counted(4, bytes),
        ord("C"): _counted(1, bytes),
        0x8E: _counted(8, bytes),
        0x96: _counted(8, bytes),
        0x97: _in_band,
        0x98: _nothing,
        # Containers.
        ord("]"): _new(list),
        ord("}"): _new(dict),
        ord(")"): _push(()),
        0x8F: _new(list),
        ord("l"): lambda machine: machine.push(machine.marked()),
        ord("t"): lambda machine: machine.push(tuple(machine.marked())),
        ord("d"): _dict,
        0x91: lambda machine: machine.push(machine.marked()),
        0x85: _tuple(1),
        0x86: _tuple(2),
        0x87: _tuple(3),
        ord("a"): lambda machine: machine.append(machine.several(1)),
        ord("e"): lambda machine: machine.append(machine.marked()),
        0x90: lambda machine: machine.append(machine.marked()),
        ord("s"): lambda machine: machine.set_items(machine.several(2)),
        ord("u"): lambda machine: machine.set_items(machine.marked()),
        # The memo.
        ord("p"): lambda machine: machine.put(_index_line(machine)),
        ord("q"): lambda machine: machine.put(machine.feed.take(1)[0]),
        ord("r"): lambda machine: machine.put(int.from_bytes(machine.feed.take(4), "little")),
        0x94: Machine.memoize,
        ord("g"): lambda machine: machine.get(_index_line(machine)),
        ord("h"): lambda machine: machine.get(machine.feed.take(1)[0]),
        ord("j"): lambda machine: machine.get(int.from_bytes(machine.feed.take(4), "little")),
        # Names, calls and state.
        ord("c"): lambda machine: machine.push(_global_lines(machine)),
        0x93: _stack_global,
        0x82: _extension(1),
        0x83: _extension(2),
        0x84: _extension(4),
        ord("R"): _call(2),
        0x81: _call(2),
        0x92: _call(3),
        ord("i"): _inst,
        ord("o"): _obj,
        ord("b"): Machine.build,
        ord("P"): lambda machine: machine.push(Persistent(_latin(machine.feed.line()))),
        ord("Q"): lambda machine: machine.push(Persistent(machine.pop())),
        0x80: Machine.protocol,
        0x95: Machine.frame,
    }
)
"""Opcode → action; STOP is the machine's own."""
