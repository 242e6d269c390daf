"""CSAF 2.0 and 2.1 (profile VEX) → statements. Source: OASIS CSAF 2.0, sections 3.2.2 (product tree) and 3.2.3."""

from __future__ import annotations

from collections.abc import Iterator

from attest.domain.strict_json import Json, JsonObject
from attest.errors import DocumentError
from attest.vulnerabilities.purl import PurlParts
from attest.vulnerabilities.vex_statement import (
    Statement,
    Target,
    analysis,
    moment,
    object_in,
    objects_in,
    product_target,
    purls_of,
    text_in,
)

_VERSIONS = frozenset(["2.0", "2.1"])
_STATES = {
    "known_not_affected": "not_affected",
    "known_affected": "exploitable",
    "first_affected": "exploitable",
    "last_affected": "exploitable",
    "fixed": "resolved",
    "first_fixed": "resolved",
    "under_investigation": "in_triage",
}
_RESPONSES = {
    "vendor_fix": "update",
    "workaround": "workaround_available",
    "mitigation": "workaround_available",
    "no_fix_planned": "will_not_fix",
}
_MAX_DEPTH = 64


def statements(document: JsonObject, source: str) -> tuple[Statement, ...]:
    """One statement for each product and status of each vulnerability. Raises DocumentError."""
    header = object_in(document, "document")
    if text_in(header, "csaf_version") not in _VERSIONS:
        raise DocumentError(f"{source} is of another version of CSAF than 2.0 and 2.1")
    products = dict(_products(object_in(document, "product_tree"), source))
    tracking = object_in(header, "tracking")
    time = moment(tracking.get("current_release_date"), tracking.get("initial_release_date"))
    found: list[Statement] = []
    for entry in objects_in(document, "vulnerabilities", source):
        ids = {text_in(entry, "cve"), *(text_in(one, "text") for one in objects_in(entry, "ids", source))} - {""}
        for product, state in _states(entry):
            found.append(
                Statement(
                    ids=frozenset(identity.upper() for identity in ids),
                    targets=products.get(product, ()),
                    analysis=analysis(
                        state,
                        source,
                        justification=next(_told(entry, "flags", "label", product, source), ""),
                        details=_impact(entry, product, source),
                        response=[
                            _RESPONSES[word]
                            for word in _told(entry, "remediations", "category", product, source)
                            if word in _RESPONSES
                        ],
                    ),
                    time=time,
                )
            )
    return tuple(found)


def _states(entry: JsonObject) -> Iterator[tuple[str, str]]:
    status = object_in(entry, "product_status")
    for name, state in _STATES.items():
        listed = status.get(name)
        for product in listed if isinstance(listed, list) else []:
            if isinstance(product, str):
                yield product, state


def _told(entry: JsonObject, key: str, member: str, product: str, source: str) -> Iterator[str]:
    """What the entries under `key` say of a product; an entry without products is about all of them."""
    for one in objects_in(entry, key, source):
        listed = one.get("product_ids")
        if listed is None or (isinstance(listed, list) and product in listed):
            yield text_in(one, member)


def _impact(entry: JsonObject, product: str, source: str) -> list[str]:
    impacts: list[Json] = [one for one in objects_in(entry, "threats", source) if text_in(one, "category") == "impact"]
    return list(_told({"threats": impacts}, "threats", "details", product, source))


def _products(tree: JsonObject, source: str) -> Iterator[tuple[str, tuple[Target, ...]]]:
    """Product id → what it is."""
    plain: dict[str, tuple[list[PurlParts], str]] = {}
    for product in _named(tree, source):
        identification = object_in(product, "product_identification_helper")
        listed = identification.get("purls")
        texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
        plain[text_in(product, "product_id")] = (
            purls_of(text_in(identification, "purl"), *texts),
            text_in(product, "name"),
        )
    for identity, (purls, name) in plain.items():
        whole = Target(product=product_target(purls, [name]))
        yield identity, (*(Target(purl=purl) for purl in purls), *([whole] if whole.product else []))
    for relation in objects_in(tree, "relationships", source):
        part, _ = plain.get(text_in(relation, "product_reference"), ([], ""))
        within, name = plain.get(text_in(relation, "relates_to_product_reference"), ([], ""))
        if whole_names := product_target(within, [name]):
            identity = text_in(object_in(relation, "full_product_name"), "product_id")
            yield identity, tuple(Target(purl=purl, product=whole_names) for purl in part)


def _named(tree: JsonObject, source: str) -> Iterator[JsonObject]:
    """Every product that the tree names."""
    yield from objects_in(tree, "full_product_names", source)
    level = objects_in(tree, "branches", source)
    for _ in range(_MAX_DEPTH):
        yield from (object_in(branch, "product") for branch in level if object_in(branch, "product"))
        level = [inner for branch in level for inner in objects_in(branch, "branches", source)]
