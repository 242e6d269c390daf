"""What a card's sections are about, told by their headings; a section whose heading tells nothing says nothing here.

Sources: the templates of `huggingface_hub` for model cards and dataset cards, the older dataset card guide of
`datasets`, and the model cards of Mitchell et al. 2019 (arXiv:1810.03993). A heading that names several things gives
its text to each. A section without such a heading belongs to the nearest one around it that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from attest.formats.bibtex import read_bibtex
from attest.formats.card import Citation, Label, Passage, Prose, Result
from attest.formats.metric_tables import table_results
from attest.formats.prose import MAX_DESCRIPTION, is_placeholder, shortened
from attest.formats.sections import Block, Section, read_sections

MAX_TEXTS = 50
MAX_LABELS = 100
MAX_CITATIONS = 20
MAX_LABEL_TEXT = 500
_MAX_TITLE_WORDS = 12
_WORDS = re.compile(r"[^\W_]+")
_LABELLED = re.compile(r"([A-Za-z][A-Za-z0-9 ()/\[\]&'-]{1,60}?)\s{0,3}:\s{1,3}(?=\S)")
_SAYS_NO = frozenset({"no", "none"})

# The first rule that a heading satisfies for a kind decides; phrases are whole words in lower case.
_NEGATED = ("out of scope", "misuse", "misuses", "unintended", "prohibited", "not intended", "unsuitable", "malicious")
_USE = (
    "intended use", "intended uses", "intended usage", "direct use", "direct uses", "downstream use", "downstream uses",
    "use case", "use cases", "primary use", "primary uses", "recommended use", "recommended uses", "suitable use cases",
)  # fmt: skip
_LIMITATION = ("limitation", "limitations", "caveats", "known issues")
_RISK = ("risk", "risks", "ethical", "ethics", "harm", "harms")
_BIAS = ("bias", "biases", "fairness")
_MODEL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "use": _USE,
        "user": ("intended users", "intended user", "target users", "target audience", "intended audience"),
        "limitation": (*_LIMITATION, *_NEGATED),
        "ethical": _RISK,
        "fairness": _BIAS,
        "tradeoff": ("tradeoff", "tradeoffs", "trade off", "trade offs"),
        "training": (
            "training data", "training dataset", "training datasets", "training procedure", "training details",
            "training process", "training setup", "training regime", "training hyperparameters", "pretraining data",
            "training and evaluation data", "pre training data", "training configuration",
        ),
        "evaluation": (
            "evaluation", "evaluations", "evaluation results", "eval results", "results", "benchmark", "benchmarks",
            "performance",
        ),
        "citation": ("citation", "citing", "cite", "bibtex", "citation information"),
    }
)  # fmt: skip
_DATASET: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "use": (*_USE, "supported tasks"),
        "limitation": (*_LIMITATION, *_NEGATED, "risk", "risks"),
        "bias": _BIAS,
        "social": ("social impact", "ethical considerations"),
        "sensitive": ("personal and sensitive information", "sensitive information", "sensitive data",
                      "personal information", "personal data", "privacy considerations"),
        "collection": ("data collection", "collection process", "source data", "initial data collection",
                       "who are the source data producers", "who are the source language producers",
                       "curation rationale"),
        "preprocessing": ("preprocessing", "pre processing", "data processing", "data cleaning", "normalization",
                          "normalisation"),
        "annotation": ("annotation", "annotations", "annotators", "annotation process"),
        "maintenance": ("maintenance", "maintenance plan", "update frequency"),
        "citation": ("citation", "citing", "cite", "bibtex", "citation information"),
    }
)  # fmt: skip
_EXACT: Mapping[str, str] = MappingProxyType(
    {"uses": "use", "training": "training", "metrics": "evaluation", "recommendations": "recommendation"}
)
# Sections about something else: what stands in them belongs to nothing around them.
_OTHER = (
    "how to", "get started", "getting started", "usage", "quickstart", "quick start", "installation", "install",
    "example", "examples", "inference", "license", "licensing", "licence", "glossary", "contact", "authors",
    "acknowledgements", "acknowledgments", "table of contents", "contents", "changelog", "training results", "script",
    "code", "demo", "dataset structure", "data fields", "data splits", "data instances", "leaderboards",
    "training logs", "framework versions", "software", "hardware", "baseline", "baselines", "comparison", "comparisons",
    "compared", "other models", "human performance",
)  # fmt: skip
_OTHER_FIRST = frozenset({"training", "evaluation"})

LABELS = frozenset(
    {
        "author", "authors", "carbon emitted", "cloud provider", "compute region", "curated by", "dataset size", "demo",
        "developed by", "developer", "developers", "finetuned from model", "fine tuned from model", "funded by",
        "hardware type", "homepage", "hours used", "language", "language nlp", "languages", "languages nlp",
        "language s nlp", "leaderboard", "license", "model date", "model developers", "model type", "paper",
        "point of contact", "repository", "shared by", "size of downloaded dataset files",
        "size of the generated dataset", "total amount of disk used",
    }
)  # fmt: skip
"""Labels of lines in the Hub's templates, in lower case without marks and without `[optional]`."""


def read_model_prose(markdown: str) -> Prose:
    """What the sections of a model card say."""
    return _read(read_sections(markdown), _MODEL)


def read_dataset_prose(markdown: str) -> Prose:
    """What the sections of a dataset card say."""
    return _read(read_sections(markdown), _DATASET)


def _read(sections: tuple[Section, ...], rules: Mapping[str, tuple[str, ...]]) -> Prose:
    own = [_kinds(section.title, rules) for section in sections]
    title = next((index for index, section in enumerate(sections) if section.level), None)
    if title is not None and sections[title].level == 1:
        own[title] = frozenset()  # What the whole is called, such as `Bias detector`, is about no part of it.
    counts: dict[str, int] = {}
    passages: list[Passage] = []
    labels: list[Label] = []
    citations: list[Citation] = []
    results: list[Result] = []
    for index, section in enumerate(sections):
        kinds = _inherited(index, sections, own)
        for kind in sorted(kinds - {"citation", "evaluation", "other"}):
            texts = tuple(islice(_texts(section.blocks, kind), MAX_TEXTS - counts.get(kind, 0)))
            counts[kind] = counts.get(kind, 0) + len(texts)
            if texts:
                passages.append(Passage(kind, section.title, texts))
        if "citation" in kinds:
            citations += _citations(section)
        # Above or below a heading of its own, a heading that says nothing may name another model.
        around = [place for place in section.parents if place != title]
        if "evaluation" in own[index] and all(own[place] & _OTHER_FIRST for place in around):
            results += table_results(section)
        if not kinds:
            labels += _labels(section)
    return Prose(
        passages=tuple(passages),
        labels=tuple(labels[:MAX_LABELS]),
        citations=tuple(citations[:MAX_CITATIONS]),
        results=tuple(results),
    )


def _kinds(title: str, rules: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """What a heading names; empty when it says nothing about what stands below it."""
    words = _WORDS.findall(title.casefold())
    if words[-1:] == ["optional"]:
        words.pop()
    if not words or len(words) > _MAX_TITLE_WORDS:
        return frozenset()
    text = " ".join(words)
    spaced = f" {text} "
    found = {kind for kind, phrases in rules.items() if any(f" {phrase} " in spaced for phrase in phrases)}
    if _EXACT.get(text) in (*rules, "recommendation"):
        found.add(_EXACT[text])
    if any(f" {phrase} " in spaced for phrase in _NEGATED):
        found.discard("use")
    if "ethical" in found:
        found.discard("fairness")  # Ethical considerations cover it.
    if any(f" {phrase} " in spaced for phrase in _OTHER) and found <= _OTHER_FIRST:
        found = {"other"}
    if "training" in found:
        found.discard("evaluation")
    return frozenset(found)


def _inherited(index: int, sections: tuple[Section, ...], own: list[frozenset[str]]) -> frozenset[str]:
    """A section's kinds: its own, or those of the nearest section around it that has some."""
    chain = [own[place] for place in (index, *reversed(sections[index].parents)) if own[place]]
    if not chain:
        return frozenset()
    if "recommendation" in chain[0]:
        above = chain[1] if len(chain) > 1 else frozenset()
        about = above & {"ethical", "fairness", "limitation", "bias"}
        return frozenset({"ethical" if about & {"ethical", "fairness"} else "limitation"}) if about else frozenset()
    return chain[0]


def _texts(blocks: tuple[Block, ...], kind: str) -> Iterator[str]:
    """Paragraphs and items. A paragraph that ends with a colon is said together with the items below it: what they
    mean may depend on it."""
    opening, items = "", list[str]()
    for block in blocks:
        if block.kind == "bibtex":
            continue
        if block.kind == "item" and opening:
            items += [block.text] if _says(block, kind) else []
            continue
        yield from _joined(opening, items)
        opening, items = "", []
        if block.kind == "text" and block.text.endswith(":"):
            opening = block.text
        elif _says(block, kind):
            yield block.text
    yield from _joined(opening, items)


def _says(block: Block, kind: str) -> bool:
    if kind == "sensitive" and block.text.casefold().strip(" .") in _SAYS_NO:
        return True
    return not is_placeholder(block.text) and _label_of(block) is None


def _joined(opening: str, items: list[str]) -> Iterator[str]:
    """`opening first; second; …` in as many texts as their length asks for."""
    text = ""
    for item in items:
        longer = f"{text}; {item}" if text else f"{opening} {item}"
        if text and len(longer) > MAX_DESCRIPTION:
            yield text
            longer = f"{opening} {item}"
        text = shortened(longer)
    if text:
        yield text


def _labels(section: Section) -> Iterator[Label]:
    """Lines of the templates. In a section about one thing, such as the training data, they are about that thing."""
    for block in section.blocks:
        label = _label_of(block)
        if label is not None and not is_placeholder(label[1]) and len(label[1]) <= MAX_LABEL_TEXT:
            yield Label(label[0], label[1], section.title, block.links)


def _label_of(block: Block) -> tuple[str, str] | None:
    """Label and text of a line such as `Developed by: Acme`; the text may be empty."""
    if block.kind == "bibtex":
        return None
    match = _LABELLED.match(block.text)
    head = match[1] if match else block.text[:-1] if block.text.endswith(":") and len(block.text) <= 62 else ""
    words = _WORDS.findall(head.casefold())
    name = " ".join(word for word in words if word != "optional")
    return (name, block.text[match.end() :] if match else "") if name in LABELS else None


def _citations(section: Section) -> Iterator[Citation]:
    for block in section.blocks:
        if block.kind == "bibtex":
            for title, url in read_bibtex(block.text):
                yield Citation(title, url, section.title)
