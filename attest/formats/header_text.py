"""Texts and numbers as binary headers hold them → what may stand in a bill: one line, printable, of bounded length.

What does not fit is left out, not repaired: a shortened or cleaned name would be another name.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite

from attest.formats.prose import MAX_DESCRIPTION

MAX_TEXT = 512
MAX_LIST = 4096
MAX_PROBLEMS = 16
_FLOAT = struct.Struct("<f")
_MAX_KEY = 64
_MAX_EXPONENT = 20
_DRIVE = re.compile(r"[A-Za-z]:")
_NOT_IN_KEYS = re.compile(r"[^a-z0-9.:-]+")


def plain(raw: bytes | str, limit: int = MAX_TEXT) -> str:
    """One line of text, runs of white space as one space.

    Empty when it is longer than `limit` characters, no UTF-8, or holds characters that do not print.
    """
    if len(raw) > 4 * limit:
        return ""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        return ""
    text = " ".join(text.split())
    return text if len(text) <= limit and text.isprintable() else ""


def paragraph(raw: bytes | str) -> str:
    """Prose on one line: characters that do not print are dropped, and a long text is cut at 1,000 characters."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        return ""
    text = " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1].rstrip() + "…"


def property_key(text: str) -> str:
    """A name as the last part of a property's name: lower case with dashes; empty when nothing is left of it."""
    return _NOT_IN_KEYS.sub("-", text.lower()).strip("-") if len(text) <= _MAX_KEY else ""


def number(value: float, *, single: bool = False) -> str:
    """The shortest decimal that means this value, without an exponent when that is short; empty when not finite.

    `single` says that it was stored with 32 bits: 1e-06 is then 0.000001 and not 0.00000099999999747.
    """
    if not isfinite(value):
        return ""
    text = repr(value)
    if single:
        stored = _FLOAT.pack(value)
        text = next(text for digits in range(6, 18) if _FLOAT.pack(float(text := f"{value:.{digits}g}")) == stored)
    exact = Decimal(text).normalize()
    return format(exact, "f") if abs(exact.adjusted()) <= _MAX_EXPONENT else str(exact)


def tally(counts: Mapping[str, int]) -> str:
    """Counted names in sorted order, `Add=2, Conv=5`, within a bounded length."""
    return listing(f"{name}={count}" for name, count in sorted(counts.items()))


def listing(items: Iterable[str]) -> str:
    """Items joined by commas within a bounded length; how many more there are is said at the end."""
    taken: list[str] = []
    length = left = 0
    for item in items:
        length += len(item) + 2
        if length <= MAX_LIST:
            taken.append(item)
        else:
            left += 1
    return ", ".join([*taken, f"and {left} more"] if left else taken)


def neighbour(path: str) -> tuple[str, bool]:
    """A path that a header gives, `./` taken away, and whether it stays inside the folder of the file."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    inside = bool(parts) and not path.startswith("/") and ".." not in parts
    inside = inside and "\\" not in path and "://" not in path and _DRIVE.match(path) is None
    return ("/".join(parts) if inside else path), inside


class Problems:
    """Sentences about what is wrong; beyond a bound only how many more there are."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._more = 0

    def add(self, text: str) -> None:
        """Note one; the same sentence once."""
        if text in self._texts or len(self._texts) < MAX_PROBLEMS:
            self._texts[text] = None
        else:
            self._more += 1

    def texts(self) -> tuple[str, ...]:
        """In the order in which they were found."""
        more = (f"{self._more} more things like these are wrong",) if self._more else ()
        return (*self._texts, *more)
