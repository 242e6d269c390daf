"""What the documents of a dataset declare → values of its bill, each with its source. Nothing here looks at data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from attest.bom.dataset_documents import CARD, Documents
from attest.bom.license_links import stated_license
from attest.bom.licenses import declared_licenses
from attest.bom.model_card import section_source
from attest.bom.names import hub_id
from attest.bom.tasks import MEDIA, TASKS
from attest.domain.bom import Fact, License, Party, Reference, Relative, Value
from attest.formats.bibtex import read_bibtex
from attest.formats.card import Card, Label
from attest.formats.croissant import CroissantParty, Text
from attest.formats.web_link import is_link

MAX_PARTY = 200
MAX_VALUES = 200
_COMPLETE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})")
_NEGATION = re.compile(r"\b(?:no|not|none|never|without|cannot|free of|anonymi[sz]ed)\b|n't\b", re.IGNORECASE)
_SAYS_NO = frozenset({"no", "none"})
# Member of DataCard → properties of the RAI vocabulary with the label that tells one from the other.
_RAI: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "collection": (
            ("dataCollection", ""),
            ("dataCollectionType", "type"),
            ("dataCollectionRawData", "raw data"),
            ("dataCollectionMissingData", "missing data"),
            ("dataCollectionTimeframe", "time frame"),
        ),
        "preprocessing": (
            ("dataPreprocessingProtocol", ""),
            ("dataImputationProtocol", "imputation"),
            ("dataManipulationProtocol", "manipulation"),
        ),
        "annotation": (
            ("dataAnnotationProtocol", ""),
            ("dataAnnotationPlatform", "platform"),
            ("dataAnnotationAnalysis", "analysis"),
            ("annotationsPerItem", "annotations per item"),
            ("annotatorDemographics", "annotators"),
            ("machineAnnotationTools", "tools"),
        ),
        "bias": (("dataBiases", ""),),
        "limitation": (("dataLimitations", ""),),
        "use": (("dataUseCases", ""),),
        "sensitive": (("personalSensitiveInformation", ""),),
        "social": (("dataSocialImpact", ""),),
        "maintenance": (("dataReleaseMaintenancePlan", ""),),
    }
)


def said(documents: Documents, kind: str) -> tuple[Value, ...]:
    """Everything that the card's sections and Croissant's RAI properties say of one thing."""
    values = [
        Value(text=text, origin="declared", source=section_source(section))
        for section, text in documents.card.prose.of(kind)
    ]
    for name, label in _RAI[kind]:
        for item in documents.croissant.of(name) if documents.croissant is not None else ():
            text = f"{label}: {item.text}" if label else item.text
            values.append(_croissant(documents, Text(text, item.where)))
    return tuple({value.text: value for value in reversed(values)}.values())[::-1][:MAX_VALUES]


def sensitive(documents: Documents) -> tuple[tuple[Value, ...], tuple[Fact, ...]]:
    """What sensitive data is said to be in the dataset, and statements that may say that some is not.

    A sentence with a negation is no list of what is there, so it is kept as a property.
    """
    values = said(documents, "sensitive")
    plain = [
        value for value in values if value.text.casefold().strip(" .") in _SAYS_NO or not _NEGATION.search(value.text)
    ]
    others = tuple(Fact(name="dataset:sensitive-statement", value=value) for value in values if value not in plain)
    return tuple(plain), others


def licenses(documents: Documents) -> tuple[License, ...]:
    """Licences of the card, of what `datasets` noted, and of Croissant, one for each statement."""
    card = documents.card
    found = list(
        declared_licenses(Card(licenses=card.licenses, license_name=card.license_name, license_link=card.license_link))
    )
    stated = [(info.license, f"{document}#{info.where}/license") for document, info in documents.infos]
    if documents.croissant is not None:
        stated += [(item.text, f"{documents.croissant_name}#{item.where}") for item in documents.croissant.licenses]
    found += [made for text, source in stated if (made := stated_license(text, source)) is not None]
    return tuple({(item.kind, item.value.text, item.value.source): item for item in found}.values())


def name_of(documents: Documents) -> Value | None:
    """What the documents call the dataset: Croissant's name, else the card's name for people."""
    if documents.croissant is not None and documents.croissant.name.text:
        return _croissant(documents, documents.croissant.name)
    return _value(documents.card.pretty_name, f"{CARD}#/pretty_name")


def version_of(documents: Documents) -> Value | None:
    """The version that Croissant gives, else the one that all configurations have."""
    if documents.croissant is not None and documents.croissant.version.text:
        return _croissant(documents, documents.croissant.version)
    versions = {info.version: f"{document}#{info.where}/version" for document, info in documents.infos}
    versions.pop("", None)
    return _value(*versions.popitem()) if len(versions) == 1 else None


def description_of(documents: Documents) -> Value | None:
    """The card's first paragraph, else Croissant's description, else the one that `datasets` noted."""
    if documents.card.description:
        return _value(documents.card.description, f"{CARD}, first paragraph")
    if documents.croissant is not None and documents.croissant.description.text:
        return _croissant(documents, documents.croissant.description)
    noted = {info.description: f"{document}#{info.where}/description" for document, info in documents.infos}
    noted.pop("", None)
    return _value(*next(iter(noted.items()))) if len(noted) == 1 else None


def times(documents: Documents) -> dict[str, Value | None]:
    """When it was `created`, `modified` and `released`; the last only as a complete moment (RFC 3339)."""
    croissant = documents.croissant
    if croissant is None:
        return {}
    complete = _COMPLETE_TIME.fullmatch(croissant.published.text) is not None
    return {
        "created": _croissant(documents, croissant.created) if croissant.created.text else None,
        "modified": _croissant(documents, croissant.modified) if croissant.modified.text else None,
        "released": _croissant(documents, croissant.published) if complete else None,
    }


def creators(documents: Documents) -> tuple[Party, ...]:
    """Who made the dataset, as Croissant says."""
    return _parties(documents, documents.croissant.creators if documents.croissant is not None else ())


def publishers(documents: Documents) -> tuple[Party, ...]:
    """Who hands it out, as Croissant says."""
    return _parties(documents, documents.croissant.publishers if documents.croissant is not None else ())


def labelled_party(documents: Documents, *names: str) -> tuple[Party, ...]:
    """The party on one line of the card's template; a list of names stays one text."""
    label = documents.card.prose.labelled(*names)
    if label is None or len(label.text) > MAX_PARTY:
        return ()
    links = [link for link in label.links if is_link(link)]
    return (Party(name=_labelled(label), url=links[0] if len(links) == 1 else ""),)


def kinds(documents: Documents) -> Iterator[Value]:
    """Kinds of data: declared by data types of fields and features, inferred from the tasks that the card names."""
    if documents.croissant is not None:
        for kind in documents.croissant.kinds:
            yield Value(text=kind, origin="declared", source=f"{documents.croissant_name}#/recordSet")
    told: set[str] = set()
    for document, info in documents.infos:
        for name, text in info.features:
            bare = text.partition("(")[0].casefold()
            if bare in ("image", "audio", "video") and bare not in told:
                told.add(bare)
                yield Value(text=bare, origin="declared", source=f"{document}#{info.where}/features, {name}")
    for task in documents.card.task_categories:
        for kind in TASKS[task].inputs if task in TASKS else ():
            if kind in MEDIA:
                yield Value(text=kind, origin="inferred", source=f"{CARD}#/task_categories")


def properties(documents: Documents) -> Iterator[Fact]:
    """What is declared and has no member of its own."""
    card = documents.card
    lists = (
        ("annotations-creator", card.annotations_creators, "annotations_creators"),
        ("language-creator", card.language_creators, "language_creators"),
        ("multilinguality", card.multilinguality, "multilinguality"),
        ("pretty-name", (card.pretty_name,), "pretty_name"),
        ("paperswithcode-id", (card.paperswithcode_id,), "paperswithcode_id"),
        ("license-details", (card.license_details,), "license_details"),
    )
    for name, texts, member in lists:
        yield from (_fact(name, text, f"{CARD}#/{member}") for text in texts if text)
    if version := version_of(documents):
        yield Fact(name="dataset:version", value=version)
    for document, info in documents.infos:
        place = f"{info.config}:" if info.config and len(documents.infos) > 1 else ""
        for name, number in (("download_size", info.download_size), ("dataset_size", info.dataset_size)):
            if number is not None:
                yield _fact(f"{place}{name.replace('_', '-')}", str(number), f"{document}#{info.where}/{name}")
        for feature, labels in info.labels:
            yield _fact(f"{place}labels:{feature}", labels, f"{document}#{info.where}/features")
    if documents.croissant is not None:
        yield from _croissant_properties(documents)


def _croissant_properties(documents: Documents) -> Iterator[Fact]:
    croissant = documents.croissant
    if croissant is None:
        return
    for version in croissant.conforms_to:
        yield _fact("croissant-version", version, f"{documents.croissant_name}#/conformsTo")
    if croissant.live:
        yield _fact("live", "true", f"{documents.croissant_name}#/isLiveDataset")
    if croissant.published.text:
        yield _fact("published", croissant.published.text, f"{documents.croissant_name}#{croissant.published.where}")


def references(documents: Documents) -> Iterator[Reference]:
    """Links that the documents give: home pages, code, papers and what they ask to be cited."""
    if documents.croissant is not None:
        if documents.croissant.url.text:
            yield Reference(kind="website", url=documents.croissant.url.text)
        for item in documents.croissant.same_as:
            yield Reference(kind="website", url=item.text, comment="same as this")
        yield from _cited(documents.croissant.cite_as.text)
    labels = (("homepage", "website"), ("repository", "vcs"), ("paper", "documentation"), ("demo", "other"))
    for name, kind in labels:
        label = documents.card.prose.labelled(name)
        links = [link for link in label.links if is_link(link)] if label is not None else []
        if len(links) == 1:
            yield Reference(kind=kind, url=links[0], comment=name)
    for citation in documents.card.prose.citations:
        yield from _citation(citation.title, citation.url)
    for _, info in documents.infos:
        if is_link(info.homepage):
            yield Reference(kind="website", url=info.homepage, comment="homepage")
        yield from _cited(info.citation)


def derived_from(documents: Documents) -> Iterator[Relative]:
    """Datasets that this one is made from, as the card's `source_datasets` and Croissant's provenance name them.

    `original` says that there is none; `extended|name` names one that this extends.
    """
    for text in documents.card.source_datasets:
        name = text.partition("|")[2] if text.startswith("extended|") else text
        name = name.removeprefix("other-") if text.startswith("extended|other-") else name
        if name not in ("", "original", "extended", "other"):
            yield Relative(name=name, relation="derived-from", origin="declared", source=f"{CARD}#/source_datasets")
    if documents.croissant is not None:
        for item in documents.croissant.derived_from:
            known = re.fullmatch(
                r"https?://(?:huggingface\.co|hf\.co)/datasets/([\w.\-/]{1,200}?)/?", item.text, re.ASCII
            )
            name = known[1] if known and hub_id(known[1]) is not None else item.text
            yield Relative(
                name=name,
                relation="derived-from",
                origin="declared",
                source=f"{documents.croissant_name}#{item.where}",
                url=item.text,
            )


def _cited(text: str) -> Iterator[Reference]:
    if is_link(text):
        yield Reference(kind="documentation", url=text, comment="citation")
        return
    for title, link in read_bibtex(text):
        yield from _citation(title, link)


def _citation(title: str, link: str) -> Iterator[Reference]:
    if link:
        yield Reference(kind="documentation", url=link, comment=f"citation: {title}" if title else "citation")


def _parties(documents: Documents, parties: Iterable[CroissantParty]) -> tuple[Party, ...]:
    return tuple(
        Party(
            name=Value(text=party.name, origin="declared", source=f"{documents.croissant_name}#{party.where}"),
            url=party.url,
            email=party.email,
        )
        for party in parties
    )


def _croissant(documents: Documents, item: Text) -> Value:
    return Value(text=item.text, origin="declared", source=f"{documents.croissant_name}#{item.where}")


def _value(text: str, source: str) -> Value | None:
    return Value(text=text, origin="declared", source=source) if text else None


def _labelled(label: Label) -> Value:
    return Value(text=label.text, origin="declared", source=f'{section_source(label.section)}, "{label.name}"')


def _fact(name: str, text: str, source: str) -> Fact:
    return Fact(name=f"dataset:{name}", value=Value(text=text, origin="declared", source=source))
