"""TOML and YAML within bounds."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.environment import toml_document, yaml_document
from attest.formats.environment.toml_document import parse_toml, table, tables, text, texts
from attest.formats.environment.yaml_document import parse_yaml


def test_members_of_other_types_count_as_absent() -> None:
    document = parse_toml(b'a = "x"\nb = [1, "y", {c = 1}]\n[d]\ne = 1\n', "f")
    assert (text(document, "a"), text(document, "b"), text(document, "z")) == ("x", "", "")
    assert (table(document, "d"), table(document, "a")) == ({"e": 1}, {})
    assert (tables(document, "b"), texts(document, "b"), tables(document, "a")) == ([{"c": 1}], ["y"], [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a = ", "is not TOML"),
        (b"a = 1\na = 2", "is not TOML"),
        (b"a = \xff", "is not UTF-8"),
        (b"a = " + b"9" * 5000, "is not TOML"),
        (b"a=" + b"[" * 100 + b"]" * 100, "nested deeper than 64 levels"),
        (b"a=" + b"[" * 5000, "nested deeper than 64 levels"),
        (b"a=" + b"{a=" * 5000, "nested deeper than 64 levels"),
        (b"[a" + b".a" * 17 + b"]", "a key of more than 16 parts"),
        (b"x = { a" + b" . a" * 17 + b" = 1 }", "a key of more than 16 parts"),
        (b"a = '" + b"x" * 300_000 + b"'", "a line of more than"),
    ],
)
def test_toml_that_is_malformed_or_past_a_limit_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        parse_toml(data, "f")


def test_toml_has_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toml_document, "MAX_TOML", 3)
    with pytest.raises(DocumentError, match="the limit is 3"):
        parse_toml(b"a=11", "f")


@pytest.mark.parametrize(
    "data",
    [
        b"\n".join(b"a%d%s=1" % (number, b".b" * 14) for number in range(4000)),
        b"a = [" + b"\n" * 200_000,
        b"a = [\n" + b"1,\n" * 50_000 + b"]",
        b"[[package]]\n" * 50_000,
        b"a" + b" " * 200_000 + b"=1",
        b"a." * 100_000,
        b"x = {" + b",".join(b"k%d=1" % number for number in range(20_000)) + b"}",
        b"x = {" + b",".join(b"k.k%d=1" % number for number in range(15_000)) + b"}",
        b'"""' + b"\\\n" * 100_000,
        b"-_-_" * 60_000,
    ],
)
def test_no_toml_takes_long(data: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(DocumentError):
        parse_toml(data, "f")
    assert time.process_time() - started < 3


def test_yaml_scalars_stay_the_text_that_was_written() -> None:
    assert parse_yaml(b"a: 1.10\nb: no\nc: ~\nd: '~'\ne: [2024-01-01, 0x1f]\nf:\n", "f") == {
        "a": "1.10",
        "b": "no",
        "c": None,
        "d": "~",
        "e": ["2024-01-01", "0x1f"],
        "f": None,
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a mapping"),
        (b"- a", "is not a mapping"),
        (b"a: [", "is not YAML"),
        (b"a: \xff", "is not UTF-8"),
        (b"a: \x00", "is not YAML"),
        (b"a: 1\n---\nb: 2", "a second document"),
        (b"%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: 1", "a directive"),
        (b"a: &x 1\nb: 2", "an anchor, an alias or a tag"),
        (b"a: 1\nb: *x", "an anchor, an alias or a tag"),
        (b"a: !!python/object:os.system x", "an anchor, an alias or a tag"),
        (b"<<: {a: 1}", "a key that is no plain text"),
        (b"[a]: 1", "a key that is no plain text"),
        (b"a: 1\na: 2", "the key 'a' twice"),
        (b"a: " + b"[" * 17 + b"]" * 17, "nesting deeper than 16 levels"),
        (b"a: " + b"[" * 5000, "nesting deeper than 16 levels"),
        (b"a: " + b"{a: " * 5000, "nesting deeper than 16 levels"),
    ],
)
def test_yaml_outside_of_what_conda_uses_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        parse_yaml(data, "f")


def test_yaml_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_document, "_MAX_NODES", 5)
    with pytest.raises(DocumentError, match="more than 5 values"):
        parse_yaml(b"a: [1, 2, 3, 4]", "f")
    monkeypatch.setattr(yaml_document, "MAX_FILE", 3)
    with pytest.raises(DocumentError, match="the limit is 3"):
        parse_yaml(b"a: 1", "f")


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200) | st.text(alphabet="a:-[]{}#&*!<> \n\t'\"=.,", max_size=200).map(str.encode))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    for parse in (parse_toml, parse_yaml):
        with contextlib.suppress(DocumentError):
            assert isinstance(parse(data, "f"), dict)
