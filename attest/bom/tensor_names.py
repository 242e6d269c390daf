"""What a tensor's name says: its layer, its part of the network, and its name in the other spelling.

Names are a convention and prove nothing: they only say where to look. Sources: the module names of the transformers and
diffusers libraries, and the table of names in llama.cpp's `gguf-py/gguf/tensor_mapping.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Module = Literal["embeddings", "attention", "mlp", "norm", "output head", "other"]

_LAYER_WORDS = frozenset({"blk", "block", "blocks", "h", "layer", "layers", "resblocks", "transformer_blocks"})
_MAX_DIGITS = 5
# Wrappers of libraries, and names of the whole model inside a model with a head.
_WRAPPERS = frozenset(
    {"_orig_mod", "backbone", "base_model", "bert", "distilbert", "gpt_neox", "language_model", "model", "module",
     "roberta", "transformer"}
)  # fmt: skip
_MAX_WRAPPERS = 4
_BLOCK = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.qkv_proj": "attn_qkv", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.gate_up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "mlp.gate": "ffn_gate_inp",
    "block_sparse_moe.gate": "ffn_gate_inp", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "attention.wq": "attn_q", "attention.wk": "attn_k", "attention.wv": "attn_v", "attention.wo": "attn_output",
    "feed_forward.w1": "ffn_gate", "feed_forward.w2": "ffn_down", "feed_forward.w3": "ffn_up",
    "attention_norm": "attn_norm", "attention.self.query": "attn_q", "attention.self.key": "attn_k",
    "attention.self.value": "attn_v", "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm", "intermediate.dense": "ffn_up", "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
    "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down", "ln_1": "attn_norm", "ln_2": "ffn_norm",
}  # fmt: skip
# Gemma 2 and 3 have a norm on either side of both parts, and use one name of the others for another place.
_GEMMA = {
    "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}  # fmt: skip
_GEMMA_MARK = ".pre_feedforward_layernorm."
_TOP = {
    "embed_tokens": "token_embd", "tok_embeddings": "token_embd", "wte": "token_embd", "wpe": "position_embd",
    "norm": "output_norm", "ln_f": "output_norm", "lm_head": "output",
    "embeddings.word_embeddings": "token_embd", "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types", "embeddings.LayerNorm": "token_embd_norm",
}  # fmt: skip
_SUFFIXES = frozenset({"weight", "bias"})

_HEADS = frozenset(
    {"lm_head", "output", "classifier", "score", "qa_outputs", "cls", "embed_out", "pooler", "classification_head"}
)
_EMBEDDINGS = frozenset({"wte", "wpe", "shared", "token_embd", "position_embd", "token_types"})
_MLP = frozenset(
    {"mlp", "ffn", "ff", "feed_forward", "intermediate", "fc1", "fc2", "densereludense", "block_sparse_moe", "experts"}
)
_ATTENTION = frozenset({"q_proj", "k_proj", "v_proj", "o_proj", "query_key_value", "wqkv", "mixer"})

# What adapters change by default and what people make them change, in the spellings of several libraries.
_ADAPTED = frozenset(
    {"attn_k", "attn_output", "attn_q", "attn_qkv", "attn_v", "c_attn", "c_fc", "c_proj", "dense", "dense_4h_to_h",
     "dense_h_to_4h", "down_proj", "fc1", "fc2", "fc_in", "fc_out", "ffn_down", "ffn_gate", "ffn_up", "gate_proj",
     "gate_up_proj", "k", "k_lin", "k_proj", "key", "o", "o_proj", "out_lin", "out_proj", "q", "q_lin", "q_proj",
     "qkv", "qkv_proj", "query", "query_key_value", "to_k", "to_out", "to_q", "to_v", "up_proj", "v", "v_lin",
     "v_proj", "value", "w1", "w2", "w3", "wi", "wi_0", "wi_1", "wk", "wo", "wq", "wqkv", "wv"}
)  # fmt: skip

# Computed from the configuration, so that strangers have them in common: positions, masks, frequencies, filters.
_BUFFERS = frozenset(
    {"attn_mask", "bias_mask", "causal_mask", "embed_positions", "forward_basis", "freqs", "freqs_cis", "inv_freq",
     "inverse_basis", "masked_bias", "mel_basis", "mel_filters", "num_batches_tracked", "pe", "pos_embed",
     "position_ids", "relative_coords_table", "relative_position_index", "rope_factors_long", "rope_factors_short",
     "rope_freqs", "token_type_ids", "window"}
)  # fmt: skip
_INDICES = frozenset({"BOOL", "I64", "U64"})


class Layer(NamedTuple):
    """A layer: the stack that it belongs to (`encoder`, `decoder`, often empty) and its number."""

    stack: str
    number: int


def layer_of(name: str) -> Layer | None:
    """The layer that a tensor belongs to by its name, or None."""
    found = _split(name.split("."))
    return Layer(".".join(found[0]), found[1]) if found is not None else None


def _split(parts: list[str]) -> tuple[list[str], int, list[str]] | None:
    """What stands before the word for layer, the layer's number, and what stands behind it."""
    for place in range(len(parts) - 1):
        number = parts[place + 1]
        if parts[place] in _LAYER_WORDS and number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS:
            return parts[:place], int(number), parts[place + 2 :]
    return None


def inner_name(name: str) -> str:
    """The name inside its layer (`self_attn.q_proj.weight`), or the whole name outside of layers."""
    found = _split(name.split("."))
    return ".".join(found[2]) if found is not None else name


def module_of(name: str) -> Module:
    """The part of the network that a tensor belongs to by its name."""
    found = _split(name.split("."))
    parts = [part.lower() for part in (found[2] if found is not None else name.split("."))]
    module: Module = "other"
    if any("norm" in part or part.startswith("ln_") or part in {"ln", "ln1", "ln2"} for part in parts):
        module = "norm"
    elif found is None:
        module = _outside(parts)
    elif any("attn" in part or "attention" in part or part in _ATTENTION for part in parts):
        module = "attention"
    elif any(part in _MLP or part.startswith(("ffn_", "mlp", "dense_")) for part in parts) or parts[:1] == ["output"]:
        module = "mlp"
    return module


def _outside(parts: list[str]) -> Module:
    """The part of what is in no layer."""
    if any("embed" in part or part in _EMBEDDINGS for part in parts):
        return "embeddings"
    return "output head" if any(part in _HEADS for part in parts) else "other"


def is_adapted(name: str, shape: tuple[int, ...]) -> bool:
    """Whether this is a matrix in a layer, of a kind that low-rank adapters are made for."""
    parts = inner_name(name).split(".")
    if layer_of(name) is None or len(shape) != 2 or len(parts) < 2 or parts[-1] != "weight":
        return False
    module = parts[-3] if parts[-2].isdigit() and len(parts) > 2 else parts[-2]
    return module.lower() in _ADAPTED


def is_learned(name: str) -> bool:
    """Whether the name is that of a matrix that training makes; positions, which may be computed, do not count."""
    positional = any(part.startswith(("pos", "wpe")) for part in name.split("."))
    return not positional and module_of(name) in {"embeddings", "attention", "mlp", "output head"}


def is_buffer(name: str, dtype: str) -> bool:
    """Whether strangers may well have this tensor in common, because it is computed and not learned."""
    if dtype in _INDICES:
        return True
    parts = name.split(".")
    return any(part in _BUFFERS for part in parts[-2:])


def canonical_names(names: Iterable[str]) -> dict[str, str]:
    """Each name in the spelling of GGUF, as far as the table goes: Llama, Mistral, Qwen, Gemma, GPT-2, BERT and others.

    Layers of one stack become `blk.<number>`; wrappers such as `model.` are left out. Names that would become equal
    stay as they are.
    """
    known = list(names)
    block = _BLOCK | _GEMMA if any(_GEMMA_MARK in name for name in known) else _BLOCK
    made = {name: _canonical(name, block) for name in known}
    count: dict[str, int] = {}
    for text in made.values():
        count[text] = count.get(text, 0) + 1
    return {name: text if count[text] == 1 else name for name, text in made.items()}


def _canonical(name: str, block: dict[str, str]) -> str:
    parts = name.split(".")
    start = 0
    while start < min(_MAX_WRAPPERS, len(parts) - 1) and parts[start] in _WRAPPERS:
        start += 1
    parts = parts[start:]
    found = _split(parts)
    if found is None:
        return _translated(parts, _TOP)
    before, number, behind = found
    stack = [] if before == ["encoder"] and parts[1] == "layer" else before
    return ".".join([*stack, "blk", str(number), _translated(behind, block)])


def _translated(parts: list[str], table: dict[str, str]) -> str:
    whole = ".".join(parts)
    if len(parts) < 2 or parts[-1] not in _SUFFIXES:
        return table.get(whole, whole)
    stem = ".".join(parts[:-1])
    return f"{table.get(stem, stem)}.{parts[-1]}"
