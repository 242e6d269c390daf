"""Two models side by side, and the questions that verdicts and their words ask about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from attest.bom.tensor_names import Layer, is_adapted, is_buffer, is_learned, layer_of, module_of
from attest.bom.tensor_pairs import MIN_EVIDENCE, Comparison, tally
from attest.bom.tensor_sizes import size_of
from attest.domain.bom import TensorRecord
from attest.domain.kinship import Tally, What

ENOUGH = 3
_PAIRED: tuple[What, ...] = ("unchanged", "changed", "recast", "resized", "uncompared")
_DIFFERENT: tuple[What, ...] = ("changed", "recast", "resized", "uncompared")
_VOCABULARY = frozenset({"embeddings", "output head"})
_GGUF_VOCABULARY = ("token_embd.", "output.")
_REORDERED = ("attn_q.", "attn_k.", "q_proj.", "k_proj.")
_MAX_RANGES = 12


@dataclass(frozen=True, kw_only=True)
class Case:
    """One comparison. `before` and `after` are all tensors of either model."""

    before: tuple[TensorRecord, ...]
    after: tuple[TensorRecord, ...]
    comparison: Comparison

    @cached_property
    def _of(self) -> dict[What, list[TensorRecord]]:
        found: dict[What, list[TensorRecord]] = {}
        for pair in self.comparison.pairs:
            record = pair.after or pair.before
            if record is not None:
                found.setdefault(pair.what, []).append(record)
        return found

    def of(self, *kinds: What) -> list[TensorRecord]:
        """The tensors of these kinds, as the second model has them, or the first where only that one does."""
        return [record for what in kinds for record in self._of.get(what, ())]

    def count(self, *kinds: What) -> int:
        """How many tensors there are of these kinds."""
        return sum(len(self._of.get(what, ())) for what in kinds)

    def tally(self, what: What) -> Tally:
        """Number and bytes of the tensors of one kind."""
        return tally(self._of.get(what, ()))

    @property
    def shared(self) -> Tally:
        """What both have in common and is evidence."""
        sizes = self.comparison.shared.values()
        return Tally(tensors=len(sizes), size=sum(sizes))

    @cached_property
    def shown(self) -> bool:
        """Whether what they have in common is more than chance, copying by hand or computed constants explain."""
        shared = self.comparison.shared
        if len(shared) >= ENOUGH:
            return True
        smaller = min(self.comparison.weighed_before.size, self.comparison.weighed_after.size)
        large = {digest for digest, size in shared.items() if size * 100 >= smaller}
        for side in (self.before, self.after):
            large &= {record.sha256 for record in side if record.sha256 in large and is_learned(record.name)}
        return bool(large)

    def only(self, *kinds: What) -> bool:
        """Whether nothing but these kinds, what is unchanged, and small things that come and go is there."""
        others = [what for what in (*_DIFFERENT, "moved") if what not in kinds]
        loose: list[What] = [what for what in ("only-before", "only-after") if what not in kinds]
        return not self.count(*others) and all(self.is_minor(record) for record in self.of(*loose))

    def is_minor(self, record: TensorRecord) -> bool:
        """Whether a tensor is small, constant or computed: programs write such ones or leave them out."""
        size = size_of(record)
        small = size is not None and size < MIN_EVIDENCE and not is_learned(record.name)
        return small or record.sha256 in self.comparison.constant or is_buffer(record.name, record.dtype)

    @cached_property
    def agrees(self) -> bool:
        """Whether the names of nine tenths of the tensors of either model have a partner."""
        paired = self.count(*_PAIRED)
        return (
            paired > 0
            and paired * 10 >= 9 * max(len(self.before), len(self.after))
            and self.count("resized") * 10 <= paired
        )

    @property
    def half_paired(self) -> bool:
        """Whether tensors with a partner of their name make up half of the second model."""
        return 2 * tally(self.of(*_PAIRED)).size >= tally(self.after).size

    @cached_property
    def layers(self) -> tuple[set[Layer], set[Layer]]:
        """The layers of either model."""
        return _layers(self.before), _layers(self.after)

    @property
    def adapted(self) -> bool:
        """Whether only matrices changed that low-rank adapters are made for, the same ones in every layer they are in.

        An adapter changes all modules of one name in the layers that it covers, and nothing else.
        """
        changed = self.of("changed")
        inside: dict[Layer, set[str]] = {}
        for record in changed:
            layer = layer_of(record.name)
            if layer is None or not is_adapted(record.name, record.shape):
                return False
            inside.setdefault(layer, set()).add(record.name.rpartition(f".{layer.number}.")[2])
        return len({frozenset(names) for names in inside.values()}) == 1

    @property
    def reordered(self) -> bool:
        """Whether all that changed are query and key matrices between two spellings of names.

        llama.cpp's converter reorders their rows in models of the Llama family.
        """
        names = [record.name for record in self.of("changed")]
        return self.comparison.translated and all(any(mark in name for mark in _REORDERED) for name in names)

    @cached_property
    def vocabulary(self) -> tuple[int, int] | None:
        """Rows before and after, when all that is resized are embeddings and heads with one new number of rows."""
        rows = set()
        for pair in self.comparison.pairs:
            if pair.what != "resized" or pair.before is None or pair.after is None:
                continue
            if module_of(pair.after.name) not in _VOCABULARY:
                return None
            rows.add(_rows(pair.before, pair.after))
        return rows.pop() if len(rows) == 1 else None

    @property
    def changed_layers(self) -> str:
        """The layers that anything changed in."""
        return self._ranges(_layers(self._different()))

    @property
    def unchanged_layers(self) -> str:
        """The layers that nothing changed in."""
        same = _layers(self.of("unchanged")) - _layers(self._different())
        return self._ranges(same)

    @property
    def changed_modules(self) -> tuple[str, ...]:
        """The parts of the network that anything changed in."""
        return tuple(sorted({module_of(record.name) for record in self._different()}))

    def _different(self) -> list[TensorRecord]:
        return self.of("changed", "resized", "only-after")

    def _ranges(self, layers: set[Layer]) -> str:
        stacks = {layer.stack for side in self.layers for layer in side}
        return layers_text(layers, named=len(stacks) > 1)


def _layers(records: Iterable[TensorRecord]) -> set[Layer]:
    return {layer for record in records if (layer := layer_of(record.name)) is not None}


def _rows(before: TensorRecord, after: TensorRecord) -> tuple[int, int] | None:
    """The rows of two matrices of which nothing else differs; GGUF writes them last."""
    last = after.name.startswith(_GGUF_VOCABULARY)
    for old, new in ((before.shape, after.shape), (before.shape, after.shape[::-1])):
        if len(old) == len(new) == 2 and old[1] == new[1]:
            return old[0], new[0]
    if last and len(before.shape) == len(after.shape) == 2 and before.shape[0] == after.shape[0]:
        return before.shape[1], after.shape[1]
    return None


def layers_text(layers: Iterable[Layer], *, named: bool = False) -> str:
    """Layers as ranges: `0–3, 20–31`; with the names of their stacks when there are several."""
    stacks: dict[str, list[int]] = {}
    for layer in sorted(set(layers)):
        stacks.setdefault(layer.stack, []).append(layer.number)
    texts = []
    for stack, numbers in stacks.items():
        ranges = list(_ranges(numbers))
        more = [f"and {len(ranges) - _MAX_RANGES} more ranges"] if len(ranges) > _MAX_RANGES else []
        texts.append((f"{stack[-60:]} " if named and stack else "") + ", ".join([*ranges[:_MAX_RANGES], *more]))
    more = [f"and {len(texts) - _MAX_RANGES} more stacks"] if len(texts) > _MAX_RANGES else []
    return "; ".join([*texts[:_MAX_RANGES], *more])


def _ranges(numbers: list[int]) -> Iterator[str]:
    start = end = numbers[0]
    for number in [*numbers[1:], -1]:
        if number == end + 1:
            end = number
            continue
        yield f"{start}–{end}" if end > start else str(start)
        start = end = number
