"""Bundles of managed keys with timestamps and log entries: every one verifies, or is named as unchecked."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from attest.domain.attestation import LogEntry
from attest.domain.statement import PAYLOAD_TYPE
from attest.signing import Trust
from attest.signing.authentic import Authentic
from attest.signing.authenticate import authenticate
from attest.signing.dsse import pae
from attest.signing.material.anchors import authority_of
from attest.signing.material.trusted_root import Authority, LogKey
from tests.simulators import keys, pki
from tests.simulators.sigstore import log_v1, log_v2
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64
from tests.simulators.tsa import TimestampAuthority
from tests.unit.conftest import OpenSigner, held, pem, signer
from tests.unit.conftest import trust as trust_in
from tests.unit.signing.material import (
    PAYLOAD,
    V03,
    Document,
    Maker,
    check_refused,
    entry_of,
    flipped,
    parsed,
    proof_of,
    refusal,
    stamps_of,
)

T = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TSA = pki.timestamp_authority(not_before=None)
ANCHOR = authority_of(pki.pem(*TSA.chain), "t")


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    return Maker(instance=loopback_sigstore)


def envelope_of(by: OpenSigner, payload: bytes = PAYLOAD) -> Document:
    signature = by.sign(pae(PAYLOAD_TYPE, payload))
    return {
        "payload": b64(payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": b64(signature), "keyid": ""}],
    }


def logged(maker: Maker, envelope: Document, key: Any, kind: str = "") -> Document:
    """Put an envelope into the log under a public key."""
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    signed = pae(PAYLOAD_TYPE, base64.b64decode(envelope["payload"]))
    if maker.version == 1:
        text = keys.public_pem(key)
        proposed = log_v1.hashedrekord(signed, signature, text) if kind else log_v1.dsse(envelope, text)
        return log_v1.transparency_log_entry(maker.instance.rekor1.add(proposed))
    request = log_v2.hashedrekord(signed, signature, key) if kind else log_v2.dsse(envelope, key)
    return maker.instance.rekor2.add(request)


def bundle_of(by: OpenSigner, *, payload: bytes = PAYLOAD, tokens: int = 0, tsa: TimestampAuthority = TSA) -> Document:
    envelope = envelope_of(by, payload)
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    material: Document = {"publicKey": {"hint": by.hint}, "tlogEntries": []}
    if tokens:
        listed = [{"signedTimestamp": b64(tsa.stamp(signature))} for _ in range(tokens)]
        material["timestampVerificationData"] = {"rfc3161Timestamps": listed}
    return {"mediaType": V03, "verificationMaterial": material, "dsseEnvelope": envelope}


def recorded(maker: Maker, by: OpenSigner, kind: str = "", **more: Any) -> Document:
    bundle = bundle_of(by, **more)
    bundle["verificationMaterial"]["tlogEntries"] = [logged(maker, bundle["dsseEnvelope"], by.public.key, kind)]
    return bundle


def trust(*, stamps: tuple[Authority, ...] = (), logs: tuple[LogKey, ...] = (), by: OpenSigner | None = None) -> Trust:
    keys_ = (by or signer()).public
    return Trust(keys=(keys_,), timestamp_authorities=stamps, logs=logs)


def verified(bundle: Document, trusted: Trust) -> Authentic:
    return authenticate(parsed(bundle), trusted)


# Timestamps


def test_timestamps_establish_times() -> None:
    found = verified(bundle_of(signer(), tokens=2), trust(stamps=(ANCHOR,)))
    assert [time.source.partition(" by ")[0] for time in found.times] == ["timestamp", "timestamp"]
    assert (found.unchecked, found.logs) == ((), ())


def test_timestamps_without_an_anchor_are_unchecked() -> None:
    found = verified(bundle_of(signer(), tokens=2), trust())
    assert (found.times, found.unchecked) == ((), ("2 timestamps",))


def test_another_anchor_is_no_reason_to_look_away() -> None:
    other = authority_of(pki.pem(*pki.timestamp_authority().chain), "o")
    check_refused(bundle_of(signer(), tokens=1), trust(stamps=(other,)), "bad-timestamp", "")


def test_every_timestamp_must_verify() -> None:
    trusted = trust(stamps=(ANCHOR,))
    bundle, other = bundle_of(signer(), tokens=3), bundle_of(signer(2), tokens=1)
    stamps_of(bundle)[2] = stamps_of(other)[0]
    check_refused(bundle, trusted, "bad-timestamp", "")
    stamps_of(bundle)[2] = {"signedTimestamp": flipped(stamps_of(bundle)[0]["signedTimestamp"])}
    check_refused(bundle, trusted, "bad-timestamp", "")
    stamps_of(bundle)[2] = stamps_of(bundle)[0]
    check_refused(bundle, trusted, "bad-timestamp", "twice")


def test_a_token_by_another_certificate_of_the_authoritys_root() -> None:
    """The file names the authority's own certificate, so no sibling of it counts."""
    root = pki.Authority.create("t")
    one, two = root.timestamp_authority(), root.timestamp_authority()
    anchor = authority_of(pki.pem(*one.chain), "t")
    assert verified(bundle_of(signer(), tokens=1, tsa=one), trust(stamps=(anchor,))).times
    check_refused(bundle_of(signer(), tokens=1, tsa=two), trust(stamps=(anchor,)), "bad-timestamp", "")
    # With the root alone both count, and a certificate for signing code still does not.
    wide = authority_of(pki.pem(root.certificate), "t")
    assert verified(bundle_of(signer(), tokens=1, tsa=two), trust(stamps=(wide,))).times
    key = keys.generate()
    rogue = TimestampAuthority(key=key, chain=(root.leaf(key), root.certificate), embed=True)
    check_refused(bundle_of(signer(), tokens=1, tsa=rogue), trust(stamps=(wide,)), "bad-timestamp", "")


def test_an_authority_whose_own_certificate_the_file_leaves_out() -> None:
    """Intermediate and root: the token brings the certificate that signed it."""
    issuer = pki.Authority.create("t").intermediate("between")
    tsa = issuer.timestamp_authority()
    anchor = authority_of(pki.pem(*issuer.chain), "t")
    assert verified(bundle_of(signer(), tokens=1, tsa=tsa), trust(stamps=(anchor,))).times
    stranger = pki.Authority.create("t").intermediate("between").timestamp_authority()
    check_refused(bundle_of(signer(), tokens=1, tsa=stranger), trust(stamps=(anchor,)), "bad-timestamp", "")


def test_a_token_signed_by_the_root_itself() -> None:
    root = pki.Authority.create("t")
    own = TimestampAuthority(key=root.key, chain=(root.certificate,), embed=True)
    anchor = authority_of(pki.pem(root.certificate), "t")
    check_refused(bundle_of(signer(), tokens=1, tsa=own), trust(stamps=(anchor,)), "bad-timestamp", "")


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_imprints(hash_name: str) -> None:
    bundle = bundle_of(signer(), tokens=1)
    token = TSA.stamp(base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"]), hash_name)
    stamps_of(bundle)[0]["signedTimestamp"] = b64(token)
    assert verified(bundle, trust(stamps=(ANCHOR,))).times


def test_a_weak_imprint() -> None:
    import hashlib

    from tests.simulators import der as asn1
    from tests.simulators.tsa import Query

    bundle = bundle_of(signer(), tokens=1)
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    digest = hashlib.sha1(signature, usedforsecurity=False).digest()
    imprint = asn1.sequence(asn1.sequence(asn1.oid("1.3.14.3.2.26")), asn1.octets(digest))
    stamps_of(bundle)[0]["signedTimestamp"] = b64(TSA._granted(Query(imprint=imprint, certificates=True)))
    check_refused(bundle, trust(stamps=(ANCHOR,)), "bad-timestamp", "Unsupported hash")


# Log entries


@pytest.mark.parametrize("kind", ["", "hashedrekord"])
def test_an_entry_of_the_key(maker: Maker, kind: str) -> None:
    found = verified(recorded(maker, signer(), kind), trust(logs=maker.root().logs))
    log = maker.instance.log
    assert found.logs == (LogEntry(log=log.name, index=len(log.tree) - 1),)
    assert [time.source for time in found.times] == ([f"entry in {log.name}"] if maker.version == 1 else [])
    assert found.unchecked == ()


@pytest.mark.parametrize(
    "by",
    [signer(3, "P-384"), signer(3, "P-521"), held(rsa.generate_private_key(65537, 2_048))],
    ids=["384", "521", "rsa"],
)
def test_entries_of_other_kinds_of_keys(maker: Maker, by: OpenSigner) -> None:
    assert verified(recorded(maker, by), trust(logs=maker.root().logs, by=by)).logs
    assert verified(recorded(maker, by, "hashedrekord"), trust(logs=maker.root().logs, by=by)).logs


def test_entries_of_an_ed25519_key(maker: Maker) -> None:
    by = held(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    found = verified(recorded(maker, by), trust(logs=maker.root().logs, by=by))
    assert found.logs
    assert found.key_kind == "Ed25519"


def test_entries_without_an_anchor_are_unchecked(maker: Maker) -> None:
    found = verified(recorded(maker, signer()), trust())
    assert (found.logs, found.times, found.unchecked) == ((), (), ("1 log entries",))


def test_unchecked_material_says_nothing(maker: Maker) -> None:
    """Nonsense and forgeries that nobody could check neither help nor show anything."""
    bundle = bundle_of(signer(), tokens=1)
    bundle["verificationMaterial"]["tlogEntries"] = [{"logIndex": "1", "integratedTime": "1"}]
    stamps_of(bundle)[0]["signedTimestamp"] = "QQ=="
    found = verified(bundle, trust())
    assert (found.logs, found.times, found.unchecked) == ((), (), ("1 timestamps", "1 log entries"))
    refusal(bundle, trust(logs=maker.root().logs))
    refusal(bundle, trust(stamps=(ANCHOR,)))


def test_an_entry_that_names_another_key(maker: Maker) -> None:
    """The key with scalar 2 logged the same statement; its entry speaks for its own signature."""
    bundle = recorded(maker, signer())
    theirs = logged(maker, envelope_of(signer(2)), signer(2).public.key)
    bundle["verificationMaterial"]["tlogEntries"] = [theirs]
    check_refused(bundle, trust(logs=maker.root().logs), "bad-log-entry", "another ")


def test_an_entry_that_names_another_key_for_this_very_signature(maker: Maker) -> None:
    bundle = recorded(maker, signer())
    text = pem(2).encode()

    def edit(body: Document) -> None:
        if maker.version == 1:
            body["spec"]["signatures"][0]["verifier"] = b64(text)
        else:
            verifier = body["spec"]["dsseV002"]["signatures"][0]["verifier"]
            verifier["publicKey"]["rawBytes"] = b64(signer(2).public.der)

    check_refused(
        maker.relogged(bundle, edit), trust(logs=maker.root().logs), "bad-log-entry", "another key or certificate"
    )


def test_an_entry_of_a_certificate_for_the_same_key(maker: Maker) -> None:
    """A key and a certificate for it are two signers."""
    bundle = bundle_of(held(maker.key))
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    entry = maker.hashed(pae(PAYLOAD_TYPE, PAYLOAD), signature, maker.issue()[0])
    bundle["verificationMaterial"]["tlogEntries"] = [entry]
    trusted = trust(logs=maker.root().logs, by=held(maker.key))
    check_refused(bundle, trusted, "bad-log-entry", "another key or certificate")


def test_every_entry_must_verify(maker: Maker) -> None:
    trusted = trust(logs=maker.root().logs)
    bundle = recorded(maker, signer())
    second = logged(maker, bundle["dsseEnvelope"], signer().public.key)
    bundle["verificationMaterial"]["tlogEntries"].append(second)
    assert len(verified(bundle, trusted).logs) == 2
    other = logged(maker, envelope_of(signer(), b"{}"), signer().public.key)
    bundle["verificationMaterial"]["tlogEntries"].append(other)
    check_refused(bundle, trusted, "bad-log-entry", "")


def test_one_log_counted_twice_is_one_log(maker: Maker) -> None:
    """CVE-2026-49834: both entries bear the log's one name."""
    bundle = recorded(maker, signer())
    bundle["verificationMaterial"]["tlogEntries"] *= 2
    found = verified(bundle, trust(logs=maker.root().logs))
    assert len({entry.log for entry in found.logs}) == 1
    assert len({time.source for time in found.times}) <= 1


def test_changed_proofs(maker: Maker) -> None:
    trusted = trust(logs=maker.root().logs)
    bundle = recorded(maker, signer())
    proof_of(bundle)["hashes"].pop()
    check_refused(bundle, trusted, "bad-log-entry", "does not lead to")
    bundle = recorded(maker, signer())
    entry_of(bundle)["logId"]["keyId"] = "QQ=="
    check_refused(bundle, trusted, "bad-log-entry", "of a log that is not trusted")


@pytest.mark.parametrize("end", [T - DAY, T + DAY])
def test_a_retired_log(maker: Maker, end: datetime) -> None:
    """A log that has ended counts while something trusted says that it had not ended yet."""
    maker.at(T)

    def edit(root: Document) -> None:
        for item in root["tlogs"]:
            item["publicKey"]["validFor"]["end"] = f"{end:%Y-%m-%dT%H:%M:%SZ}"

    logs = maker.root(edit).logs
    bundle = recorded(maker, signer())
    if maker.version == 1 and end > T:
        assert verified(bundle, trust(logs=logs)).logs
    else:
        check_refused(bundle, trust(logs=logs), "bad-log-entry", "is not trusted for")


def test_a_timestamp_says_when_a_retired_log_was_used(loopback_rekor2: LoopbackSigstore) -> None:
    maker = Maker(instance=loopback_rekor2)
    maker.at(T)
    root = maker.root(
        lambda document: [
            item["publicKey"]["validFor"].update(end="2025-07-01T00:00:00Z") for item in document["tlogs"]
        ]
    )
    bundle = recorded(maker, signer(), tokens=1, tsa=maker.instance.tsa)
    trusted = trust(logs=root.logs, stamps=root.timestamp_authorities)
    assert verified(bundle, trusted).logs
    maker.at(T + 60 * DAY)
    late = recorded(maker, signer(), tokens=1, tsa=maker.instance.tsa)
    check_refused(late, trusted, "bad-log-entry", "is not trusted for 2025-07-31T12:00:00Z")


# The key decides all the same


def test_material_makes_no_stranger_known(maker: Maker) -> None:
    bundle = recorded(maker, signer(9), tokens=1)
    trusted = trust(logs=maker.root().logs, stamps=(ANCHOR,))
    check_refused(bundle, trusted, "unknown-signer", "")
    check_refused(
        recorded(maker, signer()), Trust(identity_roots=(maker.root(),)), "unknown-signer", "no key is trusted"
    )


def test_hints_of_trusted_keys_in_bundles_by_strangers() -> None:
    bundle = bundle_of(signer(9))
    bundle["verificationMaterial"]["publicKey"]["hint"] = signer(1).hint
    check_refused(bundle, trust_in(1), "bad-signature", "")


# The future


def test_a_time_in_the_future_of_the_verification(maker: Maker) -> None:
    bundle = bundle_of(signer(), tokens=1)
    (time,) = verified(bundle, trust(stamps=(ANCHOR,))).times
    stamped = datetime.fromisoformat(time.at)
    for skew, fine in ((0, True), (60, True), (61, False), (86_400, False)):
        trusted = replace(trust(stamps=(ANCHOR,)), at=stamped - timedelta(seconds=skew))
        if fine:
            assert verified(bundle, trusted).times == (time,)
        else:
            check_refused(bundle, trusted, "bad-timestamp", "later than this verification")


def test_an_identity_from_the_future(maker: Maker) -> None:
    bundle = maker.statement()
    root = maker.root()
    found = authenticate(parsed(bundle), Trust(identity_roots=(root,)))
    first = min(datetime.fromisoformat(time.at) for time in found.times)
    now = Trust(identity_roots=(root,), at=first)
    assert authenticate(parsed(bundle), now).signer == found.signer
    check_refused(bundle, replace(now, at=first - timedelta(days=1)), "bad-timestamp", "later than this verification")
