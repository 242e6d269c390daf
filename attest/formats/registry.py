"""Which reader looks into a file, told from its first bytes and its name; each is imported when it is first needed.

Signatures come first, so that a GGUF under the name `notes.txt` is still described. A reader checks everything again:
what is chosen here is only worth trying.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attest.errors import DocumentError
from attest.formats.extensions import PICKLE, split_name
from attest.formats.facts import Facts
from attest.formats.magic import is_lfs_pointer
from attest.formats.observers import HeaderObserver, Observer, Reader
from attest.formats.source import Source

_LENGTH = 8
MAX_PACKED = 32 << 20
MAX_UNPACKED = 128 << 20
_FASTTEXT = (793712314).to_bytes(4, "little")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_OFFSETS = (0, 512, 1024, 2048)
_TAR_MAGIC = slice(257, 262)
_TORCH_TAR = (".pt", ".pth", ".tar")
_TORCH_LEGACY = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"  # LONG1 of torch's magic number, behind PROTO
_COMPRESSED = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x78\x01",
    b"\x78\x5e",
    b"\x78\x9c",
    b"\x78\xda",
    b"\x04\x22\x4d\x18",
    b"\x5d\0",
    b"ZF",
)


def observing(*, tensors: bool = False) -> Callable[[str, bytes, int], Observer | None]:
    """What looks into the files of a model: headers, and with `tensors` every tensor's digest as well."""
    return observe_tensors if tensors else observe_model


def observe_tensors(name: str, first: bytes, size: int) -> Observer | None:
    """As `observe_model`, with digests of the tensors of safetensors and GGUF files."""
    reader = model_reader(name, first, size)
    if reader is _safetensors or reader is _gguf:
        from attest.formats.tensor_digests import TensorObserver

        return TensorObserver(name, size, reader)
    return HeaderObserver(name, size, reader) if reader is not None else None


def observe_model(name: str, first: bytes, size: int) -> Observer | None:
    """What looks into file `name` of a model while it is hashed, or None when nothing is to be found there."""
    reader = model_reader(name, first, size)
    return HeaderObserver(name, size, reader) if reader is not None else None


def model_reader(name: str, first: bytes, size: int) -> Reader | None:
    """The reader for a file of a model, given its first bytes (at least 4 KiB of them, where it has so many)."""
    if size == 0 or is_lfs_pointer(first, size):
        return None
    base, extension = split_name(name)
    return _by_signature(first, size) or _by_name(base, extension, first)


def _by_signature(first: bytes, size: int) -> Reader | None:
    for start, reader in _SIGNATURES:
        if first.startswith(start):
            return reader
    found: Reader | None = None
    if any(first.startswith(_HDF5, offset) for offset in _HDF5_OFFSETS):
        found = _hdf5
    elif first[4:8] == b"TFL3":
        found = _tflite
    elif first.startswith(b"{", _LENGTH) and 2 <= int.from_bytes(first[:_LENGTH], "little") <= size - _LENGTH:
        found = _safetensors
    elif first.startswith(b"\x80") and first[2:14] == _TORCH_LEGACY:
        found = _torch_legacy
    elif first.startswith(b"tree\n") and b"version=" in first[:64]:
        found = _lightgbm
    return found


def _by_name(base: str, extension: str, first: bytes) -> Reader | None:
    """A reader by what the name promises: a file that does not keep the promise is refused, which is worth saying."""
    found = _PROMISED.get(extension)
    if base in _NAMED:
        found = _NAMED[base]
    elif extension == ".json" and b'"learner"' in first[:4096]:
        found = _xgboost
    elif extension in _TORCH_TAR and first[_TAR_MAGIC] == b"ustar":
        found = _torch_tar
    elif base.endswith(".npz.xz"):
        found = _packed_arrays
    elif extension in PICKLE and first.startswith((b"\x80", b"(", b"c", b"]", b"}", *_COMPRESSED)):
        found = _pickle
    return found


def _gguf(source: Source) -> Facts:
    from attest.formats.gguf import read

    return read(source)


def _onnx(source: Source) -> Facts:
    from attest.formats.onnx import read

    return read(source)


def _coreml(source: Source) -> Facts:
    from attest.formats.coreml import read

    return read(source)


def _saved_model(source: Source) -> Facts:
    from attest.formats.saved_model import read

    return read(source)


def _tflite(source: Source) -> Facts:
    from attest.formats.tflite import read

    return read(source)


def _zip(source: Source) -> Facts:
    """A zip archive: PyTorch, Keras, NumPy or some other."""
    from attest.formats.zip_facts import read

    return read(source)


def _hdf5(source: Source) -> Facts:
    from attest.formats.hdf5 import read

    return read(source)


def _numpy(source: Source) -> Facts:
    from attest.formats.numpy_array import read

    return read(source)


def _safetensors(source: Source) -> Facts:
    from attest.formats.safetensors_facts import read

    return read(source)


def _torch_legacy(source: Source) -> Facts:
    from attest.formats.torch_legacy import read

    return read(source)


def _torch_tar(source: Source) -> Facts:
    from attest.formats.torch_tar import read

    return read(source)


def _packed_arrays(source: Source) -> Facts:
    """NumPy arrays in an archive that is packed once more, as a whole."""
    import lzma

    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_UNPACKED)
    try:
        data = unpacker.decompress(source.up_to(0, MAX_PACKED), MAX_UNPACKED)
    except lzma.LZMAError as error:
        raise DocumentError(f"it is no whole xz file: {error}") from None
    if not unpacker.eof:
        raise DocumentError(f"it is cut off, or unpacks to more than {MAX_UNPACKED} bytes")
    return _zip(Source.of_bytes(source.name, data))


def _pickle(source: Source) -> Facts:
    from attest.formats.pickle_facts import read

    return read(source)


def _fasttext(source: Source) -> Facts:
    from attest.formats.fasttext import read

    return read(source)


def _xgboost(source: Source) -> Facts:
    from attest.formats.xgboost import read

    return read(source)


def _lightgbm(source: Source) -> Facts:
    from attest.formats.lightgbm import read

    return read(source)


def _tokenizer(source: Source) -> Facts:
    from attest.formats.tokenizer import MAX_TOKENIZER, read_tokenizer

    return read_tokenizer(source.up_to(0, MAX_TOKENIZER), source.size)


def _tokenizer_config(source: Source) -> Facts:
    from attest.formats.tokenizer import MAX_CONFIG, read_tokenizer_config

    if source.size > MAX_CONFIG:
        raise DocumentError(f"a tokenizer's configuration of {source.size} bytes; the limit is {MAX_CONFIG}")
    return read_tokenizer_config(source.read(0, source.size))


def _sentencepiece(source: Source) -> Facts:
    from attest.formats.tokenizer import read_sentencepiece

    return read_sentencepiece(source)


_SIGNATURES: tuple[tuple[bytes, Reader], ...] = (
    (b"GGUF", _gguf),
    (b"PK\x03\x04", _zip),
    (b"\x93NUMPY", _numpy),
    (_FASTTEXT, _fasttext),
    (b"binf", _xgboost),
)
_NAMED: Mapping[str, Reader] = MappingProxyType(
    {
        "saved_model.pb": _saved_model,
        "sentencepiece.bpe.model": _sentencepiece,
        "spiece.model": _sentencepiece,
        "tokenizer.json": _tokenizer,
        "tokenizer.model": _sentencepiece,
        "tokenizer_config.json": _tokenizer_config,
    }
)
_PROMISED: Mapping[str, Reader] = MappingProxyType(
    {
        ".gguf": _gguf,
        ".h5": _hdf5,
        ".hdf5": _hdf5,
        ".keras": _zip,
        ".mlmodel": _coreml,
        ".npz": _zip,
        ".onnx": _onnx,
        ".safetensors": _safetensors,
        ".tflite": _tflite,
        ".ubj": _xgboost,
        ".xgb": _xgboost,
    }
)
