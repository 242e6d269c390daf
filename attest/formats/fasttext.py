"""fastText models (`.bin`, `.ftz`): the header, and the labels where the dictionary is short enough to be walked.

Source: fastText `src/args.cc`, `src/dictionary.cc`, `src/fasttext.cc`, `src/matrix.cc`, `src/densematrix.cc`; model
version 12 and before. Numbers are little-endian. No vector is read.
"""

from __future__ import annotations

import struct
from math import isnan
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.facts import Facts, TensorInfo
from attest.formats.header_text import Problems, listing, plain
from attest.formats.source import Source

MAGIC = 793712314
MAX_DICTIONARY = 96 << 20
MAX_ENTRIES = 3_000_000
_VERSION = 12
_ARGUMENTS = struct.Struct("<12id")
_DICTIONARY = struct.Struct("<3i2q")
_NAMES = ("dim", "ws", "epoch", "min_count", "neg", "word_ngrams", "loss", "model", "bucket", "minn", "maxn")
_LOSSES = {1: "hierarchical softmax", 2: "negative sampling", 3: "softmax", 4: "one-vs-all"}
_MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_BLOCK = 1 << 20
_ENTRY = 9  # a count of 64 bits and a type of 8 behind the word
_MAX_WORD = 4096
_LABEL = 1
_PRUNED = 8
_MAX_SIZE = 1 << 40


class _Rest(NamedTuple):
    """What the walk over the dictionary found: labels, and where the matrices begin (-1 when it was not walked)."""

    labels: tuple[str, ...] = ()
    end: int = -1


def read(source: Source) -> Facts:
    """What a model says about itself; raises DocumentError when its header cannot be one of fastText's."""
    problems = Problems()
    head = source.read(0, 8 + _ARGUMENTS.size + _DICTIONARY.size)
    magic, version = struct.unpack_from("<2i", head)
    if magic != MAGIC or not 0 < version <= _VERSION:
        raise DocumentError(f"it is no fastText model, or one of a version past {_VERSION}")
    *arguments, _, sampling = _ARGUMENTS.unpack_from(head, 8)
    size, words, labels, tokens, pruned = _DICTIONARY.unpack_from(head, 8 + _ARGUMENTS.size)
    if min(size, words, labels, tokens) < 0 or words + labels != size or arguments[0] <= 0 or isnan(sampling):
        raise DocumentError("the header of the fastText model contradicts itself")
    rest = _walk(source, len(head), (size, labels, max(pruned, 0)), problems)
    quantized, tensors = _matrices(source, rest.end, arguments[0], problems)
    values = dict(zip(_NAMES, map(str, arguments), strict=True))
    values["loss"] = _LOSSES.get(arguments[6], "")
    model = values["model"] = _MODELS.get(arguments[7], "")
    values["vocab_size"] = str(words)
    if version == 11 and model == "supervised":
        values["maxn"] = "0"  # as fastText reads it: older supervised models use no character n-grams
    counts = sum(tensor.shape[0] * tensor.shape[1] for tensor in tensors)
    return Facts(
        format="fasttext",
        title=f"fastText, version {version}",
        model_type="fasttext",
        framework="fasttext",
        parameters=(("float32", counts),) if tensors else (),
        tensor_count=len(tensors),
        tensors=tensors,
        hyperparameters=tuple(sorted(pair for pair in values.items() if pair[1])),
        properties=_properties(labels, rest, quantized, version),
        problems=problems.texts(),
    )


def _properties(labels: int, rest: _Rest, quantized: bool | None, version: int) -> tuple[tuple[str, str], ...]:
    names = listing(name for name in rest.labels if name)
    properties = [
        ("fasttext:labels", str(labels) if labels else ""),
        ("fasttext:label-names", names),
        ("fasttext:quantized", "" if quantized is None else "true" if quantized else "false"),
        ("fasttext:version", str(version)),
    ]
    return tuple(sorted(pair for pair in properties if pair[1]))


def _walk(source: Source, begin: int, counts: tuple[int, int, int], problems: Problems) -> _Rest:
    """Go over the words to the labels behind them, and to the end of the dictionary."""
    entries, labels, pruned = counts
    if entries > MAX_ENTRIES or entries * (_ENTRY + 1) > source.size - begin:
        if entries * (_ENTRY + 1) > source.size - begin:
            problems.add(f"the file is cut off: it has no room for {entries} words")
        return _Rest()
    found: list[str] = []
    data, base, at = b"", begin, 0
    for _ in range(entries):
        stop = data.find(b"\0", at)
        if stop < 0 or stop + 1 + _ENTRY > len(data):
            base, at = base + at, 0
            if base - begin > MAX_DICTIONARY:
                return _Rest()
            data = source.up_to(base, _BLOCK)
            stop = data.find(b"\0")
            if not 0 <= stop <= _MAX_WORD or stop + 1 + _ENTRY > len(data):
                problems.add(f"the dictionary is broken at {base}")
                return _Rest()
        if data[stop + _ENTRY] == _LABEL:
            found.append(plain(data[at:stop]))
        at = stop + 1 + _ENTRY
    if len(found) != labels:
        problems.add(f"the header claims {labels} labels, and the dictionary has {len(found)}")
    end = base + at + pruned * _PRUNED
    return _Rest(tuple(found), end if end < source.size else -1)


def _matrices(source: Source, at: int, dim: int, problems: Problems) -> tuple[bool | None, tuple[TensorInfo, ...]]:
    """Whether the vectors are quantised, and both matrices with their places when they are not."""
    if at < 0:
        return None, ()
    quantized = source.read(at, 1) != b"\0"
    tensors: list[TensorInfo] = []
    if quantized:
        return True, ()
    at += 1
    for name in ("input", "output"):
        if name == "output":
            at += 1  # whether the output is quantised, which it is with the input only
        rows, columns = struct.unpack("<2q", source.read(at, 16))
        end = at + 16 + 4 * rows * columns
        if not 0 <= rows < _MAX_SIZE or columns != dim or end > source.size:
            problems.add(f"the {name} matrix does not fit into the file")
            return False, ()
        tensors.append(TensorInfo(name, "float32", (rows, columns), at + 16, end))
        at = end
    if at != source.size:
        problems.add(f"{source.size - at} bytes stand behind the last matrix")
        return False, ()
    return False, tuple(tensors)
