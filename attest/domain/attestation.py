"""Attestations: statements whose bundle verified. Only `attest.signing.verify_bundle` makes them from bundles.

A bundle that did not verify becomes a `Rejected` with its reason; it is shown in every report and helps no rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_LISTED = 1_000


SignerKind = Literal["key", "certificate", "sigstore"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Signer:
    """Who signed, as the verified material says.

    `id` names a signer whole: for `key` and `certificate` it is `sha256:` and the digest of the signing key's
    SubjectPublicKeyInfo; for `sigstore`, whose keys live for minutes, it is `<type>:<value> via <issuer>` of the
    certified identity. `names` are the typed subject alternative names of the certificate (`email`, `uri`, `dns`,
    `username`, `other`), `subject` its RFC 4514 name, `issuer` the OIDC issuer (`sigstore`) or the RFC 4514 name of the
    issuing authority (`certificate`), `claims` what a CI provider said of the run (names of `attest.domain.claims`).
    `anchors` names what the caller trusts and the signer chains to: `sha256:` and the digest of a root certificate
    (`certificate`), or the label of a trusted root (`sigstore`).
    """

    kind: SignerKind
    id: str
    names: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    issuer: str = ""
    claims: tuple[tuple[str, str], ...] = ()
    anchors: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The signer for people, in a few words; never for comparison."""
        if self.kind == "sigstore":
            return self.id
        short = f"{self.id[:19]}…"
        if self.kind == "key":
            return short
        name = self.subject or next((value for _, value in self.names), "")
        return f"{name} ({short})" if name else short


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTime:
    """A moment before which the signature existed: RFC 3339 in UTC, and the verified evidence that says so."""

    at: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A verified entry of a transparency log: the log's name in the trusted root, and the index that was proved."""

    log: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file whose bytes are not the signed ones: both SHA-256 digests in hexadecimal."""

    name: str
    signed: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How the files on disk differ from a signed list; at most `MAX_LISTED` of each kind are named, all are counted.

    `renamed` pairs a missing name with an unlisted file that holds its signed bytes; `unsigned` names unlisted files.
    """

    listed: int
    changed: tuple[Changed, ...] = ()
    missing: tuple[str, ...] = ()
    changed_count: int = 0
    missing_count: int = 0
    renamed: tuple[tuple[str, str], ...] = ()
    unsigned: tuple[str, ...] = ()

    @property
    def matched(self) -> int:
        """How many of the listed files are as they were signed."""
        return self.listed - self.changed_count - self.missing_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What a verified statement establishes about this artifact.

    For an OMS signature `unsigned` names the files on disk that the signed list leaves out, and `statement` is empty:
    the list itself was compared with the manifest. For every other statement the subject is the artifact's digest, and
    `statement` is the exact text that was signed, so that nothing in it is ever written a second way.
    `times` are the moments that verified evidence establishes, `logs` the log entries that verified; `unchecked` names
    verification material that was present but had no trust anchor, `notes` what is weak about a form that was accepted.
    """

    source: str
    bundle_digest: str
    statement_digest: str
    signer: Signer
    predicate_type: str
    statement: str = ""
    unsigned: tuple[str, ...] = ()
    ignore_paths: tuple[str, ...] = ()
    signed_files: int = 0
    times: tuple[SignedTime, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    unchecked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


RejectCode = Literal[
    "malformed",
    "unknown-signer",
    "bad-signature",
    "bad-certificate",
    "bad-timestamp",
    "bad-log-entry",
    "no-time",
    "legacy",
    "unsupported",
    "bad-statement",
    "other-artifact",
    "changed-files",
    "links",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A bundle that proves nothing about this artifact, and why.

    `signer` and `predicate_type` are set only when the signature verified: nothing unproven is shown as a claim.
    """

    source: str
    code: RejectCode
    reason: str
    bundle_digest: str = ""
    signer: Signer | None = None
    predicate_type: str = ""
    differences: Differences | None = None
