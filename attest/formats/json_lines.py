"""JSON Lines, and JSON files of one array of objects: rows counted as they stream by, members from the first rows.

Sources: JSON Lines, RFC 8259. A `.json` file may also hold lines, as many datasets do; one that holds a single object
is a document, and nothing is said of it here.
"""

from __future__ import annotations

import json

from attest.formats.facts import Facts, Table
from attest.formats.header_text import Problems
from attest.formats.json_count import ArrayCounter, LineCounter
from attest.formats.json_sample import JsonSample
from attest.formats.observers import Refused
from attest.formats.source import ReadAt

HEAD = 64 * 1024
SAMPLE = 1 << 20
MAX_ARRAY = 64 << 20
_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"


class JsonObserver:
    """Takes in JSON from its first byte to its last; `lines` says that its name promises JSON Lines.

    Nothing is decided before `HEAD` bytes are there or the text ends, so that the cut of the blocks does not matter.
    """

    streaming = True

    def __init__(self, *, lines: bool) -> None:
        self._lines = lines
        self._sample = bytearray()
        self._size = 0
        self._counter: LineCounter | ArrayCounter | None = None
        self._unknown = ""
        self._nothing = False

    def update(self, block: memoryview) -> None:
        """Count the rows in these bytes."""
        if self._unknown or self._nothing:
            return
        self._size += len(block)
        if len(self._sample) < SAMPLE:
            self._sample += block[: SAMPLE - len(self._sample)]
        if self._counter is not None:
            self._count(bytes(block))
        elif self._size > HEAD:
            self._start()
            self._count(bytes(self._sample).removeprefix(_MARK))
            self._count(bytes(block[len(block) - max(0, self._size - SAMPLE) :]))

    def _count(self, data: bytes) -> None:
        if isinstance(self._counter, LineCounter) or (self._counter is not None and self._size <= MAX_ARRAY):
            self._counter.update(data)

    def _start(self) -> None:
        head = bytes(self._sample[:HEAD]).removeprefix(_MARK)
        if b"\0" in head:
            self._unknown = "it holds zero bytes: it is no text, or not in UTF-8"
        elif self._lines or _holds_lines(head):
            self._counter = LineCounter()
        elif head.lstrip(_SPACE).startswith(b"["):
            self._counter = ArrayCounter()
        else:
            self._nothing = True

    def give_up(self, reason: str) -> None:
        """The rest cannot be had, so the rows are not counted."""
        self._unknown = self._unknown or reason

    def finish(self, read_at: ReadAt) -> Facts | Refused | None:
        """Rows and members; None for a document that is no table."""
        del read_at  # Every byte has come by.
        if self._counter is None and not self._unknown and not self._nothing:
            self._start()
            self._count(bytes(self._sample).removeprefix(_MARK))
        if self._nothing:
            return None
        if self._counter is None:
            return Refused(self._unknown)
        problems = Problems()
        if self._unknown:
            problems.add(self._unknown)
        if self._sample.startswith(_MARK):
            problems.add("it starts with a byte order mark, which many readers of JSON refuse")
        seen = JsonSample(problems)
        if isinstance(self._counter, LineCounter):
            return self._of_lines(self._counter, seen)
        return self._of_array(self._counter, seen)

    def _of_lines(self, counter: LineCounter, seen: JsonSample) -> Facts:
        counter.end()
        sample, whole = self._looked_at()
        seen.lines(sample, whole=whole)
        rows = None if self._unknown or seen.broken else counter.rows
        return self._facts("jsonl", "JSON Lines", rows, seen)

    def _of_array(self, counter: ArrayCounter, seen: JsonSample) -> Facts | None:
        counter.end()
        complete = self._size <= MAX_ARRAY and not self._unknown
        if complete and counter.objects and not counter.closed:
            seen.problems.add("its array is never closed")
        sample, whole = self._looked_at()
        seen.array(sample, whole=whole)
        if not counter.objects and not seen.broken:
            # An array of numbers or texts is no table.
            return None
        known = complete and counter.objects and counter.closed and not seen.broken
        return self._facts("json", "JSON array", counter.items if known else None, seen)

    def _looked_at(self) -> tuple[bytes, bool]:
        whole = self._size <= len(self._sample) and not self._unknown
        return bytes(self._sample).removeprefix(_MARK), whole

    def _facts(self, kind: str, title: str, rows: int | None, seen: JsonSample) -> Facts:
        columns = seen.columns()
        return Facts(
            format=kind,
            title=title,
            table=Table(rows=rows, columns=columns, sampled=True, kinds=("tabular",) if columns else ()),
            problems=seen.problems.texts(),
        )


def may_hold_rows(first: bytes, *, whole: bool) -> bool:
    """Whether a `.json` file that begins with these bytes may be an array or lines, and is worth looking into.

    `whole` says that they are all of the file.
    """
    text = first.removeprefix(_MARK).lstrip(_SPACE)
    if text.startswith(b"["):
        return True
    line, end, rest = text.partition(b"\n")
    if not line.startswith(b"{"):
        return False
    if not end:
        # A line that is longer than what is known.
        return not whole
    return line.rstrip(_SPACE).endswith(b"}") and rest.lstrip(_SPACE)[:1] in ({b"{"} if whole else {b"{", b""})


def _holds_lines(head: bytes) -> bool:
    """Whether a text begins with an object on a line of its own and goes on with another one."""
    first, end, rest = head.lstrip(_SPACE).partition(b"\n")
    if not end or not first.startswith(b"{") or not rest.lstrip(_SPACE).startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first, parse_int=lambda _: 0), dict)
    except (ValueError, RecursionError):
        return False
