"""Writing the OMS predicate: the same input and options give the same bytes (OMS 1.0, specification order)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attest.domain.artifact import CLAIMS_NAME, OMS_IGNORED, SIGNATURE_NAME, Kind, below
from attest.domain.canonical import canonical
from attest.domain.manifest import FileEntry, Manifest, name_fault, oms_root
from attest.domain.recipe import WHOLE, Recipe, RecipeDigests
from attest.domain.statement import OMS_PREDICATE, build_statement
from attest.domain.strict_json import JsonObject
from attest.errors import DocumentError, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a signature lists: (name, raw digests, size in bytes) of each file, and how they were made.

    `ignored` are the paths that the caller left out, `links` says that symbolic links were followed.
    """

    kind: Kind
    files: tuple[tuple[str, tuple[bytes, ...], int], ...]
    recipe: Recipe = WHOLE
    links: bool = False
    ignored: tuple[str, ...] = ()


def check_ignored(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths to leave out, sorted (OMS 1.0, exclusions). Raises InputError for one that is no relative path."""
    for path in paths:
        fault = (
            "it is a pattern, and OMS allows exact paths only" if any(c in path for c in "*?[") else name_fault(path)
        )
        if fault:
            raise InputError(f"--ignore-path {path!r}: {fault}", hint="Give a path inside the model, relative to it.")
    return tuple(sorted(set(paths)))


def is_signed(kind: Kind, name: str, ignored: Sequence[str] = ()) -> bool:
    """Whether an OMS signature lists this file: all but what OMS leaves out and what the caller did."""
    return kind == "file" or not below(name, (*OMS_IGNORED, *ignored))


def signed_entries(manifest: Manifest, ignored: Sequence[str] = ()) -> list[FileEntry]:
    """The files that an OMS signature over this manifest lists, in listed order."""
    return [entry for entry in manifest.files if is_signed(manifest.kind, entry.name, ignored)]


def listing_of(
    manifest: Manifest, *, recipe: Recipe = WHOLE, others: RecipeDigests | None = None, ignored: Sequence[str] = ()
) -> Listing:
    """What a signature over `manifest` lists; `others` holds the digests when `recipe` is not one SHA-256 per file."""
    made = (others or {}).get(recipe, {})
    files = [
        (entry.name, (entry.sha256,) if recipe == WHOLE else made[entry.name], entry.size)
        for entry in signed_entries(manifest, ignored)
    ]
    links = bool(manifest.links) or manifest.hub_links
    return Listing(kind=manifest.kind, files=tuple(files), recipe=recipe, links=links, ignored=tuple(ignored))


def oms_payload(listing: Listing, name: str, *, compat: bool = False) -> bytes:
    """The statement bytes that sign what `listing` lists: canonical JSON, resources in name order.

    `compat` writes `.` as the name of a single file, as model-signing up to 1.1.1 expects. Raises DocumentError when
    there is nothing to list.
    """
    single = listing.kind == "file"
    resources = _resources(listing, "." if single and compat else "")
    if not resources:
        raise DocumentError(
            "there is no file to sign: OMS leaves out .git, .gitattributes, .github and .gitignore"
            + (", and shards leave out empty files" if listing.recipe.shard_size else ""),
            hint="Sign the directory that holds the model's files.",
        )
    evidence = () if single else (CLAIMS_NAME, SIGNATURE_NAME)
    serialization: JsonObject = {
        "allow_symlinks": listing.links,
        "hash_type": listing.recipe.hash_name,
        "ignore_paths": sorted({*OMS_IGNORED, *evidence, *listing.ignored}),
        "method": "shards" if listing.recipe.shard_size else "files",
    }
    if listing.recipe.shard_size:
        serialization["shard_size"] = listing.recipe.shard_size
    predicate = {
        "resources": [
            {"algorithm": listing.recipe.hash_name, "digest": digest.hex(), "name": resource}
            for resource, digest in resources
        ],
        "serialization": serialization,
    }
    root = oms_root(digest for _, digest in resources)
    return build_statement(
        subjects=[{"digest": {"sha256": root}, "name": name}],
        predicate_type=OMS_PREDICATE,
        predicate=canonical(predicate),
    )


def _resources(listing: Listing, renamed: str) -> list[tuple[str, bytes]]:
    """Names and digests in the order of the specification: that of the whole name, shard numbers as text."""
    size = listing.recipe.shard_size
    found = []
    for name, digests, length in listing.files:
        shown = renamed or name
        if not size:
            found.append((shown, digests[0]))
            continue
        for number, digest in enumerate(digests):
            start = number * size
            found.append((f"{shown}:{start}:{min(start + size, length)}", digest))
    return sorted(found) if size else found
