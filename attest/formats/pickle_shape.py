"""Could these bytes be a Python pickle? A walk over opcodes that counts a stack and builds nothing.

The opcodes are those of protocols 0 to 5 (CPython `Lib/pickletools.py`). An unpickler acts on each opcode as it reads
it, so what stands before the first contradiction has already run: an import or a call counts even when the rest is no
pickle at all. Where CPython's two unpicklers differ, the walk goes on if one of them would.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_NAMED, _IMPORTS = b"ci", b"\x93\x82\x83\x84"
_CALLS = b"Rbio\x81\x92"
_MAX_STEPS = 4096
_MAX_PROTOCOL = 5
_MARK, _STOP, _OBJ, _POP, _PERSID, _MEMOIZE, _PROTO, _FRAME = b"(.o0P\x94\x80\x95"

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
# INT and LONG are read with base 0; the C unpickler takes an empty INT for zero. Nothing here backtracks.
_INTEGER = re.compile(rb"\s*+[+-]?(?:[0-9][0-9a-fA-FoOxX_]*+)?L?\s*+")
_DECIMAL = re.compile(rb"\s*+[+-]?[0-9_]*+\s*+")
_FRACTION = re.compile(rb"\s*+[0-9a-zA-Z_.+-]*+\s*+")
_NUMERALS = {**dict.fromkeys(b"IL", _INTEGER), **dict.fromkeys(b"gp", _DECIMAL), 0x46: _FRACTION}
_NOT_IN_NAMES = frozenset(b" \t\r,;<>\"'")
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
# Opcode → values below the mark that it needs, and values it leaves in place of the marked ones.
_MARKED = {**dict.fromkeys(b"tldio\x91", (0, 1)), **dict.fromkeys(b"eu\x90", (1, 0)), **dict.fromkeys(b"1", (0, 0))}

End = Literal["stop", "cut", "contradiction"]


class Shape(NamedTuple):
    """What an unpickler would do: import something, call something; and how the walk ended.

    `stop`: at a result. `cut`: with nothing known against it. `contradiction`: every unpickler gives up.
    """

    imports: bool
    calls: bool
    end: End


def could_be_pickle(data: bytes, size: int) -> bool:
    """Whether an unpickler might get as far as a result, an import or a call; for files that a loader unpickles.

    `data` are the leading bytes of a file of `size` bytes; what lies beyond them gets the benefit of no doubt.
    """
    shape = pickle_shape(data, size)
    return shape.imports or shape.calls or shape.end != "contradiction"


def disguised(data: bytes, size: int) -> Literal["pickle", "unknown", ""]:
    """What bytes are that nobody calls a pickle; `unknown` when only bytes further on could tell.

    Ordinary prose and word lists are no pickles: a word list may well begin like an import, so an import alone counts
    only when nothing contradicts it. A persistent id stops every unpickler that knows none.
    """
    if data[0] not in _PLAIN and data[0] != _MARK:
        return ""  # no opcode that can stand first
    shape = pickle_shape(data, size)
    if shape.calls:
        return "pickle"
    if shape.end == "contradiction":
        return ""
    if shape.imports or data[:1] in {b"\x80", b"("}:
        return "pickle"
    return "unknown" if shape.end == "cut" and data[0] != _PERSID else ""


def pickle_shape(data: bytes, size: int) -> Shape:
    """Walk the opcodes from the start of `data`, at most 4,096 of them."""
    walk = _Walk(data, size)
    for _ in range(_MAX_STEPS):
        step = walk.step()
        if step == "contradiction" and walk.framed:
            break
        if step != "next":
            return Shape(walk.imports, walk.calls, step)
    return Shape(walk.imports, walk.calls, "cut")


class _Walk:
    """A position in the bytes, the depths of the stack between marks, the memo's keys, and what has run so far."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data, self.size = data, size
        self.position = 0
        self.depths = [0]
        self.memo: set[int] = set()
        # CPython's C unpickler leaves out what stands between the end of an argument and the end of a frame, so behind
        # a frame of the wrong length it reads other opcodes than the walk does.
        self.imports = self.calls = self.framed = False

    def step(self) -> End | Literal["next"]:
        """Take one opcode."""
        if self.position >= len(self.data):
            return "cut" if len(self.data) < self.size else "contradiction"
        opcode = self.data[self.position]
        self.position += 1
        if opcode == _STOP:
            return "stop" if self.depths[-1] else "contradiction"
        try:
            if not self._argument(opcode):
                return "contradiction"
        except EOFError:
            return "cut" if len(self.data) < self.size else "contradiction"
        # Names in lines are imported before the stack is looked at.
        self.imports = self.imports or opcode in _NAMED
        if not self._stack(opcode):
            return "contradiction"
        self.imports = self.imports or opcode in _IMPORTS
        self.calls = self.calls or opcode in _CALLS
        return "next"

    def _argument(self, opcode: int) -> bool:
        if opcode in _FIXED:
            return self._number_fits(opcode, int.from_bytes(self._take(_FIXED[opcode]), "little"))
        if opcode in _COUNTED:
            length = int.from_bytes(self._take(_COUNTED[opcode]), "little")
            if self.position + length > self.size:
                return False
            self._take(length)
        return all(self._line(opcode) for _ in range(_LINES.get(opcode, 0)))

    def _take(self, length: int) -> bytes:
        """The next bytes; EOFError when they lie past what is known."""
        end = self.position + length
        if end > len(self.data):
            raise EOFError
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def _line(self, opcode: int) -> bool:
        """Take one line; EOFError when what is known of it fits and its end is not known."""
        end = self.data.find(b"\n", self.position)
        line = self.data[self.position : end if end >= 0 else len(self.data)]
        if not _line_fits(opcode, line, whole=end >= 0):
            return False
        if end < 0:
            raise EOFError
        self.position = end + 1
        return opcode not in b"gp" or self._memo_line(opcode, line)

    def _memo_line(self, opcode: int, line: bytes) -> bool:
        try:
            value = int(line)
        except ValueError:
            return False
        if opcode in b"p":
            self.memo.add(value)
        return value in self.memo

    def _number_fits(self, opcode: int, value: int) -> bool:
        if opcode in b"qr":
            self.memo.add(value)
        if opcode in b"hj":
            return value in self.memo
        # A frame past the end is no contradiction: the unpickler written in Python reads what is there.
        self.framed = self.framed or opcode == _FRAME
        return opcode != _PROTO or value <= _MAX_PROTOCOL

    def _stack(self, opcode: int) -> bool:
        if opcode == _MARK:
            self.depths.append(0)
            return True
        if opcode in _MARKED:
            return self._marked(opcode)
        if opcode == _POP and not self.depths[-1] and len(self.depths) > 1:
            self.depths.pop()  # with nothing above the mark, POP takes the mark
            return True
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


def _line_fits(opcode: int, line: bytes, *, whole: bool) -> bool:
    if opcode in _NAMED:
        return (bool(line) or not whole) and _NOT_IN_NAMES.isdisjoint(line)
    if opcode in b"S":
        text = line.strip()
        opened = text[:1] in {b"'", b'"'} or (not whole and not text)
        return opened and (not whole or (len(text) > 1 and text[:1] == text[-1:]))
    numeral = _NUMERALS.get(opcode)
    return numeral is None or numeral.fullmatch(line) is not None
