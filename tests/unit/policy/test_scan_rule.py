"""The rule `scan`: PASS and nothing else, unless a gap of one file is accepted by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attest.domain.evidence import Evidence
from attest.domain.gap import Gap
from attest.domain.scan import FileScan, Scan, ScanFinding, outcome_of, worst
from attest.domain.verdict import RuleResult
from tests.unit.conftest import SMALL
from tests.unit.policy.build import document as policy_text
from tests.unit.policy.build import evidence, judge, messages, problems, rule

PLAIN = "  - id: scanned\n    scan: {}\n"


def finding(rule_id: str, file: str = "config.json", **more: Any) -> ScanFinding:
    return ScanFinding(file=file, rule=rule_id, message="something", **more)


def scanned(*findings: ScanFinding, **more: Any) -> Scan:
    """A scan of the small model with these findings."""
    files = []
    for name in sorted(SMALL):
        here = tuple(item for item in findings if item.file == name)
        files.append(FileScan(file=name, size=1, outcome=outcome_of(f.effect for f in here), findings=here))
    values: dict[str, Any] = {"tool_version": "0", "allowlist": "a" * 64, "profiles_allowed": (), **more}
    return Scan(outcome=worst(item.outcome for item in files), files=tuple(files), **values)


def judged(found: Evidence, text: str = PLAIN) -> RuleResult:
    return rule(judge(text, found), "scanned")


def test_pass_passes() -> None:
    result = judged(evidence(scan=scanned(finding("pickle.present"), finding("hf.code-file"))))
    assert (result.verdict, result.reasons) == ("PASSED", ())
    assert "PASS" in result.looked_at[0]


@pytest.mark.parametrize("rule_id", ["pickle.name-not-allowed", "scan.budget", "file.unknown-format"])
def test_block_and_inconclusive_fail(rule_id: str) -> None:
    result = judged(evidence(scan=scanned(finding(rule_id, offset=7, members=("a", "b"), value="os:system"))))
    assert result.verdict == "FAILED"
    assert messages(result) == [f"config.json: {rule_id}: something (os:system) in a!b at byte 7"]
    assert result.reasons[0].mend


def test_without_a_scan_it_fails() -> None:
    assert messages(judged(evidence())) == ["the files were not scanned"]
    gap = Gap(needed="scan", about="w.bin", reason="unreadable")
    assert messages(judged(evidence(gaps=(gap,)))) == ["w.bin: unreadable"]


def test_a_warning_fails_where_it_is_denied() -> None:
    denied = "  - id: scanned\n    scan: {deny: [hf.code-file]}\n"
    found = evidence(scan=scanned(finding("hf.code-file")))
    assert judged(found).verdict == "PASSED"
    assert judged(found, denied).verdict == "FAILED"


def test_a_gap_is_accepted_for_one_file_and_one_rule() -> None:
    accepting = "  - id: scanned\n    scan: {accept: [{file: config.json, rule: file.unknown-format}]}\n"
    assert judged(evidence(scan=scanned(finding("file.unknown-format"))), accepting).verdict == "PASSED"
    other = sorted(SMALL)[-1]
    assert judged(evidence(scan=scanned(finding("file.unknown-format", other))), accepting).verdict == "FAILED"
    both = scanned(finding("file.unknown-format"), finding("scan.budget"))
    assert messages(judged(evidence(scan=both), accepting)) == ["config.json: scan.budget: something"]
    more = scanned(finding("file.unknown-format"))
    files = tuple(replace(item, left_out=1) if item.file == "config.json" else item for item in more.files)
    assert judged(evidence(scan=replace(more, files=files)), accepting).verdict == "FAILED"
    blocking = scanned(finding("file.unknown-format"), finding("pickle.state-key"))
    assert judged(evidence(scan=blocking), accepting).verdict == "FAILED"


def test_outcomes_count_without_their_findings() -> None:
    """Findings past the limit are not kept, and stored evidence can hold anything."""
    scan = scanned()
    for outcome in ("BLOCK", "INCONCLUSIVE"):
        files = (replace(scan.files[0], outcome=outcome), *scan.files[1:])
        assert judged(evidence(scan=replace(scan, files=files))).verdict == "FAILED"


def test_a_file_that_was_not_scanned() -> None:
    scan = scanned()
    assert messages(judged(evidence(scan=replace(scan, files=scan.files[1:])))) == [
        "config.json: the file was not scanned"
    ]


def test_a_scan_under_other_names_does_not_count() -> None:
    narrow = "  - id: scanned\n    scan: {profiles: [torch-weights], names: ['a.b:C']}\n"
    assert judged(evidence(scan=scanned()), narrow).verdict == "FAILED"
    same = scanned(asked_profiles=("torch-weights",), asked_names=("a.b:C",))
    assert judged(evidence(scan=same), narrow).verdict == "PASSED"
    assert judged(evidence(scan=same)).verdict == "FAILED"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{deny: [no.such]}", "there is no scan rule 'no.such'"),
        ("{names: ['os.*:system']}", "is no module and name"),
        ("{names: ['os']}", "is no module and name"),
        ("{accept: [{file: a, rule: pickle.state-key}]}", "is no gap"),
        ("{accept: [{file: a, rule: hf.code-file}]}", "is no gap"),
        ("{accept: [{file: a}]}", "'rule' is missing"),
        ("{accept: [{file: a, rule: nothing}]}", "there is no scan rule 'nothing'"),
        ("{accept: {}}", "a list of 1 to 100"),
        ("{outcome: PASS}", "unknown key 'outcome'"),
    ],
)
def test_problems_are_named(text: str, problem: str) -> None:
    found = problems(policy_text(f"  - id: scanned\n    scan: {text}\n"))
    assert any(problem in item for item in found)


def test_one_scan_a_policy() -> None:
    two = "  - id: one\n    scan: {}\n  - id: two\n    scan: {profiles: [torch-weights]}\n"
    assert any("more than one rule states `scan`" in item for item in problems(policy_text(two)))
