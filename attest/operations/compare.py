"""`bom diff` and `lineage match`: two bills, or one model against known ones."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from attest.bom.diff import diff
from attest.bom.diff_facts import ancestors
from attest.bom.matching import base_findings, match, same_model
from attest.bom.snapshot import Snapshot, full_name, pairs_of, snapshot
from attest.bom.tensors import TensorList, snapshot_tensors
from attest.domain.bom import Relative, TensorRecord
from attest.domain.bom_diff import BomDiff
from attest.domain.finding import Finding
from attest.domain.kinship import Match
from attest.domain.strict_json import JsonObject
from attest.errors import DocumentError, InputError
from attest.operations.bills import Writing, bom_bytes, read_bytes, read_document
from attest.operations.inspect_files import StrPath

MAX_KNOWN = 100_000
_SUFFIX = ".json"

_PEEKED = 64
_MAX_LABEL = 300
_WEIGHTS = (".safetensors", ".gguf")
_MODEL_NAMES = frozenset({"config.json", "model_index.json", "adapter_config.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One model against known ones: the matches, the closest first, and how many were looked at.

    `passed_over` names documents beside the known ones that are no bills, or list no tensors.
    """

    name: str
    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    known: int
    passed_over: tuple[str, ...] = ()


def diff_boms(before: StrPath, after: StrPath) -> BomDiff:
    """What changed between two bills. A path to a model is described first, with its tensors.

    Raises DocumentError when one is no CycloneDX document, ArtifactError when a model cannot be read.
    """
    return diff(document_of(before), document_of(after))


def match_model(model: StrPath, known: Sequence[StrPath]) -> Matched:
    """The known models that `model` has weights in common with, and what its declared base models make of that.

    `known` are bills, folders of bills, or models. Raises InputError when nothing known can be compared.
    """
    mine = snapshot(document_of(model))
    listed = snapshot_tensors(mine)
    tensors = listed.records
    if not _digested(tensors):
        raise InputError(
            f"{os.fspath(model)!r} lists no digest of a tensor",
            hint="Name the model itself, or describe it with `attest bom model --tensors`.",
        )
    bases, passed_over = _known(known)
    if not bases:
        raise InputError(
            "no known bill lists tensors", hint="Describe the known models with `attest bom model --tensors`."
        )
    declared = _declared(mine)
    found = match(tensors, {label: base.tensors for label, base in bases.items()})
    names = {label: base.name for label, base in bases.items()}
    return Matched(
        name=mine.name,
        matches=tuple(
            replace(
                one,
                source=bases[one.name].source,
                declared=any(same_model(names[one.name], kin.name) for kin in declared),
            )
            for one in found
        ),
        findings=(*base_findings(declared, found, names, itself=mine.name), *_hidden(listed)),
        known=len(bases),
        passed_over=tuple(passed_over),
    )


def _hidden(listed: TensorList) -> Iterator[Finding]:
    """Tensors that were not looked at: a model may hide what it is made of behind names that nobody can read."""
    if missing := listed.unreadable + listed.unlisted:
        message = (
            f"{missing:,} tensors besides {len(listed.records):,} have no digest that can be read, and do not count"
        )
        yield Finding(rule="lineage.hidden-tensors", severity="warning", file="", message=message)


@dataclass(frozen=True, slots=True)
class _Base:
    """A known model."""

    name: str
    source: str
    tensors: tuple[TensorRecord, ...]


def _known(paths: Sequence[StrPath]) -> tuple[dict[str, _Base], list[str]]:
    """The known models by a label of their own, and what is none."""
    bases: dict[str, _Base] = {}
    passed_over: list[str] = []
    for path, among_others in _listed(paths):
        try:
            one = snapshot(document_of(path))
        except DocumentError:
            if not among_others:
                raise
            passed_over.append(path)
            continue
        tensors = snapshot_tensors(one).records
        if _digested(tensors):
            label = one.label[:_MAX_LABEL]
            label = label if label not in bases else f"{label} ({path})"
            bases[label] = _Base(one.name, path, tensors)
        else:
            passed_over.append(path)
    return bases, passed_over


def _digested(tensors: Sequence[TensorRecord]) -> bool:
    return any(record.sha256 for record in tensors)


def _declared(mine: Snapshot) -> list[Relative]:
    """The base models that a document names, with the relation of each where it is told."""
    found = []
    for item in ancestors(mine):
        relation = next((value for name, value in pairs_of(item) if name == "attest:relation"), "")
        found.append(Relative(name=full_name(item), relation=relation, origin="declared", source="pedigree"))
    return found


def document_of(path: StrPath) -> JsonObject:
    """The raw document of a bill, or of a model that is described here and now.

    A file is taken for a document when it ends in `.json` or begins like one.
    """
    name = os.fspath(path)
    if not os.path.isdir(name) and (name.lower().endswith(_SUFFIX) or _begins_like_json(name)):
        return cast("JsonObject", read_document(name))
    # Imported here: comparing two documents needs no hashing.
    from attest.operations.describe import describe_path

    bom = describe_path(name, sha512=False, tensors=True)
    return cast("JsonObject", read_bytes(bom_bytes(bom, Writing()), name))


def _begins_like_json(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(_PEEKED).lstrip().startswith(b"{")
    except OSError:
        return False  # describing it says what is wrong


def _listed(known: Sequence[StrPath]) -> Iterator[tuple[str, bool]]:
    """Every bill or model that the paths name, and whether it is one of a folder's documents."""
    count = 0
    for given in known:
        path = os.fspath(given)
        documents = _documents(path) if os.path.isdir(path) else []
        for one in documents or [path]:
            count += 1
            if count > MAX_KNOWN:
                raise InputError(f"more than {MAX_KNOWN} known bills", hint="Name fewer, or in several runs.")
            yield one, bool(documents)


def _documents(folder: str) -> list[str]:
    """The documents in a folder, or nothing when it looks like a model's own."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_file())
    except OSError as error:
        raise InputError(
            f"{folder!r} cannot be read: {error.strerror}", hint="Name bills, folders of bills, or models."
        ) from error
    if any(name in _MODEL_NAMES or name.lower().endswith(_WEIGHTS) for name in names):
        return []
    return [os.path.join(folder, name) for name in names if name.lower().endswith(_SUFFIX)]
