"""The compact protocol of Apache Thrift, over bytes that are already there; what nobody asks for is skipped.

Source: Thrift `thrift-compact-protocol.md`. Every element of a list takes a byte or more, so that a count is refused
when it is beyond the bytes that are left. Fields and values that are skipped have a budget besides.
"""

from __future__ import annotations

from collections.abc import Iterator

from attest.errors import DocumentError

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, UUID = range(1, 14)
Record = dict[int, "int | bytes | Record"]
"""Field number → number, bytes or record. Truth values are 0 and 1; lists, maps and fractions are left out."""

MAX_DEPTH = 32
MAX_VALUES = 10_000_000
_STOP = 0
_MAX_VARINT = 10
_SIZES = {BYTE: 1, DOUBLE: 8, UUID: 16}
_LONG_LIST = 15
_64_BITS = 0xFFFF_FFFF_FFFF_FFFF
_ENDS = "the data ends within a value"


class Compact:
    """Reads forward through one message; every method raises DocumentError where the data is malformed."""

    __slots__ = ("_data", "_end", "_left", "position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._end = len(data)
        self._left = MAX_VALUES
        self.position = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Number and kind of each field of a struct; the caller reads or skips its value before the next one."""
        number = 0
        while (header := self._byte()) != _STOP:
            kind, step = header & 15, header >> 4
            number = number + step if step else self._zigzag()
            self._spend()
            yield number, kind

    def number(self, kind: int) -> int:
        """A whole number, or a truth value, which the kind of its field holds."""
        if kind in {TRUE, FALSE}:
            return int(kind == TRUE)
        if kind == BYTE:
            return int.from_bytes(self._take(1), "little", signed=True)
        if kind in {I16, I32, I64}:
            return self._zigzag()
        raise DocumentError(f"a number is of kind {kind}")

    def binary(self, kind: int) -> bytes:
        """Bytes or a text."""
        if kind != BINARY:
            raise DocumentError(f"a text is of kind {kind}")
        return self._take(self._varint())

    def items(self, kind: int, expected: int) -> int:
        """How many items of the expected kind a list holds, which follow."""
        if kind != LIST:
            raise DocumentError(f"a list is of kind {kind}")
        count, found = self._list()
        if count and found != expected:
            raise DocumentError(f"a list holds items of kind {found} instead of {expected}")
        return count

    def record(self, kind: int = STRUCT, depth: int = 0) -> Record:
        """A whole struct, for small ones."""
        if kind != STRUCT:
            raise DocumentError(f"a struct is of kind {kind}")
        if depth > MAX_DEPTH:
            raise DocumentError(f"it is nested deeper than {MAX_DEPTH} levels")
        found: Record = {}
        for number, inner in self.fields():
            if inner == STRUCT:
                found[number] = self.record(inner, depth + 1)
            elif inner == BINARY:
                found[number] = self.binary(inner)
            elif inner in {TRUE, FALSE, BYTE, I16, I32, I64}:
                found[number] = self.number(inner)
            else:
                self.skip(inner)
        return found

    def skip(self, kind: int) -> None:
        """Go over one value."""
        try:
            self._skip(kind, 0)
        except IndexError:
            raise DocumentError(_ENDS) from None
        if self.position > self._end:
            raise DocumentError(_ENDS)

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise DocumentError(f"it holds more than {MAX_VALUES} values")

    def _skip(self, kind: int, depth: int) -> None:
        self._spend()
        if depth > MAX_DEPTH:
            raise DocumentError(f"it is nested deeper than {MAX_DEPTH} levels")
        if kind == STRUCT:
            self._skip_struct(depth)
        elif kind in {LIST, SET}:
            count, item = self._list()
            self._skip_items(item, count, depth)
        elif kind == MAP:
            self._skip_map(depth)
        elif kind in {I16, I32, I64}:
            self._skip_varint()
        elif kind == BINARY:
            self._forward(self._varint())
        elif kind in _SIZES:
            self.position += _SIZES[kind]
        elif kind not in {TRUE, FALSE}:
            raise DocumentError(f"there is no kind {kind} of values")

    def _skip_struct(self, depth: int) -> None:
        data = self._data
        while True:
            header = data[self.position]
            self.position += 1
            if header == _STOP:
                return
            if header < 16:
                self._skip_varint()
            kind = header & 15
            if kind > FALSE:
                self._skip(kind, depth + 1)

    def _skip_items(self, kind: int, count: int, depth: int) -> None:
        if kind in {TRUE, FALSE}:
            self._forward(count)
        elif kind in _SIZES:
            self._forward(count * _SIZES[kind])
        else:
            for _ in range(count):
                self._skip(kind, depth + 1)

    def _skip_map(self, depth: int) -> None:
        count = self._varint()
        if not count:
            return
        if count > self._end - self.position:
            raise DocumentError(f"a map of {count} entries is longer than its place")
        kinds = self._byte()
        for _ in range(count):
            for kind in (kinds >> 4, kinds & 15):
                self._skip(BYTE if kind in {TRUE, FALSE} else kind, depth + 1)

    def _skip_varint(self) -> None:
        data, position = self._data, self.position
        last = position + _MAX_VARINT
        while data[position] >= 0x80:
            position += 1
            if position == last:
                raise DocumentError(f"the number at {self.position} does not end")
        self.position = position + 1

    def _list(self) -> tuple[int, int]:
        header = self._byte()
        count, kind = header >> 4, header & 15
        if count == _LONG_LIST:
            count = self._varint()
        if count > self._end - self.position:
            raise DocumentError(f"a list of {count} items is longer than its place")
        return count, kind

    def _byte(self) -> int:
        if self.position >= self._end:
            raise DocumentError(_ENDS)
        self.position += 1
        return self._data[self.position - 1]

    def _take(self, length: int) -> bytes:
        begin = self.position
        self._forward(length)
        return self._data[begin : self.position]

    def _forward(self, length: int) -> None:
        if length > self._end - self.position:
            raise DocumentError(_ENDS)
        self.position += length

    def _varint(self) -> int:
        value = 0
        for index in range(_MAX_VARINT):
            byte = self._byte()
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                return value & _64_BITS
        raise DocumentError(f"the number at {self.position} does not end")

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)
