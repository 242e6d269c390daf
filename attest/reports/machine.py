"""Reports for machines; their shapes are `schemas/verification-v1.json`, `digest-v1.json` and `release-v1.json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attest.domain.canonical import pretty
from attest.domain.evidence import Evidence
from attest.domain.finding import Finding
from attest.domain.manifest import Manifest
from attest.domain.record import encode
from attest.domain.verdict import Verification


def verification_json(verification: Verification) -> str:
    """One verification, without the list of files: the evidence file carries that."""
    evidence = verification.evidence
    document = {
        "format": "attest/verification/v1",
        "verdict": verification.verdict,
        "at": verification.at,
        "atGiven": verification.at_given,
        "replayed": verification.replayed,
        "policy": encode(verification.policy),
        "artifact": _artifact(evidence),
        "rules": [
            encode(item) for item in (*verification.failed, *(r for r in verification.results if r.verdict == "PASSED"))
        ],
        "attestations": [_attestation(item) for item in encode(evidence.attestations)],
        "rejected": encode(evidence.rejected),
        "findings": encode(evidence.findings),
        "gaps": encode(evidence.gaps),
    }
    return pretty(document)


def _attestation(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "statement"}


def _artifact(evidence: Evidence) -> dict[str, object]:
    document: dict[str, object] = {
        "name": evidence.name,
        "kind": evidence.kind,
        "reference": evidence.reference,
    }
    if evidence.manifest is not None:
        document |= _manifest(evidence.manifest)
    return document


def _manifest(manifest: Manifest) -> dict[str, object]:
    return {
        "digest": {"sha256": manifest.digest},
        "digestKind": manifest.digest_kind,
        "files": len(manifest.files),
        "bytes": manifest.size,
    }


def digest_json(name: str, manifest: Manifest, oms_root: str, findings: Sequence[Finding], *, files: bool) -> str:
    """The digests of an artifact; `files` adds the list of files."""
    document: dict[str, object] = {"format": "attest/digest/v1", "name": name, "kind": manifest.kind}
    document |= _manifest(manifest)
    document |= {
        "evidence": [entry.name for entry in manifest.evidence],
        "findings": encode(tuple(findings)),
    }
    if oms_root:
        document["omsRoot"] = oms_root
    if files:
        document["entries"] = [_entry(entry.name, entry.size, entry.sha256, entry.sha512) for entry in manifest.files]
    return pretty(document)


def _entry(name: str, size: int, sha256: bytes, sha512: bytes) -> dict[str, object]:
    digest = {"sha256": sha256.hex()} | ({"sha512": sha512.hex()} if sha512 else {})
    return {"name": name, "bytes": size, "digest": digest}


def release_json(released: object) -> str:
    """A release: the value that the operation gives, whose digest and size are written as everywhere."""
    document: dict[str, object] = {"format": "attest/release/v1", **encode(released)}
    document |= {"digest": {"sha256": document["digest"]}, "bytes": document.pop("size")}
    return pretty(document)
