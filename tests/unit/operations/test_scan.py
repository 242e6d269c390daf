"""Scanning an artifact: all files together, while they are hashed, for a release and under a policy."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

import attest
from attest.domain.scan import ScanFinding
from attest.errors import InputError
from attest.operations.scan import Scanning, assemble, with_opinions
from tests.corpus import assembler as a
from tests.unit.conftest import write

EVIL = a.pickle(a.command())
MODEL = {"config.json": b"{}", "README.md": b"---\nlicense: mit\n---\n", "w.pkl": a.dumps({"a": 1})}
POLICY = """\
apiVersion: attest/policy/v1
name: test
version: 1
expires: 2100-01-01T00:00:00Z
rules:
  - id: nothing-runs
    scan: %s
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY % "{}", encoding="utf-8")
    return path


def test_with_and_without_digests(tmp_path: Path) -> None:
    model = write(tmp_path / "m", MODEL)
    quick, whole = attest.scan(model), attest.scan(model, digests=True)
    assert quick.scan == whole.scan
    assert (quick.digest, whole.digest) == ("", attest.digest(model).manifest.digest)


def test_every_file_is_in_the_result(tmp_path: Path) -> None:
    found = attest.scan(write(tmp_path / "m", MODEL)).scan
    assert [item.file for item in found.files] == sorted(MODEL)
    assert found.outcome == "PASS"


def test_the_worst_file_decides(tmp_path: Path) -> None:
    model = write(tmp_path / "m", {**MODEL, "x.bin": b"\xff\xfe\xfd" * 9})
    assert attest.scan(model).scan.outcome == "INCONCLUSIVE"
    write(model, {"y.pkl": EVIL})
    assert attest.scan(model).scan.outcome == "BLOCK"


def test_a_file_that_was_not_scanned_is_no_pass() -> None:
    found = assemble([], ["a.txt"], Scanning())
    assert (found.outcome, found.files[0].findings[0].rule) == ("INCONCLUSIVE", "scan.internal-error")


def test_added_names_change_the_digest_of_the_list(tmp_path: Path) -> None:
    model = write(tmp_path / "m", MODEL)
    plain, more = attest.scan(model).scan, attest.scan(model, names=[("acme", "Gate")]).scan
    assert plain.allowlist != more.allowlist
    assert more.asked_names == ("acme:Gate",)


def test_opinions_only_add(tmp_path: Path) -> None:
    found = attest.scan(write(tmp_path / "m", MODEL)).scan
    added = ScanFinding(file="w.pkl", rule="scan.second-opinion", message="x", by="other 1")
    elsewhere = ScanFinding(file=".", rule="scan.opinion-missing", message="y", by="third 2")
    joined = with_opinions(found, [added, elsewhere], ("other 1",))
    assert (joined.outcome, joined.second_opinions) == ("BLOCK", ("other 1",))
    assert set(found.findings) < set(joined.findings)
    assert [item.outcome for item in joined.files if item.file == "w.pkl"] == ["BLOCK"]


def test_a_release_attests_the_outcome(tmp_path: Path) -> None:
    model = write(tmp_path / "m", {**MODEL, "y.pkl": EVIL})
    key = tmp_path / "k.pem"
    made = _key(key)
    done = attest.release(model, made)
    line = (model / "claims.jsonl").read_bytes().splitlines()[1]
    statement = json.loads(b64decode(json.loads(line)["dsseEnvelope"]["payload"]))
    assert (done.scan, statement["predicate"]["outcome"]) == ("BLOCK", "BLOCK")
    assert statement["predicate"]["named"][0]["place"] == "y.pkl"
    before = (model / "claims.jsonl").read_bytes()
    assert attest.release(model, made).added is False
    assert (model / "claims.jsonl").read_bytes() == before


def test_a_release_cut_short_between_its_claims_goes_on(tmp_path: Path) -> None:
    model = write(tmp_path / "m", MODEL)
    made = _key(tmp_path / "k.pem")
    attest.release(model, made)
    whole = (model / "claims.jsonl").read_bytes()
    (model / "claims.jsonl").write_bytes(whole.splitlines(keepends=True)[0])
    (model / "model.sig").unlink()
    assert attest.release(model, made).added is True
    assert (model / "claims.jsonl").read_bytes() == whole


def _key(path: Path) -> Path:
    from attest.operations.key import generate

    return Path(generate(str(path)).private)


def test_verify_scans_what_it_hashes(tmp_path: Path, policy: Path) -> None:
    model = write(tmp_path / "m", MODEL)
    good = attest.verify(model, policy=policy)
    assert good.passed
    assert good.evidence.scan is not None
    write(model, {"y.pkl": EVIL})
    bad = attest.verify(model, policy=policy)
    assert not bad.passed
    assert any("os:system" in reason.message for rule in bad.failed for reason in rule.reasons)


def test_a_policy_narrows_and_adds_names(tmp_path: Path, policy: Path) -> None:
    gate = a.pickle(a.ref("acme.layers", "Gate") + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD)
    model = write(tmp_path / "m", {**MODEL, "g.pkl": gate})
    assert not attest.verify(model, policy=policy).passed
    policy.write_text(POLICY % "{names: ['acme.layers:Gate']}", encoding="utf-8")
    assert attest.verify(model, policy=policy).passed
    policy.write_text(POLICY % "{names: ['acme.layers:Gate'], profiles: [torch-weights]}", encoding="utf-8")
    assert attest.verify(model, policy=policy).passed
    policy.write_text(POLICY % "{profiles: [torch-wights]}", encoding="utf-8")
    with pytest.raises(InputError, match="torch-wights"):
        attest.verify(model, policy=policy)


def test_evidence_of_a_scan_is_replayed_under_its_own_names_alone(tmp_path: Path, policy: Path) -> None:
    from attest.operations.replay import replay, write_evidence

    model = write(tmp_path / "m", MODEL)
    write_evidence(attest.verify(model, policy=policy), tmp_path / "e.json")
    assert replay(tmp_path / "e.json", policy).passed
    policy.write_text(POLICY % "{profiles: [torch-weights]}", encoding="utf-8")
    assert not replay(tmp_path / "e.json", policy).passed
