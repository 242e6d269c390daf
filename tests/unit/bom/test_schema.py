"""The schemas of CycloneDX, applied with our own uniqueness and formats: the same verdict as the official validator."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.schema import VERSIONS, schema_faults
from attest.bom.schema_formats import is_date, is_email, is_iri_reference, is_time
from tests.unit.bom.documents import Json, model_bom, put

OFFICIAL = {version: JsonStrictValidator(SchemaVersion.from_version(version)) for version in VERSIONS}
OLD: Json = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.4",
    "version": 1,
    "metadata": {"timestamp": "2026-11-24T12:00:00Z", "tools": [{"vendor": "v", "name": "t", "version": "1"}]},
    "components": [
        {
            "type": "library",
            "name": "l",
            "bom-ref": "l",
            "hashes": [{"alg": "MD5", "content": "a" * 32}],
            "licenses": [{"license": {"id": "MIT"}}],
            "externalReferences": [{"type": "vcs", "url": "https://example.org/l"}],
        }
    ],
    "dependencies": [{"ref": "l"}],
}
SOUND = {"1.4": OLD} | {version: model_bom(version) for version in ("1.5", "1.6", "1.7")}


def official(document: Json, version: str) -> bool:
    return OFFICIAL[version].validate_str(json.dumps(document)) is None


def ours(document: Json, version: str) -> bool:
    return not list(schema_faults(document, version))


def faults(document: Json, version: str = "1.6") -> list[tuple[str, str]]:
    return [(fault.where, fault.message) for fault in schema_faults(document, version)]


@pytest.mark.parametrize("version", VERSIONS)
def test_sound_documents_pass_both(version: str) -> None:
    assert official(SOUND[version], version)
    assert ours(SOUND[version], version)


def _paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


STRANGE: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "x", "a b", "urn:cdx:x", [], [[]], {}, {"x": 1})


def _mutants(document: Json) -> list[Json]:
    """Every place with every strange value, a strange member in every object, every item twice."""
    made = [put(document, *path, value=value) for path in _paths(document) for value in STRANGE]
    for path in _paths(document):
        node: Any = document
        for step in path:
            node = node[step]
        if isinstance(node, dict):
            made.append(put(document, *path, "strange", value=1))
        if isinstance(node, list) and node:
            made.append(put(document, *path, value=[*node, node[0]]))
    return made


@pytest.mark.parametrize("version", VERSIONS)
def test_the_verdict_is_that_of_the_official_validator(version: str) -> None:
    mutants = _mutants(SOUND[version])
    chosen = random.Random(version).sample(mutants, 20)  # noqa: S311
    verdicts = [(ours(mutant, version), official(mutant, version)) for mutant in chosen]
    assert [mine for mine, _ in verdicts] == [theirs for _, theirs in verdicts]
    assert {mine for mine, _ in verdicts} == {True, False}


FAULTS: dict[str, tuple[Json, str, str]] = {
    "a missing member": (
        put(SOUND["1.6"], "components", 2, value={"type": "file"}),
        "/components/2",
        "the member 'name' is missing",
    ),
    "an unknown member": (
        put(SOUND["1.6"], "components", 0, "nonsense", value=1),
        "/components/0",
        "there is no member 'nonsense' here",
    ),
    "another type": (
        put(SOUND["1.6"], "components", 0, "name", value=7),
        "/components/0/name",
        "7 is not of type string",
    ),
    "another word": (
        put(SOUND["1.6"], "components", 0, "type", value="dataset"),
        "/components/0/type",
        "'dataset' is none of the values that the schema lists",
    ),
    "a time that is none": (
        put(SOUND["1.6"], "metadata", "timestamp", value="yesterday"),
        "/metadata/timestamp",
        "'yesterday' is no date-time",
    ),
    "a serial number that is none": (
        put(SOUND["1.6"], "serialNumber", value="1"),
        "/serialNumber",
        "'1' does not match ^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    ),
    "equal items": (
        put(SOUND["1.6"], "components", 2, value=SOUND["1.6"]["components"][0]),
        "/components",
        "items 0 and 2 of the array are equal",
    ),
    "a version below one": (put(SOUND["1.6"], "version", value=0), "/version", "0 is less than 1"),
    "a licence that SPDX does not list": (
        put(SOUND["1.6"], "components", 1, "licenses", value=[{"license": {"id": "openrail"}}]),
        "/components/1/licenses/0/license/id",
        "'openrail' is none of the values that the schema lists",
    ),
    "a strange member in a name": (
        put(SOUND["1.6"], "metadata", "a/b~c", value=1),
        "/metadata",
        "there is no member 'a/b~c' here",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(FAULTS))
def test_faults_are_told_shortly_with_their_place(what: str) -> None:
    document, where, message = FAULTS[what]
    assert (where, message) in faults(document)


def test_messages_never_quote_whole_documents() -> None:
    big = {"x" * 5000: "\x1b" * 5000}
    for path in (("components",), ("metadata",), ("components", 0, "name"), ("components", 0, "licenses")):
        for value in (big, [big], "y" * 5000, ["\x00" * 5000]):
            for where, message in faults(put(SOUND["1.6"], *path, value=value)):
                assert len(message) <= 160
                assert message.isprintable()
                assert where.startswith("/")


def test_unique_items_are_compared_as_json_schema_says() -> None:
    def doubled(first: Any, second: Any) -> bool:
        document = put(SOUND["1.6"], "components", value=[first, second])
        return ("/components", "items 0 and 1 of the array are equal") in faults(document)

    component = {"type": "library", "name": "l", "x": 1, "y": [1, "a", None]}
    assert doubled(component, dict(reversed(component.items())))
    assert doubled(component, component | {"x": Decimal("1.0")})
    assert not doubled(component, component | {"x": True})
    assert not doubled(component, component | {"y": [1, None, "a"]})
    assert not doubled({"a": 0}, {"a": False})
    assert not doubled({"a": []}, {"a": {}})
    assert not doubled(["number", "1"], 1)


@pytest.mark.parametrize(
    ("value", "whole"), [(Decimal("1.0"), True), (Decimal("1.5"), False), (1, True), (True, False)]
)
def test_decimals_are_numbers(value: object, whole: bool) -> None:
    assert (
        ("/version", f"{value} is not of type integer") not in faults(put(SOUND["1.6"], "version", value=value))
    ) is (whole or value is True)
    assert ours(put(SOUND["1.6"], "version", value=value), "1.6") is whole


def test_numbers_of_any_size_are_compared_without_arithmetic() -> None:
    huge, same, other = (Decimal(text) for text in ("1.0E+99999999", "10E+99999998", "1E-99999999"))
    twins = [{"type": "file", "name": "f", "x": huge}, {"type": "file", "name": "f", "x": same}]
    assert ("/components", "items 0 and 1 of the array are equal") in faults(
        put(SOUND["1.6"], "components", value=twins)
    )
    apart = [twins[0], {"type": "file", "name": "f", "x": other}, {"type": "file", "name": "f", "x": 0}]
    told = [message for _, message in faults(put(SOUND["1.6"], "components", value=apart))]
    assert not any("are equal" in message for message in told)
    assert faults(put(SOUND["1.6"], "version", value=huge)) == []


def test_of_many_faults_in_many_forms_only_the_first_are_held() -> None:
    licenses = [{"license": {"id": 7, "x": number}} for number in range(3000)]
    ((where, message),) = faults(put(SOUND["1.6"], "components", 1, "licenses", value=licenses))
    assert where.startswith("/components/1/licenses")
    assert message


def test_several_forms_at_once_are_a_fault() -> None:
    both = [{"license": {"id": "MIT"}, "expression": "MIT"}]
    document = put(SOUND["1.7"], "components", 1, "licenses", value=both)
    assert not ours(document, "1.7")
    assert not official(document, "1.7")


def test_ten_thousand_components_take_seconds_not_minutes() -> None:
    files = [
        {"type": "file", "name": f"f{number}", "hashes": [{"alg": "SHA-256", "content": "a" * 64}]}
        for number in range(10_000)
    ]
    assert ours(put(SOUND["1.6"], "components", value=files), "1.6")
    doubled = faults(put(SOUND["1.6"], "components", value=[*files, files[7]]))
    assert doubled == [("/components", "items 7 and 10000 of the array are equal")]


def test_nesting_as_deep_as_documents_are_read_is_checked() -> None:
    component: Json = {"type": "file", "name": 7}
    for _ in range(95):
        component = {"type": "file", "name": "f", "components": [component]}
    document = put(SOUND["1.6"], "components", value=[component])
    assert [message for _, message in faults(document)] == ["7 is not of type string"]


@pytest.mark.parametrize(
    "text",
    ["2026-11-24T12:00:00Z", "2026-11-24t12:00:00z", "2024-02-29T23:59:59.123456789+05:30", "2026-12-31T23:59:60Z"],
)
def test_times(text: str) -> None:
    assert is_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24", "2026-11-24T12:00:00", "2026-11-24 12:00:00Z", "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T12:60:00Z", "2026-11-24T12:00:00.Z", "2026-11-24T12:00:00+5:30", "",
        "2026-11-24T12:00:00Z\n", "0000-01-01T00:00:00Z", "\uff12026-11-24T12:00:00Z",
    ],
)  # fmt: skip
def test_texts_that_are_no_times(text: str) -> None:
    assert not is_time(text)


def test_dates_and_addresses() -> None:
    assert [is_date(text) for text in ("2026-11-24", "2026-02-29", "2026-11-24Z", "20261124")] == [
        True,
        False,
        False,
        False,
    ]
    assert [is_email(text) for text in ("a@b", "a")] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a/b", "/a", "//host/a", "https://example.org/a?b=c#d", "urn:x:y", "mailto:a@b.c", "?q", "#f", "a%20b",
        "https://user:pw@host:80/", "https://[::1]/", "https://[v1.a:b]:8/", "./a:b", "é/ü", "https://例え.jp/道",
        "pkg:huggingface/a/b@1?x=y#z", "a:", "https://host:/", "http://1.2.3.4", "\U0001f600", "?\ue000",
    ],
)  # fmt: skip
def test_iri_references(text: str) -> None:
    assert is_iri_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "a b", "<a>", "a\n", "\x00", "a%2", "a%zz", "1:b", ":a", "a#b#c", "https://[::1/", "https://[nonsense]/",
        "https://host:port/", "a\\b", "a^b", "a`b", "a{b}", "a|b", '"', "https://a@b@c/", "[a]", "\ue000",
        "https://[::1%25eth0]/", "https://[::1]x/", "#\ue000",
    ],
)  # fmt: skip
def test_texts_that_are_no_iri_references(text: str) -> None:
    assert not is_iri_reference(text)


@given(st.text(alphabet="ab1:/?#[]@!%2F.-_~ é<\\", max_size=12))
@settings(deadline=None, max_examples=100)
def test_iri_references_are_those_of_the_official_grammar(text: str) -> None:
    from rfc3987_syntax import is_valid_syntax  # type: ignore[import-untyped]

    assert is_iri_reference(text) is is_valid_syntax("iri_reference", text)


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=100)
def test_formats_take_any_text(text: str) -> None:
    assert {is_time(text), is_date(text), is_iri_reference(text), is_email(text)} <= {True, False}


MEMBERS = st.sampled_from(["metadata", "components", "name", "type", "licenses", "bom-ref", "tools"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)


@given(ANY_JSON)
@settings(deadline=None, max_examples=100)
def test_any_json_gets_the_official_verdict(value: Any) -> None:
    members = value if isinstance(value, dict) else {"metadata": value}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6"} | members
    assert ours(document, "1.6") is official(document, "1.6")
