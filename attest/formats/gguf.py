"""GGUF: the header of a ggml model, versions 2 and 3, in either byte order. Tensor data is never looked at.

Source: ggml `docs/gguf.md`; what it leaves open (types of single keys, order and padding of the tensors) is as in
ggml's `gguf.cpp`. The strings of an array have no index, so that a vocabulary has to be walked; it is not kept.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.facts import Facts, TensorInfo
from attest.formats.gguf_feed import HeaderFeed, scalar_layout
from attest.formats.gguf_keys import claims, hyperparameters, properties, tokenizer_settings
from attest.formats.gguf_types import ARRAY, GGML_TYPES, STRING, UINT32, Value
from attest.formats.header_text import Problems, plain
from attest.formats.source import Source

MAX_TEMPLATE = 1 << 20
MAX_PAIRS = 1 << 16
MAX_TENSORS = 1 << 17
MAX_NESTED = 1 << 16
MAX_KEPT = 4 << 20
_BLOCK = 1 << 20
_MAX_KEY = (1 << 16) - 1
_MAX_NAME = 1024
_MAX_STRING = 4096
_MAX_ITEMS = 1024
_MAX_DEPTH = 4
_MAX_RANK = 8
_MAX_ELEMENTS = 1 << 63
_MIN_PAIR, _MIN_TENSOR = 8 + 4 + 1, 8 + 4 + 4 + 8
_TEMPLATE = "tokenizer.chat_template"
_DEFAULT_ALIGNMENT = 32
_HEAD = 24


class _Span(NamedTuple):
    """A tensor as the header gives it; `size` is None when the type says nothing about its bytes."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    version: int
    big: bool
    values: dict[str, Value]
    spans: list[_Span]
    data: int


def read(source: Source) -> Facts:
    """What a GGUF file says about itself; `tensors` are those whose bytes lie in this file, with absolute offsets.

    Raises DocumentError when the header does not parse: an unknown version, lengths and counts that the file cannot
    hold, a key or a tensor that is there twice, an alignment that is none.
    """
    problems = Problems()
    header = _header(source, problems)
    counts: Counter[str] = Counter()
    for span in header.spans:
        counts[span.dtype] += prod(span.shape)
    tensors = _placed(header, source.size, problems)
    architecture = _text(header.values, "general.architecture")
    return Facts(
        format="gguf",
        title=f"GGUF {header.version}",
        architecture=architecture,
        model_type=architecture,
        framework="gguf",
        parameters=tuple(sorted(counts.items())),
        tensor_count=len(header.spans),
        tensors=tensors,
        hyperparameters=hyperparameters(header.values, architecture),
        tokenizer_settings=tokenizer_settings(header.values),
        chat_template=_template(header.values, problems),
        properties=properties(header.values, big=header.big),
        claims=claims(header.values),
        problems=problems.texts(),
    )


def _header(source: Source, problems: Problems) -> _Header:
    head = source.read(0, _HEAD)
    if head[:4] != b"GGUF":
        raise DocumentError("it does not begin with GGUF")
    little, big = (int.from_bytes(head[4:8], order) for order in ("little", "big"))
    if little not in {2, 3} and big not in {2, 3}:
        raise DocumentError(
            f"GGUF version {little} is not supported: only 2 and 3 are; convert the file with llama.cpp"
        )
    order = "<" if little in {2, 3} else ">"
    tensors, pairs = struct.unpack(order + "QQ", head[8:])
    if pairs > min(MAX_PAIRS, source.size // _MIN_PAIR) or tensors > min(MAX_TENSORS, source.size // _MIN_TENSOR):
        raise DocumentError(f"the header claims {pairs} keys and {tensors} tensors, more than it could hold")
    reader = _Reader(source, _HEAD, order)
    values: dict[str, Value] = {}
    for _ in range(pairs):
        name = reader.key()
        if name in values:
            raise DocumentError(f"the key {name[:80]!r} is there twice")
        values[name] = reader.value(reader.uint32(), MAX_TEMPLATE if name == _TEMPLATE else _MAX_STRING)
    spans = [_span(reader, problems) for _ in range(tensors)]
    if len({span.name for span in spans}) != len(spans):
        raise DocumentError("two tensors have the same name")
    alignment = _alignment(values)
    data = -(-reader.position // alignment) * alignment
    return _Header(version=little if order == "<" else big, big=order == ">", values=values, spans=spans, data=data)


def _alignment(values: dict[str, Value]) -> int:
    value = values.get("general.alignment")
    if value is None:
        return _DEFAULT_ALIGNMENT
    alignment = value.items[0] if value.kind == UINT32 and value.length < 0 else 0
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
        raise DocumentError("general.alignment is no power of two with 32 bits")
    return alignment


def _span(reader: _Reader, problems: Problems) -> _Span:
    name = reader.name()
    rank = reader.uint32()
    if rank > _MAX_RANK:
        raise DocumentError(f"tensor {name[:80]!r} has {rank} dimensions; the limit is {_MAX_RANK}")
    *shape, number, offset = reader.unpack(f"{rank}QIQ")
    elements = prod(shape)
    if max(shape, default=0) >= _MAX_ELEMENTS or elements >= _MAX_ELEMENTS:
        raise DocumentError(f"tensor {name[:80]!r} has more elements than a file can hold")
    kind = GGML_TYPES.get(number)
    if kind is None:
        problems.add(f"tensor {name[:80]!r} has the element type {number}, which ggml does not know")
        return _Span(name, f"ggml-type-{number}", tuple(shape), offset, None)
    if (shape[0] if shape else 1) % kind.elements:
        problems.add(f"tensor {name[:80]!r} has rows that do not divide into blocks of {kind.name}")
        return _Span(name, kind.name, tuple(shape), offset, None)
    return _Span(name, kind.name, tuple(shape), offset, elements // kind.elements * kind.size)


def _placed(header: _Header, size: int, problems: Problems) -> tuple[TensorInfo, ...]:
    """The tensors whose bytes are in the file, in the header's order, after a look at how all of them lie."""
    alignment = _alignment(header.values)
    spans = header.spans
    placed = [
        TensorInfo(span.name, span.dtype, span.shape, header.data + span.offset, header.data + span.offset + span.size)
        for span in spans
        if span.size is not None
    ]
    if len(placed) == len(spans):
        _check_tiling(placed, header.data, size, alignment, problems)
    ends = max((tensor.end for tensor in placed), default=0)
    inside = tuple(tensor for tensor in placed if tensor.end <= size)
    if ends > size:
        problems.add(
            f"the file ends before its tensors do: {len(placed) - len(inside)} of {len(spans)} tensors are not whole, "
            f"the last ends at {ends} and the file at {size}"
        )
    return inside


def _check_tiling(placed: list[TensorInfo], data: int, size: int, alignment: int, problems: Problems) -> None:
    """Tensors follow each other with nothing but padding between them, and the file ends behind the last."""
    before, name = data, ""
    for tensor in sorted(placed, key=lambda tensor: (tensor.begin, tensor.end)):
        if tensor.begin % alignment:
            problems.add(f"tensor {tensor.name[:80]!r} does not begin at a multiple of {alignment}")
        if tensor.begin < before:
            problems.add(f"tensors {name[:80]!r} and {tensor.name[:80]!r} overlap")
        elif tensor.begin - before >= alignment:
            problems.add(f"{tensor.begin - before} bytes before tensor {tensor.name[:80]!r} belong to no tensor")
        if tensor.end >= before:
            before, name = tensor.end, tensor.name
    if placed and size - before >= alignment:
        problems.add(f"{size - before} bytes behind the last tensor belong to no tensor")


def _template(values: dict[str, Value], problems: Problems) -> str:
    value = values.get(_TEMPLATE)
    if value is None or value.kind != STRING or value.length >= 0:
        return ""
    if not value.items:
        problems.add(f"the chat template is longer than {MAX_TEMPLATE} bytes and is not described")
        return ""
    raw = value.items[0]
    try:
        return raw.decode("utf-8") if isinstance(raw, bytes) else ""
    except UnicodeDecodeError:
        problems.add("the chat template is not UTF-8 text and is not described")
        return ""


def _text(values: dict[str, Value], name: str) -> str:
    value = values.get(name)
    if value is None or value.kind != STRING or value.length >= 0 or not value.items:
        return ""
    raw = value.items[0]
    return plain(raw) if isinstance(raw, bytes) else ""


class _Reader(HeaderFeed):
    """Reads names and values forward through the header."""

    __slots__ = ("_kept_left", "_nested_left")

    def __init__(self, source: Source, position: int, order: str) -> None:
        super().__init__(source, position, order)
        self._nested_left = MAX_NESTED
        self._kept_left = MAX_KEPT

    def unpack(self, layout: str) -> tuple[int, ...]:
        """Values of a fixed size, without padding between them."""
        layout = self._order + layout
        at = self._need(struct.calcsize(layout))
        return struct.unpack_from(layout, self._data, at)

    def uint32(self) -> int:
        """A 32-bit number."""
        return self.unpack("I")[0]

    def key(self) -> str:
        """A key of the metadata: ASCII, at most 65,535 bytes."""
        name = self._string(_MAX_KEY)
        if not name.isascii() or not name.decode("ascii").isprintable():
            raise DocumentError(f"a key of the metadata is no plain ASCII text: {name[:80]!r}")
        return name.decode("ascii")

    def name(self) -> str:
        """The name of a tensor."""
        name = self._string(_MAX_NAME)
        text = plain(name, _MAX_NAME)
        if not text or text.encode("utf-8") != name:
            raise DocumentError(f"a tensor's name is no text on one line: {name[:80]!r}")
        return text

    def _string(self, limit: int) -> bytes:
        (length,) = self.unpack("Q")
        if length > limit:
            raise DocumentError(f"a name before {self.position} has {length} bytes; the limit is {limit}")
        at = self._need(length)
        return self._data[at : at + length]

    def value(self, kind: int, limit: int) -> Value:
        """A value of the metadata; texts longer than `limit` bytes and long arrays are passed over."""
        if kind == ARRAY:
            return self._array(1)
        if kind == STRING:
            (length,) = self.unpack("Q")
            if length > limit:
                self._skip(length)
                return Value(STRING)
            at = self._need(length)
            self._keep(length)
            return Value(STRING, (self._data[at : at + length],))
        return Value(kind, self.unpack(scalar_layout(kind)))

    def _array(self, depth: int) -> Value:
        kind, count = self.unpack("IQ")
        if kind == STRING:
            return self._strings(count)
        if kind != ARRAY:
            layout = scalar_layout(kind)
            if count > _MAX_ITEMS:
                self._skip(count * struct.calcsize(self._order + layout))
                return Value(kind, (), count)
            self._keep(count)
            return Value(kind, self.unpack(f"{count}{layout}"), count)
        self._nested_left -= count
        if depth >= _MAX_DEPTH or self._nested_left < 0:
            raise DocumentError("arrays of the metadata are nested too deeply, or there are too many of them")
        for _ in range(count):
            self._array(depth + 1)
        return Value(ARRAY, (), count)

    def _strings(self, count: int) -> Value:
        self._check_count(count)
        if count > _MAX_ITEMS:
            self._skip_strings(count)
            return Value(STRING, (), count)
        items: list[bytes] = []
        for _ in range(count):
            value = self.value(STRING, _MAX_STRING)
            items += [item for item in value.items if isinstance(item, bytes)]
        return Value(STRING, tuple(items) if len(items) == count else (), count)

    def _keep(self, amount: int) -> None:
        self._kept_left -= amount
        if self._kept_left < 0:
            raise DocumentError(f"the metadata that is no vocabulary is longer than {MAX_KEPT} bytes")
