"""Walk raw JSON of unknown shape: every object with the way to it, and the components of a CycloneDX document.

A way is a chain of steps back to the root; it becomes a JSON pointer (RFC 6901) only when somebody has to be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from attest.bom.shown import clipped

Json = dict[str, Any]
Way: TypeAlias = "tuple[Way, str | int] | None"
Role = Literal["subject", "component", "tool", "kin", "inline"]

_KIN = ("ancestors", "descendants", "variants")


def pointer(way: Way) -> str:
    """The JSON pointer of a way; the root is an empty text."""
    parts: list[str] = []
    while way is not None:
        way, step = way
        parts.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in reversed(parts))


def escaped(step: str) -> str:
    """One step as it stands in a pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def objects(document: object) -> Iterator[tuple[Json, Way, str]]:
    """Every object of the document with its way and the last member name on it, in the document's order."""
    waiting: list[tuple[object, Way, str]] = [(document, None, "")]
    while waiting:
        node, way, member = waiting.pop()
        if isinstance(node, dict):
            yield node, way, member
            inner = [(item, (way, key), key) for key, item in node.items() if isinstance(item, dict | list)]
            waiting.extend(reversed(inner))
        elif isinstance(node, list):
            items = [(item, (way, index), member) for index, item in enumerate(node) if isinstance(item, dict | list)]
            waiting.extend(reversed(items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One component: the way to it, what it is there for, and the component around it."""

    way: Way
    node: Json
    role: Role
    parent: Place | None = None

    @property
    def pointer(self) -> str:
        """Where it stands. Made when asked for: in deep documents, pointers are longer than what they point at."""
        return pointer(self.way)

    def text(self, member: str) -> str:
        """A member's text, empty when it is no text."""
        value = self.node.get(member)
        return value if isinstance(value, str) else ""

    @property
    def label(self) -> str:
        """What people know it by."""
        return clipped(self.text("name") or self.text("bom-ref") or self.pointer)


def places(document: Json) -> Iterator[Place]:
    """Every component of a CycloneDX document: subject, inventory, nested ones, tools and pedigree entries.

    Order: subject, inventory, tools, each before what is nested in it.
    """
    metadata = object_of(document.get("metadata"))
    waiting: list[Place] = []
    tools = metadata.get("tools")
    top: Way = (None, "metadata")
    if isinstance(tools, dict):
        waiting += reversed(list(_listed(tools.get("components"), ((top, "tools"), "components"), "tool")))
    waiting += reversed(list(_listed(document.get("components"), (None, "components"), "component")))
    if isinstance(subject := metadata.get("component"), dict):
        waiting.append(Place(way=(top, "component"), node=subject, role="subject"))
    while waiting:
        place = waiting.pop()
        yield place
        waiting += reversed(list(_inside(place)))


def _inside(place: Place) -> Iterator[Place]:
    role: Role = "component" if place.role == "subject" else place.role
    yield from _listed(place.node.get("components"), (place.way, "components"), role, place)
    pedigree = place.node.get("pedigree")
    if isinstance(pedigree, dict):
        for kin in _KIN:
            yield from _listed(pedigree.get(kin), ((place.way, "pedigree"), kin), "kin", place)


def _listed(items: object, way: Way, role: Role, parent: Place | None = None) -> Iterator[Place]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield Place(way=(way, index), node=item, role=role, parent=parent)


def object_of(node: object) -> Json:
    """`node` if it is an object, else an empty one."""
    return node if isinstance(node, dict) else {}


def objects_in(node: object) -> list[Json]:
    """The objects among the items of `node`, which may be anything."""
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def texts_in(node: object) -> list[str]:
    """The texts among the items of `node`, which may be anything."""
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []
