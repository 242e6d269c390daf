"""Whom a Sigstore certificate names, and by whose word: names without their DER headers, the issuer of extension .8."""

from __future__ import annotations

import pytest

from attest.signing import Trust
from attest.signing.authentic import Refused
from attest.signing.authenticate import authenticate
from attest.signing.material.trusted_root import embedded_root
from tests.simulators import der as asn1
from tests.simulators import pki
from tests.simulators.sigstore.claims import github
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.unit.signing.certified import KEY, bundle_of
from tests.unit.signing.material import V02, Document, Maker, authentic, der, refusal, trusting


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    return Maker(instance=loopback_sigstore)


def test_a_username_is_read_without_its_der_header(maker: Maker) -> None:
    maker.claims = {"sub": "alice"}
    found = authentic(maker.statement(), trusting(maker.root())).signer
    assert (found.names, found.id) == ((("username", "alice"),), "username:alice via https://issuer.example")


def test_the_claims_of_a_ci_run(maker: Maker) -> None:
    maker.claims = github("acme/models", "refs/heads/main", ".github/workflows/release.yml")
    found = authentic(maker.statement(), trusting(maker.root())).signer
    claims = dict(found.claims)
    assert found.names[0][0] == "uri"
    assert claims["runnerEnvironment"] == "github-hosted"
    assert claims["sourceRepositoryUri"] == "https://github.com/acme/models"


def test_the_raw_issuer_is_not_the_issuer(maker: Maker) -> None:
    """Extension .1 is deprecated; only .8 decides (sigstore-python compares .1)."""
    maker.instance.authority.profile.raw[1] = b"https://evil.example"
    assert authentic(maker.statement(), trusting(maker.root())).signer.issuer == "https://issuer.example"
    maker.instance.authority.profile.raw = {1: b"https://issuer.example", 8: asn1.utf8("https://evil.example")}
    assert authentic(maker.statement(), trusting(maker.root())).signer.issuer == "https://evil.example"


# Bundles before v0.3 hold certificates of both kinds in one place


def chained(maker: Maker) -> Document:
    bundle = maker.statement(media_type=V02)
    leaf = bundle["verificationMaterial"].pop("certificate")
    bundle["verificationMaterial"]["x509CertificateChain"] = {"certificates": [leaf]}
    return bundle


def test_both_kinds_of_trust_are_tried_and_one_must_hold_whole(maker: Maker) -> None:
    private, other = pki.Authority.create("private"), pki.Authority.create("other")
    trust = Trust(identity_roots=(maker.root(),), certificate_roots=(private.root,), at=pki.now())
    assert authentic(chained(maker), trust).signer.kind == "sigstore"
    of_private = bundle_of(private.leaf(KEY))
    assert authenticate(of_private, trust).signer.kind == "certificate"
    neither = bundle_of(other.leaf(KEY))
    with pytest.raises(Refused, match="does not chain to a trusted authority") as caught:
        authenticate(neither, trust)
    assert caught.value.code == "bad-certificate"


def test_two_halves_of_two_kinds_are_no_whole(maker: Maker) -> None:
    """An identity needs its log entry, whatever the private authorities are."""
    bundle = chained(maker)
    bundle["verificationMaterial"]["tlogEntries"] = []
    private = pki.Authority.create("private")
    trust = Trust(identity_roots=(maker.root(),), certificate_roots=(private.root,), at=pki.now())
    refusal(bundle, trust)


# The embedded instances


@pytest.mark.parametrize("instance", ["production", "staging"])
def test_a_private_instance_is_not_the_public_one(maker: Maker, instance: str) -> None:
    refusal(maker.statement(), trusting(embedded_root(instance)))


def test_staging_is_not_production() -> None:
    production, staging = embedded_root("production"), embedded_root("staging")
    for member in ("logs", "certificate_logs"):
        one, two = ({log.key_id for log in getattr(root, member)} for root in (production, staging))
        assert one
        assert two
        assert not one & two
    one, two = ({der(item.chain[-1]) for item in root.authorities} for root in (production, staging))
    assert not one & two
