"""HTML, SVG and other XML: what a browser or an XML reader would run or fetch when somebody opens the document.

The text is searched, not parsed: browsers accept almost anything, so a parser would agree with none of them. What is
looked for cannot be spelled in another way: element names, attribute names and declarations know no escapes, and a
character reference in an address counts as an address that runs script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from attest.formats import extensions
from attest.scanning.part import Part

_HEAD = 1024
_NET = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<net[\s>]")
_WINDOW = 1 << 16
_OVERLAP = 1 << 10
_SNIPPET = 80
_PAGES = frozenset({".htm", ".html", ".mhtml", ".svg", ".xhtml"})
_FLAGS = re.IGNORECASE | re.DOTALL
_SCRIPT = rb"\s{0,8}".join([rb"", *(bytes([letter]) for letter in b"javascript"), b":"])
_ELEMENT = rb"<(?:[\w.-]{1,64}:)?"
_ATTRIBUTE = rb"(?:action|background|data|formaction|from|href|poster|src|to|values)\s{0,8}=\s{0,8}[\"']?"
_ELSEWHERE = rb"\s{0,8}[\"']?\s{0,8}(?:https?:)?//"


class _Kind(NamedTuple):
    """One way to act: what it is called, how it looks, and whether it means something in HTML and SVG alone."""

    what: str
    pattern: re.Pattern[bytes]
    page: bool = True


_KINDS = (
    _Kind("a script", re.compile(_ELEMENT + rb"script\b", _FLAGS)),
    _Kind("an event handler", re.compile(rb"[\s\"'/]on[a-z]{3,30}\s{0,8}=", _FLAGS)),
    _Kind(
        "an address that runs script",
        re.compile(_ATTRIBUTE + rb"(?:" + _SCRIPT + rb"|\s{0,8}(?:vbscript:|data:\s{0,8}text/html|&#))", _FLAGS),
    ),
    _Kind(
        "another document within it",
        re.compile(_ELEMENT + rb"(?:applet|embed|foreignobject|frame|iframe|object|portal)\b", _FLAGS),
    ),
    _Kind("a form or a base address", re.compile(_ELEMENT + rb"(?:base|form|meta\s[^>]{0,200}http-equiv)\b", _FLAGS)),
    _Kind(
        "something that is loaded from elsewhere",
        re.compile(
            rb"\bsrc\s{0,8}=" + _ELSEWHERE + rb"|" + _ELEMENT + rb"(?:feimage|image|link|use)\b[^>]{0,300}href\s{0,8}="
            + _ELSEWHERE + rb"|\burl\(" + _ELSEWHERE + rb"|@import\b",
            _FLAGS,
        ),
    ),
    _Kind("code for a server", re.compile(rb"<\?(?:php\b|=)|<%", _FLAGS)),
    _Kind("an entity or a document type of its own", re.compile(
        rb"<!entity\b|<!doctype\s{1,8}[^\s>\[]{1,64}\s{1,8}(?:system\b|public\s{0,8}[\"'](?!-//W3C//))", _FLAGS
    ), page=False),
    _Kind("a style sheet or an inclusion", re.compile(
        rb"<\?xml-stylesheet\b|<[\w.-]{1,64}:include\b[^>]{0,200}href", _FLAGS
    ), page=False),
)  # fmt: skip
_REMOTE = "something that is loaded from elsewhere"
_PAGE = re.compile(
    _ELEMENT + rb"(?:body|html|script|svg)\b|<!doctype\s{1,8}html\b|www\.w3\.org/(?:1999/xhtml|2000/svg)", _FLAGS
)


class Seen(NamedTuple):
    """One way in which a document acts, with its first place and its text there."""

    what: str
    offset: int
    text: str


def actions(data: bytes) -> Iterator[Seen]:
    """The ways in which a page acts, each with its first place; the order is that of the list above."""
    for kind in _KINDS:
        if match := kind.pattern.search(data):
            yield _seen(kind, match, data, 0)


def scan_markup(part: Part) -> None:
    """Scan HTML, SVG or XML; what acts in a page means nothing in other XML and is not reported there."""
    extension = extensions.split_name(part.name)[1]
    page = extension in _PAGES
    found: dict[str, Seen] = {}
    _openvino(part, extension)
    for offset, window in _windows(part):
        page = page or _PAGE.search(window) is not None
        for kind in _KINDS:
            if kind.what not in found and (match := kind.pattern.search(window)):
                found[kind.what] = _seen(kind, match, window, offset)
    for kind in _KINDS:
        # Pictures in a model card come from elsewhere as a rule.
        if (kind.page and not page) or (kind.what == _REMOTE and extension in extensions.TEXTS):
            continue
        if seen := found.get(kind.what):
            part.report("file.active-document", f"the document has {seen.what}", offset=seen.offset, value=seen.text)


def _openvino(part: Part, extension: str) -> None:
    """A graph of OpenVINO, whose weights lie beside it under its own name."""
    if extension == ".xml" and not part.members and _NET.match(part.source.up_to(0, _HEAD)):
        part.format("openvino")
        part.refers_to(f"{part.file[:-4]}.bin")


def _windows(part: Part) -> Iterator[tuple[int, bytes]]:
    """The whole part in overlapping windows with their places."""
    offset = 0
    while offset < part.size:
        window = part.source.up_to(offset, _WINDOW)
        part.interpreted(min(len(window), _WINDOW - _OVERLAP))
        yield offset, window
        offset += _WINDOW - _OVERLAP


def _seen(kind: _Kind, match: re.Match[bytes], window: bytes, offset: int) -> Seen:
    text = window[match.start() : match.start() + _SNIPPET].strip().decode("utf-8", "replace")
    return Seen(kind.what, offset + match.start(), text)
