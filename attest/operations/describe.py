"""`bom model`: describe a model from its own files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from attest import __version__
from attest.bom import describe_model, to_cyclonedx
from attest.bom.cyclonedx import Encoding
from attest.bom.steps import Recorded, ancestors, recorded_steps, training_data
from attest.domain.artifact import is_claim_source
from attest.domain.bom import Bom, Party, Relative, Value
from attest.domain.statement import PAYLOAD_TYPE, parse_statement, speaks_about
from attest.errors import DocumentError
from attest.formats import prefix_wanted
from attest.formats.registry import observing
from attest.hashing.stream import Progress
from attest.operations.inspect_files import Inspected, StrPath, inspect_files

Form = Literal["cyclonedx-1.6", "cyclonedx-1.7", "spdx-3.0.1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller says of the subject and the document, and what no file could say better.

    `name` may be `owner/name`. `authors` are who has the bill made, each `Name` or `Name <address>`; so is `supplier`,
    who hands the subject out.
    """

    name: str = ""
    version: str = ""
    supplier: str = ""
    authors: tuple[str, ...] = ()


def describe(inspected: Inspected, *, given: Given = Given(), digests_given: bool = False) -> Bom:
    """The bill of materials of a hashed model; `digests_given` when the digests were not made here."""
    artifact = inspected.artifact
    bom = describe_model(
        inspected.manifest,
        inspected.hashed.prefixes,
        inspected.hashed.seen,
        name=given.name,
        version=given.version,
        folder=artifact.name,
        hub_repository=artifact.hub_repository,
        hub_revision=artifact.hub_revision,
    )
    steps = recorded_steps(_statements(inspected))
    bom = replace(
        said(bom, given),
        digests_given=digests_given,
        steps=steps,
        base_models=_joined(bom.base_models, ancestors(steps)),
        datasets=_joined(bom.datasets, training_data(steps)),
    )
    return bom


def _statements(inspected: Inspected) -> Iterator[Recorded]:
    """The statements beside the model that speak about these bytes. Nothing here verifies them: they are claims."""
    for bundle in inspected.found.bundles:
        if bundle.payload_type != PAYLOAD_TYPE or not is_claim_source(bundle.source):
            continue
        try:
            statement = parse_statement(bundle.payload)
        except DocumentError:
            continue  # `verify` and `inspect` name what is wrong with it
        if speaks_about(statement, inspected.manifest):
            yield Recorded(statement=statement, source=bundle.source)


def _joined(known: tuple[Relative, ...], more: tuple[Relative, ...]) -> tuple[Relative, ...]:
    """Relatives with what a statement knows better: a revision and a digest."""
    found = {kin.name: kin for kin in known}
    for kin in more:
        old = found.get(kin.name)
        found[kin.name] = replace(old, version=kin.version, sha256=kin.sha256) if old and kin.sha256 else old or kin
    return tuple(found.values())


def said(bom: Bom, given: Given) -> Bom:
    """The bill with what the caller says of supplier and authors."""
    supplier = party(given.supplier) if given.supplier else bom.supplier
    return replace(bom, supplier=supplier, made_by=tuple(party(text) for text in given.authors))


def party(text: str) -> Party:
    """A party from `Name` or `Name <address>`; an address with `://` is a link, any other one of e-mail."""
    name, _, rest = text.partition("<")
    address = rest.rstrip().removesuffix(">").strip()
    value = Value(text=name.strip() or address, origin="declared", source="the caller")
    return Party(name=value, url=address if "://" in address else "", email="" if "://" in address else address)


def describe_path(
    path: StrPath,
    *,
    given: Given = Given(),
    sha512: bool = True,
    tensors: bool = False,
    progress: Progress | None = None,
) -> Bom:
    """The bill of materials of the model at `path`. Raises ArtifactError when the files cannot be hashed."""
    inspected = inspect_files(
        path,
        follow_links=True,
        sha512=sha512,
        wanted=prefix_wanted,
        observe=observing(tensors=tensors),
        progress=progress,
    )
    return describe(inspected, given=given)


def bom_model(
    path: StrPath,
    *,
    name: str = "",
    version: str = "",
    supplier: str = "",
    authors: tuple[str, ...] = (),
    sha512: bool = True,
    tensors: bool = False,
    encoding: Encoding | None = None,
    timestamp: datetime | None = None,
    progress: Progress | None = None,
) -> bytes:
    """A CycloneDX ML-BOM of the model at `path`, in canonical bytes; 1.6 unless `encoding` says otherwise.

    `name` may be `owner/name`. `tensors` adds the digest of every tensor. Raises ArtifactError when the files cannot be
    hashed.
    """
    given = Given(name=name, version=version, supplier=supplier, authors=authors)
    bom = describe_path(path, given=given, sha512=sha512, tensors=tensors, progress=progress)
    return encode_bom(bom, timestamp, encoding)


def encode_bom(bom: Bom, timestamp: datetime | None, encoding: Encoding | None = None) -> bytes:
    """A BOM in the interchange format that attestations carry."""
    how = encoding or Encoding(tool_version=__version__)
    return to_cyclonedx(
        bom, tool_version=how.tool_version, spec=how.spec, layout=how.layout, bsi=how.bsi, timestamp=timestamp
    )
