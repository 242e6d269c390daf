"""YAML read in the narrowest way that cards of models and datasets need.

One document, no anchors, aliases, merge keys or tags, no duplicate keys, none of the characters that end a line in YAML
1.1 alone (elsewhere a comment goes on behind them), at most 256 KiB and 16 levels. Scalars stay text, so that a date is
what was written and the language `no` is Norwegian.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import yaml

from attest.errors import DocumentError

Node: TypeAlias = "str | list[Node] | dict[str, Node] | None"
"""A YAML value with every scalar as text; None is a plain empty scalar, `~` or `null`."""

MAX_SIZE = 256 * 1024
MAX_DEPTH = 16
MAX_NODES = 50_000
_OTHER_BREAKS = "\x85\u2028\u2029"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def parse_nodes(text: str, what: str, *, first_line: int = 1) -> Node:
    """The root of one YAML document; `what` names it in errors, `first_line` is where it begins in its file.

    Raises DocumentError for anything outside the subset above.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_SIZE:
        raise DocumentError(f"{what} is longer than {MAX_SIZE} bytes")
    if any(mark in text for mark in _OTHER_BREAKS):
        raise DocumentError(f"{what} holds a character that only some readers take for the end of a line")
    builder = _Builder(what)
    try:
        builder.build(yaml.parse(text, Loader=yaml.SafeLoader))
    except RecursionError:
        raise DocumentError(f"{what} is nested too deeply") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + first_line})" if place is not None else ""
        raise DocumentError(f"{what} is not YAML: {getattr(error, 'problem', None) or 'malformed'}{line}") from None
    return builder.root


class _Builder:
    """Parser events → nodes, without recursion."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.root: Node = None
        self.open: list[list[Node] | dict[str, Node]] = []
        self.keys: list[str | None] = []
        self.documents = self.nodes = 0

    def build(self, events: Iterable[yaml.Event]) -> None:
        for event in events:
            self.take(event)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1 or event.tags or event.version:
                raise DocumentError(f"{self.what} holds directives or more than one document")
        elif isinstance(event, yaml.AliasEvent):
            raise DocumentError(f"{self.what} uses an alias")
        elif isinstance(event, yaml.ScalarEvent):
            self._check(event)
            plain = event.style is None and event.value in _NULLS
            self._add(None if plain else self._clean(event.value), event.value)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._check(event)
            self._open([] if isinstance(event, yaml.SequenceStartEvent) else {})
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self.open.pop()
            self.keys.pop()

    def _check(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self.nodes += 1
        if event.anchor is not None or event.tag is not None:
            raise DocumentError(f"{self.what} uses an anchor or a tag")
        if self.nodes > MAX_NODES:
            raise DocumentError(f"{self.what} holds more than {MAX_NODES} values")

    def _open(self, node: list[Node] | dict[str, Node]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise DocumentError(f"{self.what} is nested deeper than {MAX_DEPTH} levels")
        self._add(node, None)
        self.open.append(node)
        self.keys.append(None)

    def _add(self, node: Node, key: str | None) -> None:
        """Put a node where it belongs; in a mapping, keys and values take turns."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, list):
            parent.append(node)
        elif (waiting := self.keys[-1]) is not None:
            parent[waiting] = node
            self.keys[-1] = None
        elif key is None or key == "<<":
            raise DocumentError(f"{self.what} has a key that is no plain text")
        elif key in parent:
            raise DocumentError(f"{self.what} has the key {key[:80]!r} twice")
        else:
            self.keys[-1] = self._clean(key)

    def _clean(self, text: str) -> str:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise DocumentError(f"{self.what} holds half of a surrogate pair, which is no character") from None
        return text
