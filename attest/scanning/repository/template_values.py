"""What is known of the values in a template: which may be texts that the template itself puts together.

Looking something up by such a text hides its name from everybody who reads the template, so that is refused. Texts
that come from a conversation are no concern here: the caller supplies them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Value(NamedTuple):
    """`built`: it may be a text that the template makes, or one with a suspicious name in it. `inner`: one of its
    elements may be. `fixed`: it may be or hold a text that stands in the template, of which a piece could be cut.
    `number`: it is a number for sure. `numbers`: it is a range of numbers for sure.
    """

    built: bool = False
    inner: bool = False
    fixed: bool = False
    number: bool = False
    numbers: bool = False

    @property
    def tainted(self) -> bool:
        """Whether a built text can be got out of it."""
        return self.built or self.inner


DATA = Value()
TEXT = Value(built=True)
TEXTS = Value(built=True, inner=True)
NUMBER = Value(number=True)
NUMBERS = Value(numbers=True)


def join(values: Iterable[Value]) -> Value:
    """A value that may be any of these; data when there are none."""
    found = list(values)
    if not found:
        return DATA
    return Value(
        any(value.built for value in found),
        any(value.inner for value in found),
        any(value.fixed for value in found),
        all(value.number for value in found),
        all(value.numbers for value in found),
    )


def element(value: Value, poisoned: bool) -> Value:
    """One of its elements; `poisoned` when built texts were put where nobody can follow them."""
    if value.numbers:
        return NUMBER
    inner = value.inner or poisoned
    return Value(inner, inner, value.fixed)


def collection(parts: Iterable[Value]) -> Value:
    """A list or dictionary of these."""
    found = join(parts)
    return Value(inner=found.tainted, fixed=found.fixed)


def cut(value: Value) -> Value:
    """Pieces of a text: the caller's when the whole is, otherwise the template's."""
    return TEXTS if value.tainted or value.fixed else DATA


def operated(operator: str, left: Value, right: Value) -> Value:
    """The result of a binary operator."""
    inner, fixed = left.inner or right.inner, left.fixed or right.fixed
    if operator == "+":
        if left.number or right.number:
            return Value(inner=inner, fixed=fixed, number=True)
        return Value(built=True, inner=inner, fixed=fixed)
    if operator == "*":
        return NUMBER if left.number and right.number else Value(built=True, inner=inner, fixed=fixed)
    if operator == "%":
        return NUMBER if left.number else TEXT
    if operator == "~":
        return TEXT
    return Value(inner=inner, fixed=fixed, number=True)
