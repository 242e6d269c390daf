"""Members of a card's front matter by their documented shapes; what has another shape is named, not guessed at."""

from __future__ import annotations

from collections.abc import Iterable

from attest.formats.yaml_nodes import Node

MAX_ITEMS = 512
MAX_TEXT = 512


class Members:
    """The members of one mapping. `ignored` names those whose values have a shape that the Hub does not define."""

    def __init__(self, members: dict[str, Node]) -> None:
        self.members = members
        self.ignored: list[str] = []

    def text(self, key: str) -> str:
        """One text, empty when it is absent."""
        value = self.members.get(key)
        if value is None:
            return ""
        if isinstance(value, str) and _fits(value):
            return value.strip()
        self.ignore(key)
        return ""

    def texts(self, key: str, *, partly: bool = True) -> tuple[str, ...]:
        """One text or a list of texts, without repetitions, in order.

        A list of which a part has another shape gives the rest, or nothing unless `partly`.
        """
        value = self.members.get(key)
        items: list[Node] = value if isinstance(value, list) else [value]
        texts = [item.strip() for item in items if isinstance(item, str) and _fits(item)]
        if len(texts) != len(items) - items.count(None) or len(texts) > MAX_ITEMS:
            self.ignore(key)
            texts = texts[:MAX_ITEMS] if partly else []
        return unique(texts)

    def begins(self, prefix: str) -> bool:
        """Whether a member whose name begins so is there and is not empty."""
        return any(key.startswith(prefix) and value not in (None, "", [], {}) for key, value in self.members.items())

    def ignore(self, key: str) -> None:
        """Note that this member was left out, wholly or in part."""
        if key not in self.ignored:
            self.ignored.append(key)


def _fits(text: str) -> bool:
    return len(text) <= MAX_TEXT and text.strip().isprintable()


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that are not empty, each once, in order."""
    return tuple(dict.fromkeys(text for text in texts if text))


def short(node: Node, limit: int = MAX_TEXT) -> str:
    """A scalar's text on one line, empty when it is none, is too long or holds characters that do not print."""
    if not isinstance(node, str) or len(node) > limit:
        return ""
    text = " ".join(node.split())
    return text if text.isprintable() else ""
