"""Tokenizers as Hugging Face libraries and SentencePiece write them: kinds, sizes, special tokens, chat templates.

Sources: transformers `PreTrainedTokenizerBase` (`tokenizer_config.json`), tokenizers `tokenizer.json` (version 1.0),
SentencePiece `sentencepiece_model.proto`. Vocabularies are counted, not kept; of `tokenizer.json` only what stands
before the vocabulary is read as a document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.header_text import listing, plain
from attest.formats.protobuf import Wire, block, varint
from attest.formats.source import Source

MAX_CONFIG = 8 << 20
MAX_TOKENIZER = 64 << 20
MAX_BEFORE = 4 << 20
MAX_TEMPLATE = 1 << 20
MAX_VALUES = 4_000_000
_LIMITS = Limits(size=MAX_CONFIG, depth=64, nodes=1_000_000, string=MAX_CONFIG)
_UNSET = re.compile(rb'("model_max_length"\s{0,64}:\s{0,64})[0-9]{17,64}(?=\s{0,64}[,}])')
_VOCABULARY = re.compile(rb'"vocab"\s{0,64}:\s{0,64}(?=[\[{])')
_MAX_TRIES = 8
_MAX_LENGTH = 1 << 40
_TOKENS = ("bos_token", "cls_token", "eos_token", "mask_token", "pad_token", "sep_token", "unk_token")
_SETTINGS = (
    "add_bos_token", "add_eos_token", "add_prefix_space", "clean_up_tokenization_spaces", "do_lower_case", "legacy",
    "model_input_names", "padding_side", "spaces_between_special_tokens", "strip_accents", "tokenize_chinese_chars",
    "tokenizer_class", "truncation_side",
)  # fmt: skip
_SENTENCEPIECE = MappingProxyType({1: "unigram", 2: "bpe", 3: "word", 4: "char"})
_PIECES, _TRAINER, _NORMALIZER = block(1), block(2), block(3)
_MODEL_TYPE, _SIZE, _FALLBACK, _NAME = varint(3), varint(4), varint(35), block(1)


def read_tokenizer_config(data: bytes) -> Facts:
    """Read a whole `tokenizer_config.json`.

    Raises DocumentError when it is no strict JSON object of at most 8 MiB. A length that means that there is none
    (transformers writes 10³⁰) is left out.
    """
    # The number is beyond what strict JSON allows; a quotation mark inside of a text would have a backslash before it.
    data = _UNSET.sub(rb"\1null", data) if len(data) <= MAX_CONFIG else data
    table = as_object(parse(data, _LIMITS, "tokenizer_config.json"), "tokenizer_config.json")
    settings = {name: _shown(table.get(name)) for name in _SETTINGS}
    settings |= {name: _token(table.get(name)) for name in _TOKENS}
    settings["additional_special_tokens"] = _tokens(table.get("additional_special_tokens"))
    length = table.get("model_max_length")
    sensible = type(length) is int and 0 < length < _MAX_LENGTH
    template, names = _template(table.get("chat_template"))
    properties = [
        ("tokenizer:chat-templates", names),
        ("tokenizer:custom-code", "true" if table.get("auto_map") else ""),
    ]
    return Facts(
        format="tokenizer-config",
        hyperparameters=(("context_length", str(length)),) if sensible else (),
        tokenizer_settings=tuple(sorted(pair for pair in settings.items() if pair[1])),
        chat_template=template if len(template) <= MAX_TEMPLATE else "",
        properties=tuple(pair for pair in properties if pair[1]),
        problems=("the chat template is too long to be described",) if len(template) > MAX_TEMPLATE else (),
    )


def read_tokenizer(data: bytes, size: int) -> Facts:
    """Read the leading bytes of a `tokenizer.json` of `size` bytes; the vocabulary is counted when all are there.

    Raises DocumentError when what stands before the vocabulary is no strict JSON, or when there is none.
    """
    table, at = _before_vocabulary(data)
    model = table.get("model")
    settings = {"model": _text(model.get("type")) if isinstance(model, dict) else ""}
    for name in ("normalizer", "pre_tokenizer", "decoder", "post_processor"):
        settings[name] = _kind(table.get(name))
    added = table.get("added_tokens")
    settings["added_tokens"] = str(len(added)) if isinstance(added, list) else ""
    if len(data) == size <= MAX_TOKENIZER:
        settings["vocab_size"] = str(_count(data, at))
    return Facts(format="tokenizer", tokenizer_settings=tuple(sorted(pair for pair in settings.items() if pair[1])))


def read_sentencepiece(source: Source) -> Facts:
    """Read a SentencePiece model; raises DocumentError when it is none."""
    wire = Wire(source)
    settings: dict[str, str] = {}
    pieces = 0
    for tag, begin, end in wire.fields(0, source.size):
        if tag == _PIECES:
            pieces += 1
        elif tag == _TRAINER:
            settings |= _trainer(wire, begin, end)
        elif tag == _NORMALIZER:
            names = [wire.text(first, last) for kind, first, last in wire.fields(begin, end) if kind == _NAME]
            settings["normalizer"] = names[-1] if names else ""
    if not pieces or "model" not in settings:
        raise DocumentError("it is no SentencePiece model: it has no pieces, or does not say of which type it is")
    settings["vocab_size"] = str(pieces)
    return Facts(
        format="sentencepiece",
        title="SentencePiece model",
        tokenizer_settings=tuple(sorted(pair for pair in settings.items() if pair[1])),
    )


def _trainer(wire: Wire, begin: int, end: int) -> Mapping[str, str]:
    """Type of the model and whether unknown characters become bytes; the defaults are those of the schema."""
    settings = {"model": "unigram"}
    for tag, value, _ in wire.fields(begin, end):
        if tag == _MODEL_TYPE:
            settings["model"] = _SENTENCEPIECE.get(value, "")
        elif tag == _FALLBACK:
            settings["byte_fallback"] = "true" if value else "false"
    return settings


def _before_vocabulary(data: bytes) -> tuple[JsonObject, int]:
    """The document with an empty vocabulary as its last member, and where the vocabulary begins."""
    for match, _ in zip(_VOCABULARY.finditer(data), range(_MAX_TRIES), strict=False):
        if match.end() > MAX_BEFORE:
            break
        try:
            table = as_object(parse(data[: match.end()] + b"null}}", _LIMITS, "tokenizer.json"), "tokenizer.json")
        except DocumentError:
            continue
        if isinstance(model := table.get("model"), dict) and "vocab" in model:
            return table, match.end()
    raise DocumentError("tokenizer.json has no vocabulary where its model should have one")


def _count(data: bytes, at: int) -> int:
    """Entries of the vocabulary, each counted once."""
    if sum(data.count(sign, at) for sign in (b",", b"[", b"{")) > MAX_VALUES:
        raise DocumentError(f"the vocabulary of tokenizer.json and what follows it hold more than {MAX_VALUES} values")
    try:
        value, _ = json.JSONDecoder().raw_decode(data[at:].decode("utf-8"))
    except RecursionError:
        raise DocumentError("the vocabulary of tokenizer.json is nested too deeply") from None
    except ValueError as error:
        raise DocumentError(f"the vocabulary of tokenizer.json cannot be read: {error}") from error
    return len(value)


def _template(value: Json) -> tuple[str, str]:
    """The template of a conversation, and the names of all when there are several; the one called default counts."""
    if isinstance(value, str):
        return value, ""
    named: dict[str, str] = {}
    for item in value if isinstance(value, list) else []:
        if (
            isinstance(item, dict)
            and isinstance(text := item.get("template"), str)
            and (name := _text(item.get("name")))
        ):
            named[name] = text
    return named.get("default", ""), listing(sorted(named))


def _kind(value: Json) -> str:
    """The type of a step, with those of its parts when it is a sequence of them."""
    if not isinstance(value, dict):
        return ""
    for name in ("normalizers", "pretokenizers", "decoders", "processors"):
        parts = value.get(name)
        if isinstance(parts, list):
            kinds = [_text(part.get("type")) for part in parts if isinstance(part, dict)]
            return listing(kind for kind in kinds if kind)
    return _text(value.get("type"))


def _tokens(value: Json) -> str:
    return listing(token for item in value if (token := _token(item))) if isinstance(value, list) else ""


def _token(value: Json) -> str:
    """A special token: a text, or an object that holds one."""
    return _text(value.get("content")) if isinstance(value, dict) else _text(value)


def _shown(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return listing(text for item in value if (text := _text(item)))
    return _text(value)


def _text(value: Json) -> str:
    return plain(value) if isinstance(value, str) else ""
