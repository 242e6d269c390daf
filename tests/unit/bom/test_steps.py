"""SLSA provenance becomes steps; whatever has another shape is passed over."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.steps import Recorded, ancestors, recorded_steps, training_data
from attest.domain.statement import parse_statement

PREDICATE: dict[str, Any] = {
    "buildDefinition": {
        "buildType": "https://example.org/attest/build/finetune/v1",
        "externalParameters": {"method": "lora", "hyperparameters": {"epochs": 3, "learningRate": "1e-4", "deep": {}}},
        "internalParameters": {"deterministic": False},
        "resolvedDependencies": [
            {
                "uri": "hf://example/base-8b@0e9e39f249a16976918f6564b8830bc894c89659",
                "digest": {"sha256": "7" * 64},
                "annotations": {"role": "baseModel"},
            },
            {
                "uri": "hf://datasets/example/chats@1b2c",
                "digest": {"sha256": "8" * 64},
                "annotations": {"role": "dataset"},
            },
            {
                "uri": "git+https://example.org/train",
                "digest": {"gitCommit": "9" * 40},
                "annotations": {"role": "code"},
            },
            {"uri": "pkg:oci/x", "digest": {"sha256": "not hex"}},
            {"digest": {"sha256": "5" * 64}},
        ],
    },
    "runDetails": {
        "builder": {"id": "https://ci.example.org"},
        "metadata": {"invocationId": "run-7", "startedOn": "2026-01-01T00:00:00Z", "finishedOn": "yesterday"},
    },
}


def recorded(predicate: Any, kind: str = "https://slsa.dev/provenance/v1") -> Recorded:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "m", "digest": {"sha256": "a" * 64}}],
        "predicateType": kind,
        "predicate": predicate,
    }
    return Recorded(statement=parse_statement(json.dumps(statement).encode()), source="claims.jsonl:2")


def test_a_fine_tune_is_a_step_with_what_went_in() -> None:
    (step,) = recorded_steps([recorded(PREDICATE)])
    assert (step.kind, step.builder, step.invocation) == ("finetune", "https://ci.example.org", "run-7")
    assert (step.started, step.finished, step.verified) == ("2026-01-01T00:00:00Z", "", False)
    base, data, code, image = step.inputs
    assert (base.name, base.version, base.sha256, base.relation) == (
        "example/base-8b",
        "0e9e39f249a16976918f6564b8830bc894c89659",
        "7" * 64,
        "finetune",
    )
    assert (data.name, data.version, data.relation) == ("example/chats", "1b2c", "trained-on")
    assert (code.name, code.relation, code.sha256) == ("git+https://example.org/train", "", "")
    assert image.sha256 == ""
    assert {fact.name: fact.value.text for fact in step.parameters} == {
        "hyperparameters.epochs": "3",
        "hyperparameters.learningRate": "1e-4",
        "method": "lora",
        "deterministic": "false",
    }
    assert ancestors([step]) == (base,)
    assert training_data([step]) == (data,)
    assert base.source == "claims.jsonl:2#/predicate/buildDefinition/resolvedDependencies/0"


def test_other_predicates_are_no_steps() -> None:
    assert recorded_steps([recorded({}, "https://cyclonedx.org/bom")]) == ()


def test_a_statement_of_a_hundred_thousand_inputs_stays_small() -> None:
    many = [{"uri": f"hf://a/{number}", "annotations": {"role": "dataset"}} for number in range(100_000)]
    (step,) = recorded_steps([recorded({"buildDefinition": {"resolvedDependencies": many}})])
    assert len(step.inputs) == 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "buildDefinition",
                    "runDetails",
                    "resolvedDependencies",
                    "uri",
                    "digest",
                    "annotations",
                    "role",
                    "builder",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["buildDefinition", "runDetails"]), JSON, max_size=2))
def test_any_shape_of_a_predicate_is_read_or_passed_over(predicate: Any) -> None:
    assert len(recorded_steps([recorded(predicate)])) == 1
