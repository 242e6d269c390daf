"""The norms that a bill of materials is measured against: package data, read when it is first asked for.

Descriptions and readings are ours; a profile says where it comes from (`source`, `status`) and what it was checked
against (`basis`). `verified` is false for what comes from general knowledge alone; such a profile is hidden, and must
be named to be used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from attest.bom.paths import Path, parse
from attest.domain.bom_result import Level
from attest.errors import InputError

Kind = Literal["norm", "format-profile", "scorer"]
Thing = Literal["model", "dataset", "bom"]
Scope = Literal["", "every-component", "every-file", "subject"]
Match = Literal["any", "all"]
DEFAULT_PROFILE = "g7ai-2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One thing that a profile asks for.

    `cyclonedx` and `spdx` are paths, best first; none means that the format has no place for it. `match` and
    `spdx_match` tell whether one path is enough. `accept` closes the values of a path; `words` are texts of which one
    must stand at a path or beside it, where the path alone could mean anything. `unknown` is what the norm wants when
    the value is not known: `state` it, `omit` it or `estimate` it. `condition` names what must hold for the element to
    apply, `when` in words. `towards` is what a dependency must lead to. `outside` is evidence beyond the document.
    """

    id: str
    name: str
    description: str
    applies_to: tuple[Thing, ...]
    level: Level
    match: Match
    cyclonedx: tuple[Path, ...]
    spdx: tuple[Path, ...]
    verified: bool
    group: str = ""
    scope: Scope = ""
    spdx_match: Match = "any"
    supporting: tuple[Path, ...] = ()
    accept: Mapping[str, frozenset[str]]
    words: Mapping[str, tuple[str, ...]]
    unknown: str = ""
    when: str = ""
    condition: str = ""
    towards: str = ""
    outside: str = ""
    note: str = ""
    points: int = 0
    scorer_path: str = ""
    rank: str = ""
    licence_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One norm, format profile, or way of a peer to grade. `scale` names thresholds, `weights` those of groups and
    `required` the elements that a name of the scale asks for."""

    id: str
    title: str
    source: str
    published: str
    status: str
    kind: Kind
    basis: str
    mapping: str
    verified: bool
    elements: tuple[Element, ...]
    hidden: bool = False
    aliases: tuple[str, ...] = ()
    note: str = ""
    reads: tuple[str, ...] = ("CycloneDX", "SPDX")
    scale: Mapping[str, int | str]
    weights: Mapping[str, int]
    required: Mapping[str, tuple[str, ...]]


@cache
def profiles() -> Mapping[str, Profile]:
    """Every profile by its id, hidden ones too."""
    text = files("attest.bom").joinpath("data", "norms.json").read_text(encoding="utf-8")
    return {found.id: found for found in map(_profile, json.loads(text)["profiles"])}


def offered() -> tuple[Profile, ...]:
    """The profiles that may be offered to people: those that are not hidden."""
    return tuple(found for found in profiles().values() if not found.hidden)


def profile(name: str) -> Profile:
    """A profile by its id or an alias. Raises InputError that names those there are."""
    for found in profiles().values():
        if name == found.id or name in found.aliases:
            return found
    known = ", ".join(found.id for found in offered())
    raise InputError(f"there is no profile {name[:80]!r}", hint=f"Name one of {known}.")


def _profile(raw: dict[str, Any]) -> Profile:
    tables = {
        "elements": tuple(map(_element, raw["elements"])),
        "aliases": tuple(raw.get("aliases", ())),
        "scale": raw.get("scale", {}),
        "weights": raw.get("weights", {}),
        "required": {name: tuple(ids) for name, ids in raw.get("required", {}).items()},
    }
    if "reads" in raw:
        tables["reads"] = tuple(raw["reads"])
    return Profile(**(raw | tables))


def _element(raw: dict[str, Any]) -> Element:
    tables: dict[str, Any] = {
        "applies_to": tuple(raw["applies_to"]),
        "cyclonedx": tuple(map(parse, raw["cyclonedx"])),
        "spdx": tuple(map(parse, raw["spdx"])),
        "supporting": tuple(map(parse, raw.get("supporting", ()))),
        "accept": {path: frozenset(values) for path, values in raw.get("accept", {}).items()},
        "words": {path: tuple(values) for path, values in raw.get("words", {}).items()},
        "spdx_match": raw.get("spdx_match", raw["match"]),
        "rank": raw.get("class", ""),
    }
    return Element(**({key: item for key, item in raw.items() if key != "class"} | tables))
