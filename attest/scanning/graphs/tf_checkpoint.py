"""Checkpoints of TensorFlow: an index, which is a table of LevelDB, and shards of raw tensors.

Source: `tensor_bundle.h` and `table/format.h` of TensorFlow: the footer of a table has two handles (offset and size of
a block), padding and a magic number. A shard has no structure: what lies where stands in the index. Nothing in either
is looked up or run.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.protobuf_shape import varint
from attest.formats.source import Source
from attest.scanning.part import Part

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
_FOOTER = 48
_TRAILER = 5  # a block's compression and checksum
_SHARD = re.compile(r".+\.data-\d{5}-of-\d{5}")


def recognise(source: Source, base: str) -> bool:
    """Whether a file is an index or, by its name, a shard."""
    return bool(_SHARD.fullmatch(base)) or (
        source.size >= _FOOTER and source.read(source.size - len(MAGIC), len(MAGIC)) == MAGIC
    )


def scan(part: Part) -> None:
    """Account for one file of a checkpoint. Raises DocumentError when an index has no plain end."""
    base = part.name.replace("\\", "/").rpartition("/")[2]
    if _SHARD.fullmatch(base):
        part.opaque(part.size)
        return
    if part.size < _FOOTER:
        raise DocumentError("the index of the checkpoint is too short")
    footer = part.source.read(part.size - _FOOTER, _FOOTER)
    if not footer.endswith(MAGIC):
        raise DocumentError("the index of the checkpoint has no table of LevelDB at its end")
    position = 0
    for name in ("the index of blocks", "the blocks of metadata"):
        offset, position = varint(footer, position)
        size, position = varint(footer, position) if position >= 0 else (0, -1)
        if position < 0 or offset + size + _TRAILER > part.size - _FOOTER:
            raise DocumentError(f"the index of the checkpoint gives a wrong place for {name}")
    if footer[position : -len(MAGIC)].strip(b"\0"):
        raise DocumentError("the end of the checkpoint's index is not filled with zeros")
    part.interpreted(_FOOTER)
    part.opaque(part.size - _FOOTER)
