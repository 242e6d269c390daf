"""Bom → CycloneDX 1.6 JSON: canonical bytes, the same for the same Bom wherever and whenever they are made.

Four moves (reference `ml-bom.md` section 6): the library serialises the typed parts; files are plain dicts; the model
card, tags, compositions and dependencies are merged in; faults that the schema does not see are looked for.

Origins are properties, not annotations: an annotation needs a timestamp, and without one from the caller any time
would be invented. A component concluded from somewhere carries `attest:origin`; fields of the subject and its card
are told by `attest:origin:<field>`; each text is `<declared|observed|inferred>: <file>#<JSON pointer>`. Without one,
digests, sizes, formats, counts and hyperparameters are observed, tags and languages declared by the card. Sources that
disagree are `attest:conflict:<about>`, one property a source; documents that could not be read are
`attest:unreadable:<file>`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attest.bom.links import link_faults
from attest.domain.bom import Bom, FileRecord, Value
from attest.domain.canonical import canonical
from attest.errors import DocumentError

if TYPE_CHECKING:
    from attest.bom.references import References

Json = dict[str, Any]

SERIAL_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/attest/bom-serial")
WEIGHTS = frozenset(
    {"safetensors", "gguf", "onnx", "tflite", "pytorch", "pickle", "keras", "hdf5", "numpy", "saved-model"}
)
_DATA = WEIGHTS | {"parquet", "arrow", "csv", "sentencepiece"}
_TYPES = {**dict.fromkeys(_DATA, "data"), "python": "library"}
# Media types of formats that have exactly one.
_MEDIA_TYPES = {
    "markdown": "text/markdown",
    "notebook": "application/x-ipynb+json",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "text": "text/plain",
    "yaml": "application/yaml",
}
_TRAINING_STATE = ("training_args.", "optimizer.", "scheduler.", "rng_state")
_UNSET = uuid.UUID(int=0).urn
_UNITS = ((1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


def to_cyclonedx(bom: Bom, *, timestamp: datetime | None = None, tool_version: str) -> bytes:
    """The CycloneDX 1.6 document of `bom`, in canonical JSON with a line feed at the end.

    `timestamp` (with a time zone) becomes `metadata.timestamp`, which is left out otherwise; the serial number does
    not depend on it. Raises DocumentError when the timestamp has no time zone or the content cannot be written.
    """
    # Imported here: the library costs 0.1 s of start-up.
    from attest.bom.parts import typed_document
    from attest.bom.references import references

    refs = references(bom)
    document = typed_document(bom, refs, tool_version=tool_version, weight=_weight(bom))
    subject = document["metadata"]["component"]
    _merge_subject(subject, bom, refs)
    for component in document.get("components", ()):
        component["data"] = [{"type": "dataset", "name": component["name"]}]
    document["dependencies"] = _dependencies(bom, refs)
    document["compositions"] = [
        {"aggregate": "complete", "assemblies": [refs.subject]},
        {"aggregate": "incomplete", "dependencies": [refs.subject]},
    ]
    return _finish(document, timestamp)


def _finish(document: Json, timestamp: datetime | None) -> bytes:
    """Serial number and time, the checks, and the bytes.

    The serial number is a UUIDv5 over the SHA-256 of the canonical document without serial number and time. To write
    the document only once, it is written with both, and their members are cut out of the bytes: a quotation mark
    inside any text is escaped, so nothing else can look like a member, and no other object has members so called.
    """
    document["serialNumber"] = _UNSET
    stamp = _stamp(timestamp)
    if stamp:
        document["metadata"]["timestamp"] = stamp
    else:
        document["metadata"].pop("timestamp", None)
    if faults := link_faults(document):
        raise DocumentError(f"the BOM contradicts itself: {'; '.join(faults[:10])}")
    data = canonical(document)
    content = data.replace(_member("serialNumber", _UNSET), b"", 1).replace(_member("timestamp", stamp), b"", 1)
    serial = uuid.uuid5(SERIAL_NAMESPACE, hashlib.sha256(content).hexdigest()).urn
    return data.replace(_member("serialNumber", _UNSET), _member("serialNumber", serial), 1) + b"\n"


def _member(name: str, text: str) -> bytes:
    return f'"{name}":"{text}",'.encode()


def _stamp(timestamp: datetime | None) -> str:
    """RFC 3339 in UTC to the second, or empty."""
    if timestamp is None:
        return ""
    if timestamp.tzinfo is None:
        raise DocumentError("the timestamp of a BOM needs a time zone")
    return timestamp.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _weight(bom: Bom) -> str:
    """SHA-256 of the weight file when there is exactly one: that digest is what names the model elsewhere."""
    if bom.digest_kind == "file":
        return bom.digest
    weights = [
        record.sha256 for record in bom.files if record.format in WEIGHTS and not _is_training_state(record.name)
    ]
    return weights[0] if len(weights) == 1 else ""


def _is_training_state(name: str) -> bool:
    """Whether this is what `transformers.Trainer` leaves beside the weights."""
    return name.rpartition("/")[2].startswith(_TRAINING_STATE)


def _merge_subject(subject: Json, bom: Bom, refs: References) -> None:
    card: Json = {"bom-ref": refs.card}
    if parameters := _parameters(bom, refs):
        card["modelParameters"] = parameters
    if properties := _properties(_card_properties(bom)):
        card["properties"] = properties
    subject["modelCard"] = card
    subject["properties"] = _properties(_subject_properties(bom))
    if bom.card.tags:
        subject["tags"] = sorted(bom.card.tags)
    files = [_file(record, ref) for record, ref in zip(bom.files, refs.files, strict=True)]
    subject["components"] = sorted(files, key=lambda component: component["bom-ref"])


def _file(record: FileRecord, ref: str) -> Json:
    hashes = [{"alg": "SHA-256", "content": record.sha256}]
    if record.sha512:
        hashes.append({"alg": "SHA-512", "content": record.sha512})
    component: Json = {
        "type": _TYPES.get(record.format, "file"),
        "bom-ref": ref,
        "name": record.name,
        "hashes": hashes,
        "properties": [
            {"name": "attest:file:format", "value": record.format},
            {"name": "attest:file:size", "value": str(record.size)},
        ],
    }
    if media_type := _media_type(record):
        component["mime-type"] = media_type
    return component


def _media_type(record: FileRecord) -> str:
    if record.format == "json":  # JSON Lines are of this format too, and of another type
        return "application/json" if record.name.lower().endswith(".json") else ""
    return _MEDIA_TYPES.get(record.format, "")


def _parameters(bom: Bom, refs: References) -> Json:
    card = bom.card
    fields = (
        ("task", card.task),
        ("modelArchitecture", card.architecture),
        ("architectureFamily", card.architecture_family),
    )
    parameters: Json = {key: value.text for key, value in fields if value is not None}
    if refs.datasets:
        parameters["datasets"] = [{"ref": ref} for ref in sorted(refs.datasets)]
    return parameters


def _card_properties(bom: Bom) -> Iterable[tuple[str, str]]:
    card = bom.card
    for name, value in card.hyperparameters:
        yield f"cdx:ai-ml:model:hyperparameter:{name}", value
        if name == "peft_type":
            yield "cdx:ai-ml:model:parameter:tune_methods", value
    if card.languages:
        yield "cdx:ai-ml:model:languages", ",".join(sorted(card.languages))
    for dtype, count in card.parameters:
        yield f"attest:model:parameters:{dtype}", str(count)
    if card.parameters:
        yield "cdx:ai-ml:model:parameter:count", rounded(sum(count for _, count in card.parameters))
    if card.tensors:
        yield "attest:model:tensors", str(card.tensors)


def _subject_properties(bom: Bom) -> Iterable[tuple[str, str]]:
    yield "attest:model:digest", bom.digest
    yield "attest:model:digest-kind", bom.digest_kind
    if bom.digests_given:
        yield "attest:model:digest-source", "given: not computed; facts are from bytes that were not hashed"
    for name, value in (("model-type", bom.card.model_type), ("library", bom.card.library)):
        if value is not None:
            yield f"attest:model:{name}", value.text
    for relation in {kin.relation for kin in bom.base_models if kin.relation}:
        yield "attest:model:base-model-relation", relation
    for name, value in _told(bom):
        if value is not None:
            yield f"attest:origin:{name}", f"{value.origin}: {value.source}"
    for conflict in bom.conflicts:
        for value in conflict.values:
            yield f"attest:conflict:{conflict.about}", f"{value.text} ({value.origin}: {value.source})"
    for name, reason in bom.unreadable:
        yield f"attest:unreadable:{name}", reason


def _told(bom: Bom) -> Iterable[tuple[str, Value | None]]:
    """Fields of the subject and its card that have an origin; digests, sizes and counts are always observed."""
    card = bom.card
    yield from (
        ("name", bom.name),
        ("description", bom.description),
        ("task", card.task),
        ("modelArchitecture", card.architecture),
        ("architectureFamily", card.architecture_family),
        ("model-type", card.model_type),
        ("library", card.library),
    )
    for item in bom.licenses:
        yield "licenses", item.value


def _properties(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in sorted(set(pairs))]


def _dependencies(bom: Bom, refs: References) -> list[Json]:
    """The subject depends on its datasets, and an adapter on its base; every component has an entry."""
    adapted = [ref for kin, ref in zip(bom.base_models, refs.base_models, strict=True) if kin.relation == "adapter"]
    needs = sorted({*refs.datasets, *adapted})
    others = (refs.tool, *refs.base_models, *refs.datasets, *refs.files)
    subject: Json = {"ref": refs.subject, "dependsOn": needs} if needs else {"ref": refs.subject}
    return sorted([subject, *({"ref": ref} for ref in others)], key=lambda item: str(item["ref"]))


def rounded(count: int) -> str:
    """A parameter count as people write it: 22713216 → `22.7M`."""
    for unit, letter in _UNITS:
        if count >= unit:
            tenths = (count * 10 + unit // 2) // unit
            return f"{tenths // 10}.{tenths % 10}{letter}".replace(f".0{letter}", letter)
    return str(count)
