"""Scanning one file of an artifact: from ranges of its bytes to a `FileScan`, also while hashing holds it open."""

from __future__ import annotations

from collections.abc import Callable

from attest.domain.manifest import printable
from attest.domain.scan import FileScan
from attest.formats.source import ReadAt, Source
from attest.scanning.allowlist import Allowed
from attest.scanning.budget import Budget, Limits
from attest.scanning.dispatch import scan_part
from attest.scanning.part import Found, Part

_UNLIMITED = 1 << 62


def scan_file(name: str, size: int, read_at: ReadAt, names: Allowed, limits: Limits) -> FileScan:
    """Scan a file of `size` bytes. Never raises for what it holds."""
    found = Found(limits.findings)
    # What is read is counted by the part's budget; the source has none of its own.
    source = Source(name, size, read_at, max_bytes=_UNLIMITED, max_reads=_UNLIMITED)
    part = Part(
        source=source, file=name, budget=Budget(limits, size), found=found, allowed=names, scan=scan_part
    )  # fmt: skip
    part.attempt(scan_part)
    return FileScan(
        file=printable(name),
        size=size,
        outcome=found.outcome,
        formats=tuple(found.formats),
        profiles=tuple(sorted(found.profiles)),
        interpreted=found.interpreted,
        opaque=found.opaque,
        refers_to=tuple(sorted(found.refers_to)),
        needs=tuple(sorted(found.needs.items())),
        findings=tuple(sorted(found.findings)),
        left_out=found.left_out,
    )


class ScanObserver:
    """Scans a file by ranges while it is hashed, so that what was scanned is what was hashed."""

    streaming = False

    def __init__(self, name: str, size: int, names: Allowed, limits: Limits) -> None:
        self._name, self._size, self._names, self._limits = name, size, names, limits

    def update(self, block: memoryview) -> None:
        """Nothing to do."""

    def finish(self, read_at: ReadAt) -> FileScan:
        """Scan the file."""
        return scan_file(self._name, self._size, read_at, self._names, self._limits)


def observing_scan(names: Allowed, limits: Limits) -> Callable[[str, bytes, int], ScanObserver]:
    """What hashing asks for each file."""
    return lambda name, _first, size: ScanObserver(name, size, names, limits)
