"""Walking through what a document holds, without recursion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from attest.formats.document_tree import Pairs, Tree
from attest.scanning.part import Part

MAX_DEPTH = 200
_CONTAINERS = (list, Pairs)


Link: TypeAlias = "tuple[Link, str | int] | None"
"""The way to a value, from inside out."""


def mappings(part: Part, tree: Tree) -> Iterator[tuple[Pairs, Link]]:
    """All mappings, outer ones first, each with the way to it. Too deep a nesting is reported and left out."""
    level: list[tuple[Tree, Link]] = [(tree, None)]
    for _ in range(MAX_DEPTH + 1):
        below: list[tuple[Tree, Link]] = []
        for value, link in level:
            if isinstance(value, Pairs):
                yield value, link
                below += [(item, (link, key)) for key, item in value if isinstance(item, _CONTAINERS)]
            elif isinstance(value, list):
                below += [(item, (link, index)) for index, item in enumerate(value) if isinstance(item, _CONTAINERS)]
        if not below:
            return
        part.budget.check_time()
        level = below
    part.report("scan.budget", f"values are nested deeper than {MAX_DEPTH} levels")


def texts(tree: Tree, most: int = 1000) -> Iterator[str]:
    """The texts in a value, those of mappings without their keys, at most so many."""
    waiting: list[Tree] = [tree]
    while waiting and most > 0:
        value = waiting.pop()
        most -= 1
        if isinstance(value, str):
            yield value
        elif isinstance(value, Pairs):
            waiting += [item for _, item in reversed(value.pairs)]
        elif isinstance(value, list):
            waiting += value[::-1]


def pointer(link: Link, key: str) -> str:
    """The way to a member as text: `/a/0/b`, at most its last 20 steps."""
    steps = [key]
    while link is not None and len(steps) < 20:
        link, step = link
        steps.append(str(step))
    return "/" + "/".join(reversed(steps))
