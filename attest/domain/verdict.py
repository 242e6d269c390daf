"""The verdict: PASSED or FAILED, with every rule's result, what it looked at, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from attest.domain.evidence import Evidence

Verdict = Literal["PASSED", "FAILED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason why a rule failed; `file` names the file it is about, `mend` says what would change the result."""

    message: str
    file: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule found. `looked_at` lists the evidence that counted, with digests."""

    rule: str
    kind: str
    verdict: Verdict
    summary: str
    looked_at: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReference:
    """Which policy decided: its name, version, and the SHA-256 of its bytes as read."""

    name: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A verdict about one artifact under one policy at one time.

    `at` is RFC 3339 in UTC; `at_given` is true when the caller chose the time, and such a verdict admits nothing.
    `replayed` is true when the evidence came from a file and not from the artifact itself.
    """

    verdict: Verdict
    policy: PolicyReference
    at: str
    at_given: bool
    replayed: bool
    results: tuple[RuleResult, ...]
    evidence: Evidence

    @property
    def passed(self) -> bool:
        """True for PASSED."""
        return self.verdict == "PASSED"

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """The results that failed, in the order in which they should be mended."""
        return tuple(result for result in self.results if result.verdict == "FAILED")
