"""`sign` and `attest`: an OMS signature over the files, and a signed statement about them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from attest.domain.artifact import Artifact
from attest.domain.manifest import Manifest
from attest.domain.recipe import WHOLE, Recipe
from attest.domain.statement import (
    PREDICATE_TYPES,
    STATEMENT_LIMITS,
    artifact_subjects,
    build_statement,
    is_model_signature,
    parse_statement,
    predicate_type,
    same_predicate_type,
)
from attest.domain.strict_json import as_object, parse
from attest.errors import InputError
from attest.hashing import HashOptions, hash_shards, locate
from attest.hashing.stream import Progress
from attest.operations.inspect_files import StrPath, inspect_files
from attest.operations.outputs import refuse_to_overwrite
from attest.operations.placement import already, named, opened, place_of, put_claim, put_signature
from attest.operations.reuse import Reuse, reusing
from attest.signing import Signer, SignerOptions, sign_statement
from attest.signing.oms_write import Listing, check_ignored, is_signed, listing_of, oms_payload, signed_entries
from attest.signing.options import file_of
from attest.signing.signer import Password
from attest.stores import Beside, write_atomic
from attest.stores.beside import read_bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed and where it lies.

    `added` is False when it was there already, `beside` says that somebody else's signature was kept as `model.sig`,
    `uncovered` names files that the signature leaves out. `digest` is empty when only shards were hashed.
    `given` counts files whose digest was given and not computed, `reused` those that are as the cache knows them;
    `notes` say what became of the cache.
    """

    name: str
    path: str
    digest: str
    digest_kind: str
    files: int
    signer: str
    added: bool = True
    beside: bool = False
    uncovered: tuple[str, ...] = ()
    given: int = 0
    reused: int = 0
    notes: tuple[str, ...] = ()


def sign(
    path: StrPath,
    signer: StrPath | Signer,
    *,
    signature: StrPath = "",
    follow_links: bool = False,
    compat: bool = False,
    ignore_paths: Sequence[str] = (),
    recipe: Recipe = WHOLE,
    digests: StrPath = "",
    incremental: StrPath = "",
    password: Password | None = None,
    options: SignerOptions | None = None,
    progress: Progress | None = None,
) -> Signed:
    """Sign the files of the artifact at `path` with a key file or a signer URI (see `attest.signing.options.SCHEMES`).

    The bundle goes beside the artifact, or to `signature` outside it. A signature by somebody else that still holds
    stays where it is, and the new one joins the claims; signing again adds nothing. `ignore_paths` are left out with
    their subtrees, and recorded; `recipe` asks for another hash, or for shards. `digests` is a list to take digests
    from instead of reading files, or `lfs` or `hub`; `incremental` a cache, so that only changed files are read.

    Raises KeyFileError, ArtifactError, DocumentError, OutputError, or UndecidedError naming a service that fails;
    nothing half-written stays.
    """
    ignored = check_ignored(ignore_paths)
    target = os.fspath(signature)
    reuse = reusing(digests, incremental, recipe=recipe, protected=(file_of(named(signer)), target))
    by = opened(signer, password, options)
    if recipe.shard_size and target:
        options_of_walk = HashOptions(follow_links=follow_links, recipes=(recipe,), whole=False, progress=progress)
        return _sign_shards(path, by, target, named(signer), options_of_walk, ignored, compat=compat)
    inspected = inspect_files(
        path,
        follow_links=follow_links,
        progress=progress,
        recipes=() if recipe == WHOLE else (recipe,),
        hasher=reuse.hash,
    )
    artifact, manifest, found = inspected.artifact, inspected.manifest, inspected.found
    listing = listing_of(manifest, recipe=recipe, others=inspected.hashed.others, ignored=ignored)
    payload = oms_payload(listing, artifact.name, compat=compat)
    if target:
        refuse_to_overwrite(target, "--signature", artifact, file_of(named(signer)))
        write_atomic(target, sign_statement(payload, by) + b"\n")
        return _signed(artifact, manifest, by, target, reuse, ignored=ignored)
    if existing := already(found, payload, by):
        return _signed(artifact, manifest, by, place_of(artifact, existing), reuse, added=False, ignored=ignored)
    place, beside = put_signature(artifact, manifest, by, sign_statement(payload, by))
    return _signed(artifact, manifest, by, place, reuse, beside=beside, ignored=ignored)


def _sign_shards(
    path: StrPath, by: Signer, target: str, key: str, options: HashOptions, ignored: Sequence[str], *, compat: bool
) -> Signed:
    """Sign shards alone, several at once: no file is hashed whole, so there is no tree digest either."""
    artifact = locate(os.fspath(path))
    found = Beside(artifact=artifact).read()
    refuse_to_overwrite(target, "--signature", artifact, file_of(key))
    files = hash_shards(artifact, replace(options, evidence=found.evidence))
    kept = [(name, files.digests[name], size) for name, size in files.files if is_signed(files.kind, name, ignored)]
    listing = Listing(
        kind=files.kind,
        files=tuple(kept),
        recipe=files.recipe,
        links=bool(files.links) or files.hub_links,
        ignored=tuple(ignored),
    )
    write_atomic(target, sign_statement(oms_payload(listing, artifact.name, compat=compat), by) + b"\n")
    covered = {name for name, digests, _ in kept if digests}
    return Signed(
        name=artifact.name,
        path=target,
        digest="",
        digest_kind="",
        files=len(files.files),
        signer=by.id,
        uncovered=tuple(name for name, _ in files.files if name not in covered),
    )


def uncovered(manifest: Manifest, ignored: Sequence[str] = ()) -> tuple[str, ...]:
    """The files that an OMS signature over this manifest leaves out."""
    listed = {entry.name for entry in signed_entries(manifest, ignored)}
    return tuple(entry.name for entry in manifest.files if entry.name not in listed)


def attest(
    path: StrPath,
    signer: StrPath | Signer,
    *,
    type_name: str,
    predicate: StrPath,
    follow_links: bool = False,
    digests: StrPath = "",
    password: Password | None = None,
    options: SignerOptions | None = None,
    progress: Progress | None = None,
) -> Signed:
    """Sign a statement about the artifact at `path` with the JSON document at `predicate`, and add it to its claims.

    `digests` is as in `sign`, and the statement is marked.

    Raises InputError when the predicate does not fit its type, and what `sign` raises.
    """
    kind, document = predicate_type(type_name), read_predicate(os.fspath(predicate), predicate_type(type_name))
    if is_model_signature(kind):
        raise InputError("a signature over the files is made by `attest sign`", hint="attest sign MODEL --key KEY")
    reuse = reusing(digests)
    by = opened(signer, password, options)
    inspected = inspect_files(path, follow_links=follow_links, progress=progress, hasher=reuse.hash)
    artifact, manifest = inspected.artifact, inspected.manifest
    payload = claim_payload(manifest, artifact.name, kind=kind, predicate=document, given=reuse.given > 0)
    added = put_claim(artifact, inspected.found, payload, by)
    return _signed(artifact, manifest, by, artifact.claims_path, reuse, added=added)


def claim_payload(manifest: Manifest, name: str, *, kind: str, predicate: bytes, given: bool = False) -> bytes:
    """The bytes of a statement about the whole artifact. Raises DocumentError when it is past a limit."""
    subjects = artifact_subjects(manifest, name, given=given)
    payload = build_statement(subjects=subjects, predicate_type=kind, predicate=predicate)
    parse_statement(payload)
    return payload


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


def _signed(
    artifact: Artifact,
    manifest: Manifest,
    signer: Signer,
    path: str,
    reuse: Reuse,
    *,
    added: bool = True,
    beside: bool = False,
    ignored: Sequence[str] = (),
) -> Signed:
    return Signed(
        name=artifact.name,
        path=path,
        digest=manifest.digest,
        digest_kind=manifest.digest_kind,
        files=len(manifest.files),
        signer=signer.id,
        added=added,
        beside=beside,
        uncovered=uncovered(manifest, ignored),
        given=reuse.given,
        reused=reuse.reused,
        notes=reuse.notes,
    )
