"""Certificates as text: PEM in, DER bytes out, without any cryptography. A policy only fingerprints certificates.

Invariant: nothing stands between the certificates, so that a file or block shows all that it holds.
"""

from __future__ import annotations

import base64
import binascii

from attest.errors import DocumentError

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
MAX_SIZE = 256 * 1024
MAX_CERTIFICATES = 10


def certificates(text: str) -> tuple[bytes, ...]:
    """The DER bytes of one to `MAX_CERTIFICATES` PEM certificates, in order.

    Raises DocumentError when the text holds anything else; a private key is named as such.
    """
    if len(text) > MAX_SIZE:
        raise DocumentError(f"the PEM text is longer than {MAX_SIZE} characters")
    if "PRIVATE KEY-----" in text:
        raise DocumentError("this is a private key, and a certificate is needed here")
    found: list[bytes] = []
    body: list[str] | None = None
    for line in (line.strip() for line in text.strip().splitlines()):
        if line == BEGIN and body is None:
            body = []
        elif line == END and body is not None:
            found.append(_decode("".join(body)))
            body = None
        elif body is not None:
            body.append(line)
        elif line:
            raise DocumentError(f"only PEM certificates may stand here: {BEGIN} to {END}")
    if body is not None or not 1 <= len(found) <= MAX_CERTIFICATES:
        raise DocumentError(f"1 to {MAX_CERTIFICATES} whole PEM certificates are needed here")
    return tuple(found)


def pem_text(der: bytes) -> str:
    """One certificate as PEM, in the one way that we write it."""
    body = base64.b64encode(der).decode("ascii")
    return "\n".join([BEGIN, *(body[at : at + 64] for at in range(0, len(body), 64)), END]) + "\n"


def _decode(body: str) -> bytes:
    try:
        der = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError("a PEM certificate is damaged") from None
    # A certificate is one DER SEQUENCE; whether it is a good one is for those who verify with it.
    if len(der) < 64 or der[0] != 0x30:
        raise DocumentError("a PEM certificate holds no certificate")
    return der
