"""`release`: one pass over the bytes gives the bill of materials, the signature and the attestation."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from attest.domain.artifact import Artifact
from attest.domain.scan import Scan
from attest.domain.statement import PREDICATE_TYPES
from attest.formats import prefix_wanted
from attest.formats.registry import observing
from attest.hashing import HashOptions
from attest.hashing.stream import Progress
from attest.operations.describe import Given, describe, encode_bom
from attest.operations.inspect_files import Inspected, StrPath, inspect_files
from attest.operations.outputs import refuse_to_overwrite
from attest.operations.placement import already, named, opened, place_of, put_claim, put_signature
from attest.operations.reuse import Reuse, reusing
from attest.operations.scan import Scanning, assemble, observing_both, parted
from attest.operations.scan_claim import scan_predicate
from attest.operations.sign import claim_payload
from attest.operations.upload import destination, send
from attest.signing import Signer, SignerOptions, sign_statement
from attest.signing.oms_write import listing_of, oms_payload
from attest.signing.options import file_of
from attest.signing.signer import Password
from attest.stores import Beside, write_atomic

_CYCLONEDX = PREDICATE_TYPES["cyclonedx"][0]
_SCAN = PREDICATE_TYPES["model-scan"][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release: where its evidence lies, and what it is about. `added` is False when the claims were there already,
    `signed` when the signature was. `uploaded` are the addresses that the evidence was put to. `scan` is the outcome of
    the scan, empty when there was none. `given` counts files whose digest was given and not computed, `reused` those
    that are as the cache knows them; `notes` say what became of the cache."""

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
    scan: str = ""
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
    scanned: bool = True,
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

    `bom` also writes the bill of materials to a file outside the model. The same input gives the same bytes. The files
    are scanned for what could run, and the outcome is attested whatever it is, unless `scanned` is False.
    `digests` is a list to take digests from instead of reading files, or `lfs` or `hub`: the evidence is marked then;
    `incremental` is a cache, so that only changed files are read.
    `upload` puts both files to addresses below that one, once they are written.
    Raises KeyFileError, ArtifactError, DocumentError or OutputError; nothing half-written stays. Raises UndecidedError
    when a service fails; after a failed upload the evidence is there, and releasing again uploads again.
    """
    to = destination(upload, upload_token, (options or SignerOptions()).timeout) if upload else None
    reuse = reusing(digests, incremental, sha512=sha512, protected=(file_of(named(signer)), os.fspath(bom)))
    by = opened(signer, password, options)
    walk = HashOptions(follow_links=follow_links, sha512=sha512, progress=progress)
    inspected, scan = _looked(path, walk, reuse, Scanning() if scanned else None)
    artifact, manifest = inspected.artifact, inspected.manifest
    bill = describe(inspected, given=Given(name=name, version=version), digests_given=reuse.given > 0)
    document = encode_bom(bill, timestamp)
    claims = _claims(inspected, document, scan, given=bill.digests_given)
    _write_bom(os.fspath(bom), document, artifact, signer)
    # What was put before is read again for the next one, so that nothing of it is lost.
    added = [put_claim(artifact, Beside(artifact=artifact).read(), claim, by) for claim in claims]
    signature_path, signed = _put_signature(inspected, oms_payload(listing_of(manifest), artifact.name), by)
    return Released(
        name=artifact.name,
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        files=len(manifest.files),
        size=manifest.size,
        signer=by.id,
        signature_path=signature_path,
        claims_path=artifact.claims_path,
        added=any(added),
        signed=signed,
        scan=scan.outcome if scan is not None else "",
        uploaded=send(artifact, to) if to else (),
        given=reuse.given,
        reused=reuse.reused,
        notes=reuse.notes,
    )


def _looked(path: StrPath, walk: HashOptions, reuse: Reuse, how: Scanning | None) -> tuple[Inspected, Scan | None]:
    """The hashed files with what was seen in them as facts, and the scan; one pass serves all."""
    inspected = inspect_files(
        path,
        follow_links=walk.follow_links,
        sha512=walk.sha512,
        progress=walk.progress,
        wanted=prefix_wanted,
        observe=observing_both(how) if how is not None else observing(),
        hasher=reuse.hash,
    )
    if how is None:
        return inspected, None
    facts, files = parted(inspected.hashed.seen)
    scan = assemble(files, [entry.name for entry in inspected.manifest.files], how)
    return replace(inspected, hashed=replace(inspected.hashed, seen=facts)), scan


def _write_bom(path: str, document: bytes, artifact: Artifact, signer: StrPath | Signer) -> None:
    """Write the bill outside of the model, when somebody asked for it."""
    if path:
        refuse_to_overwrite(path, "--bom", artifact, file_of(named(signer)), artifact.signature_path)
        write_atomic(path, document)


def _claims(inspected: Inspected, document: bytes, scan: Scan | None, *, given: bool) -> list[bytes]:
    """The statements of a release, ready to be signed: the bill of materials, and the scan."""
    statement = partial(claim_payload, inspected.manifest, inspected.artifact.name, given=given)
    claims = [statement(kind=_CYCLONEDX, predicate=document)]
    if scan is not None:
        claims.append(statement(kind=_SCAN, predicate=scan_predicate(scan)))
    return claims


def _put_signature(inspected: Inspected, payload: bytes, by: Signer) -> tuple[str, bool]:
    """Write the signature, last: a release that was cut short has none. Returns its path, and whether it is new."""
    artifact = inspected.artifact
    if existing := already(inspected.found, payload, by):
        return place_of(artifact, existing), False
    return put_signature(artifact, inspected.manifest, by, sign_statement(payload, by))[0], True
