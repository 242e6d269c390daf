"""Jinja templates as tokens, as Jinja's own lexer cuts them with its usual delimiters.

Sources: Jinja 3.1 `jinja2/lexer.py`; Python's `unicode_escape` for the escapes in strings. Text outside of tags and
comments gives one token without its content: whitespace control changes text only, never what is run. Line statements
are off, as they are everywhere for chat templates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from attest.errors import DocumentError

TokenKind: TypeAlias = Literal[
    "text", "begin", "end", "print", "print-end", "name", "string", "integer", "float", "operator", "eof"
]
"""`begin` and `end` are the marks of a statement, `print` and `print-end` those of an expression."""

_OPEN = re.compile(r"\{[{%#]")
_RAW = re.compile(r"\{%[-+]?\s*raw\s*-?%\}")
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_SPACE = re.compile(r"\s*")
_STATEMENT_END = re.compile(r"[-+]?%\}")
_PRINT_END = re.compile(r"-?\}\}")
_TOKEN = re.compile(
    r"""
    (?P<float>(?<!\.)\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?[eE][+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*))
    |(?P<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*)
    |(?P<name>\w+)
    |(?P<string>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")
    |(?P<operator>//|\*\*|==|!=|>=|<=|[-+/*%~\[\](){}><=.:|,;])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<two>[0-9a-fA-F]{2})|u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})"
    r"|N\{(?P<named>[^}]*)\}|(?P<other>.))",
    re.DOTALL,
)
_SHORT = {
    "\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "v": "\v",
}  # fmt: skip
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_MAX_DIGITS = 400


class Token(NamedTuple):
    """One token: its text (of a string, what it stands for), and where it begins, in characters."""

    kind: TokenKind
    text: str
    offset: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a template, the last one `eof`. Raises DocumentError where Jinja would stop."""
    position, end = 0, len(text)
    while position < end:
        found = _OPEN.search(text, position)
        begin = found.start() if found else end
        if begin > position:
            yield Token("text", "", position)
        if found is None:
            break
        position = begin
        raw = _RAW.match(text, begin)
        if raw:
            position = _after(_END_RAW.search(text, raw.end()), "a raw block", begin)
            yield Token("text", "", begin)
        elif found[0] == "{#":
            close = text.find("#}", begin + 2)
            if close < 0:
                raise DocumentError(f"the comment at {begin} does not end")
            position = close + 2
        else:
            lexed = _Tag(text, begin, statement=found[0] == "{%")
            yield from lexed
            position = lexed.position
    yield Token("eof", "", end)


def _after(found: re.Match[str] | None, what: str, begin: int) -> int:
    if found is None:
        raise DocumentError(f"{what} at {begin} does not end")
    return found.end()


class _Tag:
    """The tokens of one statement or expression; afterwards `position` stands behind it."""

    def __init__(self, text: str, begin: int, *, statement: bool) -> None:
        self.text, self.begin, self.statement = text, begin, statement
        # A sign right behind the mark is whitespace control, as in `{%-`.
        self.position = begin + 2 + text.startswith(("-", "+"), begin + 2)

    def __iter__(self) -> Iterator[Token]:
        yield Token("begin" if self.statement else "print", "", self.begin)
        close = _STATEMENT_END if self.statement else _PRINT_END
        waiting: list[str] = []
        while True:
            self.position = _after(_SPACE.match(self.text, self.position), "a tag", self.begin)
            # Inside of brackets no mark ends the tag: `{{ {'a': {}} }}`.
            ended = None if waiting else close.match(self.text, self.position)
            if ended:
                yield Token("end" if self.statement else "print-end", "", self.position)
                self.position = ended.end()
                return
            token = self._next()
            if token.kind == "operator":
                _balance(token, waiting)
            yield token

    def _next(self) -> Token:
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            what = "the tag ends too early" if self.position >= len(self.text) else "a character that no tag may hold"
            raise DocumentError(f"{what} (at {self.position})")
        begin, self.position = self.position, found.end()
        kind, text = str(found.lastgroup), found[0]
        if kind == "name":
            if not text.isidentifier():
                raise DocumentError(f"{text[:40]!r} at {begin} is no name")
            return Token("name", text, begin)
        if kind == "string":
            return Token("string", unescape(text[1:-1], begin), begin)
        if kind in {"integer", "float"}:
            if len(text) > _MAX_DIGITS:
                raise DocumentError(f"the number at {begin} is too long")
            return Token("integer" if kind == "integer" else "float", text, begin)
        return Token("operator", text, begin)


def _balance(token: Token, waiting: list[str]) -> None:
    if token.text in _PAIRS:
        waiting.append(_PAIRS[token.text])
    elif token.text in {")", "]", "}"} and (not waiting or waiting.pop() != token.text):
        raise DocumentError(f"{token.text!r} at {token.offset} closes nothing")


def unescape(text: str, offset: int) -> str:
    """What the inside of a string stands for. Raises DocumentError for an escape that Python refuses."""
    if "\\" not in text:
        return text

    def character(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind == "octal":
            return chr(int(found[kind], 8))
        if kind in {"two", "four", "eight"}:
            return _character(int(found[kind], 16), offset)
        if kind == "named":
            return _named(found[kind], offset)
        other = found["other"]
        if other in "xuUN":
            raise DocumentError(f"the string at {offset} holds half of an escape")
        return _SHORT.get(other, f"\\{other}")

    return _ESCAPE.sub(character, text.replace("\r\n", "\n").replace("\r", "\n"))


def _character(code: int, offset: int) -> str:
    if code > 0x10FFFF:
        raise DocumentError(f"the string at {offset} holds an escape that is no character")
    return chr(code)


def _named(name: str, offset: int) -> str:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        raise DocumentError(f"the string at {offset} names a character that is not known") from None
