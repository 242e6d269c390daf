"""Listed types whose native memory is filled from the file, and raw data between opcodes."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from tests.corpus import assembler as a
from tests.corpus.assembler import Raw
from tests.corpus.case import Case, attack, hostile, noise, warn
from tests.corpus.frameworks import packed_files
from tests.corpus.other_cases import NDARRAY, joblib_file, wrapper
from tests.corpus.torch_zip import state_dict, tensor, torch_zip, weights
from tests.corpus.zips import Member, plain_zip, zip_file

NATIVE, LISTED, RAW, FILES = "native-state", "listed-functions", "raw-data", "loaders-files"


def _array(dtype: bytes, count: int, data: bytes) -> bytes:
    """The opcodes of an array of one dimension."""
    start = a.call("numpy._core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray")), (0,), b"b")
    return start + a.value((1, (count,), Raw(dtype), False, data)) + a.BUILD


def _dtype(descr: str, state: tuple[object, ...] | None = None) -> bytes:
    """The opcodes of a dtype with its state."""
    shown = (3, "<" if descr[0] in "fiu" else "|", None, None, None, -1, -1, 0) if state is None else state
    return a.call("numpy", "dtype", descr, False, True) + a.value(shown) + a.BUILD


def _numpy() -> Iterator[tuple[str, bytes, str]]:
    """Types of NumPy."""
    objects = Raw(_dtype("O8"))
    fields = (3, "|", None, ("a",), {"a": (objects, 0)}, 8, 1, 0)
    yield "dtype-hidden-object", _array(_dtype("V8", fields), 1, b"A" * 8), "an object field behind flags of zero"
    beyond = (3, "|", None, ("a",), {"a": (Raw(_dtype("f8")), 1 << 20)}, 8, 1, 0)
    yield "dtype-field-beyond", _array(_dtype("V8", beyond), 1, bytes(8)), "a field behind the item's end"
    negative = (3, "|", None, ("a",), {"a": (Raw(_dtype("f8")), -8)}, 8, 1, 0)
    yield "dtype-field-negative", _array(_dtype("V8", negative), 1, bytes(8)), "a field before the item"
    subarray = (3, "|", (Raw(_dtype("f8")), (1 << 40,)), None, None, 8, 8, 0)
    yield "dtype-subarray", _array(_dtype("V8", subarray), 1, bytes(8)), "a sub-array above its item"
    yield "dtype-size", _array(_dtype("V8", (3, "|", None, None, None, 1 << 40, 1, 0)), 1, bytes(8)), "a huge item size"
    yield (
        "dtype-alignment",
        _array(_dtype("V8", (3, "|", None, None, None, 8, 0, 0)), 1, bytes(8)),
        "an alignment of zero",
    )
    yield "dtype-version", _array(_dtype("V8", (9, "|", None, None, None, 8, 1, 0)), 1, bytes(8)), "an unknown version"
    yield "object-not-list", _array(_dtype("O8"), 2, b"A" * 16), "object pointers from bytes"
    start = a.call("numpy._core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray")), (0,), b"b")
    listed = a.value((1, (1 << 30,), objects, False, [1]))
    yield "object-list-short", start + listed + a.BUILD, "fewer objects than the shape asks for"
    yield (
        "object-type-code",
        a.call("numpy._core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray")), (4,), b"O"),
        "objects that are not set",
    )
    generator = a.call("numpy.random._pickle", "__randomstate_ctor", "MT19937")
    position = {
        "bit_generator": "MT19937",
        "state": {"key": Raw(_array(_dtype("u4"), 624, bytes(2496))), "pos": 1 << 30},
        "has_gauss": 0,
        "gauss": 0.0,
    }
    yield "random-position", generator + a.value(position) + a.BUILD, "a position behind the generator's state"
    short = {
        "bit_generator": "MT19937",
        "state": {"key": Raw(_array(_dtype("u4"), 1, bytes(4))), "pos": 0},
        "has_gauss": 0,
        "gauss": 0.0,
    }
    yield "random-key-short", generator + a.value(short) + a.BUILD, "a generator's state that is too short"


def _changed(data: bytes, wanted: Callable[[int, int], bool], left: int) -> bytes:
    """A pickle of a tree whose root has another left child: the first two numbers of its first node."""
    for at in range(len(data) - 16):
        pair = struct.unpack_from("<qq", data, at)
        if wanted(*pair):
            return data[:at] + struct.pack("<q", left) + data[at + 8 :]
    raise LookupError("the file holds no node")


def _sklearn() -> Iterator[tuple[str, bytes, str]]:
    """Types of scikit-learn."""
    files = packed_files()
    for name in ("tree", "extra-tree", "tree-regressor"):
        data = files[f"benign/sklearn/{name}.pkl"]
        for kind, left in (("beyond", 1 << 40), ("negative", -5), ("cycle", 0)):
            changed = _changed(data, lambda first, second: first == 1 and 1 < second < 20, left)
            yield f"{name}-{kind}", changed, f"a tree whose root's child is {kind}"
    empty = _array(_dtype("i8"), 1, struct.pack("<q", 2))
    tree = a.call("sklearn.tree._tree", "Tree", 3, Raw(empty), 1)
    yield "tree-outputs", a.call("sklearn.tree._tree", "Tree", 3, Raw(empty), 1 << 40), "more outputs than classes"
    yield "tree-features", a.call("sklearn.tree._tree", "Tree", -1, Raw(empty), 1), "a negative number of features"
    yield (
        "tree-state",
        tree + a.value({"max_depth": 1, "node_count": 1 << 40, "nodes": None, "values": None}) + a.BUILD,
        "a node count without nodes",
    )
    yield (
        "ball-tree",
        a.call("sklearn.neighbors._ball_tree", "newObj", Raw(a.ref("sklearn.tree._tree", "Tree"))),
        "another class for the constructor",
    )
    kd = a.call("sklearn.neighbors._kd_tree", "newObj", Raw(a.ref("sklearn.neighbors._kd_tree", "KDTree")))
    yield "kd-tree-state", kd + a.value((1, 2, 3)) + a.BUILD, "a state of the wrong form"


def _listed() -> Iterator[tuple[str, bytes, str]]:
    """Functions of torch that the list names, with what their writers never give them."""
    _, storages = weights()
    one = Raw(tensor("0", (2, 3)))
    hooks = Raw(a.call("collections", "OrderedDict", protocol=2))

    def call(name: str, *args: object) -> bytes:
        return torch_zip(a.pickle(a.call("torch._utils", name, *args, protocol=2), 2), {"0": storages["0"]})

    yield (
        "parameter-state-class",
        call("_rebuild_parameter_with_state", one, True, hooks, {"__class__": 1}),
        "a state with __class__",
    )
    yield (
        "parameter-state-slots",
        call("_rebuild_parameter_with_state", one, True, hooks, (None, {"__class__": 1})),
        "slot state with __class__",
    )
    yield "parameter-of-text", call("_rebuild_parameter", "corpus", True, hooks), "a parameter that is no tensor"
    yield (
        "hooks-callable",
        call("_rebuild_parameter", one, True, {0: Raw(a.ref("os", "system", 2))}),
        "hooks that name a function",
    )
    yield (
        "tensor-offset",
        torch_zip(a.pickle(tensor_at(1 << 40), 2), {"0": storages["0"]}),
        "an offset behind the storage",
    )
    yield "tensor-offset-negative", torch_zip(a.pickle(tensor_at(-4), 2), {"0": storages["0"]}), "a negative offset"
    yield (
        "tensor-strides",
        torch_zip(a.pickle(tensor_at(0, (1 << 40, 1)), 2), {"0": storages["0"]}),
        "strides behind the storage",
    )
    yield (
        "tensor-of-dict",
        torch_zip(
            a.pickle(a.call("torch._utils", "_rebuild_tensor_v2", {}, 0, (1,), (1,), False, hooks, protocol=2), 2)
        ),
        "a storage that is a dictionary",
    )
    yield (
        "storage-key-number",
        _with_storage(("storage", Raw(a.ref("torch", "FloatStorage", 2)), 0, "cpu", 6)),
        "a key that is a number",
    )
    yield (
        "storage-numel-text",
        _with_storage(("storage", Raw(a.ref("torch", "FloatStorage", 2)), "0", "cpu", "6")),
        "a count that is a text",
    )
    yield (
        "storage-class",
        _with_storage(("storage", Raw(a.ref("torch", "Tensor", 2)), "0", "cpu", 6)),
        "a class that is no storage",
    )
    yield (
        "storage-location",
        _with_storage(("storage", Raw(a.ref("torch", "FloatStorage", 2)), "0", 7, 6)),
        "a place that is no text",
    )
    yield (
        "state-dict-code",
        torch_zip(a.pickle(state_dict({"x": a.ref("torch.hub", "load", 2)}), 2)),
        "a function as a weight",
    )


def tensor_at(offset: int, strides: tuple[int, int] = (3, 1)) -> bytes:
    """The opcodes of a tensor of 2 × 3 somewhere in the first storage."""
    storage = a.value(("storage", Raw(a.ref("torch", "FloatStorage", 2)), "0", "cpu", 6), 2) + a.BINPERSID
    hooks = Raw(a.call("collections", "OrderedDict", protocol=2))
    return a.call("torch._utils", "_rebuild_tensor_v2", Raw(storage), offset, (2, 3), strides, False, hooks, protocol=2)


def _with_storage(persistent: tuple[object, ...]) -> bytes:
    storage = a.value(persistent, 2) + a.BINPERSID
    hooks = Raw(a.call("collections", "OrderedDict", protocol=2))
    body = a.call("torch._utils", "_rebuild_tensor_v2", Raw(storage), 0, (2, 3), (3, 1), False, hooks, protocol=2)
    return torch_zip(a.pickle(body, 2), {"0": bytes(24)})


def _raw() -> Iterator[tuple[str, bytes, str]]:
    """joblib's raw data, whose length only the placeholder tells."""
    payload = a.POP + a.command()
    array = wrapper(NDARRAY, (2,), numpy_array_alignment_bytes=16)
    yield "padding-zero", joblib_file(array, b"\0" + bytes(16), payload), "no padding where some is due"
    yield "padding-long", joblib_file(array, b"\xc8" + bytes(200) + bytes(16), payload), "two hundred bytes of padding"
    yield (
        "padding-holds-payload",
        joblib_file(array, bytes([len(payload)]) + payload + bytes(16)),
        "opcodes in the padding, for readers that do not skip it",
    )
    yield (
        "alignment-huge",
        joblib_file(wrapper(NDARRAY, (2,), numpy_array_alignment_bytes=1 << 40), b"\0" + bytes(16), payload),
        "a huge alignment",
    )
    fields = (3, "|", None, ("a",), {"a": (Raw(_dtype("O8")), 0)}, 8, 8, 63)
    yield (
        "object-field",
        joblib_file(wrapper(NDARRAY, (1,), dtype=_dtype("V8", fields)), a.pickle(a.command())),
        "an object in a field",
    )
    yield (
        "object-then-payload",
        joblib_file(wrapper(NDARRAY, (1,), dtype=_dtype("O8")), a.dumps(["x"]), payload),
        "a payload after nested objects",
    )
    twice = a.ref("joblib.numpy_pickle", "NumpyArrayWrapper") + a.EMPTY_TUPLE + a.NEWOBJ + a.MEMOIZE
    state = {"subclass": Raw(NDARRAY), "shape": (2,), "order": "C", "dtype": Raw(_dtype("f8")), "allow_mmap": False}
    again = a.POP + a.binget(0) + a.EMPTY_DICT + a.BUILD
    yield (
        "wrapper-twice",
        joblib_file(twice + a.value(state) + a.BUILD, bytes(16), again + a.ref("os", "system") + noise(40, 8)),
        "one placeholder, built twice",
    )
    yield "order", joblib_file(wrapper(NDARRAY, (2,), order=7), bytes(16), payload), "an order that is a number"
    yield "shape-list", joblib_file(wrapper(NDARRAY, [2]), bytes(16), payload), "a shape that is a list"
    yield "shape-text", joblib_file(wrapper(NDARRAY, "2"), bytes(16), payload), "a shape that is a text"
    yield (
        "state-tuple",
        joblib_file(twice + a.value((None, state)) + a.BUILD, bytes(16), payload),
        "slot state for a placeholder",
    )
    yield "through-list", joblib_file(a.EMPTY_LIST + wrapper(NDARRAY, (2,)), bytes(16) + a.APPEND, payload), "in a list"


def _loaders() -> Iterator[tuple[str, dict[str, bytes], str]]:
    """What other loaders read under names of their own."""
    evil, evil2 = a.pickle(a.command()), a.pickle(a.command(protocol=2), 2)
    for name in ("model.pdparams", "model.pdopt", "model.dill", "model.cloudpickle", "model.th", "model.pkl.zip", "model.p",
                 "weights.params", "agent.zip", "vectorizer", "model.pk", "checkpoint", "data.dat", "net.weights", "iter_100"):  # fmt: skip
        data = plain_zip({"policy.pth": torch_zip(evil2), "data": b"{}"}) if name == "agent.zip" else evil
        yield f"name-{name}", {name: data}, "a pickle under another loader's name"
    sb3 = {
        "data": b'{"policy_class": {":type:": "<class>", ":serialized:": "gASVCwAAAAAAAACMAm9zlIwGc3lzdGVtlJMu"}}',
        "policy.pth": torch_zip(*weights()),
    }
    yield "stable-baselines", {"ppo.zip": plain_zip(sb3)}, "a pickle in base64 in JSON, as stable-baselines3 writes it"
    good, storages = weights()
    pt2 = {"m/archive_format": b"pt2", "m/archive_version": b"0", "m/data/sample_inputs/model.pt": torch_zip(evil2)}
    yield "pt2-sample-inputs", {"model.pt2": plain_zip(pt2)}, "a payload among the inputs of an exported program"
    first = [Member(name="other/readme", data=b"x"), Member(name="other/data.pkl", data=evil2)]
    more = [Member(name=f"archive/{name}", data=data) for name, data in {"data.pkl": good, "version": b"3\n"}.items()]
    yield "torch-first-root", {"model.pt": zip_file([*first, *more])}, "the root that the first member names"
    deep = torch_zip(good, storages, more=[Member(name="archive/sub/data.pkl", data=evil2)])
    yield "torch-deeper", {"model.pt": deep}, "another pickle further down"
    yield (
        "torch-data-folder",
        {"model.pt": torch_zip(good, {**storages, "2.pkl": evil2})},
        "a pickle among the storages",
    )
    yield (
        "unpacked",
        {"weights/data.pkl": evil2, "weights/version": b"3\n", "weights/data/0": bytes(8)},
        "an unpacked torch archive",
    )
    yield "numpy-in-folder", {"arrays/a.npy": evil}, "a pickle called .npy in a folder"


def cases() -> Iterator[Case]:
    """All cases."""
    for name, body, about in _numpy():
        yield hostile(NATIVE, f"numpy-{name}", {"data.pkl": a.pickle(body)}, about)
    for name, data, about in _sklearn():
        yield hostile(NATIVE, f"sklearn-{name}", {"model.pkl": data if data[:1] == b"\x80" else a.pickle(data)}, about)
    for name, data, about in _listed():
        make = attack if name in {"hooks-callable", "state-dict-code"} else hostile
        yield make(LISTED, name, {"model.pt": data}, about)
    for name, data, about in _raw():
        make = warn if name == "padding-holds-payload" else attack
        yield make(RAW, name, {"model.joblib": data}, about)
    for name, files, about in _loaders():
        yield attack(FILES, name, files, about)
