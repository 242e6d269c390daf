"""HDF5 files: what Keras reads from their attributes, what PyTables unpickles, and what lies in other files.

Sources: HDF5 File Format Specification 3.0, section II (superblock); Keras `legacy/saving/legacy_h5_format.py`
(`model_config` and `training_config`, both JSON); PyTables `attributeset.py` (an attribute that is a text and ends with
a full stop is unpickled). The elements of datasets are not read; whatever is not structure counts as opaque.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.hdf5_messages import Bytes, Sizes
from attest.formats.source import Source
from attest.scanning.keras.config import judge_text
from attest.scanning.keras.document import MAX_SIZE
from attest.scanning.keras.hdf5_heaps import GlobalHeaps, Space
from attest.scanning.keras.hdf5_objects import Objects, Value
from attest.scanning.part import Part

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SIZES = frozenset({2, 4, 8})
_FIRST = 512
_CONFIGURATIONS = frozenset({"model_config", "training_config"})
_MAX_TEXT = MAX_SIZE
_STOP = b"."
_CONTROL = frozenset(range(32)) | frozenset(range(127, 256))
_OPENERS = b"(]})"
_PSEUDO_ATOM = "PSEUDOATOM"


class _Superblock(NamedTuple):
    start: int
    version: int
    sizes: Sizes
    extension: int | None
    driver: int | None
    end: int | None
    root: int


def scan(part: Part) -> None:
    """Scan one HDF5 file. Raises DocumentError when its superblock cannot be read."""
    before = part.found.interpreted
    block = _superblock(part)
    space = Space(part, block.start, block.sizes)
    attributes = _Attributes(space)
    objects = Objects(space, attributes.see)
    if block.driver is not None:
        part.report("hdf5.external", "the file is one of several that its driver puts together")
    if block.end is not None and block.start + block.end > part.size:
        part.report("file.malformed", f"the file ends at {part.size}, and its header says {block.start + block.end}")
    if block.extension is not None:
        objects.walk(block.extension)
    objects.walk(block.root)
    part.opaque(max(0, part.size - (part.found.interpreted - before)))


def _superblock(part: Part) -> _Superblock:
    """The first superblock (II.A); addresses count from where it is found, as the library does it."""
    start = _find(part)
    head = part.source.up_to(start, 128)
    part.interpreted(len(head))
    version = head[8] if len(head) > 8 else 255
    if version > 3:
        raise DocumentError(f"version {version} of the HDF5 superblock is not known")
    at = 13 if version < 2 else 9
    sizes = Sizes(*head[at : at + 2]) if len(head) > at + 2 else Sizes(0, 0)
    if not set(sizes) <= _SIZES:
        raise DocumentError("the HDF5 superblock gives sizes of numbers that are not known")
    reader = Bytes(head, sizes, {0: 24, 1: 28}.get(version, 12))
    base, other, end = reader.offset(), reader.offset(), reader.offset()
    driver = None
    if version < 2:
        driver, other = reader.offset(), None
        reader.take(sizes.offset)
    root = reader.offset()
    if root is None:
        raise DocumentError("the HDF5 superblock names no root group")
    # The end is an address of the file itself: it counts the bytes in front of the superblock in the old form.
    return _Superblock(start, version, sizes, other, driver, None if end is None else end - (base or 0), root)


def _find(part: Part) -> int:
    start = 0
    while start + len(SIGNATURE) <= part.size:
        if part.source.read(start, len(SIGNATURE)) == SIGNATURE:
            return start
        start = 2 * start or _FIRST
    raise DocumentError("it has no HDF5 signature")


class _Attributes:
    """Judges the attributes of one file."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.part = space.part
        self.heaps = GlobalHeaps(space)
        self.seen: set[tuple[str, str]] = set()

    def see(self, value: Value) -> None:
        """Look at one attribute. Raises DocumentError when it cannot be read."""
        place = (value.path, value.name)
        if place in self.seen:
            self.part.report("file.malformed", "an object has an attribute twice", value=value.name)
        self.seen.add(place)
        text = self._text(value)
        if value.name in _CONFIGURATIONS:
            if text is None:
                raise DocumentError(f"the attribute {value.name} is no single text")
            judge_text(self.part, text, value.name)
        elif text is not None:
            self._other(value, text)

    def _text(self, value: Value) -> bytes | None:
        """The one text that an attribute holds, without the padding; None when it holds something else."""
        kind, data = value.kind, value.data
        if value.elements != 1 or not (kind.text or kind.name == "opaque"):
            return None
        if kind.text == "variable":
            return self.heaps.value(data).rstrip(b"\0")
        if kind.size > len(data) or kind.size > _MAX_TEXT:
            raise DocumentError(f"the attribute {value.name[:80]!r} does not fit into its place")
        return data[: kind.size].rstrip(b"\0")

    def _other(self, value: Value, text: bytes) -> None:
        if value.name == _PSEUDO_ATOM and text == b"object":
            message = "rows of an array are pickles, which are not read"
            self.part.report("file.unknown-format", message, value=value.path)
        elif text.lstrip()[:1] == b"{" and not text.endswith(_STOP):
            _judge_if_model(self.part, text, f"the attribute {value.name[:80]}")
        elif _may_be_pickle(text):
            self.part.inside(f"{value.path}@{value.name}", Source.of_bytes(value.name, text))


def _judge_if_model(part: Part, text: bytes, where: str) -> None:
    """Judge a text that may be the configuration of a model under another name; other texts are nobody's business."""
    part.interpreted(len(text))
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(found, dict) and "class_name" in found:
        judge_text(part, text, where)


def _may_be_pickle(text: bytes) -> bool:
    """Whether PyTables would try to unpickle a text, and could get anywhere."""
    if len(text) <= 2 or not text.endswith(_STOP):
        return False
    return text[0] in _OPENERS or not _CONTROL.isdisjoint(text)
