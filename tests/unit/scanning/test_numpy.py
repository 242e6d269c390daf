"""Arrays of NumPy: a header, and behind it exactly what it announces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus import assembler as a
from tests.corpus.zips import plain_zip
from tests.unit.scanning.scans import rules, scan_bytes


def npy(header: str, data: bytes = b"", version: int = 1) -> bytes:
    """An array with any header."""
    text = header.encode("latin-1")
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text + data


PLAIN = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"


def test_an_array_passes() -> None:
    found = scan_bytes("a.npy", npy(PLAIN, bytes(12)))
    assert (found.outcome, rules(found), found.opaque) == ("PASS", [], 12)


def test_arrays_in_a_row_and_in_an_archive() -> None:
    one = npy(PLAIN, bytes(12))
    assert scan_bytes("a.npy", one * 3).outcome == "PASS"
    assert scan_bytes("a.npz", plain_zip({"x.npy": one, "y.npy": one})).outcome == "PASS"
    assert scan_bytes("a.npz", plain_zip({"x.npy": a.pickle(a.command())})).outcome == "BLOCK"


def test_objects_are_a_pickle() -> None:
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    evil = scan_bytes("a.npy", npy(header, a.pickle(a.command())))
    assert {"numpy.object-array", "pickle.name-not-allowed"} <= set(rules(evil))
    finding = next(item for item in evil.findings if item.rule == "pickle.name-not-allowed")
    assert finding.members == ("objects.pkl",)
    assert scan_bytes("a.npy", npy(header, a.dumps([1, 2]))).outcome == "PASS"


def test_objects_in_a_field() -> None:
    header = "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }"
    assert "pickle.name-not-allowed" in rules(scan_bytes("a.npy", npy(header, a.pickle(a.command()))))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (npy(PLAIN, bytes(11)), "file.malformed"),
        (npy(PLAIN, bytes(13)), "pickle.trailing-data"),
        (npy(PLAIN, bytes(12) + a.pickle(a.command())), "pickle.trailing-data"),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1}", bytes(12)), "file.malformed"),
        (npy("{'descr': __import__('os'), 'fortran_order': False, 'shape': (3,)}", bytes(12)), "file.malformed"),
        (npy(PLAIN, bytes(12), version=9), "file.malformed"),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1000000000000, 100000000), }"), "file.malformed"),
    ],
)
def test_what_does_not_add_up(data: bytes, rule: str) -> None:
    found = scan_bytes("a.npy", data)
    assert rule in rules(found)
    assert found.outcome != "PASS"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_end_the_scan(data: bytes) -> None:
    assert "scan.internal-error" not in rules(scan_bytes("a.npy", b"\x93NUMPY\x01\0" + data))
