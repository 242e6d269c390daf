"""A local copy of OSV data, read without network: the `all.zip` of an ecosystem as osv.dev exports it, a folder of OSV
records in JSON files, or a folder that holds such archives.

Every record that names a wanted package is read and judged here. What cannot be read is told: a record that is damaged
may be the one that matters.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from attest.domain.gap import Gap
from attest.domain.manifest import printable
from attest.domain.strict_json import Limits, parse
from attest.errors import DocumentError, InputError
from attest.vulnerabilities.answers import Answer, Answers
from attest.vulnerabilities.eligible import Asked, vulnerability_gap
from attest.vulnerabilities.known import vulnerabilities_of
from attest.vulnerabilities.osv_archive import ArchiveLimits, Refused, entries
from attest.vulnerabilities.osv_record import Record, judge, parse_record

SOURCE = "OSV"
MAX_RECORD = 16 << 20
MAX_FILES = 500_000
MAX_DEPTH = 8
_LIMITS = Limits(size=MAX_RECORD, depth=64, nodes=2_000_000, string=4 << 20)
_ECOSYSTEM = b'"PyPI'
_NAME = re.compile(rb'"name"[ \t\r\n]*:[ \t\r\n]*"([^"\\]{1,200})"')
_RUNS = re.compile(rb"[-_.]+")
_HINT = "Download https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip where there is a network."

Item: TypeAlias = "tuple[str, bytes | Refused]"


@dataclass(slots=True, kw_only=True)
class _Reading:
    """Records of wanted packages, by package, and what could not be read."""

    wanted: frozenset[bytes]
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    first_problem: str = ""
    problems: int = 0
    count: int = 0

    def take(self, name: str, content: bytes | Refused) -> None:
        """One file or entry."""
        if isinstance(content, Refused):
            self.problem(f"{name}: {content.reason}")
            return
        self.count += _ECOSYSTEM in content
        if self._concerns(content):
            self._record(name, content)

    def problem(self, text: str) -> None:
        """Note what could not be read."""
        self.problems += 1
        self.first_problem = self.first_problem or text

    def _concerns(self, content: bytes) -> bool:
        """Whether a record may name a wanted package; where names can be escaped, nothing is ruled out unread."""
        if b"\\u00" in content:
            return True
        return _ECOSYSTEM in content and any(
            _RUNS.sub(b"-", name).lower() in self.wanted for name in _NAME.findall(content)
        )

    def _record(self, name: str, content: bytes) -> None:
        try:
            record = parse_record(parse(content, _LIMITS, "the record"))
        except DocumentError as error:
            self.problem(f"{name}: {error.message}")
            return
        self.count += bool(record.affected)
        for package in {entry.name for entry in record.affected if entry.name.encode() in self.wanted}:
            known = self.records.setdefault(package, {})
            # The later modification is authoritative (OSV schema, "id, modified fields").
            if record.id not in known or known[record.id].modified < record.modified:
                known[record.id] = record


def look_up_local(path: str, asked: Iterable[Asked]) -> Answers:
    """What the data at `path` knows of each release.

    Raises InputError when there is no data, or none about PyPI in it: silence of such data would say nothing.
    """
    releases = list(asked)
    reading = _Reading(wanted=frozenset(release.name.encode() for release in releases))
    try:
        for name, content in _items(path):
            reading.take(name, content)
    except DocumentError as error:
        reading.problem(error.message)
    if not reading.count:
        reason = f": {reading.first_problem}" if reading.first_problem else ""
        raise InputError(f"there is no OSV record about PyPI at {path!r}{reason}", hint=_HINT)
    return Answers(
        by_release={release: _answer(release, reading.records.get(release.name, {})) for release in releases},
        gaps=_damage(reading),
    )


def _damage(reading: _Reading) -> tuple[Gap, ...]:
    if not reading.problems:
        return ()
    more = f" and {reading.problems - 1} more" if reading.problems > 1 else ""
    return (vulnerability_gap("OSV data", f"part of it cannot be read: {printable(reading.first_problem)}{more}"),)


def _answer(release: Asked, records: dict[str, Record]) -> Answer:
    about: list[Record] = []
    reasons: list[str] = []
    for identity in sorted(records):
        record = records[identity]
        verdict = "not" if record.withdrawn else judge(record, release.name, release.version)
        if verdict == "affected":
            about.append(record)
        elif verdict == "unclear":
            reasons.append(f"whether {identity} is about it cannot be told from versions alone")
    return Answer(vulnerabilities=vulnerabilities_of(about, release, SOURCE), reasons=tuple(reasons))


def _items(path: str) -> Iterator[Item]:
    """Every record below `path`, in an order that does not depend on the file system."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        raise InputError(f"there is no OSV data at {path!r}", hint=_HINT) from None
    if not stat.S_ISDIR(mode):
        yield from _file(path, os.path.basename(path))
        return
    for count, (name, place) in enumerate(_walk(path, "", 0), 1):
        if count > MAX_FILES:
            raise DocumentError(f"there are more than {MAX_FILES} files")
        yield from _file(place, name)


def _walk(folder: str, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Name and path of each file below a folder. Links to folders are not followed."""
    if depth > MAX_DEPTH:
        raise DocumentError(f"the folder {name} lies deeper than {MAX_DEPTH} levels")
    with os.scandir(folder) as found:
        inside = sorted(found, key=lambda entry: entry.name)
    for entry in inside:
        below = f"{name}/{entry.name}" if name else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, below, depth + 1)
        elif entry.name.endswith((".json", ".zip")):
            yield below, entry.path


def _file(path: str, name: str) -> Iterator[Item]:
    try:
        # A pipe would wait for its other end.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                yield name, Refused("it is no regular file")
            elif stream.read(2) == b"PK":
                for inner, content in entries(stream, ArchiveLimits(entry=MAX_RECORD), ".json"):
                    yield f"{name}/{inner}", content
            else:
                stream.seek(0)
                data = stream.read(MAX_RECORD + 1)
                yield name, data if len(data) <= MAX_RECORD else Refused(f"it is larger than {MAX_RECORD} bytes")
    except DocumentError as error:
        yield name, Refused(error.message)
    except OSError as error:
        yield name, Refused(f"it cannot be opened: {error.strerror}")
