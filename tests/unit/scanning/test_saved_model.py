"""TensorFlow graphs: operators that reach outside, wherever they stand, and file names of the model's choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.graphs.saved_model import scan
from attest.scanning.graphs.tf_operators import operators
from tests.unit.scanning.messages import field, message
from tests.unit.scanning.mutations import mutated
from tests.unit.scanning.parts import Scanned, run
from tests.unit.scanning.scans import scan_bytes

MODELS = Path(__file__).parents[3] / ".cache" / "models"
OPERATOR, UNKNOWN = "tf.operator", "tf.unknown-operator"


def node(op: str, name: str = "", *inputs: str, **attributes: bytes) -> bytes:
    entries = [(5, message((1, key), (2, value))) for key, value in attributes.items()]
    return message((1, name or op.lower()), (2, op), *((3, source) for source in inputs), *entries)


def text(value: str) -> bytes:
    return field(2, value)


def calls(name: str) -> bytes:
    return field(10, field(1, name))


def const(name: str, *values: str) -> bytes:
    tensor = message((1, 7), (2, b""), *((8, value) for value in values))
    return node("Const", name, dtype=field(6, 7), value=field(8, tensor))


def function(name: str, arguments: list[str], *nodes: bytes) -> bytes:
    signature = message((1, name), *((2, message((1, argument))) for argument in arguments))
    return message((1, signature), *((3, item) for item in nodes))


def graph(*nodes: bytes, functions: tuple[bytes, ...] = ()) -> bytes:
    return message(*((1, item) for item in nodes), (2, message(*((1, item) for item in functions))))


def saved(*graphs: bytes, assets: dict[str, str] | None = None, objects: bytes = b"") -> bytes:
    more = [(6, message((1, field(1, f"{tensor}:0")), (2, name))) for tensor, name in (assets or {}).items()]
    metas = [message((1, message((4, "serve"), (5, "2.21.0"))), (2, item), *more, (7, objects)) for item in graphs]
    return message((1, 1), *((2, meta) for meta in metas))


def of(data: bytes, name: str = "folder/saved_model.pb") -> Scanned:
    return run(scan, data, name)


PLAIN = (node("Placeholder", "x"), node("MatMul", "y", "x", "x"))
GOOD = saved(graph(*PLAIN, functions=(function("f", ["a"], node("Relu", "r", "a")),)))


def test_plain_operators_pass() -> None:
    scanned = of(GOOD)
    assert (scanned.outcome, scanned.rules) == ("PASS", [])
    assert scanned.found.interpreted == len(GOOD)


@pytest.mark.parametrize("op", sorted(set(operators().outside) - operators().conditional))
def test_operators_that_reach_outside_are_reported_everywhere(op: str) -> None:
    bad = node(op)
    places = [
        saved(graph(*PLAIN, bad)),
        saved(graph(*PLAIN), graph(bad)),
        saved(graph(*PLAIN, functions=(function("f", [], bad),))),
        graph(*PLAIN, bad),
        message((1, field(5, "2.21.0")), (2, graph(*PLAIN, bad))),
        saved(graph(node("PartitionedCall", "c", f=calls(op)))),
    ]
    for data in places:
        scanned = of(data)
        assert (scanned.outcome, scanned.rules, scanned.values) == ("BLOCK", [OPERATOR], {op})


def test_an_unknown_operator_is_a_warning() -> None:
    scanned = of(saved(graph(node("MyOp"))))
    assert (scanned.outcome, scanned.rules, scanned.values) == ("PASS", [UNKNOWN], {"MyOp"})


def test_a_function_used_as_an_operator_is_known() -> None:
    assert not of(saved(graph(node("f", "c"), functions=(function("f", [], node("Relu")),)))).rules


def test_an_operator_that_comes_again_counts() -> None:
    assert of(saved(graph(node("Relu") + field(2, "WriteFile")))).rules == [OPERATOR]
    assert not of(saved(graph(node("WriteFile") + field(2, "Relu")))).rules


def test_functions_named_in_lists_and_in_functions_count() -> None:
    listed = field(1, message((9, field(1, "Relu")), (9, field(1, "ReadFile"))))
    assert of(saved(graph(node("Case", "c", branches=listed)))).rules == [OPERATOR]
    inner = message((1, "f"), (2, message((1, "g"), (2, calls("WriteFile")))))
    data = saved(graph(node("PartitionedCall", "c", f=field(10, inner)), functions=(function("f", []),)))
    assert of(data).rules == [OPERATOR]


def test_functions_behind_overlong_tags_count() -> None:
    value = b"\xd2\x00" + calls("ReadFile")[1:]
    assert of(saved(graph(node("PartitionedCall", "c", f=value)))).rules == [OPERATOR]


# Names of files.


def saver(*nodes: bytes, source: str = "prefix") -> bytes:
    return saved(graph(*nodes, node("SaveV2", "save", source, "names"), node("RestoreV2", "restore", source, "names")))


def test_a_name_from_the_loader_is_fine() -> None:
    assert not of(saver(node("Placeholder", "prefix"))).rules
    joined = [const("end", "_temp_0123456789abcdef0123456789abcdef/part"), node("Placeholder", "p")]
    assert not of(saver(*joined, node("StringJoin", "prefix", "p", "end"))).rules


def test_the_saver_of_tensorflow_1_is_fine() -> None:
    old = [
        const("save/filename/input", "model"),
        node("PlaceholderWithDefault", "save/filename", "save/filename/input"),
    ]
    assert not of(saver(*old, node("PlaceholderWithDefault", "prefix", "save/filename"))).rules
    assert not of(saver(const("prefix", "model"))).rules


@pytest.mark.parametrize("name", ["/etc/cron.d/x", "secret", "../x", "gs://bucket/x", "_temp/part/../../x"])
def test_a_name_of_the_models_choice_blocks(name: str) -> None:
    scanned = of(saver(const("prefix", name)))
    assert (scanned.outcome, scanned.rules, scanned.values) == ("BLOCK", [OPERATOR], {name})
    hidden = [const("a", name), node("Placeholder", "p"), node("Identity", "i", "a")]
    assert of(saver(*hidden, node("StringJoin", "prefix", "p", "i:0"))).rules == [OPERATOR]


@pytest.mark.parametrize("op", ["DecodeBase64", "AsString", "ReadVariableOp", "LookupTableFindV2", "StringLower"])
def test_a_computed_name_blocks(op: str) -> None:
    nodes = [node("Placeholder", "p"), node(op, "prefix", "p")]
    assert of(saver(*nodes)).rules == [OPERATOR]


def test_a_name_from_nowhere_blocks() -> None:
    assert of(saver()).rules == [OPERATOR]
    assert of(saved(graph(node("SaveV2")))).rules == [OPERATOR]


def test_circles_come_to_an_end() -> None:
    assert not of(saver(node("Identity", "prefix", "prefix"))).rules


SAVE = function("save", ["file", "v"], node("SaveV2", "s", "file", "v"))


def call(*inputs: str, op: str = "StatefulPartitionedCall", **attributes: bytes) -> bytes:
    return node(op, "call", *inputs, **(attributes or {"f": calls("save")}))


def test_a_function_gets_its_name_from_its_callers() -> None:
    assert not of(saved(graph(node("Placeholder", "p"), call("p", "p"), functions=(SAVE,)))).rules
    assert of(saved(graph(const("p", "/etc/x"), call("p", "p"), functions=(SAVE,)))).rules == [OPERATOR]
    assert not of(saved(graph(functions=(SAVE,)), graph(*PLAIN))).rules


def test_a_function_that_is_called_in_another_way_blocks() -> None:
    assert of(saved(graph(node("Placeholder", "p"), call(f=calls("save")), functions=(SAVE,)))).rules == [OPERATOR]
    other = call("p", "p", op="MapDataset", f=calls("save"))
    assert of(saved(graph(node("Placeholder", "p"), other, functions=(SAVE,)))).rules == [OPERATOR]


def test_a_name_through_several_functions() -> None:
    outer = function("outer", ["a"], node("Identity", "i", "a"), call("i:output:0", "i:output:0"))
    top = node("PartitionedCall", "top", "c", f=calls("outer"))
    assert of(saved(graph(const("c", "/etc/x"), top, functions=(SAVE, outer)))).rules == [OPERATOR]
    assert not of(saved(graph(node("Placeholder", "c"), top, functions=(SAVE, outer)))).rules


def test_a_constant_that_the_object_graph_binds() -> None:
    constant, other = message((9, field(1, "c"))), message((7, b""))
    bound = message((1, "save"), (2, message((2, b"\x00\x01"))))
    objects = message((1, constant), (1, other), (2, bound))
    nodes = (*PLAIN, const("c", "/etc/x"))
    assert of(saved(graph(*nodes, functions=(SAVE,)), objects=objects)).rules == [OPERATOR]
    harmless = message((1, other), (1, other), (2, bound))
    assert not of(saved(graph(*nodes, functions=(SAVE,)), objects=harmless)).rules


def table(source: str, *nodes: bytes, assets: dict[str, str] | None = None) -> Scanned:
    made = node("InitializeTableFromTextFileV2", "init", "table", source)
    return of(saved(graph(node("HashTableV2", "table"), *nodes, made), assets=assets))


def test_a_table_from_an_asset_is_fine() -> None:
    scanned = table("c", const("c", "/tmp/build/vocab.txt"), assets={"c": "vocab.txt"})
    assert not scanned.rules
    assert scanned.found.refers_to == {"folder/assets/vocab.txt"}
    assert not table("p", node("Placeholder", "p"), assets={"p": "vocab.txt"}).rules


def test_a_table_from_an_asset_in_a_variable_is_fine() -> None:
    nodes = [node("Placeholder", "p"), node("VarHandleOp", "v"), node("AssignVariableOp", "set", "v", "p"),
             node("VarIsInitializedOp", "is", "v"), node("ReadVariableOp", "get", "v", "^set")]  # fmt: skip
    assert not table("get", *nodes).rules
    assert table("get", *nodes, node("PartitionedCall", "c", "v")).rules == [OPERATOR]
    wrong = [const("p", "/etc/passwd"), *nodes[1:]]
    assert table("get", *wrong).rules == [OPERATOR]


def test_a_table_from_another_file_blocks() -> None:
    assert table("c", const("c", "/etc/passwd")).rules == [OPERATOR]
    assert table("c", const("c", "/etc/passwd"), assets={"other": "vocab.txt"}).rules == [OPERATOR]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "C:\\x", "a\\b", ""])
def test_an_asset_outside_its_folder_blocks(name: str) -> None:
    scanned = of(saved(graph(*PLAIN), assets={"c": name}))
    assert scanned.rules == ["archive.path-traversal"]


def test_a_cache_in_memory_is_fine_and_one_on_disk_is_not() -> None:
    def cache(name: str) -> Scanned:
        return of(saved(graph(const("c", name), node("CacheDatasetV2", "d", "in", "c", "m"))))

    assert not cache("").rules
    assert cache("/tmp/x").rules == [OPERATOR]


@pytest.mark.parametrize(
    ("op", "key", "value", "blocks"),
    [
        ("PrintV2", "output_stream", "stderr", False),
        ("PrintV2", "output_stream", "log(info)", False),
        ("PrintV2", "output_stream", "file:///etc/x", True),
        ("DecodeProtoV2", "descriptor_source", "local://", False),
        ("DecodeProtoV2", "descriptor_source", "bytes://abc", False),
        ("DecodeProtoV2", "descriptor_source", "/etc/x", True),
        ("EncodeProto", "descriptor_source", "x.pb", True),
        ("FixedUnigramCandidateSampler", "vocab_file", "", False),
        ("FixedUnigramCandidateSampler", "vocab_file", "/etc/x", True),
    ],
)
def test_attributes_that_may_name_a_file(op: str, key: str, value: str, blocks: bool) -> None:
    assert (of(saved(graph(node(op, "n", **{key: text(value)})))).rules == [OPERATOR]) is blocks


def test_every_conditional_operator_blocks_without_a_name() -> None:
    for op in sorted(
        operators().conditional - {"PrintV2", "DecodeProtoV2", "EncodeProto", "FixedUnigramCandidateSampler"}
    ):
        assert of(saved(graph(node(op, "n", "nowhere", "nowhere")))).rules == [OPERATOR], op


# Messages.


def test_a_frozen_graph_and_a_meta_graph() -> None:
    versions = field(4, field(1, 1987))
    assert not of(graph(*PLAIN) + versions, "frozen.pb").rules
    assert not of(message((1, field(5, "1.15")), (2, graph(*PLAIN))), "ckpt.meta").rules


def test_a_message_that_is_two_things_is_read_as_both() -> None:
    hidden = graph(node("WriteFile"))
    data = message(*((1, item) for item in PLAIN), (2, hidden))
    assert OPERATOR in of(data).rules


def test_a_fingerprint_is_fine() -> None:
    assert not of(message((1, 5), (2, 1 << 60), (3, 7), (4, 1), (5, 9), (6, field(1, 1))), "fingerprint.pb").rules


@pytest.mark.parametrize(
    "data", [GOOD[:-3], GOOD + b"\x13\x14", GOOD + field(9, "x"), field(1, 1), saved(b""), b"\0\1"]
)
def test_broken_messages_do_not_pass(data: bytes) -> None:
    scanned = of(data)
    assert scanned.outcome == "INCONCLUSIVE"
    assert "scan.internal-error" not in scanned.rules


def test_what_precedes_a_fault_is_kept() -> None:
    scanned = of(saved(graph(node("WriteFile"))) + field(2, b"\x13\x14"))
    assert set(scanned.rules) == {OPERATOR, "file.malformed"}


def test_graphs_as_text_do_not_pass() -> None:
    scanned = of(b'node {\n  name: "x"\n  op: "Relu"\n}\n', "graph.pbtxt")
    assert (scanned.outcome, scanned.rules) == ("INCONCLUSIVE", ["file.unknown-format"])
    assert of(b'node {\n  name: "x"\n  op: "WriteFile"\n}\n', "graph.pbtxt").outcome == "BLOCK"


def test_large_constants_are_not_read() -> None:
    big = node("Const", "c", value=field(8, message((1, 1), (4, bytes(300_000)))))
    scanned = of(saved(graph(*PLAIN, big)))
    assert scanned.found.opaque >= 300_000
    assert scanned.found.interpreted < 10_000


@pytest.mark.skipif(not MODELS.is_dir(), reason="run scripts/fixtures models first")
def test_a_real_model_passes() -> None:
    found = scan_bytes("saved_model.pb", (MODELS / "basic-pitch" / "nmp" / "saved_model.pb").read_bytes())
    assert found.outcome == "PASS"
    assert {finding.rule for finding in found.findings} == {"keras.custom-object"}


SEED = saved(
    graph(const("c", "x"), node("Placeholder", "p"), call("p", "c"), functions=(SAVE,)),
    assets={"c": "v.txt"},
    objects=message((1, message((9, field(1, "c")))), (2, message((1, "save"), (2, message((2, b"\x00")))))),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_never_fails_whatever_the_changes(changes: list[tuple[int, int]]) -> None:
    assert "scan.internal-error" not in of(mutated(SEED, changes)).rules


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80))
def test_never_fails_whatever_the_bytes(data: bytes) -> None:
    assert "scan.internal-error" not in of(data).rules
