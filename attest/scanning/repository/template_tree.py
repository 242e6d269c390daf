"""What a template is made of, as flat lists: every expression stands behind its parts, so that a loop can judge it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "const", "name", "attribute", "item", "slice", "call", "filter", "test", "binary", "unary", "logic", "choice",
    "list", "dict", "output",
]  # fmt: skip
"""`logic` gives one of its operands or a truth value, `choice` is `a if b else c`, `output` the text of a block."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An expression.

    `index` is its place in the tree's list, always behind those of `parts`. `text` is a name, an operator, or what a
    string stands for; `number` the value of a number. `keywords` name the last of a call's arguments; `starred` says
    that arguments are unpacked. `local` says that a loop or a macro around it binds the name. `loop` is the innermost
    loop around it, 0 without one; `macro` is the macro around it, counted from 1.
    """

    index: int
    kind: Kind
    text: str
    parts: tuple[Node, ...]
    offset: int
    loop: int
    macro: int = 0
    number: int | float | None = None
    keywords: tuple[str, ...] = ()
    starred: bool = False
    local: bool = False

    @property
    def positional(self) -> tuple[Node, ...]:
        """The arguments of a call, filter or test without a keyword, without what it is applied to."""
        return self.parts[1 : len(self.parts) - len(self.keywords)]

    @property
    def named(self) -> tuple[tuple[str, Node], ...]:
        """The arguments with a keyword."""
        return tuple(zip(self.keywords, self.parts[len(self.parts) - len(self.keywords) :], strict=True))

    @property
    def is_text(self) -> bool:
        """Whether it is a string constant."""
        return self.kind == "const" and self.number is None and self.text != ""


class Binding(NamedTuple):
    """A name, or an attribute of a namespace, that gets a value: the whole of it or one of its elements."""

    name: str
    attribute: str
    source: Node
    element: bool
    offset: int
    loop: int


class Loop(NamedTuple):
    """A loop over `source` inside of another one, 0 without one. `target` are the names that it binds."""

    source: Node
    around: int
    recursive: bool
    target: tuple[str, ...]


class Macro(NamedTuple):
    """A macro, or what a call block hands to one, which has no name."""

    name: str
    parameters: tuple[str, ...]
    offset: int


@dataclass(slots=True)
class Tree:
    """A parsed template. `loops[0]` stands for no loop; `refused` are tags that no chat template needs."""

    nodes: list[Node] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    macros: list[Macro] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    names: list[tuple[str, int]] = field(default_factory=list)
    """Names that the template itself introduces: of blocks, macros, parameters and keywords."""
