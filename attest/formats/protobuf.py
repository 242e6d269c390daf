"""The protobuf wire format, walked in place: no message is built, and no byte of a value that nobody asks for is read.

Source: Protocol Buffers documentation, "Encoding". A field is told by its whole tag, number and wire type together, so
one of another wire type is an unknown field, as it is for every other reader. Fields repeat and come in any order:
callers add up what they meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from attest.errors import DocumentError
from attest.formats.header_text import MAX_TEXT, plain
from attest.formats.source import Source

Field: TypeAlias = tuple[int, int, int]
"""Tag; then the value and 0, or for length-delimited fields the offsets in the file where it begins and ends."""

MAX_FIELDS = 3_000_000
MAX_DEPTH = 32
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_FIRST_BLOCK, _LAST_BLOCK = 4 << 10, 256 << 10
_NUMBERED = frozenset({_VARINT, _LENGTH})
_HEAD = 20  # a tag and a number of ten bytes each
_PADDING = bytes(_HEAD)
_MAX_VARINT = 10
_MAX_TAG = 1 << 32
_MAX_VALUE = 1 << 20
_64_BITS = (1 << 64) - 1


def varint(number: int) -> int:
    """The tag of a field that holds a number."""
    return number << 3 | _VARINT


def fixed32(number: int) -> int:
    """The tag of a field that holds 32 bits, such as a float."""
    return number << 3 | _FIXED32


def fixed64(number: int) -> int:
    """The tag of a field that holds 64 bits, such as a double."""
    return number << 3 | _FIXED64


def block(number: int) -> int:
    """The tag of a field that holds text, bytes, a message or packed numbers."""
    return number << 3 | _LENGTH


def signed(value: int) -> int:
    """A number as int64 or int32 fields mean it."""
    return value - (1 << 64) if value >> 63 else value


def runs_of(*tags: int) -> re.Pattern[bytes]:
    """What matches a run of unpacked floats and numbers with these tags, for `Wire.fields` to step over at once."""
    if any(tag > 0x7F or tag & 7 not in {_VARINT, _FIXED32} for tag in tags):
        raise ValueError("only numbers and floats with a tag of one byte come in long runs")
    values = {_VARINT: rb"[\x80-\xff]{0,9}+[\x00-\x7f]", _FIXED32: rb"[\s\S]{4}"}
    # Possessive: there is nothing to go back to, so it is linear and keeps no stack.
    return re.compile(b"(?:%b)*+" % b"|".join(re.escape(bytes([tag])) + values[tag & 7] for tag in tags))


class Wire:
    """The messages of one file, read in blocks that grow while reading goes straight on and are small after a jump."""

    __slots__ = ("_base", "_block", "_data", "_fields_left", "_held", "_ready", "source")

    def __init__(self, source: Source) -> None:
        self.source = source
        self._data = b""
        self._base = self._held = 0
        self._ready = -1
        self._block = _FIRST_BLOCK // 2
        self._fields_left = MAX_FIELDS

    def fields(self, begin: int, end: int, *, skip: re.Pattern[bytes] | None = None) -> Iterator[Field]:
        """The fields of the message in [begin, end), in the order of the file; runs that match `skip` are left out.

        Raises DocumentError when a field leaves the message, has a wire type that no reader takes, or when there are
        more than `MAX_FIELDS` fields in the file.
        """
        position = begin
        while position < end:
            at = position - self._base
            if not 0 <= at <= self._ready:
                at = self._load(position, _HEAD)
            data = self._data
            if skip is not None and (after := _after(skip, data, at, end - self._base)) > at:
                position = self._base + after
                continue
            tag = data[at]
            at += 1
            if tag > 0x7F:
                tag, at = _number(data, at - 1)
            self._fields_left -= 1
            if tag < 1 << 3 or tag >= _MAX_TAG or self._fields_left < 0:
                raise _refused(tag, position)
            wire = tag & 7
            if wire in _NUMBERED:
                value = data[at]
                at += 1
                if value > 0x7F:
                    value, at = _number(data, at - 1)
            else:
                width = _width(wire, position)
                value = int.from_bytes(data[at : at + width], "little")
                at += width
            start = self._base + at
            position = start + value if wire == _LENGTH else start
            if position > end:
                raise DocumentError(f"the field at {start} leaves its message, which ends at {end}")
            yield (tag, start, position) if wire == _LENGTH else (tag, value, 0)

    def raw(self, begin: int, end: int) -> bytes:
        """The bytes in [begin, end); raises DocumentError when they are more than 1 MiB."""
        if end - begin > _MAX_VALUE:
            raise DocumentError(f"a value of {end - begin} bytes at {begin} is longer than {_MAX_VALUE}")
        at = begin - self._base
        if at < 0 or at + end - begin > self._held:
            if end - begin > _LAST_BLOCK or end > self.source.size:
                return self.source.read(begin, end - begin)
            at = self._load(begin, end - begin)
        return self._data[at : at + end - begin]

    def text(self, begin: int, end: int, limit: int = MAX_TEXT) -> str:
        """A text field on one line, as `plain` gives it; what is too long is not read."""
        return plain(self.raw(begin, end), limit) if end - begin <= 4 * limit else ""

    def numbers(self, begin: int, end: int, limit: int) -> list[int]:
        """The numbers of a packed field; raises DocumentError when they are more than `limit`."""
        if end - begin > limit * _MAX_VARINT:
            raise DocumentError(f"the list of numbers at {begin} is longer than {limit}")
        data = self.raw(begin, end)
        found: list[int] = []
        at = 0
        while at < len(data):
            value, at = _number(data, at)
            found.append(value)
        if len(found) > limit:
            raise DocumentError(f"the list of numbers at {begin} is longer than {limit}")
        return found

    def entry(self, begin: int, end: int) -> tuple[str, int, int]:
        """One entry of a map from text, or a pair of key and value: the key, and where the value lies."""
        key, start, stop = "", begin, begin
        for tag, first, last in self.fields(begin, end):
            if tag == _KEY:
                key = self.text(first, last)
            elif tag == _VALUE:
                start, stop = first, last
        return key, start, stop

    def _load(self, position: int, wanted: int) -> int:
        """Fill the buffer from `position` with at least `wanted` bytes, as far as the file has them; gives 0."""
        straight_on = self._base <= position <= self._base + self._held
        self._block = min(2 * self._block, _LAST_BLOCK) if straight_on else _FIRST_BLOCK
        length = max(self._block, wanted)
        self._data = self.source.up_to(position, length)
        self._base, self._held = position, len(self._data)
        if self._held < length:
            # Past the end of the file there are zeros, so that a head that is cut off is seen to leave its message.
            self._data += _PADDING
        self._ready = len(self._data) - _HEAD
        return 0


_KEY, _VALUE = block(1), block(2)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A base-128 number and the position after it."""
    value = shift = 0
    for byte in data[at : at + _MAX_VARINT]:
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & _64_BITS, at
        shift += 7
    raise DocumentError("a number in it does not end")


def _after(skip: re.Pattern[bytes], data: bytes, at: int, end: int) -> int:
    """Where a run ends that begins at `at`; `at` when there is none."""
    match = skip.match(data, at, max(at, min(len(data), end)))
    return match.end() if match is not None else at


def _width(wire: int, position: int) -> int:
    if wire == _FIXED32:
        return 4
    if wire == _FIXED64:
        return 8
    raise DocumentError(f"the field at {position} has the wire type {wire}, which has no place here")


def _refused(tag: int, position: int) -> DocumentError:
    if 1 << 3 <= tag < _MAX_TAG:
        return DocumentError(f"it has more than {MAX_FIELDS} fields")
    return DocumentError(f"the field at {position} has the number {tag >> 3}, which no field can have")
