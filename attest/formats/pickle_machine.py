"""A pickle run over inert values: which names it asks for, and what it would build. Nothing is imported or called.

Source: CPython `Lib/pickle.py` and `Lib/pickletools.py`, protocols 0 to 5. An unpickler acts on each opcode as it reads
it, so what was found before a fault stays found. Names are as Python 3 looks them up: below protocol 3 those of
Python 2 are renamed first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attest.errors import DocumentError, LimitError
from attest.formats.pickle_feed import Feed
from attest.formats.pickle_values import Call, Global, Value, key_of

MAX_STACK = 1_000_000
MAX_MARKS = 100_000
MAX_NESTED = 8
_CHUNK = 4096
_MAX_PROTOCOL = 5
_STOP = 0x2E


class Machine:
    """One pickle while it runs: a stack with marks, and a memo. Faults raise DocumentError.

    `on_build` is called with the machine whenever a value got its state.
    """

    def __init__(self, feed: Feed, table: Opcodes, on_build: OnBuild | None = None, depth: int = 0) -> None:
        self.feed = feed
        self.stack: list[Value] = []
        self._table = table
        self._on_build = on_build
        self._depth = depth
        self._below: list[list[Value]] = []
        self._below_depth = 0
        self._memo: dict[int, Value] = {}
        self._protocol = 0
        self._frame_end = 0

    def run(self) -> Value:
        """Run to the end and give the result."""
        following, table, budget = self.feed.opcode, self._table, self.feed.budget
        while True:
            for count in range(1, _CHUNK + 1):
                if self._frame_end:
                    self._check_frame()
                opcode = following()
                if opcode == _STOP:
                    budget.spend(count)
                    return self.pop()
                action = table.get(opcode)
                if action is None:
                    raise self.fault(f"there is no opcode {opcode:#04x}")
                action(self)
            budget.spend(_CHUNK)
            if self._below_depth + len(self.stack) > MAX_STACK:
                raise LimitError("it needs a deeper stack than is allowed")

    def _check_frame(self) -> None:
        """An opcode begins at the end of a frame, not behind it."""
        position = self.feed.position
        if position >= self._frame_end:
            if position > self._frame_end:
                self._frame_fault(position)
            self._frame_end = 0

    def _frame_fault(self, position: int) -> None:
        problems = self.feed.budget.problems
        problems.add(f"what stands before {position} crosses the end of the pickle's frame, where unpicklers differ")

    def skip_raw(self, length: int) -> None:
        """Step over bytes that are no part of the pickle; a frame ends in front of them."""
        if self._frame_end not in {0, self.feed.position}:
            self._frame_fault(self.feed.position)
        self._frame_end = 0
        self.feed.skip(length)

    def nested(self) -> Value:
        """Run another pickle, which begins here, and go on behind it."""
        if self._depth >= MAX_NESTED:
            raise LimitError("its pickles are nested too deeply")
        self.skip_raw(0)
        return self.again().run()

    @property
    def open_marks(self) -> int:
        """How many marks nothing has taken."""
        return len(self._below)

    def again(self) -> Machine:
        """A machine for a pickle inside this one."""
        return Machine(self.feed, self._table, self._on_build, self._depth + 1)

    def elsewhere(self, feed: Feed, table: Opcodes, most: int) -> Machine:
        """A machine that goes on at another place, with at most `most` marks and values above each of them.

        Nothing that it does changes this one.
        """
        other = Machine(feed, table, depth=self._depth)
        other.stack = self.stack[-most:]
        other._below = [values[-most:] for values in self._below[-most:]]
        other._memo, other._protocol = _Upon(self._memo), self._protocol
        return other

    def is_deeper(self, most: int) -> bool:
        """Whether `elsewhere` with this number leaves something out."""
        return len(self._below) > most or any(len(values) > most for values in (self.stack, *self._below))

    def fault(self, what: str) -> DocumentError:
        """An error that says where."""
        return DocumentError(f"{what} (before {self.feed.position})")

    def push(self, value: Value) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> Value:
        """The topmost value, which is taken away."""
        if not self.stack:
            raise self.fault("it takes a value that is not there")
        return self.stack.pop()

    def top(self) -> Value:
        """The topmost value."""
        if not self.stack:
            raise self.fault("it takes a value that is not there")
        return self.stack[-1]

    def mark(self) -> None:
        """Begin a new stack upon this one."""
        self._below.append(self.stack)
        self._below_depth += len(self.stack) + 1
        self.stack = []
        if len(self._below) > MAX_MARKS:
            raise LimitError("it has more open marks than are allowed")

    def marked(self) -> list[Value]:
        """The values above the last mark, which are taken away."""
        if not self._below:
            raise self.fault("it takes a mark that is not there")
        items = self.stack
        self.stack = self._below.pop()
        self._below_depth -= len(self.stack) + 1
        self.feed.budget.kept -= len(items)
        return items

    def several(self, count: int) -> list[Value]:
        """The topmost values, which are taken away, the deepest first."""
        if len(self.stack) < count:
            raise self.fault("it takes a value that is not there")
        items = self.stack[-count:]
        del self.stack[-count:]
        self.feed.budget.kept -= count
        return items

    def discard(self) -> None:
        """POP takes the mark when nothing is above it."""
        if self.stack:
            self.stack.pop()
        else:
            self.marked()

    def discard_marked(self) -> None:
        """POP_MARK."""
        self.marked()

    def put(self, key: int) -> None:
        """Keep the topmost value under a number."""
        self._memo[key] = self.top()
        if len(self._memo) > MAX_STACK:
            raise LimitError("it keeps more values than are allowed")

    def memoize(self) -> None:
        """Keep the topmost value under the next number."""
        self.put(len(self._memo))

    def get(self, key: int) -> None:
        """Put a kept value on the stack."""
        if key not in self._memo:
            raise self.fault(f"it asks for value {key}, which it did not keep")
        self.stack.append(self._memo[key])

    def protocol(self) -> None:
        """PROTO: the number rules how names are looked up."""
        self._protocol = self.feed.take(1)[0]
        if self._protocol > _MAX_PROTOCOL:
            raise self.fault(f"protocol {self._protocol} is not known")

    def frame(self) -> None:
        """FRAME: so many bytes are read at once."""
        length = int.from_bytes(self.feed.take(8), "little")
        if self.feed.position < self._frame_end or length > self.feed.left:
            self.feed.budget.problems.add("a frame of the pickle begins inside another one or leaves the file")
        self._frame_end = self.feed.position + length

    def named(self, module: str, name: str) -> Global:
        """A name as Python looks it up."""
        found = Global(module, name)
        if self._protocol < 3:
            found = renamed(found)
        self.feed.budget.ask_for(found)
        return found

    def build(self) -> None:
        """BUILD: the topmost value is the state of the one below."""
        state = self.pop()
        target = self.top()
        if isinstance(target, Call):
            target.state = state
        if self._on_build is not None:
            self._on_build(self)

    def set_items(self, pairs: list[Value]) -> None:
        """SETITEM and SETITEMS: keys and values in turn, for a dictionary or what stands for one."""
        if len(pairs) % 2:
            raise self.fault("it sets a key without a value")
        target = self.top()
        table = target.items if isinstance(target, Call) else target
        if isinstance(table, dict):
            table.update(as_pairs(pairs))

    def append(self, items: list[Value]) -> None:
        """APPEND, APPENDS and ADDITEMS: for a list, a set or what stands for one."""
        target = self.top()
        values = target.appended if isinstance(target, Call) else target
        if isinstance(values, list):
            values.extend(items)


class _Upon(dict[int, Value]):
    """A memo that begins as another one and leaves it as it is."""

    def __init__(self, base: Mapping[int, Value]) -> None:
        super().__init__()
        self._base, self._size = base, len(base)

    def __missing__(self, key: int) -> Value:
        return self._base[key]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._base

    def __setitem__(self, key: int, value: Value) -> None:
        self._size += key not in self
        super().__setitem__(key, value)

    def __len__(self) -> int:
        return self._size


def as_pairs(items: list[Value]) -> list[tuple[Value, Value]]:
    """Keys and values in turn as pairs; keys as `key_of` makes them."""
    return list(zip(map(key_of, items[::2]), items[1::2], strict=True))


def renamed(name: Global) -> Global:
    """What Python 3 looks up for a name of Python 2, as pickles below protocol 3 write them."""
    from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

    if name in NAME_MAPPING:
        return Global(*NAME_MAPPING[name])
    return Global(IMPORT_MAPPING.get(name.module, name.module), name.name)


Opcodes = Mapping[int, Callable[[Machine], None]]
OnBuild = Callable[[Machine], None]
