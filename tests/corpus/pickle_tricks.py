"""Streams that readers of pickles understand in different ways, and scanners in yet another one."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.corpus import assembler as a
from tests.corpus.case import Case, attack, hostile, noise
from tests.corpus.torch_zip import weights
from tests.corpus.zips import plain_zip

FRAMES, STREAMS, MEMO, NUMBERS, BROKEN = (
    "pickle-frames",
    "pickle-streams",
    "pickle-memo-and-mark",
    "pickle-odd-spelling",
    "pickle-broken-tail",
)
EVIL = a.pickle(a.command())
GOOD = a.dumps({"weight": [1.0, 2.0], "name": "corpus"})
PAYLOAD = a.command()


def _frames() -> Iterator[tuple[str, bytes, str]]:
    """Frames that overlap, cross or lie."""
    call = a.text("os") + a.text("system") + a.STACK_GLOBAL + a.value(("echo corpus",)) + a.REDUCE + a.STOP
    p4 = a.proto(4)
    yield "crossing-string", p4 + a.frame(4) + a.short_binbytes(b"abcde") + a.STOP, "a string crosses the frame's end"
    hidden = a.short_binbytes(b"abc") + a.POP
    yield "crossing-by-one", p4 + a.frame(4) + hidden + call, "a string crosses the frame's end by one"
    yield "split-integer", p4 + a.frame(2) + a.int_text("123") + a.POP + call, "a text integer is split"
    yield (
        "split-global",
        p4 + a.frame(5) + a.global_("os", "system") + a.value(("echo corpus",)) + a.REDUCE + a.STOP,
        "GLOBAL is split",
    )
    inner = a.frame(len(call)) + call
    yield "nested", p4 + a.frame(len(inner)) + inner, "a frame inside another"
    yield "nested-overlap", p4 + a.frame(len(inner) - 4) + inner, "a frame inside another, and beyond it"
    yield "too-long", p4 + a.frame(len(call) + 100) + call, "a frame longer than the file"
    yield "huge", p4 + a.frame(1 << 62) + call, "a frame of 2**62 bytes"
    yield "negative", p4 + a.frame((1 << 64) - 1) + call, "a frame of 2**64 - 1 bytes"
    yield "zero", p4 + a.frame(0) + call, "an empty frame before a payload"
    yield "short", p4 + a.frame(len(call) - 3) + call, "a frame that ends inside the payload"
    yield "in-protocol-2", a.proto(2) + a.frame(len(call)) + call, "a frame in protocol 2"
    shown = a.value("collections") + a.value("OrderedDict") + a.STACK_GLOBAL + a.EMPTY_TUPLE + a.REDUCE + a.STOP
    yield "two-views", p4 + a.frame(8) + a.binbytes(shown[:4], 40) + call + shown, "what is read depends on the reader"
    yield "crossing-benign", p4 + a.frame(9) + a.text("a long enough text") + a.STOP, "crossed, without a payload"
    yield "nested-benign", p4 + a.frame(11) + a.frame(2) + a.NONE + a.STOP, "nested, without a payload"


def _streams() -> Iterator[tuple[str, bytes, str]]:
    """What follows the first STOP."""
    yield "second", GOOD + EVIL, "a second pickle"
    yield "third", GOOD + GOOD + EVIL, "a third pickle"
    yield "after-hundred", GOOD * 100 + EVIL, "the last of a hundred and one pickles"
    yield "after-zeros", GOOD + bytes(64) + EVIL, "a pickle after zero padding"
    yield "after-noise", GOOD + noise(1, 256) + EVIL, "a pickle after noise"
    yield "after-newline", GOOD + b"\n" + EVIL, "a pickle after a line feed"
    yield "after-spaces", GOOD + b"   " + EVIL, "a pickle after spaces"
    yield "protocol-0-after-4", GOOD + a.pickle(a.command(protocol=0), 0), "a second pickle of protocol 0"
    yield "noise", GOOD + noise(2, 100), "noise after the pickle"
    yield "zip-behind", GOOD + plain_zip({"data.pkl": EVIL}), "an archive after the pickle"
    yield "after-none", b"N." + EVIL, "after the smallest pickle"
    yield "payload-then-good", EVIL + GOOD, "the first of two"
    yield "result-dropped", a.pickle(PAYLOAD + a.POP + a.value({"weight": [1.0]})), "the result is dropped"
    yield "under-the-result", a.pickle(PAYLOAD + a.value({"weight": [1.0]})), "the result stays under the object"
    yield "in-mark", a.pickle(a.MARK + PAYLOAD + a.POP_MARK + a.value({"weight": [1.0]})), "dropped by POP_MARK"
    yield "dict-key", a.pickle(a.value({"w": 1}) + PAYLOAD + a.NONE + a.SETITEM), "the call is a key"
    yield "legacy-torch-tail", _legacy(tail=EVIL), "a pickle behind raw tensor data"
    yield "legacy-torch-gap", _legacy(tail=noise(3, 64)), "noise behind raw tensor data"
    yield "legacy-torch-count", _legacy(count=1 << 60), "a storage of 2**60 elements"
    yield "legacy-torch-count-hides", _legacy(count=40, tail=EVIL + bytes(256)), "a count that swallows a pickle"
    yield "legacy-torch-keys", _legacy(keys=["0", "1"]), "a key without data"
    yield "legacy-torch-object", _legacy(body=a.command(protocol=2)), "a payload as the object"
    yield "legacy-torch-system", _legacy(system=a.command(protocol=2)), "a payload as the system information"
    yield (
        "legacy-torch-magic",
        _legacy(magic=a.command(protocol=2) + a.POP + MAGIC),
        "a payload before the magic number",
    )
    yield (
        "legacy-torch-module",
        _legacy(
            body=a.value(("module", a.Raw(a.ref("collections", "OrderedDict", 2)), "model.py", "print('corpus')"), 2)
            + a.BINPERSID
        ),
        "source text in a module id",
    )
    yield "python-text", b"#!/usr/bin/env python\n" + EVIL, "a script line before a pickle"


MAGIC = a.long1(0x1950A86A20F9469CFC6C)


def _legacy(
    *,
    magic: bytes = MAGIC,
    system: bytes | None = None,
    body: bytes | None = None,
    keys: list[str] | None = None,
    count: int = 4,
    tail: bytes = b"",
) -> bytes:
    """The layout torch.save wrote before version 1.6: five pickles, then raw storages."""
    storage = ("storage", a.Raw(a.global_("torch", "FloatStorage")), "0", "cpu", 4, None)
    tensor = a.call(
        "torch._utils", "_rebuild_tensor_v2", a.Raw(a.value(storage, 2) + a.BINPERSID), 0, (4,), (1,), False,
        a.Raw(a.call("collections", "OrderedDict", protocol=2)), protocol=2,
    )  # fmt: skip
    shown = system or a.value(
        {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, 2
    )
    parts = [magic, a.value(1001, 2), shown, body or tensor, a.value(["0"] if keys is None else keys, 2)]
    return b"".join(a.pickle(part, 2) for part in parts) + struct.pack("<q", count) + bytes(16) + tail


def legacy_torch() -> bytes:
    """The same, as torch wrote it."""
    return _legacy()


def _memo() -> Iterator[tuple[str, bytes, str]]:
    """Memo keys and MARK fences by which names are picked."""
    call = a.value(("echo corpus",)) + a.REDUCE
    pair = a.STACK_GLOBAL + call
    # MEMOIZE stores at the number of entries: 0 → 5 by PUT, then 1.
    yield (
        "memoize-after-gap",
        a.text("a")
        + a.binput(5)
        + a.POP
        + a.text("os")
        + a.MEMOIZE
        + a.POP
        + a.text("system")
        + a.MEMOIZE
        + a.POP
        + a.binget(1)
        + a.binget(2)
        + pair,
        "MEMOIZE counts entries",
    )
    decoy = a.text("collections") + a.binput(1) + a.POP
    yield (
        "memoize-overwrites",
        decoy + a.text("os") + a.MEMOIZE + a.POP + a.binget(1) + a.text("system") + pair,
        "MEMOIZE replaces an entry",
    )
    yield (
        "put-overwrites",
        a.text("collections") + a.put(0) + a.POP + a.text("os") + a.put(0) + a.POP + a.get(0) + a.text("system") + pair,
        "PUT replaces an entry",
    )
    yield (
        "get-mixed",
        a.text("os") + a.put(300) + a.POP + a.long_binget(300) + a.text("system") + pair,
        "PUT and LONG_BINGET",
    )
    yield "put-space", a.text("os") + b"p 1\n" + a.POP + a.get(1) + a.text("system") + pair, "PUT with a space"
    yield (
        "put-underscore",
        a.text("os") + b"p1_0\n" + a.POP + a.binget(10) + a.text("system") + pair,
        "PUT with an underscore",
    )
    yield (
        "put-leading-zero",
        a.text("os") + b"p007\n" + a.POP + a.binget(7) + a.text("system") + pair,
        "PUT with leading zeros",
    )
    yield "put-plus", a.text("os") + b"p+3\n" + a.POP + a.binget(3) + a.text("system") + pair, "PUT with a sign"
    yield "put-negative", a.text("os") + b"p-1\n" + a.POP + b"g-1\n" + a.text("system") + pair, "PUT with a minus sign"
    yield "put-nul", a.text("os") + b"p1\0\n" + a.POP + a.get(1) + a.text("system") + pair, "PUT with a NUL"
    yield "get-missing", a.binget(9) + a.POP + a.text("os") + a.text("system") + pair, "GET of nothing"
    yield (
        "memo-global",
        a.ref("os", "system") + a.MEMOIZE + a.POP + a.value([1]) + a.POP + a.binget(0) + call,
        "the name itself comes through the memo",
    )
    yield (
        "memo-reduce-args",
        a.value(("echo corpus",)) + a.MEMOIZE + a.POP + a.ref("os", "system") + a.binget(0) + a.REDUCE,
        "arguments through the memo",
    )
    yield "mark-pop", a.text("os") + a.MARK + a.POP + a.text("system") + pair, "POP removes a MARK"
    yield "mark-pop-reduce", a.ref("os", "system") + a.MARK + a.POP + call, "POP removes a MARK before REDUCE"
    yield "reduce-below-mark", a.ref("os", "system") + a.MARK + call, "REDUCE reaches below a MARK"
    yield "dup-mark", a.ref("os", "system") + a.MARK + a.DUP + call, "DUP right after MARK"
    yield (
        "mark-nested",
        a.MARK * 3
        + a.text("echo corpus")
        + a.TUPLE
        + a.POP_MARK
        + a.POP
        + a.MARK
        + a.ref("os", "system")
        + a.text("echo corpus")
        + a.OBJ,
        "three MARKs",
    )
    yield "pop-below", a.POP + a.text("os") + a.text("system") + pair, "POP of an empty stack"
    yield "stop-in-mark", a.MARK + PAYLOAD, "STOP inside a MARK"
    yield "list-mark", a.MARK + a.ref("os", "system") + a.text("echo corpus") + a.LIST + a.POP + PAYLOAD, "a decoy list"


def _numbers() -> Iterator[tuple[str, bytes, str]]:
    """Odd spellings before a payload; scanners that stop at one miss what follows."""
    for name, spelling in (
        ("int-hex", a.int_text("0x10")), ("int-octal", a.int_text("010")), ("int-underscore", a.int_text("1_0")),
        ("int-space", a.int_text(" 1 ")), ("long-no-suffix", a.long_text("1")), ("long-hex", a.long_text("0x1L")),
        ("int-true", a.int_text("01")), ("float-underscore", a.float_text("1_0")), ("float-nan", a.float_text("nan")),
        ("float-inf", a.float_text("-inf")), ("float-space", a.float_text(" 1.0")), ("long4-empty", a.long4(0)),
        ("string-double-quotes", a.string('"a"')), ("string-octal", a.string("'\\101'")),
        ("unicode-nul", a.unicode_text("a\\u0000b")), ("int-huge", a.int_text("9" * 5000)),
    ):  # fmt: skip
        yield name, a.pickle(spelling + a.POP + PAYLOAD), "an odd spelling before a payload"
    yield (
        "second-proto",
        a.proto(4)
        + a.NONE
        + a.POP
        + a.proto(2)
        + a.global_("__builtin__", "eval")
        + a.value(("1",), 2)
        + a.REDUCE
        + a.STOP,
        "PROTO again, which renames",
    )
    yield (
        "proto-switch-rename",
        a.proto(4)
        + a.text("__builtin__")
        + a.text("eval")
        + a.proto(2)
        + a.STACK_GLOBAL
        + a.value(("1",))
        + a.REDUCE
        + a.STOP,
        "PROTO between the names and their use",
    )
    yield (
        "proto-switch-dotted",
        a.proto(2)
        + a.text("os")
        + a.text("path.os.system")
        + a.proto(4)
        + a.STACK_GLOBAL
        + a.value(("echo corpus",))
        + a.REDUCE
        + a.STOP,
        "PROTO makes a dotted name resolvable",
    )
    yield "proto-6", a.proto(6) + PAYLOAD + a.STOP, "protocol 6"
    yield "proto-255", a.proto(255) + PAYLOAD + a.STOP, "protocol 255"
    yield "proto-late", PAYLOAD + a.proto(4) + a.STOP, "PROTO after the payload"
    yield "proto-missing", PAYLOAD + a.STOP, "protocol 4 opcodes without PROTO"
    yield "proto-many", a.proto(4) * 50 + PAYLOAD + a.STOP, "fifty PROTOs"
    yield (
        "global-carriage-return",
        a.pickle(b"cos\r\nsystem\r\n" + a.value(("echo corpus",)) + a.REDUCE, 2),
        "carriage returns in a name",
    )
    yield "global-space", a.pickle(b"cos \nsystem\n" + a.value(("echo corpus",)) + a.REDUCE, 2), "a space in a name"
    yield (
        "global-utf8",
        a.pickle("c\u043es\nsystem\n".encode() + a.value(("x",)) + a.REDUCE, 2),
        "letters outside ASCII",
    )
    yield "global-bad-utf8", a.pickle(b"co\xffs\nsystem\n" + a.value(("x",)) + a.REDUCE, 2), "bytes that are no UTF-8"
    yield "inst-utf8", a.pickle(a.MARK + "i\u043es\nsystem\n".encode(), 0), "letters outside ASCII in INST"
    yield "global-empty", a.pickle(b"c\n\n" + a.value(()) + a.REDUCE, 2), "empty names"
    yield "global-long", a.pickle(a.global_("collections" * 5000, "x"), 2), "a name of fifty thousand letters"


def _broken() -> Iterator[tuple[str, bytes, str]]:
    """A fault after the payload, which has run by then."""
    start = a.proto(4) + PAYLOAD
    yield "no-stop", start, "no STOP"
    yield "unknown-opcode", start + b"\xff", "an unknown opcode"
    yield "unknown-opcode-nul", start + b"\0", "a NUL as opcode"
    yield "truncated-string", start + a.binunicode8("x", 1 << 40), "a string longer than the file"
    yield "truncated-bytes", start + a.binbytes(b"x", 1 << 31), "bytes longer than the file"
    yield "truncated-argument", start + b"J\0", "half an argument"
    yield "truncated-line", start + b"I12", "a line without an end"
    yield "negative-string", start + b"T\xff\xff\xff\xff", "a string of length -1"
    yield "negative-long", start + a.long4(-1), "a number of length -1"
    yield "bad-utf8", start + b"\x8c\x02\xff\xfe" + a.STOP, "text that is no UTF-8"
    yield "bad-float", start + a.float_text("one") + a.STOP, "text that is no number"
    yield "bad-int", start + a.int_text("one") + a.STOP, "text that is no number"
    yield "bad-string", start + a.string("no quotes") + a.STOP, "a string without quotes"
    yield "bad-escape", start + a.string("'\\x1'") + a.STOP, "half an escape"
    yield "stack-underflow", start + a.TUPLE3 + a.SETITEM + a.STOP, "values that are not there"
    yield "unhashable", start + a.POP + a.EMPTY_DICT + a.EMPTY_LIST + a.NONE + a.SETITEM + a.STOP, "a list as a key"
    yield (
        "odd-setitems",
        start + a.POP + a.EMPTY_DICT + a.MARK + a.value(1) + a.SETITEMS + a.STOP,
        "a key without value",
    )
    yield (
        "reduce-no-tuple",
        start + a.ref("collections", "OrderedDict") + a.value(1) + a.REDUCE + a.STOP,
        "arguments that are no tuple",
    )
    yield "text-after", start + b"\nThis is a README.\n", "words after the payload"
    yield "json-after", start + b'{"a": 1}', "JSON after the payload"


def _harmless_but_unreadable() -> Iterator[tuple[str, bytes, str]]:
    """Malformed streams without any name: a malformed stream never passes."""
    yield "empty-but-proto", a.proto(4), "PROTO alone"
    yield "stop-alone", a.proto(4) + a.STOP, "STOP of an empty stack"
    yield "cut", GOOD[:-5], "a pickle cut off"
    yield "cut-before-stop", GOOD[:-1], "a pickle without STOP"
    yield "unknown", a.proto(4) + a.value([1, 2]) + b"\xfe.", "an unknown opcode"
    yield "underflow", a.proto(4) + a.APPEND + a.STOP, "APPEND to nothing"
    yield "mark-missing", a.proto(4) + a.value(1) + a.TUPLE + a.STOP, "TUPLE without MARK"
    yield "memo-missing", a.proto(4) + a.binget(3) + a.STOP, "GET of nothing"
    yield "string-too-long", a.proto(4) + a.binunicode8("corpus", 1 << 33) + a.STOP, "a string longer than the file"
    yield "proto-9", a.proto(9) + a.NONE + a.STOP, "protocol 9"


def cases() -> Iterator[Case]:
    """All cases."""
    for name, data, about in _frames():
        make = hostile if name.endswith("benign") or name == "crossing-string" else attack
        yield make(FRAMES, name, {"model.pkl": data}, about)
    for name, data, about in _streams():
        file = "model.pt" if name.startswith("legacy") else "model.pkl"
        yield attack(STREAMS, name, {file: data}, about)
    for name, body, about in _memo():
        yield attack(MEMO, name, {"model.pkl": a.pickle(body)}, about)
    for name, data, about in _numbers():
        yield attack(NUMBERS, name, {"model.pkl": data}, about)
    for name, data, about in _broken():
        yield attack(BROKEN, name, {"model.pkl": data}, about)
    for name, data, about in _harmless_but_unreadable():
        yield hostile(BROKEN, name, {"model.pkl": data}, about)
    good, _ = weights()
    for name, data in (("no-name", EVIL), ("text", a.pickle(a.command(protocol=0), 0))):
        yield attack(STREAMS, f"file-{name}", {"pytorch_model": data}, "a pickle without an extension")
    yield attack(STREAMS, "file-behind-weights", {"pytorch_model.bin": good + EVIL}, "after a plain state dictionary")
