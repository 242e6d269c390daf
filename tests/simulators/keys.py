"""Keys of every kind that signers use: made, signed with, checked, and named as Sigstore names them."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512

HASHES: dict[str, Hash] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
KINDS = ("p256", "p384", "p521", "rsa", "ed25519")

_CURVES: dict[str, type[ec.EllipticCurve]] = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}
_CURVE_HASHES: dict[int, Hash] = {256: HASHES["sha256"], 384: HASHES["sha384"], 521: HASHES["sha512"]}
_CURVE_DETAILS = {
    256: "PKIX_ECDSA_P256_SHA_256",
    384: "PKIX_ECDSA_P384_SHA_384",
    521: "PKIX_ECDSA_P521_SHA_512",
}


def generate(kind: str = "p256") -> PrivateKey:
    """A fresh key of one of KINDS; an RSA key has 2048 bits and takes a while."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(_CURVES[kind]())


def kind(key: PrivateKey) -> str:
    """Which of KINDS a key is."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"p{key.curve.key_size}"
    return "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ed25519"


def supported(key: PublicKeyTypes) -> PublicKey:
    """The same key with the narrower type; ValueError for one of another algorithm."""
    if isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        return key
    raise ValueError("unsupported public key")


def spki(key: PublicKey) -> bytes:
    """The DER SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_pem(key: PublicKey) -> bytes:
    """The PEM SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: PrivateKey, password: bytes | None = None) -> bytes:
    """PKCS#8 PEM, encrypted when there is a password."""
    protection: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def natural_hash(key: PublicKey | PrivateKey) -> Hash:
    """The digest that goes with the key: by curve for ECDSA, SHA-512 inside Ed25519, otherwise SHA-256."""
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return _CURVE_HASHES[key.curve.key_size]
    return HASHES["sha512" if isinstance(key, ed25519.Ed25519PublicKey | ed25519.Ed25519PrivateKey) else "sha256"]


def key_details(key: PublicKey) -> str:
    """The name of the algorithm in sigstore's PublicKeyDetails."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVE_DETAILS[key.curve.key_size]
    if isinstance(key, rsa.RSAPublicKey):
        return f"PKIX_RSA_PKCS1V15_{key.key_size}_SHA256"
    return "PKIX_ED25519"


def digest(data: bytes, hash_: Hash) -> bytes:
    """The digest of `data`."""
    return hashlib.new(hash_.name, data).digest()


def sign(key: PrivateKey, data: bytes, hash_: Hash | None = None) -> bytes:
    """A signature over `data`: DER ECDSA, PKCS#1 v1.5 or Ed25519, with the natural digest unless one is given."""
    chosen = hash_ or natural_hash(key)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(chosen))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), chosen)
    return key.sign(data)


def verify(key: PublicKey, signature: bytes, data: bytes, hash_: Hash | None = None) -> None:
    """Check a signature over `data`; raises InvalidSignature."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        chosen = hash_ or natural_hash(key)
        verify_digest(key, signature, digest(data, chosen), chosen)


def verify_digest(key: PublicKey, signature: bytes, digest: bytes, hash_: Hash) -> None:
    """Check a signature over a digest; raises InvalidSignature, ValueError for Ed25519, which signs messages."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, digest, ec.ECDSA(Prehashed(hash_)))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hash_))
    else:
        raise ValueError("Ed25519 signs the message, not its digest")
