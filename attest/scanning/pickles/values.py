"""What scanning keeps of a pickle's values beyond plain Python scalars and containers.

Types differ where unpicklers treat them differently: a set is no list here, and a long text is still a text.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from attest.formats.pickle_values import Call, Global, Persistent, Value


class PickledSet(list[Value]):
    """A set that is being filled."""

    __slots__ = ()


class PickledFrozenset(list[Value]):
    """A frozen set."""

    __slots__ = ()


class SpelledText(str):
    """A text that was written with escapes."""

    __slots__ = ()


class LongBytes(NamedTuple):
    """Bytes that are not kept: where they lie in the file and how many they are."""

    offset: int
    length: int


class LongText:
    """A text that is not kept: its length in characters, and where its bytes lie in the file.

    `size` is 0 when they are not there as UTF-8.
    """

    __slots__ = ("length", "offset", "size")

    def __init__(self, length: int, offset: int, size: int) -> None:
        self.length, self.offset, self.size = length, offset, size


class LongNumber:
    """A number that is not kept."""

    __slots__ = ()


LONG_NUMBER: Final = LongNumber()


class PickledArray(NamedTuple):
    """An array whose elements follow its placeholder in the file: shape and type as pickled, and where they lie."""

    shape: Value
    dtype: Value
    data: LongBytes


class Instance(Call):
    """What comes of a call; `operation` is `call` for REDUCE, and `new` for an object without arguments."""

    __slots__ = ("operation",)

    def __init__(self, target: Value, args: Value, operation: str) -> None:
        super().__init__(target, args)
        self.operation = operation


def class_pair(value: Value) -> tuple[str, str] | None:
    """Module and name of what an object was made of; None when that is no name."""
    if not isinstance(value, Call) or not isinstance(value.target, Global):
        return None
    target = value.target
    if target == Global("copyreg", "_reconstructor") and isinstance(value.args, tuple) and value.args:
        first = value.args[0]
        return (first.module, first.name) if isinstance(first, Global) else None
    return target.module, target.name


__all__ = [
    "LONG_NUMBER",
    "Call",
    "Global",
    "Instance",
    "LongBytes",
    "LongNumber",
    "LongText",
    "Persistent",
    "PickledArray",
    "PickledFrozenset",
    "PickledSet",
    "SpelledText",
    "Value",
    "class_pair",
]
