"""Reading one file: digests, kept prefixes, change while reading, threads, and memory."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from attest.domain.manifest import FileEntry
from attest.errors import ArtifactError, UnstableFileError
from attest.hashing import HashOptions, engine, hash_artifact, locate
from attest.hashing.engine import LARGE
from attest.hashing.links import FILE, open_beneath
from attest.hashing.stream import CHUNK, MAX_PREFIX, StoppedError, hash_stream
from tests.unit.conftest import child, hashed, write


def content(size: int) -> bytes:
    """Bytes in which no two chunks are equal."""
    return b"".join(number.to_bytes(8, "big") for number in range(size // 8 + 1))[:size]


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 7]


def later(fd: int, folder: Path) -> None:
    """Wait for the next tick of the file system's coarse clock, so that a change shows in the file's times."""
    probe = folder / "probe"
    probe.write_bytes(b"")
    while probe.stat().st_ctime_ns == os.fstat(fd).st_ctime_ns:
        probe.write_bytes(b"")


@contextmanager
def opened(path: Path) -> Iterator[int]:
    fd = os.open(path, FILE)
    try:
        yield fd
    finally:
        os.close(fd)


@pytest.mark.parametrize("size", SIZES)
def test_digests_equal_hashlib(tmp_path: Path, size: int) -> None:
    data = content(size)
    write(tmp_path / "m", {"file": data})
    for path in (tmp_path / "m", tmp_path / "m" / "file"):
        plain, both = hashed(path).files[0], hashed(path, sha512=True).files[0]
        assert plain == ("file", hashlib.sha256(data).digest(), size, b"")
        assert both == ("file", hashlib.sha256(data).digest(), size, hashlib.sha512(data).digest())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keep", [0, 1, CHUNK + 1, 10**9])
def test_prefixes_are_the_leading_bytes(tmp_path: Path, size: int, keep: int) -> None:
    data = content(size)
    seen: list[tuple[str, bytes, int]] = []

    def wanted(name: str, first: bytes, whole: int) -> int:
        seen.append((name, first, whole))
        return keep

    write(tmp_path / "m", {"file": data})
    found = hash_artifact(locate(str(tmp_path / "m")), HashOptions(wanted=wanted))
    assert found.prefixes.get("file", b"") == data[:keep]
    assert found.manifest.files[0].sha256 == hashlib.sha256(data).digest()
    for name, first, whole in seen:
        assert (name, whole) == ("file", size)
        assert data.startswith(first)
    assert len(seen) == 1


def test_a_prefix_has_an_upper_bound(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as stream:
        stream.truncate(MAX_PREFIX + CHUNK)
    with opened(tmp_path / "f") as fd:
        _, prefix, *_ = hash_stream(fd, "f", sha512=False, wanted=lambda *_: 10**12, progress=None)
    assert len(prefix) == MAX_PREFIX


def test_past_the_budget_a_file_has_no_prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_KEPT", 25)
    write(tmp_path / "m", {name: b"0123456789" for name in "abcd"})
    found = hash_artifact(locate(str(tmp_path / "m")), HashOptions(wanted=lambda *_: 10))
    assert sorted(found.prefixes.values()) == [b"0123456789"] * 2
    assert len(found.manifest.files) == 4


def test_large_files_in_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_cores", lambda: 4)
    files = {f"{number:02}/weights": content(LARGE + 1 + number * 1000) for number in range(12)}
    write(tmp_path / "m", files)
    threads: set[str] = set()
    done = [0, 0]

    def progress(count: int, size: int) -> None:
        threads.add(threading.current_thread().name)
        done[0] += count
        done[1] += size

    found = hash_artifact(locate(str(tmp_path / "m")), HashOptions(sha512=True, wanted=lambda *_: 3, progress=progress))
    assert {item.name: (item.sha256, item.sha512) for item in found.manifest.files} == {
        name: (hashlib.sha256(data).digest(), hashlib.sha512(data).digest()) for name, data in files.items()
    }
    assert found.prefixes == {name: data[:3] for name, data in files.items()}
    assert any("ThreadPool" in name for name in threads)


def test_progress_counts_every_file_and_byte(tmp_path: Path) -> None:
    sizes = [0, 5, LARGE, LARGE + 1, 2 * LARGE]
    write(tmp_path / "m", {f"d{number}/{size}": content(size) for number, size in enumerate(sizes)})
    calls: list[tuple[int, int]] = []
    hashed(tmp_path / "m", progress=lambda count, size: calls.append((count, size)))
    assert (sum(count for count, _ in calls), sum(size for _, size in calls)) == (len(sizes), sum(sizes))


# Change while reading


def overwrite(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.write(b"!")


def append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"!")


def overwrite_and_set_the_time_back(path: Path) -> None:
    before = path.stat()
    overwrite(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def overwrite_the_end(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"!")


@pytest.mark.parametrize(
    "change",
    [
        overwrite,
        overwrite_the_end,
        append,
        overwrite_and_set_the_time_back,
        lambda path: os.truncate(path, 3 * CHUNK - 1),
        lambda path: os.truncate(path, 0),
        lambda path: os.truncate(path, 4 * CHUNK),
    ],
)
@pytest.mark.parametrize("at", [1, 3])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, change: Callable[[Path], None], at: int) -> None:
    path = tmp_path / "weights"
    path.write_bytes(content(3 * CHUNK))
    calls = 0

    def progress(_files: int, _size: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            change(path)

    with opened(path) as fd:
        later(fd, tmp_path)
        with pytest.raises(UnstableFileError, match="'weights' changed while it was read") as caught:
            hash_stream(fd, "weights", sha512=True, wanted=None, progress=progress)
    assert caught.value.exit_code == 2


def test_a_file_that_is_replaced_while_it_is_read_keeps_its_own_bytes(tmp_path: Path) -> None:
    path, data = tmp_path / "weights", content(3 * CHUNK)
    path.write_bytes(data)

    def progress(_files: int, _size: int) -> None:
        other = tmp_path / "other"
        other.write_bytes(b"evil")
        other.replace(path)

    with opened(path) as fd:
        later(fd, tmp_path)
        # The descriptor still shows the old file, but its link count fell, so its ctime tells.
        with pytest.raises(UnstableFileError):
            hash_stream(fd, "weights", sha512=False, wanted=None, progress=progress)


@pytest.mark.parametrize("name", ["/proc/self/status", "/proc/cpuinfo"])
def test_a_small_file_with_more_bytes_than_its_size(name: str) -> None:
    assert os.stat(name).st_size == 0
    with pytest.raises(UnstableFileError, match="changed while it was read"):
        hashed(Path(name))


def once(change: Callable[[], None]) -> Callable[[int, int], None]:
    """A progress callback that makes one change, after the first chunk of a large file."""
    todo = [change]

    def progress(files: int, size: int) -> None:
        if not files and size and todo:
            todo.pop()()

    return progress


def test_a_large_file_that_grows_during_the_walk(tmp_path: Path) -> None:
    write(tmp_path / "m", {"weights": content(LARGE + 1), "note": b"1"})
    path = tmp_path / "m" / "weights"
    os.utime(path, (1, 1))
    with pytest.raises(UnstableFileError, match="'weights' changed"):
        hashed(tmp_path / "m", progress=once(lambda: append(path)))


def test_a_file_that_never_stops_growing_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(content(2 * CHUNK))
    calls = 0

    def progress(_files: int, _size: int) -> None:
        nonlocal calls
        calls += 1
        assert calls < 20, "reading goes on for as long as the file grows"
        append(path)

    with opened(path) as fd, pytest.raises(UnstableFileError):
        hash_stream(fd, "weights", sha512=False, wanted=None, progress=progress)


def test_one_bad_file_stops_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_cores", lambda: 2)
    write(tmp_path / "m", {f"{number}": content(LARGE + 1) for number in range(6)})
    paths = [tmp_path / "m" / str(number) for number in range(6)]
    for path in paths:
        os.utime(path, (1, 1))

    def append_to_all() -> None:
        for path in paths:
            append(path)

    with pytest.raises(UnstableFileError, match="changed while it was read"):
        hashed(tmp_path / "m", progress=once(append_to_all))


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """Two threads, and which large file each of them reads last or now."""
    found: dict[int, str] = {}

    def watched(fd: int, name: str, **options: Any) -> tuple[FileEntry, bytes, os.stat_result, object]:
        found[threading.get_ident()] = name
        return hash_stream(fd, name, **options)

    monkeypatch.setattr(engine, "hash_stream", watched)
    monkeypatch.setattr(engine, "_cores", lambda: 2)
    return found


def test_an_error_does_not_wait_for_a_larger_file(tmp_path: Path, reading: dict[int, str]) -> None:
    """The largest file is read first and takes longest; that another one failed must be known before its end."""
    chunks = 40
    write(tmp_path / "m", {"small": content(LARGE + 1), "vast": content(chunks * CHUNK)})
    os.utime(tmp_path / "m" / "small", (1, 1))
    failed = threading.Event()
    after = 0

    def progress(_files: int, _size: int) -> None:
        nonlocal after
        name = reading.get(threading.get_ident())
        if name == "small" and not failed.is_set():
            append(tmp_path / "m" / "small")
            failed.set()
        if name == "vast":
            assert failed.wait(30)
            after += 1
            time.sleep(0.02)  # leaves the other thread the time to fail

    with pytest.raises(UnstableFileError, match="'small' changed while it was read"):
        hashed(tmp_path / "m", progress=progress)
    assert failed.is_set()
    assert after < chunks


def test_prefixes_that_wait_for_a_larger_file_are_bounded_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reading: dict[int, str]
) -> None:
    """Prefixes of files that are done cost memory as well, even while the largest file is still being read."""
    monkeypatch.setattr(engine, "MAX_KEPT", 1 << 20)
    count, size = 24, 1 << 20
    write(tmp_path / "m", {"vast": content(size + 1), **{f"{number:02}": content(size) for number in range(count)}})
    peak = 0

    def progress(_files: int, _size: int) -> None:
        nonlocal peak
        if reading.get(threading.get_ident()) == "vast":
            time.sleep(0.1)
        peak = max(peak, tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        found = hash_artifact(locate(str(tmp_path / "m")), HashOptions(wanted=lambda *_: size, progress=progress))
    finally:
        tracemalloc.stop()
    assert len(found.manifest.files) == count + 1
    assert sum(map(len, found.prefixes.values())) <= 1 << 20
    assert peak < 10 << 20


def test_an_error_in_the_callback_is_not_swallowed(tmp_path: Path) -> None:
    write(tmp_path / "m", {"a": content(LARGE + 1), "b": content(LARGE + 1)})

    def progress(_files: int, _size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hashed(tmp_path / "m", progress=progress)


def vanish(path: Path) -> None:
    path.unlink()


def become_a_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def move_its_folder_behind_a_link(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.symlink_to("moved")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (vanish, "cannot be read: No such file or directory"),
        (become_a_link, "cannot be read: Too many levels of symbolic links"),
        (become_a_pipe, "stopped being a regular file"),
        (become_a_folder, "stopped being a regular file"),
        (move_its_folder_behind_a_link, "cannot be read: Not a directory"),
    ],
)
@pytest.mark.parametrize("others", [0, 3])
def test_a_large_file_that_is_swapped_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], message: str, others: int
) -> None:
    monkeypatch.setattr(engine, "_cores", lambda: 2)
    write(tmp_path / "m", {"d/weights": content(LARGE + 1), **{str(n): content(LARGE + 1) for n in range(others)}})
    descriptors = len(os.listdir("/proc/self/fd"))
    calls = 0

    def progress(_files: int, _size: int) -> None:
        # The walk reports once for the root and once for the folder; the large files come after both.
        nonlocal calls
        calls += 1
        if calls == 2:
            change(tmp_path / "m" / "d" / "weights")

    with pytest.raises(ArtifactError, match="'d/weights' ") as caught:
        hashed(tmp_path / "m", progress=progress)
    assert message in caught.value.message
    assert len(os.listdir("/proc/self/fd")) == descriptors


def test_a_stopped_stream(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    stop = threading.Event()
    stop.set()
    with opened(path) as fd, pytest.raises(StoppedError):
        hash_stream(fd, "f", sha512=False, wanted=None, progress=None, stop=stop)


def test_a_stream_of_something_else(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(ArtifactError, match="stopped being a regular file"):
            hash_stream(fd, "f", sha512=False, wanted=None, progress=None)
    finally:
        os.close(fd)


def test_opening_beneath_follows_no_link(tmp_path: Path) -> None:
    write(tmp_path / "m", {"real/file": b"1"})
    (tmp_path / "m" / "folder").symlink_to("real")
    (tmp_path / "m" / "real" / "link").symlink_to("file")
    os.close(open_beneath(str(tmp_path / "m"), "real/file"))
    for name in ("folder/file", "real/link"):
        with pytest.raises(OSError, match=r"Not a directory|symbolic link"):
            open_beneath(str(tmp_path / "m"), name)


PEAK = """
import resource, sys
import concurrent.futures.thread
from attest.hashing import hash_artifact, locate
def peak(path):
    hash_artifact(locate(path))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak(sys.argv[1])
print(peak(sys.argv[2]) - before)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    write(tmp_path / "small", {"f": b"1"})
    (tmp_path / "large").mkdir()
    with (tmp_path / "large" / "f").open("wb") as stream:
        stream.truncate(1 << 30)
    kibibytes = int(child(PEAK, tmp_path / "small", tmp_path / "large"))
    assert kibibytes < 40 * 1024
