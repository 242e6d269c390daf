"""Safetensors: a header that names every byte of the data, read strictly because the format is simple enough to insist.

Source: the safetensors format description, and `safetensors/src/tensor.rs` of release 0.7 (`Metadata::validate`).
Tensor data is never read. What `__metadata__` says is text that no loader runs.
"""

from __future__ import annotations

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.prefix import MAX_SAFETENSORS_HEADER
from attest.formats.safetensors import ELEMENT_BITS
from attest.scanning.budget import BudgetError
from attest.scanning.part import Part

MAX_NODES = 4_000_000
MAX_RANK = 64
_LENGTH = 8
_ENTRY = {"dtype", "shape", "data_offsets"}
_METADATA = "__metadata__"
_WHAT = "the safetensors header"
_MAX_COUNT = 1 << 63
# A shape and the offsets are one level below a tensor; text of any length may stand in the metadata.
_LIMITS = Limits(size=MAX_SAFETENSORS_HEADER, depth=8, nodes=MAX_NODES, string=MAX_SAFETENSORS_HEADER)


def scan(part: Part) -> None:
    """Check that the header is strict JSON of the documented shape and that its tensors tile the file exactly.

    Raises DocumentError for any deviation, and BudgetError for a header with more entries than are looked at.
    """
    length = _header_length(part)
    part.interpreted(_LENGTH + length)
    data = part.source.read(_LENGTH, length)
    if not data.startswith(b"{") or not data.rstrip(b" ").endswith(b"}"):
        raise DocumentError(f"{_WHAT} is not one JSON object with nothing but spaces behind it")
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_NODES:
        raise BudgetError(f"{_WHAT} has more than {MAX_NODES} members and items")
    header = as_object(parse(data, _LIMITS, _WHAT), _WHAT)
    if _METADATA in header:
        _check_metadata(header.pop(_METADATA))
    _check_tiling([_span(name, entry) for name, entry in header.items()], part.size - _LENGTH - length)
    part.opaque(part.size - _LENGTH - length)


def _header_length(part: Part) -> int:
    length = int.from_bytes(part.source.read(0, _LENGTH), "little")
    if not len(b"{}") <= length <= min(part.size - _LENGTH, MAX_SAFETENSORS_HEADER):
        raise DocumentError(
            f"{_WHAT} claims {length} bytes of a file of {part.size} bytes; the limit is {MAX_SAFETENSORS_HEADER}"
        )
    return length


def _check_metadata(value: Json) -> None:
    for key, text in as_object(value, _METADATA).items():
        if not isinstance(text, str):
            raise DocumentError(f"{_METADATA} holds a value that is not text: {key[:80]!r}")


def _span(name: str, entry: Json) -> tuple[int, int]:
    """Where a tensor's bytes begin and end in the data, after a check that its shape fills them."""
    if not isinstance(entry, dict) or entry.keys() != _ENTRY:
        raise DocumentError(f"tensor {name[:80]!r} is not described by dtype, shape and data_offsets alone")
    dtype, shape, offsets = entry["dtype"], _naturals(entry, "shape", name), _naturals(entry, "data_offsets", name)
    bits = ELEMENT_BITS.get(dtype) if isinstance(dtype, str) else None
    if bits is None:
        raise DocumentError(f"tensor {name[:80]!r} has an unknown element type")
    if len(shape) > MAX_RANK or len(offsets) != 2:
        raise DocumentError(f"tensor {name[:80]!r} has too many dimensions, or offsets that are no span")
    elements = 1
    for dimension in shape:
        elements *= dimension
        # A shape that overflows on the way is refused even when a zero behind it makes the product small.
        if elements >= _MAX_COUNT:
            raise DocumentError(f"tensor {name[:80]!r} has more elements than a file can hold")
    if (offsets[1] - offsets[0]) * 8 != elements * bits:
        raise DocumentError(f"tensor {name[:80]!r} does not fill its span")
    return offsets[0], offsets[1]


def _naturals(entry: JsonObject, key: str, name: str) -> list[int]:
    value = entry[key]
    if isinstance(value, list):
        numbers = [item for item in value if type(item) is int and item >= 0]
        if len(numbers) == len(value):
            return numbers
    raise DocumentError(f"{key} of tensor {name[:80]!r} is not a list of natural numbers")


def _check_tiling(spans: list[tuple[int, int]], size: int) -> None:
    position = 0
    for begin, end in sorted(spans):
        if begin != position:
            raise DocumentError(f"tensors overlap or leave a gap at {min(begin, position)} of the data")
        position = end
    if position != size:
        raise DocumentError(f"the tensors cover {position} of {size} bytes of data")
