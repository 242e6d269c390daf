"""Numbers and times of log entries: one spelling each, within 64 bits, and a time only where a log signed one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attest.domain.canonical import canonical
from tests.simulators import keys
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.sigstore.state import b64
from tests.unit.signing.material import Document, Maker, authentic, check_refused, entry_of, proof_of, trusting


@pytest.fixture
def maker(loopback_sigstore: LoopbackSigstore) -> Maker:
    return Maker(instance=loopback_sigstore)


def respelled(bundle: Document, member: str, spell: Any) -> Document:
    proof_of(bundle)[member] = spell(int(proof_of(bundle)[member]))
    return bundle


def arabic(number: int) -> str:
    return "".join(chr(0x660 + int(digit)) for digit in str(number))


@pytest.mark.parametrize("member", ["logIndex", "treeSize"])
@pytest.mark.parametrize(
    "spell",
    [
        arabic,
        lambda number: f"{number:020}",
        lambda number: f"{number:05000}",
        lambda number: f" {number}",
        lambda number: f"{number}\n",
        lambda number: f"+{number}",
        lambda number: f"{number}.0",
        lambda number: f"{number}_0",
        float,
        lambda number: -1,
        lambda number: 2**63,
        lambda number: str(2**63),
        lambda number: [number],
        lambda number: None,
        lambda number: True,
    ],
)
def test_other_spellings_of_the_right_number(maker: Maker, member: str, spell: Any) -> None:
    bundle = respelled(maker.statement(), member, spell)
    # An integer past what JSON readers agree on is refused with the bundle.
    if spell(1) == 2**63:
        with pytest.raises(Exception, match="beyond 2"):
            authentic(bundle, trusting(maker.root()))
    else:
        check_refused(bundle, trusting(maker.root()), "bad-log-entry", "is no 64-bit number")


@pytest.mark.parametrize("spell", [int, str])
def test_both_spellings_of_protobuf(maker: Maker, spell: Any) -> None:
    bundle = respelled(respelled(maker.statement(), "logIndex", spell), "treeSize", spell)
    entry_of(bundle)["logIndex"] = spell(int(entry_of(bundle)["logIndex"]))
    assert authentic(bundle, trusting(maker.root())).logs


def promised(maker: Maker, bundle: Document, seconds: int) -> Document:
    """The entry with a promise over another time, well signed."""
    entry, log = entry_of(bundle), maker.instance.log
    entry["integratedTime"] = str(seconds)
    signed = {
        "body": entry["canonicalizedBody"],
        "integratedTime": seconds,
        "logID": log.key_id.hex(),
        "logIndex": int(entry["logIndex"]),
    }
    entry["inclusionPromise"] = {"signedEntryTimestamp": b64(keys.sign(log.key, canonical(signed)))}
    return bundle


@pytest.mark.parametrize("seconds", [253_402_300_800, 2**53 - 1])
def test_a_promised_time_beyond_every_calendar(maker: Maker, seconds: int) -> None:
    bundle = promised(maker, maker.statement(), seconds)
    check_refused(bundle, trusting(maker.root()), "bad-log-entry", "is no time")


def test_a_promised_time_beyond_what_can_be_signed(maker: Maker) -> None:
    bundle = promised(maker, maker.statement(), 1)
    entry_of(bundle)["integratedTime"] = str(2**53)
    check_refused(bundle, trusting(maker.root()), "bad-log-entry", "malformed")


def test_a_promise_without_a_time_is_no_time(maker: Maker) -> None:
    """The promise is good, and says nothing of when."""
    bundle = promised(maker, maker.statement(stamps=0), 0)
    check_refused(bundle, trusting(maker.root()), "no-time", "nothing trusted says when")
    with_stamp = promised(maker, maker.statement(), 0)
    assert all(time.source.startswith("timestamp") for time in authentic(with_stamp, trusting(maker.root())).times)


@pytest.mark.parametrize("shift", [-3_600, 3_600])
def test_a_promised_time_outside_the_certificate(maker: Maker, shift: int) -> None:
    bundle = promised(maker, maker.statement(), int(maker.instance.clock()) + shift)
    later = replace(trusting(maker.root()), at=datetime.now(UTC) + timedelta(days=1))  # no time is in its future
    check_refused(bundle, later, "bad-certificate", "")
