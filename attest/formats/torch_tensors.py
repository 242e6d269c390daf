"""The tensors in what a PyTorch pickle would build: names, element types, shapes and places, without building any.

Source: PyTorch `torch/_utils.py` (the `_rebuild_*` functions and their arguments), `torch/serialization.py` (persistent
ids of storages) and `torch/storage.py` (storage types). Whatever is not plainly understood becomes a doubt, and then
nothing is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import prod
from typing import NamedTuple, TypeGuard

from attest.formats.pickle_values import Call, Global, Persistent, Value, key_of

MAX_VISITS = 1_000_000
MAX_PATH = 512
_TENSOR_VISITS = 5
_MAX_RANK = 64
_MAX_ELEMENTS = 1 << 62
_MAX_WRAPPED = 4
_SIZES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1,
    "bool": 1, "complex64": 8, "complex128": 16, "complex32": 4, "uint16": 2, "uint32": 4, "uint64": 8,
    "float8_e4m3fn": 1, "float8_e4m3fnuz": 1, "float8_e5m2": 1, "float8_e5m2fnuz": 1, "float8_e8m0fnu": 1,
    "quint8": 1, "qint8": 1, "qint32": 4,
}  # fmt: skip
_STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128", "QUInt8Storage": "quint8", "QInt8Storage": "qint8",
    "QInt32Storage": "qint32", "UntypedStorage": "",
}  # fmt: skip
_STORAGE_MODULES = {"torch", "torch.cuda", "torch.storage"}
_REBUILDERS = {"_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor"}
_WRAPPERS = {"_rebuild_parameter", "_rebuild_parameter_with_state"}
_TABLES = {("collections", "OrderedDict"), ("collections", "defaultdict")}


class TorchStorage(NamedTuple):
    """A storage as a pickle names it: its key, its element type (empty when it has none), and how many it holds."""

    key: str
    dtype: str
    elements: int

    @property
    def width(self) -> int:
        """Bytes of one element."""
        return _SIZES.get(self.dtype, 1)


class TorchTensor(NamedTuple):
    """A tensor: offset and strides in elements of the storage. `registered` as a parameter or a buffer of a module."""

    name: str
    storage: str
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    registered: bool

    @property
    def width(self) -> int:
        """Bytes of one element."""
        return _SIZES[self.dtype]


@dataclass(slots=True)
class TorchContent:
    """What was found in one value: tensors in its order, storages by key, why this may not be everything, and how many
    values may still be looked at."""

    tensors: list[TorchTensor] = field(default_factory=list)
    storages: dict[str, TorchStorage] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    left: int = field(default_factory=lambda: MAX_VISITS)

    def doubt(self, text: str) -> None:
        """Note why nothing can be counted."""
        if text not in self.doubts and len(self.doubts) < 8:
            self.doubts.append(text)


class _Place(NamedTuple):
    """A value that is still to be looked at: its path, whether a module registered it, whether tensors are its own.

    While it waits, its path is that of what holds it, and `key` is what is still to be joined to it.
    """

    path: str
    value: Value
    registered: bool = False
    plain: bool = True
    key: Value = None

    def arrived(self) -> _Place:
        """The same with its whole path, which is put together only now: a million of them take much memory."""
        if self.key is None:
            return self
        part = str(self.key) if type(self.key) in {str, int} else "?"
        return self._replace(path=f"{self.path}.{part}" if self.path else part, key=None)


Registered = Mapping[str, frozenset[str]]
"""Class name → attributes that are parameters or buffers, from the code of a TorchScript archive."""


def find_tensors(root: Value, code: Registered | None = None) -> TorchContent:
    """Every tensor below `root`; `code` says that objects are those of a TorchScript archive."""
    content = TorchContent()
    seen: set[int] = set()
    pending = [_Place("", root)]
    while pending:
        place = pending.pop().arrived()
        content.left -= 1
        if content.left < len(pending) or len(place.path) > MAX_PATH:
            content.doubt("it has more values than are looked at, or nests them too deeply")
            break
        value = place.value
        if isinstance(value, Persistent):
            _note_storage(value, content)
        elif is_tensor(value):
            content.left -= _TENSOR_VISITS
            _note_tensor(place, content)
        elif isinstance(value, dict | list | tuple | Call) and id(value) not in seen:
            seen.add(id(value))
            room = max(0, content.left - len(pending))
            pending.extend(reversed(list(islice(_children(place, content, code), room + 1))))
    return content


def is_tensor(value: Value) -> bool:
    """Whether this is a tensor of a kind that is understood."""
    return isinstance(value, Call) and _unwrapped(value) is not None


def table_of(value: Value) -> dict[Value, Value] | None:
    """The entries of a dictionary or of what stands for one; Python 2 wrote an ordered one as a list of pairs."""
    if isinstance(value, dict):
        return value
    if not _is_table(value):
        return None
    pairs = [pair for pair in _first_list(value) if isinstance(pair, list | tuple) and len(pair) == 2]
    return {**{key_of(key): item for key, item in pairs}, **value.items}


def _is_table(value: Value) -> TypeGuard[Call]:
    return isinstance(value, Call) and isinstance(value.target, Global) and tuple(value.target) in _TABLES


def _first_list(value: Value) -> list[Value]:
    """The list that something is made of by calling; empty when it is made in another way."""
    args = value.args if isinstance(value, Call) else None
    return args[0] if isinstance(args, tuple) and args and isinstance(args[0], list) else []


def _table(value: Value, content: TorchContent) -> dict[Value, Value] | None:
    """`table_of`, with its pairs taken from the budget: many tables may share one long list of them."""
    content.left -= len(_first_list(value)) if _is_table(value) else 0
    return table_of(value) if content.left >= 0 else None


def class_of(value: Value) -> Global | None:
    """The class of an object, None when it has none with a name."""
    target = value.target if isinstance(value, Call) else None
    if isinstance(value, Call) and target == Global("copyreg", "_reconstructor") and isinstance(value.args, tuple):
        target = value.args[0] if value.args else None
    return target if isinstance(target, Global) else None


def is_module(value: Value) -> bool:
    """Whether this is a `torch.nn.Module` as pickle keeps it."""
    state = value.state if isinstance(value, Call) else None
    return isinstance(state, dict) and {"_parameters", "_buffers", "_modules"} <= state.keys()


def _children(place: _Place, content: TorchContent, code: Registered | None) -> Iterator[_Place]:
    path, value, plain = place.path, place.value, place.plain
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield _Place(path, item, plain=plain, key=index)
    elif (table := _table(value, content)) is not None:
        for key, item in table.items():
            yield _Place(path, item, plain=plain, key=key)
    elif isinstance(value, Call):
        yield from _object(place, value, content, code)


def _object(place: _Place, value: Call, content: TorchContent, code: Registered | None) -> Iterator[_Place]:
    path, plain = place.path, place.plain
    if isinstance(value.target, Global) and value.target.name.startswith("_rebuild_"):
        content.doubt(f"it holds what {value.target.dotted[:80]!r} makes")
        plain = False
    if isinstance(value.target, Global) and value.target.dotted == "torch.storage._load_from_bytes":
        content.doubt("its storages are pickles within the pickle")
    yield _Place(path, value.args, plain=plain)
    yield _Place(path, value.appended, plain=plain)
    yield _Place(path, value.items, plain=plain)
    if code is not None:
        yield from _script_attributes(place, value, content, code)
    elif is_module(value):
        yield from _module(path, value.state, content)
    else:
        for state in value.state if isinstance(value.state, tuple) else (value.state,):
            yield _Place(path, state, plain=plain)


def _module(path: str, state: Value, content: TorchContent) -> Iterator[_Place]:
    """What a module holds: its parameters, buffers and modules go by their own names."""
    attributes = state if isinstance(state, dict) else {}
    dropped = _names(attributes.get("_non_persistent_buffers_set"), content)
    for key, item in attributes.items():
        table = _table(item, content) if key in {"_parameters", "_buffers", "_modules"} else None
        if table is None:
            yield _Place(path, item, key=key)
            continue
        for name, child in table.items():
            registered = key == "_parameters" or (key == "_buffers" and name not in dropped)
            yield _Place(path, child, registered, key=name)


def _names(value: Value, content: TorchContent) -> frozenset[str]:
    """The texts of a set as pickle builds one: filled, or made of a list by calling `set`."""
    names = value if isinstance(value, list) else _first_list(value)
    content.left -= len(names)
    return frozenset(item for item in names if isinstance(item, str)) if content.left >= 0 else frozenset()


def _script_attributes(place: _Place, value: Call, content: TorchContent, code: Registered) -> Iterator[_Place]:
    if not isinstance(value.target, Global) or not isinstance(value.state, dict):
        yield _Place(place.path, value.state, plain=place.plain)
        return
    known = code.get(value.target.dotted)
    if known is None:
        content.doubt(f"the archive's code does not tell the parameters of {value.target.dotted[:80]!r}")
    for key, item in value.state.items():
        yield _Place(place.path, item, known is not None and key in known, place.plain, key)


def _note_storage(value: Persistent, content: TorchContent) -> None:
    storage = _storage(value)
    if storage is None:
        content.doubt("it refers to something outside of the pickle that is no storage")
        return
    content.storages.setdefault(storage.key, storage)
    content.doubt("it holds a storage that is no tensor")


def _note_tensor(place: _Place, content: TorchContent) -> None:
    args = _unwrapped(place.value)
    found = _tensor(place, args) if args is not None else None
    if found is None:
        content.doubt(f"tensor {place.path[:80]!r} is not described in the usual way")
        return
    storage, tensor = found
    known = content.storages.setdefault(storage.key, storage)
    if known != storage:
        content.doubt(f"storage {storage.key[:80]!r} is described in two ways")
    if place.plain:
        content.tensors.append(tensor)


def _unwrapped(value: Value) -> tuple[Value, ...] | None:
    """The arguments of the function that makes a tensor, with its name put first; None when it is none."""
    for _ in range(_MAX_WRAPPED):
        if not isinstance(value, Call) or not isinstance(value.target, Global) or not isinstance(value.args, tuple):
            return None
        target, args = value.target, value.args
        if target == Global("torch._tensor", "_rebuild_from_type_v2") and len(args) >= 3:
            value = Call(args[0], args[2])
        elif target.module != "torch._utils" or not args:
            return None
        elif target.name in _WRAPPERS:
            value = args[0]
        else:
            return (target.name, *args) if target.name in _REBUILDERS else None
    return None


def _tensor(place: _Place, args: tuple[Value, ...]) -> tuple[TorchStorage, TorchTensor] | None:
    if len(args) < 5 or not isinstance(args[1], Persistent):
        return None
    storage = _storage(args[1])
    offset, shape, strides = args[2], _naturals(args[3]), _naturals(args[4])
    if storage is None or not _natural(offset) or shape is None or strides is None or len(shape) != len(strides):
        return None
    dtype = storage.dtype
    if args[0] == "_rebuild_tensor_v3":
        last = args[7] if len(args) > 7 else None
        dtype = last.name if isinstance(last, Global) and last.module == "torch" else ""
    if dtype not in _SIZES or prod(shape) >= _MAX_ELEMENTS:
        return None
    return storage, TorchTensor(place.path, storage.key, dtype, offset, shape, strides, place.registered)


def _storage(value: Persistent) -> TorchStorage | None:
    """A storage from `('storage', type, key, location, elements)`; the old layout adds a view, which must be None."""
    pid = value.pid
    if not isinstance(pid, tuple) or len(pid) not in {5, 6} or pid[0] != "storage":
        return None
    kind, key, elements = pid[1], pid[2], pid[4]
    if not isinstance(kind, Global) or kind.module not in _STORAGE_MODULES or kind.name not in _STORAGES:
        return None
    if not isinstance(key, str) or not _natural(elements) or (len(pid) == 6 and pid[5] is not None):
        return None
    return TorchStorage(key, _STORAGES[kind.name], elements)


def _natural(value: Value) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < _MAX_ELEMENTS


def _naturals(value: Value) -> tuple[int, ...] | None:
    """A shape or strides: a tuple, or one inside of `torch.Size`."""
    if isinstance(value, Call) and value.is_of("torch", "Size") and isinstance(value.args, tuple) and value.args:
        value = value.args[0]
    if not isinstance(value, tuple) or len(value) > _MAX_RANK:
        return None
    return value if _all_natural(value) else None


def _all_natural(value: tuple[Value, ...]) -> TypeGuard[tuple[int, ...]]:
    return all(map(_natural, value))
