"""Findings: single things that were seen in an artifact, with the rule that names them (SARIF)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One observation: `rule` is its id in the catalogue, `file` a name inside the artifact or empty."""

    rule: str
    severity: Severity
    file: str
    message: str
