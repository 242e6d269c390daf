"""Faults in a CycloneDX document that its JSON schema accepts (reference `ml-bom.md` section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

HASH_LENGTHS = {
    "MD5": 32,
    "SHA-1": 40,
    "SHA-256": 64,
    "SHA-384": 96,
    "SHA-512": 128,
    "SHA3-256": 64,
    "SHA3-384": 96,
    "SHA3-512": 128,
}
_KIN = ("ancestors", "descendants", "variants")
_EXTERNAL = "urn:cdx:"


def link_faults(document: Json) -> list[str]:
    """Duplicate and dangling references, and component members that contradict the component's type; in words."""
    components = list(components_of(document))
    counts = Counter(_refs(document, components))
    known = set(counts) | {document.get("serialNumber", "")}
    faults = [f"bom-ref {ref} stands {count} times" for ref, count in sorted(counts.items()) if count > 1]
    faults += [
        f"{where}: there is no bom-ref {ref}"
        for where, ref in _uses(document, components)
        if ref not in known and not ref.startswith(_EXTERNAL)
    ]
    for component in components:
        faults += _component_faults(component)
    return faults


def components_of(document: Json) -> Iterator[Json]:
    """Every component: the subject, the tools, the inventory, nested ones and pedigree entries."""
    metadata = document.get("metadata", {})
    tools = metadata.get("tools", {})
    waiting: list[Json] = [
        *([metadata["component"]] if "component" in metadata else []),
        *(tools.get("components", ()) if isinstance(tools, dict) else ()),
        *document.get("components", ()),
    ]
    while waiting:
        component = waiting.pop()
        yield component
        waiting.extend(component.get("components", ()))
        for kin in _KIN:
            waiting.extend(component.get("pedigree", {}).get(kin, ()))


def _refs(document: Json, components: list[Json]) -> Iterator[str]:
    for component in components:
        if "bom-ref" in component:
            yield component["bom-ref"]
        if "bom-ref" in (card := component.get("modelCard", {})):
            yield card["bom-ref"]
    for section in ("annotations", "compositions", "services", "vulnerabilities", "formulation"):
        for item in document.get(section, ()):
            if "bom-ref" in item:
                yield item["bom-ref"]


def _uses(document: Json, components: list[Json]) -> Iterator[tuple[str, str]]:
    """Every reference with the section it stands in."""
    for item in document.get("dependencies", ()):
        for ref in (item["ref"], *item.get("dependsOn", ()), *item.get("provides", ())):
            yield "dependencies", ref
    for item in document.get("compositions", ()):
        for ref in (*item.get("assemblies", ()), *item.get("dependencies", ())):
            yield "compositions", ref
    for item in document.get("annotations", ()):
        for ref in item["subjects"]:
            yield "annotations", ref
    for component in components:
        for dataset in component.get("modelCard", {}).get("modelParameters", {}).get("datasets", ()):
            if "ref" in dataset:
                yield f"datasets of {component.get('name')}", dataset["ref"]


def _component_faults(component: Json) -> Iterator[str]:
    where = component.get("bom-ref") or component.get("name") or "?"
    if not component.get("name"):
        yield f"{where}: the name is empty"
    if "modelCard" in component and component.get("type") != "machine-learning-model":
        yield f"{where}: a modelCard on a component of type {component.get('type')}"
    if "data" in component and component.get("type") != "data":
        yield f"{where}: data on a component of type {component.get('type')}"
    for item in component.get("hashes", ()):
        if len(item["content"]) != HASH_LENGTHS.get(item["alg"], len(item["content"])):
            yield f"{where}: a {item['alg']} value of the wrong length"
