"""One open file → digests, in one pass with constant memory, and proof that it did not change meanwhile."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import threading
from collections.abc import Callable, Iterator

from attest.domain.manifest import FileEntry, printable
from attest.errors import ArtifactError, UnstableFileError

# A page-aligned buffer: copying from the page cache to an address 16 bytes past a page boundary, where malloc puts a
# large bytearray, is several times slower on common processors.
CHUNK = 256 * 1024
MAX_PREFIX = 128 << 20

PrefixWanted = Callable[[str, bytes, int], int]
"""Name, first bytes, size → how many leading bytes of the file to keep."""
Progress = Callable[[int, int], None]
"""Files and bytes done since the last call."""


class StoppedError(Exception):
    """Another file failed; this one need not be read to its end."""


def hash_stream(
    fd: int,
    name: str,
    *,
    sha512: bool,
    wanted: PrefixWanted | None,
    progress: Progress | None,
    stop: threading.Event | None = None,
) -> tuple[FileEntry, bytes, os.stat_result]:
    """Digest an open regular file to its end; returns the entry, the kept prefix, and the file's status.

    Raises UnstableFileError when size, times or identity differ before and after.
    """
    before = os.fstat(fd)
    if not stat.S_ISREG(before.st_mode):
        raise ArtifactError(f"{printable(name)!r} stopped being a regular file while it was read")
    digest, second = hashlib.sha256(), hashlib.sha512() if sha512 else None
    prefix, keep = bytearray(), -1
    total = 0
    for block in _blocks(fd, before.st_size):
        if stop is not None and stop.is_set():
            raise StoppedError
        digest.update(block)
        if second is not None:
            second.update(block)
        if keep < 0:
            keep = min(wanted(name, bytes(block), before.st_size), MAX_PREFIX) if wanted else 0
        if len(prefix) < keep:
            prefix += block[: keep - len(prefix)]
        total += len(block)
        if progress is not None:
            progress(0, len(block))
    after = os.fstat(fd)
    if _signature(before) != _signature(after) or total != before.st_size:
        raise UnstableFileError(
            f"{printable(name)!r} changed while it was read",
            hint="Stop whatever writes to the artifact, or work on a copy, and run again.",
        )
    if progress is not None:
        progress(1, 0)
    entry = FileEntry(name, digest.digest(), total, second.digest() if second is not None else b"")
    return entry, bytes(prefix), after


def _blocks(fd: int, size: int) -> Iterator[memoryview]:
    """The file's content in blocks that are valid until the next one; ends soon after `size`, however it grows."""
    total = 0
    with mmap.mmap(-1, CHUNK) as buffer, memoryview(buffer) as view:
        while total <= size and (count := os.readv(fd, [buffer])):
            total += count
            with view[:count] as block:
                yield block


def _signature(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
