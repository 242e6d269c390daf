"""Small builders that unit and property tests share: keys, manifests, statements, bundles, folders, child processes."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from attest.domain.artifact import Kind
from attest.domain.attestation import Attestation, RejectCode, Rejected
from attest.domain.bundle import Bundle, parse_bundle, serialize_bundle
from attest.domain.manifest import FileEntry, Manifest, build_manifest
from attest.domain.statement import PAYLOAD_TYPE
from attest.hashing import HashOptions, hash_artifact, locate
from attest.signing import Trust, sign_model, sign_statement
from attest.signing.dsse import pae
from attest.signing.holders.key_file import AnyPrivateKey, KeyFile
from attest.signing.key_signer import KeySigner
from attest.signing.keys import CURVES, PublicKey, as_public_key
from attest.signing.oms_write import listing_of, oms_payload

ROOT = Path(__file__).resolve().parents[2]
SMALL: Mapping[str, bytes] = {
    "config.json": b'{"a":1}\n',
    "empty": b"",
    "sub-x": b"W2\n",
    "sub/w.bin": b"w\n",
    "é.txt": "é\n".encode(),
}
"""The small model of the OMS vectors, in specification order."""


class OpenSigner(KeySigner):
    """A signer whose parts tests may look at."""

    @property
    def public(self) -> PublicKey:
        """The public key."""
        return self.holder.public

    @property
    def hint(self) -> str:
        """The hint that bundles carry."""
        return self.holder.public.hint

    @property
    def private(self) -> AnyPrivateKey:
        """The private key."""
        assert isinstance(self.holder, KeyFile)
        return self.holder.private

    def sign(self, data: bytes) -> bytes:
        """A bare signature."""
        return self.holder.sign(data)


def held(key: AnyPrivateKey) -> OpenSigner:
    """A signer that holds this private key."""
    return OpenSigner(holder=KeyFile(public=as_public_key(key.public_key(), "a test key"), private=key))


@cache
def signer(scalar: int = 1, curve: str = "P-256") -> OpenSigner:
    """The signer whose private scalar is `scalar`; 1 is the key of the published vectors."""
    return held(ec.derive_private_key(scalar, CURVES[curve][0]()))


def pem(scalar: int = 1, curve: str = "P-256") -> str:
    """The public PEM text of a test key."""
    return signer(scalar, curve).public.text.pem


def trust(*scalars: int) -> Trust:
    """Trust in these test keys; in the key with scalar 1 when none is given."""
    return Trust.of_keys((pem(scalar), f"key {scalar}") for scalar in scalars or (1,))


def entry(name: str, content: bytes) -> FileEntry:
    """A manifest's entry for a file of this content."""
    return FileEntry(name, hashlib.sha256(content).digest(), len(content))


def manifest(files: Mapping[str, bytes] = SMALL, *, kind: Kind = "directory", **more: Any) -> Manifest:
    """The manifest of files held in memory."""
    return build_manifest((entry(name, content) for name, content in files.items()), kind=kind, **more)


def write(root: Path, files: Mapping[str, bytes] = SMALL) -> Path:
    """Write files below `root`, making folders as needed; returns `root`."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def hashed(path: Path, **options: Any) -> Manifest:
    """The manifest of files on disk."""
    return hash_artifact(locate(str(path)), HashOptions(**options)).manifest


def oms_document(edit: Callable[[dict[str, Any]], object], base: Manifest | None = None) -> bytes:
    """The OMS statement over the small model (or `base`), changed by `edit`; the caller signs it."""
    statement: dict[str, Any] = json.loads(oms_payload(listing_of(base or manifest()), "small"))
    edit(statement)
    return json.dumps(statement).encode()


def sealed(payload: bytes, by: int = 1, source: str = "model.sig") -> Bundle:
    """A bundle whose signature over `payload` is good, whatever the payload is."""
    return parse_bundle(sign_statement(payload, signer(by)), source)


def seal_with_hint(payload: bytes, hint: str, by: int = 1) -> Bundle:
    """The same, with a hint of the test's choice."""
    signature = signer(by).sign(pae(PAYLOAD_TYPE, payload))
    return parse_bundle(serialize_bundle(payload=payload, signature=signature, key_hint=hint), "model.sig")


def model_bundle(base: Manifest | None = None, by: int = 1) -> bytes:
    """The bytes of a good OMS bundle over the small model (or `base`)."""
    return sign_model(base or manifest(), "small", signer(by))


def claim_payload(subjects: list[dict[str, Any]], kind: str = "https://example.org/claim/v1", **more: Any) -> bytes:
    """A statement with these subjects and an empty predicate."""
    statement = {"_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": kind}
    return json.dumps({**statement, "predicate": {}, **more}).encode()


def whole(base: Manifest | None = None) -> dict[str, Any]:
    """The subject that names a whole artifact."""
    found = base or manifest()
    return {
        "name": "small",
        "digest": {"sha256": found.digest},
        "annotations": {"digestKind": found.digest_kind},
    }


def claim(number: int = 0, by: int = 1, base: Manifest | None = None) -> bytes:
    """The bytes of one line of claims; equal numbers give equal bytes."""
    return sign_statement(claim_payload([whole(base)], f"https://example.org/claim/v{number}"), signer(by))


def edited(bundle: bytes, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """A bundle's JSON changed by `edit`, whose signature stays as it is."""
    document: dict[str, Any] = json.loads(bundle)
    edit(document)
    return json.dumps(document).encode()


def base64_text(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode("ascii")


def refused(outcome: Attestation | Rejected, code: RejectCode, reason: str) -> Rejected:
    """Assert that `outcome` is a rejection with this code, whose reason holds `reason`."""
    assert isinstance(outcome, Rejected), outcome
    assert (outcome.code, reason in outcome.reason) == (code, True), outcome
    return outcome


def accepted(outcome: Attestation | Rejected) -> Attestation:
    """Assert that `outcome` is an attestation."""
    assert isinstance(outcome, Attestation), outcome
    return outcome


def child(code: str, *arguments: object, timeout: float = 60) -> str:
    """Run Python code in a process of its own and return what it printed; a failure there fails here."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
