"""What a scan may take. Limits exist so that a result can say what happened; a smaller one can only turn PASS into
INCONCLUSIVE."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields
from typing import Final


class BudgetError(Exception):
    """A limit was reached; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits, for one file of the artifact with everything inside it.

    `opcodes` of all its pickles together and `stream_opcodes` of one of them; `depth` levels of nesting; `members` of
    its archives and `names` bytes of their names; `unpacked` bytes that may come out of compression, and `ratio` times
    what went in once a member is above 64 MiB; `read` bytes read as structure; `seconds` of time plus `seconds_per_gib`
    for each GiB of the file; `findings` that are kept.
    """

    opcodes: int = 20_000_000
    stream_opcodes: int = 5_000_000
    depth: int = 8
    members: int = 100_000
    names: int = 64 << 20
    unpacked: int = 64 << 30
    ratio: int = 1000
    read: int = 4 << 30
    seconds: int = 60
    seconds_per_gib: int = 2
    findings: int = 200

    def options(self) -> tuple[tuple[str, str], ...]:
        """Names and values, sorted, as a result records them."""
        return tuple(sorted((f"limit.{item.name}", str(getattr(self, item.name))) for item in fields(self)))


DEFAULT: Final = Limits()


@dataclass(slots=True)
class Budget:
    """What is left of the limits for one file of the artifact."""

    limits: Limits
    size: int
    opcodes: int = field(init=False)
    members: int = field(init=False)
    names: int = field(init=False)
    unpacked: int = field(init=False)
    read: int = field(init=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        limits = self.limits
        self.opcodes, self.members, self.names = limits.opcodes, limits.members, limits.names
        self.unpacked = min(limits.unpacked, max(1 << 30, 200 * self.size))
        self.read = limits.read
        self._deadline = time.monotonic() + limits.seconds + limits.seconds_per_gib * (self.size >> 30)

    def check_time(self) -> None:
        """Raises BudgetError when the time is over."""
        if time.monotonic() > self._deadline:
            raise BudgetError("the time for one file is over")

    def spend_read(self, count: int) -> None:
        """Bytes read as structure. Raises BudgetError."""
        self.read -= count
        if self.read < 0:
            raise BudgetError(f"more than {self.limits.read} bytes would have to be read as structure")
        if count > 1 << 16:
            self.check_time()

    def spend_unpacked(self, count: int) -> None:
        """Bytes that came out of compression. Raises BudgetError."""
        self.unpacked -= count
        if self.unpacked < 0:
            raise BudgetError("more would be unpacked than is allowed for a file of this size")
        self.check_time()

    def spend_member(self, name: str | bytes) -> None:
        """One member of an archive. Raises BudgetError."""
        self.members -= 1
        self.names -= len(name)
        if self.members < 0 or self.names < 0:
            raise BudgetError(f"the archives hold more than {self.limits.members} members, or too long names")
