"""The component that the bill is about: a model, a dataset or an environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attest.bom.cyclonedx.card import model_card
from attest.bom.cyclonedx.data import dataset_data
from attest.bom.cyclonedx.licenses import license_choices, license_evidence
from attest.bom.cyclonedx.origins import origins
from attest.bom.cyclonedx.relatives import base_components, derived_components
from attest.bom.cyclonedx.vocabulary import Json, contact, organisation, properties
from attest.bom.file_kinds import is_weights
from attest.bom.names import hub_id
from attest.bom.references import References, origin_text
from attest.domain.bom import Bom, Reference

_HUB = "https://huggingface.co"
_TYPES = {"model": "machine-learning-model", "dataset": "data", "environment": "application"}
_PAPERS = (
    (re.compile(r"arxiv:(\d{4}\.\d{4,5}(?:v\d{1,2})?)", re.ASCII), "https://arxiv.org/abs/"),
    (re.compile(r"doi:(10\.\d{4,9}/[A-Za-z0-9._\-]{1,200})", re.ASCII), "https://doi.org/"),
)


def subject_component(bom: Bom, refs: References, spec: str) -> Json:
    """The subject without its files."""
    component: Json = {"type": _TYPES[bom.subject], "bom-ref": refs.subject, "name": bom.name.text}
    component |= {key: text for key, text in _texts(bom, refs) if text}
    component |= {key: item for key, item in _members(bom, refs, spec) if item}
    if bom.subject == "model":
        used = [ref for kin, ref in zip(bom.datasets, refs.datasets, strict=True) if kin.relation == "trained-on"]
        component["modelCard"] = model_card(bom, refs.card, sorted(set(used)))
    elif bom.subject == "dataset":
        component["data"] = dataset_data(bom)
    component["properties"] = properties(_properties(bom))
    return component


def _texts(bom: Bom, refs: References) -> Iterator[tuple[str, str]]:
    yield "group", bom.group
    yield "version", bom.version
    yield "purl", refs.purl
    yield "description", bom.description.text if bom.description else ""
    yield "copyright", "\n".join(dict.fromkeys(value.text for value in bom.copyright))


def _members(bom: Bom, refs: References, spec: str) -> Iterator[tuple[str, object]]:
    yield "manufacturer", organisation(bom.manufacturer) if bom.manufacturer else None
    yield "supplier", organisation(bom.supplier) if bom.supplier else None
    yield "authors", [contact(party) for party in bom.authors]
    yield "licenses", license_choices(bom.licenses, spec)
    yield "evidence", _evidence(bom)
    yield "hashes", _hashes(bom)
    yield "externalReferences", _references(bom)
    yield "pedigree", _pedigree(bom, refs)
    yield "releaseNotes", {"type": "release", "timestamp": bom.released.text} if bom.released else None
    yield "tags", sorted({*bom.card.tags, *bom.data.tags})


def _evidence(bom: Bom) -> Json:
    found: Json = {}
    if licenses := license_evidence(bom.licenses):
        found["licenses"] = licenses
    if bom.copyright:
        found["copyright"] = [{"text": text} for text in dict.fromkeys(value.text for value in bom.copyright)]
    return found


def _hashes(bom: Bom) -> list[Json]:
    """The digests of the weight file when there is exactly one: they are what names the model elsewhere."""
    if bom.subject == "environment":
        return []
    weights = [record for record in bom.files if is_weights(record)] if bom.subject == "model" else []
    if bom.digest_kind == "file":
        weights = list(bom.files)
    if len(weights) != 1:
        return []
    hashes = [{"alg": "SHA-256", "content": weights[0].sha256}]
    return [*hashes, {"alg": "SHA-512", "content": weights[0].sha512}] if weights[0].sha512 else hashes


def _references(bom: Bom) -> list[Json]:
    """Links, each once, in order of kind and address."""
    links = {(link["type"], link["url"]): link for link in [*_derived(bom), *map(_link, bom.references)]}
    return [links[key] for key in sorted(links)]


def _derived(bom: Bom) -> Iterator[Json]:
    """Where the Hub holds the repository, the card as a file of the subject, and the Hub's tags for papers."""
    name = f"{bom.group}/{bom.name.text}".removeprefix("/")
    if bom.purl_type == "huggingface" and hub_id(name) is not None:
        place = f"{_HUB}/datasets/{name}" if bom.subject == "dataset" else f"{_HUB}/{name}"
        yield {"type": "distribution", "url": place}
        yield {"type": "website", "url": place}
        yield {"type": "vcs", "url": place}
    card = (
        next((record for record in bom.files if record.name == "README.md"), None) if len(bom.files) < 10_000 else None
    )
    if card is not None:
        hashes = [{"alg": "SHA-256", "content": card.sha256}]
        kind = "model-card" if bom.subject == "model" else "documentation"
        yield {"type": kind, "url": card.name, "hashes": hashes}
    for tag in (*bom.card.tags, *bom.data.tags):
        for pattern, start in _PAPERS:
            if match := pattern.fullmatch(tag):
                yield {"type": "documentation", "url": start + match[1], "comment": tag}


def _link(reference: Reference) -> Json:
    link: Json = {"type": reference.kind, "url": reference.url}
    if reference.comment:
        link["comment"] = reference.comment
    if reference.sha256:
        link["hashes"] = [{"alg": "SHA-256", "content": reference.sha256}]
    return link


def _pedigree(bom: Bom, refs: References) -> Json:
    """Base models of a model; the datasets that a dataset was made from."""
    sources = derived_components(bom.datasets, refs.datasets)
    if not bom.base_models and not sources:
        return {}
    relations = sorted({kin.relation for kin in bom.base_models if kin.relation})
    pedigree: Json = {"ancestors": [*base_components(bom.base_models, refs.base_models), *sources]}
    if relations:
        pedigree["notes"] = f"relation to the base model: {', '.join(relations)}"
    return pedigree


def _properties(bom: Bom) -> Iterable[tuple[str, str]]:
    prefix = f"attest:{bom.subject}"
    if bom.digest:
        yield f"{prefix}:digest", bom.digest
        yield f"{prefix}:digest-kind", bom.digest_kind
    if bom.digests_given:
        yield f"{prefix}:digest-source", "given: not computed; facts are from bytes that were not hashed"
    for name, value in (("model-type", bom.card.model_type), ("library", bom.card.library)):
        if value is not None:
            yield f"attest:model:{name}", value.text
    for value in bom.card.modalities:
        yield "cdx:ai-ml:model:modality", value.text
    if bom.card.custom_code:
        yield "attest:model:custom-code", "true"
    for relation in {kin.relation for kin in bom.base_models if kin.relation}:
        yield f"{prefix}:base-model-relation", relation
    for field, value in origins(bom):
        yield f"attest:origin:{field}", origin_text(value.origin, value.source)
    yield from _told(bom)


def _told(bom: Bom) -> Iterable[tuple[str, str]]:
    """What does not fit together, could not be read, was noticed, or could not be had."""
    for conflict in bom.conflicts:
        for value in conflict.values:
            yield f"attest:conflict:{conflict.about}", f"{value.text} ({value.origin}: {value.source})"
    for name, reason in bom.unreadable:
        yield f"attest:unreadable:{name}", reason
    for finding in bom.findings:
        place = f"{finding.file}: " if finding.file else ""
        yield f"attest:finding:{finding.rule}", f"{place}{finding.message}"
    for gap in bom.gaps:
        yield f"attest:gap:{gap.needed}:{gap.about}", gap.reason
