"""Trust anchors from files: certificates of whoever the caller named, and nothing else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from attest.errors import AttestError, DocumentError, KeyFileError
from attest.signing.material.anchors import authority_of, read_authority, read_small, read_trusted_root, roots_of
from tests.simulators import keys, pki
from tests.unit.signing.material import der

ROOT = pki.Authority.create("root")
TSA = ROOT.intermediate("between").timestamp_authority()


def test_a_timestamp_authority() -> None:
    found = authority_of(pki.pem(*TSA.chain), "the file")
    assert found.chain == TSA.chain
    assert found.name == "CN=timestamps,O=attest tests"
    assert found.window.holds(datetime(1970, 1, 1, tzinfo=UTC))
    assert found.window.holds(datetime.max.replace(tzinfo=UTC))
    assert authority_of(pki.pem(ROOT.root), "the file").chain == (ROOT.root,)


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (pki.pem(*TSA.chain[:-1]), "does not end with a root certificate"),
        (pki.pem(*reversed(TSA.chain)), "does not end with a root certificate"),
        (b"", "holds no readable certificate"),
        (b"hello", "holds no readable certificate"),
        (der(ROOT.root), "holds no readable certificate"),
        (pki.pem(ROOT.root)[:-40], "holds no readable certificate"),
        (keys.public_pem(ROOT.key.public_key()), "holds no readable certificate"),
        (pki.pem(ROOT.root) + keys.private_pem(keys.generate()), "holds a private key"),
        (pki.pem(ROOT.root).replace(b"MII", b"NII", 1), "holds no readable certificate"),
    ],
)
def test_files_that_are_no_anchor(pem: bytes, reason: str) -> None:
    with pytest.raises(KeyFileError, match=reason):
        authority_of(pem, "the file")


def test_a_certificate_of_an_unknown_version() -> None:
    import base64

    raw = der(ROOT.root).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
    text = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(raw) + b"-----END CERTIFICATE-----\n"
    with pytest.raises(KeyFileError, match="holds no readable certificate"):
        roots_of(text, "the file")


def test_roots() -> None:
    other = pki.Authority.create("other")
    assert roots_of(pki.pem(ROOT.root, other.root), "the file") == (ROOT.root, other.root)


def test_files(tmp_path: Path) -> None:
    path = pki.write_pem(tmp_path / "tsa.pem", *TSA.chain)
    assert read_authority(str(path)).chain == TSA.chain
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "", "none"):
        with pytest.raises(KeyFileError):
            read_small(str(tmp_path / name))
    with pytest.raises(KeyFileError, match="is no path"):
        read_small("a\0b")
    assert read_small(str(path), path.stat().st_size)
    with pytest.raises(KeyFileError, match="is larger than"):
        read_small(str(path), path.stat().st_size - 1)


def test_names_of_instances_are_no_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file called `production` beside a model must not become the public instance."""
    (tmp_path / "production").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert read_trusted_root("production").label == "sigstore:production"
    with pytest.raises(DocumentError):
        read_trusted_root("./production")
    for name in ("Production", "../production", "https://tuf-repo-cdn.sigstore.dev"):
        with pytest.raises(AttestError):
            read_trusted_root(name)


def test_certificates_are_compared_by_their_bytes() -> None:
    twin = pki.Authority.create("root", key=ROOT.key)
    assert isinstance(twin.root, x509.Certificate)
    assert roots_of(pki.pem(twin.root), "x") != roots_of(pki.pem(ROOT.root), "x")
