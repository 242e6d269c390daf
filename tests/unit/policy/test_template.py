"""Policies behind options: valid as they stand, and no value becomes structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from attest.domain.public_key import parse_public_key
from attest.errors import DocumentError, InputError
from attest.policy import (
    CertificateDefinition,
    Pinned,
    Policy,
    SigstoreDefinition,
    SigstoreRoot,
    TrustSection,
    certificate_policy,
    identity_policy,
    key_policy,
    parse_policy,
)
from attest.policy.pem import pem_text
from attest.policy.rules import coverage
from tests.unit.conftest import pem, signer
from tests.unit.policy.build import ISSUER, ROOT_DER, ROOT_ID, ROOT_PEM, WORKFLOW, certified, identity

END = "9999-12-31T23:59:59Z"
KEY = parse_public_key(pem(), "k")
HEX = "c" * 64
OTHER_PEM = pem_text(ROOT_DER[::-1].replace(b"\x62", b"\x30", 1))
AWKWARD = 'it\'s "odd" \\ #{x}: [y], *z &é %'
NAME = AWKWARD.replace("\\", "/")


def read(text: str) -> Policy:
    return parse_policy(text.encode(), "the policy made from options")


def covering(found: Policy) -> coverage.Rule:
    (rule,) = [rule for rule in found.rules if isinstance(rule, coverage.Rule)]
    return rule


def test_an_identity() -> None:
    found = read(identity_policy(issuer=ISSUER, subject=WORKFLOW, expires=END))
    assert found.signers == {"identity": SigstoreDefinition(issuer=ISSUER, subject_type="uri", subject=WORKFLOW)}
    assert found.signers["identity"].stands_for(identity())
    assert [rule.id for rule in found.rules] == ["signed", "all-files"]
    assert (covering(found).allow_unsigned, covering(found).allow_ignored) == ((), ())


def test_an_identity_with_everything() -> None:
    text = identity_policy(
        issuer=ISSUER,
        subject_pattern=r"^https://ci\.example\.org/acme/[^/]+$",
        subject_type="uri",
        claims={"buildTrigger": "push", "runnerEnvironment": AWKWARD},
        trust_root=SigstoreRoot(file=Pinned(file='a "root".json', sha256=HEX)),
        expires=END,
    )
    found = read(text).signers["identity"]
    assert isinstance(found, SigstoreDefinition)
    assert found.claims == (("buildTrigger", "push"), ("runnerEnvironment", AWKWARD))
    assert found.trust_root == SigstoreRoot(file=Pinned(file='a "root".json', sha256=HEX))
    assert found.pattern is not None
    assert found.pattern.matches("https://ci.example.org/acme/x")
    staging = read(
        identity_policy(issuer=ISSUER, subject="a", trust_root=SigstoreRoot(instance="staging"), expires=END)
    )
    assert "trustRoot: staging" in identity_policy(
        issuer=ISSUER, subject="a", trust_root=SigstoreRoot(instance="staging"), expires=END
    )
    assert staging.signers["identity"].stands_for(identity(names=(("username", "a"),), anchors=("sigstore:staging",)))


def test_certificates() -> None:
    text = certificate_policy(
        roots=[ROOT_PEM, OTHER_PEM.replace("\n", "\r\n")],
        subject=AWKWARD,
        issuer="CN=Acme CA",
        names={"email": "a@b", "uri": "spiffe://x"},
        key=signer(1).id,
        expires=END,
    )
    found = read(text).signers["certificate"]
    assert isinstance(found, CertificateDefinition)
    assert (found.subject, found.issuer, found.key) == (AWKWARD, "CN=Acme CA", signer(1).id)
    assert found.names == (("email", "a@b"), ("uri", "spiffe://x"))
    assert [root.pem for root in found.roots] == [ROOT_PEM, OTHER_PEM]
    assert found.roots[0].sha256 == ROOT_ID
    simple = read(certificate_policy(roots=[ROOT_PEM], subject="CN=release,O=Acme", expires=END))
    assert simple.signers["certificate"].stands_for(certified())


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda **more: key_policy([KEY], expires=END, **more), "key"),
        (lambda **more: identity_policy(issuer=ISSUER, subject="a@b", expires=END, **more), "identity"),
        (lambda **more: certificate_policy(roots=[ROOT_PEM], subject="CN=a", expires=END, **more), "certificate"),
    ],
)
def test_what_all_of_them_take(make: Any, named: str) -> None:
    trust = TrustSection(
        timestamp_authorities=(Pinned(pem=ROOT_PEM * 2, sha256=HEX), Pinned(file="tsa.pem", sha256=HEX)),
        trusted_roots=(SigstoreRoot(instance="staging"), SigstoreRoot(file=Pinned(file="r.json", sha256=HEX))),
        allow_legacy=True,
    )
    found = read(make(allow_unsigned=(NAME,), allow_ignored=(".gitattributes", NAME), trust=trust))
    assert list(found.signers) == [named]
    assert covering(found).allow_unsigned == (NAME,)
    assert covering(found).allow_ignored == (".gitattributes", NAME)
    assert found.trust.trusted_roots == trust.trusted_roots
    assert [item.pem for item in found.trust.timestamp_authorities] == [ROOT_PEM * 2, ""]
    assert found.trust.timestamp_authorities[1] == trust.timestamp_authorities[1]
    assert found.trust.allow_legacy
    loose = covering(read(make(allow_unsigned_any=True, allow_ignored="any")))
    assert (loose.allow_unsigned, loose.allow_ignored) == (None, None)
    assert read(make()).trust == TrustSection()
    assert covering(read(make(allow_ignored=("any",)))).allow_ignored == ("any",)


@pytest.mark.parametrize("value", ["a\nb", "a\u0085b", "a\u2028b", " a", "a ", "\ud800", "\x00", "\u200b"])
def test_values_that_no_certificate_holds(value: str) -> None:
    makers: tuple[Callable[[], str], ...] = (
        lambda: identity_policy(issuer=value, subject="a", expires=END),
        lambda: identity_policy(issuer=ISSUER, subject=value, expires=END),
        lambda: identity_policy(issuer=ISSUER, subject="a", claims={"buildTrigger": value}, expires=END),
        lambda: certificate_policy(roots=[ROOT_PEM], subject=value, expires=END),
        lambda: certificate_policy(roots=[ROOT_PEM], names={"email": value}, expires=END),
    )
    for make in makers:
        with pytest.raises(InputError, match="is nothing that a certificate says"):
            make()


def test_an_empty_claim_is_no_claim_that_was_not_asked_for() -> None:
    with pytest.raises(InputError, match="is nothing that a certificate says"):
        identity_policy(issuer=ISSUER, subject="a", claims={"buildTrigger": ""}, expires=END)


def test_a_name_that_is_no_text() -> None:
    with pytest.raises(InputError, match="is not valid text"):
        key_policy([KEY], expires=END, allow_unsigned=("\udc80",))


@pytest.mark.parametrize("text", ["", "x", pem(), ROOT_PEM + "rules: []\n"])
def test_a_root_that_is_none(text: str) -> None:
    with pytest.raises(DocumentError):
        certificate_policy(roots=[text], subject="CN=a", expires=END)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"subject": "a", "subject_pattern": "^a$"},
        {"subject_pattern": "^a$"},
        {"subject": "a", "claims": {"x": "y"}},
    ],
)
def test_what_a_policy_may_not_say_is_refused_as_such(more: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="is not a valid policy"):
        read(identity_policy(issuer=ISSUER, expires=END, **more))


def test_a_claim_name_is_no_structure() -> None:
    with pytest.raises(DocumentError, match="is not a valid policy"):
        read(identity_policy(issuer=ISSUER, subject="a", claims={"x: {y}\nrules": "z"}, expires=END))
