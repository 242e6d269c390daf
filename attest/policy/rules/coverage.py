"""`coverage`: every file on disk is named by what the signers signed; nothing may ride along.

A file is covered when an OMS signature of a named signer lists it, or when a named signer attested a bill of materials
for exactly this artifact (whose digest covers every name and byte). What may be uncovered is named by the policy, and
by the result each time: `allowUnsigned` by file, `allowIgnored` by path, for files that a counting signature itself
says to ignore, in its record or as every OMS signature does (OMS 1.0, exclusions).
A policy that relies on any signature and states no coverage rule gets this one for all its signers.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from dataclasses import dataclass

from attest.domain.artifact import ignored_by_default
from attest.domain.manifest import name_fault
from attest.domain.statement import PREDICATE_TYPES, is_model_signature, same_predicate_type
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.backing import MEMBERS, NOTHING, Backing, not_backed, read_backing
from attest.policy.rules.context import Context, evidence_label, files, result
from attest.policy.yaml_subset import Node

IMPLIED = "coverage"
ANY = "any"
MAX_NAMED = 5
_PLAIN = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._/-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All files covered by `signers`, but for what is allowed to be uncovered.

    `allow_unsigned` holds exact names, `allow_ignored` paths that stand for all below them; None allows any. `backing`
    is what a signature must have to cover files; None takes it from the other rules about these signers.
    """

    id: str
    signers: tuple[str, ...]
    allow_unsigned: tuple[str, ...] | None = ()
    allow_ignored: tuple[str, ...] | None = ()
    backing: Backing | None = None
    kind: str = "coverage"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    optional = ("allowUnsigned", "allowIgnored", *MEMBERS)
    members = reader.mapping(node, where, required=("signers",), optional=optional)
    stated = any(name in members for name in MEMBERS)
    return Rule(
        id=rule_id,
        signers=reader.signer_names(members.get("signers"), f"{where}.signers"),
        allow_unsigned=_allowed(reader, members.get("allowUnsigned"), f"{where}.allowUnsigned"),
        allow_ignored=_allowed(reader, members.get("allowIgnored"), f"{where}.allowIgnored"),
        backing=read_backing(reader, members, where) if stated else None,
    )


def _allowed(reader: Reader, node: Node | None, where: str) -> tuple[str, ...] | None:
    if node is not None and node.kind == "scalar" and node.scalar == ANY:
        return None
    names = reader.texts(node, where, empty=True)
    for name in names:
        if node is not None and (fault := name_fault(name) if name else ""):
            reader.problem(node, where, f"{name!r} names no file: {fault}")
    return names


def _is_bom(predicate_type: str) -> bool:
    wanted = (*PREDICATE_TYPES["cyclonedx"], *PREDICATE_TYPES["spdx"])
    return any(same_predicate_type(one, predicate_type) for one in wanted)


def check(rule: Rule, context: Context) -> RuleResult:
    """Look for files that no signature and no attested bill of materials covers."""
    backing = rule.backing or NOTHING
    named = context.attested(rule.signers, lambda kind: is_model_signature(kind) or _is_bom(kind))
    good = [item for item in named if not backing.fault(item)]
    signatures = [item for item in good if is_model_signature(item.predicate_type)]
    whole = [item for item in good if not is_model_signature(item.predicate_type)]
    looked = [evidence_label(item) for item in (*signatures, *whole)]
    if not good:
        names = " or ".join(rule.signers)
        message = f"nothing that verified, by {names}, says which files belong to the artifact"
        reasons = not_backed(backing, named) or [Reason(message=message)]
        return result(rule.id, rule.kind, "no file is covered", looked, reasons)
    if whole:
        return result(rule.id, rule.kind, "every file is covered by the attested digest of the whole artifact", looked)
    uncovered = set(signatures[0].unsigned).intersection(*(item.unsigned for item in signatures))
    # One signature that ignores a path is enough, as one that lists a file is: withholding another must not help.
    ignored = frozenset(path for item in signatures for path in item.ignore_paths)
    left = sorted(name for name in uncovered if not _tolerates(rule, name, ignored))
    if left:
        shown = context.suspects(rule.signers, left)
        restore = f"release again: attest release MODEL {context.sign_with(rule.signers)}"
        reasons = [_reason(name, ignored, restore) for name in shown]
        return result(rule.id, rule.kind, f"{files(len(left))} signed by nobody that counts here", looked, reasons)
    return result(rule.id, rule.kind, f"every file is covered{_but_for(sorted(uncovered))}", looked)


def _tolerates(rule: Rule, name: str, ignored: Collection[str]) -> bool:
    if rule.allow_unsigned is None or name in rule.allow_unsigned:
        return True
    return _hidden(name, ignored) and (rule.allow_ignored is None or not _above(name).isdisjoint(rule.allow_ignored))


def _above(name: str) -> frozenset[str]:
    """A name and the folders that it lies in."""
    parts = name.split("/")
    return frozenset("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def _hidden(name: str, ignored: Collection[str]) -> bool:
    return ignored_by_default(name) or any(path in ignored for path in _above(name))


def _but_for(names: list[str]) -> str:
    if not names:
        return ""
    if len(names) == 1:
        return f", but for {names[0]}, which the policy tolerates"
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return f", but for {files(len(names))} that the policy tolerates: {', '.join(names[:MAX_NAMED])}{more}"


def _reason(name: str, ignored: Collection[str], restore: str) -> Reason:
    if not _hidden(name, ignored):
        message = "the file was not there when the artifact was signed"
        return Reason(file=name, message=message, mend=f"Remove the file; if it belongs to the artifact, {restore}")
    why = (
        "OMS signatures leave Git's files out"
        if ignored_by_default(name)
        else "the signer told the signature to ignore it"
    )
    accept = f"allowIgnored: [{_yaml(name)}] in the policy, or --allow-ignored {shlex.quote(name)}"
    return Reason(
        file=name, message=f"the file is not covered: {why}", mend=f"Remove it, or accept exactly this: {accept}"
    )


def _yaml(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else "'" + name.replace("'", "''") + "'"
