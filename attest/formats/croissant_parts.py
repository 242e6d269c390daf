"""Files and records of a Croissant document.

Source: the Croissant format 1.1, sections "Resources" and "RecordSets".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from attest.domain.digest import is_hex_digest
from attest.domain.strict_json import Json
from attest.formats.header_text import plain
from attest.formats.json_ld import Resource, text_of

MAX_FILES = 20_000
MAX_RECORD_SETS = 1_000
MAX_FIELDS = 4_096
MAX_SPLITS = 1_000
MAX_NAME = 256
_MAX_DEPTH = 4
_MAX_PATTERNS = 50
_MAX_TYPES = 16
_BYTES = re.compile(r"(\d{1,16})(?:\s?(?:B|bytes))?")
_KINDS = {"sc:ImageObject": "image", "sc:AudioObject": "audio", "sc:VideoObject": "video"}
_SPLIT, _ENUMERATION = "cr:Split", "sc:Enumeration"


class CroissantFile(NamedTuple):
    """A file, or with `is_set` a set of files; absent is empty.

    `sha256` is in lower-case hexadecimal and empty when the document holds something else there. `size` is in bytes,
    None unless it is given as a plain number of them. `contained_in` are identities of other files.
    """

    id: str
    name: str
    where: str
    url: str = ""
    sha256: str = ""
    size: int | None = None
    formats: tuple[str, ...] = ()
    contained_in: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    is_set: bool = False


class CroissantField(NamedTuple):
    """A field of a set of records with its data types, such as `sc:Text` or `cr:Float32[]` for an array."""

    record_set: str
    name: str
    type: str
    where: str


def read_files(dataset: Resource) -> tuple[CroissantFile, ...]:
    """The distribution, at most 20,000 files and sets of files."""
    found: list[CroissantFile] = []
    for item in dataset.objects("sc:distribution"):
        if len(found) >= MAX_FILES:
            break
        types = {kind.rpartition(":")[2].casefold() for kind in item.types}
        if types & {"fileobject", "fileset"}:
            found.append(_file(item, is_set="fileset" in types))
    return tuple(found)


def _file(item: Resource, *, is_set: bool) -> CroissantFile:
    digest = _first(item, "sc:sha256").casefold()
    size = _BYTES.fullmatch(_first(item, "sc:contentSize"))
    containers = [*item.values("cr:containedIn"), *item.values("sc:containedIn")]
    return CroissantFile(
        id=plain(item.id, MAX_NAME),
        name=_first(item, "sc:name"),
        where=item.where,
        url=_first(item, "sc:contentUrl", 1024),
        sha256=digest if is_hex_digest(digest) else "",
        size=int(size[1]) if size else None,
        formats=_texts(item.values("sc:encodingFormat")),
        contained_in=_texts(containers),
        includes=_texts(item.values("cr:includes")),
        is_set=is_set,
    )


def _first(item: Resource, name: str, limit: int = MAX_NAME) -> str:
    """The one text of a member; several are none."""
    values = item.values(name)
    return plain(text_of(values[0]), limit) if len(values) == 1 else ""


def _texts(values: Sequence[Json]) -> tuple[str, ...]:
    return tuple(text for value in values[:_MAX_PATTERNS] if (text := plain(text_of(value), MAX_NAME)))


class Records:
    """The sets of records: their fields, the splits that are listed as records, and the media among the types.

    Sets of records that only list splits or the values of an enumeration have no fields of the data.
    """

    def __init__(self, dataset: Resource) -> None:
        self._fields: list[CroissantField] = []
        self._splits: dict[str, None] = {}
        self._kinds: set[str] = set()
        sets: list[Resource] = []
        for item in dataset.objects("cr:recordSet"):
            if len(sets) >= MAX_RECORD_SETS:
                break
            sets.append(item)
        listing = [item for item in sets if {_SPLIT, _ENUMERATION} & set(_types(item))]
        self._listing = tuple(f"{item.id}/" for item in listing if item.id)
        for item in sets:
            if item in listing:
                self._take_splits(item)
            else:
                self._take(item)

    @property
    def fields(self) -> tuple[CroissantField, ...]:
        """The fields of all sets, in order."""
        return tuple(self._fields)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of splits, each once."""
        return tuple(self._splits)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Media, sorted."""
        return tuple(sorted(self._kinds))

    def _take(self, records: Resource) -> None:
        name = plain(records.id, MAX_NAME) or _first(records, "sc:name")
        for field in records.objects("cr:field"):
            self._field(field, name, (), 0)

    def _field(self, field: Resource, records: str, above: tuple[str, ...], depth: int) -> None:
        label = _first(field, "sc:name") or plain(field.id, MAX_NAME)
        # Names and identities may begin with those of what is around them.
        own = label
        for around in ("/".join((records, *above)), records):
            own = own.removeprefix(f"{around}/")
        if not own or len(self._fields) >= MAX_FIELDS or self._refers_to_listing(field):
            return
        types = _types(field)
        self._kinds.update(_KINDS[kind] for kind in types if kind in _KINDS)
        path = (*above, own)
        if types:
            self._fields.append(CroissantField(records, ".".join(path), ", ".join(types) + _array(field), field.where))
        if depth < _MAX_DEPTH:
            for inner in field.objects("cr:subField"):
                self._field(inner, records, path, depth + 1)

    def _refers_to_listing(self, field: Resource) -> bool:
        """Whether a field only names a split or a value of an enumeration that another set lists as a split."""
        targets = [text for node in field.objects("cr:references") for text in _targets(node)]
        return any(text.startswith(self._listing) for text in targets) if self._listing else False

    def _take_splits(self, records: Resource) -> None:
        if _SPLIT not in _types(records):
            return
        for row in records.values("cr:data")[:MAX_SPLITS]:
            cells = row if isinstance(row, dict) else {}
            names = [cell for key, cell in cells.items() if key.rpartition("/")[2] in ("name", "split_name", "split")]
            for cell in names[:1]:
                if isinstance(cell, str) and (name := plain(cell, MAX_NAME)):
                    self._splits[name] = None


def _targets(node: Resource) -> Iterator[str]:
    if node.id:
        yield node.id
    for field in node.objects("cr:field"):
        yield field.id


def _types(item: Resource) -> tuple[str, ...]:
    texts = [text_of(value) for value in item.values("cr:dataType")[:_MAX_TYPES] if isinstance(value, str | dict)]
    return tuple(dict.fromkeys(name for text in texts if text and (name := plain(item.terms.name(text), MAX_NAME))))


def _array(field: Resource) -> str:
    if _first(field, "cr:isArray") != "true" and _first(field, "cr:repeated") != "true":
        return ""
    shape = _first(field, "cr:arrayShape").strip("()[] ")
    return f"[{shape}]" if re.fullmatch(r"[0-9, -]{1,64}", shape) else "[]"
