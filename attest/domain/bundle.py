"""The Sigstore bundle: signed bytes that somebody gave us, read strictly and trusted for nothing.

Nothing of the payload is interpreted here; the payload is parsed only after its signature verified.
Sources: Sigstore bundle v0.1–v0.3, DSSE 1.0, OMS 1.0 sections 5 and 6.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from attest.domain.canonical import canonical
from attest.domain.statement import PAYLOAD_TYPE
from attest.domain.strict_json import Json, JsonObject, Limits, as_list, as_object, as_string, only, parse
from attest.errors import DocumentError

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
MEDIA_TYPES = (
    MEDIA_TYPE,
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
)
MaterialKind = Literal["publicKey", "certificate", "x509CertificateChain"]
_MATERIALS: tuple[MaterialKind, ...] = ("publicKey", "certificate", "x509CertificateChain")

# An envelope is a handful of members around base64 text, so few nodes are enough at any size.
SIGNATURE_LIMITS = Limits(size=256 << 20, depth=32, nodes=20_000, string=256 << 20)
CLAIM_LIMITS = Limits(size=88 << 20, depth=32, nodes=20_000, string=88 << 20)
MAX_CLAIMS = 1_000
MAX_TIMESTAMPS = 32
MAX_LOG_ENTRIES = 8
MAX_CERTIFICATES = 10
_DIGESTS = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One bundle as found: who claims to have signed (`material`, `key_hint`), over which bytes.

    `source` says where it was found (`model.sig`, `claims.jsonl:3`); `digest` is the SHA-256 of the bundle's bytes.
    `key_bytes` is the key that bundles before OMS 1.1 carry: it may name a signer, never vouch for one. A bundle with a
    message signature has no payload, and `message_digest` is what it says the message's digest is (algorithm, bytes).
    """

    source: str
    digest: str
    material: MaterialKind
    key_hint: str
    certificates: tuple[bytes, ...]
    timestamps: tuple[bytes, ...]
    log_entries: tuple[JsonObject, ...]
    payload_type: str
    payload: bytes
    signature: bytes
    media_type: str = MEDIA_TYPE
    key_bytes: bytes = b""
    message_digest: tuple[str, bytes] | None = None


def parse_bundle(data: bytes, source: str, limits: Limits = CLAIM_LIMITS, *, messages: bool = False) -> Bundle:
    """Read one bundle; `messages` also takes bundles that sign a message instead of an in-toto statement.

    Raises DocumentError when it is malformed, ambiguous, or of a kind that `attest` does not know.
    """
    table = as_object(parse(data, limits, "the bundle"), "the bundle")
    only(table, ("mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature"), "the bundle")
    media_type = table.get("mediaType")
    if media_type not in MEDIA_TYPES:
        raise DocumentError(f"the bundle's mediaType {str(media_type)[:80]!r} is unknown")
    material = as_object(table.get("verificationMaterial"), "verificationMaterial")
    kind, hint, certificates = _material(material)
    payload_type, payload, signature, message_digest = _content(table, messages)
    return Bundle(
        source=source,
        digest=hashlib.sha256(data).hexdigest(),
        material=kind,
        key_hint=hint,
        key_bytes=_key_bytes(material),
        certificates=certificates,
        timestamps=_timestamps(material),
        log_entries=_log_entries(material),
        payload_type=payload_type,
        payload=payload,
        signature=signature,
        media_type=str(media_type),
        message_digest=message_digest,
    )


def _content(table: JsonObject, messages: bool) -> tuple[str, bytes, bytes, tuple[str, bytes] | None]:
    """Payload type, payload, signature and message digest of an envelope or a message signature."""
    message = table.get("messageSignature")
    if message is not None and table.get("dsseEnvelope") is None and messages:
        item = as_object(message, "messageSignature")
        only(item, ("messageDigest", "signature"), "messageSignature")
        return "", b"", decode_base64(item.get("signature"), "messageSignature.signature"), _message_digest(item)
    if message is not None:
        raise DocumentError("the bundle has a messageSignature, and what is needed is a dsseEnvelope with a statement")
    envelope = as_object(table.get("dsseEnvelope"), "dsseEnvelope")
    only(envelope, ("payload", "payloadType", "signatures"), "dsseEnvelope")
    payload_type = as_string(envelope.get("payloadType"), "dsseEnvelope.payloadType")
    if payload_type != PAYLOAD_TYPE:
        raise DocumentError(f"the payload type is {payload_type[:80]!r}, not {PAYLOAD_TYPE}")
    return payload_type, decode_base64(envelope.get("payload"), "dsseEnvelope.payload"), _signature(envelope), None


def _message_digest(message: JsonObject) -> tuple[str, bytes] | None:
    if message.get("messageDigest") is None:
        return None
    table = as_object(message["messageDigest"], "messageDigest")
    algorithm = _DIGESTS.get(as_string(table.get("algorithm"), "messageDigest.algorithm"))
    if algorithm is None:
        raise DocumentError(f"messageDigest.algorithm {str(table['algorithm'])[:40]!r} is unknown")
    return algorithm, decode_base64(table.get("digest"), "messageDigest.digest")


def _key_bytes(material: JsonObject) -> bytes:
    table = material.get("publicKey")
    raw = table.get("rawBytes") if isinstance(table, dict) else None
    return b"" if raw is None else decode_base64(raw, "publicKey.rawBytes")


def _log_entries(material: JsonObject) -> tuple[JsonObject, ...]:
    listed = _listed(material, "tlogEntries")
    if len(listed) > MAX_LOG_ENTRIES:
        raise DocumentError(f"the bundle has {len(listed)} log entries; at most {MAX_LOG_ENTRIES} are read")
    return tuple(as_object(entry, "tlogEntries[]") for entry in listed)


def _signature(envelope: JsonObject) -> bytes:
    signatures = as_list(envelope.get("signatures"), "dsseEnvelope.signatures")
    if len(signatures) != 1:
        raise DocumentError(f"the envelope has {len(signatures)} signatures; exactly one is allowed")
    signature = as_object(signatures[0], "signatures[0]")
    only(signature, ("sig", "keyid"), "signatures[0]")
    _text(signature, "keyid", "signatures[0].keyid")  # never used, but of the right type
    return decode_base64(signature.get("sig"), "signatures[0].sig")


def _material(material: JsonObject) -> tuple[MaterialKind, str, tuple[bytes, ...]]:
    present = [kind for kind in _MATERIALS if material.get(kind) is not None]
    if len(present) != 1:
        raise DocumentError(
            f"verificationMaterial has {len(present)} of {', '.join(_MATERIALS)}; exactly one is allowed"
        )
    kind = present[0]
    table = as_object(material[kind], kind)
    if kind == "publicKey":
        return kind, _text(table, "hint", "publicKey.hint"), ()
    items = (
        [table]
        if kind == "certificate"
        else [as_object(c, "certificates[]") for c in as_list(table.get("certificates"), "certificates")]
    )
    if not 1 <= len(items) <= MAX_CERTIFICATES:
        raise DocumentError(f"the chain has {len(items)} certificates; 1 to {MAX_CERTIFICATES} are read")
    return kind, "", tuple(decode_base64(item.get("rawBytes"), f"{kind}.rawBytes") for item in items)


def _timestamps(material: JsonObject) -> tuple[bytes, ...]:
    data = material.get("timestampVerificationData")
    if data is None:
        return ()
    listed = _listed(as_object(data, "timestampVerificationData"), "rfc3161Timestamps")
    if len(listed) > MAX_TIMESTAMPS:
        raise DocumentError(f"the bundle has {len(listed)} timestamps; at most {MAX_TIMESTAMPS} are read")
    return tuple(
        decode_base64(as_object(item, "rfc3161Timestamps[]").get("signedTimestamp"), "signedTimestamp")
        for item in listed
    )


def _listed(table: JsonObject, name: str) -> list[Json]:
    value = table.get(name)
    return [] if value is None else as_list(value, name)


def _text(table: JsonObject, name: str, where: str) -> str:
    value = table.get(name)
    return "" if value is None else as_string(value, where)


def decode_base64(value: Json, where: str) -> bytes:
    """Standard base64 with padding, nothing else: a lenient decoder would read one text in two ways."""
    text = as_string(value, where)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError(f"{where} is not standard base64") from None
    if not data:
        raise DocumentError(f"{where} is empty")
    if base64.b64encode(data).decode("ascii") != text:
        raise DocumentError(f"{where} is not canonical base64")
    return data


def serialize_bundle(
    *,
    payload: bytes,
    signature: bytes,
    key_hint: str = "",
    certificates: Sequence[bytes] = (),
    timestamps: Sequence[bytes] = (),
    log_entries: Sequence[JsonObject] = (),
) -> bytes:
    """The bytes of a bundle signed with a managed key, or a certificate and its chain (leaf first): one line of
    canonical JSON, without line feed."""
    material: JsonObject = {"tlogEntries": list(log_entries)}
    if certificates:
        chain: list[Json] = [{"rawBytes": _base64(item)} for item in certificates]
        material["x509CertificateChain"] = {"certificates": chain}
    else:
        material["publicKey"] = {"hint": key_hint}
    if timestamps:
        stamps: list[Json] = [{"signedTimestamp": _base64(item)} for item in timestamps]
        material["timestampVerificationData"] = {"rfc3161Timestamps": stamps}
    return canonical(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": material,
            "dsseEnvelope": {
                "payload": _base64(payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": _base64(signature), "keyid": ""}],
            },
        }
    )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
