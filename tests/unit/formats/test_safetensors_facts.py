"""What safetensors files say of their models."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.facts import BaseClaim, Claims, Facts, TensorInfo
from attest.formats.safetensors_facts import read
from attest.formats.source import Source
from tests.unit.formats.wire_builder import Watched, of, survives

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"
TENSORS = {
    "b": {"dtype": "I8", "shape": [3], "data_offsets": [8, 11]},
    "a": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]},
}


def encoded(tensors: dict[str, Any] | None = None, data: int = 11, metadata: dict[str, str] | None = None) -> bytes:
    header: dict[str, Any] = dict(TENSORS if tensors is None else tensors)
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(data)


def about(**metadata: str) -> Facts:
    return of(read, encoded(metadata=metadata))


def test_tensors_and_where_they_lie() -> None:
    data = encoded()
    found = of(read, data)
    start = len(data) - 11
    assert (found.format, found.title, found.tensor_count, found.framework) == ("safetensors", "safetensors", 2, "")
    assert found.parameters == (("BF16", 4), ("I8", 3))
    assert found.tensors == (
        TensorInfo("b", "I8", (3,), start + 8, start + 11),
        TensorInfo("a", "BF16", (2, 2), start, start + 8),
    )
    assert (found.properties, found.claims) == ((), Claims())


def test_names_that_are_not_fit_to_be_shown_are_counted_and_not_listed() -> None:
    found = of(read, encoded({"a\nb": TENSORS["a"], "b": TENSORS["b"]}))
    assert ([item.name for item in found.tensors], found.tensor_count) == (["b"], 2)


@pytest.mark.parametrize(
    ("written", "framework"),
    [("pt", "pytorch"), ("tf", "tensorflow"), ("flax", "flax"), ("mlx", "mlx"), ("x", ""), ("", "")],
)
def test_the_framework_that_wrote_it(written: str, framework: str) -> None:
    found = about(format=written)
    assert found.framework == framework
    assert dict(found.properties) == (
        {"safetensors:format": written} if written else {"safetensors:metadata-keys": "1"}
    )


def test_metadata_become_properties() -> None:
    found = about(**{
        "Some Key": "one\n two", "ss_x": "3", "long": "x" * 600, "odd": "a\x1b", "key" * 50: "y",
        "modelspec.thumbnail": "data:,",
    })  # fmt: skip
    assert dict(found.properties) == {
        "safetensors:some-key": "one two", "safetensors:ss-x": "3", "safetensors:metadata-keys": "6",
    }  # fmt: skip
    many = about(**{f"k{index:04}": "v" for index in range(1000)})
    assert len(many.properties) == 129
    assert many.properties[-1] == ("safetensors:metadata-keys", "1000")


def test_keys_that_become_the_same_name() -> None:
    assert dict(about(**{"a_b": "1", "A-B": "2"}).properties) == {
        "safetensors:a-b": "2", "safetensors:metadata-keys": "2",
    }  # fmt: skip


def test_the_model_as_its_specification_describes_it() -> None:
    found = about(**{
        "modelspec.title": "My LoRA", "modelspec.author": "Ann", "modelspec.license": "CreativeML Open RAIL-M",
        "modelspec.description": "Line one.\nLine two.", "modelspec.tags": "style, , art",
        "modelspec.date": "2024-01-02", "modelspec.merged_from": "base-model, owner/other",
        "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
    })  # fmt: skip
    assert found.architecture == "stable-diffusion-xl-v1-base/lora"
    assert found.claims == Claims(
        name="My LoRA",
        authors=("Ann",),
        license="CreativeML Open RAIL-M",
        description="Line one. Line two.",
        tags=("style", "art"),
        base_models=(BaseClaim("base-model"), BaseClaim("owner/other")),
        keys=(
            ("authors", "__metadata__.modelspec.author"),
            ("base_models", "__metadata__.modelspec.merged_from"),
            ("description", "__metadata__.modelspec.description"),
            ("license", "__metadata__.modelspec.license"),
            ("name", "__metadata__.modelspec.title"),
            ("tags", "__metadata__.modelspec.tags"),
        ),
    )


def test_hints_of_an_adapter() -> None:
    found = about(ss_network_dim="16", ss_network_alpha="8.0", ss_sd_model_name="sd_xl_base_1.0.safetensors")
    assert dict(found.hyperparameters) == {"r": "16", "lora_alpha": "8.0"}
    assert found.claims.base_models == (BaseClaim("sd_xl_base_1.0.safetensors"),)
    assert found.claims.keys == (("base_models", "__metadata__.ss_sd_model_name"),)
    named = about(ss_sd_model_name="/home/me/x.safetensors", ss_base_model_name="owner/base")
    assert named.claims.base_models == (BaseClaim("owner/base"),)
    for path in ("/home/me/x.safetensors", "C:\\x", "a/b/c", "None", "", "x y", "../x", ".x", "a/../b"):
        assert about(ss_sd_model_name=path).claims.base_models == ()
    for odd in ("None", "x", "1e5", "-1", "1" * 30):
        assert about(ss_network_dim=odd).hyperparameters == ()


def test_only_the_header_is_read() -> None:
    data = encoded({"a": {"dtype": "F32", "shape": [1 << 20], "data_offsets": [0, 4 << 20]}}, data=0)
    watched = Watched(data, len(data) + (4 << 20))
    assert read(watched.source()).tensor_count == 1
    assert watched.total <= len(data) + 8


def test_refuses_what_the_header_refuses() -> None:
    for data in (
        b"",
        b"1234567",
        struct.pack("<Q", 1 << 62) + b"{}",
        encoded(data=10),
        encoded(data=12),
        encoded()[:-12],
    ):
        with pytest.raises(DocumentError):
            of(read, data)


def test_every_truncation_is_refused() -> None:
    data = encoded(metadata={"format": "pt"})
    for length in range(len(data)):
        with pytest.raises(DocumentError):
            of(read, data[:length])


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4))
def test_any_change_gives_facts_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(encoded(metadata={"format": "pt", "modelspec.title": "x", "ss_base_model_name": "a/b"}))
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=150)
@given(
    st.dictionaries(
        st.text(max_size=10) | st.sampled_from(["modelspec.tags", "ss_sd_model_name"]), st.text(max_size=30)
    )
)
def test_any_metadata(metadata: dict[str, str]) -> None:
    text = json.dumps({"__metadata__": metadata}).encode()
    survives(read, struct.pack("<Q", len(text)) + text)


@pytest.mark.model
def test_a_real_model() -> None:
    path = MODELS / "minilm" / "model.safetensors"
    assert path.is_file(), "run scripts/fixtures models first"
    with path.open("rb") as file:

        def read_at(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        found = read(Source(path.name, path.stat().st_size, read_at))
    assert (found.parameters, found.tensor_count) == ((("F32", 22_713_216), ("I64", 512)), 104)
    assert found.tensors[0] == TensorInfo("embeddings.position_ids", "I64", (1, 512), 11_416, 15_512)
    assert found.framework == "pytorch"
