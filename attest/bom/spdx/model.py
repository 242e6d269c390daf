"""What the AI profile says of a model. Autonomy and safety risk are never concluded from anything."""

from __future__ import annotations

from collections.abc import Iterator

from attest.bom.spdx.vocabulary import Json, entry, joined, presence, quantity, texts
from attest.domain.bom import Bom, Metric, ModelCard, Port

_ENERGY = "kwh"


def model_members(bom: Bom) -> Json:
    """The `ai_*` members that are known, and a comment with what the profile has no place for."""
    card = bom.card
    members: Json = {
        "ai_typeOfModel": texts((card.architecture, card.architecture_family, card.model_type, card.approach)),
        "ai_domain": texts((card.task,)),
        "ai_hyperparameter": _entries(_hyperparameters(card)),
        "ai_metric": _entries((_metric_name(metric), metric.value.text) for metric in card.metrics),
        "ai_limitation": joined((*card.limitations, *card.tradeoffs)),
        "ai_informationAboutApplication": "\n".join(_application(card)),
        "ai_informationAboutTraining": "\n".join(_training(card)),
        "ai_modelDataPreprocessing": [f"tokenizer: {card.tokenizer.text}"] if card.tokenizer else [],
        "ai_useSensitivePersonalInformation": presence(bom.data.sensitive),
        "ai_energyConsumption": _energy(card),
        "comment": "\n".join(_comment(card)),
    }
    return members


def _entries(pairs: Iterator[tuple[str, str]]) -> list[Json]:
    return [entry(key, value) for key, value in sorted(set(pairs))]


def _hyperparameters(card: ModelCard) -> Iterator[tuple[str, str]]:
    for fact in card.hyperparameters:
        yield fact.name, fact.value.text
    for fact in card.tokenizer_settings:
        yield f"tokenizer:{fact.name}", fact.value.text
    for dtype, number in card.parameters:
        yield f"parameters:{dtype}", str(number)
    if card.parameters:
        yield "parameters", str(sum(number for _, number in card.parameters))
    if card.tensors:
        yield "tensors", str(card.tensors)


def _metric_name(metric: Metric) -> str:
    """`<dataset> (<metric>)`, with configuration and split where they are told."""
    kind = f"{metric.dataset} ({metric.name})" if metric.dataset else metric.name
    part = ", ".join(text for text in (metric.config, metric.split) if text)
    return f"{kind} [{part}]" if part else kind


def _application(card: ModelCard) -> Iterator[str]:
    yield from (f"use: {value.text}" for value in card.use_cases)
    yield from (f"users: {value.text}" for value in card.users)
    yield from (f"modality: {text}" for text in texts(card.modalities))
    yield from _ports("input", card.inputs)
    yield from _ports("output", card.outputs)
    if card.chat_template is not None:
        yield f"chat template: {card.chat_template.text}"


def _ports(side: str, ports: tuple[Port, ...]) -> Iterator[str]:
    for port in ports:
        yield f"{side} {port.name}: {port.format}" if port.name else f"{side}: {port.format}"


def _training(card: ModelCard) -> Iterator[str]:
    if card.training is not None:
        yield card.training.text
    yield from sorted(f"{fact.name}: {fact.value.text}" for fact in card.environmental if fact.name != _ENERGY)


def _energy(card: ModelCard) -> Json:
    """Energy only where somebody gave kilowatt hours; it is never computed from CO2."""
    found = [quantity(fact.value.text) for fact in card.environmental if fact.name == _ENERGY]
    described = [
        {
            "type": "ai_EnergyConsumptionDescription",
            "ai_energyQuantity": number,
            "ai_energyUnit": "kilowattHour",
        }
        for number in sorted(set(found))
        if number
    ]
    return {"type": "ai_EnergyConsumption", "ai_trainingEnergyConsumption": described} if described else {}


def _comment(card: ModelCard) -> Iterator[str]:
    if card.library is not None:
        yield f"library: {card.library.text}"
    for label, told in (("language", card.languages), ("tag", card.tags), ("custom code", card.custom_code)):
        if told:
            yield f"{label}: {', '.join(sorted(set(told)))}"
    yield from (f"ethical consideration: {value.text}" for value in card.ethical)
    yield from (f"fairness: {value.text}" for value in card.fairness)
