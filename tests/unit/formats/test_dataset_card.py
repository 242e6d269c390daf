"""Dataset cards: what they declare."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.card import Passage
from attest.formats.dataset_card import MAX_PATTERNS, DataFiles, DatasetCard, read_dataset_card
from attest.formats.dataset_info import ConfigInfo, SplitInfo

CARD = """---
pretty_name: Acme Pairs
language: [en, no]
license: other
license_name: acme-terms
license_link: LICENSE.md
license_details: Ask first.
tags: [pairs]
task_categories: [text-classification]
task_ids: [natural-language-inference]
size_categories: [n<1K]
source_datasets: [original, extended|snli]
annotations_creators: [crowdsourced]
language_creators: [found]
multilinguality: [monolingual]
paperswithcode_id: acme
configs:
- config_name: default
  default: true
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: [data/test-*, more/test.csv]
- config_name: raw
  data_dir: raw
  data_files: "*.csv"
- config_name: bare
dataset_info:
  config_name: default
  features:
  - name: text
    dtype: string
  splits:
  - name: train
    num_examples: 3
    num_bytes: 100
extra_gated_prompt: Ask first.
viewer: false
---
# Dataset Card for Acme Pairs

Pairs of sentences that were made for tests.

## Uses

Testing.
"""


def test_reads_what_a_card_declares() -> None:
    read = read_dataset_card(CARD.encode())
    assert read == DatasetCard(
        pretty_name="Acme Pairs",
        licenses=("other",),
        license_name="acme-terms",
        license_link="LICENSE.md",
        license_details="Ask first.",
        languages=("en", "no"),
        tags=("pairs",),
        task_categories=("text-classification",),
        task_ids=("natural-language-inference",),
        size_categories=("n<1K",),
        source_datasets=("original", "extended|snli"),
        annotations_creators=("crowdsourced",),
        language_creators=("found",),
        multilinguality=("monolingual",),
        paperswithcode_id="acme",
        configs=("default", "raw", "bare"),
        data_files=(
            DataFiles("default", "train", "data/train-*"),
            DataFiles("default", "test", "data/test-*"),
            DataFiles("default", "test", "more/test.csv"),
            DataFiles("raw", "train", "raw/*.csv"),
        ),
        infos=(
            ConfigInfo(
                where="/dataset_info",
                config="default",
                features=(("text", "string"),),
                splits=(SplitInfo("train", 3, 100),),
            ),
        ),
        gated=True,
        description="Pairs of sentences that were made for tests.",
        prose=read.prose,
    )
    assert read.prose.passages == (Passage("use", "Uses", ("Testing.",)),)


def test_nothing_declared_is_nothing() -> None:
    assert read_dataset_card(b"") == DatasetCard()
    assert read_dataset_card(b"---\nlicense:\nconfigs: []\ndataset_info:\n---\n") == DatasetCard()


def configs(text: str) -> DatasetCard:
    return read_dataset_card(f"---\nconfigs:\n{text}\n---\n".encode())


@pytest.mark.parametrize(
    ("files", "patterns"),
    [
        ("a.csv", [("train", "a.csv")]),
        ("[a.csv, b.csv]", [("train", "a.csv"), ("train", "b.csv")]),
        ("./a//b.csv", [("train", "a/b.csv")]),
        ("[{split: dev, path: a.csv}]", [("dev", "a.csv")]),
        ("https://example.org/a.csv", []),
        ("hf://datasets/a/b/c.csv", []),
    ],
)
def test_files_of_splits(files: str, patterns: list[tuple[str, str]]) -> None:
    read = configs(f"- config_name: c\n  data_files: {files}")
    assert [(item.split, item.pattern) for item in read.data_files] == patterns
    assert read.ignored == ()


@pytest.mark.parametrize(
    "text",
    ["- a", "- data_files: a.csv", "- {config_name: c, data_files: {train: a.csv}}",
     "- {config_name: c, data_files: [{split: a}]}", "- {config_name: c, data_files: [{path: a}]}",
     "- {config_name: c, data_files: [[a]]}", "- {config_name: c, data_files: " + "x" * 600 + "}",
     '- {config_name: c, data_files: "a\\x07"}'],
)  # fmt: skip
def test_other_shapes_are_noted(text: str) -> None:
    read = configs(text)
    assert read.data_files == ()
    assert read.ignored == ("configs",)


def test_a_member_of_another_shape_is_noted() -> None:
    read = read_dataset_card(b"---\nconfigs: a\ndataset_info: b\npretty_name: [c]\nlanguage: en\n---\n")
    assert set(read.ignored) == {"configs", "dataset_info", "pretty_name"}
    assert read.languages == ("en",)


def test_patterns_are_bounded() -> None:
    read = configs("- config_name: c\n  data_files:\n" + "".join(f"  - {n}.csv\n" for n in range(MAX_PATTERNS + 2)))
    assert len(read.data_files) == MAX_PATTERNS
    assert read.ignored == ("configs",)


@pytest.mark.parametrize("data", [b"---\n\xff\n---\n", b"---\na: &b 1\n---\n", b"---\n- a\n---\n", b"---\na: 1\n"])
def test_what_a_model_card_may_not_be_a_dataset_card_may_not(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_dataset_card(data)


def test_cut_off_anywhere_it_is_read_or_refused() -> None:
    for end in range(0, len(CARD), 3):
        with contextlib.suppress(DocumentError):
            assert isinstance(read_dataset_card(CARD[:end].encode()), DatasetCard)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, len(CARD) - 1), st.sampled_from(list("{}[]:-\n ,'\"&*1")))
def test_a_changed_card_is_read_or_refused(place: int, char: str) -> None:
    with contextlib.suppress(DocumentError):
        read = read_dataset_card((CARD[:place] + char + CARD[place + 1 :]).encode())
        assert all(item.config and item.split and item.pattern for item in read.data_files)
