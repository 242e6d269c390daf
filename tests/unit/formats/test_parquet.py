"""Parquet files: what the footer says, what is refused, and where rows and row groups disagree."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats import parquet
from attest.formats.facts import Facts
from attest.formats.parquet import read
from attest.formats.source import Source
from attest.formats.table_metadata import MAX_FEATURES
from tests.unit.formats.table_samples import sample, samples
from tests.unit.formats.thrift_builder import Raw, struct
from tests.unit.formats.wire_builder import Watched, of, survives

Fields = dict[int, object]
INT32, INT64, BYTE_ARRAY, FIXED = 1, 2, 6, 7
OPTIONAL, REPEATED = 1, 2


def leaf(name: str, kind: int, **more: object) -> Fields:
    """A column; `more` may hold `logical`, `converted`, `repetition`, `length`, `scale`, `precision`."""
    numbers = {"length": 2, "repetition": 3, "converted": 6, "scale": 7, "precision": 8, "logical": 10}
    fields: Fields = {1: kind, 3: OPTIONAL, 4: name} | {numbers[key]: value for key, value in more.items()}
    return dict(sorted(fields.items()))


def group(name: str, children: int, repetition: int = OPTIONAL) -> Fields:
    return {3: repetition, 4: name, 5: children}


def chunk(values: int, codec: int = 0, **more: object) -> Fields:
    return {2: 0, 3: {1: INT64, 4: codec, 5: values}} | ({1: more["file"]} if "file" in more else {})


def rows(count: int, *chunks: Fields) -> Fields:
    return {1: list(chunks), 2: 100, 3: count}


SCHEMA = [group("schema", 2), leaf("id", INT64), leaf("text", BYTE_ARRAY, converted=0)]
FOOTER: Fields = {
    1: 1,
    2: SCHEMA,
    3: 5,
    4: [rows(3, chunk(3), chunk(3, 6)), rows(2, chunk(2), chunk(2))],
    5: [{1: "plain", 2: "x"}],
    6: "parquet-mr version 1.12.3 (build f8dced182c4c1fbdec6ccb3185537b5a01e6ed6b)",
}


def file(footer: bytes, magic: bytes = b"PAR1") -> bytes:
    return magic + b"data" + footer + len(footer).to_bytes(4, "little") + magic


def changed(changes: Fields, without: int = 0) -> bytes:
    fields = {number: value for number, value in sorted((FOOTER | changes).items()) if number != without}
    return file(struct(fields))


GOOD = changed({})


def properties(facts: Facts) -> dict[str, str]:
    return dict(facts.properties)


def columns(*elements: Fields) -> dict[str, str]:
    """Names and types of the columns of a schema without rows."""
    table = of(read, changed({2: list(elements), 3: 0, 4: []})).table
    assert table is not None
    return dict(table.columns)


def test_describes_a_file() -> None:
    facts = of(read, GOOD)
    assert facts.table is not None
    assert facts.table.rows == 5
    assert facts.table.columns == (("id", "int64"), ("text", "string"))
    assert (facts.table.sampled, facts.table.kinds) == (False, ("tabular",))
    assert (facts.framework, facts.framework_version) == ("parquet-mr", "1.12.3")
    assert facts.properties == (
        ("parquet:columns", "2"),
        ("parquet:compression", "UNCOMPRESSED, ZSTD"),
        ("parquet:created-by", "parquet-mr version 1.12.3 (build f8dced182c4c1fbdec6ccb3185537b5a01e6ed6b)"),
        ("parquet:metadata-keys", "plain"),
        ("parquet:row-groups", "2"),
        ("parquet:version", "1"),
    )
    assert facts.problems == ()


RICH = (
    ("i8", "int8"), ("u16", "uint16"), ("i64", "int64"), ("f16", "float16"), ("f32", "float32"), ("f64", "float64"),
    ("b", "bool"), ("s", "string"), ("ls", "string"), ("bin", "binary"), ("fsb", "fixed_size_binary[4]"),
    ("dec", "decimal(10, 2)"), ("dec256", "decimal(50, 2)"), ("d32", "date32"), ("t32", "time32[ms]"),
    ("t64", "time64[us]"), ("ts_us", "timestamp[us]"), ("ts_utc", "timestamp[ms, tz=UTC]"),
    ("ts_ns", "timestamp[ns, tz=UTC]"), ("list.list.element", "int32"), ("struct.a", "int64"), ("struct.b", "string"),
    ("map.key_value.key", "string"), ("map.key_value.value", "int32"), ("ldict", "string"),
    ("nested.list.element.t.list.element", "float64"), ("nul", "null"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "count"), [("rich", 3), ("pages-v2-zstd", 3), ("empty", 0)])
def test_files_of_pyarrow_with_every_kind_of_column(name: str, count: int) -> None:
    facts = of(read, sample(f"{name}.parquet"))
    assert facts.table is not None
    assert facts.table.columns == RICH
    assert facts.table.rows == count
    assert (facts.framework, facts.framework_version) == ("parquet-cpp-arrow", "26.0.1")
    assert properties(facts)["parquet:metadata-keys"] == "ARROW:schema"
    assert facts.problems == ()


@pytest.mark.parametrize(
    ("name", "count", "groups", "codec"),
    [("brotli", 3, 1, "BROTLI"), ("groups", 250, 3, "SNAPPY"), ("pages-v2-zstd", 3, 1, "ZSTD")],
)
def test_row_groups_and_compression(name: str, count: int, groups: int, codec: str) -> None:
    facts = of(read, sample(f"{name}.parquet"))
    found = properties(facts)
    assert facts.table is not None
    assert (facts.table.rows, found["parquet:row-groups"], found["parquet:compression"]) == (count, str(groups), codec)


def test_timestamps_of_the_oldest_kind() -> None:
    table = of(read, sample("int96.parquet")).table
    assert table is not None
    assert table.columns == (("ts_us", "int96"),)


def test_features_that_datasets_noted() -> None:
    facts = of(read, sample("datasets.parquet"))
    found = properties(facts)
    assert found["huggingface:features"] == (
        '{"ids":{"_type":"List","feature":{"_type":"Value","dtype":"int32"}},"image":{"_type":"Image"},'
        '"label":{"_type":"ClassLabel","names":["neg","pos"]},"text":{"_type":"Value","dtype":"string"}}'
    )
    assert facts.table is not None
    assert (facts.table.rows, facts.table.kinds) == (2, ("image",))


def test_what_pandas_noted() -> None:
    found = properties(of(read, sample("pandas.parquet")))
    assert (found["pandas:version"], found["pandas:creator"]) == ("3.1.1", "pyarrow 26.0.1")


def metadata(*entries: tuple[str | bytes, str | bytes]) -> Facts:
    return of(read, changed({5: [{1: key, 2: value} for key, value in entries]}))


def test_features_are_written_canonically() -> None:
    value = json.dumps(
        {"fingerprint": "ab12", "info": {"features": {"z": {"_type": "Audio"}, "a": [{"_type": "Video"}]}}}
    )
    facts = metadata(("huggingface", value))
    assert properties(facts)["huggingface:features"] == '{"a":[{"_type":"Video"}],"z":{"_type":"Audio"}}'
    assert properties(facts)["huggingface:fingerprint"] == "ab12"
    assert facts.table is not None
    assert facts.table.kinds == ("audio", "video")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("{", "its metadata huggingface is not strict JSON"),
        ('{"a":1,"a":2}', "its metadata huggingface is not strict JSON"),
        ("[]", "its metadata huggingface is not an object"),
        (b"\xff", "its metadata huggingface is not UTF-8"),
        ("[" * 10_000, "its metadata huggingface is n"),
        ('{"info":{"features":{"a":0.5}}}', "the value cannot be written as canonical JSON"),
        ('{"info":{"features":{"a":"\\u202e"}}}', "too long or hold odd characters"),
        (json.dumps({"info": {"features": {"a": "x" * MAX_FEATURES}}}), "too long or hold odd characters"),
    ],
)
def test_features_that_cannot_be_used_are_reported(value: str | bytes, problem: str) -> None:
    facts = metadata(("huggingface", value))
    assert len(facts.problems) == 1
    assert problem in facts.problems[0]
    assert "huggingface:features" not in properties(facts)
    assert facts.table is not None
    assert facts.table.rows == 5


@pytest.mark.parametrize("value", ["{}", '{"info":[]}', '{"info":{"features":"x"}}', '{"fingerprint":7}'])
def test_features_of_other_shapes_are_absent(value: str) -> None:
    facts = metadata(("huggingface", value))
    assert facts.problems == ()
    assert set(properties(facts)) & {"huggingface:features", "huggingface:fingerprint"} == set()


def test_features_twice_are_reported_and_the_first_ones_count() -> None:
    one, two = (json.dumps({"info": {"features": {name: {}}}}) for name in "ab")
    facts = metadata(("huggingface", one), ("huggingface", two))
    assert facts.problems == ("its metadata holds huggingface twice; the first one is described",)
    assert properties(facts)["huggingface:features"] == '{"a":{}}'


def test_features_twice_behind_many_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attest.formats.table_metadata.MAX_ENTRIES", 2)
    facts = metadata(("a", ""), ("b", ""), ("c", ""), ("huggingface", "{}"), ("huggingface", "{"))
    assert facts.problems == ("its metadata holds huggingface twice; the first one is described",)
    assert properties(facts)["parquet:metadata-keys"] == "a, b, huggingface"


def test_a_value_of_metadata_that_is_too_long_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_VALUE", 10)
    assert metadata(("huggingface", "x" * 11)).problems == ("its metadata huggingface is longer than 10 bytes",)


def test_entries_may_have_fields_to_come() -> None:
    assert properties(of(read, changed({5: [{1: "a", 2: "b", 9: [1, 2]}]})))["parquet:metadata-keys"] == "a"


def test_of_many_other_files_only_the_first_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_FILES", 1)
    groups = [rows(5, chunk(5, file="a.parquet"), chunk(5, file="b.parquet"))]
    assert of(read, changed({4: groups})).refers_to == ("a.parquet",)


def test_keys_that_do_not_print_are_left_out() -> None:
    found = properties(metadata(("b", ""), (b"\xff", ""), ("a\x1b[2J", ""), ("a", "")))
    assert found["parquet:metadata-keys"] == "a, b"


LOGICAL: dict[str, tuple[Fields, str]] = {
    "text": (leaf("x", BYTE_ARRAY, logical={1: {}}), "string"),
    "enumeration": (leaf("x", BYTE_ARRAY, logical={4: {}}), "enum"),
    "JSON": (leaf("x", BYTE_ARRAY, logical={12: {}}), "json"),
    "UUID": (leaf("x", FIXED, length=16, logical={14: {}}), "uuid"),
    "signed integer": (leaf("x", INT32, logical={10: {1: Raw(3, b"\x10"), 2: True}}), "int16"),
    "unsigned integer": (leaf("x", INT32, logical={10: {1: Raw(3, b"\x08"), 2: False}}), "uint8"),
    "integer of no width": (leaf("x", INT32, logical={10: {1: Raw(3, b"\x07"), 2: False}}), "int32"),
    "decimal": (leaf("x", FIXED, length=5, logical={5: {1: 3, 2: 9}}), "decimal(9, 3)"),
    "decimal of nothing": (leaf("x", FIXED, length=5, logical={5: {}}), "fixed_size_binary[5]"),
    "moment": (leaf("x", INT64, logical={8: {1: True, 2: {2: {}}}}), "timestamp[us, tz=UTC]"),
    "local moment": (leaf("x", INT64, logical={8: {1: False, 2: {3: {}}}}), "timestamp[ns]"),
    "moment of no unit": (leaf("x", INT64, logical={8: {1: False, 2: {9: {}}}}), "int64"),
    "time": (leaf("x", INT64, logical={7: {1: False, 2: {3: {}}}}), "time64[ns]"),
    "short time": (leaf("x", INT32, logical={7: {1: False, 2: {1: {}}}}), "time32[ms]"),
    "annotation to come": (leaf("x", INT64, logical={99: {}}), "int64"),
    "two annotations": (leaf("x", BYTE_ARRAY, logical={1: {}, 4: {}}), "binary"),
    "old text": (leaf("x", BYTE_ARRAY, converted=0), "string"),
    "old decimal": (leaf("x", INT32, converted=5, precision=9, scale=2), "decimal(9, 2)"),
    "old decimal without a scale": (leaf("x", INT32, converted=5, precision=9), "decimal(9, 0)"),
    "old decimal of nothing": (leaf("x", INT32, converted=5), "int32"),
    "old moment": (leaf("x", INT64, converted=9), "timestamp[ms, tz=UTC]"),
    "old unsigned": (leaf("x", INT32, converted=13), "uint32"),
    "old annotation to come": (leaf("x", INT64, converted=77), "int64"),
    "length left out": (leaf("x", FIXED), "fixed_size_binary"),
}


@pytest.mark.parametrize("case", sorted(LOGICAL))
def test_types(case: str) -> None:
    element, expected = LOGICAL[case]
    assert columns(group("schema", 1), element) == {"x": expected}


def test_leaves_are_named_by_their_path() -> None:
    found = columns(
        group("schema", 3),
        group("a", 1),
        group("list", 1, REPEATED),
        leaf("element", INT32),
        leaf("b.c", INT64),
        group("d", 0),
    )
    assert found == {"a.list.element": "int32", "b.c": "int64"}


def test_names_that_do_not_print_are_left_out() -> None:
    assert columns(group("schema", 3), leaf("a\x07", INT32), leaf("b", INT32), leaf("", INT32)) == {"b": "int32"}


TREES = {
    "no root": [],
    "an element too many": [group("schema", 1), leaf("a", INT32), leaf("b", INT32)],
    "an element too few": [group("schema", 2), leaf("a", INT32)],
    "a group that ends early": [group("schema", 1), group("a", 2), leaf("b", INT32)],
    "a negative number of children": [group("schema", -1)],
    "more children than elements": [group("schema", 2**31)],
    "a number of children that is a text": [{4: "schema", 5: "2"}],
    "an unknown type": [group("schema", 1), leaf("a", 8)],
    "a negative type": [group("schema", 1), leaf("a", -1)],
    "groups too deep": [*[group("g", 1)] * 70, leaf("a", INT32)],
}


@pytest.mark.parametrize("tree", sorted(TREES))
def test_schemas_that_are_no_tree_are_refused(tree: str) -> None:
    with pytest.raises(DocumentError, match="its schema"):
        of(read, changed({2: TREES[tree]}))


@pytest.mark.parametrize(("limit", "most"), [("MAX_ELEMENTS", 3), ("MAX_CHUNKS", 4), ("MAX_ENTRIES", 1)])
def test_lists_longer_than_anybody_needs_are_refused(limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, limit, most)
    assert of(read, GOOD).problems == ()
    monkeypatch.setattr(parquet, limit, most - 1)
    with pytest.raises(DocumentError, match="entries, more than the"):
        of(read, GOOD)


def test_of_many_columns_only_the_first_are_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_COLUMNS", 1)
    facts = of(read, GOOD)
    assert facts.table is not None
    assert facts.table.columns == (("id", "int64"),)
    assert facts.problems == ("of 2 columns only the first 1 are described",)


def test_row_groups_that_do_not_add_up_leave_the_rows_unknown() -> None:
    facts = of(read, changed({3: 6}))
    assert facts.table is not None
    assert facts.table.rows is None
    assert facts.problems == ("its row groups hold 5 rows, its footer says 6",)


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        ([rows(5, chunk(5))], "row group 0 has 1 columns, the schema has 2"),
        ([rows(5, chunk(5), chunk(4))], "row group 0 has a column that does not hold one value for each row"),
        ([rows(5, chunk(0), chunk(5))], "row group 0 has a column that does not hold one value for each row"),
    ],
)
def test_row_groups_that_do_not_fit_the_schema_are_reported(groups: list[Fields], problem: str) -> None:
    facts = of(read, changed({4: groups}))
    assert facts.problems == (problem,)


def test_repeated_columns_have_any_number_of_values() -> None:
    schema = [group("schema", 1), group("a", 1), group("list", 1, REPEATED), leaf("element", INT32)]
    assert of(read, changed({2: schema, 4: [rows(5, chunk(99))]})).problems == ()


def test_data_in_other_files() -> None:
    groups = [rows(5, chunk(5, file="part-0.parquet"), chunk(5, file="../x.parquet"))]
    facts = of(read, changed({4: groups}))
    assert facts.refers_to == ("part-0.parquet",)
    assert facts.problems == ("its data lies in a file outside of its own folder",)


def test_encrypted_columns_with_a_footer_in_the_open() -> None:
    crypto: Fields = {2: 0, 8: {1: {}}, 9: b"secret"}
    facts = of(read, changed({4: [rows(5, crypto, crypto)], 8: {1: {2: b"unique"}}}))
    found = properties(facts)
    assert (found["parquet:encryption"], found["parquet:encrypted-columns"]) == ("AES_GCM_V1", "2")
    assert facts.table is not None
    assert facts.table.rows == 5


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        ("parquet-cpp-arrow version 14.0.1", ("parquet-cpp-arrow", "14.0.1")),
        ("DuckDB version v1.1.3 (build 19864453f7)", ("DuckDB", "v1.1.3")),
        ("impala version 1.0 (build 6cf94d29b2b7115df4de2c06e2ab4326d721eb55)", ("impala", "1.0")),
        ("Polars", ("", "")),
        ("x version unknown", ("", "")),
        ("version 1.0", ("", "")),
        ("a" * 65 + " version 1.0", ("", "")),
        ("parquet version " * 30, ("", "")),
    ],
)
def test_who_wrote_it(writer: str, expected: tuple[str, str]) -> None:
    facts = of(read, changed({6: writer}))
    assert (facts.framework, facts.framework_version) == expected


FAULTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "too short"),
    "the magic alone": (b"PAR1PAR1", "too short"),
    "no magic at the beginning": (b"XXXX" + GOOD[4:], "does not begin and end"),
    "no magic at the end": (GOOD[:-1] + b"2", "does not begin and end"),
    "an encrypted footer": (file(b"x" * 40, b"PARE"), "encrypted"),
    "a footer longer than the file": (GOOD[:-8] + b"\xff\xff\xff\xffPAR1", "longer than the file"),
    "a footer over the magic": (GOOD[:-8] + (len(GOOD) - 11).to_bytes(4, "little") + b"PAR1", "longer than the file"),
    "an empty footer": (file(b"\0"), "no schema"),
    "a footer of no bytes": (file(b""), "ends within a value"),
    "no schema": (changed({}, without=2), "no schema or no possible number of rows"),
    "no number of rows": (changed({}, without=3), "no schema or no possible number of rows"),
    "a negative number of rows": (changed({3: -5}), "no schema or no possible number of rows"),
    "a number of rows that is a text": (changed({3: "5"}), "a number is of kind 8"),
    "no row groups": (changed({}, without=4), "no list of row groups"),
    "a row group with fewer than no rows": (changed({4: [rows(-1)]}), "row group 0 has no possible number"),
    "a row group without a number of rows": (changed({4: [{1: []}]}), "row group 0 has no possible number"),
    "row groups that are numbers": (changed({4: [1, 2]}), "items of kind 6 instead of 12"),
    "a schema that is a text": (changed({2: "x"}), "a list is of kind 8"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_refuses(fault: str) -> None:
    data, message = FAULTS[fault]
    with pytest.raises(DocumentError, match=message):
        of(read, data)


def test_only_the_two_ends_are_read() -> None:
    size = 5 << 30
    footer = struct(dict(sorted(FOOTER.items())))
    tail = footer + len(footer).to_bytes(4, "little") + b"PAR1"
    reads: list[int] = []

    def read_at(offset: int, length: int) -> bytes:
        reads.append(length)
        return b"PAR1"[:length] if offset == 0 else tail[offset - (size - len(tail)) :][:length]

    table = read(Source("large", size, read_at)).table
    assert table is not None
    assert table.rows == 5
    assert sum(reads) < len(tail) + 16


def test_a_footer_that_is_too_long_still_tells_rows_and_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    footer = struct(dict(sorted((FOOTER | {4: [rows(5, chunk(5), chunk(5))] + [rows(0)] * 1000}).items())))
    monkeypatch.setattr(parquet, "MAX_FOOTER", 400)
    facts = of(read, file(footer))
    assert facts.table is not None
    assert facts.table.rows == 5
    assert dict(facts.table.columns) == {"id": "int64", "text": "string"}
    assert facts.problems == (f"its footer of {len(footer)} bytes is too long to go over its row groups",)
    assert "parquet:row-groups" not in properties(facts)


def test_a_count_that_lies_allocates_nothing() -> None:
    watched = Watched(changed({2: Raw(9, b"\xfc\xff\xff\xff\xff\x07")}))
    with pytest.raises(DocumentError, match="longer than its place"):
        read(watched.source())


def test_every_cut_is_refused() -> None:
    for end in range(len(GOOD)):
        with pytest.raises(DocumentError):
            of(read, GOOD[:end])
    footer = struct(dict(sorted(FOOTER.items())))
    for end in range(len(footer)):
        assert survives(read, file(footer[:end])) is None


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(samples(".parquet")), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=4))
def test_changed_footers(name: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(sample(name))
    begin = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    for place, byte in changes:
        data[begin + place % (len(data) - begin - 4)] = byte
    survives(read, bytes(data))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=100))
def test_any_footer(footer: bytes) -> None:
    survives(read, file(footer))
