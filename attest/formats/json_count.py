"""Counting records of JSON as it streams by: lines that hold something, or the items of one array.

Sources: RFC 8259 (JSON), JSON Lines. Structure is counted here, values are not checked.
"""

from __future__ import annotations

import re

MAX_DEPTH = 512
_SPACE = b" \t\r\n"
_BRACKETS = re.compile(rb"[\[\]{}]")
_CLOSES = {0x5B: 0x5D, 0x7B: 0x7D}
_ARRAY, _OBJECT = 0x5B, 0x7B
_ITEM = b"o"
# No byte is looked at twice: what the repetition takes, it keeps.
_INNER_OBJECT = re.compile(rb"\{[^\[\]{}]*+\}")
_INNER_ARRAY = re.compile(rb"\[[^\[\]{}]*+\]")
_ITEMS = re.compile(rb"(?:o,)*+o?")
_PASSES = 8
_CHUNK = 64 * 1024
_MAX_STEPS = 4_000_000
# Brackets, commas and quotes are themselves; whatever else a value is written with is an x.
_CLASSES = bytes(byte if byte in b'[]{},"' else 0x78 for byte in range(256))


class LineCounter:
    """`rows` is the number of lines with more than white space; call `end` once behind the last block."""

    def __init__(self) -> None:
        self.rows = 0
        self._filled = False

    def update(self, block: bytes) -> None:
        """Take in the next bytes."""
        first = block.find(b"\n")
        if first < 0:
            self._filled = self._filled or bool(block.lstrip(_SPACE))
            return
        self.rows += self._filled or bool(block[:first].lstrip(_SPACE))
        last = block.rfind(b"\n")
        ends = block.count(b"\n")
        # Where every line begins with a brace, none is blank.
        if block.count(b"\n{") == ends - (last + 1 == len(block)):
            self.rows += ends - 1
        else:
            self.rows += sum(1 for line in block[first + 1 : last].split(b"\n") if line.lstrip(_SPACE))
        self._filled = bool(block[last + 1 :].lstrip(_SPACE))

    def end(self) -> None:
        """The text ends here; a last line needs no line end."""
        self.rows += self._filled
        self._filled = False


class ArrayCounter:
    """Counts the objects of one array; call `end` once behind the last block.

    `objects` turns false when the array holds anything else, the text is no array, or it is nested so oddly that
    counting takes too long; `closed` says that the array ended.
    """

    def __init__(self) -> None:
        self.items = 0
        self.objects = True
        self.closed = False
        self._open: list[int] = []
        self._wanted = True
        self._in_string = False
        self._escape = b""
        self._left = _MAX_STEPS
        self._pending = bytearray()

    def update(self, block: bytes) -> None:
        """Take in the next bytes; how they are cut decides nothing, for they are cut anew."""
        self._pending += block
        whole = len(self._pending) - len(self._pending) % _CHUNK
        for begin in range(0, whole, _CHUNK):
            self._take(bytes(self._pending[begin : begin + _CHUNK]))
        del self._pending[:whole]

    def end(self) -> None:
        """The text ends here."""
        self._take(bytes(self._pending))
        self._pending.clear()

    def _take(self, block: bytes) -> None:
        if not self.objects:
            return
        text = self._outside(self._escape + block).translate(_CLASSES, _SPACE)
        if not self._open and text and not self.closed:
            # The array itself must not be taken for a value, as what it holds is below.
            self.objects = text.startswith(b"[")
            self._open.append(_CLOSES[_ARRAY])
            text = text[1:]
        self.objects = self.objects and self._walk(_reduced(text))

    def _outside(self, text: bytes) -> bytes:
        """The text without its strings, of each of which a quote is left."""
        # An odd backslash at the end belongs to what comes next.
        odd = (len(text) - len(text.rstrip(b"\\"))) % 2
        self._escape = b"\\" * odd
        if b"\\" in text:
            text = (text[:-1] if odd else text).replace(b"\\\\", b"").replace(b'\\"', b"")
        parts = text.split(b'"')
        begun = self._in_string
        self._in_string = begun == (len(parts) % 2 == 1)
        return b'"' * begun + b'"'.join(parts[begun::2]) + b'"' * self._in_string

    def _walk(self, text: bytes) -> bool:
        """Go over the brackets that are left; false when one of them, or what lies between, cannot stand there."""
        done = 0
        for bracket in _BRACKETS.finditer(text):
            self._left -= 1
            if not self._between(text[done : bracket.start()]) or not self._bracket(text[bracket.start()]):
                return False
            done = bracket.end()
        return self._left > 0 and self._between(text[done:])

    def _between(self, text: bytes) -> bool:
        """Take in what stands between two brackets, which matters where items begin and end, and behind the array."""
        level = len(self._open)
        if level > 1 or not text:
            return True
        if level == 0:
            return False
        items = text if self._wanted else _ITEM + text
        self.items += text.count(_ITEM)
        self._wanted = items.endswith(b",")
        return _ITEMS.fullmatch(items) is not None

    def _bracket(self, bracket: int) -> bool:
        level = len(self._open)
        if bracket in _CLOSES:
            self._open.append(_CLOSES[bracket])
            return 1 < level < MAX_DEPTH or (level == 1 and bracket == _OBJECT and self._wanted)
        if level == 0 or self._open.pop() != bracket:
            return False
        if level == 2:
            self.items += 1
            self._wanted = False
        if level == 1:
            self.closed = True
            return not (self._wanted and self.items)
        return True


def _reduced(text: bytes) -> bytes:
    """The text with complete objects and arrays as one letter each, from the inside out."""
    for _ in range(_PASSES):
        if b"}" not in text and b"]" not in text:
            return text
        fewer = _INNER_ARRAY.sub(b"a", _INNER_OBJECT.sub(_ITEM, text))
        if len(fewer) == len(text):
            return text
        text = fewer
    return text
