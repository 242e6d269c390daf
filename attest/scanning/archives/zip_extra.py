"""The extra fields of zip members: which ones change what a reader sees.

Sources: PKWARE APPNOTE 6.3.10, sections 4.5 and 4.6; Info-ZIP's `extrafld.txt`. A field that is not known here may mean
something to some reader, such as the target of a link, and so it is a fault.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

ZIP64, UNICODE_PATH, AES, STRONG = 0x0001, 0x7075, 0x9901, 0x0017
# Times, owners, access lists, padding and marks, none of which changes a name or the content.
_HARMLESS = frozenset({
    0x000A,  # NTFS times
    0x4246,  # padding of torch ("FB")
    0x4453,  # Windows access list
    0x5455, 0x5855, 0x7855, 0x7875,  # Unix times and owners ("UT", "UX", "Ux", "ux")
    0x6375,  # comment in UTF-8
    0xA11E, 0xD935,  # alignment by Apache Commons and Android
    0xA220,  # room to grow, by Microsoft
    0xCAFE,  # mark of a Java archive
})  # fmt: skip
_KNOWN = _HARMLESS | {ZIP64, UNICODE_PATH, AES, STRONG}
_HEAD = struct.Struct("<HH")
_UNICODE_HEAD = struct.Struct("<BI")
_MAX16, _MAX32 = (1 << 16) - 1, (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Extra:
    """The fields that matter: the 64-bit sizes, the second name, and whether some form of encryption is told of."""

    wide: bytes | None = None
    path: bytes | None = None
    encrypted: bool = False
    faults: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: bytes) -> Extra:
        """Read the fields; zeros at the end are padding."""
        if not data:
            return _NONE
        fields, faults = _fields(data)
        for kind in fields:
            if kind not in _KNOWN:
                faults.append(f"a member has an extra field of an unknown kind, {kind:#06x}")
        encrypted = AES in fields or STRONG in fields
        return cls(fields.get(ZIP64), fields.get(UNICODE_PATH), encrypted, tuple(faults))

    def names(self, raw: bytes, name: str) -> bool:
        """Whether a second name, if there is one, is the same as the first (APPNOTE 4.6.9)."""
        if self.path is None:
            return True
        if len(self.path) < _UNICODE_HEAD.size:
            return False
        version, crc = _UNICODE_HEAD.unpack_from(self.path)
        return version == 1 and crc == zlib.crc32(raw) and self.path[_UNICODE_HEAD.size :] in {raw, name.encode()}


_NONE = Extra()


class Wide(NamedTuple):
    """Numbers with their 64-bit values put in, and what is wrong with the field that holds those."""

    numbers: tuple[int, ...]
    faults: tuple[str, ...] = ()


def _fields(data: bytes) -> tuple[dict[int, bytes], list[str]]:
    fields: dict[int, bytes] = {}
    faults: list[str] = []
    at = 0
    while at < len(data):
        if not data[at : at + _HEAD.size].strip(b"\0"):
            if data[at:].strip(b"\0"):
                faults.append("something stands behind the padding of a member's extra fields")
            break
        kind, length = _HEAD.unpack_from(data, at) if at + _HEAD.size <= len(data) else (0, _MAX16)
        begin, at = at + _HEAD.size, at + _HEAD.size + length
        if at > len(data):
            faults.append("a member has an extra field that leaves its place")
            break
        if kind in fields:
            faults.append(f"a member has the extra field {kind:#06x} twice")
        fields.setdefault(kind, data[begin:at])
    return fields, faults


def wide(short: tuple[int, ...], extra: Extra, disk: int = 0) -> Wide:
    """Sizes of 32 bits, with those of 64 bits put in where they are all ones (APPNOTE 4.5.3).

    Some writers add values that are not needed; these have to repeat what stands in the record.
    """
    needed = [index for index, value in enumerate(short) if value == _MAX32]
    if extra.wide is None:
        return Wide(short)
    data = extra.wide
    if len(data) < 8 * len(needed):
        return Wide(short, ("a member lacks its size in 64 bits",))
    numbers = list(short)
    for place, index in enumerate(needed):
        numbers[index] = int.from_bytes(data[8 * place : 8 * place + 8], "little")
    exact = len(data) == 8 * len(needed) + (4 if disk == _MAX16 else 0)
    if exact or _repeats(data, numbers):
        return Wide(tuple(numbers))
    return Wide(tuple(numbers), ("the 64-bit sizes of a member do not repeat its other ones",))


def _repeats(data: bytes, numbers: list[int]) -> bool:
    """Whether the field holds the first of the numbers in their order, and perhaps the number of the first part."""
    whole = b"".join(number.to_bytes(8, "little") for number in numbers) + bytes(4)
    return len(data) in {8, 16, 24, 28} and whole.startswith(data)
