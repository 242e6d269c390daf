"""How many leading bytes of a file are worth keeping: enough to tell its format and to read what it says of
itself."""

from __future__ import annotations

SNIFF = 1024
"""Bytes that tell every format but the ones below; small, because a model may hold a hundred thousand files."""
MAX_DOCUMENT = 4 << 20
MAX_SAFETENSORS_HEADER = 100_000_000
# HDF5 puts its signature at 0, 512, 1024 or 2048 (HDF5 file format specification 3.0, section II.A).
_HDF5_BYTES = 4096
_LENGTH = 8
_NPY_BYTES = 16 * 1024

DOCUMENTS = frozenset(
    {
        "1_Pooling/config.json",
        "COPYING",
        "LICENCE",
        "LICENCE.md",
        "LICENCE.txt",
        "LICENSE",
        "LICENSE.md",
        "LICENSE.txt",
        "NOTICE",
        "README.md",
        "USE_POLICY.md",
        "adapter_config.json",
        "config.json",
        "croissant.json",
        "dataset_dict.json",
        "dataset_info.json",
        "dataset_infos.json",
        "generation_config.json",
        "metadata.json",
        "model.safetensors.index.json",
        "modules.json",
        "sentence_bert_config.json",
        "state.json",
        "tokenizer_config.json",
    }
)
"""Documents that describe the model or dataset; only at the root, so that a hostile tree cannot make a reader keep
thousands."""


_LICENSE_NAMES = (
    "acceptable_use",
    "acceptable-use",
    "copying",
    "licence",
    "license",
    "notice",
    "use_policy",
    "use-policy",
)


def is_license_document(name: str) -> bool:
    """Whether a file at the root is called as licences, notices and policies of use are."""
    return "/" not in name and name.lower().startswith(_LICENSE_NAMES)


def prefix_wanted(name: str, first: bytes, size: int) -> int:
    """Leading bytes of file `name` to keep, given its `first` bytes and its `size`; never more than `size`.

    A safetensors header is kept whole, up to 100 MB, whatever the file is called; so are documents that describe the
    model, up to 4 MiB. Any other file gives the bytes that `sniff` looks at.
    """
    if header := safetensors_header_size(first, size):
        return _LENGTH + header
    if name in DOCUMENTS or is_license_document(name):
        return min(size, MAX_DOCUMENT)
    if first.startswith(b"\x93NUMPY"):
        return min(size, _NPY_BYTES)
    lower = name.lower()
    return min(size, _HDF5_BYTES if lower.endswith((".h5", ".hdf5", ".keras")) else SNIFF)


def safetensors_header_size(first: bytes, size: int) -> int:
    """The header's length in bytes if `first` may begin a safetensors file of `size` bytes, else 0."""
    if not first.startswith(b"{", _LENGTH):
        return 0
    length = int.from_bytes(first[:_LENGTH], "little")
    return length if len(b"{}") <= length <= min(MAX_SAFETENSORS_HEADER, size - _LENGTH) else 0
