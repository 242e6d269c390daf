"""What is judged is exactly the bytes that were signed, read in one way, within limits; everything else is refused.

Each attack is tried on all three kinds of signers under one policy that trusts them all.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from attest.domain.statement import PAYLOAD_TYPE
from tests.attacks.world import (
    CYCLONEDX,
    FILES,
    KINDS,
    TEST_RESULT,
    Json,
    World,
    about,
    b64,
    encoded,
    envelope,
    failed_rules,
    flipped,
    oms,
    reasons,
    tree_digest,
)
from tests.simulators import keys

every_kind = pytest.mark.parametrize("kind", KINDS)


def asking(world: World) -> Path:
    """A policy that asks for a test result by anybody of the three, besides a signature."""
    return world.policy(
        "  - {id: signed, signature: {signers: [key, certificate, identity]}}\n"
        "  - {id: tested, attestation: {predicate: test-result, signers: [key, certificate, identity]}}\n"
    )


def attested(world: World, kind: str, statement: Json | bytes) -> None:
    """The model, well signed, with one claim by the signer of this kind."""
    world.put(world.by_key(encoded(oms())))
    payload = statement if isinstance(statement, bytes) else encoded(statement)
    world.put(world.signed(kind, payload), name="claims.jsonl")


@every_kind
def test_an_honest_signature_passes(world: World, kind: str) -> None:
    """The other tests mean something only because this passes."""
    world.put(world.signed(kind, encoded(oms())))
    report = world.accepted()
    (item,) = report["attestations"]
    assert item["signer"]["kind"] == {"identity": "sigstore"}.get(kind, kind)
    assert not report["rejected"]


@every_kind
def test_an_honest_claim_passes(world: World, kind: str) -> None:
    attested(world, kind, about(tree_digest(world.model)))
    world.accepted(policy=asking(world))


# The payload


@every_kind
def test_payload_changed_after_signing(world: World, kind: str) -> None:
    bundle = world.signed(kind, encoded(oms()))
    (world.model / "config.json").write_bytes(b'{"layers": 3}\n')
    changed = {**FILES, "config.json": b'{"layers": 3}\n'}
    bundle["dsseEnvelope"]["payload"] = b64(encoded(oms(changed)))
    world.put(bundle)
    world.refused("bad-signature", "the signed bytes or the signature were changed")


@every_kind
def test_payload_written_another_way(world: World, kind: str) -> None:
    """The signature is over the bytes as they stand, not over what they mean."""
    bundle = world.signed(kind, encoded(oms()))
    bundle["dsseEnvelope"]["payload"] = b64(json.dumps(oms(), sort_keys=True).encode())
    world.put(bundle)
    world.refused("bad-signature", "the signature does not verify")


@every_kind
def test_signature_changed(world: World, kind: str) -> None:
    bundle = world.signed(kind, encoded(oms()))
    (signature,) = bundle["dsseEnvelope"]["signatures"]
    signature["sig"] = flipped(signature["sig"])
    world.put(bundle)
    world.refused("bad-signature", "the signature does not verify")


@every_kind
@pytest.mark.parametrize(
    "foreign",
    ["application/json", "application/vnd.in-toto+JSON", f"{PAYLOAD_TYPE}; v=1", f" {PAYLOAD_TYPE}", "", None],
)
def test_payload_of_another_type(world: World, kind: str, foreign: str | None) -> None:
    bundle = world.signed(kind, encoded(oms()), foreign or "text/plain")
    bundle["dsseEnvelope"]["payloadType"] = foreign
    world.put(bundle)
    world.refused("malformed", "payloadType" if foreign is None else "the payload type is")


@every_kind
def test_content_of_another_type_passed_off_as_a_statement(world: World, kind: str) -> None:
    """What was signed as something else stays that, whatever the envelope says later."""
    bundle = world.signed(kind, encoded(oms()), "application/json")
    bundle["dsseEnvelope"]["payloadType"] = PAYLOAD_TYPE
    world.put(bundle)
    world.refused("bad-signature", "the signature does not verify")


@every_kind
@pytest.mark.parametrize(
    "payload",
    [
        b"no JSON",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        encoded(oms()) + b" {}",
        encoded(oms()) + b"\x00",
        b"[" * 100_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b"\x80\x04cos\nsystem\n.",
    ],
)
def test_payload_that_is_no_statement(world: World, kind: str, payload: bytes) -> None:
    world.put(world.signed(kind, payload))
    world.refused("bad-statement", signer=kind)


@every_kind
@pytest.mark.parametrize(
    "version",
    ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1/", "https://in-toto.io/statement/v1", 1],
)
def test_another_statement_version(world: World, kind: str, version: object) -> None:
    world.put(world.signed(kind, encoded(oms() | {"_type": version})))
    world.refused("bad-statement", "the statement's _type is", signer=kind)


@every_kind
@pytest.mark.parametrize("found", [CYCLONEDX, "https://slsa.dev/verification_summary/v1", f"{TEST_RESULT}/v9", "x:y"])
def test_wanted_predicate_type_is_absent(world: World, kind: str, found: str) -> None:
    """Another type by the right signer about the right artifact is another type."""
    attested(world, kind, about(tree_digest(world.model), found))
    report = world.failed("no test-result attestation was found", policy=asking(world))
    assert failed_rules(report) == {"tested"}


@every_kind
def test_a_signature_is_no_attestation_and_no_attestation_a_signature(world: World, kind: str) -> None:
    bundle = world.signed(kind, encoded(about(tree_digest(world.model))))
    world.put(bundle)
    report = world.failed("no signature was found", policy=asking(world))
    assert "signed" in failed_rules(report)
    world.put(world.signed(kind, encoded(oms())))
    assert failed_rules(world.failed("no test-result attestation was found", policy=asking(world))) == {"tested"}


@every_kind
@pytest.mark.parametrize("member", ["verificationResult", "RESULT", "Result"])
def test_an_outcome_that_does_not_say_passed(world: World, kind: str, member: str) -> None:
    for predicate in ({"result": "FAILED"}, {member: "PASSED"}, {"result": ["PASSED"]}, {"result": "passed"}):
        attested(world, kind, about(tree_digest(world.model), predicate=predicate))
        world.failed("does not say that it passed", policy=asking(world))


# Two readings of one document

DUPLICATES: dict[str, Callable[[bytes], bytes]] = {
    "top": lambda text: text.replace(b'"predicateType":', b'"predicateType":"x","predicateType":'),
    "subject": lambda text: text.replace(b'"name":"small"', b'"name":"other","name":"small"'),
    "digest": lambda text: text.replace(b'{"sha256":', b'{"sha256":"' + b"0" * 64 + b'","sha256":', 1),
    "escaped": lambda text: text.replace(b'"predicateType":', b'"predicate\\u0054ype":"x","predicateType":'),
}


@every_kind
@pytest.mark.parametrize("where", DUPLICATES)
def test_duplicate_keys_in_a_statement(world: World, kind: str, where: str) -> None:
    for statement, policy in ((oms(), world.policy()), (about(tree_digest(world.model)), asking(world))):
        doubled = DUPLICATES[where](encoded(statement))
        assert doubled != encoded(statement)
        world.put(world.signed(kind, doubled))
        world.refused("bad-statement", "twice", policy=policy, signer=kind)


@every_kind
def test_duplicate_keys_in_a_signed_list(world: World, kind: str) -> None:
    digest = hashlib.sha256(FILES["config.json"]).hexdigest().encode()
    doubled = encoded(oms()).replace(b'"digest":"' + digest, b'"digest":"' + b"0" * 64 + b'","digest":"' + digest)
    world.put(world.signed(kind, doubled))
    world.refused("bad-statement", "twice", signer=kind)


@every_kind
@pytest.mark.parametrize("member", ["payload", "sig", "verificationMaterial", "mediaType"])
def test_duplicate_keys_in_a_bundle(world: World, kind: str, member: str) -> None:
    text = encoded(world.signed(kind, encoded(oms())))
    doubled = text.replace(f'"{member}":'.encode(), f'"{member}":"AA==","{member}":'.encode(), 1)
    assert doubled != text
    world.put(doubled)
    world.refused("malformed", "twice")


@every_kind
@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", str(2**53), str(-(2**60)), "1" * 5000, "01", "+1", ".5", "1E"]
)
def test_numbers_without_one_meaning(world: World, kind: str, number: str) -> None:
    statement = encoded(about(tree_digest(world.model), predicate={"result": "PASSED", "score": 12345}))
    attested(world, kind, statement.replace(b"12345", number.encode()))
    world.refused("bad-statement", policy=asking(world), signer=kind, source="claims.jsonl:1")


def other_bits(text: str) -> str:
    """Padded base64 whose last letter differs in bits that decode to nothing; other text as it is."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = text.rstrip("=")
    return text if bare == text else bare[:-1] + letters[letters.index(bare[-1]) + 1] + text[len(bare) :]


@every_kind
@pytest.mark.parametrize(
    "text",
    [
        lambda value: value.replace("+", "-").replace("/", "_"),
        lambda value: value.rstrip("="),
        lambda value: value + "\n",
        lambda value: value[:8] + " " + value[8:],
        lambda value: value + "====",
        lambda value: "",
        other_bits,
    ],
    ids=["url-safe", "unpadded", "line-feed", "blank", "more-padding", "empty", "other-bits"],
)
def test_lenient_base64(world: World, kind: str, text: Callable[[str], str]) -> None:
    """A decoder that skips characters reads one text where another reads a second one."""
    statement = oms()
    bundle = world.signed(kind, encoded(statement))
    while text(bundle["dsseEnvelope"]["payload"]) == bundle["dsseEnvelope"]["payload"]:
        statement["subject"][0]["name"] += "?>"
        bundle = world.signed(kind, encoded(statement))
    bundle["dsseEnvelope"]["payload"] = text(bundle["dsseEnvelope"]["payload"])
    world.put(bundle)
    world.refused("malformed", "dsseEnvelope.payload")


# Subjects


@every_kind
@pytest.mark.parametrize(
    "subject",
    [
        [],
        None,
        {},
        [{"name": "small"}],
        [{"name": "small", "digest": {}}],
        [{"name": "small", "digest": None}],
        [{"name": "small", "digest": {"sha256": ""}}],
        [{"name": "small", "digest": {"sha256": "0" * 63}}],
        [{"name": "small", "digest": {"sha256": "0" * 65}}],
        [{"name": "small", "digest": {"sha256": "A" * 64}}],
        [{"name": "small", "digest": {"sha256": "g" * 64}}],
        [{"name": "small", "digest": {"sha256": ["0" * 64]}}],
        [{"name": "small", "digest": {"sha256": "0" * 64, "sha512": "0"}}],
        "small",
    ],
)
def test_subject_that_names_nothing(world: World, kind: str, subject: object) -> None:
    attested(world, kind, about(tree_digest(world.model)) | {"subject": subject})
    world.refused("bad-statement", policy=asking(world), signer=kind, source="claims.jsonl:1")
    world.put(world.signed(kind, encoded(oms() | {"subject": subject})))
    world.refused("bad-statement", policy=asking(world), signer=kind)


@every_kind
@pytest.mark.parametrize("algorithm", ["sha1", "md5", "sha512", "SHA256", "sha-256", "sha256 ", "gitTree", "unknown"])
def test_digest_by_another_algorithm(world: World, kind: str, algorithm: str) -> None:
    """The right value under another name is no match, and neither is a weak one."""
    digest = tree_digest(world.model)
    lengths = {"sha1": 40, "md5": 32, "sha512": 128}
    value = (digest * 2)[: lengths.get(algorithm, 64)]
    statement = about(digest)
    statement["subject"][0]["digest"] = {algorithm: value}
    attested(world, kind, statement)
    world.refused("other-artifact", "its subject is", policy=asking(world), signer=kind, source="claims.jsonl:1")


@every_kind
def test_signed_list_under_a_weak_digest(world: World, kind: str) -> None:
    statement = oms()
    for item in statement["predicate"]["resources"]:
        item["algorithm"] = "sha1"
        item["digest"] = hashlib.sha1(FILES[item["name"]], usedforsecurity=False).hexdigest()
    statement["predicate"]["serialization"]["hash_type"] = "sha1"
    world.put(world.signed(kind, encoded(statement)))
    world.refused("bad-statement", "known are", signer=kind)


# Signatures and signers


@every_kind
def test_a_strangers_signature_beside_the_good_one(world: World, kind: str) -> None:
    """In whichever order: an envelope has one signature, so nobody else's name can ride along."""
    stranger = keys.generate()
    payload = encoded(oms())
    (foreign,) = envelope(payload, stranger)["signatures"]
    for place in (0, 1):
        bundle = world.signed(kind, payload)
        bundle["dsseEnvelope"]["signatures"].insert(place, foreign)
        world.put(bundle)
        world.refused("malformed", "the envelope has 2 signatures; exactly one is allowed")


@every_kind
def test_no_signature_at_all(world: World, kind: str) -> None:
    absent: list[object] = [[], None, [{}], [{"sig": None}], [{"sig": ""}], [None]]
    for signatures in absent:
        bundle = world.signed(kind, encoded(oms()))
        bundle["dsseEnvelope"]["signatures"] = signatures
        world.put(bundle)
        world.refused("malformed")


@every_kind
@pytest.mark.parametrize("raw", [b"\0", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\0" * 64, b"\xff" * 72])
def test_signature_of_nobody(world: World, kind: str, raw: bytes) -> None:
    """Zero, too short, raw instead of DER: no value verifies by accident."""
    bundle = world.signed(kind, encoded(oms()))
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = b64(raw)
    world.put(bundle)
    world.refused("bad-signature", "the signature does not verify")


def test_a_stranger_who_borrows_the_hint(world: World) -> None:
    """The hint only helps to pick a key; the stranger is nowhere named as the trusted one."""
    stranger = keys.generate()
    world.put(world.by_key(encoded(oms()), stranger))
    report = world.refused("bad-signature", "the signature does not verify")
    bundle = world.by_key(encoded(oms()), stranger)
    for hint in ("", "sha256:" + "0" * 64, EMAIL_LIKE):
        bundle["verificationMaterial"]["publicKey"]["hint"] = hint
        world.put(bundle)
        report = world.refused("unknown-signer", "not signed by any of the trusted keys")
        assert EMAIL_LIKE not in json.dumps(report["attestations"] + report["rejected"])


EMAIL_LIKE = "release@example.com via https://accounts.example.com"


def test_a_bundle_that_brings_its_own_key(world: World) -> None:
    stranger = keys.generate()
    bundle = world.by_key(encoded(oms()), stranger)
    bundle["verificationMaterial"]["publicKey"]["rawBytes"] = b64(keys.spki(stranger.public_key()))
    world.put(bundle)
    world.refused("bad-signature")


@every_kind
def test_two_kinds_of_material_in_one_bundle(world: World, kind: str) -> None:
    bundle = world.signed(kind, encoded(oms()))
    for other in KINDS:
        if other != kind:
            both = copy.deepcopy(bundle)
            more = world.signed(other, encoded(oms()))["verificationMaterial"]
            both["verificationMaterial"] = more | both["verificationMaterial"]
            world.put(both)
            world.refused("malformed", "exactly one is allowed")


@every_kind
def test_no_material_in_a_bundle(world: World, kind: str) -> None:
    bundle = world.signed(kind, encoded(oms()))
    absent: list[object] = [{}, None, {"tlogEntries": []}, {"publicKey": None}, []]
    for material in absent:
        bundle["verificationMaterial"] = material
        world.put(bundle)
        world.refused("malformed")


@every_kind
def test_one_signer_twice_is_one(world: World, kind: str) -> None:
    """Repeated, signed again, under another hint, with another certificate: one signer is one of k."""
    world.put(world.by_key(encoded(oms())))
    first, second = world.signed(kind, encoded(oms())), world.signed(kind, encoded(oms()))
    if kind == "key":
        second["verificationMaterial"]["publicKey"]["hint"] = ""
    world.put(first)
    world.put(second, first, name="claims.jsonl")
    policy = world.policy(f"  - {{id: signed, signature: {{signers: [{kind}], threshold: 1}}}}\n")
    world.accepted(policy=policy)
    two = world.policy("  - {id: signed, signature: {signers: [key, certificate, identity], threshold: 2}}\n")
    world.failed("1 of 2 required signers signed", policy=two)


def test_one_key_with_and_without_a_certificate_is_one(world: World) -> None:
    """A certificate for the trusted key makes no second person, under whatever name."""
    leaf = world.authority.leaf(world.key, "somebody else", emails=["release@example.com"])
    world.put(world.by_key(encoded(oms())))
    chained = world.by_certificate(encoded(oms()), chain=(leaf, *world.authority.intermediates), key=world.key)
    world.put(chained, name="claims.jsonl")
    two = world.policy("  - {id: signed, signature: {signers: [key, certificate], threshold: 2}}\n")
    world.failed("1 of 2 required signers signed", policy=two)
    # And by one of them alone, each still counts for its own name only.
    world.put(chained)
    (world.model / "claims.jsonl").unlink()
    alone = world.policy("  - {id: signed, signature: {signers: [key]}}\n")
    world.failed("which does not stand for key", policy=alone)


def test_two_certificates_for_one_name_are_one(world: World) -> None:
    other = keys.generate()
    leaf = world.authority.leaf(other, "another subject", emails=["release@example.com"])
    world.put(world.by_certificate(encoded(oms())))
    second = world.by_certificate(encoded(oms()), chain=(leaf, *world.authority.intermediates), key=other)
    world.put(second, name="claims.jsonl")
    two = world.policy("  - {id: signed, signature: {signers: [key, certificate], threshold: 2}}\n")
    world.failed("1 of 2 required signers signed", policy=two)


def test_three_kinds_of_three_people_are_three(world: World) -> None:
    """The counting is not merely strict: three who share nothing are three."""
    world.put(world.by_key(encoded(oms())))
    world.put(world.by_certificate(encoded(oms())), world.by_identity(encoded(oms())), name="claims.jsonl")
    three = world.policy("  - {id: signed, signature: {signers: [key, certificate, identity], threshold: 3}}\n")
    world.accepted(policy=three)


@pytest.mark.parametrize("threshold", [0, -1, 4, 101, 10**9])
def test_threshold_that_cannot_be_meant(world: World, threshold: int) -> None:
    policy = world.policy(
        f"  - {{id: signed, signature: {{signers: [key, certificate, identity], threshold: {threshold}}}}}\n"
    )
    result, _ = world.verify(policy=policy)
    assert result.code == 2
    assert "threshold" in result.err or "distinct signers" in result.err


def test_one_key_under_two_names_in_the_policy(world: World) -> None:
    definitions = world.definitions()
    result, _ = world.verify(policy=world.policy(signers={**definitions, "second": definitions["key"]}))
    assert result.code == 2
    assert "belongs to 'key' already" in result.err
    key_id = f"sha256:{hashlib.sha256(keys.spki(world.key.public_key())).hexdigest()}"
    pinned = f"{{kind: certificate, roots: [{world.pin('root.pem')}], key: '{key_id}'}}"
    result, _ = world.verify(policy=world.policy(signers={**definitions, "second": pinned}))
    assert result.code == 2
    assert "belongs to 'key' already" in result.err


# Endless data


def crowded(bundle: Json, path: str, count: int) -> Json:
    """A copy of the bundle whose list at this path holds its first item so many times."""
    made = copy.deepcopy(bundle)
    *above, last = path.split("/")
    place = made
    for name in above:
        place = place.setdefault(name, {})
    place[last] = (place.get(last) or [{"signedTimestamp": b64(b"x")}])[:1] * count
    return made


@every_kind
@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("dsseEnvelope/signatures", 5_000),
        ("verificationMaterial/timestampVerificationData/rfc3161Timestamps", 33),
        ("verificationMaterial/tlogEntries", 9),
        ("verificationMaterial/x509CertificateChain/certificates", 11),
    ],
)
def test_more_parts_than_anybody_needs(world: World, kind: str, path: str, count: int) -> None:
    bundle = world.signed(kind, encoded(oms()))
    if path.endswith("certificates") and kind != "certificate":
        return  # it has no chain
    if path.endswith("tlogEntries") and kind != "identity":
        bundle["verificationMaterial"]["tlogEntries"] = [{"logIndex": "0"}]
    world.put(crowded(bundle, path, count))
    world.refused("malformed")


@every_kind
def test_a_bundle_deeper_than_any_is(world: World, kind: str) -> None:
    text = encoded(world.signed(kind, encoded(oms())))
    for depth in (40, 100_000):
        world.put(text.replace(b'"tlogEntries":[', b'"tlogEntries":[' + b"[" * depth + b"]" * depth + b"," * 0, 1))
        world.refused("malformed")


@every_kind
def test_more_subjects_than_are_read(world: World, kind: str) -> None:
    statement = about(tree_digest(world.model))
    statement["subject"] *= 10_001
    attested(world, kind, statement)
    world.refused("bad-statement", "10001 subjects", policy=asking(world), signer=kind, source="claims.jsonl:1")


def test_more_claims_than_are_read(world: World) -> None:
    """Past the bound nothing counts, and the file is one of the model's: padding hides no other claim."""
    good = world.by_key(encoded(about(tree_digest(world.model))))
    world.put(world.by_key(encoded(oms())))
    world.put(*[good] * 1_001, name="claims.jsonl")
    report = world.failed("at most 1000 are read", policy=asking(world))
    assert "claims.jsonl" in "\n".join(reasons(report))


def test_compressed_parts_are_not_unpacked(world: World) -> None:
    import gzip

    world.put(gzip.compress(encoded(world.by_key(encoded(oms())))))
    world.refused("malformed")


# Other bundles around the good one


@every_kind
@pytest.mark.parametrize(
    "media_type",
    [
        None,
        "",
        "application/vnd.dev.sigstore.bundle.v0.4+json",
        "application/vnd.dev.sigstore.bundle.v0.3+json ",
        "application/vnd.dev.sigstore.bundle+json;version=0.9",
        "application/json",
        3,
    ],
)
def test_unknown_kind_of_bundle(world: World, kind: str, media_type: object) -> None:
    world.put(world.signed(kind, encoded(oms())) | {"mediaType": media_type})
    world.refused("malformed", "mediaType")


@every_kind
def test_members_that_nobody_knows(world: World, kind: str) -> None:
    bundle = world.signed(kind, encoded(oms()))
    world.put(bundle | {"trusted": True})
    world.refused("malformed")
    bundle["dsseEnvelope"]["verified"] = True
    world.put(bundle)
    world.refused("malformed")


@every_kind
def test_a_message_signature_is_no_statement(world: World, kind: str) -> None:
    """A signature over the bytes of a statement, without its type, is about any document at all."""
    payload = encoded(oms())
    bundle = world.signed(kind, payload)
    del bundle["dsseEnvelope"]
    digest = {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())}
    bundle["messageSignature"] = {"messageDigest": digest, "signature": b64(keys.sign(world.key, payload))}
    world.put(bundle)
    world.refused("malformed", "messageSignature")


@every_kind
def test_good_and_bad_lines_in_any_order(world: World, kind: str) -> None:
    """An attacker's lines around a good one change nothing for it, and gain nothing."""
    digest = tree_digest(world.model)
    good = world.signed(kind, encoded(about(digest)))
    stolen = copy.deepcopy(good)
    stolen["dsseEnvelope"]["payload"] = b64(encoded(about("0" * 64)))
    strange = world.by_key(encoded(about(digest, predicate={"result": "FAILED"})), keys.generate())
    world.put(world.by_key(encoded(oms())))
    for lines in ([good, stolen, strange], [strange, good, stolen], [stolen, strange, good]):
        world.put(*lines, name="claims.jsonl")
        report = world.accepted(policy=asking(world))
        assert len(report["rejected"]) == 2
        assert all(item["signer"] is None for item in report["rejected"])
    world.put(strange, stolen, name="claims.jsonl")
    world.failed("does not verify", policy=asking(world))


@pytest.mark.parametrize("line", [b"", b"{}", b"null", b"# comment", b"\x80\x04.", b"[]", b"{", b"\xff"])
def test_a_line_that_is_no_bundle(world: World, line: bytes) -> None:
    """Then the whole file is one of the model's files: bytes that are no evidence do not hide among it."""
    world.put(world.by_key(encoded(oms())))
    good = world.by_key(encoded(about(tree_digest(world.model))))
    for lines in ((good, line, good), (line, good), (good, line)):
        world.put(*lines, name="claims.jsonl")
        report = world.failed("claims.jsonl", policy=asking(world))
        assert "signed" not in failed_rules(report)
        assert failed_rules(report)


def test_payload_is_never_taken_from_the_log(world: World) -> None:
    """The log entry's own copy of what was signed is no payload."""
    bundle = world.by_identity(encoded(oms()))
    body = base64.b64decode(bundle["verificationMaterial"]["tlogEntries"][0]["canonicalizedBody"])
    bundle["dsseEnvelope"]["payload"] = b64(body)
    world.put(bundle)
    world.refused("bad-signature")
