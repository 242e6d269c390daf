"""Anybody's bill of materials, checked: is it strict JSON, what format is it, does its schema accept it, and do its
parts fit together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from attest.bom.fault import Fault
from attest.bom.places import Json
from attest.bom.shown import clipped, excerpt
from attest.domain.bom_result import CheckResult
from attest.domain.strict_json import Limits, parse
from attest.errors import DocumentError

MAX_DOCUMENT = 256 << 20
MAX_FAULTS = 100
_LIMITS = Limits(size=MAX_DOCUMENT, depth=200, nodes=12_000_000, string=16 << 20)
_START = 4096
_MAX_POINTER = 1024
_NAMESPACE = re.compile(rb"http://cyclonedx\.org/schema/bom/(\d\.\d)")
_TAG_VALUE = re.compile(rb"SPDXVersion:[ \t]*SPDX-(\d\.\d)")
_CONTEXT = re.compile(r"https?://spdx\.org/rdf/(\d[\d.]{0,8})/")
_HINT = "Convert it to CycloneDX JSON 1.4 to 1.7 or to SPDX 3.0.1 in JSON-LD."


def check(data: bytes) -> CheckResult:
    """What is wrong with the document; at most 100 faults are kept, all are counted.

    Raises DocumentError when it is no strict JSON of at most 256 MiB, or of a format that is not read.
    """
    document, form = read(data)
    return checked(document, form)


def read(data: bytes, what: str = "the document") -> tuple[Json, str]:
    """The document as raw JSON, and its format with its version, such as `CycloneDX 1.6`; raises what `check` does."""
    if other := _other_text(data):
        raise DocumentError(f"{what} is {other}, which is not read", hint=_HINT)
    document = parse(data, _LIMITS, what)
    if not isinstance(document, dict):
        raise DocumentError(f"{what} is JSON, but {excerpt(document)} and no object", hint=_HINT)
    return document, form_of(document, what)


def form_of(document: Json, what: str = "the document") -> str:
    """Format and version of a document. Raises DocumentError when it is none that is read, and says what it is."""
    from attest.bom.schema import VERSIONS

    if document.get("bomFormat") == "CycloneDX":
        version = document.get("specVersion")
        if version in VERSIONS:
            return f"CycloneDX {version}"
        raise DocumentError(
            f"{what} is CycloneDX {excerpt(version)}, and versions {VERSIONS[0]} to {VERSIONS[-1]} are read", hint=_HINT
        )
    if version := _spdx_version(document):
        if version.startswith("3.0"):
            return f"SPDX {version}"
        raise DocumentError(f"{what} is SPDX {version}, and 3.0 is read", hint=_HINT)
    raise DocumentError(f"{what} is {_other_json(document)}", hint=_HINT)


def checked(document: Json, form: str, more: Iterable[Fault] = (), *, compared: int | None = None) -> CheckResult:
    """The result for a document that was read; `more` are faults that others found in it."""
    kept: dict[str, list[Fault]] = {"error": [], "warning": []}
    counts = {"error": 0, "warning": 0}
    for fault in chain(_faults(document, form), more):
        counts[fault.severity] += 1
        if len(kept[fault.severity]) < MAX_FAULTS:
            kept[fault.severity].append(replace(fault, where=clipped(fault.where, _MAX_POINTER)))
    for faults in kept.values():
        faults.sort(key=lambda fault: (fault.where, fault.message))
    return CheckResult(
        form=form,
        faults=tuple([*kept["error"], *kept["warning"]][:MAX_FAULTS]),
        errors=counts["error"],
        warnings=counts["warning"],
        compared=compared,
    )


def _faults(document: Json, form: str) -> Iterator[Fault]:
    kind, _, version = form.partition(" ")
    if kind == "SPDX":
        from attest.bom.spdx.check import spdx_faults

        yield from spdx_faults(document)
        return
    from attest.bom.links import cyclonedx_faults
    from attest.bom.schema import schema_faults

    try:
        yield from schema_faults(document, version)
    except RecursionError:
        yield Fault(where="", message="the document is nested too deeply for its schema", severity="error")
    yield from cyclonedx_faults(document)


def _other_text(data: bytes) -> str:
    """What a document is that is no JSON at all, or an empty text."""
    start = data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        if found := _NAMESPACE.search(start):
            return f"CycloneDX {found[1].decode()} in XML"
        return "SPDX in RDF/XML" if b"spdx.org/rdf" in start else "XML"
    if not start.startswith((b"{", b"[")) and (found := _TAG_VALUE.search(start)):
        return f"SPDX {found[1].decode()} in tag-value form"
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        return "a compressed archive"
    return "" if start else "empty"


def _spdx_version(document: Json) -> str:
    """The version of SPDX 3 and later that the context names, or an empty text."""
    context = document.get("@context")
    for text in context if isinstance(context, list) else [context]:
        if isinstance(text, str) and (found := _CONTEXT.match(text)):
            return found[1]
    return ""


def _other_json(document: Json) -> str:
    """What some JSON is that is no bill of materials that is read."""
    if isinstance(version := document.get("spdxVersion"), str):
        return f"SPDX {version.removeprefix('SPDX-')[:16]!r} in JSON, which is not read"
    if "payloadType" in document:
        return "a DSSE envelope: the bill is its payload"
    if "dsseEnvelope" in document or "messageSignature" in document:
        return "a Sigstore bundle: the bill is inside or beside it"
    if "predicateType" in document:
        return "an in-toto statement: the bill is its predicate"
    if "@graph" in document or "@context" in document:
        return "JSON-LD, but its context is not one of SPDX"
    return "JSON, but no bill of materials: it has neither bomFormat nor a context of SPDX"
