"""The options of the verbs that sign."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE_KEY, EXAMPLE_PUB, Run
from tests.simulators.sigstore.instance import LoopbackSigstore


def bare(model: Path) -> Path:
    for name in ("model.sig", "claims.jsonl"):
        (model / name).unlink()
    return model


@pytest.mark.parametrize("options", [("--hash", "blake2b"), ("--hash", "blake3"), ("--shard-size", "16")])
def test_other_ways_to_hash(run: Run, tiny: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    bare(tiny)
    for place in ((), ("--signature", tmp_path / "out.sig")):
        signed = run("sign", tiny, "--key", EXAMPLE_KEY, *options, *place)
        assert signed.code == 0, signed.err
        assert run("verify", tiny, "--key", EXAMPLE_PUB, *place).code == 0
    (tiny / "config.json").write_bytes(b"{}")
    assert run("verify", tiny, "--key", EXAMPLE_PUB, "--signature", tmp_path / "out.sig").code == 1


def test_an_ignored_path_is_recorded_shown_and_accepted_by_name_only(run: Run, tiny: Path) -> None:
    (bare(tiny) / "logs").mkdir()
    (tiny / "logs" / "run.txt").write_text("loss 0.1\n")
    signed = run("sign", tiny, "--key", EXAMPLE_KEY, "--ignore-path", "logs")
    assert signed.code == 0, signed.err
    assert "1 file is not covered" in signed.err
    found = run("verify", tiny, "--key", EXAMPLE_PUB)
    assert found.code == 1
    assert "logs/run.txt" in found.out
    assert "--allow-ignored logs/run.txt" in found.out
    assert run("verify", tiny, "--key", EXAMPLE_PUB, "--allow-ignored", "logs").code == 0
    assert run("verify", tiny, "--key", EXAMPLE_PUB, "--allow-ignored", "weights").code == 1
    tolerant = run("verify", tiny, "--key", EXAMPLE_PUB, "--ignore-unsigned-files")
    assert tolerant.code == 0
    assert "but for logs/run.txt" in tolerant.out


@pytest.mark.parametrize("path", ["*.txt", "/etc", "../x", "a//b", ""])
def test_ignored_paths_that_are_none(run: Run, tiny: Path, path: str) -> None:
    before = (tiny / "model.sig").read_bytes()
    assert run("sign", tiny, "--key", EXAMPLE_KEY, "--ignore-path", path).code == 2
    assert (tiny / "model.sig").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--signer", "ftp:x"), "there is no signer for 'ftp'"),
        (("--key", "none.pem"), "cannot be read"),
        (("--key", EXAMPLE_KEY, "--timeout", "0"), "--timeout"),
        (("--key", EXAMPLE_KEY, "--timeout", "nan"), "--timeout"),
        (("--key", EXAMPLE_KEY, "--timestamp", "http://127.0.0.1:1/"), "--timestamp-root"),
        (("--key", EXAMPLE_KEY, "--log", "http://127.0.0.1:1/"), "--trusted-root"),
        (("--key", EXAMPLE_KEY, "--certificate", EXAMPLE_PUB), "no readable certificate"),
        (("--signer", "pkcs11:token=x?pin-value=1234"), "holds a PIN"),
        (("--signer", "sigstore:moon"), "no Sigstore instance"),
    ],
)
def test_wrong_use_is_said_and_nothing_changes(run: Run, tiny: Path, options: tuple[object, ...], said: str) -> None:
    before = (tiny / "model.sig").read_bytes()
    found = run("sign", tiny, *options)
    assert found.code == 2, found.err
    assert said in found.err
    assert "1234" not in found.err
    assert (tiny / "model.sig").read_bytes() == before


def test_a_token_in_a_file(run: Run, tiny: Path, loopback_rekor1: LoopbackSigstore, tmp_path: Path) -> None:
    config = loopback_rekor1.write_trust(tmp_path / "trust")
    (tmp_path / "token").write_text(loopback_rekor1.mint() + "\n")
    by = ("--signer", "sigstore:", "--trust-config", config, "--identity-token-file", tmp_path / "token")
    done = run("release", bare(tiny), *by)
    assert done.code == 0, done.err
    assert "email:dev@example.com via" in done.out
    again = run("release", tiny, *by)
    assert again.out.count("already there") == 2
    root = config.with_name("trusted_root.json")
    identity = ("--identity", "dev@example.com", "--issuer", loopback_rekor1.issuer, "--trusted-root", root)
    machine = json.loads(run("verify", tiny, *identity, "--format", "json").out)
    assert machine["verdict"] == "PASSED"
    assert {item["signer"]["kind"] for item in machine["attestations"]} == {"sigstore"}
    (tmp_path / "token").write_text("no.token.at all")
    failed = run("release", tiny, *by)
    assert failed.code == 2
    assert "no.token" not in failed.err
