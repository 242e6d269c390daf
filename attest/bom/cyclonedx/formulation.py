"""How the subject came to be: steps from lineage statements, and training in the card's own words."""

from __future__ import annotations

from collections.abc import Iterator

from attest.bom.cyclonedx.vocabulary import Json, properties
from attest.bom.references import References, origin_text
from attest.domain.bom import Bom, Step


def formulation(bom: Bom, refs: References) -> list[Json]:
    """One formula with a workflow for each step; empty when nothing is known."""
    workflows = [_workflow(step, number, refs, bom) for number, step in enumerate(bom.steps, start=1)]
    if not workflows and (told := _told(bom, refs)):
        workflows = [told]
    return [{"bom-ref": f"{refs.subject}#/formulation", "workflows": workflows}] if workflows else []


def _workflow(step: Step, number: int, refs: References, bom: Bom) -> Json:
    found: Json = {
        "bom-ref": f"{refs.subject}#/formulation/{number}",
        "uid": step.invocation or f"{step.kind}-{number}",
        "name": step.kind,
        "taskTypes": ["other"],
        "inputs": list(_inputs(step, refs, bom)),
        "outputs": [{"type": "artifact", "resource": {"ref": refs.subject}}],
        "properties": properties(
            [
                ("attest:lineage:build-type", step.build_type),
                ("attest:lineage:builder", step.builder),
                ("attest:origin", origin_text("declared", step.source)),
                ("attest:lineage:verified", "true" if step.verified else "false"),
            ]
        ),
    }
    times = (("timeStart", step.started), ("timeEnd", step.finished))
    return found | {key: text for key, text in times if text}


def _inputs(step: Step, refs: References, bom: Bom) -> Iterator[Json]:
    known = {kin.name: ref for kin, ref in zip(bom.base_models, refs.base_models, strict=True)}
    known |= {kin.name: ref for kin, ref in zip(bom.datasets, refs.datasets, strict=True)}
    for kin in step.inputs:
        if kin.name in known:
            yield {"resource": {"ref": known[kin.name]}}
        else:
            link: Json = {"type": "other", "url": kin.url or kin.name}
            if kin.sha256:
                link["hashes"] = [{"alg": "SHA-256", "content": kin.sha256}]
            yield {"resource": {"externalReference": link}}
    if step.parameters:
        yield {"parameters": [{"name": fact.name, "value": fact.value.text} for fact in step.parameters]}


def _told(bom: Bom, refs: References) -> Json:
    """Training as the card tells it: nobody recorded it, so it has no times and no builder."""
    training = bom.card.training
    if training is None:
        return {}
    found: Json = {
        "bom-ref": f"{refs.subject}#/formulation/1",
        "uid": "training",
        "name": "training",
        "description": training.text,
        "taskTypes": ["other"],
        "outputs": [{"type": "artifact", "resource": {"ref": refs.subject}}],
        "properties": properties([("attest:origin", origin_text(training.origin, training.source))]),
    }
    used = {ref for kin, ref in zip(bom.datasets, refs.datasets, strict=True) if kin.relation == "trained-on"}
    if used:
        found["inputs"] = [{"resource": {"ref": ref}} for ref in sorted(used)]
    return found
