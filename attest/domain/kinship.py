"""What the tensors of two models have in common, and what may be concluded from it.

Equal bytes show kinship; their absence shows nothing: a fine-tune of all layers, a merge by averaging and a
quantisation leave no equal bytes. So there are verdicts for "shown", and none for "shown not to be kin".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal[
    "identical",
    "renamed",
    "extended",
    "reduced",
    "layers-dropped",
    "layers-repeated",
    "vocabulary-extended",
    "vocabulary-reduced",
    "adapter-merged",
    "fine-tune-partial",
    "requantised",
    "partly-shared",
    "same-architecture",
    "unrelated",
    "undecided",
]
"""`same-architecture` means that names and shapes agree and the bytes do not: kinship is possible and not shown.
`undecided` means that digests or tensors are missing."""

Evidence = Literal["shown", "structure", "none"]
"""`shown`: weights in common that chance does not explain. `structure`: names and shapes agree, and nothing else."""

What = Literal["unchanged", "moved", "changed", "recast", "resized", "uncompared", "only-before", "only-after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many tensors, and how many bytes in all of them."""

    tensors: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorChange:
    """One tensor that is not the same: its names and its type and shape as text, empty where it is not there."""

    what: What
    before: str
    after: str
    form_before: str = ""
    form_after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """Two models compared by their tensors.

    `weighed_before` and `weighed_after` count contents that can show kinship: each content once, without small,
    constant and computed tensors; `shared` counts those that both have. The eight tallies from `unchanged` to
    `only_after` count tensors one by one: of the second model, and for `only_before` of the first.

    - unchanged: the same name and the same bytes
    - moved: the bytes stand in the first model under another name
    - changed: the same name, type and shape, and other bytes
    - recast: the same name and shape, and another type, so that bytes cannot be compared
    - resized: the same name and another shape
    - uncompared: the same name, type and shape, and no digest

    `changed_layers` and `unchanged_layers` are texts such as `20–31`; `changed_modules` names parts of the network.
    `changes` lists the first tensors that are not the same. `notes` are what a reader must know besides.
    """

    verdict: Verdict
    evidence: Evidence
    message: str
    before: Tally
    after: Tally
    weighed_before: Tally
    weighed_after: Tally
    shared: Tally
    unchanged: Tally
    moved: Tally
    changed: Tally
    recast: Tally
    resized: Tally
    uncompared: Tally
    only_before: Tally
    only_after: Tally
    changed_layers: str = ""
    unchanged_layers: str = ""
    changed_modules: tuple[str, ...] = ()
    changes: tuple[TensorChange, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A known model that a model has tensors in common with, or whose names and shapes it has.

    `shared` counts contents that can show kinship and that both have; `model` and `base` those that either has.
    `same_names` counts tensors of equal name and content. `same_structure` says that names and shapes agree. `declared`
    says that the model names it as a base model. `source` is where the known one was read from.
    """

    name: str
    evidence: Evidence
    message: str
    shared: Tally
    model: Tally
    base: Tally
    same_names: int
    same_structure: bool
    declared: bool = False
    source: str = ""


def percent(part: int, whole: int) -> str:
    """A share for people: `84.2 %`, rounded down; neither nothing nor everything unless it is."""
    if not part or not whole:
        return "0 %"
    if part >= whole:
        return "100 %"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10} %" if tenths else "less than 0.1 %"
