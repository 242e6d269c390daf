"""What changed between two bills, and which models are kin: for people, at most 100 columns wide, and for machines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from attest.domain.bom_diff import BomDiff, Change, Importance
from attest.domain.canonical import pretty
from attest.domain.finding import Finding
from attest.domain.kinship import Kinship, Match, percent
from attest.domain.manifest import printable
from attest.domain.record import encode

WIDTH = 100
MAX_SHOWN = 40
_MAX_TEXT = 160
_TITLES: dict[Importance, str] = {
    "alarm": "look at this first",
    "notice": "changed",
    "detail": "details",
}
_MARKS: dict[Importance, str] = {"alarm": "!!", "notice": "! ", "detail": "  "}
_RED, _YELLOW, _OFF = "\033[31m", "\033[33m", "\033[0m"
_COLORS: dict[Importance, str] = {"alarm": _RED, "notice": _YELLOW, "detail": ""}
_COUNTS = ("unchanged", "moved", "changed", "recast", "resized", "uncompared", "only_before", "only_after")
_CAUTION = (
    "That no weights are equal does not rule kinship out: training all of them, averaging or quantising changes every "
    "byte."
)


def diff_text(found: BomDiff, *, color: bool = False, everything: bool = False) -> str:
    """The changes, alarms first, ending with a line feed; long lists are cut short unless `everything` is asked for."""
    lines = list(_wrapped(f"{_plain(found.before)} → {_plain(found.after)}"))
    if not found.changes:
        lines.append("no difference in what the documents say")
    for importance, title in _TITLES.items():
        changes = [change for change in found.changes if change.importance == importance]
        if changes:
            lines += ["", f"{title}: {len(changes):,}"]
        for change in changes if everything else changes[:MAX_SHOWN]:
            lines += _change(change, color)
        if len(changes) > MAX_SHOWN and not everything:
            lines.append(f"   and {len(changes) - MAX_SHOWN:,} more; --format json names them")
    if found.kinship is not None:
        lines += ["", *_kinship(found.kinship)]
    return "\n".join(lines) + "\n"


def match_text(name: str, matches: Sequence[Match], findings: Sequence[Finding], known: int) -> str:
    """The known models that one has weights in common with, and what its declared base models make of that."""
    shown = [found for found in matches if found.evidence == "shown"]
    count = f"{len(shown)} of {known:,} known models have weights in common with it"
    lines = list(_wrapped(f"{_plain(name) or '(without a name)'}: {count}"))
    for found in matches[:MAX_SHOWN]:
        declared = "declared" if found.declared else "NOT declared"
        share = percent(found.shared.size, found.model.size) if found.shared.size else "structure"
        lines += _wrapped(f"{share:>9}  {_plain(found.name)} ({declared})", "  ", " " * 13)
        lines += _wrapped(_plain(found.message), " " * 13, " " * 13)
    if len(matches) > MAX_SHOWN:
        lines.append(f"  and {len(matches) - MAX_SHOWN:,} more; --format json names them")
    for finding in findings:
        lines += _wrapped(f"{finding.severity}: {_plain(finding.message)} [{finding.rule}]", "", "  ")
    return "\n".join([*lines, *_wrapped(_CAUTION)]) + "\n"


def diff_json(found: BomDiff) -> str:
    """A comparison for machines."""
    return pretty(
        {
            "format": "attest/bom-diff/v1",
            "before": found.before,
            "after": found.after,
            "alarms": len(found.alarms),
            "kinship": encode(found.kinship),
            "changes": encode(found.changes),
        }
    )


def match_json(name: str, matches: Sequence[Match], findings: Sequence[Finding], known: int) -> str:
    """Matches for machines."""
    return pretty(
        {
            "format": "attest/lineage-match/v1",
            "name": name,
            "known": known,
            "matches": encode(tuple(matches)),
            "findings": encode(tuple(findings)),
        }
    )


def _kinship(found: Kinship) -> Iterator[str]:
    yield from _wrapped(f"tensors: {found.verdict}. {_plain(found.message)}")
    told = [
        f"{getattr(found, name).tensors:,} {name.replace('_', ' ')}" for name in _COUNTS if getattr(found, name).tensors
    ]
    if told:
        yield from _wrapped(", ".join(told), "  ", "  ")
    for label, text in (("changed", found.changed_layers), ("unchanged", found.unchanged_layers)):
        if text:
            yield from _wrapped(f"{label} layers {_plain(text)}", "  ", "    ")
    if found.changed_modules:
        yield from _wrapped(f"changed parts: {', '.join(found.changed_modules)}", "  ", "    ")
    for note in found.notes:
        yield from _wrapped(f"note: {_plain(note)}", "  ", "    ")


def _change(change: Change, color: bool) -> Iterator[str]:
    paint = _COLORS[change.importance] if color else ""
    mark = _MARKS[change.importance]
    lines = list(_wrapped(f"{change.kind}: {_plain(change.message)}", "   ", "     "))
    yield (f"{paint}{mark}{_OFF}" if paint else mark) + lines[0][len(mark) :]
    yield from lines[1:]
    for sign, text in (("-", change.before), ("+", change.after)):
        if text and text not in (change.subject, "true"):
            yield from _wrapped(f"{sign} {_short(text)}", "     ", "       ")


def _short(text: str) -> str:
    plain = _plain(text)
    return plain if len(plain) <= _MAX_TEXT else f"{plain[: _MAX_TEXT - 1]}…"


def _plain(text: str) -> str:
    """A text on one line that cannot act on a terminal."""
    return printable(" ".join(text.split()))


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `WIDTH` characters; there is always one."""
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, drop_whitespace=True)
    return lines or [first]
