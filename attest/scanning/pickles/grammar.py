"""The language in which the allowlist says what arguments and state a listed name takes; read once, then matched.

Its rules stand in the list's own file, member `grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from attest.scanning.pickles.values import (
    Call,
    Global,
    Instance,
    LongBytes,
    LongNumber,
    LongText,
    Persistent,
    PickledArray,
    PickledFrozenset,
    PickledSet,
    Value,
    class_pair,
)

_TOKEN = re.compile(
    r"\s*(?:(?P<pairs>(?:ref|instance)\([^()]*\))|(?P<literal>'[^']*'|-?[0-9]+)"
    r"|(?P<name>[a-z-]+)(?P<size>\[(?:\.\.)?[0-9]+\])?|(?P<mark>[(),/|?*]))"
)
_RATIO = re.compile(r"-?[0-9]{1,1000}(?:/[0-9]{1,1000})?")
_MAX_CONST_DEPTH = 8
_ARRAYS = frozenset({"_reconstruct", "_frombuffer", "_mareconstruct"})
_ENCODE = ("_codecs", "encode")
_BYTES = frozenset({("builtins", "bytes"), ("builtins", "bytearray"), ("__builtin__", "bytes"), _ENCODE})
_SETS = frozenset((module, name) for module in ("builtins", "__builtin__") for name in ("set", "frozenset"))
_WRAPPER = "NumpyArrayWrapper"
Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value; `pairs` narrow it to names, `least` and `most` bound its length, `items` are a tuple's."""

    name: str
    pairs: frozenset[Pair] = frozenset()
    literal: str | int = ""
    least: int = 0
    most: int = -1
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What may stand in one place: one of several kinds; it may be missing, or come any number of times."""

    kinds: tuple[Kind, ...]
    optional: bool = False
    many: bool = False


def read_rule(text: str) -> tuple[Kind, ...]:
    """The forms of a rule. Raises ValueError when it is none."""
    tokens = _tokens(text)
    forms: list[Kind] = []
    while True:
        forms += _item(tokens).kinds
        if not tokens:
            return tuple(forms)
        if tokens.pop(0) != ("mark", "|"):
            raise ValueError(f"{text!r} is no rule")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text!r} is no rule, from {at} on")
        kind = next(name for name in ("pairs", "literal", "name", "mark") if match[name] is not None)
        found.append((kind, match[kind] + (match["size"] or "")))
        at = match.end()
    return found


def _item(tokens: list[tuple[str, str]]) -> Item:
    kinds = [_kind(tokens)]
    while tokens and tokens[0] == ("mark", "/"):
        tokens.pop(0)
        kinds.append(_kind(tokens))
    suffix = tokens.pop(0)[1] if tokens and tokens[0] in {("mark", "?"), ("mark", "*")} else ""
    return Item(tuple(kinds), optional=suffix == "?", many=suffix == "*")


def _kind(tokens: list[tuple[str, str]]) -> Kind:
    kind, text = tokens.pop(0)
    if kind == "pairs":
        name, _, rest = text.removesuffix(")").partition("(")
        pairs = [tuple(part.strip().split(":")) for part in rest.split(",")]
        return Kind(name, frozenset((module, label) for module, label in pairs))
    if kind == "literal":
        return Kind("literal", literal=text[1:-1] if text.startswith("'") else int(text))
    if kind == "name":
        name, _, size = text.partition("[")
        digits = size.removesuffix("]")
        number = int(digits.removeprefix("..")) if digits else -1
        if name not in _FITS:
            raise ValueError(f"there is no kind {name!r}")
        return Kind(name, least=number if digits and not digits.startswith("..") else 0, most=number)
    if text != "(":
        raise ValueError(f"a kind cannot begin with {text!r}")
    return Kind("items", items=_items(tokens))


def _items(tokens: list[tuple[str, str]]) -> tuple[Item, ...]:
    items: list[Item] = []
    while tokens and tokens[0] != ("mark", ")"):
        items.append(_item(tokens))
        if tokens and tokens[0] == ("mark", ","):
            tokens.pop(0)
    if not tokens:
        raise ValueError("a tuple of a rule does not end")
    tokens.pop(0)
    return tuple(items)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Matches values against rules; `is_class` says whether a name may be made an object of."""

    is_class: Callable[[Global], bool]

    def fits(self, forms: tuple[Kind, ...], value: Value) -> bool:
        """Whether a value fits one of the forms."""
        return any(self.fits_kind(kind, value) for kind in forms)

    def fits_kind(self, kind: Kind, value: Value) -> bool:
        """Whether a value is of a kind."""
        if kind.name == "items":
            return isinstance(value, tuple) and is_tuple(value) and self._all(kind, value)
        if kind.name == "literal":
            same = isinstance(value, str) if isinstance(kind.literal, str) else type(value) is int
            return same and value == kind.literal
        if kind.name == "class":
            return isinstance(value, Global) and self.is_class(value)
        return _FITS[kind.name](kind, value)

    def _all(self, kind: Kind, values: tuple[Value, ...]) -> bool:
        at = 0
        for item in kind.items:
            if item.many:
                return all(self.fits(item.kinds, value) for value in values[at:])
            if at == len(values) and item.optional:
                return True
            if at >= len(values) or not self.fits(item.kinds, values[at]):
                return False
            at += 1
        return at == len(values)


def is_tuple(value: Value) -> bool:
    """Whether a value is a tuple of the pickle, and none of the records that stand for something else."""
    return isinstance(value, tuple) and not isinstance(value, Global | LongBytes | PickledArray)


def length_of(value: Value) -> int | None:
    """Characters or bytes of a text or of bytes, also of those that protocols 0 to 2 write as a call."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, LongText | LongBytes):
        return value.length
    if isinstance(value, Instance) and class_pair(value) in _BYTES:
        args = value.args
        return (length_of(args[0]) if args else 0) if isinstance(args, tuple) else None
    return None


def _sized(kind: Kind, value: Value) -> bool:
    length = length_of(value)
    return length is not None and length >= kind.least and (kind.most < 0 or length <= kind.most)


def _is_text(value: Value) -> bool:
    return isinstance(value, str | LongText)


def _is_bytes(value: Value) -> bool:
    return isinstance(value, bytes | LongBytes) or (isinstance(value, Instance) and class_pair(value) in _BYTES)


def _is_int(value: Value) -> bool:
    return isinstance(value, int | LongNumber)


def _is_const(value: Value, depth: int = 0) -> bool:
    if isinstance(value, tuple) and is_tuple(value):
        return depth < _MAX_CONST_DEPTH and all(_is_const(item, depth + 1) for item in value)
    return value is None or isinstance(value, float) or _is_int(value) or _is_text(value) or _is_bytes(value)


def _is_array(value: Value) -> bool:
    if isinstance(value, PickledArray):
        return True
    pair = class_pair(value)
    if pair is None or pair[0].split(".")[0] not in {"numpy", "joblib", "sklearn"}:
        return False
    return pair[1] in _ARRAYS or pair[1] == _WRAPPER


def _is_set(value: Value) -> bool:
    return isinstance(value, PickledSet | PickledFrozenset) or class_pair(value) in _SETS


def _is_hooks(value: Value) -> bool:
    if not isinstance(value, Instance) or value.items or class_pair(value) != ("collections", "OrderedDict"):
        return False
    return value.args == () or (isinstance(value.args, tuple) and list(value.args) == [[]])


def _is_tensor(value: Value) -> bool:
    pair = class_pair(value)
    return pair is not None and (pair[0] == "torch._utils" or pair == ("torch._tensor", "_rebuild_from_type_v2"))


_FITS: dict[str, Callable[[Kind, Value], bool]] = {
    "none": lambda _, value: value is None,
    "bool": lambda _, value: isinstance(value, bool),
    "int": lambda _, value: _is_int(value),
    "float": lambda _, value: isinstance(value, float),
    "number": lambda _, value: isinstance(value, float) or _is_int(value),
    "str": lambda kind, value: _is_text(value) and _sized(kind, value),
    "bytes": lambda kind, value: _is_bytes(value) and _sized(kind, value),
    "text-or-bytes": lambda kind, value: (_is_text(value) or _is_bytes(value)) and _sized(kind, value),
    "const": lambda _, value: _is_const(value),
    "ratio": lambda _, value: isinstance(value, str) and _RATIO.fullmatch(value) is not None,
    "list": lambda _, value: type(value) is list,
    "dict": lambda _, value: isinstance(value, dict),
    "set": lambda _, value: _is_set(value),
    "tuple": lambda _, value: is_tuple(value),
    "hooks": lambda _, value: _is_hooks(value),
    "ref": lambda kind, value: isinstance(value, Global) and (not kind.pairs or tuple(value) in kind.pairs),
    "class": lambda _, value: isinstance(value, Global),
    "instance": lambda kind, value: isinstance(value, Call) and (not kind.pairs or class_pair(value) in kind.pairs),
    "dtype": lambda _, value: class_pair(value) == ("numpy", "dtype"),
    "array": lambda _, value: _is_array(value),
    "storage": lambda _, value: isinstance(value, Persistent),
    "tensor": lambda _, value: _is_tensor(value),
    "any": lambda _kind, _value: True,
}
