"""Checks and scores of bills of materials, for people and for machines. Nothing here decides anything."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from attest.domain.bom_result import CheckResult, Fault, Result, Score
from attest.domain.canonical import pretty
from attest.domain.manifest import printable
from attest.domain.record import encode

WIDTH = 100
_WORD = 16
_OFFENDERS = 4
_RED, _GREEN, _YELLOW, _BOLD, _OFF = "\033[31m", "\033[32m", "\033[33m", "\033[1m", "\033[0m"
_STATUS = {
    "present": ("present", _GREEN),
    "explicit-unknown": ("stated unknown", _GREEN),
    "missing": ("missing", _YELLOW),
    "not-applicable": ("not asked", ""),
    "violated": ("violated", _RED),
}


def check_text(result: CheckResult, name: str, *, color: bool = False) -> str:
    """The report of one check, ending with a line feed."""
    verdict = "PASSED" if result.passed else "FAILED"
    counts = f"{_number(result.errors, 'error')}, {_number(result.warnings, 'warning')}"
    paint = _GREEN if result.passed else _RED
    lines = [f"{_painted(verdict, paint, color)}  {printable(name)}: {printable(result.form)}, {counts}"]
    if result.compared is not None:
        lines.append(f"files   {_number(result.compared, 'file')} compared by digest")
    for fault in result.faults:
        lines += _fault(fault, color)
    left = result.errors + result.warnings - len(result.faults)
    if left:
        lines.append(f"and {left} more")
    return "\n".join(lines) + "\n"


def check_json(result: CheckResult, name: str) -> str:
    """The same as JSON, `attest/bom-check/v1`."""
    document: dict[str, object] = {
        "format": "attest/bom-check/v1",
        "name": name,
        "form": result.form,
        "passed": result.passed,
        "errors": result.errors,
        "warnings": result.warnings,
        "faults": encode(result.faults),
    }
    if result.compared is not None:
        document["filesCompared"] = result.compared
    return pretty(document)


def score_text(score: Score, name: str, *, color: bool = False) -> str:
    """The report of one score, ending with a line feed."""
    lines = [
        _painted(f"{score.percent} %", _BOLD, color) + f"  {printable(name)}: {printable(score.form)}",
        *textwrap.wrap(f"profile  {score.profile}: {printable(score.title)}", WIDTH, subsequent_indent=" " * 9),
        f"subject  {printable(score.subject) or '(none)'}",
        f"counts   {_tallies(score)}",
        f"verdict  {_verdict(score)}",
    ]
    if score.grade:
        lines.append(f"grade    {printable(score.grade)}")
    lines.append("")
    group = ""
    for result in score.results:
        if result.group != group:
            group = result.group
            lines.append(_painted(printable(group), _BOLD, color))
        lines += _result(result, color)
    lines.append("")
    for note in score.notes:
        lines += textwrap.wrap(printable(note), WIDTH)
    return "\n".join(lines) + "\n"


def score_json(score: Score, name: str) -> str:
    """The same as JSON, `attest/bom-score/v1`; percentages are texts, since canonical JSON has no fractions."""
    return pretty(
        {
            "format": "attest/bom-score/v1",
            "name": name,
            "profile": score.profile,
            "title": score.title,
            "verified": score.verified,
            "form": score.form,
            "subject": score.subject,
            "percent": score.percent,
            "passed": score.passed,
            "grade": score.grade,
            "levels": {
                tally.level: {"satisfied": tally.satisfied, "applicable": tally.applicable} for tally in score.tallies
            },
            "elements": encode(score.results),
            "notes": list(score.notes),
        }
    )


def _fault(fault: Fault, color: bool) -> Iterator[str]:
    word = _painted(f"{fault.severity:<7}", _RED if fault.severity == "error" else _YELLOW, color)
    yield from textwrap.wrap(
        f"{word} {printable(fault.where) or '(document)'}", WIDTH + len(word) - 7, subsequent_indent=" " * 8
    )
    yield from textwrap.wrap(
        printable(fault.message), WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8, break_long_words=True
    )


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _tallies(score: Score) -> str:
    asked = [tally for tally in score.tallies if tally.applicable]
    return ", ".join(f"{tally.level} {tally.satisfied} of {tally.applicable}" for tally in asked) or "nothing applies"


def _verdict(score: Score) -> str:
    if not any(tally.level in ("must", "must-not") for tally in score.tallies):
        return "the profile demands nothing, so there is nothing to pass"
    return "passed: nothing that must be there is missing" if score.passed else "FAILED: something that must be is not"


def _result(result: Result, color: bool) -> Iterator[str]:
    word, paint = _STATUS[result.status]
    share = f" ({result.satisfied} of {result.total})" if result.total > 1 else ""
    yield f"  {_painted(f'{word:<{_WORD}}', paint, color)}{result.level:<16}{printable(result.name)}{share}"
    if result.status in ("present", "explicit-unknown") and result.pointers:
        yield from _indented(result.pointers[0])
    if result.reason:
        yield from _indented(result.reason)
    if result.offenders:
        shown = ", ".join(map(printable, result.offenders[:_OFFENDERS]))
        left = result.total - result.satisfied - min(_OFFENDERS, len(result.offenders))
        yield from _indented(f"without it: {shown}{f' and {left} more' if left > 0 else ''}")
    if result.hint:
        yield from _indented(result.hint)


def _indented(text: str) -> Iterator[str]:
    indent = " " * (2 + _WORD)
    yield from textwrap.wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=indent)


def _painted(text: str, code: str, color: bool) -> str:
    return f"{code}{text}{_OFF}" if color and code else text
