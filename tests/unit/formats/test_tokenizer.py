"""Tokenizers: what their documents say, and how many entries their vocabularies have."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import tokenizer
from attest.formats.facts import Facts
from attest.formats.source import Source
from attest.formats.tokenizer import read_sentencepiece, read_tokenizer, read_tokenizer_config
from tests.unit.formats.wire_builder import message, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"


def config(**members: Any) -> Facts:
    return read_tokenizer_config(json.dumps(members).encode())


def settings_of(found: Facts) -> dict[str, str]:
    return dict(found.tokenizer_settings)


def test_a_configuration() -> None:
    found = config(
        tokenizer_class="LlamaTokenizer", model_max_length=4096, bos_token="<s>", pad_token=None, legacy=False,
        eos_token={"__type": "AddedToken", "content": "</s>", "lstrip": False}, padding_side="left",
        additional_special_tokens=["<a>", {"content": "<b>"}, 3], do_lower_case=True, chat_template="{{ x }}\n",
        model_input_names=["input_ids", "attention_mask"], added_tokens_decoder={"0": {"content": "<unk>"}},
    )  # fmt: skip
    assert settings_of(found) == {
        "tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "padding_side": "left",
        "legacy": "false", "additional_special_tokens": "<a>, <b>", "do_lower_case": "true",
        "model_input_names": "input_ids, attention_mask",
    }  # fmt: skip
    assert found.hyperparameters == (("context_length", "4096"),)
    assert (found.chat_template, found.properties, found.problems) == ("{{ x }}\n", (), ())


@pytest.mark.parametrize("text", ["1000000000000000019884624838656", "1" + "0" * 60])
@pytest.mark.parametrize("space", ["", " ", "\n  "])
def test_the_number_that_means_that_there_is_no_limit(text: str, space: str) -> None:
    data = f'{{"model_max_length"{space}:{space}{text}{space}, "tokenizer_class": "X"}}'.encode()
    found = read_tokenizer_config(data)
    assert (found.hyperparameters, settings_of(found)) == ((), {"tokenizer_class": "X"})


def test_lengths_that_are_none() -> None:
    for value in (0, -1, True, "512", 1 << 41, None, 1.5):
        assert config(model_max_length=value).hyperparameters == ()


def test_a_text_that_looks_like_that_number_stays_as_it_is() -> None:
    template = 'say "model_max_length": 1000000000000000019884624838656, please'
    assert config(chat_template=template).chat_template == template


def test_several_templates() -> None:
    found = config(chat_template=[{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}, 3, {}])
    assert found.chat_template == "a"
    assert dict(found.properties) == {"tokenizer:chat-templates": "default, tool_use"}
    assert config(chat_template=[{"name": "rag", "template": "b"}]).chat_template == ""
    assert config(chat_template={"a": "b"}).chat_template == ""


def test_a_template_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "MAX_TEMPLATE", 10)
    found = config(chat_template="x" * 11)
    assert (found.chat_template, found.problems) == ("", ("the chat template is too long to be described",))


def test_code_of_the_repository() -> None:
    found = config(auto_map={"AutoTokenizer": ["tokenization_x.XTokenizer", None]})
    assert dict(found.properties) == {"tokenizer:custom-code": "true"}


def test_texts_that_are_not_fit_to_be_shown_are_left_out() -> None:
    assert settings_of(config(tokenizer_class="X\x1b", bos_token="x" * 600, eos_token=["<s>"], sep_token=3)) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b'{"a":1,"a":2}',
        b"\xff",
        b'{"x":' + b"[" * 99 + b"]" * 99 + b"}",
        b'{"a":123456789012345678901234567890}',
        b'{"a":"\\ud800"}',
        b"{}" + b" " * (9 << 20),
    ],
    ids=["nothing", "list", "open", "twice", "no text", "deep", "number", "surrogate", "long"],
)
def test_refuses_what_is_no_strict_object(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_tokenizer_config(data)


# tokenizer.json.


def document(model: dict[str, Any], **others: Any) -> dict[str, Any]:
    parts = [{"type": "NFC"}, {"type": "Lowercase"}]
    return {
        "version": "1.0", "added_tokens": [{"id": 0, "content": "<s>"}],
        "normalizer": {"type": "Sequence", "normalizers": parts},
        "pre_tokenizer": {"type": "ByteLevel"}, "post_processor": None, "decoder": {"type": "ByteLevel"}, **others,
        "model": model,
    }  # fmt: skip


def tokens(value: Any, indent: int | None = None, size: int = 0) -> dict[str, str]:
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    return settings_of(read_tokenizer(data, size or len(data)))


BPE = {"type": "BPE", "dropout": None, "vocab": {"<s>": 0, "a": 1, "é": 2}, "merges": [["a", "é"]]}
HEAD = {
    "model": "BPE", "added_tokens": "1", "normalizer": "NFC, Lowercase", "pre_tokenizer": "ByteLevel",
    "decoder": "ByteLevel",
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_a_tokenizer(indent: int | None) -> None:
    assert tokens(document(BPE), indent) == HEAD | {"vocab_size": "3"}
    unigram = {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.5]], "byte_fallback": False}
    assert tokens(document(unigram), indent)["vocab_size"] == "2"
    assert tokens(document({"type": "WordLevel", "vocab": {}}), indent)["vocab_size"] == "0"


def test_of_a_part_of_it_the_vocabulary_is_not_counted() -> None:
    assert tokens(document(BPE), size=10_000) == HEAD
    data = json.dumps(document(BPE)).encode()
    at = data.index(b'"vocab"')
    assert settings_of(read_tokenizer(data[: at + 12], len(data))) == HEAD
    for length in range(at + 9):
        with pytest.raises(DocumentError, match="no vocabulary"):
            read_tokenizer(data[:length], len(data))


def test_vocabularies_elsewhere_do_not_deceive() -> None:
    trap = document(BPE, decoder={"type": "X", "vocab": {"model": {"vocab": 1}}}, note='"vocab": {"a": 1}')
    assert tokens(trap)["vocab_size"] == "3"
    assert tokens(document({"type": '"vocab":{', "vocab": {"x": 1}}))["vocab_size"] == "1"


def test_entries_that_are_there_twice_count_once() -> None:
    data = json.dumps(document(BPE)).replace('"a": 1', '"<s>": 1').encode()
    assert settings_of(read_tokenizer(data, len(data)))["vocab_size"] == "2"


@pytest.mark.parametrize(
    "vocabulary",
    [
        b"{",
        b'{"a":1',
        b'{"a":}',
        b"[[1]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":"\xff"}',
        b"{'a':1}",
    ],
    ids=["open", "cut", "no value", "list", "deep list", "deep table", "no text", "quotes"],
)
def test_refuses_a_broken_vocabulary(vocabulary: bytes) -> None:
    data = b'{"model":{"type":"BPE","vocab":' + vocabulary
    with pytest.raises(DocumentError, match=r"the vocabulary of tokenizer\.json"):
        read_tokenizer(data, len(data))


def test_what_stands_before_the_vocabulary_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "MAX_BEFORE", 10)
    with pytest.raises(DocumentError, match="no vocabulary"):
        tokens(document(BPE))


def test_a_long_tokenizer_is_read_quickly() -> None:
    vocabulary = {f"token{index}": index for index in range(100_000)}
    merges = [[f"a{index}", f"b{index}"] for index in range(100_000)]
    data = json.dumps(document({"type": "BPE", "vocab": vocabulary, "merges": merges})).encode()
    start = time.perf_counter()
    assert settings_of(read_tokenizer(data, len(data)))["vocab_size"] == "100000"
    assert time.perf_counter() - start < 5


# SentencePiece.


def piece(text: str) -> tuple[int, bytes]:
    return 1, message((1, text), (2, -1.5), (3, 1))


TRAINER = (2, message((1, "/private/corpus.txt"), (3, 2), (4, 99), (35, 1), (40, 0)))
NORMALIZER = (3, message((1, "nmt_nfkc"), (2, b"\0" * 50)))


def test_a_sentencepiece_model() -> None:
    found = of(read_sentencepiece, message(piece("<unk>"), piece("▁a"), TRAINER, NORMALIZER))
    assert (found.format, found.title) == ("sentencepiece", "SentencePiece model")
    assert settings_of(found) == {
        "model": "bpe", "byte_fallback": "true", "normalizer": "nmt_nfkc", "vocab_size": "2",
    }  # fmt: skip


def test_the_defaults_and_names_of_sentencepiece() -> None:
    for kind, name in ((1, "unigram"), (2, "bpe"), (3, "word"), (4, "char"), (9, None)):
        found = of(read_sentencepiece, message(piece("a"), (2, message((3, kind)))))
        assert settings_of(found).get("model") == name
    assert settings_of(of(read_sentencepiece, message(piece("a"), (2, b""))))["model"] == "unigram"
    assert "normalizer" not in settings_of(of(read_sentencepiece, message(piece("a"), TRAINER, (3, b""))))


@pytest.mark.parametrize("data", [b"", message(TRAINER), message(piece("a")), b"\n\xff", b"\x0a\x05abc", b"text\n"])
def test_refuses_what_is_no_sentencepiece_model(data: bytes) -> None:
    with pytest.raises(DocumentError):
        of(read_sentencepiece, data)


# Hostile bytes.


def test_every_truncation_of_a_configuration_is_refused() -> None:
    data = json.dumps({"tokenizer_class": "X", "chat_template": "é" * 20}).encode()
    for length in range(len(data)):
        with pytest.raises(DocumentError):
            read_tokenizer_config(data[:length])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "vocab", "content", "name", "template", "normalizers"]), inner, max_size=3
    ),
    max_leaves=10,
)  # fmt: skip
NAMES = ["tokenizer_class", "chat_template", "bos_token", "model_max_length", "additional_special_tokens", "auto_map",
         "model", "normalizer", "added_tokens", "decoder"]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5), st.binary(max_size=3))
def test_any_document(value: dict[str, Any], noise: bytes) -> None:
    data = json.dumps(value).encode()
    for found in (data, data + noise, noise):
        for read in (read_tokenizer_config, lambda text: read_tokenizer(text, len(text))):
            with contextlib.suppress(DocumentError):
                for name, text in read(found).tokenizer_settings:
                    assert name.isprintable()
                    assert text.isprintable()


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 255)), min_size=1, max_size=5))
def test_any_change_of_a_sentencepiece_model(changes: list[tuple[int, int]]) -> None:
    data = bytearray(message(piece("<unk>"), piece("▁a"), TRAINER, NORMALIZER))
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(read_sentencepiece, bytes(data))


@pytest.mark.model
def test_a_real_tokenizer() -> None:
    folder = MODELS / "minilm"
    assert folder.is_dir(), "run scripts/fixtures models first"
    found = read_tokenizer_config((folder / "tokenizer_config.json").read_bytes())
    assert found.hyperparameters == (("context_length", "512"),)
    assert settings_of(found) == {
        "cls_token": "[CLS]", "do_lower_case": "true", "mask_token": "[MASK]", "pad_token": "[PAD]",
        "sep_token": "[SEP]",
        "tokenize_chinese_chars": "true", "tokenizer_class": "BertTokenizer", "unk_token": "[UNK]",
    }  # fmt: skip
    data = (folder / "tokenizer.json").read_bytes()
    assert settings_of(read_tokenizer(data, len(data))) == {
        "added_tokens": "5", "decoder": "WordPiece", "model": "WordPiece", "normalizer": "BertNormalizer",
        "post_processor": "TemplateProcessing", "pre_tokenizer": "BertPreTokenizer", "vocab_size": "30522",
    }  # fmt: skip
    with pytest.raises(DocumentError):
        read_sentencepiece(Source.of_bytes("vocab.txt", (folder / "vocab.txt").read_bytes()))
