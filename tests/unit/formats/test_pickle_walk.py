"""The walk over pickles: every name is found, nothing is built, and whatever the bytes are it comes to an end.

Harmless values are written with `pickle.dumps`; nothing is ever unpickled here.
"""

from __future__ import annotations

import bz2
import collections
import datetime
import decimal
import gzip
import lzma
import pickle
import pickletools
import struct
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import compressed, pickle_feed, pickle_machine
from attest.formats.facts import Facts
from attest.formats.pickle_facts import read
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_opcodes import OPCODES
from attest.formats.pickle_values import OPAQUE, Call, Global, Opaque, Persistent
from attest.formats.pickle_walk import Walked, walk
from attest.formats.source import Source
from tests.unit.formats.model_samples import JOBLIB, JOBLIB_ARRAYS, LEGACY, PLAIN_PICKLE
from tests.unit.formats.wire_builder import of, survives


class Thing:
    """An instance, for NEWOBJ and BUILD."""

    def __init__(self) -> None:
        self.state = 1


VALUES: list[object] = [
    None, True, False, 1, 300, 70_000, -1, 10**30, 1.5, "x", "é" * 5000, b"b", b"b" * 9000, bytearray(b"b"), (), (1,),
    (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1, 2], {}, {"a": {1: 2}}, {(1, 2): 3}, set(), {1, 2}, frozenset({1}),
    collections.OrderedDict(a=[1]), collections.Counter("abc"), datetime.date(2024, 1, 2), decimal.Decimal(1),
    Thing(), [Thing()] * 3, len, Thing,
]  # fmt: skip


def run(data: bytes, **limits: int) -> tuple[Walked, Budget, int]:
    """The result, what was found, and where the walk stopped."""
    budget = Budget(**limits)
    feed = Feed(Source.of_bytes("x.pkl", data), 0, len(data), budget)
    return walk(feed), budget, feed.position


def names(data: bytes) -> set[str]:
    return run(data)[1].names


def asked_for(data: bytes) -> set[str]:
    """The names as the standard library's disassembler lists them; texts alone cannot deceive it in honest pickles."""
    found: set[str] = set()
    texts: list[str] = []
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in {"GLOBAL", "INST"}:
            found.add(str(argument).replace(" ", "."))
        elif opcode.name == "STACK_GLOBAL":
            found.add(".".join(texts[-2:]))
        elif isinstance(argument, str):
            texts.append(argument)
    return found


def plain(value: object) -> object:
    """An inert value as the literal that it stands for."""
    if isinstance(value, dict):
        return {key if isinstance(key, str | int) else "?": plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(item) for item in value)
    return value


def test_the_table_knows_every_opcode() -> None:
    assert {*OPCODES, ord(".")} == {ord(opcode.code) for opcode in pickletools.opcodes}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", VALUES, ids=[f"{type(value).__name__}-{at}" for at, value in enumerate(VALUES)])
def test_real_pickles_run_to_their_end(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    walked, budget, position = run(data + b"more")
    assert (walked.fault, position, budget.problems.texts()) == ("", len(data), ())
    # Some of the names are of Python 2 below protocol 3, but as many.
    assert len(budget.names) == len(asked_for(data))
    if protocol >= 3:
        assert budget.names == asked_for(data)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_values_are_those_that_were_pickled(protocol: int) -> None:
    value = {"a": [1, (2, "é", None)], 3: {"b": (True, False)}, "n": -70_000, "l": 10**30, "s": "it's\n\"\\\t"}
    assert plain(run(pickle.dumps(value, protocol))[0].value) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"I01\n.", True), (b"I00\n.", False), (b"I-12\n.", -12), (b"L12L\n.", 12), (b"\x8b\x02\0\0\0\x01\x02.", 513),
        (b"\x8a\0.", 0), (b"S'a\\x41\\'\\101\\n\\q'\n.", "aA'A\n\\q"), (b'S"a"\n.', "a"), (b"Va\\u00e9\n.", "aé"),
        (b"U\x02\xe9a.", "éa"), (b"C\x02ab.", b"ab"), (b"G\x3f\xf8\0\0\0\0\0\0.", 1.5), (b"(I1\nI2\nd.", {1: 2}),
        (b"(NN1N.", None), (b"N(0.", None), (b"NN0.", None), (b"N2\x86.", (None, None)), (b"(\x91.", []),
        (b"\x8f(K\x01\x90.", [1]),
        (b"]q\0K\x01ah\0\x86.", ([1], [1])), (b"\x80\x04K\x07\x94h\0.", 7), (b"}(K\x01K\x02u.", {1: 2}), (b"(l.", []),
    ],
)  # fmt: skip
def test_single_opcodes(data: bytes, value: object) -> None:
    walked, _, position = run(data)
    assert (walked.value, walked.fault, position) == (value, "", len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"I0x10\n.",
        b"L1_0\n.",
        b"F1.5\n.",
        b"X\xff\xff\0\0" + b"a" * 65535 + b".",
        b"X\1\0\0\0\xff.",
        b"\x80\x05\x97.",
        b"\x82\x07.",
    ],
    ids=["hexadecimal", "underscore", "fraction", "long", "no text", "buffer", "extension"],
)
def test_what_is_not_kept_is_opaque(data: bytes) -> None:
    walked = run(data)[0]
    assert isinstance(walked.value, Opaque)
    assert walked.fault == ""


@pytest.mark.parametrize(
    "data",
    [
        b"cos\nsystem\n(S'x'\ntR.",
        b"(S'x'\nios\nsystem\n.",
        b"(cos\nsystem\nS'x'\no.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
        b"S'os'\nS'system'\n\x93.",
        b"S'\\x6fs'\nS's\\171stem'\n\x93.",
        b"Vo\\u0073\nVsystem\n\x93.",
        b"\x80\x04\x8c\x06system\x94\x8c\x02os\x94h\0\x93.",  # both from the memo
        b"\x8c\x06systemq\x07\x8c\x02osh\x07\x93.",
        b"\x8c\x02os\x8c\x06system0\x8c\x06system\x93.",
        b"\x8c\x02os(N00\x8c\x06system\x93.",
        b"cos\nsystem\n0cos\nsystem\n\xff",  # found although it breaks off
    ],
)
def test_a_name_is_found_however_it_is_made(data: bytes) -> None:
    assert names(data) == {"os.system"}


def test_names_of_python_2_are_those_that_python_3_loads() -> None:
    assert names(b"c__builtin__\neval\n.") == {"builtins.eval"}
    assert names(b"\x80\x02c__builtin__\neval\n.") == {"builtins.eval"}
    assert names(b"\x80\x03c__builtin__\neval\n.") == {"__builtin__.eval"}
    assert names(b"ccopy_reg\n_reconstructor\n.") == {"copyreg._reconstructor"}
    assert names(b"c__builtin__\nxrange\n.") == {"builtins.range"}
    assert names(b"\x80\x02\x80\x04\x8c\x0b__builtin__\x8c\x04eval\x93.") == {"__builtin__.eval"}


def test_names_that_cannot_be_followed_or_written_are_problems() -> None:
    for data, problem in (
        (b"K\x01K\x02\x93.", "in a way that is not followed"),
        (b"\x8c\x02osX\x01\x20\0\0" + b"s" * 8193 + b"\x93.", "in a way that is not followed"),
        (b"\x82\x05.", "name number 5, which the file does not tell"),
        (b"\x84\xff\xff\xff\xff.", "name number 4294967295"),
        (b"cos\r\nsystem\n.", "cannot be written down"),
        (b"c\nsystem\n.", "cannot be written down"),
        (b"cos\n\x1b[31m\n.", "cannot be written down"),
        (b"cos\n" + b"x" * 600 + b"\n.", "cannot be written down"),
        (b"\x97.", "buffers that are not in the file"),
    ):
        _, budget, _ = run(data)
        assert problem in budget.problems.texts()[0]
        assert budget.names == set()


def test_more_names_than_are_listed() -> None:
    data = b"".join(b"cm\nn%d\n0" % index for index in range(10_002)) + b"N."
    walked, budget, _ = run(data)
    assert (walked.fault, len(budget.names)) == ("", 10_000)
    assert budget.problems.texts() == ("the pickle asks for more than 10000 names; the rest is not listed",)


def test_calls_state_and_ids_are_kept_as_they_are() -> None:
    value = run(b"cm\nC\n)\x81}(S'a'\nK\x01ub.")[0].value
    assert isinstance(value, Call)
    assert (value.target, value.args, value.state) == (Global("m", "C"), (), {"a": 1})
    value = run(b"ccollections\nOrderedDict\n)R(S'a'\nK\x01uK\x02a.")[0].value
    assert isinstance(value, Call)
    assert (value.items, value.appended) == ({"a": 1}, [2])
    value = run(b"cm\nC\n)}\x92.")[0].value
    assert isinstance(value, Call)
    assert value.target == Global("m", "C")
    for data in (b"Pkey\n.", b"S'key'\nQ."):
        value = run(data)[0].value
        assert isinstance(value, Persistent)
        assert value.pid == "key"


FAULTS = {
    "nothing": (b"", "it is cut off"),
    "no such opcode": (b"N\xff.", "there is no opcode 0xff"),
    "no value": (b".", "takes a value that is not there"),
    "below the mark": (b"N(q\0.", "takes a value that is not there"),
    "no mark": (b"Nt.", "takes a mark that is not there"),
    "pop of nothing": (b"0.", "takes a mark that is not there"),
    "too few": (b"N\x86.", "takes a value that is not there"),
    "no class": (b"(o.", "makes an object without a class"),
    "odd dictionary": (b"(Nd.", "a key without a value"),
    "odd items": (b"}(Nu.", "a key without a value"),
    "not kept": (b"h\0.", "asks for value 0"),
    "odd index": (b"Np 1\n.", "no plain number"),
    "odd index of get": (b"g1_0\n.", "no plain number"),
    "text without quotes": (b"Sabc\n.", "no quotation marks"),
    "text with one quote": (b"S'\n.", "no quotation marks"),
    "broken escape": (b"V\\u12\n.", "a broken escape"),
    "name is no text": (b"c\xff\nx\n.", "not UTF-8 text"),
    "protocol": (b"\x80\x06N.", "protocol 6 is not known"),
    "line": (b"I" + b"1" * 70_000, "does not end"),
    "text": (b"X\xff\xff\xff\xffabc", "it is cut off"),
    "bytes": (b"\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc", "it is cut off"),
    "number": (b"\x8b\xff\xff\xff\xffabc", "it is cut off"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_ends_the_walk(fault: str) -> None:
    data, message = FAULTS[fault]
    walked, _, _ = run(data)
    assert walked.value is OPAQUE
    assert message in walked.fault


def test_frames() -> None:
    def frame(data: bytes, length: int | None = None) -> bytes:
        return b"\x95" + struct.pack("<Q", len(data) if length is None else length) + data

    assert run(b"\x80\x04" + frame(b"N."))[1].problems.texts() == ()
    assert run(b"\x80\x04" + frame(b"N0") + frame(b"N."))[1].problems.texts() == ()
    assert run(b"\x80\x04" + frame(b"N0") + b"N.")[1].problems.texts() == ()
    crossing = "crosses the end of the pickle's frame"
    assert crossing in run(b"\x80\x04" + frame(b"\x8c\x05hello.", 4))[1].problems.texts()[0]
    assert crossing in run(b"\x80\x04" + frame(b"I123\n.", 2))[1].problems.texts()[0]
    for data in (frame(frame(b"N") + b"."), frame(b"N.", 99)):
        assert "begins inside another one or leaves the file" in run(b"\x80\x04" + data)[1].problems.texts()[0]


BUDGETS = {
    "opcodes": (b"N0" * 5000, "more opcodes than are looked at"),
    "stack": (b"]" * 9000, "a deeper stack than is allowed"),
    "marks": (b"(" * 200, "more open marks than are allowed"),
    "marks and values": (b"N(" * 90 + b"]" * 9000, "a deeper stack than is allowed"),
    "values": (b")" + b"\x85" * 9000, "more values than are looked at"),
    "memo": (b"N" + b"".join(b"r" + struct.pack("<I", index) for index in range(1001)), "keeps more values"),
}


@pytest.mark.parametrize("what", sorted(BUDGETS))
def test_the_budget(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(pickle_machine, "MAX_STACK", 1000)
    monkeypatch.setattr(pickle_machine, "MAX_MARKS", 100)
    monkeypatch.setattr(pickle_feed, "MAX_KEPT", 1000)
    data, message = BUDGETS[what]
    walked, _, _ = run(data, opcodes=8000 if what == "opcodes" else 50_000)
    assert message in walked.fault


def test_opcodes_of_pickles_within_pickles_count() -> None:
    budget = Budget(opcodes=10)
    feed = Feed(Source.of_bytes("x", b"N." * 10), 0, 20, budget)
    assert [bool(walk(feed).fault) for _ in range(7)] == [False] * 5 + [True] * 2


def test_the_budget_of_bytes_and_long_values_that_cost_nothing() -> None:
    assert "longer than what is looked at" in run(b"N0" * 5000, size=8000)[0].fault
    many = b"".join(b"B" + struct.pack("<I", 100_000) + bytes(100_000) + b"0" for _ in range(100)) + b"N."
    walked, budget, _ = run(many, size=1 << 20)
    assert walked.fault == ""
    assert budget.bytes > 1 << 19


def test_deep_nesting_needs_no_recursion() -> None:
    walked, _, _ = run(b"N" + b"\x85" * 200_000 + b".")
    assert walked.fault == ""
    assert isinstance(walked.value, tuple)


# Whole files.


def facts(data: bytes, name: str = "model.pkl") -> Facts:
    return read(Source.of_bytes(name, data))


def test_a_plain_pickle() -> None:
    found = facts(pickle.dumps(collections.OrderedDict(a=1), 4))
    assert (found.format, found.title, found.framework) == ("pickle", "Python pickle, protocol 4", "")
    assert found.imports == ("collections.OrderedDict",)
    assert found.properties == (("pickle:class", "collections.OrderedDict"),)
    assert facts(b"(lp0\n.").title == "Python pickle, protocol 0 or 1"


def test_several_pickles_in_a_row_are_all_looked_at() -> None:
    data = pickle.dumps(1, 4) + pickle.dumps(collections.OrderedDict(), 2) + b"\0" * 100
    found = facts(data)
    assert (found.imports, found.problems) == (("collections.OrderedDict",), ())
    assert facts(pickle.dumps(1) + b"\xff more").problems == ("6 bytes behind the pickle are no pickle",)
    assert "breaks off" in facts(pickle.dumps(1) + b"cos\nsystem\n").problems[0]
    assert "more than 1000 pickles" in facts(b"N." * 1100).problems[0]
    assert facts(b"N." + bytes(70_000)).problems == ("70000 bytes behind the pickle are no pickle",)
    # However long the file is, looking for what follows takes no more than what follows.
    long = b"B" + struct.pack("<I", 200_000) + bytes(200_000) + b"."
    found = facts(long * 900 + b"cos\nsystem\n.")
    assert (found.imports, found.problems) == (("os.system",), ())


def test_a_pickle_that_breaks_off_still_gives_its_names() -> None:
    found = facts(b"cos\nsystem\n\xff")
    assert found.imports == ("os.system",)
    assert found.problems == ("the pickle breaks off: there is no opcode 0xff (before 12)",)
    with pytest.raises(DocumentError, match="does not read as a pickle"):
        facts(b"\x80\x04\xff\xff")


def test_a_pickle_of_tensors_without_their_storages() -> None:
    found = facts(PLAIN_PICKLE)
    assert found.imports == (
        "_codecs.encode",
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor_v2",
        "torch.storage._load_from_bytes",
    )
    assert dict(found.properties)["pytorch:tensors"].startswith("not counted: ")


def test_torch_is_recognised_behind_any_protocol() -> None:
    assert facts(LEGACY).title == "PyTorch, legacy layout"
    framed = pickle.dumps(0x1950A86A20F9469CFC6C, 4) + LEGACY[15:]
    assert (facts(framed).format, facts(framed).parameters) == ("pytorch", (("float32", 3),))


SKLEARN = (
    "joblib.numpy_pickle.NumpyArrayWrapper",
    "numpy._core.multiarray._reconstruct",
    "numpy.dtype",
    "numpy.ndarray",
    "sklearn.linear_model._logistic.LogisticRegression",
)
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": zlib.compress, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}  # fmt: skip


def test_a_real_estimator_of_scikit_learn() -> None:
    found = facts(JOBLIB)
    assert (found.format, found.title) == ("joblib", "joblib, protocol 4")
    assert (found.framework, found.framework_version) == ("scikit-learn", "1.9.1")
    assert (found.architecture, found.imports, found.problems) == ("LogisticRegression", SKLEARN, ())
    assert dict(found.properties) == {
        "joblib:arrays": "4",
        "joblib:elements": "f8=4, i4=1, object=2",
        "pickle:class": "sklearn.linear_model._logistic.LogisticRegression",
    }


@pytest.mark.parametrize("kind", sorted(COMPRESSORS))
def test_compressed_pickles_are_unpacked(kind: str) -> None:
    data = COMPRESSORS[kind](JOBLIB)
    assert compressed.compression(data) == kind
    found = facts(data)
    assert (found.format, found.imports, found.problems) == ("joblib", SKLEARN, ())
    assert dict(found.properties)["joblib:compression"] == kind
    assert compressed.unpack(Source.of_bytes("x", data + data), kind) == (JOBLIB * 2, "")
    fault = compressed.unpack(Source.of_bytes("x", data + b"\x01junk"), kind).fault
    assert fault.startswith(("it cannot be unpacked", "its compressed bytes break off"))
    for cut in range(2, len(data), 7):
        survives(read, data[:cut])


def test_what_unpacks_to_more_than_is_looked_at() -> None:
    data = zlib.compress(JOBLIB + bytes(1 << 20))
    got = compressed.unpack(Source.of_bytes("x", data), "zlib", limit=5000)
    assert (len(got.data), got.fault) == (5000, "it unpacks to more than 5000 bytes")
    bomb = zlib.compress(b"cos\nsystem\n." + bytes(66 << 20), 9)
    start = time.perf_counter()
    found = facts(bomb)
    assert found.imports == ("os.system",)
    assert "it unpacks to more than 67108864 bytes" in found.problems
    assert time.perf_counter() - start < 5


def test_what_is_not_unpacked() -> None:
    for data, message in (
        (b"\x04\x22\x4d\x18" + bytes(50), "compressed as lz4, which is not opened"),
        (b"ZF0x1234" + bytes(50), "compressed as zfile, which is not opened"),
        (b"\x78\x9c" + b"\xff" * 50, "cannot be unpacked"),
        (b"\x1f\x8b" + b"\xff" * 50, "cannot be unpacked"),
        (b"\xfd7zXZ\0" + b"\xff" * 50, "cannot be unpacked"),
        (zlib.compress(b"abc")[:3], "break off"),
    ):
        with pytest.raises(DocumentError, match=message):
            facts(data)
    with pytest.raises(DocumentError, match="more streams than are looked at"):
        compressed.unpack(Source.of_bytes("x", zlib.compress(b"") * 1100), "zlib")


# Arrays of joblib, put together by hand: a wrapper, its state, and raw bytes behind it.


def wrapper(shape: bytes, dtype: bytes, *, alignment: bytes = b"N", name: bytes = b"NumpyArrayWrapper") -> bytes:
    return (
        b"cjoblib.numpy_pickle\n" + name + b"\n)\x81}("
        b"S'shape'\n" + shape + b"S'dtype'\n" + dtype + b"S'numpy_array_alignment_bytes'\n" + alignment + b"ub"
    )


def element(code: bytes, state: bytes = b"") -> bytes:
    return b"cnumpy\ndtype\n(S'" + code + b"'\nI00\nI01\ntR" + state


def test_real_arrays_are_stepped_over() -> None:
    found = facts(JOBLIB_ARRAYS)
    # The name behind all arrays is found only when each of them was stepped over exactly.
    assert "collections.Counter" in found.imports
    assert found.problems == ()
    assert dict(found.properties)["joblib:elements"] == "U3=2, i8=6, object=3, record=3"


@pytest.mark.parametrize(
    ("shape", "dtype", "raw"),
    [
        (b"(K\x02K\x03t", element(b"f4"), 24), (b")", element(b"i8"), 8), (b"(K\0K\x09t", element(b"f4"), 0),
        (b"(K\x02t", element(b"U3"), 24), (b"(K\x02t", element(b"S5"), 10), (b"(K\x03t", element(b"b1"), 3),
        (b"(K\x02t", element(b"M8", b"(K\x04S'<'\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"), 16),
        (b"(K\x02t", element(b"V4", b"(K\x03S'|'\nNNNK\x04K\x01K\0tb"), 8),
    ],
)  # fmt: skip
def test_arrays_of_any_type(shape: bytes, dtype: bytes, raw: int) -> None:
    for padding, alignment in ((b"", b"N"), (b"\0", b"K\x10"), (b"\x05" + bytes(5), b"K\x10")):
        data = wrapper(shape, dtype, alignment=alignment) + padding + b"\xff" * raw + b"0cos\nsystem\n."
        found = facts(data)
        assert ("os.system" in found.imports, found.problems) == (True, ())


def test_an_array_of_objects_is_a_pickle_of_its_own() -> None:
    data = wrapper(b"(K\x01t", element(b"O8")) + b"\x80\x02h\0." + b"0cos\nsystem\n."
    assert "asks for value 0" in facts(data).problems[0]
    data = wrapper(b"(K\x01t", element(b"O8")) + b"\x80\x02cposix\nsystem\n." + b"0cos\nsystem\n."
    found = facts(data)
    assert {"os.system", "posix.system"} <= set(found.imports)
    assert found.problems == ()


def test_pickles_within_pickles_end_somewhere() -> None:
    data = b"".join(wrapper(b"(K\x01t", element(b"O8")) for _ in range(20))
    assert "nested too deeply" in facts(data).problems[0]


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        (b"K\x02", element(b"f4")), (b"(S'x'\nt", element(b"f4")), (b"(J\xff\xff\xff\xfft", element(b"f4")),
        (b"(K\x02t", element(b"f")), (b"(K\x02t", element(b"Q9x")), (b"(K\x02t", b"K\x01"),
        (b"(K\x02t", b"cnumpy\ndtype\n)R"),
        (b"(\x8a\x09\0\0\0\0\0\0\0\0\1t", element(b"f4")), (b"(\x8a\x08\0\0\0\0\0\0\0\x40t", element(b"f8")),
        (b"(K\x02t", element(b"V4", b"(K\x03S'|'\nNNNK\x05K\x01K\0tb")),
        (b"(K\x02t", element(b"V4", b"(K\x03S'|'\nNNK\x01K\x04K\x01K\0tb")),
    ],
)  # fmt: skip
def test_an_array_that_cannot_be_stepped_over_ends_the_walk(shape: bytes, dtype: bytes) -> None:
    found = facts(wrapper(shape, dtype) + b"0cos\nsystem\n.")
    assert "os.system" not in found.imports
    assert "breaks off: an array has" in found.problems[0]


def test_an_array_longer_than_the_file() -> None:
    assert "it is cut off" in facts(wrapper(b"(K\x02t", element(b"f4")) + bytes(7)).problems[0]


def test_an_array_in_a_frame_is_a_problem() -> None:
    body = wrapper(b"(K\x01t", element(b"i1")) + b"\x00N."
    data = b"\x80\x04\x95" + struct.pack("<Q", len(body)) + body
    assert "crosses the end of the pickle's frame" in facts(data).problems[0]


def test_arrays_in_files_beside() -> None:
    def beside(name: bytes) -> Facts:
        return facts(b"cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}(S'filename'\nS'" + name + b"'\nub.")

    assert (beside(b"model.pkl_01.npy").refers_to, beside(b"model.pkl_01.npy").problems) == (("model.pkl_01.npy",), ())
    for name in (b"/etc/x.npy", b"../x.npy", b"a\\x00b"):
        found = beside(name)
        assert found.refers_to == ()
        assert "outside of the folder" in found.problems[0]


def test_versions_of_scikit_learn() -> None:
    def part(version: bytes, module: bytes = b"sklearn.svm") -> bytes:
        return b"c" + module + b"\nSVC\n)\x81}(S'_sklearn_version'\nS'" + version + b"'\nub"

    one = facts(part(b"1.2.0") + b".")
    assert (one.framework, one.framework_version, one.architecture) == ("scikit-learn", "1.2.0", "SVC")
    two = facts(b"(" + part(b"1.2.0") + part(b"1.3.0") + b"l.")
    assert (two.framework, two.framework_version) == ("scikit-learn", "")
    assert two.problems == ("parts of the model were written by different versions of scikit-learn: 1.2.0, 1.3.0",)
    for odd in (b"", b"one", b"1.2\\x1b[0m", b"1" * 40):
        assert facts(part(odd) + b".").framework_version == ""


def test_other_classes_are_not_taken_for_models() -> None:
    found = facts(b"cmine\nThing\n)\x81.")
    assert (found.framework, found.architecture, dict(found.properties)["pickle:class"]) == ("", "", "mine.Thing")
    assert facts(b"cxgboost.sklearn\nXGBClassifier\n)\x81.").framework == "xgboost"


PICKLES = {"joblib": JOBLIB, "arrays": JOBLIB_ARRAYS, "plain": pickle.dumps(VALUES[:10] + VALUES[14:-4], 2)}


@pytest.mark.parametrize("data", PICKLES.values(), ids=PICKLES)
def test_every_truncation_gives_facts_or_a_refusal(data: bytes) -> None:
    for length in range(0, len(data), 3):
        survives(read, data[:length])


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from([JOBLIB, JOBLIB_ARRAYS, PLAIN_PICKLE, zlib.compress(JOBLIB)]),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_any_change_gives_facts_or_a_refusal(data: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(data)
    for at, byte in changes:
        changed[at % len(data)] = byte
    survives(read, bytes(changed))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([bytes([code]) for code in OPCODES]) | st.binary(max_size=4), max_size=60))
def test_any_opcodes(parts: list[bytes]) -> None:
    data = b"".join(parts)
    walked, budget, position = run(data)
    assert position <= len(data)
    assert walked.fault or data[position - 1 : position] == b"."
    assert all(name.isprintable() for name in budget.names)
    survives(read, data)


def test_anything_that_is_not_bytes_of_a_pickle() -> None:
    for data in (b"", b"\x80", b"hello", bytes(100)):
        with pytest.raises(DocumentError):
            of(read, data)


def test_values_of_all_kinds_survive_the_walk_to_the_tensors() -> None:
    odd: Any = {(1, 2): [{None: 1}], 1.5: {frozenset({1})}}
    assert facts(pickle.dumps(odd, 4)).problems == ()
