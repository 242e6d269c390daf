"""The Sigstore bundle: one strict reading; every ambiguity is refused before a signature is looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.bundle import (
    CLAIM_LIMITS,
    MAX_CERTIFICATES,
    MAX_LOG_ENTRIES,
    MAX_TIMESTAMPS,
    MEDIA_TYPES,
    SIGNATURE_LIMITS,
    decode_base64,
    parse_bundle,
    serialize_bundle,
)
from attest.errors import DocumentError
from tests.unit.conftest import base64_text, edited, model_bundle

GOOD = model_bundle()
Edit = Callable[[dict[str, Any]], object]


def reason(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_bundle(data, "model.sig")
    return caught.value.message


def envelope(**changes: Any) -> Edit:
    return lambda bundle: bundle["dsseEnvelope"].update(changes)


def material(**changes: Any) -> Edit:
    return lambda bundle: bundle.update(verificationMaterial=changes)


def test_a_good_bundle() -> None:
    bundle = parse_bundle(GOOD, "model.sig")
    assert (bundle.source, bundle.material) == ("model.sig", "publicKey")
    assert bundle.digest == hashlib.sha256(GOOD).hexdigest()
    assert json.loads(bundle.payload)["predicateType"] == "https://model_signing/signature/v1.0"
    assert (bundle.certificates, bundle.timestamps, bundle.log_entries) == ((), (), ())


@given(payload=st.binary(min_size=1), signature=st.binary(min_size=1), hint=st.text(max_size=20))
def test_what_is_written_is_read_back(payload: bytes, signature: bytes, hint: str) -> None:
    data = serialize_bundle(payload=payload, signature=signature, key_hint=hint)
    assert b"\n" not in data
    bundle = parse_bundle(data, "x")
    assert (bundle.payload, bundle.signature, bundle.key_hint) == (payload, signature, hint)


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_known_media_types(kind: str) -> None:
    assert parse_bundle(edited(GOOD, lambda b: b.update(mediaType=kind)), "x").payload


@pytest.mark.parametrize("kind", ["", None, 3, ["a"], MEDIA_TYPES[0] + " ", MEDIA_TYPES[0].upper(), "application/json"])
def test_unknown_media_types(kind: object) -> None:
    assert "mediaType" in reason(edited(GOOD, lambda b: b.update(mediaType=kind)))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda b: b.update(more=1), "the bundle has an unknown member 'more'"),
        (lambda b: b.update(messageSignature={}), "the bundle has a messageSignature, and what is needed is a dsse"),
        (lambda b: b.update(messageSignature={"signature": "QQ=="}), "the bundle has a messageSignature"),
        (lambda b: b.update(messageSignature={"signature": "QQ=="}, dsseEnvelope=None), "has a messageSignature"),
        (envelope(more=1), "dsseEnvelope has an unknown member 'more'"),
        (envelope(signatures=[{"sig": "QQ==", "cert": ""}]), "signatures[0] has an unknown member 'cert'"),
        (lambda b: b.pop("dsseEnvelope"), "dsseEnvelope is not an object"),
        (lambda b: b.pop("verificationMaterial"), "verificationMaterial is not an object"),
        (lambda b: b.pop("mediaType"), "mediaType 'None' is unknown"),
        (envelope(payload=None), "dsseEnvelope.payload is not a string"),
        (envelope(payload={"a": 1}), "dsseEnvelope.payload is not a string"),
        (envelope(payload=""), "dsseEnvelope.payload is empty"),
        (envelope(payloadType=None), "dsseEnvelope.payloadType is not a string"),
        (envelope(payloadType="application/json"), "the payload type is 'application/json'"),
        (envelope(payloadType="application/vnd.in-toto+json "), "the payload type is"),
        (envelope(payloadType="application/vnd.in-toto+JSON"), "the payload type is"),
        (envelope(signatures=[]), "the envelope has 0 signatures; exactly one is allowed"),
        (envelope(signatures=[{"sig": "QQ=="}, {"sig": "QQ=="}]), "the envelope has 2 signatures"),
        (envelope(signatures={"sig": "QQ=="}), "dsseEnvelope.signatures is not an array"),
        (envelope(signatures=["QQ=="]), "signatures[0] is not an object"),
        (envelope(signatures=[{}]), "signatures[0].sig is not a string"),
        (envelope(signatures=[{"sig": ""}]), "signatures[0].sig is empty"),
        (material(), "verificationMaterial has 0 of publicKey, certificate, x509CertificateChain"),
        (material(publicKey=None), "verificationMaterial has 0 of"),
        (material(publicKey={}, certificate={"rawBytes": "QQ=="}), "verificationMaterial has 2 of"),
        (material(certificate={}, x509CertificateChain={}), "verificationMaterial has 2 of"),
        (material(publicKey=[]), "publicKey is not an object"),
        (material(publicKey={"hint": 5}), "publicKey.hint is not a string"),
        (material(certificate={}), "certificate.rawBytes is not a string"),
        (material(certificate={"rawBytes": "Q"}), "certificate.rawBytes is not standard base64"),
        (material(x509CertificateChain={"certificates": []}), "the chain has 0 certificates; 1 to 10 are read"),
        (
            material(x509CertificateChain={"certificates": [{"rawBytes": "QQ=="}] * (MAX_CERTIFICATES + 1)}),
            "the chain has 11 certificates; 1 to 10 are read",
        ),
        (material(x509CertificateChain={"certificates": {}}), "certificates is not an array"),
        (material(x509CertificateChain={"certificates": ["QQ=="]}), "certificates[] is not an object"),
        (material(publicKey={}, tlogEntries={"a": 1}), "tlogEntries is not an array"),
        (material(publicKey={}, tlogEntries=[1]), "tlogEntries[] is not an object"),
        (
            material(publicKey={}, tlogEntries=[{}] * (MAX_LOG_ENTRIES + 1)),
            "the bundle has 9 log entries; at most 8 are read",
        ),
        (material(publicKey={"rawBytes": "Q"}), "publicKey.rawBytes is not standard base64"),
        (material(publicKey={"rawBytes": 5}), "publicKey.rawBytes is not a string"),
        (material(publicKey={}, timestampVerificationData=[]), "timestampVerificationData is not an object"),
        (
            material(publicKey={}, timestampVerificationData={"rfc3161Timestamps": [{}]}),
            "signedTimestamp is not a string",
        ),
        (
            material(
                publicKey={},
                timestampVerificationData={"rfc3161Timestamps": [{"signedTimestamp": "QQ=="}] * (MAX_TIMESTAMPS + 1)},
            ),
            "the bundle has 33 timestamps; at most 32 are read",
        ),
    ],
)
def test_malformed_bundles(edit: Edit, message: str) -> None:
    assert message in reason(edited(GOOD, edit))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (material(publicKey={"hint": 0}), "publicKey.hint"),
        (material(publicKey={"hint": False}), "publicKey.hint"),
        (material(publicKey={"hint": []}), "publicKey.hint"),
        (material(publicKey={}, tlogEntries={}), "tlogEntries"),
        (material(publicKey={}, tlogEntries=0), "tlogEntries"),
        (material(publicKey={}, tlogEntries=""), "tlogEntries"),
        (material(publicKey={}, timestampVerificationData={"rfc3161Timestamps": {}}), "rfc3161Timestamps"),
        (envelope(signatures=[{"sig": "QQ==", "keyid": {"a": 1}}]), "keyid"),
        (envelope(signatures=[{"sig": "QQ==", "keyid": 7}]), "keyid"),
    ],
)
def test_empty_looking_values_of_another_type_are_refused_too(edit: Edit, message: str) -> None:
    assert message in reason(edited(GOOD, edit))


# Message signatures: read only when the caller says that a message is what it has


def message(item: Any, **more: Any) -> bytes:
    def edit(bundle: dict[str, Any]) -> None:
        del bundle["dsseEnvelope"]
        bundle.update(messageSignature=item, **more)

    return edited(GOOD, edit)


DIGEST = {"algorithm": "SHA2_256", "digest": base64_text(bytes(32))}


def test_a_message_signature() -> None:
    bundle = parse_bundle(message({"signature": "QQ==", "messageDigest": DIGEST}), "x", messages=True)
    assert (bundle.payload_type, bundle.payload, bundle.signature) == ("", b"", b"A")
    assert bundle.message_digest == ("sha256", bytes(32))
    assert parse_bundle(message({"signature": "QQ=="}), "x", messages=True).message_digest is None


def test_a_message_signature_is_refused_where_a_statement_is_needed() -> None:
    assert "has a messageSignature" in reason(message({"signature": "QQ==", "messageDigest": DIGEST}))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (message({"signature": "QQ==", "more": 1}), "messageSignature has an unknown member 'more'"),
        (message({"messageDigest": DIGEST}), "messageSignature.signature is not a string"),
        (message({"signature": "Q"}), "messageSignature.signature is not standard base64"),
        (message({"signature": ""}), "messageSignature.signature is empty"),
        (message([]), "messageSignature is not an object"),
        (message(None), "dsseEnvelope is not an object"),
        (message({"signature": "QQ==", "messageDigest": {**DIGEST, "algorithm": "MD5"}}), "'MD5' is unknown"),
        (message({"signature": "QQ==", "messageDigest": {**DIGEST, "digest": "Q"}}), "is not standard base64"),
        (message({"signature": "QQ==", "messageDigest": []}), "messageDigest is not an object"),
        (message({"signature": "QQ=="}, dsseEnvelope={}), "the bundle has a messageSignature"),
    ],
)
def test_malformed_message_signatures(data: bytes, text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_bundle(data, "x", messages=True)
    assert text in caught.value.message


@pytest.mark.parametrize("keyid", [None, "", "anything"])
def test_the_keyid_is_never_used(keyid: str | None) -> None:
    assert parse_bundle(edited(GOOD, envelope(signatures=[{"sig": "QQ==", "keyid": keyid}])), "x").signature == b"A"


def test_older_material_without_hint_and_with_unknown_parts_is_read() -> None:
    older = material(publicKey={"rawBytes": "QQ==", "keyDetails": "PKIX_ECDSA_P384_SHA_384"}, more={"a": 1})
    bundle = parse_bundle(edited(GOOD, older), "x")
    assert (bundle.key_hint, bundle.log_entries) == ("", ())


def test_certificates_timestamps_and_log_entries_are_kept() -> None:
    chain = {"certificates": [{"rawBytes": "QQ=="}, {"rawBytes": "Qg=="}]}
    stamps = {"rfc3161Timestamps": [{"signedTimestamp": "Qw=="}]}
    many = material(x509CertificateChain=chain, timestampVerificationData=stamps, tlogEntries=[{"logIndex": "1"}])
    bundle = parse_bundle(edited(GOOD, many), "x")
    assert bundle.certificates == (b"A", b"B")
    assert (bundle.timestamps, len(bundle.log_entries)) == ((b"C",), 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"mediaType":', b'"mediaType":"x","mediaType":'),
        (b'"payload":', b'"payload":"QQ==","payload":'),
        (b'"sig":', b'"sig":"QQ==","sig":'),
        (b'"hint":', b'"hint":"x","hint":'),
        (b'"dsseEnvelope":', b'"dsseEnvelope":{},"dsseEnvelope":'),
    ],
)
def test_duplicate_members(old: bytes, new: bytes) -> None:
    assert GOOD.count(old) == 1
    assert "stands twice" in reason(GOOD.replace(old, new))


@pytest.mark.parametrize(
    "text",
    [
        "QQ=",
        "QQ",
        "QQ==\n",
        "\nQQ==",
        "Q Q==",
        "QR==",
        "QUJ=",
        "QQ==QQ==",
        "_-A=",
        "QQ===",
        "Q",
        "====",
        "é===",
        "QQ=A",
    ],
)
def test_lenient_base64_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match=r"^w is not (standard|canonical) base64$"):
        decode_base64(text, "w")
    for edit in (
        envelope(payload=text),
        envelope(signatures=[{"sig": text}]),
        material(certificate={"rawBytes": text}),
    ):
        assert "base64" in reason(edited(GOOD, edit))


@given(st.text(max_size=12) | st.text("ABC/+=", max_size=9))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        data = decode_base64(text, "w")
    except DocumentError:
        return
    assert base64_text(data) == text


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{", b"\x80\x04\x95junk", GOOD + GOOD, GOOD[:-1], GOOD[: len(GOOD) // 2]]
)
def test_what_is_no_bundle(data: bytes) -> None:
    assert reason(data)


def test_limits_follow_the_reference() -> None:
    assert (SIGNATURE_LIMITS.size, SIGNATURE_LIMITS.depth) == (256 << 20, 32)
    assert CLAIM_LIMITS.size <= SIGNATURE_LIMITS.size
    deep = GOOD.replace(b'"hint":', b'"x":' + b"[" * 40 + b"]" * 40 + b',"hint":')
    assert "nested deeper than 32 levels" in reason(deep)
    many = GOOD.replace(b'"tlogEntries":[]', b'"tlogEntries":[' + b"{}," * 20_000 + b"{}]")
    assert "more than 20000 members and items" in reason(many)
