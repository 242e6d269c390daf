"""What a Hugging Face model card declares, as values; `front_matter` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Result(NamedTuple):
    """One evaluation result, as a card or an evaluation file gives it; absent is empty.

    `dataset` is the dataset's name on the Hub and `dataset_name` its name for people. `value` stays as it was written.
    `where` is a JSON pointer into the front matter or the document, or the heading of the section that holds a table.
    `verified` says that the document claims that somebody else verified the result; nothing here checks that.
    """

    metric: str
    value: str
    where: str
    metric_name: str = ""
    task: str = ""
    dataset: str = ""
    dataset_name: str = ""
    config: str = ""
    split: str = ""
    revision: str = ""
    verified: bool = False
    source: str = ""
    date: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """What `co2_eq_emissions` says; `grams` is a plain number of grams of carbon dioxide, as it was written.

    `alone` says that the member is nothing but this number.
    """

    grams: str = ""
    alone: bool = False
    source: str = ""
    training_type: str = ""
    location: str = ""
    hardware: str = ""


class Passage(NamedTuple):
    """Texts of one section that are about one thing (`use`, `limitation`, …); `section` is the heading as written."""

    kind: str
    section: str
    texts: tuple[str, ...]


class Label(NamedTuple):
    """A line of the Hub's template such as `Developed by: …`; `name` is its label in lower case without marks."""

    name: str
    text: str
    section: str
    links: tuple[str, ...] = ()


class Citation(NamedTuple):
    """A BibTeX entry of a citation section: what stands in it plainly."""

    title: str
    url: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """What the sections of a card say, as far as their headings tell what they are about."""

    passages: tuple[Passage, ...] = ()
    labels: tuple[Label, ...] = ()
    citations: tuple[Citation, ...] = ()
    results: tuple[Result, ...] = ()

    def of(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Section and text of everything of one kind, in the order of the card."""
        return tuple((item.section, text) for item in self.passages if item.kind == kind for text in item.texts)

    def labelled(self, *names: str) -> Label | None:
        """The one line with one of these labels; None when there is none, or several that differ."""
        found = {label.text: label for label in self.labels if label.name in names}
        return next(iter(found.values())) if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model card declares; absent is empty.

    `licenses` holds one value, or several when the card lists them, and none when one of them could not be read: half
    of a licence is not what was declared. `description` is the first paragraph of the prose
    as plain text, at most 1,000 characters. `metrics` are names without values, `results` those of `model-index` when
    it is about one model. `gated` says that the card asks for something before access is given. `ignored` names members
    whose values have a shape that the Hub does not define.
    """

    licenses: tuple[str, ...] = ()
    license_name: str = ""
    license_link: str = ""
    base_models: tuple[str, ...] = ()
    base_model_relation: str = ""
    new_version: str = ""
    datasets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    pipeline_tag: str = ""
    library_name: str = ""
    model_name: str = ""
    metrics: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    emissions: Emissions = Emissions()
    gated: bool = False
    description: str = ""
    prose: Prose = Prose()
    ignored: tuple[str, ...] = ()
