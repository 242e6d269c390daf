"""Base models from three sources that may disagree."""

from __future__ import annotations

import pytest

from attest.bom.lineage import datasets, lineage
from attest.bom.names import hub_id, owned
from attest.domain.bom import Conflict, Relative, Value
from attest.formats.card import Card
from attest.formats.configuration import AdapterConfiguration, ModelConfiguration

NONE = ModelConfiguration()
HINT = ModelConfiguration(name_or_path="acme/parent")
CARD = "README.md#/base_model"
ADAPTER = "adapter_config.json#/base_model_name_or_path"
CONFIG = "config.json#/_name_or_path"


def test_the_card_is_a_claim() -> None:
    card = Card(base_models=("acme/a", "acme/b"), base_model_relation="merge")
    found = lineage("x", card, None, NONE)
    assert found.base_models == tuple(
        Relative(name=name, relation="merge", origin="declared", source=CARD) for name in ("acme/a", "acme/b")
    )
    assert found.conflicts == ()


def test_a_relation_that_nobody_states_stays_unknown() -> None:
    assert lineage("x", Card(base_models=("a/b",)), None, NONE).base_models[0].relation == ""


def test_the_path_in_the_configuration_is_a_hint_when_nothing_better_is_there() -> None:
    found = lineage("x", Card(), None, HINT)
    assert found.base_models == (Relative(name="acme/parent", relation="", origin="inferred", source=CONFIG),)
    assert found.conflicts == ()


@pytest.mark.parametrize("identity", ["acme/parent", "ACME/Parent"])
def test_the_model_is_not_its_own_parent(identity: str) -> None:
    assert lineage(identity, Card(), None, HINT).base_models == ()
    assert lineage(identity, Card(base_models=("acme/parent",)), None, NONE).base_models == ()


def test_a_folder_named_like_the_parent_hides_a_hint_but_no_declaration() -> None:
    assert lineage("parent", Card(), None, HINT).base_models == ()
    assert [kin.name for kin in lineage("parent", Card(base_models=("acme/parent",)), None, NONE).base_models] == [
        "acme/parent"
    ]


@pytest.mark.parametrize(
    "path", ["bert", "/home/x/model", "./out/model", "C:\\model", "a/b/c", "out/", "", "~/model", "a/.."]
)
def test_other_paths_are_no_hint(path: str) -> None:
    assert lineage("x", Card(), None, ModelConfiguration(name_or_path=path)).base_models == ()


def test_card_and_hint_that_disagree_are_a_conflict_and_both_are_kept() -> None:
    found = lineage("x", Card(base_models=("acme/base",)), None, HINT)
    assert [kin.name for kin in found.base_models] == ["acme/base"]
    assert found.conflicts == (
        Conflict(
            about="base-model",
            values=(
                Value(text="acme/base", origin="declared", source=CARD),
                Value(text="acme/parent", origin="inferred", source=CONFIG),
            ),
        ),
    )


def test_card_and_hint_that_agree_are_none() -> None:
    assert lineage("x", Card(base_models=("Acme/Parent",)), None, HINT).conflicts == ()
    assert lineage("x", Card(base_models=("parent",)), None, HINT).conflicts == ()


def test_an_adapter_names_its_base() -> None:
    adapter = AdapterConfiguration(base_model="acme/base")
    assert lineage("x", Card(), adapter, NONE).base_models == (
        Relative(name="acme/base", relation="adapter", origin="observed", source=ADAPTER),
    )
    declared = lineage("x", Card(base_models=("acme/base",)), adapter, NONE)
    assert declared.base_models == (Relative(name="acme/base", relation="adapter", origin="declared", source=CARD),)
    assert declared.conflicts == ()


def test_an_adapter_of_another_base_than_the_card_says_is_a_conflict_and_both_are_listed() -> None:
    found = lineage("x", Card(base_models=("acme/a",)), AdapterConfiguration(base_model="acme/b"), NONE)
    assert [(kin.name, kin.origin) for kin in found.base_models] == [("acme/a", "declared"), ("acme/b", "observed")]
    assert [value.text for value in found.conflicts[0].values] == ["acme/a", "acme/b"]


def test_adapter_and_hint_that_disagree_are_a_conflict() -> None:
    found = lineage("x", Card(), AdapterConfiguration(base_model="acme/b"), HINT)
    assert [kin.name for kin in found.base_models] == ["acme/b"]
    assert [value.text for value in found.conflicts[0].values] == ["acme/b", "acme/parent"]


@pytest.mark.parametrize("path", ["/home/trainer/base", "", "../base"])
def test_a_path_of_the_training_machine_is_no_base_model(path: str) -> None:
    assert lineage("x", Card(), AdapterConfiguration(base_model=path), NONE).base_models == ()


def test_datasets_come_from_the_card() -> None:
    assert datasets(Card(datasets=("snli", "a/b"))) == (
        Relative(name="snli", relation="trained-on", origin="declared", source="README.md#/datasets/0"),
        Relative(name="a/b", relation="trained-on", origin="declared", source="README.md#/datasets/1"),
    )


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("gpt2", ("", "gpt2")),
        ("acme/all-MiniLM-L6-v2", ("acme", "all-MiniLM-L6-v2")),
        ("a/b", ("a", "b")),
        ("a/b/c", None),
        ("/a", None),
        ("a/", None),
        ("a b/c", None),
        ("a/b..c", None),
        ("a/b--c", None),
        ("a/-b", None),
        ("a/b.git", None),
        ("a/" + "b" * 97, None),
        ("a/b\n", None),
        ("", None),
    ],
)
def test_names_of_the_hub(name: str, parts: tuple[str, str] | None) -> None:
    assert hub_id(name) == parts
    assert owned(name) == (parts is not None and parts[0] != "")
