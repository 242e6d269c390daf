"""Where to look, and that looking nowhere is never silence."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from attest.domain.bom import Component, Fact, Value
from attest.domain.gap import Gap
from attest.errors import InputError
from attest.vulnerabilities import Audit, AuditOptions, Patience, audit
from attest.vulnerabilities.deadline import Late, each_within
from attest.vulnerabilities.eligible import CONSTRAINT, INSTALL, Asked, eligible


def component(purl: str, **facts: str) -> Component:
    properties = tuple(
        Fact(name=f"environment:{name}", value=Value(text=text, origin="declared", source="test"))
        for name, text in facts.items()
    )
    return Component(name="x", version="", purl=purl, origin="declared", source="test", properties=properties)


def test_without_an_audit_there_is_a_gap_about_everything() -> None:
    wanted = Gap(needed="vulnerabilities", about="all components", reason="known vulnerabilities were not looked up")
    assert audit([component("pkg:pypi/idna@1")], AuditOptions()) == Audit(gaps=(wanted,))
    assert audit([], AuditOptions()) == Audit(gaps=(wanted,))


@pytest.mark.parametrize("kind", ["osv", "pypi"])
def test_offline_nothing_is_asked_and_the_way_out_is_named(kind: Any) -> None:
    with pytest.raises(InputError) as refused:
        audit([component("pkg:pypi/idna@1")], AuditOptions(advisories=kind, offline=True))
    assert "--osv-data" in refused.value.hint


def test_data_must_be_named() -> None:
    with pytest.raises(InputError) as refused:
        audit([], AuditOptions(advisories="data"))
    assert "--osv-data" in refused.value.hint


@pytest.mark.parametrize("kind", ["none", "osv", "pypi"])
def test_data_that_nobody_looks_into_is_refused(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="given and not asked for"):
        audit([], AuditOptions(advisories=kind, osv_data=str(tmp_path)))


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (component("pkg:pypi/x@1", install="vcs"), "it comes from version control"),
        (component("pkg:pypi/x@1", install="editable"), "it is installed from a folder that can be edited"),
        (component("pkg:pypi/x@1", install="path"), "it comes from a folder or file"),
        (component("pkg:pypi/x@1", install="url"), "it comes from a web address"),
        (component("pkg:pypi/x@1", install="magic"), "it was installed in a way that is not known: magic"),
        (component("pkg:pypi/x@1?vcs_url=git%2Bhttps://x.test/y"), "it comes from version control"),
        (component("pkg:pypi/x", constraint=">=1,<2"), "it has no exact version (>=1,<2)"),
        (component("pkg:pypi/x"), "it has no exact version"),
    ],
)
def test_what_cannot_be_looked_up_says_why(one: Component, reason: str) -> None:
    found = eligible([one])
    assert not found.releases
    assert [(gap.about, gap.reason.startswith(reason)) for gap in found.gaps] == [(one.purl, True)]


def test_the_names_of_the_properties_are_those_that_bills_write() -> None:
    assert (INSTALL, CONSTRAINT) == ("environment:install", "environment:constraint")


def test_releases_are_as_they_are_compared() -> None:
    purls = ["pkg:pypi/Foo_Bar@1.0+cu1", "pkg:pypi/foo-bar@1.0", "pkg:pypi/foo.bar@1.0.0", "pkg:pypi/a@1!2.0RC1"]
    assert eligible(map(component, purls)).releases == {
        Asked(name="a", version="1!2.0rc1"): ("pkg:pypi/a@1!2.0RC1",),
        Asked(name="foo-bar", version="1.0"): ("pkg:pypi/Foo_Bar@1.0+cu1", "pkg:pypi/foo-bar@1.0"),
        Asked(name="foo-bar", version="1.0.0"): ("pkg:pypi/foo.bar@1.0.0",),
    }


def test_calls_run_at_once_and_all_results_come_back() -> None:
    most, now, lock = 0, 0, threading.Lock()

    def call(job: int) -> int:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return job * 2

    found = each_within(range(10), call, Patience(each=5, total=5, at_once=3))
    assert found == {number: number * 2 for number in range(10)}
    assert most == 3


def test_a_call_that_hangs_is_left_behind() -> None:
    release = threading.Event()

    def call(job: str) -> str:
        if job == "slow":
            release.wait(10)
        return job

    started = time.monotonic()
    found = each_within(["slow", "a", "b"], call, Patience(each=0.2, total=5, at_once=2))
    release.set()
    assert found == {"slow": Late("there was no whole answer within 0.2 seconds"), "a": "a", "b": "b"}
    assert time.monotonic() - started < 2


def test_a_call_that_ends_after_it_was_given_up_changes_nothing() -> None:
    def call(job: str) -> str:
        time.sleep(0.3 if job == "slow" else 0.05)
        return job

    jobs = ["slow", *"abcdefgh"]
    found = each_within(jobs, call, Patience(each=0.2, total=5, at_once=2))
    assert found == {**{job: job for job in jobs}, "slow": Late("there was no whole answer within 0.2 seconds")}


def test_calls_that_were_not_reached_are_told() -> None:
    release = threading.Event()
    found = each_within(range(6), lambda _: release.wait(10), Patience(each=5, total=0.2, at_once=2))
    release.set()
    assert set(found.values()) == {Late("the 0.2 seconds for all answers were over before its own")}
    assert sorted(found) == [0, 1, 2, 3, 4, 5]


def test_what_a_call_raises_is_raised() -> None:
    def call(job: int) -> int:
        raise InputError("wrong")

    with pytest.raises(InputError, match="wrong"):
        each_within([1], call, Patience(each=5, total=5))


def test_no_calls_take_no_time() -> None:
    assert each_within([], lambda job: job, Patience()) == {}
