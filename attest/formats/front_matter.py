"""The Hugging Face model card: `README.md` with YAML front matter between two lines of three dashes.

Source: the Hub documentation, "Model Cards". The YAML is read in the narrowest way that real cards need: one
document, no anchors, aliases, merge keys or tags, no duplicate keys, none of the characters that end a line in YAML
1.1 alone (elsewhere a comment goes on behind them), at most 256 KiB and 16 levels. Scalars stay text, so that a date is
what was written and the language `no` is Norwegian.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import yaml

from attest.errors import DocumentError
from attest.formats.card import Card
from attest.formats.prose import first_paragraph

Node: TypeAlias = "str | list[Node] | dict[str, Node] | None"
"""A YAML value with every scalar as text; None is a plain empty scalar, `~` or `null`."""

MAX_FRONT_MATTER = 256 * 1024
MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_ITEMS = 512
MAX_TEXT = 512
_WHAT = "the front matter of README.md"
_OTHER_BREAKS = "\x85\u2028\u2029"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_card(data: bytes) -> Card:
    """Read a whole README.md. Raises DocumentError when it is not UTF-8, or its front matter is refused."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"README.md is not UTF-8 text (byte {error.start})") from None
    header, body = _split(text)
    members = parse_front_matter(header) if header.strip() else {}
    reader = _Members(members)
    return Card(
        licenses=reader.texts("license", partly=False),
        license_name=reader.text("license_name"),
        license_link=reader.text("license_link"),
        base_models=reader.texts("base_model"),
        base_model_relation=reader.text("base_model_relation"),
        datasets=reader.texts("datasets"),
        languages=reader.texts("language"),
        tags=reader.texts("tags"),
        pipeline_tag=reader.text("pipeline_tag"),
        library_name=reader.text("library_name"),
        model_name=reader.index_name(),
        description=first_paragraph(body),
        ignored=tuple(reader.ignored),
    )


def _split(text: str) -> tuple[str, str]:
    """Front matter and body."""
    opening, line_feed, rest = text.partition("\n")
    if opening.rstrip() != "---" or not line_feed:
        return "", text
    end = 0
    while end <= MAX_FRONT_MATTER and end < len(rest):
        after = rest.find("\n", end) + 1 or len(rest)
        if rest[end:after].rstrip() == "---":
            return rest[:end], rest[after:]
        end = after
    raise DocumentError(f"{_WHAT} does not end within {MAX_FRONT_MATTER} bytes")


def parse_front_matter(text: str) -> dict[str, Node]:
    """The members of one YAML mapping. Raises DocumentError for anything outside the subset above."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_FRONT_MATTER:
        raise DocumentError(f"{_WHAT} is longer than {MAX_FRONT_MATTER} bytes")
    if any(mark in text for mark in _OTHER_BREAKS):
        raise DocumentError(f"{_WHAT} holds a character that only some readers take for the end of a line")
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except RecursionError:
        raise DocumentError(f"{_WHAT} is nested too deeply") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + 2})" if place is not None else ""
        raise DocumentError(f"{_WHAT} is not YAML: {getattr(error, 'problem', None) or 'malformed'}{line}") from None
    if builder.root is None:
        return {}
    if not isinstance(builder.root, dict):
        raise DocumentError(f"{_WHAT} is not a mapping")
    return builder.root


class _Builder:
    """Parser events → nodes, without recursion."""

    def __init__(self) -> None:
        self.root: Node = None
        self.open: list[list[Node] | dict[str, Node]] = []
        self.keys: list[str | None] = []
        self.documents = self.nodes = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1 or event.tags or event.version:
                raise DocumentError(f"{_WHAT} holds directives or more than one document")
        elif isinstance(event, yaml.AliasEvent):
            raise DocumentError(f"{_WHAT} uses an alias")
        elif isinstance(event, yaml.ScalarEvent):
            self._check(event)
            plain = event.style is None and event.value in _NULLS
            self._add(None if plain else _clean(event.value), event.value)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._check(event)
            self._open([] if isinstance(event, yaml.SequenceStartEvent) else {})
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self.open.pop()
            self.keys.pop()

    def _check(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self.nodes += 1
        if event.anchor is not None or event.tag is not None:
            raise DocumentError(f"{_WHAT} uses an anchor or a tag")
        if self.nodes > MAX_NODES:
            raise DocumentError(f"{_WHAT} holds more than {MAX_NODES} values")

    def _open(self, node: list[Node] | dict[str, Node]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise DocumentError(f"{_WHAT} is nested deeper than {MAX_DEPTH} levels")
        self._add(node, None)
        self.open.append(node)
        self.keys.append(None)

    def _add(self, node: Node, key: str | None) -> None:
        """Put a node where it belongs; in a mapping, keys and values take turns."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, list):
            parent.append(node)
        elif (waiting := self.keys[-1]) is not None:
            parent[waiting] = node
            self.keys[-1] = None
        elif key is None or key == "<<":
            raise DocumentError(f"{_WHAT} has a key that is no plain text")
        elif key in parent:
            raise DocumentError(f"{_WHAT} has the key {key[:80]!r} twice")
        else:
            self.keys[-1] = _clean(key)


def _clean(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise DocumentError(f"{_WHAT} holds half of a surrogate pair, which is no character") from None
    return text


class _Members:
    """The card's members by their documented shapes; what has another shape is named in `ignored`."""

    def __init__(self, members: dict[str, Node]) -> None:
        self.members = members
        self.ignored: list[str] = []

    def text(self, key: str) -> str:
        value = self.members.get(key)
        if value is None:
            return ""
        if isinstance(value, str) and len(value) <= MAX_TEXT:
            return value.strip()
        self.ignored.append(key)
        return ""

    def texts(self, key: str, *, partly: bool = True) -> tuple[str, ...]:
        """One text or a list of texts, without repetitions, in order.

        A list of which a part has another shape gives the rest, or nothing unless `partly`.
        """
        value = self.members.get(key)
        items: list[Node] = value if isinstance(value, list) else [value]
        texts = [item.strip() for item in items if isinstance(item, str) and len(item) <= MAX_TEXT]
        if len(texts) != len(items) - items.count(None) or len(texts) > MAX_ITEMS:
            self.ignored.append(key)
            texts = texts[:MAX_ITEMS] if partly else []
        return _unique(texts)

    def index_name(self) -> str:
        """`model-index[0].name`, when it names one model."""
        index = self.members.get("model-index")
        first = index[0] if isinstance(index, list) and len(index) == 1 else None
        name = first.get("name") if isinstance(first, dict) else None
        return name.strip() if isinstance(name, str) and len(name) <= MAX_TEXT else ""


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
