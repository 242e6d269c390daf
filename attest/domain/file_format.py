"""The closed catalogue of file formats that `attest` tells apart by content, and what each can do when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Risk = Literal["data", "may-run-code", "code", "unknown"]

# id → (title, risk). "may-run-code": the usual loader of this format can be made to run code that the file carries.
FORMATS: Mapping[str, tuple[str, Risk]] = MappingProxyType(
    {
        "safetensors": ("safetensors weights", "data"),
        "gguf": ("GGUF weights", "data"),
        "onnx": ("ONNX graph", "data"),
        "tflite": ("TensorFlow Lite model", "data"),
        "numpy": ("NumPy array without objects", "data"),
        "json": ("JSON document", "data"),
        "yaml": ("YAML document", "data"),
        "markdown": ("Markdown text", "data"),
        "text": ("plain text", "data"),
        "csv": ("comma- or tab-separated values", "data"),
        "parquet": ("Parquet table", "data"),
        "arrow": ("Arrow table", "data"),
        "image": ("PNG, JPEG, GIF or WebP image", "data"),
        "audio": ("WAV, FLAC, OGG or MP3 audio", "data"),
        "pdf": ("PDF document", "data"),
        "sentencepiece": ("SentencePiece tokenizer", "data"),
        "empty": ("file without content", "data"),
        "lfs-pointer": ("Git LFS pointer in place of the content", "unknown"),
        "pickle": ("Python pickle", "may-run-code"),
        "pytorch": ("PyTorch archive (holds a pickle)", "may-run-code"),
        "keras": ("Keras archive", "may-run-code"),
        "hdf5": ("HDF5 container", "may-run-code"),
        "saved-model": ("TensorFlow SavedModel graph", "may-run-code"),
        "notebook": ("Jupyter notebook", "may-run-code"),
        "zip": ("zip archive", "unknown"),
        "archive": ("tar, gzip, bzip2, xz, zstandard or 7z archive", "unknown"),
        "python": ("Python source", "code"),
        "script": ("script", "code"),
        "executable": ("executable or shared library", "code"),
        "unknown": ("of no known format", "unknown"),
    }
)
