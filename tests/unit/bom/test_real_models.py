"""From files on disk to the document: the real model, a snapshot of the Hub's cache, and a single file."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from attest.bom.links import components_of
from attest.operations.describe import bom_model

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[3]


def written(path: Path, **options: Any) -> Json:
    """The document of a model on disk, valid under the strict schema."""
    data = bom_model(path, **options)
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode(), all_errors=True)
    assert not errors, [f"{error.data.json_path}: {error.data.message[:200]}" for error in errors or ()]
    loaded: Json = json.loads(data)
    return loaded


def properties(component: Json) -> dict[str, str]:
    return {item["name"]: item["value"] for item in component["properties"]}


@pytest.mark.model
def test_the_real_model(minilm: Path) -> None:
    document = written(minilm, name="sentence-transformers/all-MiniLM-L6-v2")
    subject = document["metadata"]["component"]
    assert subject["purl"] == "pkg:huggingface/sentence-transformers/all-MiniLM-L6-v2"
    assert subject["licenses"] == [{"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}]
    assert subject["description"].startswith("This is a sentence-transformers model: It maps sentences & paragraphs")
    assert [component["type"] for component in document["components"]] == ["data"] * 21 + ["framework"] * 3
    parameters = subject["modelCard"]["modelParameters"]
    assert len(parameters.pop("datasets")) == 21
    assert parameters == {
        "task": "sentence-similarity",
        "modelArchitecture": "BertModel",
        "architectureFamily": "transformer",
        "inputs": [{"format": "text"}],
        "outputs": [{"format": "embedding"}],
    }
    assert properties(subject["modelCard"]) == {
        "attest:model:parameters:F32": "22713216",
        "attest:model:parameters:I64": "512",
        "attest:model:tensors": "104",
        "cdx:ai-ml:model:hyperparameter:context_length": "512",
        "cdx:ai-ml:model:hyperparameter:hidden_act": "gelu",
        "cdx:ai-ml:model:hyperparameter:hidden_size": "384",
        "cdx:ai-ml:model:hyperparameter:intermediate_size": "1536",
        "cdx:ai-ml:model:hyperparameter:max_position_embeddings": "512",
        "cdx:ai-ml:model:hyperparameter:max_seq_length": "256",
        "cdx:ai-ml:model:hyperparameter:num_attention_heads": "12",
        "cdx:ai-ml:model:hyperparameter:num_hidden_layers": "6",
        "cdx:ai-ml:model:hyperparameter:pooling_mode": "mean_tokens",
        "cdx:ai-ml:model:hyperparameter:vocab_size": "30522",
        "cdx:ai-ml:model:hyperparameter:word_embedding_dimension": "384",
        "cdx:ai-ml:model:languages": "en",
        "cdx:ai-ml:model:parameter:count": "22.7M",
        "attest:safetensors:format": "pt",
        **{
            f"cdx:ai-ml:tokenizer:hyperparameter:{name}": text
            for name, text in {
                "added_tokens": "5",
                "cls_token": "[CLS]",
                "decoder": "WordPiece",
                "do_lower_case": "true",
                "mask_token": "[MASK]",
                "model": "WordPiece",
                "normalizer": "BertNormalizer",
                "pad_token": "[PAD]",
                "post_processor": "TemplateProcessing",
                "pre_tokenizer": "BertPreTokenizer",
                "sep_token": "[SEP]",
                "tokenize_chinese_chars": "true",
                "tokenizer_class": "BertTokenizer",
                "unk_token": "[UNK]",
                "vocab_size": "30522",
            }.items()
        },
    }
    ancestor = subject["pedigree"]["ancestors"][0]
    assert ancestor["purl"] == "pkg:huggingface/nreimers/MiniLM-L6-H384-uncased"
    assert not [name for name in properties(subject) if name.startswith(("attest:unreadable", "attest:conflict"))]
    files = {component["name"]: component["hashes"] for component in subject["components"]}
    assert set(files) == {path.relative_to(minilm).as_posix() for path in minilm.rglob("*") if path.is_file()}
    for name, hashes in files.items():
        data = (minilm / name).read_bytes()
        assert [item["content"] for item in hashes] == [
            hashlib.sha256(data).hexdigest(),
            hashlib.sha512(data).hexdigest(),
        ]
    assert subject["hashes"] == files["model.safetensors"]


@pytest.mark.model
def test_two_processes_elsewhere_write_the_same_bytes_for_the_real_model(minilm: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from attest.operations.describe import bom_model; sys.stdout.buffer.write(bom_model(sys.argv[1]))"
    )
    outputs = set()
    for seed, folder, path in (("1", tmp_path, str(minilm)), ("2", minilm, ".")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "TZ": f"A{seed}"}
        command = [sys.executable, "-W", "error", "-c", code, path]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert str(ROOT).encode() not in outputs.pop()


@pytest.mark.model
def test_small_real_pickles(minilm: Path) -> None:
    subject = written(minilm.parent / "lpips")["metadata"]["component"]
    assert {properties(component)["attest:file:format"] for component in subject["components"]} <= {"pickle", "pytorch"}
    assert {component["type"] for component in subject["components"]} == {"data"}
    assert "hashes" not in subject


def test_a_snapshot_of_the_cache_is_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "hub" / "models--acme--tiny"
    commit = "0123456789abcdef0123456789abcdef01234567"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (repository / "blobs").mkdir()
    for name, data in {"config.json": b'{"model_type": "bert"}', "README.md": b"---\nlicense: mit\n---\n"}.items():
        blob = repository / "blobs" / hashlib.sha256(data).hexdigest()
        blob.write_bytes(data)
        (snapshot / name).symlink_to(Path("../../blobs") / blob.name)
    document = written(snapshot)
    subject = document["metadata"]["component"]
    assert subject["bom-ref"] == subject["purl"] == f"pkg:huggingface/acme/tiny@{commit}"
    assert (subject["group"], subject["name"], subject["version"]) == ("acme", "tiny", commit)
    assert subject["manufacturer"] == {"name": "acme"}
    assert properties(subject)["attest:origin:name"] == "declared: Hugging Face cache folder"
    assert [component["name"] for component in subject["components"]] == ["README.md", "config.json"]
    assert str(tmp_path) not in json.dumps(document)


@pytest.mark.parametrize("data", [b"GGUF\x03\0\0\0" + bytes(64), b"of no known format"], ids=["gguf", "unknown"])
def test_a_single_file(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(data)
    document = written(tmp_path / "tiny.gguf", sha512=False)
    subject = document["metadata"]["component"]
    digest = hashlib.sha256(data).hexdigest()
    assert subject["name"] == "tiny.gguf"
    assert subject["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert properties(subject)["attest:model:digest"] == digest
    assert properties(subject)["attest:model:digest-kind"] == "file"
    assert properties(subject)["attest:origin:name"] == "inferred: file name"
    assert sorted(component["name"] for component in components_of(document)) == ["attest", "tiny.gguf", "tiny.gguf"]
    assert "externalReferences" not in subject
