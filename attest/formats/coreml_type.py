"""Features of a Core ML model → names and text such as `float32[1,3,224,224]`, `image[224,224,rgb]` or `string`.

Source: `FeatureTypes.proto` and `Model.proto` of coremltools 9. A size that may vary is `?`; images are height, width
and colour. Dictionaries give numbers with 64 bits.
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.facts import PortInfo
from attest.formats.protobuf import Field, Wire, block, signed, varint

MAX_DIMENSIONS = 64
MAX_SHAPES = 10_000
_UNKNOWN = "?"
_NAME, _TYPE = block(1), block(3)
_INT64, _DOUBLE, _STRING, _IMAGE, _ARRAY, _DICTIONARY, _SEQUENCE, _STATE, _OPTIONAL = (
    *(block(number) for number in range(1, 9)), varint(1000)
)  # fmt: skip
_PLAIN = {_INT64: "int64", _DOUBLE: "float64", _STRING: "string"}
_ARRAY_TYPES = {65568: "float32", 65600: "float64", 131104: "int32", 131080: "int8", 65552: "float16"}
_COLOURS = {10: "grayscale", 20: "rgb", 30: "bgr", 40: "grayscale-float16"}
_SHAPE, _PACKED_SHAPE, _DATA_TYPE = varint(1), block(1), varint(2)
_ENUMERATED, _RANGE = block(21), block(31)
_ITEM = block(1)
_LOWER, _UPPER = varint(1), varint(2)
_WIDTH, _HEIGHT, _COLOUR = varint(1), varint(2), varint(3)
_WIDTH_RANGE, _HEIGHT_RANGE = block(1), block(2)
_INT64_KEY, _STRING_KEY = block(1), block(2)
_INT64_ITEM, _STRING_ITEM = block(1), block(3)


def read_feature(wire: Wire, begin: int, end: int) -> PortInfo | None:
    """A FeatureDescription in [begin, end); None when its name cannot be shown.

    Raises DocumentError when it is no message, or has more dimensions or shapes than the limits.
    """
    name, form = "", _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _NAME:
            name = wire.text(first, last)
        elif tag == _TYPE:
            form = _form(wire, first, last)
    return PortInfo(name, form) if name else None


def _form(wire: Wire, begin: int, end: int) -> str:
    """A FeatureType; of several alternatives the last one holds."""
    form, optional = _UNKNOWN, False
    for tag, first, last in wire.fields(begin, end):
        if tag in _PLAIN:
            form = _PLAIN[tag]
        elif tag == _IMAGE:
            form = _image(wire, first, last)
        elif tag == _ARRAY:
            form = _array(wire, first, last)
        elif tag == _STATE:
            form = f"state({_state(wire, first, last)})"
        elif tag == _DICTIONARY:
            form = f"map({_choice(wire, first, last, {_INT64_KEY: 'int64', _STRING_KEY: 'string'})},float64)"
        elif tag == _SEQUENCE:
            form = f"sequence({_choice(wire, first, last, {_INT64_ITEM: 'int64', _STRING_ITEM: 'string'})})"
        elif tag == _OPTIONAL:
            optional = first != 0
    return f"optional({form})" if optional else form


def _choice(wire: Wire, begin: int, end: int, names: dict[int, str]) -> str:
    found = _UNKNOWN
    for tag, _, _ in wire.fields(begin, end):
        found = names.get(tag, found)
    return found


def _state(wire: Wire, begin: int, end: int) -> str:
    form = _UNKNOWN
    for tag, first, last in wire.fields(begin, end):
        if tag == _ITEM:
            form = _array(wire, first, last)
    return form


def _array(wire: Wire, begin: int, end: int) -> str:
    element = _UNKNOWN
    sizes: list[str] = []
    flexible: list[str] | None = None
    for tag, first, last in wire.fields(begin, end):
        if tag == _DATA_TYPE:
            element = _ARRAY_TYPES.get(first, _UNKNOWN)
        elif tag == _ENUMERATED:
            flexible = _alternatives(wire, first, last)
        elif tag == _RANGE:
            flexible = [_range(wire, *place) for place in _items(wire, first, last)]
            _check(flexible)
        else:
            _add(wire, (tag, first, last), sizes)
    shown = sizes if flexible is None else flexible
    return f"{element}[{','.join(shown)}]" if shown else element


def _add(wire: Wire, found: Field, sizes: list[str]) -> None:
    """Take in a field of a shape: its sizes in one list, or one of them."""
    tag, first, last = found
    if tag == _PACKED_SHAPE:
        sizes += [str(signed(size)) for size in wire.numbers(first, last, MAX_DIMENSIONS)]
    elif tag == _SHAPE:
        sizes.append(str(signed(first)))
    _check(sizes)


def _check(sizes: list[str]) -> None:
    if len(sizes) > MAX_DIMENSIONS:
        raise DocumentError(f"an input or output has more than {MAX_DIMENSIONS} dimensions")


def _items(wire: Wire, begin: int, end: int) -> list[tuple[int, int]]:
    """Where the messages in field 1 lie."""
    found = [(first, last) for tag, first, last in wire.fields(begin, end) if tag == _ITEM]
    if len(found) > MAX_SHAPES:
        raise DocumentError(f"an input or output has more than {MAX_SHAPES} shapes")
    return found


def _alternatives(wire: Wire, begin: int, end: int) -> list[str] | None:
    """The sizes that all alternative shapes agree on; none when they differ in length."""
    merged: list[str] | None = None
    for start, stop in _items(wire, begin, end):
        sizes: list[str] = []
        for found in wire.fields(start, stop):
            _add(wire, found, sizes)
        if merged is None:
            merged = sizes
        elif len(merged) != len(sizes):
            return []
        else:
            merged = [old if old == new else _UNKNOWN for old, new in zip(merged, sizes, strict=True)]
    return merged


def _range(wire: Wire, begin: int, end: int) -> str:
    lower = upper = 0
    for tag, first, _ in wire.fields(begin, end):
        if tag == _LOWER:
            lower = first
        elif tag == _UPPER:
            upper = signed(first)
    return str(lower) if lower == upper else _UNKNOWN


def _image(wire: Wire, begin: int, end: int) -> str:
    width = height = colour = ""
    for tag, first, last in wire.fields(begin, end):
        if tag == _WIDTH:
            width = str(first)
        elif tag == _HEIGHT:
            height = str(first)
        elif tag == _COLOUR:
            colour = _COLOURS.get(first, "")
        elif tag == _ENUMERATED:
            width = height = _UNKNOWN
        elif tag == _RANGE:
            width = height = _UNKNOWN
            for side, start, stop in wire.fields(first, last):
                width = _range(wire, start, stop) if side == _WIDTH_RANGE else width
                height = _range(wire, start, stop) if side == _HEIGHT_RANGE else height
    return f"image[{','.join(filter(None, (height or _UNKNOWN, width or _UNKNOWN, colour)))}]"
