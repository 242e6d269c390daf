"""What the first records of a JSON file tell: the names and the types of their members.

Strict where it matters to every reader: a member twice in one object, and NaN or Infinity, are reported. Numbers are
looked at, not computed, so that identifiers beyond 2^53 are what they are.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

from attest.formats.header_text import Problems, plain

MAX_ROWS = 1000
MAX_COLUMNS = 4096
MAX_NAME = 128
_MAX_BAD = 3
_SPACE = " \t\r\n"
_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


class JsonSample:
    """Gathers the members of records; `broken` says that some are no JSON at all."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.broken = 0
        self.records = 0
        self.others = 0
        self._columns: dict[str, set[str]] = {}
        self._odd: dict[str, None] = {}
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_constant=self._constant,
            parse_int=lambda _: 0,
            parse_float=lambda _: 0.0,
        )

    def lines(self, sample: bytes, *, whole: bool) -> None:
        """Take in the lines of a sample, its last one only when the sample is all there is."""
        lines = sample.split(b"\n")
        for number, line in enumerate(lines if whole else lines[:-1], 1):
            if self.records + self.others >= MAX_ROWS or self.broken >= _MAX_BAD:
                return
            if line.strip(b" \t\r"):
                self._line(line, number)

    def _line(self, line: bytes, number: int) -> None:
        where = f"line {number}"
        try:
            self._record(self._decoder.decode(line.decode("utf-8")), where)
        except UnicodeDecodeError:
            self._bad(f"{where} is not UTF-8")
        except ValueError:
            self._bad(f"{where} is not JSON")
        except RecursionError:
            self._bad(f"{where} is nested too deeply")

    def array(self, sample: bytes, *, whole: bool) -> None:
        """Take in the items of the array that the sample begins with, as far as it holds them."""
        try:
            text = codecs.getincrementaldecoder("utf-8")("strict").decode(sample, whole)
            for index, item in enumerate(self._items(text)):
                self._record(item, f"item {index}")
                if index + 1 >= MAX_ROWS:
                    return
        except UnicodeDecodeError:
            self._bad("its text is not UTF-8")
        except RecursionError:
            self._bad("it is nested too deeply")
        except ValueError:
            # The end of a sample that is cut off is no JSON either.
            if whole:
                self._bad("it is not JSON")

    def _items(self, text: str) -> Iterator[Any]:
        position = _next(text, text.index("[") + 1)
        more = not text.startswith("]", position)
        while more:
            item, position = self._decoder.raw_decode(text, position)
            yield item
            position = _next(text, position)
            more = text.startswith(",", position)
            if more:
                position = _next(text, position + 1)
        if not text.startswith("]", position) or _next(text, position + 1) < len(text):
            raise ValueError("an item is followed by neither another one nor the end of the text")

    def _bad(self, problem: str) -> None:
        self.broken += 1
        self.problems.add(problem)

    def _record(self, value: Any, where: str) -> None:
        for odd in self._odd:
            self.problems.add(f"{where} {odd}")
        self._odd.clear()
        if not isinstance(value, dict):
            self.others += 1
            return
        self.records += 1
        for name, member in value.items():
            kinds = self._columns.get(name)
            if kinds is None:
                if len(self._columns) >= MAX_COLUMNS:
                    self.problems.add(f"its records have more than {MAX_COLUMNS} different members")
                    continue
                kinds = self._columns[name] = set()
            if member is not None:
                kinds.add(_KINDS[type(member)])

    def columns(self) -> tuple[tuple[str, str], ...]:
        """Name and type of each member in the order in which they first appear; nothing when a record is no object."""
        if self.others or self.broken:
            return ()
        return tuple((name, _one(kinds)) for raw, kinds in self._columns.items() if (name := plain(raw, MAX_NAME)))

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            self._odd["has a member twice in one object, which readers take differently"] = None
        return table

    def _constant(self, name: str) -> float:
        self._odd[f"holds {name}, which is no JSON"] = None
        return 0.0


def _next(text: str, position: int) -> int:
    while text[position : position + 1] and text[position] in _SPACE:
        position += 1
    return position


def _one(kinds: set[str]) -> str:
    if not kinds:
        return "null"
    if len(kinds) == 1:
        return next(iter(kinds))
    return "number" if kinds == {"integer", "number"} else "mixed"
