"""Patterns of files as `datasets` takes them, matched without regular expressions: no pattern costs more than its
length times the name's.

Source: `datasets.data_files.resolve_pattern` and fsspec's glob: `*`, `?` and `[…]` stay inside one part of a path, `**`
as a whole part stands for any number of parts.
"""

from __future__ import annotations

from collections.abc import Sequence

_MAGIC = "*?["


def escaped(name: str) -> str:
    """A pattern that matches this name alone."""
    return "".join(f"[{char}]" if char in _MAGIC else char for char in name)


def fixed_start(pattern: str) -> str:
    """The part of a pattern before its first wildcard: every name that matches begins with it."""
    places = [place for mark in _MAGIC if (place := pattern.find(mark)) >= 0]
    return pattern[: min(places)] if places else pattern


def matches(pattern: str, name: str) -> bool:
    """Whether a relative POSIX name matches a pattern."""
    if not any(mark in pattern for mark in _MAGIC):
        return pattern == name
    patterns = pattern.split("/")
    if "**" not in patterns and name.count("/") != len(patterns) - 1:
        return False
    return _paths(patterns, name.split("/"))


def _paths(patterns: Sequence[str], parts: Sequence[str]) -> bool:
    """Greedy with one step back: of several `**`, only the last one ever has to take more."""
    at = place = 0
    star = resume = -1
    while place < len(parts):
        if at < len(patterns) and patterns[at] == "**":
            star, resume = at, place
            at += 1
        elif at < len(patterns) and _part(patterns[at], parts[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return all(rest == "**" for rest in patterns[at:])


def _part(pattern: str, text: str) -> bool:
    """The same for the characters of one part."""
    if pattern.count("*") == 1 and not ("?" in pattern or "[" in pattern):
        start, _, end = pattern.partition("*")
        return len(text) >= len(pattern) - 1 and text.startswith(start) and text.endswith(end)
    at = place = 0
    star = resume = -1
    while place < len(text):
        width = _width(pattern, at)
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, place
            at += 1
        elif width and _one(pattern, at, width, text[place]):
            at, place = at + width, place + 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _width(pattern: str, at: int) -> int:
    """How much of the pattern stands for one character; 0 at its end."""
    if at >= len(pattern):
        return 0
    if pattern[at] == "[":
        first = at + 2 if pattern[at + 1 : at + 2] in ("!", "^") else at + 1
        end = pattern.find("]", first + 1)
        return end - at + 1 if end > 0 else 1
    return 1


def _one(pattern: str, at: int, width: int, char: str) -> bool:
    if width == 1:
        return pattern[at] == "?" or pattern[at] == char
    inside = pattern[at + 1 : at + width - 1]
    negated = inside[0] in "!^"
    return _holds(inside[1:] if negated else inside, char) != negated


def _holds(inside: str, char: str) -> bool:
    place = 0
    while place < len(inside):
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            if inside[place] <= char <= inside[place + 2]:
                return True
            place += 3
        elif inside[place] == char:
            return True
        else:
            place += 1
    return False
