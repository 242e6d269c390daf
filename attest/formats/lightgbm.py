"""LightGBM models as text: the header, and the parameters at the end. No tree is read.

Source: LightGBM `src/boosting/gbdt_model_text.cpp`: lines `key=value` up to an empty one, then the trees, and behind
`parameters:` lines in brackets. The header gives the size of every tree, so they need not be read to be counted.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.header_text import Problems, listing, plain
from attest.formats.source import Source

MAX_HEADER = 4 << 20
MAX_LINES = 1000
_TAIL = 64 << 10
_BLOCK = 64 << 10
_PARAMETER = re.compile(r"\[([a-z0-9_]{1,64}): ([^\]\n]{1,256})\]")
_CHOSEN = ("bagging_fraction", "boosting", "feature_fraction", "lambda_l1", "lambda_l2", "learning_rate", "max_depth",
           "num_iterations", "num_leaves")  # fmt: skip
_COUNTS = {"num_class": "num_class", "num_tree_per_iteration": "num_tree_per_iteration"}


def read(source: Source) -> Facts:
    """What a model says about itself; raises DocumentError when its header does not parse."""
    problems = Problems()
    header, end = _header(source)
    names = header.get("feature_names", "").split()
    sizes = header.get("tree_sizes", "").split()
    objective = plain(header.get("objective", ""))
    parameters = _parameters(source)
    hyperparameters = {key: parameters[key] for key in _CHOSEN if key in parameters}
    hyperparameters |= {name: text for key, name in _COUNTS.items() if (text := _count(header.get(key, "")))}
    if features := _count(header.get("max_feature_idx", "")):
        hyperparameters["num_feature"] = str(int(features) + 1)
    if sizes:
        hyperparameters["num_trees"] = str(len(sizes))
        _check_sizes(sizes, source.size - end, problems)
    if objective:
        hyperparameters["objective"] = objective
    version = plain(header.get("version", ""), 64)
    return Facts(
        format="lightgbm",
        title=f"LightGBM model, {version}" if version else "LightGBM model",
        architecture=hyperparameters.get("boosting", ""),
        framework="lightgbm",
        hyperparameters=tuple(sorted(hyperparameters.items())),
        properties=tuple(
            pair
            for pair in (
                ("lightgbm:feature-names", listing(name for name in names if plain(name) == name)),
                ("lightgbm:version", version),
            )
            if pair[1]
        ),
        problems=problems.texts(),
    )


def _header(source: Source) -> tuple[dict[str, str], int]:
    """The lines before the first empty one, and where it ends."""
    data = b""
    while b"\n\n" not in data:
        if len(data) >= min(source.size, MAX_HEADER):
            raise DocumentError("the header of the model does not end")
        data += source.up_to(len(data), max(_BLOCK, len(data)))
    end = data.index(b"\n\n") + 2
    try:
        lines = data[:end].decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise DocumentError("the header of the model is not UTF-8 text") from None
    if lines[0] != "tree" or len(lines) > MAX_LINES:
        raise DocumentError("it does not begin like a LightGBM model")
    header: dict[str, str] = {}
    for line in lines[1:]:
        key, _, value = line.partition("=")
        if key and key in header:
            raise DocumentError(f"the header of the model has {key[:80]!r} twice")
        header[key] = value
    return header, end


def _check_sizes(sizes: list[str], left: int, problems: Problems) -> None:
    if not all(_count(size) for size in sizes) or sum(map(int, sizes)) > left:
        problems.add("the sizes of the trees are no numbers, or more than the file holds")


def _count(text: str) -> str:
    return text if text.isascii() and text.isdecimal() and len(text) <= 10 else ""


def _parameters(source: Source) -> dict[str, str]:
    """The parameters that it was trained with, from the end of the file."""
    tail = source.up_to(max(0, source.size - _TAIL), _TAIL).decode("utf-8", "replace")
    _, found, text = tail.rpartition("\nparameters:\n")
    block = text.partition("\nend of parameters")[0] if found else ""
    return {key: value for key, value in _PARAMETER.findall(block) if plain(value) == value}
