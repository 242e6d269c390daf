"""Checks and scores as people and machines read them."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.domain.bom_result import CheckResult, Fault, Result, Score, Tally
from attest.reports.boms import WIDTH, check_json, check_text, score_json, score_text

ERROR = Fault(where="/components/0/name", message="the name is empty", severity="error")
WARNING = Fault(where="", message="the document lists none of the 4 files", severity="warning")
CHECK = CheckResult(form="CycloneDX 1.6", faults=(ERROR, WARNING), errors=1, warnings=1)
SOUND = CheckResult(form="SPDX 3.0.1", faults=(), errors=0, warnings=0)


def test_a_check_says_the_verdict_first_and_then_each_fault_with_its_place() -> None:
    assert check_text(CHECK, "bom.json") == (
        "FAILED  bom.json: CycloneDX 1.6, 1 error, 1 warning\n"
        "error   /components/0/name\n"
        "        the name is empty\n"
        "warning (document)\n"
        "        the document lists none of the 4 files\n"
    )
    assert check_text(SOUND, "bom.json") == "PASSED  bom.json: SPDX 3.0.1, 0 errors, 0 warnings\n"


def test_a_check_of_files_says_how_many_were_compared() -> None:
    assert check_text(replace(SOUND, compared=1300), "b").splitlines()[1] == "files   1,300 files compared by digest"
    assert check_text(replace(SOUND, compared=0), "b").splitlines()[1] == "files   0 files compared by digest"


def test_faults_that_were_not_kept_are_counted() -> None:
    assert check_text(replace(CHECK, errors=300), "b").splitlines()[-1] == "and 299 more"


def test_a_check_for_machines() -> None:
    assert json.loads(check_json(replace(CHECK, compared=2), "bom.json")) == {
        "format": "attest/bom-check/v1",
        "name": "bom.json",
        "form": "CycloneDX 1.6",
        "passed": False,
        "errors": 1,
        "warnings": 1,
        "faults": [
            {"where": "/components/0/name", "message": "the name is empty", "severity": "error"},
            {"where": "", "message": "the document lists none of the 4 files", "severity": "warning"},
        ],
        "filesCompared": 2,
    }
    assert "filesCompared" not in json.loads(check_json(SOUND, "b"))


RESULTS = (
    Result(id="a", name="Name", level="must", status="present", group="g", pointers=("/x", "/y"), satisfied=1, total=1),
    Result(
        id="b",
        name="Version",
        level="must",
        status="missing",
        group="g",
        satisfied=4,
        total=10,
        offenders=("one", "two", "three", "four", "five", "six"),
        hint="fill component.version: The version.",
    ),
    Result(id="c", name="System", level="should", status="not-applicable", group="h", reason="it is a model"),
    Result(
        id="d", name="Hash", level="may", status="explicit-unknown", group="h", pointers=("/z",), satisfied=1, total=1
    ),
    Result(id="e", name="VEX", level="must-not", status="violated", reason="kept out", total=1),
)
SCORE = Score(
    profile="p-1",
    title="A Norm",
    verified=True,
    form="CycloneDX 1.6",
    subject="m",
    results=RESULTS,
    tallies=(
        Tally(level="must", satisfied=1, applicable=2),
        Tally(level="may", satisfied=1, applicable=1),
        Tally(level="should", satisfied=0, applicable=0),
    ),
    satisfied=Fraction(26, 5),
    applicable=Fraction(10),
    passed=False,
    grade="C",
    notes=("A note.",),
)


def test_a_score_for_people() -> None:
    assert score_text(SCORE, "bom.json") == (
        "52.0 %  bom.json: CycloneDX 1.6\n"
        "profile  p-1: A Norm\n"
        "subject  m\n"
        "counts   must 1 of 2, may 1 of 1\n"
        "verdict  FAILED: something that must be is not\n"
        "grade    C\n"
        "\n"
        "g\n"
        "  present         must            Name\n"
        "                  /x\n"
        "  missing         must            Version (4 of 10)\n"
        "                  without it: one, two, three, four and 2 more\n"
        "                  fill component.version: The version.\n"
        "h\n"
        "  not asked       should          System\n"
        "                  it is a model\n"
        "  stated unknown  may             Hash\n"
        "                  /z\n"
        "\n"
        "  violated        must-not        VEX\n"
        "                  kept out\n"
        "\n"
        "A note.\n"
    )


def test_the_verdict_of_a_score() -> None:
    assert "verdict  passed: nothing that must be there is missing" in score_text(replace(SCORE, passed=True), "b")
    free = replace(SCORE, tallies=(Tally(level="should", satisfied=0, applicable=0),), subject="", grade="")
    lines = score_text(free, "b").splitlines()
    assert lines[2:5] == [
        "subject  (none)",
        "counts   nothing applies",
        "verdict  the profile demands nothing, so there is nothing to pass",
    ]
    assert not any(line.startswith("grade") for line in lines)


def test_a_score_for_machines() -> None:
    document = json.loads(score_json(SCORE, "bom.json"))
    elements = document.pop("elements")
    assert document == {
        "format": "attest/bom-score/v1",
        "name": "bom.json",
        "profile": "p-1",
        "title": "A Norm",
        "verified": True,
        "form": "CycloneDX 1.6",
        "subject": "m",
        "percent": "52.0",
        "passed": False,
        "grade": "C",
        "levels": {
            "must": {"satisfied": 1, "applicable": 2},
            "may": {"satisfied": 1, "applicable": 1},
            "should": {"satisfied": 0, "applicable": 0},
        },
        "notes": ["A note."],
    }
    assert elements[1] == {
        "id": "b",
        "name": "Version",
        "level": "must",
        "status": "missing",
        "group": "g",
        "pointers": [],
        "satisfied": 4,
        "total": 10,
        "offenders": ["one", "two", "three", "four", "five", "six"],
        "hint": "fill component.version: The version.",
        "reason": "",
    }


def test_colours_are_only_where_they_are_wanted() -> None:
    assert "\x1b" not in check_text(CHECK, "b") + score_text(SCORE, "b")
    assert check_text(CHECK, "b", color=True).startswith("\x1b[31mFAILED\x1b[0m  b")
    assert "\x1b[32mpresent         \x1b[0m" in score_text(SCORE, "b", color=True)


@pytest.mark.parametrize("color", [False, True])
def test_lines_fit_the_terminal(color: bool) -> None:
    long = "x" * 300 + " and " + "y" * 90
    check = CheckResult(form="f", faults=(replace(ERROR, where="/" + long, message=long),), errors=1, warnings=0)
    score = replace(SCORE, title=long, notes=(long,), results=(replace(RESULTS[1], hint=long, offenders=(long,)),))
    for text in (check_text(check, "b", color=color), score_text(score, "b", color=color)):
        for line in text.splitlines():
            assert len(line.replace("\x1b[31m", "").replace("\x1b[33m", "").replace("\x1b[0m", "")) <= WIDTH + 40
            assert color or len(line) <= WIDTH


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=60)
def test_nothing_of_a_document_controls_the_terminal(text: str) -> None:
    check = CheckResult(form=text, faults=(replace(ERROR, where=text, message=text),), errors=1, warnings=0)
    score = replace(SCORE, subject=text, results=(replace(RESULTS[1], offenders=(text,), reason=text, group=text),))
    shown = check_text(check, text) + score_text(score, text)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    json.loads(check_json(check, "b"))
    json.loads(score_json(score, "b"))
