"""Records → vulnerabilities: those that are aliases of each other are one.

The id is chosen as pip-audit chooses it: PyPI's own (PYSEC), then a CVE, then any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attest.domain.bom import Vulnerability
from attest.vulnerabilities.cvss import SEVERITIES
from attest.vulnerabilities.eligible import Asked
from attest.vulnerabilities.osv_record import Record, fixes, judge

_FIRST = ("PYSEC-", "CVE-")


def vulnerabilities_of(records: Iterable[Record], release: Asked, source: str) -> tuple[Vulnerability, ...]:
    """What records that are about one release say, with `affects` still empty; withdrawn ones are left out.

    `source` names where the records are from.
    """
    groups = _groups([record for record in records if not record.withdrawn])
    made = [_vulnerability(group, release, source) for group in groups]
    return tuple(sorted(made, key=lambda one: one.id))


def _groups(records: Sequence[Record]) -> list[list[Record]]:
    """Records joined by the ids that they share, in an order that does not depend on theirs."""
    groups: list[tuple[set[str], list[Record]]] = []
    for record in sorted(records, key=lambda record: (record.id, record.modified, record.summary)):
        ids = {record.id, *record.aliases}
        joined, apart = [record], []
        for known, members in groups:
            if known & ids:
                ids |= known
                joined = members + joined
            else:
                apart.append((known, members))
        groups = [*apart, (ids, joined)]
    return [members for _, members in groups]


def by_rank(identity: str) -> tuple[int, str]:
    """The order of ids: the first of them names a vulnerability."""
    rank = next((index for index, start in enumerate(_FIRST) if identity.startswith(start)), len(_FIRST))
    return rank, identity


def _vulnerability(group: list[Record], release: Asked, source: str) -> Vulnerability:
    ids = sorted({identity for record in group for identity in (record.id, *record.aliases)}, key=by_rank)
    # The worst rating, and among equals one with a vector.
    ratings = [record.severity(release.name) for record in group]
    severity, vector = min(ratings, key=lambda rating: (SEVERITIES.index(rating[0]), not rating[1], rating[1]))
    named = sorted(group, key=lambda record: by_rank(record.id))
    return Vulnerability(
        id=ids[0],
        affects="",
        aliases=tuple(sorted(ids[1:])),
        description=next((record.summary for record in named if record.summary), ""),
        severity=severity,
        vector=vector,
        fixed=_fixed(group, release),
        source=source,
        url=next((record.url for record in named if record.url), ""),
        published=min((record.published for record in group if record.published), default=""),
        modified=max((record.modified for record in group if record.modified), default=""),
    )


def _fixed(group: list[Record], release: Asked) -> tuple[str, ...]:
    """Later versions that a record names as fixed and that no record of the group is about."""
    from packaging.version import Version

    actual = Version(release.version)
    candidates = {text for record in group for text in fixes(record, release.name) if Version(text) > actual}
    mending = [text for text in candidates if all(judge(record, release.name, text) == "not" for record in group)]
    return tuple(sorted(mending, key=lambda text: (Version(text), text)))
