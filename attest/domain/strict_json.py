"""One way to read JSON: strict, and within limits that are checked before anything is allocated.

Refused: duplicate members, NaN and Infinity, integers beyond ±(2⁵³ − 1), a byte order mark, text after the
document, unpaired surrogates, and documents past a limit of size, depth, nodes or string length.
Fractions are read as exact decimals.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from attest.errors import DocumentError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"
JsonObject: TypeAlias = "dict[str, Json]"

MAX_INTEGER = 2**53 - 1
MAX_NUMBER_LENGTH = 64
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for one document: bytes, nesting, members plus items, and bytes of one string."""

    size: int
    depth: int = 64
    nodes: int = 4_000_000
    string: int = 1 << 20


def parse(data: bytes, limits: Limits, what: str) -> Json:
    """Read one JSON document; `what` names it in errors.

    Raises DocumentError when the document is malformed, ambiguous or past a limit.
    """
    _check_size(data, limits, what)
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_decimal,
        )
    except RecursionError:
        raise DocumentError(f"{what} is nested deeper than {limits.depth} levels") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{what} is not UTF-8 text (byte {error.start})") from error
    except ArithmeticError as error:
        raise DocumentError(f"{what} holds a number whose exponent is past what a decimal holds") from error
    except ValueError as error:
        raise DocumentError(f"{what} is not strict JSON: {error}") from error
    _check_shape(value, data, limits, what)
    return value


def _check_size(data: bytes, limits: Limits, what: str) -> None:
    if len(data) > limits.size:
        raise DocumentError(f"{what} is {len(data)} bytes long; the limit is {limits.size}")
    if data.startswith(b"\xef\xbb\xbf"):
        raise DocumentError(f"{what} starts with a byte order mark")
    nodes = data.count(b",") + data.count(b"[") + data.count(b"{")
    if nodes > limits.nodes:
        raise DocumentError(f"{what} has more than {limits.nodes} members and items")


def _check_shape(value: Json, data: bytes, limits: Limits, what: str) -> None:
    deep = data.count(b"[") + data.count(b"{") > limits.depth
    long = len(data) > limits.string
    surrogates = _SURROGATE.search(data) is not None
    if not (deep or long or surrogates):
        return
    level = [value]
    for _ in range(limits.depth + 1):
        below: list[Json] = []
        containers = False
        for node in level:
            if isinstance(node, dict):
                containers = True
                below.extend(node.values())
                below.extend(node)
            elif isinstance(node, list):
                containers = True
                below.extend(node)
            elif isinstance(node, str):
                _check_string(node, limits, what)
        if not containers:
            return
        level = below
    raise DocumentError(f"{what} is nested deeper than {limits.depth} levels")


def _check_string(text: str, limits: Limits, what: str) -> None:
    if len(text) > limits.string:
        raise DocumentError(f"{what} holds a string of {len(text)} characters; the limit is {limits.string}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DocumentError(f"{what} holds half of a surrogate pair, which is no character") from None


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"member {twice[:80]!r} stands twice in one object")
    return table


def _no_constant(text: str) -> Json:
    raise ValueError(f"{text} is no number")


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_LENGTH or abs(number := int(text)) > MAX_INTEGER:
        raise ValueError(f"integer {text[:24]} is beyond 2^53 - 1, where readers disagree")
    return number


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"number {text[:24]}… is longer than {MAX_NUMBER_LENGTH} characters")
    return Decimal(text)


def as_object(value: Json, where: str) -> JsonObject:
    """`value` as a JSON object, or a DocumentError that names the place."""
    if not isinstance(value, dict):
        raise DocumentError(f"{where} is not an object")
    return value


def as_list(value: Json, where: str) -> list[Json]:
    """`value` as a JSON array, or a DocumentError that names the place."""
    if not isinstance(value, list):
        raise DocumentError(f"{where} is not an array")
    return value


def as_string(value: Json, where: str) -> str:
    """`value` as a JSON string, or a DocumentError that names the place."""
    if not isinstance(value, str):
        raise DocumentError(f"{where} is not a string")
    return value


def as_integer(value: Json, where: str) -> int:
    """`value` as an integer; an integral decimal such as 3.0 counts (protobuf writers emit it)."""
    if isinstance(value, Decimal) and -MAX_INTEGER <= value <= MAX_INTEGER and value == value.to_integral_value():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise DocumentError(f"{where} is not an integer")
    return value


def as_boolean(value: Json, where: str) -> bool:
    """`value` as true or false, or a DocumentError that names the place."""
    if not isinstance(value, bool):
        raise DocumentError(f"{where} is not true or false")
    return value


def only(table: JsonObject, allowed: Collection[str], where: str) -> None:
    """Refuse members of `table` beyond `allowed`."""
    if unknown := sorted(set(table) - set(allowed)):
        raise DocumentError(f"{where} has an unknown member {unknown[0][:80]!r}")
