"""One open file → digests, in one pass with constant memory, and proof that it did not change meanwhile."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Protocol

from attest.domain.manifest import FileEntry, printable
from attest.errors import ArtifactError, UnstableFileError

# A page-aligned buffer: copying from the page cache to an address 16 bytes past a page boundary, where malloc puts a
# large bytearray, is several times slower on common processors.
CHUNK = 256 * 1024
# Each block costs a hand-over when two threads hash it.
CHUNK_OF_TWO = 1024 * 1024
MAX_PREFIX = 128 << 20
FIRST = 8 * 1024

PrefixWanted = Callable[[str, bytes, int], int]
"""Name, first bytes, size → how many leading bytes of the file to keep."""
Progress = Callable[[int, int], None]
"""Files and bytes done since the last call."""
Update = Callable[[memoryview], None]
"""What takes in the next bytes of a file; they are valid during the call."""


class Observer(Protocol):
    """Looks into one file while it is hashed.

    `update` gets the bytes in order when `streaming` is true, valid during the call. `finish` is called once, after
    the last byte and before the file is checked to be unchanged; it may read ranges (offset, length) of the same open
    file, and what it returns is kept under the file's name. It raises nothing for what the file holds.
    """

    streaming: bool

    def update(self, block: memoryview) -> None:
        """Take in the next bytes."""

    def finish(self, read_at: Callable[[int, int], bytes]) -> object:
        """What was found."""


Observe = Callable[[str, bytes, int], "Observer | None"]
"""Name, first bytes, size → what looks into the file, or None."""


class StoppedError(Exception):
    """Another file failed; this one need not be read to its end."""


def hash_stream(  # noqa: PLR0913 - one pass serves all of these
    fd: int,
    name: str,
    *,
    sha512: bool,
    wanted: PrefixWanted | None,
    progress: Progress | None,
    stop: threading.Event | None = None,
    others: Sequence[Update] = (),
    beside: bool = False,
    observe: Observe | None = None,
) -> tuple[FileEntry, bytes, os.stat_result, object]:
    """Digest an open regular file to its end.

    Returns the entry, the kept prefix, the file's status, and what its observer found (None without one).

    The bytes go to `others` as well, in a thread of their own when `beside` says that a processor is free for it.
    Raises UnstableFileError when size, times or identity differ before and after.
    """
    before = regular_status(fd, name)
    digest, second = hashlib.sha256(), hashlib.sha512() if sha512 else None
    more = [*others, *([second.update] if second is not None else [])]
    watcher = observe(name, leading_of(fd, before.st_size), before.st_size) if observe is not None else None
    if watcher is not None and watcher.streaming:
        more.append(watcher.update)
    beside = beside and bool(more)
    prefix, keep = bytearray(), -1
    total = 0
    # The blocks end last: their buffer must outlive the thread that reads it.
    with (
        closing(_blocks(fd, before.st_size, CHUNK_OF_TWO if beside else CHUNK)) as blocks,
        _feeding(digest.update, more, beside) as feed,
    ):
        for block in blocks:
            if stop is not None and stop.is_set():
                raise StoppedError
            feed(block)
            if keep < 0:
                keep = min(wanted(name, bytes(block[:CHUNK]), before.st_size), MAX_PREFIX) if wanted else 0
            if len(prefix) < keep:
                prefix += block[: keep - len(prefix)]
            total += len(block)
            if progress is not None:
                progress(0, len(block))
    seen = watcher.finish(partial(ranged, fd)) if watcher is not None else None
    after = os.fstat(fd)
    if signature(before) != signature(after) or total != before.st_size:
        raise unstable(name)
    if progress is not None:
        progress(1, 0)
    entry = FileEntry(name, digest.digest(), total, second.digest() if second is not None else b"")
    return entry, bytes(prefix), after, seen


def glance(fd: int, name: str, size: int, observe: Observe) -> object:
    """What can be found in a file whose bytes are not read: in the ranges that its observer asks for, if they do."""
    watcher = observe(name, leading_of(fd, size), size)
    return watcher.finish(partial(ranged, fd)) if watcher is not None and not watcher.streaming else None


def leading_of(fd: int, size: int) -> bytes:
    """The first bytes of an open file, for an observer to be chosen by."""
    return _up_to(fd, min(FIRST, size))


def ranged(fd: int, offset: int, length: int) -> bytes:
    """`length` bytes from `offset` of an open file, fewer only at its end; the file's position stays."""
    data = os.pread(fd, length, offset)
    while len(data) < length and (more := os.pread(fd, length - len(data), offset + len(data))):
        data += more
    return data


@contextmanager
def _feeding(first: Update, others: Sequence[Update], beside: bool) -> Iterator[Update]:
    """What gives one block to every hash, and returns when all of them are done with it."""

    def feed_others(block: memoryview) -> None:
        for update in others:
            update(block)

    def feed(block: memoryview) -> None:
        first(block)
        feed_others(block)

    if not beside:
        yield feed
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:

        def feed_both(block: memoryview) -> None:
            rest = thread.submit(feed_others, block)
            first(block)
            rest.result()

        yield feed_both


def _blocks(fd: int, size: int, chunk: int) -> Generator[memoryview, None, None]:
    """The file's content in blocks that are valid until the next one; ends soon after `size`, however it grows."""
    total = 0
    with mmap.mmap(-1, chunk) as buffer, memoryview(buffer) as view:
        while total <= size and (count := os.readv(fd, [buffer])):
            total += count
            with view[:count] as block:
                yield block


def regular_status(fd: int, name: str) -> os.stat_result:
    """The status of an open file before it is read. Raises ArtifactError when it is no regular file."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise ArtifactError(f"{printable(name)!r} stopped being a regular file while it was read")
    return status


def signature(status: os.stat_result) -> tuple[int, ...]:
    """What is equal before and after for as long as nobody writes to a file."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def unstable(name: str) -> UnstableFileError:
    """The error of a file that changed."""
    return UnstableFileError(
        f"{printable(name)!r} changed while it was read",
        hint="Stop whatever writes to the artifact, or work on a copy, and run again.",
    )


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn an OSError of the block into an ArtifactError that names the entry."""
    try:
        yield
    except OSError as error:
        raise unreadable(name, error) from error


def unreadable(name: str, error: OSError) -> ArtifactError:
    """The error of an entry that the system does not let us read."""
    return ArtifactError(
        f"{printable(name) or '.'!r} cannot be read: {error.strerror or error}",
        hint="Check its permissions, and that nothing changes the artifact meanwhile.",
    )


def leading(fd: int, name: str, size: int, wanted: PrefixWanted) -> bytes:
    """The leading bytes of an open file that `wanted` asks for, and no other byte of it."""
    first = _up_to(fd, min(CHUNK, size))
    keep = min(wanted(name, first, size), MAX_PREFIX)
    return first[:keep] if keep <= len(first) else _up_to(fd, keep)


def _up_to(fd: int, count: int) -> bytes:
    data = bytearray()
    while len(data) < count and (more := os.pread(fd, count - len(data), len(data))):
        data += more
    return bytes(data)
