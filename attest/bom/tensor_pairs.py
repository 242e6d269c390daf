"""The tensors of two models side by side: which are the same, which stand elsewhere, which differ and how.

A content is told by digest and size. It counts as evidence of kinship once, however often a model holds it, and only
when strangers would not have it in common: not below `MIN_EVIDENCE` bytes, not constant, not computed from the
configuration. What is computed is told by name, so it is left out only when both models call it so: nobody can hide
weights behind the name of a buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from attest.bom.tensor_names import canonical_names, is_buffer
from attest.bom.tensor_sizes import constant_digests, size_of
from attest.domain.bom import TensorRecord
from attest.domain.kinship import Tally, What

MIN_EVIDENCE = 1024
MIN_MOVED = 64


class Pair(NamedTuple):
    """A tensor of each model that belong together, or of one of them alone."""

    what: What
    before: TensorRecord | None
    after: TensorRecord | None


class Content(NamedTuple):
    """Bytes that a model holds: how many, and whether all names that the model has for them are those of buffers."""

    size: int
    buffer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two models side by side. `shared` holds the size of each content that is evidence of kinship, by digest.

    `translated` says that names were compared in one spelling, `doubtful` how many digests stand with two sizes.
    """

    pairs: tuple[Pair, ...]
    shared: Mapping[str, int]
    weighed_before: Tally
    weighed_after: Tally
    constant: frozenset[str]
    translated: bool
    doubtful: int


def weighable(records: Iterable[TensorRecord]) -> tuple[dict[str, Content], set[str]]:
    """Contents of one model that may be evidence, by digest, constants included; and digests with two sizes.

    A digest that is said to be of two sizes is of neither: the document contradicts itself.
    """
    found: dict[str, Content] = {}
    doubtful: set[str] = set()
    for record in records:
        size = size_of(record)
        if not record.sha256 or size is None or size < MIN_EVIDENCE:
            continue
        buffer = is_buffer(record.name, record.dtype)
        known = found.get(record.sha256)
        if known is not None and known.size != size:
            doubtful.add(record.sha256)
        found[record.sha256] = Content(size, buffer and (known is None or known.buffer))
    for digest in doubtful:
        del found[digest]
    return found, doubtful


def in_common(one: Mapping[str, Content], other: Mapping[str, Content]) -> dict[str, int]:
    """The sizes of contents that both models hold, by digest, without what both call a buffer."""
    return {
        digest: one[digest].size
        for digest in one.keys() & other.keys()
        if one[digest].size == other[digest].size and not (one[digest].buffer and other[digest].buffer)
    }


def compare_tensors(before: Sequence[TensorRecord], after: Sequence[TensorRecord]) -> Comparison:
    """Put the tensors of two models side by side; linear in their number."""
    old, doubtful = weighable(before)
    new, more = weighable(after)
    constant = constant_digests([*before, *after])
    shared = {digest: size for digest, size in in_common(old, new).items() if digest not in constant}
    doubtful |= more | {digest for digest in old.keys() & new.keys() if old[digest].size != new[digest].size}
    key_before, key_after, translated = _keys(before, after)
    pairing = _Pairing(before, after, (key_before, key_after), constant)
    return Comparison(
        pairs=tuple(pairing.pairs()),
        shared=shared,
        weighed_before=_weight(old, shared, constant),
        weighed_after=_weight(new, shared, constant),
        constant=constant,
        translated=translated,
        doubtful=len(doubtful),
    )


def _weight(contents: Mapping[str, Content], shared: Mapping[str, int], constant: frozenset[str]) -> Tally:
    sizes = [
        content.size
        for digest, content in contents.items()
        if digest in shared or not (content.buffer or digest in constant)
    ]
    return Tally(tensors=len(sizes), size=sum(sizes))


Key = Callable[[str], str]


def _keys(before: Sequence[TensorRecord], after: Sequence[TensorRecord]) -> tuple[Key, Key, bool]:
    """What makes two names one: the name itself, or its spelling in GGUF when that brings more together."""
    old, new = {record.name for record in before}, {record.name for record in after}
    plain = len(old & new)
    if plain * 2 < min(len(old), len(new)):
        one, other = canonical_names(old), canonical_names(new)
        if len(set(one.values()) & set(other.values())) > plain:
            return one.__getitem__, other.__getitem__, True
    return str, str, False


class _Pairing:
    def __init__(
        self,
        before: Sequence[TensorRecord],
        after: Sequence[TensorRecord],
        keys: tuple[Key, Key],
        constant: frozenset[str],
    ) -> None:
        self.before, self.after, self.constant = before, after, constant
        self.key_after = keys[1]
        self.named: dict[str, TensorRecord] = {}
        self.holds: dict[str, TensorRecord] = {}
        for record in before:
            self.named.setdefault(keys[0](record.name), record)
            if record.sha256:
                self.holds.setdefault(record.sha256, record)

    def pairs(self) -> Iterator[Pair]:
        """Every tensor of the second model, then what is only in the first."""
        accounted: set[str] = set()
        moved: set[str] = set()
        for record in self.after:
            pair = self._pair(record)
            if pair.what == "moved":
                moved.add(record.sha256)
            elif pair.before is not None:
                accounted.add(pair.before.name)
            yield pair
        for record in self.before:
            if record.name not in accounted and record.sha256 not in moved:
                yield Pair("only-before", record, None)

    def _pair(self, record: TensorRecord) -> Pair:
        partner = self.named.get(self.key_after(record.name))
        size = size_of(record)
        if partner is not None and record.sha256 and partner.sha256 == record.sha256 and size_of(partner) == size:
            return Pair("unchanged", partner, record)
        elsewhere = self.holds.get(record.sha256)
        if elsewhere is not None and size_of(elsewhere) == size and (partner is None or self._telling(record, size)):
            return Pair("moved", elsewhere, record)
        return (
            Pair("only-after", None, record) if partner is None else Pair(_difference(partner, record), partner, record)
        )

    def _telling(self, record: TensorRecord, size: int | None) -> bool:
        """Whether it says something that these bytes stand elsewhere: not of a few bytes, nor of zeros."""
        return size is not None and size >= MIN_MOVED and record.sha256 not in self.constant


def _difference(before: TensorRecord, after: TensorRecord) -> What:
    if not same_shape(before.shape, after.shape):
        return "resized"
    if before.dtype != after.dtype:
        return "recast"
    return "changed" if before.sha256 and after.sha256 and before.sha256 != after.sha256 else "uncompared"


def same_shape(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes are equal; GGUF writes dimensions in reverse order."""
    return one == other or one == other[::-1]


def tally(records: Iterable[TensorRecord]) -> Tally:
    """Count tensors and their bytes; a tensor of unknown size has none."""
    sizes = [size_of(record) or 0 for record in records]
    return Tally(tensors=len(sizes), size=sum(sizes))
