"""Tables of an evaluation section → results, when their columns leave no doubt about what a number is.

A column counts when its header names a metric and all its filled cells are numbers. Every other column has to say what
was evaluated on: a dataset, a task, a split, a language, a subset. A table that compares models, runs or steps, or
with any column that is not understood, gives nothing: its numbers may be somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attest.formats.card import Result
from attest.formats.prose import is_placeholder
from attest.formats.sections import Grid, Section

MAX_RESULTS = 500
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{1,12})?|\.\d{1,12})(?:[eE][+-]?\d{1,3})?\s?%?")
_MARKS = str.maketrans(dict.fromkeys("↑↓%*†‡", " ") | {"_": "-"})
_NOTE = re.compile(r"\([^()]{0,40}\)|\[[^\[\]]{0,40}\]")
_AT = re.compile(r"\s{0,4}@\s{0,4}")
_K = r"(?:@(?:\d{1,5}|k)|-?\d{1,3})?"
_NAMES = (
    "acc", "accuracy", "f1", r"f-?score", r"f-?measure", "precision", "recall", "specificity", "sensitivity", "auc",
    "auroc", "auprc", r"roc[ -]?auc", r"pr[ -]?auc", r"rouge-?(?:1|2|l|lsum)", "meteor", r"chrf(?:\+\+)?", "ter", "wer",
    "cer", "per", "perplexity", "ppl", "mae", "mse", "rmse", "mape", "smape", "r2", "r²", r"map[ -]?50(?:[ -]95)?",
    r"pass@\d{1,4}", r"exact[ -]match", "em", r"spearmanr?", r"pearsonr?", "mcc", "matthews correlation", r"m?iou",
    "dice", "psnr", "ssim", "lpips", "fid", "kid", "inception score", r"clip[ -]?score", "der", "eer", "bertscore",
    "bleurt", "comet", "las", "uas", "cohen'?s kappa", "kappa",
    rf"(?:bleu|map|ap|ndcg|mrr|recall|precision|hits?|accuracy){_K}",
)  # fmt: skip
_FIRST = (
    "macro", "micro", "weighted", "mean", "avg", "average", "balanced", "sacre", "box", "mask", r"top-?\d{1,3}", "test",
    "eval", "validation",
)  # fmt: skip
_METRIC = re.compile(rf"(?:(?:{'|'.join(_FIRST)})[ -]?){{0,3}}(?:{'|'.join(_NAMES)})(?:[ -]score)?")
_ABOUT = {
    "dataset": "dataset", "datasets": "dataset", "benchmark": "dataset", "benchmarks": "dataset", "task": "dataset",
    "test set": "dataset", "evaluation set": "dataset", "eval set": "dataset", "evaluation dataset": "dataset",
    "test dataset": "dataset", "corpus": "dataset", "split": "split", "language": "config", "lang": "config",
    "subset": "config", "config": "config", "configuration": "config", "domain": "config", "label": "config",
    "class": "config", "category": "config",
}  # fmt: skip


def table_results(section: Section) -> Iterator[Result]:
    """The results in the tables of one section; of those that contradict each other, none."""
    where = f'section "{section.title}"'
    found: dict[tuple[str, str, str, str], Result | None] = {}
    for grid in section.tables:
        for result in _results(grid, where):
            key = (result.metric.casefold(), result.dataset_name, result.config, result.split)
            known = found.get(key, result)
            found[key] = result if known is not None and known.value == result.value else None
            if len(found) >= MAX_RESULTS:
                break
    yield from (result for result in found.values() if result is not None)


def _results(grid: Grid, where: str) -> Iterator[Result]:
    metrics, about = _columns(grid)
    if not metrics or (not about and len(grid.rows) > 1):
        return
    for row in grid.rows:
        told = {kind: row[index] for index, kind in about.items()}
        if any(not text or is_placeholder(text) for text in told.values()):
            continue
        for index, name in metrics.items():
            if row[index]:
                yield Result(
                    metric=name,
                    value=row[index],
                    where=where,
                    dataset_name=told.get("dataset", ""),
                    config=told.get("config", ""),
                    split=told.get("split", ""),
                )


def _columns(grid: Grid) -> tuple[dict[int, str], dict[int, str]]:
    """Columns with a metric's name, and those that say what the row is about; nothing when one is neither."""
    metrics: dict[int, str] = {}
    about: dict[int, str] = {}
    for index, title in enumerate(grid.header):
        cells = [row[index] for row in grid.rows if row[index]]
        plain = " ".join(_NOTE.sub(" ", title.translate(_MARKS)).casefold().split())
        kind = _ABOUT.get(plain, "")
        if kind and kind not in about.values():
            about[index] = kind
        elif _METRIC.fullmatch(_AT.sub("@", plain)) and cells and all(map(_is_number, cells)):
            metrics[index] = title
        else:
            return {}, {}
    if len(set(map(str.casefold, metrics.values()))) != len(metrics):
        return {}, {}
    return metrics, about


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
