"""Software, known vulnerabilities and steps of making, in two documents."""

from __future__ import annotations

from collections.abc import Iterator

from attest.bom.diff_make import change, cut, values
from attest.bom.snapshot import Snapshot, digests_of, full_name, object_of, objects_in, pairs_of, text_of
from attest.domain.bom_diff import Change, Importance
from attest.domain.strict_json import JsonObject

_GRAVE = frozenset({"critical", "high", "unknown"})
_BUILDER, _VERIFIED = "attest:lineage:builder", "attest:lineage:verified"


def software_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Everything about components, vulnerabilities and steps."""
    yield from _components(before, after)
    yield from _vulnerabilities(before, after)
    yield from values("step", "notice", "the step", _steps(before), _steps(after))


def _components(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = _software(before), _software(after)
    for key in sorted(old.keys() | new.keys()):
        left, right = old.get(key, {}), new.get(key, {})
        name = full_name(next(iter((right or left).values())))
        texts = [", ".join(version or "without a version" for version in sorted(side)) for side in (left, right)]
        label = cut(name, 200)
        if not left:
            yield change("component", "notice", name, f"{label} {texts[1]} was added", after=texts[1])
        elif not right:
            yield change("component", "notice", name, f"{label} {texts[0]} was taken away", before=texts[0])
        elif left.keys() != right.keys():
            yield change("component", "notice", name, f"{label} has another version", *texts)
        for version in sorted(left.keys() & right.keys()):
            one, other = digests_of(left[version]), digests_of(right[version])
            if any(one[algorithm] != other[algorithm] for algorithm in one.keys() & other.keys()):
                text = f"{label} {version} is not what it was: the same version, and another digest"
                yield change("component", "alarm", name, text, _digests(one), _digests(other))


def _digests(found: dict[str, str]) -> str:
    return ", ".join(f"{algorithm}:{text}" for algorithm, text in sorted(found.items()))


def _software(side: Snapshot) -> dict[str, dict[str, JsonObject]]:
    """Components by what they are without their version, and by version."""
    found: dict[str, dict[str, JsonObject]] = {}
    for item in side.others:
        if item.get("type") not in ("data", "machine-learning-model"):
            purl = text_of(item.get("purl")).partition("?")[0].partition("#")[0]
            key = purl.rpartition("@")[0] or purl or f"{text_of(item.get('type'))}:{full_name(item)}"
            found.setdefault(key, {}).setdefault(text_of(item.get("version")), item)
    return found


def _vulnerabilities(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = _known(before), _known(after)
    for key in sorted(new.keys() - old.keys()):
        severity = _severity(new[key])
        importance: Importance = "alarm" if severity in _GRAVE and not _harmless(new[key]) else "notice"
        yield change("vulnerability", importance, key, f"{cut(key, 200)} is new ({severity})", after=severity)
    for key in sorted(old.keys() - new.keys()):
        yield change("vulnerability", "notice", key, f"{cut(key, 200)} is no longer listed", before=_severity(old[key]))
    for key in sorted(old.keys() & new.keys()):
        states = [text_of(object_of(side[key].get("analysis")).get("state")) for side in (old, new)]
        if states[0] != states[1]:
            worse: Importance = "alarm" if states[1] == "exploitable" else "notice"
            yield change("vulnerability", worse, key, f"what is said of {cut(key, 200)} changed", *states)


def _known(side: Snapshot) -> dict[str, JsonObject]:
    """Vulnerabilities by id and what they affect, without versions."""
    names = {text_of(item.get("bom-ref")): full_name(item) for item in (side.subject, *side.others)}
    found: dict[str, JsonObject] = {}
    for item in objects_in(side.document.get("vulnerabilities")):
        for place in objects_in(item.get("affects")) or [{}]:
            ref = text_of(place.get("ref"))
            affected = names.get(ref) or ref.partition("@")[0]
            found[f"{text_of(item.get('id'))} in {affected}".removesuffix(" in ")] = item
    return found


def _severity(item: JsonObject) -> str:
    ratings = [text_of(one.get("severity")) for one in objects_in(item.get("ratings"))]
    return next((severity for severity in ratings if severity), "unknown")


def _harmless(item: JsonObject) -> bool:
    return text_of(object_of(item.get("analysis")).get("state")) in ("not_affected", "false_positive", "resolved")


def _steps(side: Snapshot) -> dict[str, str]:
    """Workflows with who built, and whether anybody verified it."""
    found: dict[str, list[str]] = {}
    for formula in objects_in(side.document.get("formulation")):
        for item in objects_in(formula.get("workflows")):
            told = dict(pairs_of(item))
            verified = "verified" if told.get(_VERIFIED) == "true" else "not verified"
            text = f"by {told.get(_BUILDER) or 'nobody named'} ({verified})"
            text += f": {words}" if (words := text_of(item.get("description"))) else ""
            found.setdefault(text_of(item.get("name")) or "without a name", []).append(text)
    return {name: "; ".join(sorted(texts)) for name, texts in found.items()}
