"""Verbs that make evidence: digest, bom model, sign, attest, release."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from attest.cli.options import Format, Key, Links, Model, Name, Output, Shape, Version
from attest.cli.show import echo, note, password, settings, watched, write_bytes
from attest.domain.manifest import printable

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
Sha512 = Annotated[bool, typer.Option("--sha512/--no-sha512", help="Also compute SHA-512 in the same pass.")]


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


def bom_model(model: Model, output: Output = "", name: Name = "", version: Version = "", sha512: Sha512 = True) -> None:
    """Write a CycloneDX 1.6 ML-BOM, read from the model's own files."""
    from attest.operations.describe import bom_model as run
    from attest.operations.outputs import check_output
    from attest.stores import write_atomic

    if output:
        check_output(model, output, "--output")
    date = settings().source_date
    document = watched(
        lambda progress: run(model, name=name, version=version, sha512=sha512, timestamp=date, progress=progress)
    )
    if output:
        write_atomic(output, document)
        note(f"wrote {output}")
    else:
        write_bytes(document)


def sign(
    model: Model,
    key: Key,
    signature: SignatureOut = "",
    allow_symlinks: Links = False,
    compat: Compat = False,
) -> None:
    """Sign the model's files: an OpenSSF Model Signing bundle, MODEL/model.sig."""
    from attest.operations.sign import sign as run

    done = watched(
        lambda progress: run(
            model,
            key,
            signature=signature,
            follow_links=allow_symlinks,
            compat=compat,
            password=password,
            progress=progress,
        )
    )
    echo(f"signed {done.files} files of {done.name} as {done.signer}\n{done.path}\n")
    if done.uncovered:
        note(
            f"note: OMS signatures leave Git's files out, so {len(done.uncovered)} files are not covered "
            f"({', '.join(done.uncovered[:3])}{', …' if len(done.uncovered) > 3 else ''}).\n"
            "  next: remove them, or use `attest release`, whose attestation covers the whole tree."
        )


def attest(model: Model, kind: Type, predicate: Predicate, key: Key, allow_symlinks: Links = False) -> None:
    """Sign a statement about the model, and add it to MODEL/claims.jsonl."""
    from attest.operations.sign import attest as run

    done = watched(
        lambda progress: run(
            model,
            key,
            type_name=kind,
            predicate=predicate,
            follow_links=allow_symlinks,
            password=password,
            progress=progress,
        )
    )
    word = "added" if done.added else "already there"
    echo(f"attested {kind} about {done.digest_kind} sha256:{done.digest} as {done.signer}\n{done.path} ({word})\n")


def release(
    model: Model,
    key: Key,
    name: Name = "",
    version: Version = "",
    bom: BomOut = "",
    sha512: Sha512 = False,
    allow_symlinks: Links = False,
) -> None:
    """The release step: bill of materials, signature and attestation in one pass over the bytes."""
    from attest.operations.release import release as run

    done = watched(
        lambda progress: run(
            model,
            key,
            name=name,
            version=version,
            bom=bom,
            sha512=sha512,
            follow_links=allow_symlinks,
            timestamp=settings().source_date,
            password=password,
            progress=progress,
        )
    )
    word = "added" if done.added else "already there"
    echo(f"released {done.name}: {done.files} files, {done.digest_kind} sha256:{done.digest}, by {done.signer}\n")
    echo(f"{done.signature_path} (signature over the files)\n{done.claims_path} (bill of materials, {word})\n")
