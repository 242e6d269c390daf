"""Looking into files while they are hashed: the bytes that are observed are the bytes that the digest covers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from attest.domain.manifest import FileEntry
from attest.errors import UnstableFileError
from attest.hashing import Hashed, HashOptions, Known, hash_artifact, locate
from attest.hashing.engine import LARGE
from attest.hashing.stream import FIRST, Observer

ReadAt = Callable[[int, int], bytes]


class Watcher:
    """Digests what it is fed, and reads the last bytes at the end."""

    def __init__(self, first: bytes, size: int, *, streaming: bool = True) -> None:
        self.streaming = streaming
        self.digest = hashlib.sha256()
        self.first, self.size = first, size

    def update(self, block: memoryview) -> None:
        self.digest.update(block)

    def finish(self, read_at: ReadAt) -> object:
        return self.digest.hexdigest(), read_at(max(0, self.size - 4), 4), self.first


def watch(name: str, first: bytes, size: int) -> Observer | None:
    return Watcher(first, size) if name.endswith(".w") else None


def seen_of(hashed: Hashed, name: str) -> tuple[str, bytes, bytes]:
    return cast("tuple[str, bytes, bytes]", hashed.seen[name])


@pytest.mark.parametrize("sha512", [False, True])
@pytest.mark.parametrize("size", [0, 1, 4096, FIRST + 1, LARGE, LARGE + 1, 3 * LARGE])
def test_an_observer_sees_every_byte_once_whatever_the_size(tmp_path: Path, size: int, sha512: bool) -> None:
    data = os.urandom(size)
    (tmp_path / "a.w").write_bytes(data)
    (tmp_path / "other").write_bytes(b"x")
    hashed = hash_artifact(locate(str(tmp_path)), HashOptions(observe=watch, sha512=sha512))
    digest, tail, first = seen_of(hashed, "a.w")
    assert digest == hashlib.sha256(data).hexdigest() == hashed.manifest.by_name()["a.w"].sha256.hex()
    assert tail == data[-4:]
    assert data.startswith(first)
    assert len(first) == min(size, max(FIRST, len(first)))
    assert list(hashed.seen) == ["a.w"]


def test_a_small_file_has_its_sha512_without_a_second_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"content")
    entry = hash_artifact(locate(str(tmp_path)), HashOptions(sha512=True)).manifest.files[0]
    assert entry.sha512 == hashlib.sha512(b"content").digest()


def test_an_observer_that_does_not_stream_is_not_fed(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(2 * LARGE))
    options = HashOptions(observe=lambda name, first, size: Watcher(first, size, streaming=False))
    digest, *_ = seen_of(hash_artifact(locate(str(tmp_path)), options), "big")
    assert digest == hashlib.sha256(b"").hexdigest()


def test_ranges_end_at_the_end_of_the_file_and_leave_the_hash_alone(tmp_path: Path) -> None:
    data = os.urandom(2 * LARGE)
    (tmp_path / "big").write_bytes(data)
    seen: list[bytes] = []

    class Reads(Watcher):
        def finish(self, read_at: ReadAt) -> object:
            seen.extend([read_at(5, 3), read_at(len(data) - 2, 10), read_at(len(data) + 5, 10)])
            return None

    hashed = hash_artifact(
        locate(str(tmp_path)), HashOptions(observe=lambda name, first, size: Reads(first, size, streaming=False))
    )
    assert seen == [data[5:8], data[-2:], b""]
    assert hashed.seen == {}
    assert hashed.manifest.files[0].sha256 == hashlib.sha256(data).digest()


def test_a_file_that_changes_while_its_header_is_read_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(bytes(2 * LARGE))

    class Meddler(Watcher):
        def finish(self, read_at: ReadAt) -> object:
            with path.open("r+b") as stream:
                stream.write(b"other")
            return read_at(0, 5)

    with pytest.raises(UnstableFileError, match="changed while"):
        hash_artifact(locate(str(tmp_path)), HashOptions(observe=lambda name, first, size: Meddler(first, size)))


class Told:
    """Knows every digest without reading."""

    def __init__(self, elsewhere: bool) -> None:
        self.elsewhere = elsewhere

    def find(self, name: str, status: os.stat_result, fd: int) -> Known:
        return Known(sha256=bytes(32), size=status.st_size, elsewhere=self.elsewhere)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Nothing to do."""


@pytest.mark.parametrize(("elsewhere", "streaming", "seen"), [(False, False, 1), (True, False, 0), (False, True, 0)])
def test_a_file_that_is_not_read_is_looked_into_by_ranges_alone(
    tmp_path: Path, elsewhere: bool, streaming: bool, seen: int
) -> None:
    (tmp_path / "f").write_bytes(b"header and more")
    options = HashOptions(
        known=Told(elsewhere), observe=lambda name, first, size: Watcher(first, size, streaming=streaming)
    )
    assert len(hash_artifact(locate(str(tmp_path)), options).seen) == seen
