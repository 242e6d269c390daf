"""The strict pickle machine: every rule has a pickle that breaks it and nothing else, and what writers write passes."""

from __future__ import annotations

import argparse
import collections
import copyreg
import datetime
import decimal
import fractions
import pathlib
import pickle
import struct
import types
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.domain.scan import FileScan
from attest.scanning.budget import Limits
from tests.corpus import assembler as a
from tests.unit.scanning.scans import rules, scan_bytes

ORDERED = a.global_("collections", "OrderedDict") + a.EMPTY_TUPLE + a.REDUCE
NAMESPACE = a.global_("argparse", "Namespace") + a.EMPTY_TUPLE + a.NEWOBJ
P2, P4 = a.proto(2), a.proto(4)


def scanned(data: bytes, **options: object) -> FileScan:
    """The scan of a pickle."""
    return scan_bytes("x.pkl", data, **options)  # type: ignore[arg-type]


def broken(found: FileScan) -> set[str]:
    """Rules beside the note that it is a pickle."""
    return set(rules(found)) - {"pickle.present"}


VALUES = {
    "plain": {"a": 1, "b": [1, 2.5, None, True, "x", b"y", (1, 2), {3, 4}, frozenset([1])]},
    "ordered": collections.OrderedDict(a=1),
    "counter": collections.Counter("abca"),
    "defaultdict": collections.defaultdict(list, {"a": [1]}),
    "deque": collections.deque([1, 2], 5),
    "time": datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    "date": datetime.date(2026, 1, 2),
    "decimal": decimal.Decimal("1.5"),
    "fraction": fractions.Fraction(1, 3),
    "path": pathlib.PurePosixPath("/a/b"),
    "uuid": uuid.UUID(int=1),
    "namespace": argparse.Namespace(a=1),
    "simple": types.SimpleNamespace(a=1),
    "range": range(5),
    "slice": slice(1, 2),
    "complex": 3 + 4j,
    "bytearray": bytearray(b"abc"),
    "many": list(range(100_000)),
    "tuple keys": {(1, (2, 3)): 3},
    "large number": 10**400,
    "long text": "x" * 10_000,
    "long bytes": b"x" * 10_000,
    "words": ["os.system", "eval", "__reduce__", "builtins exec"],
    "floats": [0.1, 1e-300, float("inf"), -2.0, 1e22],
    "text with escapes": "a\nb\\u0041'\"é\x00",
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", VALUES)
def test_what_python_writes_passes(name: str, protocol: int) -> None:
    found = scanned(pickle.dumps(VALUES[name], protocol))
    assert (found.outcome, broken(found)) == ("PASS", set())
    assert "pickle" in found.formats


def test_a_name_off_the_list_is_found_with_its_place() -> None:
    found = scanned(P4 + a.global_("os", "system") + a.STOP)
    finding = next(item for item in found.findings if item.rule == "pickle.name-not-allowed")
    assert (finding.value, finding.offset, found.outcome) == ("os:system", 2, "BLOCK")


def test_written_and_renamed_names_must_both_be_listed() -> None:
    listed_before = scanned(P2 + a.global_("__builtin__", "set") + a.STOP)
    assert listed_before.outcome == "PASS"
    renamed = scanned(P2 + a.global_("__builtin__", "reduce") + a.STOP)
    assert renamed.outcome == "BLOCK"
    # Above protocol 2 nothing is renamed, and `copy_reg` is a module that somebody could install.
    assert scanned(P4 + a.global_("commands", "getoutput") + a.STOP).outcome == "BLOCK"


def test_a_pair_is_never_joined() -> None:
    assert scanned(P4 + a.global_("torch.nn.modules", "linear.Linear") + a.STOP).outcome == "BLOCK"
    assert scanned(P4 + a.global_("collections", "OrderedDict.fromkeys") + a.STOP).outcome == "BLOCK"


ATTACKS = {
    "computed call": (P2 + ORDERED + a.EMPTY_TUPLE + a.REDUCE + a.STOP, "pickle.computed-call"),
    "listed to mention, called": (
        P2 + a.global_("builtins", "list") + a.EMPTY_TUPLE + a.REDUCE + a.STOP,
        "pickle.call-form",
    ),
    "other arguments": (
        P2 + a.global_("builtins", "bytearray") + a.binint(1 << 30) + a.TUPLE1 + a.REDUCE + a.STOP,
        "pickle.call-form",
    ),
    "arguments that are no tuple": (
        P2 + a.global_("builtins", "set") + a.EMPTY_LIST + a.REDUCE + a.STOP,
        "pickle.call-form",
    ),
    "another codec": (
        P2 + a.global_("_codecs", "encode") + a.binunicode("x") + a.binunicode("zlib") + a.TUPLE2 + a.REDUCE + a.STOP,
        "pickle.call-form",
    ),
    "range into a set": (
        P2 + a.global_("builtins", "set") + a.global_("builtins", "range") + a.binint1(0) + a.binint(1 << 30)
        + a.binint1(1) + a.TUPLE3 + a.REDUCE + a.TUPLE1 + a.REDUCE + a.STOP,
        "pickle.call-form",
    ),
    "a factory off its short list": (
        P2 + a.global_("collections", "defaultdict") + a.global_("argparse", "Namespace") + a.TUPLE1 + a.REDUCE
        + a.STOP,
        "pickle.call-form",
    ),
    "class with arguments": (
        P2 + a.global_("argparse", "Namespace") + a.binint1(1) + a.TUPLE1 + a.NEWOBJ + a.STOP,
        "pickle.call-form",
    ),
    "class with keywords": (
        P4 + a.global_("argparse", "Namespace") + a.EMPTY_TUPLE + a.EMPTY_DICT + a.NEWOBJ_EX + a.STOP,
        "pickle.call-form",
    ),
    "INST": (P2 + a.MARK + a.inst("argparse", "Namespace") + a.STOP, "pickle.call-form"),
    "OBJ": (P2 + a.MARK + a.global_("argparse", "Namespace") + a.OBJ + a.STOP, "pickle.call-form"),
    "a name from pieces": (
        P4 + a.EMPTY_LIST + a.binunicode("system") + a.STACK_GLOBAL + a.STOP,
        "pickle.unresolved-name",
    ),
    "a name too long to keep": (
        P4 + a.binunicode("x" * 5000) + a.binunicode("y") + a.STACK_GLOBAL + a.STOP,
        "pickle.unresolved-name",
    ),
    "state on a class": (
        P2 + a.global_("argparse", "Namespace") + a.EMPTY_DICT + a.BUILD + a.STOP,
        "pickle.build-on-global",
    ),
    "state on a dictionary": (P2 + a.EMPTY_DICT + a.EMPTY_DICT + a.BUILD + a.STOP, "pickle.build-on-global"),
    "slot state": (
        P2 + NAMESPACE + a.NONE + a.EMPTY_DICT + a.TUPLE2 + a.BUILD + a.STOP,
        "pickle.call-form",
    ),
    "state that is an object": (P2 + NAMESPACE + ORDERED + a.BUILD + a.STOP, "pickle.call-form"),
    "__class__ in state": (
        P2 + NAMESPACE + a.EMPTY_DICT + a.binunicode("__class__") + a.NONE + a.SETITEM + a.BUILD + a.STOP,
        "pickle.state-key",
    ),
    "__setstate__ by a late entry": (
        P2 + NAMESPACE + a.EMPTY_DICT + a.binput(0) + a.binunicode("__setstate__") + a.NONE + a.SETITEM + a.POP
        + a.binget(0) + a.BUILD + a.STOP,
        "pickle.state-key",
    ),
    "items for an object": (
        P2 + NAMESPACE + a.binunicode("k") + a.NONE + a.SETITEM + a.STOP,
        "pickle.container-target",
    ),
    "append to an object": (P2 + NAMESPACE + a.NONE + a.APPEND + a.STOP, "pickle.container-target"),
    "append to a name": (
        P2 + a.global_("argparse", "Namespace") + a.NONE + a.APPEND + a.STOP,
        "pickle.container-target",
    ),
    "add to an object": (P4 + NAMESPACE + a.MARK + a.NONE + a.ADDITEMS + a.STOP, "pickle.container-target"),
    "append to a set": (P4 + a.EMPTY_SET + a.NONE + a.APPEND + a.STOP, "pickle.container-target"),
    "extension code": (P2 + a.ext1(1) + a.STOP, "pickle.extension-code"),
    "extension code of four bytes": (P2 + a.ext4(70_000) + a.STOP, "pickle.extension-code"),
    "frame inside a frame": (P4 + a.frame(20) + a.frame(5) + a.binint1(1) + a.STOP, "pickle.frame-violation"),
    "frame past the end": (P4 + a.frame(1000) + a.NONE + a.STOP, "pickle.frame-violation"),
    "argument over a frame's end": (
        P4 + a.frame(4) + a.short_binunicode("abcde") + a.STOP + b"xxxxxx",
        "pickle.frame-violation",
    ),
    "memo index": (P2 + a.NONE + a.long_binput(1 << 30) + a.STOP, "pickle.resource-use"),
    "memo index in text": (P2 + a.NONE + a.put(1 << 30) + a.STOP, "pickle.resource-use"),
    "nested key": (
        P4 + a.EMPTY_DICT + a.EMPTY_TUPLE + a.MEMOIZE + (a.binget(0) * 0 + a.DUP + a.TUPLE2) * 60 + a.NONE + a.SETITEM
        + a.STOP,
        "pickle.resource-use",
    ),
    "persistent id": (P2 + a.binunicode("x") + a.BINPERSID + a.STOP, "pickle.persistent-id"),
    "out of band": (a.proto(5) + a.NEXT_BUFFER + a.STOP, "pickle.persistent-id"),
    "no end": (P2 + a.binint1(1) + a.EMPTY_LIST, "pickle.malformed"),
    "unknown opcode": (P2 + b"\xff" + a.STOP, "pickle.malformed"),
    "protocol 6": (P2 + a.proto(6) + a.NONE + a.STOP, "pickle.malformed"),
    "below the mark": (P2 + a.NONE + a.MARK + a.TUPLE1 + a.STOP, "pickle.malformed"),
    "a value that was not kept": (P2 + a.binget(9) + a.STOP, "pickle.malformed"),
    "float with an underscore": (a.MARK + a.float_text("1_0") + a.TUPLE + a.STOP, "pickle.malformed"),
    "index with a space": (a.MARK + a.NONE + a.put(" 1") + a.TUPLE + a.STOP, "pickle.malformed"),
    "broken text": (P2 + b"X\x01\0\0\0\xff" + a.STOP, "pickle.malformed"),
    "negative length": (P2 + b"T\xff\xff\xff\xff" + a.STOP, "pickle.malformed"),
    "more behind": (P2 + a.NONE + a.STOP + b"\xfe garbage", "pickle.trailing-data"),
    "storage through bytes": (
        P2 + a.global_("torch.storage", "_load_from_bytes") + a.binbytes(b"x") + a.TUPLE1 + a.REDUCE + a.STOP,
        "pickle.nested-load",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_each_rule_is_broken_by_its_attack(name: str) -> None:
    data, rule = ATTACKS[name]
    found = scanned(data)
    assert rule in broken(found)
    assert found.outcome != "PASS"


ODD = {
    "octal": a.MARK + a.int_text("010") + a.TUPLE + a.STOP,
    "hexadecimal": a.MARK + a.int_text("0x10") + a.TUPLE + a.STOP,
    "underscores": a.MARK + a.long_text("1_0L") + a.TUPLE + a.STOP,
    "two protocols": P2 + P2 + a.NONE + a.STOP,
    "protocol in the middle": a.NONE + a.POP + P4 + a.EMPTY_LIST + a.STOP,
    "values left": P2 + a.NONE + a.NONE + a.STOP,
    "an open mark": P2 + a.MARK + a.NONE + a.STOP,
    "an escaped name": a.MARK + a.POP + P4 + a.unicode_text("\\u0063ollections") + a.unicode_text("OrderedDict")
    + a.STACK_GLOBAL + a.STOP,
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_spellings_are_said(name: str) -> None:
    assert "pickle.odd-encoding" in broken(scanned(ODD[name]))


def test_escapes_do_not_hide_a_name() -> None:
    data = P4 + a.unicode_text("\\u006fs") + a.string("'sy\\x73tem'") + a.STACK_GLOBAL + a.STOP
    found = scanned(data)
    assert {"pickle.name-not-allowed", "pickle.odd-encoding"} <= broken(found)
    assert any(item.value == "os:system" for item in found.findings)


def test_memo_dup_and_pop_do_not_hide_a_name() -> None:
    pieces = a.binunicode("system") + a.MEMOIZE + a.POP + a.binunicode("os") + a.DUP + a.POP + a.binget(0)
    assert "pickle.name-not-allowed" in broken(scanned(P4 + pieces + a.STACK_GLOBAL + a.STOP))


def test_memoize_counts_entries_and_not_indices() -> None:
    """PUT under 5, then MEMOIZE stores under 1: a reader that took the next free index would see another name."""
    data = (
        P4 + a.binunicode("collections") + a.binput(5) + a.POP + a.binunicode("os") + a.MEMOIZE + a.POP
        + a.binget(1) + a.binunicode("system") + a.STACK_GLOBAL + a.STOP
    )  # fmt: skip
    assert any(item.value == "os:system" for item in scanned(data).findings)


def test_what_was_found_before_a_fault_stays() -> None:
    found = scanned(P2 + a.global_("os", "system") + b"\xff")
    assert {"pickle.name-not-allowed", "pickle.malformed"} <= broken(found)


def test_every_pickle_of_a_row_is_judged() -> None:
    first = pickle.dumps({"a": 1})
    assert scanned(first * 3).outcome == "PASS"
    assert scanned(first + P2 + a.global_("os", "system") + a.STOP).outcome == "BLOCK"


def test_zeros_behind_are_padding() -> None:
    assert scanned(pickle.dumps([1]) + bytes(512)).outcome == "PASS"
    assert scanned(pickle.dumps([1]) + bytes(511) + b"\1").outcome == "INCONCLUSIVE"
    assert scanned(pickle.dumps([1]) + b"\n").outcome == "PASS"
    assert scanned(pickle.dumps([1]) + b"\n\n\n").outcome == "INCONCLUSIVE"


def test_a_later_change_of_a_kept_dictionary_is_seen() -> None:
    """The dictionary gets its key after it was put under the object."""
    data = (
        P2 + a.EMPTY_DICT + a.binput(0) + a.POP + NAMESPACE + a.binget(0) + a.binunicode("__dict__") + a.NONE
        + a.SETITEM + a.BUILD + a.STOP
    )  # fmt: skip
    assert "pickle.state-key" in broken(scanned(data))


def test_profiles_narrow_what_is_allowed() -> None:
    data = pickle.dumps(argparse.Namespace(a=1))
    assert scanned(data).profiles == ("python-data", "python-values") or "python-values" in scanned(data).profiles
    narrowed = scanned(data, profiles=["torch-weights"])
    finding = next(item for item in narrowed.findings if item.rule == "pickle.name-not-allowed")
    assert (finding.profile, narrowed.outcome) == ("python-values", "BLOCK")


def test_a_policy_can_add_a_class_and_never_a_call() -> None:
    made = P2 + a.global_("acme.layers", "Gate") + a.EMPTY_TUPLE + a.NEWOBJ + a.EMPTY_DICT + a.BUILD + a.STOP
    called = P2 + a.global_("acme.layers", "Gate") + a.EMPTY_TUPLE + a.REDUCE + a.STOP
    extra = [("acme.layers", "Gate")]
    assert scanned(made).outcome == "BLOCK"
    assert scanned(made, extra=extra).outcome == "PASS"
    assert scanned(called, extra=extra).outcome == "BLOCK"


def test_budgets_make_a_scan_inconclusive() -> None:
    data = pickle.dumps(list(range(20_000)), 2)
    found = scanned(data, limits=Limits(stream_opcodes=5_000))
    assert (found.outcome, broken(found)) == ("INCONCLUSIVE", {"scan.budget"})


def test_budgets_are_shared_by_the_pickles_of_a_file() -> None:
    data = pickle.dumps(list(range(3_000)), 2) * 4
    assert scanned(data, limits=Limits(opcodes=9_000)).outcome == "INCONCLUSIVE"


def test_findings_past_the_limit_still_count() -> None:
    data = P2 + b"".join(a.global_("m", f"n{i}") + a.POP for i in range(50)) + a.NONE + a.STOP
    found = scanned(data, limits=Limits(findings=10))
    assert (found.outcome, len(found.findings)) == ("BLOCK", 10)
    assert found.left_out == 41


def test_a_deep_mark_stack_ends() -> None:
    assert scanned(P2 + a.MARK * 200_000).outcome == "INCONCLUSIVE"


def test_reconstructor_counts_as_construction() -> None:
    head = P2 + a.global_("copyreg", "_reconstructor")
    tail = a.global_("builtins", "object") + a.NONE + a.TUPLE3 + a.REDUCE + a.STOP
    assert copyreg.__name__ == "copyreg"
    assert scanned(head + a.global_("argparse", "Namespace") + tail).outcome == "PASS"
    assert scanned(head + a.global_("builtins", "list") + tail).outcome == "BLOCK"


def _array(shape: bytes, size: int) -> bytes:
    reconstruct = (
        a.global_("numpy.core.multiarray", "_reconstruct") + a.global_("numpy", "ndarray") + a.binint1(0) + a.TUPLE1
        + a.short_binbytes(b"b") + a.TUPLE3 + a.REDUCE
    )  # fmt: skip
    dtype = (
        a.global_("numpy", "dtype") + a.short_binunicode("f4") + a.NEWFALSE + a.NEWTRUE + a.TUPLE3 + a.REDUCE
        + a.MARK + a.binint1(3) + a.short_binunicode("<") + a.NONE * 3 + a.binint(-1) * 2 + a.binint1(0) + a.TUPLE
        + a.BUILD
    )  # fmt: skip
    state = a.MARK + a.binint1(1) + shape + dtype + a.NEWFALSE + a.binbytes(bytes(size)) + a.TUPLE
    return P4 + reconstruct + state + a.BUILD + a.STOP


def test_an_array_has_the_bytes_that_its_shape_needs() -> None:
    assert scanned(_array(a.binint1(3) + a.TUPLE1, 12)).outcome == "PASS"
    assert "pickle.call-form" in broken(scanned(_array(a.binint1(3) + a.TUPLE1, 8)))
    assert "pickle.call-form" in broken(scanned(_array(a.binint(1 << 30) + a.DUP + a.TUPLE2, 8)))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_end_the_scan(data: bytes) -> None:
    found = scanned(b"\x80\x04" + data)
    assert "scan.internal-error" not in rules(found)


OPCODES = st.sampled_from([
    a.MARK, a.POP, a.DUP, a.NONE, a.EMPTY_LIST, a.APPEND, a.APPENDS, a.EMPTY_TUPLE, a.TUPLE, a.TUPLE1, a.TUPLE2,
    a.EMPTY_DICT, a.SETITEM, a.SETITEMS, a.EMPTY_SET, a.ADDITEMS, a.FROZENSET, a.MEMOIZE, a.REDUCE, a.BUILD, a.OBJ,
    a.NEWOBJ, a.NEWOBJ_EX, a.BINPERSID, a.binget(0), a.binput(0), a.binint1(3), a.short_binunicode("x"),
    a.global_("collections", "OrderedDict"), a.global_("argparse", "Namespace"), a.global_("numpy", "dtype"),
    a.global_("torch._utils", "_rebuild_tensor_v2"), a.global_("copyreg", "_reconstructor"), a.STACK_GLOBAL,
    a.global_("torch._tensor", "_rebuild_from_type_v2"), a.global_("joblib.numpy_pickle", "NumpyArrayWrapper"),
    a.short_binbytes(b"b"), a.frame(3), a.STOP, struct.pack("<B", 0x8B) + struct.pack("<i", -5),
])  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(OPCODES, max_size=60).map(b"".join))
def test_no_opcodes_end_the_scan(data: bytes) -> None:
    found = scanned(P4 + data + a.STOP)
    assert "scan.internal-error" not in rules(found)


def test_a_scan_does_not_go_on_for_ever_with_what_is_wrong() -> None:
    data = P2 + b"".join(a.global_("m", f"n{i}") + a.POP for i in range(30_000)) + a.NONE + a.STOP
    found = scanned(data, limits=Limits(findings=10))
    assert found.outcome == "BLOCK"
    assert "scan.budget" in rules(found)
    assert found.left_out < 11_000


def test_findings_name_their_opcode() -> None:
    found = scanned(P4 + a.global_("os", "system") + a.STOP)
    assert any("(GLOBAL)" in item.message for item in found.findings)
