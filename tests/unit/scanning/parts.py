"""Running one scanner over bytes in tests, without the dispatch around it: members are only noted."""

from __future__ import annotations

from dataclasses import dataclass, field

from attest.formats.source import ReadAt, Source
from attest.scanning.allowlist import allowed
from attest.scanning.budget import Budget, Limits
from attest.scanning.part import Found, Part, Scanner

_UNLIMITED = 1 << 62


@dataclass
class Scanned:
    """What one scanner found, and the members that it handed over: name → content."""

    found: Found
    whole: bool
    members: dict[str, bytes] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """PASS, INCONCLUSIVE or BLOCK."""
        return self.found.outcome

    @property
    def rules(self) -> list[str]:
        """The ids of all findings, sorted, each once."""
        return sorted({finding.rule for finding in self.found.findings})

    @property
    def values(self) -> set[str]:
        """The values of all findings."""
        return {finding.value for finding in self.found.findings}


def run(
    scanner: Scanner,
    data: bytes,
    name: str = "folder/model",
    *,
    malformed: str = "file.malformed",
    size: int | None = None,
    profiles: tuple[str, ...] = (),
) -> Scanned:
    """Run a scanner over a file with this content; `size` adds zeros behind it that take no memory."""
    length = len(data) if size is None else size

    def read(offset: int, count: int) -> bytes:
        piece = data[offset : offset + count]
        return piece + bytes(min(count, length - offset) - len(piece))

    return run_at(scanner, read, length, name, malformed=malformed, profiles=profiles)


def run_at(
    scanner: Scanner,
    read: ReadAt,
    size: int,
    name: str,
    *,
    malformed: str = "file.malformed",
    profiles: tuple[str, ...] = (),
) -> Scanned:
    """Run a scanner over a file that is read by ranges."""
    members: dict[str, bytes] = {}

    def note(part: Part) -> None:
        members[part.name] = part.source.read(0, part.size)

    limits = Limits()
    found = Found(limits.findings)
    part = Part(
        source=Source(name, size, read, max_bytes=_UNLIMITED, max_reads=_UNLIMITED),
        file=name,
        budget=Budget(limits, size),
        found=found,
        allowed=allowed(profiles),
        scan=note,
    )
    whole = part.attempt(scanner, malformed)
    return Scanned(found, whole, members)
