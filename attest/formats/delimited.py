"""Delimited text, CSV and its like: rows counted as the file streams by, columns concluded from the first rows.

Source: RFC 4180 (see `delimited_rows`). The text is taken as UTF-8; its row count holds for every encoding that keeps
ASCII as it is.
"""

from __future__ import annotations

from attest.formats.delimited_rows import RowCounter
from attest.formats.delimited_sample import DELIMITERS, Sample, examine, sniff_delimiter
from attest.formats.facts import Facts, Table
from attest.formats.header_text import Problems
from attest.formats.observers import Refused
from attest.formats.source import ReadAt

HEAD = 64 * 1024
SAMPLE = 512 * 1024
_MARK = b"\xef\xbb\xbf"


class DelimitedObserver:
    """Takes in delimited text from its first byte to its last; `usual` is the delimiter its name promises.

    Nothing is decided before `HEAD` bytes are there or the text ends, so that the cut of the blocks does not matter.
    """

    streaming = True

    def __init__(self, usual: str) -> None:
        self._usual = usual
        self._sample = bytearray()
        self._size = 0
        self._delimiter = ""
        self._counter: RowCounter | None = None
        self._unknown = ""

    def update(self, block: memoryview) -> None:
        """Count the rows that end in these bytes."""
        self._size += len(block)
        counter = self._counter
        if self._unknown:
            return
        if len(self._sample) < SAMPLE:
            self._sample += block[: SAMPLE - len(self._sample)]
        if counter is not None:
            counter.update(bytes(block))
        elif self._size > HEAD:
            # Of this block, the end is not in the sample when the block is very large.
            self._start(bytes(block[len(block) - max(0, self._size - SAMPLE) :]))

    def _start(self, rest: bytes) -> None:
        head = bytes(self._sample[:HEAD])
        if b"\0" in head:
            self._unknown = "it holds zero bytes: it is no text, or not in UTF-8"
            return
        whole = self._size <= HEAD
        self._delimiter = sniff_delimiter(head.removeprefix(_MARK), whole=whole, usual=self._usual)
        self._counter = RowCounter(self._delimiter.encode())
        self._counter.update(bytes(self._sample).removeprefix(_MARK))
        self._counter.update(rest)

    def give_up(self, reason: str) -> None:
        """The rest cannot be had, so the rows are not counted."""
        self._unknown = self._unknown or reason

    def finish(self, read_at: ReadAt) -> Facts | Refused:
        """Rows and columns."""
        del read_at  # Every byte has come by.
        if self._counter is None and not self._unknown:
            self._start(b"")
        counter = self._counter
        if counter is None:
            return Refused(self._unknown)
        counter.end()
        sample = bytes(self._sample).removeprefix(_MARK)
        seen = examine(sample, self._delimiter, whole=self._size <= len(self._sample) and not self._unknown)
        return self._facts(counter, seen)

    def _facts(self, counter: RowCounter, seen: Sample | None) -> Facts:
        problems = Problems()
        if self._unknown:
            problems.add(self._unknown)
        elif counter.quoted:
            problems.add("a quote in it is never closed, so its rows are not counted")
        if seen is None:
            problems.add("its text is not UTF-8, so its columns are not described")
        elif seen.uneven:
            problems.add(
                f"{seen.uneven} of its first {seen.rows} rows have another number of fields than the first row"
            )
        known = not (self._unknown or counter.quoted)
        header = seen.header if seen is not None else "unclear"
        rows = {"yes": counter.rows - 1, "no": counter.rows, "unclear": None}[header]
        found = {
            "delimiter": DELIMITERS[self._delimiter],
            "header": header,
            "records": str(counter.rows) if known else "",
            "columns": str(seen.width) if seen is not None and seen.width else "",
        }
        return Facts(
            format="tsv" if self._delimiter == "\t" else "csv",
            title="TSV" if self._delimiter == "\t" else "CSV",
            properties=tuple(sorted((f"csv:{name}", text) for name, text in found.items() if text)),
            table=Table(
                rows=rows if known else None,
                columns=seen.columns if seen is not None else (),
                sampled=True,
                kinds=("tabular",),
            ),
            problems=problems.texts(),
        )
