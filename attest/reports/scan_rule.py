"""The catalogue of what a scan can find, for people: one rule at length, or all of them in a list."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from difflib import get_close_matches

from attest.domain.manifest import printable
from attest.domain.scan_rule import Rule
from attest.domain.scan_rules import RULES
from attest.errors import InputError

WIDTH = 100
_BOLD, _OFF = "\033[1m", "\033[0m"
EFFECTS = {
    "block": "blocks: an artifact with this finding does not pass",
    "inconclusive": "leaves the outcome open: something could not be read, and no gate takes that for a pass",
    "warn": "warns: the outcome stays what it is, and a policy may ask for more",
    "note": "notes: nothing is wrong with it",
}
"""What each effect does to the outcome."""


def rule_text(name: str, *, color: bool = False) -> str:
    """One rule at length, ending with a line feed. Raises InputError when there is none of this id."""
    rule = RULES.get(name)
    if rule is None:
        close = [known for known in RULES if name and known.startswith(name)] or get_close_matches(name, RULES, 3, 0.4)
        raise InputError(
            f"there is no rule {printable(name)!r}", hint=f"Did you mean {' or '.join(close[:3])}?" if close else ""
        )
    title = f"{_BOLD}{rule.id}{_OFF}" if color else rule.id
    lines = [
        f"{title}: {rule.title}",
        f"severity    {rule.severity}",
        f"effect      {EFFECTS[rule.effect]}",
        "",
        *_wrapped(rule.meaning),
        "",
        "what to do",
        *_wrapped(rule.mend, "  "),
    ]
    if rule.references:
        lines += ["", "see", *(f"  {reference}" for reference in rule.references)]
    return "\n".join(lines) + "\n"


def rule_list_text() -> str:
    """Every rule in one line, by family, ending with a line feed."""
    width = max(map(len, RULES))
    lines = [f"{rule.id:<{width}}  {rule.severity:<8}  {rule.effect:<12}  {rule.title}" for rule in ordered()]
    return "\n".join(lines) + "\n"


def ordered() -> list[Rule]:
    """The rules by id."""
    return sorted(RULES.values(), key=lambda rule: rule.id)


def _wrapped(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
