"""GGUF: the header of a ggml model, versions 1 to 3 in either byte order, and the chat templates in it.

Sources: ggml `docs/gguf.md`; what it leaves open is as in ggml's `gguf.cpp`. Version 1 has lengths of 32 bits.
Nothing is allocated on the word of a count: each is compared with the bytes that are left.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.gguf_types import GGML_TYPES, UINT32, GgmlType
from attest.formats.source import Source
from attest.scanning.budget import BudgetError
from attest.scanning.graphs.gguf_reader import Entry, Reader
from attest.scanning.part import Part

MAX_PAIRS = 1 << 16
MAX_TENSORS = 1 << 18
MAX_TEMPLATE = 4 << 20
MAX_RANK = 4
MAX_NAME = 128
"""Names are shorter in ggml (64), and in the one fork that writes longer ones (128)."""
_HEAD = 8
_DEFAULT_ALIGNMENT = 32
_MAX_ELEMENTS = 1 << 63
_VERSIONS = frozenset({1, 2, 3})
_LONG_VERSION = 2
_MIN_PAIR, _MIN_TENSOR = 4 + 4 + 1, 4 + 4 + 4 + 8
_BLOCK = 1 << 20
# Layouts of 2024 that were taken back: the bytes of Q4_0 and IQ4_NL in another order.
_FORMER = {number: GgmlType("Q4_0_4_4", 32, 18) for number in (31, 32, 33)} | {
    number: GgmlType("IQ4_NL_4_4", 32, 18) for number in (36, 37, 38)
}
_SPLIT_NAME = re.compile(r"(.*)-[0-9]{5}-of-([0-9]{5})\.gguf", re.DOTALL)


class _Header(NamedTuple):
    """What is needed of a header: the spans of the tensors (None when a type has no known size), where it ends, and the
    alignment."""

    spans: list[tuple[int, int]] | None
    end: int
    alignment: int


def scan(part: Part) -> None:
    """Check that the header does not contradict itself or the file, and hand every chat template over.

    Raises DocumentError when it does; templates that were read by then have been scanned.
    """
    opened = _open(part)
    if opened is None:
        return
    reader, tensors, pairs = opened
    try:
        header = _header(part, reader, tensors, pairs)
    finally:
        _hand_over(part, reader.entries)
    part.interpreted(header.end)
    _check_tiling(part, header)
    _split(part, reader.entries)


def templates(part: Part) -> list[tuple[str, str, int]]:
    """Keys, texts and offsets of all chat templates in the header; bytes that are no UTF-8 are replaced.

    Raises DocumentError when the metadata does not parse.
    """
    opened = _open(part)
    if opened is None:
        return []
    reader, _, pairs = opened
    _pairs(reader, pairs)
    return [(key, text.decode("utf-8", "replace"), offset) for key, text, offset in _templates(reader.entries)]


def _open(part: Part) -> tuple[Reader, int, int] | None:
    """A reader behind the head, and the counts of tensors and keys; None when the version is not known."""
    head = part.source.read(0, _HEAD)
    if head[:4] != b"GGUF":
        raise DocumentError("it does not begin with GGUF")
    little, big = (int.from_bytes(head[4:], order) for order in ("little", "big"))
    version, order = (little, "<") if little in _VERSIONS else (big, ">")
    if version not in _VERSIONS:
        part.report("file.unknown-format", f"GGUF version {little} is not known", offset=4, length=4)
        return None
    reader = Reader(part.source, _HEAD, order, wide=version >= _LONG_VERSION, spend=part.budget.spend_read)
    tensors, pairs = reader.length(), reader.length()
    if pairs > part.size // _MIN_PAIR or tensors > part.size // _MIN_TENSOR:
        raise DocumentError(f"the header claims {pairs} keys and {tensors} tensors, more than it could hold")
    if pairs > MAX_PAIRS or tensors > MAX_TENSORS:
        raise BudgetError(f"it has more than {MAX_PAIRS} keys or {MAX_TENSORS} tensors")
    return reader, tensors, pairs


def _pairs(reader: Reader, count: int) -> None:
    for _ in range(count):
        name = reader.key()
        if name in reader.entries:
            raise DocumentError(f"the key {name[:80]!r} is there twice")
        reader.entry(name, MAX_TEMPLATE if is_template(name) else 0)


def _header(part: Part, reader: Reader, tensors: int, pairs: int) -> _Header:
    _pairs(reader, pairs)
    alignment = _alignment(reader.entries)
    spans: list[tuple[int, int]] = []
    names: set[bytes] = set()
    unknown: set[int] = set()
    for index in range(tensors):
        if not index % 4096:
            part.budget.check_time()
        name, kind, elements, offset = _tensor(reader)
        if name in names:
            raise DocumentError(f"two tensors have the name {name[:80]!r}")
        names.add(name)
        if offset % alignment:
            raise DocumentError(f"tensor {name[:80]!r} does not begin at a multiple of {alignment}")
        layout = GGML_TYPES.get(kind) or _FORMER.get(kind)
        if layout is None:
            unknown.add(kind)
            continue
        spans.append((offset, offset + elements // layout.elements * layout.size))
    for kind in sorted(unknown):
        part.report("file.unknown-format", f"tensors have the element type {kind}, which ggml does not know")
    return _Header(None if unknown else spans, reader.position, alignment)


def _tensor(reader: Reader) -> tuple[bytes, int, int, int]:
    """Name, element type, number of elements and offset of the next tensor."""
    name = reader.text(MAX_NAME - 1)
    if not name or 0 in name:
        raise DocumentError(f"a tensor before {reader.position} has no name that can be one")
    rank = reader.uint32()
    if rank > MAX_RANK:
        raise DocumentError(f"tensor {name[:80]!r} has {rank} dimensions; the limit is {MAX_RANK}")
    shape = [reader.length() for _ in range(rank)]
    elements = 1
    for dimension in shape:
        elements *= dimension
        if not 0 < elements < _MAX_ELEMENTS:
            raise DocumentError(f"tensor {name[:80]!r} has no elements, or more than a file can hold")
    kind, offset = reader.uint32(), reader.uint64()
    layout = GGML_TYPES.get(kind) or _FORMER.get(kind)
    if layout is not None and (shape[0] if shape else 1) % layout.elements:
        raise DocumentError(f"tensor {name[:80]!r} has rows that do not divide into blocks of {layout.name}")
    return name, kind, elements, offset


def _alignment(entries: dict[str, Entry]) -> int:
    entry = entries.get("general.alignment")
    if entry is None:
        return _DEFAULT_ALIGNMENT
    alignment = entry.number if entry.kind == UINT32 else 0
    if alignment <= 0 or alignment & (alignment - 1):
        raise DocumentError("general.alignment is no power of two with 32 bits")
    return alignment


def _check_tiling(part: Part, header: _Header) -> None:
    """Tensors follow each other with nothing but padding between them, and the file ends behind the last."""
    alignment, data = header.alignment, -(-header.end // header.alignment) * header.alignment
    if header.spans is None:
        return
    if not header.spans:
        _check_zeros(part, header.end, part.size, alignment)
        return
    before = 0
    for begin, end in sorted(header.spans):
        if begin < before:
            raise DocumentError(f"two tensors overlap at {begin} of the data")
        if begin - before >= alignment:
            raise DocumentError(f"{begin - before} bytes at {before} of the data belong to no tensor")
        before = end
    if data + before > part.size:
        raise DocumentError(f"the last tensor ends at {data + before}, behind the end of the file at {part.size}")
    _check_zeros(part, header.end, data, alignment)
    _check_zeros(part, data + before, part.size, alignment)
    part.opaque(before)


def _check_zeros(part: Part, begin: int, end: int, alignment: int) -> None:
    """Raises DocumentError when bytes that can only be padding are more than that, or are not zero."""
    if end - begin >= alignment:
        raise DocumentError(f"{end - begin} bytes at {begin} belong to no tensor")
    for at in range(begin, end, _BLOCK):
        if part.source.up_to(at, min(_BLOCK, end - at)).strip(b"\0"):
            raise DocumentError(f"the padding at {at} is not zero")


def is_template(key: str) -> bool:
    """Whether programs render what stands under a key: `tokenizer.chat_template`, its variants, and keys like it."""
    return "template" in key.lower()


def _templates(entries: dict[str, Entry]) -> Iterator[tuple[str, bytes, int]]:
    for key, entry in entries.items():
        if is_template(key):
            for index, (offset, text) in enumerate(entry.texts):
                yield (f"{key}[{index}]" if len(entry.texts) > 1 else key), text, offset


def _hand_over(part: Part, entries: dict[str, Entry]) -> None:
    """Scan every template under its key; what cannot be kept whole or is no text is reported."""
    for key, entry in entries.items():
        if is_template(key) and entry.too_long:
            part.report("scan.budget", f"a template is longer than {MAX_TEMPLATE} bytes", value=key)
        if is_template(key) and not entry.is_text:
            part.report("gguf.malformed", "a template is no text", value=key)
    for key, text, _ in _templates(entries):
        if text:
            name = key + ".jinja"
            part.child(name, Source.of_bytes(name, text), part.scan)


def _split(part: Part, entries: dict[str, Entry]) -> None:
    """The first file of a split model makes the loader open the others, whose names follow from its own."""
    count, number = entries.get("split.count"), entries.get("split.no")
    match = _SPLIT_NAME.fullmatch(posixpath.basename(part.file))
    if count is None or number is None or number.number or part.members or match is None:
        return
    folder = posixpath.dirname(part.file)
    if count.number != int(match[2]) or not 0 < count.number < MAX_PAIRS:
        raise DocumentError(f"it says that it is one of {count.number} files, and its name says {match[2]}")
    for index in range(2, count.number + 1):
        part.refers_to(posixpath.join(folder, f"{match[1]}-{index:05}-of-{match[2]}.gguf"))
