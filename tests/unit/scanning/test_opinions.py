"""What other scanners print: only what they call dangerous counts, and broken output is no answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.scanning.opinions import (
    MAX_FLAGS,
    Flag,
    fickling_flags,
    flagged,
    missing,
    modelscan_flags,
    picklescan_flags,
    report_flags,
    sarif_flags,
)

NAMES = frozenset({"a.pt", "sub/b: c.bin", "sub/b"})
SUMMARY = b"----------- SCAN SUMMARY -----------\nScanned files: 2\n"


def result(level: str, uri: str, text: str = "bad") -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    return {"level": level, "message": {"text": text}, "locations": [place]}


def sarif(*results: dict[str, Any]) -> bytes:
    return json.dumps({"version": "2.1.0", "runs": [{"results": results}]}).encode()


def test_picklescan_flags_dangerous_imports_alone() -> None:
    output = (
        b"/m/a.pt:archive/data.pkl: dangerous import 'posix system' FOUND\n"
        b"/m/a.pt: suspicious import 'x y' FOUND\n"
        b"WARNING: could not parse /m/z as pickle\n" + SUMMARY
    )
    assert picklescan_flags(output) == [Flag("/m/a.pt:archive/data.pkl", "dangerous import posix system")]
    assert picklescan_flags(SUMMARY) == []
    with pytest.raises(DocumentError, match="no summary"):
        picklescan_flags(b"Traceback (most recent call last):\n")


def test_modelscan_flags_what_is_high_or_critical() -> None:
    issues = [
        {"severity": severity, "source": f"{severity}.pkl", "description": "unsafe"}
        for severity in ("CRITICAL", "HIGH", "MEDIUM", "LOW")
    ]
    flags = modelscan_flags(json.dumps({"issues": issues, "errors": []}).encode())
    assert [flag.place for flag in flags] == ["CRITICAL.pkl", "HIGH.pkl"]


def test_fickling_flags_from_likely_unsafe_on() -> None:
    pickles = b"".join(
        json.dumps({"severity": severity, "analysis": "first line\nsecond"}, indent=4).encode()
        for severity in ("LIKELY_SAFE", "SUSPICIOUS", "LIKELY_OVERTLY_MALICIOUS")
    )
    assert fickling_flags(pickles, "a.pt") == [Flag("a.pt", "first line")]
    for broken in (b"", b"   ", b'{"severity": ', b"[]"):
        with pytest.raises(DocumentError):
            fickling_flags(broken, "a.pt")


def test_reports_must_be_complete() -> None:
    finding = {"severity": "critical", "message": "calls os.system"}
    lines = [
        {"path": "/m/a.pt", "verdict": "malicious", "findings": [{"severity": "warning", "message": "w"}, finding]},
        {"path": "/m/b", "verdict": "suspicious", "findings": []},
        {"path": "/m/c", "verdict": "unknown", "error": "ValueError"},
    ]
    output = "\n".join(json.dumps(line) for line in lines).encode()
    assert report_flags(output, 3) == [Flag("/m/a.pt", "calls os.system")]
    with pytest.raises(DocumentError, match="answered for 3 of 4 files"):
        report_flags(output, 4)


def test_sarif_flags_errors_alone() -> None:
    output = sarif(result("error", "file:///m/a%20b.pt (pos 18)"), result("warning", "b"), result("note", "c"))
    assert sarif_flags(output) == [Flag("/m/a b.pt", "bad")]
    nowhere = json.dumps({"runs": [{"results": [{"level": "error", "ruleId": "X1"}]}]}).encode()
    assert sarif_flags(nowhere) == [Flag("", "X1")]


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"runs": 1}', b'{"issues": [1]}']
)
def test_broken_output_is_no_answer(data: bytes) -> None:
    for reader in (sarif_flags, modelscan_flags):
        with pytest.raises(DocumentError):
            reader(data)
    with pytest.raises(DocumentError):
        report_flags(data, 1)


@pytest.mark.parametrize(
    ("place", "file", "members"),
    [
        ("/m/a.pt", "a.pt", ()),
        ("a.pt", "a.pt", ()),
        ("/m/a.pt:archive/data.pkl", "a.pt", ("archive/data.pkl",)),
        ("a.pt!x", "a.pt", ("x",)),
        ("/m/sub/b: c.bin", "sub/b: c.bin", ()),
        ("/m/sub/b: c.bin: d", "sub/b: c.bin", ("d",)),
        ("/m/sub/b: d", "sub/b", ("d",)),
        ("/elsewhere/a.pt", ".", ("/elsewhere/a.pt",)),
        ("", ".", ()),
    ],
)
def test_places_are_settled_to_files_of_the_artifact(place: str, file: str, members: tuple[str, ...]) -> None:
    (finding,) = flagged([Flag(place, "bad")], root="/m", names=NAMES, by="tool 1.0")
    assert (finding.file, finding.members) == (file, members)
    assert (finding.rule, finding.effect, finding.by) == ("scan.second-opinion", "block", "tool 1.0")


def test_flags_are_kept_once_sorted_and_up_to_a_limit() -> None:
    flags = [Flag("a.pt", f"{number % 500}") for number in range(1000)]
    findings = flagged(flags, root="/m", names=NAMES, by="t")
    assert len(findings) == MAX_FLAGS
    assert list(findings) == sorted(set(findings))


def test_text_of_other_scanners_is_escaped() -> None:
    (finding,) = flagged([Flag("\x1b[31m:\u202e", "\x1b" * 500)], root="/m", names=NAMES, by="t")
    assert all(text.isprintable() for text in (finding.file, *finding.members, finding.message))
    assert len(finding.message) <= 400


def test_a_missing_answer_leaves_the_outcome_open() -> None:
    finding = missing("modelscan 0.8", "it took\x1b long", "a.pt")
    assert finding.effect == "inconclusive"
    assert finding.message == "modelscan 0.8: it took\\x1b long"
    assert finding.file == "a.pt"


@given(st.binary(max_size=200) | st.from_regex(r'(\{"(runs|issues|verdict|severity)": .{0,40}\})+').map(str.encode))
@settings(max_examples=200, deadline=None)
def test_readers_raise_nothing_else(data: bytes) -> None:
    for reader in (
        sarif_flags,
        modelscan_flags,
        picklescan_flags,
        lambda d: fickling_flags(d, "a"),
        lambda d: report_flags(d, 1),
    ):
        try:
            assert isinstance(reader(data), list)
        except DocumentError:
            continue
