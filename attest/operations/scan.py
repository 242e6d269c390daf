"""`scan`: what could run when these files are loaded; alone, or while they are hashed for something else."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from attest import __version__
from attest.domain.artifact import Artifact
from attest.domain.manifest import FileEntry, Manifest, printable
from attest.domain.scan import FileScan, Scan, ScanFinding, outcome_of, worst
from attest.domain.scan_rule import SEVERITIES
from attest.domain.scan_rules import RULES
from attest.errors import InputError, Problem
from attest.formats.source import ReadAt
from attest.hashing import Hashed, HashOptions, Known, hash_artifact
from attest.hashing.stream import Observe, Progress
from attest.operations.inspect_files import StrPath, inspect_files
from attest.scanning.allowlist import Allowed, Pair, allowed
from attest.scanning.budget import DEFAULT, Limits
from attest.scanning.observer import ScanObserver, observing_scan
from attest.scanning.repository.across import across
from attest.scanning.repository.shadowing import shadowing

if TYPE_CHECKING:
    from attest.formats.observers import Observer
    from attest.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanning:
    """How to scan: the profiles of names that pickles may use (all without any), further pairs, and limits."""

    profiles: tuple[str, ...] = ()
    names: tuple[Pair, ...] = ()
    limits: Limits = DEFAULT

    def allowed(self) -> Allowed:
        """The names. Raises InputError for an unknown profile, or for what is no pair."""
        return allowed(self.profiles, self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A scan with what it is about. `manifest` is None when the files were not hashed."""

    reference: str
    name: str
    scan: Scan
    manifest: Manifest | None = None

    @property
    def digest(self) -> str:
        """The artifact's digest in hexadecimal; empty when the files were not hashed."""
        return self.manifest.digest if self.manifest is not None else ""


def scan(
    path: StrPath,
    *,
    profiles: Sequence[str] = (),
    names: Sequence[Pair] = (),
    limits: Limits = DEFAULT,
    digests: bool = False,
    opinions: Sequence[str] = (),
    opinion_seconds: int = 600,
    follow_links: bool = True,
    progress: Progress | None = None,
) -> Scanned:
    """Scan the model or dataset at `path`. Nothing in it is executed, imported or unpickled, and no network is used.

    `profiles` narrow the names that pickles may refer to (such as `torch-weights`), `names` are further pairs of module
    and name. `digests` also hashes every file, so that the result says which bytes were scanned. `opinions` name other
    scanners to be asked, which may take `opinion_seconds` and can only add findings.

    Raises InputError for wrong use, ArtifactError when the files cannot be found or read.
    """
    how = Scanning(profiles=tuple(profiles), names=tuple(names), limits=limits)
    observe = observing_scan(how.allowed(), limits)
    inspected = inspect_files(
        path,
        follow_links=follow_links,
        observe=observe,
        progress=progress,
        hasher=hash_artifact if digests else _without_digests,
    )
    seen = [item for item in inspected.hashed.seen.values() if isinstance(item, FileScan)]
    result = assemble(seen, [entry.name for entry in inspected.manifest.files], how)
    if opinions:
        from attest.operations.second_opinion import opinions as ask

        added, versions = ask(os.fspath(path), opinions, timeout=opinion_seconds)
        result = with_opinions(result, added, versions)
    return Scanned(
        reference=printable(os.fspath(path)),
        name=inspected.artifact.name,
        scan=result,
        manifest=inspected.manifest if digests else None,
    )


class _Nothing:
    """Answers for every file, so that none is read to its end: its ranges are looked at and nothing is hashed."""

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | Problem | None:  # noqa: ARG002
        """A digest that nobody shows."""
        return Known(sha256=bytes(32), size=status.st_size)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        """Nothing is kept."""


def _without_digests(artifact: Artifact, options: HashOptions) -> Hashed:
    return hash_artifact(artifact, replace(options, known=_Nothing()))


def assemble(files: Iterable[FileScan], names: Collection[str], how: Scanning) -> Scan:
    """The scan of an artifact from those of its files; `names` are all of its files.

    A file that was not scanned makes the outcome inconclusive.
    """
    by_name = {item.file: item for item in files}
    complete = [by_name.get(printable(name)) or _unscanned(printable(name)) for name in sorted(names)]
    printed = frozenset(map(printable, names))
    found = shadowing(across(complete, printed), printed)
    allowed_names = how.allowed()
    return Scan(
        outcome=worst(item.outcome for item in found),
        files=tuple(found),
        tool_version=__version__,
        allowlist=allowed_names.digest,
        profiles_allowed=tuple(sorted(allowed_names.profiles)),
        asked_profiles=tuple(sorted(how.profiles)),
        asked_names=tuple(sorted(f"{module}:{name}" for module, name in how.names)),
        options=how.limits.options(),
    )


def _unscanned(name: str) -> FileScan:
    finding = ScanFinding(file=name, rule="scan.internal-error", message="the file was not scanned")
    return FileScan(file=name, size=0, outcome="INCONCLUSIVE", findings=(finding,))


def with_opinions(result: Scan, added: Iterable[ScanFinding], versions: tuple[str, ...]) -> Scan:
    """A scan with the findings of other scanners, each at the file that it names."""
    more: dict[str, list[ScanFinding]] = {}
    for finding in added:
        more.setdefault(finding.file, []).append(finding)
    files = [
        _joined(item, more.pop(item.file, ())) for item in result.files
    ]  # fmt: skip
    files += [
        FileScan(file=name, size=0, outcome=outcome_of(f.effect for f in found), findings=tuple(sorted(found)))
        for name, found in sorted(more.items())
    ]
    return replace(
        result, files=tuple(files), outcome=worst(item.outcome for item in files), second_opinions=versions
    )  # fmt: skip


def _joined(item: FileScan, added: Sequence[ScanFinding]) -> FileScan:
    if not added:
        return item
    outcome = worst((item.outcome, outcome_of(finding.effect for finding in added)))
    return replace(item, outcome=outcome, findings=tuple(sorted((*item.findings, *added))))


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in one file: facts for a bill of materials, and its scan."""

    facts: object
    scan: FileScan


class _Both:
    """Feeds two observers from one pass."""

    def __init__(self, facts: Observer | None, scanner: ScanObserver) -> None:
        self._facts, self._scanner = facts, scanner
        self.streaming = facts is not None and facts.streaming

    def update(self, block: memoryview) -> None:
        """Hand the next bytes on."""
        if self._facts is not None:
            self._facts.update(block)

    def finish(self, read_at: ReadAt) -> Seen:
        """What both found."""
        facts = self._facts.finish(read_at) if self._facts is not None else None
        return Seen(facts, self._scanner.finish(read_at))


def observing_both(how: Scanning) -> Observe:
    """What looks into files for facts and for findings, in one pass with hashing."""
    from attest.formats.registry import observing

    facts, scanner = observing(), observing_scan(how.allowed(), how.limits)

    def observe(name: str, first: bytes, size: int) -> _Both:
        return _Both(facts(name, first, size), scanner(name, first, size))

    return observe


def parted(seen: Mapping[str, object]) -> tuple[dict[str, object], list[FileScan]]:
    """What `observing_both` found, as facts by file and as scans."""
    facts = {name: item.facts for name, item in seen.items() if isinstance(item, Seen) and item.facts is not None}
    return facts, [item.scan for item in seen.values() if isinstance(item, Seen)]


def names_of(texts: Iterable[str]) -> tuple[Pair, ...]:
    """Pairs from `module:name` as people write them. Raises InputError for what is none."""
    pairs: list[Pair] = []
    for text in texts:
        module, colon, name = text.partition(":")
        if not colon or not module or not name:
            raise InputError(f"{text!r} is no pair of a module and a name", hint="Write it as my_package.layers:Gate.")
        pairs.append((module, name))
    return tuple(pairs)


def scanning_of(policy: Policy) -> Scanning | None:
    """How a policy wants files to be scanned; None when it does not ask.

    Raises InputError for a profile that does not exist.
    """
    rule = policy.scan_rule
    if rule is None:
        return None
    how = Scanning(profiles=rule.profiles, names=names_of(rule.names))
    how.allowed()
    return how


def limits_of(*, seconds: int, opcodes: int) -> Limits:
    """The limits with these two changed."""
    most = min(opcodes, DEFAULT.stream_opcodes)
    return replace(DEFAULT, seconds=seconds, opcodes=opcodes, stream_opcodes=most)


def reaches(result: Scan, severity: str) -> bool:
    """Whether a finding is of this severity or above; gaps and blocking findings have their own consequences."""
    least = SEVERITIES.index(severity)
    return any(
        SEVERITIES.index(RULES[finding.rule].severity) >= least and finding.effect != "inconclusive"
        for finding in result.findings
    )
