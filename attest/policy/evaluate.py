"""`evaluate`: the same evidence, policy and time give the same verdict. It takes no clock, network or file.

Invariants: taking attestations away never turns FAILED into PASSED; evidence by somebody whom a rule does not name
changes nothing for that rule; a rule passes only if something shows that it holds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from attest.domain.evidence import Evidence
from attest.domain.statement import LEGACY_PREDICATE
from attest.domain.verdict import Reason, RuleResult, Verification
from attest.policy.document import Policy
from attest.policy.rules import KINDS
from attest.policy.rules.context import Context, result


def evaluate(
    policy: Policy, evidence: Evidence, now: datetime, *, at_given: bool = False, replayed: bool = False
) -> Verification:
    """Judge `evidence` under `policy` at `now` (an aware time in UTC)."""
    context = Context(evidence=_counting(policy, evidence), signers=policy.signers)
    results = [_expiry(policy, now)]
    if evidence.manifest is None:
        results.append(_no_manifest(evidence))
    else:
        results += [_check(rule, context) for rule in policy.rules]
    failed = any(item.verdict == "FAILED" for item in results)
    return Verification(
        verdict="FAILED" if failed else "PASSED",
        policy=policy.reference,
        at=_text(now),
        at_given=at_given,
        replayed=replayed,
        results=tuple(results),
        evidence=evidence,
    )


def _counting(policy: Policy, evidence: Evidence) -> Evidence:
    """Stored evidence may come from a verification that admitted more than this policy does."""
    if policy.trust.allow_legacy:
        return evidence
    kept = tuple(item for item in evidence.attestations if item.predicate_type != LEGACY_PREDICATE)
    return evidence if len(kept) == len(evidence.attestations) else replace(evidence, attestations=kept)


def _check(rule: Any, context: Context) -> RuleResult:
    outcome: RuleResult = KINDS[rule.kind].check(rule, context)
    return outcome


def _text(moment: datetime) -> str:
    # strftime leaves out the zeros of early years.
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _expiry(policy: Policy, now: datetime) -> RuleResult:
    until = _text(policy.expires)
    if policy.expires.year == datetime.max.year:
        return result("policy", "expiry", "the policy has no end")
    if now < policy.expires:
        return result("policy", "expiry", f"the policy is in force until {until}")
    reason = Reason(message=f"the policy expired at {until}", mend="Get the current policy from its owner.")
    return result("policy", "expiry", "the policy is no longer in force", (), [reason])


def _no_manifest(evidence: Evidence) -> RuleResult:
    reasons = [
        Reason(
            message=gap.reason,
            file=gap.about,
            mend="Remove or replace this entry; an artifact is regular files only.",
        )
        for gap in evidence.gaps
        if gap.needed == "manifest"
    ]
    reasons = reasons or [Reason(message="the files were not hashed")]
    return result("files", "manifest", "the artifact could not be hashed, so no rule can hold", (), reasons)
