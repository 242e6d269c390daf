"""Licences of a component. CycloneDX 1.6 takes licence objects or exactly one expression, 1.7 takes both at once."""

from __future__ import annotations

from collections.abc import Iterable

from attest.bom.cyclonedx.vocabulary import Json
from attest.domain.bom import License


def license_choices(licenses: Iterable[License], spec: str) -> list[Json]:
    """The `licenses` of a component: what is declared and what is concluded, each told by `acknowledgement`.

    In 1.6 an expression among others is written as a name. In 1.7 a concluded licence is written as an expression,
    which is where BSI TR-03183-2 looks for it.
    """
    kept = [item for item in licenses if item.acknowledgement != "evidence"]
    choices = [_choice(item, spec, alone=len(kept) == 1) for item in kept]
    return _unique(choices)


def license_evidence(licenses: Iterable[License]) -> list[Json]:
    """The `evidence.licenses`: what licence files hold without one licence being concluded."""
    found = [item for item in licenses if item.acknowledgement == "evidence"]
    return _unique([{"license": _named(item)} for item in found])


def _choice(item: License, spec: str, *, alone: bool) -> Json:
    expression = item.kind == "expression" or (item.kind == "id" and item.acknowledgement == "concluded")
    if expression and (spec != "1.6" or (alone and item.kind == "expression")):
        return {"expression": item.value.text, "acknowledgement": item.acknowledgement}
    return {"license": {**_named(item), "acknowledgement": item.acknowledgement}}


def _named(item: License) -> Json:
    if item.kind == "id":
        return {"id": item.value.text}
    return {"name": item.value.text} | ({"url": item.url} if item.url else {})


def _unique(choices: list[Json]) -> list[Json]:
    seen: list[Json] = []
    for choice in choices:
        if choice not in seen:
            seen.append(choice)
    return sorted(seen, key=repr)
