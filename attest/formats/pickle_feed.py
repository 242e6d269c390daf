"""The bytes of pickles, read forward in blocks, and what reading and running them may take."""

from __future__ import annotations

from attest.errors import DocumentError, LimitError
from attest.formats.header_text import Problems, plain
from attest.formats.pickle_values import Global
from attest.formats.source import Source

MAX_OPCODES = 5_000_000
MAX_BYTES = 64 << 20
MAX_NAMES = 10_000
MAX_KEPT = 3_000_000
_MAX_LINE = 16 << 20
_FIRST_BLOCK, _LAST_BLOCK = 4096, 64 * 1024


class Budget:
    """What all pickles of one file together may take, and what was found in them: `names`, and `problems`."""

    def __init__(self, *, opcodes: int = MAX_OPCODES, size: int = MAX_BYTES) -> None:
        self.opcodes = opcodes
        self.bytes = size
        self.kept = MAX_KEPT
        self.names: set[str] = set()
        self.problems = Problems()

    def imports(self) -> tuple[str, ...]:
        """The names found, sorted."""
        return tuple(sorted(self.names))

    def ask_for(self, name: Global) -> None:
        """Note a name."""
        dotted = name.dotted
        if plain(dotted) != dotted or not name.module or not name.name:
            self.problems.add("the pickle asks for a name that cannot be written down")
        elif dotted not in self.names and len(self.names) >= MAX_NAMES:
            self.problems.add(f"the pickle asks for more than {MAX_NAMES} names; the rest is not listed")
        else:
            self.names.add(dotted)

    def spend(self, opcodes: int) -> None:
        """Take note of opcodes that ran; raises DocumentError when they or the values were too many."""
        self.opcodes -= opcodes
        if self.opcodes < 0:
            raise LimitError("it has more opcodes than are looked at")
        if self.kept < 0:
            raise LimitError("it has more values than are looked at")


class Feed:
    """A position in [begin, end) of a file; every method raises DocumentError past the end or past the budget.

    `began` is where the opcode taken last stands.
    """

    __slots__ = ("_at", "_base", "_block", "_data", "began", "budget", "end", "source")

    def __init__(self, source: Source, begin: int, end: int, budget: Budget) -> None:
        self.source, self.end, self.budget = source, min(end, source.size), budget
        self._data, self._base, self._at, self._block = b"", begin, 0, _FIRST_BLOCK
        self.began = begin

    @property
    def position(self) -> int:
        """Where in the file the next byte lies."""
        return self._base + self._at

    @property
    def left(self) -> int:
        """Bytes between here and the end."""
        return self.end - self._base - self._at

    def opcode(self) -> int:
        """The next opcode."""
        at = self._at
        if at >= len(self._data):
            self._fill(1)
            at = 0
        self._at = at + 1
        self.began = self._base + at
        return self._data[at]

    def take(self, length: int) -> bytes:
        """The next bytes."""
        at = self._at
        if at + length > len(self._data):
            self._fill(length)
            at = 0
        self._at = at + length
        return self._data[at : at + length]

    def _fill(self, length: int) -> None:
        position = self.position
        if length > self.left:
            raise DocumentError(f"it is cut off: {length} bytes at {position} are not there")
        wanted = max(length, min(self._block, self.left))
        self.budget.bytes -= wanted
        if self.budget.bytes < 0:
            raise LimitError("it is longer than what is looked at")
        self._data, self._base, self._at = self.source.read(position, wanted), position, 0
        self._block = min(2 * self._block, _LAST_BLOCK)

    def skip(self, length: int) -> None:
        """Go on without looking at the next bytes."""
        if length > self.left:
            raise DocumentError(f"it is cut off: {length} bytes at {self.position} are not there")
        self._at += length
        if self._at > len(self._data):
            self._data, self._base, self._at, self._block = b"", self.position, 0, _FIRST_BLOCK

    def line(self) -> bytes:
        """The next line, without its end; at most 16 MiB of it."""
        found = self._data.find(b"\n", self._at)
        span = _LAST_BLOCK
        while found < 0:
            span = min(span, self.left)
            self._fill(max(span, 1))
            found = self._data.find(b"\n")
            if found < 0 and (span >= self.left or span >= _MAX_LINE):
                raise DocumentError(f"the line at {self.position} does not end")
            span *= 2
        line = self._data[self._at : found]
        self._at = found + 1
        return line
