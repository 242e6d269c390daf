"""Jupyter notebooks (nbformat 3 and 4): code that somebody may run, and outputs that act when the notebook is opened.

Source: https://nbformat.readthedocs.io/en/latest/format_description.html.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from attest.errors import DocumentError
from attest.formats import magic
from attest.formats.source import Source
from attest.scanning.part import Part
from attest.scanning.repository import markup

MAX_NOTEBOOK = 16 << 20
_MAX_NODES = 2_000_000
_MAX_ACTIVE = 20
# Outputs that show and do not act. Anything else is for the notebook's own extensions to render.
_INERT = frozenset({
    "application/json", "image/bmp", "image/gif", "image/jpeg", "image/png", "text/latex", "text/plain",
})  # fmt: skip
_MARKUP = frozenset({"image/svg+xml", "text/html", "text/markdown"})
# nbformat 3 has these as members of an output, beside what describes it.
_OLD_OUTPUTS = {
    "html": "text/html", "javascript": "application/javascript", "jpeg": "image/jpeg", "json": "application/json",
    "latex": "text/latex", "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml", "text": "text/plain",
}  # fmt: skip
Table: TypeAlias = dict[str, Any]


def scan_notebook(part: Part) -> None:
    """Scan one notebook. Raises DocumentError for what is none."""
    if part.size > MAX_NOTEBOOK:
        part.report("file.notebook", "a notebook")
        part.report("scan.budget", f"notebooks above {MAX_NOTEBOOK} bytes are not read")
        return
    part.interpreted(part.size)
    cells = list(_cells(_parse(part.source.read(0, part.size))))
    code = sum(1 for cell in cells if cell.get("cell_type") == "code" and _joined(_source(cell)).strip())
    if code:
        part.report("file.notebook", f"{code} cell{'' if code == 1 else 's'} with code")
    active = dict.fromkeys(what for cell in cells for what in _active(cell))
    for what in list(active)[:_MAX_ACTIVE]:
        part.report("file.active-document", f"the notebook has {what}")
    for cell in cells:
        _attachments(cell, part)


def _parse(data: bytes) -> Table:
    """The notebook's JSON. Writers put NaN and large numbers into outputs, so that much of JSON is not strict here."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") > _MAX_NODES:
        raise DocumentError(f"the notebook has more than {_MAX_NODES} members and items")
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"the notebook is no JSON: {error}") from None
    if not isinstance(document, dict):
        raise DocumentError("the notebook is no JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> Table:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a member stands twice in one object")
    return table


def _cells(document: Table) -> Iterator[Table]:
    """The cells, those of old worksheets too. Raises DocumentError when there is no list of them."""
    sheets = [document]
    if "cells" not in document:
        sheets = _tables(document.get("worksheets"), "worksheets")
    for sheet in sheets:
        yield from _tables(sheet.get("cells"), "cells")


def _tables(value: Any, what: str) -> list[Table]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DocumentError(f"the notebook has no list of {what}")
    return value


def _source(cell: Table) -> Any:
    return cell.get("source", cell.get("input"))


def _joined(text: Any) -> str:
    """A text that may be given as a list of lines."""
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _active(cell: Table) -> Iterator[str]:
    """What acts in a cell when the notebook is shown."""
    if cell.get("cell_type") != "code":
        yield from _acting(_joined(_source(cell)), "a text cell")
        return
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            for kind, content in _bundle(output):
                yield from _shown(kind, content)


def _bundle(output: Table) -> Iterator[tuple[str, Any]]:
    """Media types and contents of an output."""
    data = output.get("data")
    if isinstance(data, dict):
        yield from data.items()
    for name, kind in _OLD_OUTPUTS.items():
        if name in output and output.get("output_type") != "stream":
            yield kind, output[name]


def _shown(kind: str, content: Any) -> Iterator[str]:
    plain = kind.partition(";")[0].strip().lower()
    if plain in _MARKUP:
        yield from _acting(_joined(content), f"an output of type {plain}")
    elif plain not in _INERT:
        yield f"an output of type {plain}, which an extension of the viewer acts on"


def _acting(text: str, place: str) -> Iterator[str]:
    for seen in markup.actions(text.encode("utf-8", "replace")):
        yield f"{seen.what} in {place}"


def _attachments(cell: Table, part: Part) -> None:
    """Hand over what is attached to a cell and is no picture."""
    attached = cell.get("attachments")
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        for kind, content in bundle.items() if isinstance(bundle, dict) else ():
            data = _decoded(_joined(content), str(kind))
            if data and magic.by_signature(data[:4096], len(data)) != "image":
                part.inside(name, Source.of_bytes(name, data))


def _decoded(text: str, kind: str) -> bytes:
    """The bytes of an attachment. Raises DocumentError when it is not the base 64 that it has to be."""
    if kind.startswith("text/") or kind.partition(";")[0] == "image/svg+xml":
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError("an attachment of the notebook is not base 64") from None
