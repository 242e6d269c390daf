"""The published vector of the OMS notes, 13.3: key with scalar 1, one model, one payload, one signature."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from attest.signing import open_signer, sign_statement
from tests.conftest import Run
from tests.interop.conftest import KeyPair, Peer, envelope_of

pytestmark = pytest.mark.peer

PUBLIC = """\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
"""
HINT = "0bcc8908c3cc5f2c08c1e1963e1b674e76aa2dfb7cd91c437b4081b25b7f9e03"
SIGNATURE = "MEUCIBnS9qXph9ZWWbz7jmXr4v09QJr4LJGXKdss567OuSrRAiEAybc5bnS566icE8OD63o/Yd5QHzzsXRnJO68ercOjw/I="
PAYLOAD_SHA256 = "7596c1eb822504b8b44137e00b146f013cbb9abc1c9df2bc836560c65e9e2689"
DIGESTS = {
    "config.json": "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c",
    "empty": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "sub-x": "b2dbaf376a088e720078d1c245336d66fe6d1be61e1efeb8d21f1747b5bdd358",
    "sub/w.bin": "cf945b5236e101dbe0471d5200f28b1ae64f21c1f35bf55fcf40cd0fe42cd8e7",
    "é.txt": "edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2",
}
ROOT_DIGEST = "331bab3bd1be4db83ca7f95d9e94a0e508a562fe76b4ffcb810084d6de7dd329"
GIT_PATHS = [".git", ".gitattributes", ".github", ".gitignore"]


def payload(ignored: list[str]) -> bytes:
    """The statement over the small model, written with nothing of ours."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "small", "digest": {"sha256": ROOT_DIGEST}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "resources": [{"name": n, "digest": d, "algorithm": "sha256"} for n, d in DIGESTS.items()],
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": ignored,
            },
        },
    }
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def bundle() -> bytes:
    """The bundle of the vector, written with nothing of ours."""
    document = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": HINT}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": b64encode(payload(GIT_PATHS)).decode("ascii"),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": SIGNATURE, "keyid": ""}],
        },
    }
    return json.dumps(document).encode()


@pytest.fixture
def golden(tmp_path: Path) -> KeyPair:
    """The key of the vector. It is published: it proves nothing about anybody."""
    pem = ec.derive_private_key(1, ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pair = KeyPair(private=tmp_path / "golden.pem", public=tmp_path / "golden.pub")
    pair.private.write_bytes(pem)
    pair.public.write_text(PUBLIC, encoding="ascii")
    return pair


def test_the_vector_is_the_published_one() -> None:
    assert len(payload(GIT_PATHS)) == 966
    assert hashlib.sha256(payload(GIT_PATHS)).hexdigest() == PAYLOAD_SHA256
    assert hashlib.sha256(PUBLIC.encode()).hexdigest() == HINT


def test_both_sides_verify_the_vector(run: Run, peer: Peer, golden: KeyPair, small: Path) -> None:
    (small / "model.sig").write_bytes(bundle())
    done = peer.verify(small, golden)
    assert done.code == 0, done.output
    result = run("verify", small, "--key", golden.public)
    assert result.code == 0, result.out
    (small / "empty").write_bytes(b"!")
    assert (run("verify", small, "--key", golden.public).code, peer.verify(small, golden).code) == (1, 1)


def test_our_signer_makes_the_vector(golden: KeyPair) -> None:
    made = sign_statement(payload(GIT_PATHS), open_signer(str(golden.private)))
    assert json.loads(made) == json.loads(bundle())


def test_our_command_makes_the_same_statement_but_for_its_own_evidence(
    run: Run, peer: Peer, golden: KeyPair, small: Path
) -> None:
    """`attest sign` also records where its evidence lies; every other byte is the vector's, and it repeats."""
    assert run("sign", small, "--key", golden.private).code == 0
    first = (small / "model.sig").read_bytes()
    assert envelope_of(first)[0] == payload([*GIT_PATHS, "claims.jsonl", "model.sig"])
    assert peer.verify(small, golden).code == 0
    assert run("sign", small, "--key", golden.private).code == 0
    assert (small / "model.sig").read_bytes() == first


def test_our_command_shows_the_vectors_key_and_root(run: Run, golden: KeyPair, small: Path) -> None:
    assert run("key", "show", golden.private).out == PUBLIC
    shown = json.loads(run("key", "show", golden.public, "--format", "json").out)
    assert (shown["hint"], shown["kind"]) == (HINT, "ECDSA P-256")
    report = json.loads(run("digest", small, "--files", "--format", "json").out)
    assert report["omsRoot"] == ROOT_DIGEST
    assert {item["name"]: item["digest"]["sha256"] for item in report["entries"]} == DIGESTS


def test_the_other_half_of_a_signature_is_no_other_signer(run: Run, peer: Peer, golden: KeyPair, small: Path) -> None:
    """ECDSA is malleable: (r, n-s) verifies as well, on both sides, and is still one signer."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    r, s = decode_dss_signature(b64decode(SIGNATURE))
    document = json.loads(bundle())
    mirrored = encode_dss_signature(r, order - s)
    document["dsseEnvelope"]["signatures"][0]["sig"] = b64encode(mirrored).decode("ascii")
    (small / "model.sig").write_text(json.dumps(document), encoding="utf-8")
    assert (run("verify", small, "--key", golden.public).code, peer.verify(small, golden).code) == (0, 0)
