"""ECDSA keys on the three curves that OMS allows, each with its hash (OMS 1.0, section on the `key` method)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from attest.domain.public_key import PublicKeyText, parse_public_key
from attest.errors import KeyFileError

CURVES: dict[str, tuple[type[ec.EllipticCurve], type[hashes.HashAlgorithm]]] = {
    "P-256": (ec.SECP256R1, hashes.SHA256),
    "P-384": (ec.SECP384R1, hashes.SHA384),
    "P-521": (ec.SECP521R1, hashes.SHA512),
}
_BY_NAME = {curve.name: label for label, (curve, _) in CURVES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key that can verify: `id` names it in evidence, `hints` are the spellings that bundles use for it."""

    text: PublicKeyText
    curve: str
    key: ec.EllipticCurvePublicKey

    @property
    def id(self) -> str:
        """`sha256:` and the digest of the SubjectPublicKeyInfo."""
        return self.text.id

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
        """The hash that goes with the key's curve."""
        return CURVES[self.curve][1]().name

    def verifies(self, signature: bytes, digest: bytes) -> bool:
        """True when `signature` is this key's ECDSA signature (ASN.1 DER) over data whose `hash_name` is `digest`."""
        try:
            self.key.verify(signature, digest, ec.ECDSA(Prehashed(CURVES[self.curve][1]())))
        except InvalidSignature:
            return False
        return True


def load_public_key(pem: str, what: str) -> PublicKey:
    """Read a PEM public key.

    Raises KeyFileError for anything but ECDSA on P-256, P-384 or P-521, in its usual encoding.
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
    """Wrap a key object of the `cryptography` library after checking its kind and curve."""
    label = curve_of(key, ec.EllipticCurvePublicKey, what)
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - curve_of has checked it
    encoded = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(text=parse_public_key(encoded.decode("ascii"), what), curve=label, key=key)


def curve_of(key: object, kind: type, what: str) -> str:
    """The label of the key's curve; KeyFileError when the key is of another kind or curve."""
    curve = getattr(getattr(key, "curve", None), "name", "")
    if not isinstance(key, kind) or curve not in _BY_NAME:
        found = f"an ECDSA key on {curve}" if curve else f"of kind {type(key).__name__.lstrip('_')}"
        raise KeyFileError(
            f"{what} is {found}; OMS signatures take ECDSA keys on P-256, P-384 or P-521 only",
            hint="Make one: attest key generate --out signer.pem",
        )
    return _BY_NAME[curve]
