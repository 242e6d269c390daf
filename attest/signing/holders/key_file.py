"""Key holder: a private key in a PEM file, encrypted or not."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from attest.domain.public_key import MAX_PEM
from attest.errors import KeyFileError
from attest.signing.keys import CURVES, HASHES, PublicKey, as_public_key, kind_of
from attest.signing.signer import Password

MAX_PASSWORD = 1_023
"""What the OpenSSL backend takes."""


AnyPrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """An opened private key; see `attest.signing.signer.KeyHolder`."""

    public: PublicKey
    private: AnyPrivateKey

    def sign(self, data: bytes) -> bytes:
        """See `KeyHolder.sign`; ECDSA is deterministic (RFC 6979) where the library can: equal input, equal bytes."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        algorithm = HASHES[self.public.hash_name]()
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), algorithm)
        try:
            return self.private.sign(data, ec.ECDSA(algorithm, deterministic_signing=True))
        except UnsupportedAlgorithm:
            return self.private.sign(data, ec.ECDSA(algorithm))


def open_key_file(path: str, password: Password | None) -> KeyFile:
    """Read a private key in PEM form.

    Raises KeyFileError when it is missing, public, of another kind, or locked and the password is missing or wrong.
    """
    data = read_key_file(path)
    if b"PUBLIC KEY-----" in data:
        raise KeyFileError(
            f"{path!r} is a public key, and signing needs the private one",
            hint="Give the private key's file.",
        )
    try:
        key = _load(data, None)
    except TypeError:  # the library's way to say that it is encrypted
        key = _unlock(path, data, password)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path!r} cannot be opened as a key: it is no PEM private key") from error
    kind_of(key, repr(path))
    assert isinstance(key, AnyPrivateKey)  # noqa: S101 - kind_of has checked it
    return KeyFile(public=as_public_key(key.public_key(), repr(path)), private=key)


def _load(data: bytes, secret: bytes | None) -> object:
    return serialization.load_pem_private_key(data, secret)


def _unlock(path: str, data: bytes, password: Password | None) -> object:
    if password is None:
        raise KeyFileError(
            f"{path!r} is encrypted and no password was given",
            hint="Set ATTEST_KEY_PASSWORD, or run in a terminal to be asked.",
        )
    try:
        return _load(data, _secret(password(path)))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        reason = "the password is wrong, or the file is damaged"
        raise KeyFileError(f"{path!r} cannot be opened as a key: {reason}") from error


def _secret(password: str) -> bytes:
    try:
        secret = password.encode("utf-8")
    except UnicodeEncodeError:
        raise KeyFileError("the password is not text", hint="Give a password of UTF-8 text.") from None
    if len(secret) > MAX_PASSWORD:
        raise KeyFileError(f"the password is longer than {MAX_PASSWORD} bytes", hint="Give a shorter password.")
    return secret


def read_key_file(path: str) -> bytes:
    """The bytes of a small regular file.

    Raises KeyFileError when there is none, or it is too large for a key.
    """
    if "\0" in path:
        raise KeyFileError(f"the key {path!r} is no path", hint="Check the path of the key.")
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise KeyFileError(
            f"the key {path!r} cannot be read: {error.strerror}", hint="Check the path of the key."
        ) from error
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise KeyFileError(f"the key {path!r} is no regular file")
        data = os.read(fd, MAX_PEM + 1)
    finally:
        os.close(fd)
    if len(data) > MAX_PEM:
        raise KeyFileError(f"the key {path!r} is too large for a key")
    return data


KINDS = (*CURVES, "Ed25519", "RSA-3072")
"""What can be generated; P-256 first, as every OMS tool takes it."""


def generate_key(kind: str, password: str | None) -> tuple[bytes, str, str]:
    """A new key: private PEM (PKCS#8, encrypted when a password is given), public PEM, and its id.

    Raises KeyFileError for an unknown kind.
    """
    if password is not None and not password:
        raise KeyFileError("an empty password protects nothing", hint="Give a password, or say --unencrypted.")
    if kind not in KINDS:
        raise KeyFileError(f"there is no key kind {kind!r} here", hint=f"Use one of {', '.join(KINDS)}.")
    key = _generated(kind)
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        lock = serialization.BestAvailableEncryption(_secret(password))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    public = as_public_key(key.public_key(), "the new key")
    return private, public.text.pem, public.id


def _generated(kind: str) -> AnyPrivateKey:
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "RSA-3072":
        return rsa.generate_private_key(65_537, 3_072)
    return ec.generate_private_key(CURVES[kind][0]())
