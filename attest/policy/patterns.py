"""Patterns over identities: a small regular language, checked when the policy is read, matched in linear time.

A pattern speaks about the whole text: it starts with `^`, ends with `$`, and has no alternative outside of a group. It
holds literals, `\\` before punctuation, classes such as `[a-z0-9-]` and `[^/]`, groups `(a|b)`, and the quantifiers
`?`, `*`, `+`, `{n}`, `{n,}`, `{n,m}`. Whatever could match more than its author sees is refused: a loose dot, classes
that cross from one segment to the next, a host or domain that is not spelled out.

Invariant: matching follows all readings at once and never goes back, so that no identity, however it was chosen, makes
it slow (CWE-1333).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

from attest.errors import DocumentError

MAX_PATTERN = 500
MAX_TEXT = 4_096
MAX_REPEAT = 64
MAX_REPEATS = 200
MAX_NESTING = 8
_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_REPEAT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://[^/]+/.*", re.DOTALL)
_DOMAIN = re.compile(r".*@[^@]+", re.DOTALL)
_SEPARATORS = {"uri": "/", "email": "@"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chars:
    """One character out of a set, or out of all others."""

    chars: frozenset[str]
    negated: bool = False

    def follow(self, text: str, starts: frozenset[int]) -> frozenset[int]:
        return frozenset(at + 1 for at in starts if at < len(text) and (text[at] in self.chars) != self.negated)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """One of several sequences."""

    options: tuple[_Sequence, ...]

    def follow(self, text: str, starts: frozenset[int]) -> frozenset[int]:
        return frozenset().union(*(option.follow(text, starts) for option in self.options))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeat:
    """`item`, from `low` to `high` times; without end when `high` is None."""

    item: _Chars | _Group
    low: int
    high: int | None

    def follow(self, text: str, starts: frozenset[int]) -> frozenset[int]:
        found, current, times = (starts if self.low == 0 else frozenset[int]()), starts, 0
        while current and (self.high is None or times < self.high):
            current, times = self.item.follow(text, current), times + 1
            if times >= self.low:
                current -= found
                found |= current
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    """One item after another."""

    items: tuple[_Chars | _Group | _Repeat, ...]

    def follow(self, text: str, starts: frozenset[int]) -> frozenset[int]:
        for item in self.items:
            starts = item.follow(text, starts)
        return starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A checked pattern; `text` is as the policy has it."""

    text: str
    tree: _Sequence = field(repr=False, compare=False)

    def matches(self, value: str) -> bool:
        """True when the pattern describes all of `value`."""
        # Nothing invisible is ever part of an identity, least of all a line feed at its end.
        if not value.isprintable() or len(value) > MAX_TEXT:
            return False
        return len(value) in self.tree.follow(value, frozenset({0}))


def read_pattern(text: str, subject_type: str) -> Pattern:
    """Check and prepare a pattern over identities of a type (`email`, `uri`, `username`, `other`).

    Raises DocumentError that says what is wrong and what to write instead.
    """
    tree = _Parser(text, _SEPARATORS.get(subject_type, "")).whole()
    _check_fixed(tree, subject_type)
    return Pattern(text=text, tree=tree)


def _check_fixed(tree: _Sequence, subject_type: str) -> None:
    """What decides whose identity it is must be spelled out."""
    start, end = _literal(tree.items), _literal(tree.items[::-1])[::-1]
    if subject_type == "uri" and not _HOST.fullmatch(start):
        raise DocumentError(r"the pattern leaves the host open; spell it out, as in ^https://github\.com/")
    if subject_type == "email" and not _DOMAIN.fullmatch(end):
        raise DocumentError(r"the pattern leaves the domain open; spell it out, as in @example\.com$")
    if not start and not end:
        raise DocumentError("the pattern neither starts nor ends with literal text, so it says too little")


def _literal(items: tuple[_Chars | _Group | _Repeat, ...]) -> str:
    found = ""
    for item in items:
        if not isinstance(item, _Chars) or item.negated or len(item.chars) != 1:
            break
        found += next(iter(item.chars))
    return found


class _Parser:
    """Recursive descent over the pattern's text; every refusal names what to write instead."""

    def __init__(self, text: str, separator: str) -> None:
        self._text = text
        self._separator = separator
        self._at = 0
        self._repeats = 0

    def whole(self) -> _Sequence:
        """Everything between the two anchors."""
        if len(self._text) > MAX_PATTERN or not self._text.isprintable():
            _refuse(f"a pattern is printable and has at most {MAX_PATTERN} characters")
        if not self._text.startswith("^"):
            _refuse("the pattern must start with ^, or anything may stand before it")
        self._at = 1
        tree = self._sequence(0)
        if self._peek() == "|":
            _refuse("an alternative outside of a group cuts the pattern in two; write ^(a|b)$")
        if self._peek() == ")":
            _refuse(r"a ) closes no group; write \) for a bracket")
        if self._peek() != "$":
            _refuse("the pattern must end with $, or anything may stand after it")
        if self._at != len(self._text) - 1:
            _refuse(r"a $ stands before the end; write \$ for the character")
        return tree

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        self._at += 1
        return char

    def _sequence(self, depth: int) -> _Sequence:
        items: list[_Chars | _Group | _Repeat] = []
        while (char := self._peek()) and char not in "|)$":
            start = self._at
            item = self._group(depth + 1) if char == "(" else self._one()
            items.append(self._quantified(item, "".join(self._text[start : self._at])))
        if not items:
            _refuse("an alternative is empty; leave it out, and write (…)? for a part that may be missing")
        return _Sequence(items=tuple(items))

    def _group(self, depth: int) -> _Group:
        if depth > MAX_NESTING:
            _refuse(f"groups stand in more than {MAX_NESTING} groups")
        self._at += 1
        if self._peek() == "?":
            if self._text[self._at : self._at + 2] != "?:":
                _refuse("lookarounds, flags and named groups are not part of patterns; groups are (…) only")
            self._at += 2
        options = [self._sequence(depth)]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence(depth))
        if self._next() != ")":
            _refuse("a group is not closed; write ) after it")
        return _Group(options=tuple(options))

    def _one(self) -> _Chars:
        char = self._next()
        if char == "[":
            return self._class()
        if char == "\\":
            char = self._escaped()
        elif char == ".":
            _refuse(r"a dot matches any character; write \. for a dot, or [^/]+ for anything within a segment")
        elif char == "^":
            _refuse(r"a ^ stands behind the start; write \^ for the character")
        elif char in "?*+{":
            _refuse(rf"the quantifier {char} follows nothing; write \{char} for the character")
        elif char in _SPECIAL:
            _refuse(rf"write \{char} for the character {char}")
        return _Chars(chars=frozenset({char}))

    def _escaped(self) -> str:
        char = self._next()
        if char.isdigit():
            _refuse("backreferences are not part of patterns; write the text out")
        if not char or char.isalnum() or char == " " or not char.isascii():
            _refuse(rf"\{char} is not part of patterns; write a class such as [0-9] or [a-z], or the character itself")
        return char

    def _class(self) -> _Chars:
        negated = self._peek() == "^"
        self._at += negated
        chars: set[str] = set()
        while (char := self._next()) != "]":
            if not char:
                _refuse("a class is not closed; write ] after it")
            if char == "\\":
                chars.add(self._escaped())
            elif char in "[^":
                _refuse(rf"write \{char} for the character {char} within a class")
            elif self._peek() == "-" and self._text[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                chars.update(_range(char, self._next()))
            else:
                chars.add(char)
        if not chars:
            _refuse("a class is empty; name its characters")
        if negated and self._separator and self._separator not in chars:
            _refuse(
                f"a class of all but some characters must leave out {self._separator} too; write [^{self._separator}]"
            )
        return _Chars(chars=frozenset(chars), negated=negated)

    def _quantified(self, item: _Chars | _Group, source: str) -> _Chars | _Group | _Repeat:
        char = self._peek()
        if not char or char not in "?*+{":
            return item
        if char == "{":
            low, high = self._bounds()
        else:
            self._at += 1
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        if self._peek() and self._peek() in "?*+{":
            _refuse("a quantifier follows another; one is enough")
        if isinstance(item, _Group) and _repeats(item):
            _refuse(f"{source[:40]} repeats within what is repeated; write the alternatives out, as in (a|ab+)")
        return _Repeat(item=item, low=low, high=high)

    def _bounds(self) -> tuple[int, int | None]:
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            _refuse(r"a { starts no {n}, {n,} or {n,m}; write \{ for the character")
        self._at = found.end()
        low = int(found[1])
        high = int(found[3]) if found[3] else (None if found[2] else low)
        most = low if high is None else high
        self._repeats += most
        if most > MAX_REPEAT or self._repeats > MAX_REPEATS or (high is not None and not 0 <= low <= high) or high == 0:
            _refuse(f"{found[0]} is no count; counts go up to {MAX_REPEAT}, and to {MAX_REPEATS} in one pattern")
        return low, high


def _range(low: str, high: str) -> set[str]:
    kinds = (str.isdigit, str.islower, str.isupper)
    if not (high and (low + high).isascii() and low <= high and any(kind(low) and kind(high) for kind in kinds)):
        _refuse(rf"{low}-{high} is no range of digits or of letters in one case; write \- for a hyphen")
    return {chr(code) for code in range(ord(low), ord(high) + 1)}


def _repeats(item: _Chars | _Group | _Repeat) -> bool:
    if isinstance(item, _Group):
        return any(_repeats(part) for option in item.options for part in option.items)
    return isinstance(item, _Repeat)


def _refuse(message: str) -> NoReturn:
    raise DocumentError(message)
