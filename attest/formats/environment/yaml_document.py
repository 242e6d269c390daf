"""The part of YAML that conda's files use: mappings, lists and scalars, all scalars as the text that was written.

Refused: anchors, aliases, tags, merge keys, duplicate keys, several documents, and what is past the limits. As text,
the version `1.10` stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import yaml

from attest.errors import DocumentError
from attest.formats.environment.packages import MAX_FILE

Node: TypeAlias = "str | list[Node] | dict[str, Node] | None"
"""A value; None is a plain empty scalar, `~` or `null`."""

_MAX_DEPTH = 16
_MAX_NODES = 1_000_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FRAME = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentEndEvent)


def parse_yaml(data: bytes, what: str) -> dict[str, Node]:
    """Read one document that is a mapping; `what` names it in errors. Raises DocumentError."""
    if len(data) > MAX_FILE:
        raise DocumentError(f"{what} is {len(data)} bytes long; the limit is {MAX_FILE}")
    try:
        text = data.decode("utf-8")
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        root = _Builder(what).build(events)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{what} is not UTF-8 text (byte {error.start})") from None
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise DocumentError(f"{what} is not YAML: {error.problem}{line}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DocumentError(f"{what} is not YAML: {str(error)[:200]}") from None
    if not isinstance(root, dict):
        raise DocumentError(f"{what} is not a mapping")
    return root


class _Builder:
    """Parser events → nodes, without recursion."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.root: Node = None
        self.open: list[list[Node] | dict[str, Node]] = []
        self.keys: list[str | None] = []
        self.documents = self.nodes = 0

    def build(self, events: Iterator[yaml.Event]) -> Node:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1 or event.tags:
                    raise self._refuse(event, "a second document or a directive")
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self.open.pop()
                self.keys.pop()
            elif not isinstance(event, _FRAME):
                self._take(event)
        return self.root

    def _take(self, event: yaml.Event) -> None:
        self.nodes += 1
        plain = getattr(event, "anchor", None) is None and getattr(event, "tag", None) is None
        if isinstance(event, yaml.AliasEvent) or not plain:
            raise self._refuse(event, "an anchor, an alias or a tag")
        if self.nodes > _MAX_NODES:
            raise DocumentError(f"{self.what} holds more than {_MAX_NODES} values")
        if isinstance(event, yaml.ScalarEvent):
            empty = event.implicit[0] and event.value in _NULLS
            self._add(event, None if empty else str(event.value), str(event.value))
        else:
            if len(self.open) >= _MAX_DEPTH:
                raise self._refuse(event, f"nesting deeper than {_MAX_DEPTH} levels")
            node: list[Node] | dict[str, Node] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            self._add(event, node, None)
            self.open.append(node)
            self.keys.append(None)

    def _add(self, event: yaml.Event, node: Node, key: str | None) -> None:
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
            raise self._refuse(event, "a key that is no plain text")
        elif key in parent:
            raise self._refuse(event, f"the key {key[:80]!r} twice")
        else:
            self.keys[-1] = key

    def _refuse(self, event: yaml.Event, found: str) -> DocumentError:
        line = event.start_mark.line + 1 if event.start_mark else 0
        return DocumentError(f"{self.what} uses {found} (line {line})")
