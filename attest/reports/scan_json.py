"""A scan for machines, `attest/scan/v1`; its shape is `schemas/scan-v1.json`."""

from __future__ import annotations

from attest.domain.canonical import pretty
from attest.domain.scan import FileScan, Scan, ScanFinding
from attest.domain.scan_rules import RULES


def scan_json(scan: Scan, reference: str, digest: str) -> str:
    """The whole scan. `reference` says what was scanned; `digest` is its SHA-256 in hexadecimal, empty when unknown."""
    artifact: dict[str, object] = {"reference": reference, "files": len(scan.files), "bytes": _sum(scan, "size")}
    if digest:
        artifact["digest"] = {"sha256": digest}
    return pretty(
        {
            "format": "attest/scan/v1",
            "outcome": scan.outcome,
            "artifact": artifact,
            "tool": {"name": "attest", "version": scan.tool_version},
            "allowlist": {"sha256": scan.allowlist},
            "profilesAllowed": list(scan.profiles_allowed),
            "profilesNeeded": list(scan.profiles),
            "namesAdded": list(scan.asked_names),
            "options": dict(scan.options),
            "secondOpinions": list(scan.second_opinions),
            "interpreted": _sum(scan, "interpreted"),
            "opaque": _sum(scan, "opaque"),
            "files": [_file(file) for file in scan.files],
        }
    )


def _sum(scan: Scan, member: str) -> int:
    total: int = sum(getattr(file, member) for file in scan.files)
    return total


def _file(file: FileScan) -> dict[str, object]:
    return {
        "name": file.file,
        "bytes": file.size,
        "outcome": file.outcome,
        "formats": list(file.formats),
        "profilesNeeded": list(file.profiles),
        "interpreted": file.interpreted,
        "opaque": file.opaque,
        "refersTo": list(file.refers_to),
        "findings": [finding_record(finding) for finding in file.findings],
        "leftOut": file.left_out,
    }


def finding_record(finding: ScanFinding) -> dict[str, object]:
    """A finding without its file, which holds it; what is unknown or empty is left out."""
    rule = RULES[finding.rule]
    record: dict[str, object] = {
        "rule": rule.id,
        "severity": rule.severity,
        "effect": rule.effect,
        "members": list(finding.members),
        "message": finding.message,
    }
    if finding.offset >= 0:
        record["offset"] = finding.offset
    if finding.length:
        record["length"] = finding.length
    return record | {name: text for name in ("value", "profile", "by") if (text := getattr(finding, name))}
