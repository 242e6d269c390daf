"""Signing without reading everything again: digests that were given, Git LFS pointers, and a cache of earlier runs.

The walk is the same, with all that it refuses; only the content of files is not read. What is signed this way says so.
`verify` has none of this: it reads every byte.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from attest.domain.artifact import Artifact
from attest.domain.digest_list import MAX_SIZE, Listed, Problems, parse_digest_list
from attest.domain.lfs_pointer import MAX_POINTER, parse_pointer
from attest.domain.manifest import FileEntry, printable
from attest.domain.recipe import WHOLE, Recipe
from attest.errors import DocumentError, InputError, OutputError, Problem, UnsafeArtifactError
from attest.hashing import Hashed, HashOptions, Known, hash_artifact
from attest.operations.inspect_files import StrPath
from attest.operations.outputs import refuse_to_overwrite
from attest.stores.beside import read_bounded
from attest.stores.hash_cache import CachedFile, parts, read_cache, settled, write_cache

LFS = "lfs"
HUB = "hub"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_now = time.time_ns


@dataclass(slots=True, kw_only=True)
class Reuse:
    """How digests are had without reading files, and after `hash` how many were.

    `digests` is the path of a list, `lfs` or `hub`, `incremental` the path of a cache; with neither all files are read.
    `given` counts the files whose digest somebody gave, `reused` those that are as the cache knows them.
    """

    digests: str = ""
    incremental: str = ""
    protected: Collection[str] = ()
    given: int = 0
    reused: int = 0
    notes: tuple[str, ...] = ()

    def hash(self, artifact: Artifact, options: HashOptions) -> Hashed:
        """Hash the artifact, reading what must be read.

        Raises what `hash_artifact` does, and DocumentError for a list that is not one of exactly these files.
        """
        if self.incremental:
            return self._changed_only(artifact, options)
        if self.digests == LFS:
            pointers = _Pointers()
            hashed = hash_artifact(artifact, replace(options, known=pointers))
            self.given = pointers.count
            return hashed
        if self.digests == HUB:
            blobs = _HubBlobs(artifact=artifact)
            hashed = hash_artifact(artifact, replace(options, known=blobs))
            self.given = blobs.count
            return hashed
        if self.digests:
            hashed = _hash_given(self.digests, artifact, options)
            self.given = len(hashed.manifest.files)
            return hashed
        return hash_artifact(artifact, options)

    def _changed_only(self, artifact: Artifact, options: HashOptions) -> Hashed:
        path = self.incremental
        refuse_to_overwrite(path, "--incremental", artifact, artifact.signature_path, *self.protected)
        # Before any file is looked at: what changes from now on has another time than what is settled.
        start = _now()
        cache = read_cache(path, artifact.root)
        files = _Unchanged(known=cache.files, start=start)
        hashed = hash_artifact(artifact, replace(options, known=files))
        self.reused = files.count
        if cache.note:
            self.notes += (f"the cache {path!r} was not used: {cache.note}",)
        try:
            if cache.replaceable:
                write_cache(path, artifact.root, files.learnt)
        except OutputError as error:
            self.notes += (f"the next run reads everything again: {error.message}",)
        return hashed


def reusing(
    digests: StrPath,
    incremental: StrPath = "",
    *,
    sha512: bool = False,
    recipe: Recipe = WHOLE,
    protected: Collection[str] = (),
) -> Reuse:
    """What the caller asked for; `protected` are paths that no cache may overwrite.

    Raises InputError for wishes that exclude each other.
    """
    given = Reuse(digests=os.fspath(digests), incremental=os.fspath(incremental), protected=protected)
    if given.digests and given.incremental:
        raise InputError("--digests reads no file, so --incremental has nothing to do", hint="Give one of the two.")
    option = "--digests" if given.digests else "--incremental"
    if (given.digests or given.incremental) and (sha512 or recipe != WHOLE):
        raise InputError(
            f"{option} knows one SHA-256 per file; SHA-512, other hashes and shards need the bytes",
            hint=f"Leave --sha512, --hash and --shard-size away, or {option}.",
        )
    return given


@dataclass(slots=True, kw_only=True)
class _Given:
    """A list that must name exactly the files that are there."""

    listed: Mapping[str, Listed]
    problems: Problems = field(default_factory=Problems)
    found: set[str] = field(default_factory=set)

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | Problem:  # noqa: ARG002 - never read
        """The listed digest."""
        item = self.listed.get(name)
        if item is None:
            return self._problem(name, "the list has no digest of it")
        self.found.add(name)
        if item.size is not None and item.size != status.st_size:
            return self._problem(name, f"the list says {item.size} bytes, and it has {status.st_size}")
        return Known(sha256=item.sha256, size=status.st_size)

    def _problem(self, name: str, message: str) -> Problem:
        self.problems.add(printable(name), message)
        return Problem(where=printable(name), message=message)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Nothing is learned from a list."""

    def check(self, path: str) -> None:
        """Raise DocumentError unless the list is one of exactly these files."""
        for name in sorted(self.listed.keys() - self.found):
            self.problems.add(printable(name), "the list names it, and there is no such file")
        if self.problems.count:
            raise self.problems.error(
                f"the digests in {path!r} are not those of these files",
                hint="Make the list again from these files, and keep it outside the model; evidence is not in it.",
            )


def _hash_given(path: str, artifact: Artifact, options: HashOptions) -> Hashed:
    data = read_bounded(path, MAX_SIZE)
    if data is None:
        raise InputError(
            f"there is no list of digests at {path!r}", hint="Check the path given as --digests; pipes are not read."
        )
    given = _Given(listed=parse_digest_list(data, f"{path!r}"))
    try:
        hashed = hash_artifact(artifact, replace(options, known=given))
    except UnsafeArtifactError:
        # Entries that can have no digest are told first, unless the list is what fails.
        if given.problems.count:
            given.check(path)
        raise
    given.check(path)
    return hashed


@dataclass(slots=True, kw_only=True)
class _Pointers:
    """Git LFS pointers stand for the files that they name; everything else is read."""

    count: int = 0

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | Problem | None:
        """What a pointer stands for."""
        if status.st_size >= MAX_POINTER:
            return None
        try:
            pointer = parse_pointer(os.pread(fd, MAX_POINTER, 0))
        except DocumentError as error:
            return Problem(where=printable(name), message=error.message)
        if pointer is None:
            return None
        self.count += 1
        return Known(sha256=pointer.sha256, size=pointer.size, elsewhere=True)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Nothing is learned from pointers."""


@dataclass(slots=True, kw_only=True)
class _HubBlobs:
    """Files of a snapshot in the Hub's cache whose blobs are named by their SHA-256, as the Hub names large files.

    The client takes these names from the server and does not check them; everything else is read.
    """

    artifact: Artifact
    count: int = 0

    def __post_init__(self) -> None:
        if not self.artifact.hub_blobs:
            raise InputError(
                f"--digests {HUB} is for a snapshot in the Hugging Face cache, and {self.artifact.name!r} is none",
                hint=f"Give the folder below snapshots/; a list in a file that is called {HUB} is ./{HUB}.",
            )

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | None:  # noqa: ARG002 - never read
        """The name of the blob, when it is a SHA-256 and the blob is the very file that was opened."""
        real = os.path.realpath(os.path.join(self.artifact.root, name))
        folder, blob = os.path.split(real)
        if folder != self.artifact.hub_blobs or not _SHA256.fullmatch(blob):
            return None
        try:
            same = os.path.samestat(os.stat(real, follow_symlinks=False), status)
        except OSError:
            same = False
        if not same:
            return None
        self.count += 1
        return Known(sha256=bytes.fromhex(blob), size=status.st_size)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Nothing is learned from names."""


@dataclass(slots=True, kw_only=True)
class _Unchanged:
    """Files that are as the cache knows them; everything else is read, and learned if it is settled."""

    known: Mapping[str, CachedFile]
    start: int
    count: int = 0
    learnt: dict[str, CachedFile] = field(default_factory=dict)

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | None:  # noqa: ARG002 - never read
        """The digest of a file that did not change."""
        cached = self.known.get(name)
        if cached is None or not cached.same(status) or not settled(status, self.start):
            return None
        self.count += 1
        return Known(sha256=cached.sha256, size=cached.size)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Keep what the next run may go by."""
        if settled(status, self.start):
            self.learnt[entry.name] = CachedFile(*parts(status), entry.sha256)
