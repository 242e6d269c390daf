"""What a pickle says of tensors, checked against the storages that it names."""

from __future__ import annotations

from typing import NamedTuple

from attest.scanning.pickles.values import Global, Persistent, Value

WIDTHS = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8,
    "ComplexDoubleStorage": 16, "QUInt8Storage": 1, "QInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1,
    "QUInt2x4Storage": 1, "UntypedStorage": 1,
}  # fmt: skip
_MODULES = frozenset({"torch", "torch.cuda", "torch.storage"})
_MAX_RANK = 64
_MAX_ELEMENTS = 1 << 48


class Storage(NamedTuple):
    """A storage as a persistent id names it: its key, the bytes of an element, and how many elements it has."""

    key: str
    width: int
    elements: int


def storage_of(pid: Value, length: int = 5) -> Storage | None:
    """The storage that a persistent id names, in exactly the form that torch writes; None for any other."""
    if not isinstance(pid, tuple) or isinstance(pid, Global) or len(pid) != length or pid[0] != "storage":
        return None
    _, kind, key, location, elements = pid[:5]
    if not isinstance(kind, Global) or kind.module not in _MODULES or kind.name not in WIDTHS:
        return None
    if not isinstance(key, str) or not isinstance(location, str) or type(elements) is not int:
        return None
    if not 0 <= elements < _MAX_ELEMENTS:
        return None
    return Storage(key, WIDTHS[kind.name], elements)


def tensor_problem(args: tuple[Value, ...]) -> str:
    """Why a tensor does not lie inside its storage; empty when it does, or when a layout has to say."""
    held, offset, shape, strides = args[:4]
    elements = _elements(held)
    if elements is None:
        return ""
    if not isinstance(shape, tuple) or not isinstance(strides, tuple) or len(shape) > _MAX_RANK:
        return "a tensor has a shape that is none"
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or not all(type(n) is int and 0 <= n < _MAX_ELEMENTS for n in numbers):
        return "a tensor has a shape, strides or an offset that are none"
    if 0 in shape:
        return ""
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    return "" if last < elements else "a tensor reaches behind the end of its storage"


def _elements(held: Value) -> int | None:
    if not isinstance(held, Persistent) or not isinstance(held.pid, tuple):
        return None
    for length in (5, 6):
        found = storage_of(held.pid, length)
        if found is not None:
            return found.elements
    return None
