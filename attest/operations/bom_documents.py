"""`bom check` and `bom score`: anybody's bill of materials, against its schema, its own references, the files that it
is about, and what norms ask for."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from attest.domain.bom_result import CheckResult, Score
from attest.domain.manifest import printable
from attest.errors import InputError
from attest.hashing.stream import Progress
from attest.operations.inspect_files import StrPath, inspect_files
from attest.stores.beside import read_bounded

if TYPE_CHECKING:
    from attest.bom.places import Json


def check_bom(path: StrPath, artifact_path: StrPath = "", *, progress: Progress | None = None) -> CheckResult:
    """What is wrong with the document at `path`; with `artifact_path`, also where those files differ from it.

    Raises InputError when there is no such file, DocumentError when it is no bill of materials that is read,
    ArtifactError when the artifact cannot be hashed.
    """
    from attest.bom.check import checked

    data, document, form = _read(path)
    if not os.fspath(artifact_path):
        return checked(document, form)
    from attest.bom.check_files import compare_files

    seen = inspect_files(
        artifact_path, follow_links=True, sha512=b"SHA-512" in data or b"sha512" in data, progress=progress
    )
    name = _inside(path, seen.artifact.root) if seen.artifact.kind == "directory" else ""
    comparison = compare_files(document, seen.manifest, own_name=name)
    return checked(document, form, comparison.faults, compared=comparison.compared)


def score_bom(path: StrPath, profile: str = "", *, outside: Collection[str] = ()) -> Score:
    """The document at `path` against a profile (an id or an alias; `g7ai-2026` unless named).

    `outside` names elements that are proved beyond the document. Raises InputError when there is no such file or
    profile, DocumentError when the document is none that is read.
    """
    from attest.bom.norms import DEFAULT_PROFILE
    from attest.bom.score import score

    _, document, _ = _read(path)
    return score(document, profile or DEFAULT_PROFILE, outside=outside)


def profile_list() -> tuple[tuple[str, str], ...]:
    """Id and title of every profile that is offered, the default one first."""
    from attest.bom.norms import offered

    return tuple((found.id, found.title) for found in offered())


def _read(path: StrPath) -> tuple[bytes, Json, str]:
    from attest.bom.check import MAX_DOCUMENT, read

    where = os.fspath(path)
    data = read_bounded(where, MAX_DOCUMENT)
    if data is None:
        raise InputError(f"there is no file {where!r}", hint="Name a CycloneDX or SPDX 3 document in JSON.")
    document, form = read(data, printable(os.path.basename(where)))
    return data, document, form


def _inside(path: StrPath, root: str) -> str:
    """The document's own name among the files below `root`, or an empty text when it lies elsewhere."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    return os.path.relpath(real, top) if real.startswith(f"{top}/") else ""
