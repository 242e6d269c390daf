"""Symbolic links: where one leads, and opening its target without following any other.

A link that stays inside the artifact counts as a file under its own name; one into the blobs of the same Hub
repository is the model file it stands for. Everything else has no digest.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from attest.domain.artifact import Artifact

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a FIFO that is swapped in cannot hang the walk; it has no effect on regular files.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTarget:
    """A resolved link: `base` is the tree that holds the target, `name` the target's name below it."""

    base: str
    name: str
    kind: Literal["inside", "hub"]


def resolve_link(artifact: Artifact, name: str) -> LinkTarget | str:
    """Where the link `name` leads, or the reason why it is refused."""
    try:
        real = os.path.realpath(os.path.join(artifact.root, name), strict=True)
    except FileNotFoundError:
        return "the link leads nowhere"
    except OSError as error:
        return f"the link cannot be followed: {error.strerror}"
    if os.path.isdir(real):
        return "the link leads to a directory; only links to files are followed"
    if real.startswith(artifact.root + os.sep):
        return LinkTarget(base=artifact.root, name=os.path.relpath(real, artifact.root), kind="inside")
    if artifact.hub_blobs and real.startswith(artifact.hub_blobs + os.sep):
        return LinkTarget(base=artifact.hub_blobs, name=os.path.relpath(real, artifact.hub_blobs), kind="hub")
    return "the link leaves the artifact"


def open_beneath(base: str, name: str) -> int:
    """A descriptor of the file `name` below `base`; no component below `base` may be a link (OSError)."""
    *folders, last = name.split("/")
    parent = os.open(base, DIRECTORY)
    try:
        for folder in folders:
            child = os.open(folder, DIRECTORY, dir_fd=parent)
            os.close(parent)
            parent = child
        return os.open(last, FILE, dir_fd=parent)
    finally:
        os.close(parent)
