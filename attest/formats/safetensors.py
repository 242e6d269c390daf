"""The safetensors header: strictly read, because the format is simple enough to insist.

Source: the safetensors format description, and reference `performance.md` section 7. Tensor data is never looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import prod

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.facts import TensorInfo
from attest.formats.prefix import MAX_SAFETENSORS_HEADER

# Element sizes in bits, from safetensors 0.6 `Dtype::bitsize`.
ELEMENT_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip
_ENTRY = {"dtype", "shape", "data_offsets"}
_LENGTH = 8
_MAX_RANK = 64
_SPAN = 2
# Depth is bounded by the header's size: the reader below takes one shape only, level by level.
_LIMITS = Limits(size=MAX_SAFETENSORS_HEADER, depth=MAX_SAFETENSORS_HEADER, nodes=1_000_000, string=16 << 20)
_WHAT = "the safetensors header"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetensorsHeader:
    """What a header says: how many tensors, parameters by element type, free-form metadata; both sorted.

    `places` are the tensors in the header's order, with offsets in the file.
    """

    tensors: int
    parameters: tuple[tuple[str, int], ...]
    metadata: tuple[tuple[str, str], ...]
    places: tuple[TensorInfo, ...] = ()


def read_header(prefix: bytes, size: int) -> SafetensorsHeader:
    """Read the header from the leading bytes of a file of `size` bytes.

    Raises DocumentError unless the header is whole in `prefix`, at most 100 MB, strict JSON of the documented shape,
    and the tensors' spans tile the rest of the file exactly, each as long as its shape and element type say.
    """
    length = _header_length(prefix, size)
    header = as_object(parse(prefix[_LENGTH : _LENGTH + length], _LIMITS, _WHAT), _WHAT)
    metadata = _metadata(header.pop("__metadata__", None))
    counts: Counter[str] = Counter()
    places: list[TensorInfo] = []
    data = _LENGTH + length
    for name, entry in header.items():
        tensor = _tensor(name, entry, data)
        elements = prod(tensor.shape)
        if (tensor.end - tensor.begin) * 8 != elements * ELEMENT_BITS[tensor.dtype]:
            raise DocumentError(f"tensor {name[:80]!r} does not fill its span")
        counts[tensor.dtype] += elements
        places.append(tensor)
    _check_tiling(places, data, size)
    return SafetensorsHeader(
        tensors=len(header), parameters=tuple(sorted(counts.items())), metadata=metadata, places=tuple(places)
    )


def _header_length(prefix: bytes, size: int) -> int:
    if len(prefix) < _LENGTH or size < _LENGTH:
        raise DocumentError(f"{_WHAT} is cut off")
    length = int.from_bytes(prefix[:_LENGTH], "little")
    if not len(b"{}") <= length <= min(size - _LENGTH, MAX_SAFETENSORS_HEADER):
        raise DocumentError(
            f"{_WHAT} claims {length} bytes of a file of {size} bytes; the limit is {MAX_SAFETENSORS_HEADER}"
        )
    if len(prefix) < _LENGTH + length:
        raise DocumentError(f"{_WHAT} is cut off: {len(prefix)} of {_LENGTH + length} bytes are there")
    if not prefix.startswith(b"{", _LENGTH):
        raise DocumentError(f"{_WHAT} does not begin with an opening brace")
    return length


def _metadata(value: Json) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    pairs = [(key, text) for key, text in as_object(value, "__metadata__").items() if isinstance(text, str)]
    if len(pairs) != len(as_object(value, "__metadata__")):
        raise DocumentError("__metadata__ holds a value that is not text")
    return tuple(sorted(pairs))


def _tensor(name: str, entry: Json, data: int) -> TensorInfo:
    """One tensor; `data` is where the tensors' bytes begin in the file."""
    if not isinstance(entry, dict) or entry.keys() != _ENTRY:
        raise DocumentError(f"tensor {name[:80]!r} is not described by dtype, shape and data_offsets")
    dtype, shape = entry["dtype"], _naturals(entry, "shape", name)
    if not isinstance(dtype, str) or dtype not in ELEMENT_BITS:
        raise DocumentError(f"tensor {name[:80]!r} has an unknown element type")
    offsets = _naturals(entry, "data_offsets", name)
    if len(shape) > _MAX_RANK or len(offsets) != _SPAN or offsets[0] > offsets[1]:
        raise DocumentError(f"tensor {name[:80]!r} has too many dimensions, or offsets that are no span")
    return TensorInfo(name, dtype, tuple(shape), data + offsets[0], data + offsets[1])


def _naturals(entry: JsonObject, key: str, name: str) -> list[int]:
    value = entry[key]
    if isinstance(value, list):
        numbers = [item for item in value if type(item) is int and item >= 0]
        if len(numbers) == len(value):
            return numbers
    raise DocumentError(f"{key} of tensor {name[:80]!r} is not a list of natural numbers")


def _check_tiling(places: list[TensorInfo], data: int, size: int) -> None:
    position = data
    for begin, end in sorted((tensor.begin, tensor.end) for tensor in places):
        if begin != position:
            raise DocumentError("tensors overlap or leave a gap")
        position = end
    if position != size:
        raise DocumentError(f"the tensors cover {position - data} bytes of {size - data} bytes of data")
