"""Values of other people's documents as they may stand in a message: short, and without control characters."""

from __future__ import annotations

MAX_MESSAGE = 160
_MAX_VALUE = 60
_WORDS = {None: "null", True: "true", False: "false"}


def excerpt(value: object, limit: int = _MAX_VALUE) -> str:
    """A value as Python would quote it, shortened; a list or an object is only named as such."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if not isinstance(value, str):
        return str(value)[:limit]
    quoted = f"{value[:limit]!r}"
    return f"{quoted[: 2 * limit]}…" if len(value) > limit or len(quoted) > 2 * limit else quoted


def brief(text: str) -> str:
    """A message of at most 160 characters."""
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE - 1]}…"


def clipped(text: str, limit: int = 120) -> str:
    """A name or a pointer, cut where it is longer than anybody reads."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
