"""Notebooks: code, outputs that act, attachments."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.part import Found
from attest.scanning.repository.notebook import MAX_NOTEBOOK, scan_notebook
from tests.unit.scanning.direct import direct, told

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def code(source: Any, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": {}, "execution_count": 1}


def shown(kind: str, content: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind: content}, "metadata": {}}


def scanned(*cells: dict[str, Any]) -> Found:
    return direct(
        scan_notebook,
        "a.ipynb",
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode(),
    )


def test_code_is_counted() -> None:
    assert told(scanned(code("x = 1"), code(["y\n", "z"]), code("  "))) == [("file.notebook", "2 cells with code")]
    assert scanned(code("x")).outcome == "PASS"


def test_a_notebook_of_texts_has_no_finding() -> None:
    assert told(scanned({"cell_type": "markdown", "source": "# Title", "metadata": {}})) == []


def test_worksheets_of_the_old_format_are_read() -> None:
    cell = {"cell_type": "code", "input": ["import os"], "outputs": [{"output_type": "pyout", "html": "<script>x"}]}
    found = direct(scan_notebook, "a.ipynb", json.dumps({"nbformat": 3, "worksheets": [{"cells": [cell]}]}).encode())
    assert told(found) == [
        ("file.notebook", "1 cell with code"),
        ("file.active-document", "the notebook has a script in an output of type text/html"),
    ]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html", "<script>alert(1)</script>"),
        ("text/html", ["<div ", "onclick='x'>"]),
        ("image/svg+xml", "<svg onload='x'/>"),
        ("text/markdown", "<iframe src=x>"),
        ("application/javascript", "alert(1)"),
        ("Application/JavaScript; charset=utf-8", "alert(1)"),
        ("application/vnd.jupyter.widget-view+json", {"model_id": "a"}),
        ("application/vnd.bokehjs_exec.v0+json", ""),
    ],
)
def test_outputs_that_act_are_reported(kind: str, content: Any) -> None:
    found = scanned(code("x", shown(kind, content)))
    assert [rule for rule, _ in told(found)] == ["file.notebook", "file.active-document"]
    assert found.outcome == "PASS"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html", "<table border='1' class='dataframe'><tr><td>1</td></tr></table>"),
        ("text/plain", "<script>"),
        ("image/png", "iVBORw0KGgo="),
        ("application/json", {"a": 1}),
        ("text/latex", "$x$"),
    ],
)
def test_outputs_that_show_have_no_finding(kind: str, content: Any) -> None:
    assert [rule for rule, _ in told(scanned(code("x", shown(kind, content))))] == ["file.notebook"]


def test_streams_are_texts() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": ["<script>"]}
    assert [rule for rule, _ in told(scanned(code("x", stream)))] == ["file.notebook"]


def test_text_cells_that_act_are_reported() -> None:
    assert told(scanned({"cell_type": "markdown", "source": ["<img src=x ", "onerror='x'>"]})) == [
        ("file.active-document", "the notebook has an event handler in a text cell")
    ]


def test_attachments_that_are_no_pictures_are_handed_over() -> None:
    data = {"a.png": {"image/png": base64.b64encode(PNG).decode()}, "b.bin": {"image/png": "gASVAAAA"}}
    found = scanned({"cell_type": "markdown", "source": "", "attachments": data})
    assert [(finding.rule, finding.value) for finding in found.findings] == [("pickle.present", "b.bin")]
    svg = {"c.svg": {"image/svg+xml": "<svg/>"}}
    found = scanned({"cell_type": "markdown", "source": "", "attachments": svg})
    assert [(finding.rule, finding.members) for finding in found.findings] == [("pickle.present", ("c.svg",))]


def test_an_attachment_that_cannot_be_decoded_does_not_pass() -> None:
    data = {"a.png": {"image/png": "ab*c"}}
    assert scanned({"cell_type": "markdown", "source": "", "attachments": data}).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"cells": 1}',
        b'{"cells": [1]}',
        b'{"cells": [], "cells": []}',
        b'{"cells": [',
        b"\xff\xfe",
        b'{"cells": [{"a": ' + b"[" * 100_000,
        b"[," * 1_500_000,
    ],
)
def test_what_is_no_notebook_does_not_pass(data: bytes) -> None:
    assert direct(scan_notebook, "a.ipynb", data).outcome == "INCONCLUSIVE"


def test_what_writers_put_into_outputs_is_read() -> None:
    values = b"[NaN, 1e999, 99999999999999999999]"
    output = b'{"data": {"application/json": ' + values + b"}}"
    data = b'\xef\xbb\xbf{"cells": [{"cell_type": "code", "source": "x", "outputs": [' + output + b"]}]}"
    assert told(direct(scan_notebook, "a.ipynb", data)) == [("file.notebook", "1 cell with code")]


def test_a_notebook_past_the_limit_is_left_open() -> None:
    found = direct(scan_notebook, "a.ipynb", bytes(MAX_NOTEBOOK + 1))
    assert {rule for rule, _ in told(found)} == {"file.notebook", "scan.budget"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "source", "outputs", "data", "cell_type", "attachments", "worksheets", "text/html"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_nothing_raises_whatever_the_document(document: Any) -> None:
    for value in (document, {"cells": [document]}, {"cells": [{"cell_type": "code", "outputs": [document]}]}):
        found = direct(scan_notebook, "a.ipynb", json.dumps(value).encode())
        assert "scan.internal-error" not in {rule for rule, _ in told(found)}
