"""`bom check` and `bom score` on files: what is read, what is compared, and what is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from attest.errors import ArtifactError, DocumentError, InputError
from attest.operations.bom_documents import check_bom, profile_list, score_bom

FILES = {"model.onnx": b"model", "sub/config.json": b"{}"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def bom(**changes: str) -> dict[str, Any]:
    def listed(name: str, content: bytes) -> dict[str, Any]:
        digests = [
            {"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()},
            {"alg": "SHA-512", "content": changes.get(name) or hashlib.sha512(content).hexdigest()},
        ]
        return {"type": "file", "name": name, "bom-ref": name, "hashes": digests}

    files = [listed(name, content) for name, content in FILES.items()]
    subject = {"type": "machine-learning-model", "name": "m", "bom-ref": "m", "components": files}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": subject},
        "dependencies": [{"ref": "m"}],
    }


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_a_document_alone_is_checked(tmp_path: Path) -> None:
    result = check_bom(write(tmp_path / "bom.json", bom()))
    assert (result.form, result.passed, result.compared) == ("CycloneDX 1.6", True, None)


def test_files_are_compared_by_both_digests(tmp_path: Path, model: Path) -> None:
    path = write(tmp_path / "bom.json", bom())
    result = check_bom(path, model)
    assert (result.errors, result.warnings, result.compared) == (0, 0, 2)
    result = check_bom(write(path, bom(**{"model.onnx": "0" * 128})), model)
    assert [fault.message for fault in result.faults] == ["'model.onnx' has another SHA-512 than the document says"]
    (model / "model.onnx").write_bytes(b"tampered")
    assert check_bom(path, model).errors == 2


def test_a_document_among_the_files_is_not_one_of_them(model: Path) -> None:
    path = write(model / "bom.json", bom())
    assert check_bom(path, model).errors == 0
    other = write(model / "other.json", bom())
    assert [fault.message for fault in check_bom(other, model).faults] == ["the file 'bom.json' is not in the document"]


def test_a_single_file_is_compared(tmp_path: Path, model: Path) -> None:
    digest = [{"alg": "SHA-256", "content": hashlib.sha256(b"model").hexdigest()}]
    subject = {"type": "machine-learning-model", "name": "m", "bom-ref": "m", "hashes": digest}
    path = write(tmp_path / "bom.json", bom() | {"metadata": {"component": subject}})
    assert check_bom(path, model / "model.onnx").errors == 0
    assert check_bom(path, model / "sub" / "config.json").errors == 1


def test_a_score_of_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "bom.json", bom())
    assert score_bom(path).profile == "g7ai-2026"
    assert score_bom(path, "bsi-tr-03183").profile == "bsi-tr-03183-2"
    signed = score_bom(path, outside=["sbom-author-signature"])
    assert signed.satisfied > score_bom(path).satisfied


def test_profiles_are_listed_without_the_hidden_one() -> None:
    names = [name for name, _ in profile_list()]
    assert names[0] == "g7ai-2026"
    assert "eu-ai-act-annex-iv" not in names


def test_what_cannot_be_read_is_refused(tmp_path: Path, model: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        check_bom(tmp_path / "none.json")
    with pytest.raises(InputError, match="there is no file"):
        score_bom(tmp_path)
    xml = tmp_path / "bom.xml"
    xml.write_text("<bom/>")
    with pytest.raises(DocumentError, match=r"bom\.xml is XML, which is not read"):
        check_bom(xml)
    with pytest.raises(ArtifactError):
        check_bom(write(tmp_path / "bom.json", bom()), tmp_path / "nowhere")
    with pytest.raises(InputError, match="there is no profile"):
        score_bom(tmp_path / "bom.json", "nonsense")
