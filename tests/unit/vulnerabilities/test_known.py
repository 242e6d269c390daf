"""Records of one vulnerability become one vulnerability."""

from __future__ import annotations

import itertools
from typing import Any

from attest.vulnerabilities.eligible import Asked
from attest.vulnerabilities.known import vulnerabilities_of
from attest.vulnerabilities.osv_record import Record, parse_record
from tests.simulators.osv import record

RELEASE = Asked(name="foo", version="2.1")
BROKEN = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
SLIGHT = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"}


def make(identity: str, *aliases: str, **members: Any) -> Record:
    events = members.pop("events", [("introduced", "0"), ("fixed", "3.0")])
    return parse_record(record(identity, "foo", *events, aliases=list(aliases), **members))


def ids(*records: Record) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.id, one.aliases) for one in vulnerabilities_of(records, RELEASE, "OSV")]


def test_the_id_is_that_of_pypi_then_a_cve_then_any_other() -> None:
    assert ids(make("GHSA-1", "CVE-2", "PYSEC-3")) == [("PYSEC-3", ("CVE-2", "GHSA-1"))]
    assert ids(make("GHSA-1", "CVE-9", "CVE-2")) == [("CVE-2", ("CVE-9", "GHSA-1"))]
    assert ids(make("GHSA-1")) == [("GHSA-1", ())]


def test_aliases_join_in_every_order_and_through_each_other() -> None:
    records = [make("GHSA-1", "CVE-1"), make("PYSEC-1", "CVE-2"), make("OSV-1", "CVE-1", "CVE-2"), make("MAL-1")]
    wanted = [("MAL-1", ()), ("PYSEC-1", ("CVE-1", "CVE-2", "GHSA-1", "OSV-1"))]
    assert all(ids(*order) == wanted for order in itertools.permutations(records))


def test_the_worst_severity_counts_with_its_vector() -> None:
    found = vulnerabilities_of(
        [
            make("GHSA-1", "CVE-1", severity=[SLIGHT]),
            make("PYSEC-1", "CVE-1", severity=[BROKEN]),
            make("OSV-1", "CVE-1", database_specific={"severity": "CRITICAL"}),
        ],
        RELEASE,
        "OSV",
    )
    assert [(one.severity, one.vector) for one in found] == [("critical", BROKEN["score"])]


def test_only_later_versions_mend_and_only_those_that_no_record_is_about() -> None:
    branches = [("introduced", "1.0"), ("fixed", "1.5"), ("introduced", "2.0"), ("fixed", "2.3"), ("fixed", "2.10")]
    (one,) = vulnerabilities_of([make("GHSA-1", "CVE-1", events=branches)], RELEASE, "OSV")
    assert one.fixed == ("2.3", "2.10")
    longer = make("PYSEC-1", "CVE-1", events=[("introduced", "2.0"), ("fixed", "2.4")])
    (one,) = vulnerabilities_of([make("GHSA-1", "CVE-1", events=branches), longer], RELEASE, "OSV")
    assert one.fixed == ("2.4", "2.10")


def test_nothing_mends_what_has_no_fix() -> None:
    (one,) = vulnerabilities_of(
        [make("GHSA-1", events=[("introduced", "0"), ("last_affected", "2.1")])], RELEASE, "OSV"
    )
    assert one.fixed == ()


def test_the_first_time_it_was_published_and_the_last_time_it_was_changed() -> None:
    records = [
        make("GHSA-1", "CVE-1", published="2024-02-01T00:00:00Z", modified="2024-02-02T00:00:00Z"),
        make("PYSEC-1", "CVE-1", published="2024-01-01T00:00:00Z", modified="2024-01-02T00:00:00Z"),
        make("OSV-1", "CVE-1", published="", modified="soon"),
    ]
    (one,) = vulnerabilities_of(records, RELEASE, "OSV")
    assert (one.published, one.modified) == ("2024-01-01T00:00:00Z", "2024-02-02T00:00:00Z")


def test_what_was_withdrawn_is_no_vulnerability() -> None:
    assert ids(make("GHSA-1", withdrawn="2024-01-01T00:00:00Z"), make("GHSA-2")) == [("GHSA-2", ())]
