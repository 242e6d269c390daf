"""Key files: five kinds of keys, one identity a key, and a clear refusal of everything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, x25519

from attest.errors import AttestError, InputError, KeyFileError
from attest.signing import Trust, open_signer
from attest.signing.holders.key_file import KINDS, generate_key
from attest.signing.keys import MAX_RSA, MIN_RSA, Message, load_public_key
from attest.signing.options import SignerOptions
from attest.signing.trust import MAX_KEYS
from tests.unit.conftest import pem, signer

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
OPEN = serialization.NoEncryption()
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo

# Encodings of the key with scalar 1 that name the same point, made with OpenSSL (-param_enc, -conv_form).
EXPLICIT = """\
-----BEGIN PUBLIC KEY-----
MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABGsX0fLhLEJH+Lzm5WOkQPJ3
A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=
-----END PUBLIC KEY-----
"""
COMPRESSED = """\
-----BEGIN PUBLIC KEY-----
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpY=
-----END PUBLIC KEY-----
"""
HYBRID = pem().replace("DAQcDQgAEaxfR", "DAQcDQgAHaxfR")


def der_pem(der: bytes) -> str:
    import base64

    return f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(der).decode()}\n-----END PUBLIC KEY-----\n"


def spki(scalar: int = 1) -> bytes:
    return signer(scalar).public.key.public_bytes(serialization.Encoding.DER, SPKI)


LONG_LENGTH = der_pem(b"\x30\x81" + spki()[1:])
TRAILING = der_pem(spki() + b"\0")
BIT_LENGTH = der_pem(spki().replace(b"\x03\x42\x00\x04", b"\x03\x42\x01\x04"))


@pytest.mark.parametrize("text", [EXPLICIT, COMPRESSED, HYBRID, LONG_LENGTH, TRAILING, BIT_LENGTH])
def test_a_second_encoding_of_one_key_is_refused(text: str) -> None:
    with pytest.raises(KeyFileError, match=r"^the key is (not in the usual encoding|a damaged or unknown)"):
        load_public_key(text, "the key")
    with pytest.raises(KeyFileError):
        Trust.of_keys([(pem(), "one"), (text, "two")])


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_each_curve(curve: str) -> None:
    key = load_public_key(pem(5, curve), "k")
    assert (key.kind, key.id, key.hint) == (f"ECDSA {curve}", signer(5, curve).id, signer(5, curve).hint)
    assert len(key.hints) == 3


def public(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey) -> str:
    return key.public_key().public_bytes(PEM, SPKI).decode()


def rsa_numbers(bits: int) -> str:
    """A public key of this size; nobody knows its factors, which verification does not need."""
    return rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key().public_bytes(PEM, SPKI).decode()


def test_an_ed25519_key() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    found = load_public_key(public(key), "k")
    assert (found.kind, found.oms, found.hash_name) == ("Ed25519", False, "")
    assert found.verifies(key.sign(b"message"), b"message")
    assert not found.verifies(key.sign(b"message"), b"massage")
    # Only the digest is known: Ed25519 signs messages, so nothing can be said.
    assert not found.verifies(key.sign(b"message"), Message(data=None, digests={"sha256": bytes(32)}))


@pytest.mark.parametrize("bits", [MIN_RSA, 3_072, 4_096, MAX_RSA])
def test_an_rsa_key(bits: int) -> None:
    found = load_public_key(rsa_numbers(bits), "k")
    assert (found.kind, found.oms, found.hash_name) == (f"RSA {bits}", False, "sha256")


def test_rsa_signs_with_one_padding_and_hash() -> None:
    """PKCS #1 v1.5 with SHA-256, nothing else: a second scheme would be a second way to forge."""
    private = rsa.generate_private_key(65537, MIN_RSA)
    key = load_public_key(public(private), "k")
    assert key.verifies(private.sign(b"m", padding.PKCS1v15(), hashes.SHA256()), b"m")
    assert not key.verifies(private.sign(b"m", padding.PKCS1v15(), hashes.SHA1()), b"m")  # noqa: S303 - refused
    assert not key.verifies(private.sign(b"m", padding.PKCS1v15(), hashes.SHA512()), b"m")
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    assert not key.verifies(private.sign(b"m", pss, hashes.SHA256()), b"m")


DSA = dsa.generate_private_key(1_024)  # noqa: S505 - refused whatever its size

OTHERS: list[tuple[Callable[[], str], str]] = [
    (lambda: rsa_numbers(1_024), "an RSA key of 1024 bits"),
    (lambda: rsa_numbers(MIN_RSA - 8), f"an RSA key of {MIN_RSA - 8} bits"),
    (lambda: rsa_numbers(MAX_RSA + 8), f"an RSA key of {MAX_RSA + 8} bits"),
    (lambda: public(DSA), "of kind DSAPublicKey"),
    (lambda: ed448.Ed448PrivateKey.generate().public_key().public_bytes(PEM, SPKI).decode(), "of kind Ed448PublicKey"),
    (lambda: public(ec.derive_private_key(1, ec.SECP256K1())), "an ECDSA key on secp256k1"),
    (lambda: public(ec.derive_private_key(1, ec.BrainpoolP256R1())), "an ECDSA key on brainpoolP256r1"),
    (lambda: public(ec.derive_private_key(1, ec.SECP224R1())), "an ECDSA key on secp224r1"),
    (
        lambda: x25519.X25519PrivateKey.generate().public_key().public_bytes(PEM, SPKI).decode(),
        "of kind X25519PublicKey",
    ),
]


@pytest.mark.parametrize(("make", "what"), OTHERS)
def test_public_keys_of_other_kinds(make: Callable[[], str], what: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        load_public_key(make(), "the key")
    assert caught.value.message.startswith(f"the key is {what}; signatures here take ECDSA on P-256")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (rsa.generate_private_key(65537, 1_024), "an RSA key of 1024 bits"),  # noqa: S505 - refused
        (DSA, "of kind DSAPrivateKey"),
        (x25519.X25519PrivateKey.generate(), "of kind X25519PrivateKey"),
        (ec.derive_private_key(1, ec.SECP256K1()), "an ECDSA key on secp256k1"),
        (ec.derive_private_key(1, ec.BrainpoolP384R1()), "an ECDSA key on brainpoolP384r1"),
    ],
)
def test_private_keys_of_other_kinds(
    tmp_path: Path,
    key: rsa.RSAPrivateKey | dsa.DSAPrivateKey | x25519.X25519PrivateKey | ec.EllipticCurvePrivateKey,
    what: str,
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(PEM, PKCS8, OPEN))
    with pytest.raises(KeyFileError) as caught:
        open_signer(str(path))
    assert what in caught.value.message
    assert "key.pem" in caught.value.message


def off_curve() -> str:
    der = bytearray(spki())
    der[-1] ^= 1
    return der_pem(bytes(der))


@pytest.mark.parametrize(
    "text", [off_curve(), der_pem(spki()[:-1]), der_pem(b"junk"), der_pem(spki()[:27] + bytes(64))]
)
def test_damaged_public_keys(text: str) -> None:
    with pytest.raises(KeyFileError, match=r"^the key is a damaged or unknown public key"):
        load_public_key(text, "the key")


def opened(tmp_path: Path, data: bytes, password: str | None = None) -> str:
    path = tmp_path / "key.pem"
    path.write_bytes(data)
    return open_signer(str(path), SignerOptions(password=None if password is None else lambda _: password or "")).id


def private(scalar: int = 1, password: str = "", form: serialization.PrivateFormat = PKCS8) -> bytes:
    lock = serialization.BestAvailableEncryption(password.encode()) if password else OPEN
    return signer(scalar).private.private_bytes(PEM, form, lock)


@pytest.mark.parametrize("form", [PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("password", ["", "correct horse", "pässwörd"])
def test_private_keys_open(tmp_path: Path, form: serialization.PrivateFormat, password: str) -> None:
    assert opened(tmp_path, private(3, password, form), password) == signer(3).id


@pytest.mark.parametrize("form", [PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        (None, "is encrypted and no password was given"),
        ("wrong", "the password is wrong, or the file is damaged"),
        ("", "the password is wrong, or the file is damaged"),
    ],
)
def test_encrypted_keys_stay_shut(
    tmp_path: Path, form: serialization.PrivateFormat, password: str | None, reason: str
) -> None:
    with pytest.raises(KeyFileError) as caught:
        opened(tmp_path, private(3, "right", form), password)
    assert reason in caught.value.message
    assert "right" not in str(caught.value) + caught.value.hint


def test_a_password_is_not_asked_for_in_vain(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(private(3))

    def never(_: str) -> str:
        raise AssertionError

    assert open_signer(str(path), SignerOptions(password=never)).id == signer(3).id


def test_a_password_is_asked_for_with_the_path(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(private(3, "secret"))
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return "secret"

    assert open_signer(str(path), SignerOptions(password=ask)).id == signer(3).id
    assert asked == [str(path)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is no PEM private key"),
        (b"hello", "it is no PEM private key"),
        (b"\x80\x04N.", "it is no PEM private key"),
        (private(3)[:-40], "it is no PEM private key"),
        (private(3).replace(b"M", b"N", 1), "it is no PEM private key"),
        (pem().encode(), "is a public key, and signing needs the private one"),
        (b"x" * (64 * 1024 + 1), "is too large for a key"),
    ],
)
def test_what_is_no_private_key(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        opened(tmp_path, data)
    assert reason in caught.value.message
    assert "key.pem" in caught.value.message


def test_a_huge_key_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "key.pem").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(KeyFileError, match="is too large for a key"):
        open_signer(str(tmp_path / "key.pem"))


def test_special_files_are_no_keys(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/null")):
        with pytest.raises(KeyFileError, match="is no regular file"):
            open_signer(str(path))


def test_a_missing_key(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read: No such file"):
        open_signer(str(tmp_path / "none.pem"))


def test_spellings_of_a_signer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a:b.pem").write_bytes(private(3))
    (tmp_path / "k.pem").write_bytes(private(3))
    monkeypatch.chdir(tmp_path)
    for uri in ("k.pem", "./a:b.pem", f"file:{tmp_path}/k.pem", f"file://{tmp_path}/k.pem", "file:k.pem"):
        assert open_signer(uri).id == signer(3).id


@pytest.mark.parametrize("uri", ["a:b.pem", ":x", "FILE:k.pem", "awskmsx:k"])
def test_unknown_signers(uri: str) -> None:
    with pytest.raises(InputError):
        open_signer(uri)


def test_two_texts_of_one_key_are_one_key() -> None:
    keys = Trust.of_keys([(pem(), "one"), (pem().replace("\n", "\r\n"), "two"), (pem(2), "three")])
    assert [key.id for key in keys.keys] == [signer(1).id, signer(2).id]


def test_too_many_keys() -> None:
    pems = [(pem(scalar), "k") for scalar in range(1, MAX_KEYS + 2)]
    assert len(Trust.of_keys(pems[:-1]).keys) == MAX_KEYS
    with pytest.raises(InputError, match=f"{MAX_KEYS + 1} keys are trusted"):
        Trust.of_keys(pems)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("password", [None, "secret"])
def test_new_keys(tmp_path: Path, kind: str, password: str | None) -> None:
    text, public_text, key_id = generate_key(kind, password)
    assert (b"ENCRYPTED" in text) == (password is not None)
    assert opened(tmp_path, text, password) == key_id == load_public_key(public_text, "k").id


@pytest.mark.parametrize("kind", ["P-224", "p-256", "secp256k1", "", "ed25519", "RSA", "RSA-1024", "ECDSA P-256"])
def test_unknown_kinds(kind: str) -> None:
    with pytest.raises(KeyFileError, match="there is no key kind"):
        generate_key(kind, None)


def test_an_empty_password_is_no_password() -> None:
    with pytest.raises(AttestError):
        generate_key("P-256", "")


def test_a_key_that_cannot_verify_says_no() -> None:
    key = signer().public
    assert not key.verifies(b"", bytes(32))
    assert not key.verifies(b"\x30\x80", bytes(32))
