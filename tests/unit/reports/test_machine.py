"""Reports for machines: the same content as for people, and nothing of a statement's own text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from attest.domain.attestation import Changed, Differences, Rejected, Signer
from attest.domain.finding import Finding
from attest.domain.gap import Gap
from attest.domain.verdict import PolicyReference, Reason, RuleResult, Verification
from attest.reports import digest_json, verification_json
from tests.unit.conftest import ROOT, entry, manifest, signer
from tests.unit.policy.build import attested, evidence

REJECTED = Rejected(
    source="model.sig",
    code="changed-files",
    reason="1 of 5",
    bundle_digest="b" * 64,
    signer=Signer(kind="key", id=signer().id),
    predicate_type="https://model_signing/signature/v1.0",
    differences=Differences(listed=5, changed=(Changed(name="a", signed="a" * 64, found="b" * 64),), changed_count=1),
)
FOUND = Verification(
    verdict="FAILED",
    policy=PolicyReference(name="test", version=3, digest="0" * 64),
    at="2026-09-01T00:00:00Z",
    at_given=True,
    replayed=False,
    results=(
        RuleResult(rule="a", kind="signature", verdict="PASSED", summary="fine"),
        RuleResult(rule="b", kind="coverage", verdict="FAILED", summary="no", reasons=(Reason(message="m", file="f"),)),
    ),
    evidence=evidence(
        attested(statement='{"secret":"text"}'),
        rejected=(REJECTED, Rejected(source="claims.jsonl:1", code="malformed", reason="no JSON")),
        gaps=(Gap(needed="licenses", about="README.md", reason="too long"),),
        findings=(Finding(rule="files.link", severity="note", file="a", message="followed"),),
    ),
)


def valid(text: str, schema: str) -> Any:
    document = json.loads(text)
    rules = json.loads((ROOT / "schemas" / schema).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(rules)
    Draft202012Validator(rules).validate(document)
    return document


@pytest.mark.parametrize(
    "found",
    [
        FOUND,
        replace(FOUND, evidence=evidence(manifest=None)),
        replace(FOUND, verdict="PASSED", results=FOUND.results[:1], replayed=True),
        replace(FOUND, evidence=evidence(kind="file", manifest=manifest({"a": b"1"}, kind="file"))),
    ],
)
def test_a_verification_fits_its_schema(found: Verification) -> None:
    assert valid(verification_json(found), "verification-v1.json")["verdict"] == found.verdict


def test_a_verification_says_everything() -> None:
    document = json.loads(verification_json(FOUND))
    assert document["atGiven"] is True
    assert [rule["rule"] for rule in document["rules"]] == ["b", "a"]
    assert document["artifact"]["digest"] == {"sha256": manifest().digest}
    assert (document["artifact"]["files"], document["artifact"]["bytes"]) == (5, 16)
    assert document["rejected"][0]["differences"]["changed"] == [{"name": "a", "signed": "a" * 64, "found": "b" * 64}]
    assert (document["rejected"][1]["signer"], document["rejected"][1]["predicateType"]) == (None, "")
    assert document["gaps"] == [{"needed": "licenses", "about": "README.md", "reason": "too long"}]


def test_hostile_text_is_data() -> None:
    hostile = "x\x1b[2J\r\n\x00\u2028"
    found = evidence(
        name=hostile,
        rejected=(Rejected(source=hostile, code="malformed", reason=hostile),),
        gaps=(Gap(needed="licenses", about=hostile, reason=hostile),),
        findings=(Finding(rule=hostile, severity="note", file=hostile, message=hostile),),
    )
    text = verification_json(replace(FOUND, evidence=found))
    document = valid(text, "verification-v1.json")
    assert document["artifact"]["name"] == document["rejected"][0]["reason"] == hostile
    assert document["findings"][0] == {"rule": hostile, "severity": "note", "file": hostile, "message": hostile}
    assert not any(letter < " " for letter in text.replace("\n", ""))


def test_every_rejection_and_gap_is_listed_however_many() -> None:
    rejected = tuple(Rejected(source=f"c:{number}", code="malformed", reason="r") for number in range(1000))
    document = json.loads(verification_json(replace(FOUND, evidence=evidence(rejected=rejected))))
    assert [item["source"] for item in document["rejected"]] == [f"c:{number}" for number in range(1000)]


def test_the_text_of_a_statement_is_not_repeated() -> None:
    assert "secret" not in verification_json(FOUND)


def test_without_a_manifest_no_digest_is_claimed() -> None:
    document = json.loads(verification_json(replace(FOUND, evidence=evidence(manifest=None))))
    assert document["artifact"] == {"name": "small", "kind": "directory", "reference": "small"}


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("root", ["r" * 64, ""])
def test_digests_fit_their_schema(files: bool, root: str) -> None:
    root = root.replace("r", "a")
    found = manifest(evidence=[entry("model.sig", b"1")])
    document = valid(digest_json("small", found, root, FOUND.evidence.findings, files=files), "digest-v1.json")
    assert document["evidence"] == ["model.sig"]
    assert document.get("omsRoot", "") == root
    assert ("entries" in document) is files
    if files:
        assert document["entries"][1] == {
            "name": "empty",
            "bytes": 0,
            "digest": {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        }


def test_a_second_digest_is_shown_when_there_is_one() -> None:
    item = entry("a", b"1")._replace(sha512=b"\x01" * 64)
    document = json.loads(digest_json("a", replace(manifest(), files=(item,)), "", (), files=True))
    assert document["entries"][0]["digest"]["sha512"] == "01" * 64
