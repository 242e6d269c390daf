"""Checkpoints of TensorFlow: an index with its end, and shards without structure."""

from __future__ import annotations

from pathlib import Path

import pytest

from attest.formats.source import Source
from attest.scanning.graphs.tf_checkpoint import MAGIC, recognise, scan
from tests.unit.scanning.messages import varint
from tests.unit.scanning.parts import run
from tests.unit.scanning.scans import scan_bytes

MODELS = Path(__file__).parents[3] / ".cache" / "models"
BLOCKS = bytes(100)


def index(first: tuple[int, int] = (60, 20), second: tuple[int, int] = (20, 20), padding: bytes = b"") -> bytes:
    handles = b"".join(varint(number) for number in (*second, *first))
    return BLOCKS + (handles + padding).ljust(40, b"\0") + MAGIC


def test_an_index_passes() -> None:
    scanned = run(scan, index(), "variables.index")
    assert (scanned.outcome, scanned.rules) == ("PASS", [])
    assert (scanned.found.interpreted, scanned.found.opaque) == (48, 100)


@pytest.mark.parametrize("data", [b"", b"short", index()[:-1], index(first=(1 << 40, 1)), index(second=(99, 99)),
                                  index(padding=b"x" * 30), BLOCKS + b"\xff" * 40 + MAGIC])  # fmt: skip
def test_a_broken_index_does_not_pass(data: bytes) -> None:
    assert run(scan, data, "variables.index").rules == ["file.malformed"]


def test_a_shard_is_opaque() -> None:
    scanned = run(scan, b"\x80\x04anything", "v/variables.data-00000-of-00001")
    assert (scanned.outcome, scanned.found.opaque) == ("PASS", 10)


def test_they_are_recognised() -> None:
    assert recognise(Source.of_bytes("x", b""), "variables.data-00003-of-00012")
    assert recognise(Source.of_bytes("x", index()), "anything")
    assert not recognise(Source.of_bytes("x", bytes(100)), "variables.data-3-of-12")


def test_a_pickle_that_is_called_a_shard_is_scanned_as_a_pickle() -> None:
    found = scan_bytes("variables.data-00000-of-00001", b"cposix\nsystem\n(S'true'\ntR.")
    assert found.outcome == "BLOCK"


@pytest.mark.skipif(not MODELS.is_dir(), reason="run scripts/fixtures models first")
def test_a_real_checkpoint_passes() -> None:
    for path in sorted((MODELS / "basic-pitch" / "nmp" / "variables").iterdir()):
        found = scan_bytes(path.name, path.read_bytes())
        assert (found.outcome, found.formats) == ("PASS", ("tf-checkpoint",))
