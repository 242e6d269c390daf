"""The whole document: put together, checked, numbered and written in pieces.

Files are written from the neutral model one after the other; everything else is a dictionary. In its canonical text,
markers stand where the files belong. A marker is an integer member, and a quotation mark inside any text is escaped, so
no text can look like one. The serial number is a UUIDv5 over the SHA-256 of the document without serial number and
times: the same content has the same serial, whenever it is written.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from attest.bom.cyclonedx.files import file_components, file_dependencies
from attest.bom.cyclonedx.formulation import formulation
from attest.bom.cyclonedx.origins import origin_annotations, origin_citations
from attest.bom.cyclonedx.relatives import dataset_components
from attest.bom.cyclonedx.software import software_components, software_dependencies, vulnerabilities
from attest.bom.cyclonedx.subject import subject_component
from attest.bom.cyclonedx.vocabulary import Json, contact, organisation
from attest.bom.links import link_faults
from attest.bom.references import References, references
from attest.domain.bom import Bom
from attest.domain.canonical import canonical
from attest.errors import DocumentError

Spec = Literal["1.6", "1.7"]
Layout = Literal["subject", "inventory"]

SERIAL_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/attest/bom-serial")
_MARKER = -(2**53 - 1)
_FILES = f'{{"bom-ref":{_MARKER}}}'.encode()
_REFS = f'{{"ref":{_MARKER}}}'.encode()
_PHASES = {"model": "post-build", "dataset": "post-build", "environment": "operations"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How to write a Bom.

    `layout` is `subject` (the model is `metadata.component`, its files inside it) or `inventory` (the model first in
    `components`, its files after it, for readers that look there). `timestamp` needs a time zone; without one the
    document has no time. `bsi` adds what BSI TR-03183-2 asks of every file.
    """

    tool_version: str
    spec: Spec = "1.6"
    layout: Layout = "subject"
    timestamp: datetime | None = None
    bsi: bool = False


def to_cyclonedx(
    bom: Bom,
    *,
    tool_version: str,
    spec: Spec = "1.6",
    layout: Layout = "subject",
    timestamp: datetime | None = None,
    bsi: bool = False,
) -> bytes:
    """The CycloneDX document of `bom`, in canonical JSON with a line feed at the end; see `Encoding`.

    Raises DocumentError when the timestamp has no time zone or the content cannot be written.
    """
    how = Encoding(tool_version=tool_version, spec=spec, layout=layout, timestamp=timestamp, bsi=bsi)
    pieces: list[bytes] = []
    write_cyclonedx(bom, how, pieces.append)
    return b"".join(pieces)


def write_cyclonedx(bom: Bom, how: Encoding, write: Callable[[bytes], object]) -> None:
    """Write the document in pieces; files are never held all at once. Raises what `to_cyclonedx` raises."""
    refs = references(bom)
    stamp = _stamp(how.timestamp)
    content = _document(bom, refs, how)
    if faults := link_faults(_without_markers(content)):
        raise DocumentError(f"the BOM contradicts itself: {'; '.join(faults[:10])}")
    serial = _serial(content, bom, refs, how)
    document = content | {"serialNumber": serial}
    if stamp:
        document["metadata"] = document["metadata"] | {"timestamp": stamp}
        subject = "/components/0" if how.layout == "inventory" else "/metadata/component"
        if how.spec == "1.7":
            document["citations"] = origin_citations(bom, document, refs, stamp, subject)
        else:
            document["annotations"] = origin_annotations(bom, document, refs, stamp, subject)
    for piece in _pieces(document, bom, refs, how):
        write(piece)
    write(b"\n")


def _serial(content: Json, bom: Bom, refs: References, how: Encoding) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(content, bom, refs, how):
        digest.update(piece)
    return uuid.uuid5(SERIAL_NAMESPACE, digest.hexdigest()).urn


def _pieces(document: Json, bom: Bom, refs: References, how: Encoding) -> Iterator[bytes]:
    """The canonical text with the files in their places."""
    rest = canonical(document)
    sources: tuple[tuple[bytes, Callable[[], Iterable[str]]], ...] = (
        (_FILES, lambda: file_components(bom, refs.subject, bsi=how.bsi)),
        (_REFS, lambda: file_dependencies(bom, refs.subject)),
    )
    for marker, texts in sorted(sources, key=lambda source: rest.find(source[0])):
        if marker not in rest:
            continue
        before, _, rest = rest.partition(marker)
        yield before
        for text in texts():
            yield text.encode()
    yield rest


def _stamp(timestamp: datetime | None) -> str:
    """RFC 3339 in UTC to the second, or empty."""
    if timestamp is None:
        return ""
    if timestamp.tzinfo is None:
        raise DocumentError("the timestamp of a BOM needs a time zone")
    return timestamp.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _document(bom: Bom, refs: References, how: Encoding) -> Json:
    """Everything but files, serial number and times."""
    subject = subject_component(bom, refs, how.spec)
    tool = {"type": "application", "bom-ref": refs.tool, "name": "attest", "version": how.tool_version}
    metadata: Json = {"lifecycles": [{"phase": _PHASES[bom.subject]}], "tools": {"components": [tool]}}
    if bom.made_by:
        metadata["authors"] = [contact(party) for party in bom.made_by]
    if len(bom.made_by) == 1:
        metadata["manufacturer"] = organisation(bom.made_by[0])
    others = [*dataset_components(bom.datasets, refs.datasets), *software_components(bom, refs, how.spec)]
    files: list[Json] = [{"bom-ref": _MARKER}] if len(bom.files) else []
    if how.layout == "inventory":
        metadata["component"] = _collection(bom, refs)
        components = [subject, *files, *others]
    else:
        metadata["component"] = subject | ({"components": files} if files else {})
        components = others
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": how.spec,
        "version": 1,
        "metadata": metadata,
        "dependencies": _dependencies(bom, refs, how),
        "compositions": _compositions(bom, refs),
    }
    optional = (
        ("components", components),
        ("vulnerabilities", vulnerabilities(bom, refs)),
        ("formulation", formulation(bom, refs)),
    )
    return document | {key: part for key, part in optional if part}


def _collection(bom: Bom, refs: References) -> Json:
    """A thin root for the inventory layout: readers of `components[0]` need the model there and nowhere else."""
    return {"type": "application", "bom-ref": f"{refs.subject}#/inventory", "name": bom.name.text}


def _compositions(bom: Bom, refs: References) -> list[Json]:
    """Every file is listed; what the subject was made from is known only as far as somebody said it."""
    assembly = "complete" if bom.subject != "environment" else "incomplete"
    return [
        {"aggregate": assembly, "assemblies": [refs.subject]},
        {"aggregate": "incomplete", "dependencies": [refs.subject]},
    ]


def _dependencies(bom: Bom, refs: References, how: Encoding) -> list[Json]:
    """The subject depends on its datasets and software, and an adapter on its base; every component has an entry."""
    adapted = [ref for kin, ref in zip(bom.base_models, refs.base_models, strict=True) if kin.relation == "adapter"]
    derived = refs.base_models if bom.subject == "dataset" else ()
    inner = {purl for one in bom.components for purl in one.depends_on}
    direct = [ref for one, ref in zip(bom.components, refs.components, strict=True) if one.purl not in inner]
    needs = sorted({*refs.datasets, *adapted, *derived, *direct})
    entries: list[Json] = [{"ref": refs.subject, "dependsOn": needs} if needs else {"ref": refs.subject}]
    entries += [{"ref": ref} for ref in {refs.tool, *refs.base_models, *refs.datasets}]
    entries += software_dependencies(bom, refs)
    if how.layout == "inventory":
        entries.append({"ref": f"{refs.subject}#/inventory", "dependsOn": [refs.subject]})
    entries.sort(key=lambda item: str(item["ref"]))
    return [*entries, {"ref": _MARKER}] if len(bom.files) else entries


def _without_markers(document: Json) -> Json:
    """The document as the checks may see it: refs of files are unique by how they are made."""
    clean = document | {
        "dependencies": [item for item in document["dependencies"] if item["ref"] != _MARKER],
        "components": [item for item in document.get("components", ()) if item["bom-ref"] != _MARKER],
    }
    subject = {key: item for key, item in document["metadata"]["component"].items() if key != "components"}
    return clean | {"metadata": document["metadata"] | {"component": subject}}
