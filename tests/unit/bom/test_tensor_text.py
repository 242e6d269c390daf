"""A tensor as the text of a property: one way to write it, and nothing else is read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.bom.tensor_text import form_text, from_text, to_text
from attest.domain.bom import TensorRecord
from attest.formats.gguf_types import GGML_TYPES
from attest.formats.safetensors import ELEMENT_BITS

HEX = "0123456789abcdef" * 4
RECORDS = st.builds(
    TensorRecord,
    name=st.text(max_size=20),
    dtype=st.sampled_from([*ELEMENT_BITS, *(kind.name for kind in GGML_TYPES.values()), "float32", "ggml-type-99"]),
    shape=st.lists(st.integers(0, 2**62), max_size=8).map(tuple),
    sha256=st.sampled_from(["", "0" * 64, HEX]),
)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (TensorRecord(name="w", dtype="F32", shape=(384, 384), sha256=HEX), f"F32[384,384] sha256:{HEX}"),
        (TensorRecord(name="w", dtype="F32", shape=(384, 384)), "F32[384,384]"),
        (TensorRecord(name="w", dtype="I64", shape=()), "I64[]"),
        (TensorRecord(name="w", dtype="Q4_K", shape=(0, 7)), "Q4_K[0,7]"),
    ],
)
def test_how_it_is_written(record: TensorRecord, text: str) -> None:
    assert to_text(record) == text
    assert from_text("w", text) == record
    assert form_text(record) == text.split(" ", maxsplit=1)[0]


@given(RECORDS)
def test_what_is_written_reads_back(record: TensorRecord) -> None:
    assert from_text(record.name, to_text(record)) == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "F32",
        "[1]",
        "F32[1,]",
        "F32[,1]",
        "F32[-1]",
        "F32[01]",
        "F32[1.0]",
        "F32[1, 2]",
        "F32[\u0661]",
        "F32[10000000000000000000]",
        f"F32[{','.join(['1'] * 65)}]",
        f"{'F' * 33}[1]",
        "F\u00fc[1]",
        "F32[1] sha256:",
        f"F32[1] sha256:{HEX[1:]}",
        f"F32[1] sha256:{HEX.upper()}",
        f"F32[1]  sha256:{HEX}",
        f"F32[1] sha512:{HEX}",
        f"F32[1] sha256:{HEX}\n",
        f" F32[1] sha256:{HEX}",
    ],
)
def test_other_texts_are_no_tensors(text: str) -> None:
    assert from_text("w", text) is None


@given(st.text(alphabet="F32[],0 sha256:abcdef-", max_size=120))
def test_any_text_is_read_or_is_none(text: str) -> None:
    record = from_text("w", text)
    assert record is None or to_text(record) == text


def test_long_texts_take_no_time() -> None:
    start = time.process_time()
    for text in ("F32[" + "1," * 500_000, "F" * 10**6, "F32[" + "1" * 10**6 + "]"):
        assert from_text("w", text) is None
    assert time.process_time() - start < 1
