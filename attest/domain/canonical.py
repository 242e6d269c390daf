"""Canonical JSON after RFC 8785, for documents without fractions: equal content gives equal bytes."""

from __future__ import annotations

import json

from attest.domain.strict_json import MAX_INTEGER
from attest.errors import DocumentError


def canonical(value: object) -> bytes:
    """UTF-8 bytes of `value`, members sorted by UTF-16 code units, no insignificant space.

    Takes dicts with string keys, lists, tuples, strings, booleans, None and integers within ±(2⁵³ − 1).
    Raises DocumentError for anything else: fractions are written as text by whoever has them.
    """
    try:
        # sort_keys orders by code point; that differs from UTF-16 order only beyond the basic plane.
        text = json.dumps(_checked(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(f"the value cannot be written as canonical JSON: {error}") from error


def pretty(value: object) -> str:
    """The same members in the same order, indented for people; ends with a line feed."""
    return json.dumps(json.loads(canonical(value)), ensure_ascii=False, indent=2) + "\n"


def _checked(value: object) -> object:
    stack = [value]
    reorder = False
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            reorder = reorder or not all(isinstance(key, str) and key.isascii() for key in node)
            stack.extend(node.values())
        elif isinstance(node, list | tuple):
            stack.extend(node)
        elif isinstance(node, float):
            raise TypeError("fractions are written as text")
        elif isinstance(node, int) and abs(node) > MAX_INTEGER:
            raise ValueError("an integer is beyond 2^53 - 1")
    return _utf16_ordered(value) if reorder else value


class _Key(str):
    """A key that compares by UTF-16 code units."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return self.encode("utf-16-be") < other.encode("utf-16-be")


def _utf16_ordered(value: object) -> object:
    if isinstance(value, dict):
        if any(not isinstance(key, str) for key in value):
            raise TypeError("keys of objects are strings")
        return {_Key(key): _utf16_ordered(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_utf16_ordered(item) for item in value]
    return value
