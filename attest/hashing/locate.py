"""A path as the caller wrote it → an Artifact with an absolute root, or a clear error."""

from __future__ import annotations

import os
import stat

from attest.domain.artifact import Artifact
from attest.domain.manifest import name_fault, printable
from attest.errors import ArtifactError

_HUB_KINDS = ("models--", "datasets--")


def locate(path: str) -> Artifact:
    """Find the artifact at `path`: a directory or one regular file.

    A snapshot of the Hugging Face cache is recognised by its layout (`models--owner--name/snapshots/REVISION`).
    Raises ArtifactError when there is nothing, or something that is neither.
    """
    if not path or "\0" in path:
        raise ArtifactError(f"{path!r} is no path", hint="Give the model's directory or file.")
    try:
        root = os.path.realpath(path, strict=True)
        mode = os.stat(root).st_mode
    except FileNotFoundError:
        raise ArtifactError(f"there is nothing at {path!r}", hint="Check the path of the model.") from None
    except OSError as error:
        raise ArtifactError(
            f"{path!r} cannot be read: {error.strerror}", hint="Check the path and its permissions."
        ) from error
    name = os.path.basename(os.path.abspath(path)) or os.path.basename(root)
    if fault := name_fault(name) if name else "":
        raise ArtifactError(f"the artifact {printable(name)!r} cannot be named in evidence: {fault}", hint="Rename it.")
    if stat.S_ISREG(mode):
        return Artifact(root=root, kind="file", name=name)
    if not stat.S_ISDIR(mode):
        raise ArtifactError(
            f"{path!r} is neither a directory nor a regular file", hint="Give the model's directory or file."
        )
    repository, revision, blobs = _hub_layout(root)
    return Artifact(
        root=root,
        kind="directory",
        name=name,
        hub_repository=repository,
        hub_revision=revision,
        hub_blobs=blobs,
    )


def _hub_layout(root: str) -> tuple[str, str, str]:
    """Repository id, revision and blob folder of a Hub cache snapshot; empty texts for any other directory."""
    snapshots, revision = os.path.split(root)
    repository, folder = os.path.split(snapshots)
    kind = next((kind for kind in _HUB_KINDS if os.path.basename(repository).startswith(kind)), None)
    blobs = os.path.join(repository, "blobs")
    if folder != "snapshots" or kind is None or not os.path.isdir(blobs) or os.path.islink(blobs):
        return "", "", ""
    return (
        os.path.basename(repository).removeprefix(kind).replace("--", "/", 1),
        revision,
        os.path.realpath(blobs),
    )
