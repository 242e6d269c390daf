"""Timestamps and log entries over a signature: every one that is present verifies, or nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from attest.domain.attestation import LogEntry, SignedTime
from attest.domain.bundle import Bundle
from attest.signing.authentic import Refused
from attest.signing.keys import Message
from attest.signing.material.checkpoint import LogFault
from attest.signing.material.log_body import Signed
from attest.signing.material.transparency import Logged, verify_entry
from attest.signing.material.trusted_root import Authority, LogKey
from attest.signing.trust import Trust

SKEW = timedelta(seconds=60)
Counted = tuple[tuple[SignedTime, ...], tuple[LogEntry, ...], tuple[str, ...]]


def countersigned(bundle: Bundle, trust: Trust, signed: Message, verifier: bytes) -> Counted:
    """Times, log entries, and what could not be checked because the caller trusts nobody who could vouch for it.

    `verifier` is the DER key or certificate that the entries must name. Raises Refused.
    """
    unchecked = []
    stamps: tuple[SignedTime, ...] = ()
    if bundle.timestamps and not trust.timestamp_authorities:
        unchecked.append(f"{len(bundle.timestamps)} timestamps")
    else:
        stamps = timestamps(bundle, trust.timestamp_authorities)
    logged: tuple[Logged, ...] = ()
    if bundle.log_entries and not trust.logs:
        unchecked.append(f"{len(bundle.log_entries)} log entries")
    else:
        logged = log_entries(bundle, signed, verifier, trust.logs)
    times = (*stamps, *promised(logged))
    check_times(logged, times, trust.at)
    return times, named(logged), tuple(unchecked)


def timestamps(bundle: Bundle, authorities: Sequence[Authority]) -> tuple[SignedTime, ...]:
    """The times of every timestamp in the bundle. Raises Refused when one of them does not count."""
    if not bundle.timestamps:
        return ()
    from attest.signing.material.timestamps import TimestampFault, verify_timestamp

    if len(set(bundle.timestamps)) != len(bundle.timestamps):
        raise Refused("bad-timestamp", "one timestamp stands in it twice")
    try:
        found = [verify_timestamp(token, bundle.signature, authorities) for token in bundle.timestamps]
    except TimestampFault as fault:
        raise Refused("bad-timestamp", str(fault)) from fault
    return tuple(SignedTime(at=as_text(moment), source=f"timestamp by {name}") for moment, name in found)


def log_entries(bundle: Bundle, signed: Message, verifier: bytes, logs: Sequence[LogKey]) -> tuple[Logged, ...]:
    """Every log entry of the bundle, verified. Raises Refused when one of them does not count."""
    about = Signed(
        message=signed,
        payload=bundle.payload if bundle.payload_type else None,
        signature=bundle.signature,
        verifier=verifier,
    )
    try:
        return tuple(verify_entry(entry, about, logs) for entry in bundle.log_entries)
    except LogFault as fault:
        raise Refused("bad-log-entry", str(fault)) from fault


def promised(logged: Sequence[Logged]) -> tuple[SignedTime, ...]:
    """The times that logs promised."""
    return tuple(
        SignedTime(at=as_text(item.time), source=f"entry in {item.log.name}")
        for item in logged
        if item.time is not None
    )


def check_times(logged: Sequence[Logged], times: Sequence[SignedTime], now: datetime | None) -> None:
    """No time lies in the future of the verification (`now`, when the caller says it), but for the skew of clocks.

    A log counts at the time of the signature; one that has been retired vouches for nothing without a time.
    """
    latest = now + SKEW if now is not None else datetime.max.replace(tzinfo=UTC)
    for time in times:
        if as_moment(time.at) > latest:
            raise Refused("bad-timestamp", f"the {time.source} says {time.at}, which is later than this verification")
    for item in logged:
        outside = [time.at for time in times if not item.log.window.holds(as_moment(time.at))]
        if outside or (not times and item.log.window.end is not None):
            when = outside[0] if outside else "an unknown time"
            raise Refused("bad-log-entry", f"the log {item.log.name} is not trusted for {when}")


def named(logged: Sequence[Logged]) -> tuple[LogEntry, ...]:
    """The entries as evidence."""
    return tuple(LogEntry(log=item.log.name, index=item.index) for item in logged)


def as_text(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second: fractions of it prove nothing that a policy could use."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_moment(text: str) -> datetime:
    """The moment again."""
    return datetime.fromisoformat(text)
