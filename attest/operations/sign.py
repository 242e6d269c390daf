"""`sign` and `attest`: an OMS signature over the files, and a signed statement about them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from attest.domain.artifact import Artifact
from attest.domain.manifest import Manifest
from attest.domain.statement import (
    OMS_PREDICATE,
    PREDICATE_TYPES,
    STATEMENT_LIMITS,
    artifact_subjects,
    build_statement,
    parse_statement,
    predicate_type,
    same_predicate_type,
)
from attest.domain.strict_json import as_object, parse
from attest.errors import InputError
from attest.hashing.stream import Progress
from attest.operations.inspect_files import StrPath, inspect_files
from attest.operations.outputs import refuse_to_overwrite
from attest.signing import Signer, open_signer, sign_model, sign_statement
from attest.signing.oms import signed_entries
from attest.signing.open import file_of
from attest.signing.signer import Password
from attest.stores import Beside, write_atomic
from attest.stores.beside import read_bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed and where it lies. `uncovered` names files that OMS leaves out of a signature."""

    name: str
    path: str
    digest: str
    digest_kind: str
    files: int
    signer: str
    added: bool = True
    uncovered: tuple[str, ...] = ()


def sign(
    path: StrPath,
    key: StrPath,
    *,
    signature: StrPath = "",
    follow_links: bool = False,
    compat: bool = False,
    password: Password | None = None,
    progress: Progress | None = None,
) -> Signed:
    """Sign the files of the artifact at `path`; the bundle goes beside it, or to `signature` outside it.

    Raises KeyFileError, ArtifactError, DocumentError or OutputError; nothing half-written stays.
    """
    signer = open_signer(os.fspath(key), password)
    inspected = inspect_files(path, follow_links=follow_links, progress=progress)
    artifact, manifest = inspected.artifact, inspected.manifest
    bundle = sign_model(manifest, artifact.name, signer, compat=compat)
    target = os.fspath(signature)
    if target:
        refuse_to_overwrite(target, "--signature", artifact, file_of(os.fspath(key)))
        write_atomic(target, bundle + b"\n")
    else:
        Beside(artifact=artifact).write_signature(bundle)
    return _signed(artifact, manifest, signer, target or artifact.signature_path)


def uncovered(manifest: Manifest) -> tuple[str, ...]:
    """The files that an OMS signature over this manifest leaves out."""
    listed = {entry.name for entry in signed_entries(manifest)}
    return tuple(entry.name for entry in manifest.files if entry.name not in listed)


def attest(
    path: StrPath,
    key: StrPath,
    *,
    type_name: str,
    predicate: StrPath,
    follow_links: bool = False,
    password: Password | None = None,
    progress: Progress | None = None,
) -> Signed:
    """Sign a statement about the artifact at `path` with the JSON document at `predicate`, and add it to its claims.

    Raises InputError when the predicate does not fit its type, and what `sign` raises.
    """
    kind, document = predicate_type(type_name), read_predicate(os.fspath(predicate), predicate_type(type_name))
    if kind == OMS_PREDICATE:
        raise InputError("a signature over the files is made by `attest sign`", hint="attest sign MODEL --key KEY")
    signer = open_signer(os.fspath(key), password)
    inspected = inspect_files(path, follow_links=follow_links, progress=progress)
    artifact, manifest = inspected.artifact, inspected.manifest
    bundle = sign_claim(manifest, artifact.name, signer, kind=kind, predicate=document)
    added = Beside(artifact=artifact).append(bundle)
    return _signed(artifact, manifest, signer, artifact.claims_path, added=added)


def sign_claim(manifest: Manifest, name: str, signer: Signer, *, kind: str, predicate: bytes) -> bytes:
    """A bundle with a statement about the whole artifact. Raises DocumentError when the statement is past a limit."""
    payload = build_statement(subjects=artifact_subjects(manifest, name), predicate_type=kind, predicate=predicate)
    parse_statement(payload)
    return sign_statement(payload, signer)


def read_predicate(path: str, kind: str) -> bytes:
    """The bytes of a predicate, after checking that it is strict JSON and looks like its type."""
    data = read_bounded(path, STATEMENT_LIMITS.size)
    if data is None:
        raise InputError(f"there is no predicate at {path!r}", hint="Check the path given as --predicate.")
    table = as_object(parse(data, STATEMENT_LIMITS, f"the predicate {path!r}"), f"the predicate {path!r}")
    name = next((short for short, spellings in PREDICATE_TYPES.items() if kind in spellings), kind)
    if same_predicate_type(PREDICATE_TYPES["cyclonedx"][0], kind):
        name, fits = "cyclonedx", table.get("bomFormat") == "CycloneDX"
    else:
        fits = name != "spdx" or "@context" in table or "spdxVersion" in table
    if not fits:
        raise InputError(f"{path!r} is no {name} document", hint="Check --type and --predicate: they must fit.")
    return data


def _signed(artifact: Artifact, manifest: Manifest, signer: Signer, path: str, *, added: bool = True) -> Signed:
    return Signed(
        name=artifact.name,
        path=path,
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        files=len(manifest.files),
        signer=signer.id,
        added=added,
        uncovered=uncovered(manifest),
    )
