"""What people see of anybody's bill: complete, in order, and never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.bom.cyclonedx import to_cyclonedx
from attest.bom.snapshot import snapshot
from attest.bom.view import view
from attest.domain.bom_view import BomView
from attest.errors import DocumentError
from attest.reports.bom_html import bom_html
from attest.reports.bom_text import bom_text
from tests.unit.bom.test_cyclonedx_parts import DATASET, MODEL

Json = dict[str, Any]


def viewed(bom: Any, **options: Any) -> BomView:
    return view(json.loads(to_cyclonedx(bom, tool_version="1", **options)))


def rows(found: BomView) -> dict[str, dict[str, str]]:
    return {section.title: {row.label: row.text for row in section.rows} for section in found.sections}


@pytest.mark.parametrize("layout", ["subject", "inventory"])
def test_a_model_is_shown_whole_in_both_layouts(layout: Any) -> None:
    found = viewed(MODEL, layout=layout)
    assert (found.title, found.kind) == ("acme/m", "machine-learning-model")
    sections = rows(found)
    assert sections["model"]["architecture"] == "Tiny"
    assert sections["inputs and outputs"]["input ids"] == "int64[batch,?]"
    assert sections["evaluation"]["SNLI (accuracy) on plain, test"] == "0.91"
    assert sections["considerations"]["limits"] == "English only"
    assert sections["made from"]["base model"] == "acme/base"
    assert sections["tokenizer"] == {"do_lower_case": "true"}
    (made,) = [section for section in found.sections if section.title == "made from"]
    assert [row.text for row in made.rows] == ["acme/base", "mnli", "snli"]
    assert sections["software"]["requests"] == "2.32.0 Apache-2.0 (declared)"
    assert [item.name for item in found.files] == ["a.py", "m.pt"]
    assert found.files[1].notes == ("pickle:globals torch._utils._rebuild_tensor_v2",)
    assert [item.id for item in found.vulnerabilities] == ["PYSEC-2024-1"]
    assert found.vulnerabilities[0].affects == "urllib3 2.0.0"
    assert {row.label for row in found.notices} == {
        "noticed: bom.malformed-content",
        "could not be had: vulnerabilities:pkg:pypi/x",
    }
    assert {(node.label, node.kind) for node in found.nodes} >= {("acme/m", "subject"), ("acme/base", "base-model")}


def test_every_value_shows_where_it_comes_from() -> None:
    (section,) = [section for section in viewed(MODEL).sections if section.title == "model"]
    told = {row.label: row.origin for row in section.rows}
    assert told["architecture"] == "observed: config.json#/architectures/0"


def test_a_dataset_is_shown_with_its_contents() -> None:
    sections = rows(viewed(DATASET))
    assert sections["dataset"]["split:plain/train:num_examples"] == "3"
    assert sections["dataset"]["sensitive data"] == "names of people"


def test_an_spdx_document_is_shown() -> None:
    document: Json = {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {"type": "SpdxDocument", "spdxId": "d", "rootElement": ["m"]},
            {"type": "ai_AIPackage", "spdxId": "m", "name": "m", "ai_hyperparameter": [{"key": "k", "value": "v"}]},
            {"type": "dataset_DatasetPackage", "spdxId": "s", "name": "snli"},
            {"type": "Relationship", "spdxId": "r", "from": "m", "relationshipType": "trainedOn", "to": ["s"]},
            {
                "type": "software_File",
                "spdxId": "f",
                "name": "f.bin",
                "verifiedUsing": [{"algorithm": "sha256", "hashValue": "a" * 64}],
            },
        ],
    }
    found = view(document)
    assert (found.title, found.kind, found.form) == ("m", "machine-learning-model", "SPDX 3")
    assert found.files[0].digest == "a" * 64
    assert rows(found)["made from"] == {"trainedOn": "snli"}
    assert ("snli", "dataset") in {(node.label, node.kind) for node in found.nodes}


@pytest.mark.parametrize("file", [{"type": "data"}, {"type": "machine-learning-model"}])
def test_a_file_is_never_taken_for_the_subject(file: dict[str, str]) -> None:
    listed = {**file, "name": "train.csv", "properties": [{"name": "attest:file:size", "value": "7"}]}
    model = {"type": "machine-learning-model", "name": "the-model"}
    document: dict[str, Any] = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [listed, model]}
    assert view(document).title == snapshot(document).name == "the-model"
    assert [row.name for row in view(document).files] == ["train.csv"]


def test_what_is_no_bill_is_refused() -> None:
    with pytest.raises(DocumentError, match="neither a CycloneDX nor an SPDX"):
        view({"name": "x"})


def test_the_terminal_view_fits_and_lets_nothing_steer_the_terminal() -> None:
    document = json.loads(to_cyclonedx(MODEL, tool_version="1"))
    document["metadata"]["component"]["description"] = "red \x1b[31m and\ttabs " + "word " * 100
    text = bom_text(view(document))
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 140
    for words in ("acme/m", "made from", "known vulnerabilities: 1", "files: 2", "observed: config.json"):
        assert words in text


def test_long_lists_are_cut_and_say_so() -> None:
    document = json.loads(to_cyclonedx(MODEL, tool_version="1"))
    files = [{"type": "file", "name": f"f{number}"} for number in range(100)]
    document["metadata"]["component"]["components"] = files
    short, whole = bom_text(view(document)), bom_text(view(document), everything=True)
    assert "and 60 more (--all shows them)" in short
    assert "f99" not in short
    assert "f99" in whole


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_the_page_holds_no_markup_of_the_document_and_loads_nothing() -> None:
    document = json.loads(to_cyclonedx(MODEL, tool_version="1").replace(b"English only", b"E"))
    text = json.dumps(document).replace('"acme/base"', json.dumps(HOSTILE)).replace('"MIT"', json.dumps(HOSTILE))
    hostile = json.loads(text)
    subject = hostile["metadata"]["component"]
    subject["name"] = subject["description"] = HOSTILE
    subject["externalReferences"] = [
        {"type": "website", "url": "javascript:alert(1)"},
        {"type": "website", "url": 'https://example.org/"onmouseover="alert(1)'},
        {"type": "website", "url": "https://example.org/fine"},
    ]
    page = bom_html(view(hostile))
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert page.count("href=") == page.count('href="https://example.org/fine"') > 0
    assert "default-src 'none'" in page
    assert "src=" not in page.replace("src=x onerror", "").replace("&lt;img src=x", "")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = (
    "metadata", "component", "components", "modelCard", "modelParameters", "properties", "licenses", "pedigree",
    "ancestors", "data", "contents", "governance", "vulnerabilities", "affects", "ratings", "hashes", "tools", "name",
    "@graph", "type", "bom-ref", "considerations", "quantitativeAnalysis", "performanceMetrics", "inputs",
)  # fmt: skip
SHAPED = st.recursive(
    ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), SHAPED, max_size=8), st.booleans())
def test_any_shape_at_all_is_shown_or_passed_over(members: Json, spdx: bool) -> None:
    document = members | ({"@graph": members.get("@graph", [])} if spdx else {"bomFormat": "CycloneDX"})
    found = view(document)
    assert bom_text(found)
    assert bom_html(found).startswith("<!doctype html>")
