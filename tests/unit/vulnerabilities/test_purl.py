"""Package URLs as VEX statements and bills name them."""

from __future__ import annotations

import pytest

from attest.vulnerabilities.purl import covers, parse_purl


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pkg:pypi/Foo.Bar_baz@1.0", ("pypi", "", "foo-bar-baz", "1.0", {})),
        ("pkg:pypi/torch@2.3.0%2Bcu121", ("pypi", "", "torch", "2.3.0+cu121", {})),
        ("pkg:PyPI/torch", ("pypi", "", "torch", "", {})),
        ("pkg://pypi/torch@1?a=b%20c&d=#sub/path", ("pypi", "", "torch", "1", {"a": "b c"})),
        ("pkg:maven/org.x/y@2?type=jar", ("maven", "org.x", "y", "2", {"type": "jar"})),
        ("pkg:npm/%40scope/name@1", ("npm", "@scope", "name", "1", {})),
        ("pkg:golang/github.com/a/b@v1", ("golang", "github.com/a", "b", "v1", {})),
    ],
)
def test_reads_the_parts(text: str, parts: tuple[object, ...]) -> None:
    purl = parse_purl(text)
    assert purl is not None
    assert (purl.type, purl.namespace, purl.name, purl.version, dict(purl.qualifiers)) == parts


@pytest.mark.parametrize(
    "text", ["", "pypi/x@1", "pkg:", "pkg:pypi", "pkg:pypi/", "pkg:9x/y", "pkg:py pi/x", "x" * 5000]
)
def test_other_texts_are_none(text: str) -> None:
    assert parse_purl(text) is None


ACTUAL = "pkg:pypi/requests@2.31.0?repository_url=https://mirror.test/simple"


@pytest.mark.parametrize(
    ("stated", "answer"),
    [
        ("pkg:pypi/requests", True),
        ("pkg:pypi/Requests@2.31.0", True),
        ("pkg:pypi/requests@2.31", True),
        ("pkg:pypi/requests@2.31.0?repository_url=https://mirror.test/simple", True),
        ("pkg:pypi/requests@2.31.0?repository_url=https://other.test/simple", False),
        ("pkg:pypi/requests@2.31.1", False),
        ("pkg:pypi/requests@latest", False),
        ("pkg:pypi/requests-oauth@2.31.0", False),
        ("pkg:npm/requests@2.31.0", False),
        ("pkg:pypi/x/requests@2.31.0", False),
    ],
)
def test_a_statement_covers_what_it_does_not_rule_out(stated: str, answer: bool) -> None:
    one, other = parse_purl(stated), parse_purl(ACTUAL)
    assert one is not None
    assert other is not None
    assert covers(one, other) is answer


def test_versions_of_other_ecosystems_are_compared_as_text() -> None:
    one, other = parse_purl("pkg:npm/x@1.0"), parse_purl("pkg:npm/x@1.0.0")
    assert one is not None
    assert other is not None
    assert not covers(one, other)
