"""What is wrong inside one object of a CycloneDX document and passes its JSON schema: members that contradict the
component's type, values that are no value of their kind, and licences that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from attest.bom.places import Json, Way, object_of, pointer
from attest.bom.shown import brief, excerpt
from attest.domain.bom_result import Fault

HASH_LENGTHS = {
    "MD5": 32,
    "SHA-1": 40,
    "SHA-256": 64,
    "SHA-384": 96,
    "SHA-512": 128,
    "SHA3-256": 64,
    "SHA3-384": 96,
    "SHA3-512": 128,
    "BLAKE2b-256": 64,
    "BLAKE2b-384": 96,
    "BLAKE2b-512": 128,
    "Streebog-256": 64,
    "Streebog-512": 128,
}
"""Hexadecimal digits; BLAKE3 has no length of its own."""
_COMPONENTS = frozenset({"component", "components", "ancestors", "descendants", "variants"})
_NONE = frozenset({"none", "noassertion"})
_MAX_PURL = 4096


def component_faults(node: Json, way: Way, member: str) -> Iterator[Fault]:
    """Faults of one object; `member` is the name under which it, or the list around it, stands."""
    if member in _COMPONENTS:
        yield from _typed(node, way)
    elif member == "services" and node.get("name") == "":
        yield _fault((way, "name"), "the name is empty")
    elif member == "hashes":
        yield from _hash(node, way)
    elif member in ("inputs", "outputs") and _is_port(way) and not node.get("format"):
        yield _fault(way, f"one of the model's {member} has no format", "warning")
    if "licenses" in node:
        yield from _licenses(node["licenses"], (way, "licenses"))


def _fault(where: Way, message: str, severity: Literal["error", "warning"] = "error") -> Fault:
    return Fault(where=pointer(where), message=brief(message), severity=severity)


def _typed(component: Json, way: Way) -> Iterator[Fault]:
    kind = component.get("type")
    if component.get("name") == "":
        yield _fault((way, "name"), "the name is empty")
    if "modelCard" in component and kind != "machine-learning-model":
        yield _fault((way, "modelCard"), f"a modelCard on a component of type {excerpt(kind)}")
    if "data" in component and kind != "data":
        yield _fault((way, "data"), f"data on a component of type {excerpt(kind)}")
    if component.get("data") == []:
        yield _fault((way, "data"), "the list of data is empty", "warning")
    purl = component.get("purl")
    if isinstance(purl, str) and (fault := _purl_fault(purl)):
        yield _fault((way, "purl"), f"{excerpt(purl)} {fault}")


def _is_port(way: Way) -> bool:
    """Whether this stands in a model card, where `inputs` are ports; in formulation they are other things."""
    list_way = way[0] if way else None
    above = list_way[0] if list_way else None
    return above is not None and above[1] == "modelParameters"


def _hash(node: Json, way: Way) -> Iterator[Fault]:
    algorithm, content = node.get("alg"), node.get("content")
    if isinstance(algorithm, str) and isinstance(content, str):
        length = HASH_LENGTHS.get(algorithm, len(content))
        if len(content) != length:
            yield _fault((way, "content"), f"{len(content)} digits are no {excerpt(algorithm)}, which has {length}")


def _purl_fault(text: str) -> str:
    """Why this is no package URL, or an empty text. Imported here: most documents are written without reading purls."""
    from packageurl import PackageURL

    if len(text) > _MAX_PURL:
        return f"is longer than {_MAX_PURL} characters"
    try:
        PackageURL.from_string(text)
    except ValueError:
        return "is no package URL"
    return ""


def _licenses(choices: object, way: Way) -> Iterator[Fault]:
    stated: dict[str, dict[str, str]] = {}
    for index, choice in enumerate(choices if isinstance(choices, list) else ()):
        if not isinstance(choice, dict):
            continue
        expression = choice.get("expression")
        if isinstance(expression, str) and (fault := _expression_fault(expression)):
            yield _fault(((way, index), "expression"), f"the licence expression {excerpt(expression)} {fault}")
        elif (stands := _stated(choice)) is not None:
            stated.setdefault(stands[0], {}).setdefault(" ".join(stands[1].split()).casefold(), stands[1])
    if contradiction := _contradiction(stated):
        yield _fault(way, contradiction, "warning")


@lru_cache(maxsize=4096)
def _expression_fault(text: str) -> str:
    from attest.bom.spdx.expression import expression_fault

    return expression_fault(text)


def _stated(choice: Json) -> tuple[str, str] | None:
    """Acknowledgement and licence of one entry; None when it names none."""
    licence = object_of(choice.get("license"))
    how = choice.get("acknowledgement") or licence.get("acknowledgement") or ""
    what = choice.get("expression") or licence.get("id") or licence.get("name")
    return (how, what) if isinstance(how, str) and isinstance(what, str) else None


def _contradiction(stated: Mapping[str, Mapping[str, str]]) -> str:
    """How entries contradict each other: other licences concluded than declared, or none beside one. Each
    acknowledgement has its licences, without regard to case, with their spelling."""
    everything = {key: text for texts in stated.values() for key, text in texts.items()}
    named = [text for key, text in everything.items() if key not in _NONE]
    if named and len(named) < len(everything):
        return f"one entry says that there is no licence, another one {excerpt(named[0])}"
    declared, concluded = stated.get("declared", {}), stated.get("concluded", {})
    if declared and concluded and not declared.keys() & concluded.keys():
        return f"{excerpt(_first(declared))} is declared, but {excerpt(_first(concluded))} concluded"
    if len(concluded) > 1:
        return f"{len(concluded)} different licences are concluded without an expression that joins them"
    return ""


def _first(texts: Mapping[str, str]) -> str:
    return next(iter(texts.values()))
