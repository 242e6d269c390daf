"""How two peers would grade a document, by our reading of their code: for parity reports, never to shape a BOM for.

Their rules are kept as they are, faults included: both look at the list `components` alone and miss a model that is
the subject, and one asks for paths that do not exist in any document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from attest.bom.norms import Element, Profile
from attest.bom.places import Json, object_of, objects_in
from attest.bom.shown import clipped
from attest.bom.tally import MAX_OFFENDERS, passed, tallies
from attest.domain.bom_result import Result, Score

_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_NO_VERSION = frozenset({"", "unknown", "none", "n/a", "noassertion", "*"})
_HUB_LICENSE = "aisbom:hf:license"
_FILTER = re.compile(r"(.+)\[\?\(@\.(\w+)=='([^']+)'\)\](.*)", re.ASCII)
_INDEX = re.compile(r"(\w*)\[(\d{1,6})\]", re.ASCII)
_NAMED = {
    "safetyRiskAssessment": ("ethicalConsiderations", "safetyRiskAssessment"),
    "energyConsumption": ("environmentalConsiderations", "energyConsumption"),
}
_LINKS = {"downloadLocation": ("distribution", "website"), "vcs": ("vcs",), "website": ("website",),
          "paper": ("documentation",)}  # fmt: skip
_NOTES = (
    "A peer's grade by our reading of its rules, for comparison; it looks at the list of components alone.",
    "A score tells what the document says, not whether it is true; passing one is no legal conformity.",
)


def peer_score(document: Json, chosen: Profile, form: str) -> Score:
    """The grade of the peer that `chosen` describes; points of 100."""
    results, points, grade = _WAYS[chosen.id](document, chosen)
    components = objects_in(document.get("components"))
    return Score(
        profile=chosen.id,
        title=chosen.title,
        verified=chosen.verified,
        form=form,
        subject=_label(components[0]) if components else "",
        results=results,
        tallies=tallies(results),
        satisfied=points,
        applicable=Fraction(100),
        passed=passed(results),
        grade=grade,
        notes=_NOTES,
    )


def _result(element: Element, satisfied: int, total: int, offenders: list[str]) -> Result:
    there = bool(total) and satisfied == total
    return Result(
        id=element.id,
        name=element.name,
        level=element.level,
        status="present" if there else "missing",
        group=element.group,
        satisfied=satisfied,
        total=total or 1,
        offenders=tuple(offenders[:MAX_OFFENDERS]) if total > 1 else (),
        hint="" if there else element.description,
        reason="" if total else "the list of components has nothing that this is asked of",
    )


# --- the OWASP generator -------------------------------------------------------------------------------------------


def _owasp(document: Json, chosen: Profile) -> tuple[tuple[Result, ...], Fraction, str]:
    """Categories by the share of fields that are there; then a penalty for what is missing of the weightier tiers."""
    there = {element.id: _owasp_field(document, element) for element in chosen.elements}
    total = 0.0
    for group, weight in chosen.weights.items():
        fields = [element.id for element in chosen.elements if element.group == group]
        percentage = sum(there[field] for field in fields) / len(fields) * 100
        total += round(percentage / 100 * weight, 1)
    missing = [element.level for element in chosen.elements if not there[element.id]]
    final = round(total * _penalty(missing.count("must"), missing.count("should")), 1)
    points = Fraction(round(final * 10), 10)
    results = tuple(_result(element, int(there[element.id]), 1, []) for element in chosen.elements)
    return results, points, _named_profile(document, chosen, points)


def _penalty(critical: int, important: int) -> float:
    factor = 1.0
    if critical > 3:
        factor *= 0.8
    elif critical >= 2:
        factor *= 0.9
    return factor * 0.95 if important >= 5 else factor


def _named_profile(document: Json, chosen: Profile, points: Fraction) -> str:
    reached = "incomplete"
    for name, least in chosen.scale.items():
        fields = chosen.required.get(name, ())
        if points >= int(least) and all(_plainly(document, field) for field in fields):
            reached = name
    return reached


def _owasp_field(document: Json, element: Element) -> bool:
    return _at(document, element.scorer_path) not in (None, "", []) or _plainly(document, element.id)


def _at(node: Any, path: str) -> Any:
    """What the peer's paths lead to; None for nothing."""
    path = path.removeprefix("$.")
    if "[?(@." in path:
        if (match := _FILTER.fullmatch(path)) is None:
            return None
        items = _at(node, match[1])
        chosen = (item for item in objects_in(items) if str(item.get(match[2])) == match[3])
        item = next(chosen, None)
        return _at(item, match[4].removeprefix(".")) if item is not None and match[4] else item
    for part in path.split("."):
        index = _INDEX.fullmatch(part)
        name = index[1] if index else part
        if not isinstance(node, dict) or name not in node:
            return None
        node = node[name]
        if index:
            if not isinstance(node, list) or int(index[2]) >= len(node):
                return None
            node = node[int(index[2])]
    return node


def _plainly(document: Json, field: str) -> bool:
    """Whether a member of this name stands at one of the places that the peer looks at besides its path."""
    metadata = object_of(document.get("metadata"))
    if field in document or field in metadata or _has_property(metadata, field):
        return True
    components = document.get("components")
    first = object_of(components[0]) if isinstance(components, list) and components else {}
    card = object_of(first.get("modelCard"))
    parameters = object_of(card.get("modelParameters"))
    if field in first or _has_property(first, field) or field in card or field in parameters:
        return True
    considerations = object_of(card.get("considerations"))
    if field in considerations or any(considerations.get(name) for name in _NAMED.get(field, ())):
        return True
    links = objects_in(first.get("externalReferences"))
    return any(link.get("type") in _LINKS.get(field, ()) and link.get("url") for link in links)


def _has_property(node: Json, field: str) -> bool:
    return any(item.get("name") in (field, f"spdx:{field}") for item in objects_in(node.get("properties")))


# --- aisbom --------------------------------------------------------------------------------------------------------


def _aisbom(document: Json, chosen: Profile) -> tuple[tuple[Result, ...], Fraction, str]:
    """Seven dimensions of fixed weight, each by its share of components, models or members of the document."""
    components = objects_in(document.get("components"))
    models = [item for item in components if item.get("type") == "machine-learning-model"]
    shares = {
        "identity": [(_label(item), _identity(item)) for item in components],
        "checksums": _each(models, _has_sha256),
        "licenses": _each(components, _is_licensed),
        "modelcard": _each(models, _is_described),
        "datasets": _each(models, lambda item: bool(_list(_card_parameters(item).get("datasets")))),
        "vex": [("the document", Fraction(_has_analysis(document)))],
        "docprov": [("the document", _provenance(document))],
    }
    points = Fraction(0)
    results = []
    for element in chosen.elements:
        share = shares[element.id]
        if share:
            points += element.points * sum((part for _, part in share), Fraction(0)) / len(share)
        offenders = [label for label, part in share if part != 1]
        results.append(_result(element, len(share) - len(offenders), len(share), offenders))
    grade = next((name for name, least in chosen.scale.items() if points >= int(least)), "F")
    return tuple(results), points, grade


def _each(items: list[Json], holds: Callable[[Json], bool]) -> list[tuple[str, Fraction]]:
    return [(_label(item), Fraction(holds(item))) for item in items]


def _label(item: Json) -> str:
    name = item.get("name")
    return clipped(name) if isinstance(name, str) and name else "(a component without a name)"


def _identity(item: Json) -> Fraction:
    checks = [bool(item.get(member)) for member in ("name", "bom-ref", "type")]
    if item.get("type") != "machine-learning-model":
        checks.append(str(item.get("version") or "").strip().lower() not in _NO_VERSION)
    return Fraction(sum(checks), len(checks))


def _has_sha256(item: Json) -> bool:
    return any(
        str(one.get("alg") or "").upper().replace("_", "-") in ("SHA-256", "SHA256")
        and isinstance(content := one.get("content"), str)
        and _SHA256.fullmatch(content) is not None
        for one in objects_in(item.get("hashes"))
    )


def _is_licensed(item: Json) -> bool:
    properties = objects_in(object_of(item.get("modelCard")).get("properties"))
    hub = any(one.get("name") == _HUB_LICENSE and one.get("value") for one in properties)
    return bool(_list(item.get("licenses"))) or hub


def _is_described(item: Json) -> bool:
    parameters = _card_parameters(item)
    return any(parameters.get(member) for member in ("task", "architectureFamily", "modelArchitecture"))


def _card_parameters(item: Json) -> Json:
    return object_of(object_of(item.get("modelCard")).get("modelParameters"))


def _has_analysis(document: Json) -> bool:
    entries = objects_in(document.get("vulnerabilities"))
    return any(object_of(entry.get("analysis")).get("state") for entry in entries)


def _provenance(document: Json) -> Fraction:
    metadata = object_of(document.get("metadata"))
    held = (metadata.get("tools"), metadata.get("timestamp"), document.get("serialNumber"), document.get("specVersion"))
    return Fraction(sum(map(bool, held)), len(held))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


_Way = Callable[[Json, Profile], tuple[tuple[Result, ...], Fraction, str]]
_WAYS: Mapping[str, _Way] = {"owasp-aibom": _owasp, "aisbom": _aisbom}
