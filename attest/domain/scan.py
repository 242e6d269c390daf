"""What a scan of an artifact's files says: findings with their places, and one of three outcomes.

"No findings" never means "safe": it means that these bytes, read by the readers that are listed, name nothing outside
the lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from attest.domain.scan_rules import RULES

Outcome = Literal["PASS", "INCONCLUSIVE", "BLOCK"]
OUTCOMES: tuple[Outcome, ...] = ("PASS", "INCONCLUSIVE", "BLOCK")
"""From best to worst."""

SEPARATOR = "!"
"""Between a file and its members: `model.tar!weights.pt!archive/data.pkl`."""
WHOLE = "."
"""In the place of a file: the artifact as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ScanFinding:
    """One thing that was seen in a file.

    `rule` is an id of `attest.domain.scan_rules.RULES`, `file` a name inside the artifact, `members` the way from there
    to the innermost part (empty for the file itself). `offset` counts bytes from the beginning of that part and is -1
    when the finding has no single place; `length` is 0 when unknown. `value` is the name or text concerned, escaped and
    at most 200 characters. `profile` names the profile that would allow it, if there is one. `by` names another scanner
    when a second opinion found it.
    """

    file: str
    members: tuple[str, ...] = ()
    offset: int = -1
    length: int = 0
    rule: str
    message: str
    value: str = ""
    profile: str = ""
    by: str = ""

    @property
    def place(self) -> str:
        """The file and the way to the part, in one text."""
        return SEPARATOR.join((self.file, *self.members))

    @property
    def effect(self) -> str:
        """What the rule does to the outcome."""
        return RULES[self.rule].effect


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScan:
    """What was found in one file.

    `formats` are the readers that would take these bytes, as the scanner assumed them, empty for content that no model
    loader reads. `profiles` are those of the allowlist that the file needs. `interpreted` counts bytes that were read
    as structure, `opaque` bytes of tensors and the like that were accounted for and not read. `refers_to` are other
    files that this one makes a loader open, relative to the artifact, and `needs` how many bytes some of them must have
    at least. `findings` are at most as many as the scanner
    keeps; `left_out` counts the others, which count for the outcome.
    """

    file: str
    size: int
    outcome: Outcome
    formats: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    interpreted: int = 0
    opaque: int = 0
    refers_to: tuple[str, ...] = ()
    needs: tuple[tuple[str, int], ...] = ()
    findings: tuple[ScanFinding, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The scan of a whole artifact: a function of its bytes, the tool's version, the allowlist and the options.

    `asked_profiles` and `asked_names` are what the caller narrowed or added; `profiles_allowed` is what came of it.
    `options` are limits by name, in the order of names. `second_opinions` name the other scanners that were asked, with
    their versions.
    """

    outcome: Outcome
    files: tuple[FileScan, ...]
    tool_version: str
    allowlist: str
    profiles_allowed: tuple[str, ...]
    asked_profiles: tuple[str, ...] = ()
    asked_names: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    second_opinions: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[ScanFinding, ...]:
        """All findings, file by file."""
        return tuple(finding for file in self.files for finding in file.findings)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of the allowlist that the artifact needs."""
        return tuple(sorted({profile for file in self.files for profile in file.profiles}))


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of several outcomes; PASS when there are none."""
    return max(outcomes, key=OUTCOMES.index, default="PASS")


def outcome_of(effects: Iterable[str]) -> Outcome:
    """The outcome of findings with these effects: BLOCK wins over INCONCLUSIVE, and that over PASS."""
    found = set(effects)
    if "block" in found:
        return "BLOCK"
    return "INCONCLUSIVE" if "inconclusive" in found else "PASS"
