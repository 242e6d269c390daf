"""Base scores and ratings of CVSS vectors. The scores are those of FIRST's calculators and examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.vulnerabilities.cvss import base_score, is_vector, severity_of


@pytest.mark.parametrize(
    ("vector", "score", "severity"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, "critical"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, "medium"),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, "low"),
        ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2, "medium"),
        ("CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3, "critical"),
        ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8, "medium"),
        ("CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8, "medium"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, "none"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5, "high"),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, "high"),
        ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", 10.0, "high"),
        ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2, "medium"),
        ("AV:L/AC:H/Au:M/C:N/I:N/A:P", 0.8, "low"),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0, "low"),
    ],
)
def test_scores_and_rates(vector: str, score: float, severity: str) -> None:
    assert (base_score(vector), severity_of(vector)) == (score, severity)
    assert is_vector(vector)


def test_temporal_metrics_do_not_change_the_base_score() -> None:
    assert base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U") == 9.8


def test_a_vector_of_version_4_is_one_without_a_score() -> None:
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    assert is_vector(vector)
    assert (base_score(vector), severity_of(vector)) == (None, "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9.8",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:X/C:H/I:H/A:H",
        "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
        "CVSS:4.0/AV:N",
        "AV:N/AC:L/Au:N/C:N/I:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n",
        "CVSS:3.1/" + "AV:N/" * 200,
    ],
)
def test_other_texts_are_no_vectors(text: str) -> None:
    assert (base_score(text), severity_of(text), is_vector(text)) == (None, "unknown", False)


@given(st.text(alphabet="CVSS:3.1/AVNACLPRUIH()40", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    score = base_score(text)
    assert score is None or 0 <= score <= 10
