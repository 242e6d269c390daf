"""One file's format, told from its content.

The answer is an id of `attest.domain.file_format.FORMATS`. The rules, in order:

1. No bytes: `empty`. A Git LFS pointer: `lfs-pointer`, whatever it is called.
2. Programs win: executables and shebangs by signature, source code by extension (an interpreter skips what it does
   not understand), a text `.pth` as a Python site file.
3. In a file whose extension makes loaders unpickle (`.bin`, `.pt`, `.pkl`, `.joblib`, `.npy` …) only a signature that
   cannot begin a pickle is believed. What an unpickler could act on is `pickle`; anything else is `unknown`. Many
   harmless signatures (`GGUF`, `GIF89a`, a safetensors length) are also opcodes, so they count for nothing here.
4. Elsewhere the signatures of containers are believed. A zip is `pytorch` or `keras` when its first members or its
   extension say so, else `zip` (an `.npz` can hide pickles). An array with objects, or with a header that is not
   plainly one without, is `pickle`; so is anything that reads as a pickle, whatever else it is.
5. Formats without a signature need structure and extension: ONNX, SentencePiece, TensorFlow graphs, JSON.
6. Text is UTF-8 without control characters that no text has. YAML that names objects, markup at the start, and what
   joblib takes for a compressed pickle are `unknown`.
7. A harmless format needs an extension that promises it, or is text of a listed name; else it is `unknown`: some
   program may go by the extension, as browsers do with SVG and HTML, and template engines with `.jinja`.

Only the leading bytes are looked at: what lies behind them (a zip archive at the end, a text that turns into something
else) is not seen. `sniff` never raises, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attest.domain.file_format import FORMATS
from attest.errors import DocumentError
from attest.formats import extensions, magic, protobuf_shape
from attest.formats.array_shape import array_without_objects
from attest.formats.json_shape import could_be_json
from attest.formats.pickle_shape import could_be_pickle, disguised
from attest.formats.prefix import safetensors_header_size

_NEAR = 4096
# zlib, LZMA and joblib's oldest layout; joblib unpacks them without being asked. Two of them are also text.
_COMPRESSED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x5d\0\0", b"ZF0x")
_BELIEVED = frozenset({"executable", "hdf5", "script", "lfs-pointer"})
_ARROW_STREAM = b"\xff\xff\xff\xff"
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*+<(?:!doctype|[?%]|(?:html|svg|script)\b)", re.IGNORECASE)
# A tag beyond the core schema (YAML 1.1 section 10), any escape in a tag, or a directive that renames tags.
_YAML_CODE = re.compile(
    rb"%TAG|!<|(?:^|[\s\[{,:?-])!(?:python|[^\s!]*%|!(?!(?:binary|bool|float|int|map|null|omap|pairs|seq|set|str|timestamp)"
    rb"(?:[\s,\]}]|$))[\w%])",
    re.MULTILINE,
)
_RANK_LINE = re.compile(rb"[A-Za-z0-9+/=]+ \d{1,9}\r?")


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
    kind = _elsewhere(extension, prefix, size, signature)
    if FORMATS[kind][1] != "data" or kind in extensions.PROMISES.get(extension, ()):
        return kind
    return kind if kind == "text" and not extension and base in extensions.TEXT_NAMES else "unknown"


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


def _elsewhere(extension: str, prefix: bytes, size: int, signature: str) -> str:
    near = prefix[:_NEAR]
    if prefix.startswith(b"\x93NUMPY"):
        return "numpy" if array_without_objects(prefix, size) else "pickle"
    if signature == "zip":
        return _zip(extension, near)
    if signature and FORMATS[signature][1] != "data":
        return signature
    tensors = safetensors_header_size(prefix, size) > 0
    doubt = disguised(prefix if tensors else near, size)
    # A header's length can look like the start of a long string; only a call is more than chance there.
    if doubt and not (doubt == "unknown" and extension == ".safetensors"):
        return doubt
    if signature:
        return signature
    if tensors:
        return "safetensors" if _strict_safetensors(prefix, size) else "unknown"
    return _binary(extension, near, size) or _text(extension, prefix, size)


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
    if extension == ".onnx":
        kind = "onnx" if protobuf_shape.fits(near, size, protobuf_shape.ONNX_MODEL) else ""
    elif extension in {".model", ".spm"}:
        kind = "sentencepiece" if protobuf_shape.fits(near, size, protobuf_shape.SENTENCEPIECE_MODEL) else ""
    elif extension == ".pb":
        graphs = protobuf_shape.TENSORFLOW_GRAPHS
        kind = "saved-model" if any(protobuf_shape.fits(near, size, graph) for graph in graphs) else ""
    elif extension in {".tflite", ".lite"} and near[4:8] == b"TFL3":
        kind = "tflite"
    elif extension == ".arrow" and near.startswith(_ARROW_STREAM):
        kind = "arrow"
    elif extension == ".mp3" and magic.mp3_frame(near):
        kind = "audio"
    return kind


def _text(extension: str, prefix: bytes, size: int) -> str:
    """Text by its extension, or plain text."""
    if not is_text(prefix, size) or prefix.startswith(_COMPRESSED) or _MARKUP.match(prefix):
        return "unknown"
    if extension in extensions.JSON or extension == ".ipynb":
        kind = "notebook" if extension == ".ipynb" else "json"
        return kind if could_be_json(prefix, size) else "unknown"
    if extension == ".model":
        return "text" if _is_rank_table(prefix, size) else "unknown"
    kind = extensions.TEXTS.get(extension, "text")
    names_objects = kind == "yaml" and (b"!" in prefix or b"%" in prefix) and _YAML_CODE.search(prefix)
    return "unknown" if names_objects else kind


def is_text(prefix: bytes, size: int) -> bool:
    """Whether the leading bytes are UTF-8 text; a character cut off by the end of the prefix is fine."""
    if _CONTROL.search(prefix):
        return False
    try:
        prefix.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(prefix) < size and error.reason == "unexpected end of data"
    return True


def _is_rank_table(prefix: bytes, size: int) -> bool:
    """Whether this is a tiktoken vocabulary: a base64 token and its rank on every line."""
    lines = prefix.removesuffix(b"\n").split(b"\n")
    whole = lines[:-1] if len(prefix) < size else lines
    return bool(whole) and all(_RANK_LINE.fullmatch(line) for line in whole)
