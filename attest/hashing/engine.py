"""The walk: every file of an artifact, each read once.

Small files are hashed on the walking thread, since a task per file costs more than its hash. Large ones wait for the
end of the walk and go to threads, largest first. Directories are opened relative to their parents and never through a
link, so nothing below the root can be swapped for a link between listing and opening.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from attest.domain.artifact import Artifact
from attest.domain.manifest import FileEntry, build_manifest, name_problems, printable
from attest.domain.recipe import Recipe, RecipeDigests
from attest.errors import ArtifactError, InputError, Problem, UnsafeArtifactError
from attest.hashing.known import unread
from attest.hashing.links import DIRECTORY, FILE, LinkTarget, open_beneath, resolve_link
from attest.hashing.options import Hashed, HashOptions
from attest.hashing.pool import run_jobs
from attest.hashing.recipes import RecipeHash, ShardBudget, checked, implied
from attest.hashing.stream import (
    Observer,
    Progress,
    StoppedError,
    hash_stream,
    reading,
    unreadable,
    unstable,
)

LARGE = 512 * 1024
MAX_DEPTH = 200
MAX_FILES = 10_000_000
MAX_THREADS = 8
MAX_KEPT = 512 << 20
_TYPE, _REGULAR = 0o170000, 0o100000
_SPECIAL = "a device, pipe or socket is no file"
_entry = tuple.__new__  # half the cost of the NamedTuple's own constructor


def hash_artifact(artifact: Artifact, options: HashOptions | None = None) -> Hashed:
    """Hash every file of an artifact once.

    Raises UnsafeArtifactError naming every entry that has no digest (links out of the tree, special files, names that
    cannot be written down), UnstableFileError for a file that changes meanwhile, and ArtifactError for one that cannot
    be read or when there is none, or when it has more shards than `MAX_SHARDS`.
    """
    options = options or HashOptions()
    if not options.whole:
        raise ValueError("without digests of whole files there is no manifest; hash_shards makes the others")
    walk = Walk(artifact=artifact, options=options, recipes=checked(options.recipes))
    if options.known is not None and (options.sha512 or walk.recipes):
        raise ValueError("known digests are SHA-256 of whole files, and bytes that are not read have no other")
    walk.run()
    manifest = build_manifest(
        walk.files,
        kind=artifact.kind,
        links=walk.links,
        hub_links=walk.hub_links,
        hard_links=walk.shared_outside(),
        evidence=options.evidence,
    )
    return Hashed(
        manifest=manifest,
        prefixes=MappingProxyType(walk.prefixes),
        others=walk.others(),
        seen=MappingProxyType(walk.seen),
    )


_Digests = Mapping[Recipe, tuple[bytes, ...]]


@dataclass(slots=True, kw_only=True)
class Walk:
    """One walk and what it found; `run` does it."""

    artifact: Artifact
    options: HashOptions
    recipes: tuple[Recipe, ...] = ()
    files: list[FileEntry] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    hub_links: bool = False
    large: list[tuple[int, str, LinkTarget | None]] = field(default_factory=list)
    prefixes: dict[str, bytes] = field(default_factory=dict)
    seen: dict[str, object] = field(default_factory=dict)
    kept: int = 0
    problems: list[Problem] = field(default_factory=list)
    budget: ShardBudget = field(default_factory=ShardBudget)
    made: dict[Recipe, dict[str, tuple[bytes, ...]]] = field(default_factory=dict)
    shared: list[tuple[str, int, int, int]] = field(default_factory=list)

    def run(self) -> None:
        """Read every file. Raises what `hash_artifact` raises, but for a name or a lack of files."""
        if sys.getfilesystemencoding().lower() not in {"utf-8", "utf8"}:
            raise InputError(
                f"file names are read as {sys.getfilesystemencoding()} here, not as UTF-8, and would be signed wrong",
                hint="Set PYTHONUTF8=1, or use a UTF-8 locale.",
            )
        self.made = {recipe: {} for recipe in self.recipes}
        if self.artifact.kind == "file":
            self._single()
        else:
            self._tree()
        self._large_files()
        if self.problems:
            self.problems += name_problems([entry.name for entry in self.files])
            raise UnsafeArtifactError(
                f"{self.artifact.name!r} holds {len(self.problems)} entries that have no digest",
                self.problems,
                hint="Remove or replace these entries; an artifact is regular files only.",
            )

    def _single(self) -> None:
        folder, name = os.path.split(self.artifact.root)
        with reading(self.artifact.name):
            fd = open_beneath(folder, name)
            try:
                self._opened(fd, name, None)
            finally:
                os.close(fd)

    def _tree(self) -> None:
        with reading(self.artifact.name):
            root = os.open(self.artifact.root, DIRECTORY)
        # A frame is an open directory and its subdirectories that wait: descriptors are bounded by depth, not breadth.
        frames = [(root, "", self._directory(root, ""))]
        try:
            while frames:
                fd, prefix, waiting = frames[-1]
                if not waiting:
                    os.close(fd)
                    frames.pop()
                    continue
                name = prefix + waiting.pop()
                if len(frames) > MAX_DEPTH:
                    raise ArtifactError(f"{printable(name)!r} is nested deeper than {MAX_DEPTH} directories")
                with reading(name):
                    child = os.open(os.path.basename(name), DIRECTORY, dir_fd=fd)
                frames.append((child, name + "/", []))
                frames[-1][2].extend(self._directory(child, name + "/"))
        finally:
            for fd, _, _ in frames:
                os.close(fd)

    def _directory(self, fd: int, prefix: str) -> list[str]:
        """Hash the small files of one open directory; returns the names of its subdirectories."""
        done = len(self.files)
        try:
            others = self._small_files(fd, prefix)
        except OSError as error:
            raise unreadable(prefix, error) from error
        below: list[str] = []
        for entry in others:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            elif entry.is_symlink():
                self._link(name)
            else:
                self.problems.append(Problem(where=printable(name), message=_SPECIAL))
        self._report(done)
        return below

    def _small_files(self, fd: int, prefix: str) -> list[os.DirEntry[str]]:
        """The hot path: per file four system calls, one hash, one tuple. Returns the entries that are no files.

        The status gives the size to read at once; asking for one byte more proves that it was the whole file.
        """
        others: list[os.DirEntry[str]] = []
        excluded = {entry.name for entry in self.options.evidence} if not prefix else ()
        # What SHA-256 does not say of a small file is made with care, and its status alone is read here.
        plain = self.options.known is None and all(implied(recipe, LARGE) for recipe in self.recipes)
        second = hashlib.sha512 if self.options.sha512 else None
        asks, watch = self.options.wanted, self.options.observe
        # Names of this function are found faster than attributes of modules, and this loop is what hashing costs.
        open_file, status_of, read, close = os.open, os.fstat, os.read, os.close
        keep, sha256 = self.files.append, hashlib.sha256
        with os.scandir(fd) as entries:
            for entry in entries:
                base = entry.name
                if base in excluded:
                    continue
                if not entry.is_file(follow_symlinks=False):
                    others.append(entry)
                    continue
                name = prefix + base
                try:
                    file = open_file(base, FILE, dir_fd=fd)
                    try:
                        status = status_of(file)
                        size = status.st_size
                        data = read(file, size + 1) if size <= LARGE and plain else None
                        if data is None or len(data) != size or status.st_mode & _TYPE != _REGULAR:
                            self._opened(file, name, None)
                            continue
                    finally:
                        close(file)
                except OSError as error:
                    raise unreadable(name, error) from error
                more = second(data).digest() if second is not None else b""
                keep(_entry(FileEntry, (name, sha256(data).digest(), size, more)))
                if status.st_nlink > 1:
                    self.shared.append((name, status.st_dev, status.st_ino, status.st_nlink))
                if asks is not None and (wanted := asks(name, data, size)):
                    self._keep_prefix(name, data[:wanted])
                if watch is not None and (watcher := watch(name, data, size)) is not None:
                    self._look(name, data, watcher)
        return others

    def _report(self, done: int) -> None:
        if len(self.files) > MAX_FILES:
            raise ArtifactError(f"the artifact holds more than {MAX_FILES} files")
        if self.options.progress is not None:
            self.options.progress(len(self.files) - done, sum(entry.size for entry in self.files[done:]))

    def _link(self, name: str) -> None:
        target = resolve_link(self.artifact, name)
        if isinstance(target, str):
            self.problems.append(Problem(where=printable(name), message=target))
            return
        if target.kind == "inside":
            if not self.options.follow_links:
                message = "a symbolic link inside the artifact; --allow-symlinks follows it as a file"
                self.problems.append(Problem(where=printable(name), message=message))
                return
            self.links.append(name)
        self.followed.append(name)
        self.hub_links = self.hub_links or target.kind == "hub"
        with reading(name):
            fd = open_beneath(target.base, target.name)
            try:
                self._opened(fd, name, target)
            finally:
                os.close(fd)

    def _opened(self, fd: int, name: str, target: LinkTarget | None) -> None:
        """The careful way, for everything but a small regular file that is read in one go."""
        status = os.fstat(fd)
        if status.st_mode & _TYPE != _REGULAR:
            self.problems.append(Problem(where=printable(name), message=_SPECIAL))
            return
        known = self.options.known
        if (
            known is not None
            and (found := unread(known, fd, name, self.options.wanted, self.options.observe)) is not None
        ):
            if isinstance(found, tuple):
                self._keep(*found, {})
            else:
                self.problems.append(found)
            return
        for recipe in self.recipes:
            self.budget.spend(name, status.st_size, recipe)
        if status.st_size > LARGE:
            self.large.append((status.st_size, name, target))
        else:
            os.lseek(fd, 0, os.SEEK_SET)
            self._small(fd, name, status.st_size)

    def _small(self, fd: int, name: str, size: int) -> None:
        self._keep(*self._stream(fd, name, size, progress=None))

    def _stream(
        self,
        fd: int,
        name: str,
        size: int,
        *,
        progress: Progress | None,
        stop: threading.Event | None = None,
        beside: bool = False,
    ) -> tuple[FileEntry, bytes, os.stat_result, object, _Digests]:
        hashes = {recipe: RecipeHash(recipe, name, size) for recipe in self.recipes if not implied(recipe, size)}
        entry, prefix, status, seen = hash_stream(
            fd,
            name,
            sha512=self.options.sha512,
            wanted=self.options.wanted,
            progress=progress,
            stop=stop,
            others=[made.update for made in hashes.values()],
            beside=beside,
            observe=self.options.observe,
        )
        return entry, prefix, status, seen, {recipe: made.digests() for recipe, made in hashes.items()}

    def _keep(self, entry: FileEntry, prefix: bytes, status: os.stat_result, seen: object, made: _Digests) -> None:
        self.files.append(entry)
        self._see(entry.name, seen)
        if self.options.known is not None:
            self.options.known.learned(entry, status)
        self._keep_prefix(entry.name, prefix)
        for recipe, digests in made.items():
            self.made[recipe][entry.name] = digests
        if status.st_nlink > 1:
            self.shared.append((entry.name, status.st_dev, status.st_ino, status.st_nlink))

    def _look(self, name: str, data: bytes, watcher: Observer) -> None:
        watcher.update(memoryview(data))
        self._see(name, watcher.finish(partial(_part, data)))

    def _see(self, name: str, seen: object) -> None:
        if seen is not None:
            self.seen[name] = seen

    def _keep_prefix(self, name: str, prefix: bytes) -> None:
        # Past the budget a file has no prefix, so its readers know nothing of it: never more memory, never a guess.
        if prefix and self.kept + len(prefix) <= MAX_KEPT:
            self.kept += len(prefix)
            self.prefixes[name] = prefix

    def _large_files(self) -> None:
        tasks = sorted(self.large, key=lambda task: (-task[0], task[1]))
        workers = self._workers(len(tasks))
        beside = 2 * workers <= _cores()
        jobs = [partial(self._large, size, name, target, beside) for size, name, target in tasks]
        run_jobs(jobs, workers, lambda read: self._keep(*read))

    @staticmethod
    def _workers(jobs: int) -> int:
        return min(jobs, _cores(), MAX_THREADS)

    def _large(
        self, size: int, name: str, target: LinkTarget | None, beside: bool, stop: threading.Event
    ) -> tuple[FileEntry, bytes, os.stat_result, object, _Digests]:
        with self._reopened(name, target) as fd:
            return self._stream(fd, name, size, progress=self.options.progress, stop=stop, beside=beside)

    @contextmanager
    def _reopened(self, name: str, target: LinkTarget | None) -> Iterator[int]:
        """A descriptor of a file that the walk found, for one thread to read."""
        with reading(name):
            base, below = (target.base, target.name) if target else self._beneath(name)
            fd = open_beneath(base, below)
            try:
                yield fd
            except StoppedError:
                raise ArtifactError(f"{printable(name)!r} was not read to its end") from None
            finally:
                os.close(fd)

    def _beneath(self, name: str) -> tuple[str, str]:
        if self.artifact.kind == "file":
            return os.path.dirname(self.artifact.root), name
        return self.artifact.root, name

    def others(self) -> RecipeDigests:
        """The digests by each recipe, of every file. Raises UnstableFileError for a file that outgrew its shard."""
        return MappingProxyType(
            {
                recipe: MappingProxyType({entry.name: self._digests(recipe, entry) for entry in self.files})
                for recipe in self.recipes
            }
        )

    def _digests(self, recipe: Recipe, entry: FileEntry) -> tuple[bytes, ...]:
        if entry.name in self.made[recipe]:
            return self.made[recipe][entry.name]
        if not implied(recipe, entry.size):
            raise unstable(entry.name)
        return (entry.sha256,) if entry.size else ()

    def shared_outside(self) -> Iterator[str]:
        """Files with more names than the artifact holds: they can be changed through a name outside."""
        followed = set(self.followed)
        inside = Counter((device, inode) for name, device, inode, _ in self.shared if name not in followed)
        return (name for name, device, inode, links in self.shared if links > inside[device, inode])


def _part(data: bytes, offset: int, length: int) -> bytes:
    return data[offset : offset + length]


def _cores() -> int:
    """How many processors this process may use; not every system can say."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
