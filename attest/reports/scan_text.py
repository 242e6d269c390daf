"""A scan in the terminal: the outcome first, then each file from worst to best, then what to do, then what was read."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from attest.domain.digest import short
from attest.domain.manifest import printable
from attest.domain.scan import OUTCOMES, SEPARATOR, WHOLE, FileScan, Outcome, Scan, ScanFinding
from attest.domain.scan_rule import SEVERITIES
from attest.domain.scan_rules import RULES
from attest.reports.text import human

Paint: TypeAlias = Callable[[str, str], str]

WIDTH = 100
_MAX_FILES = 20
_MAX_FINDINGS = 12
_MAX_NAMES = 8
_MAX_LINES = 3
_HANGING = " " * 12
_RED, _GREEN, _YELLOW, _BOLD, _DIM, _OFF = "\033[31m", "\033[32m", "\033[33m", "\033[1m", "\033[2m", "\033[0m"
_COLOURS = {"PASS": _GREEN, "INCONCLUSIVE": _YELLOW, "BLOCK": _RED}
_SEVERITY_COLOURS = {"critical": _RED, "high": _RED, "medium": _YELLOW}
_MEANINGS: dict[Outcome, str] = {
    "PASS": "nothing outside the lists was found by the readers named below",
    "INCONCLUSIVE": "something could not be read, so nobody can say what loading it would do",
    "BLOCK": "loading it could do more than load a model",
}
_EFFECTS = (
    ("block", "blocking", "blocking"),
    ("inconclusive", "left open", "left open"),
    ("warn", "warning", "warnings"),
    ("note", "note", "notes"),
)
_ORDER = tuple(effect for effect, _, _ in _EFFECTS)


def scan_text(scan: Scan, *, color: bool = False, everything: bool = False) -> str:
    """The whole report, ending with a line feed.

    Files without findings, and the ends of long lists, are shown only when `everything` is asked for.
    """
    paint = _paint if color else _plain
    lines = [
        f"{paint(_BOLD, paint(_COLOURS[scan.outcome], scan.outcome))}: {_MEANINGS[scan.outcome]}",
        f"{_files(scan)}; {_counts(scan)}",
    ]
    worst = sorted((file for file in scan.files if _shown(file, everything)), key=_rank)
    most = len(worst) if everything else _MAX_FILES
    for file in worst[:most]:
        lines += ["", *_file(file, paint, everything)]
    if len(worst) > most:
        lines += ["", f"and {_number(len(worst) - most, 'file')} more to look at (--all shows them)"]
    lines += _steps(scan, paint)
    lines += _gaps(scan, paint, everything)
    lines += _basis(scan, paint, everything)
    return "\n".join(lines) + "\n"


def _shown(file: FileScan, everything: bool) -> bool:
    """Files with more than notes are shown, and all files when everything is asked for."""
    return everything or file.outcome != "PASS" or any(finding.effect != "note" for finding in file.findings)


def _rank(file: FileScan) -> tuple[int, int, str]:
    """Sorts the worst file first, by outcome and severity, and then by name."""
    severity = max((_severity(finding) for finding in file.findings), default=-1)
    return -OUTCOMES.index(file.outcome), -severity, file.file


def _severity(finding: ScanFinding) -> int:
    return SEVERITIES.index(RULES[finding.rule].severity)


def _files(scan: Scan) -> str:
    files = [file for file in scan.files if file.file != WHOLE]
    return f"{_number(len(files), 'file')}, {human(sum(file.size for file in files))}"


def _counts(scan: Scan) -> str:
    """How many findings there are of each effect."""
    found = Counter(finding.effect for finding in scan.findings)
    told = [
        f"{found[effect]:,} {one if found[effect] == 1 else many}" for effect, one, many in _EFFECTS if found[effect]
    ]
    left_out = sum(file.left_out for file in scan.files)
    if left_out:
        told.append(f"{left_out:,} that were not kept")
    return f"findings: {', '.join(told)}" if told else "no findings"


def _file(file: FileScan, paint: Paint, everything: bool) -> Iterator[str]:
    """A file with its findings, the worst one first."""
    outcome = paint(_COLOURS[file.outcome], file.outcome)
    if file.file == WHOLE:
        yield f"{outcome}  {paint(_BOLD, 'the artifact as a whole')}"
    else:
        formats = ", ".join(file.formats) or "no reader"
        yield f"{outcome}  {paint(_BOLD, printable(file.file))}  {formats}, {human(file.size)}"
    findings = sorted(file.findings, key=lambda finding: (-_severity(finding), finding))
    most = len(findings) if everything else _MAX_FINDINGS
    for finding in findings[:most]:
        yield from _finding(finding, paint)
    hidden = len(findings) - most
    if hidden > 0:
        yield f"  and {hidden:,} more (--all shows them)"
    if file.left_out:
        yield f"  and {file.left_out:,} more, which count and were not kept"


def _finding(finding: ScanFinding, paint: Paint) -> Iterator[str]:
    severity = RULES[finding.rule].severity
    place = _place(finding)
    yield f"  {paint(_SEVERITY_COLOURS.get(severity, ''), f'{severity:<8}')}  {paint(_BOLD, finding.rule)}{place}"
    by = f" (by {finding.by})" if finding.by else ""
    yield from _wrapped(f"{finding.message}{by}", _HANGING)
    if finding.value:
        yield from _wrapped(f"value: {finding.value}", _HANGING, most=_MAX_LINES)
    if finding.profile:
        yield from _wrapped(f"the profile {finding.profile} would allow it", _HANGING)


def _place(finding: ScanFinding) -> str:
    """Where inside the file; the file itself is the heading."""
    inside = printable(SEPARATOR.join(finding.members))
    place = f"{inside} @ {finding.offset:,}".lstrip() if finding.offset >= 0 else inside
    return f"  {place}" if place else ""


def _steps(scan: Scan, paint: Paint) -> Iterator[str]:
    """What to do, once for each rule, for what blocks or leaves the outcome open first."""
    found = Counter(finding.rule for finding in scan.findings if finding.effect != "note")
    if not found:
        return
    yield ""
    yield paint(_BOLD, "what to do")
    for rule in sorted(found, key=_urgency):
        times = f" ({found[rule]:,} times)" if found[rule] > 1 else ""
        yield f"  {rule}{times}"
        yield from _wrapped(RULES[rule].mend, " " * 6)
    yield "  attest scan --explain RULE says more about a rule"


def _urgency(rule: str) -> tuple[int, int, str]:
    return _ORDER.index(RULES[rule].effect), -SEVERITIES.index(RULES[rule].severity), rule


def _gaps(scan: Scan, paint: Paint, everything: bool) -> Iterator[str]:
    """What was not read, and why."""
    gaps = [finding for finding in scan.findings if finding.effect == "inconclusive"]
    if not gaps:
        return
    yield ""
    yield paint(_BOLD, "what could not be read")
    most = len(gaps) if everything else _MAX_FINDINGS
    for gap in gaps[:most]:
        place = f"{gap.place}: " if gap.file != WHOLE else ""
        yield from _wrapped(f"{place}{gap.message}", "  ", hanging="      ")
    if len(gaps) > most:
        yield f"  and {len(gaps) - most:,} more (--all shows them)"


def _basis(scan: Scan, paint: Paint, everything: bool) -> Iterator[str]:
    """What the outcome rests on: readers, profiles, other scanners, and the limits when everything is asked for."""
    yield ""
    yield paint(_BOLD, "read as")
    yield from _readers(scan.files, everything)
    yield ""
    yield paint(_BOLD, "by")
    yield f"  attest {printable(scan.tool_version)}, list of names sha256:{short(scan.allowlist)}"
    yield from _row("profiles needed", scan.profiles)
    if everything or scan.asked_profiles:
        yield from _row("profiles allowed", scan.profiles_allowed)
    else:
        yield f"  profiles allowed: the {len(scan.profiles_allowed)} default ones"
    if scan.asked_names:
        yield from _row("names added", scan.asked_names)
    if scan.second_opinions:
        yield from _row("second opinions", scan.second_opinions)
    read = sum(file.interpreted for file in scan.files)
    opaque = sum(file.opaque for file in scan.files)
    yield f"  {human(read)} read as structure, {human(opaque)} of tensors and media accounted for and not read"
    if everything:
        yield from (f"  {printable(name)} = {printable(value)}" for name, value in scan.options)


def _readers(files: Sequence[FileScan], everything: bool) -> Iterator[str]:
    """Formats with their files, the most frequent first."""
    by_format: dict[str, list[str]] = {}
    for file in files:
        for name in file.formats or (("no reader",) if file.file != WHOLE else ()):
            by_format.setdefault(name, []).append(file.file)
    width = max((len(name) for name in by_format), default=0)
    for name, names in sorted(by_format.items(), key=lambda item: (-len(item[1]), item[0])):
        most = len(names) if everything else _MAX_NAMES
        more = f" and {len(names) - most:,} more" if len(names) > most else ""
        yield from _wrapped(
            f"{name:<{width}}  {_number(len(names), 'file')}: {', '.join(names[:most])}{more}",
            "  ", hanging=" " * (4 + width), most=None if everything else _MAX_LINES,
        )  # fmt: skip


def _row(label: str, values: Iterable[str]) -> Iterator[str]:
    yield from _wrapped(f"{label}: {', '.join(values) or 'none'}", "  ", hanging="      ")


def _wrapped(text: str, indent: str, *, hanging: str = "", most: int | None = None) -> Iterator[str]:
    """A text in lines of at most 100 columns, cut after `most` of them."""
    lines = textwrap.wrap(
        printable(text), WIDTH, initial_indent=indent, subsequent_indent=hanging or indent, break_on_hyphens=False,
        max_lines=most, placeholder=" …",
    )  # fmt: skip
    yield from lines or [indent.rstrip()]


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _paint(code: str, text: str) -> str:
    return f"{code}{text}{_OFF}" if code else text


def _plain(code: str, text: str) -> str:  # noqa: ARG001 - the other painter needs the code
    return text
