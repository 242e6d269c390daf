"""The Keras 3 format: a zip archive with the configuration, who wrote it, and the weights.

Source: Keras `saving/saving_lib.py` (`config.json`, `metadata.json`, `model.weights.h5`, `assets/`). What else lies in
such an archive is scanned for what it is, and the archive is not passed.
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.scanning.archives.zip import Zip, ZipMember, open_member
from attest.scanning.keras.config import judge_text
from attest.scanning.keras.document import MAX_SIZE, decode
from attest.scanning.part import Part

CONFIG, METADATA = "config.json", "metadata.json"
# Weights in one file, or as HDF5 shards with an index (`sharded weights`), or as arrays.
_WEIGHTS = frozenset({"model.weights.h5", "model.weights.npz", "model.weights.json"})
_SHARD_START, _SHARD_END = "model_", ".weights.h5"
_ASSETS = "assets/"
_MARKS = {"h5": b"\x89HDF\r\n\x1a\n", "npz": b"PK\x03\x04", "json": b"{"}
_METADATA_MEMBERS = frozenset({"keras_version", "date_saved", "weights_sha256", "format_version", "backend"})


def is_keras_archive(names: frozenset[str]) -> bool:
    """Whether Keras would take an archive with these members for a model."""
    return CONFIG in names and (METADATA in names or not names.isdisjoint(_WEIGHTS))


def scan_keras_archive(part: Part, archive: Zip) -> None:
    """Scan an archive that Keras would load. Raises DocumentError when its configuration is missing."""
    part.format("keras")
    if CONFIG not in archive.by_name:
        raise DocumentError("the archive has no config.json")
    for member in archive.members:
        if member.name.endswith("/"):
            continue
        part.budget.check_time()
        try:
            _member(part, archive, member)
        except DocumentError as error:
            part.report("file.malformed", error.message, value=member.name)


def _member(part: Part, archive: Zip, member: ZipMember) -> None:
    """One member, by its place in the format."""
    name = member.name
    source = open_member(part, archive, member, verify=not _is_weights(name))
    if name == CONFIG:
        part.child(name, source, _scan_config)
    elif name == METADATA:
        part.child(name, source, _scan_metadata)
    else:
        part.inside(name, source)
        if _is_weights(name) and not source.up_to(0, 8).startswith(_MARKS[name.rpartition(".")[2]]):
            raise DocumentError("the weights are not of the kind that their name tells")
        if not _is_weights(name) and not name.startswith(_ASSETS):
            part.report("file.unknown-format", "the archive has a member that Keras does not write", value=name)


def _is_weights(name: str) -> bool:
    return name in _WEIGHTS or (name.startswith(_SHARD_START) and name.endswith(_SHARD_END))


def _content(part: Part) -> bytes:
    """The whole of a small member. Raises DocumentError when it is not small."""
    if part.size > MAX_SIZE:
        raise DocumentError(f"{part.name} is {part.size} bytes long; the limit is {MAX_SIZE}")
    return part.source.read(0, part.size)


def _scan_config(part: Part) -> None:
    part.format("keras-config")
    judge_text(part, _content(part), CONFIG)


def _scan_metadata(part: Part) -> None:
    """Who wrote the archive: nothing in it is looked up."""
    part.format("json")
    document = decode(part, _content(part), METADATA)
    if document is None:
        return
    part.interpreted(part.size)
    if not isinstance(document.value, dict):
        raise DocumentError("metadata.json is no object")
    unknown = sorted(set(document.value) - _METADATA_MEMBERS)
    if unknown:
        part.report("file.malformed", "metadata.json has a member that Keras does not write", value=unknown[0])
