"""R's serialized objects: code in every form blocks, data of every kind passes, in all three encodings."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.scanning.graphs.rds import scan
from tests.unit.scanning.parts import Scanned, run

REAL = Path(__file__).parents[2] / "data/scanning/rds"
NULL, GLOBAL, BASE, EMPTY = 254, 253, 241, 242
Argument: TypeAlias = "bytes | str | tuple[str, Argument, Argument] | tuple[str, Argument]"
CODE = {"builtin", "file", "function", "minimal_function_uncompiled"}


class Stream:
    """Writes items as R does in XDR."""

    def __init__(self) -> None:
        self.symbols: list[str] = []

    def i(self, *numbers: int) -> bytes:
        return struct.pack(f">{len(numbers)}i", *numbers)

    def chars(self, text: str) -> bytes:
        return self.i(9 | 1 << 18, len(text)) + text.encode()

    def symbol(self, name: str) -> bytes:
        if name in self.symbols:
            return self.i((self.symbols.index(name) + 1) << 8 | 255)
        self.symbols.append(name)
        return self.i(1) + self.chars(name)

    def strings(self, *texts: str) -> bytes:
        return self.i(16, len(texts)) + b"".join(map(self.chars, texts))

    def real(self, *numbers: float) -> bytes:
        return self.i(14, len(numbers)) + struct.pack(f">{len(numbers)}d", *numbers)

    def pairs(self, *items: tuple[str, bytes], kind: int = 2) -> bytes:
        """Items must have been written in the order in which they stand; tags are written here."""
        out = b""
        for tag, item in items:
            out += self.i(kind | (1 << 10 if tag else 0)) + (self.symbol(tag) if tag else b"") + item
            kind = 2
        return out + self.i(NULL)

    def call(self, name: str, *arguments: Argument) -> bytes:
        """A call; arguments are symbols, calls as tuples, or items that hold no symbols."""
        return self.i(6) + self.inner(name, *arguments)

    def inner(self, name: str, *arguments: Argument) -> bytes:
        """A call without its type."""
        out = self.symbol(name)
        for item in arguments:
            written = self.call(*item) if isinstance(item, tuple) else item
            out += self.i(2) + (self.symbol(written) if isinstance(written, str) else written)
        return out + self.i(NULL)

    def vector(self, *items: bytes) -> bytes:
        return self.i(19, len(items)) + b"".join(items)


def xdr(item: bytes, version: int = 2) -> bytes:
    encoding = struct.pack(">i", 5) + b"UTF-8" if version == 3 else b""
    return b"X\n" + struct.pack(">3i", version, 0x040500, 0x020300) + encoding + item


def check(data: bytes) -> Scanned:
    return run(scan, data, "x.rds")


def blocked(item: bytes) -> set[str]:
    scanned = check(xdr(item))
    assert scanned.outcome == "BLOCK"
    assert scanned.rules == ["rds.code"], scanned.found.findings
    return scanned.values


@pytest.mark.parametrize("path", sorted(REAL.iterdir()), ids=lambda path: path.name)
def test_what_r_itself_wrote(path: Path) -> None:
    scanned = check(path.read_bytes())
    kind = path.name.rsplit("_", 2)[0]
    assert scanned.outcome == ("BLOCK" if kind in CODE else "PASS"), scanned.found.findings
    assert ("rds.code" in scanned.rules) == (kind in CODE)
    assert "scan.internal-error" not in scanned.rules


def test_a_promise_blocks() -> None:
    """CVE-2024-27322: a promise in the file is evaluated when somebody looks at the value."""
    s = Stream()
    promise = s.i(5 | 1 << 10) + s.i(GLOBAL) + s.i(252) + s.call("system", s.strings("id"))
    assert blocked(promise) == {"", "system"}


@pytest.mark.parametrize("kind", [3, 17, 5])
def test_code_blocks_wherever_it_stands(kind: int) -> None:
    s = Stream()
    code = s.i(kind | (1 << 10 if kind != 17 else 0)) + (s.i(GLOBAL) if kind != 17 else b"") + s.i(NULL, NULL)
    for item in (code, s.vector(s.real(1), code), s.i(14 | 1 << 9, 0) + s.pairs(("class", code))):
        assert "rds.code" in check(xdr(item)).rules


def test_builtins_and_pointers_block() -> None:
    s = Stream()
    assert blocked(s.i(8, 6) + b"system") == {"system"}
    assert blocked(s.i(7, 2) + b"if") == {"if"}
    assert blocked(s.i(22) + s.i(NULL, NULL)) == {""}
    assert blocked(s.i(23)) == {""}
    assert blocked(s.i(247, 0, 1) + s.chars("hook")) == {"hook"}


def test_compiled_code_blocks_and_ends_the_walk() -> None:
    assert check(xdr(Stream().i(21, 1))).rules == ["file.malformed", "rds.code"]


def test_a_package_that_would_be_loaded_blocks() -> None:
    s = Stream()
    assert blocked(s.i(249, 0, 2) + s.chars("evil") + s.chars("1.0")) == {"evil"}
    assert blocked(s.i(248, 0, 1) + s.chars("package:evil")) == {"evil"}
    assert check(xdr(s.i(249, 0, 2) + s.chars("stats") + s.chars("4.5.0"))).rules == []
    assert check(xdr(s.i(248, 0, 1) + s.chars("package:stats"))).rules == []


def alternative(name: str, package: str) -> bytes:
    s = Stream()
    info = s.pairs(("", s.symbol(name)), ("", s.symbol(package)), ("", s.i(13, 1, 13)))
    return s.i(238) + info + s.real(3, 1, 1) + s.i(NULL)


def test_other_representations() -> None:
    assert check(xdr(alternative("compact_intseq", "base"), 3)).rules == []
    assert blocked(alternative("mmap_real", "base")) == {"base:mmap_real"}
    assert blocked(alternative("compact_intseq", "evil")) == {"evil:compact_intseq"}


def linear_model(term: str = "log") -> bytes:
    """The shape of `lm(y ~ log(x), data = df)`: a call, and terms with an environment and calls as attributes."""
    s = Stream()
    coefficients = s.real(1, 2)
    fitted = s.call("lm", ("~", "y", (term, "x")), "df")
    formula = s.i(6 | 1 << 8 | 1 << 9)
    formula += s.i(2 | 1 << 10) + s.symbol("variables") + s.call("list", "y", (term, "x"))
    formula += s.i(2 | 1 << 10) + s.symbol(".Environment") + s.i(GLOBAL) + s.i(NULL)
    return s.vector(coefficients, fitted, formula + s.inner("~", "y", (term, "x")))


def test_a_fitted_model_passes_and_one_with_another_function_does_not() -> None:
    assert check(xdr(linear_model())).rules == []
    assert blocked(linear_model("system")) == {"system"}


def test_a_call_of_something_that_is_no_name_blocks() -> None:
    s = Stream()
    inner = s.call("::", "base", "system")
    assert blocked(s.i(6) + inner + s.i(NULL)) == {"", "::"}


def test_an_environment_of_data_passes_and_one_with_a_function_does_not() -> None:
    s = Stream()
    frame = s.pairs(("a", s.real(1)))
    assert check(xdr(s.i(4, 0) + s.i(EMPTY) + frame + s.i(NULL, NULL))).rules == []
    s = Stream()
    frame = s.i(2 | 1 << 10) + s.symbol("f") + s.i(3 | 1 << 10) + s.i(GLOBAL, NULL, NULL) + s.i(NULL)
    assert blocked(s.i(4, 0) + s.i(EMPTY) + frame + s.i(NULL, NULL)) == {""}


@pytest.mark.parametrize("tag", [".internal.selfref", "problems", "other"])
def test_the_pointer_of_a_table_to_itself_passes(tag: str) -> None:
    s = Stream()
    pointer = s.i(2 | 1 << 10) + s.symbol(tag) + s.i(22) + s.i(NULL) + s.i(22) + s.i(NULL, NULL) + s.i(NULL)
    scanned = check(xdr(s.i(19 | 1 << 9, 0) + pointer))
    assert scanned.rules == (["rds.code"] if tag == "other" else [])


def test_a_workspace_is_read_too() -> None:
    s = Stream()
    assert check(b"RDX3\n" + xdr(s.pairs(("x", s.real(1))), 3)).rules == []


BROKEN = {
    "empty": b"",
    "only a mark": b"X\n",
    "unknown version": b"X\n" + struct.pack(">3i", 4, 0, 0),
    "encoding too long": b"X\n" + struct.pack(">4i", 3, 0, 0, 1 << 20),
    "no mark": b"Q\n" + bytes(20),
    "unknown type": xdr(struct.pack(">i", 99)),
    "bytecode attribute outside": xdr(struct.pack(">i", 240)),
    "reference to nothing": xdr(struct.pack(">i", 1 << 8 | 255)),
    "length past the end": xdr(struct.pack(">2i", 14, 1 << 30)),
    "long length past the end": xdr(struct.pack(">4i", 14, -1, 1 << 20, 0)),
    "negative length": xdr(struct.pack(">2i", 14, -5)),
    "text past the end": xdr(struct.pack(">4i", 16, 1, 9, 1 << 20)),
    "text that is none": xdr(struct.pack(">4i", 16, 1, 14, 0)),
    "trailing bytes": xdr(struct.pack(">i", NULL)) + b"evil",
    "list without an end": xdr(struct.pack(">2i", 2, NULL)),
    "text form, no number": b"A\n2\nx\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_the_rules_is_malformed(name: str) -> None:
    assert check(BROKEN[name]).rules == ["file.malformed"]


def test_depth_is_bounded() -> None:
    assert check(xdr(struct.pack(">2i", 19, 1) * 200_000)).rules == ["scan.budget"]


def test_a_million_texts_pass() -> None:
    data = xdr(struct.pack(">2i", 16, 1_000_000) + b"\0\x04\0\x09\0\0\0\x04text" * 1_000_000)
    assert check(data).outcome == "PASS"


def test_numbers_are_not_read() -> None:
    head = xdr(struct.pack(">4i", 14, -1, 0, 1 << 27))
    scanned = run(scan, head, "x.rds", size=len(head) + (8 << 27))
    assert scanned.outcome == "PASS"


@given(st.sampled_from(sorted(REAL.iterdir())), st.integers(0, 300), st.binary(max_size=10), st.integers(0, 10))
def test_no_bytes_make_it_raise(path: Path, at: int, junk: bytes, removed: int) -> None:
    data = path.read_bytes()
    assert "scan.internal-error" not in check(data[:at] + junk + data[at + removed :]).rules
