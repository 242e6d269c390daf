"""Keys, certificates and identities in one policy, with good, bad and foreign evidence side by side.

What is withheld never helps, what a stranger adds changes nothing, one person is counted once, and evidence that was
stored under one policy is judged again under the next.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

import attest
from attest.domain.attestation import Attestation, Rejected
from attest.domain.verdict import Verification
from attest.operations.policy import load_policy
from attest.policy import evaluate
from tests.attacks.test_peer_bugs import digests, legacy
from tests.attacks.world import (
    CYCLONEDX,
    EMAIL,
    FILES,
    IGNORED,
    KINDS,
    Json,
    World,
    about,
    encoded,
    failed_rules,
    oms,
    signature_of,
    stamped,
    tree_digest,
    write_model,
)
from tests.simulators import keys, pki
from tests.simulators.sigstore.instance import LoopbackSigstore

PAYLOAD = encoded(oms())
BOM = {"bomFormat": "CycloneDX", "specVersion": "1.6"}
every_kind = pytest.mark.parametrize("kind", KINDS)


def rule(signers: str, **members: object) -> str:
    """A signature rule about these signers."""
    more = "".join(f", {name}: {value}" for name, value in members.items())
    return f"  - {{id: signed, signature: {{signers: [{signers}]{more}}}}}\n"


# k of n


def test_one_person_as_key_certificate_and_identity(world: World) -> None:
    """The certificate for a key adds nobody to the key."""
    world.leaf = world.authority.leaf(world.key, "release", emails=[EMAIL])
    world.leaf_key = world.key
    chain = world.sigstore.certify(world.key, world.sigstore.mint_github())
    identity = world.by_identity(PAYLOAD, key=world.key, chain=chain)
    world.put(world.by_key(PAYLOAD))
    world.put(world.by_certificate(PAYLOAD), identity, name="claims.jsonl")
    world.failed("2 of 3 required signers signed", policy=world.policy(rule("key, certificate, identity", threshold=3)))
    world.put(world.by_certificate(PAYLOAD), name="claims.jsonl")
    world.failed("1 of 2 required signers signed", policy=world.policy(rule("key, certificate", threshold=2)))


def test_exact_identity_and_a_pattern_that_fits_it(world: World) -> None:
    """Two names in the policy that one identity answers to are one signer."""
    definitions = world.definitions()
    pattern = "^https://github\\\\.com/acme/models/\\\\.github/workflows/release\\\\.yml@refs/heads/[a-z]+$"
    loose = (
        f"{{kind: sigstore, issuer: '{world.sigstore.issuer}', subjectType: uri, "
        f'subjectPattern: "{pattern}", trustRoot: {world.pin("trusted_root.json")}}}'
    )
    world.put(world.by_identity(PAYLOAD))
    world.put(world.by_identity(PAYLOAD), name="claims.jsonl")
    policy = world.policy(rule("identity, loose", threshold=2), signers={**definitions, "loose": loose})
    world.failed("1 of 2 required signers signed", policy=policy)
    # Two branches are two identities.
    world.put(world.by_identity(PAYLOAD, token=world.sigstore.mint_github(ref="refs/heads/next")), name="claims.jsonl")
    world.accepted(policy=policy)


def test_one_identity_in_two_instances_is_one(world: World, tmp_path: Path) -> None:
    with LoopbackSigstore(tmp_path / "second", rekor_version=1) as second:
        second.allowed_issuers.add(world.sigstore.issuer)
        world.write_trusted_root(second.trusted_root(), "second_root.json")
        definitions = world.definitions()
        other = definitions["identity"].replace(world.pin("trusted_root.json"), world.pin("second_root.json"))
        world.put(world.by_identity(PAYLOAD))
        token = second.mint_github(iss=world.sigstore.issuer)
        world.put(world.by_identity(PAYLOAD, instance=second, token=token), name="claims.jsonl")
    policy = world.policy(rule("identity, other", threshold=2), signers={**definitions, "other": other})
    result, _ = world.verify(policy=policy)
    assert result.code != 0


@every_kind
def test_an_attestation_by_one_does_not_join_the_signature_of_another(world: World, kind: str) -> None:
    """Signers are counted within one rule: nobody fills up what another rule counted."""
    other = KINDS[(KINDS.index(kind) + 1) % 3]
    world.put(world.signed(kind, PAYLOAD))
    world.put(world.signed(other, encoded(about(tree_digest(world.model), CYCLONEDX, BOM))), name="claims.jsonl")
    world.failed("1 of 2 required signers signed", policy=world.policy(rule(f"{kind}, {other}", threshold=2)))


# Places


@every_kind
def test_signatures_and_claims_in_each_others_place(world: World, kind: str) -> None:
    """Where a bundle lies decides nothing: who signed what does."""
    claim = world.signed(kind, encoded(about(tree_digest(world.model), CYCLONEDX, BOM)))
    rules = (
        rule("key, certificate, identity") + "  - {id: bom, attestation: {predicate: cyclonedx, "
        "signers: [key, certificate, identity]}}\n"
    )
    world.put(claim)
    world.put(world.signed(kind, PAYLOAD), name="claims.jsonl")
    world.accepted(policy=world.policy(rules))
    world.put(claim, name="claims.jsonl")
    assert failed_rules(world.failed("no signature was found", policy=world.policy(rules))) == {"signed"}


@every_kind
def test_strangers_signature_in_front(world: World, kind: str) -> None:
    """Whoever holds model.sig, the trusted signature among the claims counts; alone, the stranger's does not."""
    mallory = world.by_identity(PAYLOAD, token=world.sigstore.mint("mallory@example.com"))
    world.put(mallory)
    world.put(world.signed(kind, PAYLOAD), name="claims.jsonl")
    world.accepted()
    (world.model / "claims.jsonl").unlink()
    report = world.failed("does not stand for")
    assert failed_rules(report) == {"signed", "coverage"}


# Backing


def test_files_covered_by_a_signature_without_the_backing(world: World) -> None:
    """A signature that is too weak for the rule is too weak to cover a file."""
    part = {name: data for name, data in FILES.items() if name.startswith("weights")}
    backed = world.by_key(encoded(oms(part)))
    world.put(stamped(backed, world.tsa.stamp(signature_of(backed))))
    world.put(world.by_key(PAYLOAD), name="claims.jsonl")
    world.accepted()
    report = world.failed("config.json", policy=world.policy(rule("key", timestamps=1)))
    assert failed_rules(report) == {"coverage"}


@pytest.mark.parametrize("kind", ["key", "certificate"])
def test_evidence_that_nobody_checks(world: World, kind: str) -> None:
    """Without an anchor a timestamp proves nothing, is named as unchecked, and a rule can refuse it."""
    bundle = world.signed(kind, PAYLOAD)
    mine = pki.timestamp_authority()
    world.put(stamped(world.logged(bundle), mine.stamp(signature_of(bundle))))
    nobody = "{allowLegacy: false}"
    report = world.accepted(policy=world.policy(trust=nobody))
    (item,) = report["attestations"]
    assert (item["times"], item["logs"]) == ([], [])
    assert len(item["unchecked"]) == 2
    world.failed("was not checked", policy=world.policy(rule(kind, unchecked="deny"), trust=nobody))
    world.failed("0 of 1 required timestamps", policy=world.policy(rule(kind, timestamps=1), trust=nobody))


# Monotonicity


def evidence(world: World) -> list[bytes]:
    """Lines by trusted signers and strangers: whole, partial, negative, broken."""
    digest = tree_digest(world.model)
    part = {name: data for name, data in FILES.items() if name.startswith("weights")}
    mallory = world.sigstore.mint("mallory@example.com")
    stolen = world.by_certificate(PAYLOAD)
    stolen["dsseEnvelope"]["payload"] = world.by_key(encoded(oms(part)))["dsseEnvelope"]["payload"]
    made = [
        world.by_key(PAYLOAD),
        world.by_certificate(encoded(oms(part, ignore=[*IGNORED, "logs"]))),
        world.by_identity(encoded(about(digest, CYCLONEDX, BOM))),
        world.by_identity(encoded(about(digest, predicate={"result": "FAILED"}))),
        world.by_key(encoded(about(digest))),
        world.by_identity(encoded(oms(ignore=["logs"])), token=mallory),
        stolen,
        legacy(world, digests(dict(FILES))),
    ]
    return [encoded(item) for item in made]


RULES = {
    "any": rule("key, certificate, identity"),
    "two": rule("key, certificate, identity", threshold=2),
    "logs": "  - {id: all, coverage: {signers: [key, certificate, identity], allowIgnored: [logs]}}\n",
    "tested": "  - {id: tested, attestation: {predicate: test-result, signers: [key, identity]}}\n",
    "both": "  - {id: tested, attestation: {predicate: test-result, signers: [key, identity], threshold: 2}}\n",
    "one": rule("certificate") + "  - {id: all, coverage: {signers: [certificate, identity]}}\n",
}


def subsets(count: int) -> Iterator[frozenset[int]]:
    """Every subset, small ones first."""
    for size in range(count + 1):
        yield from map(frozenset, combinations(range(count), size))


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("extra", [False, True], ids=["as-signed", "with-logs"])
def test_withholding_evidence_never_helps(world: World, name: str, extra: bool) -> None:
    """For every set of evidence that passes, whatever holds it passes too: nobody gains by taking a line away."""
    lines = evidence(world)
    if extra:
        write_model(world.model, {"logs/run.txt": b"log\n"})
    path = world.policy(RULES[name], trust="{allowLegacy: true}")
    policy, now = load_policy(str(path)).policy, datetime.now(UTC)
    world.put(*lines, name="claims.jsonl")
    whole = attest.verify(world.model, policy=path).evidence
    found: list[Attestation | Rejected] = [*whole.attestations, *whole.rejected]
    assert len(found) == len(lines)

    def passes(chosen: frozenset[int]) -> bool:
        kept = [found[number] for number in sorted(chosen)]
        part = replace(
            whole,
            attestations=tuple(item for item in kept if isinstance(item, Attestation)),
            rejected=tuple(item for item in kept if isinstance(item, Rejected)),
        )
        return evaluate(policy, part, now).passed

    passed = {chosen for chosen in subsets(len(lines)) if passes(chosen)}
    assert frozenset() not in passed
    for chosen in passed:
        assert all(chosen | {number} in passed for number in range(len(lines))), sorted(chosen)
    # And so it is when the lines themselves are taken from the file.
    sources = [int(item.source.partition(":")[2]) - 1 for item in found]
    for without in range(len(lines)):
        world.put(*(line for number, line in enumerate(lines) if number != sources[without]), name="claims.jsonl")
        left = frozenset(range(len(lines))) - {without}
        assert attest.verify(world.model, policy=path).passed == (left in passed)


@pytest.mark.parametrize("name", RULES)
def test_strangers_change_nothing(world: World, name: str) -> None:
    """The rules say the same with and without what somebody unknown, or a broken bundle, brings."""
    lines = evidence(world)
    policy = world.policy(RULES[name])
    trusted, foreign = [lines[number] for number in (0, 1, 2, 4)], [lines[number] for number in (5, 6)]

    def verdicts(*given: bytes) -> list[tuple[str, str]]:
        world.put(*given, name="claims.jsonl")
        found = attest.verify(world.model, policy=policy)
        return [(item.rule, item.verdict) for item in found.results]

    assert verdicts(*trusted) == verdicts(*foreign, *trusted) == verdicts(*trusted, *foreign)


# Replays


def stored(world: World, policy: Path) -> Path:
    """The evidence of a verification that passes."""
    path = world.folder / "evidence.json"
    result = world.run("verify", world.model, "--policy", policy, "--evidence-out", path)
    assert result.code == 0, result.out
    return path


def replayed(world: World, path: Path, policy: Path, *options: object) -> tuple[int, Json]:
    """The exit code and the report of a replay."""
    result = world.run("policy", "replay", path, "--policy", policy, "--format", "json", *options)
    return result.code, json.loads(result.out) if result.out else {}


@every_kind
def test_replay_under_the_same_policy_says_the_same_and_admits_nothing(world: World, kind: str) -> None:
    world.put(world.signed(kind, PAYLOAD))
    policy = world.policy()
    code, report = replayed(world, stored(world, policy), policy)
    assert (code, report["replayed"]) == (0, True)
    text = world.run("policy", "replay", world.folder / "evidence.json", "--policy", policy).out
    assert "admits nothing" in text


@every_kind
def test_replay_under_a_policy_with_other_anchors(world: World, kind: str) -> None:
    """What verified against one root, key or instance did not verify against another."""
    world.put(world.signed(kind, PAYLOAD))
    path = stored(world, world.policy())
    definitions = world.definitions()
    if kind == "key":
        (world.folder / "key.pub").write_bytes(keys.public_pem(keys.generate().public_key()))
        world.key = keys.generate()
        changed = world.definitions()["key"]
    elif kind == "certificate":
        pki.write_pem(world.folder / "root2.pem", pki.Authority.create("Acme root").certificate)
        changed = definitions["certificate"].replace(world.pin("root.pem"), world.pin("root2.pem"))
    else:
        other = world.sigstore.trusted_root()
        other["tlogs"] = other["tlogs"][:1]
        world.write_trusted_root(other, "other_root.json")
        changed = definitions["identity"].replace(world.pin("trusted_root.json"), world.pin("other_root.json"))
    code, report = replayed(world, path, world.policy(signers={**definitions, kind: changed}))
    assert code == 1
    assert failed_rules(report) == {"signed", "coverage"}


@pytest.mark.parametrize("kind", ["key", "certificate"])
def test_replay_of_an_old_form_under_a_policy_that_does_not_admit_it(world: World, kind: str) -> None:
    world.put(legacy(world, digests(dict(FILES)), kind))
    admits, refuses = world.policy(trust="{allowLegacy: true}", name="admits.yaml"), world.policy(name="refuses.yaml")
    path = stored(world, admits)
    assert replayed(world, path, admits)[0] == 0
    code, report = replayed(world, path, refuses)
    assert code == 1
    assert "signed" in failed_rules(report)


@pytest.mark.parametrize("kind", ["key", "certificate"])
def test_replay_of_times_and_logs_under_a_policy_that_trusts_others(world: World, kind: str) -> None:
    """A timestamp by an authority that this policy does not name is no timestamp for it."""
    bundle = world.signed(kind, PAYLOAD)
    world.put(world.logged(stamped(bundle, world.tsa.stamp(signature_of(bundle)))))
    rules = rule(kind, timestamps=1, logs=1)
    path = stored(world, world.policy(rules, trust=world.all_anchors))
    assert replayed(world, path, world.policy(rules, trust="{allowLegacy: false}"))[0] == 1


def test_replay_with_another_time(world: World) -> None:
    """Evidence says when it was judged; the policy of today may have ended since."""
    world.put(world.by_key(PAYLOAD))
    policy = world.policy(expires="2035-01-01T00:00:00Z")
    path = stored(world, policy)
    assert replayed(world, path, policy, "--at", "2035-01-01T00:00:00Z")[0] == 1
    assert replayed(world, path, policy, "--at", "2034-12-31T23:59:59Z")[0] == 0


@pytest.mark.parametrize("edit", ["extra", "removed", "renamed", "digest", "statement"])
def test_replay_of_edited_evidence(world: World, edit: str) -> None:
    """It is not signed, and admits nothing; what contradicts itself is refused all the same."""
    world.put(world.by_key(PAYLOAD))
    world.put(world.by_key(encoded(about(tree_digest(world.model), CYCLONEDX, BOM))), name="claims.jsonl")
    path = stored(world, world.policy())
    record = json.loads(path.read_text())
    manifest = record["evidence"]["manifest"]
    if edit == "extra":
        manifest["files"].append(["zz", "00" * 32, 1, None])
    elif edit == "removed":
        manifest["files"].pop()
    elif edit == "renamed":
        manifest["files"][0][0] = "a"
    elif edit == "digest":
        manifest["digest"] = "0" * 64
    else:
        for item in record["evidence"]["attestations"]:
            item["statement"] = item["statement"].replace("CycloneDX", "cyclonedx")
    path.write_text(json.dumps(record))
    assert replayed(world, path, world.policy())[0] == 2


# Time of the verification


@every_kind
def test_expired_policy(world: World, kind: str) -> None:
    """Whatever the evidence, from its end on the policy says no; at another time it admits nothing."""
    world.put(world.signed(kind, PAYLOAD))
    policy = world.policy(expires="2026-01-01T00:00:00Z")
    report = world.failed("the policy expired at 2026-01-01T00:00:00Z", policy=policy)
    assert "policy" in failed_rules(report)
    if kind == "key":
        result = world.run("verify", world.model, "--policy", policy, "--at", "2025-12-31T00:00:00Z")
        assert "admits nothing" in result.out


def test_another_time_does_not_revive_a_certificate_unnoticed(world: World) -> None:
    """`--at` judges certificates at that time too, and says that the verdict admits nothing."""
    world.put(world.by_certificate(PAYLOAD))
    late = (pki.days(400)).strftime("%Y-%m-%dT%H:%M:%SZ")
    report = world.refused("bad-certificate", "expired at", "--at", late)
    assert report["atGiven"]
    # With a timestamp it was signed in time, whenever that is asked.
    bundle = world.by_certificate(PAYLOAD)
    world.put(stamped(bundle, world.tsa.stamp(signature_of(bundle))))
    assert world.accepted("--at", late)["atGiven"]


def test_signature_from_the_future(world: World) -> None:
    """A log whose clock runs ahead certifies nothing for later: the certificate is judged at the proved times."""
    world.sigstore.clock = lambda: time.time() + 86_400
    bundle = world.by_identity(PAYLOAD)
    world.put(bundle)
    result, report = world.verify()
    assert result.code in (0, 1)
    if result.code == 0:  # the policy language has no rule about ages yet: the time is shown
        assert report["attestations"][0]["times"]


# Words that are not ours


EVIL = "x\nPASSED  small: 4 files\x1b[2J\u202e\x07"


def hostile(world: World) -> dict[str, Json]:
    """Bundles that say something to whoever reads the report."""
    mine = pki.Authority.create("r")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, EVIL)])
    old = mine.leaf(world.leaf_key, subject, not_before=pki.days(-9), not_after=pki.days(-1))
    hinted, typed = world.by_key(PAYLOAD, keys.generate()), world.by_key(PAYLOAD)
    hinted["verificationMaterial"]["publicKey"]["hint"] = EVIL
    typed["mediaType"] = EVIL
    listed = oms({**FILES, EVIL: b"x"})
    renamed = oms()
    renamed["subject"][0]["name"] = EVIL
    chain = (world.authority.leaf(world.leaf_key, subject, emails=[EMAIL]), *world.authority.intermediates)
    return {
        "expired": world.by_certificate(PAYLOAD, chain=(old,)),
        "holder": world.by_certificate(PAYLOAD, chain=chain),
        "hint": hinted,
        "mediaType": typed,
        "payloadType": world.by_key(PAYLOAD, kind=EVIL),
        "predicateType": world.by_key(encoded(about(tree_digest(world.model), f"https://x/{EVIL}"))),
        "other": world.by_key(encoded(about("0" * 64, f"https://x/{EVIL}"))),
        "name": world.by_key(encoded(listed)),
        "subject": world.by_key(
            encoded(oms() | {"subject": [{"name": EVIL, "digest": oms()["subject"][0]["digest"]}]})
        ),
        "member": world.by_key(encoded(oms() | {EVIL: 1})),
        "digest": world.by_key(encoded(about("0" * 64) | {"subject": [{"digest": {EVIL: "x", "sha256": EVIL}}]})),
    }


@pytest.mark.parametrize(
    "where",
    [
        "expired",
        "holder",
        "hint",
        "mediaType",
        "payloadType",
        "predicateType",
        "other",
        "name",
        "subject",
        "member",
        "digest",
    ],
)
def test_evidence_does_not_speak_to_the_reader(world: World, where: str) -> None:
    """Nothing in a bundle moves the cursor, hides text, or begins a line of the report."""
    world.put(hostile(world)[where])
    world.put(world.by_key(encoded(about("0" * 64))), name="claims.jsonl")
    for policy in (world.policy(), world.policy(rule("identity"))):
        for result in (
            world.run("verify", world.model, "--policy", policy),
            world.run("inspect", world.model),
        ):
            said = result.out + result.err
            assert all(char == "\n" or char.isprintable() for char in said), said
            lines = said.splitlines()
            assert not [line for line in lines[1:] if line.startswith("PASSED  small")]
    assert world.run("inspect", world.model).out.startswith("NOT VERIFIED")


# The Python door


@every_kind
def test_the_python_door_says_what_the_command_line_says(world: World, kind: str) -> None:
    world.put(world.signed(kind, PAYLOAD))
    policy = world.policy()

    def said(verification: Verification) -> tuple[bool, int, int]:
        found = verification.evidence
        return verification.passed, len(found.attestations), len(found.rejected)

    assert said(attest.verify(world.model, policy=policy)) == (True, 1, 0)
    bundle = world.signed(kind, encoded(oms({**FILES, "config.json": b"x"})))
    world.put(bundle)
    assert said(attest.verify(world.model, policy=policy)) == (False, 0, 1)
    bundle["dsseEnvelope"]["payload"] = world.by_key(PAYLOAD)["dsseEnvelope"]["payload"]
    world.put(bundle)
    verification = attest.verify(world.model, policy=policy)
    assert said(verification) == (False, 0, 1)
    assert verification.evidence.rejected[0].signer is None
