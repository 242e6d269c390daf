"""Faults of anybody's SPDX 3.0.1 document: each has a case of its own, and good documents have none."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.fault import Fault
from attest.bom.spdx import to_spdx
from attest.bom.spdx.check import MAX_FAULTS, spdx_faults
from attest.bom.spdx.expression import expression_fault, licenses_in
from attest.bom.spdx.profile import profile_gaps
from attest.bom.spdx.shape import kinds, shapes, words
from tests.unit.bom.spdx_samples import COMPLETE, DATASET, FULL, record

Json = dict[str, Any]
NAMESPACE = "https://acme.example/doc"
CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"


def good() -> Json:
    """A small document by hand, with no fault."""

    def element(kind: str, suffix: str, **members: Any) -> Json:
        return {"type": kind, "spdxId": f"{NAMESPACE}#{suffix}", "creationInfo": "_:info", **members}

    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "type": "CreationInfo",
                "@id": "_:info",
                "specVersion": "3.0.1",
                "created": "2026-01-01T00:00:00Z",
                "createdBy": [f"{NAMESPACE}#jo"],
            },
            element("Person", "jo", name="Jo"),
            element(
                "SpdxDocument", "document", rootElement=[f"{NAMESPACE}#p"], profileConformance=["core", "software"]
            ),
            element(
                "software_Package",
                "p",
                name="p",
                software_packageUrl="pkg:pypi/p@1",
                verifiedUsing=[{"type": "Hash", "algorithm": "sha256", "hashValue": "a" * 64}],
            ),
            element("simplelicensing_LicenseExpression", "l", simplelicensing_licenseExpression="MIT OR Apache-2.0"),
            element(
                "Relationship",
                "r",
                **{"from": f"{NAMESPACE}#p"},
                relationshipType="hasDeclaredLicense",
                to=[f"{NAMESPACE}#l"],
            ),
            element("security_Vulnerability", "v", name="CVE-1"),
            element(
                "security_VexNotAffectedVulnAssessmentRelationship",
                "x",
                **{"from": f"{NAMESPACE}#v"},
                relationshipType="doesNotAffect",
                to=[f"{NAMESPACE}#p"],
                security_justificationType="componentNotPresent",
            ),
        ],
    }


def test_good_documents_have_no_fault() -> None:
    assert spdx_faults(good()) == []
    document = good()
    document["@context"] = [CONTEXT, "https://acme.example/more"]
    document["@graph"][3]["https://acme.example/own"] = "an extension"
    document["@graph"][5]["relationshipType"] = (
        "https://spdx.org/rdf/3.0.1/terms/Core/RelationshipType/hasDeclaredLicense"
    )
    document["@graph"][5]["to"] = ["https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"]
    assert spdx_faults(document) == []


def set_member(index: int, member: str, value: Any) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        document["@graph"][index][member] = value

    return change


def drop(index: int, member: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        del document["@graph"][index][member]

    return change


def add(item: Any) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        document["@graph"].append(item)

    return change


EXPRESSION = "simplelicensing_licenseExpression"
HASH = {"type": "Hash", "algorithm": "sha256", "hashValue": "a" * 64}


USED = "/@graph/3/verifiedUsing"


def hashes(item: Json) -> Callable[[Json], None]:
    return set_member(3, "verifiedUsing", [item])


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (lambda document: document.pop("@context"), "/@context", "the context is not"),
        (set_member(3, "type", "software_Packet"), "/@graph/3", "there is no class 'software_Packet'"),
        (set_member(3, "type", "Artifact"), "/@graph/3", "the class Artifact is abstract"),
        (set_member(3, "type", 7), "/@graph/3", "there is no class '7'"),
        (add("text"), "/@graph/8", "this is not an object"),
        (drop(1, "creationInfo"), "/@graph/1", "a Person has no creationInfo"),
        (drop(3, "spdxId"), "/@graph/3", "a software_Package has no spdxId"),
        (set_member(3, "spdxId", "no iri"), "/@graph/3", "the id is no IRI"),
        (set_member(1, "spdxId", "_:jo"), "/@graph/1", "the id of a Person is a blank node"),
        (set_member(4, "spdxId", f"{NAMESPACE}#v"), "/@graph/6", "stands twice"),
        (set_member(3, "software_packageVersin", "1"), "/@graph/3/software_packageVersin", "there is no member"),
        (set_member(1, "software_packageVersion", "1"), "/@graph/1/software_packageVersion", "there is no member"),
        (set_member(3, "name", ["p"]), "/@graph/3/name", "this has one value"),
        (set_member(3, "name", 7), "/@graph/3/name", "this is no text"),
        (set_member(0, "created", "2026-01-01"), "/@graph/0/created", "this is no time"),
        (set_member(0, "created", "2026-02-30T00:00:00Z"), "/@graph/0/created", "this is no time"),
        (set_member(0, "specVersion", "three"), "/@graph/0/specVersion", "this is no semantic version"),
        (set_member(0, "createdBy", []), "/@graph/0", "a CreationInfo has no createdBy"),
        (set_member(0, "createdBy", [f"{NAMESPACE}#p"]), "/@graph/0/createdBy/0", "refers to a software_Package"),
        (set_member(0, "createdBy", [f"{NAMESPACE}#no"]), "/@graph/0/createdBy/0", "there is no element"),
        (set_member(3, "software_primaryPurpose", "fun"), "/@graph/3/software_primaryPurpose", "is no word of"),
        (set_member(3, "software_primaryPurpose", {"a": 1}), "/@graph/3/software_primaryPurpose", "is no word of"),
        (set_member(3, "software_downloadLocation", "a b"), "/@graph/3/software_downloadLocation", "this is no URI"),
        (set_member(3, "software_packageUrl", "p@1"), "/@graph/3/software_packageUrl", "no package URL"),
        (hashes(HASH | {"hashValue": "a" * 63}), USED + "/0/hashValue", "64 hex"),
        (hashes(HASH | {"hashValue": "x" * 64}), USED + "/0/hashValue", "64 hex"),
        (hashes(HASH | {"algorithm": "sha257"}), USED + "/0/algorithm", "no word"),
        (hashes({"type": "Hash", "algorithm": "sha256"}), USED + "/0", "has no hashValue"),
        (hashes({"type": "ExternalRef"}), USED + "/0", "a ExternalRef stands where"),
        (set_member(4, EXPRESSION, "MIT OR"), f"/@graph/4/{EXPRESSION}", "awaited"),
        (set_member(4, EXPRESSION, "Mine"), f"/@graph/4/{EXPRESSION}", "lists no"),
        (set_member(5, "relationshipType", "likes"), "/@graph/5/relationshipType", "is no word of RelationshipType"),
        (set_member(5, "from", f"{NAMESPACE}#gone"), "/@graph/5/from", "there is no element"),
        (set_member(7, "relationshipType", "affects"), "/@graph/7/relationshipType", "doesNotAffect, not affects"),
        (set_member(7, "from", f"{NAMESPACE}#p"), "/@graph/7/from", "starts at a vulnerability"),
        (drop(7, "security_justificationType"), "/@graph/7", "neither a justification nor an impact"),
        (set_member(2, "element", [f"{NAMESPACE}#document"]), "/@graph/2/element/0", "no element of a collection"),
        (
            lambda document: document["@graph"][2].update(rootElement=[], element=[f"{NAMESPACE}#p"]),
            "/@graph/2",
            "has no rootElement",
        ),
        (set_member(2, "profileConformance", ["everything"]), "/@graph/2/profileConformance/0", "is no word of"),
        (lambda document: document.update({"@graph": {}}), "/@graph", "the graph is not an array"),
    ],
)  # fmt: skip
def test_each_fault(change: Callable[[Json], object], where: str, message: str) -> None:
    document = good()
    change(document)
    found = [fault for fault in spdx_faults(document) if fault.severity == "error"]
    assert [fault for fault in found if fault.where == where and message in fault.message], found


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (set_member(2, "type", "software_Sbom"), "", "there is no SpdxDocument"),
        (set_member(5, "to", [f"{NAMESPACE}#jo"]), "/@graph/5/to/0", "leads to a Person"),
    ],
)
def test_each_warning(change: Callable[[Json], object], where: str, message: str) -> None:
    document = good()
    change(document)
    assert [(fault.where, fault.severity) for fault in spdx_faults(document)] == [(where, "warning")]
    assert message in spdx_faults(document)[0].message


def test_a_second_document_and_a_second_licence() -> None:
    document = good()
    document["@graph"].append(document["@graph"][2] | {"spdxId": f"{NAMESPACE}#document2"})
    document["@graph"].append(document["@graph"][5] | {"spdxId": f"{NAMESPACE}#r2"})
    assert [(fault.where, fault.severity) for fault in spdx_faults(document)] == [
        ("/@graph/8", "error"),
        ("/@graph/9", "warning"),
    ]


def test_what_lies_elsewhere_is_no_dangling_reference() -> None:
    document = good()
    document["@graph"][5]["to"] = ["https://other.example#licence"]
    assert len(spdx_faults(document)) == 1
    document["@graph"][2]["import"] = [{"type": "ExternalMap", "externalSpdxId": "https://other.example#licence"}]
    assert spdx_faults(document) == []
    document["@graph"][5]["to"] = ["https://spdx.org/licenses/MIT"]
    assert spdx_faults(document) == []


def test_objects_inside_others_count_as_elements() -> None:
    document = good()
    inner = document["@graph"].pop(4)
    document["@graph"][4]["to"] = [inner]
    assert spdx_faults(document) == []
    document["@graph"][4]["to"] = [inner, inner]
    assert ["stands twice" in fault.message for fault in spdx_faults(document)] == [True]


def test_hashes_are_checked_wherever_they_stand() -> None:
    document = good()
    document["@graph"][2]["import"] = [
        {
            "type": "ExternalMap",
            "externalSpdxId": "https://other.example#x",
            "verifiedUsing": [HASH | {"hashValue": "a"}],
        }
    ]
    assert [fault.where for fault in spdx_faults(document)] == ["/@graph/2/import/0/verifiedUsing/0/hashValue"]


def test_a_document_of_one_element() -> None:
    alone = {
        "@context": CONTEXT,
        "type": "Person",
        "spdxId": "https://a.example#jo",
        "creationInfo": {"type": "CreationInfo"},
    }
    found = {(fault.where, fault.message) for fault in spdx_faults(alone)}
    assert ("/creationInfo", "a CreationInfo has no created") in found
    assert ("", "there is no SpdxDocument") in found


@pytest.mark.parametrize(
    ("member", "good_values", "bad_values"),
    [
        ("ai_energyQuantity", [1, 1.5, Decimal("1.5"), "1.5", "-2"], ["x", True, "1e5", None, ""]),
        ("dataset_datasetSize", [0, 5], [-1, 1.5, "5", True]),
        ("beginIntegerRange", [1], [0, -1, "1"]),
        ("expandedlicensing_isFsfLibre", [True, False], [1, "true", None]),
        ("contentType", ["text/plain"], ["text", "text/plain/x", 7]),
    ],
)
def test_simple_kinds(member: str, good_values: list[Any], bad_values: list[Any]) -> None:
    owner = next(name for name, shape in shapes().items() if member in shape.members and not shape.abstract)
    for value in (*good_values, *bad_values):
        document = {"@context": CONTEXT, "@graph": [{"type": owner, "@id": "_:x", member: value}]}
        faults = [fault for fault in spdx_faults(document) if fault.where == f"/@graph/0/{member}"]
        assert bool(faults) == (
            value in bad_values and not (value in good_values and type(value) in map(type, good_values))
        )


def document_of(bom: Any) -> Json:
    loaded: Json = json.loads(to_spdx(bom, timestamp=datetime(2026, 1, 1, tzinfo=UTC), tool_version="1"))
    return loaded


def test_a_claimed_profile_must_be_met() -> None:
    document = document_of(COMPLETE)
    assert profile_gaps(document) == ()
    assert spdx_faults(document) == []
    subject = next(item for item in document["@graph"] if item["type"] == "ai_AIPackage")
    del subject["suppliedBy"]
    place = next(number for number, item in enumerate(document["@graph"]) if item["type"] == "SpdxDocument")
    (fault,) = spdx_faults(document)
    assert fault == Fault(
        where=f"/@graph/{place}/profileConformance",
        message=f"the profile ai is claimed, but {subject['spdxId']} has no suppliedBy",
        severity="error",
    )
    document["@graph"][place]["profileConformance"].remove("ai")
    assert spdx_faults(document) == []
    assert profile_gaps(document) == (f"ai: {subject['spdxId']} has no suppliedBy",)


@pytest.mark.parametrize(
    "member",
    [
        "originatedBy", "software_downloadLocation", "dataset_datasetType", "releaseTime", "builtTime",
        "software_primaryPurpose",
    ],
)  # fmt: skip
def test_each_value_that_the_dataset_profile_asks_for(member: str) -> None:
    document = document_of(DATASET)
    assert profile_gaps(document) == ()
    subject = next(item for item in document["@graph"] if item["type"] == "dataset_DatasetPackage")
    del subject[member]
    assert len(profile_gaps(document)) == 1


@pytest.mark.parametrize("kind", ["hasDeclaredLicense", "hasConcludedLicense"])
def test_exactly_one_licence_of_each_kind(kind: str) -> None:
    document = document_of(COMPLETE)
    edge = next(item for item in document["@graph"] if item.get("relationshipType") == kind)
    more = copy.deepcopy(document)
    more["@graph"].append(edge | {"spdxId": edge["spdxId"] + "~2"})
    assert [gap.rpartition(" has ")[2] for gap in profile_gaps(more)] == [f"2 {kind} relationships, not one"]
    document["@graph"].remove(edge)
    assert [gap.rpartition(" has ")[2] for gap in profile_gaps(document)] == [f"0 {kind} relationships, not one"]


def test_faults_are_bounded() -> None:
    document = good()
    document["@graph"] += [{"type": "Nothing"}] * 5000
    assert len(spdx_faults(document)) == MAX_FAULTS
    document["@graph"] = [{"type": "Hash", "bad": 1, **{f"m{n}": n for n in range(5000)}}]
    assert len(spdx_faults(document)) == MAX_FAULTS
    many = {"@graph": [{"type": "ai_AIPackage", "spdxId": f"a:{number}"} for number in range(1000)]}
    assert len(profile_gaps(many)) == MAX_FAULTS


def test_deep_nesting_is_a_fault() -> None:
    nested: Any = "x"
    for _ in range(200):
        nested = {"type": "Relationship", "from": nested}
    document = good() | {"@graph": [nested]}
    assert any("nested deeper" in fault.message for fault in spdx_faults(document))


def test_large_documents_take_linear_time() -> None:
    files = tuple(record(f"f{number:06}", "text") for number in range(10_000))
    document = document_of(replace(COMPLETE, files=files))
    before = time.process_time()
    assert spdx_faults(document) == []
    assert time.process_time() - before < 5


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["Hash", "Relationship", "_:info", "type"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(kinds())) | st.just("type"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(document=st.dictionaries(st.sampled_from(["@graph", "@context", "type", "spdxId", "to"]), JSON, max_size=4))
@settings(deadline=None, max_examples=100)
def test_any_json_gives_faults_and_no_error(document: Json) -> None:
    assert all(isinstance(fault, Fault) for fault in spdx_faults(document))
    profile_gaps(document)


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_any_changed_document_gives_faults_and_no_error(data: st.DataObject) -> None:
    document = document_of(replace(FULL, files=()))
    item = data.draw(st.sampled_from(document["@graph"]))
    item[data.draw(st.sampled_from(sorted(item)))] = data.draw(JSON)
    spdx_faults(document)
    profile_gaps(document)


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "GPL-2.0+",
        "MIT AND (Apache-2.0 OR Zlib)",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "(GPL-2.0-only WITH Classpath-exception-2.0) OR MIT",
        "LicenseRef-acme",
        "DocumentRef-other:LicenseRef-acme AND MIT",
        "GPL-3.0-only WITH AdditionRef-acme",
        "NOASSERTION",
        "((((MIT))))",
    ],
)
def test_expressions(text: str) -> None:
    assert expression_fault(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "MIT OR", "OR MIT", "MIT Apache-2.0", "MIT and", "apache 2 AND ((", "(MIT", "MIT)", "()", "MIT WITH",
        "MIT WITH (", "(MIT OR Zlib) WITH x", "MIT WITH a WITH b", "MIT AND OR Zlib", "MIT; Zlib", "MIT/Zlib",
        "NONE AND MI+T", "M\u0131T", "MIT WITH AND", "x" * 20_000, "(" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_expression(text: str) -> None:
    assert expression_fault(text)


def test_licences_of_an_expression() -> None:
    text = "(MIT OR GPL-2.0+) AND LicenseRef-x AND GPL-3.0-only WITH Classpath-exception-2.0"
    assert licenses_in(text) == {"MIT", "GPL-2.0", "GPL-3.0-only"}


def test_the_tables_fit_together() -> None:
    members = {member for shape in shapes().values() for member in shape.members}
    assert members == set(kinds())
    assert all(kind.of in words() for kind in kinds().values() if kind.kind == "enum")
    assert all(kind.of in shapes() for kind in kinds().values() if kind.kind == "object")
    assert all(set(shape.required) <= shape.members for shape in shapes().values())
    assert len(words()["RelationshipType"]) == 59
