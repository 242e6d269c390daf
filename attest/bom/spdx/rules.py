"""Rules that the schema and the shapes of SPDX 3.0.1 do not know: between elements, and inside texts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attest.bom.fault import Fault
from attest.bom.spdx.expression import expression_fault, licenses_in
from attest.bom.spdx.profile import gaps_by_profile
from attest.bom.spdx.shape import shapes

Json = dict[str, Any]

HASH_LENGTHS = {
    "adler32": 8,
    "blake2b256": 64,
    "blake2b384": 96,
    "blake2b512": 128,
    "md2": 32,
    "md4": 32,
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha3_224": 56,
    "sha3_256": 64,
    "sha3_384": 96,
    "sha3_512": 128,
}
"""Hexadecimal digits by algorithm; the others have no one length."""

_HEX = re.compile(r"[0-9A-Fa-f]+", re.ASCII)
_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")
# Class of an assessment → the one relation that it may tell (their specification pages, "Constraints").
_ASSESSMENTS = {
    "security_VexAffectedVulnAssessmentRelationship": "affects",
    "security_VexFixedVulnAssessmentRelationship": "fixedIn",
    "security_VexNotAffectedVulnAssessmentRelationship": "doesNotAffect",
    "security_VexUnderInvestigationVulnAssessmentRelationship": "underInvestigationFor",
}
_NOT_AFFECTED = "security_VexNotAffectedVulnAssessmentRelationship"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An object of the document with an id: where it stands, its class (may be unknown), and itself."""

    pointer: str
    name: str
    item: Json


def rule_faults(elements: Mapping[str, Element]) -> Iterator[Fault]:
    """Faults between the elements of one document."""
    yield from _document_faults(elements)
    for element in elements.values():
        if element.name == "simplelicensing_LicenseExpression":
            yield from _expression_faults(element)
        if _is(element, "software_Package"):
            yield from _purl_faults(element)
        if _is(element, "Relationship"):
            yield from _relationship_faults(element, elements)
    yield from _license_faults(elements)
    yield from _profile_faults(elements)


def _is(element: Element, name: str) -> bool:
    shape = shapes().get(element.name)
    return shape is not None and name in shape.parents


def _fault(where: str, message: str) -> Fault:
    return Fault(where=where, message=message, severity="error")


def _warning(where: str, message: str) -> Fault:
    return Fault(where=where, message=message, severity="warning")


def _document_faults(elements: Mapping[str, Element]) -> Iterator[Fault]:
    documents = [element for element in elements.values() if element.name == "SpdxDocument"]
    if not documents:
        yield _warning("", "there is no SpdxDocument")
    for element in documents[1:]:
        yield _fault(element.pointer, "there is a second SpdxDocument")
    for element in elements.values():
        if not _is(element, "ElementCollection"):
            continue
        if element.item.get("element") and not element.item.get("rootElement"):
            yield _fault(element.pointer, "a collection with elements has no rootElement")
        for member in ("element", "rootElement"):
            for number, target in enumerate(_texts(element.item.get(member))):
                if target in elements and elements[target].name == "SpdxDocument":
                    yield _fault(
                        f"{element.pointer}/{member}/{number}", "an SpdxDocument is no element of a collection"
                    )


def hash_fault(item: Json) -> str:
    """What is wrong with the value of a Hash, in words, or an empty text."""
    value, algorithm = item.get("hashValue"), str(item.get("algorithm")).rpartition("/")[2]
    length = HASH_LENGTHS.get(algorithm, 0)
    if not length or not isinstance(value, str) or (len(value) == length and _HEX.fullmatch(value)):
        return ""
    return f"a {algorithm} has {length} hexadecimal digits"


def _expression_faults(element: Element) -> Iterator[Fault]:
    text = element.item.get("simplelicensing_licenseExpression")
    if not isinstance(text, str):
        return
    where = f"{element.pointer}/simplelicensing_licenseExpression"
    if fault := expression_fault(text):
        yield _fault(where, f"the licence expression {fault}")
        return
    # Imported here: the list of SPDX ids is a file of its own.
    from cyclonedx.spdx import is_supported_id

    for name in sorted(licenses_in(text)):
        if not is_supported_id(name):
            yield _fault(where, f"SPDX lists no licence {name[:80]}")


def _purl_faults(element: Element) -> Iterator[Fault]:
    from packageurl import PackageURL

    text = element.item.get("software_packageUrl")
    if not isinstance(text, str):
        return
    try:
        PackageURL.from_string(text)
    except ValueError:
        yield _fault(f"{element.pointer}/software_packageUrl", "this is no package URL")


def _relationship_faults(element: Element, elements: Mapping[str, Element]) -> Iterator[Fault]:
    item = element.item
    kind = str(item.get("relationshipType")).rpartition("/")[2]
    if kind in _LICENSES:
        for number, target in enumerate(_texts(item.get("to"))):
            if target in elements and not _is(elements[target], "simplelicensing_AnyLicenseInfo"):
                # No shape refuses this, and tools write it; the profiles ask for an AnyLicenseInfo.
                yield _warning(f"{element.pointer}/to/{number}", f"{kind} leads to a {elements[target].name}")
    if not _is(element, "security_VulnAssessmentRelationship"):
        return
    wanted = _ASSESSMENTS.get(element.name, "hasAssessmentFor")
    if kind != wanted:
        yield _fault(f"{element.pointer}/relationshipType", f"a {element.name} tells {wanted}, not {kind}")
    source = item.get("from")
    if isinstance(source, str) and source in elements and elements[source].name != "security_Vulnerability":
        yield _fault(f"{element.pointer}/from", f"a {element.name} starts at a vulnerability")
    reasons = ("security_justificationType", "security_impactStatement")
    if element.name == _NOT_AFFECTED and not any(item.get(member) for member in reasons):
        yield _fault(element.pointer, "a statement of not being affected has neither a justification nor an impact")


def _license_faults(elements: Mapping[str, Element]) -> Iterator[Fault]:
    """More than one relationship of a kind; that one is missing is a matter of the profiles."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for element in elements.values():
        source, kind = element.item.get("from"), str(element.item.get("relationshipType")).rpartition("/")[2]
        if kind in _LICENSES and isinstance(source, str):
            found[source, kind].append(element.pointer)
    for (source, kind), pointers in found.items():
        for pointer in pointers[1:]:
            yield _warning(pointer, f"{source[:200]} has {len(pointers)} {kind} relationships")


def _profile_faults(elements: Mapping[str, Element]) -> Iterator[Fault]:
    """Profiles that a document claims and does not meet."""
    claims = [
        (f"{element.pointer}/profileConformance", str(word).rpartition("/")[2])
        for element in elements.values()
        for word in _texts(element.item.get("profileConformance"))
    ]
    if not claims:
        return
    gaps = gaps_by_profile([element.item for element in elements.values()])
    for where, profile in claims:
        for gap in gaps.get(profile, ()):
            yield _fault(where, f"the profile {profile} is claimed, but {gap[:400]}")


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
