"""Weights and vectors in layouts that hold nothing but data: recognised by their structure, and then left alone.

A layout that is recognised is walked as far as it takes to account for every byte of the file, or as far as its reader
in `attest.formats` goes. None of them can make a loader run or open anything, but for those that name other files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from attest.errors import DocumentError
from attest.formats import arrow, fasttext, lightgbm, parquet, xgboost
from attest.formats.facts import Facts
from attest.formats.protobuf_shape import SENTENCEPIECE_MODEL, fits, varint
from attest.formats.source import Source
from attest.formats.tokenizer import read_sentencepiece
from attest.scanning.graphs.plain_weights_faiss import MARKS, check_faiss
from attest.scanning.graphs.plain_weights_ggml import MAGICS, check_ggml
from attest.scanning.graphs.plain_weights_layouts import (
    check_catboost,
    check_ctranslate2,
    check_darknet,
    check_mil_blob,
    check_word2vec,
    is_ctranslate2,
    is_darknet,
    is_mil_blob,
)
from attest.scanning.graphs.plain_weights_msgpack import check_flax
from attest.scanning.part import Part

_FIRST = 4096
_FASTTEXT = fasttext.MAGIC.to_bytes(4, "little")
_MAX_FASTTEXT = 12
_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"binf", "xgboost"), (b"tree\nversion=", "lightgbm"), (b"CBM1", "catboost"), (b"PAR1", "parquet"),
    (b"ARROW1\0\0", "arrow"), (b"\xff\xff\xff\xff", "arrow"),
)  # fmt: skip
_VECTORS = re.compile(rb"([1-9][0-9]{0,8}) ([1-9][0-9]{0,4})\n")
_OBJECTIVE = slice(136, 144)
_OBJECTIVES = re.compile(rb"(?:reg|binary|multi|rank|count|survival):[a-z_]{3,20}")
_UBJSON = frozenset(b"LliUI$#")
_MAP = frozenset((*range(0x81, 0x90), 0xDE, 0xDF))
_FLOAT = 0x15

Reader = Callable[[Source], Facts]
_READERS: Mapping[str, Reader] = {
    "arrow": arrow.read, "fasttext": fasttext.read, "lightgbm": lightgbm.read, "parquet": parquet.read,
    "sentencepiece": read_sentencepiece, "xgboost": xgboost.read,
}  # fmt: skip
_CHECKS: Mapping[str, Callable[[Part], int]] = {
    "catboost": check_catboost, "ctranslate2": check_ctranslate2, "darknet": check_darknet, "faiss": check_faiss,
    "flax-msgpack": check_flax, "ggml": check_ggml, "mil-blob": check_mil_blob, "word2vec": check_word2vec,
}  # fmt: skip


def recognise(first: bytes, size: int, name: str) -> str:
    """The layout that the leading bytes of a file of `size` bytes announce, or an empty string; nothing is proven."""
    for prefix, layout in _PREFIXES:
        if first.startswith(prefix):
            return layout
    base = name.rpartition("/")[2].lower()
    if first.startswith(_FASTTEXT) and 0 < int.from_bytes(first[4:8], "little") <= _MAX_FASTTEXT:
        return "fasttext"
    if first[:4] in MAGICS:
        return "ggml"
    if first[:4] in MARKS:
        return "faiss"
    if is_mil_blob(first, size):
        return "mil-blob"
    return _by_structure(first, size, base)


def _by_structure(first: bytes, size: int, base: str) -> str:
    if _is_xgboost(first):
        return "xgboost"
    if is_ctranslate2(first):
        return "ctranslate2"
    if base.endswith(".msgpack") and first and first[0] in _MAP:
        return "flax-msgpack"
    if base.endswith(".weights") and is_darknet(first, size):
        return "darknet"
    if _is_word2vec(first, size):
        return "word2vec"
    return "sentencepiece" if _is_sentencepiece(first, size) else ""


def _is_xgboost(first: bytes) -> bool:
    """UBJSON with the names that a model has, or the oldest layout, which begins with parameters and an objective."""
    if first[:1] == b"{":
        return len(first) > 1 and first[1] in _UBJSON and b"learner" in first
    length = int.from_bytes(first[_OBJECTIVE], "little")
    return len(first) > _OBJECTIVE.stop and bool(_OBJECTIVES.fullmatch(first[144 : 144 + min(length, 64)]))


def _is_word2vec(first: bytes, size: int) -> bool:
    match = _VECTORS.match(first)
    if match is None:
        return False
    words, dimensions = int(match[1]), int(match[2])
    # A word of one byte and a space before each vector: text has at least as much, so the bytes tell them apart.
    binary = match.end() + words * (4 * dimensions + 2) <= size
    return binary and b"\0" in first


def _is_sentencepiece(first: bytes, size: int) -> bool:
    """A list of pieces, each a text and then a float: no other message of the same shape has that."""
    if first[:1] != b"\x0a" or not fits(first, size, SENTENCEPIECE_MODEL):
        return False
    _, at = varint(first, 1)
    length, after = varint(first, at + 1) if 0 <= at < len(first) and first[at] == 0x0A else (0, -1)
    return after >= 0 and first[after + length : after + length + 1] == bytes([_FLOAT])


def scan(part: Part) -> None:
    """Confirm the layout. Raises DocumentError when the file is in none of them, or contradicts itself."""
    layout = recognise(part.source.up_to(0, _FIRST), part.size, part.name)
    if not layout:
        raise DocumentError("it is in no layout of weights that is known here")
    part.format(layout)
    read = _CHECKS[layout](part) if layout in _CHECKS else _describe(part, _READERS[layout](part.source))
    part.interpreted(min(read, part.size))
    part.opaque(max(0, part.size - read))


def _describe(part: Part, facts: Facts) -> int:
    """What a reader found wrong, and which files it names; gives the bytes that are no tensors as far as it says."""
    for problem in facts.problems:
        part.report("file.malformed", problem)
    for name in facts.refers_to if not part.members else ():
        part.refers_to(posixpath.normpath(posixpath.join(posixpath.dirname(part.file), name)))
    return part.size - sum(tensor.end - tensor.begin for tensor in facts.tensors)
