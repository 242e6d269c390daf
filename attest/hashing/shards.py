"""Shard digests alone: the shards of one file are hashed by several threads, so one large file is no bottleneck.

The walk and its promises are those of `hash_artifact`. Every run of shards is read through a descriptor of its own,
and all runs of a file must see one file in one state, from the first byte of the first to the end of the last.
"""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from attest.domain.artifact import Artifact, Kind
from attest.domain.manifest import FileEntry, in_name_order
from attest.domain.recipe import Recipe
from attest.hashing.engine import Walk
from attest.hashing.links import LinkTarget
from attest.hashing.options import HashOptions
from attest.hashing.pool import run_jobs
from attest.hashing.recipes import RecipeHash, checked
from attest.hashing.stream import CHUNK, Progress, StoppedError, regular_status, signature, unstable

RUN = 8 << 20
RUNS_PER_FILE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardedFiles:
    """Every file of an artifact with the digests of its shards, and no digest of a whole file.

    `files` are (name, size in bytes) in name order; `digests` holds the raw digests of each, in the order of the
    shards, and none of an empty file. The rest is as in a manifest.
    """

    kind: Kind
    recipe: Recipe
    files: tuple[tuple[str, int], ...]
    digests: Mapping[str, tuple[bytes, ...]]
    links: tuple[str, ...] = ()
    hub_links: bool = False
    hard_links: tuple[str, ...] = ()
    evidence: tuple[FileEntry, ...] = ()


def hash_shards(artifact: Artifact, options: HashOptions) -> ShardedFiles:
    """Hash the shards of every file once, by the one recipe of `options`.

    Raises what `hash_artifact` raises, and ValueError for options that ask for more than the digests of shards.
    """
    recipes = checked(options.recipes)
    if len(recipes) != 1 or not recipes[0].shard_size or options.sha512 or options.wanted or options.known:
        raise ValueError("hash_shards takes one recipe with shards, and makes nothing else")
    walk = _ShardWalk(artifact=artifact, options=options, recipes=recipes)
    walk.run()
    (digests,) = walk.others().values()
    return ShardedFiles(
        kind=artifact.kind,
        recipe=recipes[0],
        files=tuple((entry.name, entry.size) for entry in in_name_order(walk.files)),
        digests=digests,
        links=tuple(sorted(walk.links)),
        hub_links=walk.hub_links,
        hard_links=tuple(sorted(walk.shared_outside())),
        evidence=tuple(sorted(options.evidence)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Consecutive shards of one file: its bytes from `start` to `end`, which is exclusive."""

    name: str
    size: int
    start: int
    end: int
    target: LinkTarget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """A run that was read, and the status of the file that it was read from."""

    run: _Run
    digests: tuple[bytes, ...]
    status: os.stat_result


@dataclass(slots=True, kw_only=True)
class _ShardWalk(Walk):
    """The same walk; what it reads with care has entries without a SHA-256, which never leave this module."""

    done: dict[str, list[_Done]] = field(default_factory=dict)

    def _small(self, fd: int, name: str, size: int) -> None:
        run = _Run(name=name, size=size, start=0, end=size)
        self._join([_read(fd, run, self.recipes[0], None, None)])

    def _large_files(self) -> None:
        shard_size = self.recipes[0].shard_size
        runs = [run for size, name, target in self.large for run in _runs(name, size, shard_size, target)]
        # The longest first: the threads end at about the same time.
        runs.sort(key=lambda run: (run.start - run.end, run.name, run.start))
        run_jobs([partial(self._run, run) for run in runs], self._workers(len(runs)), self._collect)

    def _run(self, run: _Run, stop: threading.Event) -> _Done:
        with self._reopened(run.name, run.target) as fd:
            return _read(fd, run, self.recipes[0], self.options.progress, stop)

    def _collect(self, done: _Done) -> None:
        found = self.done.setdefault(done.run.name, [])
        found.append(done)
        if signature(found[0].status) != signature(done.status):
            raise unstable(done.run.name)
        if sum(one.run.end - one.run.start for one in found) == done.run.size:
            self._join(self.done.pop(done.run.name))
            if self.options.progress is not None:
                self.options.progress(1, 0)

    def _join(self, found: list[_Done]) -> None:
        found.sort(key=lambda done: done.run.start)
        run, status = found[0].run, found[0].status
        digests = tuple(digest for done in found for digest in done.digests)
        self._keep(FileEntry(run.name, b"", run.size), b"", status, None, {self.recipes[0]: digests})


def _runs(name: str, size: int, shard_size: int, target: LinkTarget | None) -> Iterator[_Run]:
    """A file in runs that are worth a thread's while, and not many more than threads can be."""
    step = shard_size * -(-max(RUN, size // RUNS_PER_FILE) // shard_size)
    for start in range(0, size, step):
        yield _Run(name=name, size=size, start=start, end=min(start + step, size), target=target)


def _read(fd: int, run: _Run, recipe: Recipe, progress: Progress | None, stop: threading.Event | None) -> _Done:
    """Digest the shards of one run, at the positions of the file that they have and nowhere else.

    Raises UnstableFileError when the file differs before and after, or does not end where the walk said.
    """
    before = regular_status(fd, run.name)
    shards = RecipeHash(recipe, run.name, run.end - run.start)
    at = run.start
    with mmap.mmap(-1, CHUNK) as buffer, memoryview(buffer) as view:
        while at < run.end:
            if stop is not None and stop.is_set():
                raise StoppedError
            # Each read ends where a block of the page cache does.
            with view[: min(CHUNK - at % CHUNK, run.end - at)] as space:
                count = os.preadv(fd, [space], at)
            if not count:
                raise unstable(run.name)
            with view[:count] as block:
                shards.update(block)
            at += count
            if progress is not None:
                progress(0, count)
    more = run.end == run.size and os.pread(fd, 1, run.end)
    after = os.fstat(fd)
    if more or signature(before) != signature(after):
        raise unstable(run.name)
    return _Done(run=run, digests=shards.digests(), status=after)
