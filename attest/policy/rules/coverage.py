"""`coverage`: every file on disk is named by what the signers signed; nothing may ride along.

A file is covered when an OMS signature of a named signer lists it, or when a named signer attested a bill of materials
for exactly this artifact (whose digest covers every name and byte). `allowUnsigned` names files that may be uncovered.
A policy that relies on any signature and states no coverage rule gets this one for all its signers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from attest.domain.artifact import ignored_by_default
from attest.domain.manifest import name_fault
from attest.domain.statement import OMS_PREDICATE, PREDICATE_TYPES, same_predicate_type
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.context import Context, evidence_label, files, result
from attest.policy.yaml_subset import Node

IMPLIED = "coverage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All files covered by `signers`, but for the exact names in `allow_unsigned`."""

    id: str
    signers: tuple[str, ...]
    allow_unsigned: tuple[str, ...] = ()
    kind: str = "coverage"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    members = reader.mapping(node, where, required=("signers",), optional=("allowUnsigned",))
    allowed = reader.texts(members.get("allowUnsigned"), f"{where}.allowUnsigned", empty=True)
    for name in allowed:
        if fault := name_fault(name) if name else "":
            reader.problem(members["allowUnsigned"], f"{where}.allowUnsigned", f"{name!r} names no file: {fault}")
    return Rule(
        id=rule_id,
        signers=reader.signer_names(members.get("signers"), f"{where}.signers"),
        allow_unsigned=allowed,
    )


def _is_bom(predicate_type: str) -> bool:
    wanted = (*PREDICATE_TYPES["cyclonedx"], *PREDICATE_TYPES["spdx"])
    return any(same_predicate_type(one, predicate_type) for one in wanted)


def check(rule: Rule, context: Context) -> RuleResult:
    """Look for files that no signature and no attested bill of materials covers."""
    signatures = context.attested(rule.signers, lambda kind: kind == OMS_PREDICATE)
    whole = context.attested(rule.signers, _is_bom)
    looked = [evidence_label(item) for item in (*signatures, *whole)]
    names = " or ".join(rule.signers)
    if not signatures and not whole:
        reason = Reason(
            message=f"nothing that verified, by {names}, says which files belong to the artifact",
        )
        return result(rule.id, rule.kind, "no file is covered", looked, [reason])
    if whole:
        return result(rule.id, rule.kind, "every file is covered by the attested digest of the whole artifact", looked)
    uncovered = set(signatures[0].unsigned).intersection(*(item.unsigned for item in signatures))
    tolerated = sorted(uncovered.intersection(rule.allow_unsigned))
    left = sorted(uncovered.difference(rule.allow_unsigned))
    shown = context.suspects(rule.signers, left)
    ignored = {path for item in signatures for path in item.ignore_paths}
    reasons = [Reason(file=name, message=_why(name, ignored), mend=_mend(name)) for name in shown]
    if left:
        return result(rule.id, rule.kind, f"{files(len(left))} signed by nobody that counts here", looked, reasons)
    also = f", but for {', '.join(tolerated)}, which the policy tolerates" if tolerated else ""
    return result(rule.id, rule.kind, f"every file is covered{also}", looked)


def _why(name: str, ignored: Collection[str]) -> str:
    if ignored_by_default(name):
        return "the file is not covered: OMS signatures leave Git's files out"
    parts = name.split("/")
    if any("/".join(parts[:depth]) in ignored for depth in range(1, len(parts) + 1)):
        return "the file is not covered: the signer told the signature to ignore it"
    return "the file was not there when the artifact was signed"


def _mend(name: str) -> str:
    if ignored_by_default(name):
        return f"Remove it, or accept this name: allowUnsigned: [{name}] in the policy, or --allow-unsigned {name}"
    return "Remove the file; if it belongs to the artifact, release again: attest release MODEL --key KEY"
