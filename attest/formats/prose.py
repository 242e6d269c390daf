"""Markdown → plain text, and the first paragraph of prose. No Markdown is rendered; markup is only taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_DESCRIPTION = 1000
_MAX_LINES = 2000
_MAX_LINE = 8 * 1024
_MIN_LETTERS = 20
_INTERRUPTING = ("#", "|", ">", "===", "---", "***", "- ", "* ", "+ ", "$$")
_SKIPPED = (*_INTERRUPTING, "<", "![", "[![", "    ", "	")
_FENCES = ("```", "~~~")
# Sentences of the Hub's templates, and of cards that are made automatically, that say nothing about what they describe.
_PLACEHOLDERS = (
    "more information needed",
    "more info needed",
    "needs more information",
    "this model card aims to be a base template",
    "this dataset card aims to be a base template",
    "provide a quick summary",
    "this is the model card of a 🤗 transformers model that has been pushed on the hub",
    "this model card has been automatically generated",
    "users (both direct and downstream) should be made aware of the risks, biases and limitations of the model",
    "users should be made aware of the risks, biases and limitations of the dataset",
    "use the code below to get started with the model",
    "carbon emissions can be estimated using the machine learning impact calculator",
    "{{",
)
_NOTHING = frozenset(
    {"", "coming soon", "n/a", "na", "none", "not available", "null", "placeholder", "tba", "tbd", "to be added",
     "to do", "todo", "unknown", "wip", "work in progress", "xxx"}
)  # fmt: skip
# Bounded repetitions keep every pattern linear on hostile text.
_IMAGE = re.compile(r"!\[[^\]\[]{0,300}\](?:\([^()]{0,500}\)|\[[^\]\[]{0,300}\])")
_LINK = re.compile(r"\[([^\]\[]{0,300})\](?:\([^()]{0,500}(?:\([^()]{0,200}\)[^()]{0,200})?\)|\[[^\]\[]{0,300}\])")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>|<!--")
_EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|`{1,3}")
_SPACE = re.compile(r"\s+")


def first_paragraph(markdown: str) -> str:
    """The first paragraph that is prose, at most 1,000 characters; empty when there is none.

    Headings, badges, HTML, tables, quotes, lists, code and the Hub template's placeholders are passed over.
    """
    for paragraph in _paragraphs(markdown):
        text = plain_text(paragraph)
        if sum(map(str.isalpha, text)) < _MIN_LETTERS or is_placeholder(text):
            continue
        return shortened(text)
    return ""


def shortened(text: str, limit: int = MAX_DESCRIPTION) -> str:
    """The text, cut at `limit` characters with an ellipsis when it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def is_placeholder(text: str) -> bool:
    """Whether a text says nothing: a placeholder of a template, or a word such as `TODO` alone."""
    folded = text.casefold()
    return any(mark in folded for mark in _PLACEHOLDERS) or folded.strip(" .,:;!?…-_*()[]<>{}#|") in _NOTHING


def _paragraphs(markdown: str) -> Iterator[str]:
    """Runs of prose lines."""
    run: list[str] = []
    until = ""
    for whole in markdown[: _MAX_LINES * 200].split("\n", _MAX_LINES)[:_MAX_LINES]:
        line = whole.rstrip()[:_MAX_LINE]
        stripped = line.lstrip()
        if until:
            until = "" if until in line else until
        elif stripped.startswith(_FENCES):
            until = stripped[:3]
        elif stripped.startswith("<!--"):
            until = "" if "-->" in stripped else "-->"
        elif run and stripped and (not stripped.strip("=") or not stripped.strip("-")):
            run = []  # these were a heading: this is its underline
            continue
        elif stripped and not line.startswith(_INTERRUPTING if run else _SKIPPED):
            run.append(stripped)
            continue
        if run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def plain_text(paragraph: str) -> str:
    """The text of a run of Markdown on one line: links give their words, pictures and tags nothing.

    Characters that do not print are dropped; what lies behind 8 KiB is left out.
    """
    text = _IMAGE.sub("", paragraph[:_MAX_LINE])
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _EMPHASIS.sub("", _TAG.sub("", text))
    text = "".join(char if char.isprintable() or char.isspace() else "" for char in text)
    return _SPACE.sub(" ", text).strip()
