"""GGUF headers: what is read, what is refused, what is reported, and how little of the file is looked at."""

from __future__ import annotations

import math
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.facts import BaseClaim, TensorInfo
from attest.formats.gguf import MAX_TEMPLATE, read
from attest.formats.gguf_types import FILE_TYPES, GGML_TYPES
from attest.formats.source import Source
from tests.unit.formats.wire_builder import Watched, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
LAYOUTS = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q", I64: "q", F64: "d"}
Pair = tuple[str | bytes, int, Any]
Tensor = tuple[str, tuple[int, ...], int, int]


def text(value: str | bytes, order: str = "<") -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack(order + "Q", len(raw)) + raw


def encoded(kind: int, value: Any, order: str) -> bytes:
    """A value; an array is `(type of its items, [items])`."""
    if kind == STRING:
        return text(value, order)
    if kind == ARRAY:
        inner, items = value
        head = struct.pack(order + "IQ", inner, len(items))
        return head + b"".join(encoded(inner, item, order) for item in items)
    return struct.pack(order + LAYOUTS[kind], value)


def header(pairs: list[Pair], tensors: list[Tensor], *, version: int = 3, order: str = "<") -> bytes:
    """Everything before the padding."""
    data = b"GGUF" + struct.pack(order + "IQQ", version, len(tensors), len(pairs))
    for key, kind, value in pairs:
        data += text(key, order) + struct.pack(order + "I", kind) + encoded(kind, value, order)
    for name, shape, kind, offset in tensors:
        data += text(name, order) + struct.pack(f"{order}I{len(shape)}QIQ", len(shape), *shape, kind, offset)
    return data


def gguf(
    pairs: list[Pair], tensors: list[Tensor] | None = None, data: int | None = None, alignment: int = 32, **options: Any
) -> bytes:
    """A file with zeros for tensor data, as many as the tensors need unless said otherwise."""
    tensors = tensors or []
    head = header(pairs, tensors, **options)
    if data is None:
        data = max((offset + size(kind, shape) for _, shape, kind, offset in tensors), default=0)
    padding = -len(head) % alignment if tensors else 0
    return head + bytes(padding + data)


def size(kind: int, shape: tuple[int, ...]) -> int:
    block = GGML_TYPES[kind]
    return math.prod(shape) // block.elements * block.size


GOOD_PAIRS: list[Pair] = [
    ("general.architecture", STRING, "llama"),
    ("general.type", STRING, "model"),
    ("general.name", STRING, "Tiny Llama"),
    ("general.author", STRING, "Ann, Bob"),
    ("general.version", STRING, "v1.1"),
    ("general.organization", STRING, "Acme"),
    ("general.finetune", STRING, "Chat"),
    ("general.basename", STRING, "Tiny"),
    ("general.description", STRING, "A small\nmodel — test"),
    ("general.quantized_by", STRING, "Carl"),
    ("general.size_label", STRING, "1B"),
    ("general.license", STRING, "other"),
    ("general.license.name", STRING, "acme-licence"),
    ("general.license.link", STRING, "https://acme.example/licence"),
    ("general.repo_url", STRING, "https://huggingface.co/acme/tiny-gguf"),
    ("general.base_model.count", U32, 2),
    ("general.base_model.0.name", STRING, "Llama 2 7B"),
    ("general.base_model.0.organization", STRING, "Meta"),
    ("general.base_model.0.version", STRING, "v2"),
    ("general.base_model.0.repo_url", STRING, "https://huggingface.co/meta-llama/Llama-2-7b"),
    ("general.base_model.1.name", STRING, "Other"),
    ("general.dataset.count", U32, 2),
    ("general.dataset.0.name", STRING, "Set"),
    ("general.dataset.0.repo_url", STRING, "https://huggingface.co/datasets/acme/set"),
    ("general.dataset.1.url", STRING, "https://acme.example/set"),
    ("general.tags", ARRAY, (STRING, ["chat", "tiny", "chat"])),
    ("general.languages", ARRAY, (STRING, ["en", "no"])),
    ("general.file_type", U32, 15),
    ("general.quantization_version", U32, 2),
    ("general.alignment", U32, 64),
    ("llama.context_length", U32, 4096),
    ("llama.embedding_length", U64, 256),
    ("llama.block_count", U16, 2),
    ("llama.feed_forward_length", ARRAY, (I32, [512, 512])),
    ("llama.attention.head_count", U32, 8),
    ("llama.attention.head_count_kv", ARRAY, (U32, [8, 4])),
    ("llama.attention.layer_norm_rms_epsilon", F32, 1e-6),
    ("llama.rope.dimension_count", U32, 32),
    ("llama.rope.freq_base", F32, 1_000_000.0),
    ("llama.expert_count", U32, 8),
    ("llama.expert_used_count", U32, 2),
    ("tokenizer.ggml.model", STRING, "gpt2"),
    ("tokenizer.ggml.pre", STRING, "llama-bpe"),
    ("tokenizer.ggml.tokens", ARRAY, (STRING, [f"token{index}" for index in range(2000)])),
    ("tokenizer.ggml.scores", ARRAY, (F32, [0.5] * 2000)),
    ("tokenizer.ggml.bos_token_id", U32, 1),
    ("tokenizer.ggml.add_bos_token", BOOL, True),
    ("tokenizer.chat_template", STRING, "{% for m in messages %}\n{{ m }}{% endfor %}"),
]
GOOD_TENSORS: list[Tensor] = [
    ("token_embd.weight", (256, 3), 12, 0),
    ("blk.0.norm", (100,), 0, 448),
    ("blk.0.ffn", (64, 2), 8, 896),
    ("output", (5,), 1, 1088),
]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_whole_header_in_either_byte_order(order: str) -> None:
    data = gguf(GOOD_PAIRS, GOOD_TENSORS, alignment=64, order=order)
    start = len(data) - 1098
    facts = of(read, data)
    assert (facts.format, facts.title, facts.architecture, facts.model_type) == ("gguf", "GGUF 3", "llama", "llama")
    assert facts.parameters == (("F16", 5), ("F32", 100), ("Q4_K", 768), ("Q8_0", 128))
    assert facts.tensor_count == 4
    assert facts.tensors == (
        TensorInfo("token_embd.weight", "Q4_K", (256, 3), start, start + 432),
        TensorInfo("blk.0.norm", "F32", (100,), start + 448, start + 848),
        TensorInfo("blk.0.ffn", "Q8_0", (64, 2), start + 896, start + 1032),
        TensorInfo("output", "F16", (5,), start + 1088, start + 1098),
    )
    assert start % 64 == 0
    assert facts.hyperparameters == (
        ("context_length", "4096"),
        ("hidden_size", "256"),
        ("intermediate_size", "512"),
        ("num_attention_heads", "8"),
        ("num_experts_per_tok", "2"),
        ("num_hidden_layers", "2"),
        ("num_key_value_heads", "8, 4"),
        ("num_local_experts", "8"),
        ("quantization", "Q4_K_M"),
        ("quantization_version", "2"),
        ("rope_dimension_count", "32"),
        ("rope_theta", "1000000"),
        ("vocab_size", "2000"),
    )
    assert facts.tokenizer_settings == (
        ("add_bos_token", "true"),
        ("bos_token_id", "1"),
        ("model", "gpt2"),
        ("pre", "llama-bpe"),
        ("vocab_size", "2000"),
    )
    assert facts.chat_template == "{% for m in messages %}\n{{ m }}{% endfor %}"
    assert ("gguf:byte-order" in dict(facts.properties)) == (order == ">")
    assert facts.problems == ()


def test_what_the_header_claims_of_the_model_with_the_keys_that_say_so() -> None:
    claims = of(read, gguf(GOOD_PAIRS)).claims
    assert (claims.name, claims.owner, claims.version) == ("Tiny Llama", "Acme", "v1.1")
    assert claims.description == "A small model — test"
    assert claims.authors == ("Ann, Bob",)
    assert claims.url == "https://huggingface.co/acme/tiny-gguf"
    assert claims.license == "other"
    assert (claims.license_name, claims.license_link) == ("acme-licence", "https://acme.example/licence")
    assert claims.base_models == (
        BaseClaim("meta-llama/Llama-2-7b", "v2", "https://huggingface.co/meta-llama/Llama-2-7b"),
        BaseClaim("Other"),
    )
    assert claims.datasets == ("acme/set", "https://acme.example/set")
    assert (claims.languages, claims.tags) == (("en", "no"), ("chat", "tiny"))
    assert dict(claims.keys) == {
        "authors": "general.author",
        "base_models": "general.base_model.0.repo_url",
        "datasets": "general.dataset.0.repo_url",
        "description": "general.description",
        "languages": "general.languages",
        "license": "general.license",
        "license_link": "general.license.link",
        "license_name": "general.license.name",
        "name": "general.name",
        "owner": "general.organization",
        "tags": "general.tags",
        "url": "general.repo_url",
        "version": "general.version",
    }


def test_what_has_no_place_of_its_own_is_a_property() -> None:
    more: list[Pair] = [
        ("split.no", U16, 1),
        ("split.count", U16, 3),
        ("split.tensors.count", I32, 291),
        ("quantize.imatrix.dataset", STRING, "calibration.txt"),
        ("tokenizer.chat_template.tool_use", STRING, "{{ x }}"),
    ]
    assert of(read, gguf(GOOD_PAIRS + more)).properties == (
        ("gguf:alignment", "64"),
        ("gguf:basename", "Tiny"),
        ("gguf:chat-templates", "tool_use"),
        ("gguf:finetune", "Chat"),
        ("gguf:imatrix-dataset", "calibration.txt"),
        ("gguf:quantized-by", "Carl"),
        ("gguf:repo-url", "https://huggingface.co/acme/tiny-gguf"),
        ("gguf:size-label", "1B"),
        ("gguf:split-count", "3"),
        ("gguf:split-no", "1"),
        ("gguf:split-tensors-count", "291"),
        ("gguf:type", "model"),
    )


def test_an_adapter_says_what_it_is() -> None:
    facts = of(
        read,
        gguf(
            [
                ("general.architecture", STRING, "llama"),
                ("general.type", STRING, "adapter"),
                ("adapter.type", STRING, "lora"),
                ("adapter.lora.alpha", F32, 0.1),
            ]
        ),
    )
    assert facts.properties == (("gguf:adapter-type", "lora"), ("gguf:type", "adapter"))
    assert facts.hyperparameters == (("lora_alpha", "0.1"),)


def test_an_empty_header_says_nothing() -> None:
    facts = of(read, gguf([]))
    assert (facts.title, facts.parameters, facts.hyperparameters, facts.properties) == ("GGUF 3", (), (), ())
    assert (facts.architecture, facts.tensors, facts.problems, facts.claims.keys) == ("", (), (), ())


def test_version_2_is_laid_out_as_version_3() -> None:
    assert of(read, gguf(GOOD_PAIRS, GOOD_TENSORS, alignment=64, version=2)).title == "GGUF 2"


@pytest.mark.parametrize("version", [0, 1, 4, 0x10000])
def test_other_versions_are_refused(version: int) -> None:
    with pytest.raises(DocumentError, match="is not supported"):
        of(read, gguf([], version=version))


def test_the_vocabulary_of_the_architecture_goes_before_the_number_of_tokens() -> None:
    pairs: list[Pair] = [("general.architecture", STRING, "x"), ("x.vocab_size", U32, 7), *GOOD_PAIRS[43:44]]
    facts = of(read, gguf(pairs))
    assert dict(facts.hyperparameters)["vocab_size"] == "7"
    assert dict(facts.tokenizer_settings)["vocab_size"] == "2000"


@pytest.mark.parametrize(
    ("number", "name"), [(0, "F32"), (7, "Q8_0"), (38, "MXFP4_MOE"), (15 | 1024, "Q4_K_M"), (99, "")]
)
def test_file_types_have_the_names_that_people_know(number: int, name: str) -> None:
    found = dict(of(read, gguf([("general.file_type", U32, number)])).hyperparameters)
    assert found.get("quantization", "") == name


# Bytes of a block, in the order of `enum ggml_type`, as the structures of `ggml-common.h` add up.
BLOCKS = {
    "F32": (1, 4), "F16": (1, 2), "Q4_0": (32, 2 + 16), "Q4_1": (32, 4 + 16), "Q5_0": (32, 2 + 4 + 16),
    "Q5_1": (32, 4 + 4 + 16), "Q8_0": (32, 2 + 32), "Q8_1": (32, 4 + 32), "Q2_K": (256, 16 + 64 + 4),
    "Q3_K": (256, 32 + 64 + 12 + 2), "Q4_K": (256, 4 + 12 + 128), "Q5_K": (256, 4 + 12 + 32 + 128),
    "Q6_K": (256, 128 + 64 + 16 + 2), "Q8_K": (256, 4 + 256 + 32), "IQ2_XXS": (256, 2 + 64),
    "IQ2_XS": (256, 2 + 64 + 8), "IQ3_XXS": (256, 2 + 96), "IQ1_S": (256, 2 + 32 + 16), "IQ4_NL": (32, 2 + 16),
    "IQ3_S": (256, 2 + 64 + 8 + 32 + 4),
    "IQ2_S": (256, 2 + 64 + 8 + 8), "IQ4_XS": (256, 2 + 2 + 4 + 128), "I8": (1, 1), "I16": (1, 2), "I32": (1, 4),
    "I64": (1, 8), "F64": (1, 8), "IQ1_M": (256, 32 + 16 + 8), "BF16": (1, 2), "TQ1_0": (256, 48 + 4 + 2),
    "TQ2_0": (256, 64 + 2), "MXFP4": (32, 1 + 16), "NVFP4": (64, 4 + 32), "Q1_0": (128, 2 + 16), "Q2_0": (64, 2 + 16),
}  # fmt: skip
NUMBERS = [0, 1, 2, 3, *range(6, 31), 34, 35, 39, 40, 41, 42]


def test_blocks_are_as_long_as_their_structures() -> None:
    assert {number: (kind.name, (kind.elements, kind.size)) for number, kind in GGML_TYPES.items()} == dict(
        zip(NUMBERS, BLOCKS.items(), strict=True)
    )


def test_tables_agree_with_what_their_names_say() -> None:
    bits = {kind.name: kind.size * 8 / kind.elements for kind in GGML_TYPES.values()}
    assert (bits["Q4_0"], bits["Q8_0"], bits["Q6_K"], bits["IQ1_S"], bits["TQ2_0"]) == (
        4.5,
        8.5,
        6.5625,
        1.5625,
        2.0625,
    )
    assert (bits["MXFP4"], bits["NVFP4"], bits["Q1_0"], bits["BF16"], bits["I64"]) == (4.25, 4.5, 1.125, 16, 64)
    assert len({kind.name for kind in GGML_TYPES.values()}) == len(GGML_TYPES) == 35
    assert len(set(FILE_TYPES.values())) == len(FILE_TYPES)


WRONG_TYPES: list[Pair] = [
    ("general.name", U32, 5),
    ("general.license", ARRAY, (STRING, ["mit"])),
    ("general.tags", ARRAY, (U32, [1])),
    ("general.file_type", STRING, "fifteen"),
    ("general.base_model.0.name", BOOL, True),
    ("tokenizer.ggml.tokens", ARRAY, (U32, [1, 2])),
    ("tokenizer.chat_template", ARRAY, (STRING, ["x"])),
]


def test_values_of_unexpected_types_count_as_absent() -> None:
    facts = of(read, gguf(WRONG_TYPES))
    assert facts.claims.keys == ()
    assert (facts.claims.name, facts.claims.license, facts.claims.tags, facts.claims.base_models) == ("", "", (), ())
    assert (facts.hyperparameters, facts.tokenizer_settings, facts.chat_template) == ((), (), "")


def test_texts_that_cannot_be_shown_are_left_out() -> None:
    pairs: list[Pair] = [
        ("general.name", STRING, b"\xff\xfe"),
        ("general.version", STRING, "a\x1b[31m"),
        ("general.license", STRING, "x" * 600),
        ("general.tags", ARRAY, (STRING, ["ok", "b\0ad", "x" * 600])),
        ("tokenizer.ggml.model", STRING, "a\u202eb"),
    ]
    facts = of(read, gguf(pairs))
    assert (facts.claims.name, facts.claims.version, facts.claims.license) == ("", "", "")
    assert (facts.claims.tags, facts.tokenizer_settings) == (("ok",), ())


def test_numbers_that_are_none_are_left_out() -> None:
    pairs: list[Pair] = [("general.architecture", STRING, "x"), ("x.rope.freq_base", F32, float("nan"))]
    assert of(read, gguf(pairs)).hyperparameters == ()


def test_a_link_to_another_page_of_the_hub_is_no_name_of_a_model() -> None:
    for link in (
        "https://huggingface.co/papers/2307.09288",
        "https://huggingface.co/a",
        "https://huggingface.co/a/b/c",
    ):
        pairs: list[Pair] = [("general.base_model.0.name", STRING, "N"), ("general.base_model.0.url", STRING, link)]
        assert of(read, gguf(pairs)).claims.base_models == (BaseClaim("N", "", link),)


def test_a_template_is_kept_whole_up_to_its_bound() -> None:
    for length, kept in ((MAX_TEMPLATE, MAX_TEMPLATE), (MAX_TEMPLATE + 1, 0)):
        facts = of(read, gguf([("tokenizer.chat_template", STRING, "x" * length)]))
        assert len(facts.chat_template) == kept
        assert facts.problems == (
            () if kept else (f"the chat template is longer than {MAX_TEMPLATE} bytes and is not described",)
        )
    facts = of(read, gguf([("tokenizer.chat_template", STRING, b"\xff")]))
    assert facts.problems == ("the chat template is not UTF-8 text and is not described",)


def test_the_older_list_of_datasets() -> None:
    claims = of(read, gguf([("general.datasets", ARRAY, (STRING, ["a/b", "c"]))])).claims
    assert (claims.datasets, dict(claims.keys)) == (("a/b", "c"), {"datasets": "general.datasets"})


# How the tensors lie.


def tensors_of(*tensors: Tensor, data: int | None = None) -> tuple[tuple[str, ...], list[str]]:
    facts = of(read, gguf([], list(tensors), data))
    assert facts.tensor_count == len(tensors)
    return facts.problems, [tensor.name for tensor in facts.tensors]


def test_tensors_that_follow_each_other_are_fine_in_any_order() -> None:
    assert tensors_of(("b", (8,), 0, 32), ("a", (8,), 0, 0)) == ((), ["b", "a"])
    assert tensors_of(("empty", (0, 4), 0, 0), ("a", (8,), 0, 0), ("scalar", (), 0, 32)) == (
        (),
        ["empty", "a", "scalar"],
    )


def test_a_file_that_is_cut_off_keeps_its_header() -> None:
    data = gguf(GOOD_PAIRS, GOOD_TENSORS, data=500, alignment=64)
    facts = of(read, data)
    start = len(data) - 500
    assert facts.problems == (
        "the file ends before its tensors do: 3 of 4 tensors are not whole, "
        f"the last ends at {start + 1098} and the file at {start + 500}",
    )
    assert [tensor.name for tensor in facts.tensors] == ["token_embd.weight"]
    assert (facts.tensor_count, sum(count for _, count in facts.parameters)) == (4, 1001)
    assert facts.claims.name == "Tiny Llama"


def test_tensors_that_overlap_are_reported() -> None:
    problems, names = tensors_of(("a", (16,), 0, 0), ("b", (8,), 0, 32))
    assert problems == ("tensors 'a' and 'b' overlap",)
    assert names == ["a", "b"]


def test_a_tensor_inside_another_does_not_hide_the_next_overlap() -> None:
    problems, _ = tensors_of(("a", (100,), 0, 0), ("b", (8,), 0, 32), ("c", (8,), 0, 96))
    assert problems == ("tensors 'a' and 'b' overlap", "tensors 'a' and 'c' overlap")


def test_a_tensor_off_its_alignment_is_reported() -> None:
    problems, _ = tensors_of(("a", (4,), 0, 0), ("b", (4,), 0, 16))
    assert problems == ("tensor 'b' does not begin at a multiple of 32",)


def test_bytes_that_belong_to_no_tensor_are_reported() -> None:
    assert tensors_of(("a", (8,), 0, 0), ("b", (8,), 0, 96))[0] == ("64 bytes before tensor 'b' belong to no tensor",)
    assert tensors_of(("a", (8,), 0, 0), data=64)[0] == ("32 bytes behind the last tensor belong to no tensor",)
    assert tensors_of(("a", (8,), 0, 0), data=63)[0] == ()


def test_a_tensor_of_an_unknown_type_has_no_range() -> None:
    facts = of(read, gguf([], [("a", (8,), 0, 0), ("b", (10,), 66, 32)], 100))
    assert facts.problems == ("tensor 'b' has the element type 66, which ggml does not know",)
    assert [tensor.name for tensor in facts.tensors] == ["a"]
    assert facts.parameters == (("F32", 8), ("ggml-type-66", 10))


def test_rows_that_do_not_fill_blocks_have_no_range() -> None:
    facts = of(read, gguf([], [("a", (100, 256), 12, 0)], 20000))
    assert facts.problems == ("tensor 'a' has rows that do not divide into blocks of Q4_K",)
    assert facts.tensors == ()
    assert of(read, gguf([], [("a", (), 12, 0)], 144)).tensors == ()


def test_many_faults_are_counted() -> None:
    facts = of(read, gguf([], [(f"t{index}", (8,), 66, 0) for index in range(100)], 0))
    assert len(facts.problems) == 17
    assert facts.problems[-1] == "84 more things like these are wrong"


# What is refused.

ONE: list[Pair] = [("k", U32, 1)]


def raw(*numbers: tuple[str, int]) -> bytes:
    """A header of one key `k` whose value is these numbers, whatever they mean, and something behind it."""
    return (
        gguf([])[:16]
        + struct.pack("<Q", 1)
        + text("k")
        + b"".join(struct.pack("<" + to, item) for to, item in numbers)
        + bytes(99)
    )


REFUSED: dict[str, tuple[bytes, str]] = {
    "no signature": (b"GGML" + gguf([])[4:], "does not begin with GGUF"),
    "empty": (b"", "are not there"),
    "cut in the head": (gguf([])[:20], "are not there"),
    "more keys than bytes": (b"GGUF" + struct.pack("<IQQ", 3, 0, 1000) + bytes(100), "claims 1000 keys"),
    "more tensors than bytes": (b"GGUF" + struct.pack("<IQQ", 3, 1000, 0) + bytes(100), "and 1000 tensors"),
    "huge counts": (b"GGUF" + struct.pack("<IQQ", 3, 1 << 63, 1 << 63) + bytes(100), "more than it could hold"),
    "key twice": (gguf(ONE * 2), "key 'k' is there twice"),
    "key of no ASCII": (gguf([("é", U32, 1)]), "no plain ASCII"),
    "key with a control character": (gguf([("a\n", U32, 1)]), "no plain ASCII"),
    "key too long": (gguf([("k" * 65_536, U32, 1)]), "the limit is 65535"),
    "unknown type of a value": (raw(("I", 13), ("I", 0)), "unknown type 13"),
    "unknown type in an array": (raw(("I", ARRAY), ("I", 13), ("Q", 9)), "unknown type 13"),
    "text past the end": (gguf([("k", STRING, "abc")])[:-1], "cut off"),
    "long text past the end": (gguf([("k", STRING, "a" * 5000)])[:-1], "past the end"),
    "numbers past the end": (gguf([("k", ARRAY, (U64, [1] * 2000))])[:-1], "past the end"),
    "few numbers past the end": (gguf([("k", ARRAY, (U64, [1] * 20))])[:-1], "cut off"),
    "more texts than bytes": (gguf([("k", ARRAY, (STRING, ["a"] * 9))])[:-60], "claims 9 texts"),
    "many texts past the end": (gguf([("k", ARRAY, (STRING, ["a" * 9] * 2000))])[:-1], "past the end"),
    "a text among many with a huge length": (
        gguf([("k", ARRAY, (STRING, ["a"] * 1000 + [b"b" * 8] * 1000))]).replace(text(b"b" * 8), b"\xff" * 16, 1),
        "cut off",
    ),
    "arrays nested too deeply": (
        gguf([("k", ARRAY, (ARRAY, [(ARRAY, [(ARRAY, [(ARRAY, [])])])]))]),
        "nested too deeply",
    ),
    "too many arrays": (raw(("I", ARRAY), ("I", ARRAY), ("Q", 1 << 40)), "too many"),
    "alignment 0": (gguf([("general.alignment", U32, 0)]), "no power of two"),
    "alignment 48": (gguf([("general.alignment", U32, 48)]), "no power of two"),
    "alignment of 64 bits": (gguf([("general.alignment", U64, 32)]), "no power of two"),
    "alignment as a text": (gguf([("general.alignment", STRING, "32")]), "no power of two"),
    "tensor twice": (gguf([], [("a", (1,), 0, 0), ("a", (1,), 0, 32)]), "same name"),
    "tensor without a name": (gguf([], [("", (1,), 0, 0)]), "no text on one line"),
    "tensor with a name on two lines": (gguf([], [("a\nb", (1,), 0, 0)]), "no text on one line"),
    "tensor with a long name": (gguf([], [("a" * 1025, (1,), 0, 0)]), "the limit is 1024"),
    "nine dimensions": (gguf([], [("a", (1,) * 9, 0, 0)]), "9 dimensions"),
    "elements beyond 63 bits": (gguf([], [("a", (1 << 32, 1 << 32), 66, 0)], 9), "more elements"),
    "dimension beyond 63 bits": (gguf([], [("a", (1 << 63, 0), 0, 0)], 9), "more elements"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_contradicts_itself_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        of(read, data)


def test_nested_arrays_within_the_bounds_are_passed_over() -> None:
    nested = ("k", ARRAY, (ARRAY, [(ARRAY, [(ARRAY, [(U8, [1, 2])])]), (STRING, ["a", "b"])]))
    assert of(read, gguf([nested, ("general.name", STRING, "after")])).claims.name == "after"


def test_metadata_that_is_no_vocabulary_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attest.formats.gguf.MAX_KEPT", 100)
    assert of(read, gguf([("a", STRING, "x" * 50), ("b", ARRAY, (U8, [1] * 50))])).problems == ()
    with pytest.raises(DocumentError, match="longer than 100 bytes"):
        of(read, gguf([("a", STRING, "x" * 51), ("b", ARRAY, (U8, [1] * 50))]))


def test_a_header_that_is_cut_off_anywhere_is_refused() -> None:
    pairs = [pair for pair in GOOD_PAIRS if not str(pair[0]).startswith("tokenizer.ggml")]
    whole = header(pairs, GOOD_TENSORS)
    assert of(read, whole).problems
    for length in range(len(whole)):
        with pytest.raises(DocumentError):
            of(read, whole[:length])


# How much is read, and how fast.


def test_tensor_data_is_not_read() -> None:
    head = gguf(GOOD_PAIRS, [("a", (1 << 30,), 0, 0)], 0, alignment=64)
    watched = Watched(head, len(head) + (4 << 30))
    facts = read(watched.source())
    assert facts.problems == ()
    assert facts.parameters == (("F32", 1 << 30),)
    assert watched.reads == [(0, 24), (24, 1 << 20)]


def test_a_large_vocabulary_is_walked_in_large_blocks_and_long_arrays_are_stepped_over() -> None:
    tokens: list[Pair] = [
        ("tokenizer.ggml.scores", ARRAY, (F32, [0.0] * 1_000_000)),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, ["abcdefgh"] * 262_144)),
        ("general.name", STRING, "behind"),
    ]
    watched = Watched(gguf(tokens))
    source = watched.source()
    began = time.process_time()
    facts = read(source)
    spent = time.process_time() - began
    assert facts.claims.name == "behind"
    assert dict(facts.tokenizer_settings) == {"vocab_size": "262144"}
    assert len(watched.reads) < 10
    assert watched.total < 7 << 20  # 4 MB of scores are not among them
    assert spent < 1.0  # 0.04 s on the machine it was written on; a reader that builds the list takes 4 s


# Anything at all.

SMALL = gguf(
    [*GOOD_PAIRS[:3], ("general.tags", ARRAY, (STRING, ["a"])), ("x", ARRAY, (U8, [1])), *GOOD_PAIRS[-3:]],
    GOOD_TENSORS,
)
KEYS = st.sampled_from([str(key) for key, _, _ in GOOD_PAIRS] + ["llama.vocab_size", "split.no", "adapter.lora.alpha"])
SCALARS = st.sampled_from(sorted(LAYOUTS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.floats(width=32) if kind in {F32, F64} else st.booleans() if kind == BOOL else st.integers(0, 127),
    )
)
TEXTS = st.tuples(st.just(STRING), st.text(max_size=20) | st.binary(max_size=20))
ARRAYS = st.one_of(
    st.tuples(st.just(ARRAY), st.tuples(st.just(STRING), st.lists(st.text(max_size=9), max_size=5))),
    st.tuples(st.just(ARRAY), st.tuples(st.just(I32), st.lists(st.integers(-9, 9), max_size=5))),
)


@settings(deadline=None, max_examples=100)
@given(st.dictionaries(KEYS, SCALARS | TEXTS | ARRAYS, max_size=12), st.sampled_from("<>"))
def test_any_values_under_known_keys(values: dict[str, tuple[int, Any]], order: str) -> None:
    values.pop("general.alignment", None)
    data = gguf([(key, kind, value) for key, (kind, value) in values.items()], order=order)
    assert survives(read, data) is not None


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_good_file_with_other_bytes_in_it(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for position, byte in changes:
        data[position] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_anything_behind_the_signature(rest: bytes) -> None:
    survives(read, b"GGUF\x03\0\0\0" + rest)


@pytest.mark.model
def test_the_first_part_of_a_real_model() -> None:
    path = MODELS / "gemma" / "gemma-3-270m-q4_k_m.gguf.part00"
    assert path.is_file(), "run scripts/fixtures models first"
    with path.open("rb") as file:

        def read_at(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        facts = read(Source(path.name, path.stat().st_size, read_at))
    assert (facts.title, facts.architecture, facts.tensor_count) == ("GGUF 3", "gemma3", 236)
    assert facts.parameters == (
        ("F32", 55_936),
        ("Q4_K", 23_592_960),
        ("Q5_0", 63_406_080),
        ("Q6_K", 11_796_480),
        ("Q8_0", 169_246_720),
    )
    assert facts.hyperparameters == (
        ("context_length", "32768"),
        ("hidden_size", "640"),
        ("intermediate_size", "2048"),
        ("num_attention_heads", "4"),
        ("num_hidden_layers", "18"),
        ("num_key_value_heads", "1"),
        ("quantization", "Q4_K_M"),
        ("quantization_version", "2"),
        ("rope_theta", "1000000"),
        ("sliding_window", "512"),
        ("vocab_size", "262144"),
    )
    assert (facts.claims.name, facts.claims.license) == ("Gemma 3 270m", "gemma")
    assert facts.claims.tags == ("gemma3", "gemma", "google", "text-generation")
    assert dict(facts.tokenizer_settings)["eos_token_id"] == "1"
    assert facts.tensors == (TensorInfo("output_norm.weight", "F32", (640,), 6_525_120, 6_527_680),)
    assert facts.problems == (
        "the file ends before its tensors do: 235 of 236 tensors are not whole, "
        "the last ends at 253113024 and the file at 63963136",
    )
