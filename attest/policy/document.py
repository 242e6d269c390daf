"""The trust-policy document `attest/policy/v1`: understood whole, or refused with every problem."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from attest.domain.verdict import PolicyReference
from attest.errors import DocumentError
from attest.policy.anchors import TrustSection, read_trust
from attest.policy.reader import Reader
from attest.policy.rules import KINDS, AnyRule, attestation, coverage, scan, signature
from attest.policy.rules.backing import strictest
from attest.policy.rules.distinct import possible
from attest.policy.signers import SignerDefinition, read_signers
from attest.policy.yaml_subset import Node, read_yaml

API_VERSION = "attest/policy/v1"
MAX_RULES = 200
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy as read. `digest` is the SHA-256 of its bytes; `expires` is the first moment at which it is void.

    `signers` says whom each name stands for, `trust` where times and log entries may come from.
    """

    name: str
    version: int
    expires: datetime
    description: str
    signers: Mapping[str, SignerDefinition]
    trust: TrustSection
    rules: tuple[AnyRule, ...]
    digest: str

    @property
    def reference(self) -> PolicyReference:
        """How verdicts name this policy."""
        return PolicyReference(name=self.name, version=self.version, digest=self.digest)

    @property
    def scan_rule(self) -> scan.Rule | None:
        """The rule about scans, if there is one."""
        return next((rule for rule in self.rules if isinstance(rule, scan.Rule)), None)

    def needs(self, *kinds: str) -> bool:
        """True when a rule of one of these kinds is stated."""
        return any(rule.kind in kinds for rule in self.rules)


def parse_policy(data: bytes, what: str) -> Policy:
    """Read a policy from its bytes; `what` names it in errors.

    Raises DocumentError carrying every problem, each with its line.
    """
    root = read_yaml(data, what)
    reader = Reader()
    members = reader.mapping(
        root,
        "",
        required=("apiVersion", "name", "version", "expires", "rules"),
        optional=("signers", "trust", "description"),
    )
    version = members.get("apiVersion")
    if version is not None and version.scalar != API_VERSION:
        reader.problem(version, "apiVersion", f"this version reads {API_VERSION!r} only")
    named = members.get("signers")
    signers = read_signers(reader, named)
    reader.signers = tuple(named.members) if named else ()
    rules = _rules(reader, members.get("rules"), signers)
    policy = Policy(
        name=reader.name(members.get("name"), "name"),
        version=reader.integer(members.get("version"), "version", low=1, high=10**9, default=1),
        expires=read_time(reader, members.get("expires"), "expires"),
        description=reader.text(members.get("description"), "description"),
        signers=signers,
        trust=read_trust(reader, members.get("trust")),
        rules=rules,
        digest=hashlib.sha256(data).hexdigest(),
    )
    if reader.problems:
        raise DocumentError(
            f"{what} is not a valid policy: {len(reader.problems)} problems",
            reader.problems,
            hint="Mend these lines; docs/policy.md describes the language.",
        )
    return policy


def read_time(reader: Reader, node: Node | None, where: str) -> datetime:
    """An RFC 3339 time in UTC, to the second."""
    text = reader.text(node, where)
    try:
        if _TIME.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        problem = "a time such as 2027-03-31T00:00:00Z is needed here"
    except ValueError:
        problem = f"{text!r} is no moment in time"
    if node is not None and text:
        reader.problem(node, where, problem)
    return datetime.min.replace(tzinfo=UTC)


def _rules(reader: Reader, node: Node | None, signers: Mapping[str, SignerDefinition]) -> tuple[AnyRule, ...]:
    if node is None:
        return ()
    if node.kind != "list" or not 1 <= len(node.items) <= MAX_RULES:
        reader.problem(node, "rules", f"a list of 1 to {MAX_RULES} rules is needed here")
        return ()
    rules = [rule for at, item in enumerate(node.items) if (rule := _rule(reader, item, f"rules[{at}]", signers))]
    ids = [rule.id for rule in rules]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        reader.problem(node, "rules", f"the rule id {twice!r} stands twice")
    scans = [rule for rule in rules if isinstance(rule, scan.Rule)]
    if len(scans) > 1:
        # The files are scanned once, under the names of one rule.
        reader.problem(node, "rules", "more than one rule states `scan`; join them to one")
    return tuple(_covering(rules))


def _rule(reader: Reader, node: Node, where: str, signers: Mapping[str, SignerDefinition]) -> AnyRule | None:
    members = reader.mapping(node, where, required=("id",), optional=tuple(KINDS))
    rule_id = reader.name(members.get("id"), f"{where}.id")
    kinds = [kind for kind in KINDS if kind in members]
    if len(kinds) != 1:
        reader.problem(node, where, f"a rule states exactly one of {', '.join(KINDS)}; this one states {len(kinds)}")
        return None
    kind = kinds[0]
    rule: AnyRule = KINDS[kind].read(reader, members[kind], f"{where}.{kind}", rule_id)
    if isinstance(rule, signature.Rule | attestation.Rule) and all(name in signers for name in rule.signers):
        most = possible(signers[name] for name in rule.signers)
        if most is not None and rule.threshold > most:
            message = f"{rule.threshold} distinct signers are required, and these names stand for {most} at most"
            reader.problem(node, where, message)
    return rule


def _covering(rules: list[AnyRule]) -> Iterator[AnyRule]:
    """The rules, with all that is implied about coverage.

    A policy that relies on signatures covers every file, whether it says so or not; and a signature covers files only
    with the backing that the rules about its signers ask for, unless the coverage rule says otherwise.
    """
    relying = [rule for rule in rules if isinstance(rule, signature.Rule | attestation.Rule)]
    signed = [rule for rule in relying if isinstance(rule, signature.Rule)] or relying
    for rule in rules:
        if isinstance(rule, coverage.Rule) and rule.backing is None:
            about = [other for other in signed if set(other.signers) & set(rule.signers)]
            yield replace(rule, backing=strictest(other.backing for other in about))
        else:
            yield rule
    if not relying or any(isinstance(rule, coverage.Rule) for rule in rules):
        return
    names = dict.fromkeys(name for rule in signed for name in rule.signers)
    taken = {rule.id for rule in rules}
    rule_id = coverage.IMPLIED
    while rule_id in taken:
        rule_id += ".implied"
    yield coverage.Rule(id=rule_id, signers=tuple(names), backing=strictest(rule.backing for rule in signed))
