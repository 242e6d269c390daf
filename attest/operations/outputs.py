"""Where results may go: never into what they are about, and never over it."""

from __future__ import annotations

import os

from attest.domain.artifact import Artifact
from attest.errors import InputError
from attest.hashing import locate
from attest.operations.inspect_files import StrPath


def check_output(path: StrPath, target: StrPath, option: str, *others: StrPath) -> None:
    """Refuse an output for the artifact at `path` that would change or overwrite it, its evidence or `others`.

    Raises ArtifactError when there is no artifact, InputError when the output is refused.
    """
    artifact = locate(os.fspath(path))
    refuse_to_overwrite(
        os.fspath(target), option, artifact, artifact.signature_path, *(os.fspath(other) for other in others if other)
    )


def refuse_to_overwrite(target: str, option: str, artifact: Artifact, *others: str) -> None:
    """Refuse an output inside the tree that is being signed, or in place of the artifact, its evidence or the key."""
    real = os.path.realpath(target)
    if artifact.kind == "directory" and (real + os.sep).startswith(artifact.root + os.sep):
        raise InputError(
            f"{option} {target!r} lies inside the artifact and would change what is signed",
            hint=f"Choose a path outside {artifact.root!r}; without the option the evidence goes to its own place.",
        )
    for path in filter(None, (artifact.root, artifact.claims_path, *others)):
        if real == os.path.realpath(path) or (
            os.path.exists(path) and os.path.exists(real) and os.path.samefile(path, real)
        ):
            raise InputError(f"{option} {target!r} would overwrite {path!r}", hint="Choose another path.")
