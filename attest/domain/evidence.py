"""Evidence: all that is known about one artifact at one moment, serialisable, so that any verdict can be replayed."""

from __future__ import annotations

from dataclasses import dataclass

from attest.domain.artifact import Kind
from attest.domain.attestation import Attestation, Rejected
from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.license import License
from attest.domain.manifest import Manifest
from attest.domain.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that `evaluate` may look at.

    `manifest` is None when the files could not be hashed; a gap then says why.
    `formats` maps every file name to the format sniffed from its content, and is None when nobody asked for it;
    so are `licenses` and `scan`.
    """

    name: str
    kind: Kind
    reference: str
    manifest: Manifest | None
    attestations: tuple[Attestation, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    formats: tuple[tuple[str, str], ...] | None = None
    licenses: tuple[License, ...] | None = None
    scan: Scan | None = None
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
