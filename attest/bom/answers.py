"""Whether a value answers anything: placeholders are no answer, and some paths need certain values or words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from attest.bom.norms import Element
from attest.bom.paths import Found, Path

PLACEHOLDERS = frozenset(
    {
        "", "?", "coming soon", "description", "fixme", "missing", "more information needed", "n/a", "no assertion",
        "no description", "no description available", "no information available", "noassertion", "none",
        "not applicable", "not available", "not known", "not provided", "not specified", "null", "placeholder",
        "tba", "tbd", "to be added", "to be announced", "to be defined", "to be determined", "todo", "undefined",
        "unknown", "unspecified", "xxx",
    }
)  # fmt: skip
UNKNOWN = frozenset({"unknown", "noassertion", "no assertion", "not known"})
"""Placeholders that say that a value is not known, which some norms ask for."""
_AROUND = " \t\r\n.,;:!-–_*<>[](){}\"'`"
_BESIDE = ("name", "comment", "description", "type", "url")
_MAX_DEPTH = 16
_MAX_TEXT = 4096

UnitKind = Literal["model", "dataset", "component", "file", "subject", "document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One thing that an element is asked of: a model, a dataset, a component, a file, the subject, or the document.

    `ref` is what the document calls it; `handle` is the reader's own.
    """

    kind: UnitKind
    label: str
    ref: str = ""
    handle: Any = None


class Reader(Protocol):
    """A document as scoring reads it, whatever its format."""

    form: str
    subject: str

    def paths(self, element: Element) -> tuple[Path, ...]:
        """The element's paths for this format."""

    def units(self, element: Element) -> list[Unit]:
        """What the element is asked of; none when the document has no such thing."""

    def found(self, element: Element, path: Path, unit: Unit) -> Iterator[Found]:
        """The values at a path, seen from a unit."""

    def depends(self, element: Element, path: Path, unit: Unit) -> bool:
        """Whether the values at a path are others for another unit."""

    def is_system(self) -> bool:
        """Whether the subject is a system rather than one model or dataset."""

    def untyped_model(self) -> str:
        """The pointer of something that must be a model and is not typed as one; empty when there is none."""

    def states_gap(self, element: Element, unit: Unit) -> str:
        """The pointer to where the document states besides that this value could not be had, or an empty text."""


def plain(text: str) -> str:
    """A text as placeholders are compared."""
    return text[:_MAX_TEXT].strip(_AROUND).casefold()


def is_meaningful(value: object, depth: int = 0) -> bool:
    """Whether a value says anything: no placeholder, and not only empty members."""
    if isinstance(value, str):
        return plain(value) not in PLACEHOLDERS
    if isinstance(value, dict | list):
        items: Iterable[object] = value.values() if isinstance(value, dict) else value
        return depth < _MAX_DEPTH and any(is_meaningful(item, depth + 1) for item in items)
    return value is not None


def answers(element: Element, path: Path, value: Found) -> bool:
    """Whether a value at a path answers the element."""
    closed = element.accept.get(path.text)
    if closed is not None and not (isinstance(value.value, str) and value.value in closed):
        return False
    if closed is None and not is_meaningful(value.value):
        return False
    wanted = element.words.get(path.text)
    return wanted is None or any(word in text for text in _texts(value) for word in wanted)


def _texts(value: Found) -> Iterator[str]:
    """The value and what the objects around it are called, in small letters."""
    named = (holder.get(member) for holder in value.holders for member in _BESIDE)
    for item in (value.value, *named):
        if isinstance(item, str):
            yield item[:_MAX_TEXT].casefold()


def is_stated_unknown(value: object) -> bool:
    """Whether a value says that it is not known."""
    return isinstance(value, str) and plain(value) in UNKNOWN
