"""The manifest and the kept bytes of a model → its bill of materials.

Everything comes from the bytes that were hashed. Absent stays absent, a document that cannot be read is listed in
`unreadable` with the reason, and each value says where it comes from. Nothing is guessed: what a table or rule
concluded is marked inferred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from attest.bom.licenses import declared_licenses
from attest.bom.lineage import datasets, lineage
from attest.bom.names import hub_id
from attest.domain.bom import Bom, FileRecord, ModelCard, Origin, Value
from attest.domain.manifest import FileEntry, Manifest, printable
from attest.errors import DocumentError
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
from attest.formats.prefix import DOCUMENTS
from attest.formats.safetensors import read_header

T = TypeVar("T")
# Documents that hold hyperparameters alone.
_READERS = {
    "1_Pooling/config.json": read_pooling,
    "generation_config.json": read_generation,
    "sentence_bert_config.json": read_sentence_length,
}


def describe_model(
    manifest: Manifest,
    prefixes: Mapping[str, bytes],
    *,
    name: str = "",
    version: str = "",
    folder: str = "",
    hub_repository: str = "",
    hub_revision: str = "",
) -> Bom:
    """The bill of materials of a hashed model.

    `prefixes` are the leading bytes that hashing kept after `prefix_wanted`. The name is the caller's `name`
    (`owner/name` or a bare one), else the Hub repository of the cache that the model lies in, else the card's
    `model-index`, else the name of the `folder` or file, marked inferred. `version` falls back to `hub_revision`.
    """
    reading = _Reading(manifest=manifest, prefixes=prefixes)
    card = reading.document("README.md", _read_card) or Card()
    if card.ignored:
        reading.unreadable += [(f"README.md#/{member}", f"unexpected shape of {member}") for member in card.ignored]
    config = reading.document("config.json", read_configuration) or ModelConfiguration()
    adapter = reading.document("adapter_config.json", read_adapter)
    hyperparameters = {*config.hyperparameters, *(adapter.hyperparameters if adapter else ())}
    for document, read in _READERS.items():
        hyperparameters.update(reading.document(document, read) or ())
    files, counts, tensors = reading.files()
    group, called, hub = _identity(name, hub_repository, card, _place(manifest, folder))
    kin = lineage(f"{group}/{called.text}" if group else called.text, card, adapter, config)
    return Bom(
        name=called,
        group=group,
        version=printable(version or hub_revision),
        purl_type="huggingface" if hub else "generic",
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        description=_value(card.description, "declared", "README.md, first paragraph"),
        licenses=declared_licenses(card),
        card=ModelCard(
            task=_value(card.pipeline_tag, "declared", "README.md#/pipeline_tag"),
            architecture=_value(config.architecture, "observed", "config.json#/architectures/0"),
            architecture_family=_value(FAMILIES.get(config.model_type, ""), "inferred", "config.json#/model_type"),
            model_type=_value(config.model_type, "observed", "config.json#/model_type"),
            library=_library(card, config, adapter),
            languages=card.languages,
            tags=card.tags,
            parameters=tuple(sorted(counts.items())),
            tensors=tensors,
            hyperparameters=tuple(sorted(hyperparameters)),
        ),
        base_models=kin.base_models,
        datasets=datasets(card),
        files=files,
        conflicts=kin.conflicts,
        unreadable=tuple(sorted(reading.unreadable)),
    )


def _read_card(data: bytes) -> Card:
    # Imported here: it brings a YAML parser, and not every model has a card.
    from attest.formats.front_matter import read_card

    return read_card(data)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Documents and weights read from the kept bytes; what fails is noted and left out."""

    manifest: Manifest
    prefixes: Mapping[str, bytes]
    documents: Mapping[str, FileEntry] = field(init=False)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.documents = {entry.name: entry for entry in self.manifest.files if entry.name in DOCUMENTS}

    def document(self, name: str, read: Callable[[bytes], T]) -> T | None:
        """A document at the root, or None when it is not there or cannot be read."""
        entry = self.documents.get(name)
        if entry is None:
            return None
        data = self.prefixes.get(name, b"")
        if len(data) != entry.size:
            self.unreadable.append((name, f"{len(data)} of {entry.size} bytes were kept"))
            return None
        return self._read(name, partial(read, data))

    def files(self) -> tuple[tuple[FileRecord, ...], Counter[str], int]:
        """Every file, parameters by element type over all safetensors files, and how many tensors these hold."""
        records = []
        counts: Counter[str] = Counter()
        tensors = 0
        for entry in self.manifest.files:
            prefix = self.prefixes.get(entry.name, b"")
            kind = sniff(entry.name, prefix, entry.size)
            records.append(_record(entry, kind))
            if kind == "lfs-pointer":
                self.unreadable.append((entry.name, "a Git LFS pointer stands in place of the content"))
            elif kind == "safetensors" or entry.name.lower().endswith(".safetensors"):
                header = self._read(entry.name, partial(read_header, prefix, entry.size))
                counts.update(dict(header.parameters) if header else {})
                tensors += header.tensors if header else 0
        return tuple(records), counts, tensors

    def _read(self, name: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except DocumentError as error:
            self.unreadable.append((name, error.message))
            return None


def _record(entry: FileEntry, kind: str) -> FileRecord:
    return FileRecord(
        name=entry.name, sha256=entry.sha256.hex(), sha512=entry.sha512.hex(), size=entry.size, format=kind
    )


def _place(manifest: Manifest, folder: str) -> Value:
    """The name of the place where the model lies; nothing better is known."""
    if manifest.kind == "file":
        return Value(text=printable(manifest.files[0].name), origin="inferred", source="file name")
    return Value(text=printable(folder) or "unnamed", origin="inferred", source="folder name")


def _identity(name: str, hub_repository: str, card: Card, place: Value) -> tuple[str, Value, bool]:
    """Group, bare name, and whether this is a Hub repository."""
    if name:
        parts = hub_id(name)
        owner, bare = parts if parts is not None else ("", printable(name))
        return owner, Value(text=bare, origin="declared", source="the caller"), owner != ""
    if hub_repository:
        owner, _, bare = hub_repository.rpartition("/")
        return owner, Value(text=bare, origin="declared", source="Hugging Face cache folder"), True
    if card.model_name:
        return (
            "",
            Value(text=card.model_name, origin="declared", source="README.md#/model-index/0/name"),
            False,
        )
    return "", place, False


def _value(text: str, origin: Origin, source: str) -> Value | None:
    return Value(text=text, origin=origin, source=source) if text else None


def _library(card: Card, config: ModelConfiguration, adapter: AdapterConfiguration | None) -> Value | None:
    if card.library_name:
        return Value(text=card.library_name, origin="declared", source="README.md#/library_name")
    if adapter is not None:
        return Value(text="peft", origin="inferred", source="adapter_config.json")
    if config.transformers_version:
        return Value(text="transformers", origin="inferred", source="config.json#/transformers_version")
    return None
