"""SPDX licence expressions (SPDX 3.0.1, annex on licence expressions): whether a text is one."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\s*([()]|[A-Za-z0-9.\-:+]+)", re.ASCII)
_ID = re.compile(r"(?:(?:DocumentRef-[A-Za-z0-9.\-]+:)?LicenseRef-[A-Za-z0-9.\-]+|[A-Za-z0-9.\-]+\+?)", re.ASCII)
_ADDITION = re.compile(r"(?:(?:DocumentRef-[A-Za-z0-9.\-]+:)?AdditionRef-)?[A-Za-z0-9.\-]+", re.ASCII)
_OPERATORS = ("AND", "OR")
_ALONE = ("NONE", "NOASSERTION")
_MAX_LENGTH = 16_384


def expression_fault(text: str) -> str:
    """What keeps `text` from being an expression, in words; empty when it is one. Reads it once, without recursion.

    Whether SPDX lists the licences is another question. Operators are in capitals.
    """
    if len(text) > _MAX_LENGTH:
        return f"is longer than {_MAX_LENGTH} characters"
    if text in _ALONE:
        return ""
    tokens = _tokens(text)
    return "holds a character that no licence expression has" if tokens is None else _grammar_fault(tokens)


def licenses_in(text: str) -> frozenset[str]:
    """The licence ids of an expression, without exceptions and operators; references to texts are none."""
    tokens = _tokens(text) or []
    return frozenset(
        word.rstrip("+")
        for before, word in zip(["", *tokens], tokens, strict=False)
        if before != "WITH" and word not in (*_OPERATORS, *_ALONE, "WITH", "(", ")") and "LicenseRef-" not in word
    )


def _tokens(text: str) -> list[str] | None:
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        tokens.append(match[1])
        position = match.end()
    return tokens


def _grammar_fault(tokens: list[str]) -> str:
    """A state machine: an operand is awaited, or an operator may follow. `WITH` binds to the licence before it."""
    depth, awaits_operand, licence = 0, True, False
    waiting = iter(tokens)
    for word in waiting:
        if word == "(" and awaits_operand:
            depth += 1
        elif word == ")" and not awaits_operand and depth:
            depth, licence = depth - 1, False
        elif word in _OPERATORS and not awaits_operand:
            awaits_operand, licence = True, False
        elif word == "WITH" and licence:
            licence = False
            addition = next(waiting, "")
            if addition in (*_OPERATORS, "WITH") or not _ADDITION.fullmatch(addition):
                return "has no exception after WITH"
        elif awaits_operand and word not in (*_OPERATORS, "WITH", "(", ")") and _ID.fullmatch(word):
            awaits_operand, licence = False, True
        else:
            return f"has {word[:40]!r} where it cannot stand"
    if awaits_operand:
        return "ends where a licence is awaited"
    return "has a parenthesis that is not closed" if depth else ""
