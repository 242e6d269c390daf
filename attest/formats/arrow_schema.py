"""Fields of an Arrow schema and their types, in the words that Arrow's own libraries use.

Source: `Schema.fbs` of Apache Arrow (format 1.5): slots are field numbers of the tables there; a union counts twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attest.errors import DocumentError
from attest.formats.flatbuffer import Table
from attest.formats.header_text import MAX_TEXT, plain

MAX_DEPTH = 32
MAX_FIELDS = 100_000
_NAME, _TYPE_KIND, _TYPE, _DICTIONARY, _CHILDREN, _METADATA = 0, 2, 3, 4, 5, 6
_EXTENSION = b"ARROW:extension:name"
_MAX_KEYS = 64
_NULL = 1
_UNITS = ("s", "ms", "us", "ns")
_FLOATS = ("float16", "float32", "float64")
_INTERVALS = ("month_interval", "day_time_interval", "month_day_nano_interval")
_PLAIN = {
    _NULL: "null", 4: "binary", 5: "string", 6: "bool", 19: "large_binary", 20: "large_string", 23: "binary_view",
    24: "string_view",
}  # fmt: skip
_LISTS = {12: "list", 21: "large_list", 25: "list_view", 26: "large_list_view"}
_STRUCT, _UNION, _FIXED_LIST, _MAP, _RUNS = 13, 14, 16, 17, 22


def columns(schema: Table, limit: int) -> tuple[list[tuple[str, str]], int]:
    """Name and type of the first `limit` fields of a schema whose names print, and how many fields there are.

    Raises DocumentError when a field is malformed or nested too deeply.
    """
    found: list[tuple[str, str]] = []
    count = schema.vector(1, 4).items
    fields = _Fields()
    for _, table in zip(range(limit), schema.tables(1), strict=False):
        text = fields.type_text(table, 0)
        if name := table.text(_NAME):
            found.append((name, text))
    return found, count


class _Fields:
    """Writes types; counts fields, because two places may refer to one table."""

    def __init__(self) -> None:
        self.left = MAX_FIELDS

    def type_text(self, table: Table, depth: int) -> str:
        """The type of a field; a nested one that is too long to write in full ends with `<…>`."""
        self.left -= 1
        if self.left < 0:
            raise DocumentError(f"its schema has more than {MAX_FIELDS} fields")
        if depth > MAX_DEPTH:
            raise DocumentError(f"its schema is nested deeper than {MAX_DEPTH} levels")
        text = self._values(table, depth)
        encoding = table.child(_DICTIONARY)
        if encoding is not None:
            index = encoding.child(1)
            text = f"dictionary<values={text}, indices={'int32' if index is None else _integer(index)}>"
        if extension := _extension(table):
            text = f"extension<{extension}: {text}>"
        return text if len(text) <= MAX_TEXT else f"{text.partition('<')[0]}<…>"

    def _values(self, table: Table, depth: int) -> str:
        kind, inner = table.integer(_TYPE_KIND, 1), table.child(_TYPE)
        if kind in _PLAIN:
            return _PLAIN[kind]
        if inner is None:
            raise DocumentError("its schema has a field without a type")
        if kind in _SCALARS:
            return _SCALARS[kind](inner)
        return self._nested(kind, inner, table, depth)

    def _nested(self, kind: int, inner: Table, table: Table, depth: int) -> str:
        children = [(child.text(_NAME), self.type_text(child, depth + 1)) for child in table.tables(_CHILDREN)]
        types = [text for _, text in children]
        named = ", ".join(f"{name}: {text}" for name, text in children)
        if kind in _LISTS:
            return f"{_LISTS[kind]}<{', '.join(types)}>"
        if kind == _STRUCT:
            return f"struct<{named}>"
        if kind == _UNION:
            return f"{'dense' if inner.integer(0, 2) else 'sparse'}_union<{named}>"
        if kind == _FIXED_LIST:
            return f"fixed_size_list<{', '.join(types)}>[{inner.integer(0, 4, signed=True)}]"
        if kind == _RUNS:
            return f"run_end_encoded<{', '.join(types)}>"
        if kind == _MAP:
            # The entries are a struct of key and value.
            return f"map{types[0].removeprefix('struct')}" if types else "map<>"
        return f"type_{kind}"


def _integer(table: Table) -> str:
    return f"{'' if table.flag(1) else 'u'}int{table.integer(0, 4, signed=True)}"


def _decimal(table: Table) -> str:
    width = table.integer(2, 4, signed=True, default=128)
    return f"decimal{width}({table.integer(0, 4, signed=True)}, {table.integer(1, 4, signed=True)})"


def _time(table: Table) -> str:
    return f"time{table.integer(1, 4, signed=True, default=32)}[{_one_of(_UNITS, table.integer(0, 2, default=1))}]"


def _timestamp(table: Table) -> str:
    unit, zone = _one_of(_UNITS, table.integer(0, 2)), table.text(1)
    return f"timestamp[{unit}, tz={zone}]" if zone else f"timestamp[{unit}]"


_SCALARS: Mapping[int, Callable[[Table], str]] = MappingProxyType(
    {
        2: _integer,
        3: lambda table: _one_of(_FLOATS, table.integer(0, 2)),
        7: _decimal,
        8: lambda table: "date64" if table.integer(0, 2, default=1) else "date32",
        9: _time,
        10: _timestamp,
        11: lambda table: _one_of(_INTERVALS, table.integer(0, 2)),
        15: lambda table: f"fixed_size_binary[{table.integer(0, 4, signed=True)}]",
        18: lambda table: f"duration[{_one_of(_UNITS, table.integer(0, 2, default=1))}]",
    }
)


def _one_of(names: tuple[str, ...], index: int) -> str:
    if index >= len(names):
        raise DocumentError("its schema has a field of an unknown unit or precision")
    return names[index]


def _extension(table: Table) -> str:
    for _, entry in zip(range(_MAX_KEYS), table.tables(_METADATA), strict=False):
        if entry.raw(0, len(_EXTENSION)) == _EXTENSION:
            return plain(entry.raw(1, 4 * MAX_TEXT) or b"")
    return ""
