"""What the files say of the tokenizer and the chat template; the weights file may say it too, and differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attest.bom.from_facts import observed_facts
from attest.domain.bom import Conflict, Fact, Value
from attest.formats.facts import Facts

_FORMATS = ("tokenizer-config", "tokenizer", "sentencepiece")
_CLASS = "tokenizer_class"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer:
    """Class, settings, the length that it cuts at, and the chat template as `sha256:<hex>` of its text."""

    name: Value | None
    settings: tuple[Fact, ...]
    hyperparameters: tuple[Fact, ...]
    chat_template: Value | None
    conflicts: tuple[Conflict, ...]


def describe_tokenizer(facts: Mapping[str, Facts], primary: Mapping[str, Facts]) -> Tokenizer:
    """The tokenizer of a model: from the files at the root, else from the weights file."""
    files = {file: found for file, found in facts.items() if found.format in _FORMATS and "/" not in file}
    sources = {**files, **{file: found for file, found in primary.items() if file not in files}}
    settings: dict[str, Fact] = {}
    lengths: dict[str, Fact] = {}
    for file, found in sorted(sources.items(), key=lambda item: _rank(item[1])):
        for fact in observed_facts(found.tokenizer_settings, _place(file)):
            settings.setdefault(fact.name, fact)
        if file in files:
            for fact in observed_facts(found.hyperparameters, _place(file)):
                lengths.setdefault(fact.name, fact)
    templates = list(_templates(sources))
    disagree = len({value.text for value in templates}) > 1
    return Tokenizer(
        name=settings[_CLASS].value if _CLASS in settings else None,
        settings=tuple(settings[name] for name in sorted(settings)),
        hyperparameters=tuple(lengths.values()),
        chat_template=templates[0] if templates else None,
        conflicts=(Conflict(about="chat-template", values=tuple(templates)),) if disagree else (),
    )


def _rank(found: Facts) -> int:
    return _FORMATS.index(found.format) if found.format in _FORMATS else len(_FORMATS)


def _place(file: str) -> str:
    return f"{file}#/" if file.endswith(".json") else file


def _templates(sources: Mapping[str, Facts]) -> Iterator[Value]:
    for file, found in sorted(sources.items(), key=lambda item: _rank(item[1])):
        if found.chat_template:
            digest = hashlib.sha256(found.chat_template.encode("utf-8", "surrogatepass")).hexdigest()
            yield Value(text=f"sha256:{digest}", origin="observed", source=f"{file}#chat_template")
