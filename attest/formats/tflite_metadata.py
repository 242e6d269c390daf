"""What the metadata of a TensorFlow Lite model says: buffers that other schemas describe.

Sources: `conversion_metadata.fbs` of TensorFlow, `metadata_schema.fbs` (identifier `M001`) of TFLite Support.
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.facts import Claims
from attest.formats.flatbuffer import FlatBuffer, Table
from attest.formats.header_text import listing, paragraph, plain
from attest.formats.source import Source
from attest.formats.tflite_schema import MODEL_TYPES, OPTIMIZATIONS

RUNTIME, CONVERSION, MODEL = "min_runtime_version", "CONVERSION_METADATA", "TFLITE_METADATA"
_MAX_VERSION = 64
_MAX_PROSE = 16 * 1024
_MAX_MODES = 64
_MODEL_IDENTIFIER = b"M001"
_CLAIMS = {"name": 0, "version": 2, "license": 5}


def runtime_version(source: Source, begin: int, end: int) -> str:
    """The oldest runtime that can run the model; the text is padded with zero bytes."""
    return plain(source.read(begin, min(end - begin, _MAX_VERSION)).rstrip(b"\0"), _MAX_VERSION)


def conversion(source: Source, begin: int, end: int) -> dict[str, str]:
    """With which TensorFlow, from what and how optimised the model was converted; raises DocumentError."""
    root = FlatBuffer.of_source(source, begin, end).root()
    environment, options = root.child(0), root.child(1)
    found = {}
    if environment is not None:
        kind = environment.integer(2, 4)
        found["tensorflow-version"] = environment.text(0, _MAX_VERSION)
        found["converted-from"] = MODEL_TYPES[kind] if kind < len(MODEL_TYPES) else ""
    if options is not None:
        modes = options.integers(0, 4, _MAX_MODES)
        found["optimization"] = listing(sorted({OPTIMIZATIONS.get(mode, str(mode)) for mode in modes}))
    return found


def model_claims(source: Source, begin: int, end: int) -> Claims:
    """What the author says of the model; raises DocumentError."""
    buffer = FlatBuffer.of_source(source, begin, end)
    if buffer.identifier() != _MODEL_IDENTIFIER:
        raise DocumentError(f"its {MODEL} is of an unknown schema")
    root = buffer.root()
    texts = {name: root.text(slot) for name, slot in _CLAIMS.items()}
    description, author = _prose(root, 1), root.text(4)
    said = [name for name, text in texts.items() if text]
    said += ["description"] * bool(description) + ["authors"] * bool(author)
    return Claims(
        name=texts["name"],
        version=texts["version"],
        license=texts["license"],
        description=description,
        authors=(author,) if author else (),
        keys=tuple(sorted((name, f"{MODEL}/{'author' if name == 'authors' else name}") for name in said)),
    )


def _prose(root: Table, slot: int) -> str:
    return paragraph(root.raw(slot, _MAX_PROSE) or b"")
