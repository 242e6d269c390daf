"""A scan as JSON, as SARIF and as JUnit."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from attest.domain.scan import Scan
from attest.domain.scan_rules import RULES
from attest.reports import scan_sarif as scan_sarif_module
from attest.reports.scan_json import scan_json
from attest.reports.scan_junit import scan_junit
from attest.reports.scan_sarif import scan_sarif
from tests.conftest import ROOT
from tests.unit.reports.scans import CALL, CLEAN, FILES, HOSTILE, SCAN, UNREAD, file_scan, scan

DIGEST = "b" * 64
DIGESTS = {"weights/model.pt": "c" * 64}
SARIF = json.loads((ROOT / "tests" / "data" / "sarif" / "sarif-2.1.0.json").read_text("utf-8"))
HOSTILE_SCAN = scan(
    file_scan(
        HOSTILE, "BLOCK", replace(CALL, file=HOSTILE, members=(HOSTILE, ""), message="[a](b) {0}", value=HOSTILE)
    ),
    file_scan("//host/x: y%2e#?.pt", "INCONCLUSIVE", replace(UNREAD, file="//host/x: y%2e#?.pt", members=("../../a",))),
)
EMPTY = scan(outcome="PASS")
OTHER = scan(file_scan("gone", "PASS"), outcome="PASS")


def sarif(what: Scan, **more: Any) -> Any:
    """The scan as SARIF, valid by the public schema."""
    document = json.loads(scan_sarif(what, reference="models/x", digest=DIGEST, **more))
    validator = validator_for(SARIF)
    validator.check_schema(SARIF)
    validator(SARIF).validate(document)
    return document["runs"][0]


def valid(what: Scan, digest: str = DIGEST) -> Any:
    document = json.loads(scan_json(what, reference="models/x", digest=digest))
    rules = json.loads((ROOT / "schemas" / "scan-v1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(rules)
    Draft202012Validator(rules).validate(document)
    return document


@pytest.mark.parametrize("what", [SCAN, CLEAN, EMPTY, HOSTILE_SCAN])
def test_the_json_follows_its_schema(what: Scan) -> None:
    assert valid(what)["outcome"] == what.outcome
    assert "digest" not in valid(what, "")["artifact"]


def test_the_json_holds_everything() -> None:
    document = valid(SCAN)
    assert document["artifact"] == {
        "reference": "models/x", "files": 5, "bytes": 5000, "digest": {"sha256": DIGEST},
    }  # fmt: skip
    assert document["profilesNeeded"] == ["python-data", "sklearn-native", "torch-weights"]
    assert document["options"] == {"limit.depth": "8", "limit.opcodes": "20000000"}
    assert document["namesAdded"] == ["my_package.layers:Gate"]
    (model,) = [file for file in document["files"] if file["name"] == "weights/model.pt"]
    assert model["refersTo"] == ["other.bin"]
    assert model["findings"][0] == {
        "rule": "pickle.name-not-allowed",
        "severity": "critical",
        "effect": "block",
        "members": ["archive/data.pkl"],
        "message": CALL.message,
        "offset": 1234,
        "length": 12,
        "value": "os:system",
    }
    assert model["findings"][2]["by"] == "picklescan 1.0.5"
    assert "offset" not in model["findings"][2]


@pytest.mark.parametrize("what", [SCAN, CLEAN, EMPTY, HOSTILE_SCAN])
def test_sarif_is_valid(what: Scan) -> None:
    run = sarif(what, digests=DIGESTS)
    assert len(run["results"]) == len(what.findings)
    assert run["properties"]["outcome"] == what.outcome


def test_the_rules_are_the_catalogue_within_the_limits_of_services() -> None:
    rules = sarif(SCAN)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(RULES)
    assert len({rule["name"] for rule in rules}) == len(RULES)
    levels = {"block": "error", "inconclusive": "warning", "warn": "warning", "note": "note"}
    for rule in rules:
        known = RULES[rule["id"]]
        assert rule["defaultConfiguration"]["level"] == levels[known.effect]
        assert len(rule["name"]) <= 255
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        properties = rule["properties"]
        assert len(properties["tags"]) <= 10
        assert "security" in properties["tags"]
        score = properties["security-severity"]
        assert isinstance(score, str)
        assert (
            {"critical": 9.0, "high": 7.0, "medium": 4.0, "low": 0.1, "info": 0.0}[known.severity] <= float(score) <= 10
        )


def test_results_lead_to_their_rules_and_to_files_of_the_artifact() -> None:
    run = sarif(SCAN, digests=DIGESTS)
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["message"]["text"]) <= 1024
        (location,) = result["locations"]
        place = location["physicalLocation"]["artifactLocation"]
        assert place["uriBaseId"] == "MODEL"
        assert artifacts[place["index"]]["location"] == {"uri": place["uri"], "uriBaseId": "MODEL"}
        assert not re.match(r"[a-z][a-z0-9+.-]*:|/", place["uri"])
        assert "kind" not in result


def test_what_blocks_comes_first() -> None:
    levels = [result["level"] for result in sarif(SCAN)["results"]]
    assert levels == ["error", "error", "warning", "warning", "warning", "note"]


def test_a_part_inside_a_file_is_an_artifact_of_its_own() -> None:
    run = sarif(SCAN, digests=DIGESTS)
    call = run["results"][0]
    assert call["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 0, "byteLength": 1000}
    names = call["locations"][0]["logicalLocations"]
    assert names[0] == {"fullyQualifiedName": "weights/model.pt!archive/data.pkl", "kind": "resource"}
    assert names[1] == {"fullyQualifiedName": "os:system", "kind": "function", "name": "system"}
    (inner,) = call["relatedLocations"]
    assert inner["physicalLocation"]["region"] == {"byteOffset": 1234, "byteLength": 12}
    part = run["artifacts"][inner["physicalLocation"]["artifactLocation"]["index"]]
    assert part["location"] == {"uri": "archive/data.pkl"}
    whole = run["artifacts"][part["parentIndex"]]
    assert whole["location"]["uri"] == "weights/model.pt"
    assert whole["hashes"] == {"sha-256": "c" * 64}
    assert "parentIndex" not in whole


def test_a_finding_in_the_file_itself_has_its_bytes() -> None:
    (secret,) = [item for item in sarif(SCAN)["results"] if item["ruleId"] == "secret.found"]
    assert secret["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 7, "byteLength": 40}
    assert "relatedLocations" not in secret


def test_gaps_are_notifications_too() -> None:
    (invocation,) = sarif(SCAN)["invocations"]
    assert invocation["executionSuccessful"] is True
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["descriptor"]["id"] == "archive.unsupported"
    assert notification["level"] == "warning"


def test_fingerprints_tell_findings_apart_and_survive_a_new_offset() -> None:
    prints = [item["partialFingerprints"]["attestFinding/v1"] for item in sarif(SCAN)["results"]]
    assert len(set(prints)) == len(prints)
    assert all(re.fullmatch("[0-9a-f]{64}", item) for item in prints)
    moved = sarif(scan(file_scan("weights/model.pt", "BLOCK", replace(CALL, offset=4))))["results"][0]
    assert moved["partialFingerprints"]["attestFinding/v1"] in prints


def test_results_past_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scan_sarif_module.MAX_RESULTS == 25_000
    monkeypatch.setattr(scan_sarif_module, "MAX_RESULTS", 20)
    many = [replace(CALL, file="a", offset=number) for number in range(27)]
    document = json.loads(scan_sarif(scan(file_scan("a", "BLOCK", *many)), reference="a", digest=""))
    run = document["runs"][0]
    assert len(run["results"]) == 20
    text = run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    assert text.startswith("7 results")


def test_hostile_names_stay_relative_and_form_no_links() -> None:
    run = sarif(HOSTILE_SCAN)
    uris = [entry["location"]["uri"] for entry in run["artifacts"]]
    assert "%2F/host/x%3A%20y%252e%23%3F.pt" in uris
    text = json.dumps(run, ensure_ascii=False)
    assert "](" not in text
    assert "\u202e" not in text.replace(HOSTILE, "")


def test_sarif_is_the_same_every_time_and_names_the_run() -> None:
    assert scan_sarif(SCAN, reference="a b/c", digest=DIGEST) == scan_sarif(SCAN, reference="a b/c", digest=DIGEST)
    run = sarif(SCAN, tool_version="1.2.3")
    assert run["automationDetails"]["id"] == f"attest/scan/models%2Fx/{DIGEST}"
    assert run["tool"]["driver"]["semanticVersion"] == "1.2.3"
    assert "semanticVersion" not in sarif(SCAN, tool_version="1.2")["tool"]["driver"]


def parsed(what: Scan, reference: str) -> ET.Element:
    return ET.fromstring(scan_junit(what, reference=reference))  # noqa: S314 - what it reads is ours


def test_junit_counts_and_parses() -> None:
    root = parsed(SCAN, "models/<x> & y")
    assert root.attrib["tests"] == "5"
    assert (root.attrib["failures"], root.attrib["errors"]) == ("1", "1")
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    assert set(cases) == {file.file for file in FILES}
    failure = cases["weights/model.pt"].find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "pickle.name-not-allowed"
    assert "weights/model.pt!archive/data.pkl @ 1234" in (failure.text or "")
    assert cases["nested.tar.gz"].find("error") is not None
    assert [child.tag for child in cases["config.json"]] == ["system-out"]
    assert not list(cases["README.md"])


def test_junit_takes_hostile_text() -> None:
    assert parsed(HOSTILE_SCAN, HOSTILE).attrib["failures"] == "1"
