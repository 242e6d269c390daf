"""A Git LFS pointer: the small text that stands in a working tree for a file whose content lies elsewhere.

Source: git-lfs `docs/spec.md`, version 1. Read strictly: a text that calls itself a pointer and is not exactly one of
version, SHA-256 and size is refused rather than taken for a file.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from attest.errors import DocumentError

MAX_POINTER = 1024
"""A pointer is shorter than this, in bytes; what is not shorter is a file."""
_CLAIMS = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (0|[1-9][0-9]{0,18})\n"
)
MAX_FILE = 2**63 - 1


class Pointer(NamedTuple):
    """What a pointer stands for: raw SHA-256, and size in bytes."""

    sha256: bytes
    size: int


def parse_pointer(data: bytes) -> Pointer | None:
    """The pointer in a file's whole content, or None when the file is no pointer.

    Raises DocumentError for a text that begins as a pointer and is none of version 1: other versions, extensions,
    other hashes, more lines, carriage returns.
    """
    if len(data) >= MAX_POINTER or not data.startswith(_CLAIMS):
        return None
    match = _POINTER.fullmatch(data)
    if match is None or int(match[2]) > MAX_FILE:
        raise DocumentError(
            "it begins as a Git LFS pointer and is not three lines with version 1, a SHA-256 and a size",
            hint="Fetch the file itself: git lfs pull.",
        )
    return Pointer(bytes.fromhex(match[1].decode("ascii")), int(match[2]))
