"""The state of random generators, which native code uses as an index without a look.

Source: NumPy `numpy/random/_mt19937.pyx` (`state.setter`): `key` has 624 numbers, `pos` goes up to 624.
"""

from __future__ import annotations

from attest.scanning.pickles.native import array_of
from attest.scanning.pickles.values import Value

_WORDS = 624


def generator_problem(state: Value) -> str:
    """Why the state of a generator cannot be taken; empty when it can."""
    for table in state if isinstance(state, tuple) else (state,):
        if isinstance(table, dict) and (problem := _table_problem(table)):
            return problem
    return ""


def _table_problem(table: dict[Value, Value]) -> str:
    inner = table.get("state")
    if not isinstance(inner, dict):
        return ""
    position, key = inner.get("pos"), array_of(inner.get("key")) if "key" in inner else None
    if "pos" in inner and (type(position) is not int or not 0 <= position <= _WORDS):
        return "the position of a generator lies outside of its state"
    if "pos" in inner and "key" in inner and (key is None or key.shape != (_WORDS,)):
        return "the state of a generator has another length than 624"
    return ""
