"""Verbs that make evidence: digest, sign, attest, release."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.groups import grouped
from attest.cli.options import Format, Links, Model, Name, Shape, Version
from attest.cli.show import echo, note, settings, watched
from attest.cli.signing_options import Signing, signing
from attest.domain.manifest import printable

if TYPE_CHECKING:
    from attest.operations.release import Released
    from attest.operations.sign import Signed

Type = Annotated[
    str,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Predicate type: cyclonedx, spdx, slsa-provenance, … or a URI.",
        show_default=False,
    ),
]
Predicate = Annotated[
    str, typer.Option("--predicate", metavar="FILE", help="The JSON document to attest.", show_default=False)
]
SignatureOut = Annotated[
    str,
    typer.Option("--signature", metavar="FILE", help="Write the bundle here, outside the model.", show_default=False),
]
Compat = Annotated[
    bool,
    typer.Option("--compat-single-file", help="Name a single file '.', as model-signing up to 1.1.1 expects."),
]
BomOut = Annotated[
    str,
    typer.Option(
        "--bom",
        metavar="FILE",
        help="Write the bill of materials here as well, outside the model.",
        show_default=False,
    ),
]
Upload = Annotated[
    str,
    typer.Option(
        "--upload",
        metavar="URL",
        help="Then put the evidence files below this address, with the bearer token in ATTEST_UPLOAD_TOKEN.",
        show_default=False,
    ),
]
Digests = Annotated[
    str,
    typer.Option(
        "--digests",
        metavar="FILE",
        help="Do not read the files: take digests from this list (of sha256sum or attest digest --files), or from "
        "Git LFS pointers (`lfs`), or the names of the Hub cache's blobs (`hub`). What is signed says so.",
        show_default=False,
    ),
]
Incremental = Annotated[
    str,
    typer.Option(
        "--incremental",
        metavar="CACHE",
        help="Read only files that changed since the last run with this cache, a file outside the model.",
        show_default=False,
    ),
]
NoScan = Annotated[bool, typer.Option("--no-scan", help="Do not scan the files, and attest no scan.")]
Sha512 = Annotated[bool, typer.Option("--sha512/--no-sha512", help="Also compute SHA-512 in the same pass.")]


class HashKind(StrEnum):
    """The hashes of OMS."""

    sha256 = "sha256"
    blake2b = "blake2b"
    blake3 = "blake3"


IgnorePaths = Annotated[
    list[str],
    typer.Option(
        "--ignore-path",
        metavar="PATH",
        help="Leave this path inside the model out, with everything below it, and record that; may be repeated.",
        show_default=False,
    ),
]
Hash = Annotated[HashKind, typer.Option("--hash", help="sha256 is what every OMS tool reads.")]
ShardSize = Annotated[
    int,
    typer.Option(
        "--shard-size", metavar="BYTES", help="Sign ranges of this size instead of whole files; 0 signs files.", min=0
    ),
]


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def digest(
    model: Model,
    files: Annotated[bool, typer.Option("--files", help="Show every file's digest, as sha256sum does.")] = False,
    sha512: Sha512 = False,
    form: Shape = Format.text,
) -> None:
    """Show the tree digest, the OMS root and the digests of the files."""
    from attest import reports
    from attest.operations.digest import digest as run

    found = watched(lambda progress: run(model, sha512=sha512, progress=progress))
    show = reports.digest_json if form is Format.json else reports.digest_text
    text = show(found.name, found.manifest, found.oms_root, found.findings, files=files)
    # The list is for sha256sum, names as they are; a terminal must not be steered by them.
    echo("\n".join(map(printable, text.split("\n"))) if sys.stdout.isatty() else text)


@grouped("by", signing)
def sign(
    model: Model,
    by: Signing,
    signature: SignatureOut = "",
    allow_symlinks: Links = False,
    compat: Compat = False,
    ignore_path: IgnorePaths = [],  # noqa: B006 - typer reads the default and never changes it
    hash_name: Hash = HashKind.sha256,
    shard_size: ShardSize = 0,
    digests: Digests = "",
    incremental: Incremental = "",
) -> None:
    """Sign the model's files: an OpenSSF Model Signing bundle, MODEL/model.sig."""
    from attest.domain.recipe import Recipe
    from attest.operations.sign import sign as run

    done = watched(
        lambda progress: run(
            model,
            by.uri,
            signature=signature,
            follow_links=allow_symlinks,
            compat=compat,
            ignore_paths=ignore_path,
            recipe=Recipe(hash_name=hash_name.value, shard_size=shard_size),
            digests=digests,
            incremental=incremental,
            options=by.options,
            progress=progress,
        )
    )
    word = "" if done.added else " (there already)"
    echo(f"signed {done.files} files of {done.name} as {done.signer}\n{done.path}{word}\n{_unread(done)}")
    if done.beside:
        note("note: somebody else's signature stays in model.sig, and this one stands beside it in the claims.")
    if done.uncovered:
        note(
            f"note: {_files(len(done.uncovered))} not covered, as Git's files and ignored paths are not "
            f"({', '.join(done.uncovered[:3])}{', …' if len(done.uncovered) > 3 else ''}).\n"
            "  next: remove them, or use `attest release`, whose attestation covers the whole tree."
        )


@grouped("by", signing)
def attest(
    model: Model, kind: Type, predicate: Predicate, by: Signing, allow_symlinks: Links = False, digests: Digests = ""
) -> None:
    """Sign a statement about the model, and add it to MODEL/claims.jsonl."""
    from attest.operations.sign import attest as run

    done = watched(
        lambda progress: run(
            model,
            by.uri,
            type_name=kind,
            predicate=predicate,
            follow_links=allow_symlinks,
            digests=digests,
            options=by.options,
            progress=progress,
        )
    )
    word = "added" if done.added else "already there"
    echo(f"attested {kind} about {done.digest_kind} sha256:{done.digest} as {done.signer}\n{done.path} ({word})\n")
    echo(_unread(done))


@grouped("by", signing)
def release(
    model: Model,
    by: Signing,
    name: Name = "",
    version: Version = "",
    bom: BomOut = "",
    sha512: Sha512 = False,
    allow_symlinks: Links = False,
    upload: Upload = "",
    digests: Digests = "",
    incremental: Incremental = "",
    no_scan: NoScan = False,
    form: Shape = Format.text,
) -> None:
    """The release step: bill of materials, scan, signature and attestations in one pass over the bytes."""
    from attest import reports
    from attest.operations.release import release as run

    done = watched(
        lambda progress: run(
            model,
            by.uri,
            name=name,
            version=version,
            bom=bom,
            scanned=not no_scan,
            sha512=sha512,
            follow_links=allow_symlinks,
            digests=digests,
            incremental=incremental,
            timestamp=settings().source_date,
            options=by.options,
            upload=upload,
            upload_token=settings().upload_token or "",
            progress=progress,
        )
    )
    if form is Format.json:
        echo(reports.release_json(done))
        return
    word = "added" if done.added else "already there"
    echo(f"released {done.name}: {done.files} files, {done.digest_kind} sha256:{done.digest}, by {done.signer}\n")
    signed = "added" if done.signed else "already there"
    echo(f"{done.signature_path} (signature over the files, {signed})\n")
    what = f"bill of materials and scan: {done.scan}" if done.scan else "bill of materials"
    echo(f"{done.claims_path} ({what}, {word})\n")
    if done.scan not in {"", "PASS"}:
        note(f"the scan ended with {done.scan}, and that is attested; attest scan {printable(model)} says why")
    for address in done.uploaded:
        echo(f"{address} (uploaded)\n")
    echo(_unread(done))


def _unread(done: Signed | Released) -> str:
    """What the result was made without reading, and what became of the cache."""
    for text in done.notes:
        note(f"note: {printable(text)}")
    if done.given:
        return f"{done.given} of {done.files} digests were given, not computed: these files were not hashed\n"
    if done.reused:
        return f"{done.reused} of {done.files} files were not read: they are as the cache knows them\n"
    return ""
