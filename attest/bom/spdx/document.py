"""The whole document: canonical JSON-LD, its graph in the order of ids, written in pieces.

Files are written from the neutral model one after the other; everything else is a dictionary. The namespace that all
ids begin with holds a UUIDv5 over the SHA-256 of the document without namespace and time: the same content has the
same ids, whenever it is written.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from attest.bom.references import references
from attest.bom.spdx.builds import add_builds
from attest.bom.spdx.files import annotate_files, file_elements, file_id, file_ids, ordered
from attest.bom.spdx.graph import MARKER, Graph
from attest.bom.spdx.notes import annotate_profiles, annotate_subject, annotate_time
from attest.bom.spdx.package import add_subject
from attest.bom.spdx.parties import agents, software_agent
from attest.bom.spdx.profile import conforming
from attest.bom.spdx.relatives import add_relatives
from attest.bom.spdx.software import add_software, add_vulnerabilities
from attest.bom.spdx.vocabulary import CONTEXT, CREATION, Json, instant, stamp
from attest.domain.bom import Bom, FileRecord
from attest.domain.canonical import canonical
from attest.errors import DocumentError

_NAMESPACES = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/attest/spdx-namespace")
_PREFIX = "https://spdx.org/spdxdocs/attest-"
_EPOCH = "1970-01-01T00:00:00Z"
_SBOM_TYPES = {"model": "analyzed", "dataset": "analyzed", "environment": "deployed"}
_MARKED = re.compile(rb"(?<=[\[,])%d(?=[,\]])" % MARKER)


class _Content(NamedTuple):
    """What a document is made of, under one namespace."""

    graph: Graph
    creation: Json
    files: Sequence[FileRecord]
    bom: Bom


def to_spdx(bom: Bom, *, timestamp: datetime | None, tool_version: str) -> bytes:
    """The SPDX 3.0.1 document of `bom`, in canonical JSON-LD with a line feed at the end.

    SPDX wants a time: it is `timestamp` (with a time zone), else when the subject was released, else 1970 with an
    annotation that says so. Raises DocumentError when the timestamp has no time zone or the content cannot be written.
    """
    pieces: list[bytes] = []
    write_spdx(bom, pieces.append, timestamp=timestamp, tool_version=tool_version)
    return b"".join(pieces)


def write_spdx(bom: Bom, write: Callable[[bytes], object], *, timestamp: datetime | None, tool_version: str) -> None:
    """Write the document in pieces; files are never held all at once. Raises what `to_spdx` raises."""
    if timestamp is not None and timestamp.tzinfo is None:
        raise DocumentError("the timestamp of a BOM needs a time zone")
    try:
        _write(bom, write, timestamp, tool_version)
    except UnicodeEncodeError as error:
        raise DocumentError("the BOM holds half of a surrogate pair, which is no character") from error


def _write(bom: Bom, write: Callable[[bytes], object], timestamp: datetime | None, tool_version: str) -> None:
    files = ordered(bom.files)
    purl = references(bom).purl
    told = instant(bom.released.text) if bom.released else ""
    created = stamp(timestamp) if timestamp is not None else told
    digest = hashlib.sha256()
    for piece in _pieces(_content(bom, files, purl, "", "", tool_version)):
        digest.update(piece)
    namespace = _PREFIX + str(uuid.uuid5(_NAMESPACES, digest.hexdigest()))
    for piece in _pieces(_content(bom, files, purl, namespace, created, tool_version)):
        write(piece)
    write(b"\n")


def _content(
    bom: Bom, files: Sequence[FileRecord], purl: str, namespace: str, created: str, tool_version: str
) -> _Content:
    graph = Graph(namespace=namespace)
    subject = add_subject(graph, bom, purl)
    known, needed = add_relatives(graph, bom, subject)
    packages, direct = add_software(graph, bom)
    graph.relate(subject, "dependsOn", sorted({*needed, *direct}), completeness="incomplete")
    if len(files):
        completeness = "incomplete" if bom.digests_given else "complete"
        graph.relate(subject, "contains", [MARKER], completeness=completeness)
    _document_files(graph, bom, subject)
    add_builds(graph, bom, subject, known)
    add_vulnerabilities(graph, bom, packages, subject)
    annotate_subject(graph, bom, subject)
    annotate_files(graph, bom)
    return _Content(graph, _root(graph, bom, subject, created, tool_version), files, bom)


def _document_files(graph: Graph, bom: Bom, subject: str) -> None:
    """The card is what documents the subject."""
    if any(record.name == "README.md" for record in bom.files):
        graph.relate(subject, "hasDocumentation", [file_id(graph.namespace, "README.md")])


def _root(graph: Graph, bom: Bom, subject: str, created: str, tool_version: str) -> Json:
    """Adds what tells of the document itself, and returns its CreationInfo, which is no element."""
    tool_name = f"attest {tool_version}"
    tool = graph.add("Tool", graph.id("tool", "attest"), {"name": tool_name})
    makers = agents(graph, bom.made_by) or [software_agent(graph, tool_name)]
    if not created:
        annotate_time(graph)
    profiles, gaps = conforming(graph.elements.values())
    annotate_profiles(graph, (gap.replace(graph.namespace, "") for gap in gaps))
    sbom = graph.add(
        "software_Sbom",
        graph.id("sbom"),
        {"rootElement": [subject], "software_sbomType": [_SBOM_TYPES[bom.subject]]},
    )
    marker = [MARKER] if len(bom.files) else []
    members = sorted([*graph.elements, *marker], key=lambda item: graph.id("file/") if item == MARKER else str(item))
    graph.add(
        "SpdxDocument",
        graph.namespace,
        {"name": bom.name.text, "element": members, "rootElement": [sbom], "profileConformance": profiles},
    )
    return {
        "@id": CREATION,
        "type": "CreationInfo",
        "specVersion": "3.0.1",
        "created": created or _EPOCH,
        "createdBy": makers,
        "createdUsing": [tool],
    }


def _pieces(content: _Content) -> Iterator[bytes]:
    """The canonical text, with the files in their places."""
    graph = content.graph
    yield b'{"@context":' + canonical(CONTEXT) + b',"@graph":[' + canonical(content.creation)
    place = graph.id("file/") if len(content.files) else ""
    for element in sorted([*graph.elements, *([place] if place else [])]):
        yield b","
        if element == place:
            for text in file_elements(content.bom, graph.namespace, content.files):
                yield text.encode()
        else:
            yield from _with_files(graph.elements[element], content)
    yield b"]}"


def _with_files(element: Json, content: _Content) -> Iterator[bytes]:
    """An element's text, with the ids of files where the marker stands among others. Ids are quoted, so that neither a
    comma nor a bracket stands in one, and no free text comes before them."""
    text = canonical(element)
    if not any(MARKER in element.get(member, ()) for member in ("element", "to")):
        yield text
        return
    place = _MARKED.search(text)
    if place is None:
        raise AssertionError("the marker stands in a list")
    yield text[: place.start()]
    for ids in file_ids(content.graph.namespace, content.files):
        yield ids.encode()
    yield text[place.end() :]
