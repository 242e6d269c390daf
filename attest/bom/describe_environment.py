"""Facts → bill of materials of an environment: one component for each package, with its purl, hashes and licences.

Packages that several places state under one purl are one component. Dependencies lead to components of the same bill;
where a name has several versions, to those that the specifiers allow. No marker is evaluated, and each component says
which of its dependencies stand under one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from attest.bom.licenses import classify
from attest.domain.bom import Bom, Component, Fact, License, Origin, Value
from attest.domain.manifest import printable
from attest.formats.environment.packages import Need, Package, Packages, normalized
from attest.vulnerabilities.eligible import CONSTRAINT, INSTALL

_PREFIX = "environment:"
_IN_PURL = frozenset({"build", "channel", "subdir", "type"})
_MAX_NAMES = 40

SPDX_BY_CLASSIFIER: Mapping[str, str] = MappingProxyType(
    {
        "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
        "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
        "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
        "European Union Public Licence 1.1 (EUPL 1.1)": "EUPL-1.1",
        "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
        "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
        "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
        "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
        "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
        "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
        "ISC License (ISCL)": "ISC",
        "MIT License": "MIT",
        "MIT No Attribution License (MIT-0)": "MIT-0",
        "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
        "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
        "The Unlicense (Unlicense)": "Unlicense",
    }
)
"""Trove classifiers that name one SPDX licence. `Apache Software License` and `BSD License` do not say which one."""


def describe_environment(packages: Packages, *, name: str = "", version: str = "", folder: str = "") -> Bom:
    """The bill of materials of an environment whose packages were read; nothing is looked up.

    The name is the caller's `name`, else that of the project in the source, else that of the `folder`, marked inferred.
    """
    purls = tuple(_purl(package) for package in packages.packages)
    places = _Places(packages.packages, purls)
    grouped: dict[str, list[Package]] = {}
    for package, purl in zip(packages.packages, purls, strict=True):
        grouped.setdefault(purl, []).append(package)
    return Bom(
        subject="environment",
        name=_name(packages, name, folder),
        version=printable(version) if name else printable(version or packages.version),
        digest="",
        digest_kind="",
        components=tuple(_component(purl, grouped[purl], places) for purl in sorted(grouped)),
        gaps=packages.gaps,
    )


def _name(packages: Packages, name: str, folder: str) -> Value:
    if name:
        return Value(text=printable(name), origin="declared", source="the caller")
    if packages.project:
        return Value(text=packages.project, origin="declared", source=packages.source)
    return Value(text=printable(folder) or "unnamed", origin="inferred", source="folder name")


def _purl(package: Package) -> str:
    from packageurl import PackageURL

    if package.ecosystem == "python":
        return str(PackageURL("generic", None, "python", package.version or None))
    if package.ecosystem == "conda":
        qualifiers = {key: text for key, text in package.details if key in _IN_PURL}
        return str(PackageURL("conda", None, package.name, package.version or None, qualifiers))
    qualifiers = dict(_origin(package))
    return str(PackageURL("pypi", None, normalized(package.name), package.version or None, qualifiers))


def _origin(package: Package) -> Iterator[tuple[str, str]]:
    """The purl qualifiers that tell where a package of PyPI's kind comes from, if not from PyPI."""
    if package.install == "index" and package.address:
        yield "repository_url", package.address
    elif package.install == "vcs" and package.address:
        revision = f"@{package.commit}" if package.commit else ""
        yield "vcs_url", f"{package.vcs}+{package.address}{revision}"
    elif package.install == "url" and package.address:
        yield "download_url", package.address


class _Places:
    """Where each name lies, so that dependencies find it."""

    def __init__(self, packages: Iterable[Package], purls: Iterable[str]) -> None:
        self._known: dict[tuple[str, str], dict[str, Package]] = {}
        for package, purl in zip(packages, purls, strict=True):
            self._known.setdefault((normalized(package.name), package.scope), {})[purl] = package

    def find(self, need: Need, package: Package) -> tuple[str, ...]:
        """The purls that a dependency of `package` can mean."""
        found = self._known.get((normalized(need.name), package.scope), {})
        own = {purl: one for purl, one in found.items() if one.ecosystem == package.ecosystem} or found
        if need.version:
            own = {purl: one for purl, one in own.items() if one.version == need.version}
        elif len(own) > 1:
            own = {purl: one for purl, one in own.items() if _allows(need.specifiers, one.version)} or own
        return tuple(sorted(own))


def _allows(specifiers: str, version: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(specifiers).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _component(purl: str, stated: list[Package], places: _Places) -> Component:
    first = stated[0]
    origin: Origin = "observed" if first.observed else "declared"
    needs = [(need, package) for package in stated for need in package.needs]
    found = {target for need, package in needs for target in places.find(need, package)} - {purl}
    return Component(
        name=first.name,
        version=first.version,
        purl=purl,
        origin=origin,
        source=first.where,
        kind=_kind(first),
        hashes=tuple(sorted({pair for package in stated for pair in package.hashes})),
        licenses=_licenses(stated),
        depends_on=tuple(sorted(found)),
        properties=tuple(
            Fact(name=name, value=Value(text=text, origin=origin, source=first.where))
            for name, text in sorted(_facts(stated, needs, places))
        ),
    )


def _kind(package: Package) -> Literal["application", "library"]:
    return "application" if package.ecosystem == "python" else "library"


def _facts(stated: list[Package], needs: list[tuple[Need, Package]], places: _Places) -> Iterator[tuple[str, str]]:
    # Where one place says that it comes from elsewhere, it is not simply the release.
    yield from _origins(next((package for package in stated if package.install != "index"), stated[0]))
    if constraints := sorted({package.constraint for package in stated if package.constraint}):
        yield CONSTRAINT, " or ".join(constraints)
    markers = [package.marker for package in stated]
    if all(markers):
        yield f"{_PREFIX}marker", " or ".join(sorted(set(markers)))
    conditional = {need.name for need, package in needs if need.conditional and places.find(need, package)}
    if under := conditional - {need.name for need, _ in needs if not need.conditional}:
        yield f"{_PREFIX}depends-under-marker", " ".join(sorted(under)[:_MAX_NAMES])
    if files := _alternatives(stated):
        yield f"{_PREFIX}files", f"{files}: each hash is that of one of them"
    details: dict[str, set[str]] = {}
    for key, text in (pair for package in stated for pair in package.details):
        if key not in _IN_PURL:
            details.setdefault(key, set()).add(text)
    for key, texts in details.items():
        yield f"{_PREFIX}{key}", ", ".join(sorted(texts))


def _origins(package: Package) -> Iterator[tuple[str, str]]:
    """Where a package comes from, unless it is an index."""
    if package.install != "index":
        yield INSTALL, package.install
        if package.address:
            yield f"{_PREFIX}address", package.address
    if package.commit:
        yield f"{_PREFIX}commit", package.commit


def _alternatives(stated: list[Package]) -> int:
    """How many files the hashes are of, when more than one."""
    pairs = {pair for package in stated for pair in package.hashes}
    algorithms = [algorithm for algorithm, _ in pairs]
    most = max((algorithms.count(algorithm) for algorithm in set(algorithms)), default=0)
    return most if most > 1 else 0


def _licenses(stated: list[Package]) -> tuple[License, ...]:
    """The licence as the most exact of the fields says it: the expression, a field that SPDX knows, the classifiers."""
    package = next((one for one in stated if one.license_expression or one.license or one.classifiers), None)
    if package is None:
        return ()
    if package.license_expression:
        return (_license(package.license_expression, package, "License-Expression"),)
    kind, _ = classify(package.license) if package.license else ("name", "")
    if kind != "name":
        return (_license(package.license, package, "License"),)
    named = [text.rpartition(" :: ")[2] for text in package.classifiers]
    known = [text for text in named if text != "OSI Approved"]
    if known:
        return tuple(_license(SPDX_BY_CLASSIFIER.get(text, text), package, "Classifier") for text in sorted(set(known)))
    return (_license(package.license, package, "License"),) if package.license else ()


def _license(text: str, package: Package, field: str) -> License:
    kind, spelled = classify(text)
    return License(kind=kind, value=Value(text=spelled, origin="declared", source=f"{package.where}, {field}"))
