"""`bom dataset`: describe a dataset from its own files, however many there are."""

from __future__ import annotations

import sys

from attest.domain.bom import Bom
from attest.formats import sniff
from attest.formats.dataset_registry import observe_dataset
from attest.formats.prefix import DOCUMENTS, MAX_DOCUMENT, is_license_document
from attest.hashing.stream import Progress
from attest.operations.bills import Writing, bom_bytes
from attest.operations.describe import Given, said
from attest.operations.inspect_files import StrPath, inspect_files


def describe_dataset_path(
    path: StrPath, *, given: Given | None = None, sha512: bool = True, progress: Progress | None = None
) -> Bom:
    """The bill of materials of the dataset at `path`. Raises ArtifactError when the files cannot be hashed.

    Of each file only its format is kept, and whole documents at the root: a million files cost some hundred bytes each.
    """
    # Imported here: a model needs none of it.
    from attest.bom.describe_dataset import describe_dataset

    kinds, given = _Kinds(), given or Given()
    inspected = inspect_files(
        path, follow_links=True, sha512=sha512, wanted=kinds.wanted, observe=observe_dataset, progress=progress
    )
    artifact = inspected.artifact
    bom = describe_dataset(
        inspected.manifest,
        inspected.hashed.prefixes,
        inspected.hashed.seen,
        kinds=kinds.known,
        name=given.name,
        version=given.version,
        folder=artifact.name,
        hub_repository=artifact.hub_repository,
        hub_revision=artifact.hub_revision,
    )
    return said(bom, given)


def bom_dataset(
    path: StrPath,
    *,
    name: str = "",
    version: str = "",
    sha512: bool = True,
    writing: Writing | None = None,
    progress: Progress | None = None,
) -> bytes:
    """A BOM of the dataset at `path`, in canonical bytes; CycloneDX 1.6 unless `writing` says otherwise.

    Raises ArtifactError when the files cannot be hashed.
    """
    given = Given(name=name, version=version)
    return bom_bytes(describe_dataset_path(path, given=given, sha512=sha512, progress=progress), writing or Writing())


class _Kinds:
    """Formats by file name, told while the first bytes are at hand; the bytes of most files need not be kept."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def wanted(self, name: str, first: bytes, size: int) -> int:
        """Keep documents at the root, nothing else."""
        self.known[name] = sys.intern(sniff(name, first, size))
        return min(size, MAX_DOCUMENT) if name in DOCUMENTS or is_license_document(name) else 0
