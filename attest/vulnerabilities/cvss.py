"""CVSS vectors → base score → severity. Sources: FIRST's CVSS v2 guide (section 3.2.1), CVSS v3.0 and v3.1
specifications (section 7.1, and appendix A for rounding up), and their qualitative rating scale (section 5).

A vector of version 4 is kept without a score: its base score is looked up in a table of 270 macro vectors, and the
databases that give such vectors give a severity beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Severity = Literal["critical", "high", "medium", "low", "none", "unknown"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "none", "unknown")
"""Worst first; what is not known comes last."""

_MAX_LENGTH = 512
_VERSION_4 = re.compile(r"CVSS:4\.0(?:/[A-Za-z]{1,4}:[A-Za-z]{1,6}){11,40}", re.ASCII)
_METRIC = re.compile(r"([A-Za-z]{1,3}):([A-Za-z]{1,4})", re.ASCII)
_IMPACT_3 = {"H": 0.56, "L": 0.22, "N": 0.0}
_VERSION_3: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": _IMPACT_3,
    "I": _IMPACT_3,
    "A": _IMPACT_3,
}
# Privileges weigh more when the scope changes.
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}
_IMPACT_2 = {"N": 0.0, "P": 0.275, "C": 0.66}
_VERSION_2: Mapping[str, Mapping[str, float]] = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": _IMPACT_2,
    "I": _IMPACT_2,
    "A": _IMPACT_2,
}


def base_score(vector: str) -> float | None:
    """The base score of a vector of version 2, 3.0 or 3.1, from 0 to 10 with one decimal; None for any other text."""
    if len(vector) > _MAX_LENGTH:
        return None
    for prefix in ("CVSS:3.1/", "CVSS:3.0/"):
        if vector.startswith(prefix):
            return _score_3(_metrics(vector.removeprefix(prefix)))
    if vector.startswith("(") and vector.endswith(")"):
        vector = vector[1:-1]
    return _score_2(_metrics(vector))


def is_vector(text: str) -> bool:
    """Whether this is a vector of any version that is known here."""
    return base_score(text) is not None or (len(text) <= _MAX_LENGTH and _VERSION_4.fullmatch(text) is not None)


def severity_of(vector: str) -> Severity:
    """The rating of a vector; version 2 as the NVD does, which knows neither critical nor none."""
    score = base_score(vector)
    if score is None:
        return "unknown"
    if not vector.startswith("CVSS:3"):
        return "high" if score >= 7 else "medium" if score >= 4 else "low"
    if score == 0:
        return "none"
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


def _metrics(text: str) -> dict[str, str]:
    """Metric → value; empty when the text is malformed or names a metric twice."""
    found: dict[str, str] = {}
    for part in text.split("/"):
        match = _METRIC.fullmatch(part)
        if match is None or match[1] in found:
            return {}
        found[match[1]] = match[2]
    return found


def _weights(metrics: Mapping[str, str], table: Mapping[str, Mapping[str, float]]) -> dict[str, float] | None:
    found = {name: values.get(metrics.get(name, "")) for name, values in table.items()}
    weights = {name: weight for name, weight in found.items() if weight is not None}
    return weights if len(weights) == len(table) else None


def _score_3(metrics: Mapping[str, str]) -> float | None:
    scope = metrics.get("S", "")
    weights = _weights(metrics, _VERSION_3)
    privileges = _PRIVILEGES.get(scope, {}).get(metrics.get("PR", ""))
    if weights is None or privileges is None:
        return None
    left = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    impact = 6.42 * left if scope == "U" else 7.52 * (left - 0.029) - 3.25 * (left - 0.02) ** 15
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * weights["AV"] * weights["AC"] * privileges * weights["UI"]
    total = impact + exploitability if scope == "U" else 1.08 * (impact + exploitability)
    return _up(min(total, 10))


def _up(number: float) -> float:
    """Rounded up to one decimal, in integers so that every machine gives the same (v3.1, appendix A)."""
    whole = round(number * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10


def _score_2(metrics: Mapping[str, str]) -> float | None:
    weights = _weights(metrics, _VERSION_2)
    if weights is None:
        return None
    impact = 10.41 * (1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"]))
    exploitability = 20 * weights["AV"] * weights["AC"] * weights["Au"]
    score = ((0.6 * impact) + (0.4 * exploitability) - 1.5) * (0 if impact == 0 else 1.176)
    return round(score, 1)
