"""The object graph of a SavedModel: what it binds to functions, and what Keras is told of its layers.

Source: `saved_object_graph.proto` of TensorFlow 2: `SavedObjectGraph` (1 nodes, 2 concrete functions), `SavedObject` (4
user object, 5 asset, 9 constant), `SavedUserObject` (1 identifier, 3 metadata), `SavedConstant` (1 operation),
`SavedConcreteFunction` (2 bound inputs). Up to TensorFlow 2.4 the metadata of Keras layers stands here as JSON.
"""

from __future__ import annotations

from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.protobuf import Wire, block, varint
from attest.scanning.graphs.tf_graph import Walk

MAX_OBJECTS = 1_000_000
_OBJECT, _FUNCTION = block(1), block(2)
_USER, _CONSTANT = block(4), block(9)
_IDENTIFIER, _METADATA = block(1), block(3)
_OPERATION = block(1)
_BOUND, _BOUND_PACKED = varint(2), block(2)


class Objects(NamedTuple):
    """Constants that are bound to functions, by function, and the metadata of Keras objects as ranges of bytes."""

    bound: dict[str, tuple[str, ...]]
    metadata: list[tuple[int, int]]


def read_objects(walk: Walk, wire: Wire, begin: int, end: int) -> Objects:
    """Go over an object graph. Raises DocumentError."""
    constants: dict[int, str] = {}
    metadata: list[tuple[int, int]] = []
    bound: dict[str, list[int]] = {}
    count = 0
    for tag, first, last in wire.fields(begin, end):
        if tag == _OBJECT:
            for inner, start, stop in wire.fields(first, last):
                if inner == _CONSTANT:
                    constants[count] = _constant(walk, wire, start, stop)
                elif inner == _USER:
                    metadata += _keras(wire, start, stop)
            count += 1
            if count > MAX_OBJECTS:
                raise DocumentError(f"the model has more than {MAX_OBJECTS} objects")
        elif tag == _FUNCTION:
            name, start, stop = _entry(walk, wire, first, last)
            bound.setdefault(name, []).extend(_numbers(wire, start, stop))
    named = {name: tuple(constants.get(number, "") for number in numbers) for name, numbers in bound.items()}
    return Objects(named, metadata)


def _constant(walk: Walk, wire: Wire, begin: int, end: int) -> str:
    names = [walk.name(*span) for tag, *span in wire.fields(begin, end) if tag == _OPERATION]
    return names[-1] if names else ""


def _keras(wire: Wire, begin: int, end: int) -> list[tuple[int, int]]:
    identifier = b""
    found: list[tuple[int, int]] = []
    for tag, first, last in wire.fields(begin, end):
        if tag == _IDENTIFIER:
            identifier = wire.raw(first, min(last, first + 64))
        elif tag == _METADATA and last > first:
            found.append((first, last))
    return found if identifier.startswith(b"_tf_keras") else []


def _entry(walk: Walk, wire: Wire, begin: int, end: int) -> tuple[str, int, int]:
    key, start, stop = "", begin, begin
    for tag, first, last in wire.fields(begin, end):
        if tag == block(1):
            key = walk.name(first, last)
        elif tag == block(2):
            start, stop = first, last
    return key, start, stop


def _numbers(wire: Wire, begin: int, end: int) -> list[int]:
    found: list[int] = []
    for tag, first, last in wire.fields(begin, end):
        if tag == _BOUND:
            found.append(first)
        elif tag == _BOUND_PACKED:
            found += wire.numbers(first, last, 100_000)
    return found
