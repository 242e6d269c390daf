"""Models of gradient-boosted trees: XGBoost in its three layouts, LightGBM as text."""

from __future__ import annotations

import json
import struct
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import lightgbm, ubjson, xgboost
from attest.formats.facts import Facts
from attest.formats.source import Source
from tests.unit.formats.model_samples import XGBOOST_OLD, XGBOOST_UBJ
from tests.unit.formats.wire_builder import Watched, of, survives

TREE = {"base_weights": [1.5e-8, -0.5], "id": 0, "tree_param": {"num_nodes": "3"}}
TREES = {
    "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "3"},
    "tree_info": [0, 0, 0],
    "trees": [TREE] * 3,
}


def document(booster: Any = None, **changes: Any) -> dict[str, Any]:
    """A model in the order in which XGBoost writes its members."""
    parameters = {"base_score": "5E-1", "num_class": "0", "num_feature": "3", "num_target": "1"}
    learner: dict[str, Any] = {
        "attributes": {"note": "hi"},
        "feature_names": [],
        "gradient_booster": booster or {"model": TREES, "name": "gbtree"},
        "learner_model_param": parameters,
        "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    return {"learner": learner | changes.pop("learner", {}), "version": [3, 2, 0]} | changes


def as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def as_ubjson(value: Any) -> bytes:
    """A value as XGBoost writes it: lengths of 64 bits, lists of fractions with a type and a length."""
    if isinstance(value, dict):
        return b"{" + b"".join(b"L" + text(name) + as_ubjson(item) for name, item in value.items()) + b"}"
    if isinstance(value, list) and value and all(isinstance(item, float) for item in value):
        return b"[$d#L" + struct.pack(f">q{len(value)}f", len(value), *value)
    if isinstance(value, list):
        return b"[#L" + struct.pack(">q", len(value)) + b"".join(map(as_ubjson, value))
    if isinstance(value, str):
        return b"SL" + text(value)
    return b"i" + struct.pack("b", value)


def text(value: str) -> bytes:
    return struct.pack(">q", len(value.encode())) + value.encode()


GOOD = {
    "num_class": "0", "num_feature": "3", "num_target": "1", "num_trees": "3", "objective": "binary:logistic",
}  # fmt: skip


def about(data: bytes) -> Facts:
    found = of(xgboost.read, data)
    assert (found.format, found.framework) == ("xgboost", "xgboost")
    return found


@pytest.mark.parametrize("write", [as_json, as_ubjson])
def test_a_model(write: Any) -> None:
    found = about(write(document()))
    layout = "JSON" if write is as_json else "UBJSON"
    assert (found.title, found.framework_version) == (f"XGBoost 3.2.0, {layout}", "3.2.0")
    assert (dict(found.hyperparameters), found.architecture) == (GOOD, "gbtree")
    assert dict(found.properties) == {"xgboost:layout": layout, "xgboost:booster": "gbtree"}
    dart = about(write(document({"gbtree": {"model": TREES, "name": "gbtree"}, "name": "dart", "weight_drop": [1.0]})))
    assert (dict(dart.hyperparameters), dart.architecture) == (GOOD, "dart")
    linear = about(write(document({"model": {"weights": [0.5]}, "name": "gblinear"})))
    assert (linear.architecture, "num_trees" in dict(linear.hyperparameters)) == ("gblinear", False)


def test_what_xgboost_writes() -> None:
    found = about(XGBOOST_UBJ)
    assert (found.title, dict(found.hyperparameters)) == ("XGBoost 3.2.0, UBJSON", GOOD)
    found = about(XGBOOST_OLD)
    assert (found.title, dict(found.hyperparameters), found.architecture) == ("XGBoost 1.7, binary", GOOD, "gbtree")
    assert about(XGBOOST_OLD.removeprefix(b"binf")).title == "XGBoost 1.7, binary"


@pytest.mark.parametrize("booster", ["gbtree", "dart"])
def test_of_a_long_document_only_both_ends_are_read(booster: str) -> None:
    many = TREES | {"trees": [TREE] * 20_000}
    wrapped: dict[str, Any] = {"model": many, "name": "gbtree"}
    if booster == "dart":
        wrapped = {"gbtree": wrapped, "name": "dart", "weight_drop": [1.0, 0.5]}
    watched = Watched(as_json(document(wrapped)))
    found = xgboost.read(watched.source())
    assert (dict(found.hyperparameters), found.architecture, found.framework_version) == (GOOD, booster, "3.2.0")
    assert watched.total < 1_200_000 < watched.size


def test_texts_that_look_like_members_do_not_deceive() -> None:
    trap = ',"learner_model_param":{"num_feature":"9"},"objective":{"name":"trap"}},"version":[9,9,9]}'
    many = {"model": TREES | {"trees": [TREE] * 20_000}, "name": "gbtree"}
    learner = {"attributes": {"a": '"gbtree_model_param":{"num_trees":"9"}'}}
    objective = {"name": "binary:logistic", "note": trap}
    found = about(as_json(document(many, learner=learner | {"objective": objective})))
    assert (dict(found.hyperparameters), found.framework_version) == (GOOD, "3.2.0")


def test_a_long_document_without_an_end() -> None:
    many = as_json(document({"model": TREES | {"trees": [TREE] * 20_000}, "name": "gbtree"}))
    for broken, message in (
        (many[:-2000], "does not hold its parameters"),
        (many + b"x", "not strict JSON"),
        (many[:-1], "not strict JSON"),
        (
            as_json(document(learner={"attributes": {"x": "y" * (2 << 20)}, "objective": ["z" * 70_000]})),
            "does not hold",
        ),
    ):
        with pytest.raises(DocumentError, match=message):
            about(broken)


def test_what_is_missing_is_said() -> None:
    for write in (as_json, as_ubjson):
        found = about(write({"learner": {"objective": {"name": "reg:x"}}}))
        assert (found.title, found.framework_version) == (f"XGBoost, {'JSON' if write is as_json else 'UBJSON'}", "")
        assert dict(found.properties)["xgboost:not-found"] == "version, num_feature"
        with pytest.raises(DocumentError, match="does not say anything"):
            about(write({"learner": {"x": "y"}}))


def test_values_of_unexpected_types_are_left_out() -> None:
    odd: list[dict[str, Any]] = [
        {"version": [3, 2]}, {"version": "3.2.0"}, {"version": [3, "2", 0]}, {"learner": {"objective": "x"}},
        {"learner": {"objective": {"name": 3}}}, {"learner": {"objective": {"name": "x\x1b"}}},
        {"learner": {"learner_model_param": {"num_feature": "-3"}}},
        {"learner": {"learner_model_param": {"num_feature": "x"}}}, {"learner": {"learner_model_param": []}},
        {"learner": {"learner_model_param": {"num_feature": "9" * 30}}},
    ]  # fmt: skip
    for changes in odd:
        assert "xgboost:not-found" in dict(about(as_json(document(**changes))).properties)
    assert dict(about(as_json(document({"name": "gbtree", "model": [1]}))).hyperparameters).get("num_trees") is None


def test_refuses_what_is_no_model() -> None:
    for data in (
        b"{}",
        b'{"a":1,"a":2}',
        b"[]",
        b"{",
        b"",
        b"x" * 200,
        bytes(400),
        b"binf",
        b'{"learner":{"learner_model_param":',
    ):
        with pytest.raises(DocumentError):
            about(data)


# The binary layout.


def binary(**changes: Any) -> bytes:
    values: dict[str, Any] = {
        "score": 0.5,
        "features": 3,
        "classes": 0,
        "extra": 1,
        "metrics": 0,
        "major": 1,
        "minor": 7,
        "targets": 1,
    }
    values |= {"average": 1, "objective": "reg:x", "booster": "gbtree", "trees": 3} | changes
    head = struct.pack(
        "<fIi2i3Ii100x", values["score"], values["features"], values["classes"], values["extra"], values["metrics"],
        values["major"], values["minor"], values["targets"], values["average"],
    )  # fmt: skip
    names = b"".join(struct.pack("<Q", len(values[name])) + values[name].encode() for name in ("objective", "booster"))
    return b"binf" + head + names + struct.pack("<2i", values["trees"], 1) + bytes(152)


def test_the_binary_layout() -> None:
    assert dict(about(binary(classes=4, targets=2)).hyperparameters) == {
        "num_class": "4", "num_feature": "3", "num_target": "2", "num_trees": "3", "objective": "reg:x",
    }  # fmt: skip
    assert about(binary(major=0, minor=0)).framework_version == ""
    assert "num_trees" not in dict(about(binary(booster="gblinear")).hyperparameters)
    assert "num_trees" not in dict(about(binary(trees=-1)).hyperparameters)
    assert "num_target" not in dict(about(binary(targets=0)).hyperparameters)


@pytest.mark.parametrize(
    "changes",
    [
        {"features": 1 << 30}, {"classes": -1}, {"classes": 1 << 30}, {"extra": 2}, {"average": 7}, {"major": 500},
        {"minor": 5000}, {"objective": ""}, {"objective": "x" * 300}, {"booster": "a\0b"},
    ],
)  # fmt: skip
def test_refuses_a_binary_header_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError, match="does not begin like an XGBoost model"):
        about(binary(**changes))


# UBJSON.


def walked(data: bytes) -> list[tuple[str, str | int]]:
    return [("/".join(path), value) for path, value in ubjson.values(Source.of_bytes("x", data))]


def test_ubjson_values() -> None:
    data = (
        b"{i\1ai\xffU\1bU\xffI\0\1cI\xff\xfel\0\0\0\1dl\0\1\0\0i\1eL" + struct.pack(">q", 1 << 40)
        + b"i\1fd" + bytes(4) + b"i\1gD" + bytes(8) + b"i\1hTi\1iFi\1jZi\1kCxi\1lSi\2hi" + b"i\1mHi\x035.5"
        + b"i\1n[i\1i\2]i\1o[$i#i\2\1\2i\1p{i\1qi\7}i\1r[#i\2i\3[i\4]" + b"i\1s{#i\1i\1ti\5}"
    )  # fmt: skip
    assert walked(data) == [
        ("a", -1), ("b", 255), ("c", -2), ("d", 65536), ("e", 1 << 40), ("l", "hi"), ("n", 1), ("n", 2), ("p/q", 7),
        ("r", 3), ("r", 4), ("s/t", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "leave their place"), (b"[]", "is no UBJSON object"), (b"{", "leave their place"),
        (b"{i\1ax", "type b'x', which is not known"), (b"{i\1a[$d]}", "has a type and no length"),
        (b"{i\1a[$d#i\x7f}", "more than it could hold"),
        (b"{i\1a[#L\x7f\xff\xff\xff\xff\xff\xff\xff}", "more than it could hold"),
        (b"{i\1a[#i\xff}", "more than it could hold"), (b"{i\1a[#d\0\0\0\0}", "which is no whole number"),
        (b"{i\xff}", "has -1 bytes"), (b"{I\x7f\xff}", "has 32767 bytes"), (b"{i\1aSi\xff}", "leave their place"),
        (b"{}more", "4 bytes stand behind its end"), (b"{i\1aSL" + b"\x7f" * 8, "leave their place"),
    ],
)  # fmt: skip
def test_refuses_broken_ubjson(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        walked(data)


def test_ubjson_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DocumentError, match="nests them too deeply"):
        walked(b"{i\1a" + b"[" * 100)
    with pytest.raises(DocumentError, match="nests them too deeply"):
        walked(b"{i\1a" * 100)
    start = time.perf_counter()
    assert walked(b"{i\1a[$Z#l\x7f\xff\xff\xff" + b"}") == []  # nothing takes no bytes, however often
    assert walked(b"{i\1a[$Z#l\x7f\xff\xff\xff" + b"}") == []
    assert time.perf_counter() - start < 5
    monkeypatch.setattr(ubjson, "MAX_VALUES", 10)
    with pytest.raises(DocumentError, match="more values than are looked at"):
        walked(b"{i\1a[" + b"i\1" * 20 + b"]}")
    assert walked(b"{i\1aSI\x20\0" + b"x" * 8192 + b"i\1bSi\1\xff}") == []  # too long to keep, and no text


# LightGBM.

LINES = """tree
version=v4
num_class=3
num_tree_per_iteration=3
label_index=0
max_feature_idx=2
objective=multiclass num_class:3
feature_names=a b c
feature_infos=[0:1] [0:1] none
tree_sizes=10 20 30

"""
PARAMETERS = "[boosting: gbdt]\n[learning_rate: 0.1]\n[num_leaves: 31]\n[other: x]\n"
END = f"end of trees\n\nparameters:\n{PARAMETERS}\nend of parameters\n\n"


def lgb(text: str) -> Facts:
    return of(lightgbm.read, text.encode())


def test_lightgbm() -> None:
    found = lgb(LINES + "Tree=0\n" * 20 + END)
    assert (found.format, found.title, found.framework) == ("lightgbm", "LightGBM model, v4", "lightgbm")
    assert (found.framework_version, found.architecture, found.problems) == ("", "gbdt", ())
    assert dict(found.hyperparameters) == {
        "boosting": "gbdt", "learning_rate": "0.1", "num_class": "3", "num_feature": "3", "num_leaves": "31",
        "num_tree_per_iteration": "3", "num_trees": "3", "objective": "multiclass num_class:3",
    }  # fmt: skip
    assert dict(found.properties) == {"lightgbm:feature-names": "a, b, c", "lightgbm:version": "v4"}


def test_lightgbm_without_some_of_it() -> None:
    found = lgb("tree\nversion=v3\n\nTree=0\n")
    assert (found.title, found.hyperparameters, found.architecture) == ("LightGBM model, v3", (), "")
    assert lgb("tree\nnum_class=x\nmax_feature_idx=-1\nobjective=a\x1b\naverage_output\n\n").hyperparameters == ()
    assert lgb("tree\n\n").title == "LightGBM model"


def test_lightgbm_sizes_that_lie() -> None:
    problem = ("the sizes of the trees are no numbers, or more than the file holds",)
    assert lgb(LINES).problems == problem
    assert lgb(LINES.replace("10 20 30", "10 x") + "Tree=0\n" * 20).problems == problem


def test_only_both_ends_of_lightgbm_are_read() -> None:
    watched = Watched((LINES + "Tree=0\n").encode(), 1 << 30)
    assert dict(lightgbm.read(watched.source()).hyperparameters)["num_trees"] == "3"
    assert watched.total <= 128 << 10


@pytest.mark.parametrize(
    "data",
    [
        b"", b"tree\nversion=v4\n", b"leaf\n\n", b"tree\nversion=v4\nversion=v3\n\n", b"tree\nx=\xff\n\n",
        b"tree\n" + b"".join(b"k%d=1\n" % index for index in range(2000)) + b"\n",
        b"tree\n" + b"x" * (9 << 20) + b"\n\n",
    ],
    ids=["nothing", "no end", "other", "twice", "no text", "many lines", "long"],
)  # fmt: skip
def test_refuses_what_is_no_lightgbm_model(data: bytes) -> None:
    with pytest.raises(DocumentError):
        of(lightgbm.read, data)


# Hostile bytes.

SAMPLES = {
    "json": as_json(document()), "ubjson": as_ubjson(document()), "written": XGBOOST_UBJ, "binary": XGBOOST_OLD,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_truncation_gives_facts_or_a_refusal(name: str) -> None:
    for length in range(0, len(SAMPLES[name]), 5):
        found = survives(xgboost.read, SAMPLES[name][:length])
        assert found is None or name == "binary"
    for length in range(len(LINES)):
        survives(lightgbm.read, LINES[:length].encode())


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_any_change_gives_facts_or_a_refusal(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SAMPLES[name])
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(xgboost.read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=5), st.binary(max_size=60))
def test_any_change_of_lightgbm(changes: list[tuple[int, int]], end: bytes) -> None:
    data = bytearray((LINES + END).encode() + end)
    for at, byte in changes:
        data[at % len(data)] = byte
    survives(lightgbm.read, bytes(data))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from([b"{", b"}", b"[", b"]", b"i\1a", b"i\2", b"$d", b"#i\2", b"Si\1x", b"Z", b"L"]), max_size=30
    )
)
def test_any_ubjson(parts: list[bytes]) -> None:
    survives(xgboost.read, b"{" + b"".join(parts))
