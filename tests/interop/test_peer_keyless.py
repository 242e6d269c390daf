"""Identities of a Sigstore instance of one's own, both ways with model_signing and its `--trust_config`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import Outcome, Peer
from tests.interop.loopback_signing import CI_VARIABLES
from tests.simulators.sigstore.identity import PERSON
from tests.simulators.sigstore.instance import LoopbackSigstore

pytestmark = pytest.mark.peer


@dataclass(frozen=True, kw_only=True)
class Both:
    """The two tools at one instance."""

    run: Run
    peer: Peer
    instance: LoopbackSigstore
    config: Path
    model: Path

    @property
    def signature(self) -> Path:
        return self.model / "model.sig"

    def ours_signs(self, token: str) -> Outcome:
        file = self.config.with_name("token")
        file.write_text(token, encoding="ascii")
        given = ("--trust-config", self.config, "--identity-token-file", file)
        done = self.run("sign", self.model, "--signer", "sigstore:", *given)
        return Outcome(code=done.code, output=done.out + done.err)

    def theirs_signs(self, token: str) -> Outcome:
        given = ("--trust_config", self.config, "--identity_token", token)
        return self.peer("sign", "sigstore", self.model, "--signature", self.signature, *given)

    def ours_verifies(self, identity: str = PERSON, issuer: str = "") -> Outcome:
        expected = ("--identity", identity, "--issuer", issuer or self.instance.issuer)
        root = self.config.with_name("trusted_root.json")
        done = self.run("verify", self.model, *expected, "--trusted-root", root)
        return Outcome(code=done.code, output=done.out + done.err)

    def theirs_verifies(self, identity: str = PERSON, issuer: str = "") -> Outcome:
        expected = ("--identity", identity, "--identity_provider", issuer or self.instance.issuer)
        fixed = ("verify", "sigstore", self.model, "--signature", self.signature)
        return self.peer(*fixed, "--trust_config", self.config, *expected)


@pytest.fixture
def both(
    run: Run,
    peer: Peer,
    loopback_sigstore: LoopbackSigstore,
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Both:
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    config = loopback_sigstore.write_trust(tmp_path / "trust")
    return Both(run=run, peer=peer, instance=loopback_sigstore, config=config, model=small)


@pytest.mark.parametrize("signer", ["ours", "theirs"])
def test_each_verifies_what_the_other_signed(both: Both, signer: str) -> None:
    token = both.instance.mint()
    signed = both.ours_signs(token) if signer == "ours" else both.theirs_signs(token)
    assert signed.code == 0, signed.output
    assert token not in signed.output
    ours, theirs = both.ours_verifies(), both.theirs_verifies()
    assert (ours.code, theirs.code) == (0, 0), ours.output + theirs.output
    for identity, issuer in (("other@example.com", ""), (PERSON, "https://issuer.example.com")):
        ours, theirs = both.ours_verifies(identity, issuer), both.theirs_verifies(identity, issuer)
        assert (ours.code, theirs.code) == (1, 1), ours.output + theirs.output
    (both.model / "config.json").write_bytes(b"changed")
    assert (both.ours_verifies().code, both.theirs_verifies().code) == (1, 1)


@pytest.mark.parametrize("signer", ["ours", "theirs"])
def test_a_ci_jobs_signature(both: Both, signer: str) -> None:
    workflow = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
    issuer = "https://token.actions.githubusercontent.com"
    both.instance.allowed_issuers.add(issuer)
    token = both.instance.mint_github(iss=issuer)
    signed = both.ours_signs(token) if signer == "ours" else both.theirs_signs(token)
    assert signed.code == 0, signed.output
    ours, theirs = both.ours_verifies(workflow, issuer), both.theirs_verifies(workflow, issuer)
    assert (ours.code, theirs.code) == (0, 0), ours.output + theirs.output
    assert both.ours_verifies(workflow, both.instance.issuer).code == 1
