"""Laws of `evaluate`, for whatever evidence and policies hypothesis comes up with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attest.domain.attestation import Attestation, Differences, LogEntry, Rejected, SignedTime, Signer
from attest.domain.bom import License, Value
from attest.domain.canonical import canonical
from attest.domain.evidence import Evidence
from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.record import decode, encode
from attest.domain.statement import OMS_PREDICATE
from attest.domain.strict_json import Limits, parse
from attest.domain.verdict import Verification
from attest.policy import Policy, evaluate
from attest.policy.rules import formats, licenses, scan
from attest.reports import verification_json, verification_text
from tests.unit.conftest import SMALL, claim_payload, manifest, signer, whole
from tests.unit.policy.build import CERTIFIED, IDENTITY, NOW, ROOT_ID, TAGS, Named, certified, identity, policy

BOM, VSA = "https://cyclonedx.org/bom", "https://slsa.dev/verification_summary/v1"
NAMED: dict[str, Named] = {
    "release": (1, 2),
    "reviewers": (3, 4),
    "unused": (5,),
    "upstream": IDENTITY,
    "tags": TAGS,
    "internal": CERTIFIED,
    "token": f"{{kind: certificate, roots: [{{file: r, sha256: {ROOT_ID}}}], key: '{signer(6).id}'}}",
}
TAG = "https://ci.example.org/acme/models/release.yml@refs/tags/v"


def by(key: int) -> Signer:
    return Signer(kind="key", id=signer(key).id)


# Of the policy's signers: keys, an identity, tags of a pattern, certificates that share a subject, a key or neither.
OURS = (
    *map(by, (1, 2, 3, 4, 5)),
    identity(),
    identity(TAG + "1"),
    identity(TAG + "2", claims=(("runnerEnvironment", "self-hosted"),)),
    certified(1),
    certified(6),
    certified(6, subject="CN=other"),
    certified(7),
)
# Nobody's: strange keys, a certified key used as such, other issuers, roots, subjects, types and workflows.
STRANGERS = (
    *map(by, (6, 8, 9)),
    identity(issuer="https://evil.example"),
    identity(TAG + "1-evil"),
    identity(anchors=("sigstore:staging",)),
    identity(names=(("other", TAG + "1"),)),
    certified(1, subject="CN=release"),
    certified(6, anchors=("sha256:" + "0" * 64,)),
    certified(7, subject="CN=other"),
)
RULES = (
    "signature: {signers: [release]}",
    "signature: {signers: [release, reviewers], threshold: 3}",
    "signature: {signers: [reviewers], threshold: 2}",
    "signature: {signers: [upstream, internal, token], threshold: 2}",
    "signature: {signers: [release, tags, internal, token], threshold: 3}",
    "signature: {signers: [tags], threshold: 2, timestamps: 1, unchecked: deny}",
    "signature: {signers: [internal, release], logs: 2}",
    "coverage: {signers: [release], allowUnsigned: [.gitattributes]}",
    "coverage: {signers: [reviewers]}",
    "coverage: {signers: [release, upstream, tags], allowIgnored: [sub, .gitattributes]}",
    "coverage: {signers: [release, internal], allowIgnored: any}",
    "coverage: {signers: [token, upstream], allowUnsigned: any, timestamps: 1}",
    "attestation: {predicate: cyclonedx, signers: [release]}",
    "attestation: {predicate: cyclonedx, signers: [release, reviewers], threshold: 2}",
    "attestation: {predicate: cyclonedx, signers: [internal, token, tags], threshold: 2, unchecked: deny}",
    "attestation: {predicate: vsa, signers: [reviewers]}",
    "attestation: {predicate: vsa, signers: [upstream, tags], timestamps: 2, logs: 1}",
    "formats: {allow: [text, json, empty]}",
    "licenses: {allow: [MIT, Apache-2.0]}",
)
NAMES = ("evil.py", ".gitattributes", "sub/w.bin")

HEX = st.sampled_from(["a" * 64, "b" * 64])
KINDS = st.sampled_from([OMS_PREDICATE, BOM, BOM + "/v1.6", VSA, "https://example.org/x"])
SIGNERS = st.sampled_from([*OURS, *STRANGERS])
SOURCES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)
FILES = st.lists(st.sampled_from(NAMES), unique=True).map(tuple)
LICENSES = st.builds(
    License,
    kind=st.sampled_from(["id", "expression", "name"]),
    value=st.builds(
        Value,
        text=st.sampled_from(["MIT", "MIT OR X", "X", "MIT AND Apache-2.0"]),
        origin=st.just("declared"),
        source=st.just("README.md"),
    ),
)


STATEMENTS = st.sampled_from(
    [
        "",
        *(
            claim_payload([whole()], VSA, predicate={"verificationResult": outcome}).decode()
            for outcome in ("PASSED", "FAILED")
        ),
    ]
)


def attestations(signers: st.SearchStrategy[Signer] = SIGNERS) -> st.SearchStrategy[Attestation]:
    return st.builds(
        Attestation,
        source=st.sampled_from(["model.sig", "claims.jsonl:1", "claims.jsonl:2"]),
        bundle_digest=HEX,
        statement_digest=HEX,
        signer=signers,
        predicate_type=KINDS,
        statement=STATEMENTS,
        unsigned=FILES,
        ignore_paths=st.sampled_from([(), ("sub",), ("evil.py", "sub/w.bin")]),
        signed_files=st.integers(0, 9),
        times=SOURCES.map(lambda names: tuple(SignedTime(at="2026-08-01T00:00:00Z", source=name) for name in names)),
        logs=SOURCES.map(lambda names: tuple(LogEntry(log=name, index=1) for name in names)),
        unchecked=st.sampled_from([(), ("1 timestamp",)]),
        notes=st.just(()),
    )


REJECTED = st.builds(
    Rejected,
    source=st.sampled_from(["model.sig", "claims.jsonl:1"]),
    code=st.sampled_from(["malformed", "bad-signature", "other-artifact", "changed-files"]),
    reason=st.just("why"),
    bundle_digest=HEX,
    signer=st.none() | SIGNERS,
    predicate_type=st.just("") | KINDS,
    differences=st.none() | st.builds(Differences, listed=st.just(5), unsigned=FILES),
)
EVIDENCE = st.builds(
    Evidence,
    name=st.just("small"),
    kind=st.just("directory"),
    reference=st.just("small"),
    manifest=st.none() | st.just(manifest()),
    attestations=st.lists(attestations(), max_size=6).map(tuple),
    rejected=st.lists(REJECTED, max_size=3).map(tuple),
    formats=st.none()
    | st.tuples(*(st.tuples(st.just(name), st.sampled_from(["text", "json", "pickle"])) for name in SMALL)),
    licenses=st.none() | st.lists(LICENSES, max_size=2).map(tuple),
    findings=st.lists(st.builds(Finding, severity=st.just("note")), max_size=2).map(tuple),
    gaps=st.lists(st.builds(Gap), max_size=2).map(tuple),
)
POLICIES = st.lists(st.sampled_from(RULES), min_size=1, max_size=4, unique=True).map(
    lambda chosen: policy("".join(f"  - id: r{at}\n    {text}\n" for at, text in enumerate(chosen)), **NAMED)
)


def verdicts(verification: Verification) -> dict[str, str]:
    return {item.rule: item.verdict for item in verification.results}


def _one(member: str, value: Any) -> dict[str, Any]:
    return {member: value}


def less(evidence: Evidence) -> Iterator[Evidence]:
    """The evidence with one thing taken away, in every way. A gap is no evidence: it says that some is missing."""
    for member in ("attestations", "rejected", "findings", "formats"):
        items: tuple[Any, ...] = getattr(evidence, member) or ()
        for at in range(len(items)):
            yield replace(evidence, **_one(member, items[:at] + items[at + 1 :]))
    yield replace(evidence, formats=None)
    yield replace(evidence, licenses=None)
    yield replace(evidence, licenses=())
    yield replace(evidence, manifest=None)
    yield replace(evidence, attestations=(), rejected=(), findings=())


def test_ours_stand_for_somebody_and_strangers_for_nobody() -> None:
    rules = policy("  - id: l\n    licenses: {allow: [MIT]}\n", **NAMED)
    for some, expected in ((OURS, True), (STRANGERS, False)):
        assert all(any(d.stands_for(one) for d in rules.signers.values()) is expected for one in some)


@given(POLICIES, EVIDENCE)
def test_taking_evidence_away_never_helps(rules: Policy, evidence: Evidence) -> None:
    before = evaluate(rules, evidence, NOW)
    for smaller in less(evidence):
        after = evaluate(rules, smaller, NOW)
        if before.verdict == "FAILED":
            assert after.verdict == "FAILED"
        failed = verdicts(after)
        if smaller.manifest is None:
            assert after.verdict == "FAILED"
            continue
        for rule, verdict in verdicts(before).items():
            if verdict == "FAILED" and rule in failed:
                assert failed[rule] == "FAILED"


@st.composite
def pointed(draw: st.DrawFn) -> tuple[Policy, Evidence]:
    """One rule about signers, and evidence of its kind by these signers alone: where counting and covering decide."""
    text = draw(st.sampled_from([rule for rule in RULES if "signers" in rule]))
    rules = policy(f"  - id: r\n    {text}\n", **NAMED)
    names = rules.rules[0].signers if not isinstance(rules.rules[0], formats.Rule | licenses.Rule | scan.Rule) else ()
    ours = [one for one in OURS if any(rules.signers[name].stands_for(one) for name in names)]
    kind = VSA if "vsa" in text else BOM if "cyclonedx" in text else OMS_PREDICATE
    some = st.lists(attestations(st.sampled_from(ours)), min_size=1, max_size=4)
    found = tuple(replace(item, predicate_type=kind) for item in draw(some))
    return rules, Evidence(name="small", kind="directory", reference="small", manifest=manifest(), attestations=found)


@settings(max_examples=300)
@given(pointed())
def test_taking_evidence_by_the_named_signers_away_never_helps(case: tuple[Policy, Evidence]) -> None:
    rules, evidence = case
    before = verdicts(evaluate(rules, evidence, NOW))
    for smaller in less(replace(evidence, formats=(), licenses=())):
        after = verdicts(evaluate(rules, smaller, NOW))
        assert [rule for rule, verdict in before.items() if verdict == "FAILED" and after.get(rule) == "PASSED"] == []


@given(POLICIES, EVIDENCE, st.builds(Gap))
def test_a_gap_never_helps(rules: Policy, evidence: Evidence, gap: Gap) -> None:
    before = verdicts(evaluate(rules, evidence, NOW))
    after = verdicts(evaluate(rules, replace(evidence, gaps=(*evidence.gaps, gap)), NOW))
    assert before.keys() == after.keys()
    assert all(after[rule] == "FAILED" for rule, verdict in before.items() if verdict == "FAILED")


@given(POLICIES, EVIDENCE, st.lists(attestations(st.sampled_from(STRANGERS)), min_size=1, max_size=3), st.booleans())
def test_a_stranger_changes_nothing(rules: Policy, evidence: Evidence, more: list[Attestation], in_front: bool) -> None:
    added = (*more, *evidence.attestations) if in_front else (*evidence.attestations, *more)
    before, after = evaluate(rules, evidence, NOW), evaluate(rules, replace(evidence, attestations=added), NOW)
    assert verdicts(before) == verdicts(after)
    for old, new in zip(before.results, after.results, strict=True):
        assert old.looked_at == new.looked_at


@given(POLICIES, EVIDENCE, attestations())
def test_a_signer_counts_for_the_rules_that_name_it_only(rules: Policy, evidence: Evidence, more: Attestation) -> None:
    before = verdicts(evaluate(rules, evidence, NOW))
    after = verdicts(evaluate(rules, replace(evidence, attestations=(*evidence.attestations, more)), NOW))
    names = {name for name, definition in rules.signers.items() if definition.stands_for(more.signer)}
    for rule in rules.rules:
        if not names.intersection(getattr(rule, "signers", ())):
            assert before.get(rule.id) == after.get(rule.id)


@given(POLICIES, EVIDENCE, st.lists(REJECTED, max_size=3))
def test_what_was_rejected_never_helps_and_never_hurts(rules: Policy, evidence: Evidence, more: list[Rejected]) -> None:
    added = replace(evidence, rejected=(*evidence.rejected, *more))
    assert verdicts(evaluate(rules, evidence, NOW)) == verdicts(evaluate(rules, added, NOW))


@given(POLICIES, EVIDENCE, st.integers())
def test_the_order_of_evidence_does_not_matter(rules: Policy, evidence: Evidence, seed: int) -> None:
    def mixed(items: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        if items is None:
            return None
        copy = list(items)
        random.Random(seed).shuffle(copy)  # noqa: S311 - a shuffle that hypothesis can repeat
        return tuple(copy)

    other = evidence
    for member in ("attestations", "rejected", "formats", "licenses", "findings", "gaps"):
        other = replace(other, **_one(member, mixed(getattr(evidence, member))))
    one, two = evaluate(rules, evidence, NOW), evaluate(rules, other, NOW)
    assert verdicts(one) == verdicts(two)
    for first, second in zip(one.results, two.results, strict=True):
        assert len(first.reasons) == len(second.reasons)


@given(POLICIES, EVIDENCE)
def test_the_same_input_gives_the_same_bytes(rules: Policy, evidence: Evidence) -> None:
    one, two = evaluate(rules, evidence, NOW), evaluate(rules, evidence, NOW)
    assert one == two
    assert verification_json(one) == verification_json(two)
    assert verification_text(one) == verification_text(two)


@given(POLICIES, EVIDENCE)
def test_a_verdict_can_be_replayed(rules: Policy, evidence: Evidence) -> None:
    stored = canonical(encode(evidence))
    again = decode(Evidence, parse(stored, Limits(size=1 << 20, depth=32), "evidence"))
    assert again == evidence
    one, two = evaluate(rules, evidence, NOW), evaluate(rules, again, NOW)
    assert verification_json(one) == verification_json(two)


@given(POLICIES, EVIDENCE)
def test_passed_means_that_every_rule_passed(rules: Policy, evidence: Evidence) -> None:
    found = evaluate(rules, evidence, NOW)
    assert (found.verdict == "PASSED") == (not found.failed)
    assert all(item.reasons for item in found.failed)
    if found.verdict == "PASSED":
        assert [item.rule for item in found.results] == ["policy", *(rule.id for rule in rules.rules)]
        assert not any(item.reasons for item in found.results)
