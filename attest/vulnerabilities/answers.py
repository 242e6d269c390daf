"""What a source of advisories answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attest.domain.bom import Vulnerability
from attest.domain.gap import Gap
from attest.vulnerabilities.eligible import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Vulnerabilities of a release, with `affects` still empty, and the reasons why the answer may not be whole."""

    vulnerabilities: tuple[Vulnerability, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """An answer for every release that was asked, and gaps in the source as a whole."""

    by_release: Mapping[Asked, Answer]
    gaps: tuple[Gap, ...] = ()
