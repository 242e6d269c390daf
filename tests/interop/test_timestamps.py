"""Timestamps on signatures by keys and certificates: asked for, checked at once, and judged later without network."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import decode_timestamp_response

import attest
from attest.domain.attestation import Attestation, Rejected
from attest.domain.bundle import Bundle
from attest.errors import InputError, KeyFileError, UndecidedError
from attest.operations.key import show
from attest.signing import SignerOptions, Trust, verify_bundle
from attest.signing.material.anchors import read_authority
from attest.signing.material.trusted_root import Authority
from attest.signing.services.timestamping import timestamp
from tests.interop.loopback_signing import PAYLOAD, contents, key_signer, read
from tests.simulators import keys, pki
from tests.simulators.loopback import TRANSPORT_FAULTS
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.tsa import TimestampAuthority
from tests.unit.conftest import SMALL, accepted, manifest, refused, write

CURVES = ("p256", "p384", "p521")


@pytest.fixture(scope="module")
def served() -> Iterator[TimestampAuthority]:
    """A timestamp authority with an intermediate, at work."""
    authority = pki.timestamp_authority(intermediate=True)
    with authority.serve():
        yield authority


@pytest.fixture
def tsa(served: TimestampAuthority) -> Iterator[TimestampAuthority]:
    """The same without faults, by the clock of this machine."""
    before = served.clock
    yield served
    served.faults, served.clock, served.embed = (), before, None


@pytest.fixture
def folder(tmp_path: Path, tsa: TimestampAuthority) -> Path:
    """A key of each curve, and the root of the timestamp authority."""
    for kind in CURVES:
        pki.write_key(tmp_path / f"{kind}.pem", keys.generate(kind))
    pki.write_pem(tmp_path / "tsa.pem", *tsa.chain)
    pki.write_pem(tmp_path / "tsa-root.pem", tsa.root)
    return tmp_path


def authorities(*paths: Path) -> tuple[Authority, ...]:
    return tuple(read_authority(str(path)) for path in paths)


def stamped(folder: Path, tsa: TimestampAuthority, key: str = "p256", **more: Any) -> Bundle:
    """A bundle with a timestamp, as a verifier reads it."""
    options = {"timestamps": (tsa.url,), "timestamp_roots": (str(folder / "tsa.pem"),), **more}
    return read(key_signer(folder / f"{key}.pem", **options).bundle(PAYLOAD))


def by_key(folder: Path, key: str = "p256", **more: Any) -> Trust:
    known = Trust.of_keys([(show(str(folder / f"{key}.pem")).pem, "the key")])
    return Trust(keys=known.keys, **more)


def verified(bundle: Bundle, trust: Trust) -> Attestation | Rejected:
    return verify_bundle(bundle, manifest(), trust)


# Keys


@pytest.mark.parametrize("kind", [*CURVES])
def test_a_key_with_a_timestamp(
    folder: Path, tsa: TimestampAuthority, kind: str, request: pytest.FixtureRequest
) -> None:
    bundle = stamped(folder, tsa, kind)
    request.getfixturevalue("no_network")
    found = accepted(verified(bundle, by_key(folder, kind, timestamp_authorities=authorities(folder / "tsa.pem"))))
    assert [item.source for item in found.times] == [f"timestamp by {read_authority(str(folder / 'tsa.pem')).name}"]
    assert found.unchecked == ()
    # Nobody who could vouch for the time: said, and no time.
    unknown = accepted(verified(bundle, by_key(folder, kind)))
    assert (unknown.times, unknown.unchecked) == ((), ("1 timestamps",))
    other = pki.timestamp_authority()
    pki.write_pem(folder / "other.pem", *other.chain)
    trust = by_key(folder, kind, timestamp_authorities=authorities(folder / "other.pem"))
    refused(verified(bundle, trust), "bad-timestamp", "a timestamp does not count")


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_keys_of_other_kinds(folder: Path, tsa: TimestampAuthority, kind: str) -> None:
    pki.write_key(folder / f"{kind}.pem", keys.generate(kind))
    bundle = stamped(folder, tsa, kind)
    trust = by_key(folder, kind, timestamp_authorities=authorities(folder / "tsa.pem"))
    assert len(accepted(verified(bundle, trust)).times) == 1


@pytest.mark.parametrize("roots", [("tsa-root.pem",), ("tsa.pem",)])
def test_a_root_alone_is_enough_when_the_answer_brings_the_rest(
    folder: Path, tsa: TimestampAuthority, roots: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tsa, "embed_chain", True)
    bundle = stamped(folder, tsa, timestamp_roots=tuple(str(folder / name) for name in roots))
    trust = by_key(folder, timestamp_authorities=authorities(*(folder / name for name in roots)))
    assert len(accepted(verified(bundle, trust)).times) == 1


def test_the_token_in_the_judgement_of_openssl(folder: Path, tsa: TimestampAuthority) -> None:
    for kind in CURVES:
        bundle = stamped(folder, tsa, kind)
        (folder / "reply.tsr").write_bytes(bundle.timestamps[0])
        (folder / "signature").write_bytes(bundle.signature)
        (folder / "other").write_bytes(bundle.signature + b"x")
        pki.write_pem(folder / "between.pem", *tsa.chain[1:-1])
        codes = []
        for data in ("signature", "other"):
            command = ["openssl", "ts", "-verify", "-in", "reply.tsr", "-data", data, "-CAfile", "tsa-root.pem"]
            done = subprocess.run(
                [*command, "-untrusted", "between.pem"], cwd=folder, capture_output=True, text=True, check=False
            )
            codes.append((done.returncode, "Verification: OK" in done.stdout + done.stderr))
        assert codes == [(0, True), (1, False)]


def test_several_authorities(folder: Path, tsa: TimestampAuthority) -> None:
    second = pki.timestamp_authority(key="p384")
    pki.write_pem(folder / "second.pem", *second.chain)
    roots = (str(folder / "tsa.pem"), str(folder / "second.pem"))
    with second.serve() as url:
        bundle = stamped(folder, tsa, timestamps=(tsa.url, url), timestamp_roots=roots)
        by = key_signer(folder / "p256.pem", timestamps=(tsa.url, url), timestamp_roots=roots)
        assert by.complete(bundle)
        assert not by.complete(stamped(folder, tsa))
        assert len(second.requests) == 1
    both = authorities(folder / "tsa.pem", folder / "second.pem")
    assert len(accepted(verified(bundle, by_key(folder, timestamp_authorities=both))).times) == 2
    # One that nobody vouches for is not passed over beside one that counts.
    trust = by_key(folder, timestamp_authorities=both[:1])
    refused(verified(bundle, trust), "bad-timestamp", "")


def test_the_authorities_of_an_instance(
    loopback_rekor1: LoopbackSigstore, folder: Path, tsa: TimestampAuthority
) -> None:
    root = loopback_rekor1.write_trust(folder / "trust").with_name("trusted_root.json")
    url = loopback_rekor1.tsa_url
    by = key_signer(folder / "p256.pem", timestamps=(url,), trusted_root=str(root))
    assert len(read(by.bundle(PAYLOAD)).timestamps) == 1
    with pytest.raises(UndecidedError, match="does not verify"):
        key_signer(folder / "p256.pem", timestamps=(tsa.url,), trusted_root=str(root)).bundle(PAYLOAD)


# Answers that do not count


FAULTS = ["wrong-imprint", "wrong-nonce", "no-nonce", "rejection", "no-token", "wrong-signature"]


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_that_does_not_count(folder: Path, tsa: TimestampAuthority, fault: str) -> None:
    model = write(folder / "small", SMALL)
    options = {"timestamps": (tsa.url,), "timestamp_roots": (str(folder / "tsa.pem"),)}
    by = key_signer(folder / "p256.pem", **options)
    before = contents(folder)
    tsa.faults = (fault,)
    for sign in (lambda: attest.sign(model, by), lambda: attest.release(model, by, bom=folder / "bom.json")):
        with pytest.raises(UndecidedError) as caught:
            sign()
        assert caught.value.message.startswith(f"the timestamp service {tsa.url} answered something that does not")
        (folder / "bom.json").unlink(missing_ok=True)
    assert contents(folder) == before
    tsa.faults = ()
    attest.sign(model, by)


@pytest.mark.parametrize("fault", sorted(TRANSPORT_FAULTS))
def test_an_authority_that_fails(folder: Path, tsa: TimestampAuthority, fault: str) -> None:
    tsa.faults = (fault,)
    with pytest.raises(UndecidedError, match="the timestamp service") as caught:
        stamped(folder, tsa, timeout=1 if fault in {"hang", "drip"} else 10)
    assert caught.value.message.startswith(f"the timestamp service {tsa.url} ")


def test_an_answer_of_another_authority(folder: Path, tsa: TimestampAuthority) -> None:
    other = pki.timestamp_authority()
    pki.write_pem(folder / "other.pem", *other.chain)
    with pytest.raises(UndecidedError, match="does not verify"):
        stamped(folder, tsa, timestamp_roots=(str(folder / "other.pem"),))


@pytest.mark.parametrize("clock", [0, 4_000_000_000], ids=["before", "after"])
def test_a_time_outside_the_authoritys_certificate(folder: Path, tsa: TimestampAuthority, clock: int) -> None:
    tsa.clock = lambda: clock
    with pytest.raises(UndecidedError, match="does not verify"):
        stamped(folder, tsa)


def test_every_request_has_a_nonce_of_its_own(folder: Path, tsa: TimestampAuthority) -> None:
    trusted = authorities(folder / "tsa.pem")
    nonces = {decode_timestamp_response(timestamp(b"x", tsa.url, trusted, 10)).tst_info.nonce for _ in range(3)}
    assert len(nonces) == 3
    assert None not in nonces


# Options


def test_a_timestamp_needs_somebody_to_trust(folder: Path, tsa: TimestampAuthority) -> None:
    asked = len(tsa.requests)
    with pytest.raises(InputError, match="needs --timestamp-root"):
        stamped(folder, tsa, timestamp_roots=())
    roots = (str(folder / "tsa.pem"),)
    # Known when the signer is opened, before a model is hashed for it.
    for url in ("tsa.example", "ftp://tsa.example", "https://user:secret@tsa.example"):
        with pytest.raises(InputError) as caught:
            key_signer(folder / "p256.pem", timestamps=(url,), timestamp_roots=roots)
        assert "secret" not in caught.value.message
    with pytest.raises(InputError, match="33 timestamps are asked for"):
        key_signer(folder / "p256.pem", timestamps=(tsa.url,) * 33, timestamp_roots=roots)
    assert len(tsa.requests) == asked


@pytest.mark.parametrize("data", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_roots_that_are_none(folder: Path, tsa: TimestampAuthority, data: bytes) -> None:
    (folder / "tsa.pem").write_bytes(data)
    with pytest.raises(KeyFileError, match="holds no readable certificate"):
        stamped(folder, tsa)


def test_a_chain_that_does_not_end_with_a_root(folder: Path, tsa: TimestampAuthority) -> None:
    pki.write_pem(folder / "tsa.pem", *reversed(tsa.chain))
    with pytest.raises(KeyFileError, match="does not end with a root"):
        stamped(folder, tsa)


# Certificates


@pytest.mark.parametrize("kind", CURVES)
def test_a_certificate_that_expired_since_then(folder: Path, tsa: TimestampAuthority, kind: str) -> None:
    """It verifies at the time of its timestamp; without one it is judged now, and does not."""
    authority = pki.Authority.create("signers").intermediate()
    key = keys.generate(kind)
    pki.write_key(folder / "signer.pem", key)
    leaf = authority.leaf(key, not_after=pki.days(1))
    pki.write_pem(folder / "chain.pem", leaf, *authority.intermediates)
    options = {"certificates": (str(folder / "chain.pem"),)}
    bundle = stamped(folder, tsa, "signer", **options)
    plain = read(key_signer(folder / "signer.pem", **options).bundle(PAYLOAD))
    assert len(bundle.certificates) == 2
    later = pki.days(30)
    trust = Trust(certificate_roots=(authority.root,), timestamp_authorities=authorities(folder / "tsa.pem"), at=later)
    found = accepted(verified(bundle, trust))
    assert found.signer.kind == "certificate"
    assert datetime.fromisoformat(found.times[0].at) <= leaf.not_valid_after_utc < later
    refused(verified(plain, trust), "bad-certificate", "expired at")
    # A timestamp that nobody vouches for is no time.
    unvouched = Trust(certificate_roots=(authority.root,), at=later)
    refused(verified(bundle, unvouched), "bad-certificate", "expired at")
    accepted(verified(plain, Trust(certificate_roots=(authority.root,), at=datetime.now(UTC))))


def test_a_timestamp_from_before_or_after_the_certificate(folder: Path, tsa: TimestampAuthority) -> None:
    """Signed with a key whose certificate had run out: whatever the time is now, it does not count."""
    authority = pki.Authority.create("signers", not_before=pki.days(-400))
    key = keys.generate("p256")
    pki.write_key(folder / "signer.pem", key)
    bundle = stamped(folder, tsa, "signer")
    for start, end in ((-300, -200), (5, 10)):
        leaf = authority.leaf(key, not_before=pki.days(start), not_after=pki.days(end))
        document = json.loads(key_signer(folder / "signer.pem").bundle(PAYLOAD))
        document["verificationMaterial"] = with_chain(leaf, bundle)
        trust = Trust(
            certificate_roots=(authority.root,),
            timestamp_authorities=authorities(folder / "tsa.pem"),
            at=pki.days(max((start + end) / 2, 0.01)),
        )
        refused(
            verified(read(json.dumps(document).encode()), trust), "bad-certificate", "valid" if start > 0 else "expired"
        )


def with_chain(leaf: x509.Certificate, stamped: Bundle) -> dict[str, Any]:
    """Verification material with this leaf, and the timestamps of a bundle over the same signature."""
    tokens = [{"signedTimestamp": base64.b64encode(item).decode()} for item in stamped.timestamps]
    chain = [{"rawBytes": base64.b64encode(leaf.public_bytes(Encoding.DER)).decode()}]
    return {
        "x509CertificateChain": {"certificates": chain},
        "tlogEntries": [],
        "timestampVerificationData": {"rfc3161Timestamps": tokens},
    }


# Operations


def test_signing_again_asks_nobody_again(folder: Path, tsa: TimestampAuthority) -> None:
    model = write(folder / "small", SMALL)
    plain = attest.release(model, folder / "p256.pem")
    assert plain.signed
    options = attest_options(folder, tsa)
    before, asked = contents(model), len(tsa.requests)
    first = attest.release(model, folder / "p256.pem", options=options)
    assert (first.added, first.signed, len(tsa.requests) - asked) == (True, True, 3)
    after = contents(model)
    assert after["claims.jsonl"].startswith(before["claims.jsonl"])
    again = attest.release(model, folder / "p256.pem", options=options)
    assert (again.added, again.signed, len(tsa.requests) - asked) == (False, False, 3)
    assert contents(model) == after


def attest_options(folder: Path, tsa: TimestampAuthority) -> SignerOptions:
    return SignerOptions(timestamps=(tsa.url,), timestamp_roots=(str(folder / "tsa.pem"),))
