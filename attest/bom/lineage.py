"""Which models and datasets a model refers to, from three sources that may disagree (reference `ml-bom.md` section
10).

The card's `base_model` and an adapter's `base_model_name_or_path` are claims; `_name_or_path` in `config.json` is
only where somebody loaded the weights from. It is a hint for lineage when nothing better is there, and never an
identity.
"""

from __future__ import annotations

from dataclasses import dataclass

from attest.bom.names import hub_id, owned
from attest.domain.bom import Conflict, Relative, Value
from attest.formats.card import Card
from attest.formats.configuration import AdapterConfiguration, ModelConfiguration

_CARD = "README.md#/base_model"
_ADAPTER = "adapter_config.json#/base_model_name_or_path"
_CONFIG = "config.json#/_name_or_path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Base models, and sources that disagree about them."""

    base_models: tuple[Relative, ...]
    conflicts: tuple[Conflict, ...]


def lineage(
    identity: str,
    card: Card,
    adapter: AdapterConfiguration | None,
    config: ModelConfiguration,
    claimed: tuple[Relative, ...] = (),
) -> Lineage:
    """Base models of the model called `identity` (`owner/name` or a bare name); `claimed` are what headers name."""
    relation = card.base_model_relation or ("adapter" if adapter is not None else "")
    declared = [
        Relative(name=name, relation=relation, origin="declared", source=_CARD)
        for name in card.base_models
        if name.casefold() != identity.casefold()
    ]
    # What a weights file says of its base, and what an adapter names, are sources as good as the card.
    observed = [*_observed(adapter), *_others(claimed, identity)]
    hinted = _hinted(config, identity)
    # An empty relation is inferred from nothing: it stays unknown.
    if declared:
        rivals = [
            rival for rival in (*observed, *hinted) if not any(_same(rival.name, known.name) for known in declared)
        ]
        kept = (*declared, *[rival for rival in rivals if rival.origin != "inferred"])
        return Lineage(base_models=kept, conflicts=_conflict(declared, rivals))
    rivals = [hint for hint in hinted if observed and not any(_same(hint.name, one.name) for one in observed)]
    return Lineage(base_models=tuple(observed or hinted), conflicts=_conflict(observed, rivals))


def datasets(card: Card) -> tuple[Relative, ...]:
    """The datasets that the card names; the Hub documents the member as "datasets used to train"."""
    return tuple(
        Relative(name=name, relation="trained-on", origin="declared", source=f"README.md#/datasets/{index}")
        for index, name in enumerate(card.datasets)
    )


def _observed(adapter: AdapterConfiguration | None) -> list[Relative]:
    # A path on the machine that trained is no name of a model.
    if adapter is None or hub_id(adapter.base_model) is None:
        return []
    return [Relative(name=adapter.base_model, relation="adapter", origin="observed", source=_ADAPTER)]


def _others(claimed: tuple[Relative, ...], identity: str) -> list[Relative]:
    """Headers of shards repeat each other; each name counts once."""
    return list({kin.name.casefold(): kin for kin in claimed if not _same(kin.name, identity)}.values())


def _hinted(config: ModelConfiguration, identity: str) -> list[Relative]:
    if not owned(config.name_or_path) or _same(config.name_or_path, identity):
        return []
    return [Relative(name=config.name_or_path, relation="", origin="inferred", source=_CONFIG)]


def _conflict(kept: list[Relative], rivals: list[Relative]) -> tuple[Conflict, ...]:
    if not rivals:
        return ()
    values = tuple(Value(text=one.name, origin=one.origin, source=one.source) for one in (*kept, *rivals))
    return (Conflict(about="base-model", values=values),)


def _same(left: str, right: str) -> bool:
    """Whether two names mean one model; an owner that one of them leaves out is no difference."""
    one, other = left.casefold(), right.casefold()
    if "/" in one and "/" in other:
        return one == other
    return one.rpartition("/")[2] == other.rpartition("/")[2]
