"""Key files as other tools and odd environments give them: opened, or refused as what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from attest.errors import InputError, KeyFileError
from attest.signing import open_signer
from attest.signing.holders.key_file import generate_key
from attest.signing.options import SignerOptions, file_of
from tests.unit.conftest import signer

PEM, OLD, PKCS8 = (
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.PrivateFormat.PKCS8,
)
# What `openssl ecparam -genkey` writes before the key.
PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"


def private(form: serialization.PrivateFormat, password: str = "") -> str:
    lock = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return signer(3).private.private_bytes(PEM, form, lock).decode()


def written(folder: Path, text: str) -> str:
    (folder / "key.pem").write_text(text, encoding="utf-8", newline="")
    return str(folder / "key.pem")


@pytest.mark.parametrize(
    "text",
    [
        PARAMETERS + private(OLD),
        private(PKCS8).replace("\n", "\r\n"),
        "\n\n" + private(PKCS8),
        private(PKCS8).rstrip("\n"),
    ],
    ids=["after its parameters", "other line ends", "after empty lines", "without its last line feed"],
)
def test_spellings_of_one_key(tmp_path: Path, text: str) -> None:
    assert open_signer(written(tmp_path, text)).id == signer(3).id


@pytest.mark.parametrize(
    "password", ["\udcff", "x" * 2_000, "\0", "wrong"], ids=["no text", "too long", "a zero byte", "wrong"]
)
def test_passwords_that_open_nothing(tmp_path: Path, password: str) -> None:
    """A password from the environment may hold any bytes."""
    path = written(tmp_path, private(PKCS8, "right"))
    with pytest.raises(KeyFileError, match="password"):
        open_signer(path, SignerOptions(password=lambda _: password))


@pytest.mark.parametrize("password", ["\udcff", "x" * 2_000], ids=["no text", "too long"])
def test_passwords_that_protect_no_new_key(password: str) -> None:
    with pytest.raises(InputError, match="password"):
        generate_key("P-256", password)


def test_a_password_as_long_as_one_may_be(tmp_path: Path) -> None:
    password = "x" * 1_023
    text, _, key_id = generate_key("P-256", password)
    assert open_signer(written(tmp_path, text.decode()), SignerOptions(password=lambda _: password)).id == key_id


@pytest.mark.parametrize("path", ["key\0.pem", "file:key\0.pem", "", "file:", "file://"])
def test_paths_that_name_nothing(path: str) -> None:
    with pytest.raises(KeyFileError):
        open_signer(path)


def test_two_keys_in_one_file_are_not_guessed_between(tmp_path: Path) -> None:
    """Whichever is opened, it is the first; the second never signs unseen."""
    other = signer(4).private.private_bytes(PEM, PKCS8, serialization.NoEncryption()).decode()
    path = written(tmp_path, private(PKCS8) + other)
    try:
        found = open_signer(path)
    except KeyFileError:
        return
    assert found.id == signer(3).id


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("k.pem", "k.pem"),
        ("/a/k.pem", "/a/k.pem"),
        ("file:k.pem", "k.pem"),
        ("file:/a/k.pem", "/a/k.pem"),
        ("file:///a/k.pem", "/a/k.pem"),
        ("./file:k.pem", "./file:k.pem"),
        ("pkcs11:token=x", ""),
        ("FILE:k.pem", ""),
    ],
)
def test_the_file_behind_a_signer(uri: str, path: str) -> None:
    assert file_of(uri) == path
