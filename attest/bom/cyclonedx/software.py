"""Software components, and what is known against them."""

from __future__ import annotations

from collections.abc import Iterator

from attest.bom.cyclonedx.licenses import license_choices
from attest.bom.cyclonedx.vocabulary import Json, properties
from attest.bom.references import References, origin_text
from attest.domain.bom import Bom, Component, Vulnerability

_SEVERITIES = frozenset({"critical", "high", "medium", "low", "info", "none", "unknown"})
_METHODS = (("CVSS:4", "CVSSv4"), ("CVSS:3.1", "CVSSv31"), ("CVSS:3", "CVSSv3"), ("AV:", "CVSSv2"))


def software_components(bom: Bom, refs: References, spec: str) -> list[Json]:
    """Frameworks and packages, in the order of their refs."""
    made = [_component(one, ref, spec) for one, ref in zip(bom.components, refs.components, strict=True)]
    return sorted(made, key=lambda item: str(item["bom-ref"]))


def software_dependencies(bom: Bom, refs: References) -> Iterator[Json]:
    """One entry a component, with what it depends on as far as the same bill holds it."""
    known = dict(zip((one.purl for one in bom.components), refs.components, strict=True))
    for one, ref in zip(bom.components, refs.components, strict=True):
        needs = sorted({known[purl] for purl in one.depends_on if purl in known} - {ref})
        yield {"ref": ref, "dependsOn": needs} if needs else {"ref": ref}


def vulnerabilities(bom: Bom, refs: References) -> list[Json]:
    """Known vulnerabilities, with what a VEX statement says of each."""
    known = dict(zip((one.purl for one in bom.components), refs.components, strict=True))
    pairs = zip(bom.vulnerabilities, refs.vulnerabilities, strict=True)
    made = [_vulnerability(one, ref, known.get(one.affects, refs.subject)) for one, ref in pairs]
    return sorted(made, key=lambda item: str(item["bom-ref"]))


def _component(one: Component, ref: str, spec: str) -> Json:
    component: Json = {"type": one.kind, "bom-ref": ref, "name": one.name, "purl": one.purl}
    if one.version:
        component["version"] = one.version
    if one.hashes:
        component["hashes"] = [{"alg": algorithm, "content": text} for algorithm, text in sorted(set(one.hashes))]
    if choices := license_choices(one.licenses, spec):
        component["licenses"] = choices
    told = [("attest:origin", origin_text(one.origin, one.source))]
    told += [(f"attest:{fact.name}", fact.value.text) for fact in one.properties]
    return component | {"properties": properties(told)}


def _vulnerability(one: Vulnerability, ref: str, affected: str) -> Json:
    found: Json = {"bom-ref": ref, "id": one.id, "affects": [{"ref": affected}], "ratings": [_rating(one)]}
    source = {key: text for key, text in (("name", one.source), ("url", one.url)) if text}
    if source:
        found["source"] = source
    if one.aliases:
        found["references"] = [{"id": alias, "source": source or {"name": "OSV"}} for alias in sorted(one.aliases)]
    texts = (("description", one.description), ("published", one.published), ("updated", one.modified))
    found |= {key: text for key, text in texts if text}
    if one.fixed:
        found["recommendation"] = f"Upgrade to {' or '.join(one.fixed)}."
    if analysis := _analysis(one):
        found["analysis"] = analysis
    if one.analysis is not None and one.analysis.source:
        found["properties"] = properties([("attest:vex", one.analysis.source)])
    return found


def _rating(one: Vulnerability) -> Json:
    rating: Json = {"severity": one.severity if one.severity in _SEVERITIES else "unknown"}
    if one.vector:
        rating["vector"] = one.vector
        rating["method"] = next((name for start, name in _METHODS if one.vector.startswith(start)), "other")
    return rating


def _analysis(one: Vulnerability) -> Json:
    if one.analysis is None:
        return {}
    analysis = one.analysis
    found: Json = {"state": analysis.state}
    if analysis.justification:
        found["justification"] = analysis.justification
    if analysis.detail:
        found["detail"] = analysis.detail
    if analysis.response:
        found["response"] = sorted(set(analysis.response))
    return found
