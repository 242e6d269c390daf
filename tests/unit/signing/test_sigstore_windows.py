"""Times, windows and the profile of Sigstore certificates: valid for the moment of the signature, and issued in public.

sigstore-python 4.5.1 enforces the windows of timestamp authorities alone; see the interoperability tests.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from attest.domain.attestation import RejectCode
from tests.simulators import der as asn1
from tests.simulators import keys, pki
from tests.simulators.sigstore.authority import Profile
from tests.simulators.sigstore.claims import ARC
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64
from tests.simulators.sigstore.trust import authority
from tests.unit.signing.material import (
    PERSON,
    V02,
    Document,
    Edit,
    Maker,
    authentic,
    check_refused,
    der,
    entry_of,
    refusal,
    stamps_of,
    trusting,
)

T = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    made = Maker(instance=loopback_sigstore)
    made.at(T)
    return made


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def window(member: str, **limits: datetime) -> Edit:
    """Give every anchor of a kind these limits."""

    def edit(root: Document) -> None:
        for item in root[member]:
            place = item.get("publicKey", item)
            place["validFor"] |= {name: text(moment) for name, moment in limits.items()}

    return edit


# Windows of the anchors


WINDOWS: list[tuple[str, RejectCode, str]] = [
    ("tlogs", "bad-log-entry", "is not trusted for"),
    ("certificateAuthorities", "bad-certificate", "no authority of sigstore:loopback is trusted for 2025-06-01"),
    ("ctlogs", "bad-certificate", "is not trusted for the time of its timestamp"),
    ("timestampAuthorities", "bad-timestamp", "is not trusted for its time, 2025-06-01T12:00:00Z"),
]


@pytest.mark.parametrize(("member", "code", "reason"), WINDOWS)
@pytest.mark.parametrize(
    ("limits", "holds"),
    [
        ({"end": T}, True),
        ({"start": T}, True),
        ({"start": T, "end": T}, True),
        ({"end": T - SECOND}, False),
        ({"start": T + SECOND}, False),
        ({"start": T - 2 * DAY, "end": T - DAY}, False),
    ],
)
def test_the_windows_of_anchors(
    maker: Maker, member: str, code: RejectCode, reason: str, limits: dict[str, datetime], holds: bool
) -> None:
    """CVE-2026-54787: an anchor counts for the time of the signature, both ends of its window inside."""
    trust = trusting(maker.root(window(member, **limits)))
    if holds:
        assert authentic(maker.statement(), trust).logs
    else:
        check_refused(maker.statement(), trust, code, reason)


def test_a_retired_log_does_not_count_by_the_time_of_a_timestamp(loopback_rekor1: LoopbackSigstore) -> None:
    maker = Maker(instance=loopback_rekor1)
    maker.at(T)
    bundle = maker.statement()
    del entry_of(bundle)["inclusionPromise"]
    trust = trusting(maker.root(window("tlogs", end=T - DAY)))
    check_refused(bundle, trust, "bad-log-entry", "is not trusted for 2025-06-01T12:00:00Z")


def test_an_authority_without_certificates_vouches_for_nothing(maker: Maker) -> None:
    """Its window would fit, while that of the real one has ended."""

    def edit(root: Document) -> None:
        window("timestampAuthorities", end=T - DAY)(root)
        root["timestampAuthorities"].append({**authority("http://other", []), "uri": "http://other"})

    root = maker.root(edit)
    assert len(root.timestamp_authorities) == 1
    check_refused(maker.statement(), trusting(root), "bad-timestamp", "is not trusted for its time")


def test_a_second_authority_whose_window_holds(maker: Maker) -> None:
    def edit(root: Document) -> None:
        (good,) = root["timestampAuthorities"]
        ended = {**good, "validFor": {"start": "2020-01-01T00:00:00Z", "end": text(T - DAY)}}
        root["timestampAuthorities"] = [ended, good]

    assert authentic(maker.statement(), trusting(maker.root(edit))).logs


# Intermediates: a window is for the chain it stands with


def other_intermediate(maker: Maker, **options: Any) -> pki.Authority:
    """A second intermediate of the same name and root, with another key."""
    root = maker.instance.authority.root
    return root.intermediate(
        "sigstore intermediate", path_length=0, eku=(pki.CODE_SIGNING,), not_before=T - 300 * DAY, **options
    )


def two_authorities(
    maker: Maker, other: pki.Authority, first: dict[str, datetime], second: dict[str, datetime]
) -> Edit:
    def edit(root: Document) -> None:
        (one,) = root["certificateAuthorities"]
        two = authority(maker.instance.url, other.chain)
        for item, limits in ((one, first), (two, second)):
            item["validFor"] = {"start": "2020-01-01T00:00:00Z", **{k: text(v) for k, v in limits.items()}}
        root["certificateAuthorities"] = [two, one]

    return edit


def test_two_intermediates_of_one_name(maker: Maker) -> None:
    """The issuer of the verified path counts, never the first one with its name."""
    other = other_intermediate(maker)
    root = maker.root(two_authorities(maker, other, {}, {}))
    assert authentic(maker.statement(), trusting(root)).logs
    maker.instance.authority.intermediate = other
    assert authentic(maker.statement(), trusting(root)).logs


def in_chain(bundle: Document, *more: x509.Certificate) -> Document:
    leaf = bundle["verificationMaterial"].pop("certificate")
    chain = [leaf, *({"rawBytes": b64(der(item))} for item in more)]
    bundle["verificationMaterial"]["x509CertificateChain"] = {"certificates": chain}
    bundle["mediaType"] = V02
    return bundle


def test_a_retired_intermediate_is_not_revived_by_another_authority_of_its_root(maker: Maker) -> None:
    other = other_intermediate(maker)
    root = maker.root(two_authorities(maker, other, {"end": T - DAY}, {}))
    retired = maker.instance.fulcio_intermediate
    check_refused(maker.statement(), trusting(root), "bad-certificate", "")
    # Nor when the bundle brings it along.
    check_refused(in_chain(maker.statement(), retired), trusting(root), "bad-certificate", "")


def test_an_intermediate_that_the_root_does_not_list(maker: Maker) -> None:
    root = maker.root()
    maker.instance.authority.intermediate = other_intermediate(maker)
    bundle = in_chain(maker.statement(), maker.instance.fulcio_intermediate)
    check_refused(bundle, trusting(root), "bad-certificate", "")


@pytest.mark.parametrize(("limits"), [{"not_after": T - DAY}, {"not_before": T + DAY, "not_after": T + 9 * DAY}])
def test_an_intermediate_outside_its_validity(maker: Maker, limits: dict[str, Any]) -> None:
    """CVE-2026-24122: the whole chain is valid at the time of the signature."""
    maker.instance.authority.renew_intermediate(**{"not_before": T - 300 * DAY, **limits})
    check_refused(maker.statement(), trusting(maker.root()), "bad-certificate", "")


# The certificate and its minutes


@pytest.mark.parametrize(("shift", "word"), [(11 * MINUTE, "expired at"), (-MINUTE, "is not valid before")])
def test_a_signature_outside_the_certificate(maker: Maker, shift: timedelta, word: str) -> None:
    chain = maker.issue()
    maker.at(T + shift)
    check_refused(maker.statement(chain=chain), trusting(maker.root()), "bad-certificate", word)


@pytest.mark.parametrize("shift", [timedelta(), 10 * MINUTE])
def test_both_ends_of_a_certificate_are_inside(maker: Maker, shift: timedelta) -> None:
    chain = maker.issue()
    maker.at(T + shift)
    assert authentic(maker.statement(chain=chain), trusting(maker.root())).logs


@pytest.mark.parametrize("shift", [11 * MINUTE, -MINUTE])
def test_every_time_lies_inside_the_certificate(maker: Maker, shift: timedelta) -> None:
    """One good time does not make up for a bad one."""
    bundle = maker.statement()
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    late = maker.instance.tsa.stamp(signature, when=T + shift)
    stamps_of(bundle).append({"signedTimestamp": b64(late)})
    check_refused(bundle, trusting(maker.root()), "bad-certificate", "")


def test_a_promise_outside_the_certificate(loopback_rekor1: LoopbackSigstore) -> None:
    maker = Maker(instance=loopback_rekor1)
    maker.at(T)
    chain = maker.issue()
    maker.at(T + 11 * MINUTE)
    bundle = maker.statement(chain=chain, stamps=0)
    check_refused(bundle, trusting(maker.root()), "bad-certificate", "expired at 2025-06-01T12:10:00Z")


def test_the_present_time_is_no_time_of_a_signature(loopback_rekor2: LoopbackSigstore) -> None:
    """A certificate that is valid right now, and nothing that says when: still nothing."""
    maker = Maker(instance=loopback_rekor2)
    check_refused(maker.statement(stamps=0), trusting(maker.root()), "no-time", "nothing trusted says when")


# Timestamp authorities


def test_an_authority_for_timestamps_that_has_expired_by_now(maker: Maker) -> None:
    maker.instance.renew_tsa(not_before=T - DAY, not_after=T + DAY)
    assert authentic(maker.statement(), trusting(maker.root())).times


def test_a_timestamp_after_its_authority_expired(maker: Maker) -> None:
    maker.instance.renew_tsa(not_before=T - 2 * DAY, not_after=T - DAY)
    check_refused(maker.statement(), trusting(maker.root()), "bad-timestamp", "")


@pytest.mark.parametrize(
    "options",
    [
        {"eku": ()},
        {"eku": (pki.CODE_SIGNING,)},
        {"eku": (pki.TIME_STAMPING, pki.CODE_SIGNING)},
        {"eku_critical": False},
    ],
)
def test_a_certificate_that_is_not_for_timestamps_alone(maker: Maker, options: dict[str, Any]) -> None:
    maker.instance.renew_tsa(**options)
    check_refused(maker.statement(), trusting(maker.root()), "bad-timestamp", "")


@pytest.mark.parametrize("fault", ["wrong-imprint", "wrong-signature"])
def test_a_timestamp_authority_that_errs(maker: Maker, fault: str) -> None:
    maker.instance.faults["tsa"] = fault
    check_refused(maker.statement(), trusting(maker.root()), "bad-timestamp", "")


# How the certificate was issued


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("no-sct", "no signed certificate timestamp"),
        ("wrong-sct", "the signed certificate timestamp does not verify"),
        ("unknown-sct", "logged in a certificate log that is not trusted"),
    ],
)
def test_the_proof_that_issuance_was_logged(maker: Maker, fault: str, reason: str) -> None:
    maker.instance.faults["fulcio"] = fault
    check_refused(maker.statement(), trusting(maker.root()), "bad-certificate", reason)


def test_an_sct_over_another_certificate(maker: Maker) -> None:
    """The proof of one certificate inside another one."""
    donor = maker.issue()[0].extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    maker.instance.faults["fulcio"] = "no-sct"
    build = maker.instance.authority._extensions

    def with_donated(claims: Document) -> list[tuple[x509.ExtensionType, bool]]:
        raw = x509.UnrecognizedExtension(donor.oid, donor.public_bytes())
        return [*build(claims), (raw, False)]

    maker.instance.authority._extensions = with_donated  # type: ignore[method-assign]
    try:
        bundle = maker.statement()
    finally:
        del maker.instance.authority._extensions
    check_refused(bundle, trusting(maker.root()), "bad-certificate", "certificate timestamp does not verify")


SAN = x509.SubjectAlternativeName
EMAIL = x509.RFC822Name(PERSON)


def username(value: bytes) -> x509.OtherName:
    return x509.OtherName(x509.ObjectIdentifier(ARC + "7"), value)


PROFILES: list[tuple[Callable[[Profile], object], str]] = [
    (lambda p: setattr(p, "scts", 2), "has 2 signed certificate timestamps, not one"),
    (lambda p: setattr(p, "eku", ()), "does not allow code signing"),
    (lambda p: setattr(p, "eku", (pki.TIME_STAMPING,)), "does not allow code signing"),
    (lambda p: setattr(p, "eku", (x509.ObjectIdentifier("2.5.29.37.0"),)), "does not allow code signing"),
    (lambda p: setattr(p, "usage", pki.key_usage(other=True)), "does not allow digital signatures"),
    (lambda p: setattr(p, "ca", True), "is that of an authority"),
    (lambda p: setattr(p, "unknown_critical", True), "critical extension"),
    (lambda p: p.omit.add(8), "does not name its OIDC issuer (extension .8)"),
    (lambda p: p.raw.update({8: b"https://issuer.example"}), "no DER UTF8String"),
    (lambda p: p.raw.update({8: b"\x0c\x00"}), "does not name its OIDC issuer"),
    (lambda p: p.raw.update({8: asn1.utf8("https://issuer.example\n")}), "no DER UTF8String"),
    (lambda p: p.raw.update({12: b"\x13\x01a"}), "no DER UTF8String"),
    (lambda p: setattr(p, "alternatives", []), "has 0 alternative names"),
    (lambda p: setattr(p, "alternatives", [EMAIL, x509.RFC822Name("b@example.com")]), "has 2 alternative names"),
    (lambda p: setattr(p, "alternatives", [EMAIL, EMAIL]), "has 2 alternative names"),
    (lambda p: setattr(p, "alternatives", [x509.UniformResourceIdentifier("a\x1bb")]), "not printable"),
    (lambda p: setattr(p, "alternatives", [x509.UniformResourceIdentifier("")]), "is empty"),
    (lambda p: setattr(p, "alternatives", [x509.UniformResourceIdentifier("x" * 4_097)]), "too long"),
    (lambda p: setattr(p, "alternatives", [username(b"\x13\x05alice")]), "no DER UTF8String"),
    (lambda p: setattr(p, "alternatives", [username(b"\x04\x05alice")]), "no DER UTF8String"),
    (lambda p: setattr(p, "alternatives", [username(asn1.utf8("a\u202eb"))]), "no DER UTF8String"),
]


@pytest.mark.parametrize(("change", "reason"), PROFILES)
def test_certificates_of_another_profile(maker: Maker, change: Callable[[Profile], object], reason: str) -> None:
    change(maker.instance.authority.profile)
    check_refused(maker.statement(), trusting(maker.root()), "bad-certificate", reason)


def test_a_certificate_without_key_usage(maker: Maker) -> None:
    build = maker.instance.authority._extensions
    maker.instance.authority._extensions = lambda claims: build(claims)[1:]  # type: ignore[method-assign]
    try:
        bundle = maker.statement()
    finally:
        del maker.instance.authority._extensions
    check_refused(bundle, trusting(maker.root()), "bad-certificate", "does not allow digital signatures")


def test_a_certificate_for_another_key(maker: Maker) -> None:
    maker.instance.faults["fulcio"] = "other-key"
    certificate = maker.issue()[0]
    maker.instance.faults.clear()
    bundle = maker.statement()
    bundle["verificationMaterial"]["certificate"]["rawBytes"] = b64(der(certificate))
    check_refused(bundle, trusting(maker.root()), "bad-signature", "")


def test_a_certificate_that_vouches_for_itself(maker: Maker) -> None:
    key = keys.generate()
    own = pki.Authority.create("sigstore root", key=key)
    bundle = maker.statement()
    bundle["verificationMaterial"]["certificate"]["rawBytes"] = b64(der(own.leaf(maker.key, emails=[PERSON])))
    refusal(bundle, trusting(maker.root()))
