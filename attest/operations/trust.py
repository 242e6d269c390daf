"""`trust`: the trusted roots that identities are verified with, how old they are, and how to get a current one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from attest.errors import InputError
from attest.operations.inspect_files import StrPath
from attest.signing.material.anchors import read_trusted_root
from attest.signing.material.trusted_root import Authority, LogKey
from attest.stores import write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One anchor of a trusted root: what it is for, its name, and from when to when it counts (RFC 3339)."""

    purpose: str
    name: str
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRoot:
    """A trusted root: its label in policies and evidence, its anchors, and the days since its newest one began."""

    label: str
    anchors: tuple[Anchor, ...]
    newest: str
    age_days: int


def show_trust(name: str = "production", now: datetime | None = None) -> ShownRoot:
    """The trusted root `production`, `staging`, or the one in a file.

    Raises DocumentError or KeyFileError when it cannot be read.
    """
    root = read_trusted_root(name)
    groups: tuple[tuple[str, tuple[Authority | LogKey, ...]], ...] = (
        ("certificate authority", root.authorities),
        ("certificate log", root.certificate_logs),
        ("transparency log", root.logs),
        ("timestamp authority", root.timestamp_authorities),
    )
    anchors = tuple(
        Anchor(
            purpose=purpose,
            name=item.name,
            start=f"{item.window.start:%Y-%m-%dT%H:%M:%SZ}",
            end=f"{item.window.end:%Y-%m-%dT%H:%M:%SZ}" if item.window.end else "",
        )
        for purpose, items in groups
        for item in items
    )
    age = (now or datetime.now(UTC)) - root.newest
    return ShownRoot(
        label=root.label, anchors=anchors, newest=f"{root.newest:%Y-%m-%dT%H:%M:%SZ}", age_days=max(age.days, 0)
    )


def fetch_trust(instance: str, target: StrPath, *, first_root: StrPath = "", timeout: float = 30.0) -> ShownRoot:
    """Get the current trusted root from a TUF repository and write it to `target`, so that it can be pinned.

    `instance` is `production`, `staging` or the repository's address, which needs `first_root`, the root metadata to
    start from. This is the one verb of verification that uses the network. Raises UndecidedError when the repository is
    out of reach or its metadata do not verify.
    """
    from attest.signing.services.tuf_root import fetch_trusted_root

    if os.path.lexists(target) and not os.path.isfile(target):
        raise InputError(f"{os.fspath(target)!r} is no file", hint="Choose another path.")
    data = fetch_trusted_root(instance, os.fspath(first_root), timeout)
    write_atomic(os.fspath(target), data)
    return show_trust(os.fspath(target))
