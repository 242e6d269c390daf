"""How the subject came to be: a Build for each step of a lineage statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from attest.bom.references import origin_text
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.licenses import relate_licenses
from attest.bom.spdx.parties import software_agent
from attest.bom.spdx.relatives import Known
from attest.bom.spdx.vocabulary import Json, entry, hashed, instant, web
from attest.domain.bom import Bom, Relative, Step

# RFC 3986, section 4.3: a scheme and what may stand in a URI.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9._~:/?#@!$&'()*+,;=%\-]+", re.ASCII)


def add_builds(graph: Graph, bom: Bom, subject: str, known: Known) -> None:
    """The steps, what went in, that the subject came out, and who ran them. `known` are packages already there."""
    for step in bom.steps:
        names = (step.kind, step.invocation) if step.invocation else (step.kind,)
        build = graph.add("build_Build", graph.id("build", *names), _members(step))
        graph.relate(build, "hasInput", list(_inputs(graph, step, known)), scope="build")
        graph.relate(build, "hasOutput", [subject], scope="build")
        if step.builder:
            graph.relate(build, "invokedBy", [software_agent(graph, step.builder)], scope="build")


def _members(step: Step) -> Json:
    pairs = sorted({(fact.name, fact.value.text) for fact in step.parameters})
    return {
        "name": step.kind,
        "build_buildType": _build_type(step),
        "build_buildId": step.invocation,
        "build_buildStartTime": instant(step.started),
        "build_buildEndTime": instant(step.finished),
        "build_parameter": [entry(name, text) for name, text in pairs],
        "comment": f"{origin_text('declared', step.source)}; signature {'' if step.verified else 'not '}verified",
    }


def _build_type(step: Step) -> str:
    """The build type if it is a URI, as SPDX wants, else a URN of the step's kind."""
    return step.build_type if _URI.fullmatch(step.build_type) else f"urn:attest:build:{quote(step.kind, safe='')}"


def _inputs(graph: Graph, step: Step, known: Known) -> Iterator[str]:
    """Packages that are there already, at the same version or at none, and new ones for the rest."""
    for kin in step.inputs:
        yield known.get((kin.name, kin.version)) or known.get((kin.name, "")) or _input(graph, kin)


def _input(graph: Graph, kin: Relative) -> str:
    members: Json = {
        "name": kin.name,
        "software_packageVersion": kin.version,
        "software_downloadLocation": web(kin.url),
        "verifiedUsing": [hashed("sha256", kin.sha256)] if kin.sha256 else [],
    }
    key = (kin.name, kin.version, kin.sha256)
    before = len(graph.elements)
    element = graph.shared("software_Package", graph.id("input", kin.name), members, *key)
    if len(graph.elements) > before:
        relate_licenses(graph, element, ())
    return element
