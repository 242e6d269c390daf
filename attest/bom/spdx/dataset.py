"""What the Dataset profile says of a dataset. A level of confidentiality is never concluded from anything."""

from __future__ import annotations

from collections.abc import Iterator

from attest.bom.spdx.vocabulary import DATASET_TYPES, Json, count, instant, joined, presence, texts
from attest.domain.bom import Bom, DataCard

# Gated on the Hub: terms are accepted on a page before the data can be had. `private` says nothing of how to get it.
_AVAILABILITY = {"public": "directDownload", "gated": "clickthrough"}
NO_TYPE = ["noAssertion"]
"""`dataset_datasetType` of a dataset that nobody described: the class cannot be without one."""


def dataset_members(bom: Bom) -> Json:
    """The `dataset_*` members that are known, and a comment with what the profile has no place for."""
    card = bom.data
    members: Json = {
        "builtTime": instant(card.created.text) if card.created else "",
        "dataset_datasetType": _types(card),
        "dataset_datasetSize": _size(card),
        "dataset_dataCollectionProcess": joined(card.collection),
        "dataset_dataPreprocessing": texts((*card.preprocessing, *card.annotation)),
        "dataset_knownBias": texts(card.biases),
        "dataset_intendedUse": "\n".join(_uses(card)),
        "dataset_hasSensitivePersonalInformation": presence(card.sensitive),
        "dataset_datasetAvailability": _AVAILABILITY.get(card.classification.text, "") if card.classification else "",
        "dataset_datasetUpdateMechanism": joined(card.maintenance),
        "comment": "\n".join(_comment(card)),
    }
    return members


def _types(card: DataCard) -> list[str]:
    """The kinds, sorted; one that SPDX has no word for is `other`."""
    return sorted({DATASET_TYPES.get(value.text.casefold(), "other") for value in card.kinds}) or NO_TYPE


def _size(card: DataCard) -> int | None:
    """How many examples there are in all: only as counted or declared in whole, never from some of the splits.

    Configurations may hold the same examples, so splits of more than one are not added up.
    """
    if card.rows is not None:
        return count(card.rows.text)
    examples = [split.examples for split in card.splits]
    known = [number for number in examples if number is not None]
    whole = known and len(known) == len(examples) and len({split.config for split in card.splits}) == 1
    return count(str(sum(known))) if whole else None


def _uses(card: DataCard) -> Iterator[str]:
    yield from dict.fromkeys(value.text for value in card.use_cases)
    if card.tasks:
        yield f"task: {', '.join(sorted(set(card.tasks)))}"


def _comment(card: DataCard) -> Iterator[str]:
    for label, told in (("language", card.languages), ("tag", card.tags)):
        if told:
            yield f"{label}: {', '.join(sorted(set(told)))}"
    yield from (f"limitation: {value.text}" for value in card.limitations)
    yield from (f"social impact: {value.text}" for value in card.social_impact)
    yield from (f"sensitive: {value.text}" for value in card.sensitive)
    if card.size_category is not None:
        yield f"size category: {card.size_category.text}"
    if card.modified is not None:
        yield f"modified: {card.modified.text}"
    for role, parties in (("owner", card.owners), ("custodian", card.custodians)):
        yield from (f"{role}: {name}" for name in sorted({party.name.text for party in parties}))
