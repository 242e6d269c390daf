"""Content made to cost much more than its size: refused, or looked at within a bound."""

from __future__ import annotations

import struct
import zlib

import pytest

from attest.errors import DocumentError
from attest.formats import joblib_arrays, parquet, tar_headers, tar_samples, thrift_compact, tokenizer, torch_archive
from attest.formats.joblib_arrays import Arrays
from attest.formats.observers import Refused, attempt
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_machine import Machine, as_pairs
from attest.formats.pickle_opcodes import OPCODES
from attest.formats.pickle_values import Call, Global
from attest.formats.source import Source
from attest.formats.thrift_compact import Compact
from attest.formats.torch_tensors import find_tensors
from tests.attacks import hostile_files as build
from tests.unit.formats.wire_builder import of


@pytest.mark.parametrize("error", [struct.error("x"), zlib.error("x"), EOFError(), OverflowError(), ValueError()])
def test_what_content_makes_python_raise_is_a_refusal(error: Exception) -> None:
    def read() -> None:
        raise error

    assert attempt(read) == Refused(f"it cannot be read: {type(error).__name__}")  # type: ignore[arg-type]


def test_keys_are_texts_and_integers_that_do_not_share_hashes() -> None:
    most = (1 << 60) - 1
    kept = ["a", 0, -1, most, -most]
    assert [key for key, _ in as_pairs([item for key in kept for item in (key, None)])] == kept
    odd: list[object] = [1 << 60, -(1 << 60), (1 << 61) - 1, True, 1.0, ("a",), []]
    for value in odd:
        assert type(as_pairs([value, None])[0][0]) is object


def dtype(code: str, *fields: object) -> Call:
    made = Call(Global("numpy", "dtype"), (code,))
    if fields:
        table = {str(at): (item, 0) for at, item in enumerate(fields)}
        made.state = (3, "|", None, tuple(table), table, 8, 1, 16)
    return made


def arrays(element: Call, shape: tuple[int, ...] = (1,), times: int = 1) -> Arrays:
    found = Arrays()
    for _ in range(times):
        machine = Machine(Feed(Source.of_bytes("m", bytes(8)), 0, 8, Budget()), OPCODES)
        wrapper = Call(Global("joblib.numpy_pickle", "NumpyArrayWrapper"), ())
        wrapper.state = {"shape": shape, "dtype": element}
        machine.push(wrapper)
        found.on_build(machine)
    return found


def test_records_that_share_parts_are_looked_at_once() -> None:
    element = dtype("f8")
    for _ in range(6):
        element = dtype("V8", *[element] * 30)
    assert arrays(element).elements == {"record": 1}


def test_a_record_in_itself_is_not_known() -> None:
    element = dtype("V8", dtype("f8"))
    assert isinstance(element.state, tuple)
    element.state[4]["1"] = (element, 0)
    with pytest.raises(DocumentError, match="an element type that is not known"):
        arrays(element)


def test_element_types_have_one_budget_for_all_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joblib_arrays, "_MAX_TYPES", 44)
    element = dtype("V8", *[dtype("f8")] * 10)
    assert arrays(element, times=4).count == 4
    with pytest.raises(DocumentError, match="more element types than are looked at"):
        arrays(element, times=5)


def test_an_array_has_no_more_dimensions_than_numpy_allows() -> None:
    assert arrays(dtype("f8"), (1,) * 64).count == 1
    with pytest.raises(DocumentError, match="a shape that is none"):
        arrays(dtype("f8"), (1,) * 65)


def test_tables_that_share_a_long_list_of_pairs_use_up_the_budget() -> None:
    pairs: list[object] = [("a", None)] * 100_000
    root = [Call(Global("collections", "OrderedDict"), (pairs,)) for _ in range(1000)]
    assert find_tensors(root).doubts == ["it has more values than are looked at, or nests them too deeply"]
    assert find_tensors(root[:3]).doubts == []


def test_pickles_of_an_archive_share_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_archive, "MAX_PICKLES", 300)
    broken = bytearray(build.torch(b"\x80\x02N.", *((f"m/{at}.pkl", b"N." + bytes(118)) for at in range(3))))
    # A wrong checksum: what was unpacked in vain counts too.
    at = broken.index(b"m/0.pkl", broken.index(b"PK\x01\x02")) - 46
    broken[at + 16] ^= 1
    problems = of(torch_archive.read, bytes(broken)).problems
    assert "member 'm/0.pkl' does not have the checksum that the directory gives" in problems
    assert "member 'm/2.pkl' has 120 bytes; the limit is 56" in problems


def test_pickles_that_overlap_are_not_looked_at() -> None:
    problems = of(torch_archive.read, build.overlapping()).problems
    assert any(text.endswith("overlaps another one and is not looked at") for text in problems)


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_footer_that_says_something_twice_is_refused(number: int) -> None:
    fields = {2: b"\x29\x1c\x48\1a\x15\0\0", 3: b"\x36\0", 4: b"\x49\x0c"}
    # Field numbers are written whole, so that one may follow itself.
    whole = b"".join(bytes([fields[at][0] & 15, 2 * at]) + fields[at][1:] for at in (2, 3, 4))
    again = bytes([fields[number][0] & 15, 2 * number]) + fields[number][1:]
    with pytest.raises(DocumentError, match=f"field {number} twice"):
        of(parquet.read, build.parquet(whole + again + b"\0"))


def test_values_that_are_skipped_have_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrift_compact, "MAX_VALUES", 10)
    Compact(b"\x95" + bytes(9)).skip(thrift_compact.LIST)
    with pytest.raises(DocumentError, match="more than 10 values"):
        Compact(b"\xa5" + bytes(10)).skip(thrift_compact.LIST)
    assert len(list(zip(range(10), Compact(b"\x11" * 11).fields(), strict=False))) == 10
    with pytest.raises(DocumentError, match="more than 10 values"):
        list(Compact(b"\x11" * 11).fields())


def extended(records: int) -> bytes:
    text = b"6 a=b\n" * records
    return build.tar_member(b"x", len(text), b"x") + text + bytes(-len(text) % 512)


def test_records_of_an_extended_header_are_bounded() -> None:
    assert of(tar_samples.read, extended(1000) + build.tar_member(b"a.jpg") + bytes(1024)).problems == ()
    with pytest.raises(DocumentError, match="more than 1000 records"):
        of(tar_samples.read, extended(1001) + build.tar_member(b"a.jpg") + bytes(1024))


def test_extended_headers_are_bounded_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_headers, "MAX_ALL_EXTENDED", 120)
    member = extended(10) + build.tar_member(b"a.jpg")
    assert of(tar_samples.read, member * 2 + bytes(1024)).format == "tar"
    with pytest.raises(DocumentError, match="longer than 120 bytes in all"):
        of(tar_samples.read, member * 3 + bytes(1024))


def test_a_vocabulary_of_more_values_than_anybody_needs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer, "MAX_VALUES", 10)
    data = b'{"model":{"vocab":[' + b"[]," * 10 + b"[]]}}"
    with pytest.raises(DocumentError, match="more than 10 values"):
        tokenizer.read_tokenizer(data, len(data))
