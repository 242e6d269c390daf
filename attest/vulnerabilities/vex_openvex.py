"""OpenVEX 0.0.1 to 0.2.0 → statements. Source: the OpenVEX specification."""

from __future__ import annotations

from collections.abc import Iterator

from attest.domain.strict_json import JsonObject
from attest.errors import DocumentError
from attest.vulnerabilities.purl import PurlParts
from attest.vulnerabilities.vex_statement import (
    STATE_OF_STATUS,
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


def statements(document: JsonObject, source: str) -> tuple[Statement, ...]:
    """Every statement; one without a time has that of the document. Raises DocumentError."""
    return tuple(_statement(entry, document, source) for entry in objects_in(document, "statements", source))


def _statement(entry: JsonObject, document: JsonObject, source: str) -> Statement:
    status = text_in(entry, "status")
    if status not in STATE_OF_STATUS:
        raise DocumentError(f"{source} makes a statement of status {status[:40]!r}, which is none of OpenVEX")
    details = [text_in(entry, key) for key in ("impact_statement", "action_statement", "status_notes")]
    return Statement(
        ids=frozenset(_ids(entry, source)),
        targets=tuple(_targets(entry, source)),
        analysis=analysis(
            STATE_OF_STATUS[status], source, justification=text_in(entry, "justification"), details=details
        ),
        time=moment(
            *(entry.get(key) for key in ("last_updated", "timestamp")),
            *(document.get(key) for key in ("last_updated", "timestamp")),
        ),
    )


def _ids(entry: JsonObject, source: str) -> Iterator[str]:
    """The vulnerability: an object since 0.2.0, a text before."""
    vulnerability = entry.get("vulnerability")
    named: JsonObject = vulnerability if isinstance(vulnerability, dict) else {"name": vulnerability}
    name = text_in(named, "name")
    if not name:
        raise DocumentError(f"{source} makes a statement about no vulnerability")
    yield name.upper()
    aliases = named.get("aliases")
    yield from (alias.upper() for alias in aliases if isinstance(alias, str)) if isinstance(aliases, list) else ()


def _targets(entry: JsonObject, source: str) -> Iterator[Target]:
    products = entry.get("products", [])
    for product in products if isinstance(products, list) else []:
        if isinstance(product, str):  # before 0.2.0
            yield from _alone([product], source_names=[product])
        elif isinstance(product, dict):
            names = [text_in(product, "@id"), text_in(object_in(product, "identifiers"), "purl")]
            parts = objects_in(product, "subcomponents", source)
            if parts:
                yield from _parts(parts, product_target(purls_of(*names), names))
            else:
                yield from _alone(names, source_names=names)


def _alone(texts: list[str], *, source_names: list[str]) -> Iterator[Target]:
    """A product that is the component itself, or this whole subject."""
    purls: list[PurlParts] = purls_of(*texts)
    yield from (Target(purl=purl) for purl in purls)
    if names := product_target(purls, source_names):
        yield Target(product=names)


def _parts(parts: list[JsonObject], product: frozenset[str]) -> Iterator[Target]:
    for part in parts:
        for purl in purls_of(text_in(part, "@id"), text_in(object_in(part, "identifiers"), "purl")):
            yield Target(purl=purl, product=product)
