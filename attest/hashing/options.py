"""What hashing is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attest.domain.manifest import FileEntry, Manifest
from attest.domain.recipe import Recipe, RecipeDigests
from attest.hashing.known import KnownDigests
from attest.hashing.stream import Observe, PrefixWanted, Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class HashOptions:
    """How to hash: evidence files to leave out at the root, whether links inside are followed, what to compute besides.

    `wanted` asks for the leading bytes of files, so that facts are read from the very bytes that were hashed; `observe`
    chooses what looks into a file while it is hashed. `recipes` are further ways to digest the same bytes. Without
    `whole` only `hash_shards` takes the options: it makes the digests of one recipe alone. `known` says digests without
    the bytes, so nothing else can be computed beside it.
    """

    evidence: tuple[FileEntry, ...] = ()
    follow_links: bool = False
    sha512: bool = False
    wanted: PrefixWanted | None = None
    observe: Observe | None = None
    recipes: tuple[Recipe, ...] = ()
    whole: bool = True
    known: KnownDigests | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """The manifest, and what was asked for by file name: leading bytes, and digests by other recipes.

    `others` holds every recipe but `WHOLE`, and for each of them every file. `seen` is what observers found.
    """

    manifest: Manifest
    prefixes: Mapping[str, bytes]
    others: RecipeDigests
    seen: Mapping[str, object] = field(default_factory=dict)
