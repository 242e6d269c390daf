"""The verbs inspect and trust, and verification without a policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from attest.signing.material.trusted_root import embedded_root
from tests.conftest import EXAMPLE_PUB, FIXTURES, ROOT, Run
from tests.simulators import keys, pki
from tests.simulators.sigstore.instance import LoopbackSigstore

GOLDEN = FIXTURES / "golden" / "0.1.0"
ISSUER = json.loads((GOLDEN / "cases.json").read_text())["identity-v2"]["expected"]["issuer"]
IDENTITY = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
BY_IDENTITY = ("--signature", GOLDEN / "identity-v2.sig", "--trusted-root", GOLDEN / "trusted_root-2.json")


def test_inspect_says_that_it_verified_nothing(run: Run, tiny: Path) -> None:
    (tiny / "config.json").write_bytes(b"changed")  # it does not matter here
    found = run("inspect", tiny)
    assert found.code == 0
    assert found.out.startswith("NOT VERIFIED")
    for part in ("model.sig", "claims.jsonl:1", "a key, hint", "https://cyclonedx.org/bom", "4 files, sha256 of files"):
        assert part in found.out
    assert ".gitattributes" in found.out


def test_inspect_shows_an_identity_with_its_claims(run: Run) -> None:
    found = run("inspect", GOLDEN / "identity-v1.sig")
    for part in (IDENTITY, ISSUER.rsplit(":", 1)[0], "runnerEnvironment github-hosted", "index 1 (claimed)"):
        assert part in found.out


def test_inspect_for_machines_fits_its_schema(run: Run) -> None:
    schema = json.loads((ROOT / "schemas" / "claims-v1.json").read_text("utf-8"))
    for name in ("identity-v2", "certificate-timestamp", "key-sha256-shards", "key-rsa-3072"):
        document = json.loads(run("inspect", GOLDEN / f"{name}.sig", "--format", "json").out)
        Draft202012Validator(schema).validate(document)
        assert document["verified"] is False


def test_inspect_of_what_is_no_bundle(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.sig").write_text('{"mediaType": "x"}')
    found = run("inspect", tmp_path / "x.sig")
    assert found.code == 0
    assert "x.sig  is no bundle" in found.out
    assert run("inspect", tmp_path / "none.sig").code == 2
    (tmp_path / "empty").mkdir()
    assert run("inspect", tmp_path / "empty").code == 2


def test_inspect_is_not_steered_by_a_bundle(run: Run, tmp_path: Path) -> None:
    text = (GOLDEN / "key-p-256.sig").read_text().replace('"hint":"', '"hint":"\\u001b[2J\\nVERIFIED ')
    (tmp_path / "x.sig").write_text(text)
    found = run("inspect", tmp_path / "x.sig")
    assert "\x1b" not in found.out
    assert not any(line.startswith("VERIFIED") for line in found.out.splitlines())


def test_the_embedded_roots_and_their_age(run: Run) -> None:
    for name in ("production", "staging"):
        found = run("trust", "show", name)
        assert (found.code, found.err) == (0, "")
        assert found.out.startswith(f"sigstore:{name}: its newest anchor began {embedded_root(name).newest:%Y-%m-%d}")
        assert "days ago" in found.out
        assert "certificate authority" in found.out
    machine = json.loads(run("trust", "show", GOLDEN / "trusted_root-1.json", "--format", "json").out)
    assert machine["label"].startswith("sha256:")
    assert {item["purpose"] for item in machine["anchors"]} >= {"transparency log", "timestamp authority"}
    assert run("trust", "show", "nowhere.json").code == 2


def test_a_root_is_fetched_when_asked_and_can_be_pinned(
    run: Run, loopback_rekor2: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    first = loopback_rekor2.build_tuf()
    target = tmp_path / "root.json"
    found = run("trust", "fetch", loopback_rekor2.tuf_url, "--root", first, "-o", target)
    assert found.code == 0, found.err
    assert run("trust", "show", target).out.startswith(found.out.strip())
    assert run("trust", "fetch", loopback_rekor2.tuf_url, "-o", target).code == 2  # nothing to start from
    assert run("trust", "fetch", loopback_rekor2.tuf_url, "--root", tmp_path / "none", "-o", target).code == 2
    before = target.read_bytes()
    loopback_rekor2.faults["tuf"] = "down"
    monkeypatch.setenv("HOME", str(tmp_path / "other"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    failed = run("trust", "fetch", loopback_rekor2.tuf_url, "--root", first, "-o", target, "--timeout", "20")
    assert failed.code == 3
    assert "the trust repository" in failed.err
    assert target.read_bytes() == before


@pytest.mark.disable_socket
def test_an_identity_verifies_offline(run: Run) -> None:
    claim = ("--claim", "runnerEnvironment=github-hosted", "--claim", "sourceRepositoryOwnerIdentifier=99")
    found = run("verify", GOLDEN / "model", *BY_IDENTITY, "--identity", IDENTITY, "--issuer", ISSUER, *claim)
    assert found.code == 0, found.out
    assert "in the log rekor2.sigstore.loopback, index" in found.out
    assert "before 20" in found.out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--identity", IDENTITY + "x", "--issuer", ISSUER), "its identity is not uri"),
        (("--identity", IDENTITY, "--issuer", "https://other.example"), "its issuer is"),
        (("--identity", IDENTITY, "--issuer", ISSUER, "--claim", "runnerEnvironment=self-hosted"), "its claim"),
        (
            (
                "--identity-pattern",
                r"^https://github\.com/acme/other/[^/]+$",
                "--identity-type",
                "uri",
                "--issuer",
                ISSUER,
            ),
            "its identity is not uri",
        ),
    ],
)
def test_another_identity_fails_and_says_why(run: Run, options: tuple[str, ...], reason: str) -> None:
    found = run("verify", GOLDEN / "model", *BY_IDENTITY, *options)
    assert found.code == 1
    assert reason in found.out


def test_a_pattern_over_the_whole_identity(run: Run) -> None:
    pattern = r"^https://github\.com/acme/models/\.github/workflows/release\.yml@refs/heads/[a-z]+$"
    options = ("--identity-pattern", pattern, "--identity-type", "uri", "--issuer", ISSUER)
    assert run("verify", GOLDEN / "model", *BY_IDENTITY, *options).code == 0


def test_another_instance_fails(run: Run) -> None:
    options = ("--identity", IDENTITY, "--issuer", ISSUER, "--signature", GOLDEN / "identity-v2.sig")
    for root in (("--trusted-root", GOLDEN / "trusted_root-1.json"), ("--trusted-root", "staging"), ()):
        assert run("verify", GOLDEN / "model", *options, *root).code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "either a policy or one who must have signed"),
        (("--issuer", "https://x.example"), "signers.identity"),
        (("--identity", "x"), "without who vouched for it"),
        (("--identity", "x", "--issuer", "y", "--key", EXAMPLE_PUB), "exactly one kind of signer"),
        (("--ca", GOLDEN / "ca.pem"), "nothing says whom you mean"),
        (("--subject", "CN=x"), "need --ca"),
        (("--ca", EXAMPLE_PUB, "--subject", "CN=x"), "only PEM certificates"),
        (("--identity-pattern", "github.com/.*", "--identity-type", "uri", "--issuer", "y"), "must start with ^"),
        (("--identity", "x", "--issuer", "y", "--claim", "runner"), "is no new pair"),
        (("--identity", "x", "--issuer", "y", "--trusted-root", "nowhere.json"), "no trusted root"),
        (("--policy", ROOT / "policies" / "release.yaml", "--allow-legacy"), "stands in the policy"),
        (("--policy", ROOT / "policies" / "release.yaml", "--identity", "x", "--issuer", "y"), "either a policy"),
    ],
)
def test_wrong_use_is_said(run: Run, tiny: Path, options: tuple[object, ...], said: str) -> None:
    found = run("verify", tiny, *options)
    assert found.code == 2, found.out
    assert said in found.err
    assert "next:" in found.err


def test_a_private_authority(run: Run, tiny: Path, tmp_path: Path) -> None:
    for name in ("model.sig", "claims.jsonl"):
        (tiny / name).unlink()
    root = pki.Authority.create("root")
    key = keys.generate("p384")
    leaf = root.leaf(key, "release", uris=["https://example.org/release"])
    pki.write_key(tmp_path / "leaf.key", key)
    pki.write_pem(tmp_path / "leaf.pem", leaf)
    pki.write_pem(tmp_path / "ca.pem", root.root)
    signed = run("release", tiny, "--signer", tmp_path / "leaf.key", "--certificate", tmp_path / "leaf.pem")
    assert signed.code == 0, signed.err
    by = ("--ca", tmp_path / "ca.pem")
    assert run("verify", tiny, *by, "--san", "uri:https://example.org/release").code == 0
    assert run("verify", tiny, *by, "--subject", leaf.subject.rfc4514_string()).code == 0
    assert run("verify", tiny, *by, "--san", "uri:https://example.org/other").code == 1
    later = run("verify", tiny, *by, "--san", "uri:https://example.org/release", "--at", "2999-01-01T00:00:00Z")
    assert later.code == 1
    assert "expired at" in later.out
    pki.write_pem(tmp_path / "other.pem", pki.Authority.create("root").root)
    assert run("verify", tiny, "--ca", tmp_path / "other.pem", "--san", "uri:https://example.org/release").code == 1


def test_a_policy_starts_from_an_identity_or_an_authority(run: Run, tiny: Path, tmp_path: Path) -> None:
    root = tmp_path / "trusted_root.json"
    root.write_bytes((GOLDEN / "trusted_root-2.json").read_bytes())
    options = ("--identity", IDENTITY, "--issuer", ISSUER, "--trusted-root", root, "--signer", "upstream")
    made = run("policy", "init", *options, "-o", tmp_path / "p.yaml")
    assert (made.code, made.out) == (0, "")
    text = (tmp_path / "p.yaml").read_text()
    assert 'trustRoot: {file: "trusted_root.json", sha256:' in text  # it lies beside the policy, and is pinned
    assert run("policy", "check", tmp_path / "p.yaml").code == 0
    found = run("verify", GOLDEN / "model", "--signature", GOLDEN / "identity-v2.sig", "--policy", tmp_path / "p.yaml")
    assert "PASSED  signed: signed by 1 of 1 required signers of upstream" in found.out
    assert "FAILED  bom" in found.out  # a signature alone is no release
    root.write_bytes(root.read_bytes() + b" ")
    changed = run("verify", GOLDEN / "model", "--policy", tmp_path / "p.yaml")
    assert changed.code == 2
    assert "the policy pins" in changed.err
    by_ca = run("policy", "init", "--ca", GOLDEN / "ca.pem", "--san", "uri:https://example.org/release")
    assert by_ca.code == 0
    assert "kind: certificate" in by_ca.out
    assert run("policy", "init").code == 2
    assert run("policy", "init", "--identity", "x").code == 2
    assert run("policy", "init", "--key", EXAMPLE_PUB, "--signer", "x: y").code == 2
