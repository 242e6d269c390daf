"""Every part of the neutral bill in CycloneDX 1.6 and 1.7: valid, in its place, and with its origin."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from attest.bom.cyclonedx import Encoding, to_cyclonedx, write_cyclonedx
from attest.bom.cyclonedx.document import Spec
from attest.domain.bom import (
    Analysis,
    Bom,
    Component,
    DataCard,
    Fact,
    Feature,
    FileRecord,
    License,
    Metric,
    ModelCard,
    Origin,
    Party,
    Port,
    Reference,
    Relative,
    Split,
    Step,
    TensorRecord,
    Value,
    Vulnerability,
)
from attest.domain.finding import Finding
from attest.domain.gap import Gap

Json = dict[str, Any]
WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SPECS = get_args(Spec)
VERSIONS = {"1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}


def value(text: str, origin: Origin = "declared", source: str = "README.md#/x") -> Value:
    return Value(text=text, origin=origin, source=source)


def fact(name: str, text: str) -> Fact:
    return Fact(name=name, value=value(text, "observed", f"config.json#/{name}"))


def party(name: str) -> Party:
    return Party(name=value(name), url="https://example.org", email="who@example.org")


def record(name: str, **fields: Any) -> FileRecord:
    return FileRecord(
        name=name, sha256="a" * 64, sha512="b" * 128, size=7, format=fields.pop("format", "text"), **fields
    )


REQUESTS = Component(
    name="requests",
    version="2.32.0",
    purl="pkg:pypi/requests@2.32.0",
    origin="observed",
    source="requirements.txt:3",
    hashes=(("SHA-256", "c" * 64),),
    licenses=(License(kind="id", value=value("Apache-2.0")),),
    depends_on=("pkg:pypi/urllib3@2.0.0", "pkg:pypi/unknown@1"),
    properties=(fact("python:marker", "sys_platform == 'linux'"),),
)
URLLIB = Component(
    name="urllib3", version="2.0.0", purl="pkg:pypi/urllib3@2.0.0", origin="observed", source="requirements.txt:4"
)
VULNERABLE = Vulnerability(
    id="PYSEC-2024-1",
    affects="pkg:pypi/urllib3@2.0.0",
    aliases=("CVE-2024-1", "GHSA-1"),
    description="Something leaks.",
    severity="high",
    vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    fixed=("2.0.7", "1.26.18"),
    source="OSV",
    url="https://osv.dev/vulnerability/PYSEC-2024-1",
    published="2024-01-02T03:04:05Z",
    modified="2024-02-02T03:04:05Z",
    analysis=Analysis(
        state="not_affected",
        justification="code_not_reachable",
        detail="never called",
        response=("update",),
        source="vex.json",
    ),
)
MODEL = Bom(
    name=value("m", "inferred", "folder name"),
    group="acme",
    version="1",
    purl_type="huggingface",
    digest="d" * 64,
    digest_kind="attest-tree/v1",
    description=value("A model."),
    licenses=(
        License(kind="id", value=value("MIT")),
        License(kind="id", value=value("Apache-2.0", "observed", "LICENSE"), acknowledgement="concluded"),
        License(kind="name", value=value("gemma", "observed", "NOTICE"), acknowledgement="evidence"),
    ),
    copyright=(value("Copyright 2026 Acme", "observed", "LICENSE"),),
    manufacturer=party("Acme"),
    supplier=party("Hub"),
    authors=(party("Ada"),),
    released=value("2026-01-01T00:00:00Z"),
    references=(Reference(kind="documentation", url="https://example.org/paper", comment="paper", sha256="e" * 64),),
    card=ModelCard(
        task=value("text-generation"),
        architecture=value("Tiny", "observed", "config.json#/architectures/0"),
        approach=value("self-supervised"),
        languages=("en",),
        tags=("t",),
        parameters=(("F32", 1000), ("I64", 24)),
        tensors=3,
        hyperparameters=(fact("hidden_size", "2"),),
        inputs=(Port(name="ids", format="int64[batch,?]", origin="observed", source="m.onnx"),),
        outputs=(Port(name="", format="text", origin="inferred", source="README.md#/pipeline_tag"),),
        modalities=(value("text", "inferred", "README.md#/pipeline_tag"),),
        metrics=(
            Metric(name="accuracy", value=value("0.91"), dataset="SNLI", config="plain", split="test"),
            Metric(name="loss", value=value("1e-3")),
        ),
        users=(value("researchers"),),
        use_cases=(value("ranking"),),
        limitations=(value("English only"),),
        tradeoffs=(value("slow"),),
        ethical=(value("may offend"),),
        fairness=(value("worse for dialects"),),
        training=value("Trained for a day."),
        environmental=(fact("co2eq:grams", "12"),),
        tokenizer_settings=(fact("do_lower_case", "true"),),
        chat_template=value("sha256:" + "f" * 64, "observed", "tokenizer_config.json#/chat_template"),
        properties=(fact("onnx:opset", "17"),),
        custom_code=("auto_map",),
    ),
    base_models=(Relative(name="acme/base", relation="finetune", origin="declared", source="README.md#/base_model"),),
    datasets=(
        Relative(name="snli", relation="trained-on", origin="declared", source="README.md#/datasets/0"),
        Relative(name="mnli", relation="evaluated-on", origin="declared", source="README.md#/model-index", version="2"),
    ),
    components=(REQUESTS, URLLIB),
    vulnerabilities=(VULNERABLE,),
    files=(
        record("a.py", format="python"),
        record(
            "m.pt",
            format="pytorch",
            about=(fact("pickle:globals", "torch._utils._rebuild_tensor_v2"), fact("cdx:ai-ml:model:tokenizer", "T")),
            tensors=(TensorRecord(name="w", dtype="F32", shape=(2, 3), sha256="1" * 64),),
        ),
    ),
    findings=(Finding(rule="bom.malformed-content", severity="warning", file="m.pt", message="odd"),),
    gaps=(Gap(needed="vulnerabilities", about="pkg:pypi/x", reason="no version"),),
    made_by=(party("Release Team"),),
)


def encode(bom: Bom, spec: Spec = "1.6", **options: Any) -> Json:
    data = to_cyclonedx(bom, tool_version="1", spec=spec, **options)
    errors = JsonStrictValidator(VERSIONS[spec]).validate_str(data.decode(), all_errors=True)
    assert not errors, [f"{error.data.json_path}: {error.data.message[:200]}" for error in errors or ()]
    loaded: Json = json.loads(data)
    return loaded


def named(component: Json) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in component.get("properties", ()):
        found.setdefault(item["name"], []).append(item["value"])
    return found


@pytest.mark.parametrize("layout", ["subject", "inventory"])
@pytest.mark.parametrize("spec", SPECS)
def test_everything_at_once_is_valid_in_both_versions_and_layouts(spec: Spec, layout: str) -> None:
    document = encode(MODEL, spec, layout=layout, timestamp=WHEN, bsi=True)
    assert document["specVersion"] == spec
    assert document["metadata"]["authors"] == [{"name": "Release Team", "email": "who@example.org"}]


def test_the_model_card_holds_what_the_neutral_card_holds() -> None:
    subject = encode(MODEL)["metadata"]["component"]
    card = subject["modelCard"]
    parameters = card["modelParameters"]
    assert parameters["approach"] == {"type": "self-supervised"}
    assert parameters["inputs"] == [{"format": "int64[batch,?]"}]
    assert parameters["outputs"] == [{"format": "text"}]
    assert parameters["datasets"] == [{"ref": "pkg:huggingface/datasets/snli"}]
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "SNLI (accuracy)", "value": "0.91", "slice": "plain, test"},
        {"type": "loss", "value": "1e-3"},
    ]
    considerations = card["considerations"]
    assert considerations["users"] == ["researchers"]
    assert considerations["useCases"] == ["ranking"]
    assert considerations["technicalLimitations"] == ["English only"]
    assert considerations["performanceTradeoffs"] == ["slow"]
    assert considerations["ethicalConsiderations"] == [{"name": "may offend"}]
    assert considerations["fairnessAssessments"] == [{"harms": "worse for dialects"}]
    environment = considerations["environmentalConsiderations"]
    assert environment == {"properties": [{"name": "attest:model:co2eq:grams", "value": "12"}]}
    properties = named(card)
    assert properties["attest:model:input:ids"] == ["int64[batch,?]"]
    assert properties["attest:onnx:opset"] == ["17"]
    assert properties["cdx:ai-ml:model:template:chat"] == ["sha256:" + "f" * 64]
    assert properties["cdx:ai-ml:tokenizer:hyperparameter:do_lower_case"] == ["true"]
    assert named(subject)["cdx:ai-ml:model:modality"] == ["text"]
    assert named(subject)["attest:model:custom-code"] == ["true"]


def test_the_subject_names_its_parties_licences_and_links() -> None:
    subject = encode(MODEL)["metadata"]["component"]
    entity = {"url": ["https://example.org"], "contact": [{"email": "who@example.org"}]}
    assert subject["manufacturer"] == {"name": "Acme", **entity}
    assert subject["supplier"] == {"name": "Hub", **entity}
    assert subject["authors"] == [{"name": "Ada", "email": "who@example.org"}]
    assert subject["copyright"] == "Copyright 2026 Acme"
    assert subject["evidence"]["licenses"] == [{"license": {"name": "gemma"}}]
    assert subject["evidence"]["copyright"] == [{"text": "Copyright 2026 Acme"}]
    assert subject["releaseNotes"] == {"type": "release", "timestamp": "2026-01-01T00:00:00Z"}
    paper = next(link for link in subject["externalReferences"] if link["type"] == "documentation")
    assert paper["hashes"] == [{"alg": "SHA-256", "content": "e" * 64}]
    assert named(subject)["attest:finding:bom.malformed-content"] == ["m.pt: odd"]
    assert named(subject)["attest:gap:vulnerabilities:pkg:pypi/x"] == ["no version"]


def test_a_concluded_licence_stands_beside_the_declared_one() -> None:
    declared = {"license": {"id": "MIT", "acknowledgement": "declared"}}
    concluded = {"license": {"id": "Apache-2.0", "acknowledgement": "concluded"}}
    assert sorted(encode(MODEL)["metadata"]["component"]["licenses"], key=repr) == [concluded, declared]
    newer = encode(MODEL, "1.7")["metadata"]["component"]["licenses"]
    assert {"expression": "Apache-2.0", "acknowledgement": "concluded"} in newer
    assert declared in newer


def test_software_depends_on_what_the_same_bill_holds() -> None:
    document = encode(MODEL)
    entries = {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}
    assert entries["pkg:pypi/requests@2.32.0"] == ["pkg:pypi/urllib3@2.0.0"]
    assert "pkg:pypi/requests@2.32.0" in entries["pkg:huggingface/acme/m@1"]
    assert "pkg:pypi/urllib3@2.0.0" not in entries["pkg:huggingface/acme/m@1"]
    requests = next(item for item in document["components"] if item["name"] == "requests")
    assert requests["hashes"] == [{"alg": "SHA-256", "content": "c" * 64}]
    assert named(requests)["attest:origin"] == ["observed: requirements.txt:3"]


def test_a_vulnerability_names_what_it_affects_and_what_vex_says() -> None:
    found = encode(MODEL)["vulnerabilities"][0]
    assert found["affects"] == [{"ref": "pkg:pypi/urllib3@2.0.0"}]
    assert found["ratings"] == [{"severity": "high", "vector": VULNERABLE.vector, "method": "CVSSv31"}]
    assert found["recommendation"] == "Upgrade to 2.0.7 or 1.26.18."
    assert [item["id"] for item in found["references"]] == ["CVE-2024-1", "GHSA-1"]
    assert found["analysis"] == {
        "state": "not_affected",
        "justification": "code_not_reachable",
        "detail": "never called",
        "response": ["update"],
    }


def test_files_carry_what_was_found_in_them_and_what_bsi_asks_for() -> None:
    plain = {item["name"]: item for item in encode(MODEL)["metadata"]["component"]["components"]}
    pickle = named(plain["m.pt"])
    assert pickle["attest:pickle:globals"] == ["torch._utils._rebuild_tensor_v2"]
    assert pickle["cdx:ai-ml:model:tokenizer"] == ["T"]
    assert pickle["attest:tensor:w"] == ["F32[2,3] sha256:" + "1" * 64]
    assert "bsi:component:executable" not in pickle
    strict = {item["name"]: item for item in encode(MODEL, bsi=True)["metadata"]["component"]["components"]}
    assert named(strict["a.py"])["bsi:component:executable"] == ["executable"]
    assert named(strict["m.pt"])["bsi:component:archive"] == ["archive"]
    assert named(strict["m.pt"])["bsi:component:filename"] == ["m.pt"]
    assert strict["m.pt"]["externalReferences"] == [
        {"type": "distribution", "url": "m.pt", "hashes": [{"alg": "SHA-512", "content": "b" * 128}]}
    ]


def test_the_inventory_has_the_model_first_and_its_files_after_it() -> None:
    document = encode(MODEL, layout="inventory")
    names = [component["name"] for component in document["components"]]
    assert names[:3] == ["m", "a.py", "m.pt"]
    assert document["components"][0]["type"] == "machine-learning-model"
    assert "components" not in document["components"][0]
    root = document["metadata"]["component"]
    assert root["type"] == "application"
    assert {"ref": root["bom-ref"], "dependsOn": [document["components"][0]["bom-ref"]]} in document["dependencies"]


def test_training_in_the_cards_words_is_a_workflow_and_a_recorded_step_takes_its_place() -> None:
    told = encode(MODEL)["formulation"][0]["workflows"][0]
    assert told["description"] == "Trained for a day."
    assert told["inputs"] == [{"resource": {"ref": "pkg:huggingface/datasets/snli"}}]
    code = Relative(
        name="git+https://example.org/x", relation="", origin="declared", source="p", url="https://example.org/x",
        sha256="9" * 64,
    )  # fmt: skip
    step = Step(
        kind="finetune",
        build_type="https://example.org/finetune/v1",
        builder="https://ci.example.org",
        invocation="run-1",
        inputs=(MODEL.base_models[0], code),
        parameters=(fact("epochs", "3"),),
        started="2026-01-01T00:00:00Z",
        finished="2026-01-02T00:00:00Z",
        source="claims.jsonl:1",
    )
    flow = encode(replace(MODEL, steps=(step,)))["formulation"][0]["workflows"][0]
    assert (flow["uid"], flow["name"], flow["timeStart"]) == ("run-1", "finetune", "2026-01-01T00:00:00Z")
    assert flow["inputs"][0] == {"resource": {"ref": "pkg:huggingface/acme/base"}}
    assert flow["inputs"][1]["resource"]["externalReference"]["hashes"] == [{"alg": "SHA-256", "content": "9" * 64}]
    assert flow["inputs"][2] == {"parameters": [{"name": "epochs", "value": "3"}]}
    assert named(flow)["attest:lineage:verified"] == ["false"]


DATASET = Bom(
    subject="dataset",
    name=value("d"),
    group="acme",
    purl_type="huggingface",
    digest="d" * 64,
    digest_kind="attest-tree/v1",
    description=value("Rows."),
    data=DataCard(
        kinds=(value("text", "observed", "train.csv"),),
        splits=(Split(name="train", examples=3, size=None, origin="observed", source="train.csv", config="plain"),),
        features=(Feature(name="label", type="int64", origin="inferred", source="train.csv"),),
        rows=value("3", "observed", "train.csv"),
        classes=(("cat", 2),),
        sensitive=(value("names of people"),),
        owners=(party("Acme"),),
        custodians=(party("Keeper"),),
        collection=(value("scraped"),),
        biases=(value("mostly cats"),),
        classification=value("public"),
        languages=("en",),
        properties=(fact("parquet:row-groups", "1"),),
    ),
    datasets=(Relative(name="acme/raw", relation="derived-from", origin="declared", source="README.md"),),
    files=(record("train.csv", format="csv"),),
)


@pytest.mark.parametrize("spec", SPECS)
def test_a_dataset_is_a_data_component_with_contents_and_governance(spec: Spec) -> None:
    document = encode(DATASET, spec, timestamp=WHEN)
    subject = document["metadata"]["component"]
    assert (subject["type"], subject["purl"]) == ("data", "pkg:huggingface/datasets/acme/d")
    assert "modelCard" not in subject
    (data,) = subject["data"]
    assert (data["type"], data["classification"], data["sensitiveData"]) == ("dataset", "public", ["names of people"])
    assert data["governance"]["owners"][0]["organization"]["name"] == "Acme"
    assert data["governance"]["custodians"][0]["organization"]["name"] == "Keeper"
    contents = named(data["contents"])
    assert contents["attest:dataset:split:plain/train:num_examples"] == ["3"]
    assert "attest:dataset:split:plain/train:num_bytes" not in contents
    assert contents["attest:dataset:feature:label"] == ["int64"]
    assert contents["attest:dataset:class:cat"] == ["2"]
    assert contents["attest:dataset:bias"] == ["mostly cats"]
    assert contents["attest:dataset:rows"] == ["3"]
    assert [item["name"] for item in subject["pedigree"]["ancestors"]] == ["acme/raw"]
    assert "components" not in document
    assert named(subject)["attest:origin:features"] == ["inferred: train.csv"]
    assert named(subject)["attest:origin:splits"] == ["observed: train.csv"]


@pytest.mark.parametrize("spec", SPECS)
def test_an_environment_is_an_application_without_a_digest(spec: Spec) -> None:
    bom = Bom(
        subject="environment",
        name=value("serving", "inferred", "folder name"),
        digest="",
        digest_kind="",
        components=(REQUESTS, URLLIB),
        vulnerabilities=(VULNERABLE,),
    )
    document = encode(bom, spec)
    subject = document["metadata"]["component"]
    assert subject["type"] == "application"
    assert "hashes" not in subject
    assert not any(name.endswith(":digest") for name in named(subject))
    assert document["metadata"]["lifecycles"] == [{"phase": "operations"}]


def test_origins_are_citations_in_1_7_and_one_annotation_in_1_6_when_there_is_a_time() -> None:
    assert "citations" not in encode(MODEL, "1.7")
    assert "annotations" not in encode(MODEL)
    document = encode(MODEL, "1.7", timestamp=WHEN)
    told = {item["note"]: item["pointers"] for item in document["citations"]}
    assert "/metadata/component/name" in told["inferred: folder name"]
    place = "/metadata/component/modelCard/modelParameters/modelArchitecture"
    assert place in told["observed: config.json#/architectures/0"]
    for pointers in told.values():
        for pointer in pointers:
            assert follow(document, pointer) is not None
    text = encode(MODEL, timestamp=WHEN)["annotations"][0]["text"]
    assert json.loads(text)["/metadata/component/name"] == ["inferred: folder name"]


def test_citations_of_an_inventory_point_into_its_components() -> None:
    document = encode(MODEL, "1.7", timestamp=WHEN, layout="inventory")
    pointers = [pointer for item in document["citations"] for pointer in item["pointers"]]
    assert pointers
    assert all(pointer.startswith("/components/0/") for pointer in pointers)
    assert all(follow(document, pointer) is not None for pointer in pointers)


def follow(document: Any, pointer: str) -> Any:
    node = document
    for part in pointer.split("/")[1:]:
        node = node[int(part)] if isinstance(node, list) else node[part]
    return node


@pytest.mark.parametrize("spec", SPECS)
def test_pieces_put_together_are_the_document(spec: Spec) -> None:
    files = tuple(record(f"f{number:05}") for number in range(3000))
    bom = replace(MODEL, files=files)
    pieces: list[bytes] = []
    how = Encoding(tool_version="1", spec=spec, timestamp=WHEN)
    write_cyclonedx(bom, how, pieces.append)
    assert b"".join(pieces) == to_cyclonedx(bom, tool_version="1", spec=spec, timestamp=WHEN)
    assert max(map(len, pieces)) < 600_000
    assert len(json.loads(b"".join(pieces))["metadata"]["component"]["components"]) == 3000


def test_text_that_looks_like_the_place_of_files_stays_text() -> None:
    hostile = '{"bom-ref":-9007199254740991},{"ref":-9007199254740991}'
    bom = replace(MODEL, name=value(hostile), description=value(hostile), group="")
    document = encode(bom)
    assert document["metadata"]["component"]["description"] == hostile
    assert len(document["metadata"]["component"]["components"]) == 2
