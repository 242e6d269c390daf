"""JSON Lines and arrays of objects: rows whatever the blocks are, members from the first records, strictness."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats import json_lines
from attest.formats.facts import Facts
from attest.formats.json_count import ArrayCounter, LineCounter
from attest.formats.json_lines import HEAD, SAMPLE, JsonObserver, may_hold_rows
from attest.formats.json_sample import MAX_ROWS
from attest.formats.observers import Refused

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"


def unread(offset: int, length: int) -> bytes:
    raise AssertionError("every byte has come by")


def observe(data: bytes, cuts: Sequence[int] = (), *, lines: bool = True) -> object:
    """What the observer finds when the bytes are cut at these places."""
    observer = JsonObserver(lines=lines)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(places):
        observer.update(memoryview(data)[begin:end])
    return observer.finish(unread)


def facts(data: bytes, *, lines: bool = True) -> Facts:
    found = observe(data, lines=lines)
    assert isinstance(found, Facts), found
    return found


def rows(data: bytes, *, lines: bool = True) -> int | None:
    table = facts(data, lines=lines).table
    assert table is not None
    return table.rows


def columns(data: bytes, *, lines: bool = True) -> dict[str, str]:
    table = facts(data, lines=lines).table
    assert table is not None
    return dict(table.columns)


def counted(counter: LineCounter | ArrayCounter, data: bytes, cuts: Sequence[int]) -> None:
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(places):
        counter.update(data[begin:end])
    counter.end()


CUTS = st.lists(st.integers(0, 80), max_size=5)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet='"\\[]{},: \u00e4\nx', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
OBJECTS = st.dictionaries(st.text(alphabet='"\\{}ab', max_size=3), VALUES, max_size=3)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([b"", b" \t", b"\r", b'{"a":1}', b"[1]", b" {}"]), max_size=8), st.booleans(), CUTS)
def test_lines_that_hold_something_are_rows(lines: list[bytes], ended: bool, cuts: list[int]) -> None:
    counter = LineCounter()
    counted(counter, b"\n".join(lines) + b"\n" * ended, cuts)
    assert counter.rows == sum(1 for line in lines if line.strip())


@settings(deadline=None, max_examples=200)
@given(st.lists(OBJECTS, max_size=5), st.sampled_from([None, 1]), st.booleans(), CUTS)
def test_items_of_an_array_are_rows(items: list[Any], indent: int | None, ascii_only: bool, cuts: list[int]) -> None:
    counter = ArrayCounter()
    counted(counter, json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode(), cuts)
    assert (counter.objects, counter.closed, counter.items) == (True, True, len(items))


@settings(deadline=None, max_examples=200)
@given(st.lists(OBJECTS | VALUES, max_size=4), st.integers(0), st.sampled_from(b'[]{},"x '), CUTS)
def test_an_array_is_never_counted_that_json_reads_otherwise(
    items: list[Any], place: int, byte: int, cuts: list[int]
) -> None:
    data = bytearray(json.dumps(items).encode())
    data[place % len(data)] = byte
    counter = ArrayCounter()
    counted(counter, bytes(data), cuts)
    try:
        read = json.loads(data)
    except ValueError:
        return
    tables = isinstance(read, list) and all(isinstance(item, dict) for item in read)
    assert (counter.objects and counter.closed) == tables
    if tables:
        assert counter.items == len(read)


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "{}", '"[{}]"', "[1]", '["a"]', "[[]]", "[[{}]]", "[{},]", "[,{}]", "[{}{}]", "[{},1]", "[{},[]]",
        "[{}]]", "[{}]x", "[{}][{}]", "[{]}", "[{}", "[", "]", "[{}] {}", '[{"a":1}"b"]', "x[{}]", "[{}},{}]",
    ],
)  # fmt: skip
def test_what_is_no_array_of_objects_is_not_counted(text: str) -> None:
    counter = ArrayCounter()
    counted(counter, text.encode(), range(len(text)))
    assert not (counter.objects and counter.closed)


@pytest.mark.parametrize("depth", [1, 7, 8, 9, 30])
def test_items_may_be_nested_deeply(depth: int) -> None:
    data = b'[{"a":' + b"[" * depth + b"]" * depth + b"},{}]"
    for step in (1, len(data)):
        cuts = range(0, len(data), step)
        counter = ArrayCounter()
        counted(counter, data, cuts)
        assert (counter.objects, counter.closed, counter.items) == (True, True, 2)


def test_an_empty_array_has_no_rows() -> None:
    counter = ArrayCounter()
    counted(counter, b" [ ] ", [])
    assert (counter.objects, counter.closed, counter.items) == (True, True, 0)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=80) | st.text(alphabet='[]{},:"\\1 \n', max_size=40).map(str.encode), CUTS, st.booleans())
def test_how_the_blocks_are_cut_decides_nothing(data: bytes, cuts: list[int], lines: bool) -> None:
    assert observe(data, cuts, lines=lines) == observe(data, lines=lines)


LINE = b'{"id":1,"text":"a \\"b\\" \\\\","tags":["x"]}\n'
MANY = LINE * (2 * SAMPLE // len(LINE))
ARRAY = b"[" + b",\n".join([LINE.strip()] * (2 * SAMPLE // len(LINE))) + b"]"


@pytest.mark.parametrize("cut", [HEAD - 1, HEAD, HEAD + 1, SAMPLE - 1, SAMPLE, SAMPLE + 1, 10**7])
@pytest.mark.parametrize("lines", [True, False])
def test_a_large_file_cut_at_the_limits(cut: int, lines: bool) -> None:
    data = MANY if lines else ARRAY
    found = observe(data, [cut], lines=lines)
    assert isinstance(found, Facts)
    assert found.table is not None
    assert found.table.rows == 2 * SAMPLE // len(LINE)
    assert found.table.columns == (("id", "integer"), ("text", "string"), ("tags", "array"))
    assert found.problems == ()


def test_describes_lines() -> None:
    found = facts(b'{"id":1,"score":0.5,"ok":true,"none":null}\r\n\r\n{"id":2,"score":1,"more":{}}')
    assert (found.format, found.title) == ("jsonl", "JSON Lines")
    assert found.table is not None
    assert (found.table.rows, found.table.sampled, found.table.kinds) == (2, True, ("tabular",))
    assert found.table.columns == (
        ("id", "integer"),
        ("score", "number"),
        ("ok", "boolean"),
        ("none", "null"),
        ("more", "object"),
    )
    assert found.problems == ()


def test_describes_an_array() -> None:
    found = facts(b'[{"id":1,"x":"a"},\n {"x":2}]\n', lines=False)
    assert (found.format, found.title) == ("json", "JSON array")
    assert found.table is not None
    assert (found.table.rows, found.table.columns) == (2, (("id", "integer"), ("x", "mixed")))


def test_a_json_file_may_hold_lines() -> None:
    found = facts(b'{"id":1}\n{"id":2}\n', lines=False)
    assert found.format == "jsonl"
    assert found.table is not None
    assert found.table.rows == 2


@pytest.mark.parametrize(
    "data",
    [b'{"a":1}', b'{\n "a": 1\n}\n', b'{"a":1}\n', b"1", b'"x"', b"", b"{", b'{"a":1}\n[1]\n', b'{"a":[\n{"b":1}]}'],
)
def test_a_document_is_no_table(data: bytes) -> None:
    assert observe(data, lines=False) is None


@pytest.mark.parametrize("data", [b"[1,2]", b'["a","b"]', b"[[1],[2]]", b'[{"a":1},2]', b"[null]"])
def test_an_array_of_other_things_is_no_table(data: bytes) -> None:
    assert observe(data, lines=False) is None


def test_lines_of_other_things_have_rows_and_no_columns() -> None:
    found = facts(b"[1,2]\n[3,4]\n")
    assert found.table is not None
    assert (found.table.rows, found.table.columns, found.table.kinds) == (2, (), ())


def test_identifiers_beyond_what_a_double_holds_are_integers() -> None:
    found = facts(b'{"id":12345678901234567890123}\n')
    assert found.problems == ()
    assert found.table is not None
    assert found.table.columns == (("id", "integer"),)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "line 2 is not JSON"),
        (b"{'a':1}", "line 2 is not JSON"),
        (b'{"a":1}{"a":2}', "line 2 is not JSON"),
        (b'{"a":\xff}', "line 2 is not UTF-8"),
        (b'{"a":"\xff"}', "line 2 is not UTF-8"),
        (b'{"a":' + b"[" * 100_000, "line 2 is nested too deeply"),
    ],
)
def test_lines_that_are_no_json_leave_the_rows_unknown(line: bytes, problem: str) -> None:
    found = facts(b'{"a":1}\n' + line + b"\n")
    assert found.problems == (problem,)
    assert found.table is not None
    assert (found.table.rows, found.table.columns) == (None, ())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"a":1,"a":2}', "line 2 has a member twice in one object, which readers take differently"),
        (b'{"a":[{"b":1,"b":2}]}', "line 2 has a member twice in one object, which readers take differently"),
        (b'{"a":NaN}', "line 2 holds NaN, which is no JSON"),
        (b'{"a":-Infinity}', "line 2 holds -Infinity, which is no JSON"),
    ],
)
def test_lines_that_some_read_otherwise_are_reported(line: bytes, problem: str) -> None:
    found = facts(b'{"a":1}\n' + line + b"\n")
    assert found.problems == (problem,)
    assert found.table is not None
    assert found.table.rows == 2


def test_after_three_broken_lines_nobody_looks_further() -> None:
    assert facts(b"x\n" * 50).problems == ("line 1 is not JSON", "line 2 is not JSON", "line 3 is not JSON")


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (b'[{"a":1},', ("its array is never closed", "it is not JSON")),
        (b'[{"a":1} {"a":2}]', ("it is not JSON",)),
        (b'[{"a":1},]', ("it is not JSON",)),
        (b'[{"a":x}]', ("it is not JSON",)),
        (b'[{"a":"\xff"}]', ("its text is not UTF-8",)),
        (b'[{"a":1,"a":2}]', ("item 0 has a member twice in one object, which readers take differently",)),
        (b"[" * 100_000, ("it is nested too deeply",)),
        (b'[{"a":1}]x', ("it is not JSON",)),
        (b'[{"a":1}', ("its array is never closed", "it is not JSON")),
    ],
)
def test_arrays_that_are_no_json_are_reported(data: bytes, problems: tuple[str, ...]) -> None:
    found = facts(data, lines=False)
    assert found.problems == problems
    assert found.table is not None
    assert found.table.rows == (1 if "twice" in problems[0] else None)


def test_a_byte_order_mark_is_reported() -> None:
    found = facts(b'\xef\xbb\xbf{"a":1}\n')
    assert found.problems == ("it starts with a byte order mark, which many readers of JSON refuse",)
    assert found.table is not None
    assert (found.table.rows, found.table.columns) == (1, (("a", "integer"),))


def test_text_of_wide_characters_is_refused() -> None:
    assert observe('{"a":1}\n'.encode("utf-16")) == Refused("it holds zero bytes: it is no text, or not in UTF-8")


def test_members_come_from_the_first_records_alone() -> None:
    data = b'{"a":1}\n' * MAX_ROWS + b'{"b":1}\nx\n'
    assert columns(data) == {"a": "integer"}
    assert rows(data) == MAX_ROWS + 2


def test_a_line_longer_than_the_sample_is_counted() -> None:
    long = b'{"a":"' + b"x" * SAMPLE + b'"}\n'
    found = facts(long + b'{"a":1}\n')
    assert found.table is not None
    assert (found.table.rows, found.table.columns, found.problems) == (2, (), ())


def test_too_many_members_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(b'{"k%d":1}\n' % index for index in range(MAX_ROWS))
    assert len(columns(data)) == MAX_ROWS
    monkeypatch.setattr("attest.formats.json_sample.MAX_COLUMNS", 5)
    found = facts(data)
    assert found.problems == ("its records have more than 5 different members",)
    assert found.table is not None
    assert len(found.table.columns) == 5


def test_names_that_do_not_print_are_left_out() -> None:
    assert columns(b'{"a\\u0007":1,"b":2,"\\ud800":3}\n') == {"b": "integer"}


def test_rows_of_a_very_large_array_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_ARRAY", 2 * HEAD)
    found = facts(ARRAY, lines=False)
    assert found.table is not None
    assert (found.table.rows, found.problems) == (None, ())
    assert dict(found.table.columns) == {"id": "integer", "text": "string", "tags": "array"}


def test_giving_up_keeps_the_members() -> None:
    observer = JsonObserver(lines=True)
    observer.update(memoryview(MANY))
    observer.give_up("it is enough")
    observer.update(memoryview(b"x"))
    found = observer.finish(unread)
    assert isinstance(found, Facts)
    assert found.problems == ("it is enough",)
    assert found.table is not None
    assert found.table.rows is None
    assert found.table.columns


def test_giving_up_before_anything_was_seen_is_a_refusal() -> None:
    observer = JsonObserver(lines=False)
    observer.give_up("it is damaged")
    assert observer.finish(unread) == Refused("it is damaged")


@pytest.mark.parametrize(
    ("first", "whole", "expected"),
    [
        (b" [1", False, True),
        (b'\xef\xbb\xbf[{"a":1}]', True, True),
        (b'{"a":1}\n{"a":2}', True, True),
        (b'{"a":1} \r\n \n{"a', False, True),
        (b'{"a":1}\n', True, False),
        (b'{"a":1}\n', False, True),
        (b'{"a":1', False, True),
        (b'{"a":1}', True, False),
        (b"{\n", False, False),
        (b'{"a":1}\nx', True, False),
        (b"1\n", True, False),
        (b"", True, False),
    ],
)
def test_which_documents_are_worth_looking_into(first: bytes, whole: bool, expected: bool) -> None:
    assert may_hold_rows(first, whole=whole) is expected


@pytest.mark.parametrize(
    "data",
    [b'[{"a":' + b"[]" * 500_000, b'[{"a":' + b"[" * 1_000_000, b"[{" + b'""' * 500_000, b'[{"a":"' + b'\\"' * 500_000],
)
def test_time_is_linear(data: bytes) -> None:
    """1 MB takes 0.1 s at worst."""
    begin = time.process_time()
    counted(ArrayCounter(), data, range(0, len(data), 1 << 16))
    assert time.process_time() - begin < 4


def test_brackets_that_do_not_match_up_end_the_count() -> None:
    counter = ArrayCounter()
    counter._left = 100
    counted(counter, b"[" + b'{"a":' * 600, [])
    assert not counter.objects


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "count", "expected"),
    [
        ("barley", 120, {"yield": "number", "variety": "string", "year": "integer", "site": "string"}),
        ("cars", 406, {"Name": "string", "Miles_per_Gallon": "number", "Horsepower": "integer"}),
        ("iris", 150, {"sepalLength": "number", "species": "string"}),
        ("ohlc", 44, {"date": "string", "open": "number"}),
    ],
)
def test_real_files(name: str, count: int, expected: dict[str, str]) -> None:
    path = MODELS / "vega" / f"{name}.json"
    assert path.is_file(), "run scripts/fixtures models first"
    data = path.read_bytes()
    assert rows(data, lines=False) == count == len(json.loads(data))
    assert columns(data, lines=False) | expected == columns(data, lines=False)
    assert observe(data, range(0, len(data), 777), lines=False) == observe(data, lines=False)
