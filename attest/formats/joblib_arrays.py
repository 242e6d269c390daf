"""Arrays that joblib writes raw into a pickle, behind the object that stands for them: how far they go.

Source: joblib `numpy_pickle.py` (`NumpyArrayWrapper`): once its state is set, the array follows: padding, when the
state asks for alignment, and count × item size bytes; an array with Python objects is a pickle of its own. Element
types are told from what `numpy.dtype` is called with and its state (NumPy `dtype.__reduce__`).
"""

from __future__ import annotations

import re
from collections import Counter
from math import prod

from attest.errors import DocumentError
from attest.formats.header_text import plain
from attest.formats.pickle_machine import Machine
from attest.formats.pickle_values import OPAQUE, Call, Global, Value
from attest.formats.torch_tensors import class_of

_MODULES = {"joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle"}
_OLD_MODULES = {*_MODULES, "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle_compat"}
_BESIDE = {"NDArrayWrapper", "ZNDArrayWrapper"}
_CODE = re.compile(r"[<>|=]?([?bBhHiIlLqQefdgFDGmMSUVOacu])([0-9]{0,9})")
_FIXED = {"?": 1, "b": 1, "B": 1}
_MAX_DEPTH = 8
_MAX_SIZE = 1 << 62
_MAX_RANK = 64
_MAX_TYPES = 1_000_000
_Element = tuple[str, int, bool]
_UNKNOWN: _Element = ("", 0, False)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,31}")


class Arrays:
    """What was met while a pickle ran: arrays by element type, files beside this one, versions of scikit-learn."""

    def __init__(self) -> None:
        self.count = 0
        self.elements: Counter[str] = Counter()
        self.beside: set[str] = set()
        self.versions: set[str] = set()
        self._types = _Types()

    def on_build(self, machine: Machine) -> None:
        """Look at an object that got its state; raises DocumentError when an array behind it cannot be stepped over."""
        value = machine.top()
        state = value.state if isinstance(value, Call) else None
        if not isinstance(state, dict):
            return
        version = state.get("_sklearn_version")
        if isinstance(version, str) and _VERSION.fullmatch(version):
            self.versions.add(version)
        name = class_of(value)
        if name is None:
            return
        if name.module in _MODULES and name.name == "NumpyArrayWrapper":
            self._skip(machine, state)
            machine.stack[-1] = OPAQUE
        elif name.module in _OLD_MODULES and name.name in _BESIDE and isinstance(state.get("filename"), str):
            self.beside.add(plain(str(state["filename"])))

    def _skip(self, machine: Machine, state: dict[Value, Value]) -> None:
        shape, dtype = state.get("shape"), state.get("dtype")
        kind, size, objects = self._types.element(dtype)
        if not isinstance(shape, tuple) or len(shape) > _MAX_RANK or not all(map(_is_size, shape)):
            raise machine.fault("an array has a shape that is none")
        elements = prod(item for item in shape if isinstance(item, int))
        if not kind or elements * size >= _MAX_SIZE:
            raise machine.fault("an array has an element type that is not known")
        self.count += 1
        self.elements[kind] += elements
        if objects:
            machine.nested()
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            machine.skip_raw(0)
            machine.skip_raw(machine.feed.take(1)[0])
        machine.skip_raw(elements * size)


def _is_size(value: Value) -> bool:
    return type(value) is int and 0 <= value < _MAX_SIZE


class _Types:
    """Looks at element types, whose parts may be shared, within one budget for a whole file."""

    def __init__(self) -> None:
        self._left = _MAX_TYPES
        self._known: dict[int, _Element] = {}

    def element(self, dtype: Value) -> _Element:
        """Name and size of an element in bytes, and whether it holds Python objects; the name is empty when unknown.

        Raises DocumentError when there are more types than are looked at.
        """
        # A type may get another state between two arrays, so nothing is kept longer than for one of them.
        self._known.clear()
        return self._look(dtype, 0)

    def _look(self, dtype: Value, depth: int) -> _Element:
        self._left -= 1
        if self._left < 0:
            raise DocumentError("its arrays have more element types than are looked at")
        if not isinstance(dtype, Call) or dtype.target != Global("numpy", "dtype") or depth > _MAX_DEPTH:
            return _UNKNOWN
        if id(dtype) not in self._known:
            self._known[id(dtype)] = _UNKNOWN  # what a type that holds itself finds
            self._known[id(dtype)] = self._described(dtype, depth)
        return self._known[id(dtype)]

    def _described(self, dtype: Call, depth: int) -> _Element:
        code = dtype.args[0] if isinstance(dtype.args, tuple) and dtype.args else None
        match = _CODE.fullmatch(code) if isinstance(code, str) else None
        if match is None:
            return _UNKNOWN
        letter, digits = match.groups()
        if letter == "O":
            return "object", 0, True
        size = int(digits) if digits else _FIXED.get(letter, -1)
        state = dtype.state if isinstance(dtype.state, tuple) else ()
        if letter == "V" and len(state) > 5:
            return self._record(state, size, depth)
        size *= 4 if letter == "U" else 1
        return (f"{letter}{digits}", size, False) if size >= 0 else _UNKNOWN

    def _record(self, state: tuple[Value, ...], size: int, depth: int) -> _Element:
        """A record or an array of elements: its size is in its name and again in its state."""
        inner: list[Value] = []
        if isinstance(state[2], tuple) and state[2]:
            inner.append(state[2][0])
        if isinstance(state[4], dict):
            inner += [field[0] for field in state[4].values() if isinstance(field, tuple) and field]
        elif state[4] is not None:
            return _UNKNOWN
        parts = [self._look(item, depth + 1) for item in inner]
        if size < 0 or type(state[5]) is not int or state[5] not in {size, -1} or not all(name for name, _, _ in parts):
            return _UNKNOWN
        return "record", size, any(objects for _, _, objects in parts)
