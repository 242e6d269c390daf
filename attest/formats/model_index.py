"""Evaluation results that a model's repository declares: `model-index` of the card, and files in `.eval_results/`.

Sources: the Hub documentation, "Model Cards" (`modelcard.md`), and its "Evaluation Results" (`eval_results.yaml`).
Values stay as they were written, and nothing here says that they are true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats.card import Result
from attest.formats.members import Members, short
from attest.formats.yaml_nodes import Node, parse_nodes

MAX_RESULTS = 5_000
MAX_VALUE = 64
MAX_EVAL_FILE = 64 * 1024
_INDEX = "model-index"
_VALUE = re.compile(r"(?=\D{0,63}\d)[^{}\[\]<>]{1,64}")


def index_name(members: Members) -> str:
    """`model-index[0].name`, when it names one model."""
    model = _only_model(members)
    return short(model.get("name")) if model is not None else ""


def index_results(members: Members) -> tuple[Result, ...]:
    """The results of `model-index`, when it is about one model.

    A result without a metric's type or with a value that is no short text with a digit is left out; `model-index` is
    then, or when it has another shape, noted in `members`.
    """
    model = _only_model(members)
    if model is None:
        if not isinstance(members.members.get(_INDEX), list | None):
            members.ignore(_INDEX)
        return ()
    found: list[Result] = []
    for index, item in enumerate(_items(model.get("results"), members)):
        if isinstance(item, dict):
            found += _of_task(item, f"/{_INDEX}/0/results/{index}", members)
        else:
            members.ignore(_INDEX)
        if len(found) > MAX_RESULTS:
            members.ignore(_INDEX)
            break
    return tuple(found[:MAX_RESULTS])


def _only_model(members: Members) -> dict[str, Node] | None:
    index = members.members.get(_INDEX)
    first = index[0] if isinstance(index, list) and len(index) == 1 else None
    return first if isinstance(first, dict) else None


def _items(node: Node, members: Members) -> list[Node]:
    if not isinstance(node, list | None):
        members.ignore(_INDEX)
    return node if isinstance(node, list) else []


def _of_task(item: dict[str, Node], where: str, members: Members) -> Iterator[Result]:
    task, dataset, source = _table(item.get("task")), _table(item.get("dataset")), _table(item.get("source"))
    for index, metric in enumerate(_items(item.get("metrics"), members)):
        values = _table(metric)
        kind, name, value = short(values.get("type")), short(values.get("name")), _value(values.get("value"))
        if not (kind or name) or not value:
            if values.get("value") is not None:
                members.ignore(_INDEX)
            continue
        yield Result(
            metric=kind or name,
            metric_name=name,
            value=value,
            where=f"{where}/metrics/{index}/value",
            task=short(task.get("type")) or short(task.get("name")),
            dataset=short(dataset.get("type")),
            dataset_name=short(dataset.get("name")),
            config=short(dataset.get("config")),
            split=short(dataset.get("split")),
            revision=short(dataset.get("revision")),
            verified=_is_true(values.get("verified")),
            source=short(source.get("url")),
        )


def read_eval_results(data: bytes, name: str) -> tuple[Result, ...]:
    """The results in one file of `.eval_results/`. An item without a dataset or a value is left out.

    Raises DocumentError when the file is no list in the narrow YAML of cards, or is longer than 64 KiB.
    """
    if len(data) > MAX_EVAL_FILE:
        raise DocumentError(f"{name} is {len(data)} bytes long; the limit is {MAX_EVAL_FILE}")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name} is not UTF-8 text (byte {error.start})") from None
    root = parse_nodes(text, name)
    if not isinstance(root, list):
        raise DocumentError(f"{name} is not a list of results")
    return tuple(result for index, item in enumerate(root[:MAX_RESULTS]) if (result := _evaluated(_table(item), index)))


def _evaluated(item: dict[str, Node], index: int) -> Result | None:
    dataset, source = _table(item.get("dataset")), _table(item.get("source"))
    identity, value = short(dataset.get("id")), _value(item.get("value"))
    if not identity or not value:
        return None
    task = short(dataset.get("task_id"))
    return Result(
        # The file names no metric: the benchmark's own task says what the number is.
        metric="score",
        value=value,
        where=f"/{index}/value",
        task=task,
        dataset=identity,
        config=short(dataset.get("config")) or ("" if task == "default" else task),
        split=short(dataset.get("split")),
        revision=short(dataset.get("revision")),
        source=short(source.get("url")),
        date=short(item.get("date")),
        notes=short(item.get("notes")),
    )


def _table(node: Node) -> dict[str, Node]:
    return node if isinstance(node, dict) else {}


def _value(node: Node) -> str:
    """A value as it was written, if it is a short text with a digit and no placeholder's brackets."""
    text = short(node, MAX_VALUE)
    return text if _VALUE.fullmatch(text) else ""


def _is_true(node: Node) -> bool:
    return isinstance(node, str) and node.casefold() == "true"
