"""A policy says what people see: characters that some readers take for a line break, and others do not, hide nothing.

YAML 1.1 broke lines at U+0085, U+2028 and U+2029; YAML 1.2 and editors do not (YAML 1.2.2, section 5.4).
"""

from __future__ import annotations

import pytest

from attest.errors import DocumentError
from attest.policy import parse_policy
from attest.policy.rules import coverage
from tests.unit.conftest import signer
from tests.unit.policy.build import document, key_ids

SIGNED = "  - id: signed\n    signature: {signers: [release]}\n"
ONCE_BREAKS = {"next line": "\u0085", "line separator": "\u2028", "paragraph separator": "\u2029"}


def keys_of(text: str) -> list[str]:
    """The trusted keys, or none when the policy is refused."""
    try:
        return key_ids(parse_policy(text.encode(), "p"))
    except DocumentError:
        return []


@pytest.mark.parametrize("mark", ONCE_BREAKS.values(), ids=ONCE_BREAKS)
def test_a_comment_hides_no_key(mark: str) -> None:
    hidden = f"      # the key of 2026{mark}      - file: k.pub{mark}        id: {signer(2).id}\n"
    assert signer(2).id not in keys_of(document(SIGNED).replace("rules:\n", f"{hidden}rules:\n"))


@pytest.mark.parametrize("mark", ONCE_BREAKS.values(), ids=ONCE_BREAKS)
def test_a_comment_hides_no_rule_and_no_name(mark: str) -> None:
    hidden = f"      # nothing else{mark}      allowUnsigned: [evil.py]\n"
    rules = f"  - id: all\n    coverage:\n      signers: [release]\n{hidden}"
    try:
        found = parse_policy(document(rules).encode(), "p").rules
    except DocumentError:
        return
    assert [rule.allow_unsigned for rule in found if isinstance(rule, coverage.Rule)] == [()]


@pytest.mark.parametrize("mark", ONCE_BREAKS.values(), ids=ONCE_BREAKS)
def test_a_name_is_no_other_name(mark: str) -> None:
    rules = f'  - id: all\n    coverage: {{signers: [release], allowUnsigned: ["a{mark}b"]}}\n'
    try:
        found = parse_policy(document(rules).encode(), "p").rules
    except DocumentError:
        return
    assert [rule.allow_unsigned for rule in found if isinstance(rule, coverage.Rule)] == [(f"a{mark}b",)]


def test_lines_of_other_systems_are_lines() -> None:
    for end in ("\r\n", "\r"):
        assert keys_of(document(SIGNED).replace("\n", end)) == [signer(1).id]
