"""The cache of digests: what comes back, and everything for which it is not used."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from attest.errors import InputError, OutputError
from attest.stores import hash_cache
from attest.stores.hash_cache import RACY, Cache, CachedFile, parts, read_cache, settled, write_cache

ROOT = "/somewhere/mödel\n\udcff"
FILES = {
    "a b": CachedFile(1, 2, 3, 4, 5, bytes(32)),
    "é/ c": CachedFile(2**63, -1, 2**63, 2**64 - 1, 0, b"\xff" * 32),
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    write_cache(str(tmp_path / "cache"), ROOT, FILES)
    return tmp_path / "cache"


def read(path: Path, root: str = ROOT) -> Cache:
    return read_cache(str(path), root)


def unused(found: Cache, reason: str, *, replaceable: bool) -> None:
    assert (dict(found.files), found.replaceable) == ({}, replaceable)
    assert reason in found.note


def resealed(data: bytes) -> bytes:
    """The content under a good digest: only what is in it can be wrong."""
    return b"attest/hash-cache/v1 sha256:" + hashlib.sha256(data).hexdigest().encode() + b"\n" + data


def test_what_was_written_comes_back(cache: Path) -> None:
    assert read(cache) == Cache(files=FILES)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600


def test_an_empty_one_comes_back(tmp_path: Path) -> None:
    write_cache(str(tmp_path / "c"), ROOT, {})
    assert read(tmp_path / "c") == Cache()


def test_no_cache(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == Cache()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_writable_by_others(cache: Path, mode: int) -> None:
    cache.chmod(mode)
    unused(read(cache), "others may write to it", replaceable=False)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o644])
def test_readable_by_others_is_fine(cache: Path, mode: int) -> None:
    cache.chmod(mode)
    assert read(cache).files


def test_of_somebody_else(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    unused(read(cache), "it belongs to somebody else", replaceable=False)


def test_a_link(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(cache)
    unused(read(tmp_path / "link"), "it is a symbolic link", replaceable=False)


def test_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        unused(read(path), "it is no regular file", replaceable=False)


def test_of_another_artifact(cache: Path) -> None:
    unused(read(cache, "/somewhere/else"), "it is of another artifact", replaceable=True)


def test_of_another_version(cache: Path) -> None:
    cache.write_bytes(cache.read_bytes().replace(b"/v1 ", b"/v2 ", 1))
    unused(read(cache), "it is of another version", replaceable=True)


def test_damage_anywhere(cache: Path) -> None:
    whole = cache.read_bytes()
    start = len(b"attest/hash-cache/")
    for at in range(start, len(whole), 3):
        for changed in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            cache.write_bytes(changed)
            found = read(cache)
            assert not found.files
            assert found.note
    cache.write_bytes(whole + b"\n")
    unused(read(cache), "it is damaged", replaceable=True)


LINE = "00" * 32 + " 1 2 3 4 5 name"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([LINE, LINE], "names a file twice"),
        ([""], "a line that is none"),
        (["00" + LINE], "a line that is none"),
        ([LINE.replace(" 1 ", " -1 ")], "a line that is none"),
        ([LINE.replace(" 1 ", " \u0661 ")], "a line that is none"),
        ([LINE.replace(" 5 ", " 5.0 ")], "a line that is none"),
        ([LINE.replace(" 5 ", " ")], "a line that is none"),
        ([LINE.replace(" 5 ", f" {10**30} ")], "a line that is none"),
        ([LINE.replace("name", "")], "a line that is none"),
    ],
)
def test_content_that_is_wrong(tmp_path: Path, lines: list[str], reason: str) -> None:
    (tmp_path / "c").write_bytes(resealed("".join(f"{line}\n" for line in ('"/r"', *lines)).encode()))
    unused(read(tmp_path / "c", "/r"), reason, replaceable=True)


def test_content_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(resealed(b"\xff\n"))
    unused(read(tmp_path / "c"), "it is not UTF-8", replaceable=True)


def test_the_line_is_otherwise_fine(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(resealed(f'"/r"\n{LINE}\n'.encode()))
    assert dict(read(tmp_path / "c", "/r").files) == {"name": CachedFile(1, 2, 3, 4, 5, bytes(32))}


def test_past_the_limit(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hash_cache, "MAX_SIZE", cache.stat().st_size)
    assert read(cache).files
    monkeypatch.setattr(hash_cache, "MAX_SIZE", cache.stat().st_size - 1)
    unused(read(cache), "it is larger than", replaceable=True)


def test_a_file_that_is_no_cache_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("a key", encoding="ascii")
    with pytest.raises(InputError, match="is no cache of digests, and would be overwritten"):
        read(tmp_path / "c")
    (tmp_path / "c").write_bytes(b"")
    unused(read(tmp_path / "c"), "it is of another version", replaceable=True)


def test_writing_fails_whole(cache: Path) -> None:
    with pytest.raises(OutputError):
        write_cache(str(cache / "below"), ROOT, FILES)
    assert read(cache).files == FILES


def test_every_part_counts(cache: Path) -> None:
    known = CachedFile(*parts(cache.stat()), bytes(32))
    assert known.same(cache.stat())
    for field in ("size", "modified", "changed", "inode", "device"):
        assert not known._replace(**{field: getattr(known, field) + 1}).same(cache.stat())


def test_settled(cache: Path) -> None:
    now = cache.stat()
    latest = max(now.st_mtime_ns, now.st_ctime_ns)
    assert not settled(now, latest)
    assert not settled(now, latest + RACY)
    assert settled(now, latest + RACY + 1)


def test_a_modification_time_ahead_is_never_settled(cache: Path) -> None:
    ahead = cache.stat().st_mtime_ns + 10**12
    os.utime(cache, ns=(ahead, ahead))
    assert not settled(cache.stat(), ahead)
    assert settled(cache.stat(), ahead + RACY + 1)
