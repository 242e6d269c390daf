"""Whether an OSV record is about a release, and what it says of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from attest.domain.strict_json import Json
from attest.errors import DocumentError
from attest.vulnerabilities.osv_record import Record, fixes, judge, parse_record, time_of
from tests.simulators.osv import record

INTRODUCED, FIXED, LAST, LIMIT = "introduced", "fixed", "last_affected", "limit"


def read(*events: tuple[str, str], **members: Any) -> Record:
    return parse_record(record("GHSA-1", "foo", *events, **members))


def affected(**entry: Any) -> dict[str, Any]:
    return {"package": {"ecosystem": "PyPI", "name": "foo"}, **entry}


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([(INTRODUCED, "0")], ["0", "0.0.1.dev1", "1!0", "99"], []),
        ([(INTRODUCED, "0"), (FIXED, "1.5")], ["0.1", "1.4.99", "1.5rc1", "1.5.dev3"], ["1.5", "1.5.post1", "2"]),
        ([(INTRODUCED, "0"), (LAST, "1.5")], ["1.5", "1.5rc1", "1.5.0"], ["1.5.post1", "1.5.1"]),
        ([(INTRODUCED, "1.0"), (FIXED, "1.5")], ["1.0", "1.0.0", "1.4"], ["0.9", "1.0rc1", "1.5"]),
        (
            [(INTRODUCED, "3.0"), (FIXED, "3.2"), (INTRODUCED, "1.0"), (FIXED, "1.5")],
            ["1.2", "3.1"],
            ["0.1", "1.5", "2.9", "3.2"],
        ),
        ([(FIXED, "1.5"), (INTRODUCED, "0")], ["1.4"], ["1.5"]),
        ([(INTRODUCED, "1.0"), (LAST, "1.0")], ["1.0"], ["0.9", "1.1"]),
        ([(LAST, "1.0"), (INTRODUCED, "1.0")], ["1.0"], ["0.9", "1.1"]),
        ([(INTRODUCED, "0"), (FIXED, "1.0"), (INTRODUCED, "1.0"), (FIXED, "1.1")], ["0.5", "1.0"], ["1.1"]),
        ([(INTRODUCED, "1.0"), (FIXED, "1.0")], [], ["0.9", "1.0", "1.1"]),
        ([(INTRODUCED, "0"), (LIMIT, "2.0")], ["1.9"], ["2.0", "3"]),
        ([(INTRODUCED, "0"), (LIMIT, "2.0"), (LIMIT, "4.0")], ["3.9"], ["4.0"]),
        ([(INTRODUCED, "0"), (FIXED, "3"), (LIMIT, "*")], ["2.9"], ["3"]),
        ([(INTRODUCED, "1!0"), (FIXED, "1!2")], ["1!1"], ["5", "1!2"]),
        ([(INTRODUCED, "0"), (FIXED, "2024.7.4")], ["2024.07.03"], ["2024.07.04"]),
    ],
)
def test_ranges_are_evaluated_as_versions_are_ordered(
    events: list[tuple[str, str]], inside: list[str], outside: list[str]
) -> None:
    made = read(*events)
    assert {version: judge(made, "foo", version) for version in inside} == dict.fromkeys(inside, "affected")
    assert {version: judge(made, "foo", version) for version in outside} == dict.fromkeys(outside, "not")


def test_it_is_about_the_package_that_it_names_and_no_other() -> None:
    made = read((INTRODUCED, "0"))
    assert judge(made, "foo-bar", "1") == "not"
    spelled = parse_record(record("GHSA-1", "Foo_Bar", (INTRODUCED, "0")))
    assert judge(spelled, "foo-bar", "1") == "affected"


@pytest.mark.parametrize("ecosystem", ["npm", "pypi", "PyPI2", "", "Root:PyPI"])
def test_a_package_of_another_ecosystem_is_another_package(ecosystem: str) -> None:
    entry = affected(versions=["1"]) | {"package": {"ecosystem": ecosystem, "name": "foo"}}
    assert judge(read(affected=[entry]), "foo", "1") == "not"


def test_an_ecosystem_with_a_suffix_is_still_pypi() -> None:
    entry = affected(versions=["1"]) | {"package": {"ecosystem": "PyPI:mirror", "name": "foo"}}
    assert judge(read(affected=[entry]), "foo", "1") == "affected"


@pytest.mark.parametrize("listed", ["1.0", "1.0.0", "v1.0", "1"])
def test_a_listed_version_is_affected_however_it_is_spelled(listed: str) -> None:
    made = read(affected=[affected(versions=[listed])])
    assert (judge(made, "foo", "1.0"), judge(made, "foo", "1.0.1")) == ("affected", "not")


def test_a_listed_version_counts_beside_a_range_that_leaves_it_out() -> None:
    events = [{INTRODUCED: "0"}, {FIXED: "1"}]
    made = read(affected=[affected(versions=["3.0"], ranges=[{"type": "ECOSYSTEM", "events": events}])])
    assert [judge(made, "foo", version) for version in ("0.5", "2", "3.0")] == ["affected", "not", "affected"]


def test_one_entry_of_several_is_enough() -> None:
    made = read(affected=[affected(versions=["1"]), affected(versions=["2"])])
    assert [judge(made, "foo", version) for version in ("1", "2", "3")] == ["affected", "affected", "not"]


def test_commits_cannot_be_compared_with_a_version() -> None:
    commits = {"type": "GIT", "repo": "https://x.test", "events": [{INTRODUCED: "0"}, {FIXED: "a" * 40}]}
    assert judge(read(affected=[affected(ranges=[commits])]), "foo", "1") == "unclear"
    assert judge(read(affected=[affected(ranges=[commits], versions=["2"])]), "foo", "1") == "not"


@pytest.mark.parametrize(
    "events",
    [
        [(INTRODUCED, "first"), (FIXED, "2")],
        [(INTRODUCED, "0"), (FIXED, "abc")],
        [(INTRODUCED, "0"), (LIMIT, "abc")],
        [(FIXED, "2")],
        [],
    ],
)
def test_a_range_that_cannot_be_evaluated_is_neither_yes_nor_no(events: list[tuple[str, str]]) -> None:
    assert judge(read(*events), "foo", "1") == "unclear"


def test_nothing_about_versions_is_neither_yes_nor_no() -> None:
    assert judge(read(affected=[affected()]), "foo", "1") == "unclear"


def test_a_version_that_is_none_is_looked_for_in_the_list_alone() -> None:
    made = read(affected=[affected(versions=["2024b"], ranges=[{"type": "ECOSYSTEM", "events": [{INTRODUCED: "0"}]}])])
    assert (judge(made, "foo", "2024b"), judge(made, "foo", "other")) == ("affected", "unclear")


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4),
    st.integers(0, 9),
    st.randoms(use_true_random=False),
)
def test_ranges_agree_with_intervals(bounds: list[tuple[int, int]], asked: int, shuffle: Any) -> None:
    """Disjoint half-open intervals, their events in any order."""
    points = sorted({point for pair in bounds for point in pair})
    pairs = list(zip(points[::2], points[1::2], strict=False))
    events = [event for low, high in pairs for event in ((INTRODUCED, f"1.{low}"), (FIXED, f"1.{high}"))]
    shuffle.shuffle(events)
    if events:
        inside = any(low <= asked < high for low, high in pairs)
        assert judge(read(*events), "foo", f"1.{asked}") == ("affected" if inside else "not")


SCORED = {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}
OLD = {"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:N/I:N/A:C"}
NEW = {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}


@pytest.mark.parametrize(
    ("members", "severity", "vector"),
    [
        ({"severity": [OLD, SCORED, NEW]}, "medium", SCORED["score"]),
        ({"severity": [OLD]}, "high", OLD["score"]),
        ({"severity": [NEW]}, "unknown", NEW["score"]),
        ({"severity": [NEW], "database_specific": {"severity": "CRITICAL"}}, "critical", NEW["score"]),
        ({"severity": [SCORED], "database_specific": {"severity": "CRITICAL"}}, "medium", SCORED["score"]),
        ({"database_specific": {"severity": "MODERATE"}}, "medium", ""),
        ({"database_specific": {"severity": "Low"}}, "low", ""),
        ({"database_specific": {"severity": "terrible"}}, "unknown", ""),
        ({"database_specific": {"severity": 9}}, "unknown", ""),
        ({"severity": [{"type": "CVSS_V3", "score": "9.8"}]}, "unknown", ""),
        ({"severity": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, "unknown", ""),
        ({}, "unknown", ""),
    ],
)
def test_severity_comes_from_a_score_else_from_a_word(members: dict[str, Any], severity: str, vector: str) -> None:
    assert read((INTRODUCED, "0"), **members).severity("foo") == (severity, vector)


def test_the_severity_of_the_package_itself_comes_first() -> None:
    made = read(severity=[NEW], affected=[affected(versions=["1"], severity=[OLD])])
    assert made.severity("foo") == ("high", OLD["score"])


def test_texts_become_one_line_that_may_be_shown() -> None:
    made = read((INTRODUCED, "0"), summary="a\x1b[31m\n\tb" + "c" * 600)
    assert made.summary.startswith("a [31m b")
    assert (len(made.summary), made.summary[-1]) == (512, "…")


def test_the_details_stand_in_for_a_summary() -> None:
    assert read((INTRODUCED, "0"), details="In\nwords").summary == "In words"


@pytest.mark.parametrize(
    ("identity", "references", "url"),
    [
        ("GHSA-1", [], "https://osv.dev/vulnerability/GHSA-1"),
        ("MAL-2024-1", [], "https://osv.dev/vulnerability/MAL-2024-1"),
        ("ACME-1", [{"type": "ADVISORY", "url": "https://acme.test/1"}], "https://acme.test/1"),
        ("ACME-1", [{"type": "WEB", "url": "https://acme.test/1"}], ""),
        ("ACME-1", [{"type": "ADVISORY", "url": "javascript:alert(1)"}], ""),
        ("ACME-1", [{"type": "ADVISORY", "url": "https://acme.test/" + "a" * 2000}], ""),
        ("ACME-1", ["https://acme.test"], ""),
    ],
)
def test_the_link_leads_to_the_database_or_the_advisory(identity: str, references: list[Any], url: str) -> None:
    made = parse_record(record(identity, "foo", (INTRODUCED, "0"), references=references))
    assert made.url == url


def test_aliases_are_ids_and_not_its_own() -> None:
    made = read((INTRODUCED, "0"), aliases=["CVE-2", "GHSA-1", "CVE-1", "CVE-1", "has space", 7, "x" * 200])
    assert made.aliases == ("CVE-1", "CVE-2")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2024-05-01T10:00:00Z", True),
        ("2024-05-01T10:00:00.123456789Z", True),
        ("2024-05-01T10:00:00+02:00", True),
        ("2024-05-01", False),
        ("2024-13-01T10:00:00Z", False),
        ("2024-05-01T10:00:00", False),
        ("2024-05-01T10:00:00Z\n", False),
        ("٢٠٢٤-05-01T10:00:00Z", False),
    ],
)
def test_a_time_is_kept_when_it_is_one(text: str, kept: bool) -> None:
    assert time_of(text) == (text if kept else "")


def test_the_versions_that_mend_are_those_of_the_package() -> None:
    made = read((INTRODUCED, "0"), (FIXED, "1.5"), (INTRODUCED, "2"), (FIXED, "2.3"), (FIXED, "none"))
    assert list(fixes(made, "foo")) == ["1.5", "2.3"]
    assert list(fixes(made, "bar")) == []


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "no JSON object"),
        ({}, "it has no id"),
        ({"id": 7}, "it has no id"),
        ({"id": "a b"}, "it has no id"),
        ({"id": "GHSA-1", "schema_version": "2.0"}, "GHSA-1 is of OSV schema '2.0'"),
        ({"id": "GHSA-1", "affected": {}}, "GHSA-1 has no list"),
        ({"id": "GHSA-1", "affected": ["foo"]}, "GHSA-1 lists something affected that is no object"),
        ({"id": "GHSA-1", "affected": [{}] * 20_001}, "GHSA-1 has no list of what is affected, or one without end"),
    ],
)
def test_what_is_no_record_is_refused(document: Json, reason: str) -> None:
    with pytest.raises(DocumentError) as refused:
        parse_record(document)
    assert reason in str(refused.value)


@pytest.mark.parametrize("event", [{}, {INTRODUCED: "0", FIXED: "1"}, {INTRODUCED: 0}, "0", {"began": "0"}])
def test_an_event_that_does_not_say_one_thing_is_refused(event: Any) -> None:
    entry = affected(ranges=[{"type": "ECOSYSTEM", "events": [event]}])
    with pytest.raises(DocumentError, match="event that says nothing or several things"):
        read(affected=[entry])


_MEMBERS = [
    *("id", "affected", "package", "ecosystem", "name", "ranges", "type", "events", "versions", "severity", "score"),
    *("introduced", "fixed", "aliases", "schema_version", "database_specific", "references"),
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["0", "1.0", "PyPI", "foo", "ECOSYSTEM", "GHSA-1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(_MEMBERS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(json_values)
def test_any_json_is_refused_or_read(document: Any) -> None:
    try:
        made = parse_record({"id": "GHSA-1", **document} if isinstance(document, dict) else document)
    except DocumentError:
        return
    assert judge(made, "foo", "1.0") in {"affected", "not", "unclear"}
    assert all(Version(text) for text in fixes(made, "foo"))
