"""Scores: what counts as said, by whom it has to be said, and what the sums come to."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.answers import is_meaningful
from attest.bom.norms import offered, profiles
from attest.bom.score import score
from attest.bom.tally import WEIGHTS
from attest.domain.bom_result import Result, Score
from attest.errors import DocumentError, InputError
from tests.unit.bom.documents import CONTEXT, Json, drop, model_bom, put, spdx_bom

SUBJECT = ("metadata", "component")
BOM = model_bom()
NORMS = [name for name, one in profiles().items() if one.kind != "scorer"]


def one(document: Json, element: str, profile: str = "g7ai-2026", **options: Any) -> Result:
    (result,) = [found for found in score(document, profile, **options).results if found.id == element]
    return result


def inventory(document: Json = BOM) -> Json:
    """The same content in the other layout: a thin root, the model first in the list, its files beside it."""
    model = dict(document["metadata"]["component"])
    files = model.pop("components")
    root = {"type": "application", "name": "m", "bom-ref": "root"}
    metadata = document["metadata"] | {"component": root}
    return document | {"metadata": metadata, "components": [model, *files, *document["components"]]}


# --- the model is found wherever it stands -------------------------------------------------------------------------


def nested() -> Json:
    model = BOM["metadata"]["component"]
    system = {"type": "application", "name": "system", "bom-ref": "system", "supplier": {"name": "Acme"}}
    metadata = BOM["metadata"] | {"component": system | {"components": [model]}}
    return BOM | {"metadata": metadata}


@pytest.mark.parametrize("document", [BOM, inventory(), nested()], ids=["subject", "inventory", "nested"])
def test_a_model_is_found_wherever_it_stands(document: Json) -> None:
    for element in ("model-name", "model-identifier", "model-license", "model-properties", "model-hash-value"):
        result = one(document, element)
        assert (result.status, result.satisfied, result.total) == ("present", 1, 1), element


@pytest.mark.parametrize("profile", NORMS)
def test_both_layouts_score_the_same(profile: str) -> None:
    def told(document: Json) -> list[tuple[str, str, int, int]]:
        return [(item.id, item.status, item.satisfied, item.total) for item in score(document, profile).results]

    without = drop(BOM, "services")  # with services, a root that only has a name is a system
    assert told(without) == told(inventory(without))


def test_pointers_lead_to_what_was_found() -> None:
    assert one(BOM, "model-name").pointers == ("/metadata/component/name",)
    assert one(inventory(), "model-name").pointers == ("/components/0/name",)
    assert one(BOM, "dataset-name").pointers == (
        "/components/0/name",
        "/metadata/component/modelCard/modelParameters/datasets/1/name",
    )


def test_base_models_and_tools_are_not_what_the_document_is_about() -> None:
    assert one(BOM, "component-name", "ntia-2021").total == 3
    assert one(drop(BOM, *SUBJECT, "purl"), "model-identifier").total == 1


def test_a_model_that_is_not_typed_is_reported_and_nothing_is_passed_over() -> None:
    document = put(drop(BOM, *SUBJECT, "modelCard"), *SUBJECT, "type", value="library")
    result = score(document)
    assert result.notes[0] == "untyped model: /metadata/component looks like a model and is not typed as one"
    assert one(document, "model-license").status == "missing"
    assert "untyped model" in one(document, "model-license").reason
    assert not score(document, "eu-ai-act").passed


@pytest.mark.parametrize(
    ("component", "untyped"),
    [
        ({"type": "library", "name": "x", "purl": "pkg:huggingface/a/b@1"}, True),
        ({"type": "file", "name": "weights/model.GGUF"}, True),
        ({"type": "data", "name": "d", "purl": "pkg:huggingface/datasets/a/b@1"}, False),
        ({"type": "data", "name": "d", "purl": "pkg:huggingface/a/b?repository_url=https%3A%2F%2Fx%2Fdatasets"}, False),
        ({"type": "library", "name": "torch", "purl": "pkg:pypi/torch@2"}, False),
    ],
)
def test_what_must_be_a_model(component: Json, untyped: bool) -> None:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [component]}
    assert any("untyped model" in note for note in score(document).notes) is untyped


# --- what counts as said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "  ", "unknown", "Unknown.", "N/A", "none", "NOASSERTION", "TODO", "[TODO]", "No description available", "-",
     "[More Information Needed]", "tbd", "null", "<unknown>"],
)  # fmt: skip
def test_placeholders_say_nothing(text: str) -> None:
    assert one(put(BOM, *SUBJECT, "description", value=text), "model-description").status == "missing"
    assert not is_meaningful({"a": text, "b": [text]})


@pytest.mark.parametrize("text", ["0", "A model.", "none of the above", "Unknown Pleasures", "todo-lists"])
def test_other_texts_say_something(text: str) -> None:
    assert one(put(BOM, *SUBJECT, "description", value=text), "model-description").status == "present"


@pytest.mark.parametrize(
    ("value", "says"),
    [(0, True), (False, True), (None, False), ({}, False), ([], False), ([0], True), ([[], {"a": ""}], False)],
)
def test_values_of_other_kinds(value: object, says: bool) -> None:
    assert is_meaningful(value) is says


def test_unknown_counts_where_the_norm_wants_it_stated() -> None:
    result = one(put(BOM, *SUBJECT, "version", value="unknown"), "model-version")
    assert (result.status, result.pointers, result.satisfied) == (
        "explicit-unknown",
        ("/metadata/component/version",),
        1,
    )
    assert one(drop(BOM, *SUBJECT, "version"), "model-version").status == "missing"
    assert one(put(BOM, *SUBJECT, "version", value="TODO"), "model-version").status == "missing"
    assert one(put(BOM, *SUBJECT, "version", value="unknown"), "component-version", "ntia-2021").status == "missing"


def test_a_gap_that_is_told_is_an_unknown_that_is_stated() -> None:
    document = drop(drop(BOM, "components", 1, "licenses"), *SUBJECT, "licenses")
    assert one(document, "license", "cisa-2025").satisfied == 0
    document = put(document, *SUBJECT, "properties", value=[{"name": "attest:gap:licenses:m", "value": "no card"}])
    result = one(document, "license", "cisa-2025")
    assert result.pointers[0] == "/metadata/component/properties"
    assert result.satisfied == 3


def test_some_values_are_not_accepted() -> None:
    assert (
        one(put(BOM, "metadata", "lifecycles", value=[{"phase": "nonsense"}]), "sbom-generation-context").status
        == "missing"
    )
    assert (
        one(put(BOM, "metadata", "lifecycles", value=[{"name": "my own"}]), "sbom-generation-context").status
        == "present"
    )
    weak = [{"alg": "MD5", "content": "a" * 32}]
    document = put(put(BOM, *SUBJECT, "hashes", value=weak), *SUBJECT, "components", 0, "hashes", value=weak)
    assert one(document, "model-hash-algorithm").status == "missing"
    assert one(document, "model-hash-value").status == "present"


def test_unknown_is_a_value_of_the_aggregate() -> None:
    document = put(BOM, "compositions", 0, "aggregate", value="unknown")
    assert one(document, "dependencies", "bsi-tr-03183-2").status == "present"
    assert one(put(BOM, "compositions", value=[]), "dependencies", "bsi-tr-03183-2").status == "missing"


def metric(kind: str) -> Json:
    return put(
        BOM, *SUBJECT, "modelCard", "quantitativeAnalysis", value={"performanceMetrics": [{"type": kind, "value": "1"}]}
    )


def test_a_metric_must_name_the_quantity() -> None:
    assert one(metric("accuracy"), "security-metrics").status == "missing"
    assert one(metric("accuracy"), "operational-performance-kpis").status == "missing"
    assert one(metric("Adversarial robustness (PGD)"), "security-metrics").status == "present"
    assert one(metric("p95 latency"), "operational-performance-kpis").status == "present"


def test_a_use_policy_is_told_from_any_paper() -> None:
    paper = {"type": "documentation", "url": "https://arxiv.org/abs/1"}
    document = put(BOM, *SUBJECT, "externalReferences", value=[paper])
    assert one(document, "1.1.b", "eu-ai-act").status == "missing"
    policy = {"type": "documentation", "url": "https://example.org/p", "comment": "Usage policy"}
    document = put(BOM, *SUBJECT, "externalReferences", value=[paper, policy])
    assert one(document, "1.1.b", "eu-ai-act").pointers == ("/metadata/component/externalReferences/1/url",)


def test_the_digest_of_some_other_file_is_not_that_of_the_model() -> None:
    document = drop(drop(BOM, *SUBJECT, "hashes"), *SUBJECT, "components", 0)
    assert one(document, "model-hash-value").status == "missing"
    result = one(drop(BOM, *SUBJECT, "hashes"), "model-hash-value")
    assert result.pointers == ("/metadata/component/components/0/hashes/0/content",)


def test_every_path_is_needed_where_the_norm_says_all() -> None:
    assert one(BOM, "model-input-output-properties").status == "present"
    card = (*SUBJECT, "modelCard", "modelParameters")
    assert one(drop(BOM, *card, "outputs"), "model-input-output-properties").status == "missing"


# --- of whom it is asked -------------------------------------------------------------------------------------------


def test_each_of_several_models_is_asked() -> None:
    other = {"type": "machine-learning-model", "name": "other", "bom-ref": "other"}
    result = one(put(BOM, "components", 2, value=other), "model-license")
    assert (result.status, result.satisfied, result.total, result.offenders) == ("missing", 1, 2, ("other",))


def test_offenders_are_named_ten_at_most() -> None:
    libraries = [{"type": "library", "name": f"l{number}"} for number in range(30)]
    result = one(put(BOM, "components", value=libraries), "component-version", "ntia-2021")
    assert (result.satisfied, result.total) == (1, 31)
    assert result.offenders == tuple(f"l{number}" for number in range(10))


def test_files_are_parts_of_their_component() -> None:
    assert one(BOM, "hash-deployable", "bsi-tr-03183-2").total == 2
    assert one(BOM, "component-name", "bsi-tr-03183-2").total == 3
    result = score(BOM, "bsi-tr-03183-2")
    assert any("Files count as parts" in note for note in result.notes)


def test_a_dataset_in_the_card_is_a_dataset() -> None:
    result = one(BOM, "dataset-identifier")
    assert (result.satisfied, result.total) == (2, 2)
    assert result.pointers[-1] == "/metadata/component/modelCard/modelParameters/datasets/1/contents/url"
    assert one(BOM, "dataset-license").offenders == ("d", "inline")


def test_weights_and_configuration_are_no_datasets() -> None:
    configuration = {"type": "data", "name": "c", "data": [{"type": "configuration"}]}
    assert one(put(BOM, "components", 2, value=configuration), "dataset-name").total == 2


def test_a_dependency_must_start_at_the_dataset() -> None:
    assert one(BOM, "dataset-dependency-relationship").satisfied == 0
    document = put(BOM, "dependencies", 1, "dependsOn", value=["torch"])
    result = one(document, "dataset-dependency-relationship")
    assert (result.satisfied, result.pointers) == (1, ("/dependencies/1/dependsOn/0",))


def test_a_model_builds_on_models_not_on_libraries() -> None:
    document = drop(BOM, *SUBJECT, "pedigree")
    assert one(document, "1.2.ii", "eu-ai-act-training-summary").status == "missing"
    base = {"type": "machine-learning-model", "name": "base", "bom-ref": "base"}
    document = put(put(document, "components", 2, value=base), "dependencies", 0, "dependsOn", value=["base"])
    assert one(document, "1.2.ii", "eu-ai-act-training-summary").satisfied == 1


def test_the_subject_alone_is_asked_where_the_norm_says_so() -> None:
    assert (one(BOM, "license", "fsct-3").total, one(BOM, "copyright", "fsct-3").status) == (1, "missing")


# --- what does not apply -------------------------------------------------------------------------------------------


def test_what_is_asked_of_systems_is_not_asked_of_a_model() -> None:
    result = one(BOM, "system-name")
    assert (result.status, result.total) == ("not-applicable", 0)
    assert "single model or dataset" in result.reason
    assert one(inventory(drop(BOM, "services")), "system-name").status == "not-applicable"
    assert one(inventory(), "system-name").status == "present"
    assert one(nested(), "system-name").status == "present"


def test_what_no_document_decides_does_not_apply() -> None:
    result = one(BOM, "2.1", "eu-ai-act")
    assert (result.status, result.reason) == (
        "not-applicable",
        "it is asked of models with systemic risk, and no document says whether a model has it",
    )


def test_without_datasets_nothing_is_asked_of_them() -> None:
    document = drop(drop(BOM, "components", 0), *SUBJECT, "modelCard", "modelParameters", "datasets")
    result = one(document, "dataset-hash")
    assert (result.status, result.reason) == ("not-applicable", "the document has no dataset")


def test_what_a_format_has_no_place_for_does_not_apply() -> None:
    assert one(BOM, "profile-conformance", "spdx-ai-dataset-3.0.1").reason == "CycloneDX has no place for it"
    result = one(spdx_bom(), "sbom-author-signature")
    assert result.reason.startswith("SPDX has no place for it; it may be proved outside: a detached DSSE")


def test_what_is_proved_outside_is_present() -> None:
    assert one(BOM, "sbom-author-signature").status == "missing"
    for document in (BOM, spdx_bom()):
        result = one(document, "sbom-author-signature", outside=["sbom-author-signature"])
        assert (result.status, result.satisfied, result.total) == ("present", 1, 1)
        assert result.reason.startswith("proved outside the document: a detached DSSE")
    assert one(drop(BOM, *SUBJECT, "version"), "model-version", outside=["model-version"]).status == "missing"


def test_what_a_norm_forbids_is_violated_by_being_there() -> None:
    result = one(BOM, "no-vulnerabilities", "bsi-tr-03183-2")
    assert (result.status, result.pointers, result.satisfied) == ("violated", ("/vulnerabilities/0/id",), 0)
    assert not score(BOM, "bsi-tr-03183-2").passed
    result = one(drop(BOM, "vulnerabilities"), "no-vulnerabilities", "bsi-tr-03183-2")
    assert (result.status, result.satisfied, result.total) == ("present", 1, 1)


# --- what it comes to ----------------------------------------------------------------------------------------------


def complete() -> Json:
    """Everything that NTIA's minimum elements ask for."""
    document = put(
        put(BOM, *SUBJECT, "supplier", value={"name": "Acme"}), "components", 0, "supplier", value={"name": "D"}
    )
    document = put(
        put(document, "components", 1, "supplier", value={"name": "P"}), "components", 0, "version", value="1"
    )
    document = put(document, "components", 0, "purl", value="pkg:huggingface/datasets/d@1")
    return document


def test_a_complete_document_has_everything() -> None:
    result = score(complete(), "ntia-2021")
    assert (result.percent, result.tenths, result.passed) == ("100.0", 1000, True)
    assert result.satisfied == result.applicable == 6 * WEIGHTS["must"] + WEIGHTS["must-if-exists"]
    assert [(tally.level, tally.satisfied, tally.applicable) for tally in result.tallies] == [
        ("must", 6, 6),
        ("must-if-exists", 1, 1),
    ]
    assert all(not item.hint for item in result.results)


def test_what_some_have_counts_by_its_share() -> None:
    result = score(drop(complete(), "components", 0, "version"), "ntia-2021")
    assert result.satisfied == result.applicable - Fraction(1, 3) * WEIGHTS["must"]
    assert (result.percent, result.passed) == ("95.0", False)


def test_what_a_norm_wants_if_it_exists_lowers_the_score_and_fails_nothing() -> None:
    result = score(drop(complete(), "components", 0, "purl"), "ntia-2021")
    assert result.satisfied == result.applicable - Fraction(1, 3) * WEIGHTS["must-if-exists"]
    assert result.passed
    assert result.tenths < 1000


def test_the_share_is_never_rounded_up() -> None:
    made = score(BOM)
    almost = Score(
        profile="p",
        title="t",
        verified=True,
        form="f",
        subject="s",
        results=made.results,
        tallies=(),
        satisfied=Fraction(99_999, 1000),
        applicable=Fraction(100),
        passed=True,
    )
    assert almost.percent == "99.9"


def test_a_document_that_has_nothing_of_it_passes_nothing() -> None:
    bare = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    for profile in NORMS:
        assert not score(bare, profile).passed, profile
        assert score(spdx_bare(), profile).tenths <= 1000
    assert not score(spdx_bare(), "spdx-ai-dataset-3.0.1").passed


def spdx_bare() -> Json:
    return {
        "@context": CONTEXT,
        "@graph": [{"type": "SpdxDocument", "spdxId": "urn:d", "profileConformance": ["core"]}],
    }


def test_hints_name_the_best_path_and_what_belongs_there() -> None:
    assert one(drop(BOM, *SUBJECT, "purl"), "model-identifier").hint == (
        "fill model.purl: At least one machine-readable identifier; all known ones should be listed."
    )
    assert "One of build, decommission" in one(drop(BOM, "metadata", "lifecycles"), "sbom-generation-context").hint
    assert one(drop(BOM, *SUBJECT, "version"), "model-version").hint.endswith(" If it is not known, say so.")
    assert "Or prove it outside: a detached DSSE" in one(BOM, "sbom-author-signature").hint
    hint = one(drop(BOM, *SUBJECT, "modelCard"), "model-input-output-properties").hint
    assert "inputs[].format and model.modelCard" in hint


def test_every_score_says_that_it_is_no_conformity() -> None:
    for document in (BOM, spdx_bom()):
        for name in NORMS:
            notes = score(document, name).notes
            assert notes[-1].endswith("passing one is no legal conformity.")
            assert any(note.startswith("The norm: ") for note in notes)
    assert "not been checked against the text" in score(BOM, "eu-ai-act-annex-iv").notes[0]
    assert not score(BOM, "eu-ai-act-annex-iv").verified


def test_the_openness_class_is_that_of_the_parts() -> None:
    assert score(BOM, "mof-1.0").grade == "no class, by its parts alone: whether each licence is open is not judged"
    files = ["model.safetensors", "modeling.py", "README.md", "LICENSE", "MOF.json"]
    parts = [{"type": "data" if "." in name and "saf" in name else "file", "name": name} for name in files]
    document = put(metric("accuracy"), *SUBJECT, "components", value=parts)
    report = {"type": "documentation", "url": "https://arxiv.org/abs/1", "comment": "technical report"}
    document = put(document, *SUBJECT, "externalReferences", value=[report])
    document = put(document, "components", 0, "description", value="Pairs of sentences.")
    assert score(document, "mof-1.0").grade.startswith("class III, Open Model, by its parts alone")


def test_profiles_and_formats_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InputError, match="there is no profile"):
        score(BOM, "nonsense")
    with pytest.raises(DocumentError, match=r"CycloneDX '1\.2'"):
        score({"bomFormat": "CycloneDX", "specVersion": "1.2"})


# --- SPDX ----------------------------------------------------------------------------------------------------------

SPDX = spdx_bom()
SPDX_PRESENT = {
    "sbom-author": "/@graph/0/createdBy/0",
    "sbom-tool-name": "/@graph/0/createdUsing/0",
    "sbom-timestamp": "/@graph/0/created",
    "sbom-generation-context": "/@graph/12/software_sbomType/0",
    "model-name": "/@graph/3/name",
    "model-producer": "/@graph/3/suppliedBy",
    "model-hash-value": "/@graph/3/verifiedUsing/0/hashValue",
    "model-license": "/@graph/9/to/0",
    "dataset-name": "/@graph/4/name",
    "dataset-content": "/@graph/4/dataset_datasetType/0",
}


@pytest.mark.parametrize("element", sorted(SPDX_PRESENT))
def test_an_spdx_document_is_read_by_classes_and_relationships(element: str) -> None:
    result = one(SPDX, element)
    assert (result.status, result.pointers[0]) == ("present", SPDX_PRESENT[element])


def test_an_edge_counts_for_the_element_that_it_starts_from() -> None:
    assert one(SPDX, "dataset-license").status == "missing"
    assert one(SPDX, "ai-declared-license", "spdx-ai-dataset-3.0.1").status == "present"
    other = {"type": "ai_AIPackage", "spdxId": "urn:o", "name": "other"}
    result = one(put(SPDX, "@graph", len(SPDX["@graph"]), value=other), "model-license")
    assert (result.satisfied, result.total, result.offenders) == (1, 2, ("other",))


def test_a_dataset_is_used_where_a_model_was_trained_on_it() -> None:
    assert one(SPDX, "2.1", "eu-ai-act-training-summary").status == "present"


@pytest.mark.parametrize(
    "target",
    [
        "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertion",
        "expandedlicensing_NoAssertionLicense",
        "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/None",
    ],
)
def test_no_assertion_is_no_licence(target: str) -> None:
    document = put(put(SPDX, "@graph", 9, "to", value=[target]), "@graph", 10, "to", value=[target])
    assert one(document, "model-license").status == "missing"
    stated = one(document, "license", "cisa-2025")
    assert stated.satisfied == ("NoAssertion" in target)


def test_a_reference_is_as_good_as_what_it_leads_to() -> None:
    document = put(SPDX, "@graph", 1, "name", value="NOASSERTION")
    assert one(document, "model-producer").status == "missing"
    assert (
        one(put(SPDX, "@graph", 6, "simplelicensing_licenseExpression", value="NOASSERTION"), "model-license").status
        == "missing"
    )
    document = put(SPDX, "@graph", 3, "suppliedBy", value={"type": "Organization", "spdxId": "urn:x", "name": "Inline"})
    assert one(document, "model-producer").status == "present"


def test_an_agent_needs_an_address_where_the_norm_wants_one() -> None:
    assert one(SPDX, "sbom-creator", "bsi-tr-03183-2").status == "missing"
    address = [{"type": "ExternalIdentifier", "externalIdentifierType": "email", "identifier": "a@example.org"}]
    document = put(SPDX, "@graph", 1, "externalIdentifier", value=address)
    assert one(document, "sbom-creator", "bsi-tr-03183-2").status == "present"
    result = one(document, "component-creator", "bsi-tr-03183-2")
    assert (result.satisfied, result.offenders) == (1, ("acme/m",))


def test_files_and_packages_of_spdx() -> None:
    assert (
        one(SPDX, "hash-deployable", "bsi-tr-03183-2").status,
        one(SPDX, "hash-deployable", "bsi-tr-03183-2").total,
    ) == ("present", 1)
    assert one(SPDX, "component-name", "bsi-tr-03183-2").total == 2


def test_an_spdx_model_that_is_not_typed_is_reported() -> None:
    document = put(SPDX, "@graph", 3, "type", value="software_Package")
    assert score(document).notes[0] == "untyped model: /@graph/3 looks like a model and is not typed as one"


def test_an_spdx_system() -> None:
    document = put(
        put(SPDX, "@graph", 3, "type", value="software_Package"),
        "@graph",
        3,
        "software_primaryPurpose",
        value="application",
    )
    assert one(document, "system-name").status == "present"
    assert one(SPDX, "system-name").status == "not-applicable"


def test_inline_objects_count_like_those_of_the_graph() -> None:
    info = SPDX["@graph"][0]
    document = {"@context": CONTEXT, "@graph": [SPDX["@graph"][1], SPDX["@graph"][3] | {"creationInfo": info}]}
    assert one(document, "sbom-timestamp").pointers == ("/@graph/1/creationInfo/created",)


def test_what_is_the_same_for_all_is_looked_for_once() -> None:
    models = [{"type": "ai_AIPackage", "spdxId": f"urn:m{number}", "name": f"m{number}"} for number in range(3000)]
    files = [
        {"type": "software_File", "spdxId": f"urn:f{number}", "name": "x.txt",
         "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "0" * 64}]}
        for number in range(3000)
    ]  # fmt: skip
    result = one({"@context": CONTEXT, "@graph": [*models, *files]}, "model-hash-value")
    assert (result.satisfied, result.total) == (0, 3000)
    gaps = [{"name": "x", "value": str(number)} for number in range(3000)]
    libraries = [{"type": "library", "name": f"l{number}"} for number in range(3000)]
    document = put(put(BOM, *SUBJECT, "properties", value=gaps), "components", value=libraries)
    assert one(document, "license", "cisa-2025").total == 3001


# --- any document --------------------------------------------------------------------------------------------------

ANY = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.sampled_from(["machine-learning-model", "data", "file"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["metadata", "component", "components", "name", "type", "bom-ref", "data", "datasets", "hashes",
                         "modelCard", "modelParameters", "properties", "value", "licenses", "license", "dependencies",
                         "ref", "dependsOn", "services", "@graph", "spdxId", "from", "to", "relationshipType", "purl",
                         "rootElement", "suppliedBy", "pedigree", "externalReferences", "url", "tools"]),
        inner, max_size=5),
    max_leaves=15,
)  # fmt: skip
KINDS = st.sampled_from(
    ["ai_AIPackage", "Relationship", "CreationInfo", "software_File", "SpdxDocument", "Organization"]
)


@given(ANY, st.sampled_from([name for name in profiles() if name != "mof-1.0"]))
@settings(deadline=None, max_examples=100)
def test_any_cyclonedx_document_has_a_score(value: Any, profile: str) -> None:
    members = value if isinstance(value, dict) else {"components": value, "metadata": {"component": value}}
    result = score(members | {"bomFormat": "CycloneDX", "specVersion": "1.7"}, profile)
    assert 0 <= result.tenths <= 1000
    assert all(len(item.pointers) <= 5 and len(item.offenders) <= 10 for item in result.results)


@given(st.lists(st.dictionaries(st.sampled_from(["type", "spdxId", "from", "to", "name", "rootElement", "createdBy",
                                                 "verifiedUsing", "suppliedBy", "creationInfo"]), ANY | KINDS)),
       st.sampled_from([one.id for one in offered() if one.kind != "scorer"]))  # fmt: skip
@settings(deadline=None, max_examples=100)
def test_any_spdx_document_has_a_score(graph: list[Json], profile: str) -> None:
    result = score({"@context": CONTEXT, "@graph": graph}, profile)
    assert 0 <= result.tenths <= 1000
