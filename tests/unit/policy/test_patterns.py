"""Patterns over identities: what they match, what is refused when the policy is read, and that none is slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.policy.patterns import MAX_TEXT, read_pattern

RELEASE = r"^https://github\.com/acme/models/\.github/workflows/release\.yml@refs/tags/v[0-9]+$"


def matches(pattern: str, value: str, kind: str = "uri") -> bool:
    return read_pattern(pattern, kind).matches(value)


def refusal(pattern: str, kind: str = "other") -> str:
    with pytest.raises(DocumentError) as caught:
        read_pattern(pattern, kind)
    return caught.value.message


GOOD = "https://github.com/acme/models/.github/workflows/release.yml@refs/tags/v1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (GOOD, True),
        (GOOD + "23", True),
        (GOOD + "\n", False),
        (GOOD + "\r", False),
        (GOOD + "\u2028", False),
        (GOOD + "\0", False),
        (GOOD + " ", False),
        ("\n" + GOOD, False),
        (" " + GOOD, False),
        (GOOD + "\n" + GOOD, False),
        (GOOD + "-evil", False),
        (GOOD.replace("v1", "v"), False),
        (GOOD.replace("v1", "v\u0661"), False),
        (GOOD.replace("tags", "heads"), False),
        (GOOD.replace("github.com", "github-com"), False),
        (GOOD.replace("github.com", "githubXcom"), False),
        (GOOD.replace("https", "http"), False),
        (GOOD.replace("acme", "ACME"), False),
        (GOOD.replace("acme/", "acme-evil/"), False),
        ("https://evil.example/" + GOOD, False),
        ("", False),
    ],
)
def test_a_pattern_means_the_whole_text(value: str, expected: bool) -> None:
    assert matches(RELEASE, value) is expected


def test_a_trailing_line_feed_that_the_end_anchor_of_re_accepts() -> None:
    assert re.match(RELEASE, GOOD + "\n")
    assert not matches(RELEASE, GOOD + "\n")
    assert not matches(r"^https://a\.example/[^/]+$", "https://a.example/x\n")


def test_a_neighbour_whose_name_starts_alike() -> None:
    """`github.com/example` must not open the door to `github.com/example-evil`."""
    pattern = r"^https://github\.com/example/[^/]+$"
    assert matches(pattern, "https://github.com/example/repo")
    assert not matches(pattern, "https://github.com/example-evil/repo")
    assert not matches(pattern, "https://github.com/example/repo/more")
    assert "must end with $" in refusal(r"^https://github\.com/example", "uri")


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("^ab?c$", ["ac", "abc"], ["abbc", "a"]),
        ("^ab*c$", ["ac", "abbbc"], ["abb"]),
        ("^ab+c$", ["abc", "abbbc"], ["ac"]),
        ("^xa{2}$", ["xaa"], ["xa", "xaaa"]),
        ("^xa{2,}$", ["xaa", "xaaaaa"], ["xa"]),
        ("^xa{1,3}$", ["xa", "xaaa"], ["x", "xaaaa"]),
        ("^a{0,1}b$", ["b", "ab"], ["aab"]),
        ("^x(a|bc)$", ["xa", "xbc"], ["x", "xb", "xabc"]),
        ("^x(?:a|bc)y$", ["xay", "xbcy"], ["xy"]),
        ("^x(a|ab)(c|bcd)$", ["xac", "xabc", "xabcd", "xabbcd"], ["xab"]),
        ("^x(ab)*$", ["x", "xabab"], ["xa"]),
        ("^x(ab){2}y$", ["xababy"], ["xaby"]),
        ("^x((a|b)c)?$", ["x", "xac", "xbc"], ["xc"]),
        (r"^a[.]b\.c\-d$", ["a.b.c-d"], ["axb.c-d"]),
        (r"^[a-c0-2_-]x$", ["ax", "2x", "_x", "-x"], ["dx", "3x"]),
        (r"^x[-a]x[\]\\]$", ["x-x]", "xax\\"], ["xx]"]),
        (r"^a[^/]b$", ["a.b", "a\u00e9b"], ["a/b", "ab", "a\nb"]),
        (r"^\$\^\{\}\(\)\[\]\|\?\*\+$", ["$^{}()[]|?*+"], [""]),
        ("^a b@é/~%$", ["a b@é/~%"], ["ab@é/~%"]),
    ],
)
def test_the_language(pattern: str, yes: list[str], no: list[str]) -> None:
    found = read_pattern(pattern, "other")
    assert [value for value in yes if not found.matches(value)] == []
    assert [value for value in no if found.matches(value)] == []
    # The library agrees on what we take from it, but for control characters.
    assert all(re.fullmatch(pattern, value) for value in yes)
    assert not any(re.fullmatch(pattern, value) for value in no if value.isprintable())


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "must start with ^"),
        ("a$", "must start with ^"),
        ("^a", "must end with $"),
        (r"^a\$", "must end with $"),
        ("^a$b$", "a $ stands before the end"),
        ("^a$\n", "printable"),
        ("^$", "empty"),
        ("^a|b$", "write ^(a|b)$"),
        ("^a$|^b$", "a $ stands before the end"),
        ("^(a|b)|c$", "write ^(a|b)$"),
        ("|a", "must start with ^"),
        ("^|a$", "empty"),
        ("^(a|)$", "an alternative is empty"),
        ("^(|a)$", "an alternative is empty"),
        ("^x()$", "an alternative is empty"),
        ("^github.com$", r"write \. for a dot, or [^/]+"),
        ("^a.*$", r"write \. for a dot"),
        ("^(a.)$", r"write \. for a dot"),
        ("^a^b$", r"write \^ for the character"),
        ("^(^a)$", r"write \^ for the character"),
        ("^(a$)$", "a group is not closed"),
        ("^(a$", "a group is not closed"),
        ("^a)$", r"write \) for a bracket"),
        ("^a]$", r"write \] for the character"),
        ("^a}$", r"write \} for the character"),
        ("^*a$", r"write \* for the character"),
        ("^x(+a)$", r"write \+ for the character"),
        ("^{2}$", r"write \{ for the character"),
        ("^x|*$", "write ^(a|b)$"),
        # Nested and doubled quantifiers.
        ("^(a+)+$", "repeats within what is repeated"),
        ("^(a*)*$", "repeats within what is repeated"),
        ("^x(a+)?$", "repeats within what is repeated"),
        ("^x(a{2})*$", "repeats within what is repeated"),
        ("^x((a+)b)*$", "repeats within what is repeated"),
        ("^x(b|(c|a?)){3}$", "repeats within what is repeated"),
        ("^a+?$", "a quantifier follows another"),
        ("^a*+$", "a quantifier follows another"),
        ("^a{2}{3}$", "a quantifier follows another"),
        ("^a{,3}$", "{ starts no"),
        ("^a{x}$", "{ starts no"),
        ("^a{$", "{ starts no"),
        ("^a{3,2}$", "is no count"),
        ("^a{0}$", "is no count"),
        ("^a{0,0}$", "is no count"),
        ("^a{65}$", "is no count"),
        ("^a{1,9999}$", "is no count"),
        ("^a{99999}$", "{ starts no"),
        ("^" + "a{64}" * 4 + "$", "is no count"),
        # What others call features.
        (r"^(a)\1$", "backreferences"),
        (r"^(?P<n>a)(?P=n)$", "lookarounds, flags and named groups"),
        ("^(?=a)a$", "lookarounds, flags and named groups"),
        ("^(?!b)a$", "lookarounds, flags and named groups"),
        ("^(?<=a)a$", "lookarounds, flags and named groups"),
        ("^(?i)a$", "lookarounds, flags and named groups"),
        ("^(?i:a)$", "lookarounds, flags and named groups"),
        ("^(?>a)$", "lookarounds, flags and named groups"),
        ("^(?#x)a$", "lookarounds, flags and named groups"),
        ("(?i)^a$", "must start with ^"),
        (r"^\d+$", r"\d is not part of patterns; write a class such as [0-9]"),
        (r"^\w$", r"\w is not part"),
        (r"^a\Z$", r"\Z is not part"),
        (r"^a\n$", r"\n is not part"),
        (r"^a\x41$", r"\x is not part"),
        (r"^a\é$", r"\é is not part"),
        (r"^a" + "\\", "is not part"),
        # Classes.
        ("^[a$", "a class is not closed"),
        ("^[]$", "a class is empty"),
        ("^[^]$", "a class is empty"),
        ("^x[[:alpha:]]$", r"write \[ for the character"),
        ("^x[a^]$", r"write \^ for the character"),
        ("^x[A-z]$", "A-z is no range"),
        ("^x[z-a]$", "z-a is no range"),
        ("^x[a-Z]$", "a-Z is no range"),
        ("^x[0-z]$", "0-z is no range"),
        ("^x[+--]$", "+-- is no range"),
        ("^x[!-~]$", "!-~ is no range"),
        ("^x[à-é]$", "à-é is no range"),
        (r"^x[\d]$", r"\d is not part"),
        (r"^x[a-\z]$", r"a-\ is no range"),
        ("^x[a-", "is no range"),
        # Too much of anything.
        ("^" + "a" * 499 + "$", "at most 500 characters"),
        ("^" + "(" * 9 + "a" + ")" * 9 + "$", "groups stand in more than 8 groups"),
        ("^\u200ba$", "printable"),
        # Nothing is fixed.
        ("^[a-z]+$", "neither starts nor ends with literal text"),
        ("^(a|b)$", "neither starts nor ends with literal text"),
    ],
)
def test_what_is_refused(pattern: str, message: str) -> None:
    assert message in refusal(pattern)


def test_a_long_pattern_within_the_limits() -> None:
    pattern = "^" + "(" * 8 + "a" + ")" * 8 + "b" * 480 + "$"
    assert matches(pattern, "a" + "b" * 480, "other")


@pytest.mark.parametrize(
    ("pattern", "kind", "message"),
    [
        (r"^https://[^/]+/acme/x$", "uri", "leaves the host open"),
        (r"^https://github\.com[^/]*/acme$", "uri", "leaves the host open"),
        (r"^https://github\.com$", "uri", "leaves the host open"),
        (r"^https?://github\.com/acme/x$", "uri", "leaves the host open"),
        (r"^(https://github\.com/a|https://github\.com/b)$", "uri", "leaves the host open"),
        (r"^[^/]+$", "uri", "leaves the host open"),
        (r"^https:///acme$", "uri", "leaves the host open"),
        (r"^https://github\.com/[^@]+@refs/heads/main$", "uri", "must leave out / too; write [^/]"),
        (r"^[^@]+@[a-z]+\.com$", "email", "leaves the domain open"),
        (r"^alice@(a|b)\.com$", "email", "leaves the domain open"),
        (r"^[^/]+@example\.com$", "email", "must leave out @ too; write [^@]"),
        (r"^alice@?example\.com$", "email", "leaves the domain open"),
        (r"^alice@$", "email", "leaves the domain open"),
        (r"^alice$", "email", "leaves the domain open"),
    ],
)
def test_what_decides_whose_identity_it_is_must_be_spelled_out(pattern: str, kind: str, message: str) -> None:
    assert message in refusal(pattern, kind)


@pytest.mark.parametrize(
    ("pattern", "kind", "value"),
    [
        (r"^spiffe://acme\.example/ns/[^/]+/sa/sign$", "uri", "spiffe://acme.example/ns/prod/sa/sign"),
        (
            r"^https://gitlab\.example/(a|b)/[^/@]+@refs/heads/main$",
            "uri",
            "https://gitlab.example/b/x@refs/heads/main",
        ),
        (r"^[^@]+@example\.com$", "email", "alice+x@example.com"),
        (r"^(alice|bob)@example\.com$", "email", "bob@example.com"),
        (r"^build-[0-9]+$", "username", "build-7"),
    ],
)
def test_patterns_that_say_enough(pattern: str, kind: str, value: str) -> None:
    assert matches(pattern, value, kind)
    assert not matches(pattern, value + "x", kind)


def test_a_domain_is_no_end_of_another() -> None:
    pattern = r"^[^@]+@example\.com$"
    assert not matches(pattern, "alice@evil-example.com", "email")
    assert not matches(pattern, "alice@evil.com@example.com", "email")


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "pattern",
    [
        r"^x[^/]+[^/]+[^/]+[^/]+[^/]+[^/]+[^/]+[^/]+!$",
        r"^x[^/]*-[^/]*-[^/]*-[^/]*-[^/]*-[^/]*!$",
        r"^x(a|a)*(a|a)*(a|aa)*!$",
        r"^x(a|aa|aaa)+(a|aa|aaa)+!$",
        "^x" + "(a|a)?" * 60 + "!$",
        "^x" + "[^/]*" * 90 + "!$",
        "^x" + "(-|a){64}" * 3 + "!$",
    ],
)
def test_no_identity_makes_a_pattern_slow(pattern: str) -> None:
    """Each of these takes a backtracking matcher longer than anybody waits."""
    found = read_pattern(pattern, "other")
    for text in ("x" + "a" * (MAX_TEXT - 1), "x" + "-" * (MAX_TEXT - 1), "x" + "a-" * (MAX_TEXT // 2 - 1)):
        assert not found.matches(text)


def test_an_identity_that_is_too_long() -> None:
    found = read_pattern("^xa*$", "other")
    assert found.matches("x" + "a" * (MAX_TEXT - 1))
    assert not found.matches("x" + "a" * MAX_TEXT)


PIECES = st.sampled_from(
    [
        "a",
        "b",
        r"\.",
        "-",
        "[ab]",
        "[^/]",
        "(a|b)",
        "(ab|a)",
        "(?:b|ba)",
        "a?",
        "b*",
        "[^/]+",
        "a{2}",
        "(a|b){1,2}",
        "(ab)*",
    ]
)


@given(st.lists(PIECES, max_size=8), st.text("ab.-/\u00e9", max_size=10))
def test_the_library_agrees(pieces: list[str], value: str) -> None:
    pattern = f"^x{''.join(pieces)}$"
    found = read_pattern(pattern, "other")
    assert found.matches("x" + value) is bool(re.fullmatch(pattern, "x" + value))


@given(st.text(r"^$ab.\|?*+()[]{}0-,/:P<>=!&~#", max_size=20))
def test_whatever_is_accepted_means_what_the_library_says(text: str) -> None:
    try:
        found = read_pattern(f"^{text}$", "other")
    except DocumentError:
        return
    theirs = re.compile(found.text)
    for value in ("", "a", "b", "ab", "aa", "a.b", text, "a-b", "0", "-", "/"):
        assert found.matches(value) is bool(theirs.fullmatch(value)), value
