"""The manifest, the kept bytes and the observers' facts of a model → its bill of materials.

Everything comes from the bytes that were hashed. Absent stays absent, a document that cannot be read is listed in
`unreadable` with the reason, and each value says where it comes from. Nothing is guessed: what a table or rule
concluded is marked inferred, and where several files could speak for the model, none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from attest.bom import from_facts
from attest.bom.identity import Identity, identity
from attest.bom.license_evidence import license_conflicts, license_evidence
from attest.bom.licenses import declared_licenses
from attest.bom.lineage import datasets, lineage
from attest.bom.model_card import CardValues, card_values, evaluated_on, metrics_of
from attest.bom.reading import Reading
from attest.bom.tokenizers import describe_tokenizer
from attest.bom.weights import parameters_of, speaking
from attest.domain.bom import Bom, Fact, FileRecord, License, ModelCard, Origin, Party, Relative, Value
from attest.domain.manifest import FileEntry, Manifest, printable
from attest.formats import sniff
from attest.formats.card import Card
from attest.formats.configuration import (
    FAMILIES,
    AdapterConfiguration,
    ModelConfiguration,
    read_adapter,
    read_configuration,
    read_generation,
    read_pooling,
    read_sentence_length,
)
from attest.formats.facts import Facts

# Documents that hold hyperparameters alone.
_READERS = {
    "1_Pooling/config.json": read_pooling,
    "generation_config.json": read_generation,
    "sentence_bert_config.json": read_sentence_length,
}
_RESULTS = ".eval_results/"
_MAX_RESULTS = 100
_PIPELINES = ("model_index.json", "modules.json")


def describe_model(
    manifest: Manifest,
    prefixes: Mapping[str, bytes],
    seen: Mapping[str, object] | None = None,
    *,
    name: str = "",
    version: str = "",
    folder: str = "",
    hub_repository: str = "",
    hub_revision: str = "",
) -> Bom:
    """The bill of materials of a hashed model.

    `prefixes` are the leading bytes that hashing kept after `prefix_wanted`, `seen` what `observe_model` found. The
    name is the caller's `name` (`owner/name` or a bare one), else the Hub repository of the cache that the model lies
    in, else the card's `model-index`, else a header's, else the name of the `folder` or file, marked inferred.
    `version` falls back to `hub_revision`.
    """
    reading = Reading(manifest=manifest, prefixes=prefixes, seen=seen or {})
    documents = _documents(reading)
    facts = reading.facts()
    primary = {file: facts[file] for file in speaking(facts, _is_pipeline(manifest))}
    card_name = documents.card.model_name
    who = identity(
        manifest, name=name, hub_repository=hub_repository, folder=folder, card_name=card_name, facts=primary
    )
    said = _parties(card_values(documents.card), who, from_hub=bool(hub_repository) and not name)
    said = _evaluated(said, reading)
    bom = Bom(
        name=who.name,
        group=who.group,
        version=printable(version or hub_revision),
        purl_type="huggingface" if who.hub else "generic",
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        files=tuple(_records(reading, facts)),
        findings=tuple(sorted(from_facts.problems(facts))),
    )
    return _filled(bom, reading, documents, primary, said, who)


def _filled(
    bom: Bom, reading: Reading, documents: _Documents, primary: Mapping[str, Facts], said: CardValues, who: Identity
) -> Bom:
    """The bill with what documents and headers say of the model as a whole, and where they contradict each other."""
    card, config, facts = documents.card, documents.config, reading.facts()
    claimed = (*from_facts.claimed_bases(primary), *said.base_models)
    kin = lineage(who.full, card, documents.adapter, config, claimed)
    tokenizer = describe_tokenizer(facts, primary)
    written = (*_hyperparameters(primary), *tokenizer.hyperparameters)
    library = _library(card, config, documents.adapter)
    declared = _unique((*declared_licenses(card), *from_facts.claimed_licenses(primary)))
    shown = license_evidence(reading.license_documents())
    return replace(
        bom,
        description=_value(card.description, "declared", "README.md, first paragraph") or _claimed(primary),
        licenses=_unique((*declared, *shown.licenses)),
        copyright=shown.copyright,
        manufacturer=said.manufacturer,
        supplier=said.supplier,
        authors=said.authors,
        references=said.references,
        card=replace(
            _card(documents, primary, facts, library, said),
            hyperparameters=_in_order((*written, *documents.hyperparameters)),
            tokenizer=tokenizer.name,
            tokenizer_settings=tokenizer.settings,
            chat_template=tokenizer.chat_template,
        ),
        base_models=kin.base_models,
        datasets=(*_datasets(card, primary), *said.datasets),
        components=from_facts.frameworks(primary or facts, library, config.transformers_version),
        conflicts=(
            *kin.conflicts,
            *license_conflicts(declared, shown.licenses),
            *from_facts.hyperparameter_conflicts(documents.hyperparameters, written),
            *tokenizer.conflicts,
        ),
        unreadable=tuple(sorted(set(reading.unreadable))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    """What the documents at the root say."""

    card: Card
    config: ModelConfiguration
    adapter: AdapterConfiguration | None
    hyperparameters: tuple[Fact, ...]


def _documents(reading: Reading) -> _Documents:
    card = reading.document("README.md", _read_card) or Card()
    if card.ignored:
        reading.unreadable += [(f"README.md#/{member}", f"unexpected shape of {member}") for member in card.ignored]
    config = reading.document("config.json", read_configuration) or ModelConfiguration()
    adapter = reading.document("adapter_config.json", read_adapter)
    found = list(_observed(config.hyperparameters, "config.json"))
    found += _observed(adapter.hyperparameters if adapter else (), "adapter_config.json")
    for document, read in _READERS.items():
        found += _observed(reading.document(document, read) or (), document)
    return _Documents(card=card, config=config, adapter=adapter, hyperparameters=tuple(found))


def _observed(pairs: Iterable[tuple[str, str]], document: str) -> list[Fact]:
    return [
        Fact(
            name=name,
            value=Value(text=text, origin="observed", source=f"{document}#/{name.removeprefix('generation:')}"),
        )
        for name, text in pairs
    ]


def _read_card(data: bytes) -> Card:
    # Imported here: it brings a YAML parser, and not every model has a card.
    from attest.formats.front_matter import read_card

    return read_card(data)


def _is_pipeline(manifest: Manifest) -> bool:
    return any(entry.name in _PIPELINES for entry in manifest.files)


def _hyperparameters(primary: Mapping[str, Facts]) -> tuple[Fact, ...]:
    """Of the first file that speaks for the model; shards repeat each other."""
    for file, found in primary.items():
        if found.hyperparameters:
            return from_facts.observed_facts(found.hyperparameters, file)
    return ()


def _card(
    documents: _Documents,
    primary: Mapping[str, Facts],
    facts: Mapping[str, Facts],
    library: Value | None,
    said: CardValues,
) -> ModelCard:
    card, config = documents.card, documents.config
    first = next(iter(primary.items()), ("", Facts(format="")))
    inputs, outputs, _ = from_facts.ports(facts)
    model_type = _value(config.model_type, "observed", "config.json#/model_type") or _value(
        first[1].model_type, "observed", first[0]
    )
    family = FAMILIES.get(model_type.text, "") if model_type else ""
    return ModelCard(
        task=_value(card.pipeline_tag, "declared", "README.md#/pipeline_tag")
        or _value(first[1].task, "observed", first[0]),
        architecture=_value(config.architecture, "observed", "config.json#/architectures/0")
        or _value(first[1].architecture, "observed", first[0]),
        architecture_family=_value(family, "inferred", model_type.source if model_type else ""),
        model_type=model_type,
        library=library or from_facts.library_of(primary or facts),
        languages=card.languages
        or tuple(dict.fromkeys(text for found in primary.values() for text in found.claims.languages)),
        tags=card.tags or tuple(dict.fromkeys(text for found in primary.values() for text in found.claims.tags)),
        parameters=parameters_of(primary.values()),
        tensors=sum(found.tensor_count for found in primary.values()),
        inputs=inputs or said.inputs,
        outputs=outputs or said.outputs,
        approach=said.approach,
        modalities=said.modalities,
        metrics=said.metrics,
        users=said.users,
        use_cases=said.use_cases,
        limitations=said.limitations,
        tradeoffs=said.tradeoffs,
        ethical=said.ethical,
        fairness=said.fairness,
        training=said.training,
        environmental=said.environmental,
        properties=(
            *said.properties,
            *(from_facts.observed_facts(first[1].properties, first[0]) if len(primary) == 1 else ()),
        ),
        custom_code=("auto_map",) if config.runs_code else (),
    )


def _datasets(card: Card, primary: Mapping[str, Facts]) -> tuple[Relative, ...]:
    named = {kin.name: kin for kin in from_facts.claimed_datasets(primary)} | {kin.name: kin for kin in datasets(card)}
    return tuple(named.values())


def _records(reading: Reading, facts: Mapping[str, Facts]) -> Iterable[FileRecord]:
    """Every file with its sniffed format and what was found in it alone."""
    for entry in reading.manifest.files:
        kind = sniff(entry.name, reading.prefixes.get(entry.name, b""), entry.size)
        if kind == "lfs-pointer":
            reading.unreadable.append((entry.name, "a Git LFS pointer stands in place of the content"))
        yield _record(entry, kind, facts.get(entry.name))


def _record(entry: FileEntry, kind: str, found: Facts | None) -> FileRecord:
    return FileRecord(
        name=entry.name,
        sha256=entry.sha256.hex(),
        sha512=entry.sha512.hex(),
        size=entry.size,
        format=kind,
        about=from_facts.file_facts(found, entry.name) if found is not None else (),
        tensors=from_facts.tensor_records(found) if found is not None else (),
    )


def _evaluated(said: CardValues, reading: Reading) -> CardValues:
    """With the results of the files that evaluations leave below `.eval_results`."""
    names = [entry for entry in reading.manifest.files if entry.name.startswith(_RESULTS)][:_MAX_RESULTS]
    for entry in names:
        data = reading.prefixes.get(entry.name, b"")
        if not entry.name.endswith((".yaml", ".yml")) or len(data) != entry.size:
            continue
        # Imported here: it brings a YAML parser, and few models have such files.
        from attest.formats.model_index import read_eval_results

        results = reading.attempt(entry.name, partial(read_eval_results, data, entry.name)) or ()
        said = replace(
            said,
            metrics=(*said.metrics, *metrics_of(results, entry.name)),
            datasets=(*said.datasets, *evaluated_on(results, entry.name)),
        )
    return said


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each name once, the last mention of it, in the order of names."""
    found = {fact.name: fact for fact in facts}
    return tuple(found[name] for name in sorted(found))


def _parties(said: CardValues, who: Identity, *, from_hub: bool) -> CardValues:
    """Who made it and who hands it out: as the card says, else as the name on the Hub does."""
    maker = said.manufacturer or (_owner(who.group, who.name) if who.hub else None)
    return replace(said, manufacturer=maker, supplier=said.supplier or (_hub(who.name) if from_hub else None))


def _value(text: str, origin: Origin, source: str) -> Value | None:
    return Value(text=text, origin=origin, source=source) if text else None


def _claimed(primary: Mapping[str, Facts]) -> Value | None:
    texts = [(file, found.claims.description) for file, found in primary.items() if found.claims.description]
    return Value(text=texts[0][1], origin="declared", source=texts[0][0]) if texts else None


def _owner(group: str, name: Value) -> Party | None:
    return Party(name=Value(text=group, origin=name.origin, source=name.source)) if group else None


def _hub(name: Value) -> Party:
    """Who hands the model out: the Hub, when its name is one of the Hub's."""
    value = Value(text="Hugging Face Hub", origin="inferred", source=f"the name comes from {name.source}")
    return Party(name=value, url="https://huggingface.co")


def _library(card: Card, config: ModelConfiguration, adapter: AdapterConfiguration | None) -> Value | None:
    if card.library_name:
        return Value(text=card.library_name, origin="declared", source="README.md#/library_name")
    if adapter is not None:
        return Value(text="peft", origin="inferred", source="adapter_config.json")
    if config.transformers_version:
        return Value(text="transformers", origin="inferred", source="config.json#/transformers_version")
    return None


def _unique(items: Iterable[License]) -> tuple[License, ...]:
    return tuple(dict.fromkeys(items))
