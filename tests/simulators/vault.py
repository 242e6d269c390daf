"""A stand-in for the transit engine of HashiCorp Vault: reading keys and signing, with real keys.

It follows Vault's HTTP API as documented ("Read key", "Sign data") and proves our side of it, not Vault.
`fault` names how it misbehaves: a transport fault of `tests.simulators.loopback`, or `sealed` (503), `forbidden` (403),
`other-signature` (over other data), `other-version`, `no-signature`, `not-base64`.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tests.simulators import keys
from tests.simulators.loopback import TRANSPORT_FAULTS, LoopbackServer, Reply, Request

TOKEN = "hvs.simulated"
TYPES = {"p256": "ecdsa-p256", "p384": "ecdsa-p384", "p521": "ecdsa-p521", "rsa": "rsa-2048", "ed25519": "ed25519"}
_HASHES = {"sha2-256": "sha256", "sha2-384": "sha384", "sha2-512": "sha512"}


class Vault:
    """The server; `keys` are lists of versions by name, the first of which is version 1."""

    def __init__(self) -> None:
        self.keys: dict[str, list[keys.PrivateKey | None]] = {}
        self.fault = ""
        self.server = LoopbackServer(self._answer, lambda path: self.fault if self.fault in TRANSPORT_FAULTS else None)

    def make(self, name: str, *kinds: str) -> list[keys.PrivateKey]:
        """Make a key with one version per kind (of `tests.simulators.keys.KINDS`)."""
        made = [keys.generate(kind) for kind in kinds]
        self.keys[name] = [*made]
        return made

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs."""
        return {"VAULT_ADDR": self.server.url, "VAULT_TOKEN": TOKEN}

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.server.stop()

    def _answer(self, request: Request) -> Reply:
        if self.fault == "sealed":
            return _errors(503, "Vault is sealed")
        if self.fault == "forbidden" or request.headers.get("x-vault-token") != TOKEN:
            return _errors(403, "permission denied")
        parts = request.path.strip("/").split("/")
        if len(parts) != 4 or parts[:2] != ["v1", "transit"]:
            return _errors(404, "no handler for route")
        versions = self.keys.get(parts[3])
        match request.method, parts[2]:
            case "GET", "keys" if versions:
                return Reply.of({"data": {"name": parts[3], "keys": _described(versions)}})
            case "POST", "sign" if versions:
                return self._signed(versions, request.json())
        return _errors(404 if request.method == "GET" else 400, "signing key not found")

    def _signed(self, versions: list[keys.PrivateKey | None], asked: dict[str, Any]) -> Reply:
        version = int(asked.get("key_version") or len(versions))
        key = versions[version - 1] if version <= len(versions) else None
        if key is None:
            return _errors(400, "key type does not support signing")
        data = base64.b64decode(asked["input"])
        if self.fault == "other-signature":
            data = bytes(len(data))
        try:
            encoded = base64.b64encode(_sign(key, data, asked)).decode("ascii")
        except ValueError as error:
            return _errors(400, str(error))
        if self.fault == "not-base64":
            encoded = "*" + encoded
        if self.fault == "other-version":
            version += 1
        answer = {} if self.fault == "no-signature" else {"signature": f"vault:v{version}:{encoded}"}
        return Reply.of({"data": answer})


def _sign(key: keys.PrivateKey, data: bytes, asked: dict[str, Any]) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    hash_ = keys.HASHES[_HASHES[asked.get("hash_algorithm", "sha2-256")]]
    digest = data if asked.get("prehashed") else hashlib.new(hash_.name, data).digest()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if asked.get("marshaling_algorithm", "asn1") != "asn1":
            raise ValueError("unsupported marshaling algorithm")
        return key.sign(digest, ec.ECDSA(Prehashed(hash_)))
    if asked.get("signature_algorithm", "pss") == "pss":
        return key.sign(digest, padding.PSS(padding.MGF1(hash_), padding.PSS.DIGEST_LENGTH), Prehashed(hash_))
    return key.sign(digest, padding.PKCS1v15(), Prehashed(hash_))


def _described(versions: list[keys.PrivateKey | None]) -> dict[str, Any]:
    """An encryption key has only times of creation, an Ed25519 key is raw, others are PEM."""
    described: dict[str, Any] = {}
    for number, key in enumerate(versions, start=1):
        if key is None:
            described[str(number)] = 1_700_000_000
            continue
        public = key.public_key()
        text = keys.public_pem(public).decode("ascii")
        if isinstance(public, ed25519.Ed25519PublicKey):
            text = base64.b64encode(public.public_bytes_raw()).decode("ascii")
        described[str(number)] = {"creation_time": "2026-01-01T00:00:00Z", "public_key": text}
    return described


def _errors(status: int, message: str) -> Reply:
    return Reply.of({"errors": [message]}, status)
