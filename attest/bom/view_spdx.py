"""An SPDX 3 document in JSON-LD → what people look at. Members of unexpected shapes are passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attest.bom.cyclonedx.vocabulary import Json
from attest.bom.snapshot import objects_in, text_of, texts_in
from attest.domain.bom_view import BomView, Edge, FileRow, Node, NodeKind, Row, Section, VulnerabilityRow

_PACKAGES = ("ai_AIPackage", "dataset_DatasetPackage", "software_Package")
_KINDS = {"ai_AIPackage": "machine-learning-model", "dataset_DatasetPackage": "data"}
_NODES: dict[str, NodeKind] = {"ai_AIPackage": "base-model", "dataset_DatasetPackage": "dataset"}
_PLAIN = ("type", "spdxId", "@id", "creationInfo", "name", "verifiedUsing", "externalRef", "externalIdentifier")


def view_spdx(document: Json) -> BomView:
    """What to show of an SPDX 3 document."""
    return _View(document).made()


class _View:
    def __init__(self, document: Json) -> None:
        self.elements = objects_in(document.get("@graph"))
        self.by_id = {_id(item): item for item in self.elements if _id(item)}
        packages = [item for kind in _PACKAGES for item in self.elements if item.get("type") == kind]
        roots = {
            ref
            for item in self.elements
            if item.get("type") in ("software_Sbom", "SpdxDocument")
            for ref in _texts(item.get("rootElement"))
        }
        rooted = [item for item in packages if _id(item) in roots]
        self.subject: Json = (rooted or packages or [{}])[0]
        self.relations = [item for item in self.elements if "Relationship" in text_of(item.get("type"))]

    def made(self) -> BomView:
        """The view."""
        nodes, edges = self._lineage()
        sections = [
            Section(title="identity", rows=tuple(self._plain(self.subject))),
            Section(title="licences", rows=tuple(self._licenses())),
            Section(title="made from", rows=tuple(self._related())),
            Section(title="software", rows=tuple(self._software())),
            Section(title="document", rows=tuple(self._about())),
        ]
        return BomView(
            title=text_of(self.subject.get("name")) or "(without a name)",
            kind=_KINDS.get(text_of(self.subject.get("type")), "application"),
            form="SPDX 3",
            sections=tuple(section for section in sections if section.rows),
            files=tuple(_file(item) for item in self.elements if item.get("type") == "software_File"),
            vulnerabilities=tuple(self._vulnerabilities()),
            nodes=tuple(nodes),
            edges=tuple(edges),
            notices=tuple(self._notices()),
        )

    def _plain(self, item: Json) -> Iterator[Row]:
        for name, value in item.items():
            if name not in _PLAIN:
                for text in self._said(value):
                    yield Row(label=name.rpartition("_")[2], text=text)
        for digest in objects_in(item.get("verifiedUsing")):
            yield Row(label=text_of(digest.get("algorithm")), text=text_of(digest.get("hashValue")))
        for link in objects_in(item.get("externalRef")):
            for text in _texts(link.get("locator")):
                yield Row(label=text_of(link.get("externalRefType")), text=text)

    def _said(self, value: Any) -> Iterator[str]:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                target = self.by_id.get(item)
                yield text_of(target.get("name")) or item if target else item
            elif isinstance(item, dict) and "key" in item:
                yield f"{text_of(item.get('key'))} = {text_of(item.get('value'))}"
            elif isinstance(item, bool | int | float):
                yield str(item)

    def _from(self, element: Json, kinds: Iterable[str]) -> Iterator[tuple[str, Json]]:
        for item in self.relations:
            kind = text_of(item.get("relationshipType"))
            if kind in kinds and item.get("from") == _id(element):
                for ref in _texts(item.get("to")):
                    yield kind, self.by_id.get(ref, {"spdxId": ref, "name": ref})

    def _licenses(self) -> Iterator[Row]:
        for kind, item in self._from(self.subject, ("hasDeclaredLicense", "hasConcludedLicense")):
            text = text_of(item.get("simplelicensing_licenseExpression")) or text_of(item.get("name")) or _id(item)
            yield Row(label=kind.removeprefix("has").removesuffix("License").lower(), text=text)

    def _related(self) -> Iterator[Row]:
        for kind, item in self._from(self.subject, ("descendantOf", "trainedOn", "testedOn")):
            yield Row(label=kind, text=text_of(item.get("name")))

    def _software(self) -> Iterator[Row]:
        for item in self.elements:
            if item.get("type") == "software_Package" and item is not self.subject:
                version = text_of(item.get("software_packageVersion")) or "(no version)"
                yield Row(label=text_of(item.get("name")), text=version)

    def _about(self) -> Iterator[Row]:
        for item in self.elements:
            if item.get("type") == "CreationInfo":
                yield Row(label="time", text=text_of(item.get("created")))
            elif item.get("type") == "Tool":
                yield Row(label="made by", text=text_of(item.get("name")))

    def _notices(self) -> Iterator[Row]:
        for item in self.elements:
            statement = text_of(item.get("statement"))
            if item.get("type") == "Annotation" and statement and not statement.startswith("{"):
                yield Row(label="note", text=statement)

    def _vulnerabilities(self) -> Iterator[VulnerabilityRow]:
        for item in self.elements:
            if item.get("type") == "security_Vulnerability":
                yield VulnerabilityRow(
                    id=text_of(item.get("name")), severity="unknown", affects="", text=text_of(item.get("description"))
                )

    def _lineage(self) -> tuple[list[Node], list[Edge]]:
        me = _id(self.subject)
        nodes = [Node(ref=me, label=text_of(self.subject.get("name")), kind="subject")]
        edges = []
        for kind, item in self._from(self.subject, ("descendantOf", "trainedOn", "testedOn", "dependsOn")):
            if _id(item) not in {node.ref for node in nodes}:
                node = _NODES.get(text_of(item.get("type")), "software")
                nodes.append(Node(ref=_id(item), label=text_of(item.get("name")), kind=node))
                edges.append(Edge(source=_id(item), target=me, label=kind))
        return nodes, edges


def _file(item: Json) -> FileRow:
    digests = {
        text_of(one.get("algorithm")): text_of(one.get("hashValue")) for one in objects_in(item.get("verifiedUsing"))
    }
    return FileRow(
        name=text_of(item.get("name")),
        format=text_of(item.get("software_contentType")) or text_of(item.get("contentType")),
        digest=digests.get("sha256", next(iter(digests.values()), "")),
    )


def _id(item: Json) -> str:
    return text_of(item.get("spdxId")) or text_of(item.get("@id"))


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    return texts_in(node)
