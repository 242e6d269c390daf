"""An assembler of pickles: one function or constant for each opcode, and encoders for plain values and calls.

It writes bytes. It never pickles an object and never reads a pickle.
"""

from __future__ import annotations

import struct
from typing import Any

STOP, MARK, POP, POP_MARK, DUP = b".", b"(", b"0", b"1", b"2"
NONE, NEWTRUE, NEWFALSE = b"N", b"\x88", b"\x89"
EMPTY_LIST, APPEND, APPENDS, LIST = b"]", b"a", b"e", b"l"
EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3 = b")", b"t", b"\x85", b"\x86", b"\x87"
EMPTY_DICT, DICT, SETITEM, SETITEMS = b"}", b"d", b"s", b"u"
EMPTY_SET, ADDITEMS, FROZENSET = b"\x8f", b"\x90", b"\x91"
MEMOIZE, STACK_GLOBAL = b"\x94", b"\x93"
REDUCE, BUILD, OBJ, NEWOBJ, NEWOBJ_EX = b"R", b"b", b"o", b"\x81", b"\x92"
BINPERSID, NEXT_BUFFER, READONLY_BUFFER = b"Q", b"\x97", b"\x98"


def proto(number: int) -> bytes:
    """PROTO."""
    return b"\x80" + bytes([number])


def frame(length: int) -> bytes:
    """FRAME with any length."""
    return b"\x95" + struct.pack("<Q", length)


def int_text(text: str) -> bytes:
    """INT, with the text as it is."""
    return b"I" + text.encode() + b"\n"


def binint(value: int) -> bytes:
    """BININT."""
    return b"J" + struct.pack("<i", value)


def binint1(value: int) -> bytes:
    """BININT1."""
    return b"K" + bytes([value])


def binint2(value: int) -> bytes:
    """BININT2."""
    return b"M" + struct.pack("<H", value)


def long_text(text: str) -> bytes:
    """LONG, with the text as it is."""
    return b"L" + text.encode() + b"\n"


def long1(value: int) -> bytes:
    """LONG1."""
    size = (value.bit_length() // 8) + 1
    return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)


def long4(length: int, data: bytes = b"") -> bytes:
    """LONG4 with any length."""
    return b"\x8b" + struct.pack("<i", length) + data


def float_text(text: str) -> bytes:
    """FLOAT, with the text as it is."""
    return b"F" + text.encode() + b"\n"


def binfloat(value: float) -> bytes:
    """BINFLOAT."""
    return b"G" + struct.pack(">d", value)


def string(quoted: str) -> bytes:
    """STRING, with its quotes and escapes as they are."""
    return b"S" + quoted.encode("latin1") + b"\n"


def binstring(data: bytes) -> bytes:
    """BINSTRING."""
    return b"T" + struct.pack("<i", len(data)) + data


def short_binstring(data: bytes) -> bytes:
    """SHORT_BINSTRING."""
    return b"U" + bytes([len(data)]) + data


def short_binbytes(data: bytes) -> bytes:
    """SHORT_BINBYTES."""
    return b"C" + bytes([len(data)]) + data


def binbytes(data: bytes, length: int | None = None) -> bytes:
    """BINBYTES, with any length."""
    return b"B" + struct.pack("<I", len(data) if length is None else length) + data


def binbytes8(data: bytes, length: int | None = None) -> bytes:
    """BINBYTES8, with any length."""
    return b"\x8e" + struct.pack("<Q", len(data) if length is None else length) + data


def bytearray8(data: bytes, length: int | None = None) -> bytes:
    """BYTEARRAY8, with any length."""
    return b"\x96" + struct.pack("<Q", len(data) if length is None else length) + data


def unicode_text(escaped: str) -> bytes:
    """UNICODE, with its escapes as they are."""
    return b"V" + escaped.encode("latin1") + b"\n"


def short_binunicode(text: str) -> bytes:
    """SHORT_BINUNICODE."""
    data = text.encode("utf-8", "surrogatepass")
    return b"\x8c" + bytes([len(data)]) + data


def binunicode(text: str) -> bytes:
    """BINUNICODE."""
    data = text.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def binunicode8(text: str, length: int | None = None) -> bytes:
    """BINUNICODE8, with any length."""
    data = text.encode("utf-8", "surrogatepass")
    return b"\x8d" + struct.pack("<Q", len(data) if length is None else length) + data


def put(key: str | int) -> bytes:
    """PUT, with the key as it is."""
    return b"p" + str(key).encode() + b"\n"


def binput(key: int) -> bytes:
    """BINPUT."""
    return b"q" + bytes([key])


def long_binput(key: int) -> bytes:
    """LONG_BINPUT."""
    return b"r" + struct.pack("<I", key)


def get(key: str | int) -> bytes:
    """GET, with the key as it is."""
    return b"g" + str(key).encode() + b"\n"


def binget(key: int) -> bytes:
    """BINGET."""
    return b"h" + bytes([key])


def long_binget(key: int) -> bytes:
    """LONG_BINGET."""
    return b"j" + struct.pack("<I", key)


def global_(module: str, name: str) -> bytes:
    """GLOBAL."""
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


def inst(module: str, name: str) -> bytes:
    """INST; a MARK and the arguments come before it."""
    return b"i" + module.encode() + b"\n" + name.encode() + b"\n"


def ext1(code: int) -> bytes:
    """EXT1."""
    return b"\x82" + bytes([code])


def ext2(code: int) -> bytes:
    """EXT2."""
    return b"\x83" + struct.pack("<H", code)


def ext4(code: int) -> bytes:
    """EXT4."""
    return b"\x84" + struct.pack("<I", code)


def persid(text: str) -> bytes:
    """PERSID."""
    return b"P" + text.encode() + b"\n"


def text(value: str, protocol: int = 4) -> bytes:
    """A text constant as writers of that protocol spell it."""
    if protocol == 0:
        escaped = value.replace("\\", "\\u005c").replace("\n", "\\u000a").replace("\0", "\\u0000")
        return b"V" + escaped.encode("raw-unicode-escape") + b"\n"
    if protocol >= 4 and len(value.encode("utf-8", "surrogatepass")) < 256:
        return short_binunicode(value)
    return binunicode(value)


def stack_global(module: str, name: str) -> bytes:
    """Two text constants and STACK_GLOBAL."""
    return text(module) + text(name) + STACK_GLOBAL


def ref(module: str, name: str, protocol: int = 4) -> bytes:
    """A reference to a name as writers of that protocol spell it."""
    return stack_global(module, name) if protocol >= 4 else global_(module, name)


def _number(item: int | float, protocol: int) -> bytes:
    """A number."""
    if isinstance(item, float):
        return binfloat(item) if protocol else float_text(repr(item))
    if protocol == 0:
        return int_text(str(item)) if -(2**31) <= item < 2**31 else long_text(f"{item}L")
    if 0 <= item < 256:
        return binint1(item)
    if 0 <= item < 65536:
        return binint2(item)
    if -(2**31) <= item < 2**31:
        return binint(item)
    return long1(item) if protocol >= 2 else long_text(f"{item}L")


def _bytes(item: bytes, protocol: int) -> bytes:
    """Bytes, which have an opcode of their own from protocol 3 on."""
    if protocol >= 3:
        return short_binbytes(item) if len(item) < 256 else binbytes(item)
    return call("_codecs", "encode", item.decode("latin1"), "latin1", protocol=protocol)


def _tuple(items: tuple[Any, ...], protocol: int) -> bytes:
    """A tuple."""
    body = b"".join(value(item, protocol) for item in items)
    if not items:
        return EMPTY_TUPLE if protocol else MARK + TUPLE
    if protocol >= 2 and len(items) <= 3:
        return body + (TUPLE1, TUPLE2, TUPLE3)[len(items) - 1]
    return MARK + body + TUPLE


def value(item: Any, protocol: int = 4) -> bytes:  # noqa: C901, PLR0911 - one branch a type
    """A plain value as writers of that protocol spell it, without memo."""
    match item:
        case Raw():
            return item.body
        case None:
            return NONE
        case bool():
            return (NEWTRUE if item else NEWFALSE) if protocol >= 2 else int_text(f"0{int(item)}")
        case int() | float():
            return _number(item, protocol)
        case str():
            return text(item, protocol)
        case bytes():
            return _bytes(item, protocol)
        case tuple():
            return _tuple(item, protocol)
        case list():
            start = EMPTY_LIST if protocol else MARK + LIST
            body = b"".join(value(entry, protocol) for entry in item)
            return start + (MARK + body + APPENDS if item else b"") if protocol else MARK + body + LIST
        case dict():
            body = b"".join(value(key, protocol) + value(entry, protocol) for key, entry in item.items())
            if not protocol:
                return MARK + body + DICT
            return EMPTY_DICT + (MARK + body + SETITEMS if item else b"")
        case set():
            body = b"".join(value(entry, protocol) for entry in sorted(item))
            return EMPTY_SET + (MARK + body + ADDITEMS if item else b"")
    raise TypeError(f"no encoding for {type(item)}")


class Raw:
    """Opcodes that leave one value on the stack, to stand among plain values."""

    def __init__(self, body: bytes) -> None:
        self.body = body


def call(module: str, name: str, *args: Any, protocol: int = 4) -> bytes:
    """A reference to a name, its arguments, and REDUCE."""
    return ref(module, name, protocol) + value(args, protocol) + REDUCE


def pickle(body: bytes, protocol: int = 4, *, framed: bool = True) -> bytes:
    """A whole pickle: PROTO from protocol 2 on, one frame from protocol 4 on, the body and STOP."""
    body += STOP
    if protocol >= 4 and framed and len(body) >= 4:
        body = frame(len(body)) + body
    return (proto(protocol) if protocol >= 2 else b"") + body


def dumps(item: Any, protocol: int = 4) -> bytes:
    """A whole pickle of a plain value."""
    return pickle(value(item, protocol), protocol)


def command(word: str = "corpus", protocol: int = 4) -> bytes:
    """The body of a call of os.system that prints a word."""
    return call("os", "system", f"echo {word}", protocol=protocol)
