"""`formats`: every file is of an allowed format, as told from its content."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from attest.domain.file_format import FORMATS
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.context import Context, files, result
from attest.policy.yaml_subset import Node

_MENDS = {
    "pickle": "Convert the weights to safetensors, which cannot run code, or remove the file.",
    "pytorch": "Convert the weights to safetensors, which cannot run code, or remove the file.",
    "lfs-pointer": "Fetch the content that this pointer stands for (git lfs pull, or download the file).",
    "unknown": "Remove the file, or find out what it is; content of no known format cannot be judged.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Only these format ids."""

    id: str
    allow: tuple[str, ...]
    kind: str = "formats"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping; unknown format ids are problems."""
    members = reader.mapping(node, where, required=("allow",))
    allow = reader.texts(members.get("allow"), f"{where}.allow")
    for name in allow:
        if name and name not in FORMATS:
            reader.problem(
                members["allow"],
                f"{where}.allow",
                f"there is no format {name!r}; known are {', '.join(FORMATS)}",
            )
    if len(set(allow)) == len(FORMATS):
        reader.problem(node, where, "this rule allows every format, so it can never fail")
    return Rule(id=rule_id, allow=allow)


def check(rule: Rule, context: Context) -> RuleResult:
    """Compare every file's format with the list."""
    found = context.evidence.formats
    if found is None:
        reasons = context.gaps("formats") or [Reason(message="the formats of the files were not looked at")]
        return result(rule.id, rule.kind, "the formats are not known", (), reasons)
    known: dict[str, set[str]] = {}
    for name, kind in found:
        known.setdefault(name, set()).add(kind)
    names = [entry.name for entry in context.evidence.manifest.files] if context.evidence.manifest else []
    # A file whose format nobody told counts as unknown, and one with two as both: never as allowed by chance.
    kinds = [(name, kind) for name in names for kind in sorted(known.get(name, {"unknown"}))]
    counts = Counter(kind for _, kind in kinds)
    looked = [", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))]
    reasons = [_reason(name, kind) for name, kind in kinds if kind not in rule.allow]
    summary = (
        f"{files(len(reasons))} of formats that are not allowed" if reasons else "every file is of an allowed format"
    )
    return result(rule.id, rule.kind, summary, looked, reasons)


def _reason(name: str, kind: str) -> Reason:
    title = FORMATS[kind][0] if kind in FORMATS else "of a format in no catalogue"
    return Reason(
        file=name,
        message=f"the content is {title} ({kind}), which is not allowed",
        mend=_MENDS.get(kind, f"Remove or convert the file; to accept it, add {kind} to the rule's list."),
    )
