"""Sigstore bundles: everything in them is checked against the trusted root, each change is refused with its reason."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from attest.domain.attestation import LogEntry
from attest.signing import Trust
from attest.signing.authentic import Refused
from attest.signing.authenticate import authenticate
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64, sha256
from tests.unit.conftest import trust as key_trust
from tests.unit.signing.changes import Tamper
from tests.unit.signing.material import (
    ARTIFACT,
    V01,
    V02,
    V03,
    Document,
    Edit,
    Maker,
    authentic,
    check_refused,
    der,
    entry_of,
    parsed,
    refusal,
    stamps_of,
    trusting,
)
from tests.unit.signing.tampering import cases

OTHER = b'{"another": "statement"}'


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    return Maker(instance=loopback_sigstore)


@pytest.mark.parametrize(
    ("loopback_sigstore", "case"),
    [pytest.param(version, case, id=f"rekor{version}-{case}") for version in (1, 2) for case in cases(version)],
    indirect=["loopback_sigstore"],
)
def test_one_change(maker: Maker, case: Tamper) -> None:
    other, bundle = maker.statement(OTHER), maker.statement()
    case.change(bundle, other, maker)
    trust = trusting(maker.root())
    if case.code is None:
        assert authentic(bundle, trust).signer.kind == "sigstore"
    else:
        check_refused(bundle, trust, case.code, case.reason)


# What a good bundle establishes


def test_what_is_established(maker: Maker, no_network: None) -> None:
    found = authentic(maker.statement(), trusting(maker.root()))
    log = maker.instance.log
    assert found.logs == (LogEntry(log=log.name, index=len(log.tree) - 1),)
    sources = [time.source for time in found.times]
    promised = [f"entry in {log.name}"] if maker.version == 1 else []
    assert sources == [f"timestamp by {maker.instance.url.removeprefix('http://')}", *promised]
    assert found.signer.names == (("email", "dev@example.com"),)
    assert (found.signer.issuer, found.signer.anchors) == ("https://issuer.example", ("sigstore:loopback",))
    assert found.signer.id == "email:dev@example.com via https://issuer.example"
    assert (found.unchecked, found.notes) == ((), ())


def test_unsigned_fields_are_never_shown(loopback_rekor2: LoopbackSigstore) -> None:
    """Rekor v2 signs neither the outer index nor a time; what is shown is what the proof proves."""
    maker = Maker(instance=loopback_rekor2)
    bundle = maker.statement()
    entry_of(bundle).update(logIndex="9999", integratedTime="1")
    found = authentic(bundle, trusting(maker.root()))
    assert found.logs[0].index == len(loopback_rekor2.rekor2.tree) - 1
    assert [time.source.partition(" by ")[0] for time in found.times] == ["timestamp"]


def test_an_index_across_shards_is_not_the_one_that_was_proved(loopback_rekor1: LoopbackSigstore) -> None:
    maker = Maker(instance=loopback_rekor1)
    loopback_rekor1.rekor1.index_offset = 1_000_000
    bundle = maker.statement()
    assert int(entry_of(bundle)["logIndex"]) > 1_000_000
    assert authentic(bundle, trusting(maker.root())).logs[0].index < 1_000_000


def test_every_timestamp_counts_once(maker: Maker) -> None:
    found = authentic(maker.statement(stamps=3), trusting(maker.root()))
    assert sum(time.source.startswith("timestamp") for time in found.times) == 3


def test_one_bad_timestamp_among_good_ones(maker: Maker) -> None:
    bundle = maker.statement(stamps=3)
    stamps_of(bundle)[1] = stamps_of(maker.statement(OTHER))[0]
    check_refused(bundle, trusting(maker.root()), "bad-timestamp", "")


def test_a_timestamp_is_not_passed_over_where_the_root_knows_no_authority(maker: Maker) -> None:
    """sigstore-python skips bad timestamps silently when another time exists."""
    root = maker.root(lambda document: document.update(timestampAuthorities=[]))
    check_refused(maker.statement(), trusting(root), "bad-timestamp", "by no trusted timestamp authority")


# Forms of bundles


@pytest.mark.parametrize("media_type", [V01, V02, V03])
def test_versions_of_the_form(loopback_rekor1: LoopbackSigstore, media_type: str) -> None:
    maker = Maker(instance=loopback_rekor1)
    assert authentic(maker.statement(media_type=media_type), trusting(maker.root())).logs


def in_a_chain(maker: Maker, bundle: Document, *more: bytes) -> Document:
    leaf = bundle["verificationMaterial"].pop("certificate")
    chain = [leaf, *({"rawBytes": b64(item)} for item in more)]
    bundle["verificationMaterial"]["x509CertificateChain"] = {"certificates": chain}
    bundle["mediaType"] = V02
    return bundle


def test_a_chain_in_the_bundle_is_read_for_its_leaf(maker: Maker) -> None:
    trust = trusting(maker.root())
    assert authentic(in_a_chain(maker, maker.statement()), trust).signer.kind == "sigstore"
    with_issuer = in_a_chain(maker, maker.statement(), der(maker.instance.fulcio_intermediate))
    assert authentic(with_issuer, trust).signer.kind == "sigstore"


def test_chains_in_another_order(maker: Maker) -> None:
    bundle = in_a_chain(maker, maker.statement(), der(maker.instance.fulcio_intermediate))
    bundle["verificationMaterial"]["x509CertificateChain"]["certificates"].reverse()
    check_refused(bundle, trusting(maker.root()), "bad-signature", "")


def test_a_kind_of_trust_that_the_caller_did_not_give(maker: Maker) -> None:
    """The trust decides how a bundle is verified, never the bundle."""
    check_refused(
        maker.statement(), key_trust(), "unsupported", "a Sigstore identity, and only public keys are trusted"
    )
    check_refused(maker.statement(), Trust(), "unsupported", "only public keys are trusted")
    private = Trust(certificate_roots=(maker.instance.fulcio_root,))
    check_refused(maker.statement(), private, "unsupported", "no Sigstore instance is trusted here")


def test_the_root_of_an_instance_makes_no_private_authority(maker: Maker) -> None:
    """A chain bundle under a private root needs a time; a Fulcio certificate of the past is no certificate of today."""
    bundle = in_a_chain(maker, maker.statement(), der(maker.instance.fulcio_intermediate))
    check_refused(bundle, Trust(certificate_roots=(maker.instance.fulcio_root,)), "no-time", "nothing says when")


# Whose instance


def test_another_instance(loopback_rekor1: LoopbackSigstore, loopback_rekor2: LoopbackSigstore) -> None:
    one, two = Maker(instance=loopback_rekor1), Maker(instance=loopback_rekor2)
    bundle = one.statement()
    check_refused(bundle, trusting(two.root()), "bad-timestamp", "")
    found = authentic(bundle, trusting(two.root(), one.root()))
    assert found.signer.anchors == ("sigstore:loopback",)


@pytest.mark.parametrize("member", ["tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"])
def test_no_part_of_a_trusted_root_can_stand_in_for_another_instance(
    loopback_rekor1: LoopbackSigstore, loopback_rekor2: LoopbackSigstore, member: str
) -> None:
    """One instance's logs beside another's authority: nobody certified that these belong together."""
    one, two = Maker(instance=loopback_rekor1), Maker(instance=loopback_rekor2)
    mixed = one.root(lambda document: document.update({member: two.instance.trusted_root()[member]}))
    refusal(one.statement(), trusting(mixed))
    # Nor do two roots add up: each is judged alone.
    rest = one.root(lambda document: document.update({member: []}))
    refusal(one.statement(), trusting(mixed, rest))


def test_two_roots_that_both_hold(maker: Maker) -> None:
    found = authentic(maker.statement(), trusting(maker.root(), maker.root()))
    assert found.signer.anchors == ("sigstore:loopback",)


# What the entry says: each body is honestly logged and proved, and is about something else


def edit_body(path: str, value: Any) -> Edit:
    def edit(body: Document) -> None:
        *steps, last = path.split(".")
        place: Any = body["spec"]
        for step in steps:
            place = place[int(step) if step.isdigit() else step]
        if value is ...:
            del place[last]
        elif callable(value):
            place[last] = value(place[last])
        else:
            place[last] = value

    return edit


def flipped_hex(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def flipped_base64(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    return b64(bytes(raw))


def stranger_pem(_: str) -> str:
    from tests.unit.conftest import pem

    return b64(pem(9).encode())


HASHED_V1 = [
    ("data.hash.value", flipped_hex, "about other bytes"),
    ("data.hash.value", "", "about other bytes"),
    ("data.hash.value", "zz", "about other bytes"),
    ("data.hash.algorithm", "sha1", "about other bytes"),
    ("data.hash.algorithm", "sha512", "about other bytes"),
    ("data.hash", ..., "malformed"),
    ("signature.content", flipped_base64, "another signature"),
    ("signature.content", "", "another signature"),
    ("signature.content", None, "another signature"),
    ("signature.content", "!", "not in base64"),
    ("signature.publicKey.content", stranger_pem, "another key or certificate"),
    ("signature.publicKey.content", b64(b"junk"), "cannot be read"),
    ("signature.publicKey.content", "", "cannot be read"),
    ("signature.publicKey", ..., "malformed"),
    ("signature", [], "malformed"),
]
DSSE_V1 = [
    ("payloadHash.value", flipped_hex, "about another statement"),
    ("payloadHash.algorithm", "md5", "another kind of content"),
    ("payloadHash", ..., "malformed"),
    ("signatures", [], "0 signatures"),
    ("signatures", lambda items: items * 2, "2 signatures"),
    ("signatures.0.signature", flipped_base64, "another signature"),
    ("signatures.0.verifier", stranger_pem, "another key or certificate"),
]
INTOTO = [
    ("content.payloadHash.value", flipped_hex, "about another statement"),
    ("content.envelope.payloadType", "text/plain", "another payload type"),
    ("content.envelope.payload", b64(b64(OTHER).encode()), "another payload"),
    ("content.envelope.signatures", [], "0 signatures"),
    ("content.envelope.signatures", lambda items: items * 2, "2 signatures"),
    ("content.envelope.signatures.0.sig", b64(b64(b"x").encode()), "another signature"),
    ("content.envelope.signatures.0.publicKey", stranger_pem, "another key or certificate"),
]
HASHED_V2 = [
    ("hashedRekordV002.data.digest", flipped_base64, "about other bytes"),
    ("hashedRekordV002.data.algorithm", "SHA1", "about other bytes"),
    ("hashedRekordV002.data.algorithm", "SHA2_512", "about other bytes"),
    ("hashedRekordV002.signature.content", flipped_base64, "another signature"),
    ("hashedRekordV002.signature.verifier.x509Certificate.rawBytes", flipped_base64, "another key or certificate"),
    ("hashedRekordV002.signature.verifier.publicKey", {"rawBytes": "QQ=="}, "not exactly one"),
    ("hashedRekordV002.signature.verifier.x509Certificate", ..., "not exactly one"),
    ("hashedRekordV002", ..., "malformed"),
]
DSSE_V2 = [
    ("dsseV002.payloadHash.digest", flipped_base64, "about another statement"),
    ("dsseV002.payloadHash.algorithm", "SHA1", "another kind of content"),
    ("dsseV002.signatures", [], "0 signatures"),
    ("dsseV002.signatures", lambda items: items * 2, "2 signatures"),
    ("dsseV002.signatures.0.content", flipped_base64, "another signature"),
    ("dsseV002.signatures.0.verifier.x509Certificate.rawBytes", flipped_base64, "another key or certificate"),
]
BODIES = [
    *((1, "hashedrekord", *case) for case in HASHED_V1),
    *((1, "dsse", *case) for case in DSSE_V1),
    *((1, "intoto", *case) for case in INTOTO),
    *((2, "hashedrekord", *case) for case in HASHED_V2),
    *((2, "dsse", *case) for case in DSSE_V2),
]


@pytest.mark.parametrize(
    ("loopback_sigstore", "kind", "path", "value", "reason"),
    [pytest.param(*case, id=f"rekor{case[0]}-{case[1]}-{case[2]}-{number}") for number, case in enumerate(BODIES)],
    indirect=["loopback_sigstore"],
)
def test_an_entry_about_something_else(maker: Maker, kind: str, path: str, value: Any, reason: str) -> None:
    """CVE-2022-36056 and its family: the body must name this digest, this signature and this certificate."""
    trust = trusting(maker.root())
    bundle = maker.statement(kind=kind)
    assert authentic(bundle, trust).logs
    check_refused(maker.relogged(bundle, edit_body(path, value)), trust, "bad-log-entry", reason)


def renamed(kind: str, version: str) -> Edit:
    return lambda body: body.update(kind=kind, apiVersion=version)


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("intoto", "0.0.1"),
        ("rekord", "0.0.1"),
        ("hashedrekord", "0.0.9"),
        ("dsse", ""),
        ("", "0.0.1"),
        ("x" * 999, "9"),
    ],
)
def test_kinds_that_are_not_known(loopback_rekor1: LoopbackSigstore, kind: str, version: str) -> None:
    maker = Maker(instance=loopback_rekor1)
    found = refusal(maker.relogged(maker.statement(), renamed(kind, version)), trusting(maker.root()))
    assert (found.code, "are not known" in found.reason, len(found.reason) < 200) == ("bad-log-entry", True, True)


@pytest.mark.parametrize("body", [b"[]", b"", b"{", b"\x80", b"[" * 50, b'{"kind":"dsse","kind":"dsse"}', b'{"a":NaN}'])
def test_bodies_that_are_no_entry(loopback_rekor2: LoopbackSigstore, body: bytes) -> None:
    maker = Maker(instance=loopback_rekor2)
    bundle = maker.statement()
    bundle["verificationMaterial"]["tlogEntries"] = [maker.logged(body)]
    check_refused(bundle, trusting(maker.root()), "bad-log-entry", "malformed")


def test_a_kind_for_statements_does_not_speak_for_a_message(loopback_rekor1: LoopbackSigstore) -> None:
    maker = Maker(instance=loopback_rekor1)
    statement, message = maker.statement(), maker.message()
    message["verificationMaterial"]["tlogEntries"] = statement["verificationMaterial"]["tlogEntries"]
    check_refused(message, trusting(maker.root()), "bad-log-entry", "another kind of content", ARTIFACT)


# Message signatures


def test_a_message(maker: Maker) -> None:
    assert authentic(maker.message(), trusting(maker.root()), ARTIFACT).logs


@pytest.mark.parametrize("data", [b"", b"another artifact", ARTIFACT + b"\0"])
def test_a_message_about_another_artifact(maker: Maker, data: bytes) -> None:
    check_refused(maker.message(), trusting(maker.root()), "bad-signature", "", data)


def test_the_digest_that_a_message_states_decides_nothing(maker: Maker) -> None:
    bundle = maker.message()
    bundle["messageSignature"]["messageDigest"]["digest"] = b64(sha256(b"another artifact"))
    trust = trusting(maker.root())
    check_refused(bundle, trust, "bad-signature", "", b"another artifact")
    bundle["messageSignature"].pop("messageDigest")
    assert authentic(bundle, trust, ARTIFACT).logs


def test_a_message_where_a_statement_is_needed(maker: Maker) -> None:
    bundle = parsed(maker.message(), messages=True)
    with pytest.raises(Refused, match="it signs a message, and what is needed is a statement"):
        authenticate(bundle, trusting(maker.root()))


Steal = Callable[[Maker], Document]


def entry_of_another_message(maker: Maker) -> Document:
    bundle = maker.message()
    bundle["verificationMaterial"]["tlogEntries"] = maker.message(b"another")["verificationMaterial"]["tlogEntries"]
    return bundle


def test_an_entry_of_another_message(maker: Maker) -> None:
    check_refused(entry_of_another_message(maker), trusting(maker.root()), "bad-log-entry", "other bytes", ARTIFACT)


def test_reasons_hold_no_control_characters(maker: Maker) -> None:
    bundle = maker.relogged(maker.statement(), renamed("\x1b[2J", "1"))
    assert refusal(bundle, trusting(maker.root())).reason.isprintable()
