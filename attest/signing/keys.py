"""Public keys that can verify, each with the hash that goes with it.

OMS allows ECDSA on P-256, P-384 and P-521 only (OMS 1.0, section on the `key` method). Ed25519 (RFC 8032) and RSA
(PKCS #1 v1.5 with SHA-256, at least 2048 bits) are extensions: in-toto tools verify them, other OMS tools do not.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from attest.domain.public_key import PublicKeyText, parse_public_key
from attest.errors import KeyFileError

CURVES: dict[str, tuple[type[ec.EllipticCurve], type[hashes.HashAlgorithm]]] = {
    "P-256": (ec.SECP256R1, hashes.SHA256),
    "P-384": (ec.SECP384R1, hashes.SHA384),
    "P-521": (ec.SECP521R1, hashes.SHA512),
}
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_BY_NAME: dict[str, str] = {curve().name: label for label, (curve, _) in CURVES.items()}
MIN_RSA, MAX_RSA = 2_048, 8_192
AnyPublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


@dataclass(slots=True, kw_only=True)
class Message:
    """Bytes that were signed, hashed once per algorithm however many keys are tried; `data` is None for a digest.

    `hash_name` is the hash that the signature says it was made with, empty for the one that goes with the key.
    """

    data: bytes | None
    digests: dict[str, bytes] = field(default_factory=dict)
    hash_name: str = ""

    def digest(self, hash_name: str) -> bytes | None:
        """The digest by that hash, or None when only another one is known."""
        if hash_name not in self.digests and self.data is not None:
            self.digests[hash_name] = hashlib.new(hash_name, self.data).digest()
        return self.digests.get(hash_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key that can verify: `id` names it in evidence, `hints` are the spellings that bundles use for it.

    `kind` is `ECDSA P-256`, `ECDSA P-384`, `ECDSA P-521`, `Ed25519` or `RSA 2048` (its size in bits).
    """

    text: PublicKeyText
    kind: str
    key: AnyPublicKey

    @property
    def id(self) -> str:
        """`sha256:` and the digest of the SubjectPublicKeyInfo."""
        return self.text.id

    @property
    def der(self) -> bytes:
        """The SubjectPublicKeyInfo."""
        return self.key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    @property
    def oms(self) -> bool:
        """True when OMS allows this kind of key, so that every OMS tool can verify it."""
        return isinstance(self.key, ec.EllipticCurvePublicKey)

    @property
    def hint(self) -> str:
        """What OMS bundles write: SHA-256 over the PEM text, in hexadecimal."""
        return hashlib.sha256(self.text.pem.encode("ascii")).hexdigest()

    @property
    def hints(self) -> frozenset[str]:
        """Every spelling of the hint in use; other Sigstore tools write base64 of SHA-256 over the DER form."""
        der = bytes.fromhex(self.id.removeprefix("sha256:"))
        return frozenset({self.hint, base64.b64encode(der).decode("ascii"), der.hex()})

    @property
    def hash_name(self) -> str:
        """The hash that goes with the key; empty for Ed25519, which hashes by itself."""
        if self.oms:
            return CURVES[self.kind.removeprefix("ECDSA ")][1]().name
        return "sha256" if isinstance(self.key, rsa.RSAPublicKey) else ""

    def verifies(self, signature: bytes, data: bytes | Message, hash_name: str = "") -> bool:
        """True when `signature` is this key's over `data`.

        ECDSA signatures are ASN.1 DER. `hash_name` replaces the hash that goes with the key, for formats that say so.
        """
        message = Message(data=data) if isinstance(data, bytes) else data
        try:
            return self._verify(signature, message, hash_name or message.hash_name or self.hash_name)
        except InvalidSignature:
            return False

    def _verify(self, signature: bytes, message: Message, hash_name: str) -> bool:
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            if message.data is None:
                return False
            self.key.verify(signature, message.data)
            return True
        digest = message.digest(hash_name)
        if digest is None:
            return False
        prehashed = Prehashed(HASHES[hash_name]())
        if isinstance(self.key, rsa.RSAPublicKey):
            self.key.verify(signature, digest, padding.PKCS1v15(), prehashed)
        else:
            self.key.verify(signature, digest, ec.ECDSA(prehashed))
        return True


def load_public_key(pem: str, what: str) -> PublicKey:
    """Read a PEM public key.

    Raises KeyFileError for a kind that cannot verify here, and for an unusual encoding.
    """
    text = parse_public_key(pem, what)
    try:
        key = serialization.load_pem_public_key(text.pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{what} is a damaged or unknown public key") from error
    public = as_public_key(key, what)
    if public.id != text.id:
        # Two encodings of one key would count as two signers.
        raise KeyFileError(f"{what} is not in the usual encoding (named curve, uncompressed point)")
    return public


def as_public_key(key: object, what: str) -> PublicKey:
    """Wrap a public key object of the `cryptography` library after checking its kind and size."""
    kind = kind_of(key, what)
    assert isinstance(key, AnyPublicKey)  # noqa: S101 - kind_of has checked it
    encoded = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(text=parse_public_key(encoded.decode("ascii"), what), kind=kind, key=key)


def kind_of(key: object, what: str) -> str:
    """The label of a key's kind, public or private; KeyFileError when it cannot sign or verify here."""
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        if key.curve.name in _BY_NAME:
            return f"ECDSA {_BY_NAME[key.curve.name]}"
        found = f"an ECDSA key on {key.curve.name}"
    elif isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey):
        return "Ed25519"
    elif isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        if MIN_RSA <= key.key_size <= MAX_RSA:
            return f"RSA {key.key_size}"
        found = f"an RSA key of {key.key_size} bits"
    else:
        found = f"of kind {type(key).__name__.lstrip('_')}"
    raise KeyFileError(
        f"{what} is {found}; signatures here take ECDSA on P-256, P-384 or P-521, Ed25519, "
        f"or RSA of {MIN_RSA} to {MAX_RSA} bits",
        hint="Make one: attest key generate --out signer.pem",
    )
