"""skops, joblib's companion files, R, Core ML, and what else a model tree may hold."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from tests.corpus import assembler as a
from tests.corpus import protos as p
from tests.corpus.assembler import Raw
from tests.corpus.case import Case, attack, benign, hostile, noise, warn
from tests.corpus.containers import gz
from tests.corpus.zips import plain_zip

SKOPS, JOBLIB, RDS, COREML, OTHER = "skops", "joblib", "rds", "coreml", "other"


def _node(module: str, klass: str, loader: str, **more: Any) -> dict[str, Any]:
    """A node of a skops schema."""
    return {"__class__": klass, "__module__": module, "__loader__": loader, "__id__": 1, **more}


def skops(tree: Any, **files: bytes) -> bytes:
    """A skops archive; the schema is the tree with the versions beside it."""
    schema = {**tree, "protocol": 2, "_skops_version": "0.16.0"} if isinstance(tree, dict) else tree
    return plain_zip(
        {**{name.replace("__", "."): data for name, data in files.items()}, "schema.json": json.dumps(schema).encode()}
    )


def _json_node(value: Any) -> dict[str, Any]:
    return _node("builtins", "str", "JsonNode", content=json.dumps(value), is_json=True)


ESTIMATOR = _node(
    "sklearn.linear_model._base", "LinearRegression", "ObjectNode",
    content=_node("builtins", "dict", "DictNode", content={"fit_intercept": _json_node(True)},
                  key_types=_node("builtins", "list", "ListNode", content=[_node("builtins", "str", "TypeNode")])),
)  # fmt: skip


def _skops() -> Iterator[Case]:
    """skops."""
    call = {"args": _node("builtins", "tuple", "TupleNode", content=[_json_node("echo corpus")])}
    for name, tree, about in (
        ("function", _node("os", "system", "FunctionNode"), "a function"),
        ("function-method", _node("builtins", "eval", "FunctionNode", content={"function": "eval", "module_path": "builtins"}), "a function"),
        ("type", _node("subprocess", "Popen", "TypeNode"), "a type"),
        ("object", _node("subprocess", "Popen", "ObjectNode", content=_node("builtins", "dict", "DictNode", content={})), "an object"),
        ("object-state", _node("my_project", "Net", "ObjectNode", content=None), "a class of the user"),
        ("reduce", _node("os", "system", "ReduceNode", **call), "a reducer"),
        ("constructor", _node("os", "system", "ConstructorFromJsonNode", **call), "a constructor"),
        ("partial", _node("functools", "partial", "PartialNode", content={"func": _node("os", "system", "FunctionNode"), **call}), "functools.partial"),
        ("method", _node("builtins", "method", "MethodNode", content={"func": "system", "obj": _node("os", "environ", "ObjectNode")}), "CVE-2025-54413: MethodNode"),
        ("operator", _node("operator", "methodcaller", "OperatorFuncNode", attrs=_node("builtins", "tuple", "TupleNode", content=[_json_node("system")])), "CVE-2025-54412: OperatorFuncNode"),
        ("loader-unknown", _node("sklearn.linear_model._base", "LinearRegression", "CorpusNode"), "an unknown loader"),
        ("loader-lies", _node("os", "system", "ListNode", content=[]), "a loader that does not fit its class"),
        ("loader-missing", {"__class__": "system", "__module__": "os", "__id__": 1}, "no loader"),
        ("loader-number", _node("os", "system", "x", __loader__=7), "a loader that is no text"),
        ("module-dotted", _node("sklearn.linear_model._base.os", "system", "FunctionNode"), "a module below a listed one"),
        ("nested", {**ESTIMATOR, "content": _node("builtins", "dict", "DictNode", content={"a": _node("os", "system", "FunctionNode")})}, "a function in an estimator"),
        ("free-key", {**ESTIMATOR, "corpus": _node("os", "system", "FunctionNode")}, "a function under a free key"),
        ("json-loader", _node("builtins", "str", "JsonNode", content="{\"__loader__\": 1", is_json=True), "JSON that is none"),
        ("default-factory", _node("collections", "defaultdict", "DefaultDictNode", content={"default_factory": _node("os", "getcwd", "FunctionNode")}), "a factory"),
        ("sparse", _node("scipy.sparse._csr", "csr_matrix", "SparseMatrixNode", content="../../x.npz", type="scipy"), "a file that leads out"),
    ):  # fmt: skip
        make = warn if name == "json-loader" else hostile if name in {"loader-missing", "sparse"} else attack
        yield make(SKOPS, name, {"model.skops": skops(tree)}, about)
    array = _node("numpy", "ndarray", "NdArrayNode", type="numpy", file="1.npy")
    evil = p.npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", a.pickle(a.command()))
    yield attack(SKOPS, "object-array", {"model.skops": skops(array, **{"1__npy": evil})}, "an array of objects")
    yield attack(
        SKOPS,
        "array-is-pickle",
        {"model.skops": skops(array, **{"1__npy": a.pickle(a.command())})},
        "an array that is a pickle",
    )
    yield attack(
        SKOPS,
        "extra-pickle",
        {"model.skops": skops(ESTIMATOR, **{"x__pkl": a.pickle(a.command())})},
        "a pickle beside the schema",
    )
    yield hostile(SKOPS, "array-missing", {"model.skops": skops(array)}, "an array that is not there")
    text = json.dumps({**ESTIMATOR, "protocol": 2})
    escaped = text.replace('"ObjectNode"', '"\\u0046unctionNode"').replace("sklearn.linear_model._base", "os")
    yield attack(
        SKOPS,
        "escapes",
        {"model.skops": plain_zip({"schema.json": escaped.encode()})},
        "CVE-2025-54886: hidden by JSON escapes",
    )
    doubled = text.replace('"__loader__": "ObjectNode"', '"__loader__": "ObjectNode", "__loader__": "FunctionNode"')
    yield attack(SKOPS, "key-twice", {"model.skops": plain_zip({"schema.json": doubled.encode()})}, "a key twice")
    yield hostile(SKOPS, "schema-missing", {"model.skops": plain_zip({"a.txt": b"corpus"})}, "no schema")
    yield hostile(
        SKOPS,
        "deep",
        {"model.skops": plain_zip({"schema.json": b'{"content":' * 5000 + b"1" + b"}" * 5000})},
        "5,000 levels",
    )


def wrapper(subclass: bytes, shape: Any, *, dtype: bytes | None = None, **more: Any) -> bytes:
    """The opcodes of joblib's placeholder for an array."""
    kind = dtype or a.call("numpy", "dtype", "f8", False, True)
    state = {"subclass": Raw(subclass), "shape": shape, "order": "C", "dtype": Raw(kind), "allow_mmap": False, **more}
    return a.ref("joblib.numpy_pickle", "NumpyArrayWrapper") + a.EMPTY_TUPLE + a.NEWOBJ + a.value(state) + a.BUILD


NDARRAY = a.ref("numpy", "ndarray")


def joblib_file(body: bytes, raw: bytes, rest: bytes = b"") -> bytes:
    """A stream in which raw data follows the placeholder at once."""
    return a.proto(4) + body + raw + rest + a.STOP


def _joblib() -> Iterator[Case]:
    """joblib."""
    good = joblib_file(wrapper(NDARRAY, (2,)), bytes(16))
    yield benign(JOBLIB, "array", {"model.joblib": good}, "an array")
    aligned = joblib_file(wrapper(NDARRAY, (2,), numpy_array_alignment_bytes=16), b"\3\0\0\0" + bytes(16))
    yield warn(JOBLIB, "array-aligned", {"model.joblib": aligned}, "an array with padding of some length")
    for name, file in (
        ("companion", "model.joblib_01.npy"),
        ("companion-parent", "../../x.npy"),
        ("companion-absolute", "/tmp/x.npy"),
    ):
        old = a.ref("joblib.numpy_pickle", "NDArrayWrapper") + a.EMPTY_TUPLE + a.NEWOBJ
        data = a.pickle(old + a.value({"filename": file, "subclass": Raw(NDARRAY), "allow_mmap": True}) + a.BUILD)
        files = {"model.joblib": data}
        if name == "companion":
            files[file] = p.npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", a.pickle(a.command()))
        yield attack(JOBLIB, name, files, "an array in another file")
    z_old = a.ref("joblib.numpy_pickle", "ZNDArrayWrapper") + a.EMPTY_TUPLE + a.NEWOBJ
    state = {"filename": "x.z", "init_args": (Raw(NDARRAY), (0,), "b"), "state": None}
    yield attack(
        JOBLIB, "z-companion", {"model.joblib": a.pickle(z_old + a.value(state) + a.BUILD)}, "an array in another file"
    )
    objects = a.call("numpy", "dtype", "O8", False, True)
    nested = joblib_file(wrapper(NDARRAY, (1,), dtype=objects), a.pickle(a.command()))
    yield attack(JOBLIB, "object-array", {"model.joblib": nested}, "CVE-2024-34997: an array of objects")
    second = joblib_file(wrapper(NDARRAY, (2,)), bytes(16), a.POP + a.command())
    yield attack(JOBLIB, "after-raw", {"model.joblib": second}, "a payload after raw data")
    hides = joblib_file(wrapper(NDARRAY, (4,)), bytes(16), a.command())
    yield attack(JOBLIB, "shape-swallows", {"model.joblib": hides}, "a shape that swallows opcodes")
    yield hostile(
        JOBLIB,
        "shape-huge",
        {"model.joblib": joblib_file(wrapper(NDARRAY, (1 << 50,)), bytes(16))},
        "a shape above the file",
    )
    yield hostile(
        JOBLIB, "shape-negative", {"model.joblib": joblib_file(wrapper(NDARRAY, (-1,)), bytes(16))}, "a negative shape"
    )
    yield attack(
        JOBLIB,
        "subclass",
        {"model.joblib": joblib_file(wrapper(a.ref("os", "system"), (2,)), bytes(16))},
        "a foreign array class",
    )
    yield warn(
        JOBLIB,
        "subclass-memmap",
        {"model.joblib": joblib_file(wrapper(a.ref("numpy", "memmap"), (2,)), bytes(16))},
        "an array class that opens files",
    )
    zero = joblib_file(wrapper(NDARRAY, (0,)), b"", a.POP + a.command())
    yield attack(JOBLIB, "empty-array", {"model.joblib": zero}, "a payload after an empty array")
    late = (
        a.ref("joblib.numpy_pickle", "NumpyArrayWrapper")
        + a.EMPTY_TUPLE
        + a.NEWOBJ
        + a.value({"shape": (2,)})
        + a.BUILD
    )
    yield hostile(
        JOBLIB, "incomplete", {"model.joblib": joblib_file(late, bytes(16))}, "a placeholder without its type"
    )
    estimator = a.ref("sklearn.linear_model._base", "LinearRegression") + a.EMPTY_TUPLE + a.NEWOBJ
    data = (
        a.proto(4)
        + estimator
        + a.EMPTY_DICT
        + a.text("coef_")
        + wrapper(NDARRAY, (2,))
        + bytes(16)
        + a.SETITEM
        + a.BUILD
        + a.STOP
    )
    yield benign(JOBLIB, "estimator", {"model.joblib": data}, "an estimator with an array")
    yield benign(JOBLIB, "estimator-gzip", {"model.joblib.gz": gz(data)}, "the same in gzip")
    evil = (
        a.proto(4)
        + estimator
        + a.EMPTY_DICT
        + a.text("coef_")
        + wrapper(NDARRAY, (2,))
        + bytes(16)
        + a.SETITEM
        + a.BUILD
        + a.POP
        + a.command()
        + a.STOP
    )
    yield attack(JOBLIB, "estimator-payload", {"model.joblib": evil}, "a payload behind an estimator")


def _r_text(text: str) -> bytes:
    """A CHARSXP."""
    return struct.pack(">II", 0x00040009, len(text)) + text.encode()


def _r_symbol(name: str) -> bytes:
    """A SYMSXP."""
    return struct.pack(">I", 1) + _r_text(name)


NIL = struct.pack(">I", 0xFE)
GLOBAL_ENV = struct.pack(">I", 0xFD)


def rds(body: bytes, version: int = 2) -> bytes:
    """Serialised R, in the XDR form."""
    head = b"X\n" + struct.pack(">III", version, 0x00040300, 0x00020300)
    if version == 3:
        head += struct.pack(">I", 5) + b"UTF-8"
    return head + body


def _rds() -> Iterator[Case]:
    """R. A promise runs when it is first looked at (CVE-2024-27322)."""
    call = (
        struct.pack(">I", 6)
        + _r_symbol("system")
        + struct.pack(">I", 2)
        + struct.pack(">II", 16, 1)
        + _r_text("echo corpus")
        + NIL
    )
    promise = struct.pack(">I", 5) + NIL + NIL + call
    numbers = struct.pack(">IId", 14, 1, 1.0)
    for name, body, about in (
        ("promise", promise, "CVE-2024-27322: a promise"),
        ("promise-in-list", struct.pack(">II", 19, 2) + numbers + promise, "a promise in a list"),
        ("call", call, "a call"),
        ("closure", struct.pack(">I", 3) + GLOBAL_ENV + NIL + call, "a function"),
        ("bytecode", struct.pack(">II", 21, 1) + noise(20, 64), "compiled code"),
        ("external-pointer", struct.pack(">I", 22) + NIL + NIL, "a pointer"),
        ("expression", struct.pack(">II", 20, 1) + call, "an expression"),
    ):
        make = hostile if name in {"bytecode", "external-pointer"} else attack
        yield make(RDS, name, {"model.rds": gz(rds(body))}, about)
    yield attack(RDS, "promise-plain", {"model.rds": rds(promise)}, "without compression")
    yield attack(RDS, "promise-version-3", {"model.rds": gz(rds(promise, 3))}, "version 3")
    yield attack(
        RDS,
        "promise-rda",
        {"model.RData": gz(b"RDX2\n" + rds(struct.pack(">I", 0x402) + _r_symbol("x") + promise + NIL))},
        "in a workspace",
    )
    yield hostile(RDS, "length", {"model.rds": gz(rds(struct.pack(">Ii", 14, 1 << 30)))}, "a length above the file")
    yield hostile(RDS, "truncated", {"model.rds": gz(rds(struct.pack(">II", 14, 4) + bytes(9)))}, "cut off")
    yield benign(RDS, "numbers", {"model.rds": gz(rds(struct.pack(">II3d", 14, 3, 1.0, 2.0, 3.0)))}, "three numbers")


def _coreml() -> Iterator[Case]:
    """Core ML."""
    description = p.chunk(2, p.chunk(1, p.chunk(1, "x")))
    custom = p.number(1, 4) + description + p.chunk(555, p.chunk(10, "CorpusModel"))
    yield warn(COREML, "custom-model", {"model.mlmodel": custom}, "a model of the application")
    linked = p.number(1, 4) + description + p.chunk(556, p.chunk(1, p.chunk(1, p.chunk(3, "corpus"))))
    yield warn(COREML, "linked-model", {"model.mlmodel": linked}, "a model in another file")
    layers = p.chunk(1, p.chunk(1, "custom") + p.chunk(500, p.chunk(10, "CorpusLayer")))
    yield warn(
        COREML,
        "custom-layer",
        {"model.mlmodel": p.number(1, 4) + description + p.chunk(500, layers)},
        "a layer of the application",
    )
    yield hostile(
        COREML,
        "unknown-field",
        {"model.mlmodel": p.number(1, 4) + description + p.chunk(999, "corpus")},
        "an unknown field",
    )
    yield hostile(COREML, "truncated", {"model.mlmodel": custom[:-4]}, "cut off")


def _other() -> Iterator[Case]:
    """What else may lie there."""
    yield attack(
        OTHER,
        "egg",
        {"model.egg": plain_zip({"run.py": b"print('corpus')\n", "EGG-INFO/x": b"", "m.pkl": a.pickle(a.command())})},
        "an egg",
    )
    yield attack(
        OTHER,
        "torch-mar",
        {
            "model.mar": plain_zip(
                {
                    "MAR-INF/MANIFEST.json": b'{"model": {"handler": "h.py", "serializedFile": "m.pt"}}',
                    "h.py": b"print('corpus')\n",
                    "m.pt": a.pickle(a.command(protocol=2), 2),
                }
            )
        },
        "TorchServe",
    )
    yield attack(
        OTHER, "whl", {"corpus-1-py3-none-any.whl": plain_zip({"corpus.so": b"\x7fELF\2\1\1" + bytes(100)})}, "a wheel"
    )
    yield attack(
        OTHER,
        "dll-in-folder",
        {
            "config.json": b"{}",
            "ops/custom.dll": b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x64\x86" + bytes(200),
        },
        "a library of Windows",
    )
    yield hostile(OTHER, "symbol-name", {"model\x1b[2J.pkl": a.pickle(a.command())}, "a name that breaks terminals")
    yield hostile(OTHER, "msgpack-ext", {"flax_model.msgpack": b"\xc7\x05\x7fhello"}, "an extension type")
    yield attack(OTHER, "pickle-in-sqlite-name", {"store.db.pkl": a.pickle(a.command())}, "a double extension")
    many = a.dumps({f"k{n}": 1.0 for n in range(30_000)})[:-1] + a.POP + a.command() + a.STOP
    yield attack(
        OTHER, "large-then-payload", {"model.pkl": a.proto(4) + many[11:]}, "a payload after a large dictionary"
    )
    long_text = a.pickle(a.text("x" * (1 << 20)) + a.POP + a.command(), 4, framed=False)
    yield attack(OTHER, "long-then-payload", {"model.pkl": long_text}, "a payload after a megabyte of text")
    binary = a.pickle(a.value(noise(21, 1 << 20)) + a.POP + a.command(), 4, framed=False)
    yield attack(OTHER, "bytes-then-payload", {"model.pkl": binary}, "a payload after a megabyte of bytes")
    nested = a.pickle(a.value(a.pickle(a.command())))
    yield warn(OTHER, "pickle-in-bytes", {"model.pkl": nested}, "a pickle in a constant that nothing loads")


def cases() -> Iterator[Case]:
    """All cases."""
    yield from _skops()
    yield from _joblib()
    yield from _rds()
    yield from _coreml()
    yield from _other()
