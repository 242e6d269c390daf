"""What the metadata keys of a GGUF file mean: claims about the model, hyperparameters, properties, the tokenizer.

Sources: ggml `docs/gguf.md`, "Standardized key-value pairs", and `gguf/constants.py` of llama.cpp, class `Keys`.
Values of unexpected types count as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attest.formats.facts import BaseClaim, Claims
from attest.formats.gguf_types import BOOL, FILE_TYPES, FLOAT32, GUESSED, STRING, Value
from attest.formats.header_text import MAX_TEXT, number, paragraph, plain

MAX_NAMED = 64
_HYPERPARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "attention.head_count": "num_attention_heads",
        "attention.head_count_kv": "num_key_value_heads",
        "attention.sliding_window": "sliding_window",
        "block_count": "num_hidden_layers",
        "context_length": "context_length",
        "embedding_length": "hidden_size",
        "expert_count": "num_local_experts",
        "expert_used_count": "num_experts_per_tok",
        "feed_forward_length": "intermediate_size",
        "rope.dimension_count": "rope_dimension_count",
        "rope.freq_base": "rope_theta",
        "vocab_size": "vocab_size",
    }
)
_PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "adapter.type": "gguf:adapter-type",
        "general.alignment": "gguf:alignment",
        "general.basename": "gguf:basename",
        "general.doi": "gguf:doi",
        "general.finetune": "gguf:finetune",
        "general.quantized_by": "gguf:quantized-by",
        "general.repo_url": "gguf:repo-url",
        "general.size_label": "gguf:size-label",
        "general.source.repo_url": "gguf:source-repo-url",
        "general.source.url": "gguf:source-url",
        "general.type": "gguf:type",
        "general.uuid": "gguf:uuid",
        "quantize.imatrix.dataset": "gguf:imatrix-dataset",
        "quantize.imatrix.file": "gguf:imatrix-file",
        "split.count": "gguf:split-count",
        "split.no": "gguf:split-no",
        "split.tensors.count": "gguf:split-tensors-count",
    }
)
_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "name": "general.name",
        "owner": "general.organization",
        "version": "general.version",
        "license": "general.license",
        "license_name": "general.license.name",
        "license_link": "general.license.link",
    }
)
_TOKENIZER = "tokenizer.ggml."
_SETTING = re.compile(r"[a-z0-9_]{1,64}")
_NO_OWNERS = frozenset({"api", "blog", "collections", "datasets", "docs", "models", "papers", "spaces"})
_HUB = re.compile(r"https?://huggingface\.co/(datasets/)?([\w.-]{1,96}/[\w.-]{1,96})/?", re.ASCII)


def claims(values: Mapping[str, Value]) -> Claims:
    """What `general.*` says of the model as a whole."""
    found = {member: _text(values, name) for member, name in _TEXTS.items()}
    keys = {member: name for member, name in _TEXTS.items() if found[member]}
    url, keys["url"] = _first(values, "general.url", "general.repo_url")
    description = _raw(values, "general.description")
    bases, keys["base_models"] = _bases(values)
    sets, keys["datasets"] = _datasets(values)
    author = _text(values, "general.author")
    lists = {member: _texts(values, f"general.{member}") for member in ("languages", "tags")}
    for member, there in {"description": description, "authors": author, **lists}.items():
        keys[member] = {"authors": "general.author"}.get(member, f"general.{member}") if there else ""
    return Claims(
        name=found["name"],
        owner=found["owner"],
        version=found["version"],
        description=paragraph(description),
        authors=(author,) if author else (),
        url=url,
        license=found["license"],
        license_name=found["license_name"],
        license_link=found["license_link"],
        base_models=bases,
        datasets=sets,
        languages=lists["languages"],
        tags=lists["tags"],
        keys=tuple(sorted((member, name) for member, name in keys.items() if name)),
    )


def hyperparameters(values: Mapping[str, Value], architecture: str) -> tuple[tuple[str, str], ...]:
    """Numbers of the architecture under the names of `config.json`, and how the weights are quantized."""
    found = {name: _shown(values.get(f"{architecture}.{key}")) for key, name in _HYPERPARAMETERS.items()}
    found["vocab_size"] = found["vocab_size"] or _token_count(values)
    found["lora_alpha"] = _shown(values.get("adapter.lora.alpha"))
    file_type = _shown(values.get("general.file_type"))
    if file_type.isdecimal():
        found["quantization"] = FILE_TYPES.get(int(file_type) & ~GUESSED, "")
    found["quantization_version"] = _shown(values.get("general.quantization_version"))
    return tuple(sorted((name, text) for name, text in found.items() if text))


def properties(values: Mapping[str, Value], *, big: bool) -> tuple[tuple[str, str], ...]:
    """What has no place of its own, as `gguf:<what>`."""
    found = [(name, _shown(values.get(key))) for key, name in _PROPERTIES.items()]
    found.append(("gguf:byte-order", "big" if big else ""))
    templates = [key.rpartition(".")[2] for key in values if key.startswith("tokenizer.chat_template.")]
    found.append(("gguf:chat-templates", plain(", ".join(sorted(templates)))))
    return tuple(sorted((name, text) for name, text in found if text))


def tokenizer_settings(values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Single values under `tokenizer.ggml`, under their own names, and how many tokens there are."""
    found = {"vocab_size": _token_count(values)}
    for key, value in values.items():
        name = key.removeprefix(_TOKENIZER)
        if name != key and value.length < 0 and _SETTING.fullmatch(name) and len(found) < MAX_NAMED:
            found[name] = _shown(value)
    return tuple(sorted((name, text) for name, text in found.items() if text))


def _token_count(values: Mapping[str, Value]) -> str:
    tokens = values.get("tokenizer.ggml.tokens", Value(STRING))
    return str(tokens.length) if tokens.kind == STRING and tokens.length >= 0 else ""


def _bases(values: Mapping[str, Value]) -> tuple[tuple[BaseClaim, ...], str]:
    """The parents, and the key that names the first."""
    found: list[BaseClaim] = []
    first = ""
    for index in range(MAX_NAMED):
        prefix = f"general.base_model.{index}."
        link, key = _first(values, prefix + "repo_url", prefix + "url")
        name = _text(values, prefix + "name")
        if not link and not name:
            break
        hub = _hub_name(link)
        first = first or (key if hub or not name else prefix + "name")
        found.append(BaseClaim(hub or name or link, _text(values, prefix + "version"), link))
    return tuple(found), first


def _datasets(values: Mapping[str, Value]) -> tuple[tuple[str, ...], str]:
    """Datasets in the older spelling, one list, or in the newer one, a group of keys for each."""
    if listed := _texts(values, "general.datasets"):
        return listed, "general.datasets"
    found: dict[str, None] = {}
    first = ""
    for index in range(MAX_NAMED):
        prefix = f"general.dataset.{index}."
        link, key = _first(values, prefix + "repo_url", prefix + "url")
        name = _text(values, prefix + "name")
        if not link and not name:
            break
        hub = _hub_name(link, "datasets/")
        first = first or (key if hub or not name else prefix + "name")
        found[hub or name or link] = None
    return tuple(found), first


def _hub_name(link: str, kind: str = "") -> str:
    """`owner/name` from a link to the Hugging Face Hub; other pages there are no models."""
    match = _HUB.fullmatch(link)
    return match[2] if match and (match[1] or "") == kind and match[2].split("/")[0] not in _NO_OWNERS else ""


def _first(values: Mapping[str, Value], *names: str) -> tuple[str, str]:
    """The first text that is there, and its key."""
    return next(((text, name) for name in names if (text := _text(values, name))), ("", ""))


def _raw(values: Mapping[str, Value], name: str) -> bytes:
    value = values.get(name, Value(STRING))
    item = value.items[0] if value.items and value.kind == STRING and value.length < 0 else b""
    return item if isinstance(item, bytes) else b""


def _text(values: Mapping[str, Value], name: str) -> str:
    return plain(_raw(values, name))


def _texts(values: Mapping[str, Value], name: str) -> tuple[str, ...]:
    """The texts of a list, without repetitions; a single text is a list of one."""
    value = values.get(name, Value(STRING))
    if value.kind != STRING:
        return ()
    items = (plain(item) for item in value.items[:MAX_TEXT] if isinstance(item, bytes))
    return tuple(dict.fromkeys(text for text in items if text))


def _shown(value: Value | None) -> str:
    """A value as text. An array, one number for each layer, is one number where all layers agree."""
    if value is None:
        return ""
    texts = [_item(item, value.kind) for item in value.items]
    if value.length > 0 and len(set(texts)) == 1:
        return texts[0]
    return plain(_joined(texts)) if all(texts) else ""


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts)


def _item(item: int | float | bytes, kind: int) -> str:
    if isinstance(item, bytes):
        return plain(item)
    if kind == BOOL:
        return "true" if item else "false"
    return str(item) if isinstance(item, int) else number(item, single=kind == FLOAT32)
