"""Names in a JSON-LD document → the vocabularies that they belong to, with nothing looked up anywhere.

Source: JSON-LD 1.1 section 4.1 (contexts), as far as documents of schema.org and Croissant use them: prefixes, terms
for one member, and `@vocab` of the context at the top. A context that is only an address is never fetched: names mean
then what Croissant's recommended context says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from attest.domain.strict_json import Json, JsonObject

MAX_TERMS = 1_000
_MAX_STEPS = 4
_MAX_STEP = 200
_NAMESPACES = (
    ("schema.org/", "sc:"),
    ("mlcommons.org/croissant/rai/", "rai:"),
    ("mlcommons.org/croissant/", "cr:"),
    ("mlcommons.org/schema/", "cr:"),
    ("purl.org/dc/terms/", "dct:"),
    ("w3.org/ns/prov#", "prov:"),
)
_PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "ml": "http://mlcommons.org/schema/",
        "prov": "http://www.w3.org/ns/prov#",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
        "schema": "https://schema.org/",
    }
)


class Terms:
    """Resolves names after one `@context`."""

    def __init__(self, context: Json, own: Mapping[str, str] = MappingProxyType({})) -> None:
        """`own` maps local names to the vocabulary that they belong to, whatever vocabulary a document puts them in."""
        self._terms: dict[str, str] = {}
        self._vocabulary = _PREFIXES["sc"]
        self._own = own
        self._known: dict[str, str] = {}
        for part in context if isinstance(context, list) else [context]:
            if isinstance(part, dict):
                self._take(part)

    def _take(self, part: JsonObject) -> None:
        for term, value in part.items():
            target = value.get("@id") if isinstance(value, dict) else value
            if term == "@vocab" and isinstance(target, str) and target:
                self._vocabulary = target
            elif isinstance(target, str) and not term.startswith("@") and len(self._terms) < MAX_TERMS:
                self._terms[term] = target

    def name(self, text: str) -> str:
        """A member's name or a type as `prefix:local`, such as `sc:license`; an unknown one as a whole address."""
        if text not in self._known:
            if len(self._known) >= MAX_TERMS:
                return self._resolved(text)
            self._known[text] = self._resolved(text)
        return self._known[text]

    def _resolved(self, text: str) -> str:
        address = self._address(text)
        bare = address.removeprefix("https://").removeprefix("http://").removeprefix("www.")
        for namespace, prefix in _NAMESPACES:
            if bare[: len(namespace)].casefold() == namespace:
                local = bare[len(namespace) :]
                return self._own.get(local.casefold(), prefix + local)
        return address

    def _address(self, text: str) -> str:
        for _ in range(_MAX_STEPS):
            if text in self._terms:
                target = self._terms[text]
                if target == text:
                    break
                text = target
                continue
            prefix, colon, local = text.partition(":")
            if not colon:
                return self._vocabulary + text
            if local.startswith("//"):
                return text
            base = self._terms.get(prefix) or _PREFIXES.get(prefix)
            if base is None:
                return text
            if "://" in base:
                return base + local
            text = base + local
        return text


class Resource:
    """One node: its members by resolved name, with the values of all spellings together."""

    def __init__(self, node: JsonObject, terms: Terms, where: str = "") -> None:
        self._items: dict[str, list[tuple[Json, str, int]]] = {}
        self.where = where
        self.terms = terms
        self.id = _identity(node)
        self.types = tuple(terms.name(text) for text in _listed(node.get("@type")) if isinstance(text, str))
        for key, value in node.items():
            if not key.startswith("@"):
                items = self._items.setdefault(terms.name(key), [])
                if isinstance(value, list):
                    items += [(item, key, index) for index, item in enumerate(value)]
                elif value is not None:
                    items.append((value, key, -1))

    def values(self, name: str) -> list[Json]:
        """All values of one member."""
        return [value for value, _, _ in self._items.get(name, ())]

    def placed(self, name: str) -> Iterator[tuple[Json, str]]:
        """All values of one member with the JSON pointers to them, as the document spells them."""
        for value, key, index in self._items.get(name, ()):
            yield value, self._pointer(key, index)

    def _pointer(self, key: str, index: int) -> str:
        step = key.replace("~", "~0").replace("/", "~1")
        if not step.isprintable() or len(step) > _MAX_STEP:
            return self.where
        return f"{self.where}/{step}" if index < 0 else f"{self.where}/{step}/{index}"

    def objects(self, name: str) -> Iterator[Resource]:
        """The nodes among the values of one member."""
        for value, where in self.placed(name):
            if isinstance(value, dict):
                yield Resource(value, self.terms, where)


def text_of(value: Json) -> str:
    """A literal as text, an object with a literal or an identity as that, one text in English or in only one language;
    else empty."""
    if isinstance(value, dict):
        if "@value" in value:
            return text_of(value["@value"]) if not isinstance(value["@value"], dict | list) else ""
        if "@id" in value:
            return _identity(value)
        languages = {key: text for key, text in value.items() if isinstance(text, str) and len(key) <= 12}
        if "en" in languages or len(languages) == len(value) == 1:
            return languages.get("en") or next(iter(languages.values()))
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value is not None and not isinstance(value, list) else ""


def _identity(node: JsonObject) -> str:
    identity = node.get("@id")
    return identity if isinstance(identity, str) else ""


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]
