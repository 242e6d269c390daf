"""`digest`: the identity of an artifact and of each of its files."""

from __future__ import annotations

from dataclasses import dataclass

from attest.domain.finding import Finding
from attest.domain.manifest import Manifest, oms_root
from attest.hashing.stream import Progress
from attest.operations.inspect_files import StrPath, findings, inspect_files
from attest.signing.oms_write import signed_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """The digests of one artifact.

    `oms_root` is the subject of an OMS signature over it (empty when OMS leaves every file out). It covers no names, so
    it is no identity.
    """

    name: str
    manifest: Manifest
    oms_root: str
    findings: tuple[Finding, ...]


def digest(
    path: StrPath, *, follow_links: bool = True, sha512: bool = False, progress: Progress | None = None
) -> Digests:
    """Hash the artifact at `path`.

    Raises ArtifactError when it is missing, empty, unreadable or unsafe.
    """
    seen = inspect_files(path, follow_links=follow_links, sha512=sha512, progress=progress)
    manifest = seen.manifest
    listed = signed_entries(manifest)
    return Digests(
        name=seen.artifact.name,
        manifest=manifest,
        oms_root=oms_root(entry.sha256 for entry in listed) if listed else "",
        findings=findings(manifest),
    )
