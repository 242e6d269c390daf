"""What the sections of a card are about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats.card import Citation, Label, Passage, Prose, Result
from attest.formats.card_prose import MAX_TEXTS, read_dataset_prose, read_model_prose

TEMPLATE = """# Model Card for Model ID

<!-- Provide a quick summary of what the model is/does. -->

## Model Details

### Model Description

This is the model card of a 🤗 transformers model that has been pushed on the Hub.

- **Developed by:** [More Information Needed]
- **Model type:** [More Information Needed]

## Uses

<!-- Address questions around how the model is intended to be used. -->

### Direct Use

[More Information Needed]

## Bias, Risks, and Limitations

[More Information Needed]

### Recommendations

Users (both direct and downstream) should be made aware of the risks, biases and limitations of the model. More
information needed for further recommendations.

## How to Get Started with the Model

Use the code below to get started with the model.

## Training Details

#### Training Hyperparameters

- **Training regime:** [More Information Needed] <!--fp32, fp16 mixed precision -->

## Environmental Impact

Carbon emissions can be estimated using the [Machine Learning Impact calculator](https://mlco2.github.io/impact#compute).

- **Hardware Type:** [More Information Needed]

## Citation [optional]

**BibTeX:**

[More Information Needed]
"""


def test_a_template_that_nobody_filled_in_says_nothing() -> None:
    read = read_model_prose(TEMPLATE)
    assert read == Prose()


def kinds(title: str, *, dataset: bool = False) -> set[str]:
    markdown = f"# Name\n\n## {title}\n\nText of it.\n"
    read = read_dataset_prose(markdown) if dataset else read_model_prose(markdown)
    assert all(passage.section == title and passage.texts == ("Text of it.",) for passage in read.passages)
    return {passage.kind for passage in read.passages}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Uses", {"use"}),
        ("Direct Use", {"use"}),
        ("Downstream Use [optional]", {"use"}),
        ("Intended uses & limitations", {"use", "limitation"}),
        ("🎯 Use cases", {"use"}),
        ("Intended users", {"user"}),
        ("Out-of-Scope Use", {"limitation"}),
        ("Misuse and Malicious Use", {"limitation"}),
        ("Out-of-scope use cases", {"limitation"}),
        ("Known Limitations", {"limitation"}),
        ("Bias, Risks, and Limitations", {"ethical", "limitation"}),
        ("Limitations and bias", {"fairness", "limitation"}),
        ("Ethical considerations", {"ethical"}),
        ("Fairness", {"fairness"}),
        ("Trade-offs", {"tradeoff"}),
        ("Training data", {"training"}),
        ("Training", {"training"}),
        ("Training results", set()),
        ("Training script", set()),
        ("Usage", set()),
        ("How to use", set()),
        ("Unbiased decoding", set()),
        ("Useful links", set()),
        ("Restraining data", set()),
        ("Intended " * 14 + "use", set()),
        ("Background", set()),
        ("Recommendations", set()),
    ],
)
def test_headings_of_model_cards(title: str, expected: set[str]) -> None:
    assert kinds(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Supported Tasks and Leaderboards", {"use"}),
        ("Discussion of Biases", {"bias"}),
        ("Other Known Limitations", {"limitation"}),
        ("Bias, Risks, and Limitations", {"bias", "limitation"}),
        ("Social Impact of Dataset", {"social"}),
        ("Personal and Sensitive Information", {"sensitive"}),
        ("Privacy Considerations", {"sensitive"}),
        ("Curation Rationale", {"collection"}),
        ("Initial Data Collection and Normalization", {"collection", "preprocessing"}),
        ("Who are the annotators?", {"annotation"}),
        ("Maintenance", {"maintenance"}),
        ("Data Fields", set()),
        ("Training data", set()),
    ],
)
def test_headings_of_dataset_cards(title: str, expected: set[str]) -> None:
    assert kinds(title, dataset=True) == expected


def test_what_the_whole_is_called_is_about_no_part_of_it() -> None:
    assert read_model_prose("# Bias and Risk Detector\n\nText.\n\n## Background\n\nMore.").passages == ()


def test_sections_below_belong_to_the_nearest_that_tells() -> None:
    read = read_model_prose(
        "# M\n## Limitations\n### Languages\nEnglish.\n### How to use\nRun it.\n#### Details\nFast.\n## Else\nNo.\n"
    )
    assert read.passages == (Passage("limitation", "Languages", ("English.",)),)


@pytest.mark.parametrize(
    ("above", "kind"), [("Bias, Risks, and Limitations", "ethical"), ("Limitations", "limitation")]
)
def test_recommendations_are_about_what_stands_above(above: str, kind: str) -> None:
    read = read_model_prose(f"# M\n## {above}\n### Recommendations\nCheck the output.")
    assert read.passages == (Passage(kind, "Recommendations", ("Check the output.",)),)


def test_items_are_said_with_the_sentence_that_opens_them() -> None:
    read = read_model_prose("# M\n## Uses\n\nNot made for:\n\n- medicine\n- TODO\n- law\n\nAlone.\n\n- item\n\nSee:\n")
    assert read.passages[0].texts == ("Not made for: medicine; law", "Alone.", "item")


def test_a_long_list_is_said_in_several_texts() -> None:
    items = "".join(f"- {letter * 400}\n" for letter in "abc")
    texts = read_model_prose(f"# M\n## Uses\nNot for:\n{items}").passages[0].texts
    assert [text[:10] for text in texts] == ["Not for: a", "Not for: c"]
    assert all(len(text) <= 1000 for text in texts)


def test_texts_of_one_kind_are_bounded() -> None:
    read = read_model_prose("# M\n## Uses\n" + "- a b\n" * 40 + "## Direct use\n" + "- c d\n" * 40)
    assert [len(passage.texts) for passage in read.passages] == [40, MAX_TEXTS - 40]


def test_lines_of_the_template() -> None:
    read = read_model_prose(
        "# M\n## Model Details\n- **Developed by:** [Acme](https://acme.example)\n- **Shared by [optional]:** Hub\n"
        "- **Language(s) (NLP)**: English\n- Funded by: nobody: really\n- **Password:** x\n"
        f"- **Model type:** {'x' * 600}\n## Usage\n- **License:** MIT\n"
    )
    assert read.labels == (
        Label("developed by", "Acme", "Model Details", ("https://acme.example",)),
        Label("shared by", "Hub", "Model Details"),
        Label("language s nlp", "English", "Model Details"),
        Label("funded by", "nobody: really", "Model Details"),
    )
    assert read.passages == ()


def test_a_line_in_a_section_about_one_thing_is_about_that_thing() -> None:
    read = read_model_prose("# M\n## Training data\n- **Repository:** a\n### Acme pairs\n- **Paper:** b\n")
    assert read.labels == ()


def test_a_line_that_is_there_twice_with_different_texts_says_nothing() -> None:
    read = read_model_prose("# M\n- **Paper:** a\n- **Paper:** b\n- **Demo:** c\n- **Demo:** c\n")
    assert read.labelled("paper") is None
    assert read.labelled("repository") is None
    assert (found := read.labelled("demo")) is not None
    assert found.text == "c"


def test_lines_of_the_template_are_no_texts_of_their_section() -> None:
    assert read_model_prose("# M\n## Uses\n- **License:** MIT\n- **Developed by:**\n").passages == ()


def test_citations_stand_in_their_section_alone() -> None:
    entry = "```\n@misc{a, title={A {T}itle}, eprint={1908.10084}, archivePrefix={arXiv}}\n```\n"
    read = read_model_prose(f"# M\n## Citation\n{entry}## Background\n{entry}")
    assert read.citations == (Citation("A Title", "https://arxiv.org/abs/1908.10084", "Citation"),)


GRID = "| Dataset | Accuracy |\n|---|---|\n| d | 0.5 |\n"


def test_numbers_count_in_a_section_about_evaluation_alone() -> None:
    read = read_model_prose(f"# M\n{GRID}## Training data\n{GRID}## Evaluation results\n{GRID}### Other model\n{GRID}")
    assert read.results == (
        Result(metric="Accuracy", value="0.5", where='section "Evaluation results"', dataset_name="d"),
    )


@pytest.mark.parametrize(
    "above", ["## Evaluation\n### Comparison of results", "## Baselines\n### Results", "## Acme-large\n### Results"]
)
def test_numbers_of_others_are_no_results(above: str) -> None:
    assert read_model_prose(f"# M\n{above}\n{GRID}").results == ()


def test_results_below_the_evaluation() -> None:
    assert len(read_model_prose(f"# M\n# Evaluation\n## Results\n{GRID}").results) == 1


def test_no_personal_data_is_a_statement() -> None:
    read = read_dataset_prose("# D\n## Personal and Sensitive Information\nNone.\n## Maintenance\nNone.\n")
    assert read.passages == (Passage("sensitive", "Personal and Sensitive Information", ("None.",)),)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([*TEMPLATE.split("\n"), "## Uses", "## Evaluation", *GRID.split("\n"), "Text: a"])))
def test_any_card_can_be_read(lines: list[str]) -> None:
    for read in (read_model_prose("\n".join(lines)), read_dataset_prose("\n".join(lines))):
        for passage in read.passages:
            assert 0 < len(passage.texts) <= MAX_TEXTS
            assert all(0 < len(text) <= 1000 for text in passage.texts)
