"""What of a binary header's texts and numbers may be shown."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats.header_text import (
    MAX_LIST,
    MAX_PROBLEMS,
    Problems,
    listing,
    neighbour,
    number,
    paragraph,
    plain,
    property_key,
    tally,
)


def test_plain_text_is_whole_or_not_there() -> None:
    assert plain(b"Gemma 3\t270m\n") == "Gemma 3 270m"
    assert plain("naïve") == "naïve"
    assert plain("x" * 600) == plain(b"x" * 9000) == plain(b"\xc3") == plain("a\0b") == plain("a\u200bb") == ""


def test_a_paragraph_is_cleaned_and_cut() -> None:
    assert paragraph(b"one\n\ntwo\x1b[0m") == "one two[0m"
    assert paragraph(b"\xff") == ""
    assert len(paragraph("word " * 500)) <= 1000
    assert paragraph("word " * 500).endswith("…")


def test_keys_are_lower_case_with_dashes() -> None:
    assert property_key("Model_Author Name") == "model-author-name"
    assert property_key("com.github.apple") == "com.github.apple"
    assert property_key("_") == property_key("字") == property_key("a" * 65) == ""


@pytest.mark.parametrize(
    ("value", "single", "text"),
    [
        (10000.0, True, "10000"),
        (struct.unpack("<f", struct.pack("<f", 1e-6))[0], True, "0.000001"),
        (struct.unpack("<f", struct.pack("<f", 0.1))[0], True, "0.1"),
        (0.1, False, "0.1"),
        (1e-6, False, "0.000001"),
        (1e30, False, "1E+30"),
        (0.0, True, "0"),
        (-2.5, False, "-2.5"),
        (float("nan"), True, ""),
        (float("-inf"), False, ""),
    ],
)
def test_numbers_are_as_short_as_they_may_be(value: float, single: bool, text: str) -> None:
    assert number(value, single=single) == text


@settings(deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_short_number_is_still_the_same(value: float) -> None:
    assert struct.pack("<f", float(number(value, single=True))) in {
        struct.pack("<f", value),
        struct.pack("<f", abs(value)),
    }


def test_lists_say_what_they_leave_out() -> None:
    assert tally({"b": 2, "a": 1}) == "a=1, b=2"
    assert listing([]) == ""
    long = listing(f"item{index:04}" for index in range(1000))
    assert len(long) <= MAX_LIST + 20
    assert long.endswith("and 591 more")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("weights.bin", ("weights.bin", True)),
        ("./a//b/./c", ("a/b/c", True)),
        ("model/dense:0", ("model/dense:0", True)),
        ("../x", ("../x", False)),
        ("a/../../x", ("a/../../x", False)),
        ("/etc/passwd", ("/etc/passwd", False)),
        ("C:\\x", ("C:\\x", False)),
        ("C:x", ("C:x", False)),
        ("a\\..\\b", ("a\\..\\b", False)),
        ("file:///etc/passwd", ("file:///etc/passwd", False)),
        ("", ("", False)),
        (".", (".", False)),
    ],
)
def test_paths_stay_inside_or_are_told_apart(path: str, found: tuple[str, bool]) -> None:
    assert neighbour(path) == found


def test_problems_are_said_once_and_counted_beyond_a_bound() -> None:
    problems = Problems()
    for index in range(MAX_PROBLEMS + 5):
        problems.add(f"fault {index}")
        problems.add("fault 0")
    assert problems.texts()[:2] == ("fault 0", "fault 1")
    assert problems.texts()[-1] == "5 more things like these are wrong"
    assert len(problems.texts()) == MAX_PROBLEMS + 1
