"""`bom model`: describe a model from its own files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from attest import __version__
from attest.bom import describe_model, to_cyclonedx
from attest.domain.bom import Bom
from attest.formats import prefix_wanted
from attest.hashing.stream import Progress
from attest.operations.inspect_files import Inspected, StrPath, inspect_files


def describe(inspected: Inspected, *, name: str = "", version: str = "", given: bool = False) -> Bom:
    """The bill of materials of an artifact that was hashed with `prefix_wanted`; `given` when digests were not made."""
    artifact = inspected.artifact
    bom = describe_model(
        inspected.manifest,
        inspected.hashed.prefixes,
        name=name,
        version=version,
        folder=artifact.name,
        hub_repository=artifact.hub_repository,
        hub_revision=artifact.hub_revision,
    )
    return replace(bom, digests_given=given)


def bom_model(
    path: StrPath,
    *,
    name: str = "",
    version: str = "",
    sha512: bool = True,
    timestamp: datetime | None = None,
    progress: Progress | None = None,
) -> bytes:
    """A CycloneDX 1.6 ML-BOM of the model at `path`, in canonical bytes.

    `name` may be `owner/name`. Raises ArtifactError when the files cannot be hashed.
    """
    inspected = inspect_files(path, follow_links=True, sha512=sha512, wanted=prefix_wanted, progress=progress)
    return encode_bom(describe(inspected, name=name, version=version), timestamp)


def encode_bom(bom: Bom, timestamp: datetime | None) -> bytes:
    """A BOM in the interchange format that attestations carry."""
    return to_cyclonedx(bom, timestamp=timestamp, tool_version=__version__)
