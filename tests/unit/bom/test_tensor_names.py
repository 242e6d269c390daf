"""What names of tensors say: layers, parts of the network, and the spelling of GGUF."""

from __future__ import annotations

import hashlib

import pytest

from attest.bom.kinship_case import layers_text
from attest.bom.tensor_names import Layer, canonical_names, is_adapted, is_buffer, is_learned, layer_of, module_of
from attest.bom.tensor_sizes import MAX_ZEROS, constant_digests, size_of
from attest.domain.bom import TensorRecord
from tests.unit.bom.toys import gguf_name, toy


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("model.layers.20.self_attn.q_proj.weight", Layer("model", 20)),
        ("encoder.layer.3.output.dense.bias", Layer("encoder", 3)),
        ("h.7.attn.c_attn.weight", Layer("", 7)),
        ("blk.12.ffn_up.weight", Layer("", 12)),
        ("transformer.blocks.4.attn.Wqkv.weight", Layer("transformer", 4)),
        ("encoder.block.0.layer.1.DenseReluDense.wi.weight", Layer("encoder", 0)),
        ("model.safetensors:model.layers.2.x", Layer("model.safetensors:model", 2)),
        ("wte.weight", None),
        ("layers.x.weight", None),
        ("layers.123456.weight", None),
        ("layers.\u0663.weight", None),
        ("layers", None),
        ("", None),
    ],
)
def test_layers(name: str, layer: Layer | None) -> None:
    assert layer_of(name) == layer


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("model.layers.0.self_attn.q_proj.weight", "attention"),
        ("encoder.layer.0.attention.output.dense.weight", "attention"),
        ("encoder.layer.0.attention.output.LayerNorm.weight", "norm"),
        ("encoder.layer.0.intermediate.dense.weight", "mlp"),
        ("encoder.layer.0.output.dense.weight", "mlp"),
        ("model.layers.0.mlp.experts.3.down_proj.weight", "mlp"),
        ("blk.0.ffn_norm.weight", "norm"),
        ("blk.0.ffn_gate.weight", "mlp"),
        ("blk.0.attn_output.weight", "attention"),
        ("h.0.ln_1.weight", "norm"),
        ("model.norm.weight", "norm"),
        ("output_norm.weight", "norm"),
        ("token_embd.weight", "embeddings"),
        ("embeddings.word_embeddings.weight", "embeddings"),
        ("wte.weight", "embeddings"),
        ("lm_head.weight", "output head"),
        ("output.weight", "output head"),
        ("classifier.bias", "output head"),
        ("stft.forward_basis", "other"),
    ],
)
def test_parts_of_the_network(name: str, module: str) -> None:
    assert module_of(name) == module


def test_names_of_the_hub_and_of_gguf_are_the_same_names() -> None:
    names = list(toy())
    assert set(canonical_names(names).values()) == {gguf_name(name) for name in names}
    assert canonical_names(map(gguf_name, names)) == {gguf_name(name): gguf_name(name) for name in names}


@pytest.mark.parametrize(
    ("hub", "gguf"),
    [
        ("bert.encoder.layer.3.attention.self.query.bias", "blk.3.attn_q.bias"),
        ("encoder.layer.3.attention.output.LayerNorm.weight", "blk.3.attn_output_norm.weight"),
        ("embeddings.word_embeddings.weight", "token_embd.weight"),
        ("transformer.h.0.mlp.c_fc.weight", "blk.0.ffn_up.weight"),
        ("transformer.wpe.weight", "position_embd.weight"),
        ("base_model.model.model.layers.0.mlp.up_proj.weight", "blk.0.ffn_up.weight"),
        ("model.decoder.layers.0.fc1.weight", "decoder.blk.0.fc1.weight"),
        ("layers.1.feed_forward.w3.weight", "blk.1.ffn_up.weight"),
        ("model", "model"),
        ("", ""),
    ],
)
def test_spellings_of_other_families(hub: str, gguf: str) -> None:
    assert canonical_names([hub]) == {hub: gguf}


def test_gemma_uses_a_name_of_the_others_for_another_place() -> None:
    after = "model.layers.0.post_attention_layernorm.weight"
    before = "model.layers.0.pre_feedforward_layernorm.weight"
    assert canonical_names([after])[after] == "blk.0.ffn_norm.weight"
    both = canonical_names([after, before])
    assert (both[after], both[before]) == ("blk.0.post_attention_norm.weight", "blk.0.ffn_norm.weight")


def test_names_that_would_become_equal_stay_apart() -> None:
    names = ["model.layers.0.x.weight", "layers.0.x.weight"]
    assert canonical_names(names) == {name: name for name in names}


def test_what_adapters_are_made_for_and_what_is_computed() -> None:
    assert is_adapted("model.layers.0.self_attn.q_proj.weight", (8, 8))
    assert is_adapted("blocks.0.attn.to_out.0.weight", (8, 8))
    assert not is_adapted("model.layers.0.self_attn.q_proj.bias", (8,))
    assert not is_adapted("model.layers.0.self_attn.q_proj.weight", (8,))
    assert not is_adapted("q_proj.weight", (8, 8))
    assert not is_adapted("model.layers.0.input_layernorm.weight", (8, 8))
    assert is_buffer("embeddings.position_ids", "F32")
    assert is_buffer("x", "I64")
    assert not is_buffer("position_ids.inner.weight", "F32")
    assert is_learned("model.embed_tokens.weight")
    assert not is_learned("embeddings.position_embeddings.weight")
    assert not is_learned("stft.forward_basis")


def test_layers_as_ranges() -> None:
    assert layers_text(Layer("", number) for number in (4, 0, 2, 3, 9)) == "0, 2–4, 9"
    assert layers_text([]) == ""
    assert layers_text([Layer("decoder", 1), Layer("encoder", 0)], named=True) == "decoder 1; encoder 0"
    assert layers_text(Layer("", 2 * number) for number in range(20)).endswith("and 8 more ranges")
    assert layers_text((Layer(str(n), n) for n in range(20)), named=True).endswith("and 8 more stacks")


@pytest.mark.parametrize(
    ("dtype", "shape", "size"),
    [
        ("F32", (3, 4), 48),
        ("BF16", (), 2),
        ("F4", (3,), None),
        ("F4", (4,), 2),
        ("Q4_K", (256, 2), 288),
        ("Q4_K", (255,), None),
        ("?", (1,), None),
        ("F32", (2**62, 2), None),
    ],
)
def test_sizes(dtype: str, shape: tuple[int, ...], size: int | None) -> None:
    assert size_of(TensorRecord(name="w", dtype=dtype, shape=shape)) == size


@pytest.mark.parametrize("length", [1, 1000, 300_000, 1 << 20, (1 << 20) + 1])
def test_digests_of_constants(length: int) -> None:
    record = TensorRecord(name="w", dtype="BF16", shape=(length,))
    expected = {hashlib.sha256(pattern * length).hexdigest() for pattern in (b"\0\0", b"\x80\x3f")}
    assert constant_digests([record, TensorRecord(name="v", dtype="BF16", shape=(7,))]) > expected


def test_claimed_sizes_cost_no_time() -> None:
    assert constant_digests([TensorRecord(name="w", dtype="U8", shape=(MAX_ZEROS + 1,))]) == frozenset()
