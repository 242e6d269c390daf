"""What a check may look at: the evidence, and who stands behind the policy's signer names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from attest.domain.attestation import Attestation, Rejected, Signer
from attest.domain.evidence import Evidence
from attest.domain.verdict import Reason, RuleResult, Verdict
from attest.policy.signers import KeyDefinition, SignerDefinition

MAX_REASONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The evidence of one artifact, and the definitions by signer name."""

    evidence: Evidence
    signers: Mapping[str, SignerDefinition]

    def stands(self, names: Iterable[str], signer: Signer) -> bool:
        """True when one of these names stands for `signer`."""
        return any(self.signers[name].stands_for(signer) for name in names)

    def foreign(self, names: Sequence[str], item: Attestation) -> str:
        """That an attestation is by somebody else, and how near it comes to the names of its signer's kind."""
        near = [
            f"for {name}, {self.signers[name].mismatch(item.signer)}"
            for name in names
            if self.signers[name].kind == item.signer.kind and item.signer.kind != "key"
        ]
        message = f"{item.source} is by {item.signer.label}, which does not stand for {' or '.join(names)}"
        return f"{message} ({'; '.join(near[:3])})" if near else message

    def sign_with(self, names: Iterable[str]) -> str:
        """The option with which these signers sign."""
        keys = all(isinstance(self.signers[name], KeyDefinition) for name in names)
        return "--key KEY" if keys else "--signer URI"

    def restore(self, names: Iterable[str]) -> str:
        """What to do about files that are not as they were signed."""
        return (
            "Restore the files as they were released; if the change is wanted, release again: "
            f"attest release MODEL {self.sign_with(names)}"
        )

    def attested(self, names: Iterable[str], fits: Callable[[str], bool]) -> list[Attestation]:
        """Verified attestations by these signers whose predicate type fits."""
        named = tuple(names)
        return [a for a in self.evidence.attestations if fits(a.predicate_type) and self.stands(named, a.signer)]

    def by_others(self, names: Iterable[str], fits: Callable[[str], bool]) -> list[Attestation]:
        """Verified attestations whose predicate type fits, by signers that do not count here."""
        named = tuple(names)
        return [a for a in self.evidence.attestations if fits(a.predicate_type) and not self.stands(named, a.signer)]

    def earlier(self, names: Iterable[str]) -> list[Rejected]:
        """Verified statements by these signers about an earlier state of this artifact: they explain what changed."""
        named = tuple(names)
        return [
            item
            for item in self.evidence.rejected
            if item.code == "other-artifact" and item.signer and item.differences and self.stands(named, item.signer)
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
    return f"{item.source} by {item.signer.label} (statement sha256:{item.statement_digest[:12]}…)"


def rejected_reason(item: Rejected, mend: str = "") -> Reason:
    """Why one rejected bundle did not count."""
    return Reason(message=f"{item.source} does not count: {item.reason}", mend=mend)
