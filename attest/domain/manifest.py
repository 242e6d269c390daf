"""The manifest: every file of an artifact with its digest, and the digests derived from them.

Invariants: files are sorted by the UTF-8 bytes of their names; every name is canonical (`name_fault` finds
nothing); no manifest is empty. The tree digest covers names and contents; the OMS root does not cover names
and is therefore never an identity of an artifact.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal, NamedTuple

from attest.domain.artifact import Kind
from attest.errors import ArtifactError, Problem, UnsafeArtifactError

MAX_PARTS = 256
TREE_DIGEST_KIND: DigestKind = "attest-tree/v1"
DigestKind = Literal["attest-tree/v1", "file"]


class FileEntry(NamedTuple):
    """One regular file: relative POSIX name, raw SHA-256, size in bytes, raw SHA-512 when it was asked for."""

    name: str
    sha256: bytes
    size: int
    sha512: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Every file of an artifact; build it with `build_manifest`.

    `digest` is the artifact's identity in hexadecimal: the tree digest of a directory, the SHA-256 of a file.
    `links` names the symbolic links that were followed inside the tree; `hub_links` says that links into the blobs of
    the same Hub repository were read as the files they stand for. `hard_links` names the files that can be
    changed through a name outside the tree, `evidence` the evidence files at the root, which are not part of the tree.
    """

    kind: Kind
    files: tuple[FileEntry, ...]
    digest: str
    links: tuple[str, ...] = ()
    hub_links: bool = False
    hard_links: tuple[str, ...] = ()
    evidence: tuple[FileEntry, ...] = ()

    @property
    def digest_kind(self) -> DigestKind:
        """How `digest` was made."""
        return "file" if self.kind == "file" else TREE_DIGEST_KIND

    @property
    def size(self) -> int:
        """Bytes in all files together."""
        return sum(entry.size for entry in self.files)

    def by_name(self) -> dict[str, FileEntry]:
        """The files by name."""
        return {entry.name: entry for entry in self.files}


def build_manifest(
    files: Iterable[FileEntry],
    *,
    kind: Kind,
    links: Iterable[str] = (),
    hub_links: bool = False,
    hard_links: Iterable[str] = (),
    evidence: Iterable[FileEntry] = (),
) -> Manifest:
    """Sort, check and digest the files of one artifact.

    Raises UnsafeArtifactError when a name cannot be written down, ArtifactError when there is no file at all.
    """
    ordered = in_name_order(files)
    digest = ordered[0].sha256.hex() if kind == "file" else tree_digest(ordered)
    return Manifest(
        kind=kind,
        files=ordered,
        digest=digest,
        links=tuple(sorted(links)),
        hub_links=hub_links,
        hard_links=tuple(sorted(hard_links)),
        evidence=tuple(sorted(evidence)),
    )


def in_name_order(files: Iterable[FileEntry]) -> tuple[FileEntry, ...]:
    """The files of one artifact by the UTF-8 bytes of their names.

    Raises what `build_manifest` raises.
    """
    ordered = tuple(sorted(files, key=itemgetter(0)))
    if not ordered:
        raise ArtifactError(
            "the artifact holds no file",
            hint="Check the path: an empty directory has nothing to hash, sign or verify.",
        )
    check_names([entry.name for entry in ordered])
    return ordered


def tree_digest(ordered: Iterable[FileEntry]) -> str:
    """`attest-tree/v1` of files in name order: SHA-256 over the lines `<hex>  <name>` with a line feed each."""
    lines = [f"{entry.sha256.hex()}  {entry.name}\n" for entry in ordered]
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def oms_root(digests: Iterable[bytes]) -> str:
    """The OMS root (OMS 1.0 section 6.5): SHA-256 over the raw digests in listed order. Names are not covered."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


def check_names(names: list[str]) -> None:
    """Refuse a list that holds a name without one canonical form, naming every such name."""
    if problems := name_problems(names):
        raise UnsafeArtifactError(
            "the artifact holds names that cannot be written down in one way",
            problems,
            hint="Rename these files: a name is UTF-8 without line feed, carriage return or backslash.",
        )


def name_problems(names: list[str]) -> list[Problem]:
    """Every name without one canonical form."""
    # A few searches over the joined text decide almost always, at a fraction of a test per name.
    text = "\n".join(names)
    short = max(map(len, names), default=0) < 2 * MAX_PARTS
    if short and not any(mark in text for mark in "\r\\\0") and text.count("\n") == len(names) - 1 and _is_utf8(text):
        components = f"/{text}/".replace("\n", "/")
        if not any(empty in components for empty in ("//", "/./", "/../")):
            return []
    return [Problem(where=printable(name), message=fault) for name in names if (fault := name_fault(name))]


def name_fault(name: str) -> str:
    """Why `name` is not a canonical relative POSIX name, or an empty string."""
    fault = ""
    if "\n" in name or "\r" in name or "\\" in name or "\0" in name:
        fault = "the name holds a line feed, a carriage return, a backslash or a zero byte"
    elif not name.isascii() and not _is_utf8(name):
        fault = "the name is not valid UTF-8"
    elif name.count("/") >= MAX_PARTS:
        fault = f"the name has more than {MAX_PARTS} components"
    elif name.startswith("/"):
        fault = "the name is absolute"
    elif any(part in {"", ".", ".."} for part in name.split("/")):
        fault = "the name has an empty, '.' or '..' component"
    return fault


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(name: str) -> str:
    """A name as it may be shown: control characters and broken bytes are escaped."""
    if name.isprintable():
        return name
    return name.encode("utf-8", "backslashreplace").decode("utf-8").encode("unicode_escape").decode("ascii")


def collisions(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of names that one case-insensitive or Unicode-normalising file system would take for one file."""
    groups: dict[str, list[str]] = {}
    for name in names:
        # Canonical caseless matching (Unicode 15.0, section 3.13, D145).
        plain = name if name.isascii() else unicodedata.normalize("NFD", name)
        folded = plain.casefold()
        key = folded if name.isascii() else unicodedata.normalize("NFC", folded)
        groups.setdefault(key, []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]
