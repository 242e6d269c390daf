"""What checking and scoring a bill of materials found, whatever format it is written in and whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Severity = Literal["error", "warning"]
Status = Literal["present", "explicit-unknown", "missing", "not-applicable", "violated"]
Level = Literal["must", "must-if-exists", "must-if-known", "should", "may", "must-not"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, and where: `where` is a JSON pointer (RFC 6901) into the document; empty is the whole of it."""

    where: str
    message: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One document, checked. `form` names its format and version, such as `CycloneDX 1.6`.

    `faults` are the first of them, errors before warnings; `errors` and `warnings` count all. `compared` is how many
    files of an artifact were compared with the document's digests, None when there was no artifact.
    """

    form: str
    faults: tuple[Fault, ...]
    errors: int
    warnings: int
    compared: int | None = None

    @property
    def passed(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return self.errors == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a document says about one element of a profile.

    `pointers` are the first JSON pointers to what satisfies it. `satisfied` of `total` things have it (models,
    components, files, …); `offenders` names the first that have not. `hint` says how to fill what is missing, `reason`
    why the status is what it is.
    """

    id: str
    name: str
    level: Level
    status: Status
    group: str = ""
    pointers: tuple[str, ...] = ()
    satisfied: int = 0
    total: int = 0
    offenders: tuple[str, ...] = ()
    hint: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many applicable elements of one level are satisfied, those in part not counted."""

    level: Level
    satisfied: int
    applicable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A document measured against one profile.

    `satisfied` of `applicable` is the share of weight; a scorer profile has points of 100 instead. `grade` is what
    the profile's own scale calls the result, with what the grade leaves open. `notes` are what a reader must know
    before quoting the score.
    """

    profile: str
    title: str
    verified: bool
    form: str
    subject: str
    results: tuple[Result, ...]
    tallies: tuple[Tally, ...]
    satisfied: Fraction
    applicable: Fraction
    passed: bool
    grade: str = ""
    notes: tuple[str, ...] = ()

    @property
    def tenths(self) -> int:
        """The share in tenths of a percent, rounded down: 1000 only when nothing is missing."""
        return int(self.satisfied * 1000 / self.applicable) if self.applicable else 0

    @property
    def percent(self) -> str:
        """The share in percent with one decimal, rounded down."""
        return f"{self.tenths // 10}.{self.tenths % 10}"
