"""Inputs that fuzzing kept: each reaches code that few others reach. None may end a scan, now or ever."""

from __future__ import annotations

import lzma
import tarfile
from io import BytesIO

import pytest

from scripts.fuzz_names import NAMES
from tests.conftest import FIXTURES
from tests.unit.scanning.scans import rules, scan_bytes


def inputs() -> dict[str, bytes]:
    data = lzma.decompress((FIXTURES / "scan" / "fuzz.tar.xz").read_bytes())
    with tarfile.open(fileobj=BytesIO(data)) as archive:
        return {
            entry.name: stream.read()
            for entry in archive.getmembers()
            if (stream := archive.extractfile(entry)) is not None
        }


@pytest.mark.parametrize("part", range(8))
def test_no_input_ends_a_scan(part: int) -> None:
    found = sorted(inputs().items())
    assert len(found) >= 100
    for _, data in found[part::8]:
        name = NAMES[data[0] % len(NAMES)] if data else "x"
        assert "scan.internal-error" not in rules(scan_bytes(name, data[1:]))
