"""Key holder: a key in the transit engine of HashiCorp Vault (or OpenBao).

It speaks to the engine through hvac itself: securesystemslib's signer takes only Ed25519 keys, only their newest
version, and follows redirects with the token. Address, token and namespace come from the environment, as hvac finds
them. Source: Vault HTTP API, transit secrets engine, "Read key" and "Sign data".
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from attest.errors import KeyFileError
from attest.signing.holders.kms import LIMIT, KmsKey, Service, Trouble, name_in, needs
from attest.signing.keys import PublicKey, as_public_key, load_public_key

FORM = "hv:NAME/VERSION, where /VERSION may be left out for the newest"
MAX_PAYLOAD = 16 * 1024 * 1024
"""Bytes that are sent whole for Ed25519, which takes no digest; Vault refuses requests over 32 MiB unless told."""
_URI = re.compile(r"hv:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})(?:/([1-9][0-9]{0,8}))?")
_HASHES = {"sha256": "sha2-256", "sha384": "sha2-384", "sha512": "sha2-512"}


def open_vault(uri: str, *, limit: float = LIMIT) -> KmsKey:
    """Open the key version that `hv:NAME/VERSION` names; each call to the service takes at most `limit` seconds.

    Raises InputError for the URI or a missing package, KeyFileError when the service says no or the key is of a kind
    that cannot sign here, UndecidedError when the service cannot be reached or answers nonsense.
    """
    name, wanted = name_in(uri, _URI, FORM).groups()
    with needs("vault"):
        import hvac
    service = Service(name="Vault", credentials="Set VAULT_ADDR and VAULT_TOKEN, or run: vault login", trouble=_trouble)

    def client() -> Any:
        # A redirect would carry the token to whatever host it names.
        return hvac.Client(timeout=limit, allow_redirects=False)

    def read() -> tuple[str, PublicKey]:
        return _read(client().secrets.transit.read_key(name), name, wanted)

    version, public = service.ask(name, read, limit)

    def remote(data: bytes) -> bytes:
        answer = client().secrets.transit.sign_data(name, key_version=int(version), **_request(public, data, name))
        return _signature(answer, version)

    return KmsKey(public=public, service=service, name=f"{name}/{version}", remote=remote, limit=limit)


def _read(answer: Any, name: str, wanted: str | None) -> tuple[str, PublicKey]:
    """The version and its public key, out of the answer to "Read key"."""
    versions: Mapping[str, Any] = answer["data"]["keys"]
    version = wanted or max(versions, key=int)
    what = f"the key {name!r} of Vault"
    if version not in versions:
        raise KeyFileError(
            f"{what} has no version {version}", hint=f"It has {', '.join(sorted(versions, key=int)[:16])}."
        )
    entry = versions[version]
    text = entry.get("public_key") if isinstance(entry, dict) else None
    if not isinstance(text, str) or not text:
        raise KeyFileError(
            f"{what} is no key for signatures", hint="Make one: vault write transit/keys/NAME type=ecdsa-p256"
        )
    if text.startswith("-----BEGIN"):
        return version, load_public_key(text, what)
    raw = base64.b64decode(text, validate=True)
    return version, as_public_key(ed25519.Ed25519PublicKey.from_public_bytes(raw), what)


def _request(public: PublicKey, data: bytes, name: str) -> dict[str, Any]:
    if isinstance(public.key, ed25519.Ed25519PublicKey):
        if len(data) > MAX_PAYLOAD:
            raise KeyFileError(
                f"{len(data)} bytes are too many for the Ed25519 key {name!r} of Vault, which takes no digest",
                hint="Use a key of type ecdsa-p256.",
            )
        return {"hash_input": base64.b64encode(data).decode("ascii")}
    digest = hashlib.new(public.hash_name, data).digest()
    kind = {"marshaling_algorithm": "asn1"}
    if not isinstance(public.key, ec.EllipticCurvePublicKey):
        kind = {"signature_algorithm": "pkcs1v15"}
    return {
        "hash_input": base64.b64encode(digest).decode("ascii"),
        "hash_algorithm": _HASHES[public.hash_name],
        "prehashed": True,
        **kind,
    }


def _signature(answer: Any, version: str) -> bytes:
    vault, of_version, encoded = answer["data"]["signature"].split(":")
    if (vault, of_version) != ("vault", f"v{version}"):
        raise ValueError("another version")
    return base64.b64decode(encoded, validate=True)


def _trouble(error: Exception) -> tuple[Trouble, str]:
    from hvac import exceptions

    code = type(error).__name__
    match error:
        case exceptions.InvalidPath():
            return "unknown", code
        case exceptions.Forbidden():
            return "forbidden", code
        case exceptions.Unauthorized():
            return "credentials", code
        case exceptions.InvalidRequest() | exceptions.UnsupportedOperation():
            return "unusable", code
        case exceptions.VaultDown():
            return "unreachable", "it is sealed or in maintenance"
        case exceptions.VaultNotInitialized() | exceptions.BadGateway() | OSError():
            return "unreachable", code
        case KeyError() | TypeError() | ValueError() | AttributeError():
            return "failed", "its answer is not that of a transit engine"
        case _:
            return "failed", code
