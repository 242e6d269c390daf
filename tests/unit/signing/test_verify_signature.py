"""Who signed: the signature decides, never the hint; and what a statement of another subject proves (nothing)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from attest.domain.attestation import Attestation, Rejected
from attest.domain.bundle import parse_bundle, serialize_bundle
from attest.domain.statement import PAYLOAD_TYPE
from attest.signing import Trust, verify_bundle
from attest.signing.dsse import pae
from tests.unit.conftest import (
    SMALL,
    accepted,
    base64_text,
    claim,
    claim_payload,
    edited,
    entry,
    manifest,
    model_bundle,
    oms_document,
    pem,
    refused,
    seal_with_hint,
    sealed,
    signer,
    trust,
    whole,
)

PAYLOAD = oms_document(lambda s: None)
KIND = "https://example.org/claim/v1"


def unproven(outcome: Attestation | Rejected) -> None:
    """A rejection that shows neither a signer nor a claim."""
    assert isinstance(outcome, Rejected)
    assert (outcome.signer, outcome.predicate_type, outcome.differences) == (None, "", None)


def test_an_unknown_key() -> None:
    outcome = verify_bundle(sealed(PAYLOAD, by=2), manifest(), trust(1, 3))
    refused(outcome, "unknown-signer", "not signed by any of the trusted keys")
    unproven(outcome)


def test_no_trust_at_all() -> None:
    outcome = verify_bundle(sealed(PAYLOAD), manifest(), Trust())
    refused(outcome, "unknown-signer", "it is signed with a key, and no key is trusted here")
    unproven(outcome)


def with_signature(raw: bytes) -> bytes:
    """The good bundle with another signature in it."""
    text = base64_text(raw)
    return edited(model_bundle(), lambda b: b["dsseEnvelope"]["signatures"][0].update(sig=text))


def broken_signature(data: bytes) -> bytes:
    return edited(data, lambda b: b["dsseEnvelope"]["signatures"][0].update(sig=flipped(data)))


def flipped(data: bytes) -> str:
    raw = bytearray(base64.b64decode(json.loads(data)["dsseEnvelope"]["signatures"][0]["sig"]))
    raw[-1] ^= 1
    return base64_text(bytes(raw))


@pytest.mark.parametrize("keys", [(1,), (1, 2), (2, 1)])
def test_a_flipped_signature(keys: tuple[int, ...]) -> None:
    bundle = parse_bundle(broken_signature(model_bundle()), "model.sig")
    outcome = verify_bundle(bundle, manifest(), trust(*keys))
    refused(outcome, "bad-signature", "the signature does not verify")
    unproven(outcome)


@pytest.mark.parametrize(
    "raw",
    [
        b"x",
        b"\x30",
        b"\x30\x06\x02\x01\x00\x02\x01\x00",
        b"\x00" * 64,
        b"0" * 10_000,
        bytes.fromhex("3006020101020101"),
    ],
)
def test_a_signature_that_is_none(raw: bytes) -> None:
    outcome = verify_bundle(parse_bundle(with_signature(raw), "model.sig"), manifest(), trust())
    refused(outcome, "bad-signature", "the signature does not verify")
    unproven(outcome)


def test_der_with_bytes_after_it() -> None:
    good = base64.b64decode(json.loads(model_bundle())["dsseEnvelope"]["signatures"][0]["sig"])
    for raw in (good + b"\0", good + good, good[:-1]):
        refused(verify_bundle(parse_bundle(with_signature(raw), "s"), manifest(), trust()), "bad-signature", "")


def test_a_raw_signature_is_not_der() -> None:
    good = base64.b64decode(json.loads(model_bundle())["dsseEnvelope"]["signatures"][0]["sig"])
    r, s = decode_dss_signature(good)
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    refused(verify_bundle(parse_bundle(with_signature(raw), "s"), manifest(), trust()), "bad-signature", "")


def test_the_other_form_of_one_signature_is_the_same_statement() -> None:
    """ECDSA is malleable: what counts is the statement's digest, never the bundle's."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    one = parse_bundle(model_bundle(), "s")
    r, s = decode_dss_signature(one.signature)
    twin = serialize_bundle(payload=one.payload, signature=encode_dss_signature(r, order - s), key_hint=one.key_hint)
    first, second = (accepted(verify_bundle(b, manifest(), trust())) for b in (one, parse_bundle(twin, "s")))
    assert first.bundle_digest != second.bundle_digest
    assert (first.signer, first.statement_digest) == (second.signer, second.statement_digest)


def test_a_payload_changed_after_signing() -> None:
    other = base64_text(PAYLOAD.replace(b'"small"', b'"large"'))
    data = edited(model_bundle(), lambda b: b["dsseEnvelope"].update(payload=other))
    outcome = verify_bundle(parse_bundle(data, "model.sig"), manifest(), trust())
    refused(outcome, "bad-signature", "the signed bytes or the signature were changed")
    unproven(outcome)


@pytest.mark.parametrize(
    "signed",
    [
        PAYLOAD,
        pae("application/json", PAYLOAD),
        pae("", PAYLOAD),
        f"DSSEV1 28 {PAYLOAD_TYPE} {len(PAYLOAD)} {PAYLOAD!r}".encode(),
        pae(PAYLOAD_TYPE, PAYLOAD).replace(b"DSSEv1", b"DSSEV1"),
        pae(PAYLOAD_TYPE, base64.b64encode(PAYLOAD)),
    ],
)
def test_a_signature_over_anything_but_the_standard_encoding(signed: bytes) -> None:
    data = serialize_bundle(payload=PAYLOAD, signature=signer().sign(signed), key_hint=signer().hint)
    outcome = verify_bundle(parse_bundle(data, "model.sig"), manifest(), trust())
    refused(outcome, "bad-signature", "")
    unproven(outcome)


# Hints


def der_hint(scalar: int) -> str:
    return base64.b64encode(bytes.fromhex(signer(scalar).id.removeprefix("sha256:"))).decode()


@pytest.mark.parametrize(
    "hint",
    ["", "nonsense", "0" * 64, signer(9).hint, signer(1).hint, signer(1).hint.upper(), der_hint(1), signer(1).id[7:]],
)
def test_a_hint_is_a_hint(hint: str) -> None:
    outcome = verify_bundle(seal_with_hint(PAYLOAD, hint), manifest(), trust(2, 1, 3))
    assert accepted(outcome).signer.id == signer(1).id


@pytest.mark.parametrize("hint", [signer(2).hint, der_hint(2), signer(2).id[7:]])
def test_a_signature_of_one_trusted_key_under_the_hint_of_another(hint: str) -> None:
    """Whatever the answer is, the signer that is shown is never the one that the hint names."""
    outcome = verify_bundle(seal_with_hint(PAYLOAD, hint, by=1), manifest(), trust(1, 2))
    refused(outcome, "bad-signature", "")
    unproven(outcome)


def test_a_right_hint_with_a_signature_by_a_stranger() -> None:
    outcome = verify_bundle(seal_with_hint(PAYLOAD, signer(1).hint, by=9), manifest(), trust(1, 2))
    refused(outcome, "bad-signature", "")
    unproven(outcome)


def test_a_foreign_hint_with_a_broken_signature_names_nobody() -> None:
    data = edited(broken_signature(model_bundle()), lambda b: b["verificationMaterial"]["publicKey"].update(hint="x"))
    outcome = verify_bundle(parse_bundle(data, "s"), manifest(), trust(1, 2))
    refused(outcome, "unknown-signer", "")
    unproven(outcome)


def test_a_key_inside_the_bundle_is_not_trusted() -> None:
    material = {"publicKey": {"rawBytes": base64_text(pem(9).encode()), "keyDetails": "PKIX_ECDSA_P256_SHA_256"}}
    data = edited(model_bundle(by=9), lambda b: b.update(verificationMaterial=material))
    refused(verify_bundle(parse_bundle(data, "s"), manifest(), trust(1)), "unknown-signer", "")


@pytest.mark.parametrize("curve", ["P-384", "P-521"])
def test_curves_do_not_mix(curve: str) -> None:
    keys = Trust.of_keys([(pem(1, curve), "k")])
    refused(verify_bundle(sealed(PAYLOAD), manifest(), keys), "unknown-signer", "")


# Statements about the whole artifact


def test_a_claim() -> None:
    found = accepted(verify_bundle(parse_bundle(claim(), "claims.jsonl:1"), manifest(), trust()))
    assert (found.source, found.predicate_type) == ("claims.jsonl:1", "https://example.org/claim/v0")
    assert hashlib.sha256(found.statement.encode()).hexdigest() == found.statement_digest
    assert json.loads(found.statement)["subject"] == [whole()]


def test_a_claim_whose_second_subject_is_the_artifact() -> None:
    stranger = {"name": "x", "digest": {"sha256": "a" * 64}}
    for subjects in ([stranger, whole()], [whole(), stranger]):
        accepted(verify_bundle(sealed(claim_payload(subjects)), manifest(), trust()))


def about_other(subjects: list[dict[str, Any]], **options: Any) -> Rejected:
    outcome = verify_bundle(sealed(claim_payload(subjects)), manifest(**options), trust())
    found = refused(outcome, "other-artifact", "its subject is")
    assert (found.signer, found.predicate_type) == (accepted_signer(), KIND)
    return found


def accepted_signer() -> Any:
    return accepted(verify_bundle(sealed(PAYLOAD), manifest(), trust())).signer


def test_a_claim_about_another_artifact() -> None:
    found = about_other([whole(manifest({"x": b"1"}))])
    assert found.differences is None


def test_a_claim_about_an_earlier_state_says_what_changed() -> None:
    before = manifest({**SMALL, "empty": b"?"})
    files = [{"name": item.name, "digest": {"sha256": item.sha256.hex()}} for item in before.files]
    found = about_other([whole(before), *files])
    assert found.differences is not None
    assert [item.name for item in found.differences.changed] == ["empty"]


def test_a_claim_about_single_files_is_no_claim_about_the_directory() -> None:
    about_other([{"name": item.name, "digest": {"sha256": item.sha256.hex()}} for item in manifest().files])


def test_the_root_of_an_oms_signature_is_no_identity() -> None:
    root = json.loads(PAYLOAD)["subject"][0]["digest"]["sha256"]
    about_other([{**whole(), "digest": {"sha256": root}}])


LISTING = "".join(f"{item.sha256.hex()}  {item.name}\n" for item in manifest().files).encode()


def test_the_listing_of_a_directory_is_not_the_directory() -> None:
    listing = manifest({"listing": LISTING}, kind="file")
    assert listing.digest == manifest().digest
    # A statement about the file, marked or not, says nothing about the directory.
    about_other([whole(listing)])
    about_other([{"name": "listing", "digest": {"sha256": listing.digest}}])


def test_the_directory_is_not_its_listing() -> None:
    accepted(verify_bundle(sealed(claim_payload([whole()])), manifest(), trust()))
    about_other([whole()], files={"listing": LISTING}, kind="file")


def test_a_directory_that_holds_the_listing_of_another() -> None:
    outer = manifest({"listing": LISTING})
    files = [{"name": item.name, "digest": {"sha256": item.sha256.hex()}} for item in outer.files]
    about_other([whole(outer), *files])


def test_weak_digests_establish_no_match() -> None:
    about_other([{**whole(), "digest": {"sha1": "a" * 40, "md5": "b" * 32}}])
    about_other([{**whole(), "digest": {"sha512": "a" * 128}}])


def test_a_claim_shown_for_a_model_with_one_more_file() -> None:
    about_other([whole()], files={**SMALL, ".git/evil.py": b"1"})


def test_evidence_beside_the_model_does_not_change_what_a_claim_is_about() -> None:
    beside = manifest(evidence=[entry("model.sig", b"1"), entry("claims.jsonl", b"2")])
    accepted(verify_bundle(sealed(claim_payload([whole()])), beside, trust()))


def test_too_deep_too_many_and_too_long_statements_are_refused_after_their_signature() -> None:
    deep = claim_payload([whole()], predicate={"a": json.loads("[" * 100 + "]" * 100)})
    many = claim_payload([whole()] * 10_001)
    long = claim_payload([whole()], predicate={"a": "x" * ((1 << 20) + 1)})
    for payload, reason in ((deep, "nested deeper"), (many, "10001 subjects"), (long, "holds a string")):
        refused(verify_bundle(sealed(payload), manifest(), trust()), "bad-statement", reason)
