"""What differs between two bills of materials, as a reviewer wants to see it: what is alarming comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from attest.domain.kinship import Kinship

Importance = Literal["alarm", "notice", "detail"]
"""`alarm`: look at this before anything is loaded. `notice`: the model or what is known of it changed. `detail`: the
rest."""

ChangeKind = Literal[
    "contradiction",
    "code",
    "format",
    "imports",
    "identity",
    "vulnerability",
    "tensors",
    "parameters",
    "architecture",
    "hyperparameter",
    "chat-template",
    "tokenizer",
    "licence",
    "base-model",
    "dataset",
    "port",
    "file",
    "component",
    "step",
    "evidence",
    "card",
    "property",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: `subject` says what it is about (a file, a package, a field), `before` and `after` are texts,
    cut short, and empty where there was nothing."""

    kind: ChangeKind
    subject: str
    before: str
    after: str
    importance: Importance
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BomDiff:
    """Two documents compared. `before` and `after` name their subjects; `changes` are ordered by importance and kind.

    `kinship` compares the tensors, and is None when neither document lists any.
    """

    before: str
    after: str
    changes: tuple[Change, ...]
    kinship: Kinship | None = None

    @property
    def alarms(self) -> tuple[Change, ...]:
        """What is alarming."""
        return tuple(change for change in self.changes if change.importance == "alarm")
