"""The few typed parts of a CycloneDX document, through cyclonedx-python-lib. Its types do not leave this module.

The library's serialiser is quadratic in the number of components and knows no modelCard, so files and cards are not
its business (reference `ml-bom.md` sections 3 and 5).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom as Document
from cyclonedx.model.component import Component, ComponentType, Pedigree
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import DisjunctiveLicense, LicenseAcknowledgement, LicenseExpression
from cyclonedx.model.lifecycle import LifecyclePhase, PredefinedLifecycle
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from attest.bom.names import hub_id
from attest.bom.references import References, origin_text
from attest.domain.bom import Bom, License, Relative

_HUB = "https://huggingface.co"
_PAPERS = (
    (re.compile(r"arxiv:(\d{4}\.\d{4,5}(?:v\d{1,2})?)", re.ASCII), "https://arxiv.org/abs/"),
    (re.compile(r"doi:(10\.\d{4,9}/[A-Za-z0-9._\-]{1,200})", re.ASCII), "https://doi.org/"),
)


def typed_document(bom: Bom, refs: References, *, tool_version: str, weight: str) -> dict[str, Any]:
    """Subject, base models, datasets and tool as a CycloneDX 1.6 document.

    `weight` is the subject's own SHA-256, or empty. The serial number and the timestamp are the library's, and
    dependencies are only as complete as the library wants them: replace all three.
    """
    document = Document()
    document.metadata.component = subject = _subject(bom, refs, weight)
    document.metadata.lifecycles.add(PredefinedLifecycle(phase=LifecyclePhase.POST_BUILD))
    document.metadata.tools.components.add(
        Component(type=ComponentType.APPLICATION, name="attest", version=tool_version, bom_ref=refs.tool)
    )
    datasets = [_dataset(kin, ref) for kin, ref in zip(bom.datasets, refs.datasets, strict=True)]
    document.components.update(datasets)
    document.register_dependency(subject, datasets)
    text = make_outputter(document, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _subject(bom: Bom, refs: References, weight: str) -> Component:
    hub = bom.purl_type == "huggingface"
    place = f"{_HUB}/{bom.group}/{bom.name.text}" if bom.group else f"{_HUB}/{bom.name.text}"
    named = hub and hub_id(f"{bom.group}/{bom.name.text}".removeprefix("/")) is not None
    return Component(
        type=ComponentType.MACHINE_LEARNING_MODEL,
        group=bom.group or None,
        name=bom.name.text,
        version=bom.version or None,
        bom_ref=refs.subject,
        purl=PackageURL.from_string(refs.purl) if refs.purl else None,
        description=bom.description.text if bom.description else None,
        manufacturer=OrganizationalEntity(name=bom.group) if hub and bom.group else None,
        licenses=[_license(item, alone=len(bom.licenses) == 1) for item in bom.licenses],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=weight)] if weight else [],
        external_references=[*([_link(place)] if named else []), *_model_card(bom), *_papers(bom)],
        pedigree=_pedigree(bom, refs),
    )


def _model_card(bom: Bom) -> list[ExternalReference]:
    """The card is a file of the model, named as in the file list."""
    return [
        ExternalReference(
            type=ExternalReferenceType.MODEL_CARD,
            url=XsUri(record.name),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=record.sha256)],
        )
        for record in bom.files
        if record.name == "README.md"
    ]


def _papers(bom: Bom) -> list[ExternalReference]:
    """The Hub's tags for papers, as links."""
    matches = [(tag, pattern.fullmatch(tag), place) for tag in bom.card.tags for pattern, place in _PAPERS]
    return [
        ExternalReference(type=ExternalReferenceType.DOCUMENTATION, url=XsUri(place + match[1]), comment=tag)
        for tag, match, place in matches
        if match is not None
    ]


def _license(item: License, *, alone: bool) -> DisjunctiveLicense | LicenseExpression:
    """CycloneDX 1.6 takes one expression alone, or licence objects; an expression among others is written as a name."""
    declared = LicenseAcknowledgement.DECLARED
    if item.kind == "expression" and alone:
        return LicenseExpression(value=item.value.text, acknowledgement=declared)
    if item.kind == "id":
        return DisjunctiveLicense(id=item.value.text, acknowledgement=declared)
    url = XsUri(item.url) if item.url else None
    return DisjunctiveLicense(name=item.value.text, url=url, acknowledgement=declared)


def _pedigree(bom: Bom, refs: References) -> Pedigree | None:
    if not bom.base_models:
        return None
    relations = sorted({kin.relation for kin in bom.base_models if kin.relation})
    return Pedigree(
        ancestors=[_base(kin, ref) for kin, ref in zip(bom.base_models, refs.base_models, strict=True)],
        notes=f"relation to the base model: {', '.join(relations)}" if relations else None,
    )


def _base(kin: Relative, ref: str) -> Component:
    parts = hub_id(kin.name)
    owner, name = parts if parts is not None else ("", kin.name)
    return Component(
        type=ComponentType.MACHINE_LEARNING_MODEL,
        group=owner or None,
        name=name,
        bom_ref=ref,
        purl=PackageURL("huggingface", owner or None, name) if parts is not None else None,
        properties=_origin(kin),
    )


def _dataset(kin: Relative, ref: str) -> Component:
    """A dataset has no purl: whether the type `huggingface` covers datasets is not settled (`ml-bom.md` section 8)."""
    return Component(
        type=ComponentType.DATA,
        name=kin.name,
        bom_ref=ref,
        external_references=[_link(f"{_HUB}/datasets/{kin.name}")] if hub_id(kin.name) is not None else [],
        properties=_origin(kin),
    )


def _origin(kin: Relative) -> Sequence[Property]:
    return [Property(name="attest:origin", value=origin_text(kin.origin, kin.source))]


def _link(url: str) -> ExternalReference:
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url))
