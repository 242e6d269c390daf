"""`attest scan` as people use it: outcomes, exit codes, forms, and errors that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import FIXTURES, ROOT, Run
from tests.corpus import assembler as a

TINY = FIXTURES / "models" / "tiny"
EVIL = a.pickle(a.command())


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.pkl").write_bytes(EVIL)
    (tmp_path / "model" / "README.md").write_text("# hello\n", encoding="utf-8")
    return tmp_path / "model"


def test_a_good_model_passes(run: Run) -> None:
    result = run("scan", TINY)
    assert result.code == 0
    assert result.out.startswith("PASS:")
    assert "safe" not in result.out.replace("safetensors", "")


def test_a_payload_blocks(run: Run, evil: Path) -> None:
    result = run("scan", evil)
    assert result.code == 1
    assert result.out.startswith("BLOCK:")
    assert "pickle.name-not-allowed" in result.out
    assert "os:system" in result.out
    assert "safetensors" in result.out  # how to mend it


def test_what_cannot_be_read_is_inconclusive(run: Run, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"\xff\xfe\xfd" * 100)
    result = run("scan", tmp_path)
    assert result.code == 3
    assert result.out.startswith("INCONCLUSIVE:")


def test_a_single_file(run: Run, evil: Path) -> None:
    assert run("scan", evil / "weights.pkl").code == 1
    assert run("scan", evil / "README.md").code == 0


def test_machine_forms_say_the_same(run: Run, evil: Path) -> None:
    machine = run("scan", evil, "--format", "json", "--digests")
    report = json.loads(machine.out)
    Draft202012Validator(json.loads((ROOT / "schemas" / "scan-v1.json").read_text("utf-8"))).validate(report)
    assert (machine.code, report["outcome"]) == (1, "BLOCK")
    sarif = run("scan", evil, "--format", "sarif")
    results = json.loads(sarif.out)["runs"][0]["results"]
    assert sarif.code == 1
    assert "pickle.name-not-allowed" in {item["ruleId"] for item in results}


def test_the_same_bytes_give_the_same_result(run: Run, evil: Path) -> None:
    assert run("scan", evil, "--format", "json").out == run("scan", evil, "--format", "json").out


def test_warnings_fail_when_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import os\n", encoding="utf-8")
    assert run("scan", tmp_path).code == 0
    assert run("scan", tmp_path, "--fail-on", "medium").code == 1
    assert run("scan", tmp_path, "--fail-on", "high").code == 0


def test_profiles_and_names(run: Run, tmp_path: Path) -> None:
    gate = a.pickle(a.ref("acme.layers", "Gate") + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD)
    (tmp_path / "m.pkl").write_bytes(gate)
    assert run("scan", tmp_path).code == 1
    assert run("scan", tmp_path, "--allow-name", "acme.layers:Gate").code == 0
    assert run("scan", tmp_path, "--allow-name", "acme.layers:Other").code == 1
    wrong = run("scan", tmp_path, "--allow-name", "acme.*:Gate")
    assert wrong.code == 2
    assert "module:Name" in wrong.err
    unknown = run("scan", tmp_path, "--profile", "nothing")
    assert unknown.code == 2
    assert "torch-weights" in unknown.err


def test_explanations(run: Run) -> None:
    one = run("scan", "--explain", "pickle.name-not-allowed")
    assert one.code == 0
    assert "safetensors" in one.out
    everything = run("scan", "--explain", "all")
    assert "keras.code-layer" in everything.out
    assert run("scan", "--explain", "no.such-rule").code == 2


def test_wrong_use(run: Run, tmp_path: Path) -> None:
    assert run("scan").code == 2
    assert run("scan", tmp_path / "missing").code == 2


def test_a_report_in_a_file(run: Run, evil: Path, tmp_path: Path) -> None:
    report = tmp_path / "scan.sarif"
    result = run("scan", evil, "--format", "sarif", "-o", report)
    assert result.code == 1
    assert json.loads(report.read_bytes())["version"] == "2.1.0"
    inside = run("scan", evil, "--format", "sarif", "-o", evil / "scan.sarif")
    assert inside.code == 2
    assert not (evil / "scan.sarif").exists()


def test_limits_only_tighten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(a.dumps(list(range(500))))
    assert run("scan", tmp_path).code == 0
    assert run("scan", tmp_path, "--opcodes", "100").code == 3
