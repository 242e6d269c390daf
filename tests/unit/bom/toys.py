"""Toy transformers: tensors of a seeded content, and what people do to models."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from attest.bom.tensor_sizes import size_of
from attest.domain.bom import TensorRecord

HIDDEN, INNER, ROWS = 64, 128, 100
Shape: TypeAlias = tuple[int, ...]
Tensors: TypeAlias = dict[str, TensorRecord]

BLOCK: Mapping[str, Shape] = {
    "input_layernorm.weight": (HIDDEN,),
    "self_attn.q_proj.weight": (HIDDEN, HIDDEN),
    "self_attn.k_proj.weight": (HIDDEN, HIDDEN),
    "self_attn.v_proj.weight": (HIDDEN, HIDDEN),
    "self_attn.o_proj.weight": (HIDDEN, HIDDEN),
    "post_attention_layernorm.weight": (HIDDEN,),
    "mlp.gate_proj.weight": (INNER, HIDDEN),
    "mlp.up_proj.weight": (INNER, HIDDEN),
    "mlp.down_proj.weight": (HIDDEN, INNER),
}
GGUF_BLOCK = {
    "input_layernorm.weight": "attn_norm.weight",
    "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight",
    "post_attention_layernorm.weight": "ffn_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight",
    "mlp.down_proj.weight": "ffn_down.weight",
}
GGUF_TOP = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def content(record: TensorRecord, seed: object) -> bytes:
    """The bytes of a tensor, as the seed makes them."""
    return hashlib.shake_256(f"{seed}/{record.name}".encode()).digest(size_of(record) or 0)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def made(name: str, shape: Shape, seed: object, dtype: str = "F32") -> TensorRecord:
    """A tensor of seeded content."""
    record = TensorRecord(name=name, dtype=dtype, shape=shape)
    return replace(record, sha256=digest(content(record, seed)))


def constant(name: str, shape: Shape, pattern: bytes = b"\0", dtype: str = "F32") -> TensorRecord:
    """A tensor whose elements are all the same."""
    record = TensorRecord(name=name, dtype=dtype, shape=shape)
    size = size_of(record) or 0
    return replace(record, sha256=digest(pattern * (size // len(pattern))))


def toy(seed: object = "base", *, layers: int = 4, dtype: str = "F32", rows: int = ROWS) -> Tensors:
    """A decoder of the Llama family; norms start at one, as they do."""
    found = [made("model.embed_tokens.weight", (rows, HIDDEN), seed, dtype)]
    for number in range(layers):
        found += [made(f"model.layers.{number}.{name}", shape, seed, dtype) for name, shape in BLOCK.items()]
    found += [
        made("model.norm.weight", (HIDDEN,), seed, dtype),
        made("lm_head.weight", (rows, HIDDEN), seed, dtype),
    ]
    return {record.name: record for record in found}


def retrained(tensors: Tensors, wanted: Callable[[str], bool], seed: object = "tuned") -> Tensors:
    """The same model with other bytes in some tensors."""
    return {
        name: replace(record, sha256=digest(content(record, seed))) if wanted(name) else record
        for name, record in tensors.items()
    }


def renamed(tensors: Iterable[TensorRecord], rename: Callable[[str], str]) -> Tensors:
    """The same tensors under other names."""
    return {rename(record.name): replace(record, name=rename(record.name)) for record in tensors}


def recast(tensors: Tensors, dtype: str, seed: object = "cast") -> Tensors:
    """The same model in another type: other bytes everywhere."""
    cast = (replace(record, dtype=dtype) for record in tensors.values())
    return {record.name: replace(record, sha256=digest(content(record, seed))) for record in cast}


def gguf_name(name: str) -> str:
    """A name of `toy` in the spelling of GGUF."""
    if name in GGUF_TOP:
        return GGUF_TOP[name]
    number, _, inner = name.removeprefix("model.layers.").partition(".")
    return f"blk.{number}.{GGUF_BLOCK[inner]}"


def as_gguf(tensors: Tensors) -> Tensors:
    """The same tensors in a GGUF: its names, and dimensions in reverse order."""
    turned = renamed(tensors.values(), gguf_name)
    return {name: replace(record, shape=record.shape[::-1]) for name, record in turned.items()}


def listed(tensors: Tensors) -> tuple[TensorRecord, ...]:
    return tuple(tensors.values())
