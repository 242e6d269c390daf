"""The architecture of a Keras model as a JSON file, and the metadata of Keras objects that stand in a SavedModel.

Source: Keras `models/model.py` (`to_json`, `model_from_json`) and Keras 2 `saving/legacy/saved_model/load.py`. A file
is one of these when it is an object with a class and a configuration; other JSON files are nobody's business here.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.source import Source
from attest.scanning.keras.config import ANYWHERE, judge_config
from attest.scanning.keras.document import MAX_SIZE, decode
from attest.scanning.keras.metadata_pb import IN_METADATA
from attest.scanning.part import Part

METADATA = "keras_metadata.json"
_BLOCK, _OVERLAP = 1 << 20, 64
# The key, and letters of it behind an escape.
_KEY = re.compile(rb'"class_name"\s{0,16}:|\\u00(?:5[fF]|6[135cCdDeE]|73)')


def recognise(source: Source, base: str) -> bool:
    """Whether a JSON file may be the configuration of a Keras model."""
    if base == METADATA:
        return True
    return any(
        _KEY.search(source.up_to(begin, _BLOCK + _OVERLAP)) for begin in range(0, min(source.size, MAX_SIZE), _BLOCK)
    )


def scan(part: Part) -> None:
    """Judge such a file. Raises DocumentError when the metadata of an object is no JSON text."""
    metadata = part.name == METADATA
    if part.size > MAX_SIZE:
        part.report("scan.budget", f"the document is larger than {MAX_SIZE} bytes")
        return
    try:
        document = decode(part, part.source.read(0, part.size), "the model's configuration", quiet=not metadata)
    except DocumentError:
        if metadata:
            raise
        # Whether it has to be JSON is for the reader of JSON files to say.
        return
    if document is None:
        return
    place = IN_METADATA if metadata else ANYWHERE
    for value in (document.value, *document.repeated):
        if metadata or _is_model(value):
            judge_config(part, value, "the model's configuration", place)


def _is_model(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value
