"""What a document holds, whatever it is written in: mappings keep every pair, so that nothing hides behind a second one
with the same key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Pairs:
    """A mapping with all its pairs in the order of the file."""

    pairs: list[tuple[str, Tree]] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, Tree]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def last(self, key: str) -> Tree:
        """The value that readers take; None when there is none."""
        for name, value in reversed(self.pairs):
            if name == key:
                return value
        return None


Tree: TypeAlias = "Pairs | list[Tree] | str | int | float | bool | None"
