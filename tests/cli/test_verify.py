"""`attest verify`, `policy` and `replay` as people use them, on the tiny model that the repository ships."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, FIXTURES, ROOT, Run

POLICIES = ROOT / "policies"
WHEN = ("--at", "2026-11-24T12:00:00Z")


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / "schemas" / f"{name}-v1.json").read_text("utf-8")))


@pytest.mark.parametrize("policy", ["release", "signed", "strangers-model", "unsigned-weights"])
def test_shipped_policies_pass_the_tiny_model(run: Run, tiny: Path, policy: str) -> None:
    result = run("verify", tiny, "--policy", POLICIES / f"{policy}.yaml", *WHEN)
    assert result.code == 0, result.out + result.err
    assert result.out.startswith("PASSED  tiny: 4 files")
    assert "admits nothing" in result.out


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ("release", "signed"),
        ("signed", "all-files"),
        ("unsigned-weights", "formats"),
        ("strangers-model", "nothing-runs"),
    ],
)
def test_shipped_policies_fail_a_tampered_model(run: Run, tiny: Path, policy: str, rule: str) -> None:
    if policy == "release":
        (tiny / "config.json").write_text("{}", encoding="utf-8")
    else:
        (tiny / "setup.py").write_text("import os\n", encoding="utf-8")
    result = run("verify", tiny, "--policy", POLICIES / f"{policy}.yaml", *WHEN)
    assert result.code == 1
    assert f"FAILED  {rule}:" in result.out
    assert "to mend it" in result.out


@pytest.mark.parametrize("name", ["release", "signed", "strangers-model", "unsigned-weights"])
def test_shipped_policies_fit_their_schema(run: Run, name: str) -> None:
    import yaml

    class Texts(yaml.SafeLoader):
        """Dates stay text, as in the policy language."""

    Texts.yaml_implicit_resolvers = {
        mark: [item for item in items if item[0] != "tag:yaml.org,2002:timestamp"]
        for mark, items in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    path = POLICIES / f"{name}.yaml"
    schema("policy").validate(yaml.load(path.read_text("utf-8"), Texts))  # noqa: S506 - a SafeLoader
    assert run("policy", "check", path).code == 0


def test_json_fits_its_schema_and_says_the_same(run: Run, tiny: Path) -> None:
    (tiny / "vocab.json").write_text("{}", encoding="utf-8")
    args = ("verify", tiny, "--policy", POLICIES / "release.yaml", *WHEN)
    text, machine = run(*args), run(*args, "--format", "json")
    report = json.loads(machine.out)
    schema("verification").validate(report)
    assert (text.code, machine.code, report["verdict"]) == (1, 1, "FAILED")
    for rule in report["rules"]:
        assert f"{rule['verdict']}  {rule['rule']}: {rule['summary']}" in text.out
        for reason in rule["reasons"]:
            assert reason["message"] in text.out


def test_passed_json_fits_its_schema(run: Run, tiny: Path) -> None:
    report = json.loads(run("verify", tiny, "--key", EXAMPLE_PUB, "--format", "json").out)
    schema("verification").validate(report)
    assert report["verdict"] == "PASSED"
    assert report["artifact"]["digestKind"] == "attest-tree/v1"
    assert not report["atGiven"]


def test_replay_gives_the_same_verdict(run: Run, tiny: Path, tmp_path: Path) -> None:
    policy = POLICIES / "release.yaml"
    for name, code in (("good", 0), ("bad", 1)):
        if name == "bad":
            (tiny / "README.md").unlink()
        stored = tmp_path / f"{name}.json"
        live = run("verify", tiny, "--policy", policy, "--evidence-out", stored, "--format", "json")
        schema("evidence").validate(json.loads(stored.read_text("utf-8")))
        again = run("policy", "replay", stored, "--policy", policy, "--format", "json")
        assert (live.code, again.code) == (code, code)
        first, second = json.loads(live.out), json.loads(again.out)
        assert second.pop("replayed") is True
        assert first.pop("replayed") is False
        assert first == second


def test_replay_of_damaged_evidence_is_refused(run: Run, tiny: Path, tmp_path: Path) -> None:
    stored = tmp_path / "evidence.json"
    run("verify", tiny, "--policy", POLICIES / "release.yaml", "--evidence-out", stored)
    record = json.loads(stored.read_text("utf-8"))
    record["evidence"]["manifest"]["files"][0][1] = "00" * 32
    stored.write_text(json.dumps(record), encoding="utf-8")
    result = run("policy", "replay", stored, "--policy", POLICIES / "release.yaml")
    assert result.code == 2
    assert "damaged" in result.err


def test_replay_at_another_time(run: Run, tiny: Path, tmp_path: Path) -> None:
    stored = tmp_path / "evidence.json"
    run("verify", tiny, "--policy", POLICIES / "release.yaml", "--evidence-out", stored)
    late = run("policy", "replay", stored, "--policy", POLICIES / "release.yaml", "--at", "2031-01-01T00:00:00Z")
    assert late.code == 1
    assert "the policy expired at 2030-01-01T00:00:00Z" in late.out


def test_expired_policy_fails(run: Run, tiny: Path) -> None:
    result = run("verify", tiny, "--policy", POLICIES / "release.yaml", "--at", "2030-01-01T00:00:00Z")
    assert result.code == 1
    assert "FAILED  policy: the policy is no longer in force" in result.out


def test_policy_with_typos_is_refused_whole(run: Run, tiny: Path, tmp_path: Path) -> None:
    text = (POLICIES / "release.yaml").read_text("utf-8")
    wrong = (
        text.replace("signature:", "signatur:").replace("licenses:", "licences:").replace("version: 1", "version: one")
    )
    (tmp_path / "typo.yaml").write_text(wrong, encoding="utf-8")
    result = run("verify", tiny, "--policy", tmp_path / "typo.yaml")
    assert result.code == 2
    assert "did you mean 'signature'?" in result.err
    assert "did you mean 'licenses'?" in result.err
    assert "line 5, version" in result.err


def test_policy_in_the_models_folder_is_never_read(run: Run, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(POLICIES / "unsigned-weights.yaml", tiny / "policy.yaml")
    monkeypatch.chdir(tiny)
    result = run("verify", ".")
    assert result.code == 2
    assert "either a policy or one who must have signed" in result.err


def test_policy_and_key_together_are_refused(run: Run, tiny: Path) -> None:
    assert run("verify", tiny, "--policy", POLICIES / "signed.yaml", "--key", EXAMPLE_PUB).code == 2


def test_unsigned_git_file_is_named_with_the_way_to_accept_it(run: Run, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.json").write_text("{}", encoding="utf-8")
    (model / ".gitattributes").write_text("*.bin filter=lfs\n", encoding="utf-8")
    signed = run("sign", model, "--key", EXAMPLE_KEY)
    assert signed.code == 0
    assert ".gitattributes" in signed.err
    refused = run("verify", model, "--key", EXAMPLE_PUB)
    assert refused.code == 1
    assert "--allow-ignored .gitattributes" in refused.out
    assert run("verify", model, "--key", EXAMPLE_PUB, "--allow-unsigned", ".gitattributes").code == 0
    assert run("verify", model, "--key", EXAMPLE_PUB, "--allow-unsigned", "other").code == 1


def test_release_covers_git_files(run: Run, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.json").write_text("{}", encoding="utf-8")
    (model / ".gitattributes").write_text("*.bin filter=lfs\n", encoding="utf-8")
    assert run("release", model, "--key", EXAMPLE_KEY).code == 0
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 0
    (model / ".gitattributes").write_text("changed\n", encoding="utf-8")
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 1


def test_signature_kept_elsewhere(run: Run, tiny: Path, tmp_path: Path) -> None:
    (tiny / "model.sig").rename(tmp_path / "elsewhere.sig")
    (tiny / "claims.jsonl").unlink()
    assert run("verify", tiny, "--key", EXAMPLE_PUB).code == 1
    assert run("verify", tiny, "--key", EXAMPLE_PUB, "--signature", tmp_path / "elsewhere.sig").code == 0
    missing = run("verify", tiny, "--key", EXAMPLE_PUB, "--signature", tmp_path / "none.sig")
    assert missing.code == 2
    assert "none.sig" in missing.err


def test_single_file(run: Run, tmp_path: Path) -> None:
    model = tmp_path / "weights.safetensors"
    shutil.copy(FIXTURES / "models" / "tiny" / "model.safetensors", model)
    assert run("release", model, "--key", EXAMPLE_KEY).code == 0
    assert (tmp_path / "weights.safetensors.sig").exists()
    assert (tmp_path / "weights.safetensors.claims.jsonl").exists()
    assert run("verify", model, "--key", EXAMPLE_PUB).code == 0
    model.write_bytes(model.read_bytes() + b"x")
    result = run("verify", model, "--key", EXAMPLE_PUB)
    assert result.code == 1
    assert "weights.safetensors: the bytes changed" in result.out


def test_attestation_of_a_stranger_changes_nothing(run: Run, tiny: Path, signing_key: tuple[Path, Path]) -> None:
    bom = tiny.parent / "bom.json"
    assert run("bom", "model", tiny, "-o", bom).code == 0
    assert run("attest", tiny, "--type", "cyclonedx", "--predicate", bom, "--key", signing_key[0]).code == 0
    assert run("verify", tiny, "--policy", POLICIES / "release.yaml").code == 0
    first = (tiny / "claims.jsonl").read_bytes().splitlines()[0]
    (tiny / "claims.jsonl").write_bytes((tiny / "claims.jsonl").read_bytes().removeprefix(first + b"\n"))
    result = run("verify", tiny, "--policy", POLICIES / "release.yaml")
    assert result.code == 1
    assert "FAILED  bom:" in result.out


def test_unreadable_card_is_a_gap_with_its_reason(run: Run, tiny: Path) -> None:
    (tiny / "README.md").write_text("---\nlicense: &a [*a]\n---\n", encoding="utf-8")
    result = run("verify", tiny, "--policy", POLICIES / "unsigned-weights.yaml", *WHEN)
    assert result.code == 1
    assert "FAILED  licence: the licence is not known whole\n          - README.md: " in result.out
    assert "what could not be had\n  licenses: README.md: " in result.out
