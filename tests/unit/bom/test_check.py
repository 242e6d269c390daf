"""Anybody's document: what is read, what is refused and why, and which faults are kept."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.check import MAX_FAULTS, check, checked, form_of, read
from attest.domain.bom_result import Fault
from attest.errors import DocumentError
from tests.unit.bom.documents import CONTEXT, Json, model_bom, put, spdx_bom


def data(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_a_sound_cyclonedx_document_passes(version: str) -> None:
    result = check(data(model_bom(version)))
    assert (result.form, result.passed, result.errors, result.warnings) == (f"CycloneDX {version}", True, 0, 0)
    assert result.faults == ()
    assert result.compared is None


def test_a_document_of_version_1_4_passes() -> None:
    result = check(b'{"bomFormat":"CycloneDX","specVersion":"1.4","version":1}')
    assert (result.form, result.passed) == ("CycloneDX 1.4", True)


def test_a_sound_spdx_document_passes() -> None:
    result = check(data(spdx_bom()))
    assert (result.form, result.errors) == ("SPDX 3.0.1", 0)


def test_faults_of_the_schema_and_of_references_are_told_together() -> None:
    document = put(put(model_bom(), "components", 0, "nonsense", value=1), "dependencies", 0, "ref", value="nobody")
    result = check(data(document))
    assert not result.passed
    assert {(fault.where, fault.message) for fault in result.faults} == {
        ("/components/0", "there is no member 'nonsense' here"),
        ("/dependencies/0/ref", "there is no bom-ref 'nobody'"),
        ("/metadata/component", "the subject has no entry in dependencies"),
    }
    assert [fault.severity for fault in result.faults] == ["error", "error", "warning"]
    assert (result.errors, result.warnings) == (2, 1)


def test_a_member_that_stands_twice_is_refused() -> None:
    with pytest.raises(DocumentError, match="member 'bomFormat' stands twice in one object"):
        check(b'{"bomFormat":"CycloneDX","bomFormat":"CycloneDX","specVersion":"1.6"}')


OTHERS: dict[str, tuple[bytes, str]] = {
    "CycloneDX in XML": (
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6"></bom>',
        "the document is CycloneDX 1.6 in XML, which is not read",
    ),
    "RDF": (
        b'<rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#"/>',
        "the document is SPDX in RDF/XML, which is not read",
    ),
    "XML": (b"<html/>", "the document is XML, which is not read"),
    "tag-value": (b"# c\nSPDXVersion: SPDX-2.3\n", "the document is SPDX 2.3 in tag-value form, which is not read"),
    "SPDX 2.3": (data({"spdxVersion": "SPDX-2.3"}), "the document is SPDX '2.3' in JSON, which is not read"),
    "an old CycloneDX": (
        data({"bomFormat": "CycloneDX", "specVersion": "1.3"}),
        "the document is CycloneDX '1.3', and versions 1.4 to 1.7 are read",
    ),
    "a new CycloneDX": (
        data({"bomFormat": "CycloneDX", "specVersion": "2.0"}),
        "the document is CycloneDX '2.0', and versions 1.4 to 1.7 are read",
    ),
    "no version": (
        data({"bomFormat": "CycloneDX", "specVersion": [1]}),
        "the document is CycloneDX an array, and versions 1.4 to 1.7 are read",
    ),
    "a new SPDX": (
        data({"@context": "https://spdx.org/rdf/3.1.0/spdx-context.jsonld", "@graph": []}),
        "the document is SPDX 3.1.0, and 3.0 is read",
    ),
    "other JSON-LD": (
        data({"@context": "https://schema.org/", "@graph": []}),
        "the document is JSON-LD, but its context is not one of SPDX",
    ),
    "a statement": (
        data({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://cyclonedx.org/bom"}),
        "the document is an in-toto statement: the bill is its predicate",
    ),
    "an envelope": (
        data({"payloadType": "application/vnd.in-toto+json"}),
        "the document is a DSSE envelope: the bill is its payload",
    ),
    "a bundle": (
        data({"mediaType": "x", "dsseEnvelope": {}}),
        "the document is a Sigstore bundle: the bill is inside or beside it",
    ),
    "any JSON": (
        data({"name": "x"}),
        "the document is JSON, but no bill of materials: it has neither bomFormat nor a context of SPDX",
    ),
    "no object": (b"[]", "the document is JSON, but an array and no object"),
    "nothing": (b" \n", "the document is empty, which is not read"),
    "an archive": (b"PK\x03\x04", "the document is a compressed archive, which is not read"),
    "no JSON": (b"{", "the document is not strict JSON"),
    "a text in another encoding": (b'{"a":"\xff"}', "the document is not UTF-8 text"),
}


@pytest.mark.parametrize("what", sorted(OTHERS))
def test_what_is_not_read_is_named(what: str) -> None:
    text, message = OTHERS[what]
    with pytest.raises(DocumentError) as caught:
        check(text)
    assert caught.value.message.startswith(message)


def test_the_name_that_is_given_stands_in_errors() -> None:
    with pytest.raises(DocumentError, match=r"x\.json is XML, which is not read"):
        read(b"<a/>", "x.json")


@pytest.mark.parametrize("context", [CONTEXT, [CONTEXT, {}], ["https://example.org/", CONTEXT]])
def test_the_context_tells_the_version_of_spdx(context: object) -> None:
    assert form_of({"@context": context}) == "SPDX 3.0.1"


def test_a_text_that_looks_like_another_format_makes_no_other_format() -> None:
    document = put(model_bom(), "metadata", "component", "description", value="SPDXVersion: SPDX-2.3 <bom/>")
    assert check(data({"$comment": "SPDXVersion: SPDX-2.3"} | document)).form == "CycloneDX 1.6"


def test_numbers_past_any_arithmetic_are_checked() -> None:
    text = data(model_bom()).replace(b'"version": 1,', b'"version": 1E+99999999, "x": -1E-99999999,', 1)
    assert check(text).form == "CycloneDX 1.6"


def test_deep_documents_are_refused() -> None:
    with pytest.raises(DocumentError, match="nested deeper than 200 levels"):
        check(b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":' + b"[" * 300 + b"]" * 300 + b"}")


def test_the_deepest_document_that_is_read_is_checked_to_the_end() -> None:
    component: Json = {"type": "file", "name": "f"}
    for _ in range(97):
        component = {"type": "file", "name": "f", "components": [component]}
    result = check(data({"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [component]}))
    assert (result.errors, result.warnings) == (0, 0)


def test_a_hundred_faults_are_kept_and_all_are_counted() -> None:
    libraries = [{"type": "library", "name": "", "bom-ref": "same", "version": str(number)} for number in range(400)]
    result = check(data(put(model_bom(), "components", value=libraries)))
    assert len(result.faults) == MAX_FAULTS
    assert result.errors >= 400 + 399
    assert all(fault.severity == "error" for fault in result.faults)


def test_errors_are_kept_before_warnings() -> None:
    document = put(
        model_bom(), "dependencies", value=[{"ref": "d", "dependsOn": []}, *({"ref": "d"} for _ in range(150))]
    )
    document = put(document, "components", 1, "name", value="")
    result = check(data(document))
    assert result.warnings >= 150
    kept = [fault.severity for fault in result.faults]
    assert kept == ["error"] * result.errors + ["warning"] * (MAX_FAULTS - result.errors)
    assert len(result.faults) == MAX_FAULTS


def test_faults_of_others_are_counted_with_them() -> None:
    more = [Fault(where="", message="m", severity="error")]
    result = checked(model_bom(), "CycloneDX 1.6", more, compared=3)
    assert (result.errors, result.compared, result.passed) == (1, 3, False)


def test_pointers_are_cut_where_nobody_reads_on() -> None:
    document = put(model_bom(), "metadata", "component", "x" * 100_000, value={"bom-ref": "torch"})
    assert max(len(fault.where) for fault in check(data(document)).faults) <= 1024


def test_a_check_alone_brings_the_validator_and_nothing_checks_on_import() -> None:
    code = (
        "import sys; import attest.bom.check, attest.bom.links, attest.bom.schema, attest.bom.check_files;"
        "assert not {'jsonschema', 'rfc3987_syntax', 'referencing'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            [
                "metadata", "component", "components", "bom-ref", "name", "type", "ref", "dependsOn", "dependencies",
                "licenses", "license", "id", "expression", "hashes", "alg", "content", "pedigree", "ancestors", "tools",
                "citations", "pointers", "@graph", "@id", "spdxId", "from", "to", "relationshipType", "purl",
                "modelCard", "modelParameters", "inputs", "data", "properties", "value", "specVersion",
            ]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(ANY, st.sampled_from([{"bomFormat": "CycloneDX", "specVersion": "1.7"}, {"@context": CONTEXT}, {}]))
@settings(deadline=None, max_examples=150)
def test_any_json_is_checked_or_refused(value: Any, head: Json) -> None:
    document = (value if isinstance(value, dict) else {"components": value}) | head
    try:
        result = check(data(document))
    except DocumentError:
        return
    assert result.errors >= 0
    assert all(len(fault.message) <= 400 for fault in result.faults)


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=100)
def test_any_bytes_are_refused_in_words(text: bytes) -> None:
    with pytest.raises(DocumentError):
        check(text)


SOUND = data(model_bom("1.7"))


@given(st.integers(min_value=0, max_value=len(SOUND) - 1), st.integers(min_value=0, max_value=255))
@settings(deadline=None, max_examples=100)
def test_a_document_with_one_other_byte_is_checked_or_refused(position: int, byte: int) -> None:
    text = bytearray(SOUND)
    text[position] = byte
    with suppress(DocumentError):
        assert check(bytes(text)).form.startswith("CycloneDX 1.")
