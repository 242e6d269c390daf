"""Base models and datasets that the subject refers to, known by their names."""

from __future__ import annotations

from collections.abc import Iterable

from attest.bom.cyclonedx.data import named_data
from attest.bom.cyclonedx.vocabulary import Json, properties
from attest.bom.names import hub_id
from attest.bom.references import base_purl, origin_text
from attest.domain.bom import Relative

_HUB = "https://huggingface.co"


def base_components(relatives: Iterable[Relative], refs: Iterable[str]) -> list[Json]:
    """The base models, for `pedigree.ancestors`; one component a ref."""
    found = _by_ref(relatives, refs)
    return [_base(kin, ref) for ref, kin in sorted(found.items())]


def dataset_components(relatives: Iterable[Relative], refs: Iterable[str]) -> list[Json]:
    """The datasets that are not ancestors. One has no purl: whether `huggingface` covers datasets is not settled."""
    found = _by_ref(relatives, refs)
    return [_dataset(kin, ref) for ref, kin in sorted(found.items()) if not _derived(kin)]


def derived_components(relatives: Iterable[Relative], refs: Iterable[str]) -> list[Json]:
    """The datasets that the subject was made from, for `pedigree.ancestors`."""
    found = _by_ref(relatives, refs)
    return [_dataset(kin, ref) for ref, kin in sorted(found.items()) if _derived(kin)]


def _derived(named: list[Relative]) -> bool:
    return any(kin.relation == "derived-from" for kin in named)


def _by_ref(relatives: Iterable[Relative], refs: Iterable[str]) -> dict[str, list[Relative]]:
    found: dict[str, list[Relative]] = {}
    for kin, ref in zip(relatives, refs, strict=True):
        found.setdefault(ref, []).append(kin)
    return found


def _base(named: list[Relative], ref: str) -> Json:
    kin = named[0]
    parts = hub_id(kin.name)
    owner, name = parts if parts is not None else ("", kin.name)
    component: Json = {"type": "machine-learning-model", "bom-ref": ref, "name": name}
    if owner:
        component |= {"group": owner, "manufacturer": {"name": owner}}
    if purl := base_purl(kin):
        component["purl"] = purl
    return component | _common(named)


def _dataset(named: list[Relative], ref: str) -> Json:
    kin = named[0]
    component: Json = {"type": "data", "bom-ref": ref, "name": kin.name, "data": named_data(kin.name)}
    if parts := hub_id(kin.name):
        component |= {"manufacturer": {"name": parts[0]}} if parts[0] else {}
    url = kin.url or (f"{_HUB}/datasets/{kin.name}" if hub_id(kin.name) is not None else "")
    if url:
        component["externalReferences"] = [{"type": "distribution", "url": url}]
    return component | _common(named)


def _common(named: list[Relative]) -> Json:
    """Version, digest, and where each mention comes from."""
    first = named[0]
    found: Json = {}
    if first.version:
        found["version"] = first.version
    if digests := sorted({kin.sha256 for kin in named if kin.sha256}):
        found["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in digests]
    origins = [("attest:origin", origin_text(kin.origin, kin.source)) for kin in named]
    relations = [("attest:relation", kin.relation) for kin in named if kin.relation]
    return found | {"properties": properties([*origins, *relations])}
