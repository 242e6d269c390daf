"""Facts in the JSON files that `transformers`, `peft` and `sentence-transformers` read beside the weights.

Sources: transformers `PretrainedConfig.to_dict` and `GenerationConfig`, peft `PeftConfigMixin`, sentence-transformers
`Transformer` and `Pooling`. Members of unexpected types count as absent;
only a document that is no strict JSON object is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.formats.prefix import MAX_DOCUMENT

MAX_TEXT = 512
_MAX_DIGITS = 20
_LIMITS = Limits(size=MAX_DOCUMENT, depth=32, nodes=200_000, string=MAX_DOCUMENT)
_HYPERPARAMETERS = [
    "d_model",
    "hidden_act",
    "hidden_size",
    "intermediate_size",
    "max_position_embeddings",
    "n_embd",
    "n_head",
    "n_layer",
    "n_positions",
    "n_routed_experts",
    "num_attention_heads",
    "num_experts",
    "num_experts_per_tok",
    "num_hidden_layers",
    "num_key_value_heads",
    "num_local_experts",
    "rope_theta",
    "sliding_window",
    "tie_word_embeddings",
    "vocab_size",
]
_ADAPTER_HYPERPARAMETERS = ("lora_alpha", "peft_type", "r", "target_modules", "task_type")
_GENERATION = (
    "do_sample", "max_length", "max_new_tokens", "num_beams", "repetition_penalty", "temperature", "top_k", "top_p"
)  # fmt: skip
_POOLING = "pooling_mode_"

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            [
                "albert",
                "bart",
                "bert",
                "bloom",
                "camembert",
                "clip",
                "cohere",
                "cohere2",
                "deberta",
                "deberta-v2",
                "deepseek_v2",
                "deepseek_v3",
                "distilbert",
                "dpr",
                "electra",
                "falcon",
                "gemma",
                "gemma2",
                "gemma3",
                "gemma3_text",
                "gpt2",
                "gpt_bigcode",
                "gpt_neo",
                "gpt_neox",
                "gpt_oss",
                "gptj",
                "granite",
                "llama",
                "llama4",
                "longformer",
                "m2m_100",
                "marian",
                "mbart",
                "mistral",
                "mixtral",
                "modernbert",
                "mpnet",
                "mpt",
                "mt5",
                "nomic_bert",
                "olmo",
                "olmo2",
                "opt",
                "pegasus",
                "phi",
                "phi3",
                "qwen2",
                "qwen2_moe",
                "qwen3",
                "qwen3_moe",
                "roberta",
                "smollm3",
                "starcoder2",
                "t5",
                "vit",
                "wav2vec2",
                "whisper",
                "xlm-roberta",
                "xlnet",
            ],
            "transformer",
        ),
        **dict.fromkeys(["mamba", "mamba2", "falcon_mamba"], "state-space"),
        **dict.fromkeys(["jamba", "zamba", "zamba2", "bamba"], "transformer and state-space hybrid"),
        **dict.fromkeys(["rwkv", "lstm"], "recurrent"),
        **dict.fromkeys(
            ["resnet", "convnext", "convnextv2", "efficientnet", "mobilenet_v1", "mobilenet_v2"],
            "convolutional",
        ),
    }
)
"""`model_type` → architecture family; what is not listed has no family, since a guess would not be better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfiguration:
    """What `config.json` says; absent is empty. `hyperparameters` are sorted by name, values as text.

    `runs_code` tells that `auto_map` is there: loading asks for Python code of the repository.
    """

    architecture: str = ""
    model_type: str = ""
    dtype: str = ""
    transformers_version: str = ""
    name_or_path: str = ""
    runs_code: bool = False
    hyperparameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterConfiguration:
    """What `adapter_config.json` says; absent is empty."""

    base_model: str = ""
    hyperparameters: tuple[tuple[str, str], ...] = ()


def read_configuration(data: bytes) -> ModelConfiguration:
    """Read a whole `config.json`. Raises DocumentError when it is no strict JSON object."""
    table = as_object(parse(data, _LIMITS, "config.json"), "config.json")
    architectures = table.get("architectures")
    dtype = _text(table.get("torch_dtype")) or _text(table.get("dtype"))
    hyperparameters = _values(table, _HYPERPARAMETERS)
    if context := hyperparameters.get("max_position_embeddings") or hyperparameters.get("n_positions"):
        hyperparameters["context_length"] = context
    if quantization := _quantization(table.get("quantization_config")) or dtype:
        hyperparameters["quantization"] = quantization
    return ModelConfiguration(
        architecture=_text(architectures[0]) if isinstance(architectures, list) and architectures else "",
        model_type=_text(table.get("model_type")),
        dtype=dtype,
        transformers_version=_text(table.get("transformers_version")),
        name_or_path=_text(table.get("_name_or_path")),
        runs_code="auto_map" in table,
        hyperparameters=tuple(sorted(hyperparameters.items())),
    )


def read_adapter(data: bytes) -> AdapterConfiguration:
    """Read a whole `adapter_config.json`. Raises DocumentError when it is no strict JSON object."""
    table = as_object(parse(data, _LIMITS, "adapter_config.json"), "adapter_config.json")
    return AdapterConfiguration(
        base_model=_text(table.get("base_model_name_or_path")),
        hyperparameters=tuple(sorted(_values(table, _ADAPTER_HYPERPARAMETERS).items())),
    )


def read_generation(data: bytes) -> tuple[tuple[str, str], ...]:
    """Default values of text generation, from a whole `generation_config.json`, as `generation:<name>`.

    Raises DocumentError when it is no strict JSON object.
    """
    table = as_object(parse(data, _LIMITS, "generation_config.json"), "generation_config.json")
    return tuple((f"generation:{name}", text) for name, text in sorted(_values(table, _GENERATION).items()))


def read_sentence_length(data: bytes) -> tuple[tuple[str, str], ...]:
    """Where longer input is cut off, from a whole `sentence_bert_config.json`; raises DocumentError as above."""
    table = as_object(parse(data, _LIMITS, "sentence_bert_config.json"), "sentence_bert_config.json")
    return tuple(_values(table, ["max_seq_length"]).items())


def read_pooling(data: bytes) -> tuple[tuple[str, str], ...]:
    """How tokens become one vector, and how long it is, from a whole `1_Pooling/config.json`.

    Older files hold one switch for each mode, newer ones name the mode. Raises DocumentError as above.
    """
    table = as_object(parse(data, _LIMITS, "1_Pooling/config.json"), "1_Pooling/config.json")
    switched = sorted(name[len(_POOLING) :] for name, on in table.items() if name.startswith(_POOLING) and on is True)
    values = _values(table, ["pooling_mode", "word_embedding_dimension"])
    if mode := _text(", ".join(switched)):
        values["pooling_mode"] = mode
    return tuple(sorted(values.items()))


def _text(value: Json) -> str:
    # What cannot be printed has no place in a name, and could steer the terminal of whoever reads the document.
    return value.strip() if isinstance(value, str) and len(value) <= MAX_TEXT and value.strip().isprintable() else ""


def _values(table: JsonObject, names: Iterable[str]) -> dict[str, str]:
    texts = {name: _as_text(table.get(name)) for name in names}
    return {name: text for name, text in texts.items() if text}


def _as_text(value: Json) -> str:
    """A scalar, or a list of texts in sorted order (peft writes a set, whose order means nothing), as one text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, list):
        texts = sorted(item for item in value if isinstance(item, str))
        return _text(", ".join(texts)) if texts and len(texts) == len(value) else ""
    return _text(value)


def _decimal(value: Decimal) -> str:
    """Without an exponent when that is short: 1000000.0 → 1000000, 1e-05 → 0.00001."""
    short = len(value.as_tuple().digits) <= _MAX_DIGITS and abs(value.adjusted()) <= _MAX_DIGITS
    return format(value.normalize(), "f") if short else str(value)


def _quantization(value: Json) -> str:
    """`gptq, 4 bits` from a `quantization_config`."""
    if not isinstance(value, dict):
        return ""
    method = _text(value.get("quant_method"))
    bits = value.get("bits")
    if not method or isinstance(bits, bool) or not isinstance(bits, int):
        return method
    return f"{method}, {bits} bits"
