"""Components of a bill → known vulnerabilities, and gaps for whatever could not be looked up.

Whoever asks nothing, reaches nothing or is told nothing gets gaps: "no vulnerabilities" is only said by a source that
answered for the very release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from attest.domain.bom import Component, Vulnerability
from attest.domain.gap import Gap
from attest.errors import InputError
from attest.vulnerabilities.answers import Answers
from attest.vulnerabilities.deadline import Patience
from attest.vulnerabilities.eligible import Asked, eligible, vulnerability_gap
from attest.vulnerabilities.services import OSV_URL, PYPI_URL

Advisories = Literal["none", "pypi", "osv", "data"]
"""Where to look: nowhere, PyPI's JSON interface, an OSV server, or a local copy of OSV data."""

LookUp = Callable[[Iterable[Asked]], Answers]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """Where to look, and how long. `offline` forbids what would send anything."""

    advisories: Advisories = "none"
    osv_url: str = OSV_URL
    pypi_url: str = PYPI_URL
    osv_data: str = ""
    offline: bool = False
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is known, and what is not; both in an order that does not depend on anything but their content."""

    vulnerabilities: tuple[Vulnerability, ...] = ()
    gaps: tuple[Gap, ...] = ()


def audit(components: Iterable[Component], options: AuditOptions) -> Audit:
    """Look up what is known of the components.

    Raises InputError when the options contradict each other, an address is none, or there is no OSV data.
    """
    look_up = _source(options)
    if look_up is None:
        return Audit(gaps=(vulnerability_gap("all components", "known vulnerabilities were not looked up"),))
    sorted_out = eligible(components)
    answers = look_up(sorted_out.releases)
    found: list[Vulnerability] = []
    gaps = [*sorted_out.gaps, *answers.gaps]
    for release, purls in sorted_out.releases.items():
        _take(answers, release, purls, found, gaps)
    return Audit(
        vulnerabilities=tuple(sorted(found, key=lambda one: (one.affects, one.id))),
        gaps=tuple(sorted(set(gaps), key=lambda gap: (gap.about, gap.reason))),
    )


def _take(
    answers: Answers, release: Asked, purls: tuple[str, ...], found: list[Vulnerability], gaps: list[Gap]
) -> None:
    answer = answers.by_release.get(release)
    for purl in purls:
        if answer is None:
            gaps.append(vulnerability_gap(purl, "there is no answer for it"))
            continue
        found += [replace(one, affects=purl) for one in answer.vulnerabilities]
        gaps += [vulnerability_gap(purl, reason) for reason in answer.reasons]


def _source(options: AuditOptions) -> LookUp | None:
    """How to look up, or None when nothing was asked for."""
    kind = options.advisories
    if options.osv_data and kind != "data":
        raise InputError("a local copy of OSV data is given and not asked for", hint="Ask for it with --audit data.")
    if kind == "none":
        return None
    if kind == "data":
        if not options.osv_data:
            raise InputError("there is no local copy of OSV data to look into", hint="Name it with --osv-data.")
        return _local(options.osv_data)
    if options.offline:
        raise InputError(
            f"looking up vulnerabilities with {kind} asks a server, and --offline forbids it",
            hint="Use a local copy of OSV data: --audit data --osv-data PATH.",
        )
    return _online(kind, options)


def _local(path: str) -> LookUp:
    from attest.vulnerabilities.osv_data import look_up_local

    return lambda asked: look_up_local(path, asked)


def _online(kind: Literal["pypi", "osv"], options: AuditOptions) -> LookUp:
    from attest.vulnerabilities.services import look_up_osv, look_up_pypi

    if kind == "osv":
        return lambda asked: look_up_osv(asked, options.osv_url, options.patience)
    return lambda asked: look_up_pypi(asked, options.pypi_url, options.patience)
