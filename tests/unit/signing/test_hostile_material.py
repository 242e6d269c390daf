"""Whatever stands in a bundle, the answer is a rejection with a reason: no exception, no control characters."""

from __future__ import annotations

import base64
import copy
import json
import random
from typing import Any

import pytest

from attest.domain.attestation import Rejected
from attest.errors import DocumentError
from attest.signing import Trust
from attest.signing.material.certificates import CertificateFault, load_certificate
from attest.signing.material.timestamps import TimestampFault, verify_timestamp
from attest.signing.verify import read_bundle
from tests.simulators import der as asn1
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64
from tests.unit.signing.material import Document, Maker, der, parsed, stamps_of, trusting

# The material is new in every run, so the places are drawn as fractions and no failure depends on a draw of its own.
DRAWS = 150
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**53 - 1,
    "",
    "x",
    "QQ==",
    "-1",
    "9" * 18,
    "9" * 20,
    "\u0661",
    "\x1b[2J",
    [],
    {},
    [None],
    [{}],
    {"a": 1},
]
# These say nothing that anybody relies on, or are evidence that may be left out where there is other evidence.
FREE = {"keyid", "logIndex", "integratedTime", "inclusionPromise", "signedEntryTimestamp", "mediaType", "version"}


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    return Maker(instance=loopback_sigstore)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path in a document."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for step, inner in steps for found in ((*path, step), *places(inner, (*path, step)))]


def test_any_value_anywhere(maker: Maker) -> None:
    draw = random.Random(1)  # noqa: S311 - not a secret
    good, trust = maker.statement(), trusting(maker.root())
    for _ in range(2 * DRAWS):
        bundle = copy.deepcopy(good)
        path = draw.choice(places(bundle))
        place: Any = bundle
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = draw.choice(JUNK)
        _judge(bundle, path, trust)


def _judge(bundle: Document, path: tuple[Any, ...], trust: Trust) -> None:
    try:
        outcome = read_bundle(parsed(bundle), trust)
    except DocumentError:
        return
    if isinstance(outcome, Rejected):
        assert outcome.reason.isprintable()
        assert (outcome.signer, outcome.predicate_type) == (None, "")
    else:
        assert FREE & {step for step in path if isinstance(step, str)} or "timestampVerificationData" in path


def mutated(raw: bytes, draw: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(changed))
        changed[at] = draw.choice([0, 1, 0x7F, 0x80, 0xFF, changed[at] ^ 1, changed[at] ^ 0x20])
    return bytes(changed)


def test_certificates_with_changed_bytes(maker: Maker) -> None:
    """The certificate is signed and logged, so no changed byte of it counts."""
    draw = random.Random(2)  # noqa: S311 - not a secret
    bundle, trust = maker.statement(), trusting(maker.root())
    place = bundle["verificationMaterial"]["certificate"]
    raw = base64.b64decode(place["rawBytes"])
    for _ in range(DRAWS):
        changed = mutated(raw, draw)
        place["rawBytes"] = b64(changed)
        assert changed == raw or isinstance(read_bundle(parsed(bundle), trust), Rejected)


def test_timestamps_with_changed_bytes(maker: Maker) -> None:
    """Bytes that the authority did not sign may change; the time that it signed may not."""
    draw = random.Random(3)  # noqa: S311 - not a secret
    bundle = maker.statement()
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    token = base64.b64decode(stamps_of(bundle)[0]["signedTimestamp"])
    authorities = maker.root().timestamp_authorities
    good = verify_timestamp(token, signature, authorities)
    for _ in range(DRAWS):
        try:
            found = verify_timestamp(mutated(token, draw), signature, authorities)
        except TimestampFault:
            continue
        assert found == good


def test_a_timestamp_whose_certificate_is_of_an_unknown_version(maker: Maker) -> None:
    """The library behind lets another exception through for it."""
    bundle = maker.statement()
    token = base64.b64decode(stamps_of(bundle)[0]["signedTimestamp"])
    version = b"\xa0\x03\x02\x01\x02"
    assert version in token
    stamps_of(bundle)[0]["signedTimestamp"] = b64(token.replace(version, version[:-1] + b"\x09"))
    outcome = read_bundle(parsed(bundle), trusting(maker.root()))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad-timestamp"


def test_an_sct_of_a_year_that_is_none(maker: Maker) -> None:
    """Issued by the trusted authority itself; its time is beyond every calendar."""
    maker.instance.authority.profile.minutes = 10
    build = maker.instance.authority._sct
    maker.instance.authority._sct = lambda tbs, milliseconds: build(tbs, 2**63)  # type: ignore[method-assign]
    try:
        bundle = maker.statement()
    finally:
        del maker.instance.authority._sct
    outcome = read_bundle(parsed(bundle), trusting(maker.root()))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, "timestamp does not verify" in outcome.reason) == ("bad-certificate", True)


@pytest.mark.parametrize("size", [0, 1, 10, 1_000])
def test_deeply_nested_der(size: int) -> None:
    nested = b""
    for _ in range(size):
        nested = asn1.sequence(nested)
    with pytest.raises(CertificateFault):
        load_certificate(nested or b"\x30")


def test_a_huge_number_of_names(maker: Maker) -> None:
    from cryptography import x509

    maker.instance.authority.profile.alternatives = [x509.RFC822Name(f"a{n}@example.com") for n in range(2_000)]
    bundle = maker.statement()
    assert len(der(maker.issue()[0])) > 32 * 1024
    outcome = read_bundle(parsed(bundle), trusting(maker.root()))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad-certificate"
    assert json.dumps(outcome.reason)
