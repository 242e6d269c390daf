"""`release`: one pass over the bytes gives the bill of materials, the signature and the attestation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from attest.domain.statement import PREDICATE_TYPES
from attest.formats import prefix_wanted
from attest.hashing.stream import Progress
from attest.operations.describe import describe, encode_bom
from attest.operations.inspect_files import StrPath, inspect_files
from attest.operations.outputs import refuse_to_overwrite
from attest.operations.sign import sign_claim
from attest.signing import open_signer, sign_model
from attest.signing.open import file_of
from attest.signing.signer import Password
from attest.stores import Beside, write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release: where its evidence lies, and what it is about. `added` is False when the claim was there already."""

    name: str
    digest: str
    digest_kind: str
    files: int
    size: int
    signer: str
    signature_path: str
    claims_path: str
    added: bool


def release(
    path: StrPath,
    key: StrPath,
    *,
    name: str = "",
    version: str = "",
    bom: StrPath = "",
    sha512: bool = False,
    follow_links: bool = False,
    timestamp: datetime | None = None,
    password: Password | None = None,
    progress: Progress | None = None,
) -> Released:
    """Release the model at `path`, signed by `key`: writes `model.sig` and one line of `claims.jsonl` beside its files.

    `bom` also writes the bill of materials to a file outside the model. The same input gives the same bytes.
    Raises KeyFileError, ArtifactError, DocumentError or OutputError; nothing half-written stays.
    """
    signer = open_signer(os.fspath(key), password)
    inspected = inspect_files(path, follow_links=follow_links, sha512=sha512, wanted=prefix_wanted, progress=progress)
    artifact, manifest = inspected.artifact, inspected.manifest
    document = encode_bom(describe(inspected, name=name, version=version), timestamp)
    signature = sign_model(manifest, artifact.name, signer)
    claim = sign_claim(manifest, artifact.name, signer, kind=PREDICATE_TYPES["cyclonedx"][0], predicate=document)
    if bom:
        refuse_to_overwrite(os.fspath(bom), "--bom", artifact, file_of(os.fspath(key)), artifact.signature_path)
        write_atomic(os.fspath(bom), document)
    store = Beside(artifact=artifact)
    added = store.append(claim)
    # Last: a release that was cut short has no new signature.
    store.write_signature(signature)
    return Released(
        name=artifact.name,
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        files=len(manifest.files),
        size=manifest.size,
        signer=signer.id,
        signature_path=artifact.signature_path,
        claims_path=artifact.claims_path,
        added=added,
    )
