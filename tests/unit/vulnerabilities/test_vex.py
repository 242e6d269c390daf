"""What VEX documents say is put beside the vulnerabilities that they are about, and takes none away."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.domain.bom import Analysis, Conflict, Value, Vulnerability
from attest.errors import DocumentError
from attest.vulnerabilities import attach, read_vex

JINJA = Vulnerability(
    id="PYSEC-2024-1", affects="pkg:pypi/jinja2@3.1.2", aliases=("CVE-2024-22195", "GHSA-h5c8-rqwp-cp95")
)
IDNA = Vulnerability(id="CVE-2024-3651", affects="pkg:pypi/idna@3.6")
BOTH = (IDNA, JINJA)


def statement(
    name: str = "CVE-2024-22195", product: Any = "pkg:pypi/jinja2@3.1.2", status: str = "not_affected", **more: Any
) -> dict[str, Any]:
    products = [{"@id": product}] if isinstance(product, str) else product
    return {"vulnerability": {"name": name}, "products": products, "status": status, **more}


def openvex(*statements: Any, timestamp: str = "2024-07-01T00:00:00Z", **more: Any) -> bytes:
    return json.dumps(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "@id": "https://acme.test/vex/1",
            "author": "Acme",
            "timestamp": timestamp,
            "version": 1,
            "statements": list(statements),
            **more,
        }
    ).encode()


def said(*documents: bytes, **subject: str) -> dict[str, Analysis]:
    """What is said, by id, of those of which anything is said."""
    statements = [one for index, data in enumerate(documents) for one in read_vex(data, f"{index}.json")]
    found = attach(BOTH, statements, **subject).vulnerabilities
    assert [one.id for one in found] == [one.id for one in BOTH], "none is taken away"
    return {one.id: one.analysis for one in found if one.analysis is not None}


def states(*documents: bytes, **subject: str) -> dict[str, str]:
    return {identity: analysis.state for identity, analysis in said(*documents, **subject).items()}


def test_a_statement_is_put_beside_the_vulnerability_that_it_names() -> None:
    document = openvex(
        statement(
            justification="vulnerable_code_not_in_execute_path",
            impact_statement="No template\nof a user is rendered",
            status_notes="checked by hand",
        )
    )
    assert said(document) == {
        "PYSEC-2024-1": Analysis(
            state="not_affected",
            justification="code_not_reachable",
            detail="No template of a user is rendered; checked by hand",
            source="0.json",
        )
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("not_affected", "not_affected"),
        ("affected", "exploitable"),
        ("fixed", "resolved"),
        ("under_investigation", "in_triage"),
    ],
)
def test_each_status_has_its_state(status: str, state: str) -> None:
    assert states(openvex(statement(status=status))) == {"PYSEC-2024-1": state}


@pytest.mark.parametrize(
    ("label", "justification", "detail"),
    [
        ("component_not_present", "code_not_present", ""),
        ("vulnerable_code_not_present", "code_not_present", ""),
        ("inline_mitigations_already_exist", "protected_by_mitigating_control", ""),
        (
            "vulnerable_code_cannot_be_controlled_by_adversary",
            "",
            "justification: vulnerable_code_cannot_be_controlled_by_adversary",
        ),
    ],
)
def test_a_justification_without_an_equal_is_told_in_its_own_words(label: str, justification: str, detail: str) -> None:
    (one,) = said(openvex(statement(justification=label))).values()
    assert (one.justification, one.detail) == (justification, detail)


@pytest.mark.parametrize(
    ("name", "aliases"),
    [("PYSEC-2024-1", []), ("ghsa-h5c8-rqwp-cp95", []), ("ACME-1", ["cve-2024-22195"])],
)
def test_any_of_its_names_will_do(name: str, aliases: list[str]) -> None:
    entry = statement() | {"vulnerability": {"name": name, "aliases": aliases}}
    assert states(openvex(entry)) == {"PYSEC-2024-1": "not_affected"}


def test_before_version_02_names_were_texts() -> None:
    entry = statement(product=["pkg:pypi/jinja2@3.1.2"]) | {"vulnerability": "CVE-2024-22195"}
    entry["products"] = ["pkg:pypi/jinja2@3.1.2"]
    assert states(openvex(entry)) == {"PYSEC-2024-1": "not_affected"}


@pytest.mark.parametrize(
    "product",
    [
        "pkg:pypi/jinja2",
        "pkg:pypi/Jinja2@3.1.2",
        "pkg:pypi/jinja2@3.1.2.0",
        [{"@id": "https://acme.test/jinja", "identifiers": {"purl": "pkg:pypi/jinja2@3.1.2"}}],
        [{"@id": "pkg:pypi/other"}, {"@id": "pkg:pypi/jinja2"}],
    ],
)
def test_a_purl_covers_the_component(product: Any) -> None:
    assert states(openvex(statement(product=product))) == {"PYSEC-2024-1": "not_affected"}


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("CVE-2024-22195", "pkg:pypi/jinja2@3.1.3"),
        ("CVE-2024-22195", "pkg:pypi/markupsafe@3.1.2"),
        ("CVE-2024-22195", "pkg:deb/debian/jinja2@3.1.2"),
        ("CVE-2024-22195", "pkg:pypi/jinja2@3.1.2?vcs_url=git%2Bhttps://x.test/jinja"),
        ("CVE-2024-22195", "jinja2"),
        ("CVE-2024-22195", []),
        ("CVE-2024-2219", "pkg:pypi/jinja2@3.1.2"),
        ("CVE-2024-221955", "pkg:pypi/jinja2@3.1.2"),
    ],
)
def test_another_version_package_or_vulnerability_is_another(name: str, product: Any) -> None:
    assert states(openvex(statement(name=name, product=product))) == {}


PART = [{"@id": "pkg:oci/trainer@1.0", "subcomponents": [{"@id": "pkg:pypi/jinja2@3.1.2"}]}]


@pytest.mark.parametrize(
    ("subject", "applies"),
    [
        ({"name": "trainer", "version": "1.0"}, True),
        ({"name": "trainer", "version": "2.0"}, False),
        ({"name": "trainer"}, False),
        ({"name": "server", "version": "1.0"}, False),
        ({}, False),
    ],
)
def test_a_part_of_a_product_is_meant_only_in_that_product(subject: dict[str, str], applies: bool) -> None:
    assert states(openvex(statement(product=PART)), **subject) == ({"PYSEC-2024-1": "not_affected"} if applies else {})


def test_a_product_without_a_version_is_every_version_of_it() -> None:
    part = [{"@id": "trainer", "subcomponents": [{"identifiers": {"purl": "pkg:pypi/jinja2"}}]}]
    assert states(openvex(statement(product=part)), name="trainer", version="7") == {"PYSEC-2024-1": "not_affected"}


def test_a_statement_about_the_subject_as_a_whole_is_about_its_components() -> None:
    document = openvex(statement(product="pkg:oci/trainer@1.0"))
    assert states(document, name="trainer", version="1.0") == {"PYSEC-2024-1": "not_affected"}
    assert states(document, name="trainer", version="1.1") == {}


def test_the_latest_statement_counts_whatever_the_order() -> None:
    early = openvex(statement(status="under_investigation"), timestamp="2024-07-01T00:00:00Z")
    late = openvex(statement(status="not_affected"), timestamp="2024-06-30T23:00:00-05:00")
    assert states(early, late) == states(late, early) == {"PYSEC-2024-1": "not_affected"}


def test_the_time_of_a_statement_comes_before_that_of_its_document() -> None:
    entries = [
        statement(status="fixed", timestamp="2024-07-03T00:00:00.123456789Z"),
        statement(status="affected", timestamp="2024-07-02T00:00:00Z"),
    ]
    assert states(openvex(*entries)) == {"PYSEC-2024-1": "resolved"}


def test_without_times_the_last_counts_and_they_are_a_conflict() -> None:
    documents = [openvex(statement(status=status), timestamp="") for status in ("affected", "not_affected")]
    statements = [one for index, data in enumerate(documents) for one in read_vex(data, f"{index}.json")]
    found = attach(BOTH, statements)
    assert found.vulnerabilities[1].analysis == Analysis(state="not_affected", source="1.json")
    assert found.conflicts == (
        Conflict(
            about="PYSEC-2024-1 pkg:pypi/jinja2@3.1.2",
            values=(
                Value(text="exploitable", origin="declared", source="0.json"),
                Value(text="not_affected", origin="declared", source="1.json"),
            ),
        ),
    )


def test_an_update_is_no_conflict() -> None:
    entries = [statement(status="affected", timestamp="2024-07-02T00:00:00Z"), statement(status="fixed")]
    assert attach(BOTH, read_vex(openvex(*entries), "a")).conflicts == ()


# --- CycloneDX ---

JINJA_COMPONENT = {"type": "library", "bom-ref": "j", "name": "jinja2", "purl": "pkg:pypi/jinja2@3.1.2"}


def cyclonedx(
    *refs: Any,
    spec: str = "1.6",
    analysis: Any = None,
    components: Any = (),
    identity: str = "CVE-2024-22195",
    **more: Any,
) -> bytes:
    affects = [{"ref": ref} if isinstance(ref, str) else ref for ref in refs]
    entry = {"id": identity, "analysis": analysis or {"state": "not_affected"}, "affects": affects, **more}
    subject = {"type": "application", "bom-ref": "app", "name": "trainer", "version": "1.0", "components": []}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "metadata": {"timestamp": "2024-07-01T00:00:00Z", "component": subject},
        "components": list(components),
        "vulnerabilities": [entry],
    }
    return json.dumps(document).encode()


@pytest.mark.parametrize("spec", ["1.4", "1.5", "1.6", "1.7"])
def test_an_analysis_of_cyclonedx_is_taken_as_it_is(spec: str) -> None:
    analysis = {
        "state": "exploitable",
        "justification": "requires_environment",
        "response": ["workaround_available", "update", "hope"],
        "detail": "only behind\na proxy",
    }
    assert said(cyclonedx("j", spec=spec, analysis=analysis, components=[JINJA_COMPONENT])) == {
        "PYSEC-2024-1": Analysis(
            state="exploitable",
            justification="requires_environment",
            detail="only behind a proxy",
            response=("update", "workaround_available"),
            source="0.json",
        )
    }


@pytest.mark.parametrize(
    "ref",
    [
        "j",
        "pkg:pypi/jinja2@3.1.2",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#j",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Apypi/jinja2%403.1.2",
        "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:pypi/jinja2@3.1.2",
    ],
)
def test_a_reference_leads_to_the_component(ref: str) -> None:
    assert states(cyclonedx(ref, components=[JINJA_COMPONENT])) == {"PYSEC-2024-1": "not_affected"}


def test_a_nested_component_is_found() -> None:
    outer = {"type": "library", "bom-ref": "o", "name": "outer", "components": [JINJA_COMPONENT]}
    assert states(cyclonedx("j", components=[outer])) == {"PYSEC-2024-1": "not_affected"}


@pytest.mark.parametrize("ref", ["x", "", "urn:cdx:nonsense#j", "pkg:pypi/jinja2@3.1.3"])
def test_a_reference_to_something_else_applies_to_nothing(ref: str) -> None:
    assert states(cyclonedx(ref, components=[JINJA_COMPONENT])) == {}


def test_what_affects_the_subject_applies_only_there() -> None:
    assert states(cyclonedx("app"), name="trainer", version="1.0") == {"PYSEC-2024-1": "not_affected"}
    assert states(cyclonedx("app"), name="trainer", version="2.0") == {}
    assert states(cyclonedx("app")) == {}


@pytest.mark.parametrize(
    ("versions", "state"),
    [
        ([{"version": "3.1.2"}], "exploitable"),
        ([{"version": "3.1.2", "status": "affected"}], "exploitable"),
        ([{"version": "3.1.2", "status": "unaffected"}], "not_affected"),
        ([{"version": "3.1.2", "status": "unknown"}], None),
        ([{"version": "3.1.1"}], None),
        ([{"range": "vers:pypi/<3.1.3", "status": "affected"}], None),
    ],
)
def test_listed_versions_say_which_are_meant(versions: list[Any], state: str | None) -> None:
    affected = {"ref": "pkg:pypi/jinja2", "versions": versions}
    document = cyclonedx(affected, analysis={"state": "exploitable"})
    assert states(document) == ({"PYSEC-2024-1": state} if state else {})


def test_references_of_a_vulnerability_are_names_too() -> None:
    document = cyclonedx("pkg:pypi/jinja2", identity="ACME-1", references=[{"id": "CVE-2024-22195", "source": {}}])
    assert states(document) == {"PYSEC-2024-1": "not_affected"}


def test_a_vulnerability_without_an_analysis_says_nothing() -> None:
    document = json.loads(cyclonedx("pkg:pypi/jinja2"))
    del document["vulnerabilities"][0]["analysis"]
    assert states(json.dumps(document).encode()) == {}


# --- CSAF ---


def csaf(status: dict[str, list[str]], version: str = "2.0", **more: Any) -> bytes:
    def product(identity: str, name: str, purl: str) -> dict[str, Any]:
        known = {"product_identification_helper": {"purl": purl}} if purl else {}
        return {"product": {"product_id": identity, "name": name, **known}}

    tree = {
        "branches": [
            {
                "category": "vendor",
                "name": "Acme",
                "branches": [
                    product("J", "Jinja 3.1.2", "pkg:pypi/jinja2@3.1.2"),
                    product("T", "trainer@1.0", ""),
                ],
            }
        ],
        "full_product_names": [product("I", "idna", "pkg:pypi/idna@3.6")["product"]],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": "J",
                "relates_to_product_reference": "T",
                "full_product_name": {"product_id": "T:J", "name": "Jinja as part of trainer"},
            }
        ],
    }
    entry = {"cve": "CVE-2024-22195", "product_status": status, **more}
    header = {
        "category": "csaf_vex",
        "csaf_version": version,
        "tracking": {"current_release_date": "2024-07-01T00:00:00Z"},
    }
    return json.dumps({"document": header, "product_tree": tree, "vulnerabilities": [entry]}).encode()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("known_not_affected", "not_affected"),
        ("known_affected", "exploitable"),
        ("fixed", "resolved"),
        ("under_investigation", "in_triage"),
    ],
)
@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_each_product_status_of_csaf_has_its_state(status: str, state: str, version: str) -> None:
    assert states(csaf({status: ["J"]}, version)) == {"PYSEC-2024-1": state}


def test_flags_threats_and_remediations_of_csaf_tell_more() -> None:
    document = csaf(
        {"known_not_affected": ["J"]},
        flags=[
            {"label": "component_not_present", "product_ids": ["T"]},
            {"label": "vulnerable_code_not_in_execute_path", "product_ids": ["J"]},
        ],
        threats=[
            {"category": "impact", "details": "Never rendered", "product_ids": ["J"]},
            {"category": "exploit_status", "details": "proof of concept", "product_ids": ["J"]},
            {"category": "impact", "details": "of another", "product_ids": ["T"]},
        ],
        remediations=[
            {"category": "vendor_fix", "details": "3.1.3", "product_ids": ["J"]},
            {"category": "none_available", "details": ""},
        ],
    )
    assert said(document) == {
        "PYSEC-2024-1": Analysis(
            state="not_affected",
            justification="code_not_reachable",
            detail="Never rendered",
            response=("update",),
            source="0.json",
        )
    }


def test_a_relationship_of_csaf_is_meant_only_in_its_product() -> None:
    assert states(csaf({"known_not_affected": ["T:J"]})) == {}
    assert states(csaf({"known_not_affected": ["T:J"]}), name="trainer", version="1.0") == {
        "PYSEC-2024-1": "not_affected"
    }


def test_the_ids_of_csaf_are_names_too() -> None:
    document = csaf({"fixed": ["I"]}, cve="CVE-1", ids=[{"system_name": "x", "text": "CVE-2024-3651"}])
    assert states(document) == {"CVE-2024-3651": "resolved"}


# --- What is refused ---


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "is not strict JSON"),
        (b"[]", "is not an object"),
        (b"{}", "is no VEX document"),
        (b'{"@context":"https://schema.org"}', "is no VEX document"),
        (openvex(statement(status="fine")), "status 'fine'"),
        (openvex(statement(name="")), "about no vulnerability"),
        (openvex("text"), "statements that is no array of objects"),
        (openvex(statement(product=[{"subcomponents": "x"}])), "subcomponents that is no array of objects"),
        (cyclonedx("j", spec="1.3"), "is CycloneDX '1.3'"),
        (cyclonedx("j", analysis={"state": "fine"}), "the state 'fine'"),
        (cyclonedx("j", components="x"), "components that is no array of objects"),
        (csaf({}, version="1.2"), "another version of CSAF"),
        (csaf({"fixed": ["J"]}, flags={}), "flags that is no array of objects"),
        (b'{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}', "stands twice"),
        (b'{"@context":"https://openvex.dev/ns","a":' + b"[" * 99 + b"]" * 99 + b"}", "nested deeper"),
    ],
)
def test_a_document_that_is_none_is_refused_by_name(document: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_vex(document, "vex.json")
    assert "vex.json" in str(refused.value)
    assert reason in str(refused.value)


GOOD = [
    openvex(statement(product=PART), statement(justification="component_not_present")),
    cyclonedx("j", "app", components=[JINJA_COMPONENT]),
    csaf({"fixed": ["J", "T:J"]}, flags=[{"label": "x"}]),
]
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "fixed", "J", "pkg:pypi/jinja2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@id", "purl", "ref"]), inner),
    max_leaves=5,
)


@given(st.sampled_from(GOOD), st.data())
def test_any_member_of_another_type_is_refused_or_left_out(document: bytes, data: st.DataObject) -> None:
    tree = json.loads(document)
    place: Any = tree
    for _ in range(data.draw(st.integers(0, 8))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys)) if keys else None
        if key is None or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            if key is not None:
                place[key] = data.draw(junk)
            break
        place = place[key]
    try:
        statements = read_vex(json.dumps(tree).encode(), "vex.json")
    except DocumentError:
        return
    assert len(attach(BOTH, statements, name="trainer", version="1.0").vulnerabilities) == 2
