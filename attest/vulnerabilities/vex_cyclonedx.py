"""CycloneDX 1.4 to 1.7 with an `analysis` at its vulnerabilities → statements.

Source: the CycloneDX specification, "vulnerabilities", and its guide to BOM-Link. A reference leads to a component of
the same document, or is itself a purl, or is a BOM-Link whose fragment is one of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote

from attest.domain.strict_json import JsonObject
from attest.errors import DocumentError
from attest.vulnerabilities.purl import PurlParts, parse_purl, same_version
from attest.vulnerabilities.vex_statement import (
    Statement,
    Target,
    analysis,
    moment,
    object_in,
    objects_in,
    product_names,
    text_in,
)

_SPECS = frozenset(["1.4", "1.5", "1.6", "1.7"])
_LINK = re.compile(r"urn:cdx:[0-9a-fA-F-]{36}/[1-9][0-9]{0,9}#(.{1,4096})", re.ASCII | re.DOTALL)
_MAX_DEPTH = 32


def statements(document: JsonObject, source: str) -> tuple[Statement, ...]:
    """One statement for each vulnerability that has an analysis. Raises DocumentError."""
    spec = text_in(document, "specVersion")
    if spec not in _SPECS:
        raise DocumentError(f"{source} is CycloneDX {spec[:20]!r}; VEX is read in 1.4 to 1.7")
    known = dict(_components(document, source))
    time = moment(object_in(document, "metadata").get("timestamp"))
    found: list[Statement] = []
    for entry in objects_in(document, "vulnerabilities", source):
        if "analysis" in entry:
            found += _statements(entry, known, source, time=time)
    return tuple(found)


def _components(document: JsonObject, source: str) -> Iterator[tuple[str, JsonObject]]:
    subject = object_in(object_in(document, "metadata"), "component")
    level = [subject, *objects_in(document, "components", source)]
    for _ in range(_MAX_DEPTH):
        yield from ((text_in(one, "bom-ref"), one) for one in level if text_in(one, "bom-ref"))
        level = [inner for one in level for inner in objects_in(one, "components", source)]


def _statements(
    entry: JsonObject, known: dict[str, JsonObject], source: str, *, time: datetime | None
) -> Iterator[Statement]:
    """What is said of the affected, and what is said of versions that are listed as unaffected."""
    said = object_in(entry, "analysis")
    response = said.get("response")
    words = [word for word in response if isinstance(word, str)] if isinstance(response, list) else []
    ids = {
        text_in(entry, "id").upper(),
        *(text_in(one, "id").upper() for one in objects_in(entry, "references", source)),
    }
    when = moment(said.get("lastUpdated"), said.get("firstIssued"), entry.get("updated")) or time
    affected, unaffected = _targets(entry, known, source)
    spoken = analysis(
        text_in(said, "state"),
        source,
        justification=text_in(said, "justification"),
        details=[text_in(said, "detail")],
        response=words,
    )
    free = analysis("not_affected", source, details=["its version is listed as unaffected"])
    for targets, verdict in ((affected, spoken), (unaffected, free)):
        if targets:
            yield Statement(ids=frozenset(ids - {""}), targets=tuple(targets), analysis=verdict, time=when)


def _targets(entry: JsonObject, known: dict[str, JsonObject], source: str) -> tuple[list[Target], list[Target]]:
    affected: list[Target] = []
    unaffected: list[Target] = []
    for one in objects_in(entry, "affects", source):
        targets = list(_resolved(text_in(one, "ref"), known))
        versions = objects_in(one, "versions", source)
        if not versions:
            affected += targets
        for listed in versions:
            place = unaffected if text_in(listed, "status") == "unaffected" else affected
            if text_in(listed, "status") != "unknown" and (version := text_in(listed, "version")):
                place += [narrowed for target in targets for narrowed in _of_version(target, version)]
    return affected, unaffected


def _resolved(ref: str, known: dict[str, JsonObject]) -> Iterator[Target]:
    link = _LINK.fullmatch(ref)
    names = (unquote(link[1]), link[1]) if link else (ref,)
    component = next((known[name] for name in names if name in known), None)
    purl = parse_purl(text_in(component, "purl") if component else names[0])
    if purl is not None:
        yield Target(purl=purl)
    if component is not None and (name := text_in(component, "name")):
        yield Target(product=frozenset(product_names(name, text_in(component, "version"))))


def _of_version(target: Target, version: str) -> Iterator[Target]:
    """A target of one version; where it already has another, there is nothing that is meant."""
    purl = target.purl
    if purl is None:
        return
    if not purl.version or same_version(purl.type, purl.version, version):
        made = PurlParts(
            type=purl.type,
            namespace=purl.namespace,
            name=purl.name,
            version=version,
            qualifiers=purl.qualifiers,
        )
        yield Target(purl=made, product=target.product)
