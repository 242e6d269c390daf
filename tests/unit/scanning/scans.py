"""Scanning bytes in tests."""

from __future__ import annotations

from collections.abc import Iterable

from attest.domain.scan import FileScan
from attest.scanning.allowlist import Pair, allowed
from attest.scanning.budget import DEFAULT, Limits
from attest.scanning.observer import scan_file


def scan_bytes(
    name: str, data: bytes, *, limits: Limits = DEFAULT, profiles: Iterable[str] = (), extra: Iterable[Pair] = ()
) -> FileScan:
    """The scan of one file with this name and content."""
    return scan_file(
        name, len(data), lambda offset, length: data[offset : offset + length], allowed(profiles, extra), limits
    )


def rules(scan: FileScan) -> list[str]:
    """The ids of all findings, sorted, each once."""
    return sorted({finding.rule for finding in scan.findings})
