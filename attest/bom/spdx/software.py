"""Software that the subject asks for or consists of, and what is known against it."""

from __future__ import annotations

from collections.abc import Iterator

from attest.bom.references import origin_text
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.licenses import relate_licenses
from attest.bom.spdx.vocabulary import HASHES, Json, hashed, instant, web
from attest.domain.bom import Analysis, Bom, Component, Vulnerability

_PURPOSES = {"operating-system": "operatingSystem"}
# CycloneDX's justifications → SPDX's; the others have no word there and are told in the impact statement.
_JUSTIFICATIONS = {
    "code_not_present": "vulnerableCodeNotPresent",
    "code_not_reachable": "vulnerableCodeNotInExecutePath",
    "protected_by_compiler": "inlineMitigationsAlreadyExist",
    "protected_at_runtime": "inlineMitigationsAlreadyExist",
    "protected_by_mitigating_control": "inlineMitigationsAlreadyExist",
}
_NOT_AFFECTED = ("not_affected", "false_positive")
_FIXED = ("resolved", "resolved_with_pedigree")


def add_software(graph: Graph, bom: Bom) -> tuple[dict[str, str], list[str]]:
    """Packages and what they depend on. Returns ids by purl, and the ids of those that nothing else asks for."""
    known: dict[str, str] = {}
    for one in sorted(bom.components, key=lambda item: item.purl):
        known.setdefault(one.purl, _package(graph, one))
    inner: set[str] = set()
    for one in bom.components:
        targets = sorted({known[purl] for purl in one.depends_on if purl in known} - {known[one.purl]})
        graph.relate(known[one.purl], "dependsOn", targets)
        inner.update(targets)
    return known, [element for element in known.values() if element not in inner]


def add_vulnerabilities(graph: Graph, bom: Bom, known: dict[str, str], subject: str) -> None:
    """Vulnerabilities, what they are found in, and what VEX statements say of them."""
    for one in sorted(bom.vulnerabilities, key=lambda item: (item.id, item.affects)):
        product = known.get(one.affects, subject)
        found = graph.shared(
            "security_Vulnerability", graph.id("vulnerability", one.id), _vulnerability(one), one.id, repr(one.aliases)
        )
        graph.relate(product, "hasAssociatedVulnerability", [found], one.id)
        if one.analysis is not None:
            _assess(graph, one, one.analysis, found, product)


def _package(graph: Graph, one: Component) -> str:
    hashes = sorted({(HASHES[name], text) for name, text in one.hashes if name in HASHES})
    members: Json = {
        "name": one.name,
        "software_packageVersion": one.version,
        "software_packageUrl": one.purl,
        "software_primaryPurpose": _PURPOSES.get(one.kind, one.kind),
        "verifiedUsing": [hashed(name, text) for name, text in hashes],
    }
    element = graph.add("software_Package", graph.id("package", one.purl or one.name), members)
    relate_licenses(graph, element, one.licenses)
    told: Json = {"origins": {"/name": [origin_text(one.origin, one.source)]}}
    if one.properties:
        told["facts"] = {fact.name: fact.value.text for fact in one.properties}
    graph.annotate(element, "origins", told)
    return element


def _vulnerability(one: Vulnerability) -> Json:
    link = web(one.url)
    return {
        "name": one.id,
        "description": one.description,
        "comment": "; ".join(_ratings(one)),
        "security_publishedTime": instant(one.published),
        "security_modifiedTime": instant(one.modified),
        "externalIdentifier": [_identifier(name) for name in sorted({one.id, *one.aliases})],
        "externalRef": [{"type": "ExternalRef", "externalRefType": "securityAdvisory", "locator": [link]}]
        if link
        else [],
    }


def _identifier(name: str) -> Json:
    kind = "cve" if name.startswith("CVE-") else "securityOther"
    return {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": name}


def _ratings(one: Vulnerability) -> Iterator[str]:
    """Severity in words: a CVSS assessment needs a score, and nobody gave one."""
    if one.severity and one.severity != "unknown":
        yield f"severity: {one.severity}"
    if one.vector:
        yield f"vector: {one.vector}"
    if one.source:
        yield f"source: {one.source}"


def _assess(graph: Graph, one: Vulnerability, analysis: Analysis, found: str, product: str) -> None:
    kind, relation, members = _statement(one, analysis)
    if not kind:
        return
    graph.add(
        f"security_Vex{kind}VulnAssessmentRelationship",
        f"{graph.namespace}#vex/{graph.suffix(found)}/{graph.suffix(product)}",
        {
            "from": found,
            "relationshipType": relation,
            "to": [product],
            "security_assessedElement": product,
            "security_statusNotes": f"according to {analysis.source}" if analysis.source else "",
            **members,
        },
    )


def _statement(one: Vulnerability, analysis: Analysis) -> tuple[str, str, Json]:
    """Class, relation and members of a VEX statement. SPDX takes no `affected` without an action, and none is made up:
    then nothing is written but the vulnerability itself."""
    if analysis.state in _NOT_AFFECTED:
        label = _JUSTIFICATIONS.get(analysis.justification, "") if analysis.state == "not_affected" else ""
        told = "; ".join(text for text in ("" if label else analysis.justification, analysis.detail) if text)
        impact = told or ("" if label else analysis.state)
        members = {"security_justificationType": label, "security_impactStatement": impact}
        return "NotAffected", "doesNotAffect", members
    if analysis.state in _FIXED:
        return "Fixed", "fixedIn", {"comment": analysis.detail}
    if analysis.state == "in_triage":
        return "UnderInvestigation", "underInvestigationFor", {"comment": analysis.detail}
    action = [*sorted(analysis.response), *([f"upgrade to {' or '.join(one.fixed)}"] if one.fixed else [])]
    if analysis.state == "exploitable" and action:
        return "Affected", "affects", {"security_actionStatement": "; ".join(action), "comment": analysis.detail}
    return "", "", {}
