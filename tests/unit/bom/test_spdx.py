"""Bom → SPDX 3.0.1: what is written, what is left out, and that the same Bom is the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.spdx import to_spdx, write_spdx
from attest.bom.spdx.check import spdx_faults
from attest.bom.spdx.licenses import license_ref
from attest.bom.spdx.vocabulary import count, instant, presence, quantity, web
from attest.domain.bom import (
    Analysis,
    Bom,
    DataCard,
    FileRecord,
    License,
    ModelCard,
    Party,
    Split,
    Value,
    Vulnerability,
)
from attest.domain.canonical import canonical
from attest.errors import DocumentError
from tests.conftest import ROOT
from tests.unit.bom.spdx_samples import ALL, COMPLETE, DATASET, ENVIRONMENT, FULL, SMALL, fact, record, relative, value

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Document:
    """A written document, read with nothing of ours."""

    def __init__(self, bom: Bom, timestamp: datetime | None = WHEN) -> None:
        self.data = to_spdx(bom, timestamp=timestamp, tool_version="1.2")
        self.json: dict[str, Any] = json.loads(self.data)
        self.graph: list[dict[str, Any]] = self.json["@graph"]
        self.by_id = {item["spdxId"]: item for item in self.graph if "spdxId" in item}
        self.root = next(item for item in self.graph if item["type"] == "SpdxDocument")
        self.sbom = self.by_id[self.root["rootElement"][0]]
        self.subject = self.by_id[self.sbom["rootElement"][0]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [item for item in self.graph if item["type"] == kind]

    def named(self, name: str) -> dict[str, Any]:
        (found,) = [item for item in self.graph if item.get("name") == name]
        return found

    def edges(self, kind: str, source: str | None = None) -> list[dict[str, Any]]:
        start = source or self.subject["spdxId"]
        return [item for item in self.graph if item.get("relationshipType") == kind and item["from"] == start]

    def names(self, kind: str, source: str | None = None) -> list[str]:
        targets = [target for edge in self.edges(kind, source) for target in edge["to"]]
        return sorted(self.by_id.get(target, {}).get("name", target) for target in targets)

    def licenses(self, kind: str, source: str | None = None) -> list[str]:
        (edge,) = self.edges(kind, source)
        return [self.by_id.get(to, {}).get("simplelicensing_licenseExpression", to) for to in edge["to"]]

    def said(self, about: str, subject: str | None = None) -> Any:
        start = subject or self.subject["spdxId"]
        found = [
            item
            for item in self.of("Annotation")
            if item["subject"] == start and f"#annotation/{about}/" in item["spdxId"]
        ]
        return json.loads(found[0]["statement"]) if found else None


@pytest.mark.parametrize("name", ALL)
def test_every_document_is_canonical_sorted_and_without_fault(name: str) -> None:
    document = Document(ALL[name])
    assert document.data == canonical(document.json) + b"\n"
    ids = [item.get("spdxId") or item["@id"] for item in document.graph]
    assert ids == sorted(ids)
    assert len(ids) == len(set(ids))
    assert document.json["@context"] == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    assert spdx_faults(document.json) == []
    assert document.root["element"] == sorted(document.by_id.keys() - {document.root["spdxId"]})


@pytest.mark.parametrize("name", ALL)
def test_one_declared_and_one_concluded_licence_for_every_package(name: str) -> None:
    document = Document(ALL[name])
    packages = [item["spdxId"] for item in document.graph if item["type"].endswith("Package")]
    for package in packages:
        assert len(document.edges("hasDeclaredLicense", package)) == 1
        assert len(document.edges("hasConcludedLicense", package)) == 1


def test_what_the_document_says_of_itself() -> None:
    document = Document(FULL)
    (info,) = document.of("CreationInfo")
    assert (info["specVersion"], info["created"]) == ("3.0.1", "2026-01-02T03:04:05Z")
    assert [document.by_id[ref]["name"] for ref in info["createdBy"]] == ["Jo"]
    assert [document.by_id[ref]["name"] for ref in info["createdUsing"]] == ["attest 1.2"]
    assert document.sbom["software_sbomType"] == ["analyzed"]
    assert Document(ENVIRONMENT).sbom["software_sbomType"] == ["deployed"]
    (maker,) = Document(SMALL).of("CreationInfo")[0]["createdBy"]
    assert Document(SMALL).by_id[maker] | {"creationInfo": ""} == {
        "type": "SoftwareAgent",
        "spdxId": maker,
        "name": "attest 1.2",
        "creationInfo": "",
    }


def test_the_model() -> None:
    document = Document(FULL)
    subject = document.subject
    assert subject["type"] == "ai_AIPackage"
    assert subject["name"] == "acme/tiny"
    assert subject["description"] == "A tiny model."
    assert subject["software_packageUrl"] == "pkg:huggingface/acme/tiny@0123abc"
    assert subject["software_downloadLocation"] == "https://huggingface.co/acme/tiny"
    assert subject["software_copyrightText"] == "Copyright 2024 Acme\nCopyright 2023 Jo"
    assert subject["releaseTime"] == "2024-05-06T00:00:00Z"
    assert subject["ai_typeOfModel"] == ["BertModel", "bert", "supervised", "transformer"]
    assert subject["ai_domain"] == ["text-classification"]
    assert {item["key"]: item["value"] for item in subject["ai_hyperparameter"]} == {
        "hidden_size": "2",
        "parameters": "14",
        "parameters:F16": "4",
        "parameters:F32": "10",
        "tensors": "2",
        "tokenizer:do_lower_case": "true",
    }
    assert subject["ai_metric"] == [
        {"type": "DictionaryEntry", "key": "snli (accuracy) [plain, test]", "value": "0.91"}
    ]
    assert subject["ai_limitation"] == "English only\nslow"
    assert subject["ai_informationAboutApplication"].split("\n") == [
        "use: sorting letters",
        "users: researchers",
        "modality: text",
        "input ids: int64[batch,512]",
        "output: text",
        "chat template: chatml",
    ]
    assert subject["ai_informationAboutTraining"] == "Trained for a day.\nco2eq:grams: 300\nhardware: one CPU"
    assert subject["ai_modelDataPreprocessing"] == ["tokenizer: BertTokenizer"]
    (energy,) = subject["ai_energyConsumption"]["ai_trainingEnergyConsumption"]
    assert (energy["ai_energyQuantity"], energy["ai_energyUnit"]) == ("12.5", "kilowattHour")
    assert subject["comment"].split("\n") == [
        "library: transformers",
        "language: en, fr",
        "tag: arxiv:2001.12345, doi:10.1000/182, rail",
        "custom code: model.py",
        "ethical consideration: may be unfair",
        "fairness: not tested",
    ]


def test_nothing_is_concluded_that_nobody_said() -> None:
    written = (
        to_spdx(FULL, timestamp=WHEN, tool_version="1").decode()
        + to_spdx(SMALL, timestamp=WHEN, tool_version="1").decode()
    )
    for member in (
        "ai_autonomyType",
        "ai_safetyRiskAssessment",
        "ai_standardCompliance",
        "ai_useSensitivePersonalInformation",
    ):
        assert member not in written
    small = Document(SMALL).subject
    assert {key for key in small if key not in ("type", "spdxId", "creationInfo")} == {
        "name",
        "software_packageUrl",
        "software_primaryPurpose",
        "externalIdentifier",
    }
    co2 = ModelCard(environmental=(fact("co2eq:grams", "5"), fact("kwh", "some")))
    assert "ai_energyConsumption" not in Document(replace(SMALL, card=co2)).subject


def test_links_are_told_once_and_only_safe_ones() -> None:
    document = Document(FULL)
    found = {
        (item["externalRefType"], *item["locator"]): item.get("comment") for item in document.subject["externalRef"]
    }
    assert found == {
        ("altDownloadLocation", "https://mirror.example/tiny"): None,
        ("documentation", "https://acme.example/paper"): "paper",
        ("documentation", "https://arxiv.org/abs/2001.12345"): None,
        ("documentation", "https://doi.org/10.1000/182"): None,
        ("other", "https://acme.example/x"): None,
        ("vcs", "https://huggingface.co/acme/tiny"): None,
    }
    assert b"javascript" not in document.data


def test_hashes_name_one_file_and_the_tree_is_an_identifier() -> None:
    document = Document(FULL)
    assert [item["hashValue"] for item in document.subject["verifiedUsing"]] == ["1" * 64, "2" * 128]
    two = replace(FULL, files=(record("a.onnx", "onnx"), record("b.onnx", "onnx")))
    assert "verifiedUsing" not in Document(two).subject
    single = replace(SMALL, digest_kind="file", files=(record("notes.txt", "text"),))
    assert [item["algorithm"] for item in Document(single).subject["verifiedUsing"]] == ["sha256", "sha512"]
    identifiers = {
        item["externalIdentifierType"]: item["identifier"] for item in document.subject["externalIdentifier"]
    }
    assert identifiers["other"] == f"attest-tree/v1:sha256:{'c' * 64}"


def test_parties_are_agents_and_shared() -> None:
    document = Document(FULL)
    assert document.by_id[document.subject["suppliedBy"]]["name"] == "Hugging Face"
    assert [document.by_id[ref]["name"] for ref in document.subject["originatedBy"]] == ["Acme", "Jo"]
    acme = document.named("Acme")
    assert acme["type"] == "Agent"
    assert {item["externalIdentifierType"]: item["identifier"] for item in acme["externalIdentifier"]} == {
        "email": "info@acme.example",
        "urlScheme": "https://acme.example",
    }
    assert len(document.of("Agent")) == 3
    authors = replace(SMALL, authors=(Party(name=value("Jo")), Party(name=value("Jo"), email="jo@acme.example")))
    assert len(Document(authors).subject["originatedBy"]) == 2


def test_licences() -> None:
    document = Document(FULL)
    declared = document.licenses("hasDeclaredLicense")
    assert declared[0] == "Apache-2.0"
    assert declared[1].startswith("LicenseRef-attest-acme-s-terms-")
    (named,) = [item for item in document.graph if item.get("comment") == "Acme's terms!"]
    assert named["externalRef"][0]["locator"] == ["https://acme.example/terms"]
    assert document.licenses("hasConcludedLicense") == ["MIT"]
    assert document.said("license-evidence") == {
        "licenses": [{"name": "GPL-3.0", "origin": "observed", "source": "COPYING"}]
    }
    assert Document(SMALL).licenses("hasDeclaredLicense") == ["expandedlicensing_NoAssertionLicense"]


def test_references_of_licences_that_spdx_does_not_list() -> None:
    assert license_ref("LicenseRef-acme") == "LicenseRef-acme"
    assert license_ref("gemma") == "LicenseRef-scancode-gemma-tou-2024-04-01"
    assert license_ref("Acme Terms_1.0") == "LicenseRef-attest-acme-terms-1.0"
    strange = {license_ref(name) for name in ("a!", "a?", "!", "?", "a" * 65, "a" * 66, "é", "a  b", "a-", "")}
    assert len(strange) == 10
    assert all(len(name) < 100 and name.isascii() for name in strange)


def test_files() -> None:
    document = Document(FULL)
    files = {item["name"]: item for item in document.of("software_File")}
    assert files.keys() == {item.name for item in FULL.files}
    assert {name: item["software_primaryPurpose"] for name, item in files.items()} == {
        "README.md": "documentation",
        "a b.json": "configuration",
        "a-b.json": "configuration",
        "data.jsonl": "data",
        "model.py": "source",
        "model.safetensors": "model",
        '\u540d\u524d".bin': "file",
    }
    weights = files["model.safetensors"]
    assert weights["comment"] == "format: safetensors; size: 90"
    assert weights["verifiedUsing"] == [
        {"type": "Hash", "algorithm": "sha256", "hashValue": "1" * 64},
        {"type": "Hash", "algorithm": "sha512", "hashValue": "2" * 128},
    ]
    assert files["README.md"]["contentType"] == "text/markdown"
    assert document.said("facts", weights["spdxId"]) == {
        "facts": {"variant": {"text": "fp16", "source": "config.json"}},
        "tensors": {"w": f"F32[2,3] sha256:{'3' * 64}"},
    }
    (contains,) = document.edges("contains")
    assert contains["to"] == sorted(item["spdxId"] for item in files.values())
    assert contains["completeness"] == "complete"
    assert document.names("hasDocumentation") == ["README.md"]
    given = Document(replace(FULL, digests_given=True))
    assert given.edges("contains")[0]["completeness"] == "incomplete"
    assert "digests: given, not computed" in given.subject["comment"]
    assert Document(SMALL).edges("contains") == []


def test_a_file_without_a_second_digest_has_one_hash() -> None:
    bare = FileRecord(name="x", sha256="a" * 64, sha512="", size=0, format="empty")
    assert len(Document(replace(SMALL, files=(bare,))).of("software_File")[0]["verifiedUsing"]) == 1


@pytest.mark.parametrize("count_of_files", [1, 2, 511, 512, 513, 1024])
def test_files_are_joined_at_any_number(count_of_files: int) -> None:
    files = tuple(record(f"f{number:04}", "text") for number in range(count_of_files))
    document = Document(replace(SMALL, files=files))
    assert len(document.of("software_File")) == count_of_files
    assert len(document.edges("contains")[0]["to"]) == count_of_files


def test_relatives() -> None:
    document = Document(FULL)
    assert document.names("descendantOf") == ["a model", "acme/base", "bert"]
    assert {edge.get("comment") for edge in document.edges("descendantOf")} == {"adapter", "finetune", None}
    assert document.names("trainedOn") == ["snli"]
    assert document.names("testedOn") == ["snli"]
    assert document.names("dependsOn") == ["Own data", "acme/base", "snli", "torch"]
    base = document.named("acme/base")
    assert base["type"] == "ai_AIPackage"
    assert base["software_packageUrl"] == "pkg:huggingface/acme/base@1"
    assert base["verifiedUsing"] == [{"type": "Hash", "algorithm": "sha256", "hashValue": "d" * 64}]
    own = document.named("Own data")
    assert own["type"] == "dataset_DatasetPackage"
    assert own["dataset_datasetType"] == ["noAssertion"]
    assert own["software_downloadLocation"] == "https://data.example/own"
    assert "software_downloadLocation" not in document.named("a model")
    assert document.said("origins", base["spdxId"]) == {"origins": {"/name": ["declared: README.md#/r"]}}


def test_names_that_would_share_an_id_do_not() -> None:
    clash = replace(SMALL, base_models=(relative("a/b"), relative("a", version="b")), datasets=(relative("a/b"),))
    document = Document(clash)
    assert spdx_faults(document.json) == []
    assert len(document.edges("descendantOf")[0]["to"]) == 2


def test_software_and_what_is_known_against_it() -> None:
    document = Document(FULL)
    torch, numpy = document.named("torch"), document.named("numpy")
    assert torch["software_primaryPurpose"] == "framework"
    assert torch["verifiedUsing"] == [{"type": "Hash", "algorithm": "sha256", "hashValue": "e" * 64}]
    assert document.names("dependsOn", torch["spdxId"]) == ["numpy"]
    assert document.licenses("hasDeclaredLicense", numpy["spdxId"]) == ["MIT OR BSD-3-Clause"]
    assert document.said("origins", numpy["spdxId"])["facts"] == {"framework:written-with": "true"}
    assert document.names("hasAssociatedVulnerability", torch["spdxId"]) == ["GHSA-1"]
    assert document.names("hasAssociatedVulnerability") == ["GHSA-6"]
    first = document.named("GHSA-1")
    assert {item["externalIdentifierType"]: item["identifier"] for item in first["externalIdentifier"]} == {
        "cve": "CVE-2024-1",
        "securityOther": "GHSA-1",
    }
    assert first["security_publishedTime"] == "2024-01-01T00:00:00Z"
    assert first["comment"] == "severity: high; vector: CVSS:3.1/AV:N; source: OSV"


def test_vex_statements() -> None:
    document = Document(FULL)
    told = {
        document.by_id[item["from"]]["name"]: (item["type"], item["relationshipType"], item)
        for item in document.graph
        if item["type"].startswith("security_Vex")
    }
    kinds = {
        name: (kind.removeprefix("security_Vex").removesuffix("VulnAssessmentRelationship"), edge)
        for name, (kind, edge, _) in told.items()
    }
    assert kinds == {
        "GHSA-1": ("Affected", "affects"),
        "GHSA-2": ("NotAffected", "doesNotAffect"),
        "GHSA-3": ("UnderInvestigation", "underInvestigationFor"),
        "GHSA-4": ("Fixed", "fixedIn"),
        "GHSA-6": ("NotAffected", "doesNotAffect"),
        "GHSA-7": ("NotAffected", "doesNotAffect"),
    }
    assert told["GHSA-1"][2]["security_actionStatement"] == "upgrade to 2.1"
    assert told["GHSA-1"][2]["security_statusNotes"] == "according to vex.json"
    assert told["GHSA-2"][2]["security_justificationType"] == "vulnerableCodeNotPresent"
    assert told["GHSA-2"][2]["security_impactStatement"] == "It is not there."
    assert told["GHSA-6"][2]["security_impactStatement"] == "false_positive"
    assert told["GHSA-7"][2]["security_impactStatement"] == "requires_environment"


def test_an_unknown_vex_state_says_nothing() -> None:
    odd = Vulnerability(id="X", affects="y", analysis=Analysis(state="who knows"))
    document = Document(replace(SMALL, vulnerabilities=(odd,)))
    assert [item["type"] for item in document.graph if "Vuln" in item["type"]] == ["security_Vulnerability"]


def test_steps() -> None:
    document = Document(FULL)
    builds = {item["name"]: item for item in document.of("build_Build")}
    build = builds["finetune"]
    assert build["build_buildType"] == "https://attest.example/finetune/v1"
    assert build["build_buildId"] == "run 1"
    assert build["build_buildStartTime"] == "2023-12-31T22:00:00Z"
    assert build["build_parameter"] == [{"type": "DictionaryEntry", "key": "lr", "value": "0.1"}]
    assert build["comment"] == "declared: provenance.json; signature verified"
    assert document.names("hasInput", build["spdxId"]) == ["acme/base", "git+https://x.example"]
    assert document.names("hasOutput", build["spdxId"]) == ["acme/tiny"]
    assert document.names("invokedBy", build["spdxId"]) == ["https://ci.example"]
    assert {edge["type"] for edge in document.edges("hasInput", build["spdxId"])} == {"LifecycleScopedRelationship"}
    assert builds["convert"]["build_buildType"] == "urn:attest:build:convert"
    assert builds["convert"]["comment"].endswith("signature not verified")


def test_the_dataset() -> None:
    document = Document(DATASET)
    subject = document.subject
    expected = {
        "type": "dataset_DatasetPackage",
        "builtTime": "2024-01-01T00:00:00Z",
        "releaseTime": "2024-05-06T05:08:09Z",
        "dataset_datasetType": ["other", "structured", "text"],
        "dataset_datasetSize": 15,
        "dataset_dataCollectionProcess": "found on the web",
        "dataset_dataPreprocessing": ["by hand", "cleaned"],
        "dataset_knownBias": ["more dogs"],
        "dataset_intendedUse": "telling cats from dogs\ntask: text-classification",
        "dataset_hasSensitivePersonalInformation": "yes",
        "dataset_datasetAvailability": "clickthrough",
        "dataset_datasetUpdateMechanism": "yearly",
        "software_downloadLocation": "https://huggingface.co/datasets/acme/pairs",
    }
    assert {key: subject.get(key) for key in expected} == expected
    assert "dataset_confidentialityLevel" not in subject
    assert [document.by_id[ref]["name"] for ref in subject["originatedBy"]] == ["Acme"]
    assert "author: Jo" in subject["comment"]
    assert document.said("facts")["classes"] == {"cat": "7", "dog": "8"}
    assert document.said("facts")["splits"][0] == {"name": "train", "examples": "10", "bytes": "100"}
    assert document.root["profileConformance"] == ["core", "dataset", "simpleLicensing", "software"]
    purposes = {item["name"]: item["software_primaryPurpose"] for item in document.of("software_File")}
    assert purposes == {"a.parquet": "data", "b.parquet": "data", "c.json": "data"}


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (DataCard(rows=value("12", "observed", "x")), 12),
        (DataCard(rows=value("about 12", "declared", "x")), None),
        (DataCard(rows=value("9" * 30)), None),
        (DataCard(splits=DATASET.data.splits[:1]), 10),
        (DataCard(splits=(*DATASET.data.splits, replace(DATASET.data.splits[0], examples=None))), None),
        (DataCard(splits=(DATASET.data.splits[0], replace(DATASET.data.splits[0], config="other"))), None),
        (DataCard(size_category=value("n<1K")), None),
        (DataCard(splits=(Split(name="train", examples=0, size=0, origin="observed", source="x"),)), 0),
    ],
)
def test_the_size_of_a_dataset_is_exact_or_absent(data: DataCard, size: int | None) -> None:
    assert Document(replace(DATASET, data=data)).subject.get("dataset_datasetSize") == size


def test_a_dataset_made_from_another() -> None:
    document = Document(replace(DATASET, base_models=(relative("acme/source", "derived-from"),)))
    assert document.named("acme/source")["type"] == "dataset_DatasetPackage"
    assert document.names("descendantOf") == document.names("dependsOn") == ["acme/source"]


def test_an_environment_is_a_package_of_packages() -> None:
    document = Document(ENVIRONMENT)
    assert document.subject["type"] == "software_Package"
    assert document.subject["software_primaryPurpose"] == "platform"
    assert document.names("dependsOn") == ["torch"]
    assert document.said("notices") == {
        "gaps": [{"needed": "vulnerabilities", "about": "numpy", "reason": "OSV cannot be reached"}]
    }


def test_origins_and_notices() -> None:
    document = Document(FULL)
    origins = document.said("origins")["origins"]
    assert origins["/name"] == ["declared: README.md#/x"]
    assert origins["/ai_typeOfModel"] == [
        "declared: README.md#/x",
        "inferred: config.json#/model_type",
        "observed: config.json#/architectures/0",
        "observed: config.json#/model_type",
    ]
    assert all(pointer.removeprefix("/") in document.subject for pointer in origins)
    notices = document.said("notices")
    assert notices["conflicts"][0]["about"] == "license"
    assert notices["conflicts"][0]["values"][1] == {"text": "Apache-2.0", "origin": "observed: LICENSE"}
    assert notices["unreadable"] == [{"file": "config.json", "reason": "it is not strict JSON"}]
    assert notices["findings"][0]["rule"] == "bom/license-conflict"
    assert document.said("facts")["facts"] == [{"name": "onnx:opset", "text": "17", "origin": "observed: model.onnx"}]


def test_profiles_are_claimed_when_they_are_met() -> None:
    assert Document(COMPLETE).root["profileConformance"] == ["ai", "core", "simpleLicensing", "software"]
    assert Document(COMPLETE).said("profiles", Document(COMPLETE).root["spdxId"]) is None
    full = Document(FULL)
    assert full.root["profileConformance"] == ["core", "security", "simpleLicensing", "software"]
    gaps = full.said("profiles", full.root["spdxId"])["profile-gaps"]
    assert "ai: #model/bert has no suppliedBy" in gaps
    assert "dataset: #dataset/snli has no builtTime" in gaps
    assert "build: #build/convert has no invokedBy" in gaps
    one_step = replace(COMPLETE, steps=FULL.steps[:1], base_models=())
    assert "build" in Document(one_step).root["profileConformance"]


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"supplier": None}, "suppliedBy"),
        ({"version": ""}, "software_packageVersion"),
        ({"released": None}, "releaseTime"),
        ({"purl_type": "generic"}, "software_downloadLocation"),
    ],
)
def test_each_missing_value_takes_the_profile_away(change: dict[str, Any], gap: str) -> None:
    document = Document(replace(COMPLETE, **change))
    assert "ai" not in document.root["profileConformance"]
    assert document.said("profiles", document.root["spdxId"]) == {"profile-gaps": [f"ai: #subject has no {gap}"]}


def test_a_dataset_with_two_originators_does_not_meet_its_profile() -> None:
    both = replace(DATASET, manufacturer=None, authors=(Party(name=value("A")), Party(name=value("B"))))
    assert "dataset" not in Document(both).root["profileConformance"]


def test_the_time_is_the_callers_or_the_releases_and_else_none() -> None:
    def created(bom: Bom, timestamp: datetime | None) -> str:
        (info,) = Document(bom, timestamp).of("CreationInfo")
        return str(info["created"])

    assert created(FULL, datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-01T00:00:00Z"
    assert created(COMPLETE, None) == "2024-05-06T07:08:09Z"
    assert created(SMALL, None) == "1970-01-01T00:00:00Z"
    without = Document(SMALL, None)
    assert without.said("time", without.root["spdxId"]) == {
        "created": "no time was given; this one stands in its place"
    }
    assert created(replace(SMALL, released=value("once upon a time")), None) == "1970-01-01T00:00:00Z"
    with_time = Document(COMPLETE, None)
    assert with_time.said("time", with_time.root["spdxId"]) is None
    with pytest.raises(DocumentError, match="needs a time zone"):
        to_spdx(SMALL, timestamp=datetime(2026, 1, 1), tool_version="1")


def test_a_time_alone_changes_no_id() -> None:
    early, late = Document(FULL), Document(FULL, WHEN + timedelta(days=1))
    assert early.data != late.data
    assert early.by_id.keys() == late.by_id.keys()
    other = Document(replace(FULL, version="4567def"))
    assert other.root["spdxId"] != early.root["spdxId"]
    assert early.root["spdxId"].startswith("https://spdx.org/spdxdocs/attest-")


SCRIPT = """
import sys
from tests.unit.bom.spdx_samples import FULL
from attest.bom.spdx import to_spdx
sys.stdout.buffer.write(to_spdx(FULL, timestamp=None, tool_version="1"))
"""


def test_other_processes_write_the_same_bytes() -> None:
    written = set()
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
        )
        written.add(done.stdout)
    assert written == {to_spdx(FULL, timestamp=None, tool_version="1")}


def test_the_order_of_files_does_not_matter() -> None:
    backwards = replace(FULL, files=tuple(reversed(FULL.files)))
    assert to_spdx(backwards, timestamp=WHEN, tool_version="1") == to_spdx(FULL, timestamp=WHEN, tool_version="1")


def test_texts_that_look_like_markers_are_texts() -> None:
    marker = f'[{-(2**53 - 1)}],{-(2**53 - 1)},"element":[{-(2**53 - 1)}]'
    hostile = replace(
        FULL,
        name=value(marker),
        description=value(marker),
        files=(record(marker, "text"), record("b", "text")),
        datasets=(relative(marker, "trained-on"),),
    )
    document = Document(hostile)
    assert document.root["name"] == marker
    assert sorted(item["name"] for item in document.of("software_File")) == sorted(["b", marker])
    assert spdx_faults(document.json) == []


def test_many_files_take_linear_time_and_are_written_in_pieces() -> None:
    def seconds(number: int) -> tuple[float, int]:
        files = tuple(record(f"data/{index:07}.parquet", "parquet", index) for index in range(number))
        sizes: list[int] = []
        before = time.process_time()
        write_spdx(
            replace(DATASET, files=files), lambda piece: sizes.append(len(piece)), timestamp=WHEN, tool_version="1"
        )
        return time.process_time() - before, max(sizes)

    small, _ = seconds(2_000)
    large, longest = seconds(20_000)
    assert large < 30 * small + 0.5
    assert longest < 2_000_000


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(DocumentError, match="half of a surrogate pair"):
        to_spdx(replace(SMALL, name=value("\ud800")), timestamp=WHEN, tool_version="1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-06", "2024-05-06T00:00:00Z"),
        ("2024-05-06T07:08:09.5+02:00", "2024-05-06T05:08:09Z"),
        ("2024-05-06T07:08:09", "2024-05-06T07:08:09Z"),
        ("0001-01-01T00:00:00+02:00", ""),
        ("May 2024", ""),
        ("", ""),
    ],
)
def test_instants(text: str, expected: str) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.50", "12.50"),
        ("1E+3", "1000"),
        ("-1", ""),
        ("NaN", ""),
        ("Infinity", ""),
        ("1e999999", ""),
        ("x", ""),
        ("0", "0"),
    ],
)
def test_quantities(text: str, expected: str) -> None:
    assert quantity(text) == expected


@pytest.mark.parametrize(
    ("texts", "origin", "expected"),
    [
        (["faces", "names"], "declared", "yes"),
        (["No"], "declared", "no"),
        (["none", "n/a"], "declared", "no"),
        (["No faces are shown, but names are."], "declared", ""),
        (["faces", "no names"], "declared", ""),
        (["Notes of doctors"], "declared", "yes"),
        (["faces"], "inferred", ""),
        ([], "declared", ""),
    ],
)
def test_sensitive_information_is_declared_plainly_or_absent(texts: list[str], origin: Any, expected: str) -> None:
    assert presence([Value(text=text, origin=origin, source="x") for text in texts]) == expected


def test_small_readers_of_text() -> None:
    assert web("https://a.example/b?c#d") == "https://a.example/b?c#d"
    assert [
        web(text) for text in ("ftp://a", "https://a b", "javascript:x", "https://a/\u00e9", "https://a/" + "x" * 3000)
    ] == [""] * 5
    assert count("12") == 12
    assert [count(text) for text in ("-1", "1.0", "\u0661", "", str(2**53))] == [None] * 5


TEXT = st.text(st.sampled_from("abAB01 /.-_~%#?:@+,[]{}\"'\\\u00e9\u4e2d\U0001f600"), min_size=1, max_size=20)


@given(
    name=TEXT,
    files=st.lists(TEXT, max_size=6, unique=True),
    kin=st.lists(st.tuples(TEXT, st.sampled_from(["", "adapter", "merge"])), max_size=4),
    licence=TEXT,
)
@settings(deadline=None, max_examples=60)
def test_any_names_give_a_document_without_fault(
    name: str, files: list[str], kin: list[tuple[str, str]], licence: str
) -> None:
    bom = replace(
        SMALL,
        name=value(name),
        files=tuple(record(file, "text") for file in files),
        base_models=tuple(relative(other, relation) for other, relation in kin),
        datasets=tuple(relative(other, "trained-on") for other, _ in kin),
        licenses=(License(kind="name", value=value(licence)),),
    )
    document = Document(bom)
    assert spdx_faults(document.json) == []
    assert document.data == canonical(document.json) + b"\n"
