"""`licenses`: the declared licence of the model is one that the policy allows.

Expressions are decided after SPDX 2.3 annex D: every part joined with AND must be allowed, and one of those joined
with OR. A licence with an exception is allowed only when it is listed whole (`GPL-2.0-only WITH …`).
"""

from __future__ import annotations

from dataclasses import dataclass

from attest.domain.license import License
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.context import Context, result
from attest.policy.yaml_subset import Node

MAX_EXPRESSION = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Only these SPDX licence ids, or names as the model declares them."""

    id: str
    allow: tuple[str, ...]
    kind: str = "licenses"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    members = reader.mapping(node, where, required=("allow",))
    return Rule(id=rule_id, allow=reader.texts(members.get("allow"), f"{where}.allow"))


def check(rule: Rule, context: Context) -> RuleResult:
    """Every declared licence must be allowed, and there must be one."""
    found = context.evidence.licenses
    if gaps := context.gaps("licenses"):
        return result(rule.id, rule.kind, "the licence is not known whole", (), gaps)
    if not found:
        reason = Reason(
            message="no licence is declared", mend="Declare one in the model card: `license:` at the top of README.md."
        )
        return result(rule.id, rule.kind, "the licence is not known", (), [reason])
    looked = [f"{item.value.text} ({item.value.origin} in {item.value.source})" for item in found]
    allowed = frozenset(name.casefold() for name in rule.allow)
    reasons = [
        Reason(
            message=f"the licence {item.value.text!r} is not allowed",
            mend=f"Use a model under {', '.join(rule.allow)}, or have the licence approved and added to the rule.",
        )
        for item in found
        if not _allowed(item, allowed)
    ]
    summary = (
        "a licence is not allowed" if reasons else f"licence {', '.join(item.value.text for item in found)} is allowed"
    )
    return result(rule.id, rule.kind, summary, looked, reasons)


def _allowed(item: License, allowed: frozenset[str]) -> bool:
    if item.value.text.casefold() in allowed:
        return True
    return item.kind == "expression" and _expression_allowed(item.value.text, allowed)


def _expression_allowed(text: str, allowed: frozenset[str]) -> bool:
    if len(text) > MAX_EXPRESSION:
        return False
    # Imported here: only expressions need it.
    from license_expression import ExpressionError, ExpressionParseError, Licensing

    try:
        tree = Licensing().parse(text)
        return tree is not None and _holds(tree, allowed)
    except (ExpressionError, ExpressionParseError, RecursionError, LookupError, TypeError, ValueError, AssertionError):
        return False  # the parser of the library raises all of these for what is no expression


def _holds(node: object, allowed: frozenset[str]) -> bool:
    from license_expression import LicenseSymbol
    from license_expression import LicenseWithExceptionSymbol as WithException

    parts = getattr(node, "args", ())
    operator = type(node).__name__
    if isinstance(node, LicenseSymbol | WithException):
        return str(node).casefold() in allowed
    if operator == "AND":
        return bool(parts) and all(_holds(part, allowed) for part in parts)
    return operator == "OR" and any(_holds(part, allowed) for part in parts)
