"""The schema of a Parquet file: leaf columns by path, their types in the words of Arrow.

Source: `parquet.thrift` of parquet-format (`SchemaElement`, `Type`, `ConvertedType`, `LogicalType`) and its
`LogicalTypes.md`; an annotation that this version does not know leaves the physical type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.header_text import plain
from attest.formats.thrift_compact import Record

MAX_ELEMENTS = 100_000
MAX_DEPTH = 64
MAX_PATH = 512
_TYPE, _LENGTH, _REPETITION, _NAME, _CHILDREN, _CONVERTED, _SCALE, _PRECISION, _LOGICAL = 1, 2, 3, 4, 5, 6, 7, 8, 10
_PHYSICAL = ("bool", "int32", "int64", "int96", "float32", "float64", "binary", "fixed_size_binary")
_FIXED = 7
_REQUIRED, _OPTIONAL = 0, 1
_UNITS = {1: "ms", 2: "us", 3: "ns"}
_INTEGERS = {8, 16, 32, 64}
_LOGICAL_NAMES = {
    1: "string", 4: "enum", 6: "date32", 11: "null", 12: "json", 13: "bson", 14: "uuid", 15: "float16",
    17: "geometry", 18: "geography",
}  # fmt: skip
_DECIMAL, _TIME, _TIMESTAMP, _INTEGER = 5, 7, 8, 10
_CONVERTED_NAMES = {
    0: "string", 4: "enum", 6: "date32", 7: "time32[ms]", 8: "time64[us]", 9: "timestamp[ms, tz=UTC]",
    10: "timestamp[us, tz=UTC]", 11: "uint8", 12: "uint16", 13: "uint32", 14: "uint64", 15: "int8", 16: "int16",
    17: "int32", 18: "int64", 19: "json", 20: "bson", 21: "interval",
}  # fmt: skip
_CONVERTED_DECIMAL = 5


class Leaf(NamedTuple):
    """One column as it is stored: path (empty when it does not print), type, and whether a row has at most one
    value."""

    path: str
    type: str
    single: bool


def leaves(elements: Sequence[Record]) -> list[Leaf]:
    """The leaf columns of a schema, whose elements come depth first; the first one is the root.

    Raises DocumentError when the elements are no tree, or nested too deeply.
    """
    if not elements:
        raise DocumentError("its schema is empty")
    found: list[Leaf] = []
    # Children that are still to come, path and repetition of every open group.
    groups: list[tuple[int, tuple[str, ...], bool]] = [(_children(elements[0], len(elements)), (), True)]
    for element in elements[1:]:
        while groups and not groups[-1][0]:
            groups.pop()
        if not groups:
            raise DocumentError("its schema has elements that belong to no group")
        left, path, single = groups[-1]
        groups[-1] = (left - 1, path, single)
        path = (*path, _name(element))
        single = single and element.get(_REPETITION, _REQUIRED) in {_REQUIRED, _OPTIONAL}
        if _TYPE in element:
            found.append(Leaf(_joined(path), type_text(element), single))
            continue
        if len(groups) > MAX_DEPTH:
            raise DocumentError(f"its schema is nested deeper than {MAX_DEPTH} levels")
        groups.append((_children(element, len(elements)), path, single))
    if any(left for left, _, _ in groups):
        raise DocumentError("its schema ends before all of its groups are complete")
    return found


def _children(element: Record, limit: int) -> int:
    count = element.get(_CHILDREN, 0)
    if not isinstance(count, int) or not 0 <= count < limit:
        raise DocumentError("its schema has a group with an impossible number of children")
    return count


def _name(element: Record) -> str:
    name = element.get(_NAME)
    return plain(name, MAX_PATH) if isinstance(name, bytes) else ""


def _joined(path: tuple[str, ...]) -> str:
    text = ".".join(path)
    return text if all(path) and len(text) <= MAX_PATH else ""


def type_text(element: Record) -> str:
    """The type of a leaf."""
    logical = element.get(_LOGICAL)
    named = _logical(logical) if isinstance(logical, dict) else ""
    return named or _converted(element) or _physical(element)


def _physical(element: Record) -> str:
    kind = element.get(_TYPE)
    if not isinstance(kind, int) or not 0 <= kind < len(_PHYSICAL):
        raise DocumentError("its schema has a column of an unknown type")
    length = element.get(_LENGTH)
    return f"{_PHYSICAL[kind]}[{length}]" if kind == _FIXED and isinstance(length, int) else _PHYSICAL[kind]


def _logical(union: Record) -> str:
    if len(union) != 1:
        return ""
    number, value = next(iter(union.items()))
    if number in _LOGICAL_NAMES or not isinstance(value, dict):
        return _LOGICAL_NAMES.get(number, "")
    first, second = value.get(1), value.get(2)
    text = ""
    if number == _DECIMAL and isinstance(first, int) and isinstance(second, int):
        text = f"decimal({second}, {first})"
    elif number == _INTEGER and isinstance(first, int) and first in _INTEGERS:
        text = f"int{first}" if second else f"uint{first}"
    elif number in {_TIME, _TIMESTAMP} and isinstance(second, dict):
        unit = _UNITS.get(next(iter(second), 0), "")
        text = _moment(number, unit, utc=bool(first)) if unit else ""
    return text


def _moment(number: int, unit: str, *, utc: bool) -> str:
    if number == _TIMESTAMP:
        return f"timestamp[{unit}, tz=UTC]" if utc else f"timestamp[{unit}]"
    return f"time32[{unit}]" if unit == "ms" else f"time64[{unit}]"


def _converted(element: Record) -> str:
    kind = element.get(_CONVERTED)
    if kind == _CONVERTED_DECIMAL:
        precision, scale = element.get(_PRECISION), element.get(_SCALE, 0)
        return f"decimal({precision}, {scale})" if isinstance(precision, int) and isinstance(scale, int) else ""
    return _CONVERTED_NAMES.get(kind, "") if isinstance(kind, int) else ""
