"""`signature`: an OMS signature over the files, by at least `threshold` distinct keys of the named signers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attest.domain.artifact import is_claim_source
from attest.domain.attestation import Differences, Rejected
from attest.domain.statement import OMS_PREDICATE
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.context import RESTORE, Context, evidence_label, files, rejected_reason, result
from attest.policy.yaml_subset import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Signed by `threshold` distinct keys among `signers`."""

    id: str
    signers: tuple[str, ...]
    threshold: int = 1
    kind: str = "signature"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    members = reader.mapping(node, where, required=("signers",), optional=("threshold",))
    return Rule(
        id=rule_id,
        signers=reader.signer_names(members.get("signers"), f"{where}.signers"),
        threshold=reader.integer(members.get("threshold"), f"{where}.threshold", low=1, high=100, default=1),
    )


def check(rule: Rule, context: Context) -> RuleResult:
    """Count distinct keys with a signature that matches the files on disk."""
    good = context.attested(rule.signers, _is_oms)
    distinct = {item.signer.id for item in good}
    looked = [f"{evidence_label(item)}: {files(item.signed_files)} as signed" for item in good]
    names = " or ".join(rule.signers)
    if len(distinct) >= rule.threshold:
        return result(
            rule.id,
            rule.kind,
            f"signed by {len(distinct)} of {rule.threshold} required keys of {names}",
            looked,
        )
    reasons = [
        reason
        for item in context.evidence.rejected
        if _about_signature(item)
        for reason in _rejected(item, rule, context)
    ]
    reasons += [
        Reason(
            message=f"{item.source} is by {item.signer.id[:19]}…, which does not stand for {names}",
            mend=f"Have {names} sign it, or add the key to the policy's signers if it is meant to count.",
        )
        for item in context.by_others(rule.signers, _is_oms)
    ]
    if not reasons:
        missing = "no signature was found" if not good else f"{len(distinct)} of {rule.threshold} required keys signed"
        reasons = [Reason(message=missing, mend=f"Get the signature by {names}: attest sign MODEL --key KEY")]
    return result(rule.id, rule.kind, f"not signed as required by {names}", looked, reasons)


def _is_oms(predicate_type: str) -> bool:
    return predicate_type == OMS_PREDICATE


def _about_signature(item: Rejected) -> bool:
    # Before its signature verified, a bundle says nothing that counts; then the place where it lay decides.
    if item.predicate_type:
        return item.predicate_type == OMS_PREDICATE
    return not is_claim_source(item.source)


def _rejected(item: Rejected, rule: Rule, context: Context) -> list[Reason]:
    mends = {
        "unknown-signer": "Check who signed it; if that key is meant to count, add it to the policy's signers.",
        "bad-signature": "Get the bundle again from whoever released the artifact.",
        "malformed": "Get the bundle again from whoever released the artifact.",
        "other-artifact": "Get the signature that was made for this artifact.",
    }
    if item.differences is None or item.code == "other-artifact":
        return [rejected_reason(item, mends.get(item.code, RESTORE))]
    return differences(item.differences, context.suspects(rule.signers, item.differences.unsigned))


def differences(found: Differences, unsigned: Sequence[str]) -> list[Reason]:
    """One reason per file that is not as it was signed, then the counts when not all are named."""
    renamed = dict(found.renamed)
    reasons = [
        Reason(
            file=item.name,
            message=f"the bytes changed: signed {item.signed[:12]}…, found {item.found[:12]}…",
            mend=RESTORE,
        )
        for item in found.changed
    ]
    for name in found.missing:
        moved = f"; its bytes are now named {renamed[name]!r}" if name in renamed else ""
        reasons.append(Reason(file=name, message=f"the signed file is missing{moved}", mend=RESTORE))
    known = set(renamed.values())
    reasons += [
        Reason(file=name, message="the file is not in the signed list", mend=RESTORE)
        for name in unsigned
        if name not in known
    ]
    hidden = found.changed_count + found.missing_count - len(found.changed) - len(found.missing)
    if hidden:
        reasons.append(Reason(message=f"and {hidden} more signed files are changed or missing"))
    return reasons
