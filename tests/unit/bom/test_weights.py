"""Which files speak for the model: one set, or none; never a sum over several copies of one model."""

from __future__ import annotations

import pytest

from attest.bom.weights import parameters_of, speaking
from attest.formats.facts import Facts


def facts(*names: str) -> dict[str, Facts]:
    kinds = {
        "safetensors": "safetensors", "bin": "pytorch", "pth": "pytorch", "gguf": "gguf", "onnx": "onnx", "h5": "hdf5",
        "part00": "gguf", "json": "tokenizer", "pb": "saved-model", "tflite": "tflite",
    }  # fmt: skip
    return {name: Facts(format=kinds[name.rpartition(".")[2]]) for name in names}


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ((), ()),
        (("model.safetensors",), ("model.safetensors",)),
        (("model.safetensors", "pytorch_model.bin", "tf_model.h5", "onnx/model.onnx"), ("model.safetensors",)),
        (("tokenizer.json",), ()),
        (("pytorch_model.bin", "model.onnx"), ("pytorch_model.bin",)),
        (
            ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
            ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
        ),
        (("model.safetensors", "model.fp16.safetensors"), ("model.safetensors",)),
        (("adapter_model.safetensors", "optimizer.bin"), ("adapter_model.safetensors",)),
        # Several complete models: none of them is the model.
        (("a-Q4_K_M.gguf", "a-Q8_0.gguf"), ()),
        (("det.onnx", "rec.onnx"), ()),
        (("alex.pth", "vgg.pth"), ()),
        # Without anything at the root the one folder that has weights speaks; of two formats the better known one.
        (("onnx/model.onnx",), ("onnx/model.onnx",)),
        (("nmp/saved_model.pb", "tf/nmp.tflite"), ("nmp/saved_model.pb",)),
        (("a/model.safetensors", "b/model.safetensors"), ()),
    ],
)
def test_one_set_speaks_or_none(names: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    assert speaking(facts(*names)) == chosen


def test_the_parts_of_a_pipeline_speak_together() -> None:
    names = ("text_encoder/model.safetensors", "unet/diffusion_pytorch_model.safetensors", "vae/a.bin", "vae/b.bin")
    assert speaking(facts(*names), pipeline=True) == names[:2]
    modules = ("model.safetensors", "2_Dense/model.safetensors")
    assert speaking(facts(*modules), pipeline=True) == tuple(sorted(modules))


def test_shards_of_two_series_are_two_sets() -> None:
    names = ("x-00001-of-00002.gguf", "x-00002-of-00002.gguf", "y-00001-of-00001.gguf")
    assert speaking(facts(*names)) == ()


def test_parameters_add_up_by_element_type() -> None:
    one = Facts(format="safetensors", parameters=(("F32", 3), ("I64", 1)))
    assert parameters_of([one, Facts(format="safetensors", parameters=(("F32", 4),))]) == (("F32", 7), ("I64", 1))


@pytest.mark.timeout(10)
def test_hostile_names_cost_no_more_than_others() -> None:
    names = [f"{'-1-of-' * 40}{number}.gguf" for number in range(2000)]
    assert speaking(facts(*names)) == ()
