"""Records: every noun survives the way to JSON and back, and nothing else decodes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attest.domain.attestation import Attestation, LogEntry, Rejected, SignedTime, Signer
from attest.domain.canonical import canonical
from attest.domain.evidence import Evidence
from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.manifest import Manifest
from attest.domain.record import camel, decode, encode
from attest.domain.verdict import PolicyReference, RuleResult
from attest.errors import DocumentError
from tests.unit.conftest import entry, manifest

NOUNS = (Evidence, Manifest, Attestation, Rejected, RuleResult, PolicyReference, Finding, Gap)
EVIDENCE = Evidence(
    name="m",
    kind="directory",
    reference="./m",
    manifest=manifest(evidence=[entry("model.sig", b"x")], links=["empty"]),
    attestations=(
        Attestation(
            source="model.sig",
            bundle_digest="aa",
            statement_digest="bb",
            signer=Signer(kind="key", id="sha256:cc"),
            predicate_type="https://example.org/x",
            signed_files=5,
        ),
        Attestation(
            source="claims.jsonl:1",
            bundle_digest="dd",
            statement_digest="ee",
            signer=Signer(
                kind="sigstore",
                id="email:a@example.org via https://issuer.example",
                names=(("email", "a@example.org"),),
                issuer="https://issuer.example",
                claims=(("runnerEnvironment", "github-hosted"),),
                anchors=("sigstore:production",),
            ),
            predicate_type="https://example.org/y",
            times=(SignedTime(at="2026-01-02T03:04:05Z", source="timestamp by x"),),
            logs=(LogEntry(log="rekor.example", index=7),),
            unchecked=("1 timestamps",),
            notes=("weak",),
        ),
    ),
    rejected=(Rejected(source="claims.jsonl:1", code="malformed", reason="no JSON"),),
    formats=(("empty", "empty"),),
    gaps=(Gap(needed="licenses", about="README.md", reason="too long"),),
)


def through_json(value: object) -> Any:
    return json.loads(json.dumps(encode(value)))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.data())
@pytest.mark.parametrize("noun", NOUNS)
def test_round_trip(noun: type[Any], data: st.DataObject) -> None:
    value = data.draw(st.from_type(noun))
    assert decode(noun, through_json(value)) == value


def test_round_trip_by_hand() -> None:
    again = decode(Evidence, through_json(EVIDENCE))
    assert again == EVIDENCE
    assert canonical(encode(again)) == canonical(encode(EVIDENCE))


def test_shape_of_the_record() -> None:
    record = through_json(EVIDENCE)
    assert record["attestations"][0]["bundleDigest"] == "aa"
    assert record["attestations"][1]["times"] == [{"at": "2026-01-02T03:04:05Z", "source": "timestamp by x"}]
    assert record["attestations"][1]["signer"]["names"] == [["email", "a@example.org"]]
    assert record["manifest"]["files"][0] == [
        "config.json",
        "e346432021b04179518d9614f3560ccd71354a4ee101ddcb893d6959a9d6301c",
        8,
        "",
    ]
    assert record["licenses"] is None
    assert camel("one_two_three") == "oneTwoThree"


def mutate(path: list[Any], change: Any) -> Any:
    """The evidence record with the value at `path` replaced, or removed when `change` is Ellipsis."""
    record = copy.deepcopy(through_json(EVIDENCE))
    place = record
    for step in path[:-1]:
        place = place[step]
    if change is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = change
    return record


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (["attestations"], ..., "evidence.attestations is missing"),
        (["gaps", 0, "about"], ..., "evidence.gaps.about is missing"),
        (["manifest", "digest"], ..., "evidence.manifest.digest is missing"),
        (["more"], 1, "evidence.more is unknown"),
        (["attestations", 0, "verified"], True, "evidence.attestations.verified is unknown"),
        (["attestations", 0, "signer", "trusted"], True, "evidence.attestations.signer.trusted is unknown"),
        (["attestations", 0, "signer", "issuer"], ..., "evidence.attestations.signer.issuer is missing"),
        (["attestations", 0, "signer", "issuer"], None, "evidence.attestations.signer.issuer is not of type str"),
        (["attestations", 0, "signer", "kind"], "password", "evidence.attestations.signer.kind is none of key"),
        (["attestations", 0, "signer", "names"], [["uri"]], "evidence.attestations.signer.names is not an array of 2"),
        (["attestations", 0, "times"], ["now"], "evidence.attestations.times is not an object"),
        (["attestations", 0, "logs"], [{"log": "x"}], "evidence.attestations.logs.index is missing"),
        (["name"], 1, "evidence.name is not of type str"),
        (["name"], None, "evidence.name is not of type str"),
        (["kind"], "folder", "evidence.kind is none of directory, file"),
        (["kind"], ["file"], "evidence.kind is none of directory, file"),
        (["manifest", "hubLinks"], 1, "evidence.manifest.hubLinks is not of type bool"),
        (["attestations", 0, "signedFiles"], True, "evidence.attestations.signedFiles is not of type int"),
        (["attestations", 0, "signedFiles"], "5", "evidence.attestations.signedFiles is not of type int"),
        (["attestations"], {}, "evidence.attestations is not an array"),
        (["attestations", 0], [], "evidence.attestations is not an object"),
        (["manifest"], [], "evidence.manifest is not an object"),
        (["manifest", "files", 0], ["a", "00", 1], "evidence.manifest.files is not an array of 4 items"),
        (["manifest", "files", 0], {"name": "a"}, "evidence.manifest.files is not an array of 4 items"),
        (["manifest", "files", 0, 1], "zz", "evidence.manifest.files is not hexadecimal"),
        (["manifest", "files", 0, 1], 5, "evidence.manifest.files is not of type bytes"),
        (["formats", 0], ["a"], "evidence.formats is not an array of 2 items"),
        (["rejected", 0, "code"], "fine", "evidence.rejected.code is none of malformed"),
    ],
)
def test_other_shapes_are_refused(path: list[Any], change: Any, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        decode(Evidence, mutate(path, change), "evidence")
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("spelling", ["AA", "aa bb", " aa", "aA"])
def test_a_second_spelling_of_bytes_is_refused(spelling: str) -> None:
    with pytest.raises(DocumentError, match="hexadecimal"):
        decode(Evidence, mutate(["manifest", "files", 0, 3], spelling), "evidence")


@pytest.mark.parametrize("value", [None, [], "x", 3, {}])
def test_no_record_at_all(value: object) -> None:
    with pytest.raises(DocumentError, match=r"^Evidence"):
        decode(Evidence, value)
