"""Hostile files given to `attest bom dataset`; see `test_hostile_models`."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks import hostile_files as build
from tests.attacks.hostile_runs import MIB, Attack, Expected, Files, described, one, said, unread, wrong
from tests.unit.formats.wire_builder import number

# Thrift compact: version 1, a schema of the root and one leaf, no rows.
SCHEMA = b"\x15\x02\x19\x2c\x48\x01r\x15\x02\x00\x15\x02\x25\x00\x18\x01a\x00\x16\x00"


def pax(records: bytes) -> bytes:
    """An extended header in front of a member."""
    padded = records + bytes(-len(records) % 512)
    return build.tar_member(b"p", len(records), b"x") + padded + build.tar_member(b"a.txt")


ATTACKS: list[Attack] = [
    (
        "structs a hundred thousand deep",
        one("d.parquet", lambda: build.parquet(b"\x15\x02\x7c" + b"\x1c" * 100_000)),
        unread("d.parquet", "it is nested deeper than"),
    ),
    (
        "a list of 2^31 items",
        one("d.parquet", lambda: build.parquet(b"\x15\x02\x19\xfc" + number(1 << 31))),
        unread("d.parquet", "a list of 2147483648 items is longer than its place"),
    ),
    (
        "five million empty entries",
        one("d.parquet", lambda: build.parquet(SCHEMA + b"\x19\x0c\x19\xfc" + number(5_000_000) + bytes(5_000_001))),
        unread("d.parquet", ""),
    ),
    (
        "a message of 2 GiB",
        one("d.arrow", lambda: b"\xff" * 4 + b"\0\0\0\x7f" + bytes(100)),
        unread("d.arrow", ""),
    ),
    (
        "references that lead outside",
        one("d.arrow", lambda: b"ARROW1\0\0" + b"\xff" * 60 + b"\x3c\0\0\0ARROW1"),
        unread("d.arrow", ""),
    ),
    (
        "a quote that is never closed",
        one("d.csv", lambda: b'a,b\n"' + b"x\n" * (20 * MIB)),
        wrong("d.csv", "a quote in it is never closed"),
    ),
    ("a text of quotes", one("d.csv", lambda: b"a,b\n" + b'a"' * (10 * MIB)), "attest:csv:delimiter=comma"),
    (
        "one line of 40 MB",
        one("d.jsonl", lambda: b'{"a":"' + b"x" * (40 * MIB)),
        "attest:file:title=JSON Lines",
    ),
    (
        "forty million open brackets",
        one("d.json", lambda: b"[" * (40 * MIB)),
        wrong("d.json", "it is nested too deeply"),
    ),
    (
        "brackets that never match",
        one("d.json", lambda: b"[{" + b"[]{}" * (2 * MIB) + b"}]"),
        (wrong("d.json", ""), "attest:file:title=JSON array"),
    ),
    (
        "xz that unpacks to 100 MB",
        one("d.csv.xz", lambda: lzma.compress(b"a,b\n" * (25 * MIB), preset=0)),
        wrong("d.csv.xz", "it expands to more than is looked at"),
    ),
    (
        "a million members of gzip",
        one("d.csv.gz", lambda: gzip.compress(b"") * 1_000_000),
        unread("d.csv.gz", "it cannot be unpacked as gzip"),
    ),
    (
        "twenty thousand members",
        one("d.tar", lambda: b"".join(build.tar_member(b"%d.txt" % at) for at in range(20_000)) + bytes(1024)),
        "attest:tar:members=20000",
    ),
    (
        "a size of twenty-two digits",
        one("d.tar", lambda: pax(b"30 size=999999999999999999999\n")),
        unread("d.tar", "a header holds a size that is no number"),
    ),
    (
        "ten megabytes of extended headers",
        one("d.tar", lambda: pax(b"5 a=\n" * 200_000) * 10),
        (wrong("d.tar", ""), unread("d.tar", ""), "attest:tar:members=10"),
    ),
]


@pytest.mark.parametrize(("attack", "expected"), [pytest.param(*rest, id=name) for name, *rest in ATTACKS])
def test_a_hostile_dataset(tmp_path: Path, attack: Callable[[], Files], expected: Expected) -> None:
    lines = list(said(described("dataset", tmp_path, attack())))
    assert any(line.startswith(expected) for line in lines), lines[:40]
