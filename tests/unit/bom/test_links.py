"""Faults that the CycloneDX schema accepts: each class once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from attest.bom.links import components_of, link_faults

Json = dict[str, Any]
SOUND: Json = {
    "serialNumber": "urn:uuid:1",
    "metadata": {
        "tools": {"components": [{"type": "application", "name": "t", "bom-ref": "tool"}]},
        "component": {
            "type": "machine-learning-model",
            "name": "m",
            "bom-ref": "m",
            "hashes": [{"alg": "SHA-256", "content": "0" * 64}],
            "modelCard": {"bom-ref": "card", "modelParameters": {"datasets": [{"ref": "d"}, {"type": "dataset"}]}},
            "pedigree": {"ancestors": [{"type": "machine-learning-model", "name": "b", "bom-ref": "b"}]},
            "components": [{"type": "file", "name": "f", "bom-ref": "f"}],
        },
    },
    "components": [{"type": "data", "name": "d", "bom-ref": "d", "data": [{"type": "dataset"}]}],
    "dependencies": [{"ref": "m", "dependsOn": ["d"], "provides": ["f"]}],
    "compositions": [{"aggregate": "complete", "assemblies": ["m"], "dependencies": ["m"]}],
    "annotations": [{"bom-ref": "note", "subjects": ["card", "urn:uuid:1", "urn:cdx:1/1#x"]}],
}


def test_a_sound_document_has_none() -> None:
    assert link_faults(SOUND) == []
    assert {component["name"] for component in components_of(SOUND)} == {"t", "m", "b", "f", "d"}
    assert link_faults({}) == []


def put(*path: str | int, value: Any) -> Json:
    document = deepcopy(SOUND)
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return document


SUBJECT = ("metadata", "component")
FAULTS = {
    "duplicate": (put("components", 0, "bom-ref", value="m"), "bom-ref m stands 2 times"),
    "duplicate of a card": (put(*SUBJECT, "components", 0, "bom-ref", value="card"), "bom-ref card stands 2 times"),
    "duplicate of a tool": (put("annotations", 0, "bom-ref", value="tool"), "bom-ref tool stands 2 times"),
    "ref": (put("dependencies", 0, "ref", value="x"), "dependencies: there is no bom-ref x"),
    "dependsOn": (put("dependencies", 0, "dependsOn", value=["x"]), "dependencies: there is no bom-ref x"),
    "provides": (put("dependencies", 0, "provides", value=["x"]), "dependencies: there is no bom-ref x"),
    "assembly": (put("compositions", 0, "assemblies", value=["x"]), "compositions: there is no bom-ref x"),
    "composition": (put("compositions", 0, "dependencies", value=["x"]), "compositions: there is no bom-ref x"),
    "annotation": (put("annotations", 0, "subjects", value=["x"]), "annotations: there is no bom-ref x"),
    "dataset": (
        put(*SUBJECT, "modelCard", "modelParameters", "datasets", value=[{"ref": "x"}]),
        "datasets of m: there is no bom-ref x",
    ),
    "empty name": (put(*SUBJECT, "components", 0, "name", value=""), "f: the name is empty"),
    "card on a file": (put(*SUBJECT, "type", value="file"), "m: a modelCard on a component of type file"),
    "data on a file": (put("components", 0, "type", value="file"), "d: data on a component of type file"),
    "hash length": (
        put(*SUBJECT, "hashes", value=[{"alg": "SHA-512", "content": "0" * 64}]),
        "m: a SHA-512 value of the wrong length",
    ),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_finds(fault: str) -> None:
    document, message = FAULTS[fault]
    assert message in link_faults(document)
