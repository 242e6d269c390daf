"""The part of YAML 1.2 that policies use, with line numbers: mappings, lists, texts, integers, true, false, null.

Refused: anchors, aliases, tags, merge keys, duplicate keys, several documents, octal numbers, and anything past the
limits. Dates and fractions stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from attest.errors import DocumentError, Problem

MAX_SIZE = 1 << 20
MAX_DEPTH = 32
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
# YAML 1.1 ends lines at these, editors do not: a comment could go on as policy.
_HIDDEN = re.compile("[\x85\u2028\u2029\ufeff]")
_OCTAL = re.compile(r"[-+]?0[0-9]+|0o[0-7]+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

Scalar = str | int | bool | None


@dataclass(slots=True, kw_only=True)
class Node:
    """One value with the line on which it starts; exactly one of the three contents is used, as `kind` says."""

    kind: str
    line: int
    scalar: Scalar = None
    items: list[Node] = field(default_factory=list)
    members: dict[str, Node] = field(default_factory=dict)


def read_yaml(data: bytes, what: str) -> Node:
    """Read one document; `what` names it in errors. Raises DocumentError with the line of the problem."""
    if len(data) > MAX_SIZE:
        raise DocumentError(f"{what} is {len(data)} bytes long; the limit is {MAX_SIZE}")
    try:
        text = data.decode("utf-8")
        if mark := _HIDDEN.search(text):
            line = text.count("\n", 0, mark.start()) + 1
            message = f"the character U+{ord(mark.group()):04X}, which some readers take for the end of a line"
            raise DocumentError(f"{what} holds hidden text", [Problem(where=f"line {line}", message=message)])
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _document(events, what)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{what} is not UTF-8 text (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DocumentError(
            f"{what} is not YAML", [Problem(where=f"line {line}", message=str(error.problem))]
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DocumentError(f"{what} is not YAML: {error}") from error


def _document(events: Iterator[yaml.Event], what: str) -> Node:
    root: Node | None = None
    for event in events:
        if isinstance(
            event,
            yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentStartEvent | yaml.DocumentEndEvent,
        ):
            continue
        if root is not None:
            raise _refuse(what, event, "a second document")
        root = _node(event, events, what, 0)
    if root is None:
        raise DocumentError(f"{what} is empty")
    return root


def _node(event: yaml.Event, events: Iterator[yaml.Event], what: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise _refuse(what, event, f"nesting deeper than {MAX_DEPTH} levels")
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        raise _refuse(what, event, "an anchor or alias; write the value out")
    if getattr(event, "tag", None) is not None:
        raise _refuse(what, event, f"the tag {event.tag!r}; plain values only")  # type: ignore[attr-defined]
    line = _line(event)
    if isinstance(event, yaml.ScalarEvent):
        return Node(kind="scalar", line=line, scalar=_scalar(event, what))
    if isinstance(event, yaml.SequenceStartEvent):
        node = Node(kind="list", line=line)
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            node.items.append(_node(item, events, what, depth + 1))
        return node
    node = Node(kind="mapping", line=line)
    while not isinstance(item := next(events), yaml.MappingEndEvent):
        key = _node(item, events, what, depth + 1)
        if not isinstance(key.scalar, str) or key.scalar == "<<":
            raise _refuse(what, item, "a key that is not plain text")
        if key.scalar in node.members:
            raise _refuse(what, item, f"the key {key.scalar!r} a second time in one mapping")
        node.members[key.scalar] = _node(next(events), events, what, depth + 1)
    return node


def _scalar(event: yaml.ScalarEvent, what: str) -> Scalar:
    text = str(event.value)
    if not event.implicit[0]:  # quoted, or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        raise _refuse(what, event, f"the number {text!r} with a leading zero, which readers disagree about")
    return text


def _refuse(what: str, event: yaml.Event, found: str) -> DocumentError:
    problem = Problem(where=f"line {_line(event)}", message=found)
    return DocumentError(f"{what} uses YAML that policies do not", [problem])


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
