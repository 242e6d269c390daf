"""Private keys as openssl writes them, locked and open: we sign with them, the peer and openssl verify."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import CURVES, KeyPair, Peer, envelope_of

PASSWORD = "correct horse, é"
NAMES = {"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}
HASHES = {"P-256": "-sha256", "P-384": "-sha384", "P-521": "-sha512"}
PLAIN: Mapping[str, tuple[str, ...]] = {
    "PKCS#8": ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:{}"),
    "SEC 1 behind its parameters": ("ecparam", "-genkey", "-name", "{}"),
    "SEC 1": ("ecparam", "-genkey", "-noout", "-name", "{}"),
}
LOCKS: Mapping[str, tuple[str, ...]] = {
    "PKCS#8, AES-256": ("pkcs8", "-topk8", "-v2", "aes-256-cbc"),
    "PKCS#8, scrypt": ("pkcs8", "-topk8", "-scrypt"),
    "SEC 1, AES-128": ("ec", "-aes128"),
}


def openssl(*argv: object, data: bytes | None = None) -> bytes:
    done = subprocess.run(["openssl", *map(str, argv)], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def pair(private: bytes, folder: Path, *password: str) -> KeyPair:
    made = KeyPair(private=folder / "made.pem", public=folder / "made.pub")
    made.private.write_bytes(private)
    made.public.write_bytes(openssl("pkey", "-in", made.private, "-pubout", *password))
    return made


@pytest.mark.peer
@pytest.mark.parametrize("kind", PLAIN)
def test_keys_that_openssl_made(run: Run, peer: Peer, small: Path, tmp_path: Path, kind: str) -> None:
    key = pair(openssl(*(part.format("prime256v1") for part in PLAIN[kind])), tmp_path)
    result = run("sign", small, "--key", key.private)
    assert result.code == 0, result.err
    assert peer.verify(small, key).code == 0
    assert run("verify", small, "--key", key.public).code == 0


@pytest.mark.peer
@pytest.mark.parametrize("kind", LOCKS)
def test_keys_that_openssl_locked(
    run: Run, peer: Peer, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    plain = openssl("ecparam", "-genkey", "-noout", "-name", "secp384r1")
    locked = openssl(*LOCKS[kind], "-passout", f"pass:{PASSWORD}", data=plain)
    assert b"ENCRYPTED" in locked
    key = pair(locked, tmp_path, "-passin", f"pass:{PASSWORD}")
    assert run("sign", small, "--key", key.private).code == 2
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", "wrong")
    assert run("sign", small, "--key", key.private).code == 2
    assert not (small / "model.sig").exists()
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", PASSWORD)
    result = run("sign", small, "--key", key.private)
    assert result.code == 0, result.err
    assert peer.verify(small, key).code == 0


def test_openssl_opens_a_key_that_we_locked(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", PASSWORD)
    assert run("key", "generate", "--out", tmp_path / "locked.pem").code == 0
    public = openssl("pkey", "-in", tmp_path / "locked.pem", "-passin", f"pass:{PASSWORD}", "-pubout")
    assert public == (tmp_path / "locked.pub").read_bytes()


@pytest.mark.peer
@pytest.mark.parametrize("curve", CURVES)
def test_we_read_what_the_peer_signed_with_a_key_of_openssl(
    run: Run, peer: Peer, small: Path, tmp_path: Path, curve: str
) -> None:
    key = pair(openssl("ecparam", "-genkey", "-noout", "-name", NAMES[curve]), tmp_path)
    peer.sign(small, key)
    assert run("verify", small, "--key", key.public).code == 0


@pytest.mark.parametrize("curve", CURVES)
def test_openssl_verifies_signature_and_claim(
    run: Run, small: Path, tmp_path: Path, key_on: Callable[[str], KeyPair], curve: str
) -> None:
    """Over the encoding of DSSE 1.0, put together here from the specification."""
    key = key_on(curve)
    assert run("release", small, "--key", key.private).code == 0
    for bundle in ((small / "model.sig").read_bytes(), *(small / "claims.jsonl").read_bytes().splitlines()):
        payload, signature = envelope_of(bundle)
        (tmp_path / "signature").write_bytes(signature)
        signed = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
        said = openssl("dgst", HASHES[curve], "-verify", key.public, "-signature", tmp_path / "signature", data=signed)
        assert said == b"Verified OK\n"
