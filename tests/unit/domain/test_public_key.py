"""Public keys as text: one identity for one encoding, whatever the line breaks."""

from __future__ import annotations

import base64
import hashlib

import pytest

from attest.domain.public_key import MAX_PEM, parse_public_key
from attest.errors import KeyFileError
from tests.unit.conftest import pem

BEGIN, END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
BODY = "".join(pem().splitlines()[1:-1])


def test_vector() -> None:
    key = parse_public_key(pem(), "k")
    assert key.pem == pem()
    assert key.id == "sha256:" + hashlib.sha256(base64.b64decode(BODY)).hexdigest()
    assert hashlib.sha256(key.pem.encode()).hexdigest() == (
        "0bcc8908c3cc5f2c08c1e1963e1b674e76aa2dfb7cd91c437b4081b25b7f9e03"
    )


@pytest.mark.parametrize(
    "text",
    [
        pem().replace("\n", "\r\n"),
        f"\n\n{pem()}\n\n",
        pem().rstrip("\n"),
        f"{BEGIN}\n{BODY}\n{END}",
        "\n".join([BEGIN, *(BODY[at : at + 10] for at in range(0, len(BODY), 10)), END]),
        "\n".join(f"   {line}  " for line in pem().splitlines()),
    ],
)
def test_line_breaks_make_no_second_key(text: str) -> None:
    assert parse_public_key(text, "k") == parse_public_key(pem(), "k")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "k is no PEM public key"),
        ("hello", "k is no PEM public key"),
        (BODY, "k is no PEM public key"),
        (f"{BEGIN}\n{END}", "k is no PEM public key"),
        (f"{BEGIN}\n{BODY}", "k is no PEM public key"),
        (f"{BEGIN}\n\n{END}", "k is"),
        (f"{BEGIN}\n \n\t\n{END}", "k is"),
        ("x\n" + pem(), "k is no PEM public key"),
        (pem() + "x", "k is no PEM public key"),
        (pem().replace("PUBLIC KEY", "CERTIFICATE"), "k is no PEM public key"),
        (pem() + pem(2), "k is a damaged PEM public key"),
        (f"{BEGIN}\n{BODY[:-1]}\n{END}", "k is a damaged PEM public key"),
        (f"{BEGIN}\n!!!!\n{END}", "k is a damaged PEM public key"),
        (f"{BEGIN}\né\n{END}", "k is a damaged PEM public key"),
        (pem().replace("PUBLIC", "PRIVATE"), "k is a private key, and a public one is needed here"),
        (pem().replace("PUBLIC", "EC PRIVATE"), "k is a private key"),
        (pem().replace("PUBLIC", "ENCRYPTED PRIVATE"), "k is a private key"),
        ("x" * (MAX_PEM + 1), "k is too long for a key"),
    ],
)
def test_what_is_no_public_key(text: str, message: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        parse_public_key(text, "k")
    assert caught.value.message.startswith(message)
