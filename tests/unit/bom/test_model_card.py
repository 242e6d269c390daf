"""A model card's values for the bill, each with its source."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.model_card import TASKS, CardValues, card_values, evaluated_on, metrics_of
from attest.domain.bom import Fact, Metric, Party, Port, Reference, Relative, Value
from attest.errors import DocumentError
from attest.formats.card import Result
from attest.formats.front_matter import read_card

CARD = """---
pipeline_tag: image-text-to-text
new_version: acme/two
metrics: [accuracy]
extra_gated_prompt: Ask.
tags: [Self-Supervised]
co2_eq_emissions:
  emissions: 12.5
  source: CodeCarbon
  training_type: fine-tuning
  geographical_location: Oslo
  hardware_used: 1 GPU
model-index:
- name: acme
  results:
  - dataset: {name: Stanford NLI, type: snli, config: plain, split: test, revision: abc}
    metrics: [{type: accuracy, value: 0.90}]
---
# Acme

A model that was made for tests.

- **Developed by:** [Acme](https://acme.example)
- **Shared by:** Hub of Acme
- **Funded by:** Nobody
- **Model type:** Transformer
- **Language(s) (NLP):** English
- **Finetuned from model:** [acme/base](https://huggingface.co/acme/base)
- **Repository:** https://code.example/acme
- **Paper:** [Two](https://paper.example/1)

## Uses

Sorting.

## Intended users

Tests.

## Out-of-scope use

Medicine.

## Bias and fairness

Knows only English.

## Risks

May be wrong.

## Trade-offs

Small but slow.

## Training data

Pairs.

### Training procedure

For a day.

## Evaluation

| Dataset | F1 |
|---|---|
| mnli | 0.8 |

## Environmental impact

- **Hardware Type:** 2 GPUs
- **Hours used:** 3
- **Cloud Provider:** None
- **Carbon Emitted:** 1 kg

## Citation

```
@misc{a, title={Acme}, doi={10.1000/acme}}
```
"""
INDEX = "README.md#/model-index/0/results/0/metrics/0/value"


def declared(text: str, source: str) -> Value:
    return Value(text=text, origin="declared", source=f"README.md{source}")


def section(text: str, title: str) -> Value:
    return declared(text, f', section "{title}"')


def values(card: str) -> CardValues:
    return card_values(read_card(card.encode()))


def test_everything_the_card_says_with_its_source() -> None:
    tag = "README.md#/pipeline_tag"
    assert values(CARD) == CardValues(
        use_cases=(section("Sorting.", "Uses"),),
        users=(section("Tests.", "Intended users"),),
        limitations=(section("Medicine.", "Out-of-scope use"),),
        tradeoffs=(section("Small but slow.", "Trade-offs"),),
        ethical=(section("May be wrong.", "Risks"),),
        fairness=(section("Knows only English.", "Bias and fairness"),),
        training=declared("Pairs. For a day.", ', sections "Training data", "Training procedure"'),
        approach=declared("self-supervised", "#/tags"),
        environmental=(
            Fact(name="co2eq:grams", value=declared("12.5", "#/co2_eq_emissions/emissions")),
            Fact(name="co2eq:source", value=declared("CodeCarbon", "#/co2_eq_emissions/source")),
            Fact(name="co2eq:training-type", value=declared("fine-tuning", "#/co2_eq_emissions/training_type")),
            Fact(name="co2eq:geographical-location",
                 value=declared("Oslo", "#/co2_eq_emissions/geographical_location")),
            Fact(name="hardware", value=declared("1 GPU", "#/co2_eq_emissions/hardware_used")),
            Fact(name="hardware", value=declared("2 GPUs", ', section "Environmental impact", "hardware type"')),
            Fact(name="hours", value=declared("3", ', section "Environmental impact", "hours used"')),
            Fact(name="co2eq:stated", value=declared("1 kg", ', section "Environmental impact", "carbon emitted"')),
        ),
        metrics=(
            Metric(
                name="accuracy",
                value=Value(text="0.90", origin="declared", source=INDEX),
                dataset="Stanford NLI",
                config="plain",
                split="test",
            ),
            Metric(
                name="F1",
                value=Value(text="0.8", origin="inferred", source='README.md, section "Evaluation"'),
                dataset="mnli",
            ),
        ),
        inputs=(
            Port(name="", format="image", origin="inferred", source=tag),
            Port(name="", format="text", origin="inferred", source=tag),
        ),
        outputs=(Port(name="", format="text", origin="inferred", source=tag),),
        modalities=(
            Value(text="image", origin="inferred", source=tag),
            Value(text="text", origin="inferred", source=tag),
        ),
        properties=(
            Fact(name="model:superseded-by", value=declared("acme/two", "#/new_version")),
            Fact(name="model:metrics", value=declared("accuracy", "#/metrics")),
            Fact(name="model:gated", value=declared("true", ", members extra_gated")),
            Fact(name="model:funded-by", value=declared("Nobody", ', section "Acme", "funded by"')),
            Fact(name="model:stated-type", value=declared("Transformer", ', section "Acme", "model type"')),
            Fact(name="model:stated-languages", value=declared("English", ', section "Acme", "language s nlp"')),
        ),
        references=(
            Reference(kind="vcs", url="https://code.example/acme", comment="repository"),
            Reference(kind="documentation", url="https://paper.example/1", comment="paper"),
            Reference(kind="documentation", url="https://doi.org/10.1000/acme", comment="citation: Acme"),
        ),
        manufacturer=Party(name=declared("Acme", ', section "Acme", "developed by"'), url="https://acme.example"),
        supplier=Party(name=declared("Hub of Acme", ', section "Acme", "shared by"')),
        base_models=(
            Relative(name="acme/base", relation="finetune", origin="declared",
                     source='README.md, section "Acme", "finetuned from model"'),
        ),
        datasets=(
            Relative(name="snli", relation="evaluated-on", origin="declared", source=INDEX, version="abc"),
        ),
    )  # fmt: skip


def test_nothing_declared_is_nothing() -> None:
    assert values("") == CardValues()
    assert values("# Acme\n\nA model that was made for tests.\n") == CardValues()


@pytest.mark.model
def test_a_real_card(minilm: Path) -> None:
    read = values((minilm / "README.md").read_text(encoding="utf-8"))
    assert [value.source for value in read.use_cases] == ['README.md, section "Intended uses"'] * 2
    assert read.use_cases[0].text.startswith("Our model is intended to be used as a sentence and short paragraph")
    assert read.training is not None
    assert read.training.text.startswith("We use the pretrained nreimers/MiniLM-L6-H384-uncased model.")
    assert read.training.source == (
        'README.md, sections "Pre-training", "Fine-tuning", "Hyper parameters", "Training data"'
    )
    assert [port.format for port in (*read.inputs, *read.outputs)] == ["text", "embedding"]
    assert (read.metrics, read.references, read.limitations, read.ethical) == ((), (), (), ())
    assert read.manufacturer is None


@pytest.mark.parametrize(
    ("front_matter", "body", "expected"),
    [
        ("pipeline_tag: reinforcement-learning", "", "reinforcement-learning"),
        ("tags: [unsupervised]", "", "unsupervised"),
        ("", "- **Model type:** Supervised learning.\n", "supervised"),
        ("tags: [unsupervised, supervised]", "", None),
        ("pipeline_tag: text-classification", "", None),
        ("tags: [supervised-by-me]", "", None),
        ("", "# A\n\nTrained with a self-supervised objective.\n", None),
    ],
)
def test_the_approach_only_where_it_is_stated(front_matter: str, body: str, expected: str | None) -> None:
    found = values(f"---\n{front_matter}\n---\n{body}").approach
    assert (found.text if found else None) == expected


def test_emissions_as_a_number_alone() -> None:
    (fact,) = values("---\nco2_eq_emissions: 7\n---\n").environmental
    assert fact.value == declared("7", "#/co2_eq_emissions")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("acme/base", "acme/base"),
        ("acme/base.", "acme/base"),
        ("[the base](https://huggingface.co/acme/base)", "acme/base"),
        ("BERT", ""),
        ("[a](https://huggingface.co/acme/a) and [b](https://huggingface.co/acme/b)", ""),
        ("[a](https://other.example/acme/a)", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_base_models_that_a_line_names(line: str, name: str) -> None:
    found = values(f"# M\n- **Finetuned from model [optional]:** {line}\n").base_models
    assert [kin.name for kin in found] == ([name] if name else [])


@pytest.mark.parametrize(
    ("line", "links"),
    [("https://a.example", 1), ("https://a.example and https://b.example", 0), ("in preparation", 0), ("https://é", 0)],
)
def test_references_need_one_good_link(line: str, links: int) -> None:
    assert len(values(f"# M\n- **Paper:** {line}\n").references) == links


def test_a_name_as_long_as_prose_is_no_party() -> None:
    assert values(f"# M\n- **Developed by:** {'many people ' * 30}\n").manufacturer is None


def test_authors_stay_one_text() -> None:
    (party,) = values("# M\n- **Authors:** Jane Doe, Acme, Inc.\n").authors
    assert party.name.text == "Jane Doe, Acme, Inc."


def test_the_training_text_is_bounded() -> None:
    found = values("# M\n## Training data\n" + f"{'word ' * 150}\n\n" * 5).training
    assert found is not None
    assert len(found.text) <= 1000
    assert found.text.endswith("…")


def test_results_of_an_evaluation_file() -> None:
    results = (
        Result("score", "20.9", "/0/value", task="default", dataset="cais/hle", revision="abc"),
        Result("score", "20.9", "/0/value", task="default", dataset="cais/hle", revision="abc"),
        Result("score", "1", "/1/value", dataset="no such name!"),
    )
    name = ".eval_results/hle.yaml"
    assert [(item.name, item.dataset, item.value.source) for item in metrics_of(results, name)] == [
        ("score", "cais/hle", f"{name}#/0/value"),
        ("score", "no such name!", f"{name}#/1/value"),
    ]
    assert [(kin.name, kin.version, kin.source) for kin in evaluated_on(results, name)] == [
        ("cais/hle", "abc", f"{name}#/0/value")
    ]


# The tasks of the Hub (`PIPELINE_DATA` of huggingface.js).
HUB_TASKS = """any-to-any audio-classification audio-text-to-text audio-to-audio automatic-speech-recognition biology
depth-estimation document-question-answering feature-extraction fill-mask graph-ml image-classification
image-feature-extraction image-segmentation image-text-to-text image-to-3d image-to-image image-to-text image-to-video
keypoint-detection mask-generation multiple-choice object-detection other question-answering reinforcement-learning
robotics sentence-similarity summarization table-question-answering table-to-text tabular-classification
tabular-regression tabular-to-text text-classification text-generation text-ranking text-retrieval text-to-3d
text-to-audio text-to-image text-to-speech text-to-video text2text-generation time-series-forecasting
token-classification translation unconditional-image-generation video-classification video-text-to-text
visual-document-retrieval visual-question-answering voice-activity-detection zero-shot-classification
zero-shot-image-classification zero-shot-object-detection"""


def test_every_task_of_the_hub_is_known() -> None:
    assert set(HUB_TASKS.split()) <= set(TASKS)


@pytest.mark.parametrize("task", sorted(TASKS))
def test_tasks_agree_with_their_names(task: str) -> None:
    given, made = TASKS[task]
    words = task.split("-to-")
    for side, word in ((given, words[0]), (made, words[-1])):
        if len(words) == 2 and side and word in ("text", "image", "audio", "video", "speech"):
            assert word.replace("speech", "audio") in side


def test_an_unknown_task_concludes_nothing() -> None:
    read = values("---\npipeline_tag: divination\n---\n")
    assert (read.inputs, read.outputs, read.modalities) == ((), (), ())


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(CARD)), st.integers(0, 40), st.text(alphabet="#-|*`:\n ab[](){}", max_size=8))
def test_any_card_gives_bounded_values(place: int, cut: int, noise: str) -> None:
    with contextlib.suppress(DocumentError):
        read = values(CARD[:place] + noise + CARD[place + cut :])
        for value in (*read.use_cases, *read.limitations, *read.ethical, *read.fairness, *read.users):
            assert 0 < len(value.text) <= 1000
            assert value.text.isprintable()
