"""Which components of a bill can be looked up at all. What cannot is a gap with its reason.

Advisories for Python packages are about releases on PyPI: a name and one exact version. The local part of a version
(`+cu121`) names a build of the same release, so the release is what is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attest.domain.bom import Component
from attest.domain.gap import Gap
from attest.vulnerabilities.purl import PurlParts, parse_purl

INSTALL = "environment:install"
"""The property of a component that says that it does not come from an index: vcs, url, path or editable."""
CONSTRAINT = "environment:constraint"
"""The property that holds the specifiers of a component without an exact version."""

_ELSEWHERE = {
    "vcs": "it comes from version control, and advisories are about releases",
    "url": "it comes from a web address, and advisories are about releases of PyPI",
    "path": "it comes from a folder or file, and advisories are about releases of PyPI",
    "editable": "it is installed from a folder that can be edited, and advisories are about releases",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Asked:
    """A release to look up: the name as PEP 503 compares it, the version as PEP 440 spells it, without local part."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """Releases to look up with the purls that they stand for, and why the rest is not looked up."""

    releases: dict[Asked, tuple[str, ...]]
    gaps: tuple[Gap, ...]


def eligible(components: Iterable[Component]) -> Eligible:
    """Sort components into releases and gaps."""
    releases: dict[Asked, list[str]] = {}
    gaps: list[Gap] = []
    for component in components:
        asked = _release(component)
        if isinstance(asked, Asked):
            releases.setdefault(asked, []).append(component.purl)
        else:
            gaps.append(vulnerability_gap(component.purl or component.name, asked))
    return Eligible(releases={asked: tuple(sorted(releases[asked])) for asked in sorted(releases)}, gaps=tuple(gaps))


def vulnerability_gap(about: str, reason: str) -> Gap:
    """Vulnerabilities that could not be looked up."""
    return Gap(needed="vulnerabilities", about=about, reason=reason)


def _release(component: Component) -> Asked | str:
    """What to look up, or why nothing."""
    purl = parse_purl(component.purl)
    if purl is None:
        return "its purl cannot be read"
    if purl.type != "pypi":
        return f"advisories are looked up for packages of PyPI, and this is of the type {purl.type}"
    if reason := _elsewhere(component, purl):
        return reason
    if not purl.version:
        asked_for = next((fact.value.text for fact in component.properties if fact.name == CONSTRAINT), "")
        return f"it has no exact version{f' ({asked_for})' if asked_for else ''}"
    return _named(purl)


def _elsewhere(component: Component, purl: PurlParts) -> str:
    install = next((fact.value.text for fact in component.properties if fact.name == INSTALL), "")
    if not install and "vcs_url" in purl.qualifiers:
        install = "vcs"
    if not install and "download_url" in purl.qualifiers:
        install = "url"
    return _ELSEWHERE.get(install, f"it was installed in a way that is not known: {install}") if install else ""


def _named(purl: PurlParts) -> Asked | str:
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion, Version

    try:
        return Asked(name=canonicalize_name(purl.name), version=Version(purl.version).public)
    except InvalidVersion:
        return f"its version {purl.version!r} is none that PEP 440 orders"
