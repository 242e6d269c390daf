"""Facts in config.json and adapter_config.json."""

from __future__ import annotations

import json

import pytest

from attest.errors import DocumentError
from attest.formats.configuration import (
    AdapterConfiguration,
    ModelConfiguration,
    read_adapter,
    read_configuration,
    read_generation,
    read_pooling,
    read_sentence_length,
)


def test_reads_a_model_configuration() -> None:
    read = read_configuration(
        json.dumps(
            {
                "_name_or_path": "acme/base",
                "architectures": ["LlamaForCausalLM", "Other"],
                "model_type": "llama",
                "torch_dtype": "bfloat16",
                "transformers_version": "4.50.0",
                "auto_map": {"AutoModel": "modeling.Model"},
                "hidden_size": 64,
                "hidden_act": "silu",
                "rope_theta": 1000000.0,
                "max_position_embeddings": 4096,
                "tie_word_embeddings": False,
                "sliding_window": None,
                "id2label": {"0": "x"},
            }
        ).encode()
    )
    assert read == ModelConfiguration(
        architecture="LlamaForCausalLM",
        model_type="llama",
        dtype="bfloat16",
        transformers_version="4.50.0",
        name_or_path="acme/base",
        runs_code=True,
        hyperparameters=(
            ("context_length", "4096"),
            ("hidden_act", "silu"),
            ("hidden_size", "64"),
            ("max_position_embeddings", "4096"),
            ("quantization", "bfloat16"),
            ("rope_theta", "1000000"),
            ("tie_word_embeddings", "false"),
        ),
    )


def test_a_quantization_configuration_wins_over_the_type() -> None:
    read = read_configuration(b'{"dtype":"float16","quantization_config":{"quant_method":"gptq","bits":4}}')
    assert dict(read.hyperparameters) == {"quantization": "gptq, 4 bits"}
    assert read.dtype == "float16"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"architectures": []},
        {"architectures": "BertModel"},
        {"architectures": [1], "model_type": 7, "hidden_size": {"a": 1}, "hidden_act": ["x", 1]},
        {"model_type": "x" * 600, "_name_or_path": None, "quantization_config": [4]},
    ],
)
def test_members_of_other_types_count_as_absent(document: object) -> None:
    assert read_configuration(json.dumps(document).encode()) == ModelConfiguration()


def test_reads_an_adapter_configuration() -> None:
    read = read_adapter(
        b'{"base_model_name_or_path":"acme/base","peft_type":"LORA","r":16,"lora_alpha":32,'
        b'"target_modules":["v_proj","q_proj"]}'
    )
    assert read == AdapterConfiguration(
        base_model="acme/base",
        hyperparameters=(
            ("lora_alpha", "32"),
            ("peft_type", "LORA"),
            ("r", "16"),
            ("target_modules", "q_proj, v_proj"),
        ),
    )


def test_reads_the_defaults_of_generation() -> None:
    read = read_generation(b'{"top_p":0.9,"temperature":1.0,"do_sample":true,"eos_token_id":2,"top_k":null}')
    assert read == (("generation:do_sample", "true"), ("generation:temperature", "1"), ("generation:top_p", "0.9"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{}", ()),
        (b'{"pooling_mode_mean_tokens":true,"pooling_mode_cls_token":false}', (("pooling_mode", "mean_tokens"),)),
        (b'{"pooling_mode_b":true,"pooling_mode_a":true}', (("pooling_mode", "a, b"),)),
        (b'{"pooling_mode":"cls"}', (("pooling_mode", "cls"),)),
        (b'{"pooling_mode_mean_tokens":1,"word_embedding_dimension":384}', (("word_embedding_dimension", "384"),)),
    ],
)
def test_reads_how_a_sentence_becomes_a_vector(data: bytes, expected: object) -> None:
    assert read_pooling(data) == expected


def test_reads_where_sentences_are_cut_off() -> None:
    assert read_sentence_length(b'{"max_seq_length":256,"do_lower_case":false}') == (("max_seq_length", "256"),)
    assert read_sentence_length(b'{"max_seq_length":null}') == ()


@pytest.mark.parametrize("number", ["1e-05", "0.5", "1e300", "123456789012345678901234567890.5"])
def test_fractions_keep_their_value(number: str) -> None:
    read = read_configuration(f'{{"rope_theta": {number}}}'.encode())
    assert float(dict(read.hyperparameters)["rope_theta"]) == float(number)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"text",
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e99999999999999999999}',
        b'{"a":"\\ud800"}',
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_refuses_what_is_no_strict_object(data: bytes) -> None:
    for read in (read_configuration, read_adapter, read_generation, read_pooling, read_sentence_length):
        with pytest.raises(DocumentError):
            read(data)
