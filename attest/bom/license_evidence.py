"""Licence documents of an artifact → what they show, and where that contradicts what is declared (reference
`ml-bom.md`, section 9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attest.bom.licenses import classify, license_name
from attest.domain.bom import Conflict, License, Value
from attest.domain.manifest import printable
from attest.formats.license_text import GNU, LicenseText, read_license

_MAX_DOCUMENTS = 64
_MAX_COPYRIGHTS = 64
_MAX_ATOMS = 32
# Whose text is about parts of others, or about use: neither is the licence, and a policy restricts what a licence
# beside it allows.
_NOTICE = ("notice",)
_POLICY = ("use_policy", "use-policy", "acceptable_use", "acceptable-use")
# Names that say no more than a family, as the Hub's ids do, and how its members begin.
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "agpl": ("agpl-",),
    "bsd": ("bsd-",),
    "cc": ("cc-", "cc0-"),
    "gpl": ("gpl-",),
    "lgpl": ("lgpl-",),
    "openrail": ("bigcode open rail", "bigscience open rail", "creativeml open rail"),
}
_UNKNOWN = frozenset({"other", "unknown", "none", "n/a", "tbd", "todo", "noassertion"})
_WORDS = re.compile(r"[^()\s]+")
_ONLY = ("-only", "-or-later", "+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseEvidence:
    """What licence documents show: licences that are `concluded` or `evidence`, and copyright lines."""

    licenses: tuple[License, ...] = ()
    copyright: tuple[Value, ...] = ()


def license_evidence(documents: Mapping[str, bytes]) -> LicenseEvidence:
    """Read whole licence documents, by their names inside the artifact; at most 64 of them, 4 MiB each.

    A licence is concluded only when nothing else is in the way: every document at the root that can hold the terms is
    the same known licence, word for word, and no policy of use stands beside a licence that knows none. A GNU text
    alone does not tell whether later versions may be used, so that it is evidence unless a grant or an
    SPDX-License-Identifier says.
    """
    read = [(name, read_license(documents[name])) for name in sorted(documents)[:_MAX_DOCUMENTS]]
    concluded = _conclusion(read) if len(documents) <= _MAX_DOCUMENTS else ""
    licenses = [item for name, text in read for item in _licenses(name, text, concluded)]
    notices = [Value(text=line, origin="observed", source=name) for name, text in read for line in text.copyright]
    return LicenseEvidence(licenses=tuple(licenses), copyright=tuple(notices[:_MAX_COPYRIGHTS]))


def license_conflicts(declared: tuple[License, ...], found: tuple[License, ...]) -> tuple[Conflict, ...]:
    """Where sources disagree about the licence: two that name nothing in common, each with all it names.

    What is declared is compared with what else is declared and with what was found at the root; documents that were
    found are not compared with each other, for there may be one for each part. Names that say nothing, such as
    `other`, contradict nobody.
    """
    stated = _by_source(declared)
    shown = _by_source(item for item in found if _holds_terms(item.value.source))
    pairs = [(first, second) for first in stated for second in (*stated, *shown) if first != second]
    known = stated | {source: [*stated.get(source, []), *items] for source, items in shown.items()}
    at_odds = {source for pair in pairs if not _agree(known[pair[0]], known[pair[1]]) for source in pair}
    values = [item.value for source, items in known.items() if source in at_odds for item in items]
    return (Conflict(about="license", values=tuple(dict.fromkeys(values))),) if values else ()


def _by_source(licenses: Iterable[License]) -> dict[str, list[License]]:
    """Licences by the document that they stand in; those that say nothing are left out."""
    found: dict[str, list[License]] = {}
    for item in licenses:
        if item.value.text.casefold() not in _UNKNOWN:
            found.setdefault(item.value.source.partition("#")[0], []).append(item)
    return found


def _agree(first: list[License], second: list[License]) -> bool:
    ones, others = ([atom for item in items for atom in _atoms(item)] for items in (first, second))
    return any(_same(one, other) for one in ones for other in others)


def _atoms(item: License) -> list[str]:
    """The licences of an expression, or the one name, as they are compared: without case, and without saying whether
    later versions may be used."""
    words = _WORDS.findall(item.value.text)[:_MAX_ATOMS] if item.kind == "expression" else [item.value.text]
    atoms = []
    for word in words:
        if item.kind == "expression" and word in ("AND", "OR", "WITH"):
            continue
        spelled = classify(word)[1] if item.kind == "name" else word
        atom = (license_name(spelled) or spelled).casefold()
        for end in _ONLY:
            atom = atom.removesuffix(end)
        atoms.append(atom)
    return atoms


def _same(one: str, other: str) -> bool:
    if one == other or re.sub(r"[\s_\-]+", " ", one) == re.sub(r"[\s_\-]+", " ", other):
        return True
    return other.startswith(_FAMILIES.get(one, ("\0",))) or one.startswith(_FAMILIES.get(other, ("\0",)))


def _base(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _holds_terms(name: str) -> bool:
    """Whether a document at the root may hold the terms of the whole artifact."""
    return "/" not in name and not _base(name).startswith((*_NOTICE, *_POLICY))


def _conclusion(read: list[tuple[str, LicenseText]]) -> str:
    """The one licence that every document with terms is, or an empty text. A policy of use restricts what a licence of
    SPDX's list allows; the licences of models that SPDX does not list come with one."""
    terms = {_stated(text) for name, text in read if _holds_terms(name)}
    one = terms.pop() if len(terms) == 1 else ""
    policy = any("/" not in name and _base(name).startswith(_POLICY) for name, _ in read)
    return "" if policy and not license_name(one) else one


def _stated(text: LicenseText) -> str:
    """What a document says by itself: its whole text, made precise by a grant or an identifier that fits it."""
    identifier = _identifier(text)
    if text.grant:
        return text.grant if identifier in ("", text.grant) else ""
    if text.whole in GNU:
        fits = identifier in (f"{text.whole}-only", f"{text.whole}-or-later")
        return identifier if fits else ""
    if text.whole:
        return text.whole if not text.identifiers or identifier == text.whole else ""
    return identifier if text.bare else ""


def _identifier(text: LicenseText) -> str:
    """What the SPDX-License-Identifier lines say, if they say one thing that SPDX knows and that is precise."""
    if len(text.identifiers) != 1:
        return ""
    kind, spelled = classify(text.identifiers[0])
    return spelled if kind in ("id", "expression") and spelled not in GNU else ""


def _licenses(name: str, text: LicenseText, concluded: str) -> list[License]:
    if concluded and _holds_terms(name):
        kind, spelled = classify(concluded)
        return [_license(kind, spelled, name, "concluded")]
    shown = [text.grant or text.whole] if text.whole else list(text.phrases)
    shown += [printable(identifier) for identifier in text.identifiers]
    return [_license("name", item, name, "evidence") for item in dict.fromkeys(shown) if item]


def _license(kind: str, text: str, source: str, acknowledgement: str) -> License:
    value = Value(text=text, origin="observed", source=source)
    return License(
        kind="id" if kind == "id" else "expression" if kind == "expression" else "name",
        value=value,
        acknowledgement="concluded" if acknowledgement == "concluded" else "evidence",
    )
