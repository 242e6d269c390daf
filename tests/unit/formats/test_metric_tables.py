"""Numbers in tables of an evaluation section."""

from __future__ import annotations

import pytest

from attest.formats.card import Result
from attest.formats.metric_tables import MAX_RESULTS, table_results
from attest.formats.sections import Grid, Section


def results(*grids: Grid) -> list[tuple[str, str, str, str, str]]:
    found = list(table_results(Section(title="Evaluation", level=2, tables=grids)))
    assert all(result.where == 'section "Evaluation"' for result in found)
    return [(item.dataset_name, item.config, item.split, item.metric, item.value) for item in found]


def grid(header: str, *rows: str) -> Grid:
    return Grid(tuple(header.split("|")), tuple(tuple(row.split("|")) for row in rows))


def test_each_row_says_what_its_numbers_are_about() -> None:
    assert results(grid("Dataset|Split|Accuracy (%) ↑|F1", "snli|test|90.1|0.9", "mnli|dev|88.0|")) == [
        ("snli", "", "test", "Accuracy (%) ↑", "90.1"),
        ("snli", "", "test", "F1", "0.9"),
        ("mnli", "", "dev", "Accuracy (%) ↑", "88.0"),
    ]


def test_one_row_needs_no_label() -> None:
    assert results(grid("WER|CER", "12.5 %|3")) == [("", "", "", "WER", "12.5 %"), ("", "", "", "CER", "3")]


@pytest.mark.parametrize(
    "name",
    ["accuracy", "Acc", "Top-1 accuracy", "macro F1", "F1-score", "Macro-F1", "ROC AUC",
     "ROUGE-L", "BLEU", "sacreBLEU", "BLEU-4", "Recall@5", "recall @ 10", "nDCG@10", "MRR", "mAP50-95", "mAP@50",
     "pass@1", "Exact Match", "EM", "Perplexity", "Spearman", "Test Accuracy", "Box mAP50", "BERTScore", "R²", "mIoU",
     "CLIP Score", "chrF++", "hits@k", "RMSE"],
)  # fmt: skip
def test_known_metrics(name: str) -> None:
    assert results(grid(name, "0.5")) == [("", "", "", name, "0.5")]


@pytest.mark.parametrize(
    "name", ["", "Size", "Parameters", "Speed", "Score", "Value", "Epoch", "Accuracy of others", "Loss", "accuracyy"]
)
def test_anything_else_is_no_metric(name: str) -> None:
    assert results(grid(name, "0.5")) == []


@pytest.mark.parametrize(
    "table",
    [
        grid("Model|Accuracy", "ours|0.9", "theirs|0.8"),
        grid("Method|Accuracy", "ours|0.9"),
        grid("Epoch|Accuracy", "1|0.9"),
        grid("|Accuracy", "ours|0.9"),
        grid("Dataset|Accuracy|Notes", "a|0.9|fast"),
        grid("Accuracy", "0.9", "0.8"),
        grid("Dataset|Accuracy", "a|0.9", "b|high"),
        grid("Dataset|Accuracy", "a|0.9 ± 0.1"),
        grid("Dataset|Accuracy", "a|1,234"),
        grid("Dataset|Accuracy|accuracy", "a|0.9|0.8"),
        grid("Dataset|Dataset|Accuracy", "a|b|0.8"),
        grid("Dataset|Accuracy", "a|"),
        grid("Dataset", "a"),
        grid("Metric|Value", "Accuracy|0.9"),
    ],
)
def test_a_table_that_leaves_doubt_gives_nothing(table: Grid) -> None:
    assert results(table) == []


def test_rows_without_a_label_are_passed_over() -> None:
    assert results(grid("Dataset|Acc", "|0.9", "TBD|0.8", "a|0.7")) == [("a", "", "", "Acc", "0.7")]


def test_numbers_that_contradict_each_other_are_left_out() -> None:
    first, second = grid("Dataset|Acc", "a|0.9", "b|0.8"), grid("Dataset|Acc", "a|0.7", "b|0.8")
    assert results(first, second) == [("b", "", "", "Acc", "0.8")]
    assert results(first, second, first) == [("b", "", "", "Acc", "0.8")]


def test_results_are_bounded() -> None:
    table = Grid(("Dataset", "Acc"), tuple((f"d{number}", "0.5") for number in range(MAX_RESULTS + 10)))
    assert len(results(table)) == MAX_RESULTS


def test_values_stay_as_written() -> None:
    found = list(table_results(Section(title="T", level=2, tables=(grid("Class|Precision", "cat|.50"),))))
    assert found == [Result(metric="Precision", value=".50", where='section "T"', config="cat")]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["macro ", "top-1 ", "(", "[a", "@", "1", "0.", " "])
def test_hostile_headers_cost_little(piece: str) -> None:
    text = (piece * 300)[:300]
    assert results(Grid((text,) * 64, ((text,) * 64,) * 200)) == []
