"""A public key as text: PEM, and the identity that is derived from it without any cryptography."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from attest.errors import KeyFileError

_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
MAX_PEM = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeyText:
    """One public key: normalised PEM text, and `id`, `sha256:` and the digest of its SubjectPublicKeyInfo."""

    pem: str
    id: str


def parse_public_key(text: str, what: str) -> PublicKeyText:
    """Read one PEM public key; `what` names it in errors.

    Raises KeyFileError when it is something else; a private key is named as such.
    """
    if len(text) > MAX_PEM:
        raise KeyFileError(f"{what} is too long for a key")
    if "PRIVATE KEY-----" in text:
        raise KeyFileError(
            f"{what} is a private key, and a public one is needed here",
            hint="Write its public half to a file: attest key show PRIVATE.pem > PUBLIC.pub",
        )
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise KeyFileError(f"{what} is no PEM public key", hint=f"It must start with {_BEGIN}")
    try:
        der = base64.b64decode("".join(lines[1:-1]), validate=True)
    except (binascii.Error, ValueError):
        raise KeyFileError(f"{what} is a damaged PEM public key") from None
    if not der:
        raise KeyFileError(f"{what} is an empty PEM public key")
    body = base64.b64encode(der).decode("ascii")
    wrapped = [body[at : at + 64] for at in range(0, len(body), 64)]
    pem = "\n".join([_BEGIN, *wrapped, _END]) + "\n"
    return PublicKeyText(pem=pem, id=f"sha256:{hashlib.sha256(der).hexdigest()}")
