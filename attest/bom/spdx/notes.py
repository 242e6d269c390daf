"""Annotations of the subject: where each value comes from, facts that the profiles have no place for, and what does
not fit together, could not be read, was noticed or could not be had. Each holds one JSON object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attest.bom.references import origin_text
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.vocabulary import Json
from attest.domain.bom import Bom, DataCard, Fact, ModelCard, Party, Port, Value

_Values = Iterable[Value | None]


def annotate_subject(graph: Graph, bom: Bom, subject: str) -> None:
    """All annotations of the subject but those of its licences."""
    members = graph.elements[subject]
    origins: dict[str, set[str]] = {}
    for member, value in _origins(bom):
        if member in members:
            origins.setdefault(f"/{member}", set()).add(origin_text(value.origin, value.source))
    graph.annotate(
        subject, "origins", {"origins": {key: sorted(told) for key, told in origins.items()}} if origins else {}
    )
    graph.annotate(subject, "facts", _facts(bom))
    graph.annotate(subject, "notices", _notices(bom))


def annotate_time(graph: Graph) -> None:
    """Says that the document's time is none: SPDX wants one, and nobody gave one."""
    graph.annotate(graph.namespace, "time", {"created": "no time was given; this one stands in its place"})


def annotate_profiles(graph: Graph, gaps: Iterable[str]) -> None:
    """Why a profile is left out of what the document conforms to."""
    told = list(gaps)
    graph.annotate(graph.namespace, "profiles", {"profile-gaps": told} if told else {})


def _origins(bom: Bom) -> Iterator[tuple[str, Value]]:
    """Members of the subject's element with the values that stand in them."""
    for member, values in (*_common(bom), *_model(bom.card), *_dataset(bom.data)):
        for value in values:
            if value is not None:
                yield member, value


def _common(bom: Bom) -> Iterator[tuple[str, _Values]]:
    yield "name", (bom.name,)
    yield "description", (bom.description,)
    yield "releaseTime", (bom.released,)
    yield "software_copyrightText", bom.copyright
    yield "suppliedBy", _names([bom.supplier])
    yield "originatedBy", _names([bom.manufacturer, *bom.authors])
    yield "ai_useSensitivePersonalInformation", bom.data.sensitive


def _names(parties: Iterable[Party | None]) -> list[Value]:
    return [party.name for party in parties if party is not None]


def _model(card: ModelCard) -> Iterator[tuple[str, _Values]]:
    yield "ai_domain", (card.task,)
    yield "ai_typeOfModel", (card.architecture, card.architecture_family, card.model_type, card.approach)
    yield "ai_hyperparameter", _values((*card.hyperparameters, *card.tokenizer_settings))
    yield "ai_metric", (metric.value for metric in card.metrics)
    yield "ai_limitation", (*card.limitations, *card.tradeoffs)
    application = (*card.use_cases, *card.users, *card.modalities, card.chat_template)
    yield "ai_informationAboutApplication", application
    yield "ai_informationAboutApplication", _ports((*card.inputs, *card.outputs))
    yield "ai_informationAboutTraining", (card.training, *_values(card.environmental))
    yield "ai_modelDataPreprocessing", (card.tokenizer,)
    yield "ai_energyConsumption", _values(fact for fact in card.environmental if fact.name == "kwh")
    yield "comment", (card.library, *card.ethical, *card.fairness)


def _dataset(card: DataCard) -> Iterator[tuple[str, _Values]]:
    yield "builtTime", (card.created,)
    yield "dataset_datasetType", card.kinds
    yield "dataset_datasetSize", (card.rows,) if card.rows else _splits(card)
    yield "dataset_dataCollectionProcess", card.collection
    yield "dataset_dataPreprocessing", (*card.preprocessing, *card.annotation)
    yield "dataset_knownBias", card.biases
    yield "dataset_intendedUse", card.use_cases
    yield "dataset_hasSensitivePersonalInformation", card.sensitive
    yield "dataset_datasetAvailability", (card.classification,)
    yield "dataset_datasetUpdateMechanism", card.maintenance
    yield "comment", (*card.limitations, *card.social_impact, card.size_category, card.modified)


def _values(facts: Iterable[Fact]) -> list[Value]:
    return [fact.value for fact in facts]


def _ports(ports: Iterable[Port]) -> list[Value]:
    return [Value(text=port.format, origin=port.origin, source=port.source) for port in ports]


def _splits(card: DataCard) -> list[Value]:
    return [Value(text=split.name, origin=split.origin, source=split.source) for split in card.splits]


def _facts(bom: Bom) -> Json:
    """What is known and has no member: properties of formats, and what a dataset consists of."""
    card = bom.data
    facts = (*bom.card.properties, *card.properties)
    told: tuple[tuple[str, object], ...] = (
        ("facts", [_fact(fact) for fact in sorted(facts, key=lambda fact: (fact.name, fact.value.text))]),
        ("features", [{"name": feature.name, "type": feature.type} for feature in card.features]),
        ("classes", {label: str(number) for label, number in card.classes}),
        ("splits", [_split(split.config, split.name, split.examples, split.size) for split in card.splits]),
        ("digest-source", "given: not computed" if bom.digests_given else ""),
    )
    return {key: item for key, item in told if item}


def _fact(fact: Fact) -> Json:
    return {
        "name": fact.name,
        "text": fact.value.text,
        "origin": origin_text(fact.value.origin, fact.value.source),
    }


def _split(config: str, name: str, examples: int | None, size: int | None) -> Json:
    told = (("config", config), ("name", name), ("examples", examples), ("bytes", size))
    return {key: str(item) for key, item in told if item not in ("", None)}


def _notices(bom: Bom) -> Json:
    conflicts = [
        {
            "about": conflict.about,
            "values": [{"text": v.text, "origin": origin_text(v.origin, v.source)} for v in conflict.values],
        }
        for conflict in bom.conflicts
    ]
    found: tuple[tuple[str, list[Json]], ...] = (
        ("conflicts", conflicts),
        ("unreadable", [{"file": name, "reason": reason} for name, reason in bom.unreadable]),
        ("findings", [{"rule": one.rule, "file": one.file, "message": one.message} for one in sorted(bom.findings)]),
        ("gaps", [{"needed": gap.needed, "about": gap.about, "reason": gap.reason} for gap in bom.gaps]),
    )
    return {key: items for key, items in found if items}
