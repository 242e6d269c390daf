"""Dependencies written as PEP 508 requirements: `Requires-Dist` lines and the lists in lock files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attest.formats.environment.packages import Need, clean, normalized

_MAX_LENGTH = 4096
_MAX_NEEDS = 2_000


def needs_of(lines: Iterable[str], *, extras: bool = True) -> tuple[Need, ...]:
    """The dependencies; lines that are no requirement are left out.

    A marker is not evaluated, which `conditional` tells. Without `extras`, what only an extra asks for is left out.
    """
    return tuple(need for need, _ in zip(_needs(lines, extras), range(_MAX_NEEDS), strict=False))


def _needs(lines: Iterable[str], extras: bool) -> Iterator[Need]:
    from packaging.requirements import InvalidRequirement, Requirement

    for line in lines:
        if len(line) > _MAX_LENGTH:
            continue
        try:
            asked = Requirement(line)
            marker = str(asked.marker or "")
        except (InvalidRequirement, RecursionError):
            continue
        if extras or not _of_extra(marker):
            yield Need(normalized(asked.name), "", clean(str(asked.specifier)), bool(marker))


def _of_extra(marker: str) -> bool:
    """Whether a marker asks for an extra (`extra == "socks"`)."""
    return "extra ==" in marker or '" == extra' in marker
