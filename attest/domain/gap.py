"""Gaps: evidence that could not be had. A gap is a value, shown in every report, and never silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Evidence that could not be had, and why; a rule that needs it fails.

    `needed` names the kind of evidence, `about` the file, place or component.
    """

    needed: Literal["manifest", "signature", "claims", "formats", "licenses", "vulnerabilities", "scan"]
    about: str
    reason: str
