"""Croissant: JSON-LD that describes a dataset, its files and its records.

Sources: the Croissant format 1.0 and 1.1, its RAI vocabulary 1.0 (`croissant_rai.ttl`), and the names that
`mlcroissant` writes for it. Everything is declared by whoever wrote the document. A document of another kind gives
None; many tools write a `metadata.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from attest.domain.strict_json import Json, JsonObject, Limits, parse
from attest.formats.croissant_parts import CroissantField, CroissantFile, Records, read_files
from attest.formats.header_text import paragraph, plain
from attest.formats.json_ld import Resource, Terms, text_of
from attest.formats.prefix import MAX_DOCUMENT
from attest.formats.prose import is_placeholder
from attest.formats.web_link import is_link

MAX_PARTIES = 200
MAX_TEXTS = 50
MAX_KEYWORDS = 512
MAX_CITATION = 64 * 1024
_MARK = b"mlcommons.org"
_LIMITS = Limits(size=MAX_DOCUMENT, depth=64, nodes=400_000, string=MAX_DOCUMENT)
_CONFORMS = re.compile(r"https?://(?:www\.)?mlcommons\.org/croissant/(RAI/)?(\d{1,3}(?:\.\d{1,3}){0,2})/?")
_TIME = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}")
_SAYS_NO = frozenset({"no", "none"})

RAI: tuple[str, ...] = (
    "dataCollection",
    "dataCollectionType",
    "dataCollectionMissingData",
    "dataCollectionRawData",
    "dataCollectionTimeframe",
    "dataImputationProtocol",
    "dataPreprocessingProtocol",
    "dataManipulationProtocol",
    "dataAnnotationProtocol",
    "dataAnnotationPlatform",
    "dataAnnotationAnalysis",
    "annotationsPerItem",
    "annotatorDemographics",
    "machineAnnotationTools",
    "dataBiases",
    "dataLimitations",
    "dataUseCases",
    "personalSensitiveInformation",
    "dataSocialImpact",
    "dataReleaseMaintenancePlan",
)
"""The properties of the RAI vocabulary. `mlcroissant` spells two of them otherwise; both spellings are read."""
_CROISSANT_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "data", "dataType", "extract", "field", "fileObject", "fileSet",
    "includes", "excludes", "isArray", "isLiveDataset", "key", "md5", "recordSet", "references", "repeated",
    "sdVersion", "source", "subField",
)  # fmt: skip
# Documents put these names into the vocabulary of schema.org or of Croissant when their context does not map them.
_OWN: Mapping[str, str] = MappingProxyType(
    {name.casefold(): f"rai:{name}" for name in RAI}
    | {name.casefold(): f"cr:{name}" for name in _CROISSANT_TERMS}
    | {
        "datadatamanipulationprotocol": "rai:dataManipulationProtocol",
        "datareleasemaintenance": "rai:dataReleaseMaintenancePlan",
        "conformsto": "dct:conformsTo",
        "fileobject": "cr:fileObject",
        "fileset": "cr:fileSet",
    }
)


class CroissantParty(NamedTuple):
    """A person or an organisation; `kind` is `person`, `organization` or empty."""

    name: str
    url: str
    email: str
    kind: str
    where: str


class Text(NamedTuple):
    """A text and the JSON pointer of the member that holds it."""

    text: str
    where: str


NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Croissant:
    """What a Croissant document says; absent is empty. Times are ISO 8601 as written.

    `version` is the dataset's, `conforms_to` are versions of Croissant, such as `1.0` and `RAI/1.0`. `rai` holds texts
    by property of the RAI vocabulary, those that say nothing left out. `splits` are names; `kinds` are media among the
    data types of fields. `problems` are members that say two things where one is allowed.
    """

    name: Text = NO_TEXT
    description: Text = NO_TEXT
    version: Text = NO_TEXT
    conforms_to: tuple[str, ...] = ()
    url: Text = NO_TEXT
    same_as: tuple[Text, ...] = ()
    licenses: tuple[Text, ...] = ()
    creators: tuple[CroissantParty, ...] = ()
    publishers: tuple[CroissantParty, ...] = ()
    published: Text = NO_TEXT
    created: Text = NO_TEXT
    modified: Text = NO_TEXT
    cite_as: Text = NO_TEXT
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    live: bool = False
    files: tuple[CroissantFile, ...] = ()
    fields: tuple[CroissantField, ...] = ()
    splits: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    rai: tuple[tuple[str, tuple[Text, ...]], ...] = ()
    derived_from: tuple[Text, ...] = ()
    problems: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[Text, ...]:
        """The texts of one property of the RAI vocabulary."""
        return dict(self.rai).get(name, ())


def read_croissant(data: bytes, what: str) -> Croissant | None:
    """Read a whole document; `what` names it in errors. None when it is no Croissant dataset.

    Raises DocumentError when it speaks of Croissant and is no strict JSON.
    """
    if _MARK not in data:
        return None
    root = parse(data, _LIMITS, what)
    if not isinstance(root, dict):
        return None
    reader = _Reader(Resource(root, Terms(root.get("@context"), _OWN)))
    named = any(_mentions(value) for value in (root.get("@context"), *reader.resource.values("dct:conformsTo")))
    return reader.read() if "sc:Dataset" in reader.resource.types and named else None


def _mentions(value: Json) -> bool:
    """Whether a context or a list of specifications names Croissant."""
    if isinstance(value, dict):
        return any(_mentions(item) for item in value.values() if isinstance(item, str))
    if isinstance(value, list):
        return any(_mentions(item) for item in value if not isinstance(item, list))
    return isinstance(value, str) and "mlcommons.org/" in value


class _Reader:
    """Reads the members of the dataset."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.problems: list[str] = []

    def read(self) -> Croissant:
        resource = self.resource
        records = Records(resource)
        return Croissant(
            name=self._one("sc:name"),
            description=self._prose("sc:description"),
            version=self._one("sc:version"),
            conforms_to=tuple(self._conforms()),
            url=self._link("sc:url"),
            same_as=tuple(self._links("sc:sameAs")),
            licenses=tuple(self._licenses()),
            creators=tuple(self._parties("sc:creator")),
            publishers=tuple(self._parties("sc:publisher")),
            published=self._time("sc:datePublished"),
            created=self._time("sc:dateCreated"),
            modified=self._time("sc:dateModified"),
            cite_as=self._citation(),
            keywords=self._listed("sc:keywords"),
            languages=self._listed("sc:inLanguage"),
            live=[text_of(value) for value in resource.values("cr:isLiveDataset")] == ["true"],
            files=read_files(resource),
            fields=records.fields,
            splits=records.splits,
            kinds=records.kinds,
            rai=tuple((name, texts) for name in RAI if (texts := tuple(self._rai(name)))),
            derived_from=tuple(self._derived()),
            problems=tuple(self.problems),
        )

    def _raw(self, name: str) -> Text:
        """The one text of a member; several that differ are none, and a problem."""
        texts = {text: where for value, where in self.resource.placed(name) if (text := text_of(value).strip())}
        if len(texts) > 1:
            self.problems.append(f"{next(iter(texts.values()))} is one of {len(texts)} values where one is allowed")
        return Text(*next(iter(texts.items()))) if len(texts) == 1 else NO_TEXT

    def _one(self, name: str) -> Text:
        raw = self._raw(name)
        text = plain(raw.text)
        return Text(text, raw.where) if text and not is_placeholder(text) else NO_TEXT

    def _prose(self, name: str) -> Text:
        raw = self._raw(name)
        text = paragraph(raw.text)
        return Text(text, raw.where) if text and not is_placeholder(text) else NO_TEXT

    def _link(self, name: str) -> Text:
        raw = self._raw(name)
        return raw if is_link(raw.text) else NO_TEXT

    def _links(self, name: str) -> Iterator[Text]:
        for value, where in islice(self.resource.placed(name), MAX_TEXTS):
            if is_link(text := text_of(value).strip()):
                yield Text(text, where)

    def _time(self, name: str) -> Text:
        raw = self._raw(name)
        return raw if is_time(raw.text) else NO_TEXT

    def _citation(self) -> Text:
        raw = self._raw("cr:citeAs")
        return raw if len(raw.text) <= MAX_CITATION and not is_placeholder(raw.text) else NO_TEXT

    def _listed(self, name: str) -> tuple[str, ...]:
        """Texts and the names of defined terms; a text of keywords may hold several with commas."""
        texts: list[str] = []
        for value in self.resource.values(name)[:MAX_KEYWORDS]:
            node = value.get("name") if isinstance(value, dict) and "name" in value else value
            texts += text_of(node).split(",", MAX_KEYWORDS) if name == "sc:keywords" else [text_of(node)]
        return tuple(dict.fromkeys(text for item in texts if (text := plain(item))))[:MAX_KEYWORDS]

    def _conforms(self) -> Iterator[str]:
        for value in self.resource.values("dct:conformsTo")[:MAX_TEXTS]:
            if match := _CONFORMS.fullmatch(text_of(value).strip()):
                yield f"{match[1] or ''}{match[2]}"

    def _licenses(self) -> Iterator[Text]:
        for value, where in islice(self.resource.placed("sc:license"), MAX_TEXTS):
            for item in _license_texts(value, self.resource.terms):
                if (text := plain(item)) and not is_placeholder(text):
                    yield Text(text, where)
                    break

    def _parties(self, name: str) -> Iterator[CroissantParty]:
        for value, where in islice(self.resource.placed(name), MAX_PARTIES):
            node: JsonObject = value if isinstance(value, dict) else {"name": value}
            party = Resource(node, self.resource.terms)
            label = next((text for item in party.values("sc:name") if (text := plain(text_of(item)))), "")
            if not label or is_placeholder(label):
                continue
            links = [text_of(item).strip() for item in (*party.values("sc:url"), party.id)]
            emails = [text_of(item).strip() for item in party.values("sc:email")]
            kinds = [kind.removeprefix("sc:").casefold() for kind in party.types]
            yield CroissantParty(
                label,
                next((link for link in links if is_link(link)), ""),
                next((email for email in emails if len(email) <= 254 and _EMAIL.fullmatch(email)), ""),
                next((kind for kind in kinds if kind in ("person", "organization")), ""),
                where,
            )

    def _rai(self, name: str) -> Iterator[Text]:
        for value, where in islice(self.resource.placed(f"rai:{name}"), MAX_TEXTS):
            text = paragraph(text_of(value))
            says_no = name == "personalSensitiveInformation" and text.casefold().strip(" .") in _SAYS_NO
            if says_no or not is_placeholder(text):
                yield Text(text, where)

    def _derived(self) -> Iterator[Text]:
        """What the dataset is derived from, as far as it is an address: prose there names nothing."""
        for key in ("prov:wasDerivedFrom", "sc:isBasedOn"):
            for value, where in islice(self.resource.placed(key), MAX_TEXTS):
                node = Resource(value, self.resource.terms) if isinstance(value, dict) else None
                candidates: list[Json] = [*node.values("sc:url"), node.id] if node is not None else [value]
                links = [link for item in candidates if is_link(link := text_of(item).strip())]
                if links:
                    yield Text(links[0], where)


def _license_texts(value: Json, terms: Terms) -> Iterator[str]:
    """What may name a licence, best first: an address or a text, or those of a work."""
    if not isinstance(value, dict):
        yield text_of(value)
        return
    work = Resource(value, terms)
    for item in (*work.values("sc:url"), work.id, *work.values("sc:name")):
        yield text_of(item)


def is_time(text: str) -> bool:
    """Whether this is a time in ISO 8601 that can be: a year, a month, a day, or a moment."""
    if _TIME.fullmatch(text) is None or text[:4] == "0000":
        return False
    padded = f"{text}{'-01-01'[len(text) - 4 :]}" if len(text) < 10 else text
    try:
        datetime.fromisoformat(padded)
    except ValueError:
        return False
    return True
