"""How a signed list hashed its files, when it is not one SHA-256 per file, and the digests made that way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

HashName = Literal["sha256", "blake2b", "blake3"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Recipe:
    """A hash, and the size of the shards in bytes; 0 hashes whole files (OMS 1.0, `serialization`)."""

    hash_name: HashName = "sha256"
    shard_size: int = 0


WHOLE = Recipe()
"""One SHA-256 per file: what a manifest holds anyway."""

RecipeDigests: TypeAlias = Mapping[Recipe, Mapping[str, tuple[bytes, ...]]]
"""Recipe → file name → raw digests: one of the whole file, or one per shard in order (none for an empty file)."""
