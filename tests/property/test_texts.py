"""Texts that go through a second language and come back: names in policies, licences as expressions, keys as PEM."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.bom import License, Value
from attest.domain.manifest import name_fault
from attest.domain.public_key import parse_public_key
from attest.errors import DocumentError, InputError, KeyFileError
from attest.policy import key_policy, parse_policy
from attest.policy.rules import coverage
from attest.signing.keys import load_public_key
from tests.unit.conftest import pem, signer
from tests.unit.policy.build import evidence, judge, rule

KEY = parse_public_key(pem(), "k")
AWKWARD = st.text(" \t\"'\\#:{}[],&*!|>%@`-~\u0085\u2028\u2029\ufeff\u00a0\x1b\x7fa0é/.", min_size=1, max_size=8)


@given(st.lists(st.text(min_size=1, max_size=12) | AWKWARD, min_size=1, max_size=3, unique=True))
def test_names_that_may_be_unsigned_are_these_names_or_refused(names: list[str]) -> None:
    if any(name_fault(name) for name in names):
        return  # the caller refuses these before
    text = key_policy([KEY], expires="9999-12-31T23:59:59Z", allow_unsigned=tuple(names))
    try:
        found = parse_policy(text.encode(), "p").rules
    except DocumentError:
        return
    (cover,) = [item for item in found if isinstance(item, coverage.Rule)]
    assert cover.allow_unsigned == tuple(names)


ALLOWED = ("MIT", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0")
ATOMS = st.sampled_from([*ALLOWED, "GPL-2.0-only", "X-1.0", "LicenseRef-y"])
TREES: st.SearchStrategy[Any] = st.recursive(
    ATOMS,
    lambda inner: st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=10,
)


def written(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    operator, parts = tree
    return f" {operator} ".join(written(part) if isinstance(part, str) else f"({written(part)})" for part in parts)


def holds(tree: Any) -> bool:
    """The meaning of an expression, in three lines."""
    if isinstance(tree, str):
        return tree in ALLOWED
    operator, parts = tree
    return (all if operator == "AND" else any)(holds(part) for part in parts)


@given(TREES)
def test_a_licence_expression_means_what_its_tree_means(tree: Any) -> None:
    item = License(kind="expression", value=Value(text=written(tree), origin="declared", source="README.md"))
    quoted = ", ".join(f'"{name}"' for name in ALLOWED)
    found = rule(judge(f"  - id: l\n    licenses: {{allow: [{quoted}]}}\n", evidence(licenses=(item,))), "l")
    assert (found.verdict == "PASSED") is holds(tree)


@given(st.text("MIT ANDORWITH()+-.", max_size=40))
def test_garbage_in_place_of_an_expression_is_decided(text: str) -> None:
    item = License(kind="expression", value=Value(text=text, origin="declared", source="README.md"))
    found = rule(judge("  - id: l\n    licenses: {allow: [X-1.0]}\n", evidence(licenses=(item,))), "l")
    assert found.verdict == "FAILED"


DER = base64.b64decode("".join(pem().splitlines()[1:-1]))


@given(st.integers(0, len(DER) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_bytes_changed_in_a_key_give_another_key_or_none(at: int, junk: bytes, width: int) -> None:
    der = DER[:at] + junk + DER[at + width :]
    text = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"
    try:
        found = load_public_key(text, "k")
    except KeyFileError:
        return
    same = found.key == signer().public.key
    assert same is (der == DER)
    assert same is (found.id == signer().id)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_garbage_is_no_key(data: bytes) -> None:
    with pytest.raises(InputError):
        load_public_key(data.decode("latin-1"), "k")
