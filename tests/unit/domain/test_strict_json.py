"""The strict JSON reader: one reading of a document, or a refusal that names it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.strict_json import (
    MAX_INTEGER,
    Json,
    Limits,
    as_boolean,
    as_integer,
    as_list,
    as_object,
    as_string,
    only,
    parse,
)
from attest.errors import DocumentError

LIMITS = Limits(size=1 << 20, depth=8, nodes=100, string=50)
WIDE = Limits(size=16 << 20)


def reason(data: bytes, limits: Limits = LIMITS) -> str:
    """The message of the refusal, which must begin with the document's name."""
    with pytest.raises(DocumentError) as caught:
        parse(data, limits, "the test document")
    assert caught.value.message.startswith("the test document ")
    assert caught.value.exit_code == 2
    return caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"b":2,"a":3}',
        '{"x":{"a":1,"a":2}}',
        '[[{"a":null,"a":null}]]',
        '{"x":[1,{"y":{"a":[],"a":[]}}]}',
        '{"a":1,"\\u0061":2}',
        '{"é":1,"\\u00e9":2}',
        '{"":1,"":2}',
    ],
)
def test_duplicate_members_at_every_level(text: str) -> None:
    assert "stands twice in one object" in reason(text.encode())


def test_a_duplicate_is_named() -> None:
    assert "'subject'" in reason(b'{"subject":1,"predicate":2,"subject":3}')


def test_names_that_differ_only_in_normalisation_are_two_members() -> None:
    assert parse('{"é":1,"e\u0301":2}'.encode(), LIMITS, "d") == {"é": 1, "e\u0301": 2}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", '{"a":NaN}', "[Infinity]", '{"a":[-Infinity]}'])
def test_constants_are_no_numbers(text: str) -> None:
    assert "is no number" in reason(text.encode())


@pytest.mark.parametrize("number", [MAX_INTEGER, -MAX_INTEGER, 0])
def test_integers_up_to_the_bound(number: int) -> None:
    assert parse(str(number).encode(), LIMITS, "d") == number


@pytest.mark.parametrize("number", [MAX_INTEGER + 1, -MAX_INTEGER - 1, 2**64, 10**40])
def test_integers_beyond_the_bound(number: int) -> None:
    assert "beyond 2^53 - 1" in reason(b'{"a":%d}' % number)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("size", [65, 5_000, 900_000])
def test_long_numbers_are_refused_before_they_are_converted(size: int) -> None:
    assert "beyond 2^53 - 1" in reason(b"9" * size)
    assert "longer than 64 characters" in reason(b"1." + b"9" * size)


@pytest.mark.parametrize("text", ["1e9999999999999999999", "-1e-9999999999999999999"])
def test_an_exponent_past_what_a_decimal_holds(text: str) -> None:
    assert "past what a decimal holds" in reason(text.encode())


@pytest.mark.parametrize("text", ["0.1", "3.0", "1e2", "0.30000000000000000000000000000004", "-1.5E-7"])
def test_fractions_are_exact(text: str) -> None:
    value = parse(text.encode(), LIMITS, "d")
    assert isinstance(value, Decimal)
    assert value == Decimal(text)


def test_byte_order_mark() -> None:
    assert "byte order mark" in reason(b'\xef\xbb\xbf{"a":1}')


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_not_guessed(codec: str) -> None:
    reason('{"a":1}'.encode(codec))


@pytest.mark.parametrize("data", [b'{"a":"\xff"}', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xe9"', b"\xfe\xff"])
def test_not_utf8(data: bytes) -> None:
    assert "is not UTF-8 text" in reason(data)


@pytest.mark.parametrize(
    "text",
    ["{} {}", "{}x", "[1]]", '{"a":1}\n{"a":1}', "1 2", '"a""b"', "{}\0", "{},", "{} //", "{}\ufeff"],
)
def test_text_after_the_document(text: str) -> None:
    assert "is not strict JSON" in reason(text.encode())


@pytest.mark.parametrize(
    "text",
    ["", " ", "nul", "{'a':1}", "{a:1}", "[1,]", '{"a":1,}', "01", "+1", "1.", ".5", '"\t"', '"\\x41"', '"a', "[1"],
)
def test_not_json(text: str) -> None:
    assert "is not strict JSON" in reason(text.encode())


@pytest.mark.parametrize(
    "text", ['"\\ud800"', '"\\udc00x"', '{"\\uD83D":1}', '["a",{"b":"\\udead"}]', '"\\ude00\\ud83d"']
)
def test_half_of_a_surrogate_pair(text: str) -> None:
    assert "half of a surrogate pair" in reason(text.encode())


def test_whole_surrogate_pair() -> None:
    assert parse(b'"\\ud83d\\ude00"', LIMITS, "d") == "😀"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth(opening: str, closing: str) -> None:
    def nested(levels: int) -> bytes:
        return (opening * levels + "1" + closing * levels).encode()

    parse(nested(8), LIMITS, "d")
    assert "nested deeper than 8 levels" in reason(nested(9))
    assert "nested deeper than 64 levels" in reason(nested(10_000), WIDE)
    assert "nested deeper than 64 levels" in reason(nested(100_000), WIDE)
    assert reason((opening * 100_000).encode(), WIDE)


def test_depth_counts_empty_containers() -> None:
    assert "nested deeper than 8 levels" in reason(b"[" * 9 + b"]" * 9)


def test_depth_counts_brackets_of_text_for_nothing() -> None:
    assert parse(b'["[[[[[[[[[[[{{{{{{{"]', LIMITS, "d") == ["[[[[[[[[[[[{{{{{{{"]


@pytest.mark.parametrize("text", ["[" + "1," * 101 + "1]", "[" + "[]," * 60 + "1]", "{" + '"":{},' * 60 + '"a":1}'])
def test_too_many_nodes(text: str) -> None:
    assert "more than 100 members and items" in reason(text.encode())


@pytest.mark.timeout(20)
def test_a_node_bomb_is_refused_before_it_is_built() -> None:
    data = b"[" + b"[]," * 5_000_000 + b"1]"
    assert "more than 4000000 members and items" in reason(data, WIDE)


def test_size() -> None:
    limits = Limits(size=10)
    assert parse(b'"12345678"', limits, "d") == "12345678"
    assert reason(b'"123456789"', limits) == "the test document is 11 bytes long; the limit is 10"


@pytest.mark.parametrize("text", ['"{}"', '{{"a":"{}"}}', '{{"{}":1}}', '[[{{"a":["{}"]}}]]'])
def test_long_strings(text: str) -> None:
    parse(text.format("x" * 50).encode(), LIMITS, "d")
    assert "holds a string of 51 characters; the limit is 50" in reason(text.format("x" * 51).encode())


def test_members_and_names_beyond_ascii_stay_as_they_are() -> None:
    assert parse(b'{"n\\u0000":"\\n\\u2028"}', LIMITS, "d") == {"n\0": "\n\u2028"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    )
)
def test_reads_what_json_writes(value: Json) -> None:
    for ascii_only in (True, False):
        assert parse(json.dumps(value, ensure_ascii=ascii_only).encode(), WIDE, "d") == value


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",:0123.eE+-\\u ntf', max_size=40).map(str.encode))
def test_garbage_is_read_or_refused(data: bytes) -> None:
    try:
        value = parse(data, LIMITS, "d")
    except DocumentError:
        return
    assert value == json.loads(data, parse_float=Decimal)


@pytest.mark.parametrize(
    ("read", "wrong", "message"),
    [
        (as_object, [], "w is not an object"),
        (as_object, None, "w is not an object"),
        (as_list, {}, "w is not an array"),
        (as_list, "ab", "w is not an array"),
        (as_string, 1, "w is not a string"),
        (as_string, None, "w is not a string"),
        (as_boolean, 1, "w is not true or false"),
        (as_boolean, "true", "w is not true or false"),
        (as_integer, True, "w is not an integer"),
        (as_integer, "3", "w is not an integer"),
        (as_integer, Decimal("3.5"), "w is not an integer"),
        (as_integer, Decimal("1e300"), "w is not an integer"),
        (as_integer, Decimal("1e9999999"), "w is not an integer"),
        (as_integer, Decimal("-1e999999999999999999"), "w is not an integer"),
        (as_integer, Decimal("1e-9999999"), "w is not an integer"),
        (as_integer, None, "w is not an integer"),
    ],
)
def test_values_of_another_type(read: object, wrong: object, message: str) -> None:
    assert callable(read)
    with pytest.raises(DocumentError, match=f"^{message}$"):
        read(wrong, "w")


def test_values_of_the_right_type() -> None:
    assert as_integer(Decimal("3.0"), "w") == as_integer(3, "w") == 3
    assert as_boolean(False, "w") is False
    assert as_string("", "w") == ""
    assert as_list([], "w") == []
    assert as_object({}, "w") == {}


def test_only_names_the_unknown_member() -> None:
    only({"a": 1}, ("a", "b"), "w")
    with pytest.raises(DocumentError, match=r"^w has an unknown member 'c'$"):
        only({"a": 1, "c": 1, "d": 1}, ("a", "b"), "w")
