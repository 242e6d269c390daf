"""Where an ONNX model says that data lies in another file: only plain names of files beside it or below will do.

Source: `docs/ExternalData.md` of ONNX, `onnx/external_data_helper.py`, and ONNX Runtime's `external_data_info.cc`.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from attest.scanning.part import Part

_KNOWN = frozenset({"location", "offset", "length", "checksum"})
_PREPACKED = "prepacked_"
_MAX_DIGITS = 19


@dataclass(slots=True)
class External:
    """The entries of one tensor, every key and value as often as they occur, and whether a reader goes by them."""

    entries: list[tuple[str, str]] = field(default_factory=list)
    used: bool = False
    sound: bool = True

    def add(self, keys: list[str], values: list[str]) -> None:
        """Take in one entry; one with two keys or values is read differently by different readers."""
        self.sound = self.sound and len(keys) == 1 and len(values) <= 1
        self.entries += [(key, value) for key in keys for value in values or [""]]


def is_plain(location: str) -> bool:
    """Whether a location is a relative name that stays below the model's folder in every reader's eyes."""
    parts = location.split("/")
    return (
        location.isprintable()
        and not location.startswith(("/", "~"))
        and not any(sign in location for sign in '\\:*?"<>|%$')
        and ".." not in parts
        and any(part not in {"", "."} for part in parts)
    )


def refer(part: Part, location: str, offset: int, size: int = 0) -> None:
    """Note the file that a location names and the bytes that it needs, or report that the location leads elsewhere."""
    if not is_plain(location):
        part.report("onnx.external-path", "data is to be read from elsewhere", offset=offset, value=location)
    elif not part.members:
        part.refers_to(posixpath.normpath(posixpath.join(posixpath.dirname(part.file), location)), size)


def check_external(part: Part, external: External, offset: int) -> None:
    """Check all entries of a tensor, used or not."""
    locations = [value for key, value in external.entries if key == "location"]
    end = sum(_number(value) for key, value in external.entries if key in {"offset", "length"})
    for location in locations:
        if external.used:
            refer(part, location, offset, end)
        elif not is_plain(location):
            part.report("onnx.external-path", "data is to be read from elsewhere", offset=offset, value=location)
    for key, value in external.entries:
        _check_entry(part, key, value, offset)
    if not locations and external.used:
        part.report("onnx.external-path", "external data names no file", offset=offset)
    if len(locations) > 1 or not external.sound:
        part.report("file.malformed", "external data is described twice, so readers differ", offset=offset)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0


def _check_entry(part: Part, key: str, value: str, offset: int) -> None:
    if key in {"offset", "length"}:
        if not value.isascii() or not value.isdecimal() or len(value) > _MAX_DIGITS or int(value) >= 1 << 63:
            part.report("file.malformed", f"external data has no possible {key}", offset=offset, value=value)
    elif key == "basepath":
        part.report("onnx.external-path", "external data is to lie in another folder", offset=offset, value=value)
    elif key not in _KNOWN and not key.startswith(_PREPACKED):
        part.report("file.malformed", "external data has a key that is not known", offset=offset, value=key)
