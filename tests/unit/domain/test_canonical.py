"""Canonical JSON equals an independent implementation of RFC 8785, and refuses what it cannot write exactly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.canonical import canonical, pretty
from attest.domain.strict_json import MAX_INTEGER
from attest.errors import DocumentError

# Characters whose UTF-16 order differs from their code-point order are drawn often.
KEYS = st.text(st.sampled_from('ab\0\x1f"\\/\x7f\u00e9\u20ac\ud7ff\ue000\uffff\U00010000\U0010ffff'), max_size=3) | (
    st.text(max_size=4)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(VALUES)
def test_equals_rfc8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_pretty_holds_the_same_members_in_the_same_order(value: Any) -> None:
    text = pretty(value)
    assert text.endswith("\n")
    assert json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode() == canonical(value)


def test_order_is_that_of_utf16() -> None:
    beyond, private = "\U0001f600", "\ufb33"
    assert beyond > private  # by code point
    assert canonical({private: 1, beyond: 2}) == f'{{"{beyond}":2,"{private}":1}}'.encode()
    assert canonical([{"x": {private: 1, beyond: 2}}]) == f'[{{"x":{{"{beyond}":2,"{private}":1}}}}]'.encode()


def test_tuples_are_arrays() -> None:
    assert canonical((1, ("a",))) == b'[1,["a"]]'


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        1.0,
        float("nan"),
        float("inf"),
        {"a": [{"b": 2.0}]},
        Decimal("1"),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        [10**30],
        {1: "a"},
        {None: 1},
        {True: 1},
        {"a": {"é": 1, 2: 3}},
        b"bytes",
        {"a", "b"},
        object(),
        "\ud800",
        {"\udfff": 1},
    ],
)
def test_refuses_what_has_no_exact_form(value: object) -> None:
    with pytest.raises(DocumentError, match="cannot be written as canonical JSON"):
        canonical(value)


@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: {"é": inner}])
def test_refuses_endless_depth(make: Any) -> None:
    value: Any = 1
    for _ in range(100_000):
        value = make(value)
    with pytest.raises(DocumentError, match="cannot be written as canonical JSON"):
        canonical(value)
    while not isinstance(value, int):  # taken apart by hand: the interpreter's own way is recursive
        value = value[0] if isinstance(value, list) else value.popitem()[1]
