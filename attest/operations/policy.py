"""Policies as files: reading one with the keys it names, making one from a key."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attest.errors import DocumentError, InputError, Problem
from attest.operations.anchors import trust_of
from attest.operations.expected import Expected, expected_policy
from attest.policy import Policy, parse_policy
from attest.signing import Trust
from attest.stores.beside import read_bounded

MAX_POLICY = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPolicy:
    """A policy and the keys behind its signers."""

    policy: Policy
    trust: Trust


def load_policy(path: str) -> TrustedPolicy:
    """Read the policy at `path` and the key files that it pins, which lie beside it.

    Raises InputError when there is none, DocumentError with every problem, KeyFileError for a key that does not fit.
    """
    data = read_bounded(path, MAX_POLICY)
    if data is None:
        raise InputError(f"there is no policy at {path!r}", hint="Check the path given as --policy.")
    policy = parse_policy(data, repr(path))
    if policy.scan_rule is not None:
        # Imported here: a policy that asks for no scan needs no scanner.
        from attest.operations.scan import scanning_of

        scanning_of(policy)
    return _trusted(policy, os.path.dirname(os.path.abspath(path)))


def policy_for(expected: Expected) -> TrustedPolicy:
    """The policy behind a verification without a policy file. Raises what `expected_policy` does."""
    return _trusted(_parsed(expected_policy(expected), "the policy made from the options"), "")


def _parsed(text: str, what: str) -> Policy:
    try:
        return parse_policy(text.encode("utf-8"), what)
    except DocumentError as error:
        # Its lines are nobody's; what stands after the line is the member that an option became.
        problems = [Problem(where=item.where.partition(", ")[2], message=item.message) for item in error.problems]
        raise DocumentError(
            "the options make no valid policy", problems, hint="docs/policy.md says what each member may hold."
        ) from error


def init_policy(
    expected: str | Expected,
    *,
    signer: str = "release",
    expires: str = "",
    beside: str = "",
    today: datetime | None = None,
) -> str:
    """The text of a policy for released models, valid for a year by default.

    It trusts the public key at the path `expected`, or whoever that names; `beside` is the folder that the policy will
    lie in. Raises KeyFileError, InputError or DocumentError when the signer, the name or the time cannot be used.
    """
    if not signer:
        raise InputError("the signer has no name", hint="Give --signer NAME, in lower case.")
    until = expires or ((today or datetime.now(UTC)) + timedelta(days=365)).strftime("%Y-%m-%dT00:00:00Z")
    who = Expected(keys=(expected,)) if isinstance(expected, str) else expected
    text = expected_policy(who, expires=until, release=signer, beside=beside)
    _parsed(text, "the new policy")
    return text


def moment(at: datetime) -> datetime:
    """A time in UTC. Raises InputError for one without a time zone, which could mean any."""
    if at.tzinfo is None:
        raise InputError(
            f"the time {at.isoformat()} has no time zone", hint="Give an aware datetime, such as one in UTC."
        )
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise InputError(f"the time {at.isoformat()} cannot be said in UTC", hint="Give a time of this era.") from None


def _trusted(policy: Policy, folder: str) -> TrustedPolicy:
    return TrustedPolicy(policy=policy, trust=trust_of(policy, folder))
