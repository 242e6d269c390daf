"""The verdict: all rules must hold, the policy must be in force, and the artifact must have been hashed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attest.domain.gap import Gap
from attest.policy import evaluate
from tests.unit.policy.build import NOW, attested, evidence, judge, messages, policy, rule

RULES = "  - id: signed\n    signature: {signers: [release]}\n  - id: l\n    licenses: {allow: [MIT]}\n"
SIGNED = "  - id: signed\n    signature: {signers: [release]}\n"


def test_all_rules_must_hold() -> None:
    result = judge(RULES, evidence(attested()))
    assert (result.verdict, result.passed) == ("FAILED", False)
    assert [item.rule for item in result.failed] == ["l"]
    assert [item.rule for item in result.results] == ["policy", "signed", "l", "coverage"]


def test_every_failed_rule_is_reported() -> None:
    assert [item.rule for item in judge(RULES, evidence()).failed] == ["signed", "l", "coverage"]


def test_passed() -> None:
    result = judge(SIGNED, evidence(attested()))
    assert (result.verdict, result.passed, result.failed) == ("PASSED", True, ())
    assert (result.at, result.at_given, result.replayed) == ("2026-09-01T00:00:00Z", False, False)
    assert result.policy.name == "test"
    assert result.evidence == evidence(attested())


def test_the_verdict_says_how_it_came_about() -> None:
    result = evaluate(policy(SIGNED), evidence(), NOW, at_given=True, replayed=True)
    assert (result.at_given, result.replayed) == (True, True)


@pytest.mark.parametrize(("late", "verdict"), [(-1, "PASSED"), (0, "FAILED"), (1, "FAILED"), (10**8, "FAILED")])
def test_a_policy_is_void_from_its_last_moment_on(late: int, verdict: str) -> None:
    rules = policy(SIGNED)
    result = evaluate(rules, evidence(attested()), rules.expires + timedelta(seconds=late))
    assert result.verdict == verdict
    expiry = rule(result, "policy")
    if verdict == "FAILED":
        assert messages(expiry) == ["the policy expired at 2027-01-01T00:00:00Z"]
    else:
        assert expiry.summary == "the policy is in force until 2027-01-01T00:00:00Z"


def test_the_other_rules_of_an_expired_policy_are_reported_too() -> None:
    rules = policy(SIGNED)
    result = evaluate(rules, evidence(), rules.expires)
    assert [item.rule for item in result.failed] == ["policy", "signed", "coverage"]


def test_without_hashes_no_rule_can_hold() -> None:
    gaps = (
        Gap(needed="manifest", about="pipe", reason="a device, pipe or socket is no file"),
        Gap(needed="licenses", about="README.md", reason="too long"),
    )
    result = judge(SIGNED, evidence(attested(), manifest=None, gaps=gaps))
    assert result.verdict == "FAILED"
    assert [item.rule for item in result.results] == ["policy", "files"]
    assert messages(rule(result, "files")) == ["pipe: a device, pipe or socket is no file"]


def test_without_hashes_and_without_a_reason() -> None:
    result = judge(SIGNED, evidence(attested(), manifest=None))
    assert messages(rule(result, "files")) == ["the files were not hashed"]
