"""State that native code takes as it is: trees, neighbours, generators, element types; and what is too deep."""

from __future__ import annotations

import struct

import pytest

from attest.domain.scan import FileScan
from tests.corpus import assembler as a
from tests.corpus.assembler import Raw
from tests.unit.scanning.scans import rules, scan_bytes


def scanned(body: bytes) -> FileScan:
    return scan_bytes("x.pkl", a.pickle(body))


def dtype(code: str, state: tuple[object, ...] | None = None) -> Raw:
    plain = (3, "<" if code[0] in "fiu" else "|", None, None, None, -1, -1, 0)
    return Raw(a.call("numpy", "dtype", code, False, True) + a.value(plain if state is None else state) + a.BUILD)


def array(kind: Raw, shape: tuple[int, ...], data: bytes) -> Raw:
    start = a.call("numpy._core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray")), (0,), b"b")
    return Raw(start + a.value((1, shape, kind, False, data)) + a.BUILD)


NODE = dtype(
    "V24",
    (
        3,
        "|",
        None,
        ("left_child", "right_child", "feature"),
        {"left_child": (dtype("i8"), 0), "right_child": (dtype("i8"), 8), "feature": (dtype("i8"), 16)},
        24,
        1,
        0,
    ),
)
GOOD = [(1, 2, 0), (-1, -1, -2), (-1, -1, -2)]


def tree(
    nodes: list[tuple[int, int, int]], *, count: int | None = None, features: int = 3, outputs: int = 1
) -> FileScan:
    data = b"".join(struct.pack("<qqq", *node) for node in nodes)
    classes = array(dtype("i8"), (1,), struct.pack("<q", 2))
    state = {
        "max_depth": 1,
        "node_count": len(nodes) if count is None else count,
        "nodes": array(NODE, (len(nodes),), data),
        "values": array(dtype("f8"), (len(nodes), 1, 2), bytes(16 * len(nodes))),
    }
    return scanned(a.call("sklearn.tree._tree", "Tree", features, classes, outputs) + a.value(state) + a.BUILD)


def test_a_tree_whose_nodes_lead_somewhere_passes() -> None:
    found = tree(GOOD)
    assert (found.outcome, rules(found)) == ("PASS", ["pickle.present"])


@pytest.mark.parametrize(
    "nodes",
    [
        [(1, 9, 0), *GOOD[1:]],
        [(1, -5, 0), *GOOD[1:]],
        [(0, 2, 0), *GOOD[1:]],
        [(1, 2, 3), *GOOD[1:]],
        [(1, 2, -1), *GOOD[1:]],
        [(-1, 2, 0), *GOOD[1:]],
    ],
)
def test_a_tree_whose_nodes_lead_nowhere_blocks(nodes: list[tuple[int, int, int]]) -> None:
    assert "pickle.call-form" in rules(tree(nodes))


def test_the_sizes_of_a_tree_agree() -> None:
    assert tree(GOOD, count=4).outcome == "BLOCK"
    assert tree(GOOD, outputs=2).outcome == "BLOCK"
    assert tree(GOOD, features=1 << 40).outcome == "BLOCK"


def neighbours(order: list[int], nodes: list[tuple[int, int]], *, total: int = 1) -> FileScan:
    pair = dtype(
        "V16",
        (3, "|", None, ("a", "b"), {"a": (dtype("i8"), 0), "b": (dtype("i8"), 8)}, 16, 1, 0),
    )
    made = a.call("sklearn.neighbors._kd_tree", "newObj", Raw(a.ref("sklearn.neighbors._kd_tree", "KDTree")))
    metric = a.call(
        "sklearn.metrics._dist_metrics", "newObj", Raw(a.ref("sklearn.metrics._dist_metrics", "EuclideanDistance64"))
    )
    state = (
        array(dtype("f8"), (2, 1), bytes(16)),
        array(dtype("i8"), (len(order),), struct.pack(f"<{len(order)}q", *order)),
        array(pair, (len(nodes),), b"".join(struct.pack("<qq", *node) for node in nodes)),
        array(dtype("f8"), (2, 1, 1), bytes(16)),
        30, 1, total, 0, 0, 0, 0, Raw(metric), None,
    )  # fmt: skip
    return scanned(made + a.value(state) + a.BUILD)


def test_a_tree_of_neighbours() -> None:
    assert neighbours([1, 0], [(0, 2)]).outcome == "PASS"
    assert neighbours([5, 0], [(0, 2)]).outcome == "BLOCK"
    assert neighbours([1, 0], [(0, 9)]).outcome == "BLOCK"
    assert neighbours([1, 0], [(2, 1)]).outcome == "BLOCK"
    assert neighbours([1], [(0, 1)]).outcome == "BLOCK"
    assert neighbours([1, 0], [(0, 2)], total=7).outcome == "BLOCK"


def generator(position: int, words: int) -> FileScan:
    key = array(dtype("u4"), (words,), bytes(4 * words))
    state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}, "has_gauss": 0, "gauss": 0.0}
    return scanned(a.call("numpy.random._pickle", "__randomstate_ctor", "MT19937") + a.value(state) + a.BUILD)


def test_a_generator_stays_in_its_state() -> None:
    assert generator(624, 624).outcome == "PASS"
    assert generator(625, 624).outcome == "BLOCK"
    assert generator(-1, 624).outcome == "BLOCK"
    assert generator(0, 623).outcome == "BLOCK"


@pytest.mark.parametrize(
    "state",
    [
        (9, "|", None, None, None, 8, 1, 0),
        (3, "|", None, None, None, 8, 0, 0),
        (3, "|", None, ("a",), {"a": (dtype("f8"), 4)}, 8, 1, 0),
        (3, "|", None, ("a",), {"a": (dtype("f8"), -8)}, 8, 1, 0),
        (3, "|", None, ("a", "a"), {"a": (dtype("f8"), 0)}, 8, 1, 0),
        (3, "|", (dtype("f8"), (1 << 40,)), None, None, 8, 8, 0),
    ],
)
def test_an_element_type_that_contradicts_itself_blocks(state: tuple[object, ...]) -> None:
    kind = dtype("V8", state)
    assert scanned(a.value([array(kind, (1,), bytes(8))])).outcome == "BLOCK"


def test_nesting_and_doubling() -> None:
    deep = a.EMPTY_TUPLE + a.TUPLE1 * 5000
    assert "scan.budget" in rules(scanned(deep))
    doubling = a.EMPTY_LIST + b"".join(a.binput(n) + a.binget(n) + a.TUPLE2 for n in range(90))
    assert "pickle.resource-use" in rules(scanned(doubling))
    shared = a.EMPTY_LIST + a.binput(0) + a.POP + a.EMPTY_LIST + a.MARK + a.binget(0) * 500 + a.APPENDS
    assert scanned(shared).outcome == "PASS"


def test_a_value_that_holds_itself_passes() -> None:
    assert scanned(a.EMPTY_LIST + a.binput(0) + a.binget(0) + a.APPEND).outcome == "PASS"
