"""The header of a NumPy array, read by a grammar of its own: nothing in it is evaluated.

Source: NumPy `numpy/lib/format.py`, versions 1 to 3: magic, version, length, and a Python literal with exactly `descr`,
`fortran_order` and `shape`.
"""

from __future__ import annotations

import re
from math import prod
from typing import NamedTuple, TypeAlias

from attest.errors import DocumentError
from attest.formats.source import Source

MAGIC = b"\x93NUMPY"
MAX_HEADER = 10_000
_MAX_RANK = 64
_MAX_DEPTH = 8
_MAX_ELEMENTS = 1 << 62
_WIDTHS = {1: 2, 2: 4, 3: 4}
_TOKEN = re.compile(r"\s*(?:('[^'\\\n]*'|\"[^\"\\\n]*\")|([0-9]{1,20})L?|(True|False)|([{}()\[\]:,]))\s*")
_CODE = re.compile(r"[<>|=]?([?bBhHiIlLqQefdgFDGmMSUVOacu])([0-9]{0,9})(?:\[[0-9]{0,6}[A-Za-zμ]{1,2}\])?")
_NAMES = {"f": "float", "i": "int", "u": "uint", "c": "complex", "b": "bool"}

_Literal: TypeAlias = "str | int | bool | tuple[_Literal, ...] | list[_Literal] | dict[str, _Literal]"


class ArrayHeader(NamedTuple):
    """Version, element type, shape, order of an array; `begin` is where its elements start.

    `dtype` is `float32` and the like where NumPy has such a name, else its code, `record` or `object`. `size` is the
    size of an element in bytes, None when that is not known; `objects` says that a pickle follows.
    """

    version: int
    dtype: str
    shape: tuple[int, ...]
    fortran: bool
    begin: int
    size: int | None
    objects: bool


def read_header(source: Source) -> ArrayHeader:
    """The header of an array; raises DocumentError when it is none that NumPy would write."""
    head = source.up_to(0, 12)
    version = head[6] if head.startswith(MAGIC) and len(head) > 7 else 0
    width = _WIDTHS.get(version)
    if width is None or head[7] != 0 or len(head) < 8 + width:
        raise DocumentError("it has no header of a NumPy array in a version that is known")
    length = int.from_bytes(head[8 : 8 + width], "little")
    if length > MAX_HEADER:
        raise DocumentError(f"the header of the array has {length} bytes; NumPy refuses more than {MAX_HEADER}")
    try:
        text = source.read(8 + width, length).decode("utf-8" if version == 3 else "latin-1")
    except UnicodeDecodeError:
        raise DocumentError("the header of the array is not UTF-8 text") from None
    table = _literal(text)
    if not isinstance(table, dict) or table.keys() != {"descr", "fortran_order", "shape"}:
        raise DocumentError("the header of the array does not consist of descr, fortran_order and shape")
    shape, fortran = table["shape"], table["fortran_order"]
    if not isinstance(shape, tuple) or not isinstance(fortran, bool) or len(shape) > _MAX_RANK:
        raise DocumentError("the header of the array has no shape or no order")
    sizes = tuple(item for item in shape if type(item) is int)
    if len(sizes) != len(shape) or prod(sizes) >= _MAX_ELEMENTS:
        raise DocumentError("the header of the array has a shape that is none")
    dtype, size, objects = _element(table["descr"], 0)
    return ArrayHeader(version, dtype, sizes, fortran, 8 + width + length, size, objects)


def _element(descr: _Literal, depth: int) -> tuple[str, int | None, bool]:
    """Name, size in bytes, and whether there are objects; the size is None when it is not known."""
    if isinstance(descr, str):
        return _simple(descr)
    if isinstance(descr, tuple) and len(descr) == 2 and depth < _MAX_DEPTH:
        _, size, objects = _element(descr[0], depth + 1)
        return "record", _times(size, descr[1]), objects
    if not isinstance(descr, list) or depth >= _MAX_DEPTH:
        raise DocumentError("the header of the array has an element type that is none")
    total: int | None = 0
    any_objects = False
    for field in descr:
        if not isinstance(field, tuple) or len(field) not in {2, 3}:
            raise DocumentError("the header of the array has a field that is none")
        _, size, objects = _element(field[1], depth + 1)
        size = _times(size, field[2]) if len(field) == 3 else size
        total = None if size is None or total is None else total + size
        any_objects = any_objects or objects
    return "record", total, any_objects


def _times(size: int | None, shape: _Literal) -> int | None:
    numbers = shape if isinstance(shape, tuple) else (shape,)
    counts = [item for item in numbers if type(item) is int]
    if len(counts) != len(numbers) or len(counts) > _MAX_RANK:
        raise DocumentError("the header of the array has a field with a shape that is none")
    return None if size is None else min(size * prod(counts), _MAX_ELEMENTS)


def _simple(code: str) -> tuple[str, int | None, bool]:
    match = _CODE.fullmatch(code)
    if match is None:
        raise DocumentError("the header of the array has an element type that is not known")
    letter, digits = match.groups()
    if letter == "O":
        return "object", None, True
    size = int(digits) if digits else (1 if letter in {"?", "b", "B"} else None)
    if size is not None and letter == "U":
        size *= 4
    if letter in _NAMES and digits and letter != "b":
        return f"{_NAMES[letter]}{8 * int(digits)}", size, False
    return ("bool" if letter in {"b", "?"} and size == 1 else code.lstrip("<>|=")), size, False


def _literal(text: str) -> _Literal:
    """A Python literal of texts, whole numbers, truth values, tuples, lists and dictionaries."""
    words: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise DocumentError("the header of the array is no plain literal")
        words.append(next(group for group in match.groups() if group is not None))
        at = match.end()
    value, end = _value(words, 0, 0)
    if end != len(words):
        raise DocumentError("the header of the array goes on behind its end")
    return value


def _value(words: list[str], at: int, depth: int) -> tuple[_Literal, int]:
    word = words[at] if at < len(words) else ""
    if depth > 2 * _MAX_DEPTH + 2:
        raise DocumentError("the header of the array is nested too deeply")
    if word[:1] in {"'", '"'}:
        return word[1:-1], at + 1
    if word.isdecimal():
        return int(word), at + 1
    if word in {"True", "False"}:
        return word == "True", at + 1
    if word in {"(", "["}:
        return _sequence(words, at, depth)
    if word == "{":
        return _table(words, at, depth)
    raise DocumentError("the header of the array is no plain literal")


def _sequence(words: list[str], at: int, depth: int) -> tuple[_Literal, int]:
    end = ")" if words[at] == "(" else "]"
    items: list[_Literal] = []
    commas = 0
    at += 1
    while words[at : at + 1] != [end]:
        item, at = _value(words, at, depth + 1)
        items.append(item)
        if words[at : at + 1] == [","]:
            commas += 1
            at += 1
        elif words[at : at + 1] != [end]:
            raise DocumentError("the header of the array is no plain literal")
    if end == "]":
        return items, at + 1
    # Parentheses around one value are no tuple.
    return (items[0] if len(items) == 1 and not commas else tuple(items)), at + 1


def _table(words: list[str], at: int, depth: int) -> tuple[_Literal, int]:
    table: dict[str, _Literal] = {}
    at += 1
    while words[at : at + 1] != ["}"]:
        key, at = _value(words, at, depth + 1)
        if not isinstance(key, str) or key in table or words[at : at + 1] != [":"]:
            raise DocumentError("the header of the array has a key that is none, or one twice")
        table[key], at = _value(words, at + 1, depth + 1)
        if words[at : at + 1] == [","]:
            at += 1
        elif words[at : at + 1] != ["}"]:
            raise DocumentError("the header of the array is no plain literal")
    return table, at + 1
