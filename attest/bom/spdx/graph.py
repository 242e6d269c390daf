"""The elements of one document, by their ids. An id is the document's namespace and a suffix made of names that stand
in the document, never a counter of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from attest.bom.spdx.vocabulary import CREATION, Json, quoted
from attest.domain.canonical import canonical

MARKER = -(2**53 - 1)
"""Stands in a list for the ids of all files: an integer, which no text can be."""


@dataclass(slots=True, kw_only=True)
class Graph:
    """Elements that are not files; `namespace` is the document's own id."""

    namespace: str
    elements: dict[str, Json] = field(default_factory=dict)
    _given: dict[tuple[str, ...], str] = field(default_factory=dict)

    def id(self, kind: str, *names: str) -> str:
        """The id `namespace#kind/name…`."""
        return f"{self.namespace}#{'/'.join((kind, *map(quoted, names)))}"

    def suffix(self, element: str) -> str:
        """The part of an id that is below the namespace, for ids about that element."""
        return element.removeprefix(self.namespace).removeprefix("#") or "document"

    def add(self, kind: str, element: str, members: Mapping[str, object]) -> str:
        """An element of the class `kind`; members without a value are left out. A taken id gets a suffix."""
        candidate, number = element, 2
        while candidate in self.elements:
            candidate, number = f"{element}~{number}", number + 1
        known = {key: value for key, value in members.items() if value not in ("", None, [], {})}
        self.elements[candidate] = {"type": kind, "spdxId": candidate, "creationInfo": CREATION, **known}
        return candidate

    def shared(self, kind: str, element: str, members: Mapping[str, object], *key: str) -> str:
        """As `add`, but what has the same key is the same element."""
        found = self._given.get((kind, *key))
        if found is None:
            found = self._given[kind, *key] = self.add(kind, element, members)
        return found

    def relate(
        self, source: str, kind: str, targets: Iterable[str | int], detail: str = "", **members: str
    ) -> str | None:
        """A Relationship from `source`; `detail` tells two of one kind apart. None when there is no target."""
        ends = [*dict.fromkeys(targets)]
        if not ends:
            return None
        names = (kind, self.suffix(source), quoted(detail)) if detail else (kind, self.suffix(source))
        element = f"{self.namespace}#relationship/{'/'.join(names)}"
        scoped = "LifecycleScopedRelationship" if "scope" in members else "Relationship"
        return self.add(
            scoped, element, {"from": source, "relationshipType": kind, "to": sorted(ends, key=str), **members}
        )

    def annotate(self, subject: str, about: str, statement: Json) -> str | None:
        """An Annotation with `statement` in JSON; None when there is nothing to say."""
        if not statement:
            return None
        return self.add(
            "Annotation",
            f"{self.namespace}#annotation/{about}/{self.suffix(subject)}",
            {
                "annotationType": "other",
                "contentType": "application/json",
                "statement": canonical(statement).decode(),
                "subject": subject,
            },
        )
