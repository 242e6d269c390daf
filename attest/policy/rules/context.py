"""What a check may look at: the evidence, and which keys stand behind the policy's signer names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from attest.domain.attestation import Attestation, Rejected
from attest.domain.evidence import Evidence
from attest.domain.verdict import Reason, RuleResult, Verdict

MAX_REASONS = 50
RESTORE = (
    "Restore the files as they were released; if the change is wanted, release again: attest release MODEL --key KEY"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The evidence of one artifact, and the signer ids by signer name."""

    evidence: Evidence
    signers: Mapping[str, tuple[str, ...]]

    def ids(self, names: Iterable[str]) -> frozenset[str]:
        """The ids of the keys behind these signer names."""
        return frozenset(key for name in names for key in self.signers[name])

    def attested(self, names: Iterable[str], fits: Callable[[str], bool]) -> list[Attestation]:
        """Verified attestations by these signers whose predicate type fits."""
        ids = self.ids(names)
        return [a for a in self.evidence.attestations if a.signer.id in ids and fits(a.predicate_type)]

    def by_others(self, names: Iterable[str], fits: Callable[[str], bool]) -> list[Attestation]:
        """Verified attestations whose predicate type fits, by signers that do not count here."""
        ids = self.ids(names)
        return [a for a in self.evidence.attestations if a.signer.id not in ids and fits(a.predicate_type)]

    def earlier(self, names: Iterable[str]) -> list[Rejected]:
        """Verified statements by these signers about an earlier state of this artifact: they explain what changed."""
        ids = self.ids(names)
        return [
            item
            for item in self.evidence.rejected
            if item.code == "other-artifact" and item.signer and item.signer.id in ids and item.differences
        ]

    def suspects(self, names: Iterable[str], files: Sequence[str]) -> list[str]:
        """Those of `files` that changed or appeared since an earlier statement; all of them when none tells."""
        told = [item.differences for item in self.earlier(names) if item.differences and item.differences.matched]
        new = {name for found in told for name in (*found.unsigned, *(changed.name for changed in found.changed))}
        return [name for name in files if name in new] or list(files)

    def gaps(self, needed: str) -> list[Reason]:
        """Why evidence of this kind could not be had."""
        return [
            Reason(message=f"{gap.about}: {gap.reason}" if gap.about else gap.reason)
            for gap in self.evidence.gaps
            if gap.needed == needed
        ]


def result(
    rule: str, kind: str, summary: str, looked_at: Iterable[str] = (), reasons: Collection[Reason] = ()
) -> RuleResult:
    """A result that fails when there are reasons, and passes when there are none."""
    shown = tuple(reasons)[:MAX_REASONS]
    if len(reasons) > MAX_REASONS:
        shown = (*shown, Reason(message=f"and {len(reasons) - MAX_REASONS} more"))
    verdict: Verdict = "FAILED" if reasons else "PASSED"
    return RuleResult(rule=rule, kind=kind, verdict=verdict, summary=summary, looked_at=tuple(looked_at), reasons=shown)


def files(count: int) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} file{'' if count == 1 else 's'}"


def evidence_label(item: Attestation) -> str:
    """One line that names a piece of evidence with its signer and its digest."""
    return f"{item.source} by {item.signer.id[:19]}… (statement sha256:{item.statement_digest[:12]}…)"


def rejected_reason(item: Rejected, mend: str = "") -> Reason:
    """Why one rejected bundle did not count."""
    return Reason(message=f"{item.source} does not count: {item.reason}", mend=mend)
