"""Certificates of a private authority, both ways with model_signing; and what it accepts that nobody should."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.conftest import Run
from tests.interop.conftest import Outcome, Peer
from tests.simulators import keys, pki

pytestmark = pytest.mark.peer


@dataclass(frozen=True, kw_only=True)
class Office:
    """A root with one intermediate, and the files of a signer below it."""

    root: Path
    intermediate: Path
    certificate: Path
    private: Path
    subject: str


@pytest.fixture(scope="module")
def authority() -> pki.Authority:
    return pki.Authority.create().intermediate()


@pytest.fixture
def office(authority: pki.Authority, tmp_path: Path) -> Callable[..., Office]:
    """A signer on a curve, with knobs of its certificate."""

    def make(curve: str = "p256", **knobs: Any) -> Office:
        key = keys.generate(curve)
        leaf = authority.leaf(key, "release", **knobs)
        return Office(
            root=pki.write_pem(tmp_path / "root.pem", authority.root),
            intermediate=pki.write_pem(tmp_path / "intermediate.pem", authority.certificate),
            certificate=pki.write_pem(tmp_path / "leaf.pem", leaf),
            private=pki.write_key(tmp_path / "leaf.key", key),
            subject=leaf.subject.rfc4514_string(),
        )

    return make


def ours_signs(run: Run, model: Path, signer: Office) -> Outcome:
    chain = ("--certificate", signer.certificate, "--certificate", signer.intermediate)
    done = run("sign", model, "--signer", signer.private, *chain)
    return Outcome(code=done.code, output=done.out + done.err)


def ours_verifies(run: Run, model: Path, signer: Office, *options: object) -> Outcome:
    done = run("verify", model, "--ca", signer.root, "--subject", signer.subject, *options)
    return Outcome(code=done.code, output=done.out + done.err)


def theirs_signs(peer: Peer, model: Path, signer: Office) -> Outcome:
    files = ("--signing_certificate", signer.certificate, "--certificate_chain", signer.intermediate)
    fixed = ("sign", "certificate", model, "--signature", model / "model.sig")
    return peer(*fixed, "--private_key", signer.private, *files)


def theirs_verifies(peer: Peer, model: Path, signer: Office) -> Outcome:
    return peer("verify", "certificate", model, "--signature", model / "model.sig", "--certificate_chain", signer.root)


@pytest.mark.parametrize("signer", ["ours", "theirs"])
@pytest.mark.parametrize("curve", ["p256", "p384", "p521"])
def test_each_verifies_what_the_other_signed(
    run: Run, peer: Peer, small: Path, office: Callable[..., Office], curve: str, signer: str
) -> None:
    by = office(curve)
    signed = ours_signs(run, small, by) if signer == "ours" else theirs_signs(peer, small, by)
    assert signed.code == 0, signed.output
    theirs, ours = theirs_verifies(peer, small, by), ours_verifies(run, small, by)
    assert (theirs.code, ours.code) == (0, 0), theirs.output + ours.output
    certificates = json.loads((small / "model.sig").read_bytes())["verificationMaterial"]["x509CertificateChain"]
    assert len(certificates["certificates"]) == 2
    (small / "config.json").write_bytes(b"changed")
    assert (theirs_verifies(peer, small, by).code, ours_verifies(run, small, by).code) == (1, 1)


def test_neither_takes_another_root(run: Run, peer: Peer, small: Path, office: Callable[..., Office]) -> None:
    by = office()
    assert ours_signs(run, small, by).code == 0
    pki.write_pem(by.root, pki.Authority.create().root)
    assert (theirs_verifies(peer, small, by).code, ours_verifies(run, small, by).code) == (1, 1)


def test_ours_wants_to_know_whose_certificate(run: Run, peer: Peer, small: Path, office: Callable[..., Office]) -> None:
    """The peer takes whatever its root ever certified."""
    by = office(emails=["release@example.com"])
    assert theirs_signs(peer, small, by).code == 0
    assert theirs_verifies(peer, small, by).code == 0
    assert run("verify", small, "--ca", by.root).code == 2
    for pin, code in (
        ("--subject=" + by.subject, 0),
        ("--subject=CN=somebody", 1),
        ("--san=email:release@example.com", 0),
        ("--san=email:other@example.com", 1),
    ):
        assert run("verify", small, "--ca", by.root, *pin.split("=", 1)).code == code, pin


def test_an_expired_certificate_signs_and_verifies_there(
    run: Run, peer: Peer, small: Path, office: Callable[..., Office]
) -> None:
    """The peer judges the chain at the time when its leaf began."""
    by = office(not_before=pki.days(-0.9), not_after=pki.days(-0.5))
    assert theirs_signs(peer, small, by).code == 0
    assert theirs_verifies(peer, small, by).code == 0
    refused = ours_verifies(run, small, by)
    assert refused.code == 1
    assert "expired at" in refused.output
    assert ours_signs(run, small, by).code == 2


def test_a_web_servers_certificate_signs_and_verifies_there(
    run: Run, peer: Peer, small: Path, office: Callable[..., Office]
) -> None:
    """Either usage is enough for the peer; here each one that is stated binds."""
    by = office(eku=(ExtendedKeyUsageOID.SERVER_AUTH,))
    assert theirs_signs(peer, small, by).code == 0
    assert theirs_verifies(peer, small, by).code == 0
    refused = ours_verifies(run, small, by)
    assert refused.code == 1
    assert "does not allow code signing" in refused.output
    assert ours_signs(run, small, by).code == 2


def test_a_certificate_without_its_chain_is_signed_with_here_alone(
    run: Run, peer: Peer, small: Path, tmp_path: Path
) -> None:
    root = pki.Authority.create()
    key = keys.generate("p256")
    private = pki.write_key(tmp_path / "k.pem", key)
    leaf = pki.write_pem(tmp_path / "l.pem", root.leaf(key))
    anchor = pki.write_pem(tmp_path / "r.pem", root.root)
    fixed = ("sign", "certificate", small, "--signature", small / "model.sig", "--private_key", private)
    assert peer(*fixed, "--signing_certificate", leaf).code == 1
    assert run("sign", small, "--signer", private, "--certificate", leaf).code == 0
    assert (
        peer("verify", "certificate", small, "--signature", small / "model.sig", "--certificate_chain", anchor).code
        == 0
    )
    key_id = json.loads(run("key", "show", private, "--format", "json").out)["id"]
    assert run("verify", small, "--ca", anchor, "--key-id", key_id).code == 0


def test_a_chain_that_does_not_fit_is_told_before_signing(
    run: Run, small: Path, office: Callable[..., Office], tmp_path: Path
) -> None:
    by = office()
    stranger = pki.write_pem(tmp_path / "stranger.pem", pki.Authority.create().root)
    done = run("sign", small, "--signer", by.private, "--certificate", by.certificate, "--certificate", stranger)
    assert (done.code, (small / "model.sig").exists()) == (2, False)
    assert "did not issue" in done.err


def test_material_is_what_the_peer_writes(
    run: Run, peer: Peer, small: Path, office: Callable[..., Office], tmp_path: Path
) -> None:
    """Leaf first, then the chain as given, DER in base64: the same bytes from both."""
    by = office()
    found = []
    for signer in ("ours", "theirs"):
        signed = ours_signs(run, small, by) if signer == "ours" else theirs_signs(peer, small, by)
        assert signed.code == 0, signed.output
        material = json.loads((small / "model.sig").read_bytes())["verificationMaterial"]
        found.append((material["x509CertificateChain"], material["tlogEntries"]))
        (small / "model.sig").unlink()
    assert found[0] == found[1]
    leaf = x509.load_der_x509_certificate(base64.b64decode(found[0][0]["certificates"][0]["rawBytes"]))
    assert leaf.subject.rfc4514_string() == by.subject
