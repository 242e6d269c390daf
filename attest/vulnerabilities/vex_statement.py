"""One statement of a VEX document, and what its readers share: states, words, products, times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from attest.domain.bom import Analysis
from attest.domain.strict_json import Json, JsonObject
from attest.errors import DocumentError
from attest.vulnerabilities.purl import PurlParts, covers, parse_purl

MAX_TEXT = 512

STATES = frozenset(["resolved", "resolved_with_pedigree", "exploitable", "in_triage", "false_positive", "not_affected"])
JUSTIFICATIONS = frozenset(
    {"code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency", "requires_environment"}
    | {"protected_by_compiler", "protected_at_runtime", "protected_at_perimeter", "protected_by_mitigating_control"}
)
RESPONSES = frozenset(["can_not_fix", "will_not_fix", "update", "rollback", "workaround_available"])

STATE_OF_STATUS = {
    "not_affected": "not_affected",
    "affected": "exploitable",
    "fixed": "resolved",
    "under_investigation": "in_triage",
}
"""The four status labels of VEX (CISA, Minimum Requirements for VEX) → CycloneDX's states."""
_JUSTIFICATION_OF_LABEL = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a statement is about: a component by purl, a product by its names, or a component as part of a product."""

    purl: PurlParts | None = None
    product: frozenset[str] = frozenset()

    def is_of(self, affected: PurlParts | None, subject: frozenset[str]) -> bool:
        """Whether this is the affected component, in the subject of the bill."""
        if self.product and not self.product & subject:
            return False
        if self.purl is None:
            return bool(self.product)
        return affected is not None and covers(self.purl, affected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement: the vulnerability by all its ids in upper case, what it is about, what is said, and when."""

    ids: frozenset[str]
    targets: tuple[Target, ...]
    analysis: Analysis
    time: datetime | None = None


def product_names(name: str, version: str) -> tuple[str, ...]:
    """How a product is named where it must be the subject: with its version where it has one, else by name alone."""
    return (f"{name}@{version}" if version else name,) if name else ()


def product_target(purls: Iterable[PurlParts], names: Iterable[str]) -> frozenset[str]:
    """A product by all the names that are given for it."""
    found = {text for purl in purls for text in product_names(purl.name, purl.version)}
    return frozenset(found | {name for name in names if name})


def analysis(
    state: str, source: str, *, justification: str = "", details: Iterable[str] = (), response: Iterable[str] = ()
) -> Analysis:
    """What is said, in CycloneDX's words; a justification in others' words is translated, or told in the detail.

    Raises DocumentError for a state that is none.
    """
    if state not in STATES:
        raise DocumentError(f"{source} gives a vulnerability the state {state[:40]!r}, which is none")
    word = _JUSTIFICATION_OF_LABEL.get(justification, justification)
    parts = [] if word in JUSTIFICATIONS or not word else [f"justification: {justification}"]
    parts += [text for text in details if text]
    return Analysis(
        state=state,
        justification=word if word in JUSTIFICATIONS else "",
        detail=line("; ".join(parts)),
        response=tuple(sorted(set(response) & RESPONSES)),
        source=source,
    )


def line(text: str) -> str:
    """One line that may be shown."""
    short = "".join(character if character.isprintable() else " " for character in text[: MAX_TEXT + 1])
    short = " ".join(short.split())
    return short if len(short) < MAX_TEXT else short[: MAX_TEXT - 1] + "…"


def moment(*texts: Json) -> datetime | None:
    """The first of these that is a time with a zone."""
    for text in texts:
        try:
            found = datetime.fromisoformat(text) if isinstance(text, str) and len(text) <= 64 else None
        except ValueError:
            found = None
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC)
    return None


def text_in(parent: JsonObject, key: str) -> str:
    """A member that is a text, or an empty one."""
    value = parent.get(key)
    return value if isinstance(value, str) else ""


def object_in(parent: JsonObject, key: str) -> JsonObject:
    """A member that is an object, or an empty one."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def objects_in(parent: JsonObject, key: str, source: str) -> list[JsonObject]:
    """A member that is an array of objects, or an empty one where it is missing. Raises DocumentError."""
    value = parent.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DocumentError(f"{source} holds {key} that is no array of objects")
    return [item for item in value if isinstance(item, dict)]


def purls_of(*texts: str) -> list[PurlParts]:
    """The purls among these texts."""
    return [purl for purl in map(parse_purl, texts) if purl is not None]
