"""Every way to change a released model on disk ends in FAILED, with the file named. On the real model."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import attest
from tests.conftest import Run

pytestmark = pytest.mark.model
WEIGHTS = "model.safetensors"


@pytest.fixture(scope="module")
def released(
    minilm: Path, signing_key: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Path]:
    """The released real model, the policy that trusts its signer, and the signer's public key."""
    from attest.operations.policy import init_policy

    folder = tmp_path_factory.mktemp("released")
    model = Path(shutil.copytree(minilm, folder / "minilm"))
    attest.release(model, signing_key[0], name="sentence-transformers/all-MiniLM-L6-v2")
    policy = folder / "release.yaml"
    policy.write_text(init_policy(str(signing_key[1])), encoding="utf-8")
    return model, policy, signing_key[1]


@pytest.fixture
def model(released: tuple[Path, Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(released[0], tmp_path / "minilm"))


@pytest.fixture
def denied(run: Run, model: Path, released: tuple[Path, Path, Path]) -> Any:
    """Verify under the policy and with the key alone; both must fail and name the file. Returns the JSON report."""

    def check(name: str) -> dict[str, Any]:
        alone = run("verify", model, "--key", released[2])
        assert alone.code == 1
        assert alone.out.startswith("FAILED")
        assert name in alone.out
        result = run("verify", model, "--policy", released[1], "--format", "json")
        assert result.code == 1
        report: dict[str, Any] = json.loads(result.out)
        assert report["verdict"] == "FAILED"
        reasons = [reason for rule in report["rules"] for reason in rule["reasons"]]
        assert any(reason["file"] == name or name in reason["message"] for reason in reasons)
        return report

    return check


def failed(report: dict[str, Any]) -> set[str]:
    return {rule["rule"] for rule in report["rules"] if rule["verdict"] == "FAILED"}


def test_untouched_passes(run: Run, model: Path, released: tuple[Path, Path, Path]) -> None:
    result = run("verify", model, "--policy", released[1])
    assert result.code == 0, result.out + result.err
    assert result.out.startswith("PASSED")
    assert run("verify", model, "--key", released[2]).code == 0


def test_flipped_byte(model: Path, denied: Any) -> None:
    with (model / WEIGHTS).open("r+b") as stream:
        stream.seek(50_000_000)
        byte = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte[0] ^ 1]))
    assert {"signed", "all-files", "bom"} <= failed(denied(WEIGHTS))


def test_appended_byte(model: Path, denied: Any) -> None:
    with (model / "config.json").open("ab") as stream:
        stream.write(b" ")
    denied("config.json")


def test_truncated_file(model: Path, denied: Any) -> None:
    os.truncate(model / WEIGHTS, 90_000_000)
    denied(WEIGHTS)


def test_emptied_file(model: Path, denied: Any) -> None:
    os.truncate(model / "vocab.txt", 0)
    denied("vocab.txt")


def test_added_file(model: Path, denied: Any) -> None:
    (model / "modeling_custom.py").write_text("print('hello')\n", encoding="utf-8")
    assert {"all-files", "bom"} <= failed(denied("modeling_custom.py"))


def test_added_empty_file(model: Path, denied: Any) -> None:
    (model / "1_Pooling" / "__init__.py").touch()
    denied("1_Pooling/__init__.py")


def test_added_below_git(model: Path, denied: Any) -> None:
    (model / ".git" / "hooks").mkdir(parents=True)
    (model / ".git" / "hooks" / "post-checkout").write_text("#!/bin/sh\n", encoding="utf-8")
    denied(".git/hooks/post-checkout")


def test_removed_file(model: Path, denied: Any) -> None:
    (model / "tokenizer.json").unlink()
    denied("tokenizer.json")


def test_renamed_file(model: Path, denied: Any) -> None:
    (model / "vocab.txt").rename(model / "vocab2.txt")
    report = denied("vocab.txt")
    assert "'vocab2.txt'" in json.dumps(report)


def test_renamed_within_the_order_of_the_root(model: Path, denied: Any, released: tuple[Path, Path, Path]) -> None:
    """The OMS root covers no names: a rename that keeps the order keeps the root, and still fails."""
    (model / "vocab.txt").rename(model / "vocab.txu")
    assert attest.digest(model).oms_root == attest.digest(released[0]).oms_root
    assert attest.digest(model).manifest.digest != attest.digest(released[0]).manifest.digest
    denied("vocab.txt")


def test_swapped_pair(model: Path, denied: Any) -> None:
    (model / "config.json").rename(model / "swap")
    (model / "tokenizer_config.json").rename(model / "config.json")
    (model / "swap").rename(model / "tokenizer_config.json")
    denied("config.json")
    denied("tokenizer_config.json")


def test_signature_of_another_model(model: Path, tiny: Path, signing_key: tuple[Path, Path], denied: Any) -> None:
    for name in ("model.sig", "claims.jsonl"):
        (tiny / name).unlink()
    attest.release(tiny, signing_key[0])
    for name in ("model.sig", "claims.jsonl"):
        shutil.copy(tiny / name, model / name)
    report = denied("model.sig")
    assert {item["code"] for item in report["rejected"]} == {"other-artifact"}


def test_signature_by_another_key(model: Path, tmp_path: Path, denied: Any) -> None:
    from attest.operations.key import generate

    stranger = generate(str(tmp_path / "stranger.pem"))
    for name in ("model.sig", "claims.jsonl"):
        (model / name).unlink()
    attest.release(model, stranger.private)
    report = denied("model.sig")
    assert {item["code"] for item in report["rejected"]} == {"unknown-signer"}
    assert stranger.id not in json.dumps(report)


def test_no_evidence_at_all(model: Path, run: Run, released: tuple[Path, Path, Path]) -> None:
    for name in ("model.sig", "claims.jsonl"):
        (model / name).unlink()
    result = run("verify", model, "--policy", released[1])
    assert result.code == 1
    assert "no signature was found" in result.out


def test_payload_named_as_evidence(model: Path, denied: Any) -> None:
    (model / "claims.jsonl").write_bytes(b"\x80\x04cos\nsystem\n.")
    report = denied("claims.jsonl")
    assert any(item["code"] == "malformed" for item in report["rejected"])


def test_truncated_signature_counts_as_a_file(model: Path, denied: Any) -> None:
    os.truncate(model / "model.sig", 300)
    denied("model.sig")


def test_link_out_of_the_tree(model: Path, tmp_path: Path, denied: Any) -> None:
    target = tmp_path / "outside"
    shutil.copy(model / "vocab.txt", target)
    (model / "vocab.txt").unlink()
    (model / "vocab.txt").symlink_to(target)
    denied("vocab.txt")


def test_link_inside_the_tree(model: Path, denied: Any) -> None:
    (model / "copy.json").symlink_to("config.json")
    denied("copy.json")


def test_linked_directory(model: Path, tmp_path: Path, denied: Any) -> None:
    (tmp_path / "elsewhere").mkdir()
    (model / "more").symlink_to(tmp_path / "elsewhere")
    denied("more")


def test_pipe(model: Path, denied: Any) -> None:
    os.mkfifo(model / "pipe")
    denied("pipe")


def test_pipe_in_place_of_the_signature(model: Path, denied: Any) -> None:
    (model / "model.sig").unlink()
    os.mkfifo(model / "model.sig")
    denied("model.sig")


def test_control_characters(model: Path, run: Run, released: tuple[Path, Path, Path]) -> None:
    (model / "a\033[2J\033[31mPASSED").touch()
    result = run("verify", model, "--policy", released[1])
    assert result.code == 1
    assert "\033" not in result.out


def test_hidden_among_many_claims(model: Path, released: tuple[Path, Path, Path], run: Run) -> None:
    """Lines that do not parse neither help nor hide: the file then counts as part of the model."""
    with (model / "claims.jsonl").open("ab") as stream:
        stream.write(b"{}\n")
    result = run("verify", model, "--policy", released[1])
    assert result.code == 1
    assert "claims.jsonl:2" in result.out
