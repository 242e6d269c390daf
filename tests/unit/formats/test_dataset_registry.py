"""Which observer looks into a file of a dataset."""

from __future__ import annotations

import bz2
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats.dataset_registry import observe_dataset
from attest.formats.delimited import DelimitedObserver
from attest.formats.facts import Facts
from attest.formats.json_lines import JsonObserver
from attest.formats.observers import HeaderObserver, Refused
from attest.formats.tar_samples import TarObserver
from tests.unit.formats.table_samples import sample, samples

ROOT = Path(__file__).resolve().parents[3]
CSV = b"id,text\n1,a\n2,b\n"
LINES = b'{"id":1}\n{"id":2}\n'
ARRAY = b'[{"id":1},{"id":2}]'
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"


def found(name: str, data: bytes) -> object:
    """What is found in a file of this name, or None where nothing is looked for."""
    observer = observe_dataset(name, data[:8192], len(data))
    if observer is None:
        return None
    if observer.streaming:
        observer.update(memoryview(data))
    return observer.finish(lambda offset, length: data[offset : offset + length])


def rows(name: str, data: bytes) -> int | None:
    facts = found(name, data)
    assert isinstance(facts, Facts), facts
    assert facts.table is not None
    return facts.table.rows


@pytest.mark.parametrize(
    ("name", "data", "form", "count"),
    [
        ("train.csv", CSV, "csv", 2),
        ("data/Train.CSV", CSV, "csv", 2),
        ("train.tsv", CSV.replace(b",", b"\t"), "tsv", 2),
        ("train.tab", CSV.replace(b",", b"\t"), "tsv", 2),
        ("train.psv", CSV.replace(b",", b"|"), "csv", 2),
        ("train.csv.gz", gzip.compress(CSV, mtime=0), "csv", 2),
        ("train.TSV.BZ2", bz2.compress(CSV), "csv", 2),
        ("train.jsonl", LINES, "jsonl", 2),
        ("train.ndjson", LINES, "jsonl", 2),
        ("train.jsonl.gz", gzip.compress(LINES, mtime=0), "jsonl", 2),
        ("train.json", LINES, "jsonl", 2),
        ("train.json", ARRAY, "json", 2),
        ("train.json.gz", gzip.compress(LINES, mtime=0), "jsonl", 2),
        ("train.json.gz", gzip.compress(ARRAY, mtime=0), "json", 2),
        ("train.parquet", sample("groups.parquet"), "parquet", 250),
        ("part-0", sample("groups.parquet"), "parquet", 250),
        ("train.arrow", sample("rich.arrow"), "arrow", 3),
        ("cache-0a", sample("rich.arrow"), "arrow", 3),
        ("train.arrow", sample("datasets.arrow"), "arrow", 2),
        ("train.bin", sample("datasets.arrow"), "arrow", 2),
        ("train.feather", sample("feather-2.feather"), "arrow", 3),
    ],
)
def test_tables(name: str, data: bytes, form: str, count: int) -> None:
    facts = found(name, data)
    assert isinstance(facts, Facts)
    assert facts.format == form
    assert rows(name, data) == count


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", JPEG),
        ("a.png", b"\x89PNG"),
        ("a.txt", CSV),
        ("README.md", b"# x"),
        ("csv", CSV),
        ("a.csv/b", CSV),
        ("", CSV),
        ("a.", CSV),
        ("a.csv", b""),
        ("a.jsonl", b""),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
        ("a.parquet", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
        ("dataset_info.json", json.dumps({"features": {}}, indent=1).encode()),
        ("state.json", b'{"_split":null}'),
        ("archive.tar.gz", gzip.compress(CSV, mtime=0)),
        ("a.gz", gzip.compress(CSV, mtime=0)),
        ("a.csv.zst", b"\x28\xb5\x2f\xfd"),
        ("mask.raw", b"\xff" * 100),
        ("a.bin", b"\xff\xff\xff\xff\x10\x27\0\0"),
    ],
)
def test_nothing_is_looked_for(name: str, data: bytes) -> None:
    assert observe_dataset(name, data, len(data)) is None


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.parquet", CSV, "does not begin and end as a Parquet file"),
        ("a.parquet", b"PARE" + bytes(20) + b"PARE", "encrypted"),
        ("a.arrow", b"\xff" * 100, "no message begins at"),
        ("a.feather", sample("feather-1.feather"), "Feather of version 1"),
        ("a.tar", b"x" * 1024, "wrong checksum"),
        ("a.csv", CSV.decode().encode("utf-16"), "zero bytes"),
        ("a.csv.gz", CSV, "cannot be unpacked as gzip"),
    ],
)
def test_what_is_recognised_and_cannot_be_read_is_refused(name: str, data: bytes, reason: str) -> None:
    refused = found(name, data)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_readers_of_headers_do_not_stream() -> None:
    for name in ("a.parquet", "a.arrow", "a.tar"):
        observer = observe_dataset(name, b"x" * 100, 100)
        assert isinstance(observer, HeaderObserver | TarObserver)
        assert observer.streaming is False
    for name, kind in (("a.csv", DelimitedObserver), ("a.jsonl", JsonObserver)):
        observer = observe_dataset(name, b"x" * 100, 100)
        assert isinstance(observer, kind)
        assert observer.streaming is True


def test_pictures_are_not_streamed() -> None:
    observer = observe_dataset("train/class/0000001.jpg", JPEG + bytes(8000), 50_000)
    assert observer is None or observer.streaming is False


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, attest.formats.dataset_registry as r; r.observe_dataset('a.jpg', b'x', 1);"
        "print(*sorted(m for m in ('csv', 'lzma', 'bz2', 'json') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(
        ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.parquet", "a.arrow", "a.tar", "a.csv.gz", "a.json.xz", "a"]
    ),
    st.binary(max_size=200),
    st.sampled_from([b"", CSV, LINES, ARRAY, b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", gzip.compress(CSV, mtime=0)]),
)
def test_any_bytes(name: str, data: bytes, begin: bytes) -> None:
    assert isinstance(found(name, begin + data), Facts | Refused | None)


@pytest.mark.parametrize("name", [*samples(".parquet"), *samples(".arrow")])
def test_samples_are_found_by_their_signature(name: str) -> None:
    assert rows("file", sample(name)) == rows(name, sample(name))
