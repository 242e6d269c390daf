"""Reports for people: the answer first, every reason named, and nothing in a name can act on a terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attest.domain.attestation import Rejected
from attest.domain.evidence import Evidence
from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.verdict import PolicyReference, Reason, RuleResult, Verification
from attest.reports import digest_text, verification_text
from attest.reports.text import MAX_SHOWN, human
from tests.unit.conftest import SMALL, entry, manifest
from tests.unit.policy.build import attested, evidence

GOOD = RuleResult(
    rule="signed", kind="signature", verdict="PASSED", summary="signed by 1 key", looked_at=("model.sig",)
)
BAD = RuleResult(
    rule="files",
    kind="coverage",
    verdict="FAILED",
    summary="1 file is not covered",
    reasons=(Reason(file="evil.py", message="it was not there", mend="Remove it."), Reason(message="and that is all")),
)
FOUND = Verification(
    verdict="FAILED",
    policy=PolicyReference(name="test", version=3, digest="0123456789abcdef" * 4),
    at="2026-09-01T00:00:00Z",
    at_given=False,
    replayed=False,
    results=(GOOD, BAD),
    evidence=evidence(attested()),
)
HOSTILE = "x\x1b[2J\r\nPASSED\u202e"


def harmless(text: str) -> None:
    """No control character but line feeds, no turn of direction, and no verdict that is not ours."""
    assert all(line.isprintable() for line in text.split("\n"))
    assert not any(line.startswith("PASSED") for line in text.splitlines())


def test_a_failed_verification() -> None:
    digest = manifest().digest[:12]
    assert verification_text(FOUND) == (
        f"FAILED  small: 5 files, 16 bytes, attest-tree/v1 sha256:{digest}…\n"
        "policy  test version 3 (sha256:0123456789ab…), at 2026-09-01T00:00:00Z\n"
        "\n"
        "FAILED  files: 1 file is not covered\n"
        "          - evil.py: it was not there\n"
        "          - and that is all\n"
        "PASSED  signed: signed by 1 key\n"
        "          looked at model.sig\n"
        "\n"
        "what the signatures leave out, by their own lists\n"
        "  by-1: nothing that it records\n"
        "\n"
        "to mend it\n"
        "  1. Remove it.\n"
    )


def test_a_passed_verification() -> None:
    text = verification_text(replace(FOUND, verdict="PASSED", results=(GOOD,)))
    assert text.startswith("PASSED  small: ")
    assert "FAILED" not in text
    assert "to mend it" not in text


@pytest.mark.parametrize("change", [{"at_given": True}, {"replayed": True}])
def test_a_verdict_that_admits_nothing_says_so(change: dict[str, Any]) -> None:
    assert "this verdict is not about the present moment, so it admits nothing" in verification_text(
        replace(FOUND, **change)
    )
    assert "admits nothing" not in verification_text(FOUND)


def test_without_a_manifest() -> None:
    text = verification_text(replace(FOUND, evidence=evidence(manifest=None)))
    assert text.startswith("FAILED  small\n")


def test_evidence_that_did_not_count_and_gaps_are_always_shown() -> None:
    found = evidence(
        attested(unchecked=("1 timestamps",)),
        rejected=(Rejected(source="claims.jsonl:2", code="malformed", reason="no JSON"),),
        gaps=(Gap(needed="licenses", about="README.md", reason="too long"),),
        findings=(Finding(rule="files.link", severity="note", file="a", message="followed"),),
    )
    text = verification_text(replace(FOUND, verdict="PASSED", results=(GOOD,), evidence=found))
    assert "evidence that did not count\n  claims.jsonl:2: no JSON\n" in text
    assert "by-1: 1 timestamps in it were not checked" in text
    assert "what could not be had\n  licenses: README.md: too long\n" in text
    assert "  note: a: followed [files.link]\n" in text


def test_long_lists_are_cut_and_counted() -> None:
    reasons = tuple(Reason(file=f"f{number}", message="m") for number in range(MAX_SHOWN + 7))
    findings = tuple(Finding(rule="r", severity="note", file=f"f{n}", message="m") for n in range(MAX_SHOWN + 3))
    text = verification_text(
        replace(FOUND, results=(replace(BAD, reasons=reasons),), evidence=evidence(findings=findings))
    )
    assert "and 7 more; --format json names them" in text
    assert "and 3 more; --format json names them" in text


MANY = MAX_SHOWN + 7


@pytest.mark.parametrize(
    "found",
    [
        evidence(rejected=tuple(Rejected(source=f"c:{n}", code="malformed", reason="thing-x") for n in range(MANY))),
        evidence(gaps=tuple(Gap(needed="licenses", about=f"f{n}", reason="thing-x") for n in range(MANY))),
        evidence(*(attested(source=f"s{n}", unchecked=("1 thing-x",)) for n in range(MANY))),
        evidence(
            findings=tuple(Finding(rule="r", severity="note", file=f"f{n}", message="thing-x") for n in range(MANY))
        ),
    ],
    ids=["rejected", "gaps", "unchecked", "findings"],
)
def test_whatever_is_left_out_of_a_list_is_counted(found: Evidence) -> None:
    """What is not shown must not look as if it were not there."""
    text = verification_text(replace(FOUND, evidence=found))
    assert text.count("thing-x") == MAX_SHOWN
    assert "and 7 more; --format json names them" in text


def test_what_a_rule_looked_at_and_the_steps_are_counted_too() -> None:
    looked = replace(GOOD, looked_at=tuple(f"thing-x {number}" for number in range(MANY)))
    text = verification_text(replace(FOUND, results=(looked,)))
    assert (text.count("thing-x"), "and 7 more; --format json names them" in text) == (MAX_SHOWN, True)
    reasons = tuple(Reason(message="m", mend=f"Mend thing-x {number}.") for number in range(MANY))
    bad = [replace(BAD, rule=f"r{at}", reasons=reasons[at : at + 9]) for at in range(0, MANY, 9)]
    text = verification_text(replace(FOUND, results=tuple(bad)))
    assert (text.count("thing-x"), "and 7 more" in text) == (MAX_SHOWN, True)


def test_a_step_is_named_once() -> None:
    reasons = tuple(Reason(file=f"f{number}", message="m", mend="Do it.") for number in range(5))
    assert verification_text(replace(FOUND, results=(replace(BAD, reasons=reasons),))).count("Do it.") == 1


def test_hostile_text_does_not_reach_a_terminal() -> None:
    found = evidence(
        attested(source=HOSTILE, unchecked=("1 timestamps",)),
        name=HOSTILE,
        rejected=(Rejected(source=HOSTILE, code="malformed", reason=HOSTILE),),
        gaps=(Gap(needed="licenses", about=HOSTILE, reason=HOSTILE),),
        findings=(Finding(rule="files.link", severity="note", file="a", message=HOSTILE),),
    )
    reason = Reason(file=HOSTILE, message=HOSTILE, mend=HOSTILE)
    result = replace(BAD, reasons=(reason,), looked_at=(HOSTILE,), summary=f"but for {HOSTILE}")
    harmless(verification_text(replace(FOUND, results=(result,), evidence=found)))


@pytest.mark.parametrize(
    "found",
    [
        evidence(findings=(Finding(rule="files.link", severity="note", file=HOSTILE, message="m"),)),
        evidence(findings=(Finding(rule=HOSTILE, severity="note", file="a", message="m"),)),
        evidence(attested(unchecked=(HOSTILE,))),
    ],
    ids=["file of a finding", "rule of a finding", "unchecked material"],
)
def test_replayed_evidence_says_what_its_writer_wants_and_still_acts_on_no_terminal(found: Evidence) -> None:
    harmless(verification_text(replace(FOUND, replayed=True, results=(BAD,), evidence=found)))


def test_digests_of_a_hostile_name() -> None:
    harmless(
        digest_text(
            HOSTILE, manifest(), "", (Finding(rule="r", severity="note", file=HOSTILE, message="m"),), files=False
        )
    )


def test_colour_is_an_option() -> None:
    assert "\x1b[31mFAILED\x1b[0m" in verification_text(FOUND, color=True)
    assert "\x1b" not in verification_text(FOUND, color=False)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_250_000, "1.2 MB"),
        (91 * 10**9, "91.0 GB"),
        (10**15, "1000.0 TB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert human(size) == text


def test_digests() -> None:
    found = manifest(evidence=[entry("model.sig", b"1")])
    text = digest_text("small", found, "r" * 64, (), files=False)
    assert text == (
        "small: 5 files, 16 bytes\n"
        f"attest-tree/v1  sha256:{found.digest}\n"
        f"OMS root        sha256:{'r' * 64} (covers no names)\n"
        "left out        model.sig (evidence)\n"
    )
    assert "OMS root        none" in digest_text("small", found, "", (), files=False)


@pytest.mark.parametrize(("count", "said"), [(1, "1 file,"), (2, "2 files,"), (1000, "1,000 files,")])
def test_numbers_of_files(count: int, said: str) -> None:
    found = manifest({str(number): b"" for number in range(count)})
    assert digest_text("m", found, "", (), files=False).startswith(f"m: {said} 0 bytes\n")
    assert f"m: {said} 0 bytes" in verification_text(replace(FOUND, evidence=evidence(name="m", manifest=found)))


def test_digests_of_files_are_lines_that_sha256sum_reads() -> None:
    lines = digest_text("small", manifest(), "", (), files=True).splitlines()
    assert lines == [f"{item.sha256.hex()}  {item.name}" for item in manifest().files]
    assert [line[66:] for line in lines] == list(SMALL)
