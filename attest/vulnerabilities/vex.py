"""VEX documents: what somebody says of a vulnerability in a component or in this environment, beside what was found.

A statement applies when it names the vulnerability by its id or an alias, and the component by a purl that covers the
one in the bill. A statement about a component as part of a product applies only if the product is this subject. No
statement takes a vulnerability away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from attest.domain.bom import Conflict, Value, Vulnerability
from attest.domain.strict_json import Limits, as_object, parse
from attest.errors import DocumentError
from attest.vulnerabilities.purl import parse_purl
from attest.vulnerabilities.vex_statement import Statement, product_names

MAX_DOCUMENT = 64 << 20
_LIMITS = Limits(size=MAX_DOCUMENT, depth=64, nodes=4_000_000, string=1 << 20)
_MAX_STATEMENTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """The vulnerabilities, all of them, with what is said of each; and statements that disagree."""

    vulnerabilities: tuple[Vulnerability, ...]
    conflicts: tuple[Conflict, ...] = ()


def read_vex(data: bytes, name: str) -> tuple[Statement, ...]:
    """Read an OpenVEX, CycloneDX (1.4 to 1.7) or CSAF (2.0 and 2.1) document; `name` is the source of what it says.

    Raises DocumentError when it is none of these, or malformed.
    """
    document = as_object(parse(data, _LIMITS, name), name)
    context = document.get("@context")
    if isinstance(context, str) and context.startswith("https://openvex.dev/ns"):
        from attest.vulnerabilities.vex_openvex import statements
    elif document.get("bomFormat") == "CycloneDX":
        from attest.vulnerabilities.vex_cyclonedx import statements
    elif isinstance(document.get("document"), dict) and "csaf_version" in as_object(document["document"], name):
        from attest.vulnerabilities.vex_csaf import statements
    else:
        raise DocumentError(f"{name} is no VEX document: neither OpenVEX nor CycloneDX nor CSAF")
    found = statements(document, name)
    if len(found) > _MAX_STATEMENTS:
        raise DocumentError(f"{name} makes more than {_MAX_STATEMENTS} statements")
    return found


def attach(
    vulnerabilities: Iterable[Vulnerability], statements: Sequence[Statement], *, name: str = "", version: str = ""
) -> Attached:
    """Put statements beside the vulnerabilities of the subject `name`, `version`.

    Of several, the latest counts; without times, the last. Statements that say different things at one time, or at
    times that are not known, are a conflict besides.
    """
    subject = frozenset(product_names(name, version)) | frozenset([name] if name else [])
    made: list[Vulnerability] = []
    conflicts: list[Conflict] = []
    for one in vulnerabilities:
        said = _about(one, statements, subject)
        made.append(replace(one, analysis=said[-1].analysis) if said else one)
        conflicts += _disagreement(one, said)
    return Attached(vulnerabilities=tuple(made), conflicts=tuple(conflicts))


def _about(one: Vulnerability, statements: Sequence[Statement], subject: frozenset[str]) -> list[Statement]:
    """The statements about a vulnerability, the one that counts last."""
    ids = {identity.upper() for identity in (one.id, *one.aliases)}
    affected = parse_purl(one.affects)
    said = [
        statement
        for statement in statements
        if statement.ids & ids and any(target.is_of(affected, subject) for target in statement.targets)
    ]
    return sorted(said, key=lambda statement: statement.time or datetime.min.replace(tzinfo=UTC))


def _disagreement(one: Vulnerability, said: list[Statement]) -> list[Conflict]:
    rivals = [other for other in said if other.time is None or other.time == said[-1].time]
    if len({other.analysis.state for other in rivals}) < 2:
        return []
    values = {
        Value(text=other.analysis.state, origin="declared", source=other.analysis.source): None for other in rivals
    }
    return [Conflict(about=f"{one.id} {one.affects}", values=tuple(values))]
