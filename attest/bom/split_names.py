"""Which configuration and split a file of a dataset belongs to, as `datasets` tells it from the card or from names.

Source: `datasets.data_files`: patterns of the card win; else files named `data/<split>-00000-of-00001.<extension>`;
else folders, or when no folder tells, files whose names hold a split's name as a word. Where `datasets` takes all
other files for `train`, nothing is said here. A name that tells two splits tells none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from attest.bom.globs import fixed_start, matches
from attest.domain.manifest import FileEntry
from attest.formats.dataset_card import DataFiles

MAX_STEPS = 1_000_000
MAX_FOLDERS = 100_000
_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "dev", "val"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
_BETWEEN = r"[-._ 0-9]"
_ANY = "|".join(sorted(_WORDS, key=len, reverse=True))
_IN_FILE = re.compile(rf"(?<![^-._ 0-9])({_ANY})(?={_BETWEEN})")
_IN_FOLDER = re.compile(rf"(?<![^-._ 0-9])({_ANY})(?={_BETWEEN}|$)")
_SHARD = re.compile(r"(?P<split>\w[\w.]{0,127})-(?P<index>\d{5})-of-(?P<count>\d{5})(?=[-.])")
_SPLIT = re.compile(r"\w+(?:\.\w+)*")
_name = attrgetter("name")


class Part(NamedTuple):
    """A split of a configuration; the configuration may be empty."""

    config: str
    split: str


class Shards(NamedTuple):
    """A series of files that one file says it belongs to: what its members share, its place, and how many there are."""

    series: str
    place: int
    total: int


def shards_of(name: str) -> Shards | None:
    """The series that a file's name puts it in, if any."""
    folder, slash, base = name.rpartition("/")
    match = _SHARD.match(base)
    if match is None:
        return None
    place, total = int(match["index"]), int(match["count"])
    series = f"{folder}{slash}{match['split']}-?????-of-{match['count']}{base[match.end() :]}"
    return Shards(series, place, total) if place < total else None


def by_patterns(entries: Sequence[FileEntry], files: Sequence[DataFiles]) -> Iterator[tuple[Part, int]]:
    """Parts with positions in `entries`, which stand in the order of their names: each file once in a part.

    At most a million names, or four times as many as there are, are compared with patterns.
    """
    left = max(MAX_STEPS, 4 * len(entries))
    seen: dict[Part, set[int]] = {}
    for item in files:
        part = Part(item.config, item.split)
        taken = seen.setdefault(part, set())
        start = fixed_start(item.pattern)
        index = bisect_left(entries, start, key=_name)
        while index < len(entries) and entries[index].name.startswith(start) and left > 0:
            left -= 1
            if index not in taken and matches(item.pattern, entries[index].name):
                taken.add(index)
                yield part, index
            index += 1


class Names:
    """Tells splits from names. `declared` are names of splits that documents give."""

    def __init__(self, declared: Collection[str] = ()) -> None:
        self._declared = frozenset(declared)
        self._folders: dict[str, tuple[str, str]] = {}

    def is_split(self, stem: str) -> bool:
        """Whether a name without its extension is that of a split and nothing more."""
        return stem in _WORDS or stem in self._declared

    def sharded(self, folder: str, base: str) -> Part | None:
        """The part of a file that is one of a series; its folder, unless it is `data`, is the configuration."""
        match = _SHARD.match(base)
        if match is None or not _SPLIT.fullmatch(match["split"]):
            return None
        split = match["split"]
        if folder == "data":
            return Part("", split)
        return Part(folder, split) if split in _WORDS.values() or split in self._declared else None

    def by_folder(self, folder: str) -> Part | None:
        """The part of a file in a folder; what stands above the split's folder is the configuration."""
        if folder not in self._folders:
            if len(self._folders) >= MAX_FOLDERS:
                self._folders.clear()
            self._folders[folder] = self._told(folder)
        config, split = self._folders[folder]
        return Part(config, split) if split else None

    def _told(self, folder: str) -> tuple[str, str]:
        found: dict[str, str] = {}
        parts = folder.split("/") if folder else []
        for place, part in enumerate(parts):
            splits = {part} if part in self._declared else {_WORDS[word] for word in _IN_FOLDER.findall(part)}
            for split in splits:
                found.setdefault(split, _config("/".join(parts[:place])))
        return next(((config, split) for split, config in found.items()), ("", "")) if len(found) == 1 else ("", "")

    def by_file(self, folder: str, base: str) -> Part | None:
        """The part of a file whose own name tells a split."""
        stem = base.partition(".")[0]
        if stem in self._declared:
            return Part(_config(folder), stem)
        splits = {_WORDS[word] for word in _IN_FILE.findall(base)}
        return Part(_config(folder), splits.pop()) if len(splits) == 1 else None


def _config(folder: str) -> str:
    """A folder as a configuration; `data`, where the library puts its files, is none."""
    return "" if folder == "data" else folder.removeprefix("data/")


def is_split_word(folder: str) -> bool:
    """Whether a folder's name holds the name of a split as a word."""
    return _IN_FOLDER.search(folder) is not None
