"""Several CycloneDX documents → one: a model with its datasets' bills and its environment's.

The first document's subject stays the subject. The subjects of the others become components that it depends on. A
component that two documents describe under one bom-ref is written once: the richer description, with properties and
hashes of both; when the two contradict each other (other digests, another type), the later one gets a ref of its own
and nothing is lost. Origins told by citation move with their components.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from attest.bom.cyclonedx import SERIAL_NAMESPACE
from attest.bom.links import link_faults
from attest.errors import DocumentError

Json = dict[str, Any]

# Members whose text, or whose list of texts, are bom-refs (CycloneDX 1.7).
_REF_MEMBERS = frozenset(
    {
        "assemblies", "attributedTo", "bom-ref", "claims", "counterClaims", "counterEvidence", "dependencies",
        "dependsOn", "evidence", "mitigationStrategies", "process", "provides", "ref", "requirement", "subjects",
        "target",
    }
)  # fmt: skip
_LISTS = ("services", "vulnerabilities", "annotations", "formulation", "compositions")
_SPECS = ("1.4", "1.5", "1.6", "1.7")
MAX_DOCUMENTS = 1_000


def merge(documents: Sequence[Json]) -> Json:
    """One document of all, with the highest of their versions.

    Raises DocumentError when one is no CycloneDX JSON document with a subject, or their parts cannot stand together.
    """
    if not 2 <= len(documents) <= MAX_DOCUMENTS:
        raise DocumentError(
            f"{len(documents)} documents cannot be merged", hint=f"Name 2 to {MAX_DOCUMENTS} documents."
        )
    for number, document in enumerate(documents, start=1):
        _check(document, number)
    merger = _Merger()
    for document in documents:
        merger.add(document)
    return merger.finish(max((document["specVersion"] for document in documents), key=_SPECS.index))


def _check(document: Json, number: int) -> None:
    if document.get("bomFormat") != "CycloneDX" or document.get("specVersion") not in _SPECS:
        raise DocumentError(
            f"document {number} is no CycloneDX JSON of version {', '.join(_SPECS)}",
            hint="Only such documents can be merged; make an SPDX document from the merged parts instead.",
        )
    subject = document.get("metadata", {}).get("component") if isinstance(document.get("metadata"), dict) else None
    if not isinstance(subject, dict) or not isinstance(subject.get("bom-ref"), str):
        raise DocumentError(f"document {number} has no subject: /metadata/component with a bom-ref is missing")
    if faults := link_faults(document):
        raise DocumentError(f"document {number} contradicts itself: {'; '.join(faults[:5])}")


class _Merger:
    def __init__(self) -> None:
        self.subject: Json = {}
        self.components: dict[str, Json] = {}
        self.needs: dict[str, set[str]] = {}
        self.provides: dict[str, set[str]] = {}
        self.tools: dict[bytes, Json] = {}
        self.authors: list[Json] = []
        self.lists: dict[str, dict[bytes, Json]] = {name: {} for name in _LISTS}
        self.citations: list[tuple[Json, str]] = []
        self.stamps: list[str] = []
        self.phases: list[Json] = []
        self.number = 0

    def add(self, original: Json) -> None:
        """Take in one document."""
        self.number += 1
        document = _renamed(original, self._renames(original))
        metadata = document["metadata"]
        subject = metadata["component"]
        root = self.number == 1
        if root:
            self.subject = subject
        else:
            self._component(subject)
            self.needs.setdefault(self.subject["bom-ref"], set()).add(subject["bom-ref"])
        for component in document.get("components", ()):
            self._component(component)
        for entry in document.get("dependencies", ()):
            self.needs.setdefault(entry["ref"], set()).update(entry.get("dependsOn", ()))
            self.provides.setdefault(entry["ref"], set()).update(entry.get("provides", ()))
        self._metadata(metadata)
        for name in _LISTS:
            for item in document.get(name, ()):
                self.lists[name].setdefault(_text(item), item)
        self.citations += [(item, subject["bom-ref"]) for item in document.get("citations", ())]

    def _metadata(self, metadata: Json) -> None:
        tools = metadata.get("tools", {})
        for tool in tools.get("components", ()) if isinstance(tools, dict) else tools:
            self.tools.setdefault(_text(tool), tool)
        self.authors += [author for author in metadata.get("authors", ()) if author not in self.authors]
        self.phases += [phase for phase in metadata.get("lifecycles", ()) if phase not in self.phases]
        if isinstance(metadata.get("timestamp"), str):
            self.stamps.append(metadata["timestamp"])

    def _renames(self, document: Json) -> dict[str, str]:
        """New refs for what this document calls by a taken name and means otherwise."""
        renames: dict[str, str] = {}
        subject = document["metadata"]["component"]
        for component in (subject, *document.get("components", ())):
            ref = component.get("bom-ref")
            known = self.subject if ref == self.subject.get("bom-ref") else self.components.get(ref)
            if known and not _agree(known, component):
                renames[ref] = f"{ref}~{self.number}"
        for tool in _tools(document):
            if "bom-ref" in tool and tool["bom-ref"] in self._tool_refs() and _text(tool) not in self.tools:
                renames[tool["bom-ref"]] = f"{tool['bom-ref']}~{self.number}"
        return renames

    def _tool_refs(self) -> set[str]:
        return {tool["bom-ref"] for tool in self.tools.values() if "bom-ref" in tool}

    def _component(self, component: Json) -> None:
        ref = component.get("bom-ref") or f"component:{component.get('name', '')}~{self.number}.{len(self.components)}"
        if ref == self.subject.get("bom-ref"):
            self.subject = _joined(self.subject, component)
        elif ref in self.components:
            self.components[ref] = _joined(self.components[ref], component)
        else:
            self.components[ref] = component

    def finish(self, spec: str) -> Json:
        """The merged document, in canonical order, with a serial number of its content."""
        components = [self.components[ref] for ref in sorted(self.components)]
        metadata: Json = {"component": self.subject, "tools": {"components": list(self.tools.values())}}
        metadata |= {key: part for key, part in (("authors", self.authors), ("lifecycles", self.phases)) if part}
        document: Json = {"bomFormat": "CycloneDX", "specVersion": spec, "version": 1, "metadata": metadata}
        document |= {name: list(items.values()) for name, items in self.lists.items() if items}
        document["components"] = components
        document["dependencies"] = self._dependencies()
        if faults := link_faults(document):
            raise DocumentError(f"the documents cannot stand together: {'; '.join(faults[:5])}")
        content = hashlib.sha256(_text(document)).hexdigest()
        document["serialNumber"] = uuid.uuid5(SERIAL_NAMESPACE, content).urn
        if self.stamps:
            metadata["timestamp"] = max(self.stamps)
        if spec == "1.7" and (moved := self._citations(components)):
            document["citations"] = moved
        return document

    def _dependencies(self) -> list[Json]:
        entries = []
        for ref in sorted(self.needs):
            entry: Json = {"ref": ref}
            if needs := sorted(self.needs[ref] - {ref}):
                entry["dependsOn"] = needs
            if provides := sorted(self.provides.get(ref, ())):
                entry["provides"] = provides
            entries.append(entry)
        return entries

    def _citations(self, components: list[Json]) -> list[Json]:
        """Citations whose subject moved into `components` point there; what points elsewhere cannot follow."""
        places = {item["bom-ref"]: f"/components/{index}" for index, item in enumerate(components) if "bom-ref" in item}
        places[self.subject["bom-ref"]] = "/metadata/component"
        found = []
        for item, ref in self.citations:
            start = "/metadata/component"
            kept = [places[ref] + p[len(start) :] for p in item.get("pointers", ()) if p.startswith(start)]
            if kept and ref in places:
                found.append(item | {"pointers": sorted(kept)})
        return sorted(found, key=lambda item: (item["pointers"], str(item.get("note"))))


def document_bytes(document: Json) -> bytes:
    """Canonical JSON of a document that may hold fractions, with a line feed at the end."""
    return _text(document) + b"\n"


def _text(node: Json) -> bytes:
    text = json.dumps(node, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=float)
    return text.encode("utf-8", "backslashreplace")


def _tools(document: Json) -> Iterable[Json]:
    tools = document["metadata"].get("tools", {})
    return tools.get("components", ()) if isinstance(tools, dict) else ()


def _agree(left: Json, right: Json) -> bool:
    """Whether two descriptions can be of one thing: no member that identifies it differs."""
    if left.get("type") != right.get("type") or (
        left.get("version", "") != right.get("version", "") and (left.get("version") and right.get("version"))
    ):
        return False
    digests = {item["alg"]: item["content"] for item in left.get("hashes", ())}
    return all(digests.get(item["alg"], item["content"]) == item["content"] for item in right.get("hashes", ()))


def _joined(left: Json, right: Json) -> Json:
    """Both descriptions of one thing; the one that says more wins where both say something."""
    more, less = (left, right) if len(_text(left)) >= len(_text(right)) else (right, left)
    made = less | more
    for name in ("properties", "hashes", "externalReferences"):
        items = {_text(item): item for item in (*more.get(name, ()), *less.get(name, ()))}
        if items:
            made[name] = list(items.values())
    return made


def _renamed(document: Json, renames: dict[str, str]) -> Json:
    """The document with some refs under other names."""
    if not renames:
        return document
    return _walk(document, lambda text: renames.get(text, text), as_ref=False)  # type: ignore[no-any-return]


def _walk(node: Any, rename: Callable[[str], str], *, as_ref: bool) -> Any:
    if isinstance(node, dict):
        return {key: _walk(item, rename, as_ref=key in _REF_MEMBERS) for key, item in node.items()}
    if isinstance(node, list):
        return [_walk(item, rename, as_ref=as_ref) for item in node]
    return rename(node) if as_ref and isinstance(node, str) else node
