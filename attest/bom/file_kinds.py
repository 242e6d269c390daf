"""What a file is by its format, for every codec: whether it holds weights, and its media type."""

from __future__ import annotations

from attest.domain.bom import FileRecord

WEIGHTS = frozenset(
    {"safetensors", "gguf", "onnx", "tflite", "pytorch", "pickle", "keras", "hdf5", "numpy", "saved-model"}
)
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


def is_weights(record: FileRecord) -> bool:
    """Whether a file holds weights; what `transformers.Trainer` leaves beside them does not count."""
    return record.format in WEIGHTS and not record.name.rpartition("/")[2].startswith(_TRAINING_STATE)


def media_type(name: str, kind: str) -> str:
    """The media type of a file, or an empty text when its format has none or several."""
    if kind == "json":  # JSON Lines are of this format too, and of another type
        return "application/json" if name.lower().endswith(".json") else ""
    return _MEDIA_TYPES.get(kind, "")
