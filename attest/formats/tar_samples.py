"""Tar archives of samples, as WebDataset reads them: how many samples, made of what.

Source: WebDataset's format: files of one sample stand together and share their name up to the first dot of the base
name; what follows is the column. Names that begin and end with two underscores are skipped, as are names without a dot.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.facts import Facts, Table
from attest.formats.header_text import Problems, plain, tally
from attest.formats.media import kind_of_extension
from attest.formats.observers import Refused, attempt
from attest.formats.source import ReadAt, Source
from attest.formats.tar_headers import FILE_TYPES, Member, TarHeaders

MAX_MEMBERS = 1_000_000
MAX_READS = 2_100_000
MAX_COLUMNS = 1024
_MAX_EXTENSION = 64
_MAX_BYTES = MAX_READS * 1024
_PADDING = 64 * 1024
_DIRECTORY = 0x35
_SPECIAL = {
    0x31: "hard links", 0x32: "symbolic links", 0x33: "character devices", 0x34: "block devices", 0x36: "FIFOs",
}  # fmt: skip
_MAX_SHOWN = 128
_META = re.compile(rb"__[^/]*__(?:$|/)")
# Columns that WebDataset decodes besides media.
_USUAL = frozenset(["cbor", "cls", "json", "mp", "msgpack", "npy", "npz", "pickle", "pt", "pth", "pyd"])


class TarObserver:
    """Reads the headers of a tar archive with a budget for a million members; nothing is streamed."""

    streaming = False

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size

    def update(self, block: memoryview) -> None:
        """Nothing to do."""

    def finish(self, read_at: ReadAt) -> Facts | Refused:
        """Read the headers."""
        source = Source(self._name, self._size, read_at, max_bytes=_MAX_BYTES, max_reads=MAX_READS)
        return attempt(lambda: read(source))


def read(source: Source) -> Facts:
    """Samples, their columns and what is wrong with the names of members.

    Raises DocumentError when a header is damaged, a member leaves the file, or there are too many of them.
    """
    headers = TarHeaders(source)
    samples = _Samples()
    for count, member in enumerate(headers, 1):
        if count > MAX_MEMBERS:
            raise DocumentError(f"it has more than {MAX_MEMBERS} members")
        samples.add(member)
    samples.end()
    _check_end(source, headers.end, samples.problems)
    return samples.facts()


@dataclass(slots=True)
class _Samples:
    """What the members make up, so far."""

    problems: Problems = field(default_factory=Problems)
    members: int = 0
    samples: int = 0
    outside: int = 0
    strange: Counter[str] = field(default_factory=Counter)
    firsts: dict[str, str] = field(default_factory=dict)
    extensions: Counter[str] = field(default_factory=Counter)
    key: bytes | None = None
    present: set[bytes] = field(default_factory=set)
    more: bool = False
    double: int = 0

    def add(self, member: Member) -> None:
        """Take in the next member."""
        self.members += 1
        name = member.name
        if name.startswith((b"/", b"\\")) or b".." in name.replace(b"\\", b"/").split(b"/"):
            self._odd("leave the folder they are unpacked in", name)
        if member.type in FILE_TYPES:
            # Before ustar, a directory was a file whose name ends with a slash.
            if not name.endswith(b"/"):
                self._file(name)
        elif member.type in _SPECIAL:
            self._odd(f"are {_SPECIAL[member.type]}", name)
        elif member.type != _DIRECTORY:
            self._odd("are of an unknown type", name)

    def _odd(self, what: str, name: bytes) -> None:
        self.strange[what] += 1
        self.firsts.setdefault(what, plain(name, _MAX_SHOWN))

    def _file(self, name: bytes) -> None:
        folder, slash, base = name.rpartition(b"/")
        stem, dot, extension = base.partition(b".")
        if not stem or not dot:
            self.outside += 1
            return
        if _META.match(name):
            return
        key, extension = folder + slash + stem, extension.lower()
        if key != self.key:
            self.end()
            self.key = key
        if extension in self.present:
            self.double += 1
        elif len(self.present) < MAX_COLUMNS:
            self.present.add(extension)
        else:
            self.more = True

    def end(self) -> None:
        """The sample whose files came last is complete."""
        if self.key is None:
            return
        self.samples += 1
        for extension in self.present:
            text = plain(extension, _MAX_EXTENSION)
            if text in self.extensions or (text and len(self.extensions) < MAX_COLUMNS):
                self.extensions[text] += 1
            else:
                self.more = True
        self.key = None
        self.present.clear()

    def facts(self) -> Facts:
        """What was gathered. Samples count as rows when a column that samples usually have is in every one of them."""
        for what, count in sorted(self.strange.items()):
            first = f"; the first is {self.firsts[what]}" if self.firsts[what] else ""
            self.problems.add(f"{count} of its members {what}{first}")
        if self.double:
            self.problems.add(f"{self.double} of its members have the name of another member of the same sample")
        kinds = {extension: kind_of_extension(extension.rpartition(".")[2]) for extension in self.extensions}
        whole = {extension for extension, count in self.extensions.items() if count == self.samples}
        usual = any(kinds[extension] or extension.rpartition(".")[2] in _USUAL for extension in whole)
        known = usual and not (self.double or self.more)
        found = {
            "members": str(self.members),
            "samples": str(self.samples),
            "extensions": tally(self.extensions),
            "other-files": str(self.outside or ""),
        }
        return Facts(
            format="tar",
            title="tar archive",
            properties=tuple(sorted((f"tar:{name}", text) for name, text in found.items() if text)),
            table=Table(
                rows=self.samples if known else None,
                columns=tuple((extension, kinds[extension] or "bytes") for extension in sorted(kinds)) if known else (),
                kinds=tuple(sorted({kind for kind in kinds.values() if kind})),
            ),
            problems=self.problems.texts(),
        )


def _check_end(source: Source, end: int, problems: Problems) -> None:
    """Behind the members may be zeros alone, up to the size that tapes had blocks of; readers stop before anything."""
    left = source.size - end
    if left > _PADDING or source.up_to(end, _PADDING).strip(b"\0"):
        problems.add(f"{left} bytes lie behind its last member, where readers stop")
