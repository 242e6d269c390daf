"""Reports for people: the answer first, then what failed, how to mend it, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    if steps := _steps(verification):
        lines += [
            "",
            paint(_BOLD, "to mend it"),
            *(f"  {number}. {step}" for number, step in enumerate(steps, 1)),
        ]
    return "\n".join(lines) + "\n"


def _subject(evidence: Evidence) -> str:
    name = printable(evidence.name)
    return f"{name}: {_size(evidence.manifest)}" if evidence.manifest else name


def _size(manifest: Manifest) -> str:
    count = f"{len(manifest.files):,} file{'s' if len(manifest.files) != 1 else ''}"
    return f"{count}, {human(manifest.size)}, {manifest.digest_kind} sha256:{short(manifest.digest)}"


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
    for reason in result.reasons[:MAX_SHOWN]:
        yield f"          - {_reason(reason)}"
    if len(result.reasons) > MAX_SHOWN:
        yield f"          - and {len(result.reasons) - MAX_SHOWN} more; --format json names them"
    for item in result.looked_at[:MAX_SHOWN]:
        yield f"          looked at {printable(item)}"


def _reason(reason: Reason) -> str:
    return printable(f"{reason.file}: {reason.message}" if reason.file else reason.message)


def _not_counted(verification: Verification, paint: _Paint) -> Iterator[str]:
    rejected = verification.evidence.rejected
    if rejected:
        yield ""
        yield paint(_BOLD, "evidence that did not count")
    for item in rejected[:MAX_SHOWN]:
        yield f"  {printable(item.source)}: {printable(item.reason)}"
    for attestation in verification.evidence.attestations:
        for what in attestation.unchecked:
            source = printable(attestation.source)
            yield f"  {source}: {what} in it were not checked: no trust anchor was given for them"
    gaps = [gap for gap in verification.evidence.gaps if gap.needed != "manifest"]
    if gaps:
        yield ""
        yield paint(_BOLD, "what could not be had")
    for gap in gaps[:MAX_SHOWN]:
        yield f"  {gap.needed}: {printable(gap.about)}: {printable(gap.reason)}"


def findings_text(findings: Sequence[Finding]) -> Iterator[str]:
    """One line per finding, with a heading when there are any."""
    if findings:
        yield ""
        yield "seen besides"
    for item in findings[:MAX_SHOWN]:
        yield f"  {item.severity}: {item.file}: {printable(item.message)} [{item.rule}]"
    if len(findings) > MAX_SHOWN:
        yield f"  and {len(findings) - MAX_SHOWN} more; --format json names them"


def _steps(verification: Verification) -> list[str]:
    mends = [reason.mend for result in verification.failed for reason in result.reasons if reason.mend]
    return [printable(step) for step in dict.fromkeys(mends)][:MAX_SHOWN]


def digest_text(name: str, manifest: Manifest, oms_root: str, findings: Sequence[Finding], *, files: bool) -> str:
    """The digests of an artifact; `files` adds one line per file in the form that `sha256sum -c` reads."""
    if files:
        return "".join(f"{entry.sha256.hex()}  {entry.name}\n" for entry in manifest.files)
    lines = [
        f"{printable(name)}: {len(manifest.files):,} files, {human(manifest.size)}",
        f"{manifest.digest_kind:14}  sha256:{manifest.digest}",
        f"{'OMS root':14}  sha256:{oms_root} (covers no names)"
        if oms_root
        else f"{'OMS root':14}  none: no file counts",
    ]
    if manifest.evidence:
        lines.append(f"{'left out':14}  {', '.join(entry.name for entry in manifest.evidence)} (evidence)")
    return "\n".join([*lines, *findings_text(findings)]) + "\n"
