"""PyTorch's layout before 1.6: five pickles in a row, and behind them every storage, accounted for byte by byte.

Source: PyTorch `torch/serialization.py` (`_legacy_save`, `_legacy_load`): a magic number, the protocol 1001, how the
machine wrote numbers, the object, the keys of its storages; then for each key the number of elements in 64 bits, and
the elements. Persistent ids have a sixth element; those of kind `module` carry the source text of a class.
"""

from __future__ import annotations

from attest.formats.pickle_feed import Feed
from attest.scanning.part import Part
from attest.scanning.pickles.machine import Setting, StrictMachine
from attest.scanning.pickles.running import run_pickle
from attest.scanning.pickles.tensors import Storage, storage_of
from attest.scanning.pickles.values import Global, LongText, Persistent, Value

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
_COUNT = 8
_IDS = 6


class _Ids:
    """Collects the storages that the pickles name."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self.storages: dict[str, Storage] = {}

    def explains(self, machine: StrictMachine, pid: Value) -> Value:
        """Take in a persistent id; None for one that torch would not write."""
        if isinstance(pid, tuple) and pid and pid[0] == "module":
            return self._module(machine, pid)
        storage = storage_of(pid, _IDS)
        if storage is None or not isinstance(pid, tuple) or not _is_view(pid[5]):
            return None
        known = self.storages.setdefault(storage.key, storage)
        if known != storage:
            message = "one storage is described in two ways"
            machine.report("torch.storage-mismatch", message, storage.key)
        return Persistent(pid)

    def _module(self, machine: StrictMachine, pid: tuple[Value, ...]) -> Value:
        """A class with its source, which torch compares with its own and does not run; the class itself is judged."""
        kind = pid[1] if len(pid) == 4 and not isinstance(pid, Global) else None
        texts = all(item is None or isinstance(item, str | LongText) for item in pid[2:])
        if not isinstance(kind, Global) or not texts:
            return None
        if not machine.good_for(kind, "new") or self._part.allowed.find(kind.module, kind.name) is None:
            message = "the file carries the Python source of a class that is on no list"
            machine.report("torch.source-code", message, f"{kind.module}:{kind.name}")
        return kind


def _is_view(value: Value) -> bool:
    if value is None:
        return True
    plain = isinstance(value, tuple) and not isinstance(value, Global) and len(value) == 3
    return plain and isinstance(value, tuple) and isinstance(value[0], str) and all(type(n) is int for n in value[1:])


def scan_legacy(part: Part, feed: Feed) -> None:
    """Judge what follows the magic number."""
    ids = _Ids(part)
    setting = Setting(persistent=ids.explains)
    keys: Value = None
    for what in ("protocol", "system", "object", "keys"):
        before, opcodes = feed.position, feed.budget.opcodes
        keys, whole = run_pickle(feed, part, setting)
        part.budget.opcodes -= opcodes - feed.budget.opcodes
        part.found.interpreted += feed.position - before
        if not whole:
            return
        if what == "protocol" and keys != PROTOCOL:
            part.report("pickle.malformed", "the protocol of the file is not 1001, the only one that torch has")
    _storages(part, feed, ids, keys)


def _storages(part: Part, feed: Feed, ids: _Ids, keys: Value) -> None:
    """Every key has its elements, and nothing else follows."""
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        part.report("pickle.malformed", "the last pickle is no list of keys")
        return
    if len(set(map(str, keys))) != len(keys) or set(keys) != set(ids.storages):
        part.report("torch.storage-mismatch", "the list of keys is not that of the storages that the object names")
        return
    for key in keys:
        storage = ids.storages[str(key)]
        at = feed.position
        count = int.from_bytes(feed.take(_COUNT), "little", signed=True)
        size = storage.elements * storage.width
        if count not in {storage.elements, size}:
            message = "a storage has another number of elements than the object says"
            part.report("torch.storage-mismatch", message, offset=at, value=str(key))
            return
        feed.skip(size)
        part.opaque(size)
    if feed.left:
        message = f"{feed.left} bytes follow the last storage"
        part.report("pickle.trailing-data", message, offset=feed.position)
