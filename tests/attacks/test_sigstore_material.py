"""Every certificate, log entry, timestamp and key is checked against the roots that the caller gave, for the moment and
the signature that it speaks about; nothing inside a bundle vouches for itself.

What a Sigstore identity needs is also tried on keys and private certificates, which may carry the same evidence.
"""

from __future__ import annotations

import base64
import copy
import gc
import json
import shutil
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.attacks.world import (
    EMAIL,
    KINDS,
    WORKFLOW,
    Json,
    World,
    about,
    b64,
    encoded,
    failed_rules,
    flipped,
    oms,
    rekor1_entry,
    rekor2_entry,
    signature_of,
    stamped,
    tree_digest,
)
from tests.conftest import Run
from tests.simulators import der, keys, pki
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.tsa import TimestampAuthority, imprint_of

PAYLOAD = encoded(oms())
every_kind = pytest.mark.parametrize("kind", KINDS)
with_certificate = pytest.mark.parametrize("kind", ["certificate", "identity"])


def good(world: World, kind: str) -> Json:
    """A bundle with a timestamp and a log entry, whoever signed it."""
    bundle = world.signed(kind, PAYLOAD)
    if kind == "identity":
        return bundle
    return world.logged(stamped(bundle, world.tsa.stamp(signature_of(bundle))))


def entry_of(bundle: Json) -> Json:
    """The only log entry."""
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    found: Json = entry
    return found


def anchored(world: World, rules: str = "") -> Path:
    """The mixed policy, which takes logs and timestamps of every kind of signer."""
    return world.policy(rules, trust=world.all_anchors)


def signed_with(world: World, *, logs: int = 0, timestamps: int = 0) -> Path:
    """The same with a rule that asks for this backing."""
    return anchored(
        world,
        "  - {id: signed, signature: {signers: [key, certificate, identity], "
        f"logs: {logs}, timestamps: {timestamps}, unchecked: deny}}}}\n",
    )


def windowed(member: str, number: int, start: str, end: str | None) -> Callable[[Json], Json]:
    """An edit of a trusted root: when one of its anchors counts."""

    def edit(root: Json) -> Json:
        item = root[member][number]
        place = item.get("publicKey", item)
        place["validFor"] = {"start": start} | ({"end": end} if end else {})
        return root

    return edit


@every_kind
def test_honest_evidence_passes(world: World, kind: str) -> None:
    world.put(good(world, kind))
    report = world.accepted(policy=signed_with(world, logs=1, timestamps=2))
    (item,) = report["attestations"]
    assert (len(item["times"]), len(item["logs"])) == (2, 1)


# Log entries


@every_kind
def test_log_entry_of_another_signature(world: World, kind: str) -> None:
    """By the same signer, over the same bytes even: the entry is about that other signature."""
    bundle = good(world, kind)
    for other in (world.signed(kind, PAYLOAD), world.signed(kind, encoded(about(tree_digest(world.model))))):
        world.put(world.logged(bundle, world.entry(other)))
        world.refused("bad-log-entry", "the log entry", policy=anchored(world))


def test_log_entry_under_another_name_of_the_same_key(world: World) -> None:
    """An entry about a key is none about a certificate for that key, and the other way round."""
    world.leaf_key = world.key
    world.leaf = world.authority.leaf(world.key, "release", emails=[EMAIL])
    bare, chained = world.by_key(PAYLOAD), world.by_certificate(PAYLOAD)
    for bundle, verifier in ((bare, world.verifier_of(chained)), (chained, world.verifier_of(bare))):
        entry = rekor1_entry(world.sigstore, bundle["dsseEnvelope"], verifier)
        world.put(world.logged(bundle, entry))
        world.refused("bad-log-entry", "another key or certificate", policy=anchored(world))


@every_kind
def test_log_entry_of_a_stranger(world: World, kind: str) -> None:
    world.sigstore.faults["rekor"] = "other-entry"
    bundle = world.signed(kind, PAYLOAD)
    world.put(world.logged(bundle))
    world.refused("bad-log-entry", "the log entry", policy=anchored(world))


@every_kind
def test_log_entry_with_an_edited_body(world: World, kind: str) -> None:
    """A stranger's entry whose body is made to fit proves nothing: the proof is over the body."""
    bundle, other = good(world, kind), good(world, kind)
    entry_of(bundle)["inclusionProof"] = entry_of(other)["inclusionProof"]
    world.put(bundle)
    world.refused("bad-log-entry", "the inclusion proof does not lead to its root", policy=anchored(world))


@every_kind
@pytest.mark.parametrize(
    "fault",
    ["wrong-root", "wrong-path", "wrong-checkpoint", "unsigned-checkpoint", "forged-checkpoint", "forged-set"],
)
def test_a_log_that_lies(world: World, kind: str, fault: str) -> None:
    world.sigstore.prefill(3)
    bundle = world.signed(kind, PAYLOAD)
    world.sigstore.faults["rekor"] = fault
    world.put(world.logged(bundle))
    world.refused("bad-log-entry", policy=anchored(world))


@every_kind
def test_entry_without_proof(world: World, kind: str) -> None:
    for member in ("inclusionProof", "canonicalizedBody", "logId", "kindVersion"):
        bundle = good(world, kind)
        del entry_of(bundle)[member]
        world.put(bundle)
        world.refused("bad-log-entry", "malformed", policy=anchored(world))


@every_kind
def test_entry_of_a_log_that_nobody_named(world: World, kind: str, tmp_path: Path) -> None:
    """A log of the attacker's own, in the name of the trusted one."""
    with LoopbackSigstore(tmp_path / "mine", rekor_version=1) as mine:
        bundle = world.signed(kind, PAYLOAD)
        entry = world.entry(bundle, mine)
    world.put(world.logged(bundle, entry))
    world.refused("bad-log-entry", "a log that is not trusted", policy=anchored(world))
    entry["logId"] = entry_of(good(world, "identity"))["logId"]
    world.put(world.logged(bundle, entry))
    world.refused("bad-log-entry", "the checkpoint is not signed by the log", policy=anchored(world))


@every_kind
def test_one_log_twice_is_one(world: World, kind: str) -> None:
    bundle = good(world, kind)
    again = world.entry(bundle)
    world.put(world.logged(bundle, entry_of(bundle), again))
    world.failed("entries in 1 of 2 required distinct logs", policy=signed_with(world, logs=2))
    world.put(world.logged(bundle, entry_of(bundle), entry_of(bundle)))
    world.failed("entries in 1 of 2 required distinct logs", policy=signed_with(world, logs=2))


def test_two_logs_are_two(world: World) -> None:
    bundle = good(world, "identity")
    raw = base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"])
    second = rekor2_entry(world.sigstore, bundle["dsseEnvelope"], x509.load_der_x509_certificate(raw))
    world.put(world.logged(bundle, entry_of(bundle), second))
    world.accepted(policy=signed_with(world, logs=2))


@every_kind
def test_a_bad_entry_beside_a_good_one(world: World, kind: str) -> None:
    """What is present must verify: a good entry does not excuse a bad one."""
    bundle = good(world, kind)
    bad = copy.deepcopy(entry_of(bundle))
    bad["inclusionProof"]["rootHash"] = flipped(bad["inclusionProof"]["rootHash"])
    for entries in ([entry_of(bundle), bad], [bad, entry_of(bundle)]):
        world.put(world.logged(bundle, *entries))
        world.refused("bad-log-entry", policy=anchored(world))


def test_identity_without_a_log_entry(world: World) -> None:
    bundle = good(world, "identity")
    absent: list[object] = [[], None]
    for listed in absent:
        bundle["verificationMaterial"]["tlogEntries"] = listed
        world.put(bundle)
        world.refused("bad-log-entry", "it has no entry of a transparency log")


@every_kind
def test_required_evidence_is_withheld(world: World, kind: str) -> None:
    """Taking evidence away turns no refusal into consent."""
    bundle = good(world, kind)
    for member, code in (("tlogEntries", "bad-log-entry"), ("timestampVerificationData", "")):
        bare = copy.deepcopy(bundle)
        del bare["verificationMaterial"][member]
        world.put(bare)
        if kind == "identity" and code:
            world.refused(code, policy=signed_with(world, logs=1, timestamps=2))
        else:
            world.failed("does not count: it has", policy=signed_with(world, logs=1, timestamps=2))


# Time


def test_integrated_time_without_a_promise(world: World) -> None:
    """An unsigned time is no time (the certificate would be valid at it)."""
    bundle = good(world, "identity")
    del bundle["verificationMaterial"]["timestampVerificationData"]
    del entry_of(bundle)["inclusionPromise"]
    world.put(bundle)
    report = world.refused("no-time", "nothing trusted says when it was signed")
    assert not report["attestations"]


def test_time_claimed_for_an_entry_of_the_second_log(world: World) -> None:
    """That log signs no times, so whatever stands there is the attacker's."""
    bundle = good(world, "identity")
    raw = base64.b64decode(bundle["verificationMaterial"]["certificate"]["rawBytes"])
    entry = rekor2_entry(world.sigstore, bundle["dsseEnvelope"], x509.load_der_x509_certificate(raw))
    entry["integratedTime"] = str(int(time.time()))
    del bundle["verificationMaterial"]["timestampVerificationData"]
    world.put(world.logged(bundle, entry))
    world.refused("no-time", "nothing trusted says when it was signed")


@every_kind
def test_promised_time_changed(world: World, kind: str) -> None:
    for member in ("integratedTime", "logIndex"):
        bundle = good(world, kind)
        entry_of(bundle)[member] = str(int(entry_of(bundle)[member]) - 1_000_000)[-9:]
        world.put(bundle)
        world.refused("bad-log-entry", policy=anchored(world))


@every_kind
def test_timestamp_over_another_signature(world: World, kind: str) -> None:
    bundle = good(world, kind)
    for data in (b"something else", PAYLOAD, signature_of(world.signed(kind, PAYLOAD))):
        world.put(stamped(bundle, world.timestamps(kind).stamp(data)))
        world.refused("bad-timestamp", "a timestamp does not count", policy=anchored(world))


@every_kind
def test_timestamp_by_a_stranger(world: World, kind: str) -> None:
    """Under the trusted authority's name, and beside a good one."""
    bundle = good(world, kind)
    mine, signature = pki.timestamp_authority(), signature_of(bundle)
    fair = world.timestamps(kind).stamp(signature)
    for tokens in ([mine.stamp(signature)], [fair, mine.stamp(signature)], [mine.stamp(signature), fair]):
        world.put(stamped(bundle, *tokens))
        world.refused("bad-timestamp", "a timestamp does not count", policy=anchored(world))


@every_kind
@pytest.mark.parametrize("fault", ["wrong-imprint", "wrong-signature", "no-token", "rejection"])
def test_a_timestamp_authority_that_lies(world: World, kind: str, fault: str) -> None:
    bundle = good(world, kind)
    authority = world.timestamps(kind)
    authority.faults = (fault,)
    request = der.sequence(der.integer(1), imprint_of(signature_of(bundle)), der.element(der.BOOLEAN, b"\xff"))
    world.put(stamped(bundle, authority.respond(request)))
    world.refused("bad-timestamp", policy=anchored(world))


@every_kind
def test_one_timestamp_twice(world: World, kind: str) -> None:
    bundle = good(world, kind)
    authority, signature = world.timestamps(kind), signature_of(bundle)
    token = authority.stamp(signature)
    world.put(stamped(bundle, token, token))
    world.refused("bad-timestamp", "one timestamp stands in it twice", policy=anchored(world))
    # Two tokens of one authority are two timestamps and one source.
    bundle = stamped(bundle, token, authority.stamp(signature))
    world.put(bundle)
    world.failed("of 3 required timestamps by distinct sources", policy=signed_with(world, timestamps=3))


def expired(world: World, *, intermediate: bool) -> Json:
    """A bundle under a new root, whose leaf or intermediate certificate ended yesterday."""
    root = pki.Authority.create("Old root", not_before=pki.days(-60))
    pki.write_pem(world.folder / "root.pem", root.certificate)
    issuing = root.intermediate(
        "Old issuing", not_before=pki.days(-50), not_after=pki.days(-1) if intermediate else None
    )
    leaf = issuing.leaf(
        world.leaf_key,
        "release",
        emails=[EMAIL],
        not_before=pki.days(-30),
        not_after=None if intermediate else pki.days(-1),
    )
    return world.by_certificate(PAYLOAD, chain=(leaf, *issuing.intermediates))


def old_timestamps() -> TimestampAuthority:
    """An authority that could already speak two months ago."""
    root = pki.Authority.create("time", not_before=pki.days(-60))
    return root.timestamp_authority(not_before=pki.days(-59))


@pytest.mark.parametrize("intermediate", [False, True], ids=["leaf", "intermediate"])
def test_expired_certificate(world: World, intermediate: bool) -> None:
    """Whatever stands in the chain must be valid at every verified time, and now when there is none."""
    bundle = expired(world, intermediate=intermediate)
    signature = signature_of(bundle)
    world.put(bundle)
    world.refused("bad-certificate", "expired at")
    # Proof that it was signed in time makes it good, and proof that it was not makes it bad.
    world.tsa = old_timestamps()
    pki.write_pem(world.folder / "tsa.pem", *world.tsa.chain)
    early, late = world.tsa.stamp(signature, when=pki.days(-2)), world.tsa.stamp(signature)
    world.put(stamped(bundle, early))
    world.accepted()
    for tokens in ([late], [early, late], [world.tsa.stamp(signature, when=pki.days(-45))]):
        world.put(stamped(bundle, *tokens))
        world.refused("bad-certificate")
    # An unsigned time of a log is no proof.
    entry = world.entry(bundle)
    del entry["inclusionPromise"]
    entry["integratedTime"] = str(int(pki.days(-2).timestamp()))
    world.put(world.logged(bundle, entry))
    world.refused("bad-certificate", "expired at", policy=anchored(world))


def test_expired_certificate_and_a_timestamp_that_nobody_checks(world: World) -> None:
    """Without a trusted timestamp authority the token proves nothing, and the certificate is judged now."""
    bundle = expired(world, intermediate=False)
    world.put(stamped(bundle, old_timestamps().stamp(signature_of(bundle), when=pki.days(-2))))
    world.refused("bad-certificate", "expired at", policy=world.policy(trust="{allowLegacy: false}"))
    world.refused("bad-timestamp", "a timestamp does not count")


def test_identity_used_after_its_certificate(world: World) -> None:
    """A key that outlives its ten minutes signs nothing more: the log's own clock says so."""
    key = keys.generate()
    world.sigstore.clock = lambda: time.time() - 3_600
    chain = world.sigstore.certify(key, world.sigstore.mint_github())
    world.sigstore.clock = time.time
    world.put(world.by_identity(PAYLOAD, key=key, chain=chain))
    world.refused("bad-certificate", "expired at")


def test_identity_from_an_expired_intermediate(world: World) -> None:
    """The trusted root still names it, and it is out of its time."""
    world.sigstore.authority.renew_intermediate(not_before=pki.days(-30), not_after=pki.days(-1))
    world.write_trusted_root()
    world.put(good(world, "identity"))
    world.refused("bad-certificate")


@pytest.mark.parametrize(
    ("member", "number", "code"),
    [
        ("tlogs", 0, "bad-log-entry"),
        ("certificateAuthorities", 0, "bad-certificate"),
        ("ctlogs", 0, "bad-certificate"),
        ("timestampAuthorities", 0, "bad-timestamp"),
    ],
)
@pytest.mark.parametrize(
    ("start", "end"),
    [("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), ("2035-01-01T00:00:00Z", None)],
    ids=["retired", "to-come"],
)
def test_anchor_outside_its_time(
    world: World, member: str, number: int, code: str, start: str, end: str | None
) -> None:
    """A long-lived key counts in its window alone (CVE-2026-54787)."""
    world.put(good(world, "identity"))
    world.accepted()
    world.write_trusted_root(windowed(member, number, start, end)(world.sigstore.trusted_root()))
    world.refused(code, "trusted")


@pytest.mark.parametrize("kind", ["key", "certificate"])
def test_retired_log_and_timestamp_authority_for_keys(world: World, kind: str) -> None:
    world.put(good(world, kind))
    world.accepted(policy=signed_with(world, logs=1, timestamps=1))
    edit = windowed("tlogs", 0, "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")
    world.write_trusted_root(edit(world.sigstore.trusted_root()))
    world.refused("bad-log-entry", "is not trusted for", policy=signed_with(world, logs=1))


@every_kind
def test_retired_log_that_promises_no_time(world: World, kind: str) -> None:
    """Then the window is held against the other times, and without any the log vouches for nothing."""
    bundle = good(world, kind)
    del entry_of(bundle)["inclusionPromise"]
    world.put(bundle)
    world.accepted(policy=signed_with(world, logs=1, timestamps=1))
    edit = windowed("tlogs", 0, "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")
    world.write_trusted_root(edit(world.sigstore.trusted_root()))
    world.refused("bad-log-entry", "is not trusted for", policy=signed_with(world, logs=1, timestamps=1))
    if kind != "identity":
        del bundle["verificationMaterial"]["timestampVerificationData"]
        world.put(bundle)
        world.refused("bad-log-entry", "is not trusted for an unknown time", policy=signed_with(world, logs=1))


@pytest.mark.parametrize("member", ["tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"])
def test_anchor_that_is_missing(world: World, member: str) -> None:
    """What the root does not name vouches for nothing, and nothing in the bundle takes its place."""
    world.put(good(world, "identity"))
    root = world.sigstore.trusted_root()
    root[member] = []
    world.write_trusted_root(root)
    world.refused({"tlogs": "bad-log-entry", "timestampAuthorities": "bad-timestamp"}.get(member, "bad-certificate"))


# Instances


def test_bundle_of_another_instance_with_the_same_words(world: World, tmp_path: Path) -> None:
    """Another instance can certify any issuer and any identity; the trusted root tells them apart."""
    with LoopbackSigstore(tmp_path / "mine", rekor_version=1) as mine:
        mine.allowed_issuers.add(world.sigstore.issuer)
        token = mine.mint_github(iss=world.sigstore.issuer)
        world.put(world.by_identity(PAYLOAD, instance=mine, token=token))
        report = world.refused("bad-timestamp")
        assert WORKFLOW not in json.dumps(report["attestations"])
        # Trusting both, each for its own signer, does not mix them up.
        other = world.write_trusted_root(mine.trusted_root(), "other_root.json")
        definitions = world.definitions()
        second = definitions["identity"].replace(world.pin("trusted_root.json"), world.pin(other.name))
        rules = "  - {id: signed, signature: {signers: [identity]}}\n"
        policy = world.policy(rules, signers={**definitions, "other": second})
        world.failed("it was not verified against sha256:", policy=policy)
        world.accepted(
            policy=world.policy(rules.replace("identity", "other"), signers={**definitions, "other": second})
        )


@pytest.mark.parametrize("instance", ["production", "staging"])
def test_bundle_of_a_private_instance_against_the_public_one(world: World, instance: str) -> None:
    definitions = world.definitions()
    public = definitions["identity"].replace(world.pin("trusted_root.json"), instance)
    world.put(good(world, "identity"))
    report = world.refused("bad-timestamp", policy=world.policy(signers={**definitions, "identity": public}))
    assert not report["attestations"]
    options = ("--identity", WORKFLOW, "--issuer", world.sigstore.issuer, "--trusted-root", instance)
    result = world.run("verify", world.model, *options)
    assert (result.code, result.out[:6]) == (1, "FAILED")


def test_parts_of_two_instances_in_one_bundle(world: World, tmp_path: Path) -> None:
    """Certificate, log entry and timestamp all come from one instance, even when two are trusted."""
    with LoopbackSigstore(tmp_path / "mine", rekor_version=1) as mine:
        other = world.write_trusted_root(mine.trusted_root(), "other_root.json")
        definitions = world.definitions()
        second = definitions["identity"].replace(world.pin("trusted_root.json"), world.pin(other.name))
        policy = world.policy(signers={**definitions, "other": second})
        bundle = good(world, "identity")
        world.put(world.logged(bundle, world.entry(bundle, mine)))
        world.refused("", policy=policy)
        world.put(stamped(bundle, mine.tsa.stamp(signature_of(bundle))))
        world.refused("", policy=policy)


# Certificates


@pytest.mark.parametrize("fault", ["no-sct", "wrong-sct", "unknown-sct"])
def test_issuance_that_was_not_logged(world: World, fault: str) -> None:
    world.sigstore.faults["fulcio"] = fault
    world.put(good(world, "identity"))
    world.refused("bad-certificate")


def test_root_certificate_inside_the_bundle(world: World) -> None:
    """A whole authority of the attacker's own, handed over with the bundle."""
    mine = pki.Authority.create("Acme root").intermediate("Acme issuing")
    key = keys.generate()
    leaf = mine.leaf(key, "release", emails=[EMAIL])
    world.put(world.by_certificate(PAYLOAD, chain=(leaf, *mine.chain), key=key))
    world.refused("bad-certificate", "does not chain to a trusted authority")
    # Its root and the trusted one together are no better.
    chain = (leaf, *mine.chain, world.authority.root)
    world.put(world.by_certificate(PAYLOAD, chain=chain, key=key))
    world.refused("bad-certificate", "does not chain to a trusted authority")


def test_root_certificate_inside_an_identitys_chain(world: World) -> None:
    key = keys.generate()
    chain = world.sigstore.certify(key, world.sigstore.mint_github())
    bundle = world.by_identity(PAYLOAD, key=key, chain=chain)
    listed = [{"rawBytes": b64(item.public_bytes(Encoding.DER))} for item in chain]
    material = bundle["verificationMaterial"]
    del material["certificate"]
    material["x509CertificateChain"] = {"certificates": listed}
    world.put(bundle)
    world.refused("", policy=anchored(world))
    material["x509CertificateChain"]["certificates"] = listed[:-1]
    world.put(bundle)
    world.accepted()


@with_certificate
def test_empty_and_broken_chains(world: World, kind: str) -> None:
    bundle = good(world, kind)
    raw = {"rawBytes": b64(b"\x30\x03\x02\x01\x00")}
    chains: list[object] = [[], None, [{}], [raw], [{"rawBytes": ""}]]
    for chain in chains:
        material = bundle["verificationMaterial"]
        material.pop("certificate", None)
        material["x509CertificateChain"] = {"certificates": chain}
        world.put(bundle)
        assert world.failed(policy=anchored(world))["rejected"]


def test_certificate_of_an_authority_signs_nothing(world: World) -> None:
    """The issuing certificate itself, and a leaf that may issue, are no signers."""
    issuing = world.authority
    assert issuing.parent is not None
    world.put(world.by_certificate(PAYLOAD, chain=issuing.intermediates, key=issuing.key))
    world.refused("bad-certificate", "that of an authority")
    leaf = issuing.leaf(world.leaf_key, "release", emails=[EMAIL], ca=True)
    world.put(world.by_certificate(PAYLOAD, chain=(leaf, *issuing.intermediates)))
    world.refused("bad-certificate", "that of an authority")


def test_certificate_for_something_else(world: World) -> None:
    """A web server's or a mail user's certificate under the trusted root signs no models."""
    leaf, key = world.authority.leaf, world.leaf_key
    for certificate in (
        leaf(key, "release", emails=[EMAIL], eku=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        leaf(key, "release", emails=[EMAIL], eku=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)),
        leaf(key, "release", emails=[EMAIL], eku=(pki.TIME_STAMPING,)),
        leaf(key, "release", emails=[EMAIL], usage=pki.key_usage(other=True)),
    ):
        world.put(world.by_certificate(PAYLOAD, chain=(certificate, *world.authority.intermediates)))
        world.refused("bad-certificate", "usage does not allow")


def test_leaf_issued_by_a_leaf(world: World) -> None:
    """Whoever holds an ordinary certificate makes itself an authority."""
    mine = pki.Authority(key=world.leaf_key, certificate=world.leaf, parent=world.authority)
    key = keys.generate()
    leaf = mine.leaf(key, "release", emails=[EMAIL])
    world.put(world.by_certificate(PAYLOAD, chain=(leaf, world.leaf, *world.authority.intermediates), key=key))
    world.refused("bad-certificate", "does not chain to a trusted authority")


def test_signature_by_another_key_than_the_certificates(world: World) -> None:
    mine = keys.generate()
    world.put(world.by_certificate(PAYLOAD, key=mine))
    world.refused("bad-signature")
    bundle = good(world, "identity")
    bundle["dsseEnvelope"] = world.by_key(PAYLOAD, mine)["dsseEnvelope"]
    world.put(bundle)
    world.refused("bad-signature")


def test_the_webs_authorities_are_not_trusted(world: World) -> None:
    """Without a root there is no trust in anybody: not the system's, not the bundle's."""
    world.put(world.by_certificate(PAYLOAD))
    result = world.run("verify", world.model, "--subject", "CN=release,O=attest tests")
    assert result.code == 2
    assert "--ca" in result.err
    only_keys = world.policy(signers={"key": world.definitions()["key"]})
    world.refused("unsupported", "only public keys are trusted here", policy=only_keys)


# Where trust comes from


def test_trust_is_never_read_beside_the_model(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trusted roots and settings that lie in the model or the working directory are files like any others."""
    monkeypatch.chdir(world.model)
    with LoopbackSigstore(tmp_path / "mine", rekor_version=1) as mine:
        mine.allowed_issuers.add(world.sigstore.issuer)
        world.put(world.by_identity(PAYLOAD, instance=mine, token=mine.mint_github(iss=world.sigstore.issuer)))
        for name in ("trusted_root.json", "production", "root.pem", "tsa.pem"):
            (world.model / name).write_text(json.dumps(mine.trusted_root()), encoding="utf-8")
    world.refused("bad-timestamp")
    options = ("--identity", WORKFLOW, "--issuer", world.sigstore.issuer)
    result = world.run("verify", world.model, *options, "--trusted-root", "production")
    assert result.code == 1


@pytest.mark.parametrize("name", ["root.pem", "tsa.pem", "trusted_root.json"])
def test_anchor_changed_after_it_was_pinned(world: World, name: str, tmp_path: Path) -> None:
    world.put(good(world, "identity"))
    policy = world.policy()
    mine = pki.Authority.create("Acme root")
    if name.endswith("pem"):
        pki.write_pem(world.folder / name, mine.certificate)
    else:
        (world.folder / name).write_text(json.dumps(world.sigstore.trusted_root()) + " ", encoding="utf-8")
    result, _ = world.verify(policy=policy)
    assert result.code == 2
    assert "the policy pins" in result.err
    (world.folder / name).unlink()
    result, _ = world.verify(policy=policy)
    assert result.code == 2
    assert "is missing" in result.err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=9"}',
        '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [{}]}',
        '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [], "tlogs": []}',
    ],
)
def test_trusted_root_that_is_none(world: World, text: str) -> None:
    world.put(good(world, "identity"))
    (world.folder / "trusted_root.json").write_text(text, encoding="utf-8")
    result, _ = world.verify(policy=world.policy())
    assert result.code == 2
    assert "trusted root" in result.err


@pytest.mark.parametrize("name", ["../production", "production/..", "Production", "sigstore:production", "\0", ""])
def test_names_of_instances_are_no_paths(world: World, name: str) -> None:
    """An instance's name is compared whole; anything else is a file that must be there, or a refused policy."""
    world.put(good(world, "identity"))
    definitions = world.definitions()
    root = world.pin("trusted_root.json")
    signers = {**definitions, "identity": definitions["identity"].replace(root, json.dumps(name))}
    result, _ = world.verify(policy=world.policy(signers=signers))
    assert result.code == 2
    if name:
        options = ("--identity", WORKFLOW, "--issuer", world.sigstore.issuer, "--trusted-root", name)
        assert world.run("verify", world.model, *options).code == 2


@pytest.fixture
def no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, where the TUF client keeps what it saw."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path / "home"


def test_trust_fetched_from_a_repository_that_is_not_the_pinned_one(
    run: Run, loopback_rekor2: LoopbackSigstore, tmp_path: Path, no_home: Path
) -> None:
    """The repository must follow from the root metadata that the caller has."""
    with LoopbackSigstore(tmp_path / "mine") as mine:
        first = shutil.copy(mine.build_tuf(), tmp_path / "root.json")
    loopback_rekor2.build_tuf()
    out = tmp_path / "fetched.json"
    result = run("trust", "fetch", loopback_rekor2.tuf_url, "--root", first, "-o", out)
    assert result.code == 3, result.err
    assert not out.exists()
    result = run("trust", "fetch", loopback_rekor2.tuf_url, "-o", out)
    assert result.code == 2
    assert not out.exists()


def test_trust_fetched_from_an_older_or_expired_repository(
    run: Run, loopback_rekor2: LoopbackSigstore, tmp_path: Path, no_home: Path
) -> None:
    out = tmp_path / "fetched.json"
    first = shutil.copy(loopback_rekor2.build_tuf(version=2), tmp_path / "root.json")
    fetch = ("trust", "fetch", loopback_rekor2.tuf_url, "--root", first, "-o", out)
    assert run(*fetch).code == 0
    before = out.read_bytes()
    loopback_rekor2.build_tuf(version=1)
    assert run(*fetch).code == 3
    first = shutil.copy(loopback_rekor2.build_tuf(days=-1, version=3), tmp_path / "root.json")
    assert run(*fetch).code == 3
    assert out.read_bytes() == before


@pytest.mark.parametrize("path", ["/../../etc", "/tuf/..%2f..%2f", "/tuf/../"])
def test_path_tricks_in_a_repositorys_address(
    run: Run, loopback_rekor2: LoopbackSigstore, tmp_path: Path, no_home: Path, path: str
) -> None:
    """Whatever the address, nothing is written but in the client's own folder (CVE-2021-41131, CVE-2026-24137)."""
    first = shutil.copy(loopback_rekor2.build_tuf(), tmp_path / "root.json")
    (tmp_path / "bystander").write_text("as it was")
    known = {item for item in tmp_path.iterdir()}
    result = run("trust", "fetch", loopback_rekor2.url + path, "--root", first, "-o", tmp_path / "out.json")
    assert result.code in (2, 3)
    assert {item for item in tmp_path.iterdir()} <= known | {no_home}
    assert (tmp_path / "bystander").read_text() == "as it was"


# Logging in, and who is nobody here


@pytest.mark.parametrize("forgery", ["state", "no-state", "code"])
def test_forged_answer_of_the_identity_provider(
    run: Run, loopback_rekor1: LoopbackSigstore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgery: str
) -> None:
    """An attacker's page sends the waiting client a login of the attacker's own (GHSA-hm8f-75xx-w2vr)."""
    threads: list[threading.Thread] = []
    mine = {"code_challenge": "of another login", "state": "s", "redirect_uri": "http://127.0.0.1:9/"}

    def attack(url: str) -> None:
        consent = requests.get(url, timeout=10, allow_redirects=False).headers["Location"]
        query = {name: values[0] for name, values in parse_qs(urlsplit(consent).query).items()}
        theirs = requests.get(consent, timeout=10, allow_redirects=False).headers["Location"]
        answer = {name: values[0] for name, values in parse_qs(urlsplit(theirs).query).items()}
        if forgery == "code":
            stolen = requests.get(f"{loopback_rekor1.issuer}/auth", mine, timeout=10, allow_redirects=False)
            answer["code"] = parse_qs(urlsplit(stolen.headers["Location"]).query)["code"][0]
        elif forgery == "state":
            answer["state"] = "of the attacker"
        else:
            del answer["state"]
        requests.get(query["redirect_uri"], answer, timeout=10)

    def browse(url: str, *_: object) -> bool:
        threads.append(threading.Thread(target=attack, args=(url,)))
        threads[-1].start()
        return True

    for name in ("SIGSTORE_ID_TOKEN", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("webbrowser.open", browse)
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    trust = loopback_rekor1.write_trust(tmp_path / "trust")
    with warnings.catch_warnings():
        # The client leaves the socket that it listened on to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        result = run("sign", model, "--signer", "sigstore:", "--interactive", "--trust-config", trust)
        gc.collect()
    for thread in threads:
        thread.join()
    assert threads
    assert result.code == 3, result.out + result.err
    assert [item.name for item in model.iterdir()] == ["config.json"]
    assert ("POST", "/api/v2/signingCert") not in loopback_rekor1.requests


def test_a_stranger_whom_no_rule_names_changes_nothing(world: World) -> None:
    """A signer whom no rule names changes nothing, whatever it brings along."""
    world.put(world.by_key(PAYLOAD))
    stranger = world.by_identity(PAYLOAD, token=world.sigstore.mint("mallory@example.com"))
    only_key = world.policy("  - {id: signed, signature: {signers: [key]}}\n")
    before = world.accepted(policy=only_key)
    world.put(stranger, name="claims.jsonl")
    after = world.accepted(policy=only_key)
    assert before["rules"] == after["rules"]
    world.put(stranger)
    (world.model / "claims.jsonl").unlink()
    assert failed_rules(world.failed("does not stand for key", policy=only_key)) >= {"signed"}
