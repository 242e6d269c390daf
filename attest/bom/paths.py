"""The path language of the norms: what may answer an element, in CycloneDX or SPDX.

    bom.metadata.authors[].name                  from the document, each author
    model.licenses[].license.id                  from the model, wherever it stands
    component.hashes[alg=SHA-256|SHA-512].content   items whose `alg` has one of the values
    model.properties[name=cdx:ai-ml:model:*].value  items whose `name` has the prefix
    ai_AIPackage.suppliedBy                      from an element of the class or of one below it
    Relationship[trainedOn].to                   the ends of edges of that type
    SpdxDocument>amendedBy                       edges of that type from elements of the class

A path is taken apart once; `found` then walks raw JSON of any shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from attest.bom.places import Json, escaped

CYCLONEDX_ROOTS = frozenset({"bom", "model", "dataset", "component"})
_STEP = re.compile(r"([A-Za-z$@_][\w\-]*)(?:\[(?:([\w\-]+)=([^\]]*))?\])?", re.ASCII)
_ROOT = re.compile(r"([A-Za-z]\w*)(?:\[(\w+)\]|>(\w+))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One member; `many` takes each item of its list, of which `key` must have one of `values` (a trailing `*` stands
    for any rest)."""

    name: str
    many: bool = False
    key: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path, taken apart. `edge` is a type of relationship; `root` is then `Relationship`, or the class that the
    edges start from."""

    text: str
    root: str
    steps: tuple[Step, ...]
    edge: str = ""

    @property
    def spdx(self) -> bool:
        """Whether this path is one of SPDX."""
        return self.root not in CYCLONEDX_ROOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value, the pointer to it, and the objects on the way to it, the innermost last; where the way starts is not
    one of them."""

    pointer: str
    value: Any
    holders: tuple[Json, ...] = ()


def parse(text: str) -> Path:
    """Take a path apart. Raises ValueError when it is none."""
    parts = _split(text)
    root = _ROOT.fullmatch(parts[0])
    steps = [_STEP.fullmatch(part) for part in parts[1:]]
    if root is None or not all(steps):
        raise ValueError(f"{text!r} is no path")
    edge = root[2] or root[3] or ""
    if root[2] and root[1] != "Relationship":
        raise ValueError(f"{text!r} has a type of relationship on something else")
    return Path(text=text, root=root[1], steps=tuple(_step(match) for match in steps if match), edge=edge)


def _split(text: str) -> list[str]:
    """The parts between full stops, those in brackets left alone."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "." and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _step(match: re.Match[str]) -> Step:
    values = tuple(match[3].split("|")) if match[2] else ()
    return Step(name=match[1], many=match[0].endswith("]"), key=match[2] or "", values=values)


def found(steps: tuple[Step, ...], node: Json, pointer: str, *, lists: bool = False) -> Iterator[Found]:
    """Every value at the end of `steps` below `node`. With `lists`, a list counts as its items everywhere, as
    JSON-LD has it."""
    ends = [Found(pointer=pointer, value=node)]
    for step in steps:
        ends = [end for start in ends for end in _next(step, start, lists=lists)]
        if not ends:
            return
    yield from ends


def _next(step: Step, start: Found, *, lists: bool) -> Iterator[Found]:
    node = start.value
    if not isinstance(node, dict) or step.name not in node:
        return
    value, at = node[step.name], f"{start.pointer}/{escaped(step.name)}"
    if not step.many and not (lists and isinstance(value, list)):
        yield Found(pointer=at, value=value, holders=_around(start, value))
        return
    for index, item in enumerate(value if isinstance(value, list) else [value] if lists else ()):
        if not step.key or (isinstance(item, dict) and _matches(step, item.get(step.key))):
            where = f"{at}/{index}" if isinstance(value, list) else at
            yield Found(pointer=where, value=item, holders=_around(start, item))


def _around(start: Found, value: object) -> tuple[Json, ...]:
    return (*start.holders, value) if isinstance(value, dict) else start.holders


def _matches(step: Step, value: object) -> bool:
    if not isinstance(value, str):
        return False
    return any(value.startswith(one[:-1]) if one.endswith("*") else value == one for one in step.values)
