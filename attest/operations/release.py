"""`release`: one pass over the bytes gives the bill of materials, the signature and the attestation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from attest.domain.statement import PREDICATE_TYPES
from attest.formats import prefix_wanted
from attest.formats.registry import observing
from attest.hashing.stream import Progress
from attest.operations.describe import Given, describe, encode_bom
from attest.operations.inspect_files import Inspected, StrPath, inspect_files
from attest.operations.outputs import refuse_to_overwrite
from attest.operations.placement import already, named, opened, place_of, put_claim, put_signature
from attest.operations.reuse import reusing
from attest.operations.sign import claim_payload
from attest.operations.upload import destination, send
from attest.signing import Signer, SignerOptions, sign_statement
from attest.signing.oms_write import listing_of, oms_payload
from attest.signing.options import file_of
from attest.signing.signer import Password
from attest.stores import write_atomic

_CYCLONEDX = PREDICATE_TYPES["cyclonedx"][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release: where its evidence lies, and what it is about. `added` is False when the claim was there already,
    `signed` when the signature was. `uploaded` are the addresses that the evidence was put to. `given` counts files
    whose digest was given and not computed, `reused` those that are as the cache knows them; `notes` say what became of
    the cache."""

    name: str
    digest: str
    digest_kind: str
    files: int
    size: int
    signer: str
    signature_path: str
    claims_path: str
    added: bool
    signed: bool
    uploaded: tuple[str, ...] = ()
    given: int = 0
    reused: int = 0
    notes: tuple[str, ...] = ()


def release(
    path: StrPath,
    signer: StrPath | Signer,
    *,
    name: str = "",
    version: str = "",
    bom: StrPath = "",
    sha512: bool = False,
    follow_links: bool = False,
    digests: StrPath = "",
    incremental: StrPath = "",
    timestamp: datetime | None = None,
    password: Password | None = None,
    options: SignerOptions | None = None,
    upload: str = "",
    upload_token: str = "",
    progress: Progress | None = None,
) -> Released:
    """Release the model at `path`, signed by `signer`: writes `model.sig` and a line of `claims.jsonl`.

    `bom` also writes the bill of materials to a file outside the model. The same input gives the same bytes.
    `digests` is a list to take digests from instead of reading files, or `lfs` or `hub`: the evidence is marked then;
    `incremental` is a cache, so that only changed files are read.
    `upload` puts both files to addresses below that one, once they are written.
    Raises KeyFileError, ArtifactError, DocumentError or OutputError; nothing half-written stays. Raises UndecidedError
    when a service fails; after a failed upload the evidence is there, and releasing again uploads again.
    """
    to = destination(upload, upload_token, (options or SignerOptions()).timeout) if upload else None
    reuse = reusing(digests, incremental, sha512=sha512, protected=(file_of(named(signer)), os.fspath(bom)))
    by = opened(signer, password, options)
    look = partial(inspect_files, wanted=prefix_wanted, observe=observing(), hasher=reuse.hash)
    inspected = look(path, follow_links=follow_links, sha512=sha512, progress=progress)
    artifact, manifest = inspected.artifact, inspected.manifest
    bill = describe(inspected, given=Given(name=name, version=version), digests_given=reuse.given > 0)
    document = encode_bom(bill, timestamp)
    payload = oms_payload(listing_of(manifest), artifact.name)
    claim = claim_payload(manifest, artifact.name, kind=_CYCLONEDX, predicate=document, given=bill.digests_given)
    if bom:
        refuse_to_overwrite(os.fspath(bom), "--bom", artifact, file_of(named(signer)), artifact.signature_path)
        write_atomic(os.fspath(bom), document)
    added = put_claim(artifact, inspected.found, claim, by)
    signature_path, signed = _put_signature(inspected, payload, by)
    return Released(
        name=artifact.name,
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        files=len(manifest.files),
        size=manifest.size,
        signer=by.id,
        signature_path=signature_path,
        claims_path=artifact.claims_path,
        added=added,
        signed=signed,
        uploaded=send(artifact, to) if to else (),
        given=reuse.given,
        reused=reuse.reused,
        notes=reuse.notes,
    )


def _put_signature(inspected: Inspected, payload: bytes, by: Signer) -> tuple[str, bool]:
    """Write the signature, last: a release that was cut short has none. Returns its path, and whether it is new."""
    artifact = inspected.artifact
    if existing := already(inspected.found, payload, by):
        return place_of(artifact, existing), False
    return put_signature(artifact, inspected.manifest, by, sign_statement(payload, by))[0], True
