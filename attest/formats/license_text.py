"""What licence a whole text is: only what reads word for word like a known licence is one.

Long licences are known by the digest of all their words, short ones by templates with bounded places for names. A text
that holds more or less than its licence, two licences in one file, or a licence with a word changed is none of them: it
may still show phrases that stand in one licence alone, which is evidence and no conclusion. The GNU licences do not
tell in their text whether later versions may be used, so the text alone is not enough to name one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from attest.formats.license_words import is_name, read_words

GNU = frozenset({"AGPL-3.0", "GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0"})
"""Texts that leave open whether later versions may be used."""

# Longer than any licence with its appendices; in more words than these only phrases are looked for.
_MAX_WORDS = 20_000
_TOKEN = re.compile(r"\[([^\]]*)\]|\{(\d{1,2})\}|([^\[{]+)")
_GNU_NAMES = {
    "AGPL-3.0": ("gnu affero general public license", "3"),
    "GPL-2.0": ("gnu general public license", "2"),
    "GPL-3.0": ("gnu general public license", "3"),
    "LGPL-2.1": ("gnu lesser general public license", "2 1"),
    "LGPL-3.0": ("gnu lesser general public license", "3"),
}
_GRANT = (
    "[this program|this library|this software|this file] is free software you can redistribute it and or modify it "
    "under the terms of the {title} as published by the free software foundation {wording} "
    "[this program is|this library is|this software is|it is] distributed in the hope that it will be useful but "
    "without any warranty without even the implied warranty of merchantability or fitness for a particular purpose "
    "see the {title} for more details you should have received a copy of the {title} along with "
    "[this program|this library|this software|it] if not see [http www gnu org licenses|http gnu org licenses]"
)

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseText:
    """What one licence document shows.

    `whole` is the one licence that the document is, word for word: an SPDX id, a GNU licence without `-only` or
    `-or-later`, or a name that SPDX does not list; empty when it is none. `grant` is the SPDX id that a GNU grant
    before the text gives. `phrases` are licences that it shows phrases of. `identifiers` are what its
    SPDX-License-Identifier lines say; `bare` tells that nothing but these and copyright lines stands in it.
    """

    whole: str = ""
    grant: str = ""
    phrases: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    copyright: tuple[str, ...] = ()
    bare: bool = False


def read_license(data: bytes) -> LicenseText:
    """Read a licence document of at most 4 MiB in linear time; of a longer one nothing is told."""
    reading = read_words(data)
    words, grant = reading.words, ""
    whole = _whole(words)
    if not whole and (found := _granted(words)):
        grant, whole = found
    return LicenseText(
        whole=whole,
        grant=grant,
        phrases=(whole,) if whole else _phrases(words),
        identifiers=reading.identifiers,
        copyright=reading.copyright,
        bare=not words,
    )


def references() -> Mapping[str, str]:
    """Licences that SPDX does not list, by their names, with the references of ScanCode's licence database."""
    found: Mapping[str, str] = _table()["references"]
    return found


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(
        (files("attest.formats") / "data" / "license_fingerprints.json").read_text("utf-8")
    )
    return table


def _whole(words: Words) -> str:
    if not words or len(words) > _MAX_WORDS:
        return ""
    digest = hashlib.sha256(" ".join(words).encode()).hexdigest()
    if known := _table()["digests"].get(digest):
        return known
    found = [name for name, template in _templates().items() if template.matches(words)]
    return found[0] if len(found) == 1 else ""


def _granted(words: Words) -> tuple[str, str] | None:
    """A GNU grant ("This program is free software …") alone, or with the licence after it: SPDX id and licence."""
    for (name, suffix), template in _grants().items():
        for end in sorted(template.ends(words), reverse=True):
            if end == len(words) or _whole(words[end:]) == name:
                return f"{name}-{suffix}", name
    return None


def _phrases(words: Words) -> tuple[str, ...]:
    text = f" {' '.join(words)} "
    found: dict[str, list[str]] = _table()["phrases"]  # type: ignore[assignment]
    return tuple(sorted(name for name, marks in found.items() if all(f" {mark} " in text for mark in marks)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    """Parts of a text: each is a set of alternatives, or a place for a name of up to so many words."""

    parts: tuple[tuple[Words, ...] | int, ...]

    def matches(self, words: Words) -> bool:
        """Whether these are all words of the text."""
        return len(words) in self.ends(words)

    def ends(self, words: Words) -> set[int]:
        """Where the template may end in `words`. Each part keeps a few positions at most, so this is linear."""
        places = {0}
        for part in self.parts:
            if isinstance(part, int):
                places = {at + n for at in places for n in range(1, part + 1) if is_name(words[at : at + n])}
            else:
                places = {
                    at + len(option) for at in places for option in part if words[at : at + len(option)] == option
                }
            places = {at for at in places if at <= len(words)}
            if not places:
                break
        return places


def _template(text: str) -> _Template:
    parts: list[tuple[Words, ...] | int] = []
    for options, hole, plain in _TOKEN.findall(text):
        if hole:
            parts.append(int(hole))
        elif plain:
            parts.append((tuple(plain.split()),))
        else:
            parts.append(tuple(tuple(option.split()) for option in options.split("|")))
    return _Template(parts=tuple(parts))


@cache
def _templates() -> Mapping[str, _Template]:
    return {name: _template(text) for name, text in _table()["templates"].items()}


@cache
def _grants() -> Mapping[tuple[str, str], _Template]:
    """The grants that the GNU licences propose in their last part, with and without later versions."""
    made = {}
    for name, (title, version) in _GNU_NAMES.items():
        for suffix, wording in (
            ("or-later", f"either version {version} of the license or at your option any later version"),
            ("only", f"[version {version} of the license|version {version}]"),
        ):
            made[name, suffix] = _template(_GRANT.format(title=title, wording=wording))
    return made
