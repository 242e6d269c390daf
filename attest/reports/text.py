"""Reports for people: the answer first, then what failed, how to mend it, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attest.domain.attestation import Attestation
from attest.domain.digest import short
from attest.domain.evidence import Evidence
from attest.domain.finding import Finding
from attest.domain.manifest import Manifest, printable
from attest.domain.verdict import Reason, RuleResult, Verification

MAX_SHOWN = 20
_RED, _GREEN, _YELLOW, _BOLD, _OFF = "\033[31m", "\033[32m", "\033[33m", "\033[1m", "\033[0m"


class _Paint:
    """Colours, or none of them."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, code: str, text: str) -> str:
        return f"{code}{text}{_OFF}" if self._color else text

    def verdict(self, word: str) -> str:
        return self(_GREEN if word == "PASSED" else _RED, word)


def verification_text(verification: Verification, *, color: bool = False) -> str:
    """The whole report of one verification, ending with a line feed."""
    paint = _Paint(color)
    lines = [f"{paint(_BOLD, paint.verdict(verification.verdict))}  {_subject(verification.evidence)}"]
    policy = verification.policy
    how = " (replayed from stored evidence)" if verification.replayed else ""
    lines.append(
        f"policy  {policy.name} version {policy.version} (sha256:{short(policy.digest)}), at {verification.at}{how}"
    )
    if verification.at_given or verification.replayed:
        lines.append(paint(_YELLOW, "note    this verdict is not about the present moment, so it admits nothing"))
    lines.append("")
    for result in (
        *verification.failed,
        *(item for item in verification.results if item.verdict == "PASSED"),
    ):
        lines += _rule(result, paint)
    lines += _not_counted(verification, paint)
    lines += findings_text(verification.evidence.findings)
    lines += _listed(_steps(verification), "  ", title=paint(_BOLD, "to mend it"))
    return "\n".join(lines) + "\n"


def _subject(evidence: Evidence) -> str:
    name = printable(evidence.name)
    return f"{name}: {_size(evidence.manifest)}" if evidence.manifest else name


def _size(manifest: Manifest) -> str:
    return f"{_files(manifest)}, {manifest.digest_kind} sha256:{short(manifest.digest)}"


def _files(manifest: Manifest) -> str:
    count = f"{len(manifest.files):,} file{'s' if len(manifest.files) != 1 else ''}"
    return f"{count}, {human(manifest.size)}"


def _listed(lines: Sequence[str], indent: str, *, title: str = "") -> Iterator[str]:
    """The first lines, fit to be shown, and how many more there are; with a heading when there are any."""
    if title and lines:
        yield ""
        yield title
    for line in lines[:MAX_SHOWN]:
        yield f"{indent}{printable(line)}"
    if len(lines) > MAX_SHOWN:
        yield f"{indent}and {len(lines) - MAX_SHOWN} more; --format json names them"


def human(size: int) -> str:
    """A number of bytes for people: `1.2 MB`, in powers of 1000."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.1f} {unit}" if unit != "bytes" else f"{size} bytes"
        amount /= 1000
    return f"{amount:.1f} TB"


def _rule(result: RuleResult, paint: _Paint) -> Iterator[str]:
    yield f"{paint.verdict(result.verdict)}  {printable(result.rule)}: {printable(result.summary)}"
    yield from _listed([_reason(reason) for reason in result.reasons], "          - ")
    yield from _listed([f"looked at {item}" for item in result.looked_at], "          ")


def _reason(reason: Reason) -> str:
    return f"{reason.file}: {reason.message}" if reason.file else reason.message


def _not_counted(verification: Verification, paint: _Paint) -> Iterator[str]:
    evidence = verification.evidence
    rejected = [f"{item.source}: {item.reason}" for item in evidence.rejected]
    yield from _listed(rejected, "  ", title=paint(_BOLD, "evidence that did not count"))
    proved = [f"{item.source}: {what}" for item in evidence.attestations for what in _proved(item)]
    yield from _listed(proved, "  ", title=paint(_BOLD, "when it was signed, and where that is recorded"))
    left_out = [
        f"{item.source}: {', '.join(item.ignore_paths) or 'nothing that it records'}"
        for item in evidence.attestations
        if item.signed_files
    ]
    yield from _listed(left_out, "  ", title=paint(_BOLD, "what the signatures leave out, by their own lists"))
    weak = [f"{item.source}: {note}" for item in evidence.attestations for note in item.notes]
    yield from _listed(weak, "  ", title=paint(_YELLOW, "what is weak about it"))
    unchecked = [
        f"{item.source}: {what} in it were not checked: no trust anchor was given"
        for item in evidence.attestations
        for what in item.unchecked
    ]
    yield from _listed(unchecked, "  ", title=paint(_BOLD, "material that was not checked"))
    gaps = [f"{gap.needed}: {gap.about}: {gap.reason}" for gap in evidence.gaps if gap.needed != "manifest"]
    yield from _listed(gaps, "  ", title=paint(_BOLD, "what could not be had"))


def _proved(item: Attestation) -> Iterator[str]:
    for time in item.times:
        yield f"before {time.at} ({time.source})"
    for entry in item.logs:
        yield f"in the log {entry.log}, index {entry.index}"


def findings_text(findings: Sequence[Finding]) -> Iterator[str]:
    """One line per finding, with a heading when there are any."""
    lines = [f"{item.severity}: {item.file}: {item.message} [{item.rule}]" for item in findings]
    yield from _listed(lines, "  ", title="seen besides")


def _steps(verification: Verification) -> list[str]:
    mends = [reason.mend for result in verification.failed for reason in result.reasons if reason.mend]
    return [f"{number}. {step}" for number, step in enumerate(dict.fromkeys(mends), 1)]


def digest_text(name: str, manifest: Manifest, oms_root: str, findings: Sequence[Finding], *, files: bool) -> str:
    """The digests of an artifact; `files` adds one line per file in the form that `sha256sum -c` reads."""
    if files:
        return "".join(f"{entry.sha256.hex()}  {entry.name}\n" for entry in manifest.files)
    lines = [
        f"{printable(name)}: {_files(manifest)}",
        f"{manifest.digest_kind:14}  sha256:{manifest.digest}",
        f"{'OMS root':14}  sha256:{oms_root} (covers no names)"
        if oms_root
        else f"{'OMS root':14}  none: no file counts",
    ]
    if manifest.evidence:
        lines.append(f"{'left out':14}  {', '.join(entry.name for entry in manifest.evidence)} (evidence)")
    return "\n".join([*lines, *findings_text(findings)]) + "\n"
