"""Evaluation results that a repository declares."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.card import Card, Result
from attest.formats.front_matter import read_card
from attest.formats.model_index import MAX_EVAL_FILE, MAX_RESULTS, read_eval_results


def card(front_matter: str) -> Card:
    return read_card(f"---\n{front_matter}\n---\n".encode())


INDEX = """
model-index:
- name: acme-tiny
  results:
  - task: {type: text-classification, name: Text Classification}
    dataset:
      name: GLUE MNLI
      type: nyu-mll/glue
      config: mnli
      split: validation_matched
      revision: 55034
      args: mnli
    metrics:
    - {type: accuracy, value: 0.9050, name: Accuracy, verified: true, verifyToken: abc}
    - {type: loss, value: 1e-3}
    source: {name: Leaderboard, url: https://example.org/board}
  - task: {name: Reinforcement Learning}
    dataset: {name: CartPole-v1, type: CartPole-v1}
    metrics:
    - {type: mean_reward, value: 500.00 +/- 0.00}
"""
GLUE = {
    "task": "text-classification",
    "dataset": "nyu-mll/glue",
    "dataset_name": "GLUE MNLI",
    "config": "mnli",
    "split": "validation_matched",
    "revision": "55034",
    "source": "https://example.org/board",
}


def test_results_are_typed_and_stay_as_written() -> None:
    read = card(INDEX)
    where = "/model-index/0/results"
    assert read.results == (
        Result("accuracy", "0.9050", f"{where}/0/metrics/0/value", metric_name="Accuracy", verified=True, **GLUE),
        Result("loss", "1e-3", f"{where}/0/metrics/1/value", **GLUE),  # type: ignore[arg-type]
        Result(
            "mean_reward",
            "500.00 +/- 0.00",
            f"{where}/1/metrics/0/value",
            task="Reinforcement Learning",
            dataset="CartPole-v1",
            dataset_name="CartPole-v1",
        ),
    )
    assert read.model_name == "acme-tiny"
    assert read.ignored == ()


def test_several_models_have_no_results_of_one() -> None:
    read = card(INDEX + "- name: other\n  results: []\n")
    assert read.results == ()
    assert read.ignored == ()


@pytest.mark.parametrize(
    "metric",
    [
        "{type: accuracy, value: {a: 1}}",
        "{type: accuracy, value: [1]}",
        "{type: accuracy, value: high}",
        "{type: accuracy, value: nan}",
        "{type: accuracy, value: '{metric_value}1'}",
        "{type: accuracy, value: '[1]'}",
        "{type: accuracy, value: '" + "1" * 65 + "'}",
        '{type: accuracy, value: "1\\x07"}',
        "{value: 0.5}",
    ],
)
def test_a_result_that_is_none_is_left_out_and_noted(metric: str) -> None:
    read = card(f"model-index:\n- name: a\n  results:\n  - metrics:\n    - {metric}\n    - {{type: f1, value: 1}}\n")
    assert [result.metric for result in read.results] == ["f1"]
    assert read.ignored == ("model-index",)


def test_a_placeholder_without_a_value_is_nothing() -> None:
    read = card("model-index:\n- name: a\n  results:\n  - metrics:\n    - {type: accuracy, value: }\n    - type:\n")
    assert read.results == ()
    assert read.ignored == ()


@pytest.mark.parametrize(
    "index",
    ["model-index: a", "model-index: {a: b}", "model-index: [{results: a}]", "model-index: [{results: [a]}]",
     "model-index: [{results: [{metrics: a}]}]"],
)  # fmt: skip
def test_another_shape_is_noted(index: str) -> None:
    read = card(index)
    assert read.results == ()
    assert read.ignored == ("model-index",)


@pytest.mark.parametrize("index", ["model-index:", "model-index: []", "model-index: [{}]", "model-index: [a]"])
def test_nothing_is_nothing(index: str) -> None:
    assert card(index).results == ()


def test_results_are_bounded() -> None:
    metrics = "".join("    - {type: a, value: 1}\n" for _ in range(MAX_RESULTS + 1))
    read = card(f"model-index:\n- results:\n  - metrics:\n{metrics}")
    assert len(read.results) == MAX_RESULTS
    assert read.ignored == ("model-index",)


EVAL = """
- dataset:
    id: cais/hle
    task_id: default
    revision: abc
  value: 20.90
  verifyToken: token
  date: "2025-01-15"
  source: {url: https://example.org/run, name: traces, user: acme}
  notes: "no-tools"
- dataset: {id: Idavidrein/gpqa, task_id: gpqa_diamond}
  value: 0.412
- dataset: {id: acme/x, config: c, split: test}
  value: 1
"""


def test_evaluation_files() -> None:
    assert read_eval_results(EVAL.encode(), ".eval_results/hle.yaml") == (
        Result(
            "score",
            "20.90",
            "/0/value",
            task="default",
            dataset="cais/hle",
            revision="abc",
            source="https://example.org/run",
            date="2025-01-15",
            notes="no-tools",
        ),
        Result("score", "0.412", "/1/value", task="gpqa_diamond", dataset="Idavidrein/gpqa", config="gpqa_diamond"),
        Result("score", "1", "/2/value", dataset="acme/x", config="c", split="test"),
    )


def test_items_without_a_dataset_or_a_value_are_left_out() -> None:
    assert read_eval_results(b"- value: 1\n- dataset: {id: a}\n- dataset: a\n  value: 1\n- text\n", "e.yaml") == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: b", "e.yaml is not a list"),
        (b"", "e.yaml is not a list"),
        (b"\xff", "e.yaml is not UTF-8 text"),
        (b"- &a 1", "e.yaml uses an anchor"),
        (b"- [", "e.yaml is not YAML: .* \\(line 1\\)"),
        (b"- a\n" * MAX_EVAL_FILE, "the limit is 65536"),
    ],
)
def test_evaluation_files_that_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_eval_results(data, "e.yaml")


def test_cut_off_anywhere_it_is_read_or_refused() -> None:
    for text in (INDEX, EVAL):
        for end in range(len(text)):
            with contextlib.suppress(DocumentError):
                assert all(result.value for result in card(text[:end]).results)
            with contextlib.suppress(DocumentError):
                read_eval_results(text[:end].encode(), "e.yaml")


@settings(deadline=None, max_examples=100)
@given(st.integers(0, len(INDEX) - 1), st.sampled_from(list("{}[]:-\n ,'\"&*1")))
def test_a_changed_index_is_read_or_refused(place: int, char: str) -> None:
    with contextlib.suppress(DocumentError):
        assert all(result.metric and result.value for result in card(INDEX[:place] + char + INDEX[place + 1 :]).results)
