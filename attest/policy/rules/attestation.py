"""`attestation`: an in-toto attestation of one predicate type about exactly this artifact, by the named signers."""

from __future__ import annotations

from dataclasses import dataclass

from attest.domain.artifact import is_claim_source
from attest.domain.attestation import Attestation, Rejected
from attest.domain.statement import (
    PREDICATE_TYPES,
    is_model_signature,
    parse_statement,
    predicate_type,
    same_predicate_type,
)
from attest.domain.verdict import Reason, RuleResult
from attest.errors import DocumentError
from attest.policy.reader import Reader
from attest.policy.rules.backing import MEMBERS, NOTHING, Backing, not_backed, read_backing
from attest.policy.rules.context import Context, evidence_label, rejected_reason, result
from attest.policy.rules.distinct import distinct
from attest.policy.yaml_subset import Node

# Types whose predicate has an outcome, in any version; the member that holds it, and what it says for yes.
_OUTCOMES = {
    "https://slsa.dev/verification_summary/": ("verificationResult", "PASSED"),
    "https://in-toto.io/attestation/test-result/": ("result", "PASSED"),
    "urn:attest:scan:": ("outcome", "PASS"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Attested as `predicate` (a whole URI) by `threshold` distinct ones among `signers`, each with `backing`."""

    id: str
    predicate: str
    signers: tuple[str, ...]
    threshold: int = 1
    backing: Backing = NOTHING
    kind: str = "attestation"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    members = reader.mapping(node, where, required=("predicate", "signers"), optional=("threshold", *MEMBERS))
    named = members.get("predicate")
    text, uri = reader.text(named, f"{where}.predicate"), ""
    try:
        uri = predicate_type(text) if text else ""
    except DocumentError as error:
        reader.problem(named or node, f"{where}.predicate", f"{error.message}; {error.hint}")
    if is_model_signature(uri):
        reader.problem(
            named or node, f"{where}.predicate", "a signature over the files is the `signature` rule's matter"
        )
    return Rule(
        id=rule_id,
        predicate=uri,
        signers=reader.signer_names(members.get("signers"), f"{where}.signers"),
        threshold=reader.integer(members.get("threshold"), f"{where}.threshold", low=1, high=100, default=1),
        backing=read_backing(reader, members, where),
    )


def check(rule: Rule, context: Context) -> RuleResult:
    """Count distinct signers that attested this predicate type for this artifact."""
    named = context.attested(rule.signers, lambda kind: same_predicate_type(rule.predicate, kind))
    found = [item for item in named if not rule.backing.fault(item)]
    negative = [item for item in found if not _says_yes(item)]
    good = [item for item in found if item not in negative]
    count = distinct(item.signer for item in good)
    looked = [evidence_label(item) for item in good]
    names, what = " or ".join(rule.signers), _short(rule.predicate)
    if count >= rule.threshold:
        summary = f"{what} attested by {count} of {rule.threshold} required signers"
        return result(rule.id, rule.kind, summary, looked)
    option = context.sign_with(rule.signers)
    mend = f"Get it from {names}: attest attest MODEL --type {what} --predicate FILE {option}"
    reasons = [
        _rejected(item, mend, context.restore(rule.signers))
        for item in context.evidence.rejected
        if same_predicate_type(rule.predicate, item.predicate_type)
        or (not item.predicate_type and is_claim_source(item.source))
    ]
    reasons += [
        Reason(message=context.foreign(rule.signers, item), mend=mend)
        for item in context.by_others(rule.signers, lambda kind: same_predicate_type(rule.predicate, kind))
    ]
    reasons += [
        Reason(
            message=f"{item.source} is signed and does not say that it passed",
            mend=f"Find out why {names} did not pass it.",
        )
        for item in negative
    ]
    reasons += not_backed(rule.backing, named)
    if not reasons:
        missing = (
            f"{count} of {rule.threshold} required signers attested it" if good else f"no {what} attestation was found"
        )
        reasons = [Reason(message=missing, mend=mend)]
    return result(rule.id, rule.kind, f"{what} is not attested as required by {names}", looked, reasons)


def _rejected(item: Rejected, mend: str, restore: str) -> Reason:
    found = item.differences
    if item.code != "other-artifact" or found is None or not found.matched:
        return rejected_reason(item, mend)
    names = [*(change.name for change in found.changed), *found.missing, *found.unsigned]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    message = (
        f"{item.source} is about an earlier state of this artifact; since then changed: {', '.join(names[:3])}{more}"
    )
    return Reason(message=message, mend=restore)


def _says_yes(item: Attestation) -> bool:
    """False for a statement of a type that carries an outcome, unless that is yes."""
    outcome = next((found for start, found in _OUTCOMES.items() if item.predicate_type.startswith(start)), None)
    if outcome is None:
        return True
    member, yes = outcome
    try:
        return parse_statement(item.statement.encode("utf-8")).predicate.get(member) == yes
    except DocumentError:  # stored evidence can hold anything
        return False


def _short(uri: str) -> str:
    return next((name for name, spellings in PREDICATE_TYPES.items() if uri in spellings), uri)
