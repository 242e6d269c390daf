"""What the files of a dataset show: splits with their rows, columns, kinds of data, and classes named by folders.

Rows are counted, never estimated: a split of which one file's rows are not known, or of which a shard is missing, has
no count. A file of a picture, a sound or a video is one example. Everything is linear in the number of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from attest.bom.data_columns import Columns
from attest.bom.folder_classes import FolderClasses
from attest.bom.split_names import Names, Part, by_patterns, shards_of
from attest.domain.bom import Feature, Origin, Split, Value
from attest.domain.manifest import FileEntry, printable
from attest.formats.dataset_card import DataFiles
from attest.formats.extensions import split_name
from attest.formats.facts import Facts, Table
from attest.formats.media import kind_of_extension

MAX_PARTS = 10_000
MAX_SERIES = 100_000
MAX_NOTES = 100
_DOCUMENTS = frozenset(
    {"README.md", "config.json", "croissant.json", "dataset_dict.json", "dataset_info.json", "dataset_infos.json",
     "metadata.json", "state.json"}
)  # fmt: skip
# Files beside pictures or sounds that say something about them (`datasets`, "ImageFolder with metadata").
_METADATA = frozenset({"metadata.csv", "metadata.jsonl", "metadata.parquet"})
_MEDIA = frozenset({"image", "audio", "video"})
_TABLES = frozenset({"parquet", "arrow", "csv"})
_PACKED = frozenset({"zip", "archive", "lfs-pointer"})
_LINES = frozenset({".jsonl", ".ndjson"})


class _Seen(NamedTuple):
    """A data file: `kind` is table, media, text or packed; `rows` is None where it is not known."""

    at: int
    folder: str
    base: str
    kind: str
    rows: int | None
    table: Table | None = None


@dataclass(slots=True)
class _Count:
    """What one part holds, or all data files together."""

    first: str = ""
    files: int = 0
    bytes: int = 0
    rows: int = 0
    media: int = 0
    tables: int = 0
    texts: int = 0
    unknown: bool = False

    def examples(self) -> int | None:
        """Rows, or files of media; None when one of them is not known, or there are both.

        Texts beside media say something about them; the lines of texts elsewhere are not counted.
        """
        if self.unknown or (self.media and self.tables) or (self.texts and not self.media):
            return None
        return self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen; `missing` are notes about shards that are not there."""

    splits: tuple[Split, ...] = ()
    features: tuple[Feature, ...] = ()
    kinds: tuple[Value, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
    rows: Value | None = None
    missing: tuple[tuple[str, str], ...] = ()


def observe_files(
    entries: Sequence[FileEntry],
    formats: Sequence[str],
    seen: Mapping[str, object],
    *,
    data_files: Sequence[DataFiles] = (),
    declared: Iterable[str] = (),
) -> Observed:
    """What the files show. `entries` stand in the order of their names, `formats` beside them; `seen` holds facts by
    name. `data_files` are the card's own patterns, `declared` names of splits that documents give.
    """
    return _Files(entries, formats, seen, Names(tuple(declared))).observed(data_files)


@dataclass(slots=True)
class _Files:
    entries: Sequence[FileEntry]
    formats: Sequence[str]
    seen: Mapping[str, object]
    names: Names
    whole: _Count = field(default_factory=_Count)
    parts: dict[Part, _Count] = field(default_factory=dict)
    columns: Columns = field(default_factory=Columns)
    kinds: dict[str, tuple[Origin, str]] = field(default_factory=dict)
    series: dict[str, tuple[int, int]] = field(default_factory=dict)
    members: dict[str, set[Part]] = field(default_factory=dict)
    classes: FolderClasses = field(default_factory=FolderClasses)

    def observed(self, data_files: Sequence[DataFiles]) -> Observed:
        """Go over the files."""
        grouped: dict[int, Part] = {}
        if data_files:
            for part, index in by_patterns(self.entries, data_files):
                self._take(part, self._file(index) or self._unread(index))
                grouped.setdefault(index, part)
        level = "" if data_files else self._level()
        for item in self._data():
            found = grouped.get(item.at) if data_files else self._part(item, level)
            self._look(item, found)
            if found is not None and not data_files:
                self._take(found, item)
        self._without_one_config(keep=bool(data_files))
        missing = tuple(self._missing())
        return Observed(
            splits=tuple(self._splits()),
            features=self.columns.features(),
            kinds=tuple(Value(text=kind, origin=told[0], source=told[1]) for kind, told in sorted(self.kinds.items())),
            classes=self.classes.found(),
            rows=self._rows(),
            missing=missing,
        )

    def _data(self) -> Iterator[_Seen]:
        for index in range(len(self.entries)):
            if (item := self._file(index)) is not None:
                yield item

    def _file(self, index: int) -> _Seen | None:
        """A file as data, or None when it is none: a document at the root, a hidden file, code."""
        name = self.entries[index].name
        folder, _, base = name.rpartition("/")
        if (not folder and base in _DOCUMENTS) or name.startswith((".", "__")) or "/." in name or "/__" in name:
            return None
        kind, found = self.formats[index], self.seen.get(name)
        table = found.table if isinstance(found, Facts) else None
        if table is not None:
            return _Seen(index, folder, base, "table", table.rows, table)
        if kind in _MEDIA:
            return _Seen(index, folder, base, "media", 1)
        extension = split_name(base)[1]
        if kind == "unknown" and kind_of_extension(extension[1:]) in _MEDIA:
            return _Seen(index, folder, base, "media", 1)
        if kind in _TABLES or extension in _LINES:
            return _Seen(index, folder, base, "table", None)
        if kind in _PACKED:
            return _Seen(index, folder, base, "packed", None)
        return _Seen(index, folder, base, "text", None) if extension == ".txt" else None

    def _unread(self, index: int) -> _Seen:
        """A file that the card calls data, whatever it is."""
        folder, _, base = self.entries[index].name.rpartition("/")
        return _Seen(index, folder, base, "packed", None)

    def _level(self) -> str:
        """Which names tell splits: the library takes the first of these that tells one of any file."""
        found: set[str] = set()
        for item in self._data():
            if self.names.sharded(item.folder, item.base):
                return "sharded"
            if "folder" not in found and self._part(item, "folder"):
                found.add("folder")
            if not found and self._part(item, "file"):
                found.add("file")
        return "folder" if "folder" in found else "file" if found else ""

    def _part(self, item: _Seen, level: str) -> Part | None:
        """What a file's place or name says. Only tables have configurations: `images/train` and `labels/train` are
        sides of one thing."""
        part: Part | None = None
        if level == "sharded":
            part = self.names.sharded(item.folder, item.base)
        elif level == "folder":
            part = self.names.by_folder(item.folder)
        elif level == "file":
            part = self.names.by_file(item.folder, item.base)
            # Many texts are no data: `test_log.txt`.
            if item.kind == "text" and not self.names.is_split(item.base.partition(".")[0]):
                part = None
        return part if part is None or item.kind == "table" else Part("", part.split)

    def _look(self, item: _Seen, part: Part | None) -> None:
        """What a file says of the dataset as a whole."""
        name = self.entries[item.at].name
        self._count(self.whole, item, name)
        shards = shards_of(name) if item.kind != "media" else None
        if shards is not None and (shards.series in self.series or len(self.series) < MAX_SERIES):
            self.series[shards.series] = (self.series.get(shards.series, (0, 0))[0] + 1, shards.total)
        if item.kind == "table":
            self.classes.refuse()  # Labels stand there.
        elif item.kind == "media":
            self.classes.add(item.folder)
            kind = self.formats[item.at]
            told: tuple[Origin, str] = ("observed", printable(name))
            if kind not in _MEDIA:
                kind, told = kind_of_extension(split_name(item.base)[1][1:]), ("inferred", f"name of {printable(name)}")
            self._kind(kind, told)
        elif item.kind == "text" and part is not None and self.formats[item.at] == "text":
            self._kind("text", ("observed", printable(name)))
        if item.table is not None:
            for kind in item.table.kinds:
                self._kind(kind, ("observed", printable(name)))
            self.columns.add(item.table, part.config if part is not None else None, printable(name))

    def _kind(self, kind: str, told: tuple[Origin, str]) -> None:
        known = self.kinds.get(kind)
        if known is None or (known[0] == "inferred" and told[0] == "observed"):
            self.kinds[kind] = told

    def _take(self, part: Part, item: _Seen) -> None:
        """Count a file in its part."""
        count = self.parts.get(part)
        if count is None:
            if len(self.parts) >= MAX_PARTS:
                return
            count = self.parts[part] = _Count()
        name = self.entries[item.at].name
        self._count(count, item, name)
        shards = shards_of(name) if item.kind != "media" else None
        if shards is not None and (shards.series in self.members or len(self.members) < MAX_SERIES):
            self.members.setdefault(shards.series, set()).add(part)

    def _count(self, count: _Count, item: _Seen, name: str) -> None:
        count.first = count.first or name
        count.files += 1
        count.bytes += self.entries[item.at].size
        if item.base in _METADATA and item.kind == "table":
            return  # It describes the files beside it.
        count.media += item.kind == "media"
        count.texts += item.kind == "text"
        count.tables += item.kind in ("table", "packed")
        if item.kind == "text":
            return
        if item.rows is None:
            count.unknown = True
        else:
            count.rows += item.rows

    def _without_one_config(self, *, keep: bool) -> None:
        """One configuration alone needs no name, unless the card gave it one."""
        configs = {part.config for part in self.parts}
        if len(configs) == 1 and (not keep or configs == {"default"}):
            self.parts = {Part("", part.split): count for part, count in self.parts.items()}
            self.members = {key: {Part("", part.split) for part in parts} for key, parts in self.members.items()}

    def _missing(self) -> Iterator[tuple[str, str]]:
        """Series of which files are missing; the splits that they belong to have no count of rows."""
        notes = 0
        for name, (here, total) in sorted(self.series.items()):
            if here >= total:
                continue
            for part in self.members.get(name, set()) & self.parts.keys():
                self.parts[part] = replace(self.parts[part], unknown=True)
            self.whole.unknown = True
            notes += 1
            if notes <= MAX_NOTES:
                yield printable(name), f"{here} of {total} files are here, so their rows are not counted"
        if notes > MAX_NOTES:
            yield "more files", f"files are missing of {notes - MAX_NOTES} more series like these"

    def _splits(self) -> Iterator[Split]:
        for part, count in sorted(self.parts.items()):
            more = f" and {count.files - 1} more files" if count.files > 1 else ""
            yield Split(
                name=part.split,
                examples=count.examples(),
                size=count.bytes,
                origin="observed",
                source=f"{printable(count.first)}{more}",
                config=part.config,
            )

    def _rows(self) -> Value | None:
        """How many examples there are in all: of one configuration's splits, or of one table that nothing splits."""
        counts = list(self.parts.values()) or [self.whole]
        alike = len({part.config for part in self.parts}) == 1 if self.parts else self.columns.alike()
        known = [number for count in counts if (number := count.examples()) is not None and count.files]
        if not alike or len(known) != len(counts):
            return None
        files = sum(count.files for count in counts)
        return Value(text=str(sum(known)), origin="observed", source=f"{files} data files, counted")
