"""State that fills native memory: what can be checked of it before somebody's extension type takes it.

Source: scikit-learn `sklearn/tree/_tree.pyx` (`Tree.__cinit__`, `__setstate__`): sizes are believed, and children and
features are used as indices without a look.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from attest.formats.source import Source
from attest.scanning.pickles.arrays import elements_of, item_size
from attest.scanning.pickles.values import Call, Instance, LongBytes, LongText, PickledArray, Value, class_pair

TREE = ("sklearn.tree._tree", "Tree")
NEIGHBOURS = frozenset((f"sklearn.neighbors.{module}", "newObj") for module in (
    "_kd_tree", "_ball_tree", "kd_tree", "ball_tree",
))  # fmt: skip
_MAX_FEATURES = 1 << 31
_MAX_CHECKED = 64 << 20
_FIELDS = ("left_child", "right_child", "feature")


class Array(NamedTuple):
    """An array as a pickle says it: shape, type, and what stands for its bytes."""

    shape: tuple[int, ...]
    dtype: Value
    data: Value


def array_of(value: Value) -> Array | None:
    """Shape, type and bytes of an array, however it is pickled; None when that cannot be told."""
    if isinstance(value, PickledArray):
        shape, dtype, data = value.shape, value.dtype, value.data
    elif isinstance(value, Instance) and value.target is not None and isinstance(value.state, tuple):
        if len(value.state) != 5:
            return None
        _, shape, dtype, _, data = value.state
    elif isinstance(value, Instance) and isinstance(value.args, tuple) and len(value.args) == 4:
        data, dtype, shape, _ = value.args
    else:
        return None
    if elements_of(shape) is None or not isinstance(shape, tuple):
        return None
    return Array(tuple(size for size in shape if isinstance(size, int)), dtype, data)


def tree_call_problem(args: tuple[Value, ...]) -> str:
    """Why a tree cannot be made with these arguments: features, classes of each output, outputs."""
    features, classes, outputs = args[:3]
    array = array_of(classes)
    if array is None:
        return "the classes of a tree are no array"
    if type(features) is not int or not 0 <= features < _MAX_FEATURES:
        return "a tree has an impossible number of features"
    return "" if type(outputs) is int and outputs == prod(array.shape) else "a tree has another number of outputs"


def tree_state_problem(target: Call, state: Value, source: Source) -> tuple[str, str]:
    """Why the state of a tree cannot be taken, with its rule: nodes, their number, and where they lead.

    Nodes that cannot be read here, for how they are written, are only warned of.
    """
    problem, nodes = _tree_shape(state)
    if problem or nodes is None or not isinstance(state, dict):
        return "pickle.call-form", problem
    count = nodes.shape[0]
    features = target.args[0] if isinstance(target.args, tuple) and target.args else None
    offsets, size = _layout(nodes.dtype)
    data = _bytes(nodes.data, source)
    if offsets is None or size is None or data is None or type(features) is not int:
        return "pickle.native-state", "the nodes of a tree fill native memory, and cannot be read here"
    if len(data) != size * count:
        return "pickle.call-form", "a tree has another number of nodes than it says"
    return "pickle.call-form", _nodes_problem(data, size, offsets, features)


def _tree_shape(state: Value) -> tuple[str, Array | None]:
    if not isinstance(state, dict):
        return "the state of a tree is no dictionary", None
    nodes, values = array_of(state.get("nodes")), array_of(state.get("values"))
    count = state.get("node_count")
    if nodes is None or values is None or type(count) is not int:
        return "the state of a tree lacks its nodes or their number", None
    if nodes.shape != (count,) or not values.shape or values.shape[0] != count:
        return "a tree has another number of nodes or values than it says", None
    return "", nodes


def _nodes_problem(data: bytes, size: int, offsets: tuple[int, int, int], features: int) -> str:
    count = len(data) // size if size else 0
    read = struct.Struct("<q").unpack_from
    left_at, right_at, feature_at = offsets
    for index in range(count):
        at = index * size
        left, right = read(data, at + left_at)[0], read(data, at + right_at)[0]
        if left == right == -1:
            continue
        # Nodes are numbered as they are made, so children come after their parent; anything else would be a loop.
        if not index < left < count or not index < right < count:
            return "a node of a tree leads to a node that is none"
        if not 0 <= read(data, at + feature_at)[0] < features:
            return "a node of a tree asks for a feature that is none"
    return ""


def _layout(dtype: Value) -> tuple[tuple[int, int, int] | None, int | None]:
    """Where left child, right child and feature lie in a node, and the size of a node in bytes."""
    size, objects = item_size(dtype)
    state = dtype.state if isinstance(dtype, Call) and isinstance(dtype.state, tuple) else ()
    fields = state[4] if len(state) > 5 else None
    if objects or not isinstance(fields, dict) or size is None:
        return None, None
    found = list(_offsets(fields, size))
    return ((found[0], found[1], found[2]), size) if len(found) == 3 else (None, None)


def _offsets(fields: dict[Value, Value], size: int) -> Iterator[int]:
    for name in _FIELDS:
        field = fields.get(name)
        if not isinstance(field, tuple) or len(field) < 2 or type(field[1]) is not int:
            return
        width, _ = item_size(field[0])
        order = field[0].state[1] if isinstance(field[0], Call) and isinstance(field[0].state, tuple) else "<"
        if width == 8 and order == "<" and 0 <= field[1] <= size - 8:
            yield field[1]


def _bytes(data: Value, source: Source) -> bytes | None:
    """The bytes of an array, up to 64 MiB; protocols 0 to 2 write them as text."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, LongBytes):
        return source.read(data.offset, data.length) if data.length <= _MAX_CHECKED else None
    if isinstance(data, Instance) and class_pair(data) == ("_codecs", "encode") and isinstance(data.args, tuple):
        text = data.args[0]
        if isinstance(text, str):
            return text.encode("latin-1", "replace")
        if isinstance(text, LongText) and 0 < text.size <= _MAX_CHECKED:
            return source.read(text.offset, text.size).decode("utf-8", "replace").encode("latin-1", "replace")
    return None


def neighbours_problem(state: Value, source: Source) -> tuple[str, str]:
    """Why the state of a tree of neighbours cannot be taken, with its rule.

    Source: scikit-learn `sklearn/neighbors/_binary_tree.pxi` (`__getstate__`): points, their order, nodes, their
    bounds, seven numbers, the metric, and weights.
    """
    if not isinstance(state, tuple) or len(state) not in {12, 13}:
        return "pickle.call-form", "the state of a tree of neighbours has another number of parts"
    points, order, nodes, bounds = (array_of(item) for item in state[:4])
    if points is None or order is None or nodes is None or bounds is None or len(points.shape) != 2:
        return "pickle.call-form", "the state of a tree of neighbours lacks an array"
    count, total = points.shape[0], state[6]
    if order.shape != (count,) or type(total) is not int or nodes.shape != (total,) or total not in bounds.shape:
        return "pickle.call-form", "the parts of a tree of neighbours do not fit each other"
    return _order_problem(order, nodes, count, source)


def _order_problem(order: Array, nodes: Array, count: int, source: Source) -> tuple[str, str]:
    """The order names points that are there, and nodes take ranges of it."""
    indices, ranges = _bytes(order.data, source), _bytes(nodes.data, source)
    size, _ = item_size(nodes.dtype)
    width, _ = item_size(order.dtype)
    if indices is None or ranges is None or size is None or size < 16 or width != 8:
        return "pickle.native-state", "a tree of neighbours fills native memory, and cannot be read here"
    form = struct.Struct("<q")
    if any(not 0 <= index < count for (index,) in form.iter_unpack(indices[: len(indices) & ~7])):
        return "pickle.call-form", "a tree of neighbours names a point that is none"
    pair = struct.Struct("<qq")
    for at in range(0, len(ranges) - size + 1, size):
        begin, end = pair.unpack_from(ranges, at)
        if not 0 <= begin <= end <= count:
            return "pickle.call-form", "a node of a tree of neighbours takes points that are none"
    return "", ""
