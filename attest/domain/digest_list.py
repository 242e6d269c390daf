"""Digests that somebody computed already: the lines of `sha256sum`, or what `attest digest --files` prints.

Read strictly: whatever a line could mean besides one digest of one file is a problem of that line, and one problem
refuses the whole list. Sizes are known only from JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from attest.domain.digest import is_hex_digest
from attest.domain.manifest import FileEntry, name_fault, printable, tree_digest
from attest.domain.strict_json import (
    Json,
    JsonObject,
    Limits,
    as_integer,
    as_list,
    as_object,
    as_string,
    only,
    parse,
)
from attest.errors import DocumentError, Problem

MAX_SIZE = 64 << 20
MAX_LINES = 10_000_000
MAX_PROBLEMS = 50
FORMAT = "attest/digest/v1"
_LINE = re.compile(rb"([0-9a-f]{64}) [ *](.+)", re.DOTALL)
_TAGGED = re.compile(rb"[A-Z0-9-]+ \(")
_HOW = "Make it with `attest digest MODEL --format json --files`."
_MEMBERS = ("format", "name", "kind", "digest", "digestKind", "files", "bytes", "evidence", "findings", "omsRoot")


class Listed(NamedTuple):
    """What a list says of one file: raw SHA-256, and the size in bytes when it says one."""

    sha256: bytes
    size: int | None = None


@dataclass(slots=True, kw_only=True)
class Problems:
    """Every problem is counted; the first `MAX_PROBLEMS` are kept."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, where: str, message: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.kept) < MAX_PROBLEMS:
            self.kept.append(Problem(where=where, message=message))

    def error(self, message: str, *, hint: str) -> DocumentError:
        """The error that shows them."""
        count = f"{self.count} problem{'s' if self.count > 1 else ''}"
        more = f", the first {MAX_PROBLEMS} are" if self.count > MAX_PROBLEMS else ""
        return DocumentError(f"{message}: {count}{more}", self.kept, hint=hint)


def parse_digest_list(data: bytes, what: str) -> Mapping[str, Listed]:
    """The digests by file name; `what` names the list in errors.

    Raises DocumentError with the line or the JSON pointer of each problem, at most `MAX_PROBLEMS` of them.
    """
    if len(data) > MAX_SIZE:
        raise DocumentError(f"{what} is larger than {MAX_SIZE} bytes", hint="Sign without it: the files are read then.")
    problems = Problems()
    listed: dict[str, Listed] = {}
    document = _document(data, what) if data.lstrip(b" \t\r\n").startswith(b"{") else None
    entries = _lines(data, what) if document is None else _entries(document)
    for where, found in entries:
        if isinstance(found, str):
            problems.add(where, found)
        elif fault := name_fault(found[0]):
            problems.add(where, f"{printable(found[0])!r}: {fault}")
        elif found[0] in listed:
            problems.add(where, f"{printable(found[0])!r} stands in the list already")
        else:
            listed[found[0]] = found[1]
    if problems.count:
        raise problems.error(
            f"{what} is no list of digests",
            hint="Make it with `attest digest MODEL --files`, or with `sha256sum` in the model's folder.",
        )
    if not listed:
        raise DocumentError(f"{what} lists no file", hint="Make it with `attest digest MODEL --files`.")
    if document is not None:
        _check_whole(document, listed, what)
    return listed


_Entry = tuple[str, Listed]


def _lines(data: bytes, what: str) -> Iterable[tuple[str, _Entry | str]]:
    if data and not data.endswith(b"\n"):
        raise DocumentError(f"{what} does not end with a line feed: it may be cut short", hint="Make the list again.")
    if data.count(b"\n") > MAX_LINES:
        raise DocumentError(f"{what} has more than {MAX_LINES} lines", hint="Sign without it: the files are read then.")
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        yield f"line {number}", _line(line)


def _line(line: bytes) -> _Entry | str:
    match = _LINE.fullmatch(line)
    if match is None:
        if line.startswith(b"\\"):
            return "the name is written with escapes, and such names cannot be signed"
        if _TAGGED.match(line):
            return "the line has a tag; make the list without --tag"
        return "the line is not 64 lower-case hexadecimal digits, two spaces (or ` *`) and a name"
    try:
        name = match[2].decode("utf-8")
    except UnicodeDecodeError:
        return "the name is not UTF-8"
    # As `find . | xargs sha256sum` writes it; a name that begins otherwise is compared as it stands.
    return name.removeprefix("./"), Listed(bytes.fromhex(match[1].decode("ascii")))


def _document(data: bytes, what: str) -> JsonObject:
    table = as_object(parse(data, Limits(size=MAX_SIZE, depth=16), what), what)
    only(table, (*_MEMBERS, "entries"), what)
    if table.get("format") != FORMAT:
        raise DocumentError(f"the format of {what} is not {FORMAT}", hint=_HOW)
    if "entries" not in table:
        raise DocumentError(f"{what} has no list of files", hint=_HOW)
    return table


def _entries(table: JsonObject) -> Iterable[tuple[str, _Entry | str]]:
    for number, value in enumerate(as_list(table["entries"], "/entries")):
        try:
            yield f"/entries/{number}", _entry(value)
        except DocumentError as error:
            yield f"/entries/{number}", error.message


def _entry(value: Json) -> _Entry:
    table = as_object(value, "the entry")
    only(table, ("name", "bytes", "digest"), "the entry")
    digests = as_object(table.get("digest"), "digest")
    only(digests, ("sha256", "sha512"), "digest")
    text, size = as_string(digests.get("sha256"), "digest/sha256"), as_integer(table.get("bytes"), "bytes")
    if not is_hex_digest(text):
        raise DocumentError("digest/sha256 is not 64 lower-case hexadecimal digits")
    if size < 0:
        raise DocumentError("bytes is negative")
    return as_string(table.get("name"), "name"), Listed(bytes.fromhex(text), size)


def _check_whole(table: JsonObject, listed: Mapping[str, Listed], what: str) -> None:
    """The document's own digest is made of its entries, so one that was cut or edited contradicts itself."""
    if table.get("kind") == "file":
        expected = [item.sha256.hex() for item in listed.values()]
    else:
        entries = (FileEntry(name, item.sha256, item.size or 0) for name, item in listed.items())
        expected = [tree_digest(sorted(entries))]
    if [as_object(table.get("digest"), "/digest").get("sha256")] != expected:
        raise DocumentError(f"the digest of {what} is not that of its entries", hint="Make the list again.")
