"""The Keras 3 format: a zip archive with the configuration, who wrote it, and the weights as HDF5.

Source: Keras `saving/saving_lib.py` (`config.json`, `metadata.json`, `model.weights.h5`, `assets/`). No layer is built,
and code inside of the configuration is not looked at, only counted.
"""

from __future__ import annotations

from attest.domain.strict_json import JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.hdf5 import Weights, count_weights
from attest.formats.hdf5_file import Hdf5
from attest.formats.header_text import Problems, plain
from attest.formats.keras_config import MAX_CONFIG, KerasConfig, read_model
from attest.formats.source import Source
from attest.formats.zip_directory import Archive, Member, open_member, read_archive, read_member

MAX_WEIGHTS = 64 << 20
_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_LIMITS = Limits(size=1 << 20, depth=16, nodes=10_000, string=1 << 16)


def read(source: Source) -> Facts:
    """What such an archive says about itself; raises DocumentError when it is none."""
    archive = read_archive(source)
    if not is_keras(archive):
        raise DocumentError("the archive does not hold config.json and metadata.json")
    return describe(archive)


def is_keras(archive: Archive) -> bool:
    """Whether Keras would take this archive for a model."""
    return {_CONFIG, _METADATA} <= {member.name for member in archive.members}


def describe(archive: Archive) -> Facts:
    """The facts of an archive for which `is_keras` holds."""
    problems = Problems()
    for text in archive.problems:
        problems.add(text)
    members = {member.name: member for member in reversed(archive.members)}
    metadata = _metadata(archive, members[_METADATA], problems)
    config = _config(archive, members[_CONFIG], problems)
    weights = _weights(archive, members.get(_WEIGHTS), problems)
    if archive.problems:
        weights = weights._replace(parameters=(), doubt="readers of the archive may see different members")
    version = _text(metadata, "keras_version")
    properties = [("keras:date-saved", _text(metadata, "date_saved")), *config.properties]
    if weights.doubt:
        properties.append(("keras:tensors", f"not counted: {weights.doubt}"))
    return Facts(
        format="keras",
        title=f"Keras {version}" if version else "Keras archive",
        architecture=config.class_name,
        framework="keras",
        framework_version=version,
        parameters=weights.parameters,
        tensor_count=weights.total,
        tensors=weights.tensors,
        inputs=config.inputs,
        properties=tuple(sorted(pair for pair in properties if pair[1])),
        problems=problems.texts(),
    )


def _metadata(archive: Archive, member: Member, problems: Problems) -> JsonObject:
    try:
        return as_object(parse(read_member(archive.source, member, _LIMITS.size), _LIMITS, _METADATA), _METADATA)
    except DocumentError as error:
        problems.add(error.message)
        return {}


def _config(archive: Archive, member: Member, problems: Problems) -> KerasConfig:
    try:
        return read_model(read_member(archive.source, member, MAX_CONFIG), _CONFIG)
    except DocumentError as error:
        problems.add(error.message)
        return KerasConfig("", (), ())


def _weights(archive: Archive, member: Member | None, problems: Problems) -> Weights:
    """The tensors of the weights, with places in the archive when it keeps them as they are."""
    if member is None:
        return Weights((), 0, (), "the archive holds no model.weights.h5")
    try:
        inside, begin = open_member(archive.source, member, MAX_WEIGHTS)
        file = Hdf5(inside)
        found = count_weights(file, list(file.nodes()), inside.size)
    except DocumentError as error:
        problems.add(error.message)
        return Weights((), 0, (), "the weights cannot be read")
    for text in file.problems.texts():
        problems.add(text)
    if begin < 0:
        return found._replace(tensors=())
    moved = (tensor._replace(begin=tensor.begin + begin, end=tensor.end + begin) for tensor in found.tensors)
    return found._replace(tensors=tuple(moved))


def _text(table: JsonObject, name: str) -> str:
    value = table.get(name)
    return plain(value, 64) if isinstance(value, str) else ""
