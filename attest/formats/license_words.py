"""Licence texts → words that can be compared, and what stands beside them: copyright lines and SPDX identifiers.

After the SPDX matching guidelines (SPDX 3.0.1, annex on licence matching), and narrower: case, white space,
punctuation and copyright lines do not count. Numbers of clauses do. Letters are not folded: a Cyrillic letter that
looks like a Latin one is another, and an invisible one is a letter too, so that a text which only looks like a licence
does not read like it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TEXT = 4 << 20
_MAX_LINE = 512
_MAX_COPYRIGHTS = 64
_MAX_COPYRIGHT = 256
_MAX_HOLDER = 16
_MARKS = "\u00a0\u00a7\u00a9\u00ab\u00ad\u00ae\u00b6\u00b7\u00bb\u2010\u2011\u2012\u2013\u2014\u2015\u2018\u2019\u201a"
_MARKS += "\u201c\u201d\u201e\u2022\u2026\u2028\u2029\u2122"
_SEPARATORS = {
    code: " " for code in [*range(33), *map(ord, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\x7f"), *map(ord, _MARKS)]
}
_TABLE = _SEPARATORS | {code: chr(code + 32) for code in range(65, 91)}
_IDENTIFIER = re.compile(r"^[^A-Za-z0-9\n]{0,8}SPDX-License-Identifier:[ \t]*([^\n]{1,256})$", re.MULTILINE)
_FILE_COPYRIGHT = re.compile(r"[^A-Za-z0-9]{0,8}SPDX-FileCopyrightText:[ \t]*(.*)")
_COPYRIGHT = re.compile(r"[^A-Za-z0-9(\u00a9]{0,8}(?:copyrights?\b|\(c\)|\u00a9)[ \t]*(.*)", re.IGNORECASE)
_DATED = re.compile(
    r"(?:\(c\)|\u00a9|[:,\-]|[ \t])*(?:[<\[({]?(?:year|yyyy|xxxx|[12]\d{3})\b|\(c\)|\u00a9)", re.IGNORECASE
)
# Without a year only what starts like a name, at the start of a line; a sentence may start with these words too.
_UNDATED = re.compile(
    r"[ \t*#/\-]{0,8}Copyright:?[ \t]+(?:by[ \t]+)?(?!(?:Holder|Owner|Notice|Licen|Law|Act)|[A-Z]{2})[A-Z]"
)
_FORM = re.compile(r"[<\[({](?:years?|yyyy|xxxx)\b|\byyyy\b", re.IGNORECASE)
_RESERVED = "all rights reserved"
_LATIN = re.compile("[a-z0-9\u00aa-\u024f]+")
# A holder's name has none of these words; a line that has one may say more than who holds the copyright.
_DANGER = frozenset(
    " ".join(
        (
            "academic against agree agreement allowed banned cannot commercial commercially condition conditional",
            "conditions confidential consent derivative derivatives distribute distribution educational evaluation",
            "except excluding fee forbidden governed however if interdit internal keine law licence licenced license",
            "licensed licenses may modification modify must nicht no non noncommercial nonprofit nor not only patent",
            "patents pay permission permitted personal prohibido prohibited proprietary provided purpose purposes",
            "redistribute redistribution reproduce require required requires restricted restriction restrictions",
            "restrictive royalty secret sell shall sole solely subject terms training trial under unless use used",
            "uses using verboten warranties warranty when with without written",
        )
    ).split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A licence document as words, without what stands beside the licence.

    `identifiers` are the texts of its SPDX-License-Identifier lines, `copyright` its copyright lines, both each once
    and in order.
    """

    words: tuple[str, ...]
    identifiers: tuple[str, ...]
    copyright: tuple[str, ...]


def read_words(data: bytes) -> Reading:
    """Read a licence document of at most 4 MiB; a longer one has no words. Bytes that are not UTF-8 become a letter
    that no licence has."""
    if len(data) > MAX_TEXT:
        return Reading(words=(), identifiers=(), copyright=())
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    identifiers = tuple(dict.fromkeys(match[1].strip(" \t*/->#") for match in _IDENTIFIER.finditer(text)))
    words: list[str] = []
    notices: list[str] = []
    for line in _IDENTIFIER.sub("", text).split("\n"):
        if notice := _copyright(line):
            notices.append(notice)
            if _plain_notice(line):
                continue
        elif line.translate(_TABLE).split() == _RESERVED.split():
            continue
        words += _words(line)
    kept = [notice for notice in dict.fromkeys(notices) if _writable(notice)]
    return Reading(words=tuple(words), identifiers=identifiers, copyright=tuple(kept[:_MAX_COPYRIGHTS]))


def words_of(text: str) -> list[str]:
    """The words of a plain text, as a document's are read."""
    return [word for line in text.split("\n") for word in _words(line)]


def is_name(words: tuple[str, ...]) -> bool:
    """Whether these may be a holder's name: few words of Latin letters, and none that a restriction needs."""
    return len(words) <= _MAX_HOLDER and not _DANGER.intersection(words) and all(map(_LATIN.fullmatch, words))


def _words(line: str) -> list[str]:
    return ["http" if word == "https" else word for word in line.translate(_TABLE).split()]


def _copyright(line: str) -> str:
    """The line if it is a copyright notice: after the word or its sign there is a year, a place for one, or the sign.

    `(c)` without a year counts a clause."""
    if len(line) > _MAX_LINE:
        return ""
    if match := _FILE_COPYRIGHT.match(line):
        return match[1].strip()
    match = _COPYRIGHT.match(line)
    if match is None:
        return ""
    return line.strip(" \t*#/") if _DATED.match(match[1]) or _UNDATED.match(line) else ""


def _plain_notice(line: str) -> bool:
    """Whether a notice says no more than years and a holder, so that it is no part of the licence."""
    text = " ".join(line.translate(_TABLE).split())
    return is_name(tuple(text.removesuffix(_RESERVED).split()))


def _writable(notice: str) -> bool:
    """Whether a notice can be told on: it is short, printable, and no form to fill in."""
    plain = notice.isprintable() and "\ufffd" not in notice
    return plain and len(notice) <= _MAX_COPYRIGHT and not _FORM.search(notice)
