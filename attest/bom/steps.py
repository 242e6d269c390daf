"""SLSA provenance statements → how the subject came to be (reference: https://slsa.dev/provenance/v1).

A statement whose signature nobody verified is a claim: its step is declared, and so is every relative that it names.
Members of other shapes than the specification's are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from attest.domain.bom import Fact, Relative, Step, Value
from attest.domain.digest import is_hex_digest
from attest.domain.manifest import printable
from attest.domain.statement import PREDICATE_TYPES, Statement
from attest.domain.strict_json import Json, JsonObject

MAX_STEPS = 100
MAX_INPUTS = 1_000
MAX_PARAMETERS = 200
_MAX_TEXT = 512
_BUILD = re.compile(r".*/([a-z][a-z0-9\-]{0,40})/v\d+(?:\.\d+)*")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_HUB = re.compile(r"(?:hf://|pkg:huggingface/|https://huggingface\.co/)(datasets/)?([^@#?]{1,200})(?:@([^#?]{1,80}))?")
_RELATIONS = {"finetune": "finetune", "merge": "merge", "quantize": "quantized", "convert": "converted"}
_MODELS = ("baseModel", "parent", "model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A statement about the subject: where it stands, and whether its signature was verified."""

    statement: Statement
    source: str
    verified: bool = False


def recorded_steps(recorded: Iterable[Recorded]) -> tuple[Step, ...]:
    """One step for each provenance statement, in order, at most `MAX_STEPS`."""
    provenance = PREDICATE_TYPES["slsa-provenance"]
    found = (_step(item) for item in recorded if item.statement.predicate_type in provenance)
    return tuple(step for step, _ in zip(found, range(MAX_STEPS), strict=False))


def ancestors(steps: Iterable[Step]) -> tuple[Relative, ...]:
    """The models that went into the steps."""
    return tuple(kin for step in steps for kin in step.inputs if kin.relation in {*_RELATIONS.values(), "base"})


def training_data(steps: Iterable[Step]) -> tuple[Relative, ...]:
    """The datasets that went into the steps."""
    return tuple(kin for step in steps for kin in step.inputs if kin.relation == "trained-on")


def _step(item: Recorded) -> Step:
    definition = _object(item.statement.predicate.get("buildDefinition"))
    run = _object(item.statement.predicate.get("runDetails"))
    metadata = _object(run.get("metadata"))
    build_type = _text(definition.get("buildType"))
    match = _BUILD.fullmatch(build_type)
    kind = match[1] if match else "build"
    return Step(
        kind=kind,
        build_type=build_type,
        builder=_text(_object(run.get("builder")).get("id")),
        invocation=_text(metadata.get("invocationId")),
        inputs=tuple(_inputs(definition, kind, item.source)),
        parameters=tuple(_parameters(definition, item.source))[:MAX_PARAMETERS],
        started=_time(metadata.get("startedOn")),
        finished=_time(metadata.get("finishedOn")),
        source=item.source,
        verified=item.verified,
    )


def _inputs(definition: JsonObject, kind: str, source: str) -> Iterator[Relative]:
    for number, node in enumerate(_list(definition.get("resolvedDependencies"))[:MAX_INPUTS]):
        one = _object(node)
        role = _text(_object(one.get("annotations")).get("role"))
        uri = _text(one.get("uri")) or _text(one.get("name"))
        digest = _text(_object(one.get("digest")).get("sha256"))
        relation = "trained-on" if role == "dataset" else _RELATIONS.get(kind, "base") if role in _MODELS else ""
        match = _HUB.fullmatch(uri)
        if uri:
            yield Relative(
                name=match[2].strip("/") if match else uri,
                relation=relation,
                origin="declared",
                source=f"{source}#/predicate/buildDefinition/resolvedDependencies/{number}",
                version=match[3] or "" if match else "",
                sha256=digest if is_hex_digest(digest, "sha256") else "",
                url=uri if "://" in uri and uri.isascii() and " " not in uri else "",
            )


def _parameters(definition: JsonObject, source: str) -> Iterator[Fact]:
    """External and internal parameters that are texts, numbers or truth values, one level deep."""
    for member in ("externalParameters", "internalParameters"):
        for name, value in sorted(_object(definition.get(member)).items()):
            inner = value.items() if isinstance(value, dict) else [("", value)]
            for key, node in sorted(inner):
                text = _scalar(node)
                if text:
                    place = f"{name}.{key}" if key else name
                    told = Value(text=text, origin="declared", source=f"{source}#/predicate/buildDefinition/{member}")
                    yield Fact(name=printable(place)[:_MAX_TEXT], value=told)


def _scalar(node: Json) -> str:
    if isinstance(node, bool):
        return "true" if node else "false"
    return _text(node) if isinstance(node, str) else "" if isinstance(node, dict | list) or node is None else str(node)


def _time(node: Json) -> str:
    text = _text(node)
    return text if _TIME.fullmatch(text) else ""


def _object(node: Json) -> JsonObject:
    return node if isinstance(node, dict) else {}


def _list(node: Json) -> list[Json]:
    return node if isinstance(node, list) else []


def _text(node: Json) -> str:
    return node if isinstance(node, str) and len(node) <= _MAX_TEXT and node.isprintable() else ""
