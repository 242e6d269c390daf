"""How many signers there are: k of n counts people and machines, not names or certificates for one of them.

Two signers are one when they share a key (with a certificate or without), a Sigstore issuer and a name, or, among
certificates, a subject or a name. What is counted is the largest set of signers no two of whom are one. Counting
connected groups instead would give less when a signer in between is added, so that withholding it would help.
Source: `docs/policy.md`, section "Distinct signers".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from attest.domain.attestation import Signer
from attest.policy.signers import SignerDefinition

# Beyond these the count may be too low, never too high.
MAX_NODES = 40
MAX_STEPS = 20_000

Marks = frozenset[tuple[str, ...]]


def distinct(signers: Iterable[Signer]) -> int:
    """The most signers among these of whom no two are one."""
    alone, linked = _reduced({_marks(signer) for signer in signers})
    return len(alone) + sum(_largest_of(group) for group in _groups(linked))


def possible(definitions: Iterable[SignerDefinition]) -> int | None:
    """The most distinct signers for whom these definitions can stand together; None for any number."""
    signers: list[Signer] = []
    for definition in definitions:
        some = definition.at_most()
        if some is None:
            return None
        signers += some
    return distinct(signers)


def _marks(signer: Signer) -> Marks:
    """What makes this signer one with another."""
    found: set[tuple[str, ...]] = set()
    if signer.kind == "sigstore":
        found.update(("identity", signer.issuer, *name) for name in signer.names)
    elif signer.id:
        found.add(("key", signer.id))
    if signer.kind == "certificate":
        found.update(("name", *name) for name in signer.names)
        found.update({("subject", signer.subject)} if signer.subject else ())
    # Signers of whom nothing is known are one.
    return frozenset(found or {("nobody",)})


def _reduced(nodes: set[Marks]) -> tuple[set[Marks], set[Marks]]:
    """Those who are one with nobody, and the others without whoever may be left out."""
    holders = Counter(mark for node in nodes for mark in node)
    alone = {node for node in nodes if all(holders[mark] == 1 for mark in node)}
    # Only shared marks matter, so those who share the same ones are one.
    shared = {frozenset(mark for mark in node if holders[mark] > 1) for node in nodes - alone}
    # Whoever is one with a signer of a single mark is one with all who have it, so that one may stand for them.
    single = {mark for node in shared if len(node) == 1 for mark in node}
    return alone, {node for node in shared if len(node) == 1 or not node & single}


def _groups(nodes: set[Marks]) -> list[list[Marks]]:
    """The nodes in groups that share no mark with each other, in a fixed order."""
    holders: dict[tuple[str, ...], list[Marks]] = {}
    for node in nodes:
        for mark in node:
            holders.setdefault(mark, []).append(node)
    groups: list[list[Marks]] = []
    seen: set[Marks] = set()
    for start in sorted(nodes, key=sorted):
        if start in seen:
            continue
        seen.add(start)
        group = [start]
        for node in group:  # grows while it is read
            new = {other for mark in node for other in holders.pop(mark, ())} - seen
            seen |= new
            group += sorted(new, key=sorted)
        groups.append(group)
    return groups


def _largest_of(group: list[Marks]) -> int:
    some = group[:MAX_NODES]
    links = {node: frozenset(other for other in some if other != node and other & node) for node in some}
    return _Search(links).largest(frozenset(some))


class _Search:
    """An exact search over few nodes, with a limit on its steps."""

    def __init__(self, links: Mapping[Marks, frozenset[Marks]]) -> None:
        self._links = links
        self._steps = 0

    def largest(self, nodes: frozenset[Marks]) -> int:
        """The size of the largest set of nodes without a link between them."""
        self._steps += 1
        if not nodes or self._steps > MAX_STEPS:
            return 0
        most = max(sorted(nodes, key=sorted), key=lambda node: len(self._links[node] & nodes))
        degree = len(self._links[most] & nodes)
        if degree <= 1:  # pairs and single nodes: one of each
            paired = sum(bool(self._links[node] & nodes) for node in nodes)
            return len(nodes) - paired // 2
        with_most = 1 + self.largest(nodes - {most} - self._links[most])
        return max(with_most, self.largest(nodes - {most}))
