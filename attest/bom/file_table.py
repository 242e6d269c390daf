"""The files of an artifact as a sequence of records that are made when they are looked at.

A dataset may hold a million files: only their formats are kept beside the manifest, a reference each, and whatever is
said of a few of them. Digests become hexadecimal text when a record is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from attest.domain.bom import Fact, FileRecord
from attest.domain.manifest import FileEntry

About = Callable[[str], tuple[Fact, ...]]


class FileTable(Sequence[FileRecord]):
    """Records of `entries`, in their order.

    `formats` are format ids, one for each entry; equal texts should be one object. `about` gives the facts of a file by
    its name, where there are some.
    """

    __slots__ = ("_about", "_entries", "_formats")

    def __init__(
        self,
        entries: Sequence[FileEntry],
        formats: Sequence[str],
        about: Mapping[str, tuple[Fact, ...]] | About | None = None,
    ) -> None:
        """Raises ValueError unless there is one format for each entry."""
        if len(entries) != len(formats):
            raise ValueError(f"{len(formats)} formats for {len(entries)} files")
        self._entries = entries
        self._formats = formats
        self._about = about

    def __len__(self) -> int:
        """How many files there are."""
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> FileRecord: ...

    @overload
    def __getitem__(self, index: slice) -> FileTable: ...

    def __getitem__(self, index: int | slice) -> FileRecord | FileTable:
        """One record, or a table of some; raises IndexError as a tuple does."""
        if isinstance(index, slice):
            return FileTable(self._entries[index], self._formats[index], self._about)
        return self._record(self._entries[index], self._formats[index])

    def __iter__(self) -> Iterator[FileRecord]:
        """The records in order."""
        for entry, kind in zip(self._entries, self._formats, strict=True):
            yield self._record(entry, kind)

    def __eq__(self, other: object) -> bool:
        """Whether `other` is a sequence of the same records; a tuple or a list of them is."""
        if not isinstance(other, FileTable | tuple | list):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        """Of the names and digests."""
        return hash(tuple(self._entries))

    def __repr__(self) -> str:
        """Short, however many files there are."""
        return f"FileTable({len(self)} files)"

    def _record(self, entry: FileEntry, kind: str) -> FileRecord:
        return FileRecord(
            name=entry.name,
            sha256=entry.sha256.hex(),
            sha512=entry.sha512.hex(),
            size=entry.size,
            format=kind,
            about=self._facts(entry.name),
        )

    def _facts(self, name: str) -> tuple[Fact, ...]:
        if self._about is None:
            return ()
        return self._about.get(name, ()) if isinstance(self._about, Mapping) else self._about(name)
