"""References of a CycloneDX document, and what is wrong inside one component: each class of fault once."""

from __future__ import annotations

import pytest

from attest.bom.links import components_of, cyclonedx_faults, link_faults
from tests.unit.bom.documents import Json, drop, model_bom, put

SOUND = model_bom("1.7")
SUBJECT = ("metadata", "component")
CARD = (*SUBJECT, "modelCard", "modelParameters")
CARD_POINTER = "/metadata/component/modelCard/modelParameters"


def told(document: Json) -> list[tuple[str, str, str]]:
    return [(fault.severity, fault.where, fault.message) for fault in cyclonedx_faults(document)]


def test_a_sound_document_has_none() -> None:
    assert told(SOUND) == []
    assert link_faults(SOUND) == []
    assert {component["name"] for component in components_of(SOUND)} == {
        "t", "m", "b", "d", "torch", "model.safetensors", "sub/config.json",
    }  # fmt: skip
    assert link_faults({}) == []


PLACES_OF_REFS: dict[str, tuple[str | int, ...]] = {
    "a subject": (*SUBJECT, "bom-ref"),
    "a tool": ("metadata", "tools", "components", 0, "bom-ref"),
    "a nested component": (*SUBJECT, "components", 0, "bom-ref"),
    "an ancestor": (*SUBJECT, "pedigree", "ancestors", 0, "bom-ref"),
    "a card": (*SUBJECT, "modelCard", "bom-ref"),
    "data": ("components", 0, "data", 0, "bom-ref"),
    "a service": ("services", 0, "bom-ref"),
    "a composition": ("compositions", 0, "bom-ref"),
    "a vulnerability": ("vulnerabilities", 0, "bom-ref"),
    "an annotation": ("annotations", 0, "bom-ref"),
    "an annotator": ("annotations", 0, "annotator", "component", "bom-ref"),
    "a formula": ("formulation", 0, "bom-ref"),
    "a component of formulation": ("formulation", 0, "components", 0, "bom-ref"),
    "a workflow": ("formulation", 0, "workflows", 0, "bom-ref"),
    "a task": ("formulation", 0, "workflows", 0, "tasks", 0, "bom-ref"),
    "a trigger": ("formulation", 0, "workflows", 0, "trigger", "bom-ref"),
    "an assessor": ("declarations", "assessors", 0, "bom-ref"),
    "a claim": ("declarations", "claims", 0, "bom-ref"),
    "evidence": ("declarations", "evidence", 0, "bom-ref"),
    "a standard": ("definitions", "standards", 0, "bom-ref"),
    "a requirement": ("definitions", "standards", 0, "requirements", 0, "bom-ref"),
    "a citation": ("citations", 0, "bom-ref"),
    "an author": ("metadata", "authors", 0, "bom-ref"),
    "a licence": (*SUBJECT, "licenses", 0, "license", "bom-ref"),
}


@pytest.mark.parametrize("what", sorted(PLACES_OF_REFS))
def test_a_bom_ref_stands_once_in_the_whole_document(what: str) -> None:
    path = PLACES_OF_REFS[what]
    other = "torch" if what != "a subject" else "d"
    faults = told(put(SOUND, *path, value=other))
    pointer = "/" + "/".join(map(str, path))
    doubled = [(severity, where) for severity, where, message in faults if "stands a second time" in message]
    both = {"/components/1/bom-ref", "/components/0/bom-ref", pointer}
    assert [severity for severity, _ in doubled] == ["error"]
    assert doubled[0][1] in both


def test_the_second_of_two_equal_refs_names_the_first() -> None:
    faults = told(put(SOUND, "components", 1, "bom-ref", value="m"))
    message = "the bom-ref 'm' stands a second time; first at /metadata/component"
    assert ("error", "/components/1/bom-ref", message) in faults


PLACES_OF_USES: dict[str, tuple[str | int, ...]] = {
    "an entry": ("dependencies", 0, "ref"),
    "dependsOn": ("dependencies", 0, "dependsOn", 0),
    "a dataset": (*CARD, "datasets", 0, "ref"),
    "an assembly": ("compositions", 0, "assemblies", 0),
    "a dependency of a composition": ("compositions", 0, "dependencies", 0),
    "a vulnerability of a composition": ("compositions", 0, "vulnerabilities", 0),
    "what a vulnerability affects": ("vulnerabilities", 0, "affects", 0, "ref"),
    "the subject of an annotation": ("annotations", 0, "subjects", 0),
    "a resource": ("formulation", 0, "workflows", 0, "resourceReferences", 0, "ref"),
    "an input": ("formulation", 0, "workflows", 0, "tasks", 0, "inputs", 0, "resource", "ref"),
    "an output": ("formulation", 0, "workflows", 0, "outputs", 0, "resource", "ref"),
    "the assessor of an attestation": ("declarations", "attestations", 0, "assessor"),
    "a requirement of an attestation": ("declarations", "attestations", 0, "map", 0, "requirement"),
    "a claim of an attestation": ("declarations", "attestations", 0, "map", 0, "claims", 0),
    "a mitigation": ("declarations", "attestations", 0, "map", 0, "conformance", "mitigationStrategies", 0),
    "the target of a claim": ("declarations", "claims", 0, "target"),
    "evidence": ("declarations", "claims", 0, "evidence", 0),
    "counter evidence": ("declarations", "claims", 0, "counterEvidence", 0),
    "a parent": ("definitions", "standards", 0, "requirements", 1, "parent"),
    "who is cited": ("citations", 0, "attributedTo"),
}


@pytest.mark.parametrize("what", sorted(PLACES_OF_USES))
def test_a_reference_leads_to_a_bom_ref(what: str) -> None:
    path = PLACES_OF_USES[what]
    assert ("error", "/" + "/".join(map(str, path)), "there is no bom-ref 'nobody'") in told(
        put(SOUND, *path, value="nobody")
    )


MORE_USES: dict[str, tuple[tuple[str | int, ...], object]] = {
    "provides": (("dependencies", 0, "provides"), ["nobody"]),
    "the process of a citation": (("citations", 0, "process"), "nobody"),
    "tools of an identity": ((*SUBJECT, "evidence"), {"identity": [{"field": "name", "tools": ["nobody"]}]}),
    "levels of a standard": (("definitions", "standards", 0, "levels"), [{"requirements": ["nobody"]}]),
    "an algorithm": (
        ("components", 1, "cryptoProperties"),
        {"certificateProperties": {"signatureAlgorithmRef": "nobody"}},
    ),
    "a cipher suite": (
        ("components", 1, "cryptoProperties"),
        {"protocolProperties": {"cipherSuites": [{"algorithms": ["nobody"]}]}},
    ),
    "an IKE algorithm of 1.6": (
        ("components", 1, "cryptoProperties"),
        {"protocolProperties": {"ikev2TransformTypes": {"encr": ["nobody"]}}},
    ),
    "an IKE algorithm of 1.7": (
        ("components", 1, "cryptoProperties"),
        {"protocolProperties": {"ikev2TransformTypes": {"auth": [{"algorithm": "nobody"}]}}},
    ),
    "a patent": (("components", 1, "patentAssertions"), [{"assertionType": "x", "patentRefs": ["nobody"]}]),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(MORE_USES))
def test_rare_references_are_followed_too(what: str) -> None:
    path, value = MORE_USES[what]
    assert [message for _, _, message in told(put(SOUND, *path, value=value))] == ["there is no bom-ref 'nobody'"]


def test_a_link_to_another_document_is_not_followed_but_one_to_this_is() -> None:
    own = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79"
    for ref in ("urn:cdx:00000000-0000-4000-8000-000000000000/1#x", f"{own}/2#x", f"{own}/1#d", f"{own}/1"):
        assert told(put(SOUND, *CARD, "datasets", 0, "ref", value=ref)) == []
    faults = told(put(SOUND, *CARD, "datasets", 0, "ref", value=f"{own}/1#x"))
    assert [message for _, _, message in faults] == ["there is no bom-ref 'x'"]


def test_without_a_serial_number_every_link_leads_elsewhere() -> None:
    document = put(drop(SOUND, "serialNumber"), *CARD, "datasets", 0, "ref", value="urn:cdx:x/1#x")
    assert [where for _, where, _ in told(document)] == ["/annotations/0/subjects/1"]


def test_a_bom_ref_that_looks_like_a_link_is_a_warning() -> None:
    document = put(SOUND, "services", 0, "data", 0, "bom-ref", value="urn:cdx:x")
    assert told(document) == [
        ("warning", "/services/0/data/0/bom-ref", "a bom-ref that starts like a BOM-Link is taken for one")
    ]


DEPENDENCIES: dict[str, tuple[Json, str, str]] = {
    "no entry for the subject": (
        drop(SOUND, "dependencies", 0),
        "/metadata/component",
        "the subject has no entry in dependencies",
    ),
    "no dependencies": (drop(SOUND, "dependencies"), "/metadata/component", "the subject has no entry in dependencies"),
    "two entries": (put(SOUND, "dependencies", 3, value={"ref": "d"}), "/dependencies/3/ref", "'d' has a second entry"),
    "a circle of one": (
        put(SOUND, "dependencies", 1, "dependsOn", value=["d"]),
        "/dependencies",
        "dependencies go round in a circle: 'd' → 'd'",
    ),
    "a circle": (
        put(SOUND, "dependencies", 1, "dependsOn", value=["m"]),
        "/dependencies",
        "dependencies go round in a circle: 'm' → 'd' → 'm'",
    ),
    "a wide circle": (
        put(
            put(SOUND, "dependencies", 1, "dependsOn", value=["s"]),
            "dependencies",
            3,
            value={"ref": "torch", "dependsOn": ["m"]},
        ),
        "/dependencies",
        "dependencies go round in a circle: 'm' → 'd' → 's' → …",
    ),
}


@pytest.mark.parametrize("what", sorted(DEPENDENCIES))
def test_dependencies(what: str) -> None:
    document, where, message = DEPENDENCIES[what]
    assert told(document) == [("warning", where, message)]


def test_a_subject_without_a_ref_is_a_warning() -> None:
    document = {"metadata": {"component": {"type": "file", "name": "f"}}}
    assert told(document) == [
        ("warning", "/metadata/component", "the subject has no bom-ref, so nothing can refer to it")
    ]


@pytest.mark.parametrize("pointer", ["", "/components/0/name", "/metadata/tools", "/formulation/0/workflows/0/uid"])
def test_citations_point_somewhere(pointer: str) -> None:
    assert told(put(SOUND, "citations", 0, "pointers", value=[pointer])) == []


def test_an_escaped_pointer_is_followed() -> None:
    document = put(put(SOUND, "a/b~c", value=1), "citations", 0, "pointers", value=["/a~1b~0c"])
    assert told(document) == []


@pytest.mark.parametrize(
    ("pointer", "fault"),
    [
        ("/components/7", "points nowhere"),
        ("/components/00", "points nowhere"),
        ("/components/-", "points nowhere"),
        ("/components/99999999999", "points nowhere"),
        ("/components/0/name/x", "points nowhere"),
        ("/nobody", "points nowhere"),
        ("$.components[0]", "is no JSON pointer"),
        ("/a~b", "is no JSON pointer"),
        ("components", "is no JSON pointer"),
    ],
)
def test_citations_that_point_nowhere(pointer: str, fault: str) -> None:
    document = put(SOUND, "citations", 0, "pointers", value=[pointer])
    assert told(document) == [("error", "/citations/0/pointers/0", f"'{pointer}' {fault}")]


CONTENT: dict[str, tuple[tuple[str | int, ...], object, tuple[str, str, str]]] = {
    "an empty name": (
        ("components", 1, "name"), "", ("error", "/components/1/name", "the name is empty"),
    ),
    "an empty name of a service": (
        ("services", 0, "name"), "", ("error", "/services/0/name", "the name is empty"),
    ),
    "a card on a framework": (
        ("components", 1, "modelCard"), {},
        ("error", "/components/1/modelCard", "a modelCard on a component of type 'framework'"),
    ),
    "data on a framework": (
        ("components", 1, "data"), [{"type": "dataset"}],
        ("error", "/components/1/data", "data on a component of type 'framework'"),
    ),
    "no data": (
        ("components", 0, "data"), [], ("warning", "/components/0/data", "the list of data is empty"),
    ),
    "an input without a format": (
        (*CARD, "inputs"), [{}],
        ("warning", f"{CARD_POINTER}/inputs/0", "one of the model's inputs has no format"),
    ),
    "an output with an empty format": (
        (*CARD, "outputs"), [{"format": ""}],
        ("warning", f"{CARD_POINTER}/outputs/0", "one of the model's outputs has no format"),
    ),
    "a short digest": (
        (*SUBJECT, "hashes", 1, "content"), "a" * 64,
        ("error", "/metadata/component/hashes/1/content", "64 digits are no 'SHA-512', which has 128"),
    ),
    "a short digest of a reference": (
        (*SUBJECT, "externalReferences", 0, "hashes"), [{"alg": "SHA-1", "content": "a" * 32}],
        (
            "error",
            "/metadata/component/externalReferences/0/hashes/0/content",
            "32 digits are no 'SHA-1', which has 40",
        ),
    ),
    "a purl that is none": (
        ("components", 1, "purl"), "pypi/torch", ("error", "/components/1/purl", "'pypi/torch' is no package URL"),
    ),
    "a purl without a name": (
        ("components", 1, "purl"), "pkg:pypi", ("error", "/components/1/purl", "'pkg:pypi' is no package URL"),
    ),
    "an expression that is none": (
        ("components", 1, "licenses"), [{"expression": "apache 2 AND (("}],
        (
            "error",
            "/components/1/licenses/0/expression",
            "the licence expression 'apache 2 AND ((' has '2' where it cannot stand",
        ),
    ),
    "no licence beside one": (
        ("components", 1, "licenses"), [{"license": {"name": "NONE"}}, {"license": {"id": "MIT"}}],
        ("warning", "/components/1/licenses", "one entry says that there is no licence, another one 'MIT'"),
    ),
    "another licence concluded than declared": (
        ("components", 1, "licenses"),
        [
            {"license": {"id": "MIT", "acknowledgement": "declared"}},
            {"expression": "Apache-2.0", "acknowledgement": "concluded"},
        ],
        ("warning", "/components/1/licenses", "'MIT' is declared, but 'Apache-2.0' concluded"),
    ),
    "two licences concluded": (
        ("components", 1, "licenses"),
        [{"license": {"id": one, "acknowledgement": "concluded"}} for one in ("MIT", "Apache-2.0")],
        (
            "warning",
            "/components/1/licenses",
            "2 different licences are concluded without an expression that joins them",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(CONTENT))
def test_what_is_wrong_inside_one_component(what: str) -> None:
    path, value, fault = CONTENT[what]
    assert told(put(SOUND, *path, value=value)) == [fault]


@pytest.mark.parametrize(
    "licenses",
    [
        [{"license": {"id": "MIT"}}, {"license": {"name": "mit"}}],
        [
            {"license": {"id": "MIT", "acknowledgement": "declared"}},
            {"expression": "MIT", "acknowledgement": "concluded"},
        ],
        [{"expression": "LicenseRef-attest-x AND GPL-2.0-only WITH Classpath-exception-2.0"}],
        [{"license": {"name": "NONE"}}],
    ],
)
def test_licences_that_do_not_contradict_each_other(licenses: list[Json]) -> None:
    assert told(put(SOUND, "components", 1, "licenses", value=licenses)) == []


def test_inputs_of_formulation_are_no_ports() -> None:
    assert told(put(SOUND, "formulation", 0, "workflows", 0, "inputs", value=[{"resource": {"ref": "d"}}])) == []


def test_an_algorithm_of_unknown_length_has_any() -> None:
    assert told(put(SOUND, *SUBJECT, "hashes", value=[{"alg": "BLAKE3", "content": "a" * 32}])) == []


def test_a_long_purl_is_not_even_parsed() -> None:
    faults = told(put(SOUND, "components", 1, "purl", value="pkg:pypi/" + "a" * 5000))
    assert [message.partition("…")[2] for _, _, message in faults] == [" is longer than 4096 characters"]


def test_errors_alone_are_told_to_whoever_writes_a_document() -> None:
    document = put(drop(SOUND, "dependencies"), "components", 1, "name", value="")
    assert link_faults(document) == ["/components/1/name: the name is empty"]


def test_messages_are_short_and_hold_no_control_characters() -> None:
    document = put(SOUND, "dependencies", 0, "ref", value="\x1b[31m" + "x" * 10_000)
    ((_, _, message),) = [fault for fault in told(document) if "no bom-ref" in fault[2]]
    assert message.isprintable()
    assert len(message) <= 160


@pytest.mark.parametrize(
    "member", ["metadata", "components", "dependencies", "citations", "annotations", "compositions"]
)
@pytest.mark.parametrize(
    "value", [None, 1, "x", [], {}, [1], [None], [[]], {"component": 1}, [{"ref": 1}], [{"pointers": 1}]]
)
def test_members_of_other_shapes_are_passed_over(member: str, value: object) -> None:
    for severity, _, message in told(put(SOUND, member, value=value)):
        assert severity in ("error", "warning")
        assert message
