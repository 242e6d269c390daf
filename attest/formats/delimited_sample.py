"""What the first rows of delimited text tell: its delimiter, whether they begin with names, and the columns' types.

Concluded from at most 1,000 rows, so never certain: a first row counts as names only where nothing speaks against it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from attest.formats.header_text import plain

MAX_ROWS = 1000
MAX_COLUMNS = 4096
MAX_NAME = 128
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
_SNIFFED_ROWS = 200
_MISSING = frozenset(["", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"])
# Numbers with leading zeros are identifiers such as postal codes. Every branch is linear: no repetition holds another.
_VALUE = re.compile(
    r"(?P<integer>[+-]?(?:0|[1-9][0-9]{0,17}))"
    r"|(?P<number>[+-]?(?:(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,4})?)"
    r"|(?P<boolean>true|false|True|False|TRUE|FALSE)"
    r"|(?P<date>[0-9]{4}[-/][01][0-9][-/][0-3][0-9]"
    r"(?:[T ][0-2][0-9]:[0-5][0-9](?::[0-6][0-9](?:\.[0-9]{1,9})?)?(?:Z|[+-][0-2][0-9]:?[0-5][0-9])?)?)"
)
# Names that columns of texts alone have so often that data with such a value in its first row is unlikely.
_USUAL = frozenset(
    [
        "answer", "author", "body", "category", "class", "comment", "content", "context", "country", "date",
        "description", "file", "file_name", "filename", "gender", "id", "image", "input", "instruction", "label",
        "labels", "lang", "language", "message", "name", "output", "path", "prompt", "question", "response", "review",
        "sentence", "sentence1", "sentence2", "sentiment", "source", "split", "status", "summary", "target", "text",
        "title", "tweet", "type", "url", "value", "word",
    ]
)  # fmt: skip
Header = Literal["yes", "no", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`columns` are names and types when the first row holds names; `uneven` counts rows of another width."""

    header: Header
    width: int
    columns: tuple[tuple[str, str], ...]
    uneven: int
    rows: int


def sniff_delimiter(head: bytes, *, whole: bool, usual: str) -> str:
    """The delimiter that splits the first rows into the same number of fields; `usual` where several or none do.

    `whole` says that `head` is all there is, so that its last row is complete.
    """
    text = head.decode("latin-1")
    widths: dict[str, int] = {}
    for delimiter in DELIMITERS:
        if delimiter in text:
            rows = _rows(text, delimiter, _SNIFFED_ROWS, whole=whole)
            width = len(rows[0]) if rows else 1
            if width > 1 and all(len(row) == width for row in rows):
                widths[delimiter] = width
    if usual in widths or not widths:
        return usual
    return max(widths, key=lambda delimiter: widths[delimiter])


def examine(sample: bytes, delimiter: str, *, whole: bool) -> Sample | None:
    """Header and columns, from the first bytes of a text without its byte order mark; None when it is not UTF-8."""
    try:
        # An incremental decoder keeps back a character that the sample cuts apart.
        text = codecs.getincrementaldecoder("utf-8")("strict").decode(sample, whole)
    except UnicodeDecodeError:
        return None
    rows = _rows(text, delimiter, MAX_ROWS + 1, whole=whole)
    if not rows:
        return Sample(header="unclear", width=0, columns=(), uneven=0, rows=0)
    width = len(rows[0])
    even = [row for row in rows[1:] if len(row) == width]
    types = [_type(column) for column in zip(*even, strict=True)] if even else []
    header = _header(rows[0], even, types)
    columns: tuple[tuple[str, str], ...] = ()
    if header == "yes":
        named = zip(rows[0][:MAX_COLUMNS], types or ["empty"] * width, strict=False)
        columns = tuple((name, kind) for raw, kind in named if (name := plain(raw, MAX_NAME)))
    return Sample(header=header, width=width, columns=columns, uneven=len(rows) - 1 - len(even), rows=len(rows))


def _rows(text: str, delimiter: str, limit: int, *, whole: bool) -> list[list[str]]:
    """The first rows that hold something; the last one is left out when the text may end within it."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found.extend(islice((row for row in reader if row), limit))
    except csv.Error:
        # A field that is longer than the module takes.
        return found
    return found if whole or len(found) == limit else found[:-1]


def _type(values: Iterable[str]) -> str:
    """The one type that all values of a column have, those left out that mean none."""
    kinds = {_kind(value) for value in set(values)} - {""}
    if not kinds:
        return "empty"
    if len(kinds) == 1:
        return kinds.pop()
    return "number" if kinds == {"integer", "number"} else "string"


def _kind(value: str) -> str:
    if value in _MISSING:
        return ""
    found = _VALUE.fullmatch(value)
    return found.lastgroup or "string" if found else "string"


def _header(first: Sequence[str], body: Sequence[Sequence[str]], types: Sequence[str]) -> Header:
    """Whether the first row holds names: `unclear` where one can say neither.

    Text above numbers speaks for names. A number speaks against them, unless all cells differ and it may be a year or
    the count of a column. Where all columns are text, only a usual name tells.
    """
    if not body:
        return "unclear"
    kinds = [_kind(cell) for cell in first]
    above = any(kind == "string" and type_ not in {"string", "empty"} for kind, type_ in zip(kinds, types, strict=True))
    typed = {kind for kind in kinds if kind not in {"string", ""}}
    if typed:
        data = not above and (len(set(first)) < len(first) or typed & {"number", "boolean"})
        return "no" if data else "unclear"
    if not _names(first):
        return "unclear"
    repeated = any(cell == row[index] for row in body for index, cell in enumerate(first) if cell)
    usual = any(cell.strip().lower() in _USUAL for cell in first)
    return "yes" if above or (usual and not repeated) else "unclear"


def _names(cells: Sequence[str]) -> bool:
    """Whether these may be names of columns: all different, the first perhaps empty, as pandas writes an index."""
    rest = cells[1:] if cells[0] == "" else cells
    return len(set(cells)) == len(cells) and all(cell not in _MISSING for cell in rest)
