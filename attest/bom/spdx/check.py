"""Faults of anybody's SPDX 3.0.1 document in JSON-LD, found without fetching anything: what the published JSON schema
and shapes check, and what they pass over (dangling references, ids that stand twice, lengths of hashes, licence
expressions, profiles that are claimed and not met)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from attest.bom.fault import Fault
from attest.bom.spdx.rules import Element, hash_fault, rule_faults
from attest.bom.spdx.shape import INDIVIDUALS, Kind, kinds, shapes, words
from attest.bom.spdx.vocabulary import CONTEXT

Json = dict[str, Any]

MAX_FAULTS = 1000
_MAX_DEPTH = 32
_TERMS = "https://spdx.org/rdf/3.0.1/terms/"
_LISTED = ("http://spdx.org/licenses/", "https://spdx.org/licenses/")
_KEYWORDS = frozenset({"type", "@type", "spdxId", "@id", "@context"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_VERSION = re.compile(r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:[\-+][0-9A-Za-z.+\-]*)?", re.ASCII)
_URI = re.compile(r"[^\s<>\"{}|\\^`]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?", re.ASCII)
_MEDIA = re.compile(r"[^/]+/[^/]+")


def spdx_faults(document: Json) -> list[Fault]:
    """What is wrong with `document`, in the order of places; at most 1,000 faults. Any JSON object may be given."""
    return _Check(document).faults()


class _Check:
    def __init__(self, document: Json) -> None:
        self.document = document
        self.found: list[Fault] = []
        self.elements: dict[str, Element] = {}
        self.references: list[tuple[str, str, str]] = []

    def faults(self) -> list[Fault]:
        """Every fault, once."""
        self._context()
        for pointer, item in self._graph():
            self._object(pointer, item, "", 0)
            if len(self.found) >= MAX_FAULTS:
                return self.found[:MAX_FAULTS]
        self._references()
        self.found.extend(islice(rule_faults(self.elements), MAX_FAULTS - len(self.found)))
        return self.found

    def _error(self, where: str, message: str) -> None:
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(where=where, message=message, severity="error"))

    def _context(self) -> None:
        context = self.document.get("@context")
        named = context if isinstance(context, list) else [context]
        if CONTEXT not in named:
            self._error("/@context", f"the context is not {CONTEXT}")

    def _graph(self) -> Iterator[tuple[str, Any]]:
        """The objects of the graph; a document of one element has none and is the element itself."""
        if "@graph" not in self.document:
            yield "", self.document
            return
        graph = self.document["@graph"]
        if not isinstance(graph, list):
            self._error("/@graph", "the graph is not an array")
            return
        for number, item in enumerate(graph):
            yield f"/@graph/{number}", item

    def _object(self, pointer: str, item: Any, expected: str, depth: int) -> None:
        if not isinstance(item, dict):
            self._error(pointer, "this is not an object")
            return
        if depth > _MAX_DEPTH:
            self._error(pointer, f"objects are nested deeper than {_MAX_DEPTH} levels")
            return
        name = item.get("type", item.get("@type"))
        shape = shapes().get(name) if isinstance(name, str) else None
        self._identify(pointer, item, name if isinstance(name, str) else "")
        if shape is None:
            if not (isinstance(name, str) and ":" in name):  # a class of an extension has an IRI of its own
                self._error(pointer, f"there is no class {str(name)[:80]!r} in SPDX 3.0.1")
            return
        if shape.abstract:
            self._error(pointer, f"the class {name} is abstract")
        if expected and expected not in shape.parents:
            self._error(pointer, f"a {name} stands where a {expected} belongs")
        for member in shape.required:
            if item.get(member) in (None, "", []):
                self._error(pointer, f"a {name} has no {member}")
        if name == "Hash" and (fault := hash_fault(item)):
            self._error(f"{pointer}/hashValue", fault)
        self._members(pointer, item, shape.members, depth)

    def _members(self, pointer: str, item: Json, known: frozenset[str], depth: int) -> None:
        for member, value in item.items():
            if member in _KEYWORDS or (not pointer and member == "@graph"):
                continue
            where = f"{pointer}/{member.replace('~', '~0').replace('/', '~1')}"
            if member in known:
                self._value(where, kinds()[member], value, depth)
            elif ":" not in member:
                self._error(where, f"there is no member {member[:80]!r} here in SPDX 3.0.1")

    def _identify(self, pointer: str, item: Json, name: str) -> None:
        identity = item.get("spdxId", item.get("@id"))
        element = name in shapes() and "Element" in shapes()[name].parents
        if identity is None:
            if element:
                self._error(pointer, f"a {name} has no spdxId")
            return
        if not isinstance(identity, str) or (":" not in identity) or not _URI.fullmatch(identity):
            self._error(pointer, "the id is no IRI")
        elif element and identity.startswith("_:"):
            self._error(pointer, f"the id of a {name} is a blank node")
        elif identity in self.elements:
            self._error(pointer, f"the id {identity[:200]} stands twice")
        else:
            self.elements[identity] = Element(pointer=pointer, name=name, item=item)

    def _value(self, where: str, kind: Kind, value: Any, depth: int) -> None:
        if not isinstance(value, list):
            self._one(where, kind, value, depth)
        elif not kind.many:
            self._error(where, "this has one value, not an array")
        else:
            for number, item in enumerate(value):
                self._one(f"{where}/{number}", kind, item, depth)

    def _one(self, where: str, kind: Kind, value: Any, depth: int) -> None:
        if kind.kind == "object":
            if isinstance(value, str):
                self.references.append((where, value, kind.of))
            else:
                self._object(where, value, kind.of, depth + 1)
        elif kind.kind == "enum":
            word = value.rpartition("/")[2] if isinstance(value, str) and value.startswith(_TERMS) else value
            if not isinstance(word, str) or word not in words()[kind.of]:
                self._error(where, f"{str(value)[:80]!r} is no word of {kind.of}")
        elif fault := _simple_fault(kind.kind, value):
            self._error(where, fault)

    def _references(self) -> None:
        external = _external(element.item for element in self.elements.values())
        for where, target, of in self.references:
            name = self._class_of(target)
            if name is None:
                if target not in external and not target.startswith(_LISTED):
                    self._error(where, f"there is no element {target[:200]}")
            elif name in shapes() and of not in shapes()[name].parents:
                self._error(where, f"this refers to a {name}, where a {of} belongs")

    def _class_of(self, target: str) -> str | None:
        if target in self.elements:
            return self.elements[target].name
        if target.startswith(_TERMS):
            target = target.removeprefix(_TERMS).replace("ExpandedLicensing/", "expandedlicensing_").rpartition("/")[2]
        return INDIVIDUALS.get(target)


def _external(items: Iterable[Json]) -> frozenset[str]:
    """Ids that documents say to lie elsewhere."""
    maps = (entry for item in items for entry in _list(item.get("import")))
    ids = (entry.get("externalSpdxId") for entry in maps if isinstance(entry, dict))
    return frozenset(identity for identity in ids if isinstance(identity, str))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _simple_fault(kind: str, value: Any) -> str:
    """What keeps `value` from being of a simple kind, in words, or an empty text."""
    if kind in ("integer", "natural", "positive"):
        least = {"integer": None, "natural": 0, "positive": 1}[kind]
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and (least is None or value >= least) else "this is no whole number as it belongs here"
    if kind == "boolean":
        return "" if isinstance(value, bool) else "this is neither true nor false"
    if kind == "number":
        plain = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return "" if plain or (isinstance(value, str) and _NUMBER.fullmatch(value)) else "this is no number"
    if not isinstance(value, str):
        return "this is no text"
    return _text_fault(kind, value)


def _text_fault(kind: str, text: str) -> str:
    if kind == "time" and not (_TIME.fullmatch(text) and _is_moment(text)):
        return "this is no time in UTC to the second, such as 2026-01-31T12:00:00Z"
    if kind == "uri" and not _URI.fullmatch(text):
        return "this is no URI"
    if kind == "version" and not _VERSION.fullmatch(text):
        return "this is no semantic version"
    if kind == "media" and not _MEDIA.fullmatch(text):
        return "this is no media type"
    return ""


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
