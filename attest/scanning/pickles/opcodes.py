"""What each opcode does to the strict machine: the table of the machine that reads facts, with what is judged.

Sources: CPython `Lib/pickletools.py` and `Modules/_pickle.c`; where its two unpicklers part ways, the odd form is a
finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

from attest.formats.pickle_machine import Opcodes, as_pairs
from attest.formats.pickle_opcodes import OPCODES
from attest.formats.pickle_values import OPAQUE
from attest.scanning.pickles.values import (
    LONG_NUMBER,
    LongBytes,
    LongText,
    PickledFrozenset,
    PickledSet,
    SpelledText,
    Value,
)

if TYPE_CHECKING:
    from attest.scanning.pickles.machine import StrictMachine

MAX_KEPT = 4096
_MAX_NUMBER = 1024
_MAX_LONG = 1 << 20
_MAX_LINE = 64 << 10
_BLOCK = 256 << 10
_CONTINUATION = bytes(range(0x80, 0xC0))
_INTEGER = re.compile(rb"-?(?:0|[1-9][0-9]{0,400})")
_FLOAT = re.compile(rb"-?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?(?:e[+-]?[0-9]{1,4})?|inf|nan)")
_Action = Callable[["StrictMachine"], None]


def _bytes(width: int) -> _Action:
    """Bytes behind their length; long ones are stepped over, and it is kept where they are."""

    def action(machine: StrictMachine) -> None:
        length = int.from_bytes(machine.feed.take(width), "little")
        if length > MAX_KEPT:
            value: Value = LongBytes(machine.feed.position, length)
            machine.feed.skip(length)
        else:
            value = machine.feed.take(length)
        machine.push(value)

    return action


def _text(width: int) -> _Action:
    """A text in UTF-8 behind its length; surrogates are let through, as readers do."""

    def action(machine: StrictMachine) -> None:
        length = int.from_bytes(machine.feed.take(width), "little")
        if length > MAX_KEPT:
            offset = machine.feed.position
            machine.feed.skip(length)
            machine.push(LongText(_characters(machine, offset, length), offset, length))
            return
        try:
            machine.push(machine.feed.take(length).decode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:
            raise machine.fault("a text is not UTF-8") from None

    return action


def _characters(machine: StrictMachine, offset: int, length: int) -> int:
    """How many characters a text in UTF-8 has: all bytes but those that go on with one."""
    count, source = 0, machine.feed.source
    for at in range(offset, offset + length, _BLOCK):
        block = source.up_to(at, min(_BLOCK, offset + length - at))
        machine.part.budget.spend_read(len(block))
        count += len(block.translate(None, _CONTINUATION))
    return count


def _binstring(width: int) -> _Action:
    """A text of Python 2 behind its length, which is signed."""

    def action(machine: StrictMachine) -> None:
        length = int.from_bytes(machine.feed.take(width), "little", signed=width == 4)
        if length < 0:
            raise machine.fault("a text has a negative length")
        if length > MAX_KEPT:
            machine.push(LongText(length, machine.feed.position, length))
            machine.feed.skip(length)
        else:
            machine.push(machine.feed.take(length).decode("latin-1"))

    return action


def _long(width: int) -> _Action:
    def action(machine: StrictMachine) -> None:
        length = int.from_bytes(machine.feed.take(width), "little", signed=width == 4)
        if length < 0:
            raise machine.fault("a number has a negative length")
        if length > _MAX_LONG:
            machine.report("pickle.resource-use", f"a number of {length} bytes")
        if length > _MAX_NUMBER:
            machine.feed.skip(length)
            machine.push(LONG_NUMBER)
        else:
            machine.push(int.from_bytes(machine.feed.take(length), "little", signed=True))

    return action


def _integer_line(machine: StrictMachine) -> None:
    """INT and LONG: readers take other spellings as well, not all of them the same."""
    line = machine.feed.line()
    if line in {b"00", b"01"}:
        machine.push(line == b"01")
        return
    digits = line.removesuffix(b"L")
    if _INTEGER.fullmatch(digits):
        machine.push(int(digits))
        return
    machine.report("pickle.odd-encoding", "a number is spelled in a way that readers take differently")
    machine.push(LONG_NUMBER)


def _float_line(machine: StrictMachine) -> None:
    line = machine.feed.line()
    if not _FLOAT.fullmatch(line):
        raise machine.fault("a number is spelled in a way that not all readers take")
    machine.push(float(line))


def _string_line(machine: StrictMachine) -> None:
    before = machine.feed.position
    OPCODES[ord("S")](machine)
    value = machine.top()
    if isinstance(value, str) and len(value) > _MAX_LINE:
        machine.stack[-1] = LongText(len(value), 0, 0)
        return
    plain = isinstance(value, str) and machine.feed.position - before == len(value) + 3
    if isinstance(value, str) and not plain:
        machine.stack[-1] = SpelledText(value)


def _unicode_line(machine: StrictMachine) -> None:
    line = machine.feed.line()
    try:
        text = line.decode("raw-unicode-escape")
    except UnicodeDecodeError:
        raise machine.fault("a text has a broken escape") from None
    if len(text) > _MAX_LINE:
        machine.push(LongText(len(text), 0, 0))
        return
    machine.push(SpelledText(text) if b"\\" in line else text)


def _names(machine: StrictMachine) -> tuple[str, str]:
    try:
        module, name = machine.feed.line().decode("utf-8"), machine.feed.line().decode("utf-8")
    except UnicodeDecodeError:
        raise machine.fault("a name is not UTF-8 text") from None
    return module, name


def _global(machine: StrictMachine) -> None:
    machine.push(machine.named(*_names(machine)))


def _inst(machine: StrictMachine) -> None:
    machine.inst(machine.named(*_names(machine)))


def _extension(width: int) -> _Action:
    def action(machine: StrictMachine) -> None:
        code = int.from_bytes(machine.feed.take(width), "little")
        message = "the pickle asks for a name by its number in the reading program"
        machine.report("pickle.extension-code", message, str(code))
        machine.push(OPAQUE)

    return action


def _dict(machine: StrictMachine) -> None:
    items = machine.marked()
    if len(items) % 2:
        raise machine.fault("it makes a dictionary with a key without a value")
    machine.check_keys(items[::2])
    machine.push(dict(as_pairs(items)))


def _frozenset(machine: StrictMachine) -> None:
    items = machine.marked()
    machine.check_keys(items)
    machine.push(PickledFrozenset(items))


def _buffer(machine: StrictMachine) -> None:
    machine.report("pickle.persistent-id", "the pickle needs buffers that are not in the file")
    machine.push(OPAQUE)


def _persistent_line(machine: StrictMachine) -> None:
    machine.persistent(machine.feed.line().decode("latin-1"))


_JUDGED: dict[int, _Action] = {
    ord("I"): _integer_line,
    ord("L"): _integer_line,
    ord("F"): _float_line,
    0x8A: _long(1),
    0x8B: _long(4),
    ord("S"): _string_line,
    ord("V"): _unicode_line,
    ord("T"): _binstring(4),
    ord("U"): _binstring(1),
    ord("X"): _text(4),
    0x8C: _text(1),
    0x8D: _text(8),
    ord("B"): _bytes(4),
    ord("C"): _bytes(1),
    0x8E: _bytes(8),
    0x96: _bytes(8),
    0x97: _buffer,
    0x8F: lambda machine: machine.push(PickledSet()),
    0x91: _frozenset,
    ord("d"): _dict,
    0x90: lambda machine: machine.add(machine.marked()),
    ord("c"): _global,
    0x93: lambda machine: machine.stack_global(),
    0x82: _extension(1),
    0x83: _extension(2),
    0x84: _extension(4),
    ord("R"): lambda machine: machine.reduce(),
    0x81: lambda machine: machine.new(),
    0x92: lambda machine: machine.new(keywords=True),
    ord("i"): _inst,
    ord("o"): lambda machine: machine.obj(),
    ord("b"): lambda machine: machine.build(),
    ord("P"): _persistent_line,
    ord("Q"): lambda machine: machine.persistent(machine.pop()),
    0x80: lambda machine: machine.protocol(),
    0x95: lambda machine: machine.frame(),
}
STRICT: Opcodes = MappingProxyType({**OPCODES, **_JUDGED})  # type: ignore[dict-item]
"""Opcode → action; STOP is the machine's own."""
