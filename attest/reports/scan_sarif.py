"""A scan as SARIF 2.1.0 (OASIS), in the form that code-scanning services take in.

Sections are those of https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. The limits are GitHub's
(https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support): 25,000 results a run, 20
tags a rule, 1,024 characters of a description.
Services show a result at the URI of its first location, so that is always the file of the artifact. The part inside it
is an artifact of its own (section 3.24), to which a related location leads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from attest.domain.canonical import canonical, pretty
from attest.domain.manifest import printable
from attest.domain.scan import SEPARATOR, Scan, ScanFinding
from attest.domain.scan_rule import SEVERITIES, Rule
from attest.domain.scan_rules import RULES

MAX_RESULTS = 25_000
MAX_NOTIFICATIONS = 1_000
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "MODEL"
_LEVELS = {"block": "error", "inconclusive": "warning", "warn": "warning", "note": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}
_CWE = re.compile(r"https://cwe\.mitre\.org/data/definitions/(\d+)\.html")
_NAME = re.compile(r"[A-Za-z_][\w.]*[: ][A-Za-z_][\w.]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[\w.]+)?(?:\+[\w.]+)?")
_INDEXES = {rule: index for index, rule in enumerate(sorted(RULES))}
Table = dict[str, Any]


def scan_sarif(
    scan: Scan, *, reference: str, digest: str, digests: Mapping[str, str] | None = None, tool_version: str = ""
) -> str:
    """The whole scan as one run.

    `reference` and `digest` (a SHA-256 in hexadecimal, may be empty) name the artifact; `digests` are those of its
    files, by the names that the scan has. `tool_version` is that of the scan when it is not given. Beyond 25,000
    results the worst ones are kept, and a notification says how many are left out.
    """
    known = digests or {}
    artifacts = _Artifacts(scan, known)
    findings = sorted(scan.findings, key=_gravity)
    results = [_result(finding, artifacts, known) for finding in findings[:MAX_RESULTS]]
    run: Table = {
        "tool": {"driver": _driver(tool_version or scan.tool_version)},
        "automationDetails": {"id": _automation(reference, digest)},
        "originalUriBaseIds": {_BASE: {"description": {"text": "The folder of the artifact."}}},
        "invocations": [_invocation(findings, artifacts)],
        "artifacts": artifacts.entries,
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": _properties(scan, reference, digest),
    }
    return pretty({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _gravity(finding: ScanFinding) -> tuple[int, int, ScanFinding]:
    """Sorts the worst first: services that cut do so at the end."""
    rule = RULES[finding.rule]
    return tuple(_LEVELS).index(rule.effect), -SEVERITIES.index(rule.severity), finding


def _driver(version: str) -> Table:
    driver: Table = {"name": "attest", "version": version, "rules": [_rule(RULES[rule]) for rule in sorted(RULES)]}
    if _VERSION.fullmatch(version):
        driver["semanticVersion"] = version
    return driver


def _rule(rule: Rule) -> Table:
    """A rule of the catalogue (section 3.49)."""
    weaknesses = [match[1] for reference in rule.references if (match := _CWE.fullmatch(reference))]
    document: Table = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in re.split(r"[.-]", rule.id)),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": _help(rule), "markdown": _help_markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.effect]},
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "precision": "high" if rule.effect == "block" else "medium",
            "tags": ["security", rule.id.partition(".")[0], *(f"external/cwe/cwe-{number}" for number in weaknesses)],
            "effect": rule.effect,
        },
    }
    if rule.references:
        document["helpUri"] = rule.references[0]
    return document


def _help(rule: Rule) -> str:
    return "\n".join([f"{rule.meaning} {rule.mend}", *rule.references])


def _help_markdown(rule: Rule) -> str:
    links = "".join(f"\n- <{reference}>" for reference in rule.references)
    return f"{rule.meaning}\n\n**What to do:** {rule.mend}" + (f"\n\n**See**\n{links}" if links else "")


class _Artifacts:
    """The artifacts of a run (section 3.24): the files, and after them the parts inside them that have findings."""

    def __init__(self, scan: Scan, digests: Mapping[str, str]) -> None:
        self.entries: list[Table] = []
        self._indexes: dict[tuple[str, ...], int] = {}
        for file in scan.files:
            entry: Table = {"location": {"uri": _uri(file.file), "uriBaseId": _BASE}, "length": file.size}
            if file.file in digests:
                entry["hashes"] = {"sha-256": digests[file.file]}
            entry["roles"] = ["analysisTarget"]
            entry["properties"] = {
                "outcome": file.outcome,
                "formats": list(file.formats),
                "profilesNeeded": list(file.profiles),
                "interpreted": file.interpreted,
                "opaque": file.opaque,
                "leftOut": file.left_out,
            }
            self._add((file.file,), entry)

    def size(self, file: str) -> int | None:
        """The length of a file in bytes, None when the scan has no such file."""
        length: int | None = self.entries[self.index((file,))].get("length")
        return length

    def _add(self, way: tuple[str, ...], entry: Table) -> int:
        self._indexes[way] = index = len(self.entries)
        self.entries.append(entry)
        return index

    def index(self, way: tuple[str, ...]) -> int:
        """The index of a file, or of a part inside one with all that lie around it."""
        found = self._indexes.get(way)
        if found is not None:
            return found
        if len(way) == 1:
            return self._add(way, {"location": {"uri": _uri(way[0]), "uriBaseId": _BASE}})
        parent = self.index(way[:-1])
        return self._add(way, {"location": {"uri": _uri(way[-1])}, "parentIndex": parent})


def _result(finding: ScanFinding, artifacts: _Artifacts, digests: Mapping[str, str]) -> Table:
    rule = RULES[finding.rule]
    result: Table = {
        "ruleId": rule.id,
        "ruleIndex": _INDEXES[rule.id],
        "level": _LEVELS[rule.effect],
        "message": {"text": _message(finding)},
        "locations": [_location(finding, artifacts)],
        "partialFingerprints": {"attestFinding/v1": fingerprint(finding, digests.get(finding.file, ""))},
        "properties": {"effect": rule.effect, "severity": rule.severity}
        | {name: printable(text) for name in ("value", "profile", "by") if (text := getattr(finding, name))},
    }
    if finding.members:
        result["relatedLocations"] = [_inner(finding, artifacts)]
    return result


def _message(finding: ScanFinding) -> str:
    """One paragraph, without anything that reads as a link (section 3.11.6)."""
    inside = f" in {SEPARATOR.join(finding.members)}" if finding.members else ""
    value = f": {finding.value}" if finding.value else ""
    by = f" (by {finding.by})" if finding.by else ""
    text = f"{RULES[finding.rule].title}{inside}: {finding.message}{value}{by}"
    return printable(text).replace("](", "] (")


def _location(finding: ScanFinding, artifacts: _Artifacts) -> Table:
    physical: Table = {
        "artifactLocation": {
            "uri": _uri(finding.file), "uriBaseId": _BASE, "index": artifacts.index((finding.file,)),
        }
    }  # fmt: skip
    if not finding.members and finding.offset >= 0:
        physical["region"] = _region(finding)
    elif (size := artifacts.size(finding.file)) is not None:
        physical["region"] = {"byteOffset": 0, "byteLength": size}
    location: Table = {"physicalLocation": physical}
    if logical := list(_logical(finding)):
        location["logicalLocations"] = logical
    return location


def _logical(finding: ScanFinding) -> Iterator[Table]:
    """The part inside the file, and the name that a finding is about (section 3.33)."""
    if finding.members:
        yield {"fullyQualifiedName": printable(finding.place), "kind": "resource"}
    if _NAME.fullmatch(finding.value):
        module, _, name = finding.value.replace(" ", ":").partition(":")
        kind = "type" if name[:1].isupper() else "function"
        yield {"name": name, "fullyQualifiedName": f"{module}:{name}", "kind": kind}


def _inner(finding: ScanFinding, artifacts: _Artifacts) -> Table:
    """The innermost part with its bytes."""
    way = (finding.file, *finding.members)
    physical: Table = {"artifactLocation": {"uri": _uri(way[-1]), "index": artifacts.index(way)}}
    if finding.offset >= 0:
        physical["region"] = _region(finding)
    return {"id": 1, "physicalLocation": physical, "message": {"text": "the part inside the file"}}


def _region(finding: ScanFinding) -> Table:
    region = {"byteOffset": finding.offset}
    return region | {"byteLength": finding.length} if finding.length else region


def fingerprint(finding: ScanFinding, file_digest: str) -> str:
    """What stays the same for the same finding: SHA-256 over rule, file digest (else its name), members and value."""
    parts = [finding.rule, file_digest or finding.file, list(finding.members), finding.value or finding.message]
    return hashlib.sha256(canonical(parts)).hexdigest()


def _invocation(findings: list[ScanFinding], artifacts: _Artifacts) -> Table:
    """The scan itself (section 3.20): it ran to its end, and what it could not read is a notification each."""
    gaps = [finding for finding in findings if finding.effect == "inconclusive"]
    notifications = [_notification(finding, artifacts) for finding in gaps[:MAX_NOTIFICATIONS]]
    over = len(findings) - MAX_RESULTS
    if over > 0:
        text = f"{over} results beyond the first {MAX_RESULTS} are left out"
        notifications.append({"level": "warning", "message": {"text": text}})
    return {"executionSuccessful": True, "toolExecutionNotifications": notifications}


def _notification(finding: ScanFinding, artifacts: _Artifacts) -> Table:
    return {
        "associatedRule": {"id": finding.rule, "index": _INDEXES[finding.rule]},
        "descriptor": {"id": finding.rule},
        "level": "warning",
        "message": {"text": _message(finding)},
        "locations": [_location(finding, artifacts)],
    }


def _properties(scan: Scan, reference: str, digest: str) -> Table:
    return {
        "outcome": scan.outcome,
        "artifact": {"reference": reference} | ({"sha256": digest} if digest else {}),
        "allowlist": {"sha256": scan.allowlist},
        "profilesNeeded": list(scan.profiles),
        "profilesAllowed": list(scan.profiles_allowed),
        "namesAdded": list(scan.asked_names),
        "options": dict(scan.options),
        "secondOpinions": list(scan.second_opinions),
        "coverage": {
            "files": len(scan.files),
            "bytes": _sum(file.size for file in scan.files),
            "interpreted": _sum(file.interpreted for file in scan.files),
            "opaque": _sum(file.opaque for file in scan.files),
        },
    }


def _sum(numbers: Iterable[int]) -> int:
    return sum(numbers)


def _automation(reference: str, digest: str) -> str:
    """The category and, after the last slash, what tells one run from another (section 3.17.3)."""
    return f"attest/scan/{quote(reference, safe='')}/{digest}"


def _uri(name: str) -> str:
    """A name as a relative reference (RFC 3986 section 4.2): percent-encoded, and never with a scheme or a host."""
    text = quote(name, safe="/!$&'()*+,;=@~-._")
    return text if not text.startswith("/") else "%2F" + text[1:]
