"""Universal Binary JSON, walked in place: texts and whole numbers with their paths; arrays of numbers are stepped over.

Source: UBJSON specification, draft 12 (types, optimised containers with `$` and `#`), as XGBoost writes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.source import Cursor, Source

MAX_VALUES = 500_000
MAX_DEPTH = 64
MAX_TEXT = 4096
_MAX_KEY = 256
_INTEGERS = {b"i": "b", b"U": "B", b"I": ">h", b"l": ">i", b"L": ">q", b"u": ">H", b"m": ">I", b"M": ">Q"}
_WIDTHS = {**{mark: struct.calcsize(form) for mark, form in _INTEGERS.items()}, b"d": 4, b"D": 8, b"C": 1}
_EMPTY = (b"Z", b"N", b"T", b"F")


class _Open(NamedTuple):
    """A container that is not yet at its end: its path, whether it is an object, values left, type of all of them."""

    path: tuple[str, ...]
    table: bool
    left: int
    kind: bytes


def values(source: Source) -> Iterator[tuple[tuple[str, ...], str | int]]:
    """Paths and values of texts and whole numbers; items of arrays go by the path of the array.

    Raises DocumentError when the document is broken, nested too deeply, or has more than 500,000 values.
    """
    cursor = Cursor(source)
    pending: list[_Open] = []
    count = 0
    path: tuple[str, ...] = ()
    mark = cursor.take(1)
    if mark != b"{":
        raise DocumentError("it is no UBJSON object")
    while True:
        count += 1
        if count > MAX_VALUES or len(pending) > MAX_DEPTH:
            raise DocumentError("it has more values than are looked at, or nests them too deeply")
        if mark in {b"{", b"["}:
            opened = _open(cursor, path, table=mark == b"{")
            pending += [opened] if opened is not None else []
        elif mark in _INTEGERS:
            yield path, _integer(cursor, mark)
        elif mark == b"S":
            if (text := _text(cursor, MAX_TEXT)) is not None:
                yield path, text
        else:
            _skip(cursor, mark)
        following = _next(cursor, pending)
        if following is None:
            return
        path, mark = following


def _next(cursor: Cursor, pending: list[_Open]) -> tuple[tuple[str, ...], bytes] | None:
    """Path and type of the next value, once containers that are at their end were closed; None at the end of all."""
    while pending:
        path, table, left, kind = pending[-1]
        if left == 0:
            pending.pop()
            continue
        mark = b""
        if left < 0:
            mark = cursor.take(1)
            if mark == (b"}" if table else b"]"):
                pending.pop()
                continue
        else:
            pending[-1] = pending[-1]._replace(left=left - 1)
        if table:
            mark = mark or cursor.take(1)
            path, mark = (*path, _key(cursor, mark)), b""
        return path, kind or mark or cursor.take(1)
    if cursor.left:
        raise DocumentError(f"{cursor.left} bytes stand behind its end")
    return None


def _open(cursor: Cursor, path: tuple[str, ...], *, table: bool) -> _Open | None:
    """A container at its beginning; None when it is a list of numbers, which is stepped over."""
    mark = cursor.take(1)
    kind = b""
    if mark == b"$":
        kind, mark = cursor.take(1), cursor.take(1)
    if mark != b"#":
        if kind:
            raise DocumentError("a list in it has a type and no length")
        cursor.position -= 1
        return _Open(path, table, -1, b"")
    length = _integer(cursor, cursor.take(1))
    if length < 0 or (length > cursor.left and kind not in _EMPTY):
        raise DocumentError(f"a list in it claims {length} values, more than it could hold")
    if kind in _EMPTY or (kind in _WIDTHS and not table):
        cursor.skip(length * _WIDTHS.get(kind, 0))
        return None
    return _Open(path, table, length, kind)


def _integer(cursor: Cursor, mark: bytes) -> int:
    form = _INTEGERS.get(mark)
    if form is None:
        raise DocumentError(f"a length in it has the type {mark!r}, which is no whole number")
    return int(struct.unpack(form, cursor.take(_WIDTHS[mark]))[0])


def _key(cursor: Cursor, mark: bytes) -> str:
    length = _integer(cursor, mark)
    if not 0 <= length <= _MAX_KEY:
        raise DocumentError(f"a name in it has {length} bytes")
    return cursor.take(length).decode("utf-8", "replace")


def _text(cursor: Cursor, limit: int) -> str | None:
    """A text, None when it is too long to keep or not UTF-8."""
    length = _integer(cursor, cursor.take(1))
    if not 0 <= length <= limit:
        cursor.skip(length)
        return None
    try:
        return cursor.take(length).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _skip(cursor: Cursor, mark: bytes) -> None:
    if mark == b"H":
        _text(cursor, 0)
    elif mark in _WIDTHS:
        cursor.skip(_WIDTHS[mark])
    elif mark not in _EMPTY:
        raise DocumentError(f"it has a value of the type {mark!r}, which is not known")
