"""Distinct signers: whoever shares a key, an identity or a certified name counts once, and withholding never helps."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.attestation import Signer
from attest.policy.rules import distinct as module
from attest.policy.rules.distinct import distinct, possible
from attest.policy.signers import KeyDefinition, SignerKey
from tests.unit.policy.build import (
    CERTIFIED,
    IDENTITY,
    ISSUER,
    ROOT_ID,
    TAGS,
    WORKFLOW,
    attested,
    certified,
    evidence,
    identity,
    judge,
    messages,
    policy,
    problems,
    rule,
    signers,
)
from tests.unit.policy.build import (
    document as policy_text,
)

TAG = "https://ci.example.org/acme/models/release.yml@refs/tags/v%d"


def key(number: int) -> Signer:
    return Signer(kind="key", id=f"sha256:{number:064x}")


def holder(number: int, subject: str = "", *names: tuple[str, str]) -> Signer:
    return Signer(kind="certificate", id=f"sha256:{number:064x}", subject=subject, names=names)


def who(issuer: str, *names: tuple[str, str]) -> Signer:
    return Signer(kind="sigstore", id=f"{names} via {issuer}", issuer=issuer, names=names)


@pytest.mark.parametrize(
    ("signers", "count"),
    [
        ([], 0),
        ([key(1)], 1),
        ([key(1), key(1)], 1),
        ([key(1), key(2)], 2),
        # One key, with and without a certificate, and under two names.
        ([key(1), holder(1, "CN=a")], 1),
        ([holder(1, "CN=a"), holder(1, "CN=b")], 1),
        # One certified name with two keys: a certificate that was renewed.
        ([holder(1, "CN=a"), holder(2, "CN=a")], 1),
        ([holder(1, "", ("email", "a@b")), holder(2, "", ("email", "a@b"))], 1),
        ([holder(1, "", ("email", "a@b")), holder(2, "", ("dns", "a@b"))], 2),
        ([holder(1, "CN=a"), holder(2, "CN=b")], 2),
        ([holder(1), holder(2)], 2),
        # Two certificates without any subject are not one for that.
        ([holder(1, ""), holder(2, "")], 2),
        # One identity, however many keys, runs and issuers.
        ([who("i", ("uri", "x")), who("i", ("uri", "x"))], 1),
        ([who("i", ("uri", "x")), who("i", ("email", "x"))], 2),
        ([who("i", ("uri", "x")), who("j", ("uri", "x"))], 2),
        ([who("i", ("uri", "x"), ("uri", "y")), who("i", ("uri", "y"), ("uri", "z"))], 1),
        # Of whom nothing is known is nobody in particular.
        ([who("i"), who("j"), Signer(kind="key", id="")], 1),
        # An identity and a certificate of a private authority say nothing about each other.
        ([who("CN=ca", ("uri", "x")), holder(1, "", ("uri", "x"))], 2),
    ],
)
def test_who_is_one_with_whom(signers: list[Signer], count: int) -> None:
    assert distinct(signers) == distinct(signers[::-1]) == count


def test_claims_and_anchors_make_no_second_signer() -> None:
    run = identity(claims=(("runInvocationUri", "1"),))
    assert distinct([identity(), run, identity(anchors=("sigstore:staging",))]) == 1


def test_a_signer_in_between_makes_two_signers_no_single_one() -> None:
    """Counting connected groups would give 1 here, and 2 again once somebody withholds the one in the middle."""
    first, middle, last = holder(1, "CN=a"), holder(2, "CN=a"), holder(2, "CN=b")
    assert distinct([first, middle]) == distinct([middle, last]) == 1
    assert distinct([first, last]) == distinct([first, middle, last]) == 2


def test_a_ring_and_a_star() -> None:
    ring = [holder(n, "", ("dns", f"n{n}"), ("dns", f"n{(n + 1) % 7}")) for n in range(7)]
    assert distinct(ring) == 3
    star = [
        holder(0, "", *(("dns", f"n{n}") for n in range(1, 9))),
        *(holder(n, "", ("dns", f"n{n}")) for n in range(1, 9)),
    ]
    assert distinct(star) == 8


SOME = st.builds(
    Signer,
    kind=st.sampled_from(["key", "certificate", "certificate", "sigstore"]),
    id=st.sampled_from(["1", "2", "3", "4"]),
    names=st.lists(st.tuples(st.sampled_from(["email", "uri"]), st.sampled_from("xyz")), max_size=2).map(tuple),
    subject=st.sampled_from(["", "CN=a", "CN=b", "CN=c"]),
    issuer=st.sampled_from(["i", "j"]),
)


def one(first: Signer, second: Signer) -> bool:
    """The rule as docs/policy.md states it."""
    kinds = {first.kind, second.kind}
    shared = bool(set(first.names) & set(second.names))
    if kinds == {"sigstore"}:
        return (first.issuer == second.issuer and shared) or (not first.names and not second.names)
    if "sigstore" in kinds:
        return False
    if first.id == second.id:
        return True
    return kinds == {"certificate"} and (shared or first.subject == second.subject != "")


def brute(signers: list[Signer]) -> int:
    sizes = range(len(signers), 0, -1)
    return next(
        (
            size
            for size in sizes
            for some in combinations(signers, size)
            if not any(one(*two) for two in combinations(some, 2))
        ),
        0,
    )


@given(st.lists(SOME, max_size=8))
def test_the_count_is_the_largest_set_of_whom_no_two_are_one(some: list[Signer]) -> None:
    assert distinct(some) == brute(some)


@given(st.lists(SOME, max_size=12), SOME)
def test_one_more_signer_never_lowers_the_count_and_adds_one_at_most(some: list[Signer], more: Signer) -> None:
    assert distinct(some) <= distinct([*some, more]) <= distinct(some) + 1


@pytest.mark.timeout(20)
def test_many_entangled_certificates_take_no_time_and_count_too_low_at_worst() -> None:
    many = [holder(n, f"CN={n % 97}", ("dns", f"{n % 89}"), ("uri", f"{n % 83}")) for n in range(5_000)]
    assert 1 <= distinct(many) <= 83
    assert distinct([key(n) for n in range(5_000)]) == 5_000
    assert distinct([identity(TAG % n) for n in range(5_000)]) == 5_000


def test_a_search_that_runs_out_of_steps_counts_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = [holder(n, "", ("dns", f"n{n}"), ("dns", f"n{(n + 1) % 9}")) for n in range(9)]
    monkeypatch.setattr(module, "MAX_STEPS", 1)
    assert distinct(ring) <= 4


# In rules


RULES = {
    "signed": ("  - id: r\n    signature: {signers: %s, threshold: %d}\n", "https://model_signing/signature/v1.0"),
    "attested": (
        "  - id: r\n    attestation: {predicate: slsa-provenance, signers: %s, threshold: %d}\n",
        "https://slsa.dev/provenance/v1",
    ),
}


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize(
    ("signers", "verdict"),
    [
        ([identity(TAG % 1), identity(TAG % 2)], "PASSED"),
        ([identity(TAG % 1), identity(TAG % 1, claims=(("buildTrigger", "push"),))], "FAILED"),
        ([identity(TAG % 1), certified(1)], "PASSED"),
        ([certified(1), certified(2)], "FAILED"),
        ([certified(1), Signer(kind="key", id=certified(1).id)], "FAILED"),
        ([certified(1), Signer(kind="key", id=certified(2).id)], "PASSED"),
    ],
)
def test_a_threshold_counts_distinct_signers(kind: str, signers: list[Signer], verdict: str) -> None:
    text, predicate = RULES[kind]
    found = [attested(predicate, signer=signer, source=f"s{at}") for at, signer in enumerate(signers)]
    named: dict[str, Any] = {"tags": TAGS, "internal": CERTIFIED, "keys": (1, 2)}
    result = rule(judge(text % ("[tags, internal, keys]", 2), evidence(*found), **named), "r")
    assert result.verdict == verdict, messages(result)
    if verdict == "FAILED":
        assert messages(result)[0].startswith("1 of 2 required signers")
    assert len(result.looked_at) == 2


# What the policy can ask for


def definitions(**named: Any) -> Any:
    return policy("  - id: l\n    licenses: {allow: [MIT]}\n", **named).signers.values()


BY_KEY = f"{{kind: certificate, roots: [{{file: r, sha256: {ROOT_ID}}}], key: '%s'}}"


@pytest.mark.parametrize(
    ("named", "most"),
    [
        ({"a": IDENTITY}, 1),
        ({"a": TAGS}, None),
        ({"a": CERTIFIED}, 1),
        ({"a": BY_KEY % certified(1).id}, 1),
        ({"a": (1, 2), "b": (3,)}, 3),
        ({"a": (1, 2), "b": IDENTITY, "c": CERTIFIED}, 4),
        ({"a": (1, 2), "b": TAGS}, None),
    ],
)
def test_how_many_signers_definitions_stand_for(named: dict[str, Any], most: int | None) -> None:
    assert possible(definitions(**named)) == most


def test_one_identity_under_two_trusted_roots_is_one() -> None:
    staging = IDENTITY.replace("}", ", trustRoot: staging}")
    assert possible(definitions(a=IDENTITY, b=staging)) == 1


def test_nobody_is_possible_without_definitions() -> None:
    assert possible([]) == 0
    assert possible([KeyDefinition(keys=(SignerKey(id="x"), SignerKey(id="x")))]) == 1


@pytest.mark.parametrize(
    ("named", "threshold", "most"),
    [({"a": IDENTITY}, 2, 1), ({"a": CERTIFIED}, 2, 1), ({"a": IDENTITY, "b": (1, 2)}, 4, 3)],
)
def test_a_threshold_that_nobody_can_reach_is_refused(named: dict[str, Any], threshold: int, most: int) -> None:
    text = f"  - id: r\n    signature: {{signers: [{', '.join(named)}], threshold: {threshold}}}\n"
    expected = f"{threshold} distinct signers are required, and these names stand for {most} at most"
    assert any(expected in line for line in problems(policy_text(text, **named)))
    assert policy(text.replace(f"threshold: {threshold}", f"threshold: {most}"), **named).rules


def test_a_pattern_can_stand_for_any_number() -> None:
    assert policy("  - id: r\n    signature: {signers: [a], threshold: 100}\n", a=TAGS).rules


def test_the_names_used_here_are_those_of_the_policies() -> None:
    assert ISSUER in IDENTITY
    assert WORKFLOW in signers(a=IDENTITY)
