"""Could these bytes be a Python pickle? A walk over opcodes that counts a stack and builds nothing.

The opcodes are those of protocols 0 to 5 (CPython `Lib/pickletools.py`). An unpickler acts on each opcode as it reads
it, so what stands before the first contradiction has already run: an import or a call counts even when the rest is no
pickle at all.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_IMPORTS = b"ci\x93\x82\x83\x84"
_CALLS = b"Rbio\x81\x92"
_MAX_STEPS = 4096
_MAX_PROTOCOL = 5
_MARK, _STOP, _OBJ, _POP, _MEMOIZE, _PROTO = b"(.o0\x94\x80"

# Opcode → its argument: bytes of fixed width, bytes behind a length of this width, or lines of text.
_FIXED = {
    **dict.fromkeys(b"Khq\x80\x82", 1),
    **dict.fromkeys(b"M\x83", 2),
    **dict.fromkeys(b"Jjr\x84", 4),
    0x47: 8,
    0x95: 8,
}
_COUNTED = {**dict.fromkeys(b"UC\x8c\x8a", 1), **dict.fromkeys(b"TBX\x8b", 4), **dict.fromkeys(b"\x8e\x96\x8d", 8)}
_LINES = {**dict.fromkeys(b"ILSVFgpP", 1), **dict.fromkeys(b"ci", 2)}
# Opcode → values taken from the stack and put on it.
_PLAIN = {
    **dict.fromkeys(b"IJKMLSTUBCNVXFG])}ghjcP\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x96\x97", (0, 1)),
    **dict.fromkeys(b"pqrQ\x85\x94\x98", (1, 1)),
    **dict.fromkeys(b"abR\x81\x86\x93", (2, 1)),
    **dict.fromkeys(b"s\x87\x92", (3, 1)),
    **dict.fromkeys(b"\x80\x95", (0, 0)),
    **dict.fromkeys(b"0", (1, 0)),
    **dict.fromkeys(b"2", (1, 2)),
}
# Opcode → the text of its line. INT and LONG are read with base 0, so hexadecimal counts; the last pattern of each pair
# is for a line whose end is not known.
_SPACE = rb"[ \t\r\v\f]*"
_WHOLE_NUMBER = rb"[+-]?(?:0[xX])?[0-9a-fA-F_oO]*L?"
_FRACTION = rb"[+-]?[0-9a-zA-Z_.+-]*"
_BAD_IN_NAMES = frozenset(b" \t\r,;<>\"'")
# Opcode → values below the mark that it needs, and values it leaves in place of the marked ones.
_MARKED = {**dict.fromkeys(b"tldio\x91", (0, 1)), **dict.fromkeys(b"eu\x90", (1, 0)), **dict.fromkeys(b"1", (0, 0))}


class Shape(NamedTuple):
    """What an unpickler would do: import something, call something; `whole` when no contradiction was met."""

    imports: bool
    calls: bool
    whole: bool


def could_be_pickle(data: bytes, size: int) -> bool:
    """Whether an unpickler might get as far as a result, an import or a call; for files that a loader unpickles.

    `data` are the leading bytes of a file of `size` bytes; what lies beyond them gets the benefit of no doubt.
    """
    return any(pickle_shape(data, size))


def looks_like_pickle(data: bytes, size: int) -> bool:
    """Whether bytes that nobody calls a pickle are one; ordinary prose and word lists are not."""
    shape = pickle_shape(data, size)
    return shape.calls or (shape.whole and (shape.imports or data[:1] in {b"\x80", b"("}))


def pickle_shape(data: bytes, size: int) -> Shape:
    """Walk the opcodes from the start of `data`, at most 4,096 of them."""
    walk = _Walk(data, size)
    imports = calls = False
    for _ in range(_MAX_STEPS):
        if walk.position >= len(data):
            return Shape(imports, calls, len(data) < size)
        code = data[walk.position]
        step = walk.step()
        if step == "contradiction":
            return Shape(imports, calls, False)
        imports = imports or code in _IMPORTS
        calls = calls or code in _CALLS
        if step != "next":
            break
    return Shape(imports, calls, True)


class _Walk:
    """A position in the bytes, the depths of the stack between marks, and the memo's keys."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size = data, size
        self.position = 0
        self.depths = [0]
        self.memo: set[int] = set()

    def step(self) -> str:
        """Take one opcode: `next`, `end` (STOP, or the known bytes ran out) or `contradiction`."""
        opcode = self.data[self.position]
        self.position += 1
        if opcode == _STOP:
            return "end" if self.depths[-1] else "contradiction"
        try:
            known = self._argument(opcode) and self._stack(opcode)
        except EOFError:
            return "end" if len(self.data) < self.size else "contradiction"
        return "next" if known else "contradiction"

    def _argument(self, opcode: int) -> bool:
        if opcode in _FIXED:
            return self._number_fits(opcode, int.from_bytes(self._take(_FIXED[opcode]), "little"))
        if opcode in _COUNTED:
            length = int.from_bytes(self._take(_COUNTED[opcode]), "little")
            if self.position + length > self.size:
                return False
            self._take(length)
        lines = [self._line() for _ in range(_LINES.get(opcode, 0))]
        return all(self._line_fits(opcode, line) for line in lines)

    def _take(self, length: int) -> bytes:
        """The next bytes; EOFError when they lie past what is known."""
        end = self.position + length
        if end > len(self.data):
            raise EOFError
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def _line(self) -> bytes:
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise EOFError
        return self._take(end + 1 - self.position)[:-1]

    def _number_fits(self, opcode: int, value: int) -> bool:
        if opcode in b"qr":
            self.memo.add(value)
        if opcode in b"hj":
            return value in self.memo
        limits = {_PROTO: _MAX_PROTOCOL, _FRAME: self.size}
        return value <= limits.get(opcode, value)

    def _line_fits(self, opcode: int, line: bytes) -> bool:
        if opcode in b"ci":
            return bool(line) and not set(line) & set(b" \t\r,;<>\"'")
        if opcode in b"S":
            text = line.strip()
            return len(text) > 1 and text[:1] == text[-1:] and text[:1] in {b"'", b'"'}
        return opcode not in b"ILFgp" or self._numeral_fits(opcode, line)

    def _numeral_fits(self, opcode: int, line: bytes) -> bool:
        read: Callable[[bytes], float] = float if opcode in b"F" else int
        try:
            value = read(line.strip().removesuffix(b"L") if opcode in b"L" else line)
        except (ValueError, OverflowError):
            return False
        if opcode in b"p":
            self.memo.add(int(value))
        return opcode not in b"g" or value in self.memo

    def _stack(self, opcode: int) -> bool:
        if opcode == _MARK:
            self.depths.append(0)
            return True
        if opcode in _MARKED:
            return self._marked(opcode)
        takes, gives = _PLAIN.get(opcode, (self.size + 1, 0))
        if self.depths[-1] < takes:
            return False
        self.depths[-1] += gives - takes
        if opcode == _MEMOIZE:
            self.memo.add(len(self.memo))
        return True

    def _marked(self, opcode: int) -> bool:
        if len(self.depths) == 1 or (opcode == _OBJ and not self.depths[-1]):
            return False
        self.depths.pop()
        needs, gives = _MARKED[opcode]
        self.depths[-1] += gives
        return self.depths[-1] >= needs
