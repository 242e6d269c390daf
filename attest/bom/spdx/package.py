"""The package that the bill is about, in what models, datasets and environments have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attest.bom.file_kinds import is_weights
from attest.bom.names import hub_id
from attest.bom.spdx.dataset import dataset_members
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.licenses import relate_licenses
from attest.bom.spdx.model import model_members
from attest.bom.spdx.parties import agent, agents
from attest.bom.spdx.vocabulary import REFERENCES, Json, hashed, instant, joined, web
from attest.domain.bom import Bom

_HUB = "https://huggingface.co"
_CLASSES = {"model": "ai_AIPackage", "dataset": "dataset_DatasetPackage", "environment": "software_Package"}
_PURPOSES = {"model": "model", "dataset": "data", "environment": "platform"}
_PAPERS = (
    (re.compile(r"arxiv:(\d{4}\.\d{4,5}(?:v\d{1,2})?)", re.ASCII), "https://arxiv.org/abs/"),
    (re.compile(r"doi:(10\.\d{4,9}/[A-Za-z0-9._\-]{1,200})", re.ASCII), "https://doi.org/"),
)


def add_subject(graph: Graph, bom: Bom, purl: str) -> str:
    """The subject's package with its licences; `purl` may be empty. Returns its id."""
    members = dict(_members(graph, bom, purl))
    if bom.subject == "model":
        members |= model_members(bom)
    elif bom.subject == "dataset":
        members |= dataset_members(bom)
    if lines := [*_comments(bom), *_lines(members.pop("comment", ""))]:
        members["comment"] = "\n".join(lines)
    subject = graph.add(_CLASSES[bom.subject], graph.id("subject"), members)
    relate_licenses(graph, subject, bom.licenses)
    return subject


def _members(graph: Graph, bom: Bom, purl: str) -> Iterator[tuple[str, object]]:
    places = list(_distribution(bom))
    yield "name", f"{bom.group}/{bom.name.text}".removeprefix("/")
    yield "description", bom.description.text if bom.description else ""
    yield "software_packageVersion", bom.version
    yield "software_packageUrl", purl
    yield "software_primaryPurpose", _PURPOSES[bom.subject]
    yield "software_downloadLocation", places[0] if places else ""
    yield "software_homePage", next((link for kind, link in _links(bom) if kind == "website"), "")
    yield "software_copyrightText", joined(bom.copyright)
    yield "suppliedBy", agent(graph, bom.supplier) if bom.supplier else ""
    yield "originatedBy", _originators(graph, bom)
    yield "releaseTime", instant(bom.released.text) if bom.released else ""
    yield "externalIdentifier", list(_identifiers(bom, purl))
    yield "externalRef", _references(bom, places[1:])
    yield "verifiedUsing", _hashes(bom)


def _originators(graph: Graph, bom: Bom) -> list[str]:
    """Who made it. A dataset has exactly one originator, so its authors are told elsewhere when its maker is known."""
    if bom.manufacturer is None:
        return agents(graph, bom.authors)
    parties = (bom.manufacturer,) if bom.subject == "dataset" else (bom.manufacturer, *bom.authors)
    return agents(graph, parties)


def _comments(bom: Bom) -> Iterator[str]:
    if bom.subject == "dataset" and bom.manufacturer is not None:
        yield from (f"author: {name}" for name in sorted({party.name.text for party in bom.authors}))
    if bom.digests_given:
        yield "digests: given, not computed; facts are from bytes that were not hashed"


def _lines(text: object) -> list[str]:
    return str(text).split("\n") if text else []


def _links(bom: Bom) -> Iterator[tuple[str, str]]:
    """Kinds and addresses of all links: the Hub's own first, then those that were told, then papers in tags."""
    name = f"{bom.group}/{bom.name.text}".removeprefix("/")
    if bom.purl_type == "huggingface" and hub_id(name) is not None:
        place = f"{_HUB}/datasets/{name}" if bom.subject == "dataset" else f"{_HUB}/{name}"
        yield from (("distribution", place), ("website", place), ("vcs", place))
    yield from ((reference.kind, web(reference.url)) for reference in bom.references if web(reference.url))
    for tag in (*bom.card.tags, *bom.data.tags):
        for pattern, start in _PAPERS:
            if match := pattern.fullmatch(tag):
                yield "documentation", start + match[1]


def _distribution(bom: Bom) -> Iterator[str]:
    yield from dict.fromkeys(link for kind, link in _links(bom) if kind == "distribution")


def _references(bom: Bom, others: Iterable[str]) -> list[Json]:
    """Links as external references, each once; where it is downloaded from and its home page have places of their
    own."""
    comments = {(reference.kind, reference.url): reference.comment for reference in bom.references}
    found = {("altDownloadLocation", link): "" for link in others}
    for kind, link in _links(bom):
        if kind not in ("distribution", "website"):
            found.setdefault((REFERENCES.get(kind, "other"), link), comments.get((kind, link), ""))
    return [
        {"type": "ExternalRef", "externalRefType": kind, "locator": [link]} | ({"comment": comment} if comment else {})
        for (kind, link), comment in sorted(found.items())
    ]


def _identifiers(bom: Bom, purl: str) -> Iterator[Json]:
    """The purl, and the artifact's digest: that of a tree is no hash of any bytes, so it cannot be a Hash."""
    if bom.digest:
        yield {
            "type": "ExternalIdentifier",
            "externalIdentifierType": "other",
            "identifier": f"{bom.digest_kind}:sha256:{bom.digest}",
            "comment": "digest of the artifact",
        }
    if purl:
        yield {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl}


def _hashes(bom: Bom) -> list[Json]:
    """Hashes of the file that holds the weights when there is exactly one: they are what names the model elsewhere."""
    if bom.subject == "environment":
        return []
    weights = [record for record in bom.files if is_weights(record)] if bom.subject == "model" else []
    if bom.digest_kind == "file":
        weights = list(bom.files)
    if len(weights) != 1:
        return []
    hashes = [hashed("sha256", weights[0].sha256)]
    return [*hashes, hashed("sha512", weights[0].sha512)] if weights[0].sha512 else hashes
