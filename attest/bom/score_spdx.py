"""An SPDX 3 document in JSON-LD as scoring reads it: what elements are asked of, and what their paths lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from attest.bom.answers import Unit, UnitKind
from attest.bom.elements import Elements, Item, ids
from attest.bom.norms import Element
from attest.bom.paths import Found, Path, found
from attest.bom.places import Json
from attest.bom.things import WEIGHTS, is_model_purl

_MODEL, _DATASET = "ai_AIPackage", "dataset_DatasetPackage"
_INTO = frozenset({"trainedOn", "testedOn"})
"""Edges that a dataset stands at the end of."""
_NOTHING = ("NoAssertion", "NoAssertionElement", "NoAssertionLicense", "NoneElement", "NoneLicense", "/None")
_SYSTEM_PURPOSES = frozenset({"application", "container", "device", "executable", "install", "operatingSystem"})


class SpdxReader:
    """Reads one document; what does not depend on a unit is looked up once."""

    def __init__(self, document: Json, form: str) -> None:
        self.form = form
        self.elements = Elements(document)
        roots = self.elements.roots or self.elements.of(_MODEL) or self.elements.of(_DATASET)
        self.root = roots[0] if roots else None
        self.subject = self.root.label if self.root else ""
        self._cache: dict[str, list[Found]] = {}
        self._from: dict[tuple[str, str], list[Item]] | None = None

    def paths(self, element: Element) -> tuple[Path, ...]:
        """The element's SPDX paths."""
        return element.spdx

    def units(self, element: Element) -> list[Unit]:
        """Scopes first, then what the element applies to; an element of several kinds is asked of the document."""
        if element.scope == "every-component":
            return [_unit("component", item) for item in self.elements.of("software_Package")]
        if element.scope == "every-file":
            return [_unit("file", item) for item in self.elements.of("software_File")]
        if element.scope == "subject":
            return [_unit("subject", self.root)] if self.root else []
        if element.applies_to == ("model",):
            return [_unit("model", item) for item in self.elements.of(_MODEL)]
        if element.applies_to == ("dataset",):
            return [_unit("dataset", item) for item in self.elements.of(_DATASET)]
        return [Unit(kind="document", label="the document")]

    def depends(self, element: Element, path: Path, unit: Unit) -> bool:  # noqa: ARG002
        """Where the path is an edge, leads to agents, or starts at the unit's class."""
        item: Item | None = unit.handle
        return item is not None and (bool(path.edge) or path.root == "Agent" or self.elements.is_a(item, path.root))

    def found(self, element: Element, path: Path, unit: Unit) -> Iterator[Found]:
        """From the unit where the path depends on it, else from every such element of the document."""
        item: Item | None = unit.handle
        if item is None or not self.depends(element, path, unit):
            yield from self._anywhere(path)
        elif path.edge:
            yield from self._edges(path, item)
        elif path.root == "Agent":
            for agent in self._agents_of(item):
                yield from self._below(path, agent)
        else:
            yield from self._below(path, item)

    def is_system(self) -> bool:
        """Whether the root is a package that is neither model nor dataset, but something that runs."""
        root = self.root
        return (
            root is not None
            and root.kind == "software_Package"
            and root.text("software_primaryPurpose") in _SYSTEM_PURPOSES
        )

    def untyped_model(self) -> str:
        """The pointer of a package or file that must be a model, in a document without an AIPackage."""
        if self.elements.of(_MODEL):
            return ""
        for item in self.elements.of("software_SoftwareArtifact"):
            named = item.text("name").lower().endswith(WEIGHTS)
            if (
                named
                or item.text("software_primaryPurpose") == "model"
                or is_model_purl(item.text("software_packageUrl"))
            ):
                return item.pointer
        return ""

    def states_gap(self, element: Element, unit: Unit) -> str:  # noqa: ARG002
        """SPDX says it in the value itself: NoAssertion."""
        return ""

    def _anywhere(self, path: Path) -> list[Found]:
        if path.text not in self._cache:
            self._cache[path.text] = list(self._search(path))
        return self._cache[path.text]

    def _search(self, path: Path) -> Iterator[Found]:
        if path.edge:
            starts = {item.id for item in self.elements.of(path.root)}
            for edge in self.elements.edges.get(path.edge, ()):
                if path.root == "Relationship":
                    yield from self._below(path, edge)
                elif not starts.isdisjoint(ids(edge.node.get("from"))):
                    yield Found(pointer=edge.pointer, value=edge.node.get("to"))
            return
        for item in self._authors() if path.root == "Agent" else self.elements.of(path.root):
            for one in self._below(path, item):
                yield replace(one, holders=(item.node, *one.holders))

    def _below(self, path: Path, item: Item) -> Iterator[Found]:
        for one in found(path.steps, item.node, item.pointer, lists=True):
            yield replace(one, value=self._told(one.value))

    def _edges(self, path: Path, item: Item) -> Iterator[Found]:
        """Edges from the element; of a dataset, also those that models were trained or tested on it by."""
        if self._from is None:
            self._from = {}
            for kind, edges in self.elements.edges.items():
                ends = ("from", "to") if kind in _INTO else ("from",)
                for edge in edges:
                    for ref in {ref for end in ends for ref in ids(edge.node.get(end))}:
                        self._from.setdefault((kind, ref), []).append(edge)
        for edge in self._from.get((path.edge, item.id), ()):
            yield from self._below(path, edge)

    def _agents_of(self, item: Item) -> list[Item]:
        refs = [*ids(item.node.get("originatedBy")), *ids(item.node.get("suppliedBy"))]
        return [self.elements.by_id[ref] for ref in refs if ref in self.elements.by_id]

    def _authors(self) -> list[Item]:
        refs = (ref for item in self.elements.of("CreationInfo") for ref in ids(item.node.get("createdBy")))
        return [self.elements.by_id[ref] for ref in dict.fromkeys(refs) if ref in self.elements.by_id]

    def _told(self, value: object) -> object:
        """What a reference leads to, in words, so that one to nothing is known as such."""
        if isinstance(value, dict) and not value.keys() - {"type", "spdxId", "@id"}:
            value = next(ids(value), "")
        if not isinstance(value, str):
            return value
        if value.endswith(_NOTHING):
            return "NOASSERTION" if "NoAssertion" in value else "NONE"
        item = self.elements.by_id.get(value)
        if item is None:
            return value
        return item.text("simplelicensing_licenseExpression") or item.text("name") or value


def _unit(kind: UnitKind, item: Item) -> Unit:
    return Unit(kind=kind, label=item.label, ref=item.id, handle=item)
