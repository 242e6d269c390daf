"""Raw JSON-LD of anybody's SPDX 3 document: its elements by id and class, and the relationships from each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from attest.bom.places import Json, Way, objects, pointer
from attest.bom.shown import clipped
from attest.bom.spdx.shape import shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One object of the document that has a class."""

    way: Way
    node: Json
    kind: str

    @property
    def pointer(self) -> str:
        """Where it stands; made when asked for."""
        return pointer(self.way)

    @property
    def id(self) -> str:
        """Its id, empty when it has none."""
        found = self.node.get("spdxId", self.node.get("@id"))
        return found if isinstance(found, str) else ""

    def text(self, member: str) -> str:
        """A member's text, empty when it is no text."""
        value = self.node.get(member)
        return value if isinstance(value, str) else ""

    @property
    def label(self) -> str:
        """What people know it by."""
        return clipped(self.text("name") or self.id or self.pointer)


@dataclass(frozen=True)
class Elements:
    """The objects of one document; made once, read often. Inline objects count like those of the graph."""

    document: Json

    @cached_property
    def all(self) -> tuple[Item, ...]:
        """Every object with a class, in the document's order."""
        return tuple(
            Item(way=way, node=node, kind=kind)
            for node, way, _ in objects(self.document)
            if isinstance(kind := node.get("type", node.get("@type")), str)
        )

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Objects by id; the first of one id."""
        found: dict[str, Item] = {}
        for item in self.all:
            if item.id:
                found.setdefault(item.id, item)
        return found

    @cached_property
    def by_kind(self) -> dict[str, list[Item]]:
        """Objects by their very class."""
        found: dict[str, list[Item]] = {}
        for item in self.all:
            found.setdefault(item.kind, []).append(item)
        return found

    @cached_property
    def edges(self) -> dict[str, list[Item]]:
        """Relationships by their type."""
        found: dict[str, list[Item]] = {}
        for item in self.of("Relationship"):
            found.setdefault(item.text("relationshipType"), []).append(item)
        return found

    def of(self, name: str) -> list[Item]:
        """The objects of a class and of those below it; `Element` is every element."""
        return [item for kind, items in self.by_kind.items() if _extends(kind, name) for item in items]

    def is_a(self, item: Item, name: str) -> bool:
        """Whether an object is of a class or of one below it."""
        return _extends(item.kind, name)

    @cached_property
    def roots(self) -> list[Item]:
        """What the document is about: root elements that are no collections themselves."""
        refs = (ref for item in self.of("ElementCollection") for ref in ids(item.node.get("rootElement")))
        found = (self.by_id[ref] for ref in refs if ref in self.by_id)
        return [item for item in found if not _extends(item.kind, "ElementCollection")]


def _extends(kind: str, name: str) -> bool:
    return kind == name or (kind in shapes() and name in shapes()[kind].parents)


def ids(value: object) -> Iterator[str]:
    """The ids that a member refers to, whether it holds one or many, ids or whole objects."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict) and isinstance(found := item.get("spdxId", item.get("@id")), str):
            yield found
