"""Verbs for policies: init, check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.groups import grouped
from attest.cli.options import Output
from attest.cli.show import echo, note
from attest.cli.trust_options import expected

if TYPE_CHECKING:
    from attest.operations.expected import Expected

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


@grouped("wanted", expected)
def init(wanted: Expected, output: Output = "", signer: Signer = "release", expires: Expires = "") -> None:
    """Write a policy for released models that trusts one signer: a key, an identity, or a certificate's holder."""
    from attest.operations.policy import init_policy
    from attest.stores import write_atomic

    beside = os.path.dirname(os.path.abspath(output)) if output else ""
    text = init_policy(wanted, signer=signer, expires=expires, beside=beside)
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
