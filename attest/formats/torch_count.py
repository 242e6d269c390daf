"""Tensors of a PyTorch file with their places in it, and how many parameters they are.

Parameters are those of a state dictionary, of a module, or of the one part of a checkpoint whose name says that it is
the model. Numbers that tensors share are counted once. When any of this is in doubt, nothing is counted, and the reason
is given.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from math import prod
from typing import NamedTuple

from attest.formats.facts import TensorInfo
from attest.formats.header_text import Problems, plain
from attest.formats.pickle_values import Call, Value
from attest.formats.torch_tensors import (
    Registered,
    TorchContent,
    TorchTensor,
    find_tensors,
    is_module,
    is_tensor,
    table_of,
)

MAX_TENSORS = 200_000
_MODEL_KEYS = ("state_dict", "model_state_dict", "model_state", "model")
_USUAL = ("weight", "bias")


class Stored(NamedTuple):
    """Where the bytes of a storage lie, [begin, begin + size); `begin` is -1 when they are packed."""

    begin: int
    size: int


class Counted(NamedTuple):
    """What a file holds: `kind` of content, tensors whose bytes lie in one piece, how many there are in all,
    parameters by element type, and why they are not counted (`doubt`).
    """

    kind: str
    tensors: tuple[TensorInfo, ...] = ()
    total: int = 0
    parameters: tuple[tuple[str, int], ...] = ()
    doubt: str = ""


def count(root: Value, content: TorchContent, stored: Mapping[str, Stored], script: Registered | None) -> Counted:
    """Place and count the tensors in `root`, whose content was found before; `script` is the code of TorchScript."""
    doubts = list(content.doubts)
    kind, part = ("TorchScript", root) if script is not None else _model_part(root)
    if part is None:
        doubts.append(f"it holds {kind}, no part of which is plainly the model")
    chosen = content.tensors if part is root else find_tensors(part, script).tensors
    if script is not None or is_module(part):
        chosen = [tensor for tensor in chosen if tensor.registered]
    # Of a whole model only what its modules registered is shown: it holds other tensors, and some under two names.
    shown = chosen if part is root and chosen else content.tensors
    doubts += [text for tensor in content.tensors if (text := _misplaced(tensor, stored))][:1]
    parameters: tuple[tuple[str, int], ...] = ()
    if not doubts:
        parameters, doubt = _parameters(chosen)
        doubts += [doubt] if doubt else []
    if not doubts and not chosen:
        doubts.append("it has no parameters")
    return Counted(kind, _placed(shown, stored), len(shown), parameters, doubts[0] if doubts else "")


def report(counted: Counted, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Properties that say what the file holds and what was counted."""
    properties = [("pytorch:content", counted.kind)]
    if counted.doubt:
        properties.append(("pytorch:tensors", f"not counted: {counted.doubt}"))
        if counted.doubt.startswith("tensor"):
            problems.add(counted.doubt)
    return tuple(properties)


def _model_part(root: Value) -> tuple[str, Value | None]:
    """What kind of thing this is, and the part of it that is the model, if any plainly is."""
    if is_module(root):
        return "a module", root
    if is_tensor(root):
        return "one tensor", None
    table = table_of(root)
    if table is None:
        return "an object", None
    if _is_state(root):
        return "a state dictionary", root
    parts = [table[key] for key in _MODEL_KEYS if key in table and (is_module(table[key]) or _is_state(table[key]))]
    if len(parts) == 1:
        return "a checkpoint", parts[0]
    return "a checkpoint" if parts else "a dictionary", None


def _is_state(value: Value) -> bool:
    """Whether this is a state dictionary: ordered, or with the usual names, and nothing but tensors and scalars."""
    table = table_of(value)
    if not table or not all(isinstance(key, str) for key in table):
        return False
    tensors = [str(key) for key, item in table.items() if is_tensor(item)]
    others = [item for item in table.values() if not is_tensor(item)]
    if not tensors or any(not isinstance(item, str | int | float | bytes | None) for item in others):
        return False
    ordered = isinstance(value, Call) and value.is_of("collections", "OrderedDict")
    return ordered or any(name.rpartition(".")[2] in _USUAL for name in tensors)


def _extent(tensor: TorchTensor) -> int:
    """Elements between the first and the last one of a tensor, both of them included."""
    if not prod(tensor.shape):
        return 0
    return 1 + sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True))


def _misplaced(tensor: TorchTensor, stored: Mapping[str, Stored]) -> str:
    place = stored.get(tensor.storage)
    if place is None:
        return f"tensor {tensor.name[:80]!r} has a storage that is not in the file"
    if (tensor.offset + _extent(tensor)) * tensor.width > place.size:
        return f"tensor {tensor.name[:80]!r} goes past the end of its storage"
    return ""


def _strides(shape: tuple[int, ...], order: Callable[[int], int]) -> dict[int, int]:
    """Strides of the dimensions above 1 when they are laid out without gaps, the first in `order` changing fastest."""
    strides: dict[int, int] = {}
    step = 1
    for axis in sorted((axis for axis, size in enumerate(shape) if size > 1), key=order):
        strides[axis] = step
        step *= shape[axis]
    return strides


def _dense(tensor: TorchTensor, *, in_order: bool) -> bool:
    """Whether the elements lie without gaps and overlaps, in the usual order or in any."""
    order = (lambda axis: -axis) if in_order else (lambda axis: tensor.strides[axis])
    return all(tensor.strides[axis] == step for axis, step in _strides(tensor.shape, order).items())


def _parameters(tensors: list[TorchTensor]) -> tuple[tuple[tuple[str, int], ...], str]:
    """Elements by type, each counted once, or why they cannot be counted."""
    dtypes: dict[str, str] = {}
    # Lists, not sets: of numbers that the file chooses, many can be made to have one hash.
    spans: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for tensor in tensors:
        if not prod(tensor.shape):
            continue
        if dtypes.setdefault(tensor.storage, tensor.dtype) != tensor.dtype:
            return (), "two tensors read the same bytes as different types"
        if not _dense(tensor, in_order=False):
            return (), "a tensor takes only some of the elements between its first and its last"
        spans[tensor.storage].append((tensor.offset, tensor.offset + _extent(tensor)))
    counts: Counter[str] = Counter()
    for storage, dtype in dtypes.items():
        counts[dtype] += _union(spans[storage])
    return tuple(sorted(counts.items())), ""


def _union(spans: list[tuple[int, int]]) -> int:
    total = reached = 0
    for begin, end in sorted(spans):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _placed(tensors: list[TorchTensor], stored: Mapping[str, Stored]) -> tuple[TensorInfo, ...]:
    """Tensors whose bytes lie in one piece and in the usual order; those with odd names are left out."""
    found: dict[str, TensorInfo] = {}
    for tensor in tensors[:MAX_TENSORS]:
        place = stored.get(tensor.storage)
        if place is None or place.begin < 0 or _misplaced(tensor, stored) or not _dense(tensor, in_order=True):
            continue
        begin = place.begin + tensor.offset * tensor.width
        end = begin + prod(tensor.shape) * tensor.width
        if tensor.name and plain(tensor.name) == tensor.name:
            found.setdefault(tensor.name, TensorInfo(tensor.name, tensor.dtype, tensor.shape, begin, end))
    return tuple(found.values())
