"""What model_signing 1.1.1 does and nobody should: shown with the peer itself, then put to attest.

Its bugs with certificates are in test_peer_certificates.py, those with its own shards and hashes in
test_other_serializations.py, the name of a single file in test_single_file.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.conftest import Run
from tests.interop.conftest import KeyPair, Peer, envelope_of, make_model, need_peers
from tests.simulators import keys, pki

pytestmark = pytest.mark.peer
KIND = "application/vnd.in-toto+json"
Listed = Sequence[tuple[str, bytes]]


def pae(payload: bytes) -> bytes:
    return f"DSSEv1 {len(KIND)} {KIND} {len(payload)} ".encode() + payload


def broken_pae(payload: bytes) -> bytes:
    """What OMS v0.2 signed."""
    return f"DSSEV1 {len(KIND)} {KIND} {len(payload)} {payload!r}".encode()


def forge(bundle: Path, key: KeyPair, files: Listed, *, encode: Any = pae, **serialization: object) -> None:
    """A bundle over any list of names and contents, well signed by the key."""
    resources = [
        {"name": name, "algorithm": "sha256", "digest": hashlib.sha256(content).hexdigest()} for name, content in files
    ]
    root = hashlib.sha256(b"".join(bytes.fromhex(item["digest"]) for item in resources)).hexdigest()
    recorded = {"method": "files", "hash_type": "sha256", "allow_symlinks": False, **serialization}
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {"resources": resources, "serialization": recorded},
    }
    payload = json.dumps(statement).encode()
    private = load_pem_private_key(key.private.read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    signature = private.sign(encode(payload), ec.ECDSA(hashes.SHA256()))
    document = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "publicKey": {"hint": hashlib.sha256(key.public.read_bytes()).hexdigest()},
            "tlogEntries": [],
        },
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode("ascii"),
            "payloadType": KIND,
            "signatures": [{"sig": base64.b64encode(signature).decode("ascii"), "keyid": ""}],
        },
    }
    bundle.write_text(json.dumps(document), encoding="utf-8")


def test_an_honest_forgery_verifies(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    """Otherwise the others of this file would prove nothing."""
    model = make_model(tmp_path / "model", {"a": b"1", "b": b"2"})
    forge(tmp_path / "b.sig", key, [("a", b"1"), ("b", b"2")])
    assert peer.verify(model, key, signature=tmp_path / "b.sig").code == 0
    assert run("verify", model, "--key", key.public, "--signature", tmp_path / "b.sig").code == 0


def test_an_empty_model(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", {".gitignore": b"*\n"})
    bundle = peer.sign(model, key, signature=tmp_path / "b.sig")
    assert peer.verify(model, key, signature=bundle).code == 0
    assert run("verify", model, "--key", key.public, "--signature", bundle).code == 1
    assert run("sign", model, "--key", key.private).code == 2
    assert not (model / "model.sig").exists()


def test_a_signed_name_outside_the_model(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", {"a": b"1"})
    (tmp_path / "secret").write_bytes(b"not of the model")
    forge(tmp_path / "b.sig", key, [("../secret", b"not of the model"), ("a", b"1")])
    signature = ("--signature", tmp_path / "b.sig")
    assert peer.verify(model, key, "--ignore_unsigned_files", signature=tmp_path / "b.sig").code == 0
    refused = run("verify", model, "--key", key.public, *signature, "--ignore-unsigned-files")
    assert refused.code == 1
    assert "the signed list holds the name '../secret'" in refused.out


def test_a_name_that_is_listed_twice(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    """The peer lets the last one win."""
    model = make_model(tmp_path / "model", {"a": b"2"})
    forge(tmp_path / "b.sig", key, [("a", b"1"), ("a", b"2")])
    assert peer.verify(model, key, signature=tmp_path / "b.sig").code == 0
    refused = run("verify", model, "--key", key.public, "--signature", tmp_path / "b.sig")
    assert refused.code == 1
    assert "names 'a' twice" in refused.out


@pytest.mark.parametrize("option", [(), ("--allow-legacy",)])
def test_the_broken_encoding_of_v0_2_under_a_later_statement(
    run: Run, peer: Peer, key: KeyPair, tmp_path: Path, option: tuple[str, ...]
) -> None:
    model = make_model(tmp_path / "model", {"a": b"1"})
    # The old predicate's name where it means nothing.
    forge(
        tmp_path / "b.sig", key, [("a", b"1")], encode=broken_pae, ignore_paths=["https://model_signing/Digests/v0.1"]
    )
    assert peer.verify(model, key, signature=tmp_path / "b.sig").code == 0
    assert run("verify", model, "--key", key.public, "--signature", tmp_path / "b.sig", *option).code == 1


def test_a_folder_that_is_a_link(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    """Planted after signing, it is invisible to the peer."""
    model = make_model(tmp_path / "model", {"a": b"1"})
    peer.sign(model, key, "--allow_symlinks")
    assert run("verify", model, "--key", key.public).code == 0
    make_model(tmp_path / "elsewhere", {"evil.py": b"import os\n"})
    (model / "planted").symlink_to(tmp_path / "elsewhere")
    assert peer.verify(model, key, "--allow_symlinks").code == 0
    refused = run("verify", model, "--key", key.public)
    assert refused.code == 1
    assert "planted" in refused.out


def test_links_that_the_signer_did_not_allow(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    """The peer's command takes its own option for the signer's word."""
    model = make_model(tmp_path / "model", {"a": b"1", "b": b"1"})
    peer.sign(model, key)
    (model / "b").unlink()
    (model / "b").symlink_to("a")
    assert peer.verify(model, key, "--allow_symlinks").code == 0
    refused = run("verify", model, "--key", key.public)
    assert refused.code == 1
    assert "the signer did not allow links" in refused.out


LEAK = """
import sys
from model_signing import verifying
key, model, *bundles = sys.argv[1:]
config = verifying.Config().use_elliptic_key_verifier(public_key=key)
for bundle in bundles:
    config.verify(model, bundle)
"""


def test_what_one_bundle_ignores_leaks_into_the_next(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    """With one configuration object for two verifications, as a service would have it."""
    model = make_model(tmp_path / "model", {"a": b"1"})
    whole = peer.sign(model, key, signature=tmp_path / "whole.sig")
    make_model(model, {"evil.py": b"import os\n"})
    part = peer.sign(model, key, "--ignore-paths", model / "evil.py", signature=tmp_path / "part.sig")
    command = [str(need_peers()), "-I", "-c", LEAK, str(key.public), str(model)]
    codes = [
        subprocess.run([*command, *map(str, bundles)], capture_output=True, check=False).returncode
        for bundles in ((part,), (whole,), (part, whole))
    ]
    assert codes == [0, 1, 0]
    keys_given = ("--key", key.public)
    assert run("verify", model, *keys_given, "--signature", part, "--allow-ignored", "evil.py").code == 0
    assert run("verify", model, *keys_given, "--signature", whole, "--allow-ignored", "evil.py").code == 1


def test_an_encrypted_key(run: Run, peer: Peer, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its option for the password fails; what is signed here with such a key verifies there."""
    key = keys.generate("p256")
    private = pki.write_key(tmp_path / "k.pem", key, b"a password")
    public = tmp_path / "k.pub"
    public.write_bytes(keys.public_pem(key.public_key()))
    pair = KeyPair(private=private, public=public)
    fixed = ("sign", "key", small, "--private_key", private, "--signature", small / "model.sig")
    assert peer(*fixed, "--password", "a password").code == 1
    monkeypatch.setenv("ATTEST_KEY_PASSWORD", "a password")
    assert run("sign", small, "--key", private).code == 0
    assert peer.verify(small, pair).code == 0


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_keys_that_oms_does_not_have(run: Run, peer: Peer, small: Path, tmp_path: Path, kind: str) -> None:
    """The peer meets them with a trace; here they sign, verify, and are said to be for other tools."""
    key = keys.generate(kind)
    private = pki.write_key(tmp_path / "k.pem", key)
    public = tmp_path / "k.pub"
    public.write_bytes(keys.public_pem(key.public_key()))
    fixed = ("sign", "key", small, "--private_key", private, "--signature", tmp_path / "theirs.sig")
    theirs = peer(*fixed)
    assert theirs.code == 1
    assert "has no attribute" in theirs.output
    assert run("sign", small, "--key", private).code == 0
    assert run("verify", small, "--key", public).code == 0
    assert peer.verify(small, KeyPair(private=private, public=public)).code == 1


def test_the_payload_of_one_model(run: Run, peer: Peer, key: KeyPair, small: Path, tmp_path: Path) -> None:
    """It differs from run to run there, and never here."""
    theirs, ours = set(), set()
    for number in range(6):
        bundle = tmp_path / f"{number}.sig"
        command = [need_peers().with_name("model_signing"), "sign", "key", small]
        subprocess.run(
            [*map(str, command), "--private_key", str(key.private), "--signature", str(bundle)],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            check=True,
        )
        theirs.add(envelope_of(bundle.read_bytes())[0])
        assert run("sign", small, "--key", key.private, "--signature", tmp_path / "ours.sig").code == 0
        ours.add((tmp_path / "ours.sig").read_bytes())
    assert len(ours) == 1
    assert len(theirs) > 1
