"""`attest bom` and `attest lineage match` from the command line, as a newcomer uses them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import FIXTURES, Run

TINY = FIXTURES / "models" / "tiny"
FORMS = ("cyclonedx-1.6", "cyclonedx-1.7", "spdx-3.0.1")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "pets"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "train.csv").write_text("name,legs\nRex,4\nTweety,2\n", encoding="utf-8")
    (folder / "data" / "test.jsonl").write_text('{"name": "Nemo", "legs": 0}\n', encoding="utf-8")
    (folder / "README.md").write_text("---\nlicense: cc-by-4.0\npretty_name: Pets\n---\n# Pets\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_the_same_twice_and_checks_out(run: Run, tmp_path: Path, form: str) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    for path in (one, two):
        done = run(
            "bom", "model", TINY, "--format", form, "-o", path, "--author", "Team <team@example.org>",
            "--timestamp", "2026-11-24T12:00:00Z", "--supplier", "Acme",
        )  # fmt: skip
        assert (done.code, done.out) == (0, "")
        assert f"wrote {path}" in done.err
    assert one.read_bytes() == two.read_bytes()
    checked = run("bom", "check", one, TINY)
    assert checked.code == 0, checked.out
    assert "2026-11-24T12:00:00Z" in one.read_text("utf-8")
    assert "Team" in one.read_text("utf-8")


def test_without_a_time_there_is_none_and_now_is_the_clock(run: Run) -> None:
    assert "timestamp" not in run("bom", "model", TINY).out
    assert '"timestamp":"20' in run("bom", "model", TINY, "--timestamp", "now").out


def test_a_dataset_has_rows_by_split(run: Run, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "pets.json"
    assert run("bom", "dataset", data, "-o", out).code == 0
    contents = json.loads(out.read_bytes())["metadata"]["component"]["data"][0]["contents"]["properties"]
    told = {item["name"]: item["value"] for item in contents}
    assert told["attest:dataset:split:train:num_examples"] == "2"
    assert told["attest:dataset:split:test:num_examples"] == "1"
    assert told["attest:dataset:feature:legs"] == "int64" or "attest:dataset:feature:legs" in told
    assert run("bom", "check", out, data).code == 0


def test_an_environment_says_what_was_not_looked_up(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    listed.write_text("requests==2.32.0\nnumpy>=2\n", encoding="utf-8")
    done = run("bom", "env", listed)
    assert "pkg:pypi/requests@2.32.0" in done.out
    assert "gap:" in done.err
    refused = run("bom", "env", listed, "--audit", "osv", "--offline")
    assert refused.code == 2
    assert "--osv-data" in refused.err


def test_known_vulnerabilities_come_from_a_local_copy_of_osv_data(run: Run, tmp_path: Path) -> None:
    listed, osv = tmp_path / "requirements.txt", tmp_path / "osv"
    listed.write_text("requests==2.32.0\n", encoding="utf-8")
    osv.mkdir()
    record = {
        "schema_version": "1.6.0",
        "id": "PYSEC-2099-1",
        "modified": "2099-01-01T00:00:00Z",
        "summary": "Something leaks.",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "requests"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.33.0"}]}],
            }
        ],
    }
    (osv / "PYSEC-2099-1.json").write_text(json.dumps(record), encoding="utf-8")
    document = json.loads(run("bom", "env", listed, "--audit", "data", "--osv-data", osv).out)
    assert [item["id"] for item in document["vulnerabilities"]] == ["PYSEC-2099-1"]
    assert "2.33.0" in document["vulnerabilities"][0]["recommendation"]


def test_merge_show_and_html(run: Run, data: Path, tmp_path: Path) -> None:
    model, pets, both, page = (tmp_path / name for name in ("m.json", "d.json", "both.json", "page.html"))
    assert run("bom", "model", TINY, "-o", model).code == 0
    assert run("bom", "dataset", data, "-o", pets).code == 0
    assert run("bom", "merge", model, pets, "-o", both).code == 0
    assert run("bom", "check", both).code == 0
    shown = run("bom", "show", both).out
    assert "TinyModel" in shown
    assert "observed: config.json" in shown
    assert run("bom", "html", both, "-o", page).code == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert run("bom", "show", page).code == 2


def test_a_profile_is_scored_and_can_fail(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "m.json"
    run(
        "bom", "model", TINY, "-o", out, "--timestamp", "2026-11-24T12:00:00Z", "--author", "Team", "--supplier", "Acme"
    )
    scored = run("bom", "score", out, "--profile", "g7ai-2026")
    assert scored.code == 0
    assert "model-name" in scored.out or "Model name" in scored.out
    machine = json.loads(run("bom", "score", out, "--profile", "owasp-aibom", "--format", "json").out)
    assert machine
    assert run("bom", "score", out, "--profile", "g7ai-2026", "--min", "101").code in (1, 2)
    unknown = run("bom", "score", out, "--profile", "nothing")
    assert unknown.code == 2
    assert "g7ai-2026" in unknown.err


def test_a_changed_file_is_named_by_check_and_by_diff(run: Run, tmp_path: Path) -> None:
    copy, before, after = tmp_path / "tiny", tmp_path / "before.json", tmp_path / "after.json"
    shutil.copytree(TINY, copy, ignore=shutil.ignore_patterns("model.sig", "claims.jsonl"))
    run("bom", "model", copy, "-o", before, "--tensors")
    (copy / "config.json").write_text(
        '{"architectures": ["Other"], "auto_map": {"AutoModel": "x.Y"}}', encoding="utf-8"
    )
    (copy / "x.py").write_text("import os\n", encoding="utf-8")
    run("bom", "model", copy, "-o", after, "--tensors")
    checked = run("bom", "check", before, copy)
    assert checked.code == 1
    assert "config.json" in checked.out
    assert "x.py" in checked.out
    changed = run("bom", "diff", before, after)
    assert changed.code == 0
    assert "x.py" in changed.out
    assert "custom code" in changed.out or "custom-code" in changed.out
    assert run("bom", "diff", before, after, "--fail-on-alarm").code == 1
    assert run("bom", "diff", before, before, "--fail-on-alarm").code == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("bom", "model", TINY, "--timestamp", "yesterday"), "is no time"),
        (("bom", "model", TINY, "--format", "spdx-3.0.1", "--bsi"), "are about CycloneDX"),
        (("bom", "show", "{missing}"), "cannot be read"),
        (("bom", "check", "{missing}"), "no"),
        (("bom", "merge", "{missing}", "{missing}"), "cannot be read"),
        (("bom", "env", "{missing}"), "no"),
        (("bom", "diff", "{missing}.json", "{missing}.json"), "cannot be read"),
    ],
)
def test_wrong_use_says_what_and_what_next(run: Run, tmp_path: Path, argv: tuple[object, ...], words: str) -> None:
    done = run(*(str(part).replace("{missing}", str(tmp_path / "missing")) for part in argv))
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


def test_a_bom_that_could_not_be_written_leaves_nothing(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "no" / "such" / "folder.json"
    assert run("bom", "model", TINY, "-o", place).code == 2
    assert not list(tmp_path.rglob("*"))


def test_a_broken_pipe_is_no_answer(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f".venv/bin/attest bom model '{TINY}' | true; echo done"],
        capture_output=True,
        text=True,
        cwd=FIXTURES.parent,
        check=True,
    )
    assert "Traceback" not in done.stderr
