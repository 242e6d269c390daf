"""Tokens of JSON, as far as the bytes are known."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.formats.json_shape import could_be_json

DOCUMENT = b' \n{"a": [1, -2.5e+10, true, false, null, NaN, -Infinity, "x\\"{{ y }}\\u0041"], "b": {}}\n'
NOT_JSON = [
    b"",
    b"hello",
    b'"text"',
    b"1",
    b"\xef\xbb\xbf{}",
    b"junk {}",
    b")]}'\n{}",
    b"{{ messages }}",
    b"{% for x in y %}{% endfor %}",
    b"{#  comment #}[]",
    b"[].map(alert)",
    b"[][(![]+[])]",
    b"{alert(1)}",
    b"{'a': 1}",
    b"{a: 1}",
    b'{"a": !!python/object/apply:os.system ["x"]}',
    b'{"a": &x 1, "b": *x}',
    b"{\\rtf1 text}",
    b'{"a": 1} // comment',
    b'{"a": "line\nfeed"}',
    b'{"a": "\\x41"}',
    b'{"a": "never closed',
    b'{"a": tru',
    b"{}<script>",
]


@pytest.mark.parametrize("data", NOT_JSON)
def test_refuses(data: bytes) -> None:
    assert not could_be_json(data, len(data))


def test_every_cut_of_a_document_could_be_one() -> None:
    assert could_be_json(DOCUMENT, len(DOCUMENT))
    for known in range(3, len(DOCUMENT)):
        assert could_be_json(DOCUMENT[:known], len(DOCUMENT)), known


@pytest.mark.parametrize("data", [b"{{ mess", b'{"a": !!py', b"[].m", b'{"a": truer', b"{}<s", b"[function"])
def test_a_cut_excuses_nothing_else(data: bytes) -> None:
    assert not could_be_json(data + b'", "b": ', 5000)
    assert not could_be_json(data + b"(", 5000)


def test_several_documents_are_fine() -> None:
    assert could_be_json(b'{"a": 1}\n{"a": 2}\n', 18)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", [b"[", b'"', b'"\\', b"\\", b"1", b"-", b'["', b"{}", b"true", b'"a"'])
def test_hostile_bytes_cost_little(piece: bytes) -> None:
    data = b"[" + piece * 400_000
    could_be_json(data, len(data))
    could_be_json(data, len(data) + 1)
    could_be_json(data + b"!", len(data) + 1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(VALUES) | st.dictionaries(st.text(), VALUES), st.booleans(), st.integers(1, 200))
def test_all_json_is(value: object, ascii_only: bool, known: int) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=1).encode("utf-8", "surrogatepass")
    assert could_be_json(data, len(data))
    assert could_be_json(data[:known], len(data) + 1)
