"""A CycloneDX document as scoring reads it: what elements are asked of, and what their paths lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from attest.bom.answers import Unit, UnitKind
from attest.bom.norms import Element
from attest.bom.paths import Found, Path, found
from attest.bom.places import Json, Place, objects_in
from attest.bom.things import Things, is_inline

_DEPENDENCIES = "bom.dependencies[]"
_INLINE = "model.modelCard.modelParameters.datasets[]"
_GAP = "attest:gap:"


class CycloneDxReader:
    """Reads one document; what does not depend on a unit is looked up once."""

    def __init__(self, document: Json, form: str) -> None:
        self.document = document
        self.form = form
        self.things = Things(document)
        self.subject = self.things.subject.label if self.things.subject else ""
        self._cache: dict[str, list[Found]] = {}
        self._own: dict[str, list[Found]] | None = None
        self._gaps: dict[int, frozenset[str]] = {}
        self._models = {place.text("bom-ref") for place in self.things.models}

    def paths(self, element: Element) -> tuple[Path, ...]:
        """The element's CycloneDX paths."""
        return element.cyclonedx

    def units(self, element: Element) -> list[Unit]:
        """Scopes first, then what the element applies to; an element of several kinds is asked of the document."""
        things = self.things
        if element.scope == "every-component":
            return [_unit("component", place) for place in things.components]
        if element.scope == "every-file":
            return [_unit("file", place) for place in things.files]
        if element.scope == "subject":
            return [_unit("subject", things.subject)] if things.subject else []
        if element.applies_to == ("model",):
            return [_unit("model", place) for place in things.models]
        if element.applies_to == ("dataset",):
            return [_unit("dataset", place) for place in things.datasets]
        return [Unit(kind="document", label="the document")]

    def depends(self, element: Element, path: Path, unit: Unit) -> bool:
        """Where the path starts at the unit's kind, or at what only the unit itself has."""
        place: Place | None = unit.handle
        if place is None:
            return False
        own = path.root == unit.kind or (path.root == "component" and bool(element.scope))
        return own or is_inline(place) or (path.text.startswith(_DEPENDENCIES) and not element.scope)

    def found(self, element: Element, path: Path, unit: Unit) -> Iterator[Found]:
        """From the unit where the path depends on it, else from every such thing of the document."""
        place: Place | None = unit.handle
        if place is None or not self.depends(element, path, unit):
            yield from self._anywhere(path)
        elif path.text.startswith(_DEPENDENCIES):
            yield from self._dependencies(unit.ref, element.towards)
        elif is_inline(place):
            yield from self._from_inline(path, place)
        else:
            yield from self._below(path, place)

    def is_system(self) -> bool:
        """Whether the root is a system that says more of itself than its name."""
        return self.things.is_system

    def untyped_model(self) -> str:
        """The pointer of a weights file or a model's purl without a model, or an empty text."""
        found_one = self.things.untyped_model
        return found_one.pointer if found_one else ""

    def states_gap(self, element: Element, unit: Unit) -> str:
        """Where a gap of the kind that the element's paths are about is told, on the unit or on the subject."""
        kinds = {path.steps[0].name for path in element.cyclonedx if path.steps}
        for place in (unit.handle, self.things.subject):
            if isinstance(place, Place) and not kinds.isdisjoint(self._gaps_of(place)):
                return f"{place.pointer}/properties"
        return ""

    def _gaps_of(self, place: Place) -> frozenset[str]:
        if (known := self._gaps.get(id(place.node))) is None:
            names = (item.get("name") for item in objects_in(place.node.get("properties")))
            told = (name.removeprefix(_GAP) for name in names if isinstance(name, str) and name.startswith(_GAP))
            known = self._gaps[id(place.node)] = frozenset(name.partition(":")[0] for name in told)
        return known

    def _anywhere(self, path: Path) -> list[Found]:
        if path.text not in self._cache:
            self._cache[path.text] = list(self._search(path))
        return self._cache[path.text]

    def _search(self, path: Path) -> Iterator[Found]:
        if path.root == "bom":
            yield from self._from_document(path)
            return
        starts: dict[str, Iterable[Place]] = {
            "model": self.things.models,
            "dataset": [place for place in self.things.datasets if not is_inline(place)],
            "component": self.things.all,
        }
        for place in starts[path.root]:
            yield from self._below(path, place)

    def _from_document(self, path: Path) -> Iterator[Found]:
        """The document; a subject that stands behind a thin root is read in the root's place."""
        subject = self.things.subject
        names = tuple(step.name for step in path.steps[:2])
        if names == ("metadata", "component") and subject is not None and subject.role != "subject":
            yield from _under(subject, found(path.steps[2:], subject.node, ""))
        yield from found(path.steps, self.document, "")

    def _below(self, path: Path, place: Place) -> Iterator[Found]:
        """From a component; its files count as its components wherever they stand."""
        yield from _under(place, found(path.steps, place.node, ""))
        if path.steps and path.steps[0].name == "components":
            for file in self.things.adopted(place):
                for one in found(path.steps[:1], {"components": [file.node]}, ""):
                    for end in _under(file, found(path.steps[1:], one.value, "")):
                        yield replace(end, holders=(file.node, *end.holders))

    def _from_inline(self, path: Path, place: Place) -> Iterator[Found]:
        """A dataset in a card is its own `data` entry, and has no members of a component but its name."""
        if path.text.startswith(_INLINE):
            yield from _under(place, found(path.steps[3:], place.node["data"][0], ""))
        elif path.root == "dataset":
            for one in found(path.steps, place.node, ""):
                yield from _under(place, [replace(one, pointer=one.pointer.removeprefix("/data/0"))])
        elif path.root == "bom":
            yield from self._anywhere(path)

    def _dependencies(self, ref: str, towards: str) -> Iterator[Found]:
        """What the unit itself depends on; only models when the element asks for them."""
        if self._own is None:
            self._own = {}
            entries = self.document.get("dependencies")
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                if isinstance(entry, dict) and isinstance(start := entry.get("ref"), str):
                    for number, end in enumerate(needs if isinstance(needs := entry.get("dependsOn"), list) else ()):
                        one = Found(pointer=f"/dependencies/{index}/dependsOn/{number}", value=end)
                        self._own.setdefault(start, []).append(one)
        if ref:
            yield from (one for one in self._own.get(ref, ()) if not towards or one.value in self._models)


def _under(place: Place, values: Iterable[Found]) -> Iterator[Found]:
    """Values below a component, with pointers from the document's root."""
    for one in values:
        yield replace(one, pointer=place.pointer + one.pointer)


def _unit(kind: UnitKind, place: Place) -> Unit:
    return Unit(kind=kind, label=place.label, ref=place.text("bom-ref"), handle=place)
