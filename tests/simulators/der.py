"""DER as the simulators need it: a writer for any element, well formed or not, and a reader of siblings.

The writer encodes what it is told, so that a test can also say what no honest server would.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

INTEGER, BIT_STRING, OCTET_STRING, OID, UTF8, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x0C, 0x30, 0x31
BOOLEAN = 0x01


class Element(NamedTuple):
    """One element as read: its tag byte, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes


def element(tag: int, content: bytes) -> bytes:
    """A tag byte, the shortest length, and the content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of already encoded elements."""
    return element(SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """A SET OF, sorted as DER wants it."""
    return element(SET, b"".join(sorted(parts)))


def explicit(number: int, content: bytes) -> bytes:
    """A constructed, context-specific element around whole elements or the content of an implicit one."""
    return element(0xA0 | number, content)


def integer(value: int) -> bytes:
    """An INTEGER of any size and sign."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    """An OCTET STRING."""
    return element(OCTET_STRING, value)


def utf8(text: str) -> bytes:
    """A UTF8String."""
    return element(UTF8, text.encode())


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = b""
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return element(OID, content)


def generalized_time(when: datetime) -> bytes:
    """A GeneralizedTime in whole seconds of UTC."""
    return element(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def utc_time(when: datetime) -> bytes:
    """A UTCTime in whole seconds."""
    return element(0x17, when.strftime("%y%m%d%H%M%SZ").encode())


def read(data: bytes) -> list[Element]:
    """The elements that follow each other in `data`; ValueError when one is cut short."""
    found: list[Element] = []
    start = 0
    while start < len(data):
        if start + 2 > len(data):
            raise ValueError("a DER element is cut short")
        size, head = data[start + 1], start + 2
        if size & 0x80:
            width = size & 0x7F
            size, head = int.from_bytes(data[head : head + width], "big"), head + width
        if head + size > len(data):
            raise ValueError("a DER element is cut short")
        found.append(Element(data[start], data[head : head + size], data[start : head + size]))
        start = head + size
    return found
