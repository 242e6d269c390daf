"""One file's format, told from its content.

The answer is an id of `attest.domain.file_format.FORMATS`. The rules, in order:

1. No bytes: `empty`. A Git LFS pointer: `lfs-pointer`, whatever it is called.
2. Programs win: executables and shebangs by signature, source code by extension (an interpreter skips what it does
   not understand), a text `.pth` as a Python site file.
3. In a file whose extension makes loaders unpickle (`.bin`, `.pt`, `.pkl`, `.joblib`, `.npy` …) only a signature that
   cannot begin a pickle is believed. What an unpickler could act on is `pickle`; anything else is `unknown`. Many
   harmless signatures (`GGUF`, `GIF89a`, a safetensors length) are also opcodes, so they count for nothing here.
4. Elsewhere signatures are believed. An array with objects, or with a header that is not plainly one without, is
   `pickle`; so is anything that reads as a pickle. A zip is `pytorch` or `keras` when its first members or its
   extension say so, else `zip` (an `.npz` can hide pickles).
5. Formats without a signature need structure and extension: ONNX, SentencePiece, TensorFlow graphs, JSON.
6. Text is UTF-8 without zero bytes and a listed extension or name. Text with any other extension is `unknown`: some
   program may run it, as browsers run SVG and HTML, and template engines `.jinja`. YAML that names Python objects is
   `unknown` too.
7. A harmless format under an extension that promises another (an image called `.json`) is `unknown`.

`sniff` never raises, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attest.domain.file_format import FORMATS
from attest.errors import DocumentError
from attest.formats import extensions, magic, protobuf_shape
from attest.formats.array_shape import array_without_objects
from attest.formats.pickle_shape import could_be_pickle, looks_like_pickle
from attest.formats.prefix import safetensors_header_size

_NEAR = 4096
_JSON_SPACE = b" \t\r\n"
_YAML_CODE = (b"!!python", b"!python", b"tag:yaml.org,2002:python", b"%TAG")
_COMPRESSED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x5d\0\0")
_BELIEVED = frozenset({"executable", "hdf5", "script", "lfs-pointer"})
_ARROW_STREAM = b"\xff\xff\xff\xff"


def sniff(name: str, prefix: bytes, size: int) -> str:
    """The format id of file `name` of `size` bytes, from its leading bytes as `prefix_wanted` asked for them."""
    if size <= 0:
        return "empty"
    if not prefix:
        return "unknown"
    base, extension = extensions.split_name(name)
    near = prefix[:_NEAR]
    signature = magic.by_signature(near, size)
    if signature in {"executable", "lfs-pointer"}:
        return signature
    if code := extensions.CODE.get(extension) or extensions.CODE_NAMES.get(base):
        return code
    if extension in extensions.PICKLE:
        return _unpickled(extension, prefix, size, signature)
    kind = _elsewhere(base, extension, prefix, size, signature)
    promised = extensions.PROMISES.get(extension)
    if promised is not None and kind not in promised and FORMATS[kind][1] == "data":
        return "unknown"
    return kind


def sniff_all(entries: Iterable[tuple[str, int]], prefixes: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    """Name and format of every file, from names with sizes and the kept prefixes; in the order given."""
    return tuple([(name, sniff(name, prefixes.get(name, b""), size)) for name, size in entries])


def _unpickled(extension: str, prefix: bytes, size: int, signature: str) -> str:
    """A file whose loaders unpickle."""
    near = prefix[:_NEAR]
    if prefix.startswith(b"\x93NUMPY"):
        harmless = extension == ".npy" and array_without_objects(prefix, size)
        return "numpy" if harmless else "pickle"
    if signature in _BELIEVED:
        return signature
    if signature == "zip":
        return "zip" if extension == ".npz" else "pytorch"
    if signature == "archive" and near[257:262] == b"ustar":
        return "pytorch"  # the oldest torch layout: a tar of pickles
    if signature == "archive" or near.startswith(_COMPRESSED) or could_be_pickle(near, size):
        return "pickle"  # joblib unpacks compressed pickles without being asked
    return "python" if extension == ".pth" and is_text(prefix, size) else "unknown"


def _elsewhere(base: str, extension: str, prefix: bytes, size: int, signature: str) -> str:
    near = prefix[:_NEAR]
    if prefix.startswith(b"\x93NUMPY"):
        return "numpy" if array_without_objects(prefix, size) else "pickle"
    if signature == "zip":
        return _zip(extension, near)
    if signature:
        return signature
    if safetensors_header_size(prefix, size):
        return "safetensors" if _strict_safetensors(prefix, size) else "unknown"
    if looks_like_pickle(near, size):
        return "pickle"
    return _binary(extension, near, size) or _text(base, extension, prefix, size)


def _zip(extension: str, near: bytes) -> str:
    members = magic.zip_members(near)
    if any(member.endswith(("data.pkl", "constants.pkl")) for member in members):
        return "pytorch"
    weights = any(member.endswith("model.weights.h5") for member in members)
    return "keras" if extension == ".keras" or (weights and "config.json" in members) else "zip"


def _strict_safetensors(prefix: bytes, size: int) -> bool:
    # Imported here: it brings a JSON parser, which most files do not need.
    from attest.formats.safetensors import read_header

    try:
        read_header(prefix, size)
    except DocumentError:
        return False
    return True


def _binary(extension: str, near: bytes, size: int) -> str:
    """Formats that need their extension beside their structure."""
    kind = ""
    if extension in {".onnx", ".ort"}:
        kind = "onnx" if protobuf_shape.fits(near, size, protobuf_shape.ONNX_MODEL) else ""
    elif extension == ".model":
        kind = "sentencepiece" if protobuf_shape.fits(near, size, protobuf_shape.SENTENCEPIECE_MODEL) else ""
    elif extension == ".pb":
        graphs = protobuf_shape.TENSORFLOW_GRAPHS
        kind = "saved-model" if any(protobuf_shape.fits(near, size, graph) for graph in graphs) else ""
    elif extension in {".tflite", ".lite", ""} and near[4:8] == b"TFL3":
        kind = "tflite"
    elif extension in {".arrow", ""} and near.startswith(_ARROW_STREAM):
        kind = "arrow"
    elif extension == ".mp3" and magic.mp3_frame(near):
        kind = "audio"
    return kind


def _text(base: str, extension: str, prefix: bytes, size: int) -> str:
    if not is_text(prefix, size):
        return "unknown"
    if extension in extensions.JSON or extension == ".ipynb":
        begins = prefix.lstrip(_JSON_SPACE)[:1] in {b"{", b"["}
        kind = "notebook" if extension == ".ipynb" else "json"
        return kind if begins else "unknown"
    if extension == ".model":
        return "text" if _is_rank_table(prefix) else "unknown"
    kind = extensions.TEXTS.get(extension, "")
    if kind == "yaml" and any(mark in prefix for mark in _YAML_CODE):
        return "unknown"
    return kind or ("text" if base in extensions.TEXT_NAMES else "unknown")


def is_text(prefix: bytes, size: int) -> bool:
    """Whether the leading bytes are UTF-8 without zero bytes; a character cut off by the end of the prefix is fine."""
    if b"\0" in prefix:
        return False
    try:
        prefix.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(prefix) < size and error.reason == "unexpected end of data"
    return True


def _is_rank_table(prefix: bytes) -> bool:
    """Whether this is a tiktoken vocabulary: a base64 token and its rank on every line."""
    token, _, rank = prefix.partition(b"\n")[0].partition(b" ")
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    return bool(token) and not set(token) - set(alphabet) and rank.strip().isdigit()
