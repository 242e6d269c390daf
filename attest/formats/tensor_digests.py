"""The SHA-256 of every tensor of a file, from the bytes that stream by while the file is hashed: nothing is read twice.

The header comes first in both safetensors and GGUF. Bytes are held until its reader is content with them; from then on
each tensor's bytes are digested as they pass. A digest covers the bytes alone: what they mean is told by element type
and shape, so a tensor's identity is all three.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from attest.formats.facts import Facts, TensorInfo
from attest.formats.observers import HeaderObserver, Reader, Refused, attempt
from attest.formats.source import MAX_BYTES, ReadAt, Source

# What a reader may take in all, and what it may read ahead of where it stands.
MAX_HELD = MAX_BYTES + (2 << 20)
_EMPTY = hashlib.sha256().hexdigest()


class _MoreNeededError(Exception):
    """A reader asks for bytes that have not come by yet; they end at `end`."""

    def __init__(self, end: int) -> None:
        super().__init__(end)
        self.end = end


class _Span(NamedTuple):
    begin: int
    end: int
    name: str


class TensorObserver:
    """One file of `size` bytes whose header `reader` reads: the reader's facts, with a digest for each tensor.

    `update` takes the file's bytes in order, in blocks of any size. The work is that of one SHA-256 over the tensors;
    at most `MAX_HELD` bytes are held.
    """

    streaming = True

    def __init__(self, name: str, size: int, reader: Reader) -> None:
        self._name, self._size, self._reader = name, size, reader
        self._held = bytearray()
        self._wanted = 1
        self._fed = 0
        self._found: Facts | Refused | None = None
        self._digesting: _Digesting | None = None

    def update(self, block: memoryview) -> None:
        """Take in the next bytes."""
        self._fed += len(block)
        if self._digesting is not None:
            self._digesting.feed(block)
        elif self._found is None and self._wanted:
            self._held += block
            if len(self._held) >= self._wanted:
                self._read_held()

    def finish(self, read_at: ReadAt) -> Facts | Refused:
        """The facts with digests, or what can be had without: the header's facts, and a problem that says why."""
        if self._found is None or self._fed != self._size:
            found = HeaderObserver(self._name, self._size, self._reader).finish(read_at)
            why = "its header does not end soon enough" if self._fed == self._size else "not all of its bytes came by"
            return _without(found, f"its tensors have no digests: {why}")
        if isinstance(self._found, Refused) or self._digesting is None:
            return self._found
        found, digests = self._found, self._digesting.digests
        problems = found.problems
        if (missing := found.tensor_count - len(found.tensors)) > 0:
            problems += (f"{missing} of {found.tensor_count} tensors have no digests: the reader does not place them",)
        named = ((tensor.name, digests[tensor.name]) for tensor in found.tensors)
        return replace(found, digests=tuple(named), problems=problems)

    def _read_held(self) -> None:
        """Try the reader on what is there. Waiting for twice as much each time keeps all trials together linear."""
        try:
            found = attempt(lambda: self._reader(Source(self._name, self._size, self._from_held)))
        except _MoreNeededError as more:
            self._wanted = min(max(more.end, min(2 * len(self._held), MAX_HELD)), self._size)
            if self._wanted > MAX_HELD:
                self._wanted, self._held = 0, bytearray()
            return
        self._found = found
        if isinstance(found, Facts):
            self._begin(found)
        self._held = bytearray()

    def _from_held(self, offset: int, length: int) -> bytes:
        if offset + length > len(self._held):
            raise _MoreNeededError(offset + length)
        with memoryview(self._held) as held:
            return bytes(held[offset : offset + length])

    def _begin(self, found: Facts) -> None:
        if fault := _fault(found.tensors, self._size):
            self._found = _without(found, f"its tensors have no digests: {fault}")
            return
        self._digesting = _Digesting(found.tensors)
        with memoryview(self._held) as held:
            self._digesting.feed(held)


class _Digesting:
    """Digests spans of a stream that do not overlap; what lies between them is passed over."""

    def __init__(self, tensors: Iterable[TensorInfo]) -> None:
        self.digests = {tensor.name: _EMPTY for tensor in tensors}
        self._spans = _spans(tensors)
        self._next = 0
        self._position = 0
        self._digest = hashlib.sha256()

    def feed(self, block: memoryview) -> None:
        """Take in the next bytes."""
        start, stop = self._position, self._position + len(block)
        self._position = stop
        while self._next < len(self._spans) and self._spans[self._next].begin < stop:
            begin, end, name = self._spans[self._next]
            self._digest.update(block[max(begin, start) - start : min(end, stop) - start])
            if end > stop:
                return
            self.digests[name] = self._digest.hexdigest()
            self._digest = hashlib.sha256()
            self._next += 1


def _spans(tensors: Iterable[TensorInfo]) -> list[_Span]:
    """Where bytes of tensors are, in order; a tensor without bytes lies nowhere."""
    return sorted(_Span(tensor.begin, tensor.end, tensor.name) for tensor in tensors if tensor.begin != tensor.end)


def _fault(tensors: Sequence[TensorInfo], size: int) -> str:
    """Why these tensors cannot be digested in one pass, or an empty text."""
    if len({tensor.name for tensor in tensors}) != len(tensors):
        return "two of them have one name"
    for tensor in tensors:
        if not 0 <= tensor.begin <= tensor.end <= size:
            return f"{tensor.name[:80]!r} does not lie in the file"
    position, before = 0, ""
    for span in _spans(tensors):
        if span.begin < position:
            return f"{before[:80]!r} and {span.name[:80]!r} overlap"
        position, before = span.end, span.name
    return ""


def _without(found: Facts | Refused, problem: str) -> Facts | Refused:
    return found if isinstance(found, Refused) else replace(found, problems=(*found.problems, problem))
