"""Which files together are the model's weights, when a folder holds the same model several times.

A repository may carry one model as safetensors, as a pickle and as ONNX, in shards, and in variants. Counting all of
them would count parameters several times, so one set of files speaks for the model: within a folder the first format
of `_PREFERRED` that is there, and of that format one set. A set is a series of shards or one file. When a folder holds
several sets of which none has a name that loaders look for, nothing speaks for the model: each file still has facts of
its own, and no sum is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attest.formats.facts import Facts

_PREFERRED = (
    "safetensors", "pytorch", "torchscript", "gguf", "keras", "hdf5", "onnx", "saved-model", "tflite", "coreml",
    "numpy", "xgboost", "lightgbm", "fasttext", "joblib", "pickle",
)  # fmt: skip
_SPELLINGS = {
    "bfloat16": "BF16", "bool": "BOOL", "complex64": "C64", "float16": "F16", "float32": "F32", "float64": "F64",
    "int16": "I16", "int32": "I32", "int64": "I64", "int8": "I8", "uint16": "U16", "uint32": "U32", "uint64": "U64",
    "uint8": "U8",
}  # fmt: skip
_SHARD = re.compile(r"(.{1,200}?)[-.](?:part)?(\d{1,6})-of-(\d{1,6})(\.[A-Za-z0-9.]{1,20})?$")
_LOADED = (
    "model", "pytorch_model", "diffusion_pytorch_model", "adapter_model", "tf_model", "saved_model", "flax_model"
)  # fmt: skip


def speaking(facts: Mapping[str, Facts], pipeline: bool = False) -> tuple[str, ...]:
    """The names of the files that speak for the model, in order; empty when none or several could.

    The root speaks for itself, and with its subfolders when it is a `pipeline` of parts; without weights at the root
    the subfolders do, as long as there is one set in each.
    """
    folders: dict[str, dict[str, Facts]] = {}
    for name, found in facts.items():
        if _rank(found) < len(_PREFERRED):
            folders.setdefault(name.rpartition("/")[0], {})[name] = found
    chosen = {folder: _one_set(files) for folder, files in folders.items()}
    if "" in chosen and not pipeline:
        return chosen[""]
    if not pipeline and len({_format_of(facts, names) for names in chosen.values()}) != len(chosen):
        return ()  # several folders with the same format, and nothing says that they belong together
    if not pipeline:
        best = min(chosen.values(), key=lambda names: _rank(facts[names[0]]) if names else len(_PREFERRED), default=())
        return best
    return tuple(sorted(name for names in chosen.values() for name in names))


def _format_of(facts: Mapping[str, Facts], names: tuple[str, ...]) -> str:
    return facts[names[0]].format if names else ""


def _rank(found: Facts) -> int:
    kind = found.format.split("-")[0] if found.format not in _PREFERRED else found.format
    return _PREFERRED.index(kind) if kind in _PREFERRED else len(_PREFERRED)


def _one_set(files: Mapping[str, Facts]) -> tuple[str, ...]:
    """The one set of files of one folder, or nothing when several could speak."""
    first = min(_rank(found) for found in files.values())
    sets: dict[str, list[str]] = {}
    for name in sorted(name for name, found in files.items() if _rank(found) == first):
        match = _SHARD.match(name)
        sets.setdefault(f"{match[1]}-of-{match[3]}{match[4] or ''}" if match else name, []).append(name)
    if len(sets) == 1:
        return tuple(*sets.values())
    loaded = [key for key in sets if key.rpartition("/")[2].split("-of-")[0].split(".")[0] in _LOADED]
    plain = [key for key in loaded if key.rpartition("/")[2].count(".") == 1] or loaded
    return tuple(sets[plain[0]]) if len(plain) == 1 else ()


def element_type(dtype: str) -> str:
    """One spelling for the element types that frameworks spell their own way: `float32` is `F32`."""
    return _SPELLINGS.get(dtype, dtype)


def parameters_of(found: Iterable[Facts]) -> tuple[tuple[str, int], ...]:
    """Parameters by element type over several files."""
    counts: dict[str, int] = {}
    for facts in found:
        for dtype, count in facts.parameters:
            name = element_type(dtype)
            counts[name] = counts.get(name, 0) + count
    return tuple(sorted(counts.items()))
