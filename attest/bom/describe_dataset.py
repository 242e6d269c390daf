"""The manifest, the kept bytes and the observers' facts of a dataset → its bill of materials.

Everything comes from the bytes that were hashed. What was counted outranks what documents declare, and where the two
disagree both are kept. Absent stays absent. A dataset may hold a million files: nothing is made for each of them but
what its record needs when it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from attest.bom import dataset_values, from_facts
from attest.bom.data_files import Observed, observe_files
from attest.bom.dataset_checks import Distribution, column_conflicts, merge_splits, size_conflicts
from attest.bom.dataset_documents import CARD, Documents, read_documents
from attest.bom.file_table import FileTable
from attest.bom.identity import Identity, identity
from attest.bom.license_evidence import license_conflicts, license_evidence
from attest.bom.reading import Reading
from attest.domain.bom import Bom, Conflict, DataCard, Fact, Feature, License, Party, Reference, Value
from attest.domain.finding import Finding
from attest.domain.manifest import FileEntry, Manifest, printable
from attest.formats import sniff
from attest.formats.facts import Facts
from attest.formats.observers import Refused

MAX_NOTES = 1_000
MAX_FEATURES = 4_096
MAX_REFERENCES = 2_000


def describe_dataset(  # noqa: PLR0913 - the caller knows all of these, and each has one meaning
    manifest: Manifest,
    prefixes: Mapping[str, bytes],
    seen: Mapping[str, object] | None = None,
    *,
    kinds: Mapping[str, str] | None = None,
    name: str = "",
    version: str = "",
    folder: str = "",
    hub_repository: str = "",
    hub_revision: str = "",
) -> Bom:
    """The bill of materials of a hashed dataset.

    `prefixes` are the leading bytes that hashing kept, whole documents at the root among them; `seen` is what observers
    found in files; `kinds` are formats of files where they were told while hashing. The name is the caller's, else the
    Hub repository of the cache, else Croissant's or the card's, else the name of the `folder` or file, marked inferred.
    `version` falls back to `hub_revision`, then to what Croissant or `datasets` noted, unless the name is one of the
    Hub's: there a version is a commit.
    """
    found = seen or {}
    reading = Reading(manifest=manifest, prefixes=prefixes)
    documents = read_documents(reading)
    formats = _formats(manifest, prefixes, kinds or {})
    observed = observe_files(
        manifest.files, formats, found, data_files=documents.data_files(), declared=documents.split_names()
    )
    listed = Distribution(manifest.files, documents.listed(), documents.croissant_name)
    who = _identity(manifest, documents, name=name, hub_repository=hub_repository, folder=folder)
    evidence = license_evidence(reading.license_documents())
    stated = dataset_values.licenses(documents)
    data, conflicts = _data(documents, observed)
    times = dataset_values.times(documents)
    creators, publishers = dataset_values.creators(documents), dataset_values.publishers(documents)
    return Bom(
        subject="dataset",
        name=who.name,
        group=who.group,
        version=printable(version or hub_revision) or _version(who, documents),
        purl_type="huggingface" if who.hub else "generic",
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        description=dataset_values.description_of(documents),
        licenses=(*_distinct(stated), *evidence.licenses),
        copyright=evidence.copyright,
        manufacturer=_maker(who, creators),
        supplier=_supplier(who, publishers, hub=bool(hub_repository) and not name),
        authors=creators,
        released=times.get("released"),
        references=_references((*dataset_values.references(documents), *listed.references)),
        data=replace(data, created=times.get("created"), modified=times.get("modified")),
        datasets=tuple(dataset_values.derived_from(documents)),
        files=FileTable(manifest.files, formats, _About(found, listed.about)),
        conflicts=(*license_conflicts(stated, evidence.licenses), *conflicts, *listed.conflicts),
        unreadable=tuple(sorted(set(_unreadable(reading, observed, manifest.files, formats, found)))),
        findings=tuple(sorted(_findings(found))),
    )


def _formats(manifest: Manifest, prefixes: Mapping[str, bytes], kinds: Mapping[str, str]) -> list[str]:
    """The format of every file, as it was told or from its kept bytes."""
    return [
        kinds.get(entry.name) or sniff(entry.name, prefixes.get(entry.name, b""), entry.size)
        for entry in manifest.files
    ]


def _identity(manifest: Manifest, documents: Documents, *, name: str, hub_repository: str, folder: str) -> Identity:
    """Who it is; a document's name counts more than that of the place."""
    who = identity(manifest, name=name, hub_repository=hub_repository, folder=folder)
    told = dataset_values.name_of(documents) if who.name.origin == "inferred" else None
    return Identity(group="", name=told, hub=False) if told is not None else who


def _version(who: Identity, documents: Documents) -> str:
    told = dataset_values.version_of(documents) if not who.hub else None
    return told.text if told is not None else ""


def _data(documents: Documents, observed: Observed) -> tuple[DataCard, tuple[Conflict, ...]]:
    """The card of the data, and where counts and columns contradict the documents."""
    card = documents.card
    splits, conflicts = merge_splits(observed.splits, documents.splits())
    declared = _declared_features(documents)
    alone = len({split.config for split in splits}) <= 1
    sensitive, statements = dataset_values.sensitive(documents)
    kinds = {value.text: value for value in reversed((*observed.kinds, *dataset_values.kinds(documents)))}
    data = DataCard(
        kinds=tuple(kinds[text] for text in sorted(kinds)),
        splits=splits,
        features=observed.features or declared or _croissant_features(documents),
        rows=observed.rows,
        size_category=_category(documents),
        classes=observed.classes,
        languages=card.languages or (documents.croissant.languages if documents.croissant else ()),
        tags=tuple(dict.fromkeys((*card.tags, *(documents.croissant.keywords if documents.croissant else ())))),
        tasks=tuple(dict.fromkeys((*card.task_categories, *card.task_ids))),
        sensitive=sensitive,
        owners=_parties(documents, dataset_values.creators(documents), "curated by"),
        custodians=_parties(documents, dataset_values.publishers(documents), "shared by"),
        collection=dataset_values.said(documents, "collection"),
        preprocessing=dataset_values.said(documents, "preprocessing"),
        annotation=dataset_values.said(documents, "annotation"),
        biases=dataset_values.said(documents, "bias"),
        limitations=dataset_values.said(documents, "limitation"),
        use_cases=dataset_values.said(documents, "use"),
        social_impact=dataset_values.said(documents, "social"),
        maintenance=dataset_values.said(documents, "maintenance"),
        classification=_classification(documents),
        properties=tuple(islice(dict.fromkeys((*statements, *dataset_values.properties(documents))), MAX_FEATURES)),
    )
    columns = column_conflicts(observed.features, declared) if alone else ()
    sizes = size_conflicts(card.size_categories, observed.rows, f"{CARD}#/size_categories")
    return data, (*conflicts, *columns, *sizes)


def _declared_features(documents: Documents) -> tuple[Feature, ...]:
    """Features of the first document that has some; with their configuration's name when there are several."""
    found = [(document, info) for document, info in documents.infos if info.features]
    mine = [(document, info) for document, info in found if document == found[0][0]]
    apart = len({info.features for _, info in mine}) > 1
    features = {
        f"{info.config or 'default'}/{name}" if apart else name: (kind, f"{document}#{info.where}/features")
        for document, info in mine
        for name, kind in info.features
    }
    made = (
        Feature(name=name, type=kind, origin="declared", source=source) for name, (kind, source) in features.items()
    )
    return tuple(islice(made, MAX_FEATURES))


def _croissant_features(documents: Documents) -> tuple[Feature, ...]:
    """Fields of Croissant's sets of records; with the set's name when there are several."""
    fields = documents.croissant.fields if documents.croissant is not None else ()
    apart = len({field.record_set for field in fields}) > 1
    return tuple(
        Feature(
            name=f"{field.record_set}/{field.name}" if apart else field.name,
            type=field.type,
            origin="declared",
            source=f"{documents.croissant_name}#{field.where}",
        )
        for field in fields
    )


def _category(documents: Documents) -> Value | None:
    texts = documents.card.size_categories
    return Value(text=", ".join(texts), origin="declared", source=f"{CARD}#/size_categories") if texts else None


def _classification(documents: Documents) -> Value | None:
    """Gated, when the card asks for something first. That it is public or private no file says."""
    source = f"{CARD}, members extra_gated"
    return Value(text="gated", origin="declared", source=source) if documents.card.gated else None


def _parties(documents: Documents, named: tuple[Party, ...], label: str) -> tuple[Party, ...]:
    parties = (*named, *dataset_values.labelled_party(documents, label))
    return tuple({party.name.text.casefold(): party for party in reversed(parties)}.values())[::-1]


def _maker(who: Identity, creators: tuple[Party, ...]) -> Party | None:
    """The owner of the Hub repository, else the only creator."""
    if who.hub and who.group:
        return Party(name=Value(text=who.group, origin=who.name.origin, source=who.name.source))
    return creators[0] if len(creators) == 1 else None


def _supplier(who: Identity, publishers: tuple[Party, ...], *, hub: bool) -> Party | None:
    """The Hub, when the dataset lies in its cache, else the only publisher."""
    if hub:
        value = Value(text="Hugging Face Hub", origin="inferred", source=f"the name comes from {who.name.source}")
        return Party(name=value, url="https://huggingface.co")
    return publishers[0] if len(publishers) == 1 else None


def _distinct(licenses: Sequence[License]) -> tuple[License, ...]:
    """Each licence once, as the first document states it."""
    return tuple({(item.kind, item.value.text.casefold()): item for item in reversed(licenses)}.values())[::-1]


def _references(found: Sequence[Reference]) -> tuple[Reference, ...]:
    return tuple({(item.kind, item.url): item for item in reversed(found)}.values())[::-1][:MAX_REFERENCES]


@dataclass(frozen=True, slots=True)
class _About:
    """The facts of a file, made when they are asked for."""

    seen: Mapping[str, object]
    more: Mapping[str, tuple[Fact, ...]]

    def __call__(self, name: str) -> tuple[Fact, ...]:
        found = self.seen.get(name)
        facts = from_facts.file_facts(found, name) if isinstance(found, Facts) else ()
        table = found.table if isinstance(found, Facts) else None
        if table is not None and table.rows is not None:
            rows = Value(text=str(table.rows), origin="observed", source=printable(name))
            facts = (*facts, Fact(name="file:rows", value=rows))
        return (*facts, *self.more.get(name, ()))


def _unreadable(
    reading: Reading,
    observed: Observed,
    entries: Sequence[FileEntry],
    formats: Sequence[str],
    seen: Mapping[str, object],
) -> Iterator[tuple[str, str]]:
    """What could not be read, in a bounded number of notes."""
    yield from ((printable(name), reason) for name, reason in reading.unreadable)
    yield from observed.missing
    refused = sorted((name, item.reason) for name, item in seen.items() if isinstance(item, Refused))
    yield from ((printable(name), reason) for name, reason in refused[:MAX_NOTES])
    if len(refused) > MAX_NOTES:
        yield "more files", f"{len(refused) - MAX_NOTES} files beyond these could not be read"
    pointers = [entry.name for entry, kind in zip(entries, formats, strict=True) if kind == "lfs-pointer"]
    for name in pointers[:MAX_NOTES]:
        yield printable(name), "a Git LFS pointer stands in place of the content"
    if len(pointers) > MAX_NOTES:
        yield (
            "more files",
            f"Git LFS pointers stand in place of the content of {len(pointers) - MAX_NOTES} files beyond these",
        )


def _findings(seen: Mapping[str, object]) -> Iterator[Finding]:
    """What is wrong in files that could be read, the first thousand things in the order of names."""
    troubled = {name: item for name, item in seen.items() if isinstance(item, Facts) and item.problems}
    yield from islice(from_facts.problems({name: troubled[name] for name in sorted(troubled)}), MAX_NOTES)
