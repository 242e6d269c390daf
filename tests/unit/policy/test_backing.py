"""What must stand behind an attestation that counts: verified times, logs, nothing left unchecked."""

from __future__ import annotations

from typing import Any

import pytest

from attest.domain.attestation import Attestation, LogEntry, SignedTime
from attest.domain.statement import OMS_PREDICATE
from attest.domain.verdict import RuleResult
from attest.policy.rules.backing import Backing, strictest
from tests.unit.policy.build import attested, document, evidence, judge, messages, problems, rule

KINDS = {
    "signature: {signers: [release]": OMS_PREDICATE,
    "attestation: {predicate: slsa-provenance, signers: [release]": "https://slsa.dev/provenance/v1",
}


def times(*sources: str) -> dict[str, Any]:
    return {"times": tuple(SignedTime(at=f"2026-08-0{at + 1}T00:00:00Z", source=one) for at, one in enumerate(sources))}


def logs(*names: str) -> dict[str, Any]:
    return {"logs": tuple(LogEntry(log=name, index=at) for at, name in enumerate(names))}


def checked(start: str, members: str, *items: Attestation, **named: Any) -> RuleResult:
    return rule(judge(f"  - id: r\n    {start}, {members}}}\n", evidence(*items), **named), "r")


@pytest.mark.parametrize("start", KINDS)
@pytest.mark.parametrize(
    ("members", "facts", "fault"),
    [
        ("timestamps: 0", {}, ""),
        ("timestamps: 1", times("a"), ""),
        ("timestamps: 1", {}, "0 of 1 required timestamps by distinct sources"),
        ("timestamps: 1", logs("a"), "0 of 1 required timestamps by distinct sources"),
        ("timestamps: 2", times("a", "b"), ""),
        ("timestamps: 2", times("a", "a"), "1 of 2 required timestamps by distinct sources"),
        ("logs: 0", {}, ""),
        ("logs: 1", logs("a"), ""),
        ("logs: 1", times("a"), "entries in 0 of 1 required distinct logs"),
        ("logs: 2", logs("a", "b"), ""),
        ("logs: 2", logs("a", "a"), "entries in 1 of 2 required distinct logs"),
        ("timestamps: 1, logs: 1", times("a") | logs("a"), ""),
        ("timestamps: 1, logs: 1", times("a"), "entries in 0 of 1 required distinct logs"),
        ("unchecked: allow", {"unchecked": ("1 timestamp",)}, ""),
        ("unchecked: deny", {}, ""),
        ("unchecked: deny", {"unchecked": ("1 timestamp", "x")}, "material that was not checked (1 timestamp, x)"),
        # Left alone, such material is shown in every report and changes nothing.
        ("threshold: 1", {"unchecked": ("1 timestamp",)}, ""),
    ],
)
def test_what_an_attestation_must_have(start: str, members: str, facts: dict[str, Any], fault: str) -> None:
    item = attested(KINDS[start], **facts)
    found = checked(start, members, item)
    if not fault:
        assert (found.verdict, len(found.looked_at)) == ("PASSED", 1)
        return
    assert (found.verdict, found.looked_at) == ("FAILED", ())
    assert messages(found) == [f"by-1 by {item.signer.label} does not count: it has {fault}"]
    assert "policy's `trust`" in found.reasons[0].mend


@pytest.mark.parametrize("start", KINDS)
def test_each_attestation_needs_its_own(start: str) -> None:
    """Two signers with one timestamp each are not one signer with two, and lend each other nothing."""
    kind, members = KINDS[start], "timestamps: 1, threshold: 2"
    one, two, bare = attested(kind, **times("a")), attested(kind, by=2, **times("a")), attested(kind, by=2)
    assert checked(start, members, one, two, release=(1, 2)).verdict == "PASSED"
    assert checked(start, members, one, bare, release=(1, 2)).verdict == "FAILED"
    assert checked(start, "timestamps: 2", one, two, release=(1, 2)).verdict == "FAILED"
    # The same signer's other attestation may have what this one lacks.
    assert checked(start, members, one, bare, two, release=(1, 2)).verdict == "PASSED"


@pytest.mark.parametrize("start", [*KINDS, "coverage: {signers: [release]"])
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ("timestamps: -1", "timestamps: an integer from 0 to 10 is needed here"),
        ("timestamps: 11", "timestamps: an integer from 0 to 10 is needed here"),
        ("timestamps: true", "timestamps: an integer from 0 to 10 is needed here"),
        ("logs: '1'", "logs: an integer from 0 to 10 is needed here"),
        ("logs: ~", "logs: an integer from 0 to 10 is needed here"),
        ("unchecked: true", "unchecked: one of allow, deny is needed here"),
        ("unchecked: no", "unchecked: one of allow, deny is needed here"),
        ("unchecked: ~", "unchecked: one of allow, deny is needed here"),
        ("timestamp: 1", "unknown key 'timestamp'; did you mean 'timestamps'?"),
    ],
)
def test_members_that_are_wrong(start: str, members: str, message: str) -> None:
    found = problems(document(f"  - id: r\n    {start}, {members}}}\n"))
    assert any(message in line for line in found), found


def test_the_strictest_of_several() -> None:
    assert strictest([]) == Backing()
    assert strictest([Backing(timestamps=2), Backing(logs=1), Backing(unchecked=False)]) == Backing(
        timestamps=2, logs=1, unchecked=False
    )
