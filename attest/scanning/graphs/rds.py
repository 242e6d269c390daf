"""R's serialized objects (`.rds`, `.rda`): walked item by item; what R would run, promise or look up is reported.

Source: R Internals, section 1.8, and `src/main/serialize.c` of R 4.5. Compression around it is somebody else's.
A call is data until somebody evaluates it, as `predict` does with a formula: so a call may only name functions that
formulas and fitting functions are made of.
"""

from __future__ import annotations

from collections.abc import Callable

from attest.errors import DocumentError
from attest.scanning.budget import BudgetError
from attest.scanning.graphs.rds_names import ALTERNATIVES, FUNCTIONS, NAMESPACES
from attest.scanning.graphs.rds_reader import BinaryReader, Reader, TextReader
from attest.scanning.part import Part

MAX_DEPTH = 100_000
MAX_REFERENCES = 4_000_000
MAX_NAME = 512
_MAX_ENCODING = 63
_WORKSPACES = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"RDB2\n", b"RDB3\n")
_HAS_ATTRIBUTES, _HAS_TAG = 1 << 9, 1 << 10
_POINTERS = frozenset({".internal.selfref", "problems"})
_CHECK_EVERY = 1 << 14

_SYMBOL, _LIST, _CLOSURE, _ENVIRONMENT, _PROMISE, _CALL, _SPECIAL, _BUILTIN, _CHARS = range(1, 10)
_LOGICAL, _INTEGER, _REAL, _COMPLEX, _STRINGS, _DOTS, _VECTOR, _EXPRESSION, _BYTECODE, _POINTER = (
    10, 13, 14, 15, 16, 17, 19, 20, 21, 22,
)  # fmt: skip
_WEAK, _RAW, _OBJECT = 23, 24, 25
_ALTERNATIVE, _PERSISTENT, _PACKAGE, _NAMESPACE, _REFERENCE = 238, 247, 248, 249, 255
# Nothing, and environments that every session has: empty, base, global, base namespace; missing and unbound.
_CONSTANTS = frozenset({241, 242, 250, 251, 252, 253, 254})
_WIDTHS = {_LOGICAL: 4, _INTEGER: 4, _REAL: 8, _COMPLEX: 16, _RAW: 1}
_WORDS = {_COMPLEX: 2}
_CODE = {
    _CLOSURE: "a function", _PROMISE: "a promise, which R evaluates when somebody looks at it", _DOTS: "promises",
    _SPECIAL: "a function of R itself", _BUILTIN: "a function of R itself", _BYTECODE: "compiled code",
    _POINTER: "a pointer into memory", _WEAK: "a weak reference with its finalizer",
    _PERSISTENT: "an object that the reading program is asked for",
    _ALTERNATIVE: "an object whose class a package makes",
}  # fmt: skip

Task = Callable[[], None]


def scan(part: Part) -> None:
    """Report code, and what R would look up or load, in a serialized object.

    Raises DocumentError when the stream breaks the rules of the format.
    """
    walk = _Walk(part, _open(part))
    try:
        walk.run()
    finally:
        part.interpreted(min(walk.reader.position, part.size))
    left = part.size - walk.reader.position
    if left > MAX_NAME or part.source.up_to(walk.reader.position, left).strip(b"\n"):
        raise DocumentError(f"{left} bytes stand behind the object")


def _open(part: Part) -> Reader:
    """A reader behind the header; it must be of version 2 or 3."""
    start = 5 if part.source.up_to(0, 5) in _WORKSPACES else 0
    mark = part.source.read(start, 2)
    reader: Reader
    if mark == b"X\n":
        reader = BinaryReader(part.source, start + 2, part.budget.spend_read, big=True)
    elif mark == b"A\n":
        reader = TextReader(part.source, start + 2, part.budget.spend_read)
    elif mark == b"B\n":
        big = part.source.read(start + 2, 4)[0] == 0
        reader = BinaryReader(part.source, start + 2, part.budget.spend_read, big=big)
    else:
        raise DocumentError("it does not begin as a serialized object of R does")
    version = reader.integer()
    if version not in {2, 3}:
        raise DocumentError(f"version {version} of R's serialization is not known")
    reader.integer()
    reader.integer()
    if version == 3:
        length = reader.integer()
        if not 0 <= length <= _MAX_ENCODING:
            raise DocumentError("the name of its encoding is too long")
        reader.text(length, _MAX_ENCODING)
    return reader


class _Walk:
    """Reads items with a list of what is still to be read, the next at its end."""

    def __init__(self, part: Part, reader: Reader) -> None:
        self.part = part
        self.reader = reader
        self.references: list[str] = []
        self.waiting: list[Task] = [self.item]

    def run(self) -> None:
        """Read everything."""
        waiting = self.waiting
        count = 0
        while waiting:
            waiting.pop()()
            count += 1
            if not count % _CHECK_EVERY:
                self.part.budget.check_time()
            if len(waiting) > MAX_DEPTH:
                raise BudgetError("the object is nested more deeply than is followed")

    def _push(self, *tasks: Task) -> None:
        self.waiting.extend(reversed(tasks))

    def _refer(self, name: str = "") -> None:
        if len(self.references) >= MAX_REFERENCES:
            raise BudgetError(f"the object has more than {MAX_REFERENCES} symbols and environments")
        self.references.append(name)

    def item(self, tag: str = "") -> None:
        """Read the next item, whose name in the list that it stands in is `tag`."""
        offset = self.reader.position
        self._item(self.reader.integer(), offset, tag)

    def _item(self, flags: int, offset: int, tag: str) -> None:
        kind = flags & 0xFF
        if kind in _CONSTANTS:
            return
        if kind in {_SYMBOL, _REFERENCE}:
            self._symbol(flags)
        elif kind in {_LIST, _CLOSURE, _PROMISE, _CALL, _DOTS}:
            self._pair(kind, flags, offset)
        elif kind in _WIDTHS or kind in {_CHARS, _STRINGS, _VECTOR, _EXPRESSION}:
            self._vector(kind, flags)
        elif kind in {_PACKAGE, _NAMESPACE, _PERSISTENT}:
            self._lookup(kind, offset)
        elif kind == _ENVIRONMENT:
            self._environment()
        elif kind == _ALTERNATIVE:
            self._push(lambda: self._alternative(offset), self.item, self.item)
        else:
            self._other(kind, flags, offset, tag)

    def _code(self, kind: int, offset: int, value: str = "") -> None:
        self.part.report("rds.code", f"the object holds {_CODE[kind]}", offset=offset, value=value)

    def _symbol(self, flags: int) -> str:
        """The name that a symbol or a reference to one has; empty when it refers to something else."""
        if flags & 0xFF == _REFERENCE:
            index = flags >> 8 if flags >> 8 else self.reader.integer()
            if not 0 < index <= len(self.references):
                raise DocumentError(f"the reference before {self.reader.position} leads nowhere")
            return self.references[index - 1]
        if self.reader.integer() & 0xFF != _CHARS:
            raise DocumentError(f"the symbol before {self.reader.position} has no name")
        name = self._chars().decode("utf-8", "backslashreplace")
        self._refer(name)
        return name

    def _chars(self) -> bytes:
        length = self.reader.integer()
        return self.reader.text(length, MAX_NAME) if self._check(length, 1) else b""

    def _check(self, length: int, width: int) -> int:
        """A length that the part has room for; -1, which is a missing text, counts as none."""
        if length < -1 or length * width > self.reader.cursor.left:
            raise DocumentError(f"{length} items at {self.reader.position} leave the part")
        return max(length, 0)

    def _length(self) -> int:
        """The length of a vector, which may have 64 bits."""
        length = self.reader.integer()
        if length == -1:
            high, low = self.reader.integer(), self.reader.integer()
            length = (high << 32) + (low & 0xFFFF_FFFF)
        if not 0 <= length <= self.reader.cursor.left:
            raise DocumentError(f"{length} items at {self.reader.position} leave the part")
        return length

    def _pair(self, kind: int, flags: int, offset: int) -> None:
        if kind in _CODE:
            self._code(kind, offset)
        attributes: tuple[Task, ...] = (self.item,) if flags & _HAS_ATTRIBUTES else ()
        self._push(*attributes, lambda: self._tagged(kind, flags))

    def _tagged(self, kind: int, flags: int) -> None:
        """The tag of a pair, then its two halves; the first one of a call is what is called."""
        tag = ""
        if flags & _HAS_TAG:
            word = self.reader.integer()
            if word & 0xFF in {_SYMBOL, _REFERENCE}:
                tag = self._symbol(word)
            elif kind in {_LIST, _CALL}:
                if word & 0xFF not in _CONSTANTS:
                    raise DocumentError(f"the tag before {self.reader.position} is no symbol")
            else:
                # A function's environment stands in the place of a tag.
                self._push(lambda: self._halves(kind, tag))
                self._item(word, self.reader.position - 4, "")
                return
        self._halves(kind, tag)

    def _halves(self, kind: int, tag: str) -> None:
        first = self._head if kind == _CALL else lambda: self.item(tag)
        self._push(first, self.item)

    def _head(self) -> None:
        """What a call calls: a symbol that is on the list, or code."""
        offset = self.reader.position
        flags = self.reader.integer()
        if flags & 0xFF in {_SYMBOL, _REFERENCE}:
            name = self._symbol(flags)
            if name not in FUNCTIONS:
                self.part.report(
                    "rds.code", "the object holds a call of a function that is on no list", offset=offset, value=name
                )
            return
        self.part.report("rds.code", "the object holds a call of something that is no plain name", offset=offset)
        self._item(flags, offset, "")

    def _vector(self, kind: int, flags: int) -> None:
        attributes: tuple[Task, ...] = (self.item,) if flags & _HAS_ATTRIBUTES else ()
        if kind == _CHARS:
            self._chars()
            self._push(*attributes)
            return
        count = self._length()
        if kind in _WIDTHS:
            text = isinstance(self.reader, TextReader)
            self.reader.skip(count * _WORDS.get(kind, 1) if text else count, 1 if text else _WIDTHS[kind])
            self._push(*attributes)
        elif kind == _STRINGS:
            self._push(lambda: self._strings(count), *attributes)
        else:
            self._push(lambda: self._repeat(count), *attributes)

    def _repeat(self, count: int) -> None:
        if count:
            self._push(self.item, lambda: self._repeat(count - 1))

    def _strings(self, count: int) -> None:
        """The texts of a vector, some at a time so that the time is looked at."""
        some = min(count, _CHECK_EVERY)
        self.reader.strings(some)
        self.part.budget.check_time()
        if some < count:
            self._push(lambda: self._strings(count - some))

    def _lookup(self, kind: int, offset: int) -> None:
        """A package, a namespace or a persistent name: a list of texts."""
        if self.reader.integer() != 0:
            raise DocumentError(f"the name before {self.reader.position} has names of its own")
        count = self._check(self.reader.integer(), 8)
        texts: list[str] = []
        for _ in range(count):
            if self.reader.integer() & 0xFF != _CHARS:
                raise DocumentError(f"the name before {self.reader.position} is no text")
            text = self._chars().decode("utf-8", "backslashreplace")
            texts += [text] if len(texts) < 4 else []
        self._refer()
        name = texts[0].removeprefix("package:") if texts else ""
        if kind == _PERSISTENT:
            self._code(kind, offset, name)
        elif name not in NAMESPACES:
            self.part.report("rds.code", "reading the object loads a package", offset=offset, value=name)

    def _environment(self) -> None:
        self.reader.integer()
        self._refer()
        self._push(self.item, self.item, self.item, self.item)

    def _alternative(self, offset: int) -> None:
        """An object in another representation: a list of class, package and type, then state and attributes."""
        names: list[str] = []
        for _ in range(3):
            flags = self.reader.integer()
            if flags & 0xFF != _LIST:
                raise DocumentError(f"the class of the object at {offset} is no list")
            word = self.reader.integer()
            if word & 0xFF in {_SYMBOL, _REFERENCE}:
                names.append(self._symbol(word))
            else:
                self._vector(word & 0xFF, 0) if word & 0xFF == _INTEGER else self._broken(offset)
        if self.reader.integer() & 0xFF != 254:
            self._broken(offset)
        if tuple(names) not in ALTERNATIVES:
            self._code(_ALTERNATIVE, offset, ":".join(reversed(names)))

    def _broken(self, offset: int) -> None:
        raise DocumentError(f"the class of the object at {offset} is not written as R writes it")

    def _other(self, kind: int, flags: int, offset: int, tag: str) -> None:
        attributes: tuple[Task, ...] = (self.item,) if flags & _HAS_ATTRIBUTES else ()
        if kind == _OBJECT:
            self._push(*attributes)
        elif kind == _POINTER:
            self._refer()
            # Pointers are read as none. A data.table keeps one to itself, a table of readr one to its problems.
            inner = tag if tag in _POINTERS else ""
            if not inner:
                self._code(kind, offset)
            self._push(lambda: self.item(inner), lambda: self.item(inner), *attributes)
        elif kind == _WEAK:
            self._code(kind, offset)
            self._refer()
            self._push(*attributes)
        elif kind in {_SPECIAL, _BUILTIN}:
            self._code(kind, offset, self._chars().decode("utf-8", "backslashreplace"))
            self._push(*attributes)
        elif kind == _BYTECODE:
            self._code(kind, offset)
            raise DocumentError(f"the compiled code at {offset} is not followed")
        else:
            raise DocumentError(f"the item at {offset} has the type {kind}, which is not known")
