"""What other generators got wrong on a real model; the numbers are those of `ml-bom.md` section 2."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from attest.bom import to_cyclonedx
from attest.domain.bom import Bom

Describe = Callable[..., Bom]
Files = dict[str, bytes]
Json = dict[str, Any]


def document(bom: Bom) -> Json:
    loaded: Json = json.loads(to_cyclonedx(bom, tool_version="1"))
    return loaded


def test_1_the_parent_is_not_the_identity(describe: Describe, files: Files) -> None:
    assert b"nreimers/MiniLM-L6-H384-uncased" in files["config.json"]
    subject = document(describe(files, name="acme/all-tiny"))["metadata"]["component"]
    assert (subject["group"], subject["name"]) == ("acme", "all-tiny")
    assert "MiniLM" not in subject["purl"]
    ancestor = subject["pedigree"]["ancestors"][0]
    assert ancestor["purl"] == "pkg:huggingface/nreimers/MiniLM-L6-H384-uncased"
    assert ancestor["properties"] == [{"name": "attest:origin", "value": "inferred: config.json#/_name_or_path"}]


def test_2_a_folder_name_is_the_last_resort_and_marked(describe: Describe, files: Files) -> None:
    assert describe(files, folder="model", hub_repository="acme/all-tiny").name.text == "all-tiny"
    subject = document(describe(files, folder="model"))["metadata"]["component"]
    assert subject["name"] == "model"
    assert {"name": "attest:origin:name", "value": "inferred: folder name"} in subject["properties"]


def test_3_every_dataset_is_linked_from_the_card_and_the_dependencies(describe: Describe, files: Files) -> None:
    built = document(describe(files, name="acme/all-tiny"))
    refs = sorted(component["bom-ref"] for component in built["components"] if component["type"] == "data")
    assert len(refs) == 3
    subject = built["metadata"]["component"]
    assert [item["ref"] for item in subject["modelCard"]["modelParameters"]["datasets"]] == refs
    entry = next(item for item in built["dependencies"] if item["ref"] == subject["bom-ref"])
    assert [ref for ref in entry["dependsOn"] if "/datasets/" in ref] == refs


def test_4_old_dataset_ids_stay_as_they_are(describe: Describe, files: Files) -> None:
    datasets = {component["name"]: component for component in document(describe(files))["components"]}
    assert datasets["snli"]["bom-ref"] == "pkg:huggingface/datasets/snli"
    assert datasets["snli"]["externalReferences"][0]["url"] == "https://huggingface.co/datasets/snli"


def test_5_references_hold_no_path_of_a_machine(describe: Describe, files: Files) -> None:
    built = document(describe(files, folder="all-tiny"))
    refs = [component["bom-ref"] for component in built["metadata"]["component"]["components"]]
    assert sorted(refs) == sorted(f"pkg:generic/all-tiny#{name}" for name in files)


def test_6_words_in_a_vocabulary_are_no_licence(describe: Describe, files: Files) -> None:
    assert b"openrail" in files["tokenizer.json"]
    assert [item.value.text for item in describe(files).licenses] == ["Apache-2.0"]
    files["README.md"] = b"# Tiny\n\nNothing is said about terms of use here.\n"
    bom = describe(files)
    assert bom.licenses == ()
    assert "licenses" not in document(bom)["metadata"]["component"]


def test_7_tensor_names_are_no_inputs(describe: Describe, files: Files) -> None:
    built = to_cyclonedx(describe(files), tool_version="1")
    parameters = json.loads(built)["metadata"]["component"]["modelCard"]["modelParameters"]
    told = {"task", "modelArchitecture", "architectureFamily", "datasets", "inputs", "outputs"}
    assert set(parameters) == told
    assert parameters["inputs"] == [{"format": "text"}]  # by the task, and marked as inferred
    assert b'"ids"' not in built


def test_8_absent_stays_absent_and_the_architecture_is_no_model_type(describe: Describe, files: Files) -> None:
    subject = document(describe(files))["metadata"]["component"]
    assert subject["modelCard"]["modelParameters"]["modelArchitecture"] == "BertModel"
    assert {"name": "attest:model:model-type", "value": "bert"} in subject["properties"]
    bare = document(describe({"model.safetensors": files["model.safetensors"]}))["metadata"]["component"]
    assert {"description", "licenses", "tags", "pedigree", "version", "group"} & set(bare) == set()
    assert "modelParameters" not in bare["modelCard"]


def test_9_files_and_model_have_digests(describe: Describe, files: Files) -> None:
    bom = describe(files)
    subject = document(bom)["metadata"]["component"]
    expected = hashlib.sha256(files["model.safetensors"]).hexdigest()
    assert subject["hashes"][0] == {"alg": "SHA-256", "content": expected}
    assert {"name": "attest:model:digest", "value": bom.digest} in subject["properties"]
    assert all(len(component["hashes"]) == 2 for component in subject["components"])
    assert len(subject["components"]) == len(files)


def test_13_two_runs_give_the_same_bytes(describe: Describe, files: Files) -> None:
    assert to_cyclonedx(describe(files), tool_version="1") == to_cyclonedx(describe(files), tool_version="1")
