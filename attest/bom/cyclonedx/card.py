"""The `modelCard` of the model component."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attest.bom.cyclonedx.vocabulary import Json, properties, rounded
from attest.domain.bom import Bom, Metric, ModelCard, Port, Value


def model_card(bom: Bom, ref: str, dataset_refs: Sequence[str]) -> Json:
    """The card, with datasets by reference; parts that nothing is known of are left out."""
    card: Json = {"bom-ref": ref}
    parts = (
        ("modelParameters", _parameters(bom.card, dataset_refs)),
        ("quantitativeAnalysis", _analysis(bom.card.metrics)),
        ("considerations", _considerations(bom.card)),
    )
    card |= {key: part for key, part in parts if part}
    if pairs := properties(_properties(bom.card)):
        card["properties"] = pairs
    return card


def _parameters(card: ModelCard, dataset_refs: Sequence[str]) -> Json:
    fields = (
        ("task", card.task),
        ("modelArchitecture", card.architecture),
        ("architectureFamily", card.architecture_family),
    )
    parameters: Json = {key: value.text for key, value in fields if value is not None}
    if card.approach is not None:
        parameters["approach"] = {"type": card.approach.text}
    if dataset_refs:
        parameters["datasets"] = [{"ref": ref} for ref in sorted(dataset_refs)]
    if card.inputs:
        parameters["inputs"] = _formats(card.inputs)
    if card.outputs:
        parameters["outputs"] = _formats(card.outputs)
    return parameters


def _formats(ports: Iterable[Port]) -> list[Json]:
    """Ports in their own order. CycloneDX has no place for a port's name; a property beside tells it."""
    return [{"format": port.format} for port in ports]


def _analysis(metrics: Iterable[Metric]) -> Json:
    found = [_metric(metric) for metric in metrics]
    return {"performanceMetrics": found} if found else {}


def _metric(metric: Metric) -> Json:
    """`<dataset> (<metric>)`, as the CycloneDX guide for machine learning writes it; the value stays as written."""
    kind = f"{metric.dataset} ({metric.name})" if metric.dataset else metric.name
    part = ", ".join(text for text in (metric.config, metric.split) if text)
    return {"type": kind, "value": metric.value.text} | ({"slice": part} if part else {})


def _considerations(card: ModelCard) -> Json:
    lists = (
        ("users", card.users),
        ("useCases", card.use_cases),
        ("technicalLimitations", card.limitations),
        ("performanceTradeoffs", card.tradeoffs),
    )
    found: Json = {key: _texts(values) for key, values in lists if values}
    if card.ethical:
        found["ethicalConsiderations"] = [{"name": text} for text in _texts(card.ethical)]
    if card.fairness:
        found["fairnessAssessments"] = [{"harms": text} for text in _texts(card.fairness)]
    if card.environmental:
        pairs = ((f"attest:model:{fact.name}", fact.value.text) for fact in card.environmental)
        found["environmentalConsiderations"] = {"properties": properties(pairs)}
    return found


def _texts(values: Iterable[Value]) -> list[str]:
    return list(dict.fromkeys(value.text for value in values))


def _properties(card: ModelCard) -> Iterable[tuple[str, str]]:
    for fact in card.hyperparameters:
        yield f"cdx:ai-ml:model:hyperparameter:{fact.name}", fact.value.text
        if fact.name == "peft_type":
            yield "cdx:ai-ml:model:parameter:tune_methods", fact.value.text
    for fact in card.tokenizer_settings:
        yield f"cdx:ai-ml:tokenizer:hyperparameter:{fact.name}", fact.value.text
    for fact in card.properties:
        yield f"attest:{fact.name}", fact.value.text
    if card.languages:
        yield "cdx:ai-ml:model:languages", ",".join(sorted(card.languages))
    if card.chat_template is not None:
        yield "cdx:ai-ml:model:template:chat", card.chat_template.text
    yield from _counts(card)
    yield from _ports("input", card.inputs)
    yield from _ports("output", card.outputs)


def _counts(card: ModelCard) -> Iterable[tuple[str, str]]:
    for dtype, count in card.parameters:
        yield f"attest:model:parameters:{dtype}", str(count)
    if card.parameters:
        yield "cdx:ai-ml:model:parameter:count", rounded(sum(count for _, count in card.parameters))
    if card.tensors:
        yield "attest:model:tensors", str(card.tensors)


def _ports(side: str, ports: Iterable[Port]) -> Iterable[tuple[str, str]]:
    for port in ports:
        if port.name:
            yield f"attest:model:{side}:{port.name}", port.format
