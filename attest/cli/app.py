"""The command `attest`, and the one place that prints errors and chooses exit codes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from attest import __version__
from attest.cli import bills, evidence, keys, policies, scans, trust, verification
from attest.cli.show import echo, fail
from attest.errors import AttestError

app = typer.Typer(
    name="attest",
    help="May this model run here? Bills of materials, signatures, attestations and verification for ML models.",
    epilog="Exit codes: 0 passed or done, 1 failed, 2 wrong use or wrong input, 3 could not decide (treat as no).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
bom = typer.Typer(help="Bills of materials.", no_args_is_help=True, rich_markup_mode=None)
lineage = typer.Typer(help="How models came to be.", no_args_is_help=True, rich_markup_mode=None)
key = typer.Typer(help="Keys for signing and verifying.", no_args_is_help=True, rich_markup_mode=None)
roots = typer.Typer(help="Sigstore trusted roots.", no_args_is_help=True, rich_markup_mode=None)
policy = typer.Typer(help="Trust policies.", no_args_is_help=True, rich_markup_mode=None)


def _version(wanted: bool) -> None:
    if wanted:
        echo(f"attest {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the command itself."""


app.command("digest")(evidence.digest)
app.command("sign")(evidence.sign)
app.command("attest")(evidence.attest)
app.command("release")(evidence.release)
app.command("scan")(scans.scan)
app.command("verify")(verification.verify)
app.command("inspect")(trust.inspect)
roots.command("show")(trust.show)
roots.command("fetch")(trust.fetch)
bom.command("model")(bills.model)
bom.command("dataset")(bills.dataset)
bom.command("env")(bills.env)
bom.command("merge")(bills.merge)
bom.command("check")(bills.check)
bom.command("score")(bills.score)
bom.command("profiles")(bills.profiles)
bom.command("diff")(bills.diff)
bom.command("show")(bills.show)
bom.command("html")(bills.html)
lineage.command("match")(bills.match)
key.command("generate")(keys.generate)
key.command("show")(keys.show)
policy.command("init")(policies.init)
policy.command("check")(policies.check)
policy.command("replay")(verification.replay)
app.add_typer(bom, name="bom")
app.add_typer(key, name="key")
app.add_typer(lineage, name="lineage")
app.add_typer(policy, name="policy")
app.add_typer(roots, name="trust")


def main() -> None:
    """Run the command line and exit with 0, 1, 2 or 3."""
    try:
        app()
    except AttestError as error:
        sys.exit(fail(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is never a yes
        sys.exit(fail(_bug(error)))


def _bug(error: Exception) -> AttestError:
    import traceback

    traceback.print_exc(file=sys.stderr)
    return AttestError(
        f"attest itself failed: {type(error).__name__}: {error}", hint="Please report this; treat it as no."
    )
