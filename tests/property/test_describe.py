"""Changed files of every format are read, refused or left alone, and a document about them can be written and shown."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom import describe_model, to_cyclonedx
from attest.domain.manifest import FileEntry, build_manifest
from attest.formats import prefix_wanted
from attest.formats.dataset_registry import observe_dataset
from attest.formats.facts import Facts
from attest.formats.observers import Observer, Refused
from attest.formats.registry import observe_model
from tests.attacks import hostile_files as build
from tests.unit.formats import model_samples
from tests.unit.formats.flat_builder import flat, i8, u32, vector
from tests.unit.formats.table_samples import sample
from tests.unit.formats.wire_builder import field, message

FIRST = 8192
U32, STRING, ARRAY = 4, 8, 9
GGUF = build.gguf(
    build.pair(b"general.architecture", STRING, build.string(b"llama")),
    build.pair(b"general.name", STRING, build.string("Modèle".encode())),
    build.pair(b"llama.block_count", U32, struct.pack("<I", 2)),
    build.pair(
        b"tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", STRING, 2) + build.string(b"a") + build.string(b"b")
    ),
    build.pair(b"tokenizer.chat_template", STRING, build.string(b"{{ messages }}")),
    tensors=[build.string(b"w") + struct.pack("<IQIQ", 1, 4, 0, 0)],
)
TENSOR = message((1, 2), (2, 1), (8, "w"), (9, bytes(8)))
PORT = message((1, "x"), (2, message((1, message((1, 1), (2, message((1, message((1, 3))))))))))
ONNX = message(
    (1, 8), (2, "pytorch"), (3, "2.0"), (8, message((1, ""), (2, 17))), (14, message((1, "author"), (2, "A"))),
    (7, message((1, message((4, "If"), (5, message((1, "b"), (6, b""), (20, 5))))), (2, "g"), (5, TENSOR), (11, PORT)))
)  # fmt: skip
SAVED_MODEL = message(
    (1, 1),
    (2, message((1, message((4, "serve"), (5, "2.16"))), (2, field(1, field(2, "ReadFile"))), (5, message((1, "s"))))),
)
COREML = message((1, 5), (2, message((1, message((1, "x"))), (100, message((3, "A"))))), (500, b""))
FASTTEXT = (
    struct.pack("<2i12id3i2q", 793712314, 12, 2, 5, 5, 1, 0, 5, 1, 3, 3, 0, 0, 0, 0.1, 2, 1, 1, 9, 0)
    + b"a\0" + struct.pack("<qb", 1, 0) + b"__label__b\0" + struct.pack("<qb", 1, 1)
    + b"\0" + struct.pack("<2q2f", 1, 2, 0, 0) + b"\0" + struct.pack("<2q2f", 1, 2, 0, 0)
)  # fmt: skip
LIGHTGBM = b"tree\nversion=v4\nnum_class=1\nmax_feature_idx=1\nfeature_names=a b\ntree_sizes=4\n\nTree\n\nparameters:\n"
XGBOOST = json.dumps(
    {"learner": {"objective": {"name": "reg"}, "learner_model_param": {"num_feature": "2"}}, "version": [3, 0, 0]}
).encode()
SAFETENSORS = build.safetensors(
    b'{"__metadata__":{"format":"pt","modelspec.title":"T"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
    bytes(8),
)
TFLITE = flat(
    {
        0: u32(3),
        1: [{0: i8(32), 1: "FlexAdd", 3: u32(32)}],
        2: [
            {
                0: [{0: vector("i", 1, 2), 1: i8(0), 2: u32(1), 3: "w"}, {0: vector("i", 1), 1: i8(0), 3: "x"}],
                1: vector("i", 1),
                2: vector("i", 1),
                3: [{0: u32(0)}],
            }
        ],
        3: "made",
        4: [{}, {0: bytes(8)}],
        6: [{0: "min_runtime_version", 1: u32(1)}],
    },
    b"TFL3",
)
MODELS: dict[str, bytes] = {
    "m.gguf": GGUF,
    "m.onnx": ONNX,
    "saved_model.pb": SAVED_MODEL,
    "m.mlmodel": COREML,
    "m.safetensors": SAFETENSORS,
    "m.npy": build.npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n") + bytes(4),
    "m.npz": model_samples.NPZ,
    "m.bin": FASTTEXT,
    "m.txt": LIGHTGBM,
    "m.json": XGBOOST,
    "m.ubj": model_samples.XGBOOST_UBJ,
    "old.xgb": model_samples.XGBOOST_OLD,
    "state.pt": model_samples.STATE,
    "checkpoint.pt": model_samples.CHECKPOINT,
    "legacy.pt": model_samples.LEGACY,
    "module.pt": model_samples.MODULE,
    "script.pt": model_samples.SCRIPT,
    "m.pkl": model_samples.PLAIN_PICKLE,
    "m.joblib": model_samples.JOBLIB,
    "arrays.joblib": model_samples.JOBLIB_ARRAYS,
    "gzip.joblib": gzip.compress(model_samples.PLAIN_PICKLE, mtime=0),
    "m.keras": model_samples.KERAS,
    "m.weights.h5": model_samples.KERAS_WEIGHTS,
    "m.h5": build.Hdf5((6, build.link(b"a", 0x100))).put(0x100, build.header((6, build.link(b"b", 48)))).made(),
    "m.tflite": TFLITE,
}
LINES = b'{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n'
CSV = b'id,text\n1,"a ""b"""\n2,c\n'
TAR = build.tar_member(b"1.jpg") + build.tar_member(b"1.txt", 1) + b"a".ljust(512, b"\0") + bytes(1024)
DATASETS: dict[str, bytes] = {
    "rich.parquet": sample("rich.parquet"),
    "rich.arrow": sample("rich.arrow"),
    "d.csv": CSV,
    "d.tsv": b"id\ttext\n1\ta\n",
    "d.jsonl": LINES,
    "d.json": b'[{"id": 1}, {"id": 2}]',
    "d.tar": TAR,
    "d.csv.gz": gzip.compress(CSV, mtime=0),
    "d.jsonl.bz2": bz2.compress(LINES),
    "d.csv.xz": lzma.compress(CSV),
}


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a few of them replaced, taken out, doubled or cut off."""
    made = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(made)))
        width = draw(st.integers(0, 9))
        junk = draw(
            st.binary(max_size=9)
            | st.sampled_from(
                [b"\xff" * 4, b"\xff" * 8, b"\x7f" + b"\xff" * 7, bytes(8), b"\x1b[31m", b"\xc2\x9b", b"\\u"]
            )
        )
        kind = draw(st.sampled_from(["replace", "insert", "double", "cut"]))
        if kind == "cut":
            del made[at:]
        elif kind == "double":
            made[at:at] = made[at : at + 8 * width]
        else:
            made[at : at + (len(junk) if kind == "replace" else 0)] = junk
    return bytes(made)


@st.composite
def repacked(draw: st.DrawFn, data: bytes) -> bytes:
    """A zip archive with one member changed and everything else in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as read:
        members = [(name, read.read(name)) for name in read.namelist()]
    chosen = draw(st.integers(0, len(members) - 1))
    name, inside = members[chosen]
    members[chosen] = (name, draw(changed(inside)))
    return build.archive(members, packed=draw(st.booleans()))


def seen(observer: Observer | None, data: bytes) -> object:
    """What an observer finds."""
    if observer is None:
        return None
    for begin in range(0, len(data), 1000):
        if observer.streaming:
            observer.update(memoryview(data)[begin : begin + 1000])
    return observer.finish(lambda offset, length: data[offset : offset + length])


def texts(value: Any) -> Iterator[str]:
    """Every text of a document, names of members as well."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def check(name: str, data: bytes, found: object) -> None:
    """The document about this one file is JSON that no terminal trips over."""
    assert found is None or isinstance(found, Facts | Refused)
    entry = FileEntry(name, hashlib.sha256(data).digest(), len(data), b"")
    prefix = data[: prefix_wanted(name, data, len(data))]
    bom = describe_model(build_manifest([entry], kind="directory"), {name: prefix}, {name: found} if found else {})
    written = to_cyclonedx(bom, tool_version="0")
    assert len(written) < 50_000 + 20 * len(data)
    for text in texts(json.loads(written.decode("utf-8"))):
        assert text.isprintable(), text


def test_the_samples_are_what_their_names_say() -> None:
    for observe, samples in ((observe_model, MODELS), (observe_dataset, DATASETS)):
        found = {name: seen(observe(name, data[:FIRST], len(data)), data) for name, data in samples.items()}
        assert {name: item for name, item in found.items() if not isinstance(item, Facts)} == {}
        for name, data in samples.items():
            check(name, data, found[name])


@pytest.mark.parametrize("name", MODELS)
@settings(deadline=None, max_examples=60)
@given(draw=st.data())
def test_a_changed_model_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    data = draw.draw(changed(MODELS[name]))
    check(name, data, seen(observe_model(name, data[:FIRST], len(data)), data))


@pytest.mark.parametrize("name", ["m.npz", "state.pt", "checkpoint.pt", "module.pt", "script.pt", "m.keras"])
@settings(deadline=None, max_examples=80)
@given(draw=st.data())
def test_an_archive_with_a_changed_member_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    data = draw.draw(repacked(MODELS[name]))
    check(name, data, seen(observe_model(name, data[:FIRST], len(data)), data))


@pytest.mark.parametrize("name", DATASETS)
@settings(deadline=None, max_examples=60)
@given(draw=st.data())
def test_a_changed_dataset_is_read_or_refused(name: str, draw: st.DataObject) -> None:
    data = draw.draw(changed(DATASETS[name]))
    check(name, data, seen(observe_dataset(name, data[:FIRST], len(data)), data))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(MODELS)), st.sampled_from(sorted(MODELS)))
def test_a_model_under_the_name_of_another_is_read_or_refused(name: str, other: str) -> None:
    data = MODELS[other]
    check(name, data, seen(observe_model(name, data[:FIRST], len(data)), data))


STEERING = ["\x1b[31m", "\x1b]0;x\x07", "\x9b31m", "\x7f", "\u202e", "\u2028", "\x00"]


@pytest.mark.parametrize("steering", STEERING)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("config.json", {"architectures": ["A%"], "model_type": "t%", "torch_dtype": "d%", "_name_or_path": "a/b%"}),
        (
            "config.json",
            {"quantization_config": {"quant_method": "q%"}, "transformers_version": "4%", "hidden_act": "%"},
        ),
        (
            "adapter_config.json",
            {"peft_type": "L%", "base_model_name_or_path": "a/b%", "target_modules": ["q%"], "r": 1},
        ),
        ("tokenizer_config.json", {"tokenizer_class": "T%", "chat_template": "{{ x }}%", "model_max_length": 5}),
        ("generation_config.json", {"temperature": "%", "transformers_version": "4%"}),
    ],
)
def test_documents_cannot_steer_a_terminal(name: str, value: Any, steering: str) -> None:
    data = json.dumps(value).replace("%", json.dumps(steering)[1:-1]).encode()
    check(name, data, None)


@pytest.mark.parametrize("steering", STEERING)
def test_a_card_cannot_steer_a_terminal(steering: str) -> None:
    escaped = json.dumps(steering)[1:-1]
    keys = ("license", "library_name", "base_model", "pipeline_tag", "datasets", "language", "license_name", "tags")
    header = "".join(f'{key}: "a{escaped}b"\n' for key in keys)
    index = f'model-index:\n- name: "a{escaped}b"\n'
    data = f"---\n{header}{index}---\n# T\n\nSome prose with {steering} letters enough to be taken for a text.\n"
    check("README.md", data.encode(), None)
