"""fastText models, put together as its own code writes them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import fasttext
from attest.formats.facts import TensorInfo
from attest.formats.fasttext import read
from tests.unit.formats.wire_builder import of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
ARGUMENTS = {
    "dim": 4, "ws": 5, "epoch": 6, "min_count": 1, "neg": 7, "word_ngrams": 2, "loss": 3, "model": 3, "bucket": 10,
    "minn": 2, "maxn": 3, "rate": 100,
}  # fmt: skip


def matrix(rows: int, columns: int) -> bytes:
    return struct.pack("<2q", rows, columns) + bytes(4 * rows * columns)


def model(
    entries: tuple[list[str], list[str]] = (["the", "of"], ["__label__a", "__label__b"]),
    rest: bytes | None = None,
    **changes: Any,
) -> bytes:
    """A model of these words and labels; `changes` go to the header alone."""
    words, labels = entries
    values = ARGUMENTS | {"magic": 793712314, "version": 12, "sampling": 1e-4, "tokens": 99, "pruned": -1} | changes
    values = {"words": len(words), "labels": len(labels)} | values
    values = {"size": values["words"] + values["labels"]} | values
    data = struct.pack("<2i", values["magic"], values["version"])
    data += struct.pack("<12i", *(values[name] for name in ARGUMENTS)) + struct.pack("<d", values["sampling"])
    data += struct.pack("<3i2q", values["size"], values["words"], values["labels"], values["tokens"], values["pruned"])
    for kind, names in ((0, words), (1, labels)):
        data += b"".join(name.encode() + b"\0" + struct.pack("<qb", 5, kind) for name in names)
    data += bytes(8 * max(values["pruned"], 0))
    return data + (b"\0" + matrix(12, 4) + b"\0" + matrix(2, 4) if rest is None else rest)


def properties(data: bytes) -> dict[str, str]:
    return dict(of(read, data).properties)


def test_a_supervised_model() -> None:
    data = model()
    found = of(read, data)
    assert (found.format, found.title, found.architecture) == ("fasttext", "fastText, version 12", "")
    assert (found.framework, found.model_type, found.problems) == ("fasttext", "fasttext", ())
    assert dict(found.hyperparameters) == {
        "dim": "4", "ws": "5", "epoch": "6", "min_count": "1", "neg": "7", "word_ngrams": "2", "loss": "softmax",
        "model": "supervised", "bucket": "10", "minn": "2", "maxn": "3", "vocab_size": "2",
    }  # fmt: skip
    assert properties(data) == {
        "fasttext:labels": "2", "fasttext:label-names": "__label__a, __label__b", "fasttext:quantized": "false",
        "fasttext:version": "12",
    }  # fmt: skip
    assert (found.parameters, found.tensor_count) == ((("float32", 12 * 4 + 2 * 4),), 2)
    end = len(data)
    assert found.tensors == (
        TensorInfo("input", "float32", (12, 4), end - 32 - 17 - 192, end - 32 - 17),
        TensorInfo("output", "float32", (2, 4), end - 32, end),
    )


@pytest.mark.parametrize(
    ("loss", "kind", "names"),
    [
        (1, 1, ("hierarchical softmax", "cbow")), (2, 2, ("negative sampling", "skipgram")),
        (4, 3, ("one-vs-all", "supervised")), (9, 9, (None, None)),
    ],
)  # fmt: skip
def test_names_of_losses_and_models(loss: int, kind: int, names: tuple[str | None, str | None]) -> None:
    found = dict(of(read, model(loss=loss, model=kind)).hyperparameters)
    assert (found.get("loss"), found.get("model")) == names


def test_older_supervised_models_use_no_character_ngrams() -> None:
    assert dict(of(read, model(version=11)).hyperparameters)["maxn"] == "0"
    assert dict(of(read, model(version=11, model=2)).hyperparameters)["maxn"] == "3"


def test_a_model_without_labels() -> None:
    assert properties(model((["the"], []), model=2)).keys() == {"fasttext:quantized", "fasttext:version"}


def test_a_quantised_model() -> None:
    found = of(read, model(rest=b"\1" + bytes(100), pruned=3))
    assert dict(found.properties)["fasttext:quantized"] == "true"
    assert (found.parameters, found.tensors, found.problems) == ((), (), ())


def test_labels_that_cannot_be_written_down_are_left_out() -> None:
    assert properties(model(([], ["__label__a\x1b", "__label__b"])))["fasttext:label-names"] == "__label__b"


def test_a_dictionary_across_blocks() -> None:
    words = [f"word{index}" * 20 for index in range(20_000)]
    found = of(read, model((words, ["__label__a", "__label__b"])))
    assert (found.problems, found.tensor_count) == ((), 2)
    assert dict(found.properties)["fasttext:labels"] == "2"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"words": 3, "labels": 1}, "claims 1 labels, and the dictionary has 2"),
        ({"words": 100_000_000}, "no room for 100000002 words"),
        ({"words": 30}, "the dictionary is broken at"),
        ({"rest": b"\0" + matrix(12, 5)}, "the input matrix does not fit"),
        ({"rest": b"\0" + matrix(12, 4)[:-1]}, "the input matrix does not fit"),
        ({"rest": b"\0" + struct.pack("<2q", -1, 4)}, "the input matrix does not fit"),
        ({"rest": b"\0" + struct.pack("<2q", 1 << 60, 4)}, "the input matrix does not fit"),
        ({"rest": b"\0" + matrix(12, 4) + b"\0" + matrix(2, 3)}, "the output matrix does not fit"),
        ({"rest": b"\0" + matrix(12, 4) + b"\0" + matrix(2, 4) + b"more"}, "4 bytes stand behind the last matrix"),
    ],
)
def test_what_does_not_add_up_is_not_counted(changes: dict[str, Any], problem: str) -> None:
    found = of(read, model(**changes))
    assert any(problem in text for text in found.problems)
    if "rest" in changes:
        assert found.parameters == ()


def test_long_dictionaries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasttext, "MAX_ENTRIES", 3)
    found = of(read, model())
    assert (found.problems, found.parameters) == ((), ())
    assert dict(found.properties) == {"fasttext:labels": "2", "fasttext:version": "12"}
    monkeypatch.setattr(fasttext, "MAX_ENTRIES", 100_000)
    monkeypatch.setattr(fasttext, "MAX_DICTIONARY", 1 << 20)
    assert of(read, model((["w" * 200] * 20_000, []))).parameters == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"magic": 1}, {"version": 13}, {"version": 0}, {"words": -1}, {"size": 3}, {"dim": 0}, {"dim": -5},
        {"tokens": -1}, {"sampling": float("nan")},
    ],
)  # fmt: skip
def test_refuses_a_header_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        of(read, model(**changes))


@pytest.mark.parametrize("changes", [{"pruned": 1 << 60, "rest": b""}, {"words": 2**30}, {"bucket": 2**31 - 1}])
@pytest.mark.timeout(60)
def test_a_header_that_claims_very_much_costs_nothing(changes: dict[str, Any]) -> None:
    data = model(**{name: value for name, value in changes.items() if name != "pruned"})
    if "pruned" in changes:
        data = data.replace(struct.pack("<2q", 99, -1), struct.pack("<2q", 99, changes["pruned"]))
    of(read, data)


def test_every_truncation_is_told() -> None:
    data = model()
    for length in range(len(data)):
        found = survives(read, data[:length])
        assert found is None or found.parameters == ()


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=5))
def test_any_change_gives_facts_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(model())
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300))
def test_anything_behind_the_magic_number(rest: bytes) -> None:
    survives(read, struct.pack("<2i", 793712314, 12) + rest)


@pytest.mark.model
def test_a_real_model() -> None:
    path = MODELS / "langdetect" / "lid.176.ftz"
    assert path.is_file(), "run scripts/fixtures models first"
    found = of(read, path.read_bytes())
    assert (found.title, found.architecture, found.problems) == ("fastText, version 12", "", ())
    assert dict(found.hyperparameters) == {
        "bucket": "2000000", "dim": "16", "epoch": "5", "loss": "hierarchical softmax", "maxn": "4",
        "min_count": "1000", "minn": "2", "model": "supervised", "neg": "5", "vocab_size": "7235",
        "word_ngrams": "1", "ws": "5",
    }  # fmt: skip
    shown = dict(found.properties)
    assert (shown["fasttext:labels"], shown["fasttext:quantized"]) == ("176", "true")
    assert shown["fasttext:label-names"].startswith("__label__en, __label__ru, __label__de, ")
    assert shown["fasttext:label-names"].count("__label__") == 176
