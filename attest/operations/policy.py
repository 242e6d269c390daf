"""Policies as files: reading one with the keys it names, making one from a key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attest.domain.manifest import name_fault
from attest.domain.public_key import MAX_PEM, PublicKeyText, parse_public_key
from attest.errors import InputError, KeyFileError
from attest.policy import Policy, SignerKey, key_policy, parse_policy, release_policy
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
    return _trusted(parse_policy(data, repr(path)), os.path.dirname(os.path.abspath(path)))


def policy_for_keys(paths: Sequence[str], allow_unsigned: Sequence[str] = ()) -> TrustedPolicy:
    """The policy behind `verify --key`: signed by one of these public keys, and nothing else lies there.

    Raises KeyFileError when a file holds no public key, InputError for a name that no file can have.
    """
    for name in allow_unsigned:
        if fault := name_fault(name):
            raise InputError(f"--allow-unsigned {name!r}: {fault}", hint="Give the exact relative name of one file.")
    keys = {key.id: key for key in map(read_public_key, paths)}
    text = key_policy(
        list(keys.values()),
        expires="9999-12-31T23:59:59Z",
        allow_unsigned=tuple(dict.fromkeys(allow_unsigned)),
    )
    return _trusted(parse_policy(text.encode("utf-8"), "the policy made from --key"), "")


def init_policy(key: str, *, signer: str = "release", expires: str = "", today: datetime | None = None) -> str:
    """The text of a policy for released models that trusts the public key at `key`, valid for a year by default.

    Raises KeyFileError or DocumentError when the key, the name or the time cannot be used.
    """
    until = expires or ((today or datetime.now(UTC)) + timedelta(days=365)).strftime("%Y-%m-%dT00:00:00Z")
    text = release_policy(read_public_key(key), signer=signer, expires=until)
    parse_policy(text.encode("utf-8"), "the new policy")
    return text


def read_public_key(path: str) -> PublicKeyText:
    """A PEM public key from a file. Raises KeyFileError."""
    data = read_bounded(path, MAX_PEM)
    if data is None:
        raise KeyFileError(f"there is no key at {path!r}", hint="Check the path; attest key generate makes a key.")
    try:
        return parse_public_key(data.decode("ascii"), repr(path))
    except UnicodeDecodeError:
        raise KeyFileError(f"{path!r} is no PEM public key", hint="Give a file made by attest key generate.") from None


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
    pems = [(_pem(key, folder), f"the key of signer {name!r}") for name, keys in policy.signers.items() for key in keys]
    return TrustedPolicy(policy=policy, trust=Trust.of_keys(pems))


def _pem(key: SignerKey, folder: str) -> str:
    if key.pem:
        return key.pem
    found = read_public_key(os.path.join(folder, key.file))
    if found.id != key.id:
        raise KeyFileError(
            f"the key file {key.file!r} holds {found.id}, and the policy pins {key.id}",
            hint="Somebody changed the key beside the policy; ask the policy's owner which one is right.",
        )
    return found.pem
