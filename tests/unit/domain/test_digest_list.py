"""Lists of digests: what they may look like, and everything that refuses one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import reports
from attest.domain import digest_list
from attest.domain.digest_list import MAX_PROBLEMS, Listed, parse_digest_list
from attest.domain.manifest import Manifest
from attest.errors import DocumentError
from tests.unit.conftest import SMALL, manifest

HEX = "ab" * 32
RAW = bytes.fromhex(HEX)


def refused(data: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        parse_digest_list(data, "'list'")
    return caught.value


def problems(data: bytes) -> list[str]:
    return list(map(str, refused(data).problems))


def text(found: Manifest) -> bytes:
    return reports.digest_text("m", found, "", (), files=True).encode()


def document(found: Manifest, edit: Callable[[dict[str, Any]], object] = lambda _: None) -> bytes:
    table = json.loads(reports.digest_json("m", found, "", (), files=True))
    edit(table)
    return json.dumps(table).encode()


def test_our_own_output_is_read() -> None:
    found = manifest()
    assert parse_digest_list(text(found), "l") == {entry.name: (entry.sha256, None) for entry in found.files}
    sized = {entry.name: (entry.sha256, entry.size) for entry in found.files}
    assert parse_digest_list(document(found), "l") == sized
    single = manifest({"w": b"w\n"}, kind="file")
    assert parse_digest_list(document(single), "l") == {"w": (single.files[0].sha256, 2)}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"{HEX}  a", "a"),
        (f"{HEX} *a", "a"),
        (f"{HEX}  ./a/b", "a/b"),
        (f"{HEX}   a ", " a "),
        (f"{HEX}  *a", "*a"),
        (f"{HEX}  é", "é"),
        (f"{HEX}  a\tb", "a\tb"),
    ],
)
def test_lines_of_sha256sum(line: str, name: str) -> None:
    assert parse_digest_list(f"{line}\n".encode(), "l") == {name: Listed(RAW)}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "the line is not 64"),
        (f"\\{HEX}  a\\nb".encode(), "written with escapes"),
        (f"SHA256 (a) = {HEX}".encode(), "the line has a tag"),
        (f"{HEX} a".encode(), "the line is not 64"),
        (f"{HEX}\ta".encode(), "the line is not 64"),
        (f"{HEX}  ".encode(), "the line is not 64"),
        (f"{HEX.upper()}  a".encode(), "the line is not 64"),
        (f"{HEX[1:]}  a".encode(), "the line is not 64"),
        (f"{HEX}0  a".encode(), "the line is not 64"),
        (f"  {HEX}  a".encode(), "the line is not 64"),
        (b"# a comment", "the line is not 64"),
        (f"{HEX}  a\r".encode(), "carriage return"),
        (f"{HEX}  a\0b".encode(), "a zero byte"),
        (f"{HEX}  a\\b".encode(), "a backslash"),
        (f"{HEX}  /a".encode(), "absolute"),
        (f"{HEX}  ../a".encode(), "'..' component"),
        (f"{HEX}  .//a".encode(), "absolute"),
        (f"{HEX}  ././a".encode(), "'.' or"),
        (f"{HEX}  a//b".encode(), "an empty"),
        (f"{HEX}  a/".encode(), "an empty"),
        (f"{HEX}  ".encode() + b"\xff", "not UTF-8"),
        (f"\ufeff{HEX}  a".encode(), "the line is not 64"),
        (f"{HEX}  b".encode(), "'b' stands in the list already"),
        (f"{HEX}  ./b".encode(), "'b' stands in the list already"),
    ],
)
def test_lines_that_are_refused(line: bytes, reason: str) -> None:
    (problem,) = problems(f"{HEX}  b\n".encode() + line + b"\n")
    assert problem.startswith("line 2: ")
    assert reason in problem


def test_every_problem_is_told_with_its_line() -> None:
    assert [item.where for item in refused(f"x\n{HEX}  a\ny\n{HEX}  a\n".encode()).problems] == [
        "line 1",
        "line 3",
        "line 4",
    ]


def test_many_problems_are_counted() -> None:
    error = refused(b"x\n" * 1_000)
    assert len(error.problems) == MAX_PROBLEMS
    assert "1000 problems, the first 50 are" in error.message


def test_control_characters_are_escaped() -> None:
    assert "\x1b" not in str(problems(f"{HEX}  a/\x1b[1m/\n".encode()))


@pytest.mark.parametrize("data", [b"", b"\n" * 3, f"{HEX}  a".encode(), f"{HEX}  a\n{HEX}  b".encode()])
def test_empty_and_cut_lists(data: bytes) -> None:
    refused(data)


def test_a_list_cut_inside_a_name() -> None:
    assert "may be cut short" in refused(f"{HEX}  model.safetens".encode()).message


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    line = f"{HEX}  a\n".encode()
    monkeypatch.setattr(digest_list, "MAX_SIZE", len(line))
    parse_digest_list(line, "l")
    assert "larger than" in refused(line + b"x").message
    monkeypatch.setattr(digest_list, "MAX_SIZE", 1 << 20)
    monkeypatch.setattr(digest_list, "MAX_LINES", 2)
    parse_digest_list(line + f"{HEX}  b\n".encode(), "l")
    assert "more than 2 lines" in refused(line * 3).message


def entries(edit: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    """An edit of the first entry."""
    return lambda table: edit(table["entries"][0])


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda table: table.pop("entries"), "has no list of files"),
        (lambda table: table.update(entries={}), "/entries is not an array"),
        (lambda table: table.update(entries=[]), "lists no file"),
        (lambda table: table.update(format="attest/digest/v2"), "the format of 'list' is not"),
        (lambda table: table.update(more=1), "unknown member 'more'"),
        (lambda table: table.update(digest={"sha256": HEX}), "is not that of its entries"),
        (lambda table: table.pop("digest"), "/digest is not an object"),
        (lambda table: table.update(kind="file"), "is not that of its entries"),
        (lambda table: table["entries"].pop(), "is not that of its entries"),
        (entries(lambda entry: entry.update(name="other")), "is not that of its entries"),
        (entries(lambda entry: entry["digest"].update(sha256=HEX)), "is not that of its entries"),
    ],
)
def test_documents_that_are_refused(edit: Callable[[dict[str, Any]], object], reason: str) -> None:
    assert reason in refused(document(manifest(), edit)).message


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda entry: entry.update(name="a/../b"), "'..' component"),
        (lambda entry: entry.update(name="empty"), "stands in the list already"),
        (lambda entry: entry.update(name=5), "name is not a string"),
        (lambda entry: entry.update(bytes=-1), "bytes is negative"),
        (lambda entry: entry.update(bytes="1"), "bytes is not an integer"),
        (lambda entry: entry.update(bytes=True), "bytes is not an integer"),
        (lambda entry: entry.pop("bytes"), "bytes is not an integer"),
        (lambda entry: entry.update(digest=HEX), "digest is not an object"),
        (lambda entry: entry.update(digest={}), "digest/sha256 is not a string"),
        (lambda entry: entry.update(digest={"sha256": HEX[1:]}), "64 lower-case"),
        (lambda entry: entry.update(digest={"sha256": HEX.upper()}), "64 lower-case"),
        (lambda entry: entry["digest"].update(md5="0"), "unknown member 'md5'"),
        (lambda entry: entry.update(more=1), "unknown member 'more'"),
    ],
)
def test_entries_that_are_refused(edit: Callable[[dict[str, Any]], object], reason: str) -> None:
    found = problems(document(manifest(), entries(edit)))
    assert len(found) == 1
    assert reason in found[0]
    assert found[0].startswith(("/entries/0: ", "/entries/1: "))


def test_json_is_read_strictly() -> None:
    twice = document(manifest()).replace(b'"kind":', b'"kind": "directory", "kind":')
    assert "stands twice" in refused(twice).message
    assert "not strict JSON" in refused(document(manifest()) + b"x").message


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda item: f"{{{item}}}".encode()))
def test_nothing_else_is_raised(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        parse_digest_list(data, "l")


def test_a_list_says_the_digest_of_the_whole() -> None:
    """What is read gives the tree digest that it was made with."""
    listed = parse_digest_list(text(manifest()), "l")
    assert {name: item.sha256 for name, item in listed.items()} == {
        entry.name: entry.sha256 for entry in manifest(SMALL).files
    }
