"""Which reader looks into a file: by signature first, then by what the name promises."""

from __future__ import annotations

import io
import lzma
import zipfile
from functools import partial

import pytest

from attest.formats.facts import Facts
from attest.formats.observers import Refused, attempt
from attest.formats.registry import MAX_UNPACKED, model_reader, observe_model, observe_tensors, observing
from attest.formats.source import Cursor, Source

HDF5 = b"\x89HDF\r\n\x1a\n"


@pytest.mark.parametrize(
    ("name", "first", "reader"),
    [
        ("notes.txt", b"GGUF\x03\0\0\0", "_gguf"),
        ("x", b"PK\x03\x04", "_zip"),
        ("x.bin", HDF5, "_hdf5"),
        ("x.bin", bytes(512) + HDF5, "_hdf5"),
        ("x", b"\x18\0\0\0TFL3", "_tflite"),
        ("x", b"\x93NUMPY\x01\0", "_numpy"),
        ("x", b"\x02\0\0\0\0\0\0\0{}", "_safetensors"),
        ("x.ftz", (793712314).to_bytes(4, "little") + bytes(8), "_fasttext"),
        ("x.txt", b"tree\nversion=v4\n", "_lightgbm"),
        ("x.model", b"binf" + bytes(8), "_xgboost"),
        ("x.json", b'{"learner": {}}', "_xgboost"),
        ("x.pt", bytes(257) + b"ustar", "_torch_tar"),
        ("x.pkl", b"\x80\x04N.", "_pickle"),
        ("x.joblib", b"\x78\x9c" + bytes(8), "_pickle"),
        ("a/saved_model.pb", b"\x08\x01", "_saved_model"),
        ("a/tokenizer.json", b"{}", "_tokenizer"),
        ("tokenizer_config.json", b"{}", "_tokenizer_config"),
        ("spiece.model", b"\n\x01", "_sentencepiece"),
        ("x.onnx", b"anything", "_onnx"),
        ("x.mlmodel", b"anything", "_coreml"),
        ("x.safetensors", b"hello", "_safetensors"),
        ("x.npz.xz", b"\xfd7zXZ\0", "_packed_arrays"),
    ],
)
def test_a_file_is_looked_into_by_its_reader(name: str, first: bytes, reader: str) -> None:
    found = model_reader(name, first, len(first))
    assert found is not None
    assert found.__name__ == reader


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("README.md", b"# x"),
        ("x.json", b"{}"),
        ("x.png", b"\x89PNG\r\n\x1a\n"),
        ("x.safetensors", b""),
        ("x.bin", b"no pickle at all"),
        ("x.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"),
    ],
)
def test_other_files_are_left_alone(name: str, first: bytes) -> None:
    assert observe_model(name, first, len(first)) is None
    assert observe_tensors(name, first, len(first)) is None


def test_tensors_are_digested_only_on_demand_and_where_they_have_places() -> None:
    header = b"\x02\0\0\0\0\0\0\0{}"
    for choose, streams in ((observing(), False), (observing(tensors=True), True)):
        observer = choose("m.safetensors", header, len(header))
        assert observer is not None
        assert observer.streaming is streams
    onnx = observing(tensors=True)("m.onnx", b"x", 1)
    assert onnx is not None
    assert onnx.streaming is False


def packed(data: bytes) -> Source:
    return Source.of_bytes("x.npz.xz", lzma.compress(data))


def test_arrays_that_are_packed_twice_are_read_within_bounds() -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
        header += b" " * (-(len(header) + 11) % 64) + b"\n"
        archive.writestr("a.npy", b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little") + header + bytes(8))
    read = model_reader("x.npz.xz", b"\xfd7zXZ\0", 6)
    assert read is not None
    found = attempt(lambda: read(packed(inner.getvalue())))
    assert isinstance(found, Facts)
    assert found.tensor_count == 1
    for source, words in (
        (packed(bytes(MAX_UNPACKED + 1)), "unpacks to more than"),
        (Source.of_bytes("x.npz.xz", lzma.compress(b"x" * 99)[:-9]), "cut off"),
        (Source.of_bytes("x.npz.xz", b"\xfd7zXZ\0 nothing of the kind"), "no whole xz file"),
    ):
        refused = attempt(lambda source=source: read(source))  # type: ignore[misc]
        assert isinstance(refused, Refused)
        assert words in refused.reason


def test_a_source_gives_no_more_than_there_is_and_no_more_than_is_allowed() -> None:
    source = Source("x", 10, lambda offset, length: bytes(10)[offset : offset + length], max_bytes=12, max_reads=3)
    assert source.read(8, 2) == bytes(2)
    assert source.up_to(8, 99) == bytes(2)
    assert source.up_to(99, 5) == b""
    for offset, length in ((9, 2), (-1, 1), (0, -1), (0, 1 << 62)):
        assert "are not there" in _reason(partial(source.read, offset, length))
    assert "more reading than is allowed" in _reason(lambda: source.read(0, 9))
    shrunk = Source("x", 10, lambda offset, length: b"")
    assert "could not be read" in _reason(lambda: shrunk.read(0, 1))


def _reason(read: object) -> str:
    found = attempt(read)  # type: ignore[arg-type]
    assert isinstance(found, Refused)
    return found.reason


def test_a_cursor_stays_in_its_place() -> None:
    cursor = Cursor(Source.of_bytes("x", b"\x01\x02\xac\x02" + bytes(20)), 0, 6, block=4)
    assert (cursor.integer(1), cursor.integer(1, big=True), cursor.varint(), cursor.left) == (1, 2, 300, 2)
    assert "leave their place" in _reason(lambda: cursor.take(3))
    assert "leave their place" in _reason(lambda: cursor.skip(-1))
    endless = Cursor(Source.of_bytes("x", b"\xff" * 20))
    assert "does not end" in _reason(endless.varint)
