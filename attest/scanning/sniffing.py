"""Every reader that would accept these bytes: a set, not a guess.

Readers look at different places: zip readers at the end, torch at the first four bytes, tar at offset 257, joblib at a
compression's mark. The name never takes a candidate away; what a loader's extension promises is one more candidate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from attest.formats import extensions, magic, protobuf_shape
from attest.formats.pickle_shape import could_be_pickle, disguised
from attest.formats.sniff import is_text
from attest.formats.source import Source
from attest.scanning.part import Part
from attest.scanning.repository import programs

_FIRST = 8192
_NEAR = 4096
_TAIL = (1 << 16) + 22
_BLOCK = 512
_HDF5 = b"\x89HDF\r\n\x1a\n"
_LEVELDB = (0xDB4775248B80FB57).to_bytes(8, "little")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*+<(?:!doctype|!--|[?%]|(?:html|svg|script|xml)\b)", re.IGNORECASE)
_SHARD = re.compile(r".\.data-\d{5}-of-\d{5}")
_PACKED = (
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18", b"ZF0x", b"LZIP",
)  # fmt: skip
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_RDS = (
    b"X\n\0\0\0",
    b"RDX2\n",
    b"RDX3\n",
    b"RDA2\n",
    b"RDA3\n",
    b"RDB2\n",
    b"RDB3\n",
    b"B\n\x02\0\0\0",
    b"B\n\x03\0\0\0",
)

# Extension → the format that its loaders expect, whatever lies there.
_EXPECTED = {
    ".safetensors": "safetensors", ".gguf": "gguf", ".onnx": "onnx", ".npy": "numpy", ".h5": "hdf5", ".hdf5": "hdf5",
    ".tflite": "tflite", ".lite": "tflite", ".mlmodel": "coreml", ".rds": "rds", ".rda": "rds", ".rdata": "rds",
    ".pb": "saved-model", ".pbtxt": "saved-model", ".meta": "saved-model", ".keras": "zip", ".skops": "zip",
    ".npz": "zip", ".zip": "zip", ".nemo": "tar", ".tar": "tar", ".ipynb": "notebook", ".jinja": "template",
    ".jinja2": "template", ".j2": "template", ".yaml": "yaml", ".yml": "yaml", ".7z": "sevenzip", ".rar": "rar",
}  # fmt: skip
_YAML_NAMES = frozenset({"mlmodel"})
_MARKUPS = frozenset({".htm", ".html", ".svg", ".xhtml", ".xml", ".mhtml"})
# Data that no model loader interprets beyond its own closed format.
_INERT = frozenset({"image", "audio", "pdf", "parquet", "arrow"})
# The same by the marks of formats that lie beside models and that nothing else here tells apart.
_BESIDE: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "video"), (0, b"\x1aE\xdf\xa3", "video"), (0, b"OTTO", "font"), (0, b"wOFF", "font"),
    (0, b"wOF2", "font"), (0, b"\0\1\0\0\0", "font"), (0, b"ttcf", "font"), (0, b"II*\0", "image"),
    (0, b"MM\0*", "image"), (0, b"\0\0\1\0", "image"), (0, b"BM", "image"), (0, b"\0\0\0\1Bud1", "folder-view"),
)  # fmt: skip
_BESIDE_NAMES = frozenset({
    ".mp4", ".m4a", ".m4v", ".mov", ".webm", ".mkv", ".otf", ".ttf", ".ttc", ".woff", ".woff2", ".tif", ".tiff", ".ico",
    ".bmp", ".heic", ".avif",
})  # fmt: skip
_CONTAINERS = frozenset({
    "zip", "tar", "compressed", "sevenzip", "rar", "ar", "numpy", "safetensors", "gguf", "hdf5", "tflite", "rds",
})  # fmt: skip
_EVENTS = b"brain.Event:"
# Extensions of loaders that have no candidate of their own: raw or unknown content there is read by somebody.
_LOADERS = extensions.PICKLE | frozenset(_EXPECTED) | frozenset({".model", ".weights", ".ggml", ".engine", ".plan"})


@dataclass(frozen=True)
class Glimpse:
    """The name and the first bytes of a part, and its last ones when somebody asks."""

    source: Source
    base: str
    extension: str
    first: bytes
    size: int

    @classmethod
    def of(cls, source: Source, name: str) -> Glimpse:
        """Look at a source."""
        base, extension = extensions.split_name(name)
        return cls(source, base, extension, source.up_to(0, min(_FIRST, source.size)), source.size)

    @cached_property
    def near(self) -> bytes:
        """The first 4 KiB."""
        return self.first[:_NEAR]

    @cached_property
    def tail(self) -> bytes:
        """As much of the end as zip readers search."""
        begin = max(0, self.size - _TAIL)
        return self.first if self.size <= len(self.first) else self.source.up_to(begin, self.size - begin)

    @cached_property
    def text(self) -> bool:
        """Whether the first bytes are UTF-8 text."""
        return is_text(self.first, self.size)

    @cached_property
    def signature(self) -> str:
        """The format that the first bytes announce, as `attest.formats.magic` names it."""
        return magic.by_signature(self.near, self.size)


def candidates(glimpse: Glimpse) -> tuple[str, ...]:
    """The readers that would accept the part, each once, in a fixed order."""
    if magic.is_lfs_pointer(glimpse.near, glimpse.size):
        return ("lfs-pointer",)
    found = [*_programs(glimpse), *_archives(glimpse), *_tensors(glimpse), *_graphs(glimpse)]
    if _is_pickle(glimpse, found):
        found.append("pickle")
    if not found or found == ["executable"]:
        found += _structured(glimpse)
    found += _texts(glimpse)
    expected = _EXPECTED.get(glimpse.extension)
    if expected is not None and not _explained(found, glimpse):
        found.append(expected)
    return tuple(dict.fromkeys(found))


def _explained(found: Sequence[str], glimpse: Glimpse) -> bool:
    """Whether a candidate stands that makes what the extension promises pointless."""
    return bool(found) and glimpse.extension in {".pb", ".meta", ".rds", ".rda", ".rdata", ".h5", ".nemo", ".pbtxt"}


def _programs(glimpse: Glimpse) -> Iterator[str]:
    code = extensions.CODE.get(glimpse.extension) or extensions.CODE_NAMES.get(glimpse.base)
    if glimpse.signature == "executable" or (not glimpse.text and programs.kind_of(glimpse.near)):
        yield "executable"
    if code == "python":
        yield "python"
    elif code == "script" or glimpse.signature == "script":
        yield "script"
    if glimpse.extension == ".pth" and glimpse.text:
        yield "site-hook"


def _archives(glimpse: Glimpse) -> Iterator[str]:
    near = glimpse.near
    tar = _is_tar(near, glimpse.size)
    # An archive stored as a member of a tar is not at its end: the tar's own end is.
    if near.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")) or _ends_as_zip(glimpse, exactly=tar):
        yield "zip"
    if tar:
        yield "tar"
    zlib = near.startswith(_ZLIB) and not glimpse.text
    lzma = near.startswith(b"\x5d\0\0") and not glimpse.text
    if zlib or lzma or near.startswith(_PACKED):
        yield "compressed"
    if near.startswith(b"7z\xbc\xaf\x27\x1c"):
        yield "sevenzip"
    if near.startswith(b"Rar!\x1a\x07"):
        yield "rar"
    if near.startswith(b"!<arch>\n"):
        yield "ar"


def _ends_as_zip(glimpse: Glimpse, *, exactly: bool) -> bool:
    """Whether a zip reader finds an end record whose directory lies in the file; `exactly` at the end of the file."""
    tail = glimpse.tail
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        record = tail[at : at + 22]
        size, offset = int.from_bytes(record[12:16], "little"), int.from_bytes(record[16:20], "little")
        end = glimpse.size - len(tail) + at
        # The directory lies in front of the record, and readers make up for bytes that were put before the archive.
        last = not exactly or at + 22 + int.from_bytes(record[20:22], "little") == len(tail)
        if (
            last
            and len(record) == 22
            and (size <= end or offset == 0xFFFF_FFFF)
            and record[4:8] in {bytes(4), b"\xff" * 4}
        ):
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _is_tar(near: bytes, size: int) -> bool:
    """A first header with its mark, or with a checksum that fits (the layout before POSIX has no mark)."""
    if size < _BLOCK or len(near) < _BLOCK:
        return False
    if near[257:262] == b"ustar":
        return True
    field = near[148:156].strip(b" \0")
    if not near[0] or not field or len(field) > 7 or field.strip(b"01234567"):
        return False
    header = near[:148] + b" " * 8 + near[156:_BLOCK]
    return sum(header) == int(field, 8)


def _tensors(glimpse: Glimpse) -> Iterator[str]:
    near, size = glimpse.near, glimpse.size
    if near.startswith(b"\x93NUMPY"):
        yield "numpy"
    if near[8:9] == b"{" and 2 <= int.from_bytes(near[:8], "little") <= size - 8:
        yield "safetensors"
    if near.startswith((b"GGUF", b"FUGG")):
        yield "gguf"
    if any(glimpse.first.startswith(_HDF5, offset) for offset in (0, 512, 1024, 2048, 4096)) or _late_hdf5(glimpse):
        yield "hdf5"
    if near[4:8] == b"TFL3":
        yield "tflite"
    if near.startswith(_RDS):
        yield "rds"


def _late_hdf5(glimpse: Glimpse) -> bool:
    """HDF5 may begin at any power of two from 512 on."""
    if glimpse.extension not in {".h5", ".hdf5", ".keras", ".mat", ".nc", ".h5ad"}:
        return False
    offset = _FIRST
    while offset + 8 <= glimpse.size:
        if glimpse.source.up_to(offset, 8) == _HDF5:
            return True
        offset *= 2
    return False


def _graphs(glimpse: Glimpse) -> Iterator[str]:
    """Formats without a signature, which their names announce."""
    if glimpse.base == "keras_metadata.pb":
        yield "keras-metadata"
    elif _SHARD.search(glimpse.base) or (glimpse.extension == ".index" and glimpse.tail.endswith(_LEVELDB)):
        yield "tf-checkpoint"


def _is_pickle(glimpse: Glimpse, found: Sequence[str]) -> bool:
    """Whether an unpickler would get anywhere; where a loader unpickles, everything it might act on counts."""
    near = glimpse.near
    if near.startswith(b"P"):
        return False  # a persistent id stops every unpickler that knows none, before anything else
    other = not _CONTAINERS.isdisjoint(found)
    if glimpse.extension in extensions.PICKLE and not other:
        return near.startswith(b"\x80") or could_be_pickle(near, glimpse.size)
    doubt = disguised(near, glimpse.size)
    # Numbers at the start of other formats are opcodes by chance, and a few of them lead nowhere.
    if doubt == "pickle" and not other:
        return True
    return bool(doubt) and not glimpse.text and _trial(glimpse)


def _trial(glimpse: Glimpse) -> bool:
    """Run what might be a pickle without a plain sign of it: it is one when it asks for a name, or calls what it made.

    A frame that does not fit is no sign: every reader gives up there.
    """
    from attest.formats.pickle_feed import Budget, Feed
    from attest.formats.pickle_walk import walk

    budget = Budget(opcodes=200_000, size=16 << 20)
    walk(Feed(glimpse.source, 0, glimpse.size, budget))
    return bool(budget.names) or any("frame" not in text for text in budget.problems.texts())


def _structured(glimpse: Glimpse) -> Iterator[str]:
    """Binary formats that only their structure tells."""
    from attest.scanning.graphs import plain_weights

    near, size = glimpse.near, glimpse.size
    if plain_weights.recognise(near, size, glimpse.base):
        yield "plain-weights"
    elif not glimpse.text and glimpse.extension not in _EXPECTED:
        if protobuf_shape.fits(near, size, protobuf_shape.ONNX_MODEL):
            yield "onnx"
        elif any(protobuf_shape.fits(near, size, graph) for graph in protobuf_shape.TENSORFLOW_GRAPHS):
            yield "saved-model"


def _texts(glimpse: Glimpse) -> Iterator[str]:
    if not glimpse.text:
        if glimpse.extension in extensions.JSON:
            yield "json"
        return
    start = glimpse.near.removeprefix(b"\xef\xbb\xbf").lstrip()
    if glimpse.extension == ".ipynb":
        yield "notebook"
    elif glimpse.extension in extensions.JSON or (start[:1] == b"{" and start[1:2] not in {b"{", b"%", b"#"}):
        yield "json"
        yield from _keras(glimpse)
    if glimpse.base in _YAML_NAMES or glimpse.extension in {".yaml", ".yml", ".cff", ".dvc"}:
        yield "yaml"
    if glimpse.base == "config.cfg":
        yield "config-text"
    if glimpse.base.startswith("chat_template") and glimpse.extension not in extensions.JSON:
        yield "template"
    if _MARKUP.match(glimpse.near) or glimpse.extension in _MARKUPS:
        yield "markup"


def _keras(glimpse: Glimpse) -> Iterator[str]:
    """Whether a JSON file may describe a Keras model."""
    from attest.scanning.keras import json_model

    if json_model.recognise(glimpse.source, glimpse.base):
        yield "keras-json"


def unclaimed(part: Part, glimpse: Glimpse, accepted: Sequence[str]) -> None:
    """Say what no scanner took; and where content and extension disagree."""
    if accepted:
        _mismatch(part, glimpse, accepted)
    elif glimpse.signature in _INERT and glimpse.extension not in _LOADERS:
        part.format(glimpse.signature)
        part.opaque(glimpse.size)
    elif glimpse.extension == ".mp3" and magic.mp3_frame(glimpse.near):
        part.format("audio")
        part.opaque(glimpse.size)
    elif beside := _beside(glimpse):
        part.format(beside)
        part.opaque(glimpse.size)
    elif glimpse.text and glimpse.extension not in _LOADERS:
        part.format("text")
    else:
        part.report("file.unknown-format", "no reader that is known here takes this content")


def _beside(glimpse: Glimpse) -> str:
    """What lies beside models and is read by no loader of them: by its mark and its name together."""
    if glimpse.base.startswith("events.out.tfevents.") and _EVENTS in glimpse.near[:64]:
        return "tensorboard-events"
    if glimpse.extension not in _BESIDE_NAMES and glimpse.base != ".ds_store":
        return ""
    return next((kind for at, mark, kind in _BESIDE if glimpse.near.startswith(mark, at)), "")


def _mismatch(part: Part, glimpse: Glimpse, accepted: Sequence[str]) -> None:
    expected = _EXPECTED.get(glimpse.extension) if "keras-metadata" not in accepted else None
    surprising = "pickle" in accepted and glimpse.extension not in extensions.PICKLE and not part.members
    if surprising or (expected is not None and expected not in accepted and "compressed" not in accepted):
        part.report("file.type-mismatch", f"the content is for readers of {', '.join(accepted)}, which the name hides")
