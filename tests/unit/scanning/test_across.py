"""What only the files of an artifact together show."""

from __future__ import annotations

import pytest

from attest.domain.scan import FileScan, Outcome, ScanFinding
from attest.scanning.repository.across import across


def file(
    name: str, *rules: str, outcome: Outcome = "PASS", refers_to: tuple[str, ...] = (), left_out: int = 0
) -> FileScan:
    findings = tuple(ScanFinding(file=name, rule=rule, message="m") for rule in rules)
    return FileScan(file=name, size=9, outcome=outcome, findings=findings, refers_to=refers_to, left_out=left_out)


def unknown(name: str, *more: str, outcome: Outcome = "INCONCLUSIVE", left_out: int = 0) -> FileScan:
    return file(name, "file.unknown-format", *more, outcome=outcome, left_out=left_out)


def test_files_that_refer_to_nothing_stay_as_they_are() -> None:
    files = (file("a"), unknown("b"), file("c", "hf.remote-code", outcome="BLOCK"))
    assert across(files, ["a", "b", "c"]) == files


def test_a_missing_file_makes_the_one_that_refers_inconclusive() -> None:
    (scan,) = across([file("d/a.json", refers_to=("d/b", "d/c"))], ["d/a.json", "d/c"])
    assert scan.outcome == "INCONCLUSIVE"
    assert [(item.rule, item.value, item.file) for item in scan.findings] == [("hf.missing-file", "d/b", "d/a.json")]


def test_what_was_blocked_stays_blocked() -> None:
    (scan,) = across([file("a", "hf.remote-code", outcome="BLOCK", refers_to=("b",))], ["a"])
    assert scan.outcome == "BLOCK"
    assert len(scan.findings) == 2


def test_an_outcome_that_rests_on_findings_left_out_stays() -> None:
    (scan,) = across([file("a", outcome="BLOCK", refers_to=("b",), left_out=3)], ["a"])
    assert scan.outcome == "BLOCK"


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "a//b", ".", "", "x\n"])
def test_a_reference_that_leaves_the_model_blocks(name: str) -> None:
    (scan,) = across([file("a", refers_to=(name,))], ["a", name])
    assert scan.outcome == "BLOCK"
    assert [item.rule for item in scan.findings] == ["hf.index-path"]


def test_external_data_needs_no_format_of_its_own() -> None:
    _, scan = across([file("m.onnx", refers_to=("m.data",)), unknown("m.data")], ["m.onnx", "m.data"])
    assert (scan.outcome, scan.findings, scan.formats, scan.opaque) == ("PASS", (), ("external-data",), 9)


def test_warnings_stay_with_external_data() -> None:
    _, scan = across([file("m", refers_to=("d",)), unknown("d", "file.type-mismatch")], ["m", "d"])
    assert scan.outcome == "PASS"
    assert [item.rule for item in scan.findings] == ["file.type-mismatch"]


@pytest.mark.parametrize(
    "data",
    [
        unknown("d", "file.malformed"),
        unknown("d", "pickle.name-not-allowed", outcome="BLOCK"),
        unknown("d", outcome="BLOCK", left_out=1),
        unknown("d", left_out=1),
    ],
)
def test_nothing_else_is_explained_by_a_reference(data: FileScan) -> None:
    assert across([file("m", refers_to=("d",)), data], ["m", "d"])[1] == data


def test_a_file_cannot_explain_itself() -> None:
    (scan,) = across([unknown("d").__class__(file="d", size=1, outcome="INCONCLUSIVE", refers_to=("d",),
                                             findings=unknown("d").findings)], ["d"])  # fmt: skip
    assert scan.outcome == "INCONCLUSIVE"
