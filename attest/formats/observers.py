"""Which files to look into, and how: one observer for a file, fed by the loop that hashes it.

An observer sees the bytes that are hashed: `update` gets them in order when `streaming` says so, and `finish` may read
ranges of the same open file while hashing still holds it and before it is checked to be unchanged. `finish` returns
`Facts`, or a `Refused` with the reason; it never raises for what the file holds.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.source import ReadAt, Source

Reader = Callable[[Source], Facts]
_REFUSED = (
    ValueError, KeyError, IndexError, TypeError, ArithmeticError, MemoryError, EOFError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was recognised and whose header could not be read."""

    reason: str


class Observer(Protocol):
    """What hashing feeds; see the module."""

    streaming: bool

    def update(self, block: memoryview) -> None:
        """Take in the next bytes; they are valid during the call."""

    def finish(self, read_at: ReadAt) -> object:
        """The facts, or why there are none."""


class HeaderObserver:
    """Runs a reader over ranges of the file; nothing is streamed."""

    streaming = False

    def __init__(self, name: str, size: int, reader: Reader) -> None:
        self._name, self._size, self._reader = name, size, reader

    def update(self, block: memoryview) -> None:
        """Nothing to do."""

    def finish(self, read_at: ReadAt) -> Facts | Refused:
        """Read the header."""
        return attempt(lambda: self._reader(Source(self._name, self._size, read_at)))


def attempt(read: Callable[[], Facts]) -> Facts | Refused:
    """The facts, or the reason why the content was refused.

    Readers raise DocumentError; what else hostile content can make Python raise is a refusal too, not a crash.
    """
    try:
        return read()
    except DocumentError as error:
        return Refused(error.message)
    except RecursionError:
        return Refused("it is nested too deeply")
    except _REFUSED as error:
        return Refused(f"it cannot be read: {type(error).__name__}")
