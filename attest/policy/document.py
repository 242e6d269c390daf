"""The trust-policy document `attest/policy/v1`: understood whole, or refused with every problem."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from attest.domain.public_key import parse_public_key
from attest.domain.verdict import PolicyReference
from attest.errors import DocumentError, KeyFileError
from attest.policy.reader import Reader
from attest.policy.rules import KINDS, AnyRule, attestation, coverage, signature
from attest.policy.yaml_subset import Node, read_yaml

API_VERSION = "attest/policy/v1"
MAX_RULES = 200
_KEY_ID = re.compile(r"sha256:[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """One key of a signer: its id, and its PEM text or the name of a file beside the policy that must hold it."""

    id: str
    pem: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy as read. `digest` is the SHA-256 of its bytes; `expires` is the first moment at which it is void."""

    name: str
    version: int
    expires: datetime
    description: str
    signers: Mapping[str, tuple[SignerKey, ...]]
    rules: tuple[AnyRule, ...]
    digest: str

    @property
    def reference(self) -> PolicyReference:
        """How verdicts name this policy."""
        return PolicyReference(name=self.name, version=self.version, digest=self.digest)

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
        optional=("signers", "description"),
    )
    version = members.get("apiVersion")
    if version is not None and version.scalar != API_VERSION:
        reader.problem(version, "apiVersion", f"this version reads {API_VERSION!r} only")
    signers = _signers(reader, members.get("signers"))
    reader.signers = tuple(signers)
    rules = _rules(reader, members.get("rules"), signers)
    policy = Policy(
        name=reader.name(members.get("name"), "name"),
        version=reader.integer(members.get("version"), "version", low=1, high=10**9, default=1),
        expires=read_time(reader, members.get("expires"), "expires"),
        description=reader.text(members.get("description"), "description"),
        signers=signers,
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


def _signers(reader: Reader, node: Node | None) -> dict[str, tuple[SignerKey, ...]]:
    if node is None:
        return {}
    if node.kind != "mapping" or not node.members:
        reader.problem(node, "signers", "a mapping from names to signers is needed here")
        return {}
    owners: dict[str, str] = {}
    signers: dict[str, tuple[SignerKey, ...]] = {}
    for name, value in node.members.items():
        where = f"signers.{name}"
        reader.name(Node(kind="scalar", line=value.line, scalar=name), where)
        members = reader.mapping(value, where, required=("kind", "keys"))
        kind = members.get("kind")
        if kind is not None and kind.scalar != "keys":
            reader.problem(kind, f"{where}.kind", "this version knows the kind 'keys' only")
        signers[name] = _keys(reader, members.get("keys"), f"{where}.keys")
        for key in signers[name]:
            if key.id and (other := owners.setdefault(key.id, name)) != name:
                # Two names for one key would let one person stand for two.
                reader.problem(value, where, f"the key {key.id[:19]}… belongs to {other!r} already")
    return signers


def _keys(reader: Reader, node: Node | None, where: str) -> tuple[SignerKey, ...]:
    if node is None:
        return ()
    if node.kind != "list" or not 1 <= len(node.items) <= 100:
        reader.problem(node, where, "a list of 1 to 100 keys is needed here")
        return ()
    keys = tuple(_key(reader, item, f"{where}[{at}]") for at, item in enumerate(node.items))
    known = [key.id for key in keys if key.id]
    if len(set(known)) != len(known):
        reader.problem(node, where, "one key stands twice in the list")
    return keys


def _key(reader: Reader, node: Node, where: str) -> SignerKey:
    members = reader.mapping(node, where, required=(), optional=("pem", "file", "id"))
    pem, file = (
        reader.text(members.get("pem"), f"{where}.pem"),
        reader.text(members.get("file"), f"{where}.file"),
    )
    pinned = reader.text(members.get("id"), f"{where}.id")
    if ("pem" in members) == ("file" in members):
        reader.problem(node, where, "a key has either `pem` (its text) or `file` with `id`")
    if pinned and not _KEY_ID.fullmatch(pinned):
        reader.problem(members["id"], f"{where}.id", "a key id is sha256: and 64 lower-case hexadecimal digits")
    if file and not pinned:
        # The policy's digest must fix who is trusted, so a key outside the document is pinned by its id.
        reader.problem(node, where, "a key in a file needs its `id`; `attest key show FILE` prints it")
    if not pem:
        return SignerKey(id=pinned, file=file)
    try:
        key = parse_public_key(pem, "the key")
    except KeyFileError as error:
        reader.problem(members["pem"], f"{where}.pem", error.message)
        return SignerKey(id=pinned)
    if pinned and pinned != key.id:
        reader.problem(members["id"], f"{where}.id", f"the key's id is {key.id}")
    return SignerKey(id=key.id, pem=key.pem)


def _rules(reader: Reader, node: Node | None, signers: Mapping[str, tuple[SignerKey, ...]]) -> tuple[AnyRule, ...]:
    if node is None:
        return ()
    if node.kind != "list" or not 1 <= len(node.items) <= MAX_RULES:
        reader.problem(node, "rules", f"a list of 1 to {MAX_RULES} rules is needed here")
        return ()
    rules = [rule for at, item in enumerate(node.items) if (rule := _rule(reader, item, f"rules[{at}]", signers))]
    ids = [rule.id for rule in rules]
    for twice in sorted({name for name in ids if ids.count(name) > 1}):
        reader.problem(node, "rules", f"the rule id {twice!r} stands twice")
    return (*rules, *_implied(rules))


def _rule(reader: Reader, node: Node, where: str, signers: Mapping[str, tuple[SignerKey, ...]]) -> AnyRule | None:
    members = reader.mapping(node, where, required=("id",), optional=tuple(KINDS))
    rule_id = reader.name(members.get("id"), f"{where}.id")
    kinds = [kind for kind in KINDS if kind in members]
    if len(kinds) != 1:
        reader.problem(node, where, f"a rule states exactly one of {', '.join(KINDS)}; this one states {len(kinds)}")
        return None
    kind = kinds[0]
    rule: AnyRule = KINDS[kind].read(reader, members[kind], f"{where}.{kind}", rule_id)
    if isinstance(rule, signature.Rule | attestation.Rule):
        possible = len({key.id for name in rule.signers for key in signers.get(name, ())})
        if rule.threshold > possible:
            reader.problem(node, where, f"{rule.threshold} distinct keys are required, and the signers have {possible}")
    return rule


def _implied(rules: list[AnyRule]) -> tuple[AnyRule, ...]:
    """A policy that relies on signatures covers every file, whether it says so or not."""
    relying = [rule for rule in rules if isinstance(rule, signature.Rule | attestation.Rule)]
    if not relying or any(isinstance(rule, coverage.Rule) for rule in rules):
        return ()
    signed = [rule for rule in relying if isinstance(rule, signature.Rule)] or relying
    names = dict.fromkeys(name for rule in signed for name in rule.signers)
    taken = {rule.id for rule in rules}
    rule_id = coverage.IMPLIED
    while rule_id in taken:
        rule_id += ".implied"
    return (coverage.Rule(id=rule_id, signers=tuple(names)),)
