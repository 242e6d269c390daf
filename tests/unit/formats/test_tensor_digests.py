"""Digests of tensors while the file streams by: the same for any blocks, none where they would be doubtful."""

from __future__ import annotations

import hashlib
import os
import random
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import gguf, tensor_digests
from attest.formats.facts import Facts, TensorInfo
from attest.formats.gguf_types import GGML_TYPES
from attest.formats.observers import Refused
from attest.formats.registry import observe_tensors
from attest.formats.safetensors_facts import read
from attest.formats.source import Source
from attest.formats.tensor_digests import TensorObserver
from attest.hashing import HashOptions, hash_artifact, locate
from tests.unit.formats.tensor_builder import Tensors, digests, fed, observed, safetensors

TENSORS: Tensors = {
    "embed": ("F32", (10, 8), os.urandom(320)),
    "empty": ("F32", (0, 8), b""),
    "layers.0.w": ("BF16", (4, 4), os.urandom(32)),
    "scalar": ("I64", (), os.urandom(8)),
    "last": ("U8", (1000,), os.urandom(1000)),
}
FILE = safetensors(TENSORS, metadata={"format": "pt"})


def ggml_file(tensors: dict[str, tuple[tuple[int, ...], int, int, bytes]], gap: int = 0) -> bytes:
    """A GGUF with tensors of shape, type and offset; what their data leaves free is filled with noise."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 0)
    for name, (shape, kind, offset, _) in tensors.items():
        head += struct.pack("<Q", len(name)) + name.encode()
        head += struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)
    head += bytes(-len(head) % 32)
    data = bytearray(os.urandom(max((offset + len(raw) for _, _, offset, raw in tensors.values()), default=0) + gap))
    for _, _, offset, raw in tensors.values():
        data[offset : offset + len(raw)] = raw
    return head + bytes(data)


def test_every_tensor_has_the_digest_of_its_bytes_and_the_facts_are_the_readers() -> None:
    found = observed(TensorObserver("m.safetensors", len(FILE), read), FILE)
    assert dict(found.digests) == digests(TENSORS)
    assert [name for name, _ in found.digests] == [tensor.name for tensor in found.tensors]
    assert replace(found, digests=()) == read(Source.of_bytes("m.safetensors", FILE))
    assert dict(found.digests)["empty"] == hashlib.sha256(b"").hexdigest()


@given(st.randoms(use_true_random=False), st.integers(1, 700))
@settings(deadline=None, max_examples=100)
def test_blocks_of_any_length_give_the_same(chance: random.Random, longest: int) -> None:
    observer = TensorObserver("m.safetensors", len(FILE), read)
    assert dict(observed(observer, FILE, lambda _: chance.randint(1, longest)).digests) == digests(TENSORS)


@given(st.lists(st.integers(0, 70), min_size=0, max_size=12), st.integers(1, 64), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_tensors_of_any_length_in_any_order_give_the_same(
    lengths: list[int], block: int, chance: random.Random
) -> None:
    tensors: Tensors = {f"t{n}": ("U8", (size,), chance.randbytes(size)) for n, size in enumerate(lengths)}
    names = list(tensors)
    chance.shuffle(names)
    data = safetensors({name: tensors[name] for name in names})
    found = observed(TensorObserver("m", len(data), read), data, lambda _: block)
    assert dict(found.digests) == digests(tensors)


def test_padding_between_tensors_of_gguf_belongs_to_none() -> None:
    first, second = os.urandom(36), os.urandom(34)
    data = ggml_file({"b": ((32,), 8, 64, second), "a": ((9,), 0, 0, first)}, gap=30)
    found = observed(TensorObserver("m.gguf", len(data), gguf.read), data, lambda _: 7)
    assert dict(found.digests) == {"a": hashlib.sha256(first).hexdigest(), "b": hashlib.sha256(second).hexdigest()}
    assert not found.problems


def test_a_header_of_many_blocks_is_read_in_few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    data = safetensors(TENSORS, padding=3 << 20)
    trials = []

    def counted(source: Source) -> Facts:
        trials.append(source)
        return read(source)

    found = observed(TensorObserver("m", len(data), counted), data, lambda _: 4096)
    assert dict(found.digests) == digests(TENSORS)
    assert len(trials) <= 4


def test_a_vocabulary_of_many_blocks_does_not_make_it_quadratic() -> None:
    word = struct.pack("<Q", 4) + b"word"
    count = 200_000
    pair = struct.pack("<Q", 5) + b"words" + struct.pack("<IIQ", 9, 8, count) + word * count
    name = struct.pack("<Q", 1) + b"w" + struct.pack("<IQIQ", 1, 9, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + pair + name
    raw = os.urandom(36)
    data = head + bytes(-len(head) % 32) + raw
    trials = []

    def counted(source: Source) -> Facts:
        trials.append(source)
        return gguf.read(source)

    found = observed(TensorObserver("m.gguf", len(data), counted), data, lambda _: 1000)
    assert dict(found.digests) == {"w": hashlib.sha256(raw).hexdigest()}
    assert len(trials) <= 16


def test_what_is_held_ends_with_the_header() -> None:
    observer = TensorObserver("m", len(FILE), read)
    observer.update(memoryview(FILE)[:-5])
    assert observer._held == b""


def test_a_header_that_does_not_end_soon_enough_leaves_facts_without_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_digests, "MAX_HELD", 64)
    observer = TensorObserver("m", len(FILE), read)
    found = observed(observer, FILE, lambda _: 10)
    assert found.digests == ()
    assert found.tensors
    assert found.problems[-1] == "its tensors have no digests: its header does not end soon enough"
    assert observer._held == b""


def test_bytes_that_did_not_come_by_leave_facts_without_digests() -> None:
    observer = TensorObserver("m", len(FILE), read)
    found = observer.finish(lambda offset, length: FILE[offset : offset + length])
    assert isinstance(found, Facts)
    assert (found.tensor_count, found.digests) == (5, ())
    assert found.problems[-1] == "its tensors have no digests: not all of its bytes came by"


def test_a_file_that_is_shorter_than_it_was_has_no_digests() -> None:
    observer = TensorObserver("m", len(FILE), read)
    observer.update(memoryview(FILE)[:-1])
    found = observer.finish(lambda offset, length: FILE[offset : offset + length])
    assert isinstance(found, Facts)
    assert not found.digests


def infos(*spans: tuple[str, int, int]) -> tuple[TensorInfo, ...]:
    return tuple(TensorInfo(name, "U8", (end - begin,), begin, end) for name, begin, end in spans)


@pytest.mark.parametrize(
    ("tensors", "why"),
    [
        (infos(("a", 8, 16), ("b", 15, 20)), "'a' and 'b' overlap"),
        (infos(("a", 8, 30), ("b", 10, 12), ("c", 20, 31)), "'a' and 'b' overlap"),
        (infos(("a", 8, 16), ("b", 8, 16)), "'a' and 'b' overlap"),
        (infos(("a", 8, 16), ("a", 16, 20)), "two of them have one name"),
        (infos(("a", 8, 41)), "'a' does not lie in the file"),
        (infos(("a", -1, 3)), "'a' does not lie in the file"),
        (infos(("a", 9, 8)), "'a' does not lie in the file"),
    ],
)
def test_ranges_that_are_doubtful_have_no_digests(tensors: tuple[TensorInfo, ...], why: str) -> None:
    facts = Facts(format="safetensors", tensors=tensors, problems=("before",))
    found = observed(TensorObserver("m", 40, lambda source: facts), bytes(40), lambda _: 3)
    assert found == replace(facts, problems=("before", f"its tensors have no digests: {why}"))


def test_a_tensor_without_bytes_inside_another_is_no_overlap() -> None:
    facts = Facts(format="safetensors", tensors=infos(("a", 0, 40), ("none", 20, 20)))
    found = observed(TensorObserver("m", 40, lambda source: facts), bytes(40), lambda _: 3)
    assert dict(found.digests)["a"] == hashlib.sha256(bytes(40)).hexdigest()
    assert dict(found.digests)["none"] == hashlib.sha256(b"").hexdigest()


def test_what_the_reader_refuses_stays_refused_and_holds_nothing() -> None:
    data = b"\x03" + bytes(7) + b"{]}" + os.urandom(1 << 20)
    observer = TensorObserver("m", len(data), read)
    found = fed(observer, data, lambda _: 4096)
    assert isinstance(found, Refused)
    assert observer._held == b""
    with pytest.raises(DocumentError) as caught:
        read(Source.of_bytes("m", data))
    assert found.reason == caught.value.message


@pytest.mark.parametrize("length", range(0, len(FILE), 13))
def test_a_file_that_is_cut_off_anywhere_is_refused(length: int) -> None:
    data = FILE[:length]
    assert isinstance(fed(TensorObserver("m", length, read), data, lambda _: 50), Refused)


@given(st.binary(max_size=300), st.integers(0, len(FILE)), st.integers(1, 200))
@settings(deadline=None, max_examples=150)
def test_bytes_put_anywhere_give_facts_or_a_refusal(junk: bytes, place: int, block: int) -> None:
    data = FILE[:place] + junk + FILE[place + len(junk) :]
    found = fed(TensorObserver("m", len(data), read), data, lambda _: block)
    assert isinstance(found, Facts | Refused)
    if isinstance(found, Facts):
        expected = {t.name: hashlib.sha256(data[t.begin : t.end]).hexdigest() for t in found.tensors}
        assert dict(found.digests) == expected


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_a_mutated_gguf_gives_facts_or_a_refusal(data: st.DataObject) -> None:
    base = bytearray(ggml_file({"a": ((9,), 0, 0, bytes(36)), "b": ((32,), 8, 64, bytes(34))}))
    for _ in range(data.draw(st.integers(1, 6))):
        base[data.draw(st.integers(4, len(base) - 1))] = data.draw(st.integers(0, 255))
    raw = bytes(base)
    found = fed(TensorObserver("m", len(raw), gguf.read), raw, lambda _: 11)
    assert isinstance(found, Facts | Refused)
    if isinstance(found, Facts) and found.digests:
        assert dict(found.digests) == {t.name: hashlib.sha256(raw[t.begin : t.end]).hexdigest() for t in found.tensors}


def test_hashing_feeds_it_and_the_digests_of_files_stay_what_they_are(tmp_path: Path) -> None:
    big: Tensors = {f"layers.{n}.w": ("U8", (700_001 + n,), os.urandom(700_001 + n)) for n in range(12)}
    (tmp_path / "model.safetensors").write_bytes(safetensors(big))
    raw = os.urandom(GGML_TYPES[8].size * 9)
    (tmp_path / "m.gguf").write_bytes(ggml_file({"q": ((32, 9), 8, 0, raw)}))
    artifact = locate(str(tmp_path))
    plain = hash_artifact(artifact, HashOptions(sha512=True))
    hashed = hash_artifact(artifact, HashOptions(sha512=True, observe=observe_tensors))
    assert hashed.manifest == plain.manifest
    first, second = hashed.seen["model.safetensors"], hashed.seen["m.gguf"]
    assert isinstance(first, Facts)
    assert isinstance(second, Facts)
    assert dict(first.digests) == digests(big)
    assert dict(second.digests) == {"q": hashlib.sha256(raw).hexdigest()}
