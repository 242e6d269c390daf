"""Verbs for keys: generate, show."""

from __future__ import annotations

from typing import Annotated

import typer

from attest.cli.options import Format, Shape
from attest.cli.show import echo, new_password, password

Out = Annotated[
    str,
    typer.Option("--out", metavar="FILE", help="Where the private key goes; the public one goes beside it."),
]
Kind = Annotated[
    str,
    typer.Option(
        "--kind", "--curve", metavar="KIND", help="P-256, P-384, P-521 (OMS); Ed25519, RSA-3072 (attest, in-toto)."
    ),
]
Bare = Annotated[bool, typer.Option("--unencrypted", help="Write the private key without a password.")]
KeyIn = Annotated[str, typer.Argument(metavar="KEY", help="A private or public key (PEM).", show_default=False)]


def generate(out: Out = "signer.pem", kind: Kind = "P-256", unencrypted: Bare = False) -> None:
    """Make a signing key. Its password is asked for, or taken from ATTEST_KEY_PASSWORD."""
    from attest.operations.key import generate as run

    made = run(out, kind=kind, password=None if unencrypted else new_password(out))
    locked = "encrypted" if made.encrypted else "not encrypted: keep it where nobody else reads"
    echo(f"{made.private} (private, {locked})\n{made.public} (public: give it to whoever verifies)\n{made.id}\n")


def show(key: KeyIn, form: Shape = Format.text) -> None:
    """Show the public half of a key, and its id on standard error; JSON has both."""
    from attest.domain.canonical import pretty
    from attest.domain.record import encode
    from attest.operations.key import show as run

    found = run(key, password)
    if form is Format.json:
        echo(pretty(encode(found)))
        return
    typer.echo(f"{found.kind} {found.id}", err=True)
    echo(found.pem)
