"""What a pickle says of NumPy arrays, checked against the bytes that are there."""

from __future__ import annotations

import re
from math import prod

from attest.scanning.pickles.grammar import length_of
from attest.scanning.pickles.values import Call, Global, Instance, Value, class_pair

_CODE = re.compile(r"[<>|=]?([?bBhHiIlLqQnNpPefdgFDGmMSUVOacu])([0-9]{0,9})")
_SIZES = {
    "?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8, "e": 2, "f": 4, "d": 8,
    "n": 8, "N": 8, "p": 8, "P": 8, "g": 16, "F": 8, "D": 16, "G": 32, "m": 8, "M": 8, "O": 8,
}  # fmt: skip
_RECORDS = frozenset(
    Global(module, "record") for module in ("numpy", "numpy.core.records", "numpy._core.records", "numpy.rec")
)
_MAX_RANK = 64
_MAX_DEPTH = 8
_MAX_SIZE = 1 << 48
_OBJECT = "an object"


def dtype_problem(args: tuple[Value, ...]) -> str:
    """Whether the code of an element type is one that NumPy writes."""
    if args and isinstance(args[0], Global) and args[0] in _RECORDS:
        return ""
    code = _code(args[0]) if args else None
    return "" if code is not None and _CODE.fullmatch(code) else "the element type is none that NumPy writes"


def _code(value: Value) -> str | None:
    if isinstance(value, Instance) and isinstance(value.args, tuple) and value.args:
        value = value.args[0]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def item_size(dtype: Value, depth: int = 0) -> tuple[int | None, bool]:
    """Bytes of an element (None when not known), and whether it holds objects."""
    if class_pair(dtype) != ("numpy", "dtype") or not isinstance(dtype, Call) or depth > _MAX_DEPTH:
        return None, True
    args = dtype.args if isinstance(dtype.args, tuple) else ()
    state = dtype.state if isinstance(dtype.state, tuple) else ()
    if args and isinstance(args[0], Global) and args[0] in _RECORDS:
        return _record(state, depth) if len(state) > 5 else (None, True)
    match = _CODE.fullmatch(_code(args[0]) or "") if args else None
    if match is None:
        return None, True
    letter, digits = match.groups()
    if letter == "V" and len(state) > 5:
        return _record(state, depth)
    if letter == "O":
        return 8, True
    if digits:
        return int(digits) * (4 if letter == "U" else 1), False
    return _SIZES.get(letter), False


def _record(state: tuple[Value, ...], depth: int) -> tuple[int | None, bool]:
    size = state[5] if type(state[5]) is int and 0 <= state[5] < _MAX_SIZE else None
    inner: list[Value] = []
    if isinstance(state[2], tuple) and state[2]:
        inner.append(state[2][0])
    if isinstance(state[4], dict):
        inner += [field[0] for field in state[4].values() if isinstance(field, tuple) and field]
    return size, any(item_size(item, depth + 1)[1] for item in inner)


def elements_of(shape: Value) -> int | None:
    """The number of elements of a shape; None when it is none."""
    if not isinstance(shape, tuple) or len(shape) > _MAX_RANK:
        return None
    if not all(type(size) is int and 0 <= size < _MAX_SIZE for size in shape):
        return None
    return prod(size for size in shape if isinstance(size, int))


def array_problem(state: tuple[Value, ...]) -> str:
    """Whether the state of an array is as long as its shape and element type say."""
    _, shape, dtype, _, data = state[:5]
    elements = elements_of(shape)
    size, objects = item_size(dtype)
    if elements is None or size is None:
        return "the shape or the element type of an array is none that NumPy writes"
    if isinstance(data, list):
        return "" if objects and len(data) == elements else "an array of objects holds another number of them"
    if objects:
        return "an array of objects gets its elements as bytes"
    return "" if length_of(data) == elements * size else "an array has another length than its shape says"


def frombuffer_problem(args: tuple[Value, ...]) -> str:
    """Whether a buffer is as long as shape and element type say."""
    elements = elements_of(args[2])
    size, objects = item_size(args[1])
    if elements is None or size is None or objects:
        return "the shape or the element type of an array is none that NumPy writes so"
    return "" if length_of(args[0]) == elements * size else "an array has another length than its shape says"


def scalar_problem(args: tuple[Value, ...]) -> str:
    """Whether the bytes of a scalar are as long as its element type says."""
    size, objects = item_size(args[0])
    if size is None or objects:
        return "a scalar is of a type that NumPy does not write so"
    return "" if length_of(args[1]) == size else "a scalar has another length than its type says"


def dtype_state_problem(state: tuple[Value, ...]) -> str:
    """Whether the state of an element type is consistent: its fields lie inside the element, and a part fills it."""
    version, _, part, names, fields, size, alignment = state[:7]
    if version not in {3, 4}:
        return f"the state of an element type has the version {version}"
    plain = size == -1 and alignment == -1
    sound = type(size) is int and type(alignment) is int and size >= 0 and alignment >= 1
    if not plain and not sound:
        return "an element type has an impossible size or alignment"
    if part is not None:
        return _part_problem(part, size)
    if fields is None and names is None:
        return ""
    if plain or not isinstance(fields, dict) or not isinstance(names, tuple) or not isinstance(size, int):
        return "the fields of an element type are none that NumPy writes"
    if len(names) != len(set(names)) or not all(isinstance(name, str) for name in names):
        return "the fields of an element type have names that are none"
    return next((problem for name in names if (problem := _field_problem(fields.get(name), size))), "")


def _part_problem(part: Value, size: Value) -> str:
    """A part is a type and a shape; together they are as large as the element."""
    if not isinstance(part, tuple) or len(part) != 2:
        return "a part of an element type is none that NumPy writes"
    inner, _ = item_size(part[0])
    shape = part[1] if isinstance(part[1], tuple) else (part[1],)
    elements = elements_of(shape)
    fits = inner is not None and elements is not None and inner * elements == size
    return "" if fits else "a part of an element type is not as large as the element"


def _field_problem(field: Value, size: int) -> str:
    if not isinstance(field, tuple) or len(field) not in {2, 3}:
        return "a field of an element type is none that NumPy writes"
    inner, _ = item_size(field[0])
    begin = field[1]
    inside = inner is not None and type(begin) is int and begin >= 0 and begin + inner <= size
    return "" if inside else "a field of an element type lies outside of the element"
