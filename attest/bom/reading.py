"""Documents and facts of one artifact, as hashing kept them; what cannot be read is noted with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from attest.domain.manifest import FileEntry, Manifest, printable
from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.observers import Refused
from attest.formats.prefix import DOCUMENTS, is_license_document

_MAX_LICENSES = 65
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Reading:
    """One artifact being described. `unreadable` grows while documents are read."""

    manifest: Manifest
    prefixes: Mapping[str, bytes]
    seen: Mapping[str, object] = field(default_factory=dict)
    documents: Mapping[str, FileEntry] = field(init=False)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.documents = {
            entry.name: entry
            for entry in self.manifest.files
            if entry.name in DOCUMENTS or is_license_document(entry.name)
        }
        for name, found in self.seen.items():
            if isinstance(found, Refused):
                self.unreadable.append((printable(name), found.reason))

    def document(self, name: str, read: Callable[[bytes], T]) -> T | None:
        """A document at the root, or None when it is not there or cannot be read."""
        data = self.whole(name)
        return self.attempt(name, partial(read, data)) if data is not None else None

    def whole(self, name: str) -> bytes | None:
        """The bytes of a document at the root, or None when it is not there or was not kept whole."""
        entry = self.documents.get(name)
        if entry is None:
            return None
        data = self.prefixes.get(name, b"")
        if len(data) != entry.size:
            self.unreadable.append((name, f"{len(data)} of {entry.size} bytes were kept"))
            return None
        return data

    def license_documents(self) -> dict[str, bytes]:
        """Licences, notices and policies of use at the root, those that were kept whole."""
        names = [name for name in self.documents if is_license_document(name)]
        read = {name: self.whole(name) for name in names[:_MAX_LICENSES]}
        return {name: data for name, data in read.items() if data is not None}

    def attempt(self, name: str, read: Callable[[], T]) -> T | None:
        """What `read` gives, or None with a note."""
        try:
            return read()
        except DocumentError as error:
            self.unreadable.append((name, error.message))
            return None

    def facts(self) -> dict[str, Facts]:
        """The facts of every file that a reader could read, in the order of names."""
        return dict(sorted(self._facts()))

    def _facts(self) -> Iterator[tuple[str, Facts]]:
        for name, found in self.seen.items():
            if isinstance(found, Facts):
                yield name, found
