"""ONNX models: where operators and external data may hide, and what real exporters write."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.scanning.graphs.onnx import scan
from attest.scanning.graphs.onnx_external import is_plain
from tests.unit.scanning.messages import field, message
from tests.unit.scanning.parts import Scanned, run

MODELS = Path(__file__).parents[3] / ".cache/models"
REAL = sorted(MODELS.glob("*/*.onnx"))


def node(op: str = "Add", domain: str = "", *attributes: bytes) -> bytes:
    parts = [(4, op)] + ([(7, domain)] if domain else [])
    return message(*parts) + b"".join(field(5, attribute) for attribute in attributes)


def graph(*nodes: bytes, initialisers: tuple[bytes, ...] = (), sparse: tuple[bytes, ...] = ()) -> bytes:
    return b"".join(
        [field(1, item) for item in nodes]
        + [field(5, item) for item in initialisers]
        + [field(15, item) for item in sparse]
    )


def model(main: bytes = b"", *more: bytes) -> bytes:
    return message((1, 9), (2, "test"), (7, main or graph(node()))) + b"".join(more)


def entry(key: str, value: str) -> bytes:
    return message((1, key), (2, value))


def external(*entries: tuple[str, str], used: bool = True) -> bytes:
    data = message((1, 4), (2, 1), (8, "w")) + b"".join(field(13, entry(*item)) for item in entries)
    return data + (field(14, 1) if used else b"")


def attribute(name: str, number: int, value: bytes | int | str) -> bytes:
    return message((1, name), (number, value))


def check(data: bytes, name: str = "onnx/model.onnx") -> Scanned:
    return run(scan, data, name)


OUTSIDE = external(("location", "../../etc/passwd"))
INNER = graph(initialisers=(OUTSIDE,))
# Every place where a tensor may stand.
TENSORS = {
    "initialiser": model(graph(initialisers=(OUTSIDE,))),
    "sparse values": model(graph(sparse=(field(1, OUTSIDE),))),
    "sparse indices": model(graph(sparse=(field(2, OUTSIDE),))),
    "attribute": model(graph(node("Constant", "", attribute("value", 5, OUTSIDE)))),
    "list in an attribute": model(graph(node("X", "", attribute("value", 10, OUTSIDE)))),
    "sparse attribute": model(graph(node("Constant", "", attribute("value", 22, field(1, OUTSIDE))))),
    "sparse list": model(graph(node("Constant", "", attribute("value", 23, field(2, OUTSIDE))))),
    "sub-graph": model(graph(node("If", "", attribute("then", 6, graph(initialisers=(OUTSIDE,)))))),
    "list of sub-graphs": model(graph(node("X", "", attribute("g", 11, graph(initialisers=(OUTSIDE,)))))),
    "function": model(b"", field(25, message((1, "F")) + field(7, node("C", "", attribute("v", 5, OUTSIDE))))),
    "default of a function": model(b"", field(25, message((1, "F")) + field(11, attribute("v", 5, OUTSIDE)))),
    "training": model(b"", field(20, field(1, graph(initialisers=(OUTSIDE,))))),
    "training step": model(b"", field(20, field(2, graph(initialisers=(OUTSIDE,))))),
    "second graph": model(graph(node()), field(7, graph(initialisers=(OUTSIDE,)))),
    "graph in a graph in a graph": model(
        graph(node("If", "", attribute("a", 6, graph(node("X", "", attribute("b", 6, INNER))))))
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", TENSORS)
def test_external_data_is_found_wherever_a_tensor_may_stand(place: str) -> None:
    scanned = check(TENSORS[place])
    assert scanned.rules == ["onnx.external-path"]
    assert scanned.values == {"../../etc/passwd"}


@pytest.mark.parametrize(
    "location",
    ["/etc/passwd", "..", "a/../../b", "a/..", "C:/x", "c:x", "..\\x", "\\\\host\\x", "http://a/b", "file:///x", "",
     ".", "./", "a\0b", "a\nb", "~/x", "*/_ORT_MEM_ADDR_/*", "$HOME/x", "%TEMP%/x"],
)  # fmt: skip
def test_a_location_that_is_no_plain_name_blocks(location: str) -> None:
    assert check(model(graph(initialisers=(external(("location", location)),)))).rules == ["onnx.external-path"]
    assert not is_plain(location)


def test_a_location_that_nobody_reads_yet_is_judged_too() -> None:
    scanned = check(model(graph(initialisers=(external(("location", "../x"), used=False),))))
    assert scanned.rules == ["onnx.external-path"]


def test_data_beside_the_model_is_named() -> None:
    tensors = (
        external(("location", "model.onnx_data"), ("offset", "4096"), ("length", "16"), ("checksum", "00")),
        external(("location", "./sub/more.bin"), ("prepacked_0", "x|0;4;1")),
    )
    scanned = check(model(graph(initialisers=tensors)))
    assert scanned.outcome == "PASS"
    assert scanned.found.refers_to == {"onnx/model.onnx_data", "onnx/sub/more.bin"}


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([("offset", "0")], "onnx.external-path"),
        ([], "onnx.external-path"),
        ([("location", "a"), ("offset", "-1")], "file.malformed"),
        ([("location", "a"), ("length", "1e9")], "file.malformed"),
        ([("location", "a"), ("length", "9" * 19)], "file.malformed"),
        ([("location", "a"), ("location", "b")], "file.malformed"),
        ([("location", "a"), ("__class__", "b")], "file.malformed"),
        ([("location", "a"), ("basepath", "/etc")], "onnx.external-path"),
    ],
)
def test_external_data_must_be_described_soundly(entries: list[tuple[str, str]], rule: str) -> None:
    assert check(model(graph(initialisers=(external(*entries),)))).rules == [rule]


def test_an_entry_with_two_values_is_judged_by_both() -> None:
    two = message((1, "location"), (2, "../x"), (2, "good"))
    data = message((1, 4), (2, 1), (13, two), (14, 1))
    assert check(model(graph(initialisers=(data,)))).rules == ["file.malformed", "onnx.external-path"]


@pytest.mark.parametrize("domain", ["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "ai.onnx.preview.training"])
def test_known_domains_pass(domain: str) -> None:
    assert check(model(graph(node("Conv", domain)))).rules == []


def test_an_unknown_domain_warns() -> None:
    scanned = check(model(graph(node("Blend", "org.example"), node("Blend", "org.example"))))
    assert scanned.outcome == "PASS"
    assert [finding.value for finding in scanned.found.findings] == ["org.example:Blend"]


def test_a_function_that_the_model_defines_is_no_foreign_operator() -> None:
    function = field(25, message((1, "Blend"), (10, "org.example"), (7, node())))
    assert check(model(graph(node("Blend", "org.example")), function)).rules == []
    assert check(model(graph(node("Other", "org.example")), function)).rules == ["onnx.custom-domain"]


@pytest.mark.parametrize(
    ("op", "domain"),
    [
        ("PyOp", "pyopmulti"),
        ("PyOp", "ai.onnx.contrib"),
        ("PythonOp", "com.microsoft"),
        ("PythonOpGrad", "com.microsoft"),
    ],
)
def test_an_operator_that_runs_python_blocks(op: str, domain: str) -> None:
    hidden = graph(node("If", "", attribute("then", 6, graph(node(op, domain)))))
    assert check(model(hidden)).rules == ["onnx.python-operator"]


def test_a_compiled_part_in_another_file_is_named() -> None:
    def context(path: str, mode: int) -> bytes:
        attributes = (attribute("embed_mode", 3, mode), attribute("ep_cache_context", 4, path))
        return model(graph(node("EPContext", "com.microsoft", *attributes)))

    assert check(context("engine.bin", 0)).found.refers_to == {"onnx/engine.bin"}
    assert check(context("../engine.bin", 0)).rules == ["onnx.custom-domain", "onnx.external-path"]
    assert check(context("\x7fraw bytes", 1)).rules == ["onnx.custom-domain"]


@pytest.mark.parametrize(
    "value", ["{0: 'a', 1: \"it's (b)\"}", "[640, 640]", "person, car", "{'data': '__import__(1)'}"]
)
def test_metadata_that_is_a_literal_passes(value: str) -> None:
    assert check(model(b"", field(14, entry("names", value)))).rules == []


@pytest.mark.parametrize("value", ["__import__('os').system('id')", "{0: exec('x')}", "(lambda: 0)", "[x for x in y]"])
def test_metadata_that_a_loader_evaluates_blocks(value: str) -> None:
    assert check(model(b"", field(14, entry("names", value)))).rules == ["onnx.python-operator"]
    assert check(model(b"", field(14, entry("notes", value)))).rules == []


@pytest.mark.parametrize("data", [b"", b"\x08\x09", b"\x0b", b"\x3a\xff", b"\x3a\x05\x0a\xff", b"plain text, no model"])
def test_what_is_no_model_is_malformed(data: bytes) -> None:
    assert check(data).rules == ["file.malformed"]


def test_nesting_is_bounded() -> None:
    inner = graph(node())
    for _ in range(140):
        inner = graph(node("If", "", attribute("then", 6, inner)))
    assert check(model(inner)).rules == ["file.malformed"]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_models_pass_in_no_time(path: Path) -> None:
    scanned = check(path.read_bytes())
    assert scanned.outcome == "PASS"
    assert scanned.rules == []
    assert scanned.found.interpreted + scanned.found.opaque == path.stat().st_size


@given(st.sampled_from(sorted(TENSORS)), st.integers(0, 90), st.binary(max_size=10), st.integers(0, 10))
def test_no_bytes_make_it_raise(name: str, at: int, junk: bytes, removed: int) -> None:
    data = TENSORS[name]
    assert "scan.internal-error" not in check(data[:at] + junk + data[at + removed :]).rules
