"""Digests that are known before a file is read: by whom they are looked up, and what is still asked of the file.

The walk asks for every regular file that it opened, whatever its name, and takes the answer in place of the bytes. What
an answer is worth is a matter of whoever gives it; nothing that verifies asks.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Protocol

from attest.domain.manifest import FileEntry
from attest.errors import Problem
from attest.hashing.stream import Observe, PrefixWanted, glance, leading, regular_status, signature, unstable


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The raw SHA-256 and the size in bytes of a file's content; `elsewhere` when the file only stands for it."""

    sha256: bytes
    size: int
    elsewhere: bool = False


class KnownDigests(Protocol):
    """Where digests come from that are not computed."""

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | Problem | None:
        """What is known of an open regular file: its digest, why it can have none, or None when it is to be read.

        `fd` may be read by position (`os.pread`) and is neither moved nor closed.
        """

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Every entry of the manifest, read or known, with the status that its file had when that was settled."""


def unread(
    known: KnownDigests, fd: int, name: str, wanted: PrefixWanted | None, observe: Observe | None = None
) -> tuple[FileEntry, bytes, os.stat_result, object] | Problem | None:
    """The entry, leading bytes and status of a file whose content is not read, and what its observer saw by ranges.

    None when the file must be read. Raises UnstableFileError when the file changes meanwhile.
    """
    before = regular_status(fd, name)
    found = known.find(name, before, fd)
    if found is None or isinstance(found, Problem):
        return found
    prefix = leading(fd, name, found.size, wanted) if wanted is not None and not found.elsewhere else b""
    seen = glance(fd, name, found.size, observe) if observe is not None and not found.elsewhere else None
    after = os.fstat(fd)
    if signature(before) != signature(after):
        raise unstable(name)
    return FileEntry(name, found.sha256, found.size), prefix, after, seen
