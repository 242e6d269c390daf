"""What NumPy, pickle itself, and the writers of safetensors and GGUF write."""

# The frameworks stand in an environment of their own, so their types are not known here.
# mypy: disable-error-code="import-not-found,misc,no-untyped-call"

from __future__ import annotations

import datetime
import decimal
import fractions
import pathlib
import pickle
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import save_file


def values() -> dict[str, Any]:
    """Values of the standard library and of NumPy."""
    rng = np.random.default_rng(0)
    return {
        "plain": {"a": 1, "b": 2.5, "c": None, "d": True, "e": "text", "f": b"bytes", "g": 1 << 80, "h": 1 + 2j},
        "containers": [
            (),
            (1,),
            {1, 2},
            frozenset({3}),
            [[]],
            {},
            {"k": [1, (2, {"x": 3})]},
            bytearray(b"x"),
            range(3),
        ],
        "collections": [OrderedDict(a=1), Counter("ab"), defaultdict(int, a=1), deque([1, 2], 5)],
        "times": [
            datetime.date(2026, 1, 2),
            datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC),
            datetime.timedelta(1, 2, 3),
            datetime.time(1, 2),
        ],
        "numbers": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5), pathlib.PurePosixPath("a/b")],
        "words": {"os.system": 0, "__import__": 1, "eval(compile('x'))": 2, "cos\nsystem\n": 3},
        "array": np.arange(12.0).reshape(3, 4),
        "array-fortran": np.asfortranarray(np.arange(6, dtype="i4").reshape(2, 3)),
        "array-types": {name: np.zeros(2, name) for name in ("f2", "f4", "i1", "u8", "?", "c8", "U3", "S2", "M8[s]")},
        "array-object": np.array(["a", None, 1, [2]], dtype=object),
        "array-structured": np.zeros(2, [("a", "f8"), ("b", "i4", (2,))]),
        "array-masked": np.ma.masked_array([1.0, 2.0], [True, False]),
        "scalars": [np.float32(1), np.int64(2), np.bool_(True), np.datetime64("2026-01-01"), np.str_("x")],
        "dtypes": [np.dtype("f8"), np.dtype([("a", "i4")])],
        "random": [rng, np.random.RandomState(0)],
        "long": list(range(2000)),
        "vocabulary": {f"word{n}": n for n in range(1000)},
    }


def _pickles(folder: Path) -> None:
    """Every value in every protocol."""
    for name, value in values().items():
        for protocol in range(6):
            if name in {"long", "vocabulary"} and protocol not in {0, 2, 4}:
                continue
            (folder / f"{name}-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))
    several = b"".join(pickle.dumps({"step": n}, 4) for n in range(20))
    (folder / "several.pkl").write_bytes(several)
    (folder / "python-pickler.pkl").write_bytes(pickle._dumps(values()["plain"], 4))  # type: ignore[attr-defined]  # noqa: SLF001


def _gguf(path: Path) -> None:
    """A GGUF file by the reference writer."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_block_count(1)
    writer.add_context_length(16)
    writer.add_embedding_length(8)
    writer.add_feed_forward_length(8)
    writer.add_head_count(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<s>", "</s>", "a"])
    writer.add_token_scores([0.0, 0.0, 1.0])
    writer.add_token_types([3, 3, 1])
    writer.add_chat_template("{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}")
    writer.add_tensor("token_embd.weight", np.ones((3, 8), np.float32))
    writer.add_tensor("output_norm.weight", np.ones(8, np.float16))
    writer.add_tensor("output.weight", np.ones((3, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write(root: Path) -> None:
    """Write all files of this group."""
    folder, plain = root / "benign" / "numpy", root / "benign" / "pickle"
    for place in (folder, plain):
        place.mkdir(parents=True, exist_ok=True)
    _pickles(plain)
    for name, value in values().items():
        if type(value) is np.ndarray:
            np.save(folder / f"{name}.npy", value, allow_pickle=True)
    np.savez(folder / "plain.npz", x=np.eye(3), y=np.arange(4))
    np.savez_compressed(folder / "compressed.npz", x=np.zeros((50, 50)), y=np.arange(4))
    np.savez(folder / "positional.npz", np.eye(2))
    np.savez(folder / "object.npz", x=np.array(["a", None], dtype=object))
    np.save(folder / "scalar.npy", np.float64(1))
    np.save(folder / "unicode.npy", np.zeros(1, [("é", "f8"), ("文", "i4")]))
    np.save(folder / "empty.npy", np.zeros((0, 4)))
    save_file({"a": np.ones((2, 2), np.float32), "empty": np.zeros((0,), np.int64)}, folder / "numpy.safetensors")
    save_file({}, folder / "none.safetensors")
    _gguf(folder / "model.gguf")
