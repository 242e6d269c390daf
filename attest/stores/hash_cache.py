"""Digests of files that were read before, by everything that changes when a file does.

The first line holds the format and the SHA-256 of all that follows, the second the root of the artifact as a JSON
string, every other one the digest, size, times of change, inode, device and name of one file. A cache is trusted like
the program itself, so one that anybody else can write is not read; and whatever is wrong with it, the files are read.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from attest.errors import InputError
from attest.stores.atomic import write_atomic

MAX_SIZE = 1 << 30
RACY = 2_000_000_000
"""Nanoseconds within which two changes of a file may have one time, on any common file system."""
_MAGIC = b"attest/hash-cache/"
_HEAD = _MAGIC + b"v1 sha256:"
_LINE = re.compile(r"([0-9a-f]{64}) ([0-9]{1,20}) (-?[0-9]{1,20}) (-?[0-9]{1,20}) ([0-9]{1,20}) ([0-9]{1,20}) (.+)")


class CachedFile(NamedTuple):
    """A file as it was read: the parts of its status, times in nanoseconds, and its raw SHA-256."""

    size: int
    modified: int
    changed: int
    inode: int
    device: int
    sha256: bytes

    def same(self, status: os.stat_result) -> bool:
        """True when nothing about the file changed since."""
        return self[:5] == parts(status)


def parts(status: os.stat_result) -> tuple[int, int, int, int, int]:
    """What a cache keeps of a status."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def settled(status: os.stat_result, start: int) -> bool:
    """True when a change after `start` (nanoseconds since 1970) would show in the file's times.

    A file that was changed shortly before may be changed again without a trace, as times have a granularity. One whose
    times lie ahead of the clock is never settled.
    """
    return max(status.st_mtime_ns, status.st_ctime_ns) + RACY < start


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """What was read: `files` by name, why nothing of it is used, and whether it may be replaced."""

    files: Mapping[str, CachedFile] = field(default_factory=dict)
    note: str = ""
    replaceable: bool = True


class _UselessError(Exception):
    """The content is no cache of this artifact."""


def read_cache(path: str, root: str) -> Cache:
    """The cache at `path` of the artifact at `root`; one that is not to be trusted is empty, and says why.

    Raises InputError when a file that is no cache at all lies there: it would be overwritten.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Cache()
    except OSError as error:
        reason = "it is a symbolic link" if error.errno == errno.ELOOP else f"it cannot be read: {error.strerror}"
        return Cache(note=reason, replaceable=False)
    if reason := _distrusted(os.fstat(fd)):
        os.close(fd)
        return Cache(note=reason, replaceable=False)
    with os.fdopen(fd, "rb") as stream:
        data = stream.read(MAX_SIZE + 1)
    if data and not data.startswith(_MAGIC):
        raise InputError(
            f"{path!r} is no cache of digests, and would be overwritten", hint="Choose another path for --incremental."
        )
    try:
        return Cache(files=_parse(data, root))
    except _UselessError as useless:
        return Cache(note=str(useless))


def _distrusted(status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    if status.st_uid != os.geteuid():
        return "it belongs to somebody else"
    return "others may write to it" if status.st_mode & 0o022 else ""


def _parse(data: bytes, root: str) -> dict[str, CachedFile]:
    head, _, body = data.partition(b"\n")
    if len(data) > MAX_SIZE:
        raise _UselessError(f"it is larger than {MAX_SIZE} bytes")
    if not head.startswith(_HEAD):
        raise _UselessError("it is of another version")
    if head.removeprefix(_HEAD) != hashlib.sha256(body).hexdigest().encode("ascii"):
        raise _UselessError("it is damaged")
    try:
        first, *lines = body.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise _UselessError("it is not UTF-8") from None
    if first != json.dumps(root):
        raise _UselessError("it is of another artifact")
    files = dict(map(_file, lines))
    if len(files) != len(lines):
        raise _UselessError("it names a file twice")
    return files


def _file(line: str) -> tuple[str, CachedFile]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise _UselessError("it holds a line that is none")
    digest, size, modified, changed, inode, device, name = match.groups()
    return name, CachedFile(int(size), int(modified), int(changed), int(inode), int(device), bytes.fromhex(digest))


def write_cache(path: str, root: str, files: Mapping[str, CachedFile]) -> None:
    """Write a cache that only its owner can read, whole or not at all. Raises OutputError.

    The names are those of a manifest, without line feeds.
    """
    lines = [json.dumps(root)]
    for name, (size, modified, changed, inode, device, sha256) in files.items():
        lines.append(f"{sha256.hex()} {size} {modified} {changed} {inode} {device} {name}")
    body = "".join(f"{line}\n" for line in lines).encode("utf-8")
    head = _HEAD + hashlib.sha256(body).hexdigest().encode("ascii")
    write_atomic(path, head + b"\n" + body, mode=0o600)
