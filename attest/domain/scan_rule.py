"""What a scan can find: a rule for each kind of finding. The rules themselves stand in `scan_rules`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
"""From least to most."""
Effect = Literal["block", "inconclusive", "warn", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry. `effect` says what a finding does to the outcome: it blocks, makes the outcome inconclusive, warns
    or notes.
    """

    id: str
    severity: Severity
    effect: Effect
    title: str
    meaning: str
    mend: str
    references: tuple[str, ...] = ()


CONVERT = "Convert the weights to safetensors, which cannot run code, on an isolated machine, and use those."
AGAIN = "Fetch the file again from its publisher and compare the digest; refuse it if the content is the same."
HOSTILE = "Treat the file as hostile: do not load it, and tell its publisher and your security team."
