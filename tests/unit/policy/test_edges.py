"""Rules at their edges: policies without end, gaps beside evidence, several trusted keys, reasons that say enough."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from attest.domain.attestation import Attestation, Changed, Differences, Rejected, Signer
from attest.domain.bom import License, Value
from attest.domain.bundle import parse_bundle, serialize_bundle
from attest.domain.gap import Gap
from attest.domain.statement import OMS_PREDICATE
from attest.domain.verdict import RuleResult
from attest.policy import evaluate, parse_policy
from attest.signing import verify_bundle
from tests.unit.conftest import SMALL, accepted, claim_payload, manifest, model_bundle, signer, trust, whole
from tests.unit.policy.build import NOW, attested, document, evidence, judge, messages, policy, problems, rule

SIGNED = "  - id: signed\n    signature: {signers: [release]}\n"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_a_policy_without_end_says_so() -> None:
    text = document(SIGNED).replace("2027-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    result = evaluate(parse_policy(text.encode(), "p"), evidence(attested()), NOW)
    assert (result.verdict, rule(result, "policy").summary) == ("PASSED", "the policy has no end")


def test_a_policy_of_the_first_century() -> None:
    text = document(SIGNED).replace("2027-01-01T00:00:00Z", "0001-01-01T00:00:00Z")
    result = evaluate(parse_policy(text.encode(), "p"), evidence(attested()), NOW)
    assert messages(rule(result, "policy")) == ["the policy expired at 0001-01-01T00:00:00Z"]


@pytest.mark.parametrize("year", [1, 999, 9998])
def test_the_time_of_a_verdict_has_four_digits_of_year(year: int) -> None:
    result = evaluate(policy(SIGNED), evidence(attested()), datetime(year, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert result.at == f"{year:04}-01-02T03:04:05Z"


def test_a_fraction_of_a_second_before_the_end() -> None:
    rules = policy(SIGNED)
    last = rules.expires.replace(year=2026, month=12, day=31, hour=23, minute=59, second=59, microsecond=999_999)
    assert evaluate(rules, evidence(attested()), last).verdict == "PASSED"


# Gaps


LICENCE = License(kind="id", value=Value(text="MIT", origin="declared", source="README.md#/license"))
LICENSED = "  - id: l\n    licenses: {allow: [MIT]}\n"


def test_a_gap_fails_the_rule_that_needs_what_is_missing() -> None:
    """What was read allows it; what could not be read may not."""
    gap = Gap(needed="licenses", about="README.md", reason="unexpected shape of license")
    found = rule(judge(LICENSED, evidence(licenses=(LICENCE,), gaps=(gap,))), "l")
    assert found.verdict == "FAILED"
    assert "README.md: unexpected shape of license" in messages(found)


def test_a_gap_of_another_kind_is_no_reason() -> None:
    gap = Gap(needed="formats", about="w", reason="why")
    assert rule(judge(LICENSED, evidence(licenses=(LICENCE,), gaps=(gap,))), "l").verdict == "PASSED"


@pytest.mark.parametrize("text", ["mit", "MIT", "Mit"])
def test_the_case_of_a_licence_id_means_nothing(text: str) -> None:
    found = replace(LICENCE, value=replace(LICENCE.value, text=text))
    assert rule(judge(LICENSED.replace("[MIT]", "[miT]"), evidence(licenses=(found,))), "l").verdict == "PASSED"


# Distinct keys


def malleated(bundle: bytes) -> bytes:
    """The same signature in its other form, (r, n - s)."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    found = parse_bundle(bundle, "s")
    r, s = decode_dss_signature(found.signature)
    signature = encode_dss_signature(r, ORDER - s)
    return serialize_bundle(payload=found.payload, signature=signature, key_hint=found.key_hint)


def test_two_forms_of_one_signature_are_one_signer() -> None:
    bundles = [model_bundle(), malleated(model_bundle())]
    found = [
        accepted(verify_bundle(parse_bundle(data, f"{n}"), manifest(), trust(1, 2))) for n, data in enumerate(bundles)
    ]
    assert len({item.bundle_digest for item in found}) == 2
    rules = "  - id: signed\n    signature: {signers: [release], threshold: 2}\n"
    result = rule(judge(rules, evidence(*found), release=(1, 2)), "signed")
    assert messages(result) == ["1 of 2 required signers signed"]
    found.append(accepted(verify_bundle(parse_bundle(model_bundle(by=2), "2"), manifest(), trust(1, 2))))
    assert rule(judge(rules, evidence(*found), release=(1, 2)), "signed").verdict == "PASSED"


@pytest.mark.parametrize("kind", ["signature: {", "attestation: {predicate: slsa-provenance, "])
def test_a_threshold_counts_keys_over_signers_and_not_signers(kind: str) -> None:
    rules = f"  - id: a\n    {kind}signers: [one, two], threshold: 2}}\n"
    predicate = OMS_PREDICATE if kind.startswith("signature") else "https://slsa.dev/provenance/v1"
    keys = {"one": (1, 2), "two": (3,)}
    both = judge(rules, evidence(attested(predicate, by=1), attested(predicate, by=2)), NOW, **keys)
    assert rule(both, "a").verdict == "PASSED"
    once = judge(rules, evidence(attested(predicate, by=1), attested(predicate, by=1)), NOW, **keys)
    assert rule(once, "a").verdict == "FAILED"


def test_rules_of_two_signers_do_not_lend_each_other_keys() -> None:
    rules = "".join(f"  - id: {name}\n    signature: {{signers: [{name}]}}\n" for name in ("one", "two"))
    result = judge(rules, evidence(attested(by=1), attested(by=3)), one=(1, 2), two=(4,))
    assert (rule(result, "one").verdict, rule(result, "two").verdict) == ("PASSED", "FAILED")


# Reasons


def rejected(differences: Differences) -> Rejected:
    return Rejected(
        source="model.sig",
        code="changed-files",
        reason="why",
        signer=Signer(kind="key", id=signer(1).id),
        predicate_type=OMS_PREDICATE,
        differences=differences,
    )


def test_a_renamed_file_is_one_reason_and_not_two() -> None:
    found = Differences(listed=2, missing=("a",), missing_count=1, renamed=(("a", "b"),), unsigned=("b",))
    result = rule(judge(SIGNED, evidence(rejected=(rejected(found),))), "signed")
    assert messages(result) == ["a: the signed file is missing; its bytes are now named 'b'"]


@pytest.mark.parametrize("code", ["malformed", "unknown-signer", "bad-signature", "unsupported"])
def test_a_data_set_in_lines_is_no_claims_file(code: str) -> None:
    item = Rejected(source="train.jsonl.sig", code=code, reason="why")  # type: ignore[arg-type]
    rules = SIGNED + "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release]}\n"
    result = judge(rules, evidence(rejected=(item,)))
    assert messages(rule(result, "signed")) == ["train.jsonl.sig does not count: why"]
    assert messages(rule(result, "bom")) == ["no cyclonedx attestation was found"]


@pytest.mark.parametrize("source", ["claims.jsonl:1", "w.json.claims.jsonl:12", "claims.jsonl"])
def test_what_is_wrong_with_claims_is_a_reason_of_claims(source: str) -> None:
    item = Rejected(source=source, code="malformed", reason="why")
    rules = SIGNED + "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release]}\n"
    result = judge(rules, evidence(rejected=(item,)))
    assert messages(rule(result, "signed")) == ["no signature was found"]
    assert messages(rule(result, "bom")) == [f"{source} does not count: why"]


def test_an_earlier_state_without_a_common_file_explains_nothing() -> None:
    foreign = Rejected(
        source="claims.jsonl:1",
        code="other-artifact",
        reason="another",
        signer=Signer(kind="key", id=signer(1).id),
        predicate_type="https://cyclonedx.org/bom",
        differences=Differences(listed=1, missing=("x",), missing_count=1, unsigned=("evil.py",)),
    )
    found = evidence(attested(unsigned=("evil.py", "more.py")), rejected=(foreign,))
    rules = SIGNED + "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release]}\n"
    result = judge(rules, found)
    assert [reason.file for reason in rule(result, "coverage").reasons] == ["evil.py", "more.py"]
    assert messages(rule(result, "bom")) == ["claims.jsonl:1 does not count: another"]


def test_an_earlier_state_never_hides_the_only_reason() -> None:
    """A statement about an earlier state narrows what is named, and never to nothing."""
    earlier = Rejected(
        source="claims.jsonl:1",
        code="other-artifact",
        reason="another",
        signer=Signer(kind="key", id=signer(1).id),
        predicate_type="https://cyclonedx.org/bom",
        differences=Differences(
            listed=2, changed=(Changed(name="other", signed="a" * 64, found="b" * 64),), changed_count=1
        ),
    )
    result = judge(SIGNED, evidence(attested(unsigned=("evil.py",)), rejected=(earlier,)))
    assert [reason.file for reason in rule(result, "coverage").reasons] == ["evil.py"]


def test_formats_of_files_that_are_not_there_help_nobody() -> None:
    rules = "  - id: f\n    formats: {allow: [text]}\n"
    many = tuple((f"ghost{number}", "text") for number in range(9))
    assert rule(judge(rules, evidence(formats=many)), "f").verdict == "FAILED"
    good = tuple((name, "text") for name in SMALL)
    assert rule(judge(rules, evidence(formats=(*good, ("ghost", "pickle")))), "f").verdict == "PASSED"


def test_two_formats_for_one_file() -> None:
    """Whatever stands last or first: a file that one of two readings finds dangerous is not allowed."""
    rules = "  - id: f\n    formats: {allow: [text]}\n"
    good = tuple((name, "text") for name in SMALL)
    for formats in ((("empty", "pickle"), *good), (*good, ("empty", "pickle"))):
        assert rule(judge(rules, evidence(formats=formats)), "f").verdict == "FAILED"


def test_a_file_of_many_that_is_uncovered_is_found_among_the_signatures() -> None:
    more = manifest({**SMALL, "evil.py": b"1"})
    found = accepted(verify_bundle(parse_bundle(model_bundle(), "s"), more, trust()))
    result = judge(SIGNED, evidence(found, manifest=more))
    assert [reason.file for reason in rule(result, "coverage").reasons] == ["evil.py"]


# Documents


def test_one_key_by_its_text_under_one_name_and_in_a_file_under_another() -> None:
    text = document("  - id: a\n    signature: {signers: [one, two], threshold: 2}\n", one=(1, 3))
    two = f"  two:\n    kind: keys\n    keys:\n      - file: k.pub\n        id: {signer(1).id}\nrules:"
    assert any("belongs to 'one' already" in line for line in problems(text.replace("rules:", two)))


@pytest.mark.parametrize("text", ["5", "''", "soon", "2027-02-30T00:00:00Z"])
def test_a_wrong_time_is_one_problem(text: str) -> None:
    found = problems(document(SIGNED).replace("2027-01-01T00:00:00Z", text))
    assert [line.split(": ")[0] for line in found] == ["line 4, expires"]


@pytest.mark.parametrize("left_out", ["kind", "keys"])
def test_a_signer_that_is_half_stated(left_out: str) -> None:
    members = {"kind": "keys", "keys": f"[{{file: k.pub, id: '{signer(2).id}'}}]"}
    half = ", ".join(f"{name}: {text}" for name, text in members.items() if name != left_out)
    text = document(SIGNED).replace("rules:", f"  other: {{{half}}}\nrules:")
    assert any(f"signers.other: the key {left_out!r} is missing" in line for line in problems(text))


def test_a_name_stated_twice_through_quotes() -> None:
    text = document(SIGNED).replace("  release:\n", '  "rel\\u0065ase":\n', 1)
    assert policy(SIGNED).signers.keys() == parse_policy(text.encode(), "p").signers.keys()
    twice = document(SIGNED).replace("rules:", '  "rel\\u0065ase":\n    kind: keys\n    keys: []\nrules:')
    assert any("the key 'release' a second time" in line for line in problems(twice))


@pytest.mark.parametrize(
    "name", ["\uff32elease", "r\u0435lease", "release\u200b", "release\n", "_release", "-release", ".x", "ß"]
)
def test_names_that_look_like_others(name: str) -> None:
    text = document(SIGNED).replace("name: test", f"name: {name!r}".replace("'", '"'))
    assert any(line.startswith("line 2, name: a name has lower-case letters") for line in problems(text))


def signature_of(attestation: Attestation) -> str:
    return f"{attestation.source} by {attestation.signer.id[:19]}…"


def test_what_counted_is_named_with_its_signer() -> None:
    items = (attested(by=1), attested(by=2), attested(by=9))
    found = rule(judge(SIGNED, evidence(*items), release=(1, 2)), "signed")
    assert [line.split(" (")[0] for line in found.looked_at] == [signature_of(item) for item in items[:2]]


# Outcomes


VSA, TESTED = "https://slsa.dev/verification_summary/v1", "https://in-toto.io/attestation/test-result/v0.1"


def stating(kind: str, predicate: dict[str, Any], **more: Any) -> Attestation:
    """A verified claim with this predicate."""
    payload = claim_payload([whole()], kind, predicate=predicate)
    return attested(kind, statement=payload.decode(), statement_digest=hashlib.sha256(payload).hexdigest(), **more)


def outcome(kind: str, *items: Attestation) -> RuleResult:
    rules = f"  - id: o\n    attestation: {{predicate: '{kind}', signers: [release]}}\n"
    return rule(judge(rules, evidence(*items)), "o")


@pytest.mark.parametrize(("kind", "member"), [(VSA, "verificationResult"), (TESTED, "result")])
def test_an_outcome_that_is_passed(kind: str, member: str) -> None:
    assert outcome(kind, stating(kind, {member: "PASSED"})).verdict == "PASSED"
    both = (stating(kind, {member: "FAILED"}), stating(kind, {member: "PASSED"}))
    assert [outcome(kind, *items).verdict for items in (both, both[::-1])] == ["PASSED", "PASSED"]


@pytest.mark.parametrize(("kind", "member"), [(VSA, "verificationResult"), (TESTED, "result")])
@pytest.mark.parametrize("value", ["FAILED", "passed", "WARNED", "", True, None, 1, ["PASSED"], {"PASSED": 1}])
def test_an_outcome_that_is_anything_else(kind: str, member: str, value: object) -> None:
    found = outcome(kind, stating(kind, {member: value}, source="claims.jsonl:7"))
    assert found.verdict == "FAILED"
    assert found.looked_at == ()


def test_an_outcome_under_another_member_counts_for_nothing() -> None:
    assert outcome(VSA, stating(VSA, {"result": "PASSED"})).verdict == "FAILED"
    assert outcome(TESTED, stating(TESTED, {"verificationResult": "PASSED"})).verdict == "FAILED"


def test_the_reason_says_that_an_attestation_is_there_and_says_no() -> None:
    (message,) = messages(outcome(VSA, stating(VSA, {"verificationResult": "FAILED"}, source="claims.jsonl:7")))
    assert "claims.jsonl:7" in message
    assert "was found" not in message


@pytest.mark.parametrize("statement", ["", "{", "[]", "{}", "\0"])
def test_an_outcome_that_stored_evidence_does_not_hold(statement: str) -> None:
    assert outcome(VSA, attested(VSA, statement=statement)).verdict == "FAILED"


@pytest.mark.timeout(20)
def test_many_ignored_paths_and_many_uncovered_files_do_not_multiply() -> None:
    """Both lists come from a bundle and a folder that somebody else made."""
    found = attested(
        unsigned=tuple(f"d/{number}" for number in range(2_000)),
        ignore_paths=(*(f"x/{number}" for number in range(9_999)), "d"),
    )
    result = rule(judge(SIGNED, evidence(found)), "coverage")
    assert (result.verdict, len(result.reasons)) == ("FAILED", 51)
