"""Verbs for policies: init, check."""

from __future__ import annotations

from typing import Annotated

import typer

from attest.cli.options import Output
from attest.cli.show import echo, note

PublicKey = Annotated[
    str, typer.Option("--key", metavar="FILE", help="The public key of whoever releases.", show_default=False)
]
Signer = Annotated[str, typer.Option("--signer", metavar="NAME", help="What the policy calls that signer.")]
Expires = Annotated[
    str,
    typer.Option(
        "--expires",
        metavar="TIME",
        help="When the policy ends; a year from now by default.",
        show_default=False,
    ),
]
PolicyFile = Annotated[str, typer.Argument(metavar="POLICY", help="The policy file.", show_default=False)]


def init(key: PublicKey, output: Output = "", signer: Signer = "release", expires: Expires = "") -> None:
    """Write a policy for released models that trusts one public key."""
    from attest.operations.policy import init_policy
    from attest.stores import write_atomic

    text = init_policy(key, signer=signer, expires=expires)
    if output:
        write_atomic(output, text.encode("utf-8"), replace=False)
        note(f"wrote {output}")
    else:
        echo(text)


def check(policy: PolicyFile) -> None:
    """Read a policy and report every problem with its line."""
    from attest.operations.policy import load_policy

    loaded = load_policy(policy).policy
    rules = ", ".join(f"{rule.id} ({rule.kind})" for rule in loaded.rules)
    echo(f"{loaded.name} version {loaded.version} is valid until {loaded.expires:%Y-%m-%dT%H:%M:%SZ}\nrules: {rules}\n")
