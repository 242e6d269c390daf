"""Files of an artifact against the digests of a bill of materials, ours or anybody's.

A file of the document is found in the artifact by its path; by the end of an absolute path of another machine; or by a
bare name when the artifact has one file of that name. What cannot be compared is a fault, never silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from attest.bom.elements import Elements, Item
from attest.bom.fault import Fault
from attest.bom.places import Json, Place, objects_in
from attest.bom.shown import brief, excerpt
from attest.bom.things import DATASET, MODEL, Things, file_names, is_file
from attest.domain.bom_result import Severity
from attest.domain.manifest import FileEntry, Manifest, tree_digest

_ALGORITHMS = {"SHA-256": "sha256", "SHA-512": "sha512", "sha256": "sha256", "sha512": "sha512"}
_SIZES = ("attest:file:size", "aibom:size")
_DIGESTS = ("attest:model:digest", "attest:dataset:digest")
_OUR_COMMENT = re.compile(r"format: [a-z0-9\-]{1,32}; size: (\d{1,16})", re.ASCII)
_OUR_DIGEST = re.compile(r"(attest-tree/v1|file):sha256:([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the document says of one file: digests by algorithm in hexadecimal, the size where it is told.

    `certain` when it is a file for sure; otherwise it is one only if the artifact has a file of that very path.
    """

    place: Place | Item
    names: tuple[str, ...]
    digests: tuple[tuple[str, str], ...]
    size: int | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What it says of the artifact as a whole: digests of the thing itself, or by `kind` as our manifests make them."""

    where: str
    digests: tuple[tuple[str, str], ...]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Faults, and how many files were found equal or different by a digest."""

    faults: tuple[Fault, ...]
    compared: int


def check_files(document: Json, manifest: Manifest) -> tuple[Fault, ...]:
    """Where the files and the document differ: missing, unlisted, another digest or size, or nothing to compare."""
    return compare_files(document, manifest).faults


def compare_files(document: Json, manifest: Manifest, *, own_name: str = "") -> Comparison:
    """As `check_files`, with the number of files compared. `own_name` is the document's own name among the files: a
    document cannot hold its own digest, so it is left out."""
    entries = [entry for entry in manifest.files if entry.name != own_name]
    digest = manifest.digest
    if len(entries) < len(manifest.files) and entries and manifest.kind == "directory":
        digest = tree_digest(entries)
    claims, wholes = _spdx(document) if "@graph" in document or "@context" in document else _cyclonedx(document)
    return _Compare(entries, manifest, digest).run(claims, wholes)


@dataclass(slots=True)
class _Compare:
    entries: list[FileEntry]
    manifest: Manifest
    digest: str
    faults: list[Fault] = field(default_factory=list)
    compared: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    by_name: dict[str, FileEntry] = field(init=False)
    by_base: dict[str, list[str]] = field(init=False)
    held: bool = False
    covered: bool = False

    def __post_init__(self) -> None:
        self.by_name = {entry.name: entry for entry in (*self.manifest.evidence, *self.entries)}
        self.by_base = {}
        for name in self.by_name:
            self.by_base.setdefault(name.rpartition("/")[2], []).append(name)

    def run(self, claims: list[Claim], wholes: list[Whole]) -> Comparison:
        """Compare everything."""
        for claim in claims:
            self._claim(claim)
        for whole in wholes:
            self._whole(whole)
        if self.listed:
            for entry in self.entries:
                if entry.name not in self.listed:
                    self._tell("", f"the file {excerpt(entry.name)} is not in the document")
        elif self.held and not self.covered:
            self._tell("", f"the document lists none of the {len(self.entries)} files, and its digest covers one alone")
        if not self.held:
            self._tell("", "the document holds no digest of any of these files: nothing was compared")
        return Comparison(faults=tuple(self.faults), compared=len(self.compared))

    def _tell(self, where: str, message: str, severity: Severity = "error") -> None:
        self.faults.append(Fault(where=where, message=brief(message), severity=severity))

    def _claim(self, claim: Claim) -> None:
        entry = self._find(claim)
        if entry is None:
            if claim.certain:
                self._tell(claim.place.pointer, f"there is no file {excerpt(claim.names[0])}")
            return
        self.listed.add(entry.name)
        self._compare(claim, entry)
        if claim.size is not None and claim.size != entry.size:
            self._tell(claim.place.pointer, f"{excerpt(entry.name)} has {entry.size} bytes, not {claim.size}")

    def _find(self, claim: Claim) -> FileEntry | None:
        for name in claim.names:
            if name in self.by_name:
                return self.by_name[name]
        return next((found for name in claim.names if claim.certain and (found := self._elsewhere(name))), None)

    def _elsewhere(self, name: str) -> FileEntry | None:
        """A file by the end of an absolute path, or by a bare name that only one file has."""
        plain = name.replace("\\", "/")
        if plain.startswith("/") or plain[1:3] == ":/":
            parts = plain.split("/")
            ends = ("/".join(parts[first:]) for first in range(1, min(len(parts), 64)))
            return next((self.by_name[end] for end in ends if end in self.by_name), None)
        same = self.by_base.get(plain, []) if "/" not in plain else []
        return self.by_name[same[0]] if len(same) == 1 else None

    def _compare(self, claim: Claim, entry: FileEntry) -> None:
        own = {"sha256": entry.sha256.hex(), "sha512": entry.sha512.hex()}
        usable = [(algorithm, value) for algorithm, value in claim.digests if own.get(_ALGORITHMS.get(algorithm, ""))]
        for algorithm, value in usable:
            self.held = True
            self.compared.add(entry.name)
            if value.lower() != own[_ALGORITHMS[algorithm]]:
                self._tell(claim.place.pointer, f"{excerpt(entry.name)} has another {algorithm} than the document says")
        if not usable:
            told = ", ".join(sorted({algorithm for algorithm, _ in claim.digests})) or "no digest"
            self._tell(
                claim.place.pointer, f"{excerpt(entry.name)} was not compared: the document has {told}", "warning"
            )

    def _whole(self, whole: Whole) -> None:
        if whole.kind:
            self._of_kind(whole)
            return
        known = {"sha256": {self.digest}, "sha512": set[str]()}
        for entry in self.entries:
            known["sha256"].add(entry.sha256.hex())
            known["sha512"].add(entry.sha512.hex())
        for algorithm, value in whole.digests:
            kind = _ALGORITHMS.get(algorithm, "")
            if known.get(kind, set()) - {""}:
                self.held = True
                self.covered = self.covered or len(self.entries) == 1 or value.lower() == self.digest
                if value.lower() not in known[kind]:
                    self._tell(whole.where, f"no file has the {algorithm} that the document gives to the whole")

    def _of_kind(self, whole: Whole) -> None:
        """A digest that our manifests make."""
        if whole.kind != self.manifest.digest_kind:
            self._tell(whole.where, f"the digest is of the kind {excerpt(whole.kind)}, which this is not", "warning")
            return
        self.held = self.covered = True
        if whole.digests[0][1] != self.digest:
            self._tell(whole.where, f"the artifact's digest is {self.digest}, not what the document says")


def _cyclonedx(document: Json) -> tuple[list[Claim], list[Whole]]:
    things = Things(document)
    claims: list[Claim] = []
    wholes: list[Whole] = []
    for place in things.all:
        digests = _hashes(place)
        certain = is_file(place)
        if (certain or digests) and (names := file_names(place)):
            claims.append(Claim(place=place, names=tuple(names), digests=digests, size=_size(place), certain=certain))
        wholes += _digest_properties(place)
    subject = things.subject
    if subject is not None and subject.node.get("type") in (MODEL, DATASET) and not is_file(subject):
        wholes.append(Whole(where=f"{subject.pointer}/hashes", digests=_hashes(subject)))
    return claims, wholes


def _hashes(place: Place) -> tuple[tuple[str, str], ...]:
    found = ((item.get("alg"), item.get("content")) for item in objects_in(place.node.get("hashes")))
    return tuple((alg, value) for alg, value in found if isinstance(alg, str) and isinstance(value, str))


def _pairs(place: Place) -> Iterator[tuple[int, str, str]]:
    items = place.node.get("properties")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and isinstance(name := item.get("name"), str):
            value = item.get("value")
            yield index, name, value if isinstance(value, str) else ""


def _size(place: Place) -> int | None:
    texts = (value for _, name, value in _pairs(place) if name in _SIZES)
    return next((int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= 16), None)


def _digest_properties(place: Place) -> Iterator[Whole]:
    kinds = {name: value for _, name, value in _pairs(place) if name.endswith(":digest-kind")}
    for index, name, value in _pairs(place):
        if name in _DIGESTS:
            kind = kinds.get(f"{name}-kind", "attest-tree/v1")
            yield Whole(where=f"{place.pointer}/properties/{index}", digests=(("SHA-256", value),), kind=kind)


def _spdx(document: Json) -> tuple[list[Claim], list[Whole]]:
    elements = Elements(document)
    roots = {item.id for item in elements.roots}
    claims: list[Claim] = []
    wholes: list[Whole] = []
    for item in elements.of("software_SoftwareArtifact"):
        digests = _spdx_hashes(item)
        certain = item.kind == "software_File"
        if item.text("name") and (certain or digests):
            name = item.text("name").removeprefix("./")
            size = _OUR_COMMENT.fullmatch(item.text("comment"))
            claims.append(
                Claim(
                    place=item,
                    names=(name,),
                    digests=digests,
                    size=int(size[1]) if size else None,
                    certain=certain,
                )
            )
        wholes += _spdx_digests(item)
        if item.id in roots and not certain and digests:
            wholes.append(Whole(where=f"{item.pointer}/verifiedUsing", digests=digests))
    return claims, wholes


def _spdx_hashes(item: Item) -> tuple[tuple[str, str], ...]:
    found = ((one.get("algorithm"), one.get("hashValue")) for one in objects_in(item.node.get("verifiedUsing")))
    return tuple((alg, value) for alg, value in found if isinstance(alg, str) and isinstance(value, str))


def _spdx_digests(item: Item) -> Iterator[Whole]:
    for one in objects_in(item.node.get("externalIdentifier")):
        text = one.get("identifier")
        if isinstance(text, str) and (match := _OUR_DIGEST.fullmatch(text)):
            yield Whole(where=f"{item.pointer}/externalIdentifier", digests=(("sha256", match[2]),), kind=match[1])
