"""Documents that act when somebody opens them, and those that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.scanning.repository.markup import actions, scan_markup
from tests.unit.scanning.direct import direct, only, told


def seen(name: str, data: bytes) -> list[str]:
    found = direct(scan_markup, name, data)
    assert found.outcome == "PASS"
    assert {finding.rule for finding in found.findings} <= {"file.active-document"}
    return [finding.message.removeprefix("the document has ") for finding in found.findings]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<html><SCRIPT>x</SCRIPT>", "a script"),
        (b"<svg:script xlink:href='x'/>", "a script"),
        (b"<svg onload=alert(1)>", "an event handler"),
        (b'<svg/onload = "x">', "an event handler"),
        (b"<svg><a xlink:href=' java\tscript:x'>", "an address that runs script"),
        (b'<html><a href="&#106;avascript:x">', "an address that runs script"),
        (b'<html><form><button formaction="vbscript:x">', "an address that runs script"),
        (b"<svg><foreignObject>", "another document within it"),
        (b"<html><iframe src=x>", "another document within it"),
        (b"<html><meta a='b' http-equiv=refresh>", "a form or a base address"),
        (b'<html><img src="https://a.example/p.png">', "something that is loaded from elsewhere"),
        (b"<svg><image width='3' xlink:href='//a.example/p.png'/>", "something that is loaded from elsewhere"),
        (b"<html><style>a { background: url( 'http://a.example') }", "something that is loaded from elsewhere"),
        (b"<html><?php system('id') ?>", "code for a server"),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "an entity or a document type of its own",
        ),
        (b'<!DOCTYPE a SYSTEM "http://a.example/a.dtd"><a/>', "an entity or a document type of its own"),
        (b'<?xml-stylesheet href="a.xsl"?><a/>', "a style sheet or an inclusion"),
        (b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="x"/></a>', "a style sheet or an inclusion"),
    ],
)
def test_what_acts_is_reported(data: bytes, what: str) -> None:
    assert what in seen("a.xml", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b"<!doctype html><html><body><p>text about onload and src</p><a href='https://a.example'>x</a>"),
        ("plot.svg", b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/a.dtd">'
                     b'<svg xmlns="http://www.w3.org/2000/svg"><use xlink:href="#a"/><path d="M 0 0"/></svg>'),
        ("boxes.xml", b"<annotation><object><name>cat</name></object><form/></annotation>"),
        ("net.xml", b'<net version="11"><layer type="Convolution" onnx_name="x"/></net>'),
        ("README.md", b"<!-- made by -->\n# Model\n<img src='https://a.example/logo.png'>\n"),
    ],
)  # fmt: skip
def test_documents_that_only_show_have_no_finding(name: str, data: bytes) -> None:
    assert seen(name, data) == []


def test_the_extension_makes_a_page() -> None:
    assert seen("a.html", b"<object data='x'>") == ["another document within it"]
    assert seen("a.xml", b"<object data='x'>") == []


def test_the_place_and_the_text_are_told() -> None:
    finding = only(direct(scan_markup, "a.html", b"<html>" + b" " * 200_000 + b"<script>evil()</script>"))
    assert finding.offset == 200_006
    assert finding.value == "<script>evil()</script>"


def test_each_kind_is_told_once_and_across_windows() -> None:
    assert seen("a.html", b"<script>" * 30_000) == ["a script"]
    for shift in range(40):
        assert seen("a.html", b"x" * (65_536 - 20 + shift) + b"<script>") == ["a script"]


def test_actions_of_a_text() -> None:
    assert [item.what for item in actions(b"<b onclick='x'><script>")] == ["a script", "an event handler"]
    assert list(actions(b"<table border='1'><tr></tr></table>")) == []


@pytest.mark.parametrize("unit", [b"<a:", b"<meta ", b"src=", b"<image ", b"<!doctype ", b" on", b"java "])
@pytest.mark.timeout(60)
def test_time_is_linear(unit: bytes) -> None:
    data = unit * (1_000_000 // len(unit))
    direct(scan_markup, "a.html", data)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_nothing_raises_whatever_the_bytes(data: bytes) -> None:
    assert {rule for rule, _ in told(direct(scan_markup, "a.svg", data))} <= {"file.active-document"}
