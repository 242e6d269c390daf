"""Where each value of the subject comes from.

Every document tells it in properties: `attest:origin:<field>` with `<declared|observed|inferred>: <file>#<JSON
pointer>`. When the document has a time, it also tells it the format's own way, which cannot do without one: citations
with JSON pointers in 1.7, one annotation with a table from pointer to origin in 1.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from attest.bom.cyclonedx.vocabulary import Json
from attest.bom.references import References, origin_text
from attest.domain.bom import Bom, DataCard, Value

_SUBJECT = "/metadata/component"


def origins(bom: Bom) -> Iterator[tuple[str, Value]]:
    """Field names with the values whose origins are told; the pointer of each is in `_POINTERS`."""
    card = bom.card
    single = (
        ("name", bom.name),
        ("description", bom.description),
        ("released", bom.released),
        ("task", card.task),
        ("modelArchitecture", card.architecture),
        ("architectureFamily", card.architecture_family),
        ("approach", card.approach),
        ("model-type", card.model_type),
        ("library", card.library),
        ("training", card.training),
        ("tokenizer", card.tokenizer),
        ("chat-template", card.chat_template),
        ("rows", bom.data.rows),
        ("classification", bom.data.classification),
    )
    for field, value in single:
        if value is not None:
            yield field, value
    for field, values in _many(bom):
        for value in values:
            yield field, value


def _many(bom: Bom) -> Iterator[tuple[str, Iterable[Value]]]:
    card = bom.card
    yield "licenses", (item.value for item in bom.licenses)
    yield "copyright", bom.copyright
    yield "users", card.users
    yield "useCases", card.use_cases
    yield "technicalLimitations", card.limitations
    yield "performanceTradeoffs", card.tradeoffs
    yield "ethicalConsiderations", card.ethical
    yield "fairnessAssessments", card.fairness
    yield "modality", card.modalities
    yield "performanceMetrics", (metric.value for metric in card.metrics)
    yield "hyperparameters", (fact.value for fact in card.hyperparameters)
    yield "sensitiveData", bom.data.sensitive
    yield from _of_data(bom.data)
    for side, ports in (("inputs", card.inputs), ("outputs", card.outputs)):
        yield side, (Value(text=port.format, origin=port.origin, source=port.source) for port in ports)
    parties = (("manufacturer", bom.manufacturer), ("supplier", bom.supplier))
    for field, party in parties:
        if party is not None:
            yield field, (party.name,)
    yield "authors", (party.name for party in bom.authors)


def _of_data(data: DataCard) -> Iterator[tuple[str, Iterable[Value]]]:
    """What a dataset's files and documents say of it; splits and features are told once a source."""
    yield "splits", (Value(text=split.name, origin=split.origin, source=split.source) for split in data.splits)
    yield "features", (Value(text=item.name, origin=item.origin, source=item.source) for item in data.features)
    yield "kinds", data.kinds
    yield "collection", data.collection
    yield "preprocessing", data.preprocessing
    yield "annotation", data.annotation
    yield "biases", data.biases
    yield "limitations", data.limitations
    yield "use-cases", data.use_cases
    yield "social-impact", data.social_impact
    yield "maintenance", data.maintenance
    for role, parties in (("owners", data.owners), ("custodians", data.custodians)):
        yield role, (party.name for party in parties)


_POINTERS = {
    "name": "/name",
    "description": "/description",
    "released": "/releaseNotes/timestamp",
    "licenses": "/licenses",
    "copyright": "/copyright",
    "manufacturer": "/manufacturer",
    "supplier": "/supplier",
    "authors": "/authors",
    "task": "/modelCard/modelParameters/task",
    "modelArchitecture": "/modelCard/modelParameters/modelArchitecture",
    "architectureFamily": "/modelCard/modelParameters/architectureFamily",
    "approach": "/modelCard/modelParameters/approach",
    "inputs": "/modelCard/modelParameters/inputs",
    "outputs": "/modelCard/modelParameters/outputs",
    "users": "/modelCard/considerations/users",
    "useCases": "/modelCard/considerations/useCases",
    "technicalLimitations": "/modelCard/considerations/technicalLimitations",
    "performanceTradeoffs": "/modelCard/considerations/performanceTradeoffs",
    "ethicalConsiderations": "/modelCard/considerations/ethicalConsiderations",
    "fairnessAssessments": "/modelCard/considerations/fairnessAssessments",
    "performanceMetrics": "/modelCard/quantitativeAnalysis/performanceMetrics",
    "hyperparameters": "/modelCard/properties",
    "classification": "/data/0/classification",
    "sensitiveData": "/data/0/sensitiveData",
    "splits": "/data/0/contents/properties",
    "features": "/data/0/contents/properties",
    "owners": "/data/0/governance/owners",
    "custodians": "/data/0/governance/custodians",
}


def pointed(bom: Bom, document: Json, subject: str = _SUBJECT) -> dict[str, list[str]]:
    """Origin texts → JSON pointers to the values that have them, both in order; only pointers that lead somewhere."""
    found: dict[str, set[str]] = {}
    for field, value in origins(bom):
        pointer = _POINTERS.get(field)
        if pointer and _leads(document, subject + pointer):
            found.setdefault(origin_text(value.origin, value.source), set()).add(subject + pointer)
    return {text: sorted(pointers) for text, pointers in sorted(found.items())}


def origin_citations(bom: Bom, document: Json, refs: References, stamp: str, subject: str) -> list[Json]:
    """The `citations` of CycloneDX 1.7, one for each origin and source."""
    return [
        {"attributedTo": refs.tool, "timestamp": stamp, "note": text, "pointers": pointers}
        for text, pointers in pointed(bom, document, subject).items()
    ]


def origin_annotations(bom: Bom, document: Json, refs: References, stamp: str, subject: str) -> list[Json]:
    """The annotation of CycloneDX 1.6: its text is one JSON object from pointer to origins."""
    table: dict[str, list[str]] = {}
    for text, pointers in pointed(bom, document, subject).items():
        for pointer in pointers:
            table.setdefault(pointer, []).append(text)
    tool = {"type": "application", "name": "attest"}
    text = json.dumps(table, ensure_ascii=False, sort_keys=True)
    return [{"subjects": [refs.subject], "annotator": {"component": tool}, "timestamp": stamp, "text": text}]


def _leads(document: Json, pointer: str) -> bool:
    node: object = document
    for part in pointer.split("/")[1:]:
        if isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        elif isinstance(node, dict) and part in node:
            node = node[part]
        else:
            return False
    return True
