"""One OSV record, and whether it is about a release. Source: the OSV schema 1.x, with the algorithm of its section
"Evaluation" on versions as PEP 440 orders them.

Names are compared as PEP 503 does. What cannot be evaluated exactly is said: it is neither "affected" nor "not".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from attest.domain.strict_json import Json, JsonObject
from attest.errors import DocumentError
from attest.vulnerabilities.cvss import Severity, base_score, is_vector, severity_of

if TYPE_CHECKING:
    from packaging.version import Version

MAX_TEXT = 512
_MAX_ALIASES = 200
_MAX_AFFECTED = 20_000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~:/?@!$&'()*+,;=%#-]*)?", re.ASCII)
_MAX_LINK = 1024
# GitHub's database says "moderate" for what CVSS calls medium.
_WORDS: dict[str, Severity] = {
    "critical": "critical",
    "high": "high",
    "moderate": "medium",
    "medium": "medium",
    "low": "low",
}
_EVENTS = ("introduced", "fixed", "last_affected", "limit")
_BETTER = ("CVSS:3.1", "CVSS:3.0", "CVSS:4.0", "")
_PUBLIC = ("GHSA-", "PYSEC-", "MAL-", "OSV-", "CVE-")

Answer = Literal["affected", "not", "unclear"]
Event = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The entries of one package: enumerated versions, ECOSYSTEM ranges as events (kind, version) in order, whether
    there is a range of another type, and the severities that are of this package alone."""

    name: str
    versions: frozenset[str]
    ranges: tuple[tuple[Event, ...], ...]
    other_ranges: bool
    vectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a record says; `affected` are its entries for packages of PyPI."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    withdrawn: bool
    published: str
    modified: str
    vectors: tuple[str, ...]
    word: Severity
    url: str
    affected: tuple[Affected, ...]

    def about(self, name: str) -> tuple[Affected, ...]:
        """The entries for a package."""
        return tuple(entry for entry in self.affected if entry.name == name)

    def severity(self, name: str) -> tuple[Severity, str]:
        """Severity and vector for a package: from a vector that gives a score, else from the database's word."""
        own = [vector for entry in self.about(name) for vector in entry.vectors]
        vectors = sorted(own or self.vectors, key=_preference)
        scored = next((vector for vector in vectors if base_score(vector) is not None), "")
        if scored:
            return severity_of(scored), scored
        return self.word, vectors[0] if vectors else ""


def parse_record(document: Json) -> Record:
    """Read one record. Raises DocumentError when it is none, or of another schema than 1.x."""
    if not isinstance(document, dict):
        raise DocumentError("it is no JSON object")
    identity = _text(document, "id")
    if not _ID.fullmatch(identity):
        raise DocumentError("it has no id of a vulnerability")
    version = _text(document, "schema_version") or "1.0.0"
    if version.partition(".")[0] != "1":
        raise DocumentError(f"{identity} is of OSV schema {version[:20]!r}; 1.x is understood")
    entries = document.get("affected", [])
    if not isinstance(entries, list) or len(entries) > _MAX_AFFECTED:
        raise DocumentError(f"{identity} has no list of what is affected, or one without end")
    return Record(
        id=identity,
        aliases=tuple(sorted(set(_identities(document)) - {identity})),
        summary=_line(_text(document, "summary") or _text(document, "details")),
        withdrawn=document.get("withdrawn") is not None,
        published=time_of(_text(document, "published")),
        modified=time_of(_text(document, "modified")),
        vectors=tuple(_vectors(document)),
        word=_WORDS.get(_text(_object(document, "database_specific"), "severity").lower(), "unknown"),
        url=_url(document, identity),
        affected=tuple(_affected(entries, identity)),
    )


def _identities(document: JsonObject) -> Iterator[str]:
    for alias in _list(document, "aliases")[:_MAX_ALIASES]:
        if isinstance(alias, str) and _ID.fullmatch(alias):
            yield alias


def time_of(text: str) -> str:
    """A time as RFC 3339 writes it, or nothing."""
    if not _TIME.fullmatch(text):
        return ""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


def _line(text: str) -> str:
    """One line that may be shown."""
    line = "".join(character if character.isprintable() else " " for character in text[: MAX_TEXT + 1])
    line = " ".join(line.split())
    return line if len(line) < MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def _vectors(parent: JsonObject) -> Iterator[str]:
    for entry in _list(parent, "severity")[:16]:
        if isinstance(entry, dict) and is_vector(score := _text(entry, "score")):
            yield score


def _preference(vector: str) -> tuple[int, str]:
    return next(index for index, start in enumerate(_BETTER) if vector.startswith(start)), vector


def _url(document: JsonObject, identity: str) -> str:
    if identity.startswith(_PUBLIC):
        return f"https://osv.dev/vulnerability/{identity}"
    links = [item for item in _list(document, "references")[:100] if isinstance(item, dict)]
    advisories = [_text(link, "url") for link in links if _text(link, "type") == "ADVISORY"]
    return next((url for url in advisories if len(url) <= _MAX_LINK and _WEB.fullmatch(url)), "")


def _affected(entries: Iterable[Json], identity: str) -> Iterator[Affected]:
    from packaging.utils import canonicalize_name

    for entry in entries:
        if not isinstance(entry, dict):
            raise DocumentError(f"{identity} lists something affected that is no object")
        package = _object(entry, "package")
        if _text(package, "ecosystem").partition(":")[0] != "PyPI":
            continue
        ranges = [item for item in _list(entry, "ranges") if isinstance(item, dict)]
        yield Affected(
            name=canonicalize_name(_text(package, "name")),
            versions=frozenset(text for text in _list(entry, "versions") if isinstance(text, str)),
            ranges=tuple(_events(item, identity) for item in ranges if _text(item, "type") == "ECOSYSTEM"),
            other_ranges=any(_text(item, "type") != "ECOSYSTEM" for item in ranges),
            vectors=tuple(_vectors(entry)),
        )


def _events(item: JsonObject, identity: str) -> tuple[Event, ...]:
    found: list[Event] = []
    for event in _list(item, "events"):
        kinds = [(kind, event[kind]) for kind in _EVENTS if kind in event] if isinstance(event, dict) else []
        if len(kinds) != 1 or not isinstance(kinds[0][1], str):
            raise DocumentError(f"{identity} has a range with an event that says nothing or several things")
        found.append((kinds[0][0], kinds[0][1]))
    return tuple(found)


def judge(record: Record, name: str, version: str) -> Answer:
    """Whether a record is about version `version` of the package `name`, as the OSV schema evaluates it."""
    answers = {_judge_entry(entry, version) for entry in record.about(name)}
    return "affected" if "affected" in answers else "unclear" if "unclear" in answers else "not"


def _judge_entry(entry: Affected, version: str) -> Answer:
    if version in entry.versions:
        return "affected"
    actual = _version(version)
    if actual is None:
        return "unclear"
    if any(_version(listed) == actual for listed in entry.versions):
        return "affected"
    answers = {_judge_range(events, actual) for events in entry.ranges}
    if "affected" in answers or "unclear" in answers:
        return "affected" if "affected" in answers else "unclear"
    # Commits of a repository cannot be compared with a version; the list or a range of versions stands for them.
    told = bool(entry.ranges or entry.versions)
    return "not" if told else "unclear"


def _judge_range(events: tuple[Event, ...], actual: Version) -> Answer:
    ordered: list[tuple[Version | None, str]] = []
    limits: list[Version | None] = []
    for kind, text in events:
        if kind == "limit":
            limits.append(None if text == "*" else _version(text))
            if text != "*" and limits[-1] is None:
                return "unclear"
            continue
        bound = None if (kind, text) == ("introduced", "0") else _version(text)
        if bound is None and (kind, text) != ("introduced", "0"):
            return "unclear"
        ordered.append((bound, kind))
    if not any(kind == "introduced" for _, kind in ordered):
        return "unclear"
    if limits and not any(limit is None or actual < limit for limit in limits):
        return "not"
    return "affected" if _inside(ordered, actual) else "not"


def _inside(ordered: list[tuple[Version | None, str]], actual: Version) -> bool:
    inside = False
    # Sorting keeps the order of the document among equals; None, the beginning of all versions, comes first.
    start = [event for event in ordered if event[0] is None]
    rest = [(bound, kind) for bound, kind in ordered if bound is not None]
    rest.sort(key=lambda event: (event[0], event[1] == "last_affected"))
    if start:
        inside = True
    for bound, kind in rest:
        if kind == "introduced" and actual >= bound:
            inside = True
        elif (kind == "fixed" and actual >= bound) or (kind == "last_affected" and actual > bound):
            inside = False
    return inside


def fixes(record: Record, name: str) -> Iterator[str]:
    """The versions that a record names as mending a package."""
    for entry in record.about(name):
        for events in entry.ranges:
            for kind, text in events:
                if kind == "fixed" and _version(text) is not None:
                    yield text


@lru_cache(maxsize=65_536)
def _version(text: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text) if len(text) <= 256 else None
    except InvalidVersion:
        return None


def _text(parent: JsonObject, key: str) -> str:
    value = parent.get(key)
    return value if isinstance(value, str) else ""


def _object(parent: JsonObject, key: str) -> JsonObject:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _list(parent: JsonObject, key: str) -> list[Json]:
    value = parent.get(key)
    return value if isinstance(value, list) else []
