"""A scan in the form of JUnit, which continuous integration shows: a test for each file.

What blocks is a failure, what could not be read is an error, and warnings are written to the test's output.
Source: the schema of Jenkins' JUnit plugin, https://github.com/jenkinsci/xunit-plugin (junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from attest.domain.manifest import printable
from attest.domain.scan import FileScan, Scan, ScanFinding
from attest.domain.scan_rules import RULES


def scan_junit(scan: Scan, *, reference: str) -> str:
    """The whole scan, ending with a line feed."""
    outcomes = [file.outcome for file in scan.files]
    counts = f'tests="{len(outcomes)}" failures="{outcomes.count("BLOCK")}" errors="{outcomes.count("INCONCLUSIVE")}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="attest scan" {counts}>',
        f'  <testsuite name="{_text(reference)}" {counts} skipped="0">',
    ]
    for file in scan.files:
        lines += _case(file)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _case(file: FileScan) -> Iterator[str]:
    start = f'    <testcase classname="attest.scan" name="{_text(file.file)}"'
    if not file.findings:
        yield start + "/>"
        return
    yield start + ">"
    kind = {"BLOCK": "failure", "INCONCLUSIVE": "error"}.get(file.outcome)
    grave = [finding for finding in file.findings if finding.effect in {"block", "inconclusive"}]
    slight = [finding for finding in file.findings if finding.effect in {"warn", "note"}]
    if kind and grave:
        first = next((item for item in grave if item.effect == "block"), grave[0])
        yield f'      <{kind} type="{first.rule}" message="{_text(first.message)}">{_lines(grave)}</{kind}>'
    if slight:
        yield f"      <system-out>{_lines(slight)}</system-out>"
    yield "    </testcase>"


def _lines(findings: list[ScanFinding]) -> str:
    return "\n".join(_line(finding) for finding in findings)


def _line(finding: ScanFinding) -> str:
    offset = f" @ {finding.offset}" if finding.offset >= 0 else ""
    value = f": {finding.value}" if finding.value else ""
    severity = RULES[finding.rule].severity
    return _text(f"{severity}: {finding.rule}: {finding.place}{offset}: {finding.message}{value}")


def _text(text: str) -> str:
    """Text fit for XML: what cannot be printed is escaped, and so is what XML gives a meaning."""
    return escape(printable(text), quote=True)
