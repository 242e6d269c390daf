"""Faults of a CycloneDX document that its JSON schema accepts (reference: the checks that the schemas lack).

Here: references. A `bom-ref` that stands twice, a reference to none, entries of `dependencies` that are missing, stand
twice or go round in a circle, and citations that point nowhere. What is wrong inside one component is the matter of
`component_faults`. Any JSON object may be given: members of unexpected shapes are the schema's to refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from attest.bom.component_faults import component_faults
from attest.bom.places import Json, Way, object_of, objects, places, pointer, texts_in
from attest.bom.shown import brief, excerpt
from attest.domain.bom_result import Fault

_EXTERNAL = "urn:cdx:"
_REFS = frozenset(
    {
        "algorithmRef", "algorithms", "assemblies", "assessor", "asserter", "attributedTo", "claims", "counterClaims",
        "counterEvidence", "dependencies", "dependsOn", "evidence", "members", "mitigationStrategies", "parent",
        "patentRefs", "process", "provides", "ref", "requirement", "requirements", "signatureAlgorithmRef", "subjects",
        "subjectPublicKeyRef", "target", "tools",
        "vulnerabilities",
    }
)  # fmt: skip
"""Members whose text, or whose list of texts, are bom-refs (the schemas of 1.4 to 1.7: refType and refLinkType)."""
_IKE = frozenset({"encr", "prf", "integ", "ke", "auth", "cryptoRefArray"})
"""Lists of algorithms in `protocolProperties`: of refs, or in 1.7 of objects with an `algorithm`."""


def link_faults(document: Json) -> list[str]:
    """The errors alone, in words, each with its place: what no document that `attest` writes may have."""
    return [f"{fault.where}: {fault.message}" for fault in cyclonedx_faults(document) if fault.severity == "error"]


def cyclonedx_faults(document: Json) -> Iterator[Fault]:
    """Every fault that the schema accepts, in one pass over the document, errors and warnings as they are met."""
    defined: dict[str, Way] = {}
    used: list[tuple[str, Way]] = []
    for node, way, member in objects(document):
        ref = node.get("bom-ref")
        if isinstance(ref, str):
            yield from _definition(ref, way, defined)
        used += _uses(node, way, member)
        yield from component_faults(node, way, member)
    yield from _dangling(document, defined, used)
    yield from _dependency_faults(document)
    yield from _citation_faults(document)


def components_of(document: Json) -> Iterator[Json]:
    """Every component: the subject, the tools, the inventory, nested ones and pedigree entries."""
    return (place.node for place in places(document))


def _fault(where: Way | str, message: str, severity: Literal["error", "warning"] = "error") -> Fault:
    return Fault(where=where if isinstance(where, str) else pointer(where), message=brief(message), severity=severity)


def _definition(ref: str, way: Way, defined: dict[str, Way]) -> Iterator[Fault]:
    if ref in defined:
        yield _fault((way, "bom-ref"), f"the bom-ref {excerpt(ref)} stands a second time; first at {_at(defined[ref])}")
        return
    defined[ref] = way
    if ref.startswith(_EXTERNAL):
        yield _fault((way, "bom-ref"), "a bom-ref that starts like a BOM-Link is taken for one", "warning")


def _at(way: Way) -> str:
    where = pointer(way)
    return where if len(where) <= 60 else f"…{where[-60:]}"


def _uses(node: Json, way: Way, member: str) -> Iterator[tuple[str, Way]]:
    """The references that stand in one object."""
    for name in node.keys() & _REFS:
        yield from _texts(node[name], (way, name))
    for name in node.keys() & _IKE:
        yield from _texts(node[name], (way, name))
    if member in _IKE:
        yield from _texts(node.get("algorithm"), (way, "algorithm"))


def _texts(value: object, way: Way) -> Iterator[tuple[str, Way]]:
    if isinstance(value, str):
        yield value, way
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield item, (way, index)


def _dangling(document: Json, defined: Mapping[str, object], used: list[tuple[str, Way]]) -> Iterator[Fault]:
    serial = document.get("serialNumber")
    own = f"{_EXTERNAL}{serial.removeprefix('urn:uuid:')}/" if isinstance(serial, str) else ""
    for ref, way in used:
        here = ref
        if ref.startswith(_EXTERNAL):
            # A BOM-Link leads elsewhere, unless it names this very document (specification 1.5, BOM-Link).
            edition, _, here = ref.removeprefix(own).partition("#") if own and ref.startswith(own) else ("", "", "")
            if not here or edition != str(document.get("version", 1)):
                continue
        if here not in defined and here != serial:
            yield _fault(way, f"there is no bom-ref {excerpt(here)}")


def _dependency_faults(document: Json) -> Iterator[Fault]:
    listed: dict[str, list[str]] = {}
    entries = document.get("dependencies")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, dict) or not isinstance(ref := entry.get("ref"), str):
            continue
        if ref in listed:
            yield _fault(f"/dependencies/{index}/ref", f"{excerpt(ref)} has a second entry", "warning")
        listed.setdefault(ref, []).extend(texts_in(entry.get("dependsOn")))
    yield from _subject_faults(document, listed)
    if circle := _circle(listed):
        shown = " → ".join(map(excerpt, circle[:3])) + (" → …" if len(circle) > 3 else "")
        yield _fault("/dependencies", f"dependencies go round in a circle: {shown}", "warning")


def _subject_faults(document: Json, listed: Mapping[str, object]) -> Iterator[Fault]:
    subject = object_of(document.get("metadata")).get("component")
    if not isinstance(subject, dict):
        return
    ref = subject.get("bom-ref")
    if not isinstance(ref, str):
        yield _fault("/metadata/component", "the subject has no bom-ref, so nothing can refer to it", "warning")
    elif ref not in listed:
        yield _fault("/metadata/component", "the subject has no entry in dependencies", "warning")


def _circle(edges: Mapping[str, list[str]]) -> list[str]:
    """One way from a ref back to itself, or an empty list; every edge is walked once."""
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        trail: dict[str, Iterator[str]] = {start: iter(edges[start])}
        while trail:
            here = next(reversed(trail))
            step = next(trail[here], None)
            if step is None:
                done.add(here)
                del trail[here]
            elif step in trail:
                refs = list(trail)
                return [*refs[refs.index(step) :], step]
            elif step in edges and step not in done:
                trail[step] = iter(edges[step])
    return []


def _citation_faults(document: Json) -> Iterator[Fault]:
    citations = document.get("citations")
    for index, citation in enumerate(citations if isinstance(citations, list) else ()):
        pointers = object_of(citation).get("pointers")
        for number, text in enumerate(pointers if isinstance(pointers, list) else ()):
            if isinstance(text, str) and (fault := _pointer_fault(document, text)):
                yield _fault(f"/citations/{index}/pointers/{number}", fault)


def _pointer_fault(document: Json, text: str) -> str:
    if text and not text.startswith("/"):
        return f"{excerpt(text)} is no JSON pointer"
    node: Any = document
    for step in text.split("/")[1:]:
        if "~" in step.replace("~0", "").replace("~1", ""):
            return f"{excerpt(text)} is no JSON pointer"
        node = _step(node, step.replace("~1", "/").replace("~0", "~"))
        if node is _NOWHERE:
            return f"{excerpt(text)} points nowhere"
    return ""


_NOWHERE = object()


def _step(node: object, step: str) -> object:
    if isinstance(node, dict):
        return node.get(step, _NOWHERE)
    if isinstance(node, list) and step.isascii() and step.isdecimal() and len(step) <= 9:
        plain = step == "0" or not step.startswith("0")
        return node[int(step)] if plain and int(step) < len(node) else _NOWHERE
    return _NOWHERE
