"""The layouts of ggml before GGUF, as whisper.cpp and early llama.cpp read them.

Sources: `whisper.cpp` (`whisper_model_load`) and `llama.cpp` of June 2023 (`llama_file_loader`). The head is as the
program likes it; behind it stands a vocabulary, and then tensors up to the end of the file.
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.gguf_types import GGML_TYPES
from attest.formats.source import Cursor
from attest.scanning.part import Part

_GGML, _GGMF, _GGJT = b"lmgg", b"fmgg", b"tjgg"
MAGICS = frozenset({_GGML, _GGMF, _GGJT})
"""The first four bytes: without a version, with one, and with aligned tensors."""
_MAX_VOCABULARY, _MAX_TOKEN, _MAX_NAME, _MAX_RANK = 1 << 20, 1 << 16, 256, 4
_ALIGNMENT = 32
_WHISPER_HEAD, _LLAMA_HEAD = 11, 7
_MEL_COUNTS = frozenset({80, 128})
_MAX_FILTERS = 1 << 12


def check_ggml(part: Part) -> int:
    """Walk the file by each head that its magic may have; gives the bytes that are no tensors.

    Raises DocumentError when it adds up by none of them.
    """
    magic = part.source.read(0, 4)
    if magic == _GGML:
        for head in (_whisper, _llama):
            try:
                return _walk(part, head(Cursor(part.source, 4, block=1 << 14), scores=False), aligned=False)
            except DocumentError:
                continue
        raise DocumentError("it adds up neither as a model of whisper.cpp nor as one of llama.cpp")
    cursor = Cursor(part.source, 4, block=1 << 14)
    version = cursor.integer(4)
    if not 0 < version <= 3:
        raise DocumentError(f"version {version} of the layout is not known")
    return _walk(part, _llama(cursor, scores=True), aligned=magic == _GGJT)


def _whisper(cursor: Cursor, *, scores: bool) -> Cursor:
    """Hyperparameters, filters of a spectrogram, and tokens."""
    del scores
    head = [cursor.integer(4, signed=True) for _ in range(_WHISPER_HEAD)]
    mels, width = cursor.integer(4), cursor.integer(4)
    if mels != head[9] or mels not in _MEL_COUNTS or width > _MAX_FILTERS:
        raise DocumentError("it has no filters as whisper.cpp has them")
    cursor.skip(4 * mels * width)
    _vocabulary(cursor, cursor.integer(4), scores=False)
    return cursor


def _llama(cursor: Cursor, *, scores: bool) -> Cursor:
    """Hyperparameters, the first of which counts the tokens."""
    head = [cursor.integer(4, signed=True) for _ in range(_LLAMA_HEAD)]
    _vocabulary(cursor, head[0], scores=scores)
    return cursor


def _vocabulary(cursor: Cursor, count: int, *, scores: bool) -> None:
    if not 0 < count <= _MAX_VOCABULARY:
        raise DocumentError(f"a vocabulary of {count} tokens is none")
    for _ in range(count):
        length = cursor.integer(4)
        if length > _MAX_TOKEN:
            raise DocumentError(f"a token before {cursor.position} has {length} bytes")
        cursor.skip(length + (4 if scores else 0))


def _walk(part: Part, cursor: Cursor, *, aligned: bool) -> int:
    data = tensors = 0
    while cursor.left:
        rank, length, number = (cursor.integer(4) for _ in range(3))
        layout = GGML_TYPES.get(number)
        if not 0 < rank <= _MAX_RANK or not 0 < length <= _MAX_NAME or layout is None:
            raise DocumentError(f"no tensor begins before {cursor.position}")
        elements = 1
        for _ in range(rank):
            elements *= cursor.integer(4)
        cursor.skip(length)
        if aligned:
            cursor.skip(-cursor.position % _ALIGNMENT)
        size = elements // layout.elements * layout.size
        cursor.skip(size)
        data += size
        tensors += 1
        part.budget.check_time()
    if not tensors:
        raise DocumentError("it has no tensors")
    return part.size - data
