"""What a model card declares in its front matter and its sections → values for the bill, each with its source.

Everything is declared by whoever wrote the card. Inferred are only the modalities of a task, by table, and numbers
from tables of the evaluation section. What the card does not say is absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from attest.bom.names import hub_id, owned
from attest.bom.tasks import MEDIA, TASKS
from attest.domain.bom import Fact, Metric, Origin, Party, Port, Reference, Relative, Value
from attest.formats.card import Card, Label, Result
from attest.formats.web_link import is_link

__all__ = ["TASKS", "CardValues", "card_values", "evaluated_on", "metrics_of"]

MAX_TEXT = 1_000
MAX_NAME = 200
CARD = "README.md"
_APPROACHES = {
    "reinforcement-learning": ("reinforcement learning", "reinforcement-learning"),
    "self-supervised": ("self supervised", "self-supervised", "self supervised learning", "self-supervised-learning"),
    "semi-supervised": ("semi supervised", "semi-supervised", "semi supervised learning", "semi-supervised-learning"),
    "supervised": ("supervised", "supervised learning", "supervised-learning"),
    "unsupervised": ("unsupervised", "unsupervised learning", "unsupervised-learning"),
}
_APPROACH_BY_NAME = {name: approach for approach, names in _APPROACHES.items() for name in names}
_MODEL_LINK = re.compile(r"https?://(?:huggingface\.co|hf\.co)/([\w.\-]+/[\w.\-]+)/?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardValues:
    """Values for a model's bill; absent is empty. Members are called as in `ModelCard` and `Bom`."""

    use_cases: tuple[Value, ...] = ()
    users: tuple[Value, ...] = ()
    limitations: tuple[Value, ...] = ()
    tradeoffs: tuple[Value, ...] = ()
    ethical: tuple[Value, ...] = ()
    fairness: tuple[Value, ...] = ()
    training: Value | None = None
    approach: Value | None = None
    environmental: tuple[Fact, ...] = ()
    metrics: tuple[Metric, ...] = ()
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    modalities: tuple[Value, ...] = ()
    properties: tuple[Fact, ...] = ()
    references: tuple[Reference, ...] = ()
    authors: tuple[Party, ...] = ()
    manufacturer: Party | None = None
    supplier: Party | None = None
    base_models: tuple[Relative, ...] = ()
    datasets: tuple[Relative, ...] = ()


def card_values(card: Card) -> CardValues:
    """What `card` gives for the bill of its model."""
    prose = card.prose
    task = TASKS.get(card.pipeline_tag)
    return CardValues(
        use_cases=_said(card, "use"),
        users=_said(card, "user"),
        limitations=_said(card, "limitation"),
        tradeoffs=_said(card, "tradeoff"),
        ethical=_said(card, "ethical"),
        fairness=_said(card, "fairness"),
        training=_training(card),
        approach=_approach(card),
        environmental=tuple(_environmental(card)),
        metrics=(*metrics_of(card.results, CARD), *metrics_of(prose.results, CARD, "inferred")),
        inputs=_ports(task.inputs) if task else (),
        outputs=_ports(task.outputs) if task else (),
        modalities=tuple(_modalities(card)),
        properties=tuple(_properties(card)),
        references=tuple(_references(card)),
        authors=_parties(prose.labelled("author", "authors")),
        manufacturer=next(iter(_parties(prose.labelled("developed by", "developer", "developers"))), None),
        supplier=next(iter(_parties(prose.labelled("shared by"))), None),
        base_models=tuple(_bases(card)),
        datasets=evaluated_on(card.results, CARD),
    )


def section_source(section: str) -> str:
    """How the source of a text in a section of the card is written."""
    return f'{CARD}, section "{section}"' if section else f"{CARD}, before its first heading"


def metrics_of(results: Iterable[Result], document: str, origin: Origin = "declared") -> tuple[Metric, ...]:
    """Evaluation results as metrics, each once; `document` is the file that gives them."""
    found: dict[Metric, None] = {}
    for result in results:
        # A place is a pointer into the document, or the heading of a section.
        source = f"{document}#{result.where}" if result.where.startswith("/") else f"{document}, {result.where}"
        metric = Metric(
            name=result.metric,
            value=Value(text=result.value, origin=origin, source=source),
            dataset=result.dataset_name or result.dataset,
            config=result.config,
            split=result.split,
        )
        found[metric] = None
    return tuple(found)


def evaluated_on(results: Iterable[Result], document: str) -> tuple[Relative, ...]:
    """The datasets that results name by their identity on the Hub, each once."""
    found: dict[str, Relative] = {}
    for result in results:
        if result.dataset and hub_id(result.dataset) is not None and result.dataset not in found:
            found[result.dataset] = Relative(
                name=result.dataset,
                relation="evaluated-on",
                origin="declared",
                source=f"{document}#{result.where}",
                version=result.revision,
            )
    return tuple(found.values())


def _said(card: Card, kind: str) -> tuple[Value, ...]:
    values = (
        Value(text=text, origin="declared", source=section_source(section)) for section, text in card.prose.of(kind)
    )
    return tuple({value.text: value for value in values}.values())


def _training(card: Card) -> Value | None:
    """The texts about training, one after another, as far as they fit."""
    told = card.prose.of("training")
    if not told:
        return None
    text = " ".join(text for _, text in told)
    sections = dict.fromkeys(section for section, _ in told)
    named = ", ".join(f'"{section}"' for section in list(sections)[:5])
    word = "section" if len(sections) == 1 else "sections"
    short = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"
    return Value(text=short, origin="declared", source=f"{CARD}, {word} {named}")


def _approach(card: Card) -> Value | None:
    """How the model learned, where the card says so in one of CycloneDX's words, and says one thing."""
    found: dict[str, Value] = {}
    if card.pipeline_tag in _APPROACH_BY_NAME:
        approach = _APPROACH_BY_NAME[card.pipeline_tag]
        found[approach] = Value(text=approach, origin="declared", source=f"{CARD}#/pipeline_tag")
    for tag in card.tags:
        if approach := _APPROACH_BY_NAME.get(tag.casefold(), ""):
            found.setdefault(approach, Value(text=approach, origin="declared", source=f"{CARD}#/tags"))
    label = card.prose.labelled("model type")
    stated = _APPROACH_BY_NAME.get(label.text.casefold().strip(" .")) if label else None
    if label and stated:
        found.setdefault(stated, Value(text=stated, origin="declared", source=_label_source(label)))
    return next(iter(found.values())) if len(found) == 1 else None


def _label_source(label: Label) -> str:
    return f'{section_source(label.section)}, "{label.name}"'


def _environmental(card: Card) -> Iterator[Fact]:
    emissions = card.emissions
    told = (
        ("co2eq:grams", emissions.grams, "emissions"),
        ("co2eq:source", emissions.source, "source"),
        ("co2eq:training-type", emissions.training_type, "training_type"),
        ("co2eq:geographical-location", emissions.location, "geographical_location"),
        ("hardware", emissions.hardware, "hardware_used"),
    )
    for name, text, key in told:
        if text:
            member = f"{CARD}#/co2_eq_emissions"
            yield _fact(name, text, member if emissions.alone else f"{member}/{key}")
    labels = (
        ("hardware", "hardware type"),
        ("hours", "hours used"),
        ("cloud-provider", "cloud provider"),
        ("compute-region", "compute region"),
        ("co2eq:stated", "carbon emitted"),
    )
    for name, wanted in labels:
        label = card.prose.labelled(wanted)
        if label is not None:
            yield _fact(name, label.text, _label_source(label))


def _fact(name: str, text: str, source: str) -> Fact:
    return Fact(name=name, value=Value(text=text, origin="declared", source=source))


def _ports(modalities: tuple[str, ...]) -> tuple[Port, ...]:
    source = f"{CARD}#/pipeline_tag"
    return tuple(Port(name="", format=modality, origin="inferred", source=source) for modality in modalities)


def _modalities(card: Card) -> Iterator[Value]:
    task = TASKS.get(card.pipeline_tag)
    for modality in dict.fromkeys((*task.inputs, *task.outputs)) if task else ():
        if modality in MEDIA:
            yield Value(text=modality, origin="inferred", source=f"{CARD}#/pipeline_tag")


def _properties(card: Card) -> Iterator[Fact]:
    if card.new_version:
        yield _fact("model:superseded-by", card.new_version, f"{CARD}#/new_version")
    for name in card.metrics:
        yield _fact("model:metrics", name, f"{CARD}#/metrics")
    if card.gated:
        yield _fact("model:gated", "true", f"{CARD}, members extra_gated")
    for name, labels in (
        ("model:funded-by", ("funded by",)),
        ("model:stated-type", ("model type",)),
        ("model:stated-languages", ("language", "languages", "language nlp", "languages nlp", "language s nlp")),
    ):
        label = card.prose.labelled(*labels)
        if label is not None:
            yield _fact(name, label.text, _label_source(label))


def _references(card: Card) -> Iterator[Reference]:
    """Links of the template's lines, and of what the card asks to be cited, each once."""
    seen: set[str] = set()
    for name, kind in (("repository", "vcs"), ("paper", "documentation"), ("demo", "other"), ("homepage", "website")):
        label = card.prose.labelled(name)
        links = [link for link in label.links if is_link(link)] if label else []
        if len(links) == 1 and links[0] not in seen:
            seen.add(links[0])
            yield Reference(kind=kind, url=links[0], comment=name)
    for citation in card.prose.citations:
        if citation.url and citation.url not in seen:
            seen.add(citation.url)
            yield Reference(
                kind="documentation",
                url=citation.url,
                comment=f"citation: {citation.title}" if citation.title else "citation",
            )


def _parties(label: Label | None) -> tuple[Party, ...]:
    """The party that a line names. A list of names stays one text: a comma may be part of a name."""
    if label is None or len(label.text) > MAX_NAME:
        return ()
    links = [link for link in label.links if is_link(link)]
    value = Value(text=label.text, origin="declared", source=_label_source(label))
    return (Party(name=value, url=links[0] if len(links) == 1 else ""),)


def _bases(card: Card) -> Iterator[Relative]:
    """What the line `Finetuned from model` names, if that is one name or link of the Hub."""
    label = card.prose.labelled("finetuned from model", "fine tuned from model")
    if label is None:
        return
    linked = {match[1] for link in label.links if (match := _MODEL_LINK.fullmatch(link))}
    name = label.text.strip(" .") if owned(label.text.strip(" .")) else linked.pop() if len(linked) == 1 else ""
    if owned(name):
        yield Relative(name=name, relation="finetune", origin="declared", source=_label_source(label))
