"""Files that must pass, written by hand for formats that need no framework."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from tests.corpus import assembler as a
from tests.corpus import protos as p
from tests.corpus.assembler import Raw
from tests.corpus.case import Case, benign, noise
from tests.corpus.containers import gz
from tests.corpus.hf_cases import BERT
from tests.corpus.pickle_tricks import legacy_torch
from tests.corpus.tars import tar_file, tar_member
from tests.corpus.torch_zip import state_dict, tensor, torch_zip, weights
from tests.corpus.zips import plain_zip

VALUES: tuple[tuple[str, Any], ...] = (
    ("scalars", {"a": 1, "b": 2.5, "c": True, "d": None, "e": -70_000, "f": 1 << 70, "g": False}),
    ("nested", {"layers": [{"w": [1.0, 2.0], "shape": (1, 2)}, {"w": [], "shape": ()}], "deep": ((((1,),),),)}),
    ("words", {"history": ["os.system", "eval", "__import__('os').system('id')", "cos\nsystem\n(S'x'\ntR."]}),
    ("vocabulary", {word: n for n, word in enumerate(["the", "exec", "subprocess.Popen", "builtins", "__class__"])}),
    ("long-list", list(range(3000))),
)
_DTYPE = ("f8", False, True)


def _plain(protocol: int) -> Iterator[tuple[str, bytes, str]]:
    """Plain pickles of one protocol."""
    for name, value in VALUES:
        yield name, a.dumps(value, protocol), f"plain values in protocol {protocol}"
    yield "bytes", a.dumps({"raw": b"\0\xff corpus"}, protocol), f"bytes in protocol {protocol}"
    ordered = a.call("collections", "OrderedDict", protocol=protocol)
    pairs = (
        a.MARK + a.value("k", protocol) + a.value(1, protocol) + a.SETITEMS
        if protocol
        else a.value("k", 0) + a.value(1, 0) + a.SETITEM
    )
    yield "ordered", a.pickle(ordered + pairs, protocol), f"an ordered dictionary in protocol {protocol}"
    start = a.call(
        "numpy.core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray", protocol)), (0,), b"b", protocol=protocol
    )
    dtype = (
        a.call("numpy", "dtype", *_DTYPE, protocol=protocol)
        + a.value((3, "<", None, None, None, -1, -1, 0), protocol)
        + a.BUILD
    )
    state = a.value((1, (2,), Raw(dtype), False, bytes(16)), protocol)
    yield "ndarray", a.pickle(start + state + a.BUILD, protocol), f"an array in protocol {protocol}"


def _pickles() -> Iterator[Case]:
    """Plain pickles."""
    for protocol in range(6):
        for name, data, about in _plain(protocol):
            yield benign("pickle", f"p{protocol}-{name}", {"data.pkl": data}, about)
    yield benign("pickle", "many", {"data.pkl": a.dumps({"a": 1}) * 20}, "twenty pickles in one file")
    yield benign("pickle", "noise", {"data.pkl": a.dumps({"raw": noise(30, 5000)})}, "random bytes in a pickle")
    yield benign("pickle", "sets", {"data.pkl": a.dumps({"s": {1, 2}, "t": set()})}, "sets")
    million = a.EMPTY_LIST + a.MARK + a.binint2(300) * 1_000_000 + a.APPENDS
    yield benign("pickle", "million", {"data.pkl": a.pickle(million)}, "a list of a million numbers")
    frozen = a.MARK + a.value(1) + a.FROZENSET
    yield benign("pickle", "frozenset", {"data.pkl": a.pickle(frozen)}, "a frozen set")
    memo = a.EMPTY_LIST + a.MEMOIZE + a.binget(0) + a.APPEND
    yield benign("pickle", "cycle", {"data.pkl": a.pickle(memo)}, "a list that holds itself")
    yield benign("pickle", "protocol-5-bytearray", {"data.pkl": a.pickle(a.bytearray8(b"corpus"), 5)}, "a byte array")
    estimator = a.ref("sklearn.preprocessing._data", "StandardScaler") + a.EMPTY_TUPLE + a.NEWOBJ
    state = a.value({"with_mean": True, "with_std": True, "copy": True, "_sklearn_version": "1.9.1"})
    yield benign(
        "pickle", "estimator", {"scaler.pkl": a.pickle(estimator + state + a.BUILD)}, "an estimator without data"
    )
    space = a.ref("argparse", "Namespace") + a.EMPTY_TUPLE + a.NEWOBJ + a.value({"lr": 0.1, "data": "/tmp"}) + a.BUILD
    yield benign("pickle", "namespace", {"args.pkl": a.pickle(space)}, "arguments of a command line")
    default = a.call("collections", "defaultdict", Raw(a.ref("builtins", "list")))
    yield benign("pickle", "defaultdict", {"data.pkl": a.pickle(default)}, "a dictionary with a factory")


def _torch() -> Iterator[Case]:
    """Weights in PyTorch's layouts."""
    good, storages = weights()
    for file in ("model.pt", "model.pth", "pytorch_model.bin", "last.ckpt"):
        yield benign(
            "torch", f"zip-{file}", {file: torch_zip(good, storages, root=file.split(".")[0])}, "a state dictionary"
        )
    kinds = {"HalfStorage": 2, "BFloat16Storage": 2, "DoubleStorage": 8, "LongStorage": 8, "IntStorage": 4,
             "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8}  # fmt: skip
    tensors = {kind: tensor(str(n), (3,), kind) for n, kind in enumerate(kinds)}
    data = {str(n): bytes(3 * size) for n, size in enumerate(kinds.values())}
    yield benign("torch", "dtypes", {"model.pt": torch_zip(a.pickle(state_dict(tensors), 2), data)}, "ten types")
    yield benign(
        "torch", "bare-tensor", {"t.pt": torch_zip(a.pickle(tensor("0", (2, 3)), 2), {"0": bytes(24)})}, "one tensor"
    )
    yield benign("torch", "scalar", {"t.pt": torch_zip(a.pickle(tensor("0", ()), 2), {"0": bytes(4)})}, "a scalar")
    yield benign("torch", "empty", {"t.pt": torch_zip(a.pickle(tensor("0", (0,)), 2), {"0": b""})}, "an empty tensor")
    shared = state_dict({"a": tensor("0", (2, 3)), "b": tensor("0", (2, 3))})
    yield benign(
        "torch", "shared", {"t.pt": torch_zip(a.pickle(shared, 2), {"0": bytes(24)})}, "one storage, two tensors"
    )
    checkpoint = a.value(
        {"epoch": 3, "loss": 0.5, "state_dict": Raw(state_dict({"w": tensor("0", (2, 3))})), "lr": [1e-3]}, 2
    )
    yield benign(
        "torch", "checkpoint", {"c.ckpt": torch_zip(a.pickle(checkpoint, 2), {"0": bytes(24)})}, "a checkpoint"
    )
    yield benign("torch", "legacy", {"old.pt": legacy_torch()}, "the layout before 1.6")
    yield benign("torch", "legacy-bin", {"pytorch_model.bin": legacy_torch()}, "the layout before 1.6")


def _tensors() -> Iterator[Case]:
    """safetensors, GGUF and NumPy."""
    e = p.st_entry
    one = {"a": e("F32", [2], 0, 8)}
    for name, header, size in (
        ("one", one, 8), ("none", {}, 0), ("metadata", {"__metadata__": {"format": "pt", "url": "http://x/"}, **one}, 8),
        ("empty-tensor", {"a": e("F32", [0, 3], 0, 0), **{"b": e("F32", [1], 0, 4)}}, 4), ("scalar", {"a": e("F64", [], 0, 8)}, 8),
        ("unordered", {"b": e("I8", [4], 8, 12), "a": e("F32", [2], 0, 8)}, 12), ("bf16", {"a": e("BF16", [3, 2], 0, 12)}, 12),
        ("words", {"os.system('id')": e("U8", [1], 0, 1)}, 1), ("float8", {"a": e("F8_E4M3", [5], 0, 5)}, 5),
        ("types", {"a": e("BOOL", [1], 0, 1), "b": e("I64", [1], 8, 16), "c": e("U8", [7], 1, 8)}, 16),
    ):  # fmt: skip
        yield benign("safetensors", name, {"model.safetensors": p.safetensors(header, bytes(size))}, "honest tensors")
    noisy = p.safetensors({"a": e("U8", [2000], 0, 2000)}, a.pickle(a.command()).ljust(2000, b"\0"))
    yield benign(
        "safetensors", "data-like-pickle", {"model.safetensors": noisy}, "tensor data that looks like a pickle"
    )
    pair, tensor_ = p.gguf_pair, p.gguf_tensor
    for name, data in (
        ("plain", p.gguf()), ("big-endian", p.gguf([pair("general.name", "str", "x", ">")], order=">")),
        ("version-2", p.gguf(version=2)), ("no-tensors", p.gguf(tensors=[], data=b"")),
        ("types", p.gguf([*p.GGUF_PAIRS, pair("a", "f64", 1.5), pair("b", "bool", True), pair("c", "u64", 1 << 60), pair("d", "array", ("f32", [1.0, 2.0])), pair("e", "i32", -5)])),
        ("alignment", p.gguf([pair("general.alignment", "u32", 32), *p.GGUF_PAIRS])),
        ("two-tensors", p.gguf(tensors=[tensor_("a", (4, 2), 0), tensor_("b", (8,), 32)], data=bytes(64))),
        ("half", p.gguf(tensors=[tensor_("a", (16,), 0, 1)])), ("q4", p.gguf(tensors=[tensor_("a", (32,), 0, 2)], data=bytes(18))),
        ("words", p.gguf([*p.GGUF_PAIRS, pair("general.description", "str", "{{ ''.__class__ }} os.system")])),
    ):  # fmt: skip
        yield benign("gguf", name, {"model.gguf": data}, "an honest header")
    for name, descr, shape, size in (
        ("f8", "<f8", (2, 3), 48), ("i4", "<i4", (), 4), ("bool", "|b1", (5,), 5), ("text", "<U3", (2,), 24), ("empty", "<f4", (0,), 0),
        ("bytes", "|S4", (3,), 12), ("complex", "<c16", (1,), 16), ("date", "<M8[ns]", (2,), 16), ("half", "<f2", (4,), 8),
    ):  # fmt: skip
        yield benign("numpy", name, {"a.npy": p.npy_of(descr, shape, bytes(size))}, "an honest header")
    fields = (
        "{'descr': [('a', '<f8'), ('b', '<i4', (2,)), ('c', [('d', '|S2')])], 'fortran_order': False, 'shape': (2,), }"
    )
    yield benign("numpy", "structured", {"a.npy": p.npy(fields, bytes(36))}, "a structured array")
    yield benign("numpy", "fortran", {"a.npy": p.npy_of("<f8", (2, 2), bytes(32), fortran=True)}, "the other order")
    array = p.npy_of("<f8", (2,), bytes(16))
    version_3 = p.npy("{'descr': [('é', '<f8')], 'fortran_order': False, 'shape': (1,), }", bytes(8), (3, 0))
    yield benign("numpy", "version-3", {"a.npy": version_3}, "a name outside Latin-1")
    for method in (0, 8):
        yield benign(
            "numpy", f"npz-{method}", {"a.npz": plain_zip({"x.npy": array, "y.npy": array}, method)}, "arrays in a zip"
        )


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


def _texts() -> Iterator[Case]:
    """Configurations, text and images."""
    tokenizer = {
        "version": "1.0",
        "model": {"type": "BPE", "vocab": {"a": 0, "eval": 1, "__class__": 2}, "merges": []},
        "added_tokens": [],
    }
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
               {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]  # fmt: skip
    diffusers = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0",
                 "unet": ["diffusers", "UNet2DConditionModel"], "tokenizer": ["transformers", "CLIPTokenizer"]}  # fmt: skip
    plain_yaml = b"model:\n  name: corpus\n  layers: [1, 2, 3]\n  ratio: 0.5\n"
    for name, data in (
        ("config.json", _json(BERT)), ("tokenizer.json", _json(tokenizer)), ("special_tokens_map.json", _json({"pad_token": "<pad>"})),
        ("generation_config.json", _json({"max_length": 20, "do_sample": True})), ("vocab.json", _json({"a": 0, "os.system": 1})),
        ("tokenizer_config.json", _json({"tokenizer_class": "BertTokenizer", "do_lower_case": True})),
        ("preprocessor_config.json", _json({"image_mean": [0.5], "image_processor_type": "ViTImageProcessor"})),
        ("params.yaml", plain_yaml), ("conf.yml", b"a: &x [1, 2]\nb: *x\n"), ("merges.txt", b"#version: 0.2\na b\n"),
        ("vocab.txt", b"[PAD]\n[UNK]\nthe\neval\n"), ("README.md", b"# Model\n\nRun `os.system('ls')` to list files.\n"),
        ("LICENSE", b"MIT License\n\nPermission is hereby granted\n"), ("notes.txt", "Ünïcode notes\n".encode()),
        ("labels.csv", b"id,name\n0,cat\n1,dog\n"), ("data.tsv", b"a\tb\n1\t2\n"), ("requirements.txt", b"numpy==2.4.6\n"),
        ("image.png", PNG), ("image.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"), (".gitattributes", b"*.bin filter=lfs\n"),
        ("model_index.json", _json(diffusers)), ("modules.json", _json(modules)),
        ("metrics.jsonl", b'{"loss": 1.0}\n{"loss": 0.5}\n'), ("added_tokens.json", _json({"<x>": 5})),
    ):  # fmt: skip
        folder = {name: data}
        if name == "model_index.json":
            folder |= {"unet/config.json": _json({"_class_name": "UNet2DConditionModel"})}
        yield benign("text", name, folder, "a file of a repository")
    index = {"metadata": {"total_size": 8}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}
    shard = p.safetensors({"a": p.st_entry("F32", [2], 0, 8)}, bytes(8))
    yield benign(
        "repository",
        "sharded",
        {
            "config.json": _json(BERT),
            "model.safetensors.index.json": _json(index),
            "model-00001-of-00001.safetensors": shard,
        },
        "weights with an index",
    )
    good, storages = weights()
    yield benign(
        "repository",
        "torch",
        {"config.json": _json(BERT), "pytorch_model.bin": torch_zip(good, storages), "README.md": b"# x\n"},
        "weights with a configuration",
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)


def _archives() -> Iterator[Case]:
    """Archives of weights."""
    good, storages = weights()
    model = torch_zip(good, storages)
    safe = p.safetensors({"a": p.st_entry("F32", [2], 0, 8)}, bytes(8))
    files = {"config.json": _json(BERT), "model.safetensors": safe, "pytorch_model.bin": model}
    tar = tar_file(tar_member(name, data) for name, data in files.items())
    yield benign("archive", "zip", {"model.zip": plain_zip(files)}, "weights in a zip")
    yield benign("archive", "zip-deflated", {"model.zip": plain_zip(files, 8)}, "weights in a deflated zip")
    yield benign("archive", "tar", {"model.tar": tar}, "weights in a tar")
    yield benign("archive", "tar-gz", {"model.tar.gz": gz(tar)}, "weights in tar and gzip")
    yield benign("archive", "gz", {"data.pkl.gz": gz(a.dumps({"a": 1}))}, "a pickle in gzip")
    yield benign("archive", "nested", {"all.zip": plain_zip({"inner.zip": plain_zip(files)})}, "a zip in a zip")
    yield benign(
        "archive",
        "nemo",
        {
            "m.nemo": tar_file(
                [tar_member("./model_config.yaml", b"name: x\n"), tar_member("./model_weights.ckpt", model)]
            )
        },
        "a .nemo archive",
    )


def cases() -> Iterator[Case]:
    """All cases."""
    yield from _pickles()
    yield from _torch()
    yield from _tensors()
    yield from _texts()
    yield from _archives()
