"""Licences of a package: exactly one declared and one concluded relationship, as the AI and Dataset profiles ask."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from attest.bom.licenses import scancode_ref
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.vocabulary import NO_LICENSE, Json, quoted, web
from attest.domain.bom import License

_NOT_ID = re.compile(r"[^a-z0-9.]+", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.]|[ _\-](?=[A-Za-z0-9]))*", re.ASCII)
_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.\-]{1,64}:)?LicenseRef-[A-Za-z0-9.\-]{1,128}", re.ASCII)
_MAX_SLUG = 64


def relate_licenses(graph: Graph, package: str, licenses: Iterable[License]) -> None:
    """The two relationships of `package`. Without a licence they point at NoAssertion.

    Several licences stand side by side in `to`: whether all of them or one of them applies, nobody said. What is only
    evidence is no conclusion, and stands in an annotation.
    """
    found: dict[str, list[str]] = {"declared": [], "concluded": []}
    evidence: list[Json] = []
    for item in licenses:
        if item.acknowledgement == "evidence":
            evidence.append({"name": item.value.text, "origin": item.value.origin, "source": item.value.source})
        else:
            found[item.acknowledgement].append(_expression(graph, item))
    graph.relate(package, "hasDeclaredLicense", found["declared"] or [NO_LICENSE])
    graph.relate(package, "hasConcludedLicense", found["concluded"] or [NO_LICENSE])
    if evidence:
        graph.annotate(package, "license-evidence", {"licenses": sorted(evidence, key=repr)})


def license_ref(name: str) -> str:
    """The SPDX expression of a licence that SPDX does not list.

    A reference stays as it is; a known licence has the reference that ScanCode's licence database gives it; another
    name becomes `LicenseRef-attest-<letters of the name>`, with a digest where letters alone would not tell it from
    others.
    """
    if _REFERENCE.fullmatch(name):
        return name
    if known := scancode_ref(name):
        return known
    slug = _NOT_ID.sub("-", name.casefold())[:_MAX_SLUG].strip("-.")
    told = _PLAIN.fullmatch(name) is not None and len(name) <= _MAX_SLUG
    return f"LicenseRef-attest-{slug}" if told else f"LicenseRef-attest-{slug}-{_digest(name)}".replace("--", "-")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _expression(graph: Graph, item: License) -> str:
    text = item.value.text
    named = item.kind == "name"
    members: Json = {"simplelicensing_licenseExpression": license_ref(text) if named else text}
    if named:
        members["comment"] = text
    if link := web(item.url):
        members["externalRef"] = [{"type": "ExternalRef", "externalRefType": "license", "locator": [link]}]
    element = f"{graph.namespace}#license/{quoted(members['simplelicensing_licenseExpression'])}"
    return graph.shared("simplelicensing_LicenseExpression", element, members, item.kind, text, item.url)
