"""Whatever our verifier accepts, sigstore-python accepts too: a second opinion on every tampered bundle.

The other direction is not asked: ours is stricter on purpose. Where ours is the wider one, a case says so by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.verify import Verifier, policy

from attest.signing.authentic import Refused
from tests.simulators import pki
from tests.simulators.sigstore.authority import Profile
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.unit.signing.changes import Tamper
from tests.unit.signing.material import ARTIFACT, V01, V02, V03, Document, Edit, Maker, authentic, trusting, unchanged
from tests.unit.signing.tampering import cases

T = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    return Maker(instance=loopback_sigstore)


def ours(maker: Maker, bundle: Document, edit: Edit = unchanged, message: bytes | None = None) -> bool:
    try:
        authentic(bundle, trusting(maker.root(edit)), message)
    except Refused:
        return False
    return True


def theirs(maker: Maker, bundle: Document, edit: Edit = unchanged, message: bytes | None = None) -> bool:
    """The verdict of sigstore-python; other exceptions than its own leak from it, so any of them is a no."""
    config = maker.instance.trust_config()
    edit(config["trustedRoot"])
    anyone = policy.UnsafeNoOp()
    try:
        verifier = Verifier(trusted_root=ClientTrustConfig.from_json(json.dumps(config)).trusted_root)
        parsed = Bundle.from_json(json.dumps(bundle))
        if message is None:
            verifier.verify_dsse(parsed, anyone)
        else:
            verifier.verify_artifact(message, parsed, anyone)
    except Exception:  # noqa: BLE001
        return False
    return True


def agree(maker: Maker, bundle: Document, edit: Edit = unchanged, message: bytes | None = None) -> bool:
    """Assert that ours is not the wider verdict, and give it."""
    mine = ours(maker, bundle, edit, message)
    other = theirs(maker, bundle, edit, message) if mine else True
    assert other, "accepted here, and refused by sigstore-python"
    return mine


@pytest.mark.parametrize(
    ("loopback_sigstore", "case"),
    [pytest.param(version, case, id=f"rekor{version}-{case}") for version in (1, 2) for case in cases(version)],
    indirect=["loopback_sigstore"],
)
def test_one_change(maker: Maker, case: Tamper) -> None:
    other, bundle = maker.statement(b'{"another": "statement"}'), maker.statement()
    case.change(bundle, other, maker)
    assert agree(maker, bundle) == (case.code is None)


def test_messages(maker: Maker) -> None:
    bundle, other = maker.message(), maker.message(b"another")
    assert agree(maker, bundle, message=ARTIFACT)
    assert not agree(maker, bundle, message=b"another")
    bundle["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    assert not agree(maker, bundle, message=ARTIFACT)


def test_versions_of_the_form(loopback_rekor1: LoopbackSigstore) -> None:
    maker = Maker(instance=loopback_rekor1)
    assert agree(maker, maker.statement(media_type=V03))
    for media_type in (V01, V02):
        bundle = maker.statement(media_type=media_type)
        leaf = bundle["verificationMaterial"].pop("certificate")
        bundle["verificationMaterial"]["x509CertificateChain"] = {"certificates": [leaf]}
        assert agree(maker, bundle)


# Issuance


FAULTS = ["no-sct", "wrong-sct", "unknown-sct"]
PROFILES: list[Callable[[Profile], object]] = [
    lambda profile: setattr(profile, "scts", 2),
    lambda profile: setattr(profile, "eku", ()),
    lambda profile: setattr(profile, "eku", (pki.TIME_STAMPING,)),
    lambda profile: setattr(profile, "usage", pki.key_usage(other=True)),
    lambda profile: setattr(profile, "ca", True),
    lambda profile: setattr(profile, "ca", False),
    lambda profile: setattr(profile, "unknown_critical", True),
    lambda profile: setattr(profile, "alternatives", []),
    lambda profile: setattr(profile, "alternatives", [x509.DNSName("a.example")]),
    lambda profile: profile.omit.add(8),
    lambda profile: profile.omit.add(1),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_proofs_of_issuance(maker: Maker, fault: str) -> None:
    maker.instance.faults["fulcio"] = fault
    assert not agree(maker, maker.statement())


@pytest.mark.parametrize("change", PROFILES)
def test_profiles(maker: Maker, change: Callable[[Profile], object]) -> None:
    change(maker.instance.authority.profile)
    agree(maker, maker.statement())


# Times and windows


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def window(member: str, **limits: datetime) -> Edit:
    def edit(root: Document) -> None:
        for item in root[member]:
            item.get("publicKey", item)["validFor"] |= {name: text(moment) for name, moment in limits.items()}

    return edit


MEMBERS = ["tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"]
LIMITS: list[dict[str, Any]] = [
    {"end": T + DAY},
    {"end": T - DAY},
    {"start": T},
    {"start": T + DAY},
    {"start": T - 2 * DAY, "end": T - DAY},
]


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("member", MEMBERS)
def test_windows(maker: Maker, member: str, limits: dict[str, datetime]) -> None:
    maker.at(T)
    agree(maker, maker.statement(), window(member, **limits))


@pytest.mark.parametrize("shift", [-MINUTE, timedelta(), 10 * MINUTE, 11 * MINUTE])
def test_times_of_signatures(maker: Maker, shift: timedelta) -> None:
    maker.at(T)
    chain = maker.issue()
    maker.at(T + shift)
    agree(maker, maker.statement(chain=chain))


@pytest.mark.parametrize("limits", [{"not_after": T - DAY}, {"not_before": T + DAY, "not_after": T + 9 * DAY}])
def test_intermediates(maker: Maker, limits: dict[str, Any]) -> None:
    maker.at(T)
    maker.instance.authority.renew_intermediate(**{"not_before": T - 300 * DAY, **limits})
    assert not agree(maker, maker.statement())


# Where ours is the wider verdict, and why


def test_wider_the_end_of_a_timestamp_authority_is_inside(loopback_rekor2: LoopbackSigstore) -> None:
    """The public conformance suite wants the end inside; sigstore-python leaves it out."""
    maker = Maker(instance=loopback_rekor2)
    maker.at(T)
    bundle, edit = maker.statement(), window("timestampAuthorities", end=T)
    assert (ours(maker, bundle, edit), theirs(maker, bundle, edit)) == (True, False)


@pytest.mark.parametrize(
    ("loopback_sigstore", "kind"), [(1, "hashedrekord"), (2, "dsse")], indirect=["loopback_sigstore"]
)
def test_wider_other_kinds_of_entries_for_statements(maker: Maker, kind: str) -> None:
    """Both name the same bytes, signature and certificate; sigstore-python looks for the kind that it writes."""
    bundle = maker.statement(kind=kind)
    assert (ours(maker, bundle), theirs(maker, bundle)) == (True, False)


@pytest.mark.parametrize("media_type", [V01, V02])
def test_wider_a_bare_certificate_in_older_forms(loopback_rekor1: LoopbackSigstore, media_type: str) -> None:
    """Its place came with v0.3; where the leaf stands changes nothing about it."""
    maker = Maker(instance=loopback_rekor1)
    bundle = maker.statement(media_type=media_type)
    assert (ours(maker, bundle), theirs(maker, bundle)) == (True, False)


def test_wider_entries_of_the_kind_intoto(loopback_rekor1: LoopbackSigstore) -> None:
    """Bundles of some years ago hold them, and the conformance suite has one."""
    maker = Maker(instance=loopback_rekor1)
    bundle = maker.statement(kind="intoto")
    assert (ours(maker, bundle), theirs(maker, bundle)) == (True, False)


def test_wider_several_entries_that_all_verify(maker: Maker) -> None:
    """A bundle may be recorded in several logs; sigstore-python reads exactly one entry."""
    bundle = maker.statement()
    bundle["verificationMaterial"]["tlogEntries"] *= 2
    assert (ours(maker, bundle), theirs(maker, bundle)) == (True, False)
