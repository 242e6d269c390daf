"""What a log entry says was signed: its body must name this digest, this signature, and this key or certificate.

A body that fits only in part is somebody else's entry (CVE-2022-36056 and its family). Sources: Rekor types
`hashedrekord` 0.0.1 and 0.0.2, `dsse` 0.0.1 and 0.0.2, `intoto` 0.0.2.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from attest.domain.strict_json import JsonObject, Limits, as_list, as_object, as_string, parse
from attest.errors import AttestError, DocumentError
from attest.signing.keys import Message, load_public_key
from attest.signing.material.checkpoint import LogFault

LIMITS = Limits(size=4 << 20, depth=16, nodes=1_000, string=4 << 20)
_HASHES = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the entry must be about.

    `message` is what the key signed (the DSSE encoding of a statement, or an artifact); `payload` is the statement,
    None for an artifact. `verifier` is the DER certificate, or the DER public key of a managed key.
    """

    message: Message
    payload: bytes | None
    signature: bytes
    verifier: bytes


def check_body(body: bytes, kind: str, version: str, signed: Signed) -> None:
    """Compare an entry's canonical body with what was signed. Raises LogFault."""
    try:
        table = as_object(parse(body, LIMITS, "the log entry's body"), "the log entry's body")
        if (table.get("kind"), table.get("apiVersion")) != (kind, version):
            raise LogFault("the log entry's body is of another kind than the entry says")
        check = _CHECKS.get((kind, version))
        if check is None:
            raise LogFault(f"log entries of kind {kind[:40]!r} {version[:20]!r} are not known")
        check(as_object(table.get("spec"), "spec"), signed)
    except DocumentError as error:
        raise LogFault(f"the log entry's body is malformed: {error.message}") from error


def _hashedrekord_v1(spec: JsonObject, signed: Signed) -> None:
    digest = as_object(as_object(spec.get("data"), "data").get("hash"), "hash")
    _same_digest(signed.message, as_string(digest.get("algorithm"), "algorithm"), _hex(digest.get("value")))
    signature = as_object(spec.get("signature"), "signature")
    key = as_object(signature.get("publicKey"), "publicKey")
    _same_signature(_decode(signature.get("content")), signed)
    _same_verifier(_pem(_decode(key.get("content"))), signed)


def _hashedrekord_v2(spec: JsonObject, signed: Signed) -> None:
    record = as_object(spec.get("hashedRekordV002"), "hashedRekordV002")
    data, signature = as_object(record.get("data"), "data"), as_object(record.get("signature"), "signature")
    _same_digest(signed.message, _hash_name(data), _decode(data.get("digest")))
    _same_signature(_decode(signature.get("content")), signed)
    _same_verifier(_raw_verifier(as_object(signature.get("verifier"), "verifier")), signed)


def _dsse_v1(spec: JsonObject, signed: Signed) -> None:
    digest = as_object(spec.get("payloadHash"), "payloadHash")
    _same_payload(signed, as_string(digest.get("algorithm"), "algorithm"), _hex(digest.get("value")))
    entry = _one(spec, "signatures")
    _same_signature(_decode(entry.get("signature")), signed)
    _same_verifier(_pem(_decode(entry.get("verifier"))), signed)


def _dsse_v2(spec: JsonObject, signed: Signed) -> None:
    record = as_object(spec.get("dsseV002"), "dsseV002")
    digest = as_object(record.get("payloadHash"), "payloadHash")
    _same_payload(signed, _hash_name(digest), _decode(digest.get("digest")))
    entry = _one(record, "signatures")
    _same_signature(_decode(entry.get("content")), signed)
    _same_verifier(_raw_verifier(as_object(entry.get("verifier"), "verifier")), signed)


def _intoto_v2(spec: JsonObject, signed: Signed) -> None:
    content = as_object(spec.get("content"), "content")
    digest = as_object(content.get("payloadHash"), "payloadHash")
    _same_payload(signed, as_string(digest.get("algorithm"), "algorithm"), _hex(digest.get("value")))
    envelope = as_object(content.get("envelope"), "envelope")
    if envelope.get("payloadType") != "application/vnd.in-toto+json":
        raise LogFault("the log entry is about another payload type")
    if envelope.get("payload") is not None and _decode(envelope["payload"], twice=True) != signed.payload:
        raise LogFault("the log entry is about another payload")
    entry = _one(envelope, "signatures")
    # The log keeps the envelope's base64 text as bytes, so it stands there encoded twice.
    _same_signature(_decode(entry.get("sig"), twice=True), signed)
    _same_verifier(_pem(_decode(entry.get("publicKey"))), signed)


_CHECKS: Mapping[tuple[str, str], Callable[[JsonObject, Signed], None]] = {
    ("hashedrekord", "0.0.1"): _hashedrekord_v1,
    ("hashedrekord", "0.0.2"): _hashedrekord_v2,
    ("dsse", "0.0.1"): _dsse_v1,
    ("dsse", "0.0.2"): _dsse_v2,
    ("intoto", "0.0.2"): _intoto_v2,
}


def _one(table: JsonObject, member: str) -> JsonObject:
    items = as_list(table.get(member), member)
    if len(items) != 1:
        raise LogFault(f"the log entry has {len(items)} signatures, and the envelope has one")
    return as_object(items[0], member)


def _hash_name(table: JsonObject) -> str:
    return _HASHES.get(as_string(table.get("algorithm"), "algorithm"), "")


def _same_digest(message: Message, hash_name: str, digest: bytes) -> None:
    if hash_name not in _HASHES.values() or message.digest(hash_name) != digest:
        raise LogFault("the log entry is about other bytes")


def _same_payload(signed: Signed, hash_name: str, digest: bytes) -> None:
    if signed.payload is None or hash_name not in _HASHES.values():
        raise LogFault("the log entry is about another kind of content")
    if hashlib.new(hash_name, signed.payload).digest() != digest:
        raise LogFault("the log entry is about another statement")


def _same_signature(signature: bytes, signed: Signed) -> None:
    if signature != signed.signature:
        raise LogFault("the log entry holds another signature")


def _same_verifier(verifier: bytes, signed: Signed) -> None:
    if verifier != signed.verifier:
        raise LogFault("the log entry holds another key or certificate")


def _raw_verifier(table: JsonObject) -> bytes:
    present = [name for name in ("x509Certificate", "publicKey") if table.get(name) is not None]
    if len(present) != 1:
        raise LogFault("the log entry's verifier is not exactly one key or certificate")
    return _decode(as_object(table[present[0]], present[0]).get("rawBytes"))


def _pem(text: bytes) -> bytes:
    """The DER certificate or public key of one PEM block."""
    try:
        if b"BEGIN CERTIFICATE" in text:
            return x509.load_pem_x509_certificate(text).public_bytes(Encoding.DER)
        return load_public_key(text.decode("ascii"), "the key").der
    except (ValueError, AttestError) as error:
        raise LogFault("the log entry's key or certificate cannot be read") from error


def _hex(value: object) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""


def _decode(value: object, *, twice: bool = False) -> bytes:
    try:
        data = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
        return base64.b64decode(data, validate=True) if twice else data
    except (binascii.Error, ValueError):
        raise LogFault("the log entry is not in base64 where it must be") from None
