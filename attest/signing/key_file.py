"""Signer backend: an ECDSA private key in a PEM file, encrypted or not."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from attest.domain.public_key import MAX_PEM
from attest.errors import KeyFileError
from attest.signing.keys import CURVES, PublicKey, as_public_key, curve_of
from attest.signing.signer import Password

MAX_PASSWORD = 1_023
"""What the OpenSSL backend takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFileSigner:
    """An opened private key."""

    public: PublicKey
    private: ec.EllipticCurvePrivateKey

    @property
    def id(self) -> str:
        """See `Signer.id`."""
        return self.public.id

    @property
    def hint(self) -> str:
        """See `Signer.hint`."""
        return self.public.hint

    def sign(self, data: bytes) -> bytes:
        """See `Signer.sign`; deterministic (RFC 6979) where the library can: equal input gives equal bundles."""
        algorithm = CURVES[self.public.curve][1]()
        try:
            return self.private.sign(data, ec.ECDSA(algorithm, deterministic_signing=True))
        except UnsupportedAlgorithm:
            return self.private.sign(data, ec.ECDSA(algorithm))

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """See `Signer.verifies`."""
        return self.public.verifies(signature, hashlib.new(self.public.hash_name, data).digest())


def open_key_file(path: str, password: Password | None) -> KeyFileSigner:
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
    curve_of(key, ec.EllipticCurvePrivateKey, repr(path))
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - curve_of has checked it
    return KeyFileSigner(public=as_public_key(key.public_key(), repr(path)), private=key)


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


def generate_key(curve: str, password: str | None) -> tuple[bytes, str, str]:
    """A new key: private PEM (PKCS#8, encrypted when a password is given), public PEM, and its id.

    Raises KeyFileError for an unknown curve.
    """
    if password is not None and not password:
        raise KeyFileError("an empty password protects nothing", hint="Give a password, or say --unencrypted.")
    if curve not in CURVES:
        raise KeyFileError(f"there is no curve {curve!r} here", hint=f"Use one of {', '.join(CURVES)}.")
    key = ec.generate_private_key(CURVES[curve][0]())
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        lock = serialization.BestAvailableEncryption(_secret(password))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    public = as_public_key(key.public_key(), "the new key")
    return private, public.text.pem, public.id
