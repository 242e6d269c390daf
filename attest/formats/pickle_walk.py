"""The names that a pickle asks for, and what it would build; see `pickle_machine`."""

from __future__ import annotations

from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.pickle_feed import Feed
from attest.formats.pickle_machine import Machine, OnBuild
from attest.formats.pickle_opcodes import OPCODES
from attest.formats.pickle_values import OPAQUE, Value


class Walked(NamedTuple):
    """What a pickle builds, and why it does not come to its end (`fault`, empty when it does)."""

    value: Value
    fault: str


def walk(feed: Feed, on_build: OnBuild | None = None) -> Walked:
    """Run the pickle where `feed` stands; afterwards `feed` stands behind it. Names are in `feed.budget`.

    `on_build` is called with the machine whenever a value got its state. Never raises for what the pickle holds.
    """
    try:
        return Walked(Machine(feed, OPCODES, on_build).run(), "")
    except DocumentError as error:
        return Walked(OPAQUE, error.message)
