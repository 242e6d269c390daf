"""What a pickle would build, as inert values: plain Python scalars and containers, and these.

A text or a number is itself when it is short; lists, tuples and dictionaries hold other values, and a key of a
dictionary that is neither text nor a small integer is replaced by a fresh object.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

Value: TypeAlias = object


class Global(NamedTuple):
    """A name that the pickle asks for."""

    module: str
    name: str

    @property
    def dotted(self) -> str:
        """`module.name`."""
        return f"{self.module}.{self.name}"


class Call:
    """What comes of calling something: `items` were set on it, `appended` to it, `state` is what it was given last."""

    __slots__ = ("appended", "args", "items", "state", "target")

    def __init__(self, target: Value, args: Value) -> None:
        self.target = target
        self.args = args
        self.state: Value = None
        self.items: dict[Value, Value] = {}
        self.appended: list[Value] = []

    def is_of(self, module: str, name: str) -> bool:
        """Whether what is called has this name."""
        target = self.target
        return isinstance(target, Global) and target.module == module and target.name == name


class Persistent:
    """Something outside of the pickle, which the reading program looks up by this id."""

    __slots__ = ("pid",)

    def __init__(self, pid: Value) -> None:
        self.pid = pid


class Opaque:
    """Something that is there and is not kept: long text, bytes, numbers in a rare spelling."""

    __slots__ = ()


OPAQUE: Final = Opaque()
_MAX_KEY = 1 << 60


def key_of(value: Value) -> Value:
    """A value as a key: itself, or a fresh object when it is neither text nor an integer within ±2⁶⁰.

    Larger integers share hashes (Python takes them modulo 2⁶¹ - 1), which makes dictionaries slow.
    """
    if isinstance(value, str) or (type(value) is int and -_MAX_KEY < value < _MAX_KEY):
        return value
    return object()
