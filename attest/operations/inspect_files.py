"""The first steps that every verb shares: find the artifact, set its evidence aside, hash every file once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from attest.domain.artifact import Artifact
from attest.domain.finding import Finding
from attest.domain.manifest import Manifest, collisions, printable
from attest.domain.recipe import Recipe
from attest.hashing import Hashed, HashOptions, hash_artifact, locate
from attest.hashing.stream import Observe, PrefixWanted, Progress
from attest.stores import Beside, Found

StrPath: TypeAlias = "str | os.PathLike[str]"
Hasher: TypeAlias = Callable[[Artifact, HashOptions], Hashed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """An artifact with the evidence beside it and its hashed files."""

    artifact: Artifact
    found: Found
    hashed: Hashed

    @property
    def manifest(self) -> Manifest:
        """The manifest of the files."""
        return self.hashed.manifest


def inspect_files(
    path: StrPath,
    *,
    follow_links: bool = False,
    sha512: bool = False,
    wanted: PrefixWanted | None = None,
    observe: Observe | None = None,
    recipes: tuple[Recipe, ...] = (),
    progress: Progress | None = None,
    hasher: Hasher = hash_artifact,
) -> Inspected:
    """Find and hash the artifact at `path`; `hasher` may know digests without reading.

    Raises ArtifactError (or a child) when it cannot be hashed.
    """
    artifact = locate(os.fspath(path))
    found = Beside(artifact=artifact).read()
    options = HashOptions(
        evidence=found.evidence,
        follow_links=follow_links,
        sha512=sha512,
        wanted=wanted,
        observe=observe,
        recipes=recipes,
        progress=progress,
    )
    return Inspected(artifact=artifact, found=found, hashed=hasher(artifact, options))


def findings(manifest: Manifest) -> tuple[Finding, ...]:
    """What hashing noticed and people should know."""
    found = [
        Finding(
            rule="files.name-collision",
            severity="warning",
            file=printable(group[0]),
            message=f"some file systems take these for one file: {', '.join(map(printable, group))}",
        )
        for group in collisions(entry.name for entry in manifest.files)
    ]
    found += [
        Finding(
            rule="files.hard-link-outside",
            severity="note",
            file=printable(name),
            message="the file has another name outside the artifact and can be changed through it",
        )
        for name in manifest.hard_links
    ]
    found += [
        Finding(
            rule="files.link",
            severity="note",
            file=printable(name),
            message="a symbolic link inside the artifact was followed",
        )
        for name in manifest.links
    ]
    return tuple(found)
