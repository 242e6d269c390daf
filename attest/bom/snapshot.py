"""Anybody's CycloneDX document as values that can be compared. Members of unexpected shapes count as absent.

The subject is `metadata.component`, or the first model or dataset among the components when that is a thin root (the
inventory layout). Files are what is nested in the subject, and components that say that they are files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from attest.domain.file_format import FORMATS
from attest.domain.manifest import TREE_DIGEST_KIND
from attest.domain.strict_json import Json, JsonObject
from attest.errors import DocumentError
from attest.formats.extensions import PICKLE, PROMISES, split_name

TENSOR = "attest:tensor:"
_SUBJECTS = ("machine-learning-model", "data")
_FILE = "attest:file:"
_FORMATS = {".py": "python", ".safetensors": "safetensors", ".gguf": "gguf", ".keras": "keras", ".h5": "hdf5"}


@dataclass(frozen=True, kw_only=True)
class FileSeen:
    """One file as a document lists it: digests by algorithm, properties in order."""

    name: str
    digests: Mapping[str, str]
    properties: tuple[tuple[str, str], ...]

    def texts(self, name: str) -> list[str]:
        """The values of one property."""
        return [value for key, value in self.properties if key == name]

    @property
    def size(self) -> str:
        """Bytes as the document says, or empty."""
        return next(iter(self.texts("attest:file:size")), "")

    @cached_property
    def format(self) -> str:
        """The format that the document names; without one, what the extension promises; or empty."""
        if told := self.texts("attest:file:format"):
            return told[0]
        extension = split_name(self.name)[1]
        if extension in PICKLE:
            return "pickle"
        promised = PROMISES.get(extension, frozenset())
        return _FORMATS.get(extension, "") or (next(iter(promised)) if len(promised) == 1 else "")

    @property
    def title(self) -> str:
        """The format in words."""
        return FORMATS[self.format][0] if self.format in FORMATS else self.format or "a file of no known format"

    @property
    def risk(self) -> str:
        """What loading can do, as the catalogue of formats says; `unknown` for formats that it does not know."""
        return FORMATS[self.format][1] if self.format in FORMATS else "unknown"

    @property
    def digest(self) -> str:
        """One digest to know the content by, with its algorithm; empty without any."""
        if "SHA-256" in self.digests:
            return f"SHA-256:{self.digests['SHA-256']}"
        return next((f"{algorithm}:{text}" for algorithm, text in sorted(self.digests.items())), "")

    @cached_property
    def tensors(self) -> dict[str, str]:
        """The tensors that the document lists for this file, as texts by name; two texts for one name are neither."""
        return values_of(self.properties, TENSOR)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One document, read. Make it with `snapshot`."""

    document: JsonObject
    subject: JsonObject
    others: tuple[JsonObject, ...]
    files: Mapping[str, FileSeen]

    @cached_property
    def properties(self) -> list[tuple[str, str]]:
        """The subject's properties."""
        return pairs_of(self.subject)

    @cached_property
    def card(self) -> JsonObject:
        """The subject's model card."""
        return object_of(self.subject.get("modelCard"))

    @cached_property
    def card_properties(self) -> list[tuple[str, str]]:
        """The model card's properties."""
        return pairs_of(self.card)

    @property
    def name(self) -> str:
        """`group/name` of the subject."""
        return full_name(self.subject)

    @property
    def version(self) -> str:
        """The subject's version."""
        return text_of(self.subject.get("version"))

    @property
    def label(self) -> str:
        """The subject for people."""
        name = self.name or "(without a name)"
        return f"{name}@{self.version}" if self.version else name

    @property
    def digest(self) -> str:
        """The digest of the whole that a document of ours gives, else empty."""
        found = (value for name, value in self.properties if name in ("attest:model:digest", "attest:dataset:digest"))
        return next(found, "")

    @property
    def covers_names(self) -> bool:
        """Whether that digest is the tree digest, which covers the names and contents of all files."""
        kinds = [
            value
            for name, value in self.properties
            if name in ("attest:model:digest-kind", "attest:dataset:digest-kind")
        ]
        return kinds == [TREE_DIGEST_KIND] and bool(self.files)


def snapshot(document: JsonObject) -> Snapshot:
    """Read a document. Raises DocumentError when it does not say that it is CycloneDX."""
    if document.get("bomFormat") != "CycloneDX":
        raise DocumentError(
            "this is no CycloneDX document in JSON", hint="Only such documents are compared; write the bill as one."
        )
    subject = subject_of(document)
    others = [item for item in objects_in(document.get("components")) if item is not subject]
    files = [*_nested(subject), *filter(is_file, others)]
    rest = tuple(item for item in others if not is_file(item))
    return Snapshot(document=document, subject=subject, others=rest, files=_named(files))


def subject_of(document: JsonObject) -> JsonObject:
    """What the document is about: its root, or the first model or dataset of the inventory under a root of another
    type. A file is no dataset, whatever type it has."""
    root = object_of(object_of(document.get("metadata")).get("component"))
    if root.get("type") in _SUBJECTS:
        return root
    components = objects_in(document.get("components"))
    return next((item for item in components if item.get("type") in _SUBJECTS and not is_file(item)), root)


def _named(items: Iterable[JsonObject]) -> dict[str, FileSeen]:
    """Files by name. A name that stands twice is two files: neither may hide the other."""
    files: dict[str, FileSeen] = {}
    count: dict[str, int] = {}
    for item in items:
        seen = _file(item)
        count[seen.name] = number = count.get(seen.name, 0) + 1
        files[seen.name if number == 1 else f"{seen.name} (listed again, {number})"] = seen
    return files


def _nested(component: JsonObject) -> Iterator[JsonObject]:
    """What lies in the subject as its files, at any depth."""
    waiting = objects_in(component.get("components"))[::-1]
    while waiting:
        item = waiting.pop()
        loose = item.get("type") in ("data", "library") and not item.get("purl") and not item.get("data")
        if loose or is_file(item):
            yield item
        waiting += objects_in(item.get("components"))[::-1]


def is_file(item: JsonObject) -> bool:
    """Whether a component says that it is a file, by its type or by what we write about files."""
    return item.get("type") == "file" or any(name.startswith(_FILE) for name, _ in pairs_of(item))


def _file(item: JsonObject) -> FileSeen:
    return FileSeen(name=text_of(item.get("name")), digests=digests_of(item), properties=tuple(pairs_of(item)))


def object_of(node: Json) -> JsonObject:
    """`node` if it is an object, else an empty one."""
    return node if isinstance(node, dict) else {}


def objects_in(node: Json) -> list[JsonObject]:
    """The objects among the items of `node`, which may be anything."""
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def text_of(node: Json) -> str:
    """`node` if it is a text, else an empty one."""
    return node if isinstance(node, str) else ""


def texts_in(node: Json) -> list[str]:
    """The texts among the items of `node`, which may be anything."""
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []


def pairs_of(item: JsonObject) -> list[tuple[str, str]]:
    """Names and values of an object's properties."""
    return [(text_of(one.get("name")), text_of(one.get("value"))) for one in objects_in(item.get("properties"))]


def values_of(pairs: Iterable[tuple[str, str]], prefix: str) -> dict[str, str]:
    """What properties of one prefix say, by the rest of their names; several values in one text."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name.startswith(prefix):
            found.setdefault(name[len(prefix) :], []).append(value)
    return {name: "; ".join(sorted(set(values))) for name, values in found.items()}


def digests_of(item: JsonObject) -> dict[str, str]:
    """Digests of a component by algorithm, in lower case."""
    found = ((text_of(one.get("alg")), text_of(one.get("content")).lower()) for one in objects_in(item.get("hashes")))
    return {algorithm: content for algorithm, content in found if algorithm and content}


def full_name(item: JsonObject) -> str:
    """`group/name`, or the bare name."""
    group, name = text_of(item.get("group")), text_of(item.get("name"))
    return f"{group}/{name}" if group else name
