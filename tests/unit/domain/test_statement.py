"""Statements: the rules for in-toto statements, one case each, and which artifact a statement speaks about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attest.domain.statement import (
    MAX_FILE_SUBJECTS,
    MAX_SUBJECTS,
    OMS_PREDICATE,
    PREDICATE_TYPES,
    artifact_subjects,
    build_statement,
    parse_statement,
    predicate_type,
    same_predicate_type,
    speaks_about,
)
from attest.domain.strict_json import Limits
from attest.errors import DocumentError
from tests.unit.conftest import SMALL, claim_payload, manifest, whole

HEX = "a" * 64


def reason(payload: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_statement(payload)
    return caught.value.message


def subject(**digest: Any) -> dict[str, Any]:
    return {"name": "n", "digest": digest}


def test_a_good_statement() -> None:
    statement = parse_statement(claim_payload([subject(sha256=HEX, gitTree="odd")], more={"unknown": 1}))
    assert statement.subjects[0].digest == {"sha256": HEX, "gitTree": "odd"}
    assert statement.predicate_type == "https://example.org/claim/v1"
    assert statement.predicate == {}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"[]", "the statement is not an object"),
        (b"\x80\x04N.", "the statement is not UTF-8 text"),
        (b"text", "the statement is not strict JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (claim_payload([subject(sha256=HEX)]) + b"{}", "the statement is not strict JSON"),
        (claim_payload([subject(sha256=HEX)], _type="https://in-toto.io/Statement/v0.1"), "_type is"),
        (claim_payload([subject(sha256=HEX)], _type=None), "_type is"),
        (claim_payload([subject(sha256=HEX)], predicateType=""), "predicateType is empty"),
        (claim_payload([subject(sha256=HEX)], predicateType=None), "predicateType is not a string"),
        (claim_payload([subject(sha256=HEX)], predicateType=["x"]), "predicateType is not a string"),
        (claim_payload([subject(sha256=HEX)], predicate=None), "predicate is not an object"),
        (claim_payload([subject(sha256=HEX)], predicate=[]), "predicate is not an object"),
        (claim_payload([]), "the statement has 0 subjects"),
        (claim_payload([subject(sha256=HEX)] * (MAX_SUBJECTS + 1)), "the statement has 10001 subjects"),
        (claim_payload([subject(sha256=HEX)], subject=subject(sha256=HEX)), "subject is not an array"),
        (claim_payload([subject(sha256=HEX)], subject=["x"]), "subject[0] is not an object"),
        (claim_payload([subject()]), "subject[0].digest is empty"),
        (claim_payload([{"name": "n"}]), "subject[0].digest is not an object"),
        (claim_payload([{"name": "n", "digest": HEX}]), "subject[0].digest is not an object"),
        (claim_payload([{"name": 5, "digest": {"sha256": HEX}}]), "subject[0].name is not a string"),
        (claim_payload([subject(sha256=HEX), subject(sha256=HEX[1:])]), "subject[1].digest.sha256 is not 64"),
        (claim_payload([subject(sha256=HEX.upper())]), "subject[0].digest.sha256 is not 64 lower-case"),
        (claim_payload([subject(sha256=HEX + "\n")]), "subject[0].digest.sha256 is not 64"),
        (claim_payload([subject(sha256="g" * 64)]), "subject[0].digest.sha256 is not 64"),
        (claim_payload([subject(sha512=HEX)]), "subject[0].digest.sha512 is not 128"),
        (claim_payload([subject(sha256=None)]), "subject[0].digest.sha256 is not a string"),
        (claim_payload([subject(other=1)]), "subject[0].digest.other is not a string"),
        (claim_payload([{**subject(sha256=HEX), "annotations": []}]), "subject[0].annotations is not an object"),
    ],
)
def test_rules_of_the_format(payload: bytes, message: str) -> None:
    assert message in reason(payload)


@pytest.mark.parametrize(
    "text",
    [
        '{"_type":"a","_type":"b"}',
        '{"subject":[{"digest":{"sha256":"a","sha256":"b"}}]}',
        '{"predicate":{"a":{"b":1,"b":2}}}',
        '{"subject":[{"annotations":{"digestKind":"file","digestKind":"attest-tree/v1"}}]}',
    ],
)
def test_duplicates(text: str) -> None:
    assert "stands twice" in reason(text.encode())


def test_numbers_in_predicates() -> None:
    good = claim_payload([subject(sha256=HEX)])
    exact = parse_statement(good.replace(b'"predicate": {}', b'"predicate": {"score": 0.1}'))
    assert str(exact.predicate["score"]) == "0.1"
    for number in (b"NaN", b"-Infinity", b"9007199254740992"):
        assert "strict JSON" in reason(good.replace(b'"predicate": {}', b'"predicate": {"n": %b}' % number))


def test_the_most_subjects_that_are_read() -> None:
    assert len(parse_statement(claim_payload([subject(sha256=HEX)] * MAX_SUBJECTS)).subjects) == MAX_SUBJECTS


@pytest.mark.parametrize("missing", ["_type", "predicateType", "subject", "predicate"])
def test_nothing_required_may_be_missing(missing: str) -> None:
    statement = json.loads(claim_payload([subject(sha256=HEX)]))
    del statement[missing]
    assert missing in reason(json.dumps(statement).encode())


def test_a_long_string_and_a_large_payload() -> None:
    payload = claim_payload([subject(sha256=HEX)], predicate={"a": "x" * ((1 << 20) + 1)})
    assert "holds a string of 1048577 characters" in reason(payload)
    with pytest.raises(DocumentError, match="the limit is 100"):
        parse_statement(payload, Limits(size=100))


def test_only_a_model_signature_holds_nothing_else() -> None:
    more: dict[str, Any] = {"more": {"a": 1}}
    assert "unknown member 'more'" in reason(claim_payload([subject(sha256=HEX)], OMS_PREDICATE, **more))
    assert parse_statement(claim_payload([subject(sha256=HEX)], OMS_PREDICATE)).predicate_type == OMS_PREDICATE
    assert parse_statement(claim_payload([subject(sha256=HEX)], **more)).predicate == {}


def test_depth() -> None:
    payload = claim_payload([subject(sha256=HEX)], predicate={"a": json.loads("[" * 70 + "]" * 70)})
    assert "nested deeper than 64 levels" in reason(payload)


def test_subjects_of_a_directory_and_of_a_file() -> None:
    found = manifest()
    subjects = artifact_subjects(found, "small")
    assert subjects[0] == whole(found)
    assert [item["name"] for item in subjects[1:]] == list(SMALL)
    assert all("annotations" not in item for item in subjects[1:])
    single = manifest({"a": b"1"}, kind="file")
    assert artifact_subjects(single, "a") == [{**whole(single), "name": "a"}]


@pytest.mark.parametrize(("count", "listed"), [(MAX_FILE_SUBJECTS, MAX_FILE_SUBJECTS + 1), (MAX_FILE_SUBJECTS + 1, 1)])
def test_many_files_are_bound_by_the_tree_digest_alone(count: int, listed: int) -> None:
    assert len(artifact_subjects(manifest({str(n): b"" for n in range(count)}), "m")) == listed


def test_a_built_statement_reads_back() -> None:
    payload = build_statement(
        subjects=artifact_subjects(manifest(), "s"), predicate_type="https://e.org/x", predicate=b' {"a":0.10}\n'
    )
    assert b'"predicate":{"a":0.10},' in payload
    statement = parse_statement(payload)
    assert speaks_about(statement, manifest())
    assert statement.predicate_type == "https://e.org/x"


def speaks(subjects: list[dict[str, Any]], **options: Any) -> bool:
    return speaks_about(parse_statement(claim_payload(subjects)), manifest(**options))


def test_speaks_about_the_whole_artifact() -> None:
    assert speaks([whole()])
    assert speaks([subject(sha256=HEX), whole()])
    single = manifest({"a": b"1"}, kind="file")
    assert speaks([whole(single)], files={"a": b"1"}, kind="file")
    assert speaks([subject(sha256=single.digest)], files={"a": b"1"}, kind="file")


@pytest.mark.parametrize("wrong", [{}, {"digestKind": "file"}, {"digestKind": None}, {"digestKind": "attest-tree/v2"}])
def test_a_tree_digest_counts_only_when_it_says_that_it_is_one(wrong: dict[str, Any]) -> None:
    assert not speaks([{**whole(), "annotations": wrong}])


@pytest.mark.parametrize("wrong", [{"digestKind": "attest-tree/v1"}, {"digestKind": None}, {"digestKind": "other"}])
def test_a_file_digest_of_another_kind_does_not_count(wrong: dict[str, Any]) -> None:
    single = manifest({"a": b"1"}, kind="file")
    assert not speaks([{**whole(single), "annotations": wrong}], files={"a": b"1"}, kind="file")


def test_the_listing_of_a_tree_saved_as_a_file_is_not_the_tree() -> None:
    """Both have one SHA-256: what was attested of the one must not hold for the other, in either direction."""
    tree = manifest()
    listing = "".join(f"{item.sha256.hex()}  {item.name}\n" for item in tree.files).encode()
    single = manifest({"listing": listing}, kind="file")
    assert single.digest == tree.digest
    for ours, other in ((tree, single), (single, tree)):
        statement = parse_statement(claim_payload(artifact_subjects(ours, "small")))
        assert speaks_about(statement, ours)
        assert not speaks_about(statement, other)
    assert not speaks_about(parse_statement(claim_payload([subject(sha256=tree.digest)])), tree)


def test_other_digests_establish_nothing() -> None:
    found = manifest()
    for digest in ({"sha1": "a" * 40}, {"gitTree": found.digest}, {"md5": found.digest}, {"SHA256": found.digest}):
        assert not speaks([{**whole(), "digest": digest}])
    assert not speaks([{**whole(), "digest": {"sha512": "a" * 128}}])


def test_a_file_inside_is_not_the_artifact() -> None:
    assert not speaks([subject(sha256=item.sha256.hex()) for item in manifest().files])


@pytest.mark.parametrize("name", PREDICATE_TYPES)
def test_short_names(name: str) -> None:
    assert predicate_type(name) == PREDICATE_TYPES[name][0]


def test_whole_uris_and_typos() -> None:
    assert predicate_type("https://example.org/x") == "https://example.org/x"
    with pytest.raises(DocumentError, match="'cyclone' is no known predicate type"):
        predicate_type("cyclone")


@pytest.mark.parametrize(
    ("found", "same"),
    [
        ("https://cyclonedx.org/bom", True),
        ("https://cyclonedx.org/bom/v1.6", True),
        ("https://cyclonedx.org/bom/v1", True),
        ("https://cyclonedx.org/bom/", False),
        ("https://cyclonedx.org/bom/v", False),
        ("https://cyclonedx.org/bom/v1.6/x", False),
        ("https://cyclonedx.org/bom/v1.6 ", False),
        ("https://cyclonedx.org/bom/v1.6\n", False),
        ("https://cyclonedx.org/bomb", False),
        ("https://CycloneDX.org/bom", False),
        ("https://cyclonedx.org/bom/vx", False),
        ("https://cyclonedx.org/bom/v\u00b2", False),
        ("https://cyclonedx.org/bom/v.1.", False),
    ],
)
def test_spellings_of_one_type(found: str, same: bool) -> None:
    assert same_predicate_type("https://cyclonedx.org/bom", found) is same
    assert not same_predicate_type("https://example.org/x", found)
