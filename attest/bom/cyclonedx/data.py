"""The `data` of a dataset component: contents, classification, sensitive data and governance."""

from __future__ import annotations

from collections.abc import Iterable

from attest.bom.cyclonedx.vocabulary import Json, organisation, properties
from attest.domain.bom import Bom, DataCard, Party, Value


def named_data(name: str) -> list[Json]:
    """The `data` of a dataset that is known by its name alone."""
    return [{"type": "dataset", "name": name}]


def dataset_data(bom: Bom) -> list[Json]:
    """The `data` of the dataset that the bill is about."""
    card = bom.data
    entry: Json = {"type": "dataset", "name": bom.name.text}
    if pairs := properties(_contents(card)):
        entry["contents"] = {"properties": pairs}
    if bom.description is not None:
        entry["description"] = bom.description.text
    if card.classification is not None:
        entry["classification"] = card.classification.text
    if card.sensitive:
        entry["sensitiveData"] = [value.text for value in card.sensitive]
    roles = (("owners", card.owners), ("custodians", card.custodians))
    if governance := {key: _parties(parties) for key, parties in roles if parties}:
        entry["governance"] = governance
    return [entry]


def _parties(parties: Iterable[Party]) -> list[Json]:
    return [{"organization": organisation(party)} for party in parties]


def _contents(card: DataCard) -> Iterable[tuple[str, str]]:
    """What is in the dataset, under `attest:dataset:`; examples and bytes of a split, types of features."""
    yield from _splits(card)
    for feature in card.features:
        yield f"attest:dataset:feature:{feature.name}", feature.type
    for label, count in card.classes:
        yield f"attest:dataset:class:{label}", str(count)
    for name, values in _told(card):
        for value in values:
            yield f"attest:dataset:{name}", value.text
    for name, texts in (("language", card.languages), ("task", card.tasks)):
        for text in texts:
            yield f"attest:dataset:{name}", text
    for fact in card.properties:
        yield f"attest:{fact.name}", fact.value.text


def _splits(card: DataCard) -> Iterable[tuple[str, str]]:
    for split in card.splits:
        name = f"{split.config}/{split.name}" if split.config else split.name
        for what, number in (("num_examples", split.examples), ("num_bytes", split.size)):
            if number is not None:
                yield f"attest:dataset:split:{name}:{what}", str(number)


def _told(card: DataCard) -> Iterable[tuple[str, tuple[Value, ...]]]:
    yield from (
        ("rows", (card.rows,) if card.rows else ()),
        ("size-category", (card.size_category,) if card.size_category else ()),
        ("created", (card.created,) if card.created else ()),
        ("modified", (card.modified,) if card.modified else ()),
        ("kind", card.kinds),
        ("collection", card.collection),
        ("preprocessing", card.preprocessing),
        ("annotation", card.annotation),
        ("bias", card.biases),
        ("limitation", card.limitations),
        ("use-case", card.use_cases),
        ("social-impact", card.social_impact),
        ("maintenance", card.maintenance),
    )
