"""Counting the rows of delimited text as it streams by: exact, whatever the blocks are cut like.

Source: RFC 4180, and where it says nothing, what Python's `csv` and pandas do: a quote opens a quoted field only where
a field begins, two quotes inside stand for one, and text behind the closing quote belongs to the field. CR, LF and CRLF
end a row unless they are quoted. A line with nothing on it is no row.
"""

from __future__ import annotations

import re
from enum import Enum

_LF, _CR = 0x0A, 0x0D
_QUOTED = re.compile(rb'(?:[^"]++|"")*+')


class _Place(Enum):
    """Where the next byte stands: at a field's beginning, within its text, or behind its closing quote."""

    START = 0
    TEXT = 1
    CLOSED = 2


class RowCounter:
    """`rows` is the number of rows that have ended; call `end` once behind the last block.

    `quoted` says that a quoted field is open: at the end of a file it was never closed.
    """

    def __init__(self, delimiter: bytes) -> None:
        self.rows = 0
        self.quoted = False
        self._place = _Place.START
        self._filled = False
        self._after_cr = False
        self._delimiter = delimiter
        self._ends = delimiter + b"\r\n"
        self._openers = (delimiter + b'"', b'\n"', b'\r"')
        # Possessive, so that no byte is looked at twice; a field that the block cuts off ends with the block.
        self._field = re.compile(rb"([" + re.escape(delimiter) + rb'\r\n])"(?:[^"]++|"")*+("|\Z)')

    def update(self, block: bytes) -> None:
        """Take in the next bytes."""
        if b'"' in block:
            self._lines(self._outside(block))
        elif block and not self.quoted:
            self._place = self._after(block)
            self._lines(block)

    def end(self) -> None:
        """The text ends here; a last row needs no line end."""
        self.rows += self._filled
        self._filled = False

    def _after(self, text: bytes) -> _Place:
        return _Place.START if text[-1] in self._ends else _Place.TEXT

    def _outside(self, block: bytes) -> bytes:
        """The block without what is quoted, of which one quote at least is left."""
        parts = block.split(b'"')
        quoted = self.quoted
        outer = parts[quoted::2]
        # Pieces that a quote follows which would open a field.
        before = outer if len(parts) % 2 == quoted else outer[:-1]
        if not self._all_open(before, first=not quoted):
            return self._walk(block)
        self.quoted = len(parts) % 2 == quoted
        if not self.quoted:
            self._place = self._after(outer[-1]) if outer[-1] else _Place.CLOSED
        return b'"' * quoted + b'"'.join(outer) + b'"' * self.quoted

    def _all_open(self, before: list[bytes], *, first: bool) -> bool:
        """Whether every quote behind these pieces opens a field: behind an empty one, it doubles the quote before."""
        if first and before and not before[0] and self._place is _Place.TEXT:
            return False
        joined = b'"'.join(before) + b'"'
        opening = sum(joined.count(opener) for opener in self._openers)
        return opening == len(before) - before.count(b"")

    def _walk(self, block: bytes) -> bytes:
        """The same for a block with quotes that open nothing."""
        position = 0
        if self._place is _Place.CLOSED and not self.quoted and block.startswith(b'"'):
            self.quoted, position = True, 1
        if self.quoted:
            # It ends within the block: some quote here opens nothing, and inside of a field there is none like that.
            position = _QUOTED.match(block, position).end() + 1  # type: ignore[union-attr]  # it matches everywhere
            self.quoted, self._place = False, _Place.CLOSED
        begin = b"\n" if self._place is _Place.START else b'"'
        text = begin + block[position:]
        outer, done = [], 1
        for field in self._field.finditer(text):
            outer.append(text[done : max(done, field.end(1))])
            done = field.end()
            self.quoted = not field[2]
        outer.append(text[done:])
        if not self.quoted and len(text) > 1:
            self._place = _Place.CLOSED if done == len(text) else self._after(text)
        return b'"' * (position > 0) + b'"'.join(outer)

    def _lines(self, text: bytes) -> None:
        if self._after_cr and text:
            # The LF of a CRLF that the blocks cut apart.
            text = text[1:] if text[0] == _LF else text
            self._after_cr = False
        if not text:
            return
        ends = text.count(b"\n")
        if _simple(text, ends):
            self.rows += ends - (text[0] in {_LF, _CR} and not self._filled)
            self._filled = text[-1] != _LF
        else:
            self._odd_lines(text)

    def _odd_lines(self, text: bytes) -> None:
        """Lines of which some are empty, or end with CR."""
        lines = text.splitlines()
        full = len(lines) - lines.count(b"")
        if not lines[0] and self._filled:
            full += 1
        complete = text[-1] in {_LF, _CR}
        self._filled = not complete
        self.rows += full - (not complete)
        self._after_cr = text[-1] == _CR


def _simple(text: bytes, ends: int) -> bool:
    """Whether every line ends alike, with LF or CRLF, and none but the first can be empty."""
    if b"\n\n" in text:
        return False
    if b"\r" not in text:
        return True
    return ends == text.count(b"\r\n") == text.count(b"\r") and b"\n\r" not in text
