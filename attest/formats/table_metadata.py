"""Key-value metadata that Parquet and Arrow files carry for the libraries that wrote them.

Sources: `datasets` (`huggingface`: JSON with `info.features` and a `fingerprint`), pandas' developer documentation
(`pandas`: JSON with `creator` and `pandas_version`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from attest.domain.canonical import canonical
from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.header_text import Problems, listing, plain

MAX_VALUE = 4 << 20
MAX_KEY = 256
MAX_ENTRIES = 1024
MAX_FEATURES = 64 * 1024
HUGGINGFACE, PANDAS = "huggingface", "pandas"
_WANTED = frozenset({HUGGINGFACE, PANDAS})
_LIMITS = Limits(size=MAX_VALUE, depth=64, nodes=200_000)
_KINDS = {"Image": "image", "Audio": "audio", "Video": "video"}


@dataclass(slots=True)
class TableMetadata:
    """Entries as they come; `prefix` is the format's, for the property that names the keys."""

    prefix: str
    problems: Problems
    keys: dict[str, None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("tabular",)

    def wants(self, key: str) -> bool:
        """Whether the value of this key is worth reading; notes the key."""
        wanted = key in _WANTED
        if wanted and key in self.keys:
            self.problems.add(f"its metadata holds {key} twice; the first one is described")
            return False
        if wanted or len(self.keys) < MAX_ENTRIES:
            self.keys[key] = None
        return wanted

    def add(self, key: str, value: bytes) -> None:
        """Take in the value of a key that is wanted."""
        try:
            document = as_object(parse(value, _LIMITS, f"its metadata {key}"), f"its metadata {key}")
            if key == HUGGINGFACE:
                self._huggingface(document)
            else:
                self._pandas(document)
        except DocumentError as error:
            self.problems.add(error.message)

    def _huggingface(self, document: JsonObject) -> None:
        self._note("huggingface:fingerprint", document.get("fingerprint"))
        info = document.get("info")
        features = info.get("features") if isinstance(info, dict) else None
        if not isinstance(features, dict | list):
            return
        text = canonical(features).decode()
        if len(text) > MAX_FEATURES or not text.isprintable():
            self.problems.add("the features in its metadata huggingface are too long or hold odd characters")
            return
        self.properties["huggingface:features"] = text
        self.kinds = _media(features) or self.kinds

    def _pandas(self, document: JsonObject) -> None:
        self._note("pandas:version", document.get("pandas_version"))
        creator = document.get("creator")
        if isinstance(creator, dict):
            texts = [text for name in ("library", "version") if isinstance(text := creator.get(name), str)]
            self._note("pandas:creator", " ".join(texts))

    def _note(self, name: str, value: Json) -> None:
        if isinstance(value, str) and (text := plain(value)):
            self.properties[name] = text

    def found(self) -> dict[str, str]:
        """Properties, with the names of all keys that print."""
        names = listing(sorted(name for key in self.keys if (name := plain(key, MAX_KEY))))
        return self.properties | ({f"{self.prefix}:metadata-keys": names} if names else {})


def _media(features: Json) -> tuple[str, ...]:
    """The media among features, at any depth: a feature is an object whose `_type` names its class."""
    found: set[str] = set()
    level = [features]
    while level:
        below: list[Json] = []
        for node in level:
            if isinstance(node, dict):
                kind = node.get("_type")
                if isinstance(kind, str) and kind in _KINDS:
                    found.add(_KINDS[kind])
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        level = below
    return tuple(sorted(found))
