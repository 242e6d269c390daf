"""The real pip-audit against servers that speak OSV and PyPI, honest ones and others."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attest.domain.bom import Component, Vulnerability
from attest.domain.gap import Gap
from attest.errors import InputError
from attest.vulnerabilities import Audit, AuditOptions, Patience, audit, http
from tests.conftest import ROOT
from tests.simulators.loopback import TRANSPORT_FAULTS
from tests.simulators.osv import OsvSimulator, record

PATIENCE = Patience(each=5.0, total=20.0)
HASTY = Patience(each=0.4, total=5.0)
HUGE = f"it answers without end: more than {40 << 20} bytes"
JINJA = record(
    "GHSA-h5c8-rqwp-cp95",
    "jinja2",
    ("introduced", "0"),
    ("fixed", "3.1.3"),
    aliases=["CVE-2024-22195", "PYSEC-2024-1"],
    summary="Jinja vulnerable to HTML attribute injection",
    severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}],
    database_specific={"severity": "MODERATE"},
)
SAME_JINJA = record(
    "PYSEC-2024-1",
    "jinja2",
    ("introduced", "0"),
    ("fixed", "3.1.3"),
    aliases=["CVE-2024-22195", "GHSA-h5c8-rqwp-cp95"],
    details="The same\nin other words",
    modified="2025-01-01T00:00:00Z",
)


def component(purl: str, version: str = "", **more: Any) -> Component:
    name = purl.partition("/")[2].partition("@")[0]
    return Component(name=name, version=version, purl=purl, origin="declared", source="test", **more)


JINJA2 = component("pkg:pypi/jinja2@3.1.2", "3.1.2")
IDNA = component("pkg:pypi/idna@3.6", "3.6")


@pytest.fixture
def osv() -> Iterator[OsvSimulator]:
    """A server that knows two records of one vulnerability."""
    with OsvSimulator(records={("jinja2", "3.1.2"): [JINJA, SAME_JINJA]}).serve() as simulator:
        yield simulator


@pytest.fixture
def pypi() -> Iterator[OsvSimulator]:
    """A server that knows two releases."""
    known = {
        "aliases": ["CVE-2024-22195", "GHSA-h5c8-rqwp-cp95"],
        "details": "Jinja is\nan engine",
        "fixed_in": ["3.1.3", "2.11.9"],
        "id": "PYSEC-2024-1",
        "link": "https://osv.dev/vulnerability/PYSEC-2024-1",
        "source": "osv",
        "summary": None,
        "withdrawn": None,
    }
    withdrawn = known | {"id": "PYSEC-2024-2", "aliases": [], "withdrawn": "2024-06-01T00:00:00Z"}
    releases: dict[tuple[str, str], dict[str, Any]] = {
        ("jinja2", "3.1.2"): {"info": {"yanked": False}, "vulnerabilities": [known, withdrawn]},
        ("idna", "3.6"): {"info": {"yanked": False}, "vulnerabilities": []},
    }
    with OsvSimulator(releases=releases).serve() as simulator:
        yield simulator


def ask_osv(simulator: OsvSimulator, *components: Component, patience: Patience = PATIENCE) -> Audit:
    return audit(components, AuditOptions(advisories="osv", osv_url=simulator.url, patience=patience))


def ask_pypi(simulator: OsvSimulator, *components: Component, patience: Patience = PATIENCE) -> Audit:
    return audit(components, AuditOptions(advisories="pypi", pypi_url=simulator.url, patience=patience))


def gap(about: str, reason: str) -> Gap:
    return Gap(needed="vulnerabilities", about=about, reason=reason)


def test_records_that_are_aliases_are_one_vulnerability_with_the_best_of_each(osv: OsvSimulator) -> None:
    found = ask_osv(osv, JINJA2, IDNA)
    assert found == Audit(
        vulnerabilities=(
            Vulnerability(
                id="PYSEC-2024-1",
                affects="pkg:pypi/jinja2@3.1.2",
                aliases=("CVE-2024-22195", "GHSA-h5c8-rqwp-cp95"),
                description="The same in other words",
                severity="medium",
                vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
                fixed=("3.1.3",),
                source="OSV",
                url="https://osv.dev/vulnerability/PYSEC-2024-1",
                published="2024-05-01T10:00:00Z",
                modified="2025-01-01T00:00:00Z",
            ),
        )
    )


def test_only_names_and_versions_are_sent_and_only_to_the_address_that_was_named(osv: OsvSimulator) -> None:
    secret = component("pkg:pypi/in-house@1.0?vcs_url=git%2Bhttps://git.example.test/in-house", "1.0")
    ask_osv(osv, JINJA2, IDNA, secret, component("pkg:conda/numpy@1.26.4", "1.26.4"))
    assert osv.server is not None
    assert sorted(request.body for request in osv.server.seen) == [
        b'{"package": {"name": "idna", "ecosystem": "PyPI"}, "version": "3.6"}',
        b'{"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "3.1.2"}',
    ]
    names = {name for request in osv.server.seen for name in request.headers}
    assert names <= {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length"}
    assert {request.headers["user-agent"] for request in osv.server.seen} == {"attest-ml"}


def test_the_address_may_name_the_query_itself(osv: OsvSimulator) -> None:
    options = AuditOptions(advisories="osv", osv_url=f"{osv.url}/v1/query", patience=PATIENCE)
    assert len(audit([JINJA2], options).vulnerabilities) == 1
    assert len(ask_osv(osv, JINJA2).vulnerabilities) == 1


def test_a_build_is_looked_up_as_its_release(osv: OsvSimulator) -> None:
    found = ask_osv(osv, component("pkg:pypi/Jinja2@3.1.2%2Bcu121", "3.1.2+cu121"))
    assert [one.affects for one in found.vulnerabilities] == ["pkg:pypi/Jinja2@3.1.2%2Bcu121"]
    assert osv.asked == [("jinja2", "3.1.2")]


def test_two_components_of_one_release_are_asked_for_once_and_told_of_twice(osv: OsvSimulator) -> None:
    elsewhere = component("pkg:pypi/jinja2@3.1.2?repository_url=https://mirror.example.test/simple", "3.1.2")
    found = ask_osv(osv, JINJA2, elsewhere)
    assert [one.affects for one in found.vulnerabilities] == [JINJA2.purl, elsewhere.purl]
    assert osv.asked == [("jinja2", "3.1.2")]


def test_every_page_is_read(osv: OsvSimulator) -> None:
    many = [record(f"GHSA-{number:04}", "idna", ("introduced", "0")) for number in range(7)]
    osv.records, osv.page = {("idna", "3.6"): many}, 2
    assert [one.id for one in ask_osv(osv, IDNA).vulnerabilities] == [one["id"] for one in many]
    assert len(osv.asked) == 4


def test_a_withdrawn_record_is_left_out(osv: OsvSimulator) -> None:
    osv.records = {("idna", "3.6"): [record("GHSA-1", "idna", ("introduced", "0"), withdrawn="2024-06-01T00:00:00Z")]}
    assert ask_osv(osv, IDNA) == Audit()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            record("GHSA-1", "idna", ("introduced", "0"), schema_version="2.0.0"),
            "a record cannot be read: GHSA-1 is of",
        ),
        (record("GHSA-1", "requests", ("introduced", "0")), "it answers with GHSA-1, which is not about this package"),
        (record("GHSA-1", "idna", affected=[]), "it answers with GHSA-1, which is not about this package"),
        (record("not an id", "idna", ("introduced", "0")), "a record cannot be read: it has no id"),
    ],
)
def test_a_record_that_cannot_be_used_is_a_gap(osv: OsvSimulator, document: dict[str, Any], reason: str) -> None:
    osv.records = {("idna", "3.6"): [document]}
    found = ask_osv(osv, IDNA)
    assert not found.vulnerabilities
    assert [(one.about, one.reason.startswith(f"OSV: {reason}")) for one in found.gaps] == [(IDNA.purl, True)]


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (record("GHSA-1", "idna", ("introduced", "0"), ("fixed", "new")), "InvalidVersion"),
        (record("GHSA-1", "idna", ("introduced", "0"), aliases=None), "TypeError"),
    ],
)
def test_an_answer_that_pip_audit_cannot_read_hides_nothing(
    osv: OsvSimulator, document: dict[str, Any], error: str
) -> None:
    osv.records = {("idna", "3.6"): [document, record("GHSA-2", "idna", ("introduced", "0"))]}
    found = ask_osv(osv, IDNA)
    assert [one.id for one in found.vulnerabilities] == ["GHSA-1", "GHSA-2"]
    assert found.gaps == (gap(IDNA.purl, f"OSV: pip-audit cannot read its answer ({error})"),)


@pytest.mark.parametrize(
    ("published", "kept"),
    [("2020-07-01T00:00:18.401815123Z", True), ("2020-07-01T02:00:00+02:00", True), ("yesterday", False), (7, False)],
)
def test_a_time_that_pip_audit_does_not_read_hides_nothing(osv: OsvSimulator, published: Any, kept: bool) -> None:
    osv.records = {("idna", "3.6"): [record("GHSA-1", "idna", ("introduced", "0"), published=published)]}
    found = ask_osv(osv, IDNA)
    assert [one.published for one in found.vulnerabilities] == [published if kept else ""]
    assert found.gaps == ()


def test_what_pip_audit_leaves_out_without_a_word_is_a_gap(osv: OsvSimulator) -> None:
    without = record("GHSA-1", "idna", ("introduced", "0"))
    del without["affected"]
    osv.records = {("idna", "3.6"): [without]}
    assert ask_osv(osv, IDNA).gaps == (gap(IDNA.purl, "OSV: it answers with GHSA-1, which is not about this package"),)


CONTENT_FAULTS = {
    "status-429": "it answers with status 429",
    "status-500": "it answers with status 500",
    "truncated": "its answer is not strict JSON",
    "array": "its answer is not an object",
    "records-text": "vulns is not an array",
    "record-text": "a record cannot be read: it is no JSON object",
    "token-number": "next_page_token is not a string",
    "endless-pages": "its answer has more than 64 pages",
    "deep": "its answer is nested deeper than 64 levels",
    "twice": "its answer is not strict JSON: member 'vulns' stands twice",
}


@pytest.mark.parametrize("fault", CONTENT_FAULTS)
def test_an_answer_of_another_shape_is_a_gap_and_the_others_are_unharmed(osv: OsvSimulator, fault: str) -> None:
    osv.faults, osv.only = (fault,), ("idna",)
    found = ask_osv(osv, JINJA2, IDNA)
    assert [one.affects for one in found.vulnerabilities] == [JINJA2.purl]
    assert {one.about for one in found.gaps} == {IDNA.purl}
    assert found.gaps[0].reason.startswith(f"OSV: {CONTENT_FAULTS[fault]}")


ENDS = {
    "down": "it answers with status 503",
    "refuse": "it cannot be reached (ConnectionError)",
    "garbage": "its answer is not UTF-8 text",
    "redirect": "it redirects elsewhere, which is not followed",
    "redirect-307": "it redirects elsewhere, which is not followed",
}
NEVER_ENDS = ("hang", "drip", "huge")
LATE = "there was no whole answer within 0.4 seconds"


def test_every_fault_of_the_transport_has_a_case() -> None:
    assert {*ENDS, *NEVER_ENDS} == TRANSPORT_FAULTS


@pytest.mark.parametrize(("ask", "what"), [(ask_osv, "OSV"), (ask_pypi, "PyPI")])
@pytest.mark.parametrize("fault", ENDS)
def test_a_server_that_fails_leaves_gaps_never_silence(ask: Any, what: str, osv: OsvSimulator, fault: str) -> None:
    osv.faults = (fault,)
    found = ask(osv, JINJA2, IDNA)
    assert not found.vulnerabilities
    assert [one.about for one in found.gaps] == [IDNA.purl, JINJA2.purl]
    assert all(one.reason.startswith(f"{what}: {ENDS[fault]}") for one in found.gaps), found.gaps
    assert osv.server is not None
    assert osv.server.elsewhere.requests == []


@pytest.mark.parametrize(("ask", "what"), [(ask_osv, "OSV"), (ask_pypi, "PyPI")])
@pytest.mark.parametrize("fault", NEVER_ENDS)
def test_a_server_that_never_ends_is_left(ask: Any, what: str, osv: OsvSimulator, fault: str) -> None:
    osv.faults = (fault,)
    started = time.monotonic()
    found = ask(osv, JINJA2, IDNA, patience=HASTY)
    assert time.monotonic() - started < 4
    assert not found.vulnerabilities
    assert [one.about for one in found.gaps] == [IDNA.purl, JINJA2.purl]
    reasons = {f"{what}: {LATE}"} | ({f"{what}: {HUGE}"} if fault == "huge" else set())
    assert {one.reason for one in found.gaps} <= reasons


def test_an_answer_without_end_is_cut_off(osv: OsvSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER", 1 << 20)
    osv.faults = ("huge",)
    assert ask_osv(osv, IDNA) == Audit(gaps=(gap(IDNA.purl, "OSV: it answers without end: more than 1048576 bytes"),))


def test_an_address_of_something_else_is_a_gap(osv: OsvSimulator) -> None:
    options = AuditOptions(advisories="osv", osv_url=f"{osv.url}/elsewhere", patience=PATIENCE)
    assert audit([IDNA], options) == Audit(gaps=(gap(IDNA.purl, "OSV: it answers with status 404"),))


@pytest.mark.parametrize(
    ("bound", "reason"), [("MAX_RECORDS", "more than 3 records"), ("MAX_TOTAL", "more than 3 bytes")]
)
def test_all_pages_together_have_a_bound(
    osv: OsvSimulator, monkeypatch: pytest.MonkeyPatch, bound: str, reason: str
) -> None:
    monkeypatch.setattr(http, bound, 3)
    osv.records, osv.page = {("idna", "3.6"): [record(f"A-{one}", "idna", ("introduced", "0")) for one in range(9)]}, 2
    assert ask_osv(osv, IDNA) == Audit(gaps=(gap(IDNA.purl, f"OSV: it answers with {reason}"),))


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        found = audit([IDNA], AuditOptions(advisories="osv", osv_url=url, patience=PATIENCE))
    assert found == Audit(gaps=(gap(IDNA.purl, "OSV: it cannot be reached (ConnectionError)"),))


def test_all_answers_together_have_a_limit_too(osv: OsvSimulator) -> None:
    osv.faults = ("hang",)
    components = [component(f"pkg:pypi/p{number}@1", "1") for number in range(20)]
    started = time.monotonic()
    found = ask_osv(osv, *components, patience=Patience(each=10, total=0.5, at_once=2))
    assert time.monotonic() - started < 5
    assert {one.reason for one in found.gaps} == {"OSV: the 0.5 seconds for all answers were over before its own"}
    assert len(found.gaps) == 20
    assert len(osv.asked) <= 2


def test_the_order_is_that_of_the_content(osv: OsvSimulator) -> None:
    names = [f"p{number}" for number in range(12)]
    osv.records = {(name, "1"): [record(f"GHSA-{name}", name, ("introduced", "0"))] for name in names}
    components = [component(f"pkg:pypi/{name}@1", "1") for name in names]
    found = ask_osv(osv, *reversed(components))
    assert found == ask_osv(osv, *components)
    assert [one.affects for one in found.vulnerabilities] == sorted(one.purl for one in components)


@pytest.mark.parametrize(
    ("unaskable", "reason"),
    [
        (component("pkg:pypi/idna"), "it has no exact version"),
        (component("pkg:conda/numpy@1.26.4", "1.26.4"), "advisories are looked up for packages of PyPI"),
        (component("pkg:generic/python@3.11.7", "3.11.7"), "advisories are looked up for packages of PyPI"),
        (
            component("pkg:pypi/idna@2024b-final", "2024b-final"),
            "its version '2024b-final' is none that PEP 440 orders",
        ),
        (component("pkg:pypi/idna@1?download_url=https://x.test/idna.whl", "1"), "it comes from a web address"),
        (component("idna", "1"), "its purl cannot be read"),
    ],
)
def test_what_cannot_be_asked_for_is_a_gap_and_nothing_is_sent(
    osv: OsvSimulator, unaskable: Component, reason: str
) -> None:
    found = ask_osv(osv, unaskable)
    assert [(one.about, one.reason.startswith(reason)) for one in found.gaps] == [(unaskable.purl, True)]
    assert osv.asked == []


def test_pypi_tells_what_it_knows(pypi: OsvSimulator) -> None:
    found = ask_pypi(pypi, JINJA2, IDNA)
    assert found == Audit(
        vulnerabilities=(
            Vulnerability(
                id="PYSEC-2024-1",
                affects="pkg:pypi/jinja2@3.1.2",
                aliases=("CVE-2024-22195", "GHSA-h5c8-rqwp-cp95"),
                description="Jinja is an engine",
                fixed=("3.1.3",),
                source="PyPI",
                url="https://osv.dev/vulnerability/PYSEC-2024-1",
            ),
        )
    )
    assert sorted(pypi.asked) == [("idna", "3.6"), ("jinja2", "3.1.2")]


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        (None, "PyPI: it does not know this release"),
        ({"info": {}}, "PyPI: its answer has no list of vulnerabilities"),
        (
            {"info": {"yanked": True, "yanked_reason": "broken\x1b wheel"}, "vulnerabilities": []},
            "PyPI: the release was yanked: broken  wheel",
        ),
        ({"info": {"yanked": True, "yanked_reason": None}, "vulnerabilities": []}, "PyPI: the release was yanked"),
        ({"vulnerabilities": [{"id": "x"}]}, "PyPI: its answer cannot be understood (KeyError)"),
        ({"vulnerabilities": 3}, "PyPI: its answer cannot be understood (TypeError)"),
        (
            {"vulnerabilities": [{"id": "X-1", "aliases": [], "fixed_in": ["new"]}]},
            "PyPI: its answer cannot be understood (ServiceError)",
        ),
    ],
)
def test_what_pypi_does_not_tell_is_a_gap(pypi: OsvSimulator, release: Any, reason: str) -> None:
    pypi.releases = {} if release is None else {("idna", "3.6"): release}
    found = ask_pypi(pypi, IDNA)
    assert found == Audit(gaps=(gap(IDNA.purl, reason),))


@pytest.mark.parametrize(
    "fault", ["status-429", "status-500", "truncated", "array", "record-text", "deep", "twice", "no-list"]
)
def test_an_answer_of_pypi_of_another_shape_is_a_gap(pypi: OsvSimulator, fault: str) -> None:
    pypi.faults = (fault,)
    found = ask_pypi(pypi, IDNA)
    assert not found.vulnerabilities
    assert [one.about for one in found.gaps] == [IDNA.purl]


@pytest.mark.parametrize("url", ["ftp://x.test", "https://user:secret@x.test", "x.test", "https://", "http://h:99999"])
@pytest.mark.parametrize("kind", ["osv", "pypi"])
def test_an_address_that_is_none_is_refused(kind: Any, url: str) -> None:
    with pytest.raises(InputError) as refused:
        audit([IDNA], AuditOptions(advisories=kind, osv_url=url, pypi_url=url))
    assert "secret" not in str(refused.value)


def test_credentials_of_netrc_are_not_sent(osv: OsvSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    ask_osv(osv, IDNA)
    assert osv.server is not None
    assert "authorization" not in osv.server.seen[0].headers


def test_a_proxy_is_not_asked_about_this_machine(osv: OsvSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    with OsvSimulator().serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        ask_osv(osv, IDNA)
        assert proxy.asked == []


LOOK_UP = """
import sys
from attest.domain.bom import Component
from attest.vulnerabilities import AuditOptions, audit

one = Component(name="idna", version="3.6", purl="pkg:pypi/idna@3.6", origin="declared", source="x")
started = []
sys.addaudithook(lambda event, arguments: started.append(event) if event in ("subprocess.Popen", "os.fork") else None)
for kind in ("osv", "pypi"):
    found = audit([one], AuditOptions(advisories=kind, osv_url=sys.argv[1], pypi_url=sys.argv[1]))
    print(len(found.vulnerabilities), [gap.reason for gap in found.gaps])
print(started, "pip_api" in sys.modules)
"""


def test_no_process_is_started_and_a_pip_in_the_working_directory_does_not_run(
    osv: OsvSimulator, tmp_path: Path
) -> None:
    trap, ran = tmp_path / "pip", tmp_path / "ran"
    trap.mkdir()
    (trap / "__init__.py").write_text(f"open({str(ran)!r}, 'w')\n")
    (trap / "__main__.py").write_text("")
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", LOOK_UP, osv.url],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "HOME": str(home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["0 []", "0 ['PyPI: it does not know this release']", "[] False"]
    assert not ran.exists()
    assert not list(home.iterdir()), "nothing is cached"
