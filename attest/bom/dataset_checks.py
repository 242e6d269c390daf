"""Where the sources of a dataset disagree: counts, columns, sizes, and digests of files. Both sides are kept."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from urllib.parse import unquote, urlsplit

from attest.domain.bom import Conflict, Fact, Feature, Reference, Split, Value
from attest.domain.manifest import FileEntry, printable
from attest.formats.croissant_parts import CroissantFile
from attest.formats.web_link import is_link

MAX_CONFLICTS = 1_000
MAX_DISTRIBUTIONS = 1_000
_MAX_STEPS = 32
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_RANGE = re.compile(r"(?:(\d{1,4})([KMBT]?)<)?n(?:<(\d{1,4})([KMBT]?))?")
_ABOVE = re.compile(r"n>(\d{1,4})([KMBT]?)")
_name = attrgetter("name")


def merge_splits(
    observed: Sequence[Split], declared: Iterable[Split]
) -> tuple[tuple[Split, ...], tuple[Conflict, ...]]:
    """One entry for each split: as counted, else as declared; and where the numbers of examples differ.

    The configuration `default` is the same as none, and so is the only one that is named while files show none.
    """
    stated = list(declared)
    named = {split.config for split in stated if split.config not in ("", "default")}
    shown = {split.config for split in observed}
    alone = named.pop() if len(named) == 1 and shown <= {"", "default"} and len(_plain(stated)) == 0 else ""
    found: dict[tuple[str, str], list[Split]] = {}
    for split in (*observed, *stated):
        config = "" if split.config in ("default", alone) else split.config
        found.setdefault((config, split.name), []).append(replace(split, config=config))
    bare = {name for config, name in found if config}
    merged: list[Split] = []
    conflicts: list[Conflict] = []
    for (config, name), statements in found.items():
        counted: dict[int, Split] = {}
        for split in statements:
            if split.examples is not None:
                counted.setdefault(split.examples, split)
        if len(counted) > 1 and len(conflicts) < MAX_CONFLICTS:
            label = f"{config}/{name}" if config else name
            conflicts.append(Conflict(about=f"split:{label}:num_examples", values=tuple(_examples(counted))))
        best = next((split for split in statements if split.examples is not None), statements[0])
        if config or best.examples is not None or best.size is not None or name not in bare:
            merged.append(best)
    return tuple(sorted(merged, key=lambda split: (split.config, split.name))), tuple(conflicts)


def _plain(splits: Iterable[Split]) -> list[Split]:
    """Splits with numbers that are of no named configuration."""
    return [split for split in splits if split.config in ("", "default") and split.examples is not None]


def _examples(counted: Mapping[int, Split]) -> Iterator[Value]:
    for number, split in counted.items():
        yield Value(text=str(number), origin=split.origin, source=split.source)


def column_conflicts(observed: Sequence[Feature], declared: Sequence[Feature]) -> Iterator[Conflict]:
    """Columns that one side has and the other has not. Types are not compared: each side has its own words for them."""
    if not observed or not declared or any(feature.origin != "observed" for feature in observed):
        return
    names = {feature.name for feature in declared}
    # A column inside another one is told by its path.
    seen = {feature.name if feature.name in names else feature.name.partition(".")[0] for feature in observed}
    if seen != names:
        yield Conflict(about="features", values=(_listed(seen, observed[0]), _listed(names, declared[0])))


def _listed(names: Iterable[str], first: Feature) -> Value:
    text = ", ".join(sorted(names))
    return Value(text=text if len(text) <= 1000 else f"{text[:999]}…", origin=first.origin, source=first.source)


def size_conflicts(categories: Sequence[str], rows: Value | None, source: str) -> Iterator[Conflict]:
    """A number of examples that lies outside every size category that the card names."""
    if rows is None or not categories:
        return
    ranges = [_range(text) for text in categories]
    count = int(rows.text)
    if all(found is not None and not found[0] <= count <= found[1] for found in ranges):
        stated = Value(text=", ".join(categories), origin="declared", source=source)
        yield Conflict(about="size-category", values=(rows, stated))


def _range(text: str) -> tuple[int, float] | None:
    """The bounds of a category such as `10K<n<100K`; None for what is none, such as `unknown`."""
    if match := _ABOVE.fullmatch(text):
        return int(match[1]) * _UNITS[match[2]], float("inf")
    match = _RANGE.fullmatch(text)
    if match is None or not (match[1] or match[3]):
        return None
    low = int(match[1]) * _UNITS[match[2]] if match[1] else 0
    return low, int(match[3]) * _UNITS[match[4]] if match[3] else float("inf")


class Distribution:
    """The files that a Croissant document lists, beside the files that are here."""

    def __init__(self, entries: Sequence[FileEntry], files: Iterable[CroissantFile], document: str) -> None:
        """`entries` stand in the order of their names."""
        self._entries = entries
        self._document = document
        self.conflicts: list[Conflict] = []
        self.about: dict[str, tuple[Fact, ...]] = {}
        self.references: list[Reference] = []
        listed = [item for item in files if not item.is_set]
        repositories = {item.id for item in listed if _is_repository(item)}
        for item in listed:
            if item.id not in repositories and repositories.issuperset(item.contained_in):
                self._take(item)

    def _take(self, item: CroissantFile) -> None:
        entry = self._entry(item)
        if entry is not None:
            self._compare(item, entry)
        elif is_link(item.url) and len(self.references) < MAX_DISTRIBUTIONS:
            comment = item.name or item.id
            self.references.append(Reference(kind="distribution", url=item.url, comment=comment, sha256=item.sha256))

    def _entry(self, item: CroissantFile) -> FileEntry | None:
        """The file that an item means: by its path, its identity or name, or the end of its address."""
        for text in (item.url, item.id, item.name):
            path = "/".join(part for part in text.split("/") if part not in ("", "."))
            if text and "://" not in text and (entry := self._named(path)) is not None:
                return entry
        if not is_link(item.url):
            return None
        parts = unquote(urlsplit(item.url).path).split("/")[-_MAX_STEPS:]
        for start in range(len(parts)):
            entry = self._named("/".join(parts[start:]))
            if entry is None:
                continue
            # A base name alone is many a file's.
            sure = start < len(parts) - 1 or entry.sha256.hex() == item.sha256
            return entry if sure or parts[-1] in (item.id, item.name) else None
        return None

    def _named(self, name: str) -> FileEntry | None:
        index = bisect_left(self._entries, name, key=_name)
        found = self._entries[index] if index < len(self._entries) else None
        return found if found is not None and found.name == name else None

    def _compare(self, item: CroissantFile, entry: FileEntry) -> None:
        facts = [("file:content-url", item.url if is_link(item.url) else "", "contentUrl")]
        facts += [("file:encoding-format", text, "encodingFormat") for text in item.formats]
        found = tuple(Fact(name=name, value=self._value(item, text, key)) for name, text, key in facts if text)
        if found:
            self.about[entry.name] = found
        actual = (
            (item.sha256, entry.sha256.hex(), "sha256", f"sha256:{item.sha256}", f"sha256:{entry.sha256.hex()}"),
            (item.size, entry.size, "contentSize", f"{item.size} bytes", f"{entry.size} bytes"),
        )
        for stated, real, key, said, seen in actual:
            if stated not in ("", None) and stated != real and len(self.conflicts) < MAX_CONFLICTS:
                here = Value(text=seen, origin="observed", source=printable(entry.name))
                self.conflicts.append(
                    Conflict(about=f"file:{printable(entry.name)}", values=(here, self._value(item, said, key)))
                )

    def _value(self, item: CroissantFile, text: str, key: str) -> Value:
        return Value(text=text, origin="declared", source=f"{self._document}#{item.where}/{key}")


def _is_repository(item: CroissantFile) -> bool:
    """Whether an item is the repository that the files lie in, rather than a file."""
    return any(text.startswith("git+") or text == "git" for text in item.formats)
