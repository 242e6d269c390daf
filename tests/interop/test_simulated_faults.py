"""Each fault and each knob of the simulators does what its name says, and nothing else is wrong beside it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client import VerificationError as TimestampError
from sigstore._internal.fulcio.client import FulcioClientError
from sigstore._internal.rekor import RekorClientError
from sigstore.errors import VerificationError
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext
from sigstore.verify import Verifier, policy

from tests.simulators import pki
from tests.simulators.loopback import HUGE, JUNK
from tests.simulators.sigstore.claims import ARC
from tests.simulators.sigstore.instance import LoopbackSigstore

ROOT = Path(__file__).resolve().parents[2]
PATHS = {
    "oidc": "/oidc/.well-known/openid-configuration",
    "fulcio": "/api/v2/trustBundle",
    "rekor": "/api/v1/log",
    "tsa": "/api/v1/timestamp",
    "tuf": "/tuf/timestamp.json",
}
SERVICES = sorted(PATHS)
ANYBODY = policy.UnsafeNoOp()
# What sigstore-python lets through when a service does not answer, or not as it should.
OUTAGES = (FulcioClientError, RekorClientError, requests.ConnectionError, requests.JSONDecodeError)


def signed(instance: LoopbackSigstore) -> Bundle:
    trust = ClientTrustConfig.from_json(json.dumps(instance.trust_config()))
    with SigningContext.from_trust_config(trust).signer(IdentityToken(instance.mint())) as signer:
        return signer.sign_artifact(b"x")


def verify(instance: LoopbackSigstore, bundle: Bundle) -> None:
    trust = ClientTrustConfig.from_json(json.dumps(instance.trust_config()))
    Verifier(trusted_root=trust.trusted_root).verify_artifact(b"x", bundle, ANYBODY)


def rejected(instance: LoopbackSigstore, reason: str) -> None:
    """Somebody finds the fault: the client that signs, or at the latest the one that verifies."""
    with pytest.raises(VerificationError, match=reason):
        verify(instance, signed(instance))


# The transport


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_down_says_so_and_the_others_answer(loopback_rekor1: LoopbackSigstore, service: str) -> None:
    loopback_rekor1.build_tuf()
    loopback_rekor1.faults[service] = "down"
    for other, path in PATHS.items():
        status = requests.get(loopback_rekor1.url + path, timeout=10).status_code
        assert (status == 503) == (other == service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_refuses(loopback_rekor1: LoopbackSigstore, service: str) -> None:
    loopback_rekor1.faults[service] = "refuse"
    with pytest.raises(requests.ConnectionError):
        requests.get(loopback_rekor1.url + PATHS[service], timeout=10)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hangs(loopback_rekor1: LoopbackSigstore, service: str) -> None:
    loopback_rekor1.faults[service] = "hang"
    with pytest.raises(requests.ReadTimeout):
        requests.get(loopback_rekor1.url + PATHS[service], timeout=0.2)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_junk(loopback_rekor1: LoopbackSigstore, service: str) -> None:
    loopback_rekor1.faults[service] = "garbage"
    answer = requests.get(loopback_rekor1.url + PATHS[service], timeout=10)
    assert (answer.status_code, answer.content) == (200, JUNK)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_without_end(loopback_rekor1: LoopbackSigstore, service: str) -> None:
    loopback_rekor1.faults[service] = "huge"
    with requests.get(loopback_rekor1.url + PATHS[service], timeout=0.2, stream=True) as answer:
        received = 0
        with pytest.raises(requests.ConnectionError):  # noqa: PT012 (the end is what raises)
            for block in answer.iter_content(1 << 20):
                received += len(block)
    assert received == HUGE


def test_a_service_drips(loopback_rekor1: LoopbackSigstore) -> None:
    loopback_rekor1.faults["oidc"] = "drip"
    with requests.get(loopback_rekor1.url + PATHS["oidc"], timeout=5, stream=True) as answer:
        assert [next(answer.iter_content(1)) for _ in range(3)] == [b" "] * 3


@pytest.mark.parametrize("fault", ["redirect", "redirect-307"])
def test_a_service_redirects_and_sees_who_follows(loopback_rekor1: LoopbackSigstore, fault: str) -> None:
    loopback_rekor1.faults["tsa"] = fault
    elsewhere = loopback_rekor1.server.elsewhere
    asked = len(elsewhere.requests)
    answer = requests.post(loopback_rekor1.tsa_url, data=b"x", timeout=10, allow_redirects=False)
    assert answer.headers["Location"].startswith(elsewhere.url)
    assert len(elsewhere.requests) == asked
    requests.post(loopback_rekor1.tsa_url, data=b"x", timeout=10)
    assert len(elsewhere.requests) == asked + 1


@pytest.mark.parametrize("fault", ["hang", "drip", "huge"])
def test_the_end_of_an_instance_ends_every_fault(tmp_path_factory: pytest.TempPathFactory, fault: str) -> None:
    instance = LoopbackSigstore(tmp_path_factory.mktemp("state")).start()
    instance.faults["oidc"] = fault
    with socket.create_connection(("127.0.0.1", instance.server.port), timeout=10) as client:
        client.sendall(f"GET {PATHS['oidc']} HTTP/1.1\r\n\r\n".encode())
        while not instance.requests:
            time.sleep(0.01)
        instance.stop()
        while client.recv(1 << 16):
            pass


def test_a_hanging_service_keeps_no_process_alive(tmp_path: Path) -> None:
    program = """
import socket, sys, time
from tests.simulators.sigstore.instance import LoopbackSigstore
instance = LoopbackSigstore(sys.argv[1]).start()
instance.faults["oidc"] = "hang"
client = socket.create_connection(("127.0.0.1", instance.server.port))
client.sendall(b"GET /oidc/keys HTTP/1.1\\r\\n\\r\\n")
while not instance.requests:
    time.sleep(0.01)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60, cwd=ROOT)


def test_requests_are_counted_until_a_reset(loopback_rekor1: LoopbackSigstore) -> None:
    requests.get(f"{loopback_rekor1.url}/api/v1/log?x=1", timeout=10)
    assert loopback_rekor1.requests == [("GET", "/api/v1/log")]
    loopback_rekor1.reset()
    assert loopback_rekor1.requests == []


@pytest.mark.parametrize("service", ["fulcio", "rekor"])
@pytest.mark.parametrize("fault", ["down", "refuse", "garbage"])
def test_nobody_signs_during_an_outage(loopback_sigstore: LoopbackSigstore, service: str, fault: str) -> None:
    loopback_sigstore.faults[service] = fault
    with pytest.raises(OUTAGES):
        signed(loopback_sigstore)


# Fulcio


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("no-sct", "signed certificate timestamp"), ("wrong-sct", "SCT verify"), ("unknown-sct", "SCT verify")],
)
def test_a_certificate_is_not_logged(loopback_rekor1: LoopbackSigstore, fault: str, reason: str) -> None:
    loopback_rekor1.faults["fulcio"] = fault
    rejected(loopback_rekor1, reason)


def test_a_certificate_is_for_another_key(loopback_sigstore: LoopbackSigstore) -> None:
    loopback_sigstore.faults["fulcio"] = "other-key"
    with pytest.raises(RekorClientError, match="InvalidSignature"):
        signed(loopback_sigstore)


def two_scts(instance: LoopbackSigstore) -> None:
    instance.authority.profile.scts = 2


def other_usage(instance: LoopbackSigstore) -> None:
    instance.authority.profile.eku = (ExtendedKeyUsageOID.CLIENT_AUTH,)


def no_signing(instance: LoopbackSigstore) -> None:
    instance.authority.profile.usage = pki.key_usage(other=True)


def unknown_extension(instance: LoopbackSigstore) -> None:
    instance.authority.profile.unknown_critical = True


def expired_intermediate(instance: LoopbackSigstore) -> None:
    instance.authority.renew_intermediate(pki.days(-20), pki.days(-10))


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (two_scts, "found 2"),
        (other_usage, "Extended usage"),
        (no_signing, "Key usage"),
        (unknown_extension, "chain"),
        (expired_intermediate, "chain"),
    ],
)
def test_a_certificate_with_one_thing_wrong_is_rejected(
    loopback_rekor1: LoopbackSigstore, turn: Callable[[LoopbackSigstore], None], reason: str
) -> None:
    verify(loopback_rekor1, signed(loopback_rekor1))
    turn(loopback_rekor1)
    rejected(loopback_rekor1, reason)
    loopback_rekor1.reset()
    verify(loopback_rekor1, signed(loopback_rekor1))


def test_a_certificate_says_what_the_profile_says(loopback_rekor1: LoopbackSigstore) -> None:
    profile = loopback_rekor1.authority.profile
    profile.alternatives = [x509.DNSName("a.example"), x509.RFC822Name("b@example.com")]
    profile.omit = {8}
    profile.raw = {12: b"https://github.com/acme/models"}
    profile.ca = True
    profile.eku = ()
    certificate = signed(loopback_rekor1).signing_certificate
    found = {extension.oid.dotted_string: extension.value for extension in certificate.extensions}
    alternatives = found["2.5.29.17"]
    assert isinstance(alternatives, x509.SubjectAlternativeName)
    assert list(alternatives) == profile.alternatives
    assert ARC + "8" not in found
    assert found[ARC + "12"].public_bytes() == b"https://github.com/acme/models"
    constraints = found["2.5.29.19"]
    assert isinstance(constraints, x509.BasicConstraints)
    assert constraints.ca
    assert "2.5.29.37" not in found


# The logs


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong-root", "inclusion proof contains invalid root hash"),
        ("wrong-path", "inclusion proof contains invalid root hash"),
        ("wrong-checkpoint", "Inclusion proof contains invalid root hash signature"),
        ("unsigned-checkpoint", "at least one signature"),
        ("forged-checkpoint", "checkpoint: invalid signature"),
        ("other-entry", "inconsistent with other materials"),
    ],
)
def test_a_log_that_lies_is_caught(loopback_sigstore: LoopbackSigstore, fault: str, reason: str) -> None:
    loopback_sigstore.prefill(3)
    verify(loopback_sigstore, signed(loopback_sigstore))
    loopback_sigstore.faults["rekor"] = fault
    rejected(loopback_sigstore, reason)


def test_a_forged_entry_timestamp_is_caught(loopback_rekor1: LoopbackSigstore) -> None:
    loopback_rekor1.faults["rekor"] = "forged-set"
    rejected(loopback_rekor1, "SET: invalid inclusion promise")


def test_an_entry_comes_without_timestamp(loopback_rekor1: LoopbackSigstore) -> None:
    loopback_rekor1.faults["rekor"] = "no-set"
    with pytest.raises(KeyError, match="signedEntryTimestamp"):
        signed(loopback_rekor1)


def test_a_sharded_log_counts_from_its_first_shard(loopback_rekor1: LoopbackSigstore) -> None:
    loopback_rekor1.rekor1.index_offset = 1000
    bundle = signed(loopback_rekor1)
    verify(loopback_rekor1, bundle)
    entry = json.loads(bundle.to_json())["verificationMaterial"]["tlogEntries"][0]
    assert int(entry["logIndex"]) == int(entry["inclusionProof"]["logIndex"]) + 1000


def test_witnesses_and_further_lines_do_no_harm(loopback_sigstore: LoopbackSigstore) -> None:
    loopback_sigstore.log.witnesses = 3
    loopback_sigstore.log.extra_lines = ("a line of the log's own", "and another")
    bundle = signed(loopback_sigstore)
    verify(loopback_sigstore, bundle)
    entry: dict[str, Any] = json.loads(bundle.to_json())["verificationMaterial"]["tlogEntries"][0]
    note: str = entry["inclusionProof"]["checkpoint"]["envelope"]
    assert note.count("\n\u2014 ") == 4
    assert "\nand another\n\n" in note


# The timestamp authority


def ask(instance: LoopbackSigstore, data: bytes = b"signature") -> None:
    """Ask for a timestamp and check the answer against the request, as a client that signs does."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
    response = decode_timestamp_response(instance.timestamp(request.as_bytes()))
    verifier = VerifierBuilder.from_request(request).add_root_certificate(instance.tsa.root)
    verifier = verifier.tsa_certificate(instance.tsa.certificate)
    verifier.build().verify_message(response, data)


@pytest.mark.parametrize(
    "fault",
    ["wrong-imprint", "wrong-nonce", "no-nonce", "rejection", "no-token", "wrong-signature"],
)
def test_a_timestamp_that_answers_something_else_is_rejected(loopback_rekor1: LoopbackSigstore, fault: str) -> None:
    ask(loopback_rekor1)
    loopback_rekor1.faults["tsa"] = fault
    with pytest.raises((TimestampError, ValueError)):
        ask(loopback_rekor1)


def test_a_timestamp_under_another_policy(loopback_rekor1: LoopbackSigstore) -> None:
    request = TimestampRequestBuilder().data(b"x").build().as_bytes()
    before = decode_timestamp_response(loopback_rekor1.timestamp(request)).tst_info.policy
    loopback_rekor1.faults["tsa"] = "wrong-policy"
    assert decode_timestamp_response(loopback_rekor1.timestamp(request)).tst_info.policy != before


def test_a_bad_timestamp_goes_unnoticed_when_signing(loopback_sigstore: LoopbackSigstore) -> None:
    """A Rekor v1 bundle still verifies through its SET, while a v2 bundle has no other source of time."""
    loopback_sigstore.faults["tsa"] = "wrong-imprint"
    bundle = signed(loopback_sigstore)
    if loopback_sigstore.rekor_version == 1:
        verify(loopback_sigstore, bundle)
    else:
        with pytest.raises(VerificationError):
            verify(loopback_sigstore, bundle)


@pytest.mark.parametrize(
    "turn",
    [
        {"eku": ()},
        {"eku": (pki.TIME_STAMPING, pki.CODE_SIGNING)},
        {"eku": (pki.CODE_SIGNING,)},
        {"eku_critical": False},
        {"not_after": pki.now() - timedelta(days=1)},
    ],
    ids=["no-eku", "extra-eku", "other-eku", "not-critical", "expired"],
)
def test_a_timestamp_authority_with_one_thing_wrong_is_rejected(
    loopback_rekor1: LoopbackSigstore, turn: dict[str, Any]
) -> None:
    ask(loopback_rekor1)
    loopback_rekor1.renew_tsa(**turn)
    with pytest.raises((TimestampError, ValueError)):
        ask(loopback_rekor1)
