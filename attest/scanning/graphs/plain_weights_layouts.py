"""Layouts that are simple enough to be walked in a page: word vectors, weights beside Core ML programs, and others.

Sources: word2vec `word2vec.c`; coremltools `mlmodel/src/MILBlob/Blob/StorageFormat.hpp`; CTranslate2
`python/ctranslate2/specs/model_spec.py`; darknet `src/parser.c`; CatBoost `model.fbs` and `model.cpp`.
Every check gives the number of bytes that it read as structure, and raises DocumentError when the bytes do not add up.
"""

from __future__ import annotations

import re
import struct

from attest.errors import DocumentError
from attest.formats.flatbuffer import FlatBuffer
from attest.formats.source import Cursor
from attest.scanning.part import Part

MAX_WORDS_CHECKED = 200_000
_MAX_WORD = 2048
_HEADER = re.compile(rb"([1-9][0-9]{0,8}) ([1-9][0-9]{0,4})\n")
_MIL_HEAD, _MIL_ENTRY, _MIL_BLOCK = struct.Struct("<2I"), struct.Struct("<2I2Q"), 64
_MIL_VERSION, _MIL_MARK, _MAX_MIL = 2, 0xDEADBEEF, 1 << 20
_SPEC = re.compile(rb"[A-Za-z0-9_]{3,62}Spec\0")
_MAX_CT2, _MAX_VARIABLES, _MAX_RANK = 8, 1 << 17, 8
_CATBOOST = b"FlabuffersModel_v"


def check_word2vec(part: Part) -> int:
    """Words and their vectors: as many as the first line says, and nothing behind the last but an end of line."""
    first = part.source.up_to(0, 64)
    match = _HEADER.match(first)
    if match is None:
        raise DocumentError("its first line is no pair of counts")
    words, width = int(match[1]), 4 * int(match[2])
    at = match.end()
    for _ in range(min(words, MAX_WORDS_CHECKED)):
        data = part.source.up_to(at, 256)
        end = data.find(b" ")
        if end < 0:
            data = part.source.up_to(at, _MAX_WORD)
            end = data.find(b" ")
        if end < 0 or at + end + 1 + width > part.size:
            raise DocumentError(f"the word at {at} does not end, or its vector leaves the file")
        at += end + 1 + width
        at += part.source.up_to(at, 1) == b"\n"
    if words > MAX_WORDS_CHECKED:
        left = part.size - at - (words - MAX_WORDS_CHECKED) * (width + 2)
        if left < 0:
            raise DocumentError(f"there is no room for {words} words")
        return at
    if at != part.size:
        raise DocumentError(f"{part.size - at} bytes stand behind the last word")
    return part.size - words * width


def is_mil_blob(first: bytes, size: int) -> bool:
    """Whether a file begins as the weights beside a Core ML program do."""
    if len(first) < 2 * _MIL_BLOCK or size < 2 * _MIL_BLOCK:
        return False
    count, version = _MIL_HEAD.unpack_from(first)
    mark = int.from_bytes(first[_MIL_BLOCK : _MIL_BLOCK + 4], "little")
    return version == _MIL_VERSION and mark == _MIL_MARK and 0 < count <= _MAX_MIL and not any(first[8:_MIL_BLOCK])


def check_mil_blob(part: Part) -> int:
    """A chain of descriptions, each followed by its data; both begin at multiples of 64 bytes."""
    count = int.from_bytes(part.source.read(0, 4), "little")
    at = end = _MIL_BLOCK
    for _ in range(count):
        mark, _, length, offset = _MIL_ENTRY.unpack(part.source.read(at, _MIL_ENTRY.size))
        if mark != _MIL_MARK or offset != at + _MIL_BLOCK or length > part.size - offset:
            raise DocumentError(f"the description at {at} does not fit the file")
        end = offset + length
        at = -(-end // _MIL_BLOCK) * _MIL_BLOCK
    if part.size not in {end, at}:
        raise DocumentError(f"{part.size - end} bytes stand behind the last tensor")
    return (count + 1) * _MIL_BLOCK


def is_ctranslate2(first: bytes) -> bool:
    """Whether a file begins with a version and the name of one of CTranslate2's specifications."""
    version, length = int.from_bytes(first[:4], "little"), int.from_bytes(first[4:6], "little")
    return 0 < version <= _MAX_CT2 and bool(_SPEC.fullmatch(first[6 : 6 + min(length, 80)]))


def check_ctranslate2(part: Part) -> int:
    """Variables with their shapes and bytes, then aliases: names for names."""
    cursor = Cursor(part.source, block=1 << 12)
    version = cursor.integer(4)
    _name(cursor)
    cursor.skip(4)
    count, data = cursor.integer(4), 0
    if count > _MAX_VARIABLES:
        raise DocumentError(f"it has {count} variables")
    for _ in range(count):
        _name(cursor)
        rank = cursor.integer(1)
        if rank > _MAX_RANK:
            raise DocumentError(f"a variable before {cursor.position} has {rank} dimensions")
        cursor.skip(4 * rank)
        width = cursor.integer(1)
        # Since version 4 the type has a number and the bytes are counted, before that the items.
        length = cursor.integer(4) * (1 if version >= 4 else width)
        cursor.skip(length)
        data += length
    if version >= 3:
        for _ in range(cursor.integer(4)):
            _name(cursor)
            _name(cursor)
    if cursor.left:
        raise DocumentError(f"{cursor.left} bytes stand behind the last variable")
    return part.size - data


def _name(cursor: Cursor) -> None:
    name = cursor.take(cursor.integer(2))
    if not name.endswith(b"\0") or not name[:-1].decode("utf-8", "replace").isprintable():
        raise DocumentError(f"the name before {cursor.position} is no text on one line")


def is_darknet(first: bytes, size: int) -> bool:
    """Whether a file begins with a version of darknet's and then has whole floats."""
    major, minor, revision = struct.unpack_from("<3i", first) if len(first) >= 20 else (-1, -1, -1)
    return (major, minor) in {(0, 1), (0, 2), (1, 0)} and 0 <= revision <= 5 and size % 4 == 0


def check_darknet(part: Part) -> int:
    """A version and a count of images; all else is floats."""
    minor = int.from_bytes(part.source.read(4, 4), "little")
    return 20 if minor >= 2 else 16


def check_catboost(part: Part) -> int:
    """A FlatBuffer of trees, and further parts only when it lists some."""
    size = int.from_bytes(part.source.read(4, 4), "little")
    core = FlatBuffer.of_source(part.source, 8, 8 + size).root()
    if not (core.raw(0, 64) or b"").startswith(_CATBOOST):
        raise DocumentError("it does not say that it is a model of CatBoost")
    if 8 + size < part.size and not core.vector(3, 4).items:
        raise DocumentError(f"{part.size - 8 - size} bytes stand behind the model")
    return 8 + size
