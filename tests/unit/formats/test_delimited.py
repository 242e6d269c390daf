"""Delimited text: rows as Python's csv module counts them, whatever the blocks are, and what the first rows tell."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats import delimited
from attest.formats.delimited import HEAD, SAMPLE, DelimitedObserver
from attest.formats.delimited_rows import RowCounter
from attest.formats.delimited_sample import MAX_ROWS, examine, sniff_delimiter
from attest.formats.facts import Facts
from attest.formats.observers import Refused

MODELS = Path(__file__).resolve().parents[3] / ".cache" / "models"


def unread(offset: int, length: int) -> bytes:
    raise AssertionError("every byte has come by")


def observe(data: bytes, usual: str = ",", cuts: Sequence[int] = ()) -> object:
    """What the observer finds when the bytes are cut at these places."""
    observer = DelimitedObserver(usual)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(places):
        observer.update(memoryview(data)[begin:end])
    return observer.finish(unread)


def facts(data: bytes, usual: str = ",") -> Facts:
    found = observe(data, usual)
    assert isinstance(found, Facts), found
    return found


def rows(data: bytes, usual: str = ",") -> int | None:
    table = facts(data, usual).table
    assert table is not None
    return table.rows


def columns(data: bytes, usual: str = ",") -> dict[str, str]:
    table = facts(data, usual).table
    assert table is not None
    return dict(table.columns)


def prop(data: bytes, name: str, usual: str = ",") -> str:
    return dict(facts(data, usual).properties).get(f"csv:{name}", "")


def counted(data: bytes, cuts: Sequence[int] = (), delimiter: bytes = b",") -> int:
    counter = RowCounter(delimiter)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(places):
        counter.update(data[begin:end])
    counter.end()
    return counter.rows


def by_csv(text: str, delimiter: str = ",") -> int:
    return sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)


CUTS = st.lists(st.integers(0, 60), max_size=5)


@settings(deadline=None, max_examples=400)
@given(st.text(alphabet=',"\n\rab;\t"', max_size=60), CUTS, st.sampled_from(",;\t"))
def test_rows_are_those_of_the_csv_module(text: str, cuts: list[int], delimiter: str) -> None:
    assert counted(text.encode(), cuts, delimiter.encode()) == by_csv(text, delimiter)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.text(max_size=6), min_size=1, max_size=4), max_size=8),
    st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), *((csv.QUOTE_ALL, end) for end in ("\n", "\r\n", "\r"))]),
    CUTS,
)
def test_whatever_the_csv_module_writes_is_counted(
    table: list[list[str]], style: tuple[int, str], cuts: list[int]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=style[0], lineterminator=style[1]).writerows(table)  # type: ignore[arg-type]
    assert counted(text.getvalue().encode(), cuts) == len(table)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=80), CUTS, CUTS)
def test_how_the_blocks_are_cut_decides_nothing(data: bytes, one: list[int], two: list[int]) -> None:
    assert observe(data, cuts=one) == observe(data, cuts=two)


@pytest.mark.parametrize("cut", [1, 7, HEAD - 1, HEAD, HEAD + 1, SAMPLE - 1, SAMPLE, SAMPLE + 1, 10**6])
def test_a_large_file_cut_at_the_limits(cut: int) -> None:
    line = b'17,"a, ""b""\n",2.5\n'
    data = b"id,text,value\n" + line * (2 * SAMPLE // len(line))
    expected = observe(data)
    assert observe(data, cuts=[cut]) == observe(data, cuts=range(0, len(data), max(cut, 999))) == expected
    assert isinstance(expected, Facts)
    assert expected.table is not None
    assert expected.table.rows == 2 * SAMPLE // len(line)
    assert expected.table.columns == (("id", "integer"), ("text", "string"), ("value", "number"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"\n\r\n\r", 0),
        (b"a", 1),
        (b"a\n", 1),
        (b"a\n\n\n", 1),
        (b"\n\na", 1),
        (b"a\rb\r\nc\nd", 4),
        (b'"a\nb"\n"c"', 2),
        (b'"a""\n""b"\n', 1),
        (b'""\n', 1),
        (b",\n,\n", 2),
        (b'5" x 3" pipe\n6" x 4"\n', 2),
        (b'a"\n"\nb"\n', 2),
        (b'"a" tail\n"b"', 2),
        (b'"never closed\na\nb\n', 1),
        (b" \n", 1),
        (b'"a""b" x"y\n', 1),
        (b'"a""\n" x"y\n"z"\n', 2),
    ],
)
def test_what_is_a_row(data: bytes, expected: int) -> None:
    assert counted(data) == expected == by_csv(data.decode())
    assert counted(data, range(len(data))) == expected
    assert all(counted(data, [cut]) == expected for cut in range(len(data)))


def test_describes_a_file_with_names() -> None:
    found = facts(b"name,age,score,ok,born,note\nAnn,17,2.5,true,2001-02-03,\nBob,9,3,false,1999-12-31,NA\n")
    assert (found.format, found.title) == ("csv", "CSV")
    assert found.table is not None
    assert (found.table.rows, found.table.sampled, found.table.kinds) == (2, True, ("tabular",))
    assert found.table.columns == (
        ("name", "string"),
        ("age", "integer"),
        ("score", "number"),
        ("ok", "boolean"),
        ("born", "date"),
        ("note", "empty"),
    )
    assert found.properties == (
        ("csv:columns", "6"),
        ("csv:delimiter", "comma"),
        ("csv:header", "yes"),
        ("csv:records", "3"),
    )
    assert found.problems == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", "+3", "0"], "integer"),
        (["1", "2.5", "1e9", ".5", "5."], "number"),
        (["1", "", "NA", "nan"], "integer"),
        (["007", "12"], "string"),
        (["1,5", "2"], "string"),
        (["1", "true"], "string"),
        (["True", "FALSE"], "boolean"),
        (["2020-01-01T10:00:00Z", "2020/01/02", "2020-01-03 10:00:00.123+02:00"], "date"),
        (["2020-01-01", "5"], "string"),
        (["2020-1-1"], "string"),
        (["9" * 40], "string"),
        (["1_000"], "string"),
        (["\u0661"], "string"),
        ([" 1"], "string"),
        (["", "null"], "empty"),
        (["inf"], "string"),
        (["x", "NA"], "string"),
    ],
)
def test_types(values: list[str], expected: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["name", "k"], *[[value, "9"] for value in values]])
    table = facts(text.getvalue().encode()).table
    assert table is not None
    assert dict(table.columns)["name"] == expected


HEADERS = [
    ("id,text\n1,a\n2,b\n", "yes", 2),
    (",x,y\n0,1,2\n1,3,4\n", "yes", 2),
    ("sentence,label\ngood,pos\nbad,neg\n", "yes", 2),
    ("text\nhello world\nbye\n", "yes", 2),
    (",text\na,hello\nb,bye\n", "yes", 2),
    ("5.1,3.5,setosa\n4.9,3.0,setosa\n", "no", 2),
    ("5,0,0,12\n7,0,1,9\n", "no", 2),
    ("true,x\nfalse,y\n", "no", 2),
    ("0,1,2\n5,6,7\n8,9,10\n", "unclear", None),
    ("country,1990,1991\nFrance,12,15\nSpain,3,4\n", "unclear", None),
    ("id,1990,1991\n1,12,15\n2,3,4\n", "unclear", None),
    ("john,smith\nmary,jones\n", "unclear", None),
    ("name,a\nname,b\n", "unclear", None),
    ("a,a\n1,2\n", "unclear", None),
    ("a,,c\n1,2,3\n", "unclear", None),
    ("id,text\n", "unclear", None),
    ("\n", "unclear", None),
]


@pytest.mark.parametrize(("text", "header", "count"), HEADERS)
def test_whether_the_first_row_holds_names(text: str, header: str, count: int | None) -> None:
    assert prop(text.encode(), "header") == header
    assert rows(text.encode()) == count
    assert bool(columns(text.encode())) == (header == "yes")


@pytest.mark.parametrize(
    ("text", "usual", "delimiter", "form"),
    [
        ("id,text\n1,a\n", ",", "comma", "csv"),
        ("id;text\n1;a,b\n", ",", "semicolon", "csv"),
        ("id\ttext\n1\ta, b\n", ",", "tab", "tsv"),
        ("id|text\n1|a\n", ",", "pipe", "csv"),
        ("id\ttext\n1\ta\n", "\t", "tab", "tsv"),
        ("id,text\n1,a\n", "\t", "comma", "csv"),
        ("id,text;x\n1,a;y\n", ",", "comma", "csv"),
        ("id,a;b;c\n1,x;y;z\n", "\t", "semicolon", "csv"),
        ("text\nplain\n", ",", "comma", "csv"),
        ("a,b\nx,y,z\n", ",", "comma", "csv"),
        ("a b\nx, y\n", "\t", "tab", "tsv"),
        ('id;text\n1;"a;b"\n2;"c\n;d"\n', ",", "semicolon", "csv"),
    ],
)
def test_delimiters(text: str, usual: str, delimiter: str, form: str) -> None:
    assert prop(text.encode(), "delimiter", usual) == delimiter
    assert facts(text.encode(), usual).format == form


def test_the_last_row_of_a_head_that_is_cut_off_does_not_decide() -> None:
    assert sniff_delimiter(b"a;b\n1;2\n3", whole=False, usual=",") == ";"
    assert sniff_delimiter(b"a;b\n1;2\n3", whole=True, usual=",") == ","


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    data = b'\xef\xbb\xbf"id","text"\n1,"a\nb"\n'
    assert columns(data) == {"id": "integer", "text": "string"}
    assert rows(data) == 1
    assert observe(data, cuts=[1, 2, 3, 4]) == observe(data)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_text_of_wide_characters_is_refused(encoding: str) -> None:
    found = observe("id,text\n1,a\n".encode(encoding))
    assert found == Refused("it holds zero bytes: it is no text, or not in UTF-8")


def test_of_text_in_another_encoding_the_records_are_counted() -> None:
    found = facts("id,text\n1,ä\n2,ö\n".encode("latin-1"))
    assert found.table is not None
    assert (found.table.rows, found.table.columns) == (None, ())
    assert dict(found.properties)["csv:records"] == "3"
    assert found.problems == ("its text is not UTF-8, so its columns are not described",)


def test_a_character_that_the_sample_cuts_apart_is_no_fault() -> None:
    sample = examine("id,text\n1,ä\n2,ö".encode()[:-1], ",", whole=False)
    assert sample is not None
    assert (sample.header, sample.rows) == ("yes", 2)
    assert examine("id,text\n1,ä\n2,ö".encode()[:-1], ",", whole=True) is None


def test_a_quote_that_is_never_closed_leaves_the_rows_unknown() -> None:
    found = facts(b'id,text\n1,a\n2,"b\n3,c\n')
    assert found.table is not None
    assert found.table.rows is None
    assert "csv:records" not in dict(found.properties)
    assert found.problems == ("a quote in it is never closed, so its rows are not counted",)


def test_rows_of_another_width_are_reported() -> None:
    found = facts(b"id,text\n1,a\n2,b,c\n3\n")
    assert found.problems == ("2 of its first 4 rows have another number of fields than the first row",)
    assert found.table is not None
    assert (found.table.rows, found.table.columns) == (3, (("id", "integer"), ("text", "string")))


def test_names_that_do_not_print_are_left_out() -> None:
    assert columns(b"id,te\x1bxt," + b"x" * 200 + b"\n1,2,3\n") == {"id": "integer"}


def test_of_many_columns_only_the_first_are_named() -> None:
    names = ",".join(f"c{index}" for index in range(5000))
    data = f"{names}\n{','.join(['1'] * 5000)}\n".encode()
    assert len(columns(data)) == 4096
    assert prop(data, "columns") == "5000"


def test_types_come_from_the_first_rows_alone() -> None:
    data = b"id,value\n" + b"1,2\n" * MAX_ROWS + b"1,late\n"
    assert columns(data) == {"id": "integer", "value": "integer"}
    assert rows(data) == MAX_ROWS + 1
    early = b"id,value\n" + b"1,2\n" * (MAX_ROWS - 1) + b"1,late\n"
    assert columns(early) == {"id": "integer", "value": "string"}


def test_a_field_beyond_what_the_csv_module_takes_ends_the_sample() -> None:
    data = b"id,text\n1,a\n2," + b"x" * 200_000 + b"\n3,b\n"
    assert columns(data) == {"id": "integer", "text": "string"}
    assert rows(data) == 3


def test_giving_up_keeps_the_columns() -> None:
    observer = DelimitedObserver(",")
    observer.update(memoryview(b"id,text\n" + b"1,a\n" * HEAD))
    observer.give_up("it is enough")
    observer.update(memoryview(b"2,b\n"))
    found = observer.finish(unread)
    assert isinstance(found, Facts)
    assert found.table is not None
    assert (found.table.rows, found.table.columns) == (None, (("id", "integer"), ("text", "string")))
    assert found.problems == ("it is enough",)


def test_giving_up_before_anything_was_seen_is_a_refusal() -> None:
    observer = DelimitedObserver(",")
    observer.give_up("it is damaged")
    assert observer.finish(unread) == Refused("it is damaged")


@pytest.mark.parametrize(
    "line", [b"1234,abcdefgh,5.678\n", b'"a","b ""c""",1\n', b'5" pipe,2\n', b'"a",5" pipe\n', b'a"\n', b',"",x"', b'"']
)
def test_time_is_linear(line: bytes) -> None:
    """1 MiB takes 0.1 s at worst; were a byte looked at twice for each quote, it would take hours."""
    counter = RowCounter(b",")
    block = (line * (1 + (256 << 10) // len(line)))[: 256 << 10]
    begin = time.process_time()
    for _ in range(4):
        counter.update(block)
    assert time.process_time() - begin < 4


def test_memory_is_bounded_by_the_sample() -> None:
    observer = DelimitedObserver(",")
    for _ in range(40):
        observer.update(memoryview(b"1,2,3\n" * 10_000))
    assert len(observer._sample) == SAMPLE == delimited.SAMPLE


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "count", "expected"),
    [
        ("penguins/penguins.csv", 344, {"species": "string", "bill_length_mm": "number", "year": "integer"}),
        ("penguins/penguins-raw.csv", 344, {"studyName": "string", "Date Egg": "date", "Body Mass (g)": "integer"}),
        ("vega/airports.csv", 3376, {"iata": "string", "latitude": "number"}),
        ("vega/la-riots.csv", 63, {"death_date": "date", "longitude": "number"}),
        ("vega/us-employment.csv", 120, {"month": "date", "wholesale_trade": "number"}),
        ("vega/stocks.csv", 560, {"symbol": "string", "price": "number"}),
    ],
)
def test_real_files(name: str, count: int, expected: dict[str, str]) -> None:
    path = MODELS / name
    assert path.is_file(), "run scripts/fixtures models first"
    data = path.read_bytes()
    assert rows(data) == count
    assert columns(data) | expected == columns(data)
    assert facts(data).problems == ()
    assert observe(data, cuts=range(0, len(data), 777)) == observe(data)
