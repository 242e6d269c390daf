"""Agents. Whether a name is a person or an organisation nobody says, so each is an Agent and no more."""

from __future__ import annotations

from collections.abc import Iterable

from attest.bom.spdx.graph import Graph
from attest.bom.spdx.vocabulary import Json, web
from attest.domain.bom import Party


def agent(graph: Graph, party: Party) -> str:
    """The Agent of a party, with its address as an external identifier; the same party is the same Agent."""
    identifiers: list[Json] = [
        {"type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": text}
        for kind, text in (("email", party.email), ("urlScheme", web(party.url)))
        if text
    ]
    members = {"name": party.name.text, "externalIdentifier": identifiers}
    return graph.shared("Agent", graph.id("agent", party.name.text), members, party.name.text, party.url, party.email)


def agents(graph: Graph, parties: Iterable[Party]) -> list[str]:
    """Ids of the parties' Agents, each once, in order."""
    return sorted({agent(graph, party) for party in parties})


def software_agent(graph: Graph, name: str) -> str:
    """An agent that is a program: a build service, or this tool when nobody else made the document."""
    return graph.shared("SoftwareAgent", graph.id("agent", "software", name), {"name": name}, name)
