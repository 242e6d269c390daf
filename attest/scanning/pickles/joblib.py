"""What joblib adds to pickles: arrays raw in the stream behind their placeholders, and companion files.

Source: joblib `numpy_pickle.py` and `numpy_pickle_compat.py`.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError, LimitError
from attest.formats.joblib_arrays import Arrays
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_machine import Machine
from attest.formats.pickle_opcodes import OPCODES
from attest.scanning.part import Part
from attest.scanning.pickles.arrays import elements_of, item_size
from attest.scanning.pickles.values import Call, Global, LongBytes, PickledArray, Value, class_pair

_MODULES = frozenset({"joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle"})
_OLD = frozenset({*_MODULES, "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle_compat"})
_DEPTH = 256
_SLACK = 1 << 20
_BESIDE = frozenset({"NDArrayWrapper", "ZNDArrayWrapper"})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]{0,254}")
_SUBCLASSES = frozenset({("numpy", "ndarray"), ("numpy", "memmap"), ("numpy.ma.core", "MaskedArray")})


class _ThroughError(Exception):
    """No error of a document: the opcodes came to the end of the array's bytes, and go on as everybody reads them."""


class _Unlisted(Budget):
    """Notes the names that are not allowed: numbers can be opcodes by chance, and then lead to names of the file."""

    def __init__(self, part: Part, *, opcodes: int, size: int) -> None:
        super().__init__(opcodes=opcodes, size=size)
        self._allowed = part.allowed

    def ask_for(self, name: Global) -> None:
        """Note a name, unless it is allowed."""
        if not self._allowed.good_for(name.module, name.name, "ref"):
            super().ask_for(name)


class _Raw(Feed):
    """The bytes of an array as opcodes, up to where those bytes end."""

    __slots__ = ("after",)

    def __init__(self, machine: Machine, begin: int, after: int, budget: Budget) -> None:
        super().__init__(machine.feed.source, begin, machine.feed.end, budget)
        self.after = after

    def opcode(self) -> int:
        """The next opcode. Raises _ThroughError where the array ends."""
        if self.position == self.after:
            raise _ThroughError("all of them are opcodes")
        return super().opcode()


class JoblibArrays:
    """Steps over the arrays of one stream, and reports what is wrong with their placeholders."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._arrays = Arrays()

    def on_build(self, machine: Machine) -> None:
        """Look at an object that got its state. Raises DocumentError when its array cannot be stepped over."""
        value = machine.top()
        pair = class_pair(value)
        state = value.state if isinstance(value, Call) else None
        if pair is None or pair[0] not in _OLD or not isinstance(state, dict):
            return
        if pair[1] in _BESIDE:
            self._companion(machine, state)
            return
        self._subclass(machine, state)
        before = machine.feed.position
        self._arrays.on_build(machine)
        after = machine.feed.position
        self._part.opaque(after - before)
        # Objects are a pickle in either reader's eyes, and judged as one.
        if after > before and not item_size(state.get("dtype"))[1]:
            self._other_reader(machine, before, after)
        size = (elements_of(state.get("shape")) or 0) * (item_size(state.get("dtype"))[0] or 0)
        data = LongBytes(after - size, size)
        machine.stack[-1] = PickledArray(state.get("shape"), state.get("dtype"), data)

    def _subclass(self, machine: Machine, state: dict[Value, Value]) -> None:
        subclass = state.get("subclass")
        if not isinstance(subclass, Global) or tuple(subclass) not in _SUBCLASSES:
            message = "an array is made of a class that is none of NumPy's"
            self._part.report("pickle.call-form", message, offset=machine.feed.began)

    def _other_reader(self, machine: Machine, begin: int, after: int) -> None:
        """A reader that does not know these arrays goes on in their bytes, which must not be opcodes that act.

        Bytes that are no opcodes end such a reader at once. What it goes through is taken from the budget of the file.
        """
        left = min(self._part.budget.opcodes, self._part.budget.limits.stream_opcodes)
        budget = _Unlisted(self._part, opcodes=left, size=machine.feed.end - begin + _SLACK)
        feed = _Raw(machine, begin, after, budget)
        doubt = ""
        try:
            machine.elsewhere(feed, OPCODES, _DEPTH).run()
        except _ThroughError as error:
            doubt = str(error)
        except LimitError as error:
            doubt = error.message
        except DocumentError as error:
            doubt = error.message if "not there" in error.message and machine.is_deeper(_DEPTH) else ""
        self._part.budget.opcodes -= max(0, left - budget.opcodes)
        if budget.names:
            message = "the bytes of an array are opcodes for a reader that does not know joblib's arrays"
            self._part.report("file.polyglot", message, offset=begin, value=min(budget.names))
        elif doubt:
            message = f"the bytes of an array may be opcodes for another reader: {doubt}"
            self._part.report("scan.budget", message, offset=begin)

    def _companion(self, machine: Machine, state: dict[Value, Value]) -> None:
        name = state.get("filename")
        if isinstance(name, str) and _PLAIN_NAME.fullmatch(name) and ".." not in name:
            folder = self._part.file.rpartition("/")[0]
            self._part.refers_to(f"{folder}/{name}" if folder else name)
            return
        message = "an array is read from a file that lies elsewhere, or whose name is no plain one"
        self._part.report("joblib.external-file", message, offset=machine.feed.began, value=str(name))
