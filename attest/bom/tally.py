"""What results come to.

Weights: must 3, should 2, may 1. What a norm wants only if it exists or is known weighs 2: a document cannot show
that something does not exist, so its absence lowers the score and fails nothing. A profile fails when a `must` is
missing or a `must-not` is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from attest.domain.bom_result import Level, Result, Tally

WEIGHTS: Mapping[Level, int] = {
    "must": 3,
    "must-not": 3,
    "must-if-exists": 2,
    "must-if-known": 2,
    "should": 2,
    "may": 1,
}
MAX_OFFENDERS = 10


def totals(results: Collection[Result]) -> tuple[Fraction, Fraction]:
    """Satisfied and applicable weight; what some things have and others lack counts by its share."""
    satisfied, applicable = Fraction(0), Fraction(0)
    for result in results:
        if result.total:
            applicable += WEIGHTS[result.level]
            satisfied += Fraction(result.satisfied, result.total) * WEIGHTS[result.level]
    return satisfied, applicable


def tallies(results: Collection[Result]) -> tuple[Tally, ...]:
    """Counts by level, for the levels that the profile has."""
    found = []
    for level in WEIGHTS:
        asked = [result for result in results if result.level == level and result.total]
        if any(result.level == level for result in results):
            whole = sum(result.satisfied == result.total for result in asked)
            found.append(Tally(level=level, satisfied=whole, applicable=len(asked)))
    return tuple(found)


def passed(results: Collection[Result]) -> bool:
    """Whether something was asked at all, no `must` is missing, and no `must-not` is there."""
    failed = any(
        result.status == "violated" or (result.level == "must" and result.status == "missing") for result in results
    )
    return not failed and any(result.total for result in results)
