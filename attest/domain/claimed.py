"""What a bundle says of itself, before anything of it is verified. No rule ever looks at this; people may."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCertificate:
    """One certificate as it stands in a bundle: who it names, who issued it, when it is valid (RFC 3339)."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: str
    not_after: str
    claims: tuple[tuple[str, str], ...] = ()
    oidc_issuer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedBundle:
    """One bundle as it stands.

    `signed_with` is `key`, `certificate` or `identity`; `files` counts what an OMS statement lists, `method` says how
    it was hashed. `times` and `logs` are what timestamps and log entries claim.
    """

    source: str
    digest: str
    media_type: str
    signed_with: str
    key_hint: str
    certificates: tuple[ClaimedCertificate, ...]
    predicate_type: str
    subjects: tuple[str, ...]
    subject_count: int
    files: int
    method: str
    allow_symlinks: bool
    ignore_paths: tuple[str, ...]
    times: tuple[str, ...]
    logs: tuple[str, ...]
    problems: tuple[str, ...]
