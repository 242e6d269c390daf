"""Grades as two peers give them. The expected figures of aisbom-cli 1.7.0 are its own, run on these documents; those
of the OWASP generator follow by hand from its formula."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.norms import profile
from attest.bom.score import score
from attest.domain.bom_result import Score
from attest.errors import DocumentError
from tests.unit.bom.documents import Json, drop, model_bom, put, spdx_bom

HEAD: Json = {"bomFormat": "CycloneDX", "specVersion": "1.6"}


def inventory() -> Json:
    """The same content with the model first in the list of components."""
    document = model_bom()
    model = document["metadata"].pop("component")
    files = model.pop("components")
    return document | {"components": [model, *files, *document["components"]]}


def hub() -> Json:
    document = put(
        inventory(), "components", 0, "modelCard", "properties", value=[{"name": "aisbom:hf:license", "value": "mit"}]
    )
    document = put(document, "components", 0, "hashes", value=[{"alg": "sha_256", "content": "A" * 64}])
    return drop(document, "components", 0, "licenses")


WEAK: Json = HEAD | {
    "components": [
        {"type": "machine-learning-model", "name": "m", "hashes": [{"alg": "MD5", "content": "a" * 32}]},
        {"type": "library", "name": "l", "bom-ref": "l", "version": "unknown"},
    ]
}
AISBOM: dict[str, tuple[Json, Fraction, str]] = {
    "a model that is the subject": (model_bom(), Fraction(35), "F"),
    "a model in the list": (inventory(), Fraction(78), "B"),
    "with an analysis": (
        put(inventory(), "vulnerabilities", 0, "analysis", value={"state": "in_triage"}),
        Fraction(88),
        "A",
    ),
    "with the licence of the hub": (hub(), Fraction(78), "B"),
    "nothing": (HEAD, Fraction(5, 2), "F"),
    "weak": (WEAK, Fraction(50, 3), "F"),
}


@pytest.mark.parametrize("what", sorted(AISBOM))
def test_aisbom_gives_these_points(what: str) -> None:
    document, points, grade = AISBOM[what]
    result = score(document, "aisbom")
    assert (result.satisfied, result.applicable, result.grade) == (points, Fraction(100), grade)


def test_aisbom_looks_at_components_of_the_list_alone() -> None:
    result = score(model_bom(), "aisbom")
    found = {one.id: one for one in result.results}
    assert found["checksums"].reason == "the list of components has nothing that this is asked of"
    assert (found["identity"].satisfied, found["identity"].total, found["identity"].offenders) == (1, 2, ("d",))
    assert (found["docprov"].status, found["vex"].status) == ("present", "missing")


def fields(result: Score) -> set[str]:
    return {one.id for one in result.results if one.status == "present"}


def test_owasp_counts_fields_by_category_and_takes_off_for_the_missing() -> None:
    # required_fields 2 of 4: 10.0; seven critical fields missing: × 0.8; twelve important ones: × 0.95
    result = score(HEAD, "owasp-aibom")
    assert (result.satisfied, result.grade) == (Fraction(76, 10), "incomplete")
    assert fields(result) == {"bomFormat", "specVersion"}


def test_owasp_looks_at_the_first_component() -> None:
    # required_fields 20.0, component_basic 2 of 7: 5.7; three critical fields missing: × 0.9, important ones: × 0.95
    result = score(model_bom(), "owasp-aibom")
    assert fields(result) == {"bomFormat", "specVersion", "serialNumber", "version", "name", "type"}
    assert result.satisfied == Fraction(22)
    # 20.0; 6 of 7: 17.1; datasets and typeOfModel of 28: 2.1; website and downloadLocation of 4: 5.0; × 0.9 × 0.95
    result = score(inventory(), "owasp-aibom")
    assert {"datasets", "typeOfModel", "website", "downloadLocation", "purl", "component_version"} <= fields(result)
    assert result.satisfied == Fraction(378, 10)


def test_owasp_misses_critical_fields_that_stand_where_it_does_not_look() -> None:
    document = put(inventory(), "components", 0, "supplier", value={"name": "Acme"})
    assert "suppliedBy" not in fields(score(document, "owasp-aibom"))
    document = put(
        document, "component", value={"supplier": {"name": "Acme"}, "modelCard": {"modelParameters": {"task": "t"}}}
    )
    assert {"suppliedBy", "primaryPurpose"} <= fields(score(document, "owasp-aibom"))


OWASP_FIELDS: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "domain": (("metadata", "properties"), [{"name": "domain", "value": "x"}]),
    "metric": (("components", 0, "properties"), [{"name": "spdx:metric", "value": "x"}]),
    "hyperparameter": (
        ("components", 0, "modelCard", "properties"),
        [{"name": "genai:aibom:modelcard:hyperparameter", "value": "x"}],
    ),
    "technicalLimitations": (("components", 0, "modelCard", "considerations"), {"technicalLimitations": ["x"]}),
    "energyConsumption": (("components", 0, "modelCard", "considerations"), {"environmentalConsiderations": {"x": 1}}),
    "safetyRiskAssessment": (("components", 0, "modelCard", "considerations"), {"ethicalConsiderations": [1]}),
    "paper": (("components", 0, "externalReferences"), [{"type": "documentation", "url": "u"}]),
    "vcs": (("components", 0, "externalReferences"), [{"type": "vcs", "url": "u"}]),
    "modelExplainability": (("metadata", "modelExplainability"), 1),
    "intendedUse": (("components", 0, "modelCard", "intendedUse"), "x"),
}


@pytest.mark.parametrize("field", sorted(OWASP_FIELDS))
def test_owasp_finds_fields_in_its_own_ways(field: str) -> None:
    path, value = OWASP_FIELDS[field]
    assert field not in fields(score(inventory(), "owasp-aibom"))
    assert field in fields(score(put(inventory(), *path, value=value), "owasp-aibom"))


def test_owasp_names_a_profile_when_its_fields_are_there() -> None:
    document = inventory()
    for number, element in enumerate(profile("owasp-aibom").elements):
        document["metadata"].setdefault("properties", []).append({"name": element.id, "value": str(number)})
    result = score(document, "owasp-aibom")
    assert (result.satisfied, result.grade, result.passed) == (Fraction(100), "advanced", True)
    without = [item for item in document["metadata"]["properties"] if item["name"] != "safetyRiskAssessment"]
    result = score(put(document, "metadata", "properties", value=without), "owasp-aibom")
    assert result.grade == "standard"


@pytest.mark.parametrize("name", ["owasp-aibom", "aisbom"])
def test_peers_read_cyclonedx_alone(name: str) -> None:
    with pytest.raises(DocumentError, match=r"the document is SPDX 3\.0\.1, and .* grades CycloneDX alone"):
        score(spdx_bom(), name)


@pytest.mark.parametrize("name", ["owasp-aibom", "aisbom"])
def test_a_peers_grade_says_what_it_is(name: str) -> None:
    result = score(model_bom(), name)
    assert "by our reading of its rules" in result.notes[0]
    assert result.subject == "d"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["components", "metadata", "name", "type", "hashes", "alg", "content", "licenses", "modelCard",
                         "modelParameters", "properties", "value", "externalReferences", "url", "vulnerabilities",
                         "analysis", "state", "component", "considerations"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["components", "metadata", "vulnerabilities", "component"]), ANY))
@settings(deadline=None, max_examples=100)
def test_any_document_has_a_grade(document: Json) -> None:
    for name in ("owasp-aibom", "aisbom"):
        result = score(document | HEAD, name)
        assert 0 <= result.satisfied <= 100
        assert result.grade
