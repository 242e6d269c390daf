"""Verbs about trust and about evidence that is not verified yet: inspect, trust show, trust fetch."""

from __future__ import annotations

from typing import Annotated

import typer

from attest.cli.options import Format, Shape
from attest.cli.show import echo, note

Bundle = Annotated[
    str,
    typer.Argument(metavar="BUNDLE", help="A bundle, a file of bundles, or a model with some.", show_default=False),
]
Instance = Annotated[
    str, typer.Argument(metavar="INSTANCE", help="production, staging, or a file (show) or address (fetch).")
]
Target = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Where the trusted root goes.", show_default=False)
]
FirstRoot = Annotated[
    str,
    typer.Option("--root", metavar="FILE", help="The root metadata to start from (root.json).", show_default=False),
]
Timeout = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="Time limit for the repository.")]


def inspect(bundle: Bundle, form: Shape = Format.text) -> None:
    """Show who signed what, when, and with which evidence, as bundles say it: nothing is verified."""
    from attest import reports
    from attest.operations.inspect_bundle import inspect_bundle

    bundles, unreadable = inspect_bundle(bundle)
    echo((reports.claims_json if form is Format.json else reports.claims_text)(bundles, unreadable))


def show(instance: Instance = "production", form: Shape = Format.text) -> None:
    """Show a Sigstore trusted root: its anchors, when they count, and how old it is."""
    from attest.domain.canonical import pretty
    from attest.domain.record import encode
    from attest.operations.trust import show_trust

    root = show_trust(instance)
    if form is Format.json:
        echo(pretty(encode(root)))
        return
    lines = [f"{root.label}: its newest anchor began {root.newest}, {root.age_days} days ago"]
    lines += [f"  {item.purpose:22} {item.name:36} {item.start} to {item.end or 'now'}" for item in root.anchors]
    echo("\n".join(lines) + "\n")


def fetch(output: Target, instance: Instance = "production", root: FirstRoot = "", timeout: Timeout = 30.0) -> None:
    """Get the current trusted root over the network, and write it to a file that a policy can pin."""
    from attest.operations.trust import fetch_trust

    found = fetch_trust(instance, output, first_root=root, timeout=timeout)
    note(f"wrote {output}: its newest anchor began {found.newest}")
    echo(f"{found.label}\n")
