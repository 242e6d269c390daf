"""Words of SPDX 3.0.1 for what the neutral model says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from attest.domain.bom import Value
from attest.domain.strict_json import MAX_INTEGER

Json = dict[str, Any]

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
CREATION = "_:creationInfo"
NO_LICENSE = "expandedlicensing_NoAssertionLicense"

HASHES = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
    "SHA3-256": "sha3_256",
    "SHA3-384": "sha3_384",
    "SHA3-512": "sha3_512",
    "BLAKE2b-256": "blake2b256",
    "BLAKE2b-384": "blake2b384",
    "BLAKE2b-512": "blake2b512",
    "BLAKE3": "blake3",
}
"""CycloneDX's names of hash algorithms → SPDX's."""

REFERENCES = {
    "advisories": "securityAdvisory",
    "adversary-model": "securityAdversaryModel",
    "attestation": "secureSoftwareAttestation",
    "build-meta": "buildMeta",
    "build-system": "buildSystem",
    "certification-report": "certificationReport",
    "chat": "chat",
    "citation": "documentation",
    "component-analysis-report": "componentAnalysisReport",
    "distribution": "altDownloadLocation",
    "documentation": "documentation",
    "dynamic-analysis-report": "dynamicAnalysisReport",
    "exploitability-statement": "vulnerabilityExploitabilityAssessment",
    "issue-tracker": "issueTracker",
    "license": "license",
    "mailing-list": "mailingList",
    "model-card": "documentation",
    "pentest-report": "securityPenTestReport",
    "quality-metrics": "metrics",
    "release-notes": "releaseNotes",
    "risk-assessment": "riskAssessment",
    "runtime-analysis-report": "runtimeAnalysisReport",
    "security-contact": "securityOther",
    "social": "socialMedia",
    "source-distribution": "sourceArtifact",
    "static-analysis-report": "staticAnalysisReport",
    "support": "support",
    "threat-model": "securityThreatModel",
    "vcs": "vcs",
    "vulnerability-assertion": "vulnerabilityDisclosureReport",
    "website": "altWebPage",
}
"""CycloneDX's types of external references → SPDX's; what is not here is `other`."""

DATASET_TYPES = {
    "audio": "audio",
    "categorical": "categorical",
    "graph": "graph",
    "image": "image",
    "numeric": "numeric",
    "sensor": "sensor",
    "structured": "structured",
    "syntactic": "syntactic",
    "tabular": "structured",
    "text": "text",
    "time-series": "timeseries",
    "timeseries": "timeseries",
    "timestamp": "timestamp",
    "video": "video",
}
"""Modalities → SPDX's kinds of data; what is not here is `other`."""

_WEB = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%\-]*)?", re.ASCII)
_MAX_LINK = 2048
_NO = frozenset({"no", "none", "false", "n/a", "not applicable"})
_NEGATIONS = re.compile(r"(?:no|none|not|never|without|n/a|free of)\b", re.ASCII | re.IGNORECASE)


def web(text: str) -> str:
    """`text` if it is an absolute web address that can stand in a document as it is, else an empty text."""
    return text if len(text) <= _MAX_LINK and _WEB.fullmatch(text) else ""


def quoted(text: str) -> str:
    """`text` as a part of an IRI's fragment."""
    return quote(text, safe="/@:")


def instant(text: str) -> str:
    """An ISO 8601 time as SPDX takes it, in UTC to the second; empty when it is none.

    SPDX knows no date alone and no time without a zone: a date is its first second, and a missing zone is UTC. The
    origin that is annotated beside keeps the text as it was written.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return stamp(moment)
    except (ValueError, OverflowError):
        return ""


def stamp(moment: datetime) -> str:
    """A moment with a time zone, as SPDX writes it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def joined(values: Iterable[Value]) -> str:
    """The texts, each once, one a line."""
    return "\n".join(dict.fromkeys(value.text for value in values))


def texts(values: Iterable[Value | None]) -> list[str]:
    """The texts of what is known, each once, in order."""
    return sorted({value.text for value in values if value is not None})


def entry(key: str, value: str) -> Json:
    """A DictionaryEntry."""
    return {"type": "DictionaryEntry", "key": key, "value": value}


def hashed(algorithm: str, digest: str) -> Json:
    """A Hash; `algorithm` is SPDX's name."""
    return {"type": "Hash", "algorithm": algorithm, "hashValue": digest}


def quantity(text: str) -> str:
    """A number that is not negative as xsd:decimal has it, or an empty text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ""
    if not number.is_finite() or number < 0 or not -30 <= number.adjusted() <= 30 or len(number.as_tuple().digits) > 60:
        return ""
    return format(number, "f")


def count(text: str) -> int | None:
    """A whole number within what JSON readers agree about, or None."""
    if not text.isascii() or not text.isdecimal() or len(text) > 16:
        return None
    number = int(text)
    return number if number <= MAX_INTEGER else None


def presence(values: Iterable[Value]) -> str:
    """Whether sensitive personal information is there: yes, no, or empty when nobody declared it plainly.

    A sentence that starts with a negation may go on to restrict it, so it is neither.
    """
    declared = [value.text.strip() for value in values if value.origin == "declared"]
    if not declared:
        return ""
    if all(text.casefold() in _NO for text in declared):
        return "no"
    return "" if any(_NEGATIONS.match(text) for text in declared) else "yes"
