"""What the profiles demand and no validator checks (SPDX 3.0.1, classes AIPackage and DatasetPackage; profile
conformance of AI, Dataset and Build)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")
_ASKED: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "ai_AIPackage": (
        "ai",
        "model",
        ("suppliedBy", "software_downloadLocation", "software_packageVersion", "releaseTime"),
    ),
    "dataset_DatasetPackage": (
        "dataset",
        "data",
        ("originatedBy", "software_downloadLocation", "dataset_datasetType", "releaseTime", "builtTime"),
    ),
}
"""Class → profile, the one primary purpose, and the other members that it must have."""
_BUILD = ("hasInput", "hasOutput", "invokedBy")
_MAX_GAPS = 1000


def profile_gaps(document: Json) -> tuple[str, ...]:
    """What a document in JSON-LD lacks for the AI, Dataset and Build profiles, in words, whether it claims them or
    not; at most 1,000. Elements of unexpected shapes are passed over."""
    graph = document.get("@graph")
    elements = [item for item in graph if isinstance(item, dict)] if isinstance(graph, list) else [document]
    found = gaps_by_profile(elements)
    return tuple(f"{profile}: {gap}" for profile in sorted(found) for gap in found[profile])[:_MAX_GAPS]


def conforming(elements: Iterable[Json]) -> tuple[list[str], list[str]]:
    """The profiles that these elements conform to, in order, and why others are left out."""
    known = list(elements)
    kinds = {str(item.get("type")) for item in known}
    found = gaps_by_profile(known)
    profiles = {"core", "software", "simpleLicensing"}
    wanted = {"ai": "ai_AIPackage", "dataset": "dataset_DatasetPackage", "build": "build_Build"}
    profiles |= {profile for profile, kind in wanted.items() if kind in kinds and not found.get(profile)}
    if any(kind.startswith("security_") for kind in kinds):
        profiles.add("security")
    return sorted(profiles), [f"{profile}: {gap}" for profile in sorted(found) for gap in found[profile]]


def gaps_by_profile(elements: Iterable[Json]) -> dict[str, list[str]]:
    """Profile → what is missing for it, in the order of ids; profiles without a gap are not there."""
    known = list(elements)
    edges = Counter(_edges(known))
    found: dict[str, list[str]] = {}
    for item in sorted(known, key=_id):
        kind = str(item.get("type"))
        if kind in _ASKED:
            profile, gaps = _ASKED[kind][0], _package_gaps(item, edges)
        elif kind == "build_Build":
            profile, gaps = "build", [f"has no {name}" for name in _BUILD if not edges[_id(item), name]]
        else:
            continue
        if gaps:
            found.setdefault(profile, []).extend(f"{_id(item)} {gap}" for gap in gaps)
    return found


def _id(item: Json) -> str:
    return str(item.get("spdxId") or item.get("@id") or "")


def _edges(elements: Iterable[Json]) -> Iterable[tuple[str, str]]:
    for item in elements:
        source, kind = item.get("from"), item.get("relationshipType")
        if isinstance(source, str) and isinstance(kind, str):
            yield source, kind


def _package_gaps(item: Json, edges: Counter[tuple[str, str]]) -> list[str]:
    kind = str(item.get("type"))
    _, purpose, members = _ASKED[kind]
    gaps = [f"has no {member}" for member in members if item.get(member) in (None, "", [])]
    if item.get("software_primaryPurpose") != purpose:
        gaps.append(f"has not the primary purpose {purpose}")
    makers = item.get("originatedBy")
    if kind == "dataset_DatasetPackage" and isinstance(makers, list) and len(makers) > 1:
        gaps.append(f"has {len(makers)} originators, not one")
    counts = ((name, edges[_id(item), name]) for name in _LICENSES)
    return [*gaps, *(f"has {number} {name} relationships, not one" for name, number in counts if number != 1)]
