"""Zip archives are read within bounds, whatever they claim."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.vulnerabilities.osv_archive import ArchiveLimits, Refused, entries

LIMITS = ArchiveLimits(entries=50, entry=10_000, total=20_000)
FILES = {"GHSA-1.json": b'{"id":"GHSA-1"}' * 20, "PYSEC-1.json": b"{}", "README": b"no record", "empty.json": b""}


def archive(
    files: dict[str, bytes] | None = None, *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        made.comment = comment
        for name, content in (FILES if files is None else files).items():
            made.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def read(data: bytes, limits: ArchiveLimits = LIMITS) -> dict[str, bytes | Refused]:
    return dict(entries(io.BytesIO(data), limits, ".json"))


WANTED = {name: content for name, content in FILES.items() if name.endswith(".json")}
END, CENTRAL, LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"made by somebody"])
def test_reads_what_zipfile_writes(method: int, comment: bytes) -> None:
    assert read(archive(method=method, comment=comment)) == WANTED


def test_a_comment_that_looks_like_an_end_hides_no_entries() -> None:
    with pytest.raises(DocumentError):
        read(archive(comment=END + b" " * 40))


def test_an_empty_archive_has_no_entries() -> None:
    assert read(archive({})) == {}


def test_reads_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in FILES.items():
            made.writestr(name, content)
        # The central directory is written at the end; with these limits its numbers no longer fit.
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
        monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    data = stream.getvalue()
    assert b"PK\x06\x06" in data
    assert read(data) == WANTED
    # Others leave the old numbers out altogether.
    for offset, layout, value in ((10, "<H", 0xFFFF), (12, "<L", 0xFFFF_FFFF), (16, "<L", 0xFFFF_FFFF)):
        data = patched(data, END, offset, layout, value)
    assert read(data) == WANTED
    with pytest.raises(DocumentError, match="its end is broken"):
        read(data.replace(b"PK\x06\x06", b"PK\x06\x05"))
    with pytest.raises(DocumentError, match="lies beyond its end"):
        read(data.replace(b"PK\x06\x07", b"PK\x06\x05"))


def test_reads_what_was_written_as_a_stream() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.written += memoryview(data).tobytes()  # type: ignore[arg-type]
            return memoryview(data).nbytes  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in FILES.items():
            made.writestr(name, content)
    assert read(bytes(pipe.written)) == WANTED


def patched(data: bytes, signature: bytes, offset: int, layout: str, value: int) -> bytes:
    """`data` with a number of the last structure of this kind replaced."""
    place = data.rfind(signature) + offset
    return data[:place] + struct.pack(layout, value) + data[place + struct.calcsize(layout) :]


ONE = {"a.json": b"content " * 40}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: patched(data, CENTRAL, 8, "<H", 1), "it is encrypted"),
        (lambda data: patched(data, CENTRAL, 10, "<H", 12), "packed in a way that is not read"),
        (lambda data: patched(data, CENTRAL, 16, "<L", 7), "its size or checksum"),
        (lambda data: patched(data, CENTRAL, 24, "<L", 9), "its size or checksum"),
        (lambda data: patched(data, CENTRAL, 24, "<L", 9_999), "its size or checksum"),
        (lambda data: patched(data, CENTRAL, 24, "<L", 10_001), "larger than 10000 bytes"),
        (lambda data: patched(data, CENTRAL, 20, "<L", 10_001), "larger than 10000 bytes"),
        (lambda data: patched(data, CENTRAL, 20, "<L", 9_000), "it ends before what it says is there"),
        (lambda data: patched(data, CENTRAL, 42, "<L", 7), "it does not begin where"),
        (lambda data: patched(data, CENTRAL, 42, "<L", 2**31), "it ends before"),
        (lambda data: patched(data, LOCAL, 26, "<H", 9), "its data is damaged"),
        (lambda data: patched(data, LOCAL, 28, "<H", 65_000), "it ends before"),
    ],
)
def test_a_damaged_entry_is_told(change: Callable[[bytes], bytes], reason: str) -> None:
    (found,) = read(change(archive(ONE))).values()
    assert isinstance(found, Refused)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: b"", "no zip archive"),
        (lambda data: b"PK", "no zip archive"),
        (lambda data: data[:-23], "no zip archive"),
        (lambda data: data[:-1], "no zip archive"),
        (lambda data: patched(data, END, 4, "<H", 1), "one part of several"),
        (lambda data: patched(data, END, 10, "<H", 2), "it ends before what it says is there"),
        (lambda data: patched(data, END, 12, "<L", 2**31), "its central directory lies beyond its end"),
        (lambda data: patched(data, END, 16, "<L", 3), "its central directory is broken"),
        (lambda data: patched(data, CENTRAL, 28, "<H", 65_000), "it ends before what it says is there"),
    ],
)
def test_a_damaged_archive_is_refused(change: Callable[[bytes], bytes], reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read(change(archive(ONE)))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = {"a.json": b"\0" * 50_000_000}
    (found,) = read(archive(bomb)).values()
    assert found == Refused("it is larger than 10000 bytes")
    lying = patched(archive(bomb), CENTRAL, 24, "<L", 9_999)
    tracemalloc.start()
    (found,) = read(lying, ArchiveLimits(entries=5, entry=100_000, total=100_000)).values()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Refused)
    assert peak < 2_000_000


def test_all_entries_together_have_a_bound() -> None:
    many = {f"{number}.json": b"x" * 9_000 for number in range(4)}
    found: list[str] = []
    with pytest.raises(DocumentError, match="unpacks to more than 20000 bytes"):
        found.extend(name for name, _ in entries(io.BytesIO(archive(many)), LIMITS, ".json"))
    assert found == ["0.json", "1.json"]


def test_entries_are_counted() -> None:
    with pytest.raises(DocumentError, match="more than 50 entries"):
        read(archive({f"{number}.txt": b"" for number in range(51)}))


def test_every_truncation_is_refused() -> None:
    data = archive()
    for length in range(len(data)):
        with pytest.raises(DocumentError):
            read(data[:length])


def consumed(data: bytes) -> Iterator[tuple[str, bytes | Refused]]:
    yield from entries(io.BytesIO(data), LIMITS, "")


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_mutation_breaks_it(data: st.DataObject) -> None:
    mutated = bytearray(archive())
    for _ in range(data.draw(st.integers(1, 6))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = list(consumed(bytes(mutated)))
    except DocumentError:
        return
    assert sum(len(content) for _, content in found if isinstance(content, bytes)) <= LIMITS.total
