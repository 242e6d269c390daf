"""What two documents say of a model or dataset: who it is, what it was made from, and what is on its card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attest.bom.diff_make import change, cut, members, single, values
from attest.bom.snapshot import (
    Snapshot,
    digests_of,
    full_name,
    object_of,
    objects_in,
    pairs_of,
    text_of,
    texts_in,
    values_of,
)
from attest.domain.bom_diff import Change, Importance
from attest.domain.strict_json import JsonObject

_HYPERPARAMETER = "cdx:ai-ml:model:hyperparameter:"
_TOKENIZER = "cdx:ai-ml:tokenizer:hyperparameter:"
_TEMPLATE = "cdx:ai-ml:model:template:chat"
_COUNTS = ("attest:model:parameters:", "cdx:ai-ml:model:parameter:", "attest:model:tensors")
_SIDES = (("inputs", "attest:model:input:"), ("outputs", "attest:model:output:"))
_RELATION = "attest:model:base-model-relation"
_PARAMETERS = (("task", "task"), ("architecture", "modelArchitecture"), ("architecture family", "architectureFamily"))
_CONSIDERED = ("users", "useCases", "technicalLimitations", "performanceTradeoffs")
_GIVEN = "attest:model:digest-source"
_EVIDENCE = ("conflict", "unreadable", "finding", "gap")
_TOLD_ELSEWHERE = (
    "attest:custom-code", "attest:model:custom-code", "attest:model:digest", "attest:dataset:digest", "attest:origin:",
    _RELATION, *(f"attest:{kind}:" for kind in _EVIDENCE),
)  # fmt: skip


def fact_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Everything about the subject but its files, its tensors and software."""
    yield from _identity(before, after)
    yield from _card(before, after)
    yield from _texts(before, after)
    yield from members("licence", "notice", "the licence", set(_licences(before)), set(_licences(after)))
    yield from _base_models(before, after)
    yield from _datasets(before, after)
    yield from _evidence(before, after)
    old, new = (values_of(_plain(side.properties), "") for side in (before, after))
    yield from values("property", "detail", "", old, new)


def _identity(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = (text_of(side.subject.get("type")) for side in (before, after))
    yield from single("identity", "notice", "type", old, new)
    yield from single("identity", "notice", "name", before.name, after.name)
    yield from single("identity", "notice", "version", before.version, after.version)
    for member in ("purl", "description", "copyright"):
        importance: Importance = "notice" if member == "purl" else "detail"
        old, new = (text_of(side.subject.get(member)) for side in (before, after))
        yield from single("identity", importance, member, old, new)
    for role in ("manufacturer", "supplier"):
        old, new = (text_of(object_of(side.subject.get(role)).get("name")) for side in (before, after))
        yield from single("identity", "notice", role, old, new)
    old, new = (text_of(object_of(side.subject.get("releaseNotes")).get("timestamp")) for side in (before, after))
    yield from single("identity", "detail", "time of release", old, new)
    for member, texts in (("author", _authors), ("link", _links)):
        yield from members("identity", "detail", f"the {member}", texts(before), texts(after))
    yield from _digest(before, after)


def _authors(side: Snapshot) -> set[str]:
    return {text_of(item.get("name")) for item in objects_in(side.subject.get("authors"))} - {""}


def _links(side: Snapshot) -> set[str]:
    links = objects_in(side.subject.get("externalReferences"))
    return {f"{text_of(item.get('type'))} {text_of(item.get('url'))}".strip() for item in links} - {""}


def _digest(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """The digest of the whole, which must fit to the versions and to the files."""
    old, new = before.digest, after.digest
    if not old and not new:
        old, new = (digests_of(side.subject).get("SHA-256", "") for side in (before, after))
    if old and not new:
        yield change("evidence", "alarm", "digest", "the digest of the whole is no longer there", old)
    elif old and old != new:
        yield from single("identity", "detail", "digest", old, new)
        if before.version and before.version == after.version and before.name == after.name:
            text = f"version {cut(after.version, 80)} is not what it was: the same name and version, and other bytes"
            yield change("identity", "alarm", "version", text, old, new)
    elif old and before.covers_names and after.covers_names and _listing(before) != _listing(after):
        text = "the same digest of the whole, and other files: one of the documents is wrong"
        yield change("contradiction", "alarm", "digest", text, old, new)


def _listing(side: Snapshot) -> dict[str, str]:
    return {name: seen.digests.get("SHA-256", "") for name, seen in side.files.items()}


def _card(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    for what, member in _PARAMETERS:
        old, new = (text_of(_parameters(side).get(member)) for side in (before, after))
        yield from single("architecture", "notice", what, old, new)
    old_card, new_card = before.card_properties, after.card_properties
    old_template, new_template = (values_of(side, _TEMPLATE).get("", "") for side in (old_card, new_card))
    if old_template != new_template:
        text = "the chat template changed: it decides what a model is told, so read it"
        yield change("chat-template", "alarm", "chat template", text, old_template, new_template)
    for prefix in _COUNTS:
        counts = [
            {prefix + name: text for name, text in values_of(card, prefix).items()} for card in (old_card, new_card)
        ]
        yield from values("parameters", "notice", "", *counts)
    yield from _hyperparameters(before, after)
    for side, prefix in _SIDES:
        ports = [_ports(one, side, prefix) for one in (before, after)]
        yield from values("port", "notice", f"the {side[:-1]}", *ports)
    known = (_HYPERPARAMETER, _TOKENIZER, _TEMPLATE, *_COUNTS, *(prefix for _, prefix in _SIDES))
    rest = [values_of([pair for pair in card if not pair[0].startswith(known)], "") for card in (old_card, new_card)]
    yield from values("property", "detail", "", *rest)


def _hyperparameters(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = (values_of(side.card_properties, _HYPERPARAMETER) for side in (before, after))
    for found in values("hyperparameter", "notice", "the hyperparameter", old, new):
        # How text is generated is not what the model is.
        if found.subject.startswith("generation:"):
            yield change("hyperparameter", "detail", found.subject, found.message, found.before, found.after)
        else:
            yield found
    old, new = (values_of(side.card_properties, _TOKENIZER) for side in (before, after))
    yield from values("tokenizer", "notice", "the tokenizer's", old, new)


def _parameters(side: Snapshot) -> JsonObject:
    return object_of(side.card.get("modelParameters"))


def _ports(side: Snapshot, member: str, prefix: str) -> dict[str, str]:
    """Ports by name; without names, by their place."""
    if named := values_of(side.card_properties, prefix):
        return named
    formats = [text_of(item.get("format")) for item in objects_in(_parameters(side).get(member))]
    return {str(number): text for number, text in enumerate(formats, start=1) if text}


def _texts(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What a card says in words; limits that are no longer told are worth a look."""
    old, new = (object_of(side.card.get("considerations")) for side in (before, after))
    for member in _CONSIDERED:
        for found in members("card", "detail", member, set(texts_in(old.get(member))), set(texts_in(new.get(member)))):
            if member == "technicalLimitations" and found.before:
                yield change("card", "notice", found.subject, found.message, found.before)
            else:
                yield found
    for member, key in (("ethicalConsiderations", "name"), ("fairnessAssessments", "harms")):
        sides = [{text_of(item.get(key)) for item in objects_in(one.get(member))} - {""} for one in (old, new)]
        yield from members("card", "notice", member, *sides)
    yield from values("card", "detail", "the metric", _metrics(before), _metrics(after))
    costs = [pairs_of(object_of(one.get("environmentalConsiderations"))) for one in (old, new)]
    yield from values("card", "detail", "", *(values_of(pairs, "") for pairs in costs))
    yield from members(
        "card", "detail", "the tag", *({*texts_in(side.subject.get("tags"))} for side in (before, after))
    )
    yield from values("card", "detail", "", _contents(before), _contents(after))


def _metrics(side: Snapshot) -> dict[str, str]:
    analysis = object_of(side.card.get("quantitativeAnalysis"))
    found: dict[str, list[str]] = {}
    for item in objects_in(analysis.get("performanceMetrics")):
        name = " on ".join(filter(None, (text_of(item.get("type")), text_of(item.get("slice")))))
        found.setdefault(name, []).append(text_of(item.get("value")))
    return {name: "; ".join(sorted(texts)) for name, texts in found.items()}


def _contents(side: Snapshot) -> dict[str, str]:
    """What a dataset's own entry says of its contents."""
    found = (
        pair for item in objects_in(side.subject.get("data")) for pair in pairs_of(object_of(item.get("contents")))
    )
    return values_of(found, "")


def _licences(side: Snapshot) -> Iterator[str]:
    for choice in objects_in(side.subject.get("licenses")):
        one = object_of(choice.get("license"))
        text = text_of(choice.get("expression")) or text_of(one.get("id")) or text_of(one.get("name"))
        how = text_of(choice.get("acknowledgement")) or text_of(one.get("acknowledgement"))
        if text:
            yield f"{text} ({how})" if how else text
    for choice in objects_in(object_of(side.subject.get("evidence")).get("licenses")):
        one = object_of(choice.get("license"))
        if text := text_of(choice.get("expression")) or text_of(one.get("id")) or text_of(one.get("name")):
            yield f"{text} (evidence)"


def _base_models(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Base models; one that is no longer named takes evidence away."""
    old, new = ({full_name(item): item for item in ancestors(side)} for side in (before, after))
    for found in members("base-model", "notice", "the base model", set(old), set(new)):
        if found.before:
            text = f"{cut(found.subject, 200)} is no longer named as a base model"
            yield change("base-model", "alarm", found.subject, text, found.before)
        else:
            yield found
    for name in sorted(old.keys() & new.keys()):
        texts = [text_of(item.get("version")) for item in (old[name], new[name])]
        if texts[0] != texts[1]:
            text = f"the revision of the base model {cut(name, 120)} changed"
            yield change("base-model", "notice", name, text, *texts)
    old_relation, new_relation = (values_of(side.properties, _RELATION).get("", "") for side in (before, after))
    yield from single("base-model", "notice", "relation to the base model", old_relation, new_relation)


def ancestors(side: Snapshot) -> Iterable[JsonObject]:
    """The base models that a document names."""
    return [item for item in objects_in(object_of(side.subject.get("pedigree")).get("ancestors")) if full_name(item)]


def _datasets(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old, new = _named_datasets(before), _named_datasets(after)
    yield from members("dataset", "notice", "the dataset", set(old), set(new))
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            text = f"the revision or the digest of the dataset {cut(name, 120)} changed"
            yield change("dataset", "notice", name, text, old[name], new[name])


def _named_datasets(side: Snapshot) -> dict[str, str]:
    """Datasets as components, with revision and digests, and those that the card names itself."""
    found = {text_of(item.get("name")): "" for item in objects_in(_parameters(side).get("datasets"))}
    for item in side.others:
        if item.get("type") == "data":
            digests = [f"{algorithm}:{text}" for algorithm, text in sorted(digests_of(item).items())]
            found[full_name(item)] = ", ".join(filter(None, (text_of(item.get("version")), *digests)))
    found.pop("", None)
    return found


def _evidence(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What does not fit together, could not be read, was noticed, or could not be had."""
    given = [values_of(side.properties, _GIVEN).get("", "") for side in (before, after)]
    yield from single("evidence", "notice", "source of the digests", *given)
    for kind in _EVIDENCE:
        old, new = (values_of(side.properties, f"attest:{kind}:") for side in (before, after))
        for found in values("evidence", "notice", kind, old, new):
            if found.after:
                yield found
            else:
                yield change("evidence", "detail", found.subject, found.message, found.before)


def _plain(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if not pair[0].startswith(_TOLD_ELSEWHERE)]
