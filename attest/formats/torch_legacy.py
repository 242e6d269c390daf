"""PyTorch's layout before 1.6: five pickles in a row, and behind them every storage as it lies in memory.

Source: PyTorch `torch/serialization.py` (`_legacy_save`): a magic number, the protocol 1001, how the machine wrote
numbers, the object, the keys of its storages; then for each key the number of elements in 64 bits, and the elements.
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.header_text import plain
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_values import Value
from attest.formats.pickle_walk import walk
from attest.formats.source import Source
from attest.formats.torch_count import Stored, count, report
from attest.formats.torch_tensors import TorchContent, class_of, find_tensors, is_module

MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_COUNT = 8


def read(source: Source) -> Facts:
    """What such a file says about itself; raises DocumentError unless it begins with the magic number."""
    budget = Budget()
    feed = Feed(source, 0, source.size, budget)
    if walk(feed).value != MAGIC:
        raise DocumentError("it does not begin with PyTorch's magic number")
    protocol, system, root, keys, fault = _pickles(feed)
    if fault:
        budget.problems.add(f"the file breaks off: {fault}")
    content = find_tensors(root)
    stored = _stored(feed, content, keys, little=_little(system)) if not fault else {}
    counted = count(root, content, stored, None)
    return Facts(
        format="pytorch",
        title="PyTorch, legacy layout",
        architecture=_architecture(root),
        framework="pytorch",
        parameters=counted.parameters,
        tensor_count=counted.total,
        tensors=counted.tensors,
        properties=tuple(
            sorted(
                [
                    ("pytorch:byteorder", "little" if _little(system) else "big"),
                    ("pytorch:protocol", str(protocol) if isinstance(protocol, int) else ""),
                    *report(counted, budget.problems),
                ]
            )
        ),
        imports=budget.imports(),
        problems=budget.problems.texts(),
    )


def _pickles(feed: Feed) -> tuple[Value, Value, Value, Value, str]:
    """What the four pickles behind the magic number build, and why they are not all there."""
    values: list[Value] = []
    fault = ""
    for what in ("protocol", "system", "object", "keys"):
        value, fault = walk(feed)
        values.append(value)
        if fault:
            fault = f"its pickle of the {what}: {fault}"
            break
        if what == "protocol" and value != _PROTOCOL:
            raise DocumentError("its protocol is not 1001, the only one that PyTorch has")
    values += [None] * (4 - len(values))
    return values[0], values[1], values[2], values[3], fault


def _little(system: Value) -> bool:
    """Whether numbers are stored with the lowest byte first; every reader takes them so unless it is denied."""
    return not (isinstance(system, dict) and system.get("little_endian") is False)


def _stored(feed: Feed, content: TorchContent, keys: Value, *, little: bool) -> dict[str, Stored]:
    """Where each storage lies. What does not add up is a problem, and then no storage has a place."""
    problems = feed.budget.problems
    stored: dict[str, Stored] = {}
    position = feed.position
    for key in keys if isinstance(keys, list) else ():
        storage = content.storages.get(key) if isinstance(key, str) else None
        if storage is None or key in stored:
            problems.add("the file lists a storage twice, or one that no tensor of a known kind has")
            return {}
        elements = int.from_bytes(feed.source.up_to(position, _COUNT), "little" if little else "big")
        size = elements * storage.width
        position += _COUNT
        if position + size > feed.end:
            problems.add(f"the file is cut off within the storage {plain(key)!r}")
            return {}
        if elements != storage.elements:
            problems.add(f"the storage {plain(key)!r} has {elements} elements, and its tensors say {storage.elements}")
        stored[key] = Stored(position, size)
        position += size
    if position < feed.end:
        problems.add(f"{feed.end - position} bytes stand behind the last storage")
    return stored


def _architecture(root: Value) -> str:
    name = class_of(root) if is_module(root) else None
    return plain(name.name) if name is not None else ""
