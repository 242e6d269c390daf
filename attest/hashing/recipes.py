"""Digests by other recipes than one SHA-256 per file, made from bytes that somebody else reads.

Source: OpenSSF Model Signing 1.0, `serialization`. Whatever the size of a file, a hasher keeps one hash and the digests
of the shards that are done; how many shards an artifact may have is bounded before the first of them is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Protocol

from attest.domain.manifest import printable
from attest.domain.recipe import WHOLE, HashName, Recipe
from attest.errors import InputError, Problem, UnsafeArtifactError
from attest.hashing.stream import unstable

MAX_RECIPES = 16
MAX_SHARDS = 2_000_000


class Hash(Protocol):
    """What hashlib and blake3 have in common."""

    def update(self, data: memoryview, /) -> object:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The raw digest of what was taken in."""


def new_hash(name: HashName) -> Callable[[], Hash]:
    """How to make a new hash: SHA-256, BLAKE2b with 64 bytes, or BLAKE3 with 32, all without a key."""
    if name == "blake3":
        # Imported here: a compiled extension that hardly any signature needs.
        from blake3 import blake3

        return blake3
    return hashlib.blake2b if name == "blake2b" else hashlib.sha256


def checked(recipes: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """Each recipe once, without the one that a manifest holds anyway.

    Raises InputError for a shard size that is negative, and for more than `MAX_RECIPES`.
    """
    found = tuple(dict.fromkeys(recipe for recipe in recipes if recipe != WHOLE))
    if len(found) > MAX_RECIPES:
        raise InputError(
            f"the files are to be hashed in {len(found)} ways; the limit is {MAX_RECIPES}",
            hint="Use signatures that were made in fewer different ways.",
        )
    if any(recipe.shard_size < 0 for recipe in found):
        raise InputError("a shard has at least 1 byte", hint="Give a positive shard size.")
    return found


def implied(recipe: Recipe, size: int) -> bool:
    """True when a file's SHA-256 says its digests by `recipe`: it has no byte, or just one shard."""
    return recipe.hash_name == "sha256" and size <= recipe.shard_size


class ShardBudget:
    """How many more shards the files of one artifact may have; the first shard of each file costs nothing."""

    def __init__(self) -> None:
        self._left = MAX_SHARDS

    def spend(self, name: str, size: int, recipe: Recipe) -> None:
        """Count the shards of one file before it is read. Raises UnsafeArtifactError when there are too many."""
        if not recipe.shard_size or not size:
            return
        self._left -= (size - 1) // recipe.shard_size
        if self._left < 0:
            message = f"with the files before it, it has too many shards of {recipe.shard_size} bytes"
            raise UnsafeArtifactError(
                f"shards of {recipe.shard_size} bytes are too many for its files; an artifact has at most {MAX_SHARDS}",
                [Problem(where=printable(name), message=message)],
                hint="Sign with larger shards, or whole files.",
            )


class RecipeHash:
    """The digests of one file, or of a run of its shards, by one recipe, from its bytes in order."""

    __slots__ = ("_digests", "_left", "_most", "_name", "_new", "_now", "_size")

    def __init__(self, recipe: Recipe, name: str, length: int) -> None:
        """`length` is how many bytes there are, and so how many digests at most."""
        self._new = new_hash(recipe.hash_name)
        self._size = recipe.shard_size
        self._name = name
        self._most = -(-length // self._size) if self._size else 1
        self._digests: list[bytes] = []
        self._left = self._size
        self._now: Hash | None = None if self._size else self._new()

    def update(self, data: memoryview) -> None:
        """Take in more bytes. Raises UnstableFileError when they are more than was said."""
        if not self._size and self._now is not None:
            self._now.update(data)
            return
        at, end = 0, len(data)
        while at < end:
            if self._now is None:
                if len(self._digests) == self._most:
                    raise unstable(self._name)
                self._now, self._left = self._new(), self._size
            step = min(self._left, end - at)
            with data[at : at + step] as part:
                self._now.update(part)
            at += step
            self._left -= step
            if not self._left:
                self._digests.append(self._now.digest())
                self._now = None

    def digests(self) -> tuple[bytes, ...]:
        """One raw digest per shard, none of an empty file; or one of the whole file. Ends the hash."""
        if self._now is not None:
            self._digests.append(self._now.digest())
            self._now = None
        return tuple(self._digests)
