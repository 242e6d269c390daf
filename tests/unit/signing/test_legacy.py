"""OMS v0.2: read only when the caller admits it, for its own predicate alone, and never without a word about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from attest.domain.attestation import Attestation, Rejected
from attest.domain.bundle import Bundle, parse_bundle, serialize_bundle
from attest.domain.statement import LEGACY_PREDICATE, PAYLOAD_TYPE
from attest.signing import Trust, verify_bundle
from attest.signing.authentic import LEGACY_MARK, LEGACY_NOTE
from attest.signing.authenticate import authenticate
from attest.signing.dsse import legacy_pae, pae
from tests.simulators import keys, pki
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64
from tests.unit.conftest import (
    SMALL,
    OpenSigner,
    accepted,
    held,
    manifest,
    oms_document,
    pem,
    refused,
    signer,
    trust,
)
from tests.unit.signing.material import V03, Document, Maker, check_refused, der, parsed

LEGACY = Trust(keys=trust().keys, legacy=True)


def statement(files: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    """What model-signing v0.2 signed: the files as subjects."""
    subjects = [
        {"name": entry.name, "digest": {"sha256": entry.sha256.hex()}} for entry in manifest(files or SMALL).files
    ]
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": LEGACY_PREDICATE,
        "predicate": {"unused": "Unused, just passed due to API requirements"},
    }
    return json.dumps({**document, **changes}).encode()


def sealed_old(payload: bytes, by: OpenSigner | None = None) -> Bundle:
    """A bundle with the broken encoding."""
    by = by or signer()
    signature = by.sign(legacy_pae(PAYLOAD_TYPE, payload))
    return parse_bundle(serialize_bundle(payload=payload, signature=signature, key_hint=by.hint), "model.sig")


def judged(payload: bytes, trusted: Trust = LEGACY, **options: Any) -> Attestation | Rejected:
    return verify_bundle(sealed_old(payload), manifest(**options), trusted)


@pytest.mark.parametrize(
    ("payload", "signed"),
    [
        ('{"n":"é"}', 'DSSEV1 28 application/vnd.in-toto+json 10 b\'{"n":"\\xc3\\xa9"}\''),
        ('{"n":"it\'s"}', 'DSSEV1 28 application/vnd.in-toto+json 12 b\'{"n":"it\\\'s"}\''),
        ("{'n'}", "DSSEV1 28 application/vnd.in-toto+json 5 b\"{'n'}\""),
        ("a\n\t\r\\", "DSSEV1 28 application/vnd.in-toto+json 5 b'a\\n\\t\\r\\\\'"),
    ],
)
def test_the_broken_encoding(payload: str, signed: str) -> None:
    assert legacy_pae(PAYLOAD_TYPE, payload.encode()) == signed.encode("ascii")


def test_a_bundle_of_v02() -> None:
    found = accepted(judged(statement()))
    assert (found.predicate_type, found.signed_files, found.unsigned) == (LEGACY_PREDICATE, len(SMALL), ())
    assert found.notes == (LEGACY_NOTE,)
    assert "exclusions" in LEGACY_NOTE


@pytest.mark.parametrize("name", ["é.txt", "it's", "both \"and' quotes"])
def test_names_that_python_spells_in_its_own_way(name: str) -> None:
    files = {name: b"x"}
    payload = json.dumps(json.loads(statement(files)), ensure_ascii=False).encode()
    assert accepted(judged(payload, files=files)).signed_files == 1


def test_without_the_callers_word() -> None:
    found = refused(judged(statement(), trust()), "legacy", "--allow-legacy admits such signatures")
    assert "Python's spelling of the statement" in found.reason
    assert (found.signer, found.predicate_type) == (None, "")


def test_the_standard_encoding_of_that_predicate_needs_the_word_too() -> None:
    payload = statement()
    standard = serialize_bundle(
        payload=payload, signature=signer().sign(pae(PAYLOAD_TYPE, payload)), key_hint=signer().hint
    )
    bundle = parse_bundle(standard, "model.sig")
    refused(verify_bundle(bundle, manifest(), trust()), "legacy", "--allow-legacy")
    assert accepted(verify_bundle(bundle, manifest(), LEGACY)).signed_files == len(SMALL)


V1_WITH_MARK = oms_document(lambda s: s["subject"][0].update(name=LEGACY_MARK.decode()))
CLAIM_WITH_MARK = statement(predicateType="https://example.org/claim/v1", predicate={"about": LEGACY_PREDICATE})


@pytest.mark.parametrize(
    "payload",
    [
        oms_document(lambda s: None),
        V1_WITH_MARK,
        statement(predicateType="https://example.org/claim/v1"),
        CLAIM_WITH_MARK,
        oms_document(lambda s: s.update(predicateType="https://model_signing/signature/v1.1")),
    ],
    ids=["v1.0", "v1.0 that mentions it", "a claim", "a claim that mentions it", "v1.1"],
)
def test_the_broken_encoding_never_serves_another_predicate(payload: bytes) -> None:
    outcome = judged(payload)
    assert isinstance(outcome, Rejected)
    assert outcome.code in {"bad-signature", "bad-statement"}
    outcome = judged(payload, trust())
    assert isinstance(outcome, Rejected)


def test_a_changed_payload() -> None:
    payload = statement()
    signature = signer().sign(legacy_pae(PAYLOAD_TYPE, payload))
    changed = payload.replace(b'"config.json"', b'"config.jsox"')
    bundle = parse_bundle(serialize_bundle(payload=changed, signature=signature, key_hint=signer().hint), "s")
    refused(verify_bundle(bundle, manifest(), LEGACY), "bad-signature", "")


def test_a_stranger() -> None:
    refused(verify_bundle(sealed_old(statement(), signer(9)), manifest(), LEGACY), "unknown-signer", "")


def test_changed_missing_and_unsigned_files() -> None:
    refused(judged(statement(), files={**SMALL, "empty": b"!"}), "changed-files", "1 of 5")
    refused(judged(statement(), files={"other": b"1"}), "other-artifact", "none of its 5 files")
    assert accepted(judged(statement(), files={**SMALL, "evil.py": b"1"})).unsigned == ("evil.py",)
    refused(judged(statement(), links=["empty"]), "links", "did not allow links")


A = "a" * 64


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subject": []}, "0 subjects"),
        ({"subject": [{"name": "../x", "digest": {"sha256": A}}]}, "'..' component"),
        ({"subject": [{"name": "/x", "digest": {"sha256": A}}]}, "absolute"),
        ({"subject": [{"name": "", "digest": {"sha256": A}}]}, "the name is empty"),
        ({"subject": [{"digest": {"sha256": A}}]}, "the name is empty"),
        ({"subject": [{"name": "a", "digest": {"sha256": A}}] * 2}, "names 'a' twice"),
        ({"subject": [{"name": n, "digest": {"sha256": A}} for n in ("a", "a/b")]}, "both as a file"),
        ({"subject": [{"name": "a", "digest": {"sha256": A.upper()}}]}, "lower-case"),
        ({"subject": [{"name": "a", "digest": {"sha512": A * 2}}]}, "not one SHA-256 digest"),
        ({"subject": [{"name": "a", "digest": {"sha256": A, "sha1": "b" * 40}}]}, "not one SHA-256 digest"),
        (
            {"subject": [{"name": "a", "digest": {"sha256": A}, "annotations": {"actual_hash_algorithm": "x"}}]},
            "not one SHA-256 digest",
        ),
        ({"predicate": {"unused": "", "more": 1}}, "unknown member 'more'"),
        ({"predicate": None}, "predicate is not an object"),
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "_type is"),
        ({"more": 1}, "unknown member 'more'"),
    ],
)
def test_statements_that_break_a_rule(changes: dict[str, Any], reason: str) -> None:
    refused(judged(statement(**changes)), "bad-statement", reason)


def test_the_algorithm_that_some_releases_noted() -> None:
    document = json.loads(statement())
    for subject in document["subject"]:
        subject["annotations"] = {"actual_hash_algorithm": "file-sha256"}
    assert accepted(judged(json.dumps(document).encode())).signed_files == len(SMALL)
    # A digest over shards is in hexadecimal as well, and is not that of the file.
    document["subject"][0]["annotations"]["actual_hash_algorithm"] = "file-sha256-1000000"
    refused(judged(json.dumps(document).encode()), "bad-statement", "not one SHA-256 digest")


# Certificates: SHA-256 whatever the curve


NOW = datetime.now(UTC)
ROOT = pki.Authority.create("r")


def certified(key: keys.PrivateKey, signature: bytes, payload: bytes) -> Bundle:
    data = serialize_bundle(payload=payload, signature=signature, certificates=[der(ROOT.leaf(key))])
    return parse_bundle(data, "model.sig")


@pytest.mark.parametrize("legacy", [True, False])
def test_sha256_on_a_larger_curve_is_for_v02_alone(legacy: bool) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    trusted = Trust(certificate_roots=(ROOT.root,), at=NOW, legacy=legacy)
    old, payload = statement(), oms_document(lambda s: None)
    weak = ec.ECDSA(hashes.SHA256())
    outcome = verify_bundle(certified(key, key.sign(legacy_pae(PAYLOAD_TYPE, old), weak), old), manifest(), trusted)
    if legacy:
        assert accepted(outcome).notes == (LEGACY_NOTE,)
    else:
        refused(outcome, "legacy", "--allow-legacy")
    # The standard encoding takes the curve's own hash, with and without the word.
    standard = certified(key, key.sign(pae(PAYLOAD_TYPE, payload), weak), payload)
    refused(verify_bundle(standard, manifest(), trusted), "bad-signature", "")
    mentioned = certified(key, key.sign(pae(PAYLOAD_TYPE, V1_WITH_MARK), weak), V1_WITH_MARK)
    assert isinstance(verify_bundle(mentioned, manifest(), trusted), Rejected)
    broken = certified(key, key.sign(legacy_pae(PAYLOAD_TYPE, V1_WITH_MARK), weak), V1_WITH_MARK)
    assert isinstance(verify_bundle(broken, manifest(), trusted), Rejected)


@pytest.mark.parametrize("curve", ["P-384", "P-521"])
def test_keys_sign_with_sha256_whatever_their_curve(curve: str) -> None:
    """As the release itself did; see fixtures/foreign/0.2.0."""
    by = signer(4, curve)
    trusted = Trust(keys=Trust.of_keys([(pem(4, curve), "k")]).keys, legacy=True)
    refused(verify_bundle(sealed_old(statement(), by), manifest(), trusted), "bad-signature", "")
    assert isinstance(by.private, ec.EllipticCurvePrivateKey)
    plain = by.private.sign(legacy_pae(PAYLOAD_TYPE, statement()), ec.ECDSA(hashes.SHA256()))
    data = serialize_bundle(payload=statement(), signature=plain, key_hint=by.hint)
    assert accepted(verify_bundle(parse_bundle(data, "s"), manifest(), trusted)).notes == (LEGACY_NOTE,)


# Identities: the entry of a log is about the standard encoding, and the note goes with the signer whoever it is


def test_identities_keep_the_mark_of_the_old_form(loopback_rekor1: LoopbackSigstore) -> None:
    """Were the note lost on the way, the broken encoding would serve statements of v1."""
    maker = Maker(instance=loopback_rekor1)
    leaf = maker.issue()[0]
    trusted = Trust(identity_roots=(maker.root(),), legacy=True)
    for payload in (V1_WITH_MARK, CLAIM_WITH_MARK):
        signature = held(maker.key).sign(legacy_pae(PAYLOAD_TYPE, payload))
        envelope = {
            "payload": b64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(signature), "keyid": ""}],
        }
        entry = maker.logged(json.dumps(_dsse_body(payload, signature, leaf)).encode())
        tokens = [maker.instance.tsa.stamp(signature)]
        bundle: Document = {
            "mediaType": V03,
            "verificationMaterial": maker.material(leaf, [entry], tokens),
            "dsseEnvelope": envelope,
        }
        assert authenticate(parsed(bundle), trusted).notes == (LEGACY_NOTE,)
        refused(verify_bundle(parsed(bundle), manifest(), trusted), "bad-statement", "of another form")
        check_refused(bundle, Trust(identity_roots=(maker.root(),)), "legacy", "--allow-legacy")


def _dsse_body(payload: bytes, signature: bytes, leaf: Any) -> Document:
    """What a log that does not check signatures would write."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from tests.simulators.sigstore.state import sha256

    return {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "payloadHash": {"algorithm": "sha256", "value": sha256(payload).hex()},
            "signatures": [{"signature": b64(signature), "verifier": b64(leaf.public_bytes(Encoding.PEM))}],
        },
    }
