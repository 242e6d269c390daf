"""Words of CycloneDX for what the neutral model says, and small builders that every part of the document uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attest.bom.file_kinds import WEIGHTS
from attest.domain.bom import Party

Json = dict[str, Any]

TYPES = {**dict.fromkeys(WEIGHTS | {"parquet", "arrow", "csv", "sentencepiece"}, "data"), "python": "library"}
_UNITS = ((1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


def properties(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    """Properties in the order of names and values, each pair once."""
    return [{"name": name, "value": value} for name, value in sorted(set(pairs))]


def organisation(party: Party) -> Json:
    """An organizationalEntity."""
    entity: Json = {"name": party.name.text}
    if party.url:
        entity["url"] = [party.url]
    if party.email:
        entity["contact"] = [{"email": party.email}]
    return entity


def contact(party: Party) -> Json:
    """An organizationalContact."""
    return {"name": party.name.text} | ({"email": party.email} if party.email else {})


def rounded(count: int) -> str:
    """A parameter count as people write it: 22713216 → `22.7M`."""
    for unit, letter in _UNITS:
        if count >= unit:
            tenths = (count * 10 + unit // 2) // unit
            return f"{tenths // 10}.{tenths % 10}{letter}".replace(f".0{letter}", letter)
    return str(count)
