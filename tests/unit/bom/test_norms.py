"""The norms that are shipped: complete, typed, and every path and value of them exists in the formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import pytest
from cyclonedx.schema import _res

from attest.bom.norms import DEFAULT_PROFILE, Element, offered, profile, profiles
from attest.bom.paths import Path, Step
from attest.bom.spdx.shape import kinds, shapes, words
from attest.errors import InputError

Json = dict[str, Any]
COUNTS = {
    "g7ai-2026": 50,
    "ntia-2021": 7,
    "cisa-2025": 13,
    "fsct-3": 12,
    "bsi-tr-03183-2": 22,
    "eu-ai-act-annex-xi": 15,
    "eu-ai-act-training-summary": 16,
    "eu-ai-act-annex-iv": 9,
    "spdx-ai-dataset-3.0.1": 16,
    "mof-1.0": 19,
    "owasp-aibom": 48,
    "aisbom": 7,
}


def elements() -> Iterator[tuple[str, Element]]:
    for one in profiles().values():
        for element in one.elements:
            yield one.id, element


def test_every_profile_is_there_with_its_elements() -> None:
    assert {name: len(one.elements) for name, one in profiles().items()} == COUNTS
    for one in profiles().values():
        ids = [element.id for element in one.elements]
        assert len(ids) == len(set(ids))
        assert one.title
        assert one.source
        assert one.status


def test_each_profile_keeps_where_it_comes_from() -> None:
    bases = {name: (one.kind, one.basis, one.verified) for name, one in profiles().items()}
    assert bases["g7ai-2026"] == ("norm", "text", True)
    assert bases["eu-ai-act-annex-xi"] == ("norm", "guide", True)
    assert bases["spdx-ai-dataset-3.0.1"] == ("format-profile", "text", True)
    assert bases["aisbom"] == ("scorer", "code", True)
    assert [name for name, (_, _, verified) in bases.items() if not verified] == ["eu-ai-act-annex-iv"]


def test_what_was_not_checked_against_its_text_is_hidden_but_can_be_named() -> None:
    names = [one.id for one in offered()]
    assert names[0] == DEFAULT_PROFILE
    assert "eu-ai-act-annex-iv" not in names
    assert len(names) == len(COUNTS) - 1
    hidden = profile("eu-ai-act-annex-iv")
    assert (hidden.hidden, hidden.verified) == (True, False)
    assert not any(element.verified for element in hidden.elements)


def test_a_profile_is_found_by_its_aliases() -> None:
    assert profile("bsi-tr-03183").id == "bsi-tr-03183-2"
    assert profile("eu-ai-act").id == "eu-ai-act-annex-xi"


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="there is no profile 'nonsense'") as caught:
        profile("nonsense")
    assert "g7ai-2026" in caught.value.hint
    assert "annex-iv" not in caught.value.hint


def test_elements_are_whole() -> None:
    for name, element in elements():
        paths = {path.text for path in (*element.cyclonedx, *element.spdx)}
        assert element.description, (name, element.id)
        assert {*element.accept, *element.words} <= paths, (name, element.id)
        assert bool(element.condition) is bool(element.when), (name, element.id)
        assert element.condition in ("", "system", "systemic-risk")
        assert all(words == tuple(word.casefold() for word in words) for words in element.words.values())
        assert not any(path.spdx for path in element.cyclonedx), (name, element.id)
        assert all(path.spdx for path in element.spdx), (name, element.id)
        assert set(element.applies_to) <= {"model", "dataset", "bom"}


@cache
def schema(version: str) -> Json:
    loaded: Json = json.loads(FilePath(_res.__file__).with_name(f"bom-{version}.SNAPSHOT.schema.json").read_text())
    return loaded


def _resolve(root: Json, node: Json) -> list[Json]:
    """The alternatives that a schema node may stand for."""
    if "$ref" in node:
        if not node["$ref"].startswith("#/definitions/"):
            return [{}]  # another file: anything
        return _resolve(root, root["definitions"][node["$ref"].rpartition("/")[2]])
    found = [node]
    for key in ("oneOf", "anyOf", "allOf"):
        for item in node.get(key, ()):
            found += _resolve(root, item)
    return found


def _members(root: Json, nodes: list[Json], step: Step) -> list[Json]:
    found = _member(root, nodes, step.name)
    if step.many:
        items = [node["items"] for node in found if "items" in node]
        listed = [one for item in items for one in (item if isinstance(item, list) else [item])]
        found = [one for item in listed for one in _resolve(root, item)]
    if step.key and found:
        keys = _member(root, found, step.key)
        assert keys, step
        allowed = {value for one in keys for value in one.get("enum", ())}
        if allowed:
            assert set(step.values) <= allowed, step
    return found


def _member(root: Json, nodes: list[Json], name: str) -> list[Json]:
    members = [node["properties"][name] for node in nodes if name in node.get("properties", {})]
    return [one for member in members for one in _resolve(root, member)]


def _at(version: str, path: Path) -> list[Json]:
    """The schema nodes at the end of a path; none when it does not exist."""
    root = schema(version)
    start = root if path.root == "bom" else root["definitions"]["component"]
    nodes = [start]
    for step in path.steps:
        nodes = _members(root, nodes, step)
    return nodes


@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_every_cyclonedx_path_exists_in_the_schema_with_its_values(version: str) -> None:
    seen = 0
    for name, element in elements():
        for path in (*element.cyclonedx, *(path for path in element.supporting if not path.spdx)):
            nodes = _at(version, path)
            assert nodes, (name, element.id, path.text)
            allowed = {value for node in nodes for value in node.get("enum", ())}
            if allowed and path.text in element.accept:
                assert element.accept[path.text] <= allowed, (name, element.id, path.text)
            seen += 1
    assert seen > 300


def test_the_check_of_paths_finds_what_does_not_exist() -> None:
    from attest.bom.paths import parse

    assert not _at("1.6", parse("model.trainingData"))
    assert not _at("1.6", parse("component.timestamp"))
    assert not _at("1.6", parse("bom.machineLearningModel[].name"))
    with pytest.raises(AssertionError):
        _at("1.6", parse("model.hashes[alg=sha256].content"))
    with pytest.raises(AssertionError):
        _at("1.6", parse("model.externalReferences[kind=vcs].url"))


def _spdx_classes(root: str) -> list[str]:
    return [name for name, shape in shapes().items() if root == name or root in shape.parents]


def test_every_spdx_path_exists_in_the_model_with_its_values() -> None:
    seen = 0
    for name, element in elements():
        for path in (*element.spdx, *(path for path in element.supporting if path.spdx)):
            where = (name, element.id, path.text)
            classes = _spdx_classes(path.root)
            assert classes, where
            if path.edge:
                assert path.edge in words()["RelationshipType"], where
            for step in path.steps:
                classes = _spdx_step(classes, step, where)
            if path.text in element.accept and path.steps[-1].name in kinds():
                kind = kinds()[path.steps[-1].name]
                assert kind.kind != "enum" or element.accept[path.text] <= set(words()[kind.of]), where
            seen += 1
    assert seen > 200


def _spdx_step(classes: list[str], step: Step, where: object) -> list[str]:
    if step.name == "spdxId":
        return []
    assert any(step.name in shapes()[name].members for name in classes), where
    kind = kinds()[step.name]
    if step.key:
        assert set(step.values) <= set(words()[kinds()[step.key].of]), where
    return _spdx_classes(kind.of) if kind.kind == "object" else []


def test_scorers_say_what_they_weigh() -> None:
    owasp, aisbom = profiles()["owasp-aibom"], profiles()["aisbom"]
    assert owasp.weights == {
        "required_fields": 20,
        "metadata": 20,
        "component_basic": 20,
        "component_model_card": 30,
        "external_references": 10,
    }
    assert {element.group for element in owasp.elements} == set(owasp.weights)
    assert all(element.scorer_path.startswith("$.") for element in owasp.elements)
    assert owasp.scale == {"basic": 40, "standard": 70, "advanced": 85}
    ids = {element.id for element in owasp.elements}
    assert all(set(fields) <= ids for fields in owasp.required.values())
    assert sum(element.points for element in aisbom.elements) == 100
    assert aisbom.scale == {"A": 85, "B": 70, "C": 55, "D": 40, "F": 0}
    assert owasp.reads == aisbom.reads == ("CycloneDX",)


def test_the_openness_framework_has_its_classes() -> None:
    mof = profiles()["mof-1.0"]
    assert list(mof.scale) == ["III", "II", "I"]
    assert {element.rank for element in mof.elements} == {"I", "II", "III"}
