"""Skops files: what skops itself writes passes, and every loader or type outside of the trusted ones blocks."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.scanning.archives.zip import open_zip
from attest.scanning.part import Part
from attest.scanning.pickles.skops import scan_skops
from tests.unit.scanning.parts import Scanned, run

REAL = Path(__file__).parents[2] / "data/scanning/skops"
NATIVE = {"rf"}


def scan(part: Part) -> None:
    scan_skops(part, open_zip(part))


def check(data: bytes, *profiles: str) -> Scanned:
    return run(scan, data, "model.skops", profiles=profiles)


def pack(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def file(root: dict[str, object], members: dict[str, bytes] | None = None) -> bytes:
    schema = {"protocol": 2, "_skops_version": "0.16.0", **root}
    return pack({**(members or {}), "schema.json": json.dumps(schema).encode()})


def node(loader: str, pair: str, **more: object) -> dict[str, object]:
    module, _, name = pair.rpartition(".")
    return {"__class__": name, "__module__": module, "__loader__": loader, **more}


def text(value: object) -> dict[str, object]:
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


def listing(*items: object) -> dict[str, object]:
    return node("ListNode", "builtins.list", content=list(items))


def table(**items: object) -> dict[str, object]:
    return node("DictNode", "builtins.dict", content=items, key_types=listing())


def generator(name: object, **more: object) -> dict[str, object]:
    state = {**table(bit_generator=name), **more}
    return node("RandomGeneratorNode", "numpy.random._generator.Generator", content={"bit_generator": state})


@pytest.mark.parametrize("path", sorted(REAL.iterdir()), ids=lambda path: path.stem)
def test_what_skops_writes_passes(path: Path) -> None:
    scanned = check(path.read_bytes())
    assert scanned.outcome == "PASS", scanned.found.findings
    assert scanned.rules == (["pickle.native-state"] if path.stem in NATIVE else [])
    assert all(name.endswith((".npy", ".npz", ".bin")) for name in scanned.members)


GOOD = {
    "list": listing(text(1), table(a=text("b"))),
    "function": node("FunctionNode", "numpy.log1p"),
    "function of SciPy": node("FunctionNode", "scipy.special._ufuncs.expit"),
    "function of an old protocol": {
        **node("FunctionNode", "numpy.log1p", content={"module_path": "scipy.special", "function": "expit"}),
    },
    "type": node("TypeNode", "builtins.str"),
    "estimator": node("ObjectNode", "sklearn.linear_model._ridge.Ridge", content=table(alpha=text(1))),
    "generator": generator(text("PCG64")),
    "value": node("ConstructorFromReduceNode", "datetime.timezone", content=listing()),
    "twice": listing(node("TypeNode", "builtins.str", __id__=1), node("TypeNode", "builtins.str", __id__=1)),
    "cached": listing(
        node("TypeNode", "builtins.str", __id__=1), {"__loader__": "CachedNode", "__id__": 1, "__class__": None},
    ),
    "key like a field": table(__loader__=text("x")),
}  # fmt: skip
BAD = {
    "type": node("TypeNode", "os.system"),
    "type that is called": node("TypeNode", "builtins.type"),
    "object": node("ObjectNode", "subprocess.Popen", content=table()),
    "object with a listed prefix": node("ObjectNode", "sklearn.utils._testing.SkipTest", content=table()),
    "object of a listed function": node("ObjectNode", "numpy._core.multiarray._reconstruct", content=table()),
    "function": node("FunctionNode", "os.system"),
    "function of NumPy that reads files": node("FunctionNode", "numpy.load"),
    "function of an old protocol": node(
        "FunctionNode", "numpy.log1p", content={"module_path": "os", "function": "system"}
    ),
    "constructor": node("ConstructorFromReduceNode", "subprocess.Popen", content=listing()),
    "constructor of a listed type": node("ConstructorFromReduceNode", "builtins.bytearray", content=listing(text(9))),
    "function on the list that is called": node("FunctionNode", "_codecs.encode"),
    "method (CVE-2025-54413)": node(
        "MethodNode", "builtins.str", content={"func": "__class__", "obj": text("x")}
    ),
    "operator (CVE-2025-54412)": node("OperatorFuncNode", "operator.methodcaller", attrs=listing(text("system"))),
    "partial": node("PartialNode", "functools.partial", content={"func": node("TypeNode", "builtins.str")}),
    "loss": node("LossNode", "os.system", content=table(), __reduce__={"args": listing()}),
    "tree": node("TreeNode", "os.system", content=table(), __reduce__={"args": listing()}),
    "forest": node("QuantileForestNode", "quantile_forest._quantile_forest_fast.QuantileForest", content=table()),
    "list of another class": node("ListNode", "subprocess.Popen", content=[text("id")]),
    "dictionary of another class": node("DictNode", "os._Environ", content={}, key_types=listing()),
    "array of another class": node("NdArrayNode", "numpy.memmap", type="json", content=[], shape=listing()),
    "JSON of another class": node("JsonNode", "os.system", content="1"),
    "unknown loader": node("EvilNode", "builtins.str"),
    "in a list": listing(text(1), node("TypeNode", "os.system")),
    "in arguments": node("TreeNode", "sklearn.tree._tree.Tree", __reduce__={"args": node("TypeNode", "os.system")}),
    "beside the content": {**listing(), "more": {"deep": [node("TypeNode", "os.system")]}},
    "name spelled by escapes": json.loads('{"__loader__":"TypeNode","__module__":"\\u006fs","__class__":"system"}'),
    "dotted name": node("TypeNode", "builtins.str.__class__"),
    "generator (0.13)": generator(text("seed")),
    "generator of a number": generator(text(1)),
    "generator of another shape": generator(text("PCG64"), __loader__="ListNode", __class__="list"),
    "generator without a state": node("RandomGeneratorNode", "numpy.random._generator.Generator", content={}),
    "one id for two types": listing(
        node("TypeNode", "builtins.str", __id__=1), node("ListNode", "builtins.list", content=[], __id__=1)
    ),
    "one id for two texts": listing({**text("a"), "__id__": 1}, {**text("b"), "__id__": 1}),
    "one id for two tables": listing({**table(a=text(1)), "__id__": 1}, {**table(b=text(1)), "__id__": 1}),
    "cached without one": {"__loader__": "CachedNode", "__id__": 7, "__class__": None, "__module__": None},
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_trusted_nodes_pass(name: str) -> None:
    root = GOOD[name] if "__class__" in GOOD[name] else listing(GOOD[name])
    scanned = check(file(root))
    assert scanned.rules == [], scanned.found.findings


@pytest.mark.parametrize("name", BAD)
def test_anything_else_blocks(name: str) -> None:
    for root in (BAD[name], listing(BAD[name]), table(x=BAD[name])):
        scanned = check(file(root))
        assert scanned.outcome == "BLOCK"
        assert set(scanned.rules) - {"pickle.native-state"} == {"skops.loader"}, scanned.found.findings


def test_state_with_names_that_python_acts_on_blocks() -> None:
    root = node("ObjectNode", "sklearn.linear_model._ridge.Ridge", content=table(__class__=text("x"), a=text(1)))
    assert check(file(root)).rules == ["pickle.state-key"]


def test_profiles_are_kept() -> None:
    root = node("ObjectNode", "sklearn.linear_model._ridge.Ridge", content=table(alpha=text(1)))
    assert "sklearn" in check(file(root)).found.profiles
    assert check(file(root), "torch-weights").rules == ["skops.loader"]


def array(name: str, **more: object) -> dict[str, object]:
    return node("NdArrayNode", "numpy.ndarray", type="numpy", file=name, **more)


def test_members_are_handed_over() -> None:
    root = listing(array("1.npy"), node("BytesNode", "builtins.bytes", file="2.bin"))
    scanned = check(file(root, {"1.npy": b"array", "2.bin": b"\x80\x04."}))
    assert scanned.rules == []
    assert scanned.members == {"1.npy": b"array"}


@pytest.mark.parametrize(
    ("root", "members", "rule"),
    [
        (listing(array("1.npy")), {}, "file.malformed"),
        (listing(), {"evil.pkl": b"x"}, "file.unknown-format"),
        (listing(array("evil.pkl")), {"evil.pkl": b"x"}, "skops.loader"),
        (listing(array("a/b.npy")), {"a/b.npy": b"x"}, "skops.loader"),
        (listing(array("1.npy"), node("BytesNode", "builtins.bytes", file="1.npy")), {"1.npy": b"x"}, "skops.loader"),
        (node("NdArrayNode", "numpy.ndarray", type="pickle", file="1.npy"), {}, "file.malformed"),
        (node("NdArrayNode", "numpy.ndarray", type="numpy"), {}, "file.malformed"),
    ],
)  # fmt: skip
def test_members_and_nodes_must_agree(root: dict[str, object], members: dict[str, bytes], rule: str) -> None:
    assert check(file(root, members)).rules == [rule]


@pytest.mark.parametrize(
    "members",
    [
        {"other.txt": b""},
        {"schema.json": b"{}"},
        {"schema.json": b"[]"},
        {"schema.json": b'{"protocol": 2}'},
        {"schema.json": b'{"protocol": 3, "__loader__": "JsonNode"}'},
        {"schema.json": b'{"protocol": true, "__loader__": "JsonNode"}'},
        {"schema.json": b'{"protocol": 2, "__loader__": "JsonNode", "__loader__": "TypeNode"}'},
        {"schema.json": b'{"protocol": 2, "__loader__": "TypeNode", "__class__": 1, "__module__": "os"}'},
        {"schema.json": b'{"protocol": 2, "__loader__": "ListNode", "a":' + b"[" * 2000 + b"]" * 2000 + b"}"},
    ],
)
def test_a_schema_that_cannot_be_read_is_malformed(members: dict[str, bytes]) -> None:
    scanned = check(pack(members))
    assert "file.malformed" in scanned.rules
    assert "scan.internal-error" not in scanned.rules


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["__loader__", "__class__", "__module__", "__id__", "content", "type", "file", "protocol", "__reduce__"]


@given(st.sampled_from(sorted(BAD)), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=3))
def test_no_schema_makes_it_raise(name: str, changes: dict[str, object]) -> None:
    root = copy.deepcopy(BAD[name])
    root.update(changes)
    scanned = check(file(listing(root)))
    assert "scan.internal-error" not in scanned.rules
