"""Logs take plain keys of every kind; private authorities and timestamps satisfy openssl and the clients' libraries."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import TypeAdapter
from rekor_types import Dsse, Hashedrekord, Intoto
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from sigstore.models import Bundle, ClientTrustConfig, TransparencyLogEntry
from sigstore_models.rekor.v1 import TransparencyLogEntry as TransparencyLogEntryModel

from tests.simulators import keys, pki
from tests.simulators.sigstore import log_v1, log_v2
from tests.simulators.sigstore.instance import LoopbackSigstore

PAYLOAD_TYPE = "application/vnd.in-toto+json"
DIGESTING = [kind for kind in keys.KINDS if kind != "ed25519"]


@pytest.fixture(scope="session")
def rsa_key() -> keys.PrivateKey:
    return keys.generate("rsa")


@pytest.fixture
def key(request: pytest.FixtureRequest, rsa_key: keys.PrivateKey) -> keys.PrivateKey:
    kind: str = request.param
    return rsa_key if kind == "rsa" else keys.generate(kind)


def envelope_of(*signers: keys.PrivateKey) -> dict[str, Any]:
    payload = b'{"_type":"https://in-toto.io/Statement/v1"}'
    signatures = [keys.sign(signer, log_v1.pae(PAYLOAD_TYPE, payload)) for signer in signers]
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": base64.b64encode(signature).decode()} for signature in signatures],
    }


def check_entry(instance: LoopbackSigstore, entry: dict[str, Any]) -> dict[str, Any]:
    """Have sigstore-python check proof, checkpoint and SET; returns the body."""
    trust = ClientTrustConfig.from_json(json.dumps(instance.trust_config()))
    from sigstore._internal.trust import KeyringPurpose

    model = TransparencyLogEntryModel.from_json(json.dumps(entry))
    TransparencyLogEntry(model)._verify(trust.trusted_root.rekor_keyring(KeyringPurpose.VERIFY))
    body: dict[str, Any] = json.loads(base64.b64decode(entry["canonicalizedBody"]))
    assert {"kind": body["kind"], "version": body["apiVersion"]} == entry["kindVersion"]
    return body


def post(instance: LoopbackSigstore, version: int, proposed: dict[str, Any]) -> requests.Response:
    return requests.post(f"{instance.url}/api/v{version}/log/entries", json=proposed, timeout=10)


# The logs


@pytest.mark.parametrize("key", DIGESTING, indirect=True)
def test_rekor_v1_takes_hashedrekord_of_plain_keys(loopback_rekor1: LoopbackSigstore, key: keys.PrivateKey) -> None:
    pem = keys.public_pem(key.public_key())
    proposed = log_v1.hashedrekord(b"data", keys.sign(key, b"data"), pem)
    answer = post(loopback_rekor1, 1, proposed)
    assert answer.status_code == 201
    body = check_entry(loopback_rekor1, log_v1.transparency_log_entry(answer.json()))
    TypeAdapter(Hashedrekord).validate_python(body)
    assert body["spec"]["data"]["hash"]["algorithm"] == keys.natural_hash(key).name
    assert base64.b64decode(body["spec"]["signature"]["publicKey"]["content"]) == pem
    proposed["spec"]["data"]["hash"]["value"] = proposed["spec"]["data"]["hash"]["value"][::-1]
    assert post(loopback_rekor1, 1, proposed).status_code == 400


@pytest.mark.parametrize("key", keys.KINDS, indirect=True)
def test_rekor_v1_takes_envelopes_of_plain_keys(loopback_rekor1: LoopbackSigstore, key: keys.PrivateKey) -> None:
    pem, envelope = keys.public_pem(key.public_key()), envelope_of(key)
    answer = post(loopback_rekor1, 1, log_v1.dsse(envelope, pem))
    assert answer.status_code == 201
    body = check_entry(loopback_rekor1, log_v1.transparency_log_entry(answer.json()))
    TypeAdapter(Dsse).validate_python(body)
    (signature,) = body["spec"]["signatures"]
    assert base64.b64decode(signature["verifier"]) == pem
    stranger = keys.public_pem(keys.generate().public_key())
    assert post(loopback_rekor1, 1, log_v1.dsse(envelope, stranger)).status_code == 400


def test_rekor_v1_matches_each_signature_with_its_verifier(loopback_rekor1: LoopbackSigstore) -> None:
    signers = [keys.generate(kind) for kind in ("p256", "p384", "ed25519")]
    pems = [keys.public_pem(signer.public_key()) for signer in signers]
    envelope = envelope_of(*signers)
    body = check_entry(
        loopback_rekor1, log_v1.transparency_log_entry(loopback_rekor1.rekor1.add(log_v1.dsse(envelope, *pems[::-1])))
    )
    expected = {item["sig"]: pem for item, pem in zip(envelope["signatures"], pems, strict=True)}
    stored = {item["signature"]: base64.b64decode(item["verifier"]) for item in body["spec"]["signatures"]}
    assert stored == expected
    assert list(stored) == sorted(stored)
    with pytest.raises(InvalidSignature):
        loopback_rekor1.rekor1.add(log_v1.dsse(envelope, *pems[:2]))


def test_rekor_v1_can_insist_on_one_digest(loopback_rekor1: LoopbackSigstore) -> None:
    signer = keys.generate("p384")
    proposed = log_v1.dsse(envelope_of(signer), keys.public_pem(signer.public_key()))
    loopback_rekor1.rekor1.add(proposed)
    loopback_rekor1.rekor1.dsse_hash = "sha256"
    with pytest.raises(InvalidSignature):
        loopback_rekor1.rekor1.add(proposed)


@pytest.mark.parametrize("key", ["p256", "p384", "ed25519"], indirect=True)
def test_rekor_v1_holds_intoto_entries(loopback_rekor1: LoopbackSigstore, key: keys.PrivateKey) -> None:
    pem, envelope = keys.public_pem(key.public_key()), envelope_of(key)
    envelope["signatures"][0]["keyid"] = "a"
    body = check_entry(loopback_rekor1, loopback_rekor1.add_intoto(envelope, pem))
    TypeAdapter(Intoto).validate_python(body)
    (signature,) = body["spec"]["content"]["envelope"]["signatures"]
    assert base64.b64decode(signature["publicKey"]) == pem
    assert base64.b64decode(signature["sig"]).decode() == envelope["signatures"][0]["sig"]
    with pytest.raises(InvalidSignature):
        loopback_rekor1.add_intoto(envelope_of(keys.generate(keys.kind(key))), pem)


@pytest.mark.parametrize("key", DIGESTING, indirect=True)
def test_rekor_v2_takes_plain_keys(loopback_rekor2: LoopbackSigstore, key: keys.PrivateKey) -> None:
    request = log_v2.hashedrekord(b"data", keys.sign(key, b"data"), key.public_key())
    answer = post(loopback_rekor2, 2, request)
    assert answer.status_code == 201
    stored = check_entry(loopback_rekor2, answer.json())["spec"]["hashedRekordV002"]
    algorithm = {"sha256": "SHA2_256", "sha384": "SHA2_384", "sha512": "SHA2_512"}[keys.natural_hash(key).name]
    assert stored["data"]["algorithm"] == algorithm
    assert stored["signature"]["verifier"]["keyDetails"] == keys.key_details(key.public_key())
    request["hashedRekordRequestV002"]["digest"] = base64.b64encode(bytes(32)).decode()
    assert post(loopback_rekor2, 2, request).status_code == 400


def test_rekor_v2_takes_no_digest_of_ed25519_and_no_wrong_name_of_an_algorithm(
    loopback_rekor2: LoopbackSigstore,
) -> None:
    signer = keys.generate("ed25519")
    request = log_v2.hashedrekord(b"data", keys.sign(signer, b"data"), signer.public_key())
    assert post(loopback_rekor2, 2, request).status_code == 400
    signer = keys.generate("p256")
    request = log_v2.hashedrekord(b"data", keys.sign(signer, b"data"), signer.public_key())
    request["hashedRekordRequestV002"]["signature"]["verifier"]["keyDetails"] = "PKIX_ECDSA_P384_SHA_384"
    assert post(loopback_rekor2, 2, request).status_code == 400


@pytest.mark.parametrize("key", keys.KINDS, indirect=True)
def test_rekor_v2_takes_envelopes_of_plain_keys(loopback_rekor2: LoopbackSigstore, key: keys.PrivateKey) -> None:
    answer = post(loopback_rekor2, 2, log_v2.dsse(envelope_of(key), key.public_key()))
    assert answer.status_code == 201
    check_entry(loopback_rekor2, answer.json())
    stranger = keys.generate().public_key()
    assert post(loopback_rekor2, 2, log_v2.dsse(envelope_of(key), stranger)).status_code == 400


def test_an_answer_of_rekor_v1_becomes_the_entry_that_sigstore_makes_of_it(loopback_rekor1: LoopbackSigstore) -> None:
    signer = keys.generate()
    loopback_rekor1.prefill(5)
    proposed = log_v1.hashedrekord(b"data", keys.sign(signer, b"data"), keys.public_pem(signer.public_key()))
    answer = loopback_rekor1.rekor1.add(proposed)
    ours = TransparencyLogEntryModel.from_json(json.dumps(log_v1.transparency_log_entry(answer)))
    assert TransparencyLogEntry(ours) == TransparencyLogEntry._from_v1_response(answer)


# Private authorities


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("kind", keys.KINDS)
def test_openssl_accepts_a_chain_of_each_kind_of_key(tmp_path: Path, kind: str, rsa_key: keys.PrivateKey) -> None:
    root = pki.Authority.create(key=rsa_key if kind == "rsa" else kind)
    middle = root.intermediate(key=kind if kind != "rsa" else "p256", path_length=0)
    leaf = middle.leaf(keys.generate("p256"), emails=["dev@example.com"], uris=["https://example.com/x"])
    trusted = pki.write_pem(tmp_path / "root.pem", root.certificate)
    untrusted = pki.write_pem(tmp_path / "middle.pem", *middle.intermediates)
    signer = pki.write_pem(tmp_path / "leaf.pem", leaf)
    result = openssl("verify", "-x509_strict", "-CAfile", trusted, "-untrusted", untrusted, signer)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("middle_knobs", "leaf_knobs", "complaint"),
    [
        ({}, {"not_after": pki.days(-0.5)}, "has expired"),
        ({}, {"not_before": pki.days(1)}, "not yet valid"),
        ({"not_after": pki.days(-0.5)}, {}, "has expired"),
        ({"ca": False}, {}, "CA"),
        ({"usage": pki.key_usage(digital_signature=True)}, {}, "usage|CA"),
        ({}, {"unknown_critical": True}, "critical extension"),
        ({"unknown_critical": True}, {}, "critical extension"),
    ],
)
def test_openssl_rejects_a_chain_with_one_thing_wrong(
    tmp_path: Path, middle_knobs: dict[str, Any], leaf_knobs: dict[str, Any], complaint: str
) -> None:
    root = pki.Authority.create()
    middle = root.intermediate(**middle_knobs)
    trusted = pki.write_pem(tmp_path / "root.pem", root.certificate)
    untrusted = pki.write_pem(tmp_path / "middle.pem", middle.certificate)
    signer = pki.write_pem(tmp_path / "leaf.pem", middle.leaf(keys.generate(), **leaf_knobs))
    result = openssl("verify", "-CAfile", trusted, "-untrusted", untrusted, signer)
    assert result.returncode != 0
    assert any(part in result.stderr for part in complaint.split("|")), result.stderr


def test_a_path_length_of_zero_forbids_a_further_authority(tmp_path: Path) -> None:
    root = pki.Authority.create()
    below = root.intermediate(path_length=0).intermediate("below")
    trusted = pki.write_pem(tmp_path / "root.pem", root.certificate)
    untrusted = pki.write_pem(tmp_path / "middle.pem", *below.intermediates)
    signer = pki.write_pem(tmp_path / "leaf.pem", below.leaf(keys.generate()))
    result = openssl("verify", "-CAfile", trusted, "-untrusted", untrusted, signer)
    assert "path length" in result.stderr


def test_a_leaf_says_what_it_is_told(tmp_path: Path) -> None:
    authority = pki.Authority.create(key="p256")
    key = keys.generate("p384")
    leaf = authority.leaf(
        key, "", names=["a.example"], eku=(ExtendedKeyUsageOID.SERVER_AUTH,), eku_critical=True, hash_name="sha512"
    )
    assert not list(leaf.subject)
    assert leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    assert leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical
    assert leaf.signature_hash_algorithm is not None
    assert leaf.signature_hash_algorithm.name == "sha512"
    bare = authority.leaf(key.public_key(), eku=(), without_usage=True, ca=None)
    assert {item.oid._name for item in bare.extensions} == {"subjectKeyIdentifier", "authorityKeyIdentifier"}
    written = pki.write_key(tmp_path / "key.pem", key, b"secret")
    assert written.stat().st_mode & 0o077 == 0
    assert written.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")


# Private timestamp authorities


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("intermediate", [False, True])
def test_openssl_accepts_a_timestamp(tmp_path: Path, digest: str, intermediate: bool) -> None:
    authority = pki.timestamp_authority(intermediate=intermediate)
    authority.embed_chain = intermediate
    data, request, reply = tmp_path / "data", tmp_path / "request", tmp_path / "reply"
    data.write_bytes(b"signature")
    assert openssl("ts", "-query", "-data", data, f"-{digest}", "-cert", "-out", request).returncode == 0
    with authority.serve() as url:
        answer = requests.post(
            url,
            data=request.read_bytes(),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=10,
        )
    assert authority.requests == [("POST", "/timestamp")]
    reply.write_bytes(answer.content)
    root = pki.write_pem(tmp_path / "root.pem", authority.root)
    result = openssl("ts", "-verify", "-queryfile", request, "-in", reply, "-CAfile", root)
    assert result.returncode == 0, result.stderr
    result = openssl("ts", "-verify", "-data", data, "-in", reply, "-CAfile", root)
    assert result.returncode == 0, result.stderr
    data.write_bytes(b"another")
    assert openssl("ts", "-verify", "-data", data, "-in", reply, "-CAfile", root).returncode != 0


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa"])
def test_rfc3161_client_accepts_a_stamp(digest: str, kind: str, rsa_key: keys.PrivateKey) -> None:
    authority = pki.timestamp_authority(key=rsa_key if kind == "rsa" else kind)
    authority.hash_name = "sha512" if kind == "p521" else "sha256"
    when = pki.days(-0.5)
    response = decode_timestamp_response(authority.stamp(b"signature", digest, when=when))
    assert response.tst_info.gen_time == when
    verifier = VerifierBuilder().add_root_certificate(authority.root).tsa_certificate(authority.certificate).build()
    verifier.verify_message(response, b"signature")


def test_a_timestamp_holds_certificates_as_the_knobs_say() -> None:
    authority = pki.timestamp_authority(intermediate=True)
    builder = TimestampRequestBuilder().data(b"x").hash_algorithm(HashAlgorithm.SHA512)
    for asked in (True, False):
        request = builder.cert_request(cert_request=asked).build().as_bytes()
        for embed, chain, expected in (
            (None, False, int(asked)),
            (True, False, 1),
            (False, True, 0),
            (True, True, 3),
        ):
            authority.embed, authority.embed_chain = embed, chain
            response = decode_timestamp_response(authority.respond(request))
            assert len(response.signed_data.certificates) == expected


def test_a_served_timestamp_authority_has_faults_and_refuses_nonsense() -> None:
    authority = pki.timestamp_authority()
    with authority.serve() as url:
        assert requests.post(url, data=b"0", timeout=10).status_code == 400
        authority.faults = ["down"]
        assert requests.post(url, data=b"0", timeout=10).status_code == 503


# Keyless material without a client


@pytest.mark.parametrize("key", keys.KINDS, indirect=True)
def test_fulcio_certifies_any_key_in_process(loopback_rekor1: LoopbackSigstore, key: keys.PrivateKey) -> None:
    leaf, *above = loopback_rekor1.certify(key, loopback_rekor1.mint_github())
    assert keys.spki(keys.supported(leaf.public_key())) == keys.spki(key.public_key())
    assert above == [loopback_rekor1.fulcio_intermediate, loopback_rekor1.fulcio_root]


def test_a_bundle_can_be_made_by_hand(loopback_rekor1: LoopbackSigstore) -> None:
    """What a test of the verifier needs: every part from the simulators, put together by the test."""
    from sigstore.verify import Verifier, policy

    key = keys.generate()
    leaf = loopback_rekor1.certify(key)[0]
    envelope = envelope_of(key)
    envelope["signatures"][0]["keyid"] = ""
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    entry = log_v1.transparency_log_entry(loopback_rekor1.rekor1.add(log_v1.dsse(envelope, pki.pem(leaf))))
    stamp = base64.b64encode(loopback_rekor1.tsa.stamp(signature)).decode()
    bundle = {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": base64.b64encode(leaf.public_bytes(Encoding.DER)).decode()},
            "tlogEntries": [entry],
            "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": stamp}]},
        },
        "dsseEnvelope": envelope,
    }
    trust = ClientTrustConfig.from_json(json.dumps(loopback_rekor1.trust_config()))
    identity = policy.Identity(identity="dev@example.com", issuer=loopback_rekor1.issuer)
    Verifier(trusted_root=trust.trusted_root).verify_dsse(Bundle.from_json(json.dumps(bundle)), identity)
