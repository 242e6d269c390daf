"""Base models and datasets that the subject refers to, known by their names: packages of their own, and how the
subject is related to them."""

from __future__ import annotations

from collections.abc import Iterable

from attest.bom.names import hub_id
from attest.bom.references import base_purl, origin_text
from attest.bom.spdx.dataset import NO_TYPE
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.licenses import relate_licenses
from attest.bom.spdx.vocabulary import Json, hashed, web
from attest.domain.bom import Bom, Relative

_HUB = "https://huggingface.co"
_EDGES = {"trained-on": "trainedOn", "evaluated-on": "testedOn", "derived-from": "descendantOf"}

Known = dict[tuple[str, str], str]
"""Ids by name and version."""


def add_relatives(graph: Graph, bom: Bom, subject: str) -> tuple[Known, list[str]]:
    """All of them with their relationships. Returns their ids, and the ids of those that the subject depends on.

    What a dataset was made from are datasets. A dataset is always depended on, so that it hangs on the root by an
    edge that every tool follows; of the base models only those of an adapter are, which is of no use without them.
    """
    kind = "dataset" if bom.subject == "dataset" else "model"
    bases = _add(graph, bom.base_models, kind)
    datasets = _add(graph, bom.datasets, "dataset")
    for relation in sorted({kin.relation for kin in bom.base_models}):
        targets = [bases[_key(kin)] for kin in bom.base_models if kin.relation == relation]
        told = {"comment": relation} if relation else {}
        graph.relate(subject, "descendantOf", targets, relation, **told)
    for relation in sorted({kin.relation for kin in bom.datasets}):
        targets = [datasets[_key(kin)] for kin in bom.datasets if kin.relation == relation]
        if relation in _EDGES:
            graph.relate(subject, _EDGES[relation], targets, "data")
    needed = [*datasets.values(), *(bases[_key(kin)] for kin in bom.base_models if kin.relation == "adapter")]
    return datasets | bases, needed + (list(bases.values()) if kind == "dataset" else [])


def _key(kin: Relative) -> tuple[str, str]:
    return kin.name, kin.version


def _add(graph: Graph, relatives: Iterable[Relative], kind: str) -> Known:
    named: dict[tuple[str, str], list[Relative]] = {}
    for kin in relatives:
        named.setdefault(_key(kin), []).append(kin)
    return {key: _package(graph, mentions, kind) for key, mentions in sorted(named.items())}


def _package(graph: Graph, mentions: list[Relative], kind: str) -> str:
    """One package however often it is named, with every mention's origin."""
    kin = mentions[0]
    names = (kin.name, kin.version) if kin.version else (kin.name,)
    dataset = kind == "dataset"
    members: Json = {
        "name": kin.name,
        "software_packageVersion": kin.version,
        "software_packageUrl": "" if dataset else base_purl(kin),
        "software_downloadLocation": _place(kin, "datasets/" if dataset else ""),
        "software_primaryPurpose": "data" if dataset else "model",
        "dataset_datasetType": NO_TYPE if dataset else [],
        "verifiedUsing": [hashed("sha256", digest) for digest in sorted({one.sha256 for one in mentions} - {""})],
    }
    element = graph.add("dataset_DatasetPackage" if dataset else "ai_AIPackage", graph.id(kind, *names), members)
    relate_licenses(graph, element, ())
    told = sorted({origin_text(one.origin, one.source) for one in mentions})
    graph.annotate(element, "origins", {"origins": {"/name": told}})
    return element


def _place(kin: Relative, folder: str) -> str:
    if kin.url:
        return web(kin.url)
    return f"{_HUB}/{folder}{kin.name}" if hub_id(kin.name) is not None else ""
