"""One key on one token, used by attest and by model_signing's pkcs11-key; each verifies what the other signed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from attest.signing.holders.pkcs11_token import open_pkcs11
from tests.conftest import Run
from tests.interop.conftest import PEERS, KeyPair, Outcome, Peer, need_peers
from tests.simulators import keys, pki
from tests.simulators.softhsm import PIN, SoftHsm, softhsm

pytestmark = pytest.mark.peer
CURVES = {"prime256v1": "01", "secp384r1": "02", "secp521r1": "03"}


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """A token with a key on each curve."""
    with softhsm(tmp_path_factory.mktemp("softhsm")) as found:
        found.make_token("shared")
        for curve, key_id in CURVES.items():
            found.make_key("shared", f"EC:{curve}", curve, key_id)
        yield found


@pytest.fixture(params=CURVES)
def curve(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def public(hsm: SoftHsm, curve: str, tmp_path: Path) -> KeyPair:
    """The public key's file; the private one is nowhere but on the token."""
    file = tmp_path / "token.pub"
    file.write_text(open_pkcs11(hsm.uri(f"token=shared;object={curve}"), lambda _: PIN).public.text.pem)
    return KeyPair(private=tmp_path / "none", public=file)


def peer_signs(hsm: SoftHsm, model: Path, signature: Path, key: str) -> Outcome:
    """model_signing in a process of its own, as the module's settings are in the environment."""
    need_peers()
    pin = signature.with_name("pin")
    pin.write_text(PIN)
    uri = hsm.uri(f"token=shared;id=%{CURVES[key]};object={key}", f"&pin-source=file:{pin}")
    command: list[str | Path] = [
        PEERS / "bin" / "model_signing",
        "sign",
        "pkcs11-key",
        model,
        "--signature",
        signature,
        "--pkcs11_uri",
        uri,
    ]
    done = subprocess.run(command, env=hsm.environment, capture_output=True, text=True, timeout=60, check=False)
    return Outcome(code=done.returncode, output=done.stdout + done.stderr)


def test_attest_verifies_the_peers_signature(
    hsm: SoftHsm, run: Run, small: Path, tmp_path: Path, curve: str, public: KeyPair
) -> None:
    signature = tmp_path / "peer.sig"
    done = peer_signs(hsm, small, signature, curve)
    assert done.code == 0, done.output
    result = run("verify", small, "--signature", signature, "--key", public.public)
    assert result.code == 0, result.out + result.err


def test_the_peer_verifies_attests_signature(
    hsm: SoftHsm,
    run: Run,
    peer: Peer,
    small: Path,
    curve: str,
    public: KeyPair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ATTEST_PKCS11_PIN", PIN)
    signed = run("sign", small, "--signer", hsm.uri(f"token=shared;object={curve}"))
    assert signed.code == 0, signed.err
    assert PIN not in signed.out + signed.err
    done = peer.verify(small, public)
    assert done.code == 0, done.output
    (small / "config.json").write_bytes(b"changed")
    assert peer.verify(small, public).code != 0


def test_the_peer_verifies_attests_certificate(
    hsm: SoftHsm, run: Run, peer: Peer, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate lies on the token beside its key; the peer itself fails to sign with one."""
    hsm.make_token("certified")
    hsm.make_key("certified", "EC:prime256v1", "signer", "01")
    uri = hsm.uri("token=certified;object=signer")
    authority = pki.Authority.create()
    leaf = authority.leaf(keys.supported(open_pkcs11(uri, lambda _: PIN).public.key))
    root, der = tmp_path / "root.pem", tmp_path / "leaf.der"
    root.write_bytes(pki.pem(authority.root))
    der.write_bytes(leaf.public_bytes(serialization.Encoding.DER))
    hsm.tool("certified", "--write-object", str(der), "--type", "cert", "--id", "01", "--label", "signer")
    monkeypatch.setenv("ATTEST_PKCS11_PIN", PIN)
    signed = run("sign", small, "--signer", uri, "--certificate", "token:")
    assert signed.code == 0, signed.err
    done = peer("verify", "certificate", small, "--signature", small / "model.sig", "--certificate_chain", root)
    assert done.code == 0, done.output
