"""Private certificates: paths to explicit roots only, valid at the time of the signature, for signing code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from attest.domain.bundle import Bundle, parse_bundle, serialize_bundle
from attest.signing import Trust
from attest.signing.authenticate import authenticate
from attest.signing.material.anchors import authority_of
from tests.simulators import keys, pki
from tests.unit.signing.certified import DAY, KEY, NOW, ROOT, accepted, bundle_of, refused, trusting
from tests.unit.signing.material import PAYLOAD, der

ANY_USAGE = x509.ObjectIdentifier("2.5.29.37.0")
SIGNS = pki.key_usage(digital_signature=True)


# What counts


def test_what_is_established() -> None:
    leaf = ROOT.leaf(KEY, "alice", emails=["a@example.org"], uris=["spiffe://x/y"], names=["build.example.org"])
    signer = accepted(leaf).signer
    assert (signer.kind, signer.id) == (
        "certificate",
        f"sha256:{hashlib.sha256(keys.spki(KEY.public_key())).hexdigest()}",
    )
    assert signer.names == (("dns", "build.example.org"), ("email", "a@example.org"), ("uri", "spiffe://x/y"))
    assert (signer.subject, signer.issuer) == ("CN=alice,O=attest tests", "CN=root,O=attest tests")
    assert signer.anchors == (f"sha256:{hashlib.sha256(der(ROOT.root)).hexdigest()}",)
    assert accepted(leaf).times == ()


def test_chains() -> None:
    one = ROOT.intermediate("one")
    two = one.intermediate("two")
    leaf = two.leaf(KEY)
    for chain in ((two, one), (one, two), (two, one, ROOT), (two, two, one)):
        assert accepted(leaf, *(item.certificate for item in chain)).signer.kind == "certificate"
    # An intermediate that is given as an anchor is one.
    assert accepted(leaf, two.certificate, root=one.certificate).signer.kind == "certificate"
    refused("does not chain", bundle_of(leaf, two.certificate))
    refused("does not chain", bundle_of(leaf))


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa", "ed25519"])
def test_kinds_of_keys(kind: str) -> None:
    key = keys.generate(kind)
    assert accepted(ROOT.leaf(key), key=key).signer.kind == "certificate"


@pytest.mark.parametrize("kind", ["p256", "p521", "rsa"])
def test_kinds_of_authorities(kind: str) -> None:
    root = pki.Authority.create("other", key=kind)
    assert accepted(root.leaf(KEY), root=root.root).signer.kind == "certificate"


def test_every_root_that_holds_is_named() -> None:
    twin = pki.Authority.create("root", key=ROOT.key, not_before=NOW - DAY)
    leaf = ROOT.leaf(KEY)
    found = authenticate(bundle_of(leaf), trusting(ROOT.root, twin.root, pki.Authority.create("root").root))
    assert len(found.signer.anchors) == 2


def test_usages_that_are_absent_bind_nothing() -> None:
    """OMS 1.0: what is present binds; a Sigstore certificate needs both."""
    assert accepted(ROOT.leaf(KEY, eku=(), without_usage=True, ca=None)).signer.kind == "certificate"


def test_a_leaf_that_is_called_an_authority_and_may_not_act_as_one() -> None:
    """RFC 5280, 4.2.1.9: without the usage it is none; common tools make such leaves."""
    harmless = ROOT.leaf(KEY, ca=True, usage=SIGNS)
    assert accepted(harmless).signer.kind == "certificate"
    refused("is that of an authority", bundle_of(ROOT.leaf(KEY, ca=True, without_usage=True)))
    both = pki.key_usage(digital_signature=True, ca=True)
    refused("is that of an authority", bundle_of(ROOT.leaf(KEY, ca=True, usage=both)))
    # Nor does it issue anything.
    holder = keys.generate()
    rogue = pki.Authority(key=holder, certificate=ROOT.leaf(holder, "rogue", ca=True, usage=SIGNS), parent=ROOT)
    refused("does not chain", bundle_of(rogue.leaf(KEY), rogue.certificate))


# The signature


def test_a_signature_by_another_key_than_the_certified_one() -> None:
    refused("does not verify", bundle_of(ROOT.leaf(KEY), key=keys.generate()), code="bad-signature")


def test_the_first_certificate_is_the_signers() -> None:
    middle = ROOT.intermediate("m")
    refused("does not verify", bundle_of(middle.certificate, middle.leaf(KEY)), code="bad-signature")


# Validity


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"not_before": NOW - 9 * DAY, "not_after": NOW - DAY}, "expired at"),
        ({"not_before": NOW + DAY, "not_after": NOW + 9 * DAY}, "is not valid before"),
    ],
)
def test_out_of_its_time(limits: dict[str, datetime], reason: str) -> None:
    refused(reason, bundle_of(ROOT.leaf(KEY, **limits)))  # type: ignore[arg-type]
    middle = ROOT.intermediate("m", **limits)  # type: ignore[arg-type]
    refused(reason, bundle_of(middle.leaf(KEY), middle.certificate))
    root = pki.Authority.create("r", **limits)  # type: ignore[arg-type]
    refused("does not chain", bundle_of(root.leaf(KEY)), trusting(root.root))


@pytest.mark.parametrize(("at", "holds"), [(-1, False), (0, True), (10, True), (11, False)])
def test_both_ends_are_inside(at: int, holds: bool) -> None:
    leaf = ROOT.leaf(KEY, not_before=NOW, not_after=NOW + timedelta(seconds=10))
    trust = trusting(ROOT.root, at=NOW + timedelta(seconds=at))
    if holds:
        assert authenticate(bundle_of(leaf), trust).times == ()
    else:
        refused("", bundle_of(leaf), trust)


def test_without_any_time_nothing_counts() -> None:
    refused("nothing says when", bundle_of(ROOT.leaf(KEY)), trusting(ROOT.root, at=None), code="no-time")


TSA = pki.Authority.create("t", not_before=NOW - 900 * DAY).timestamp_authority(not_before=NOW - 900 * DAY)
STAMPING = authority_of(pki.pem(*TSA.chain), "t")


def stamped(leaf: x509.Certificate, *moments: datetime) -> Bundle:
    plain = bundle_of(leaf)
    tokens = [TSA.stamp(plain.signature, when=moment) for moment in moments]
    data = serialize_bundle(
        payload=PAYLOAD, signature=plain.signature, certificates=plain.certificates, timestamps=tokens
    )
    return parse_bundle(data, "x")


def test_an_expired_certificate_with_a_timestamp_of_its_time() -> None:
    leaf = ROOT.leaf(KEY, not_before=NOW - 9 * DAY, not_after=NOW - 5 * DAY)
    trust = trusting(ROOT.root, timestamp_authorities=(STAMPING,))
    found = authenticate(stamped(leaf, NOW - 7 * DAY), trust)
    assert [time.at for time in found.times] == [f"{NOW - 7 * DAY:%Y-%m-%dT%H:%M:%SZ}"]
    # Without an authority that could say so, the timestamp is no time.
    refused("expired at", stamped(leaf, NOW - 7 * DAY))


@pytest.mark.parametrize(("day", "reason"), [(-10, "is not valid before"), (-4, "expired at")])
def test_a_timestamp_outside_the_certificate(day: int, reason: str) -> None:
    leaf = ROOT.leaf(KEY, not_before=NOW - 9 * DAY, not_after=NOW - 5 * DAY)
    trust = trusting(ROOT.root, timestamp_authorities=(STAMPING,))
    refused(reason, stamped(leaf, NOW + day * DAY), trust)
    refused(reason, stamped(leaf, NOW - 7 * DAY, NOW + day * DAY), trust)


def test_a_timestamp_decides_even_when_the_certificate_is_valid_now() -> None:
    trust = trusting(ROOT.root, timestamp_authorities=(STAMPING,))
    refused("is not valid before", stamped(ROOT.leaf(KEY), NOW - 7 * DAY), trust)


# What the certificate may do


LEAVES: list[tuple[str, Callable[[], x509.Certificate]]] = [
    ("is that of an authority", lambda: ROOT.leaf(KEY, ca=True)),
    ("does not allow code signing", lambda: ROOT.leaf(KEY, eku=(pki.TIME_STAMPING,))),
    ("does not allow code signing", lambda: ROOT.leaf(KEY, eku=(x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1"),))),
    ("does not allow code signing", lambda: ROOT.leaf(KEY, eku=(ANY_USAGE,))),
    ("does not allow digital signatures", lambda: ROOT.leaf(KEY, usage=pki.key_usage(other=True))),
    ("does not allow digital signatures", lambda: ROOT.leaf(KEY, usage=pki.key_usage(ca=True))),
    ("critical extension 1.3.6.1.4.1.99999.2", lambda: ROOT.leaf(KEY, unknown_critical=True)),
    ("critical extension 1.3.6.1.4.1.11129.2.4.3", lambda: ROOT.leaf(KEY, extensions=[(x509.PrecertPoison(), True)])),
    ("not printable", lambda: ROOT.leaf(KEY, uris=["a\x1b[2Jb"])),
    ("too long", lambda: ROOT.leaf(KEY, uris=["x" * 4_097])),
]


@pytest.mark.parametrize(("reason", "make"), LEAVES)
def test_certificates_that_may_not_sign(reason: str, make: Callable[[], x509.Certificate]) -> None:
    refused(reason, bundle_of(make()))


def test_an_unknown_critical_extension_of_a_certificate_that_is_an_anchor_itself() -> None:
    leaf = ROOT.leaf(KEY, unknown_critical=True)
    refused("critical extension", bundle_of(leaf), trusting(leaf))


def constrained(critical: bool, **limits: Sequence[x509.GeneralName]) -> pki.Authority:
    """An intermediate with name constraints."""
    key = keys.generate("p384")
    names = x509.NameConstraints(limits.get("permitted"), limits.get("excluded"))
    certificate = pki.certify(
        subject=pki.name("limited"),
        public_key=key.public_key(),
        issuer=ROOT.certificate.subject,
        issuer_key=ROOT.key,
        not_before=NOW - DAY,
        not_after=NOW + DAY,
        extensions=[(x509.BasicConstraints(True, None), True), (pki.key_usage(ca=True), True), (names, critical)],
    )
    return pki.Authority(key=key, certificate=certificate, parent=ROOT)


ISSUERS: list[tuple[str, Callable[[], pki.Authority]]] = [
    ("", lambda: ROOT.intermediate("i", ca=False)),
    ("may not sign certificates", lambda: ROOT.intermediate("i", usage=pki.key_usage(digital_signature=True))),
    ("may not issue certificates for code", lambda: ROOT.intermediate("i", eku=(pki.TIME_STAMPING,))),
    ("1.3.6.1.4.1.99999.2", lambda: ROOT.intermediate("i", unknown_critical=True)),
    ("path length", lambda: ROOT.intermediate("h", path_length=0).intermediate("i")),
    ("path length", lambda: pki.Authority.create("r", path_length=0).intermediate("i")),
    ("", lambda: pki.Authority.create("r", ca=False)),
    ("1.3.6.1.4.1.99999.2", lambda: pki.Authority.create("r", unknown_critical=True)),
    ("may not issue certificates for code", lambda: pki.Authority.create("r", eku=(pki.TIME_STAMPING,))),
    ("too weak", lambda: pki.Authority.create("r", key=rsa.generate_private_key(65537, 1_024))),  # noqa: S505
    ("orbidden public key algorithm", lambda: pki.Authority.create("r", key="ed25519")),
]


@pytest.mark.parametrize(("reason", "make"), ISSUERS)
def test_issuers_that_may_not_issue(reason: str, make: Callable[[], pki.Authority]) -> None:
    issuer = make()
    leaf = issuer.leaf(KEY)
    refused(reason, bundle_of(leaf, *issuer.intermediates), trusting(issuer.root))


def test_issuers_that_may_issue() -> None:
    for issuer in (
        ROOT.intermediate("i", eku=(pki.CODE_SIGNING,)),
        ROOT.intermediate("i", eku=(ANY_USAGE,)),
        ROOT.intermediate("i", path_length=0),
        ROOT.intermediate("h", path_length=1).intermediate("i"),
    ):
        assert accepted(issuer.leaf(KEY), *issuer.intermediates).signer.kind == "certificate"


def test_an_issuer_whose_usages_are_absent() -> None:
    """What is present binds; the basic constraints must be there."""
    key = keys.generate("p384")

    def issuer(*extensions: tuple[x509.ExtensionType, bool]) -> pki.Authority:
        certificate = pki.certify(
            subject=pki.name("plain"),
            public_key=key.public_key(),
            issuer=ROOT.certificate.subject,
            issuer_key=ROOT.key,
            not_before=NOW - DAY,
            not_after=NOW + DAY,
            extensions=extensions,
        )
        return pki.Authority(key=key, certificate=certificate, parent=ROOT)

    plain = issuer((x509.BasicConstraints(True, None), True))
    assert accepted(plain.leaf(KEY), plain.certificate).signer.kind == "certificate"
    none = issuer()
    refused("does not chain", bundle_of(none.leaf(KEY), none.certificate))


def test_a_signers_certificate_issues_nothing() -> None:
    holder = keys.generate()
    rogue = pki.Authority(key=holder, certificate=ROOT.leaf(holder, "rogue"), parent=ROOT)
    refused("does not chain", bundle_of(rogue.leaf(KEY), rogue.certificate))


# Name constraints


def test_names_outside_an_issuers_limits() -> None:
    mail = constrained(True, permitted=[x509.RFC822Name("good.example")])
    assert accepted(mail.leaf(KEY, emails=["a@good.example"]), mail.certificate).signer.names
    refused("name constraint", bundle_of(mail.leaf(KEY, emails=["a@evil.example"]), mail.certificate))
    host = constrained(True, excluded=[x509.DNSName("evil.example")])
    assert accepted(host.leaf(KEY, names=["good.example"]), host.certificate).signer.names
    refused("name constraint", bundle_of(host.leaf(KEY, names=["x.evil.example"]), host.certificate))


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("limit", ["permitted", "excluded"])
def test_limits_that_cannot_be_checked_refuse_everything(critical: bool, limit: str) -> None:
    directory = constrained(critical, **{limit: [x509.DirectoryName(pki.name("good"))]})
    refused("", bundle_of(directory.leaf(KEY, "evil"), directory.certificate))
    refused("", bundle_of(directory.leaf(KEY, "good", emails=["a@b.example"]), directory.certificate))
    uris = constrained(critical, **{limit: [x509.UniformResourceIdentifier("good.example")]})
    refused("unsupported", bundle_of(uris.leaf(KEY, uris=["https://good.example/"]), uris.certificate))


# Whose root


def test_another_root_of_the_same_name() -> None:
    other = pki.Authority.create("root")
    leaf = other.leaf(KEY)
    refused("does not chain", bundle_of(leaf))
    refused("does not chain", bundle_of(leaf, other.certificate))


def test_a_root_in_the_bundle_vouches_for_nothing() -> None:
    own = pki.Authority.create("own")
    refused("does not chain", bundle_of(own.leaf(KEY), own.certificate))
    refused("does not chain", bundle_of(pki.Authority.create("self", key=KEY, ca=False, usage=SIGNS).certificate))


def test_no_root_means_no_trust() -> None:
    """The web's authorities are never asked: nothing here opens a store of the system."""
    refused("only public keys are trusted", bundle_of(ROOT.leaf(KEY)), Trust(at=NOW), code="unsupported")


def test_the_systems_store_is_never_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the web's authorities, every holder of a certificate for a host could sign models."""
    file = pki.write_pem(tmp_path / "roots.pem", ROOT.root)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    other = pki.Authority.create("other")
    refused("does not chain", bundle_of(ROOT.leaf(KEY)), trusting(other.root))


def test_many_twins_of_an_intermediate_end_quickly() -> None:
    """Ten certificates that each could be the issuer of every other one: the paths are billions."""
    twins = [pki.Authority.create("twin", key=KEY, not_before=NOW - DAY) for _ in range(9)]
    refused("does not chain", bundle_of(twins[0].leaf(KEY), *(twin.certificate for twin in twins)))
