"""`scan`: the scan of the files ended with PASS, under the names that this rule allows.

INCONCLUSIVE is no. A gap may be accepted for one named file and one rule, never INCONCLUSIVE as such; what blocks can
not be accepted here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from attest.domain.scan import FileScan, Scan, ScanFinding
from attest.domain.scan_rules import RULES
from attest.domain.verdict import Reason, RuleResult
from attest.policy.reader import Reader
from attest.policy.rules.context import Context, files, result
from attest.policy.yaml_subset import Node

_PAIR = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A gap that is accepted: this rule of the catalogue at this file."""

    file: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The profiles that pickles may use (all without any), further pairs, rules that fail besides those that block, and
    gaps that are accepted."""

    id: str
    profiles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    accept: tuple[Accepted, ...] = ()
    kind: str = "scan"


def read(reader: Reader, node: Node, where: str, rule_id: str) -> Rule:
    """Read the rule's mapping."""
    members = reader.mapping(node, where, required=(), optional=("profiles", "names", "deny", "accept"))
    names = reader.texts(members.get("names"), f"{where}.names")
    for name in names:
        if name and not _PAIR.fullmatch(name):
            message = f"{name!r} is no module and name, such as my_package.layers:Gate; there are no patterns"
            reader.problem(members["names"], f"{where}.names", message)
    deny = reader.texts(members.get("deny"), f"{where}.deny")
    for rule in deny:
        _known(reader, members["deny"], f"{where}.deny", rule)
    return Rule(
        id=rule_id,
        profiles=reader.texts(members.get("profiles"), f"{where}.profiles"),
        names=names,
        deny=deny,
        accept=_accepted(reader, members.get("accept"), f"{where}.accept"),
    )


def _known(reader: Reader, node: Node, where: str, rule: str) -> bool:
    if not rule or rule in RULES:
        return bool(rule)
    reader.problem(node, where, f"there is no scan rule {rule!r}; attest scan --explain all lists them")
    return False


def _accepted(reader: Reader, node: Node | None, where: str) -> tuple[Accepted, ...]:
    if node is None:
        return ()
    if node.kind != "list" or not 1 <= len(node.items) <= 100:
        reader.problem(node, where, "a list of 1 to 100 mappings with file and rule is needed here")
        return ()
    found: list[Accepted] = []
    for at, item in enumerate(node.items):
        place = f"{where}[{at}]"
        members = reader.mapping(item, place, required=("file", "rule"))
        rule = reader.text(members.get("rule"), f"{place}.rule")
        if rule and _known(reader, item, f"{place}.rule", rule) and RULES[rule].effect != "inconclusive":
            message = f"{rule} is no gap; only what makes a scan inconclusive can be accepted, file by file"
            reader.problem(item, f"{place}.rule", message)
        found.append(Accepted(file=reader.text(members.get("file"), f"{place}.file"), rule=rule))
    return tuple(found)


def check(rule: Rule, context: Context) -> RuleResult:
    """Look at every finding of every file."""
    found = context.evidence.scan
    if found is None:
        reasons = context.gaps("scan") or [Reason(message="the files were not scanned")]
        return result(rule.id, rule.kind, "there is no scan", (), reasons)
    looked = [_looked(found)]
    reasons = [*_foreign(rule, found), *_missing(context, found)]
    for item in found.files:
        reasons += _reasons(rule, item)
    summary = "no reader would find anything outside the lists"
    if reasons:
        count = len({reason.file for reason in reasons if reason.file})
        summary = f"the scan holds something against {files(count)}" if count else "the scan does not count"
    return result(rule.id, rule.kind, summary, looked, reasons)


def _looked(found: Scan) -> str:
    needed = ", ".join(found.profiles) or "none"
    return (
        f"scan of {files(len(found.files))} by attest {found.tool_version}: {found.outcome}; "
        f"allowlist sha256:{found.allowlist[:12]}…; profiles needed: {needed}"
    )


def _foreign(rule: Rule, found: Scan) -> list[Reason]:
    """A scan under other names says nothing here: stored evidence may come from another policy."""
    if (found.asked_profiles, found.asked_names) == (tuple(sorted(rule.profiles)), tuple(sorted(rule.names))):
        return []
    mend = "Verify the artifact itself under this policy."
    return [Reason(message="the scan was made with other profiles or names than this rule allows", mend=mend)]


def _missing(context: Context, found: Scan) -> list[Reason]:
    from attest.domain.manifest import printable

    manifest = context.evidence.manifest
    scanned = {item.file for item in found.files}
    names = [printable(entry.name) for entry in manifest.files] if manifest is not None else []
    return [Reason(file=name, message="the file was not scanned") for name in names if name not in scanned]


def _reasons(rule: Rule, item: FileScan) -> list[Reason]:
    accepted = {entry.rule for entry in rule.accept if entry.file == item.file}
    reasons = [_reason(finding) for finding in item.findings if _fails(rule, finding, accepted)]
    gaps = {finding.rule for finding in item.findings if finding.effect == "inconclusive"}
    if not reasons and item.outcome == "BLOCK":
        reasons.append(Reason(file=item.file, message="the scan of the file ended with BLOCK"))
    # What was left out for its number may be a gap that nobody accepted.
    if not reasons and item.outcome == "INCONCLUSIVE" and (item.left_out or not gaps or not gaps <= accepted):
        reasons.append(Reason(file=item.file, message="the scan of the file ended with INCONCLUSIVE"))
    return reasons


def _fails(rule: Rule, finding: ScanFinding, accepted: set[str]) -> bool:
    if finding.effect == "block" or finding.rule in rule.deny:
        return True
    return finding.effect == "inconclusive" and finding.rule not in accepted


def _reason(finding: ScanFinding) -> Reason:
    catalogue = RULES[finding.rule]
    value = f" ({finding.value})" if finding.value else ""
    inside = f" in {'!'.join(finding.members)}" if finding.members else ""
    place = f" at byte {finding.offset:,}" if finding.offset >= 0 else ""
    return Reason(
        file=finding.file,
        message=f"{finding.rule}: {finding.message}{value}{inside}{place}",
        mend=catalogue.mend,
    )
