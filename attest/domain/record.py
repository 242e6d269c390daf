"""The nouns as JSON and back: strict, exact, and derived from the dataclasses themselves.

Members are camelCase; raw bytes are hexadecimal; a NamedTuple is an array in field order. Decoding refuses unknown and
missing members and values of another type, so a record that decodes encodes to the same bytes again.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from attest.errors import DocumentError

T = TypeVar("T")


def camel(name: str) -> str:
    """`bundle_digest` → `bundleDigest`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def encode(value: object) -> Any:
    """A noun as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {camel(f.name): encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value


def decode(kind: type[T], value: object, where: str = "") -> T:
    """JSON values as the dataclass `kind`. Raises DocumentError that names the first wrong place."""
    shape: Any = kind
    result: T = _decoder(shape)(value, where or kind.__name__)
    return result


Decoder = Callable[[object, str], Any]


@cache
def _decoder(kind: Hashable) -> Decoder:
    origin, args = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _optional(_decoder(next(arg for arg in args if arg is not type(None))))
    if origin is Literal:
        return _one_of(args)
    if origin is tuple:
        items = tuple(_decoder(arg) for arg in args if arg is not Ellipsis)
        return _sequence(items[0]) if Ellipsis in args else _fixed(items, tuple)
    if dataclasses.is_dataclass(kind):
        return _object(kind)
    if isinstance(kind, type) and issubclass(kind, tuple):
        hints = get_type_hints(kind)
        return _fixed(tuple(_decoder(hint) for hint in hints.values()), lambda items: kind(*items))
    return _plain(kind)


def _optional(inner: Decoder) -> Decoder:
    return lambda value, where: None if value is None else inner(value, where)


def _one_of(allowed: tuple[Any, ...]) -> Decoder:
    def read(value: object, where: str) -> Any:
        if value not in allowed:
            raise DocumentError(f"{where} is none of {', '.join(map(str, allowed))}")
        return value

    return read


def _sequence(inner: Decoder) -> Decoder:
    def read(value: object, where: str) -> Any:
        if not isinstance(value, list):
            raise DocumentError(f"{where} is not an array")
        return tuple(inner(item, where) for item in value)

    return read


def _fixed(inner: tuple[Decoder, ...], make: Callable[[tuple[Any, ...]], Any]) -> Decoder:
    def read(value: object, where: str) -> Any:
        if not isinstance(value, list) or len(value) != len(inner):
            raise DocumentError(f"{where} is not an array of {len(inner)} items")
        return make(tuple(one(item, where) for one, item in zip(inner, value, strict=True)))

    return read


def _object(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    fields = {camel(f.name): (f.name, _decoder(hints[f.name])) for f in dataclasses.fields(kind)}

    def read(value: object, where: str) -> Any:
        if not isinstance(value, dict):
            raise DocumentError(f"{where} is not an object")
        if value.keys() != fields.keys():
            wrong = min(value.keys() ^ fields.keys())
            raise DocumentError(f"{where}.{wrong} is {'unknown' if wrong in value else 'missing'}")
        return kind(**{name: one(value[key], f"{where}.{key}") for key, (name, one) in fields.items()})

    return read


def _raw(text: str, where: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if data.hex() != text:
        raise DocumentError(f"{where} is not hexadecimal in lower case")
    return data


def _plain(kind: Any) -> Decoder:
    def read(value: object, where: str) -> Any:
        if kind is bytes and isinstance(value, str):
            return _raw(value, where)
        if type(value) is not kind:
            raise DocumentError(f"{where} is not of type {kind.__name__}")
        return value

    return read
