"""`signature`: an OMS signature over the files, by at least `threshold` distinct ones of the named signers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attest.domain.artifact import is_claim_source
from attest.domain.attestation import Differences, RejectCode, Rejected
from attest.domain.statement import is_model_signature
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.backing import MEMBERS, NOTHING, Backing, not_backed, read_backing
from attest.policy.rules.context import Context, evidence_label, files, rejected_reason, result
from attest.policy.rules.distinct import distinct
from attest.policy.yaml_subset import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Signed by `threshold` distinct ones among `signers`, each signature with `backing`."""

    id: str
    signers: tuple[str, ...]
    threshold: int = 1
    backing: Backing = NOTHING
    kind: str = "signature"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    members = reader.mapping(node, where, required=("signers",), optional=("threshold", *MEMBERS))
    return Rule(
        id=rule_id,
        signers=reader.signer_names(members.get("signers"), f"{where}.signers"),
        threshold=reader.integer(members.get("threshold"), f"{where}.threshold", low=1, high=100, default=1),
        backing=read_backing(reader, members, where),
    )


def check(rule: Rule, context: Context) -> RuleResult:
    """Count distinct signers with a signature that matches the files on disk."""
    named = context.attested(rule.signers, is_model_signature)
    good = [item for item in named if not rule.backing.fault(item)]
    count = distinct(item.signer for item in good)
    looked = [f"{evidence_label(item)}: {files(item.signed_files)} as signed" for item in good]
    names = " or ".join(rule.signers)
    if count >= rule.threshold:
        summary = f"signed by {count} of {rule.threshold} required signers of {names}"
        return result(rule.id, rule.kind, summary, looked)
    reasons = [
        reason
        for item in context.evidence.rejected
        if _about_signature(item)
        for reason in _rejected(item, rule, context)
    ]
    reasons += [
        Reason(
            message=context.foreign(rule.signers, item),
            mend=f"Have {names} sign it, or add the signer to the policy if it is meant to count.",
        )
        for item in context.by_others(rule.signers, is_model_signature)
    ]
    reasons += not_backed(rule.backing, named)
    if not reasons:
        missing = f"{count} of {rule.threshold} required signers signed" if good else "no signature was found"
        mend = f"Get the signature by {names}: attest sign MODEL {context.sign_with(rule.signers)}"
        reasons = [Reason(message=missing, mend=mend)]
    return result(rule.id, rule.kind, f"not signed as required by {names}", looked, reasons)


def _about_signature(item: Rejected) -> bool:
    # Before its signature verified, a bundle says nothing that counts; then the place where it lay decides.
    if item.predicate_type:
        return is_model_signature(item.predicate_type)
    return not is_claim_source(item.source)


def _rejected(item: Rejected, rule: Rule, context: Context) -> list[Reason]:
    restore = context.restore(rule.signers)
    if item.differences is None or item.code == "other-artifact":
        return [rejected_reason(item, _MENDS.get(item.code, restore))]
    return differences(item.differences, context.suspects(rule.signers, item.differences.unsigned), restore)


_WHO = "Check who signed it; if that signer is meant to count, add it to the policy's signers."
_AGAIN = "Get the bundle again from whoever released the artifact."
_MENDS: Mapping[RejectCode, str] = {
    "unknown-signer": _WHO,
    "unsupported": _WHO,
    "bad-signature": _AGAIN,
    "malformed": _AGAIN,
    "bad-certificate": "Check who signed it, and whether the policy names that signer's authority or instance.",
    "bad-timestamp": "Get the bundle again; if its timestamp is meant to count, name its authority in the policy.",
    "bad-log-entry": "Get the bundle again; if its log is meant to count, name its trusted root in the policy.",
    "no-time": "Have it signed again with a timestamp: attest release MODEL --signer URI --timestamp URL",
    "legacy": "Have it signed again; to accept the old form, say trust.allowLegacy in the policy, or --allow-legacy.",
    "other-artifact": "Get the signature that was made for this artifact.",
}


def differences(found: Differences, unsigned: Sequence[str], restore: str) -> list[Reason]:
    """One reason per file that is not as it was signed, then the counts when not all are named."""
    renamed = dict(found.renamed)
    reasons = [
        Reason(
            file=item.name,
            message=f"the bytes changed: signed {item.signed[:12]}…, found {item.found[:12]}…",
            mend=restore,
        )
        for item in found.changed
    ]
    for name in found.missing:
        moved = f"; its bytes are now named {renamed[name]!r}" if name in renamed else ""
        reasons.append(Reason(file=name, message=f"the signed file is missing{moved}", mend=restore))
    known = set(renamed.values())
    reasons += [
        Reason(file=name, message="the file is not in the signed list", mend=restore)
        for name in unsigned
        if name not in known
    ]
    hidden = found.changed_count + found.missing_count - len(found.changed) - len(found.missing)
    if hidden:
        reasons.append(Reason(message=f"and {hidden} more signed files are changed or missing"))
    return reasons
