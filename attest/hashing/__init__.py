"""Files → manifest: one walk, one read per file. The hot path of everything that `attest` does."""

from __future__ import annotations

from attest.hashing.engine import hash_artifact
from attest.hashing.known import Known, KnownDigests
from attest.hashing.locate import locate
from attest.hashing.options import Hashed, HashOptions
from attest.hashing.shards import ShardedFiles, hash_shards

__all__ = [
    "HashOptions",
    "Hashed",
    "Known",
    "KnownDigests",
    "ShardedFiles",
    "hash_artifact",
    "hash_shards",
    "locate",
]
