"""Arrow files and streams: fields, rows and metadata, without the bodies of the batches."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import arrow, arrow_schema
from attest.formats.arrow import MAX_HEADER, read
from attest.formats.facts import Facts
from tests.unit.formats.flat_builder import Flat, Items, flat, i32, i64, u8, u16
from tests.unit.formats.table_samples import sample, samples
from tests.unit.formats.wire_builder import Watched, of, survives

MARKER = b"\xff\xff\xff\xff"
V5 = u16(4)
SCHEMA, DICTIONARY, RECORDS, TENSOR = 1, 2, 3, 4
INT, FLOAT, UTF8, LIST, STRUCT = 2, 3, 5, 12, 13
INT64: Flat = {0: i32(64), 1: u8(1)}


def column(name: str, kind: int = INT, inner: Flat | None = None, **more: Flat) -> Flat:
    table: Flat = {0: name, 2: u8(kind), 3: INT64 if inner is None else inner}
    return table | more.get("more", {})


def schema(*columns: Flat, **more: Flat) -> Flat:
    table: Flat = {1: list(columns)}
    return table | more.get("more", {})


def batch(length: int, first: int | None = None) -> Flat:
    nodes = struct.pack("<qq", length if first is None else first, 0)
    return {0: i64(length), 1: Items(1, nodes)}


def header(kind: int, table: Flat | None, body: int = 0, version: int = 4) -> bytes:
    fields: Flat = {0: u16(version), 1: u8(kind), 3: i64(body)}
    if table is not None:
        fields[2] = table
    data = flat(fields)
    return data + bytes(-len(data) % 8)


def message(kind: int, table: Flat | None, body: bytes = b"", told: int | None = None) -> bytes:
    head = header(kind, table, len(body) if told is None else told)
    return MARKER + len(head).to_bytes(4, "little") + head + body


END = MARKER + bytes(4)
FIELDS = schema(column("a"), column("b", UTF8, {}))
HEAD = message(SCHEMA, FIELDS)
STREAM = HEAD + message(RECORDS, batch(3), bytes(64)) + message(RECORDS, batch(4), bytes(8)) + END


def blocks(*places: tuple[int, int, int]) -> Items:
    return Items(len(places), b"".join(struct.pack("<qi4xq", *place) for place in places))


def file(messages: bytes, footer: Flat) -> bytes:
    whole: Flat = {0: V5}
    tail = flat(whole | footer)
    return b"ARROW1\0\0" + messages + tail + len(tail).to_bytes(4, "little") + b"ARROW1"


ONE, TWO = message(RECORDS, batch(3), bytes(64)), message(RECORDS, batch(4), bytes(8))
PLACES = ((8, len(ONE) - 64, 64), (8 + len(ONE), len(TWO) - 8, 8))
FILE = file(ONE + TWO, {1: FIELDS, 3: blocks(*PLACES)})


def rows(facts: Facts) -> int | None:
    assert facts.table is not None
    return facts.table.rows


def columns(facts: Facts) -> dict[str, str]:
    assert facts.table is not None
    return dict(facts.table.columns)


def types(*fields: Flat) -> list[str]:
    """The types of the columns of a stream with this schema and no batches."""
    return list(columns(of(read, message(SCHEMA, schema(*fields)))).values())


def test_describes_a_stream() -> None:
    facts = of(read, STREAM)
    assert (facts.format, facts.title) == ("arrow", "Apache Arrow IPC stream")
    assert rows(facts) == 7
    assert columns(facts) == {"a": "int64", "b": "string"}
    assert facts.properties == (
        ("arrow:batches", "2"),
        ("arrow:columns", "2"),
        ("arrow:layout", "stream"),
        ("arrow:metadata-version", "V5"),
    )
    assert facts.problems == ()


def test_describes_a_file() -> None:
    facts = of(read, FILE)
    assert facts.title == "Apache Arrow IPC file"
    assert rows(facts) == 7
    assert columns(facts) == {"a": "int64", "b": "string"}
    assert dict(facts.properties)["arrow:batches"] == "2"
    assert facts.problems == ()


RICH = {
    "i8": "int8", "u16": "uint16", "i64": "int64", "f16": "float16", "f32": "float32", "f64": "float64", "b": "bool",
    "s": "string", "ls": "large_string", "bin": "binary", "fsb": "fixed_size_binary[4]", "dec": "decimal128(10, 2)",
    "dec256": "decimal256(50, 2)", "d32": "date32", "t32": "time32[ms]", "t64": "time64[us]", "ts_us": "timestamp[us]",
    "ts_utc": "timestamp[ms, tz=UTC]", "ts_ns": "timestamp[ns, tz=Europe/Berlin]", "list": "list<int32>",
    "struct": "struct<a: int64, b: string>", "map": "map<key: string, value: int32>",
    "ldict": "dictionary<values=string, indices=int32>", "nested": "list<struct<t: list<float64>>>", "nul": "null",
}  # fmt: skip
NEWER = {
    "sv": "string_view", "bv": "binary_view", "fsl": "fixed_size_list<int16>[2]", "ll": "large_list<int8>",
    "dur": "duration[s]", "mdn": "month_day_nano_interval", "lv": "list_view<int8>", "d64": "date64",
    "ree": "run_end_encoded<int32, string>", "un": "sparse_union<0: int64, 1: string>",
    "dun": "dense_union<0: int64, 1: string>", "uuid": "extension<arrow.uuid: fixed_size_binary[16]>",
    "lb": "large_binary",
}  # fmt: skip


@pytest.mark.parametrize("name", ["rich", "rich-stream"])
def test_files_of_pyarrow_with_every_kind_of_column(name: str) -> None:
    facts = of(read, sample(f"{name}.arrow"))
    assert columns(facts) == RICH | NEWER
    assert rows(facts) == 3
    assert dict(facts.properties)["arrow:dictionary-batches"] == "1"
    assert facts.problems == ()


@pytest.mark.parametrize(
    ("name", "count", "more"),
    [
        ("empty.arrow", 0, {"arrow:batches": "0", "arrow:layout": "file"}),
        ("empty-stream.arrow", 0, {"arrow:batches": "0", "arrow:layout": "stream"}),
        ("zstd.arrow", 3, {"arrow:compression": "ZSTD", "arrow:batches": "2"}),
        ("lz4-stream.arrow", 3, {"arrow:compression": "LZ4_FRAME", "arrow:dictionary-batches": "1"}),
        ("dictionary-stream.arrow", 5, {"arrow:dictionary-batches": "2", "arrow:batches": "3"}),
        ("v4.arrow", 3, {"arrow:metadata-version": "V4"}),
        ("legacy.arrow", 3, {"arrow:batches": "2"}),
        ("feather-2.feather", 3, {"arrow:layout": "file", "arrow:compression": "LZ4_FRAME"}),
    ],
)
def test_other_files_of_pyarrow(name: str, count: int, more: dict[str, str]) -> None:
    facts = of(read, sample(name))
    assert rows(facts) == count
    assert dict(facts.properties) | more == dict(facts.properties)
    assert facts.problems == ()


def test_features_that_datasets_noted() -> None:
    facts = of(read, sample("datasets.arrow"))
    assert rows(facts) == 2
    assert columns(facts) == {
        "image": "struct<bytes: binary, path: string>",
        "text": "string",
        "label": "int64",
        "ids": "list<int32>",
    }
    assert dict(facts.properties)["huggingface:features"].startswith('{"ids":{"_type":"List",')
    assert facts.table is not None
    assert facts.table.kinds == ("image",)


def entry(key: str | bytes, value: str | bytes) -> Flat:
    return {0: key, 1: value}


def test_metadata_of_schema_and_footer() -> None:
    more: Flat = {2: [entry("huggingface", '{"info":{"features":{"a":{}}}}'), entry("b", "1")]}
    footer: Flat = {1: schema(column("a"), more=more), 3: blocks(), 4: [entry("pandas", '{"pandas_version":"2.2.0"}')]}
    found = dict(of(read, file(b"", footer)).properties)
    assert found["huggingface:features"] == '{"a":{}}'
    assert found["pandas:version"] == "2.2.0"
    assert found["arrow:metadata-keys"] == "b, huggingface, pandas"


def test_a_value_of_metadata_that_is_too_long_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "MAX_VALUE", 10)
    more: Flat = {2: [entry("huggingface", "x" * 11), entry("other", "y" * 99)]}
    facts = of(read, message(SCHEMA, schema(column("a"), more=more)))
    assert facts.problems == ("its metadata huggingface is empty or longer than 10 bytes",)


def test_types_with_their_defaults_and_oddities() -> None:
    unsigned: Flat = {0: i32(16)}
    dictionary: Flat = {4: {0: i64(7)}}
    extension: Flat = {6: [entry("other", "x"), entry("ARROW:extension:name", "arrow.json")]}
    assert types(
        column("a", INT, unsigned),
        column("b", 7, {0: i32(9), 1: i32(2)}),
        column("c", 8, {}),
        column("d", 9, {}),
        column("e", 10, {}),
        column("f", 18, {}),
        column("g", FLOAT, {}),
        column("h", UTF8, {}, more=dictionary),
        column("i", UTF8, {}, more=extension),
        column("j", 99, {}),
        column("k", 17, {}),
        column("l", LIST, {}, more={5: [column("item")]}),
        column("m", 11, {0: u16(2)}),
    ) == [
        "uint16", "decimal128(9, 2)", "date64", "time32[ms]", "timestamp[s]", "duration[ms]", "float16",
        "dictionary<values=string, indices=int32>", "extension<arrow.json: string>", "type_99", "map<>",
        "list<int64>", "month_day_nano_interval",
    ]  # fmt: skip


def test_a_type_that_is_too_long_is_told_in_short() -> None:
    wide = column("wide", STRUCT, {}, more={5: [column(f"column{index}") for index in range(100)]})
    assert types(wide, column("list", LIST, {}, more={5: [wide]})) == ["struct<…>", "list<struct<…>>"]


def test_names_that_do_not_print_are_left_out() -> None:
    facts = of(read, message(SCHEMA, schema(column("a\x1b"), column("b"))))
    assert columns(facts) == {"b": "int64"}
    assert dict(facts.properties)["arrow:columns"] == "2"


def test_big_endian_data() -> None:
    facts = of(read, message(SCHEMA, schema(column("a"), more={0: u16(1)})))
    assert dict(facts.properties)["arrow:byte-order"] == "big"


def test_of_many_columns_only_the_first_are_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "MAX_COLUMNS", 1)
    facts = of(read, STREAM)
    assert columns(facts) == {"a": "int64"}
    assert facts.problems == ("of 2 columns only the first 1 are described",)


def test_a_batch_that_contradicts_its_columns_leaves_the_rows_unknown() -> None:
    facts = of(read, HEAD + message(RECORDS, batch(1000, first=3)))
    assert rows(facts) is None
    assert facts.problems == ("a record batch says another number of rows than its first column",)


def test_a_stream_may_end_without_saying_so() -> None:
    assert of(read, STREAM.removesuffix(END)) == of(read, STREAM)


def test_what_lies_behind_the_end_of_a_stream_is_reported() -> None:
    facts = of(read, STREAM + b"more")
    assert rows(facts) == 7
    assert facts.problems == ("4 bytes lie behind the end of its stream",)


DEEP: Flat = column("a")
for _ in range(40):
    DEEP = column("a", LIST, {}, more={5: [DEEP]})
FAULTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "too short"),
    "Feather of version 1": (sample("feather-1.feather"), "Feather of version 1"),
    "something else": (b"PAR1" + bytes(40), "begins neither"),
    "a file that is cut off": (FILE[:-8], "does not end as an Arrow file does"),
    "a footer of no bytes": (b"ARROW1\0\0" + bytes(8) + b"\0\0\0\0ARROW1", "footer of 0 bytes does not fit"),
    "a footer of negative length": (b"ARROW1\0\0" + bytes(8) + b"\xff\xff\xff\xffARROW1", "footer of -1 bytes"),
    "a footer longer than the file": (b"ARROW1\0\0" + bytes(8) + b"\xff\xff\xff\x7fARROW1", "does not fit the file"),
    "a footer without a schema": (file(b"", {3: blocks()}), "footer has no schema"),
    "a footer of an old version": (file(b"", {0: u16(2), 1: FIELDS}), "version V3 of the metadata"),
    "a batch behind the footer": (file(ONE, {1: FIELDS, 3: blocks((8, len(ONE), 64))}), "does not lie before"),
    "a batch at a negative place": (file(ONE, {1: FIELDS, 3: blocks((-8, 64, 0))}), "does not lie before"),
    "a batch of negative length": (file(ONE, {1: FIELDS, 3: blocks((8, 64, -1))}), "does not lie before"),
    "a batch with no header": (file(ONE, {1: FIELDS, 3: blocks((8, 7, 0))}), "does not lie before"),
    "a header longer than its block": (file(ONE, {1: FIELDS, 3: blocks((8, 16, 0))}), "does not fit its place"),
    "a block that is a schema": (file(HEAD, {1: FIELDS, 3: blocks((8, len(HEAD), 0))}), "is no record batch"),
    "a stream without a schema": (ONE + END, "does not begin with one schema"),
    "a stream of its end alone": (END + bytes(16), "has no schema"),
    "two schemas": (HEAD + HEAD, "does not begin with one schema"),
    "a tensor in a stream": (HEAD + message(TENSOR, {}), "message of kind 4"),
    "a message without a header": (HEAD + message(RECORDS, None), "does not begin with one schema"),
    "no marker": (HEAD + bytes(16), "no message begins at"),
    "a stream that is cut off after a marker": (HEAD + MARKER, "no message begins at"),
    "a header of negative length": (HEAD + MARKER + b"\xff\xff\xff\xff" + bytes(9), "no message begins at"),
    "a header that is too long": (HEAD + MARKER + (MAX_HEADER + 1).to_bytes(4, "little"), "no message begins at"),
    "a header behind the end": (HEAD + MARKER + b"\0\0\x01\0" + bytes(9), "leaves the file"),
    "a body behind the end": (HEAD + message(RECORDS, batch(1), told=1), "behind the file's"),
    "a body of 2^63 bytes": (HEAD + message(RECORDS, batch(1), told=2**63 - 1), "behind the file's"),
    "a body of negative length": (HEAD + message(RECORDS, batch(1), told=-8), "negative length"),
    "a batch with fewer than no rows": (HEAD + message(RECORDS, batch(-3)), "no possible number of rows"),
    "a message of an old version": (HEAD[:8] + header(SCHEMA, FIELDS, version=2), "version V3 of the metadata"),
    "a message of a version to come": (HEAD[:8] + header(SCHEMA, FIELDS, version=5), "version V6 of the metadata"),
    "a column without a type": (message(SCHEMA, schema({0: "a", 2: u8(INT)})), "field without a type"),
    "a column of an unknown unit": (message(SCHEMA, schema(column("a", 10, {0: u16(4)}))), "unknown unit"),
    "columns too deep": (message(SCHEMA, schema(DEEP)), "nested deeper than 32"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    data, text = FAULTS[fault]
    with pytest.raises(DocumentError, match=text):
        of(read, data)


def test_too_many_fields_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_schema, "MAX_FIELDS", 10)
    with pytest.raises(DocumentError, match="more than 10 fields"):
        types(*[column("a")] * 11)


def test_columns_that_share_their_children_do_not_multiply() -> None:
    """Two children that are one and the same table, level by level, are 2^24 fields when they are written out."""
    nested = column("a")
    for _ in range(24):
        nested = column("a", STRUCT, {}, more={5: [nested, nested]})
    data = message(SCHEMA, schema(nested))
    assert len(data) < 4000
    with pytest.raises(DocumentError, match="more than 100000 fields"):
        of(read, data)


def test_bodies_are_not_read() -> None:
    size = 4 << 30
    body = size - len(HEAD) - len(message(RECORDS, batch(5)))
    watched = Watched(HEAD + message(RECORDS, batch(5), told=body), size)
    assert rows(read(watched.source())) == 5
    assert watched.total < 8 * 1024


def test_of_a_wide_batch_only_the_beginning_is_read() -> None:
    wide: Flat = {0: i64(9), 2: Items(10_000, bytes(160_000))}
    watched = Watched(HEAD + message(RECORDS, wide) + END)
    assert rows(read(watched.source())) == 9
    assert watched.total < 8 * 1024


@pytest.mark.parametrize("limit", ["MAX_BATCHES", "MAX_READS", "MAX_HEADERS"])
def test_more_batches_than_are_looked_at_leave_the_rows_unknown(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, limit, 1 if limit == "MAX_BATCHES" else 0)
    for data in (STREAM, FILE):
        facts = of(read, data)
        assert rows(facts) is None
        assert "arrow:batches" not in dict(facts.properties)
        assert len(facts.problems) == 1
        assert "batches" in facts.problems[0]
        assert columns(facts) == {"a": "int64", "b": "string"}


def test_every_cut_is_refused_or_a_shorter_stream() -> None:
    for end in range(len(FILE)):
        assert survives(read, FILE[:end]) is None
    counts = set()
    for end in range(len(STREAM)):
        facts = survives(read, STREAM[:end])
        counts.add(None if facts is None else rows(facts))
    assert counts == {None, 0, 3, 7}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([*samples(".arrow"), *samples(".feather")]),
    st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_changed_files(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(sample(name))
    for place, byte in changes:
        data[place % len(data)] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=120), st.sampled_from([b"ARROW1\0\0", MARKER, HEAD, STREAM[:-8]]))
def test_any_bytes(data: bytes, begin: bytes) -> None:
    survives(read, begin + data)
    survives(read, begin + data + len(data).to_bytes(4, "little") + b"ARROW1")
