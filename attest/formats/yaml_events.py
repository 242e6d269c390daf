"""YAML as a plain tree that hides nothing, with every tag it uses: events only, nothing is built.

Mappings keep all their pairs; aliases of scalars stand for their text, aliases of collections for an empty text, since
what they stand for is in the tree once. Scalars that YAML 1.1 takes for null, truth values or numbers become those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml

from attest.errors import DocumentError
from attest.formats.document_tree import Pairs, Tree

MAX_DEPTH = 200
MAX_NODES = 200_000
MAX_EXPANDED = 10_000_000
CORE = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("binary", "bool", "float", "int", "map", "null", "omap", "pairs", "seq", "set", "str", "timestamp")
) | {"!"}
"""Tags that every reader knows, and which name no code."""
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_NUMBER = re.compile(r"[-+]?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][-+]?\d{1,3})?")


@dataclass(slots=True)
class YamlFile:
    """The documents of a file, and the tags beyond the core ones with their lines."""

    documents: list[Tree] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)


def read_steps(text: str, builder: YamlBuilder) -> Iterator[int]:
    """Feed a builder event by event, so that a caller can watch the time and keeps what was read before a fault."""
    try:
        for event in _events(text):
            builder.take(event)
            yield builder.nodes
    except RecursionError:
        raise DocumentError("the YAML is nested too deeply") from None
    except (yaml.YAMLError, ValueError, OverflowError, IndexError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + 1})" if place is not None else ""
        raise DocumentError(f"the content is no YAML: {getattr(error, 'problem', None) or 'malformed'}{line}") from None


def _events(text: str) -> Iterable[yaml.Event]:
    events: Iterable[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
    return events


class YamlBuilder:
    """Parser events → tree, without recursion; `file` is what was read so far."""

    def __init__(self) -> None:
        self.file = YamlFile()
        self.nodes = 0
        self._open: list[list[Tree] | Pairs] = []
        self._keys: list[str | None] = []
        self._anchors: dict[str, tuple[str, int]] = {}
        self._weights: list[tuple[str | None, int]] = []

    def take(self, event: yaml.Event) -> None:
        """One event more. Raises DocumentError past a limit."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise DocumentError("the YAML uses an alias that stands for nothing")
            text, weight = self._anchors[event.anchor]
            self._count(weight)
            self._add(text, text)
        elif isinstance(event, yaml.ScalarEvent):
            self._see(event)
            self._count(1)
            if event.anchor is not None:
                self._anchors[event.anchor] = (event.value, 1)
            self._add(_scalar(event), event.value)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._see(event)
            self._begin([] if isinstance(event, yaml.SequenceStartEvent) else Pairs(), event.anchor)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()

    def _see(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        tag = event.tag
        if tag is not None and tag not in CORE:
            self.file.tags.append((tag, event.start_mark.line + 1 if event.start_mark else 0))

    def _count(self, weight: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise DocumentError(f"the YAML holds more than {MAX_NODES} values")
        if self._weights:
            anchor, total = self._weights[-1]
            self._weights[-1] = (anchor, total + weight)
            if total + weight > MAX_EXPANDED:
                raise DocumentError(f"aliases stand for more than {MAX_EXPANDED} values")

    def _begin(self, node: list[Tree] | Pairs, anchor: str | None) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise DocumentError(f"the YAML is nested deeper than {MAX_DEPTH} levels")
        self._add(node, "")
        if anchor is not None:
            self._anchors[anchor] = ("", 1)
        self._open.append(node)
        self._keys.append(None)
        self._weights.append((anchor, 1))

    def _end(self) -> None:
        self._open.pop()
        self._keys.pop()
        anchor, weight = self._weights.pop()
        if anchor is not None:
            self._anchors[anchor] = ("", weight)
        self._count(weight)

    def _add(self, node: Tree, key: str) -> None:
        """Put a node where it belongs; in a mapping, keys and values take turns."""
        if not self._open:
            self.file.documents.append(node)
            return
        parent = self._open[-1]
        if isinstance(parent, list):
            parent.append(node)
        elif (waiting := self._keys[-1]) is not None:
            parent.pairs.append((waiting, node))
            self._keys[-1] = None
        else:
            self._keys[-1] = key


def _scalar(event: yaml.ScalarEvent) -> Tree:
    """A scalar as readers take it: only plain ones are anything but text."""
    value: str = event.value
    if event.style is not None or event.tag is not None:
        return value
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    return float(value) if _NUMBER.fullmatch(value) else value
