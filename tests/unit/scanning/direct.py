"""Running one scanner over bytes, whoever else would take them."""

from __future__ import annotations

from attest.domain.scan import ScanFinding
from attest.formats.source import Source
from attest.scanning.allowlist import allowed
from attest.scanning.budget import DEFAULT, Budget, Limits
from attest.scanning.part import Found, Part, Scanner


def direct(scanner: Scanner, name: str, data: bytes, *, limits: Limits = DEFAULT) -> Found:
    """What one scanner finds. Members that it hands over are reported as `pickle.present` with their names."""
    found = Found(200)
    part = Part(
        source=Source.of_bytes(name, data),
        file=name,
        budget=Budget(limits, len(data)),
        found=found,
        allowed=allowed(),
        scan=lambda member: member.report("pickle.present", "handed over", value=member.name),
    )
    part.attempt(scanner)
    return found


def told(found: Found) -> list[tuple[str, str]]:
    """Rules and messages, in the order in which they were found."""
    return [(finding.rule, finding.message) for finding in found.findings]


def only(found: Found) -> ScanFinding:
    """The single finding."""
    (finding,) = found.findings
    return finding
