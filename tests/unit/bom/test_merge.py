"""Several CycloneDX documents become one, and nothing of any of them is lost."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from attest.bom.links import link_faults
from attest.bom.merge import document_bytes, merge
from attest.errors import DocumentError

Json = dict[str, Any]


def bill(name: str, *, kind: str = "machine-learning-model", spec: str = "1.6", **extra: Any) -> Json:
    subject = {"type": kind, "name": name, "bom-ref": f"ref:{name}"}
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "version": 1,
        "metadata": {
            "component": subject,
            "tools": {"components": [{"type": "application", "name": "attest", "version": "1", "bom-ref": "attest"}]},
        },
        "dependencies": [{"ref": f"ref:{name}"}, {"ref": "attest"}],
    }
    return document | extra


def part(name: str, **fields: Any) -> Json:
    return {"type": "library", "name": name, "bom-ref": f"ref:{name}"} | fields


def refs(document: Json) -> list[str]:
    return [component["bom-ref"] for component in document["components"]]


def test_the_first_subject_stays_and_depends_on_the_others() -> None:
    model, data, environment = bill("m"), bill("d", kind="data"), bill("e", kind="application")
    merged = merge([model, data, environment])
    assert merged["metadata"]["component"]["name"] == "m"
    assert refs(merged) == ["ref:d", "ref:e"]
    needs = {entry["ref"]: entry.get("dependsOn") for entry in merged["dependencies"]}
    assert needs["ref:m"] == ["ref:d", "ref:e"]
    assert link_faults(merged) == []
    assert [tool["name"] for tool in merged["metadata"]["tools"]["components"]] == ["attest"]
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document_bytes(merged).decode(), all_errors=True)
    assert not errors


def test_a_component_that_two_documents_describe_is_written_once_with_what_both_say() -> None:
    short = part("x", properties=[{"name": "a", "value": "1"}])
    long = part(
        "x",
        version="2",
        description="a longer description",
        properties=[{"name": "b", "value": "2"}],
        hashes=[{"alg": "SHA-256", "content": "0" * 64}],
    )
    for first, second in ((short, long), (long, short)):
        merged = merge([bill("m", components=[first]), bill("d", components=[second])])
        (found,) = [component for component in merged["components"] if component["name"] == "x"]
        assert found["version"] == "2"
        assert {item["name"] for item in found["properties"]} == {"a", "b"}


@pytest.mark.parametrize(
    "other",
    [
        part("x", hashes=[{"alg": "SHA-256", "content": "1" * 64}]),
        part("x", type="data", hashes=[]),
        part("x", version="3"),
    ],
)
def test_two_things_under_one_ref_stay_two_and_every_reference_follows(other: Json) -> None:
    one = part("x", version="2", hashes=[{"alg": "SHA-256", "content": "0" * 64}])
    second = bill(
        "d",
        components=[other],
        dependencies=[{"ref": "ref:d", "dependsOn": ["ref:x"]}, {"ref": "ref:x"}],
        vulnerabilities=[{"id": "V", "affects": [{"ref": "ref:x"}]}],
        compositions=[{"aggregate": "complete", "assemblies": ["ref:x"]}],
    )
    merged = merge([bill("m", components=[one]), second])
    assert {"ref:x", "ref:x~2"} <= set(refs(merged))
    needs = {entry["ref"]: entry.get("dependsOn") for entry in merged["dependencies"]}
    assert needs["ref:d"] == ["ref:x~2"]
    assert merged["vulnerabilities"][0]["affects"] == [{"ref": "ref:x~2"}]
    assert merged["compositions"][0]["assemblies"] == ["ref:x~2"]
    assert link_faults(merged) == []


def test_a_dataset_known_by_name_is_replaced_by_its_own_bill() -> None:
    named = part("d", type="data", data=[{"type": "dataset", "name": "d"}])
    own = bill("d", kind="data")
    own["metadata"]["component"] |= {"data": [{"type": "dataset", "name": "d"}], "components": [part("f", type="file")]}
    merged = merge([bill("m", components=[named]), own])
    (found,) = merged["components"]
    assert found["components"][0]["name"] == "f"


def test_citations_move_with_their_components() -> None:
    def cited(name: str) -> Json:
        pointers = ["/metadata/component/name", "/metadata/tools"]
        item = {"attributedTo": "attest", "timestamp": "2026-01-01T00:00:00Z", "note": name, "pointers": pointers}
        return bill(name, spec="1.7", citations=[item])

    merged = merge([cited("m"), cited("a"), bill("0", spec="1.6")])
    assert merged["specVersion"] == "1.7"
    told = {item["note"]: item["pointers"] for item in merged["citations"]}
    assert told == {"m": ["/metadata/component/name"], "a": ["/components/1/name"]}
    assert merged["components"][1]["name"] == "a"


def test_the_same_documents_give_the_same_bytes_and_leave_the_originals_alone() -> None:
    documents = [bill("m", components=[part("x")]), bill("d", components=[part("x")])]
    before = copy.deepcopy(documents)
    first = document_bytes(merge(documents))
    assert documents == before
    assert document_bytes(merge(copy.deepcopy(documents))) == first
    assert json.loads(first)["serialNumber"].startswith("urn:uuid:")
    other = document_bytes(merge([bill("m"), bill("d")]))
    assert json.loads(other)["serialNumber"] != json.loads(first)["serialNumber"]


def test_the_newest_time_and_every_author_are_kept() -> None:
    one, two = bill("m"), bill("d")
    one["metadata"] |= {"timestamp": "2026-01-01T00:00:00Z", "authors": [{"name": "A"}]}
    two["metadata"] |= {"timestamp": "2026-02-01T00:00:00Z", "authors": [{"name": "A"}, {"name": "B"}]}
    metadata = merge([one, two])["metadata"]
    assert metadata["timestamp"] == "2026-02-01T00:00:00Z"
    assert [author["name"] for author in metadata["authors"]] == ["A", "B"]


def test_fractions_of_other_peoples_documents_stay_numbers() -> None:
    vulnerability = {"id": "V", "ratings": [{"score": Decimal("9.8")}], "affects": [{"ref": "ref:m"}]}
    merged = merge([bill("m", vulnerabilities=[vulnerability]), bill("d")])
    assert b'"score":9.8' in document_bytes(merged)


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        ([bill("m")], "cannot be merged"),
        ([bill("m"), {"@graph": []}], "document 2 is no CycloneDX"),
        ([bill("m", spec="1.3"), bill("d")], "document 1 is no CycloneDX"),
        ([bill("m"), {"bomFormat": "CycloneDX", "specVersion": "1.6"}], "document 2 has no subject"),
        ([bill("m"), bill("d", metadata="x")], "document 2 has no subject"),
        ([bill("m"), bill("d", dependencies=[{"ref": "nowhere"}])], "document 2 contradicts itself"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_its_number(documents: list[Json], words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        merge(documents)
