"""`scan`: what could run when the model is loaded."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.show import color, echo, note, watched

if TYPE_CHECKING:
    from attest.operations.scan import Scanned

_LIMIT = "Lower limits can only make the outcome INCONCLUSIVE."


class ScanFormat(StrEnum):
    """How a scan is shown."""

    text = "text"
    json = "json"
    sarif = "sarif"
    junit = "junit"


class Least(StrEnum):
    """From which severity on a finding fails."""

    critical = "critical"
    high = "high"
    medium = "medium"
    low = "low"
    info = "info"


Path = Annotated[
    str, typer.Argument(metavar="PATH", help="The model or dataset: a directory, or one file.", show_default=False)
]
Shape = Annotated[
    ScanFormat, typer.Option("--format", help="Text for people; JSON, SARIF 2.1.0 or JUnit for machines.")
]
FailOn = Annotated[
    Least | None,
    typer.Option(
        "--fail-on",
        help="Also fail for warnings of this severity or above. BLOCK and INCONCLUSIVE always fail.",
        show_default=False,
    ),
]
Profiles = Annotated[
    list[str],
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Names that pickles may use: torch-weights, sklearn, … (all by default); may be repeated.",
        show_default=False,
    ),
]
Names = Annotated[
    list[str],
    typer.Option(
        "--allow-name",
        metavar="MODULE:NAME",
        help="One more class that pickles may be made of, exactly; may be repeated.",
        show_default=False,
    ),
]
With = Annotated[
    list[str],
    typer.Option(
        "--with",
        metavar="SCANNER",
        help="Also ask this scanner, in a process of its own; it can only add findings. May be repeated.",
        show_default=False,
    ),
]
Digests = Annotated[bool, typer.Option("--digests", help="Also hash every file, so that the result says which bytes.")]
Explain = Annotated[
    str,
    typer.Option("--explain", metavar="RULE", help="Explain a rule, or all of them with `all`.", show_default=False),
]
Everything = Annotated[bool, typer.Option("--all", help="Show files without findings too.")]
Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Also write the report here.", show_default=False)
]
NoNetwork = Annotated[bool, typer.Option("--offline", help="Use no network; no scan does.")]
Seconds = Annotated[int, typer.Option("--seconds", min=1, help=f"Time for one file. {_LIMIT}")]
Opcodes = Annotated[int, typer.Option("--opcodes", min=1, help=f"Opcodes of all pickles in one file. {_LIMIT}")]


def scan(
    path: Path = "",
    form: Shape = ScanFormat.text,
    fail_on: FailOn = None,
    profile: Profiles = [],  # noqa: B006 - typer reads the default and never changes it
    allow_name: Names = [],  # noqa: B006
    also: With = [],  # noqa: B006
    digests: Digests = False,
    explain: Explain = "",
    everything: Everything = False,
    output: Output = "",
    seconds: Seconds = 60,
    opcodes: Opcodes = 20_000_000,
    offline: NoNetwork = False,  # noqa: ARG001 - nothing in this verb uses a network
) -> None:
    """Look for what could run when the model is loaded. Ends with 0 for PASS, 1 for BLOCK, 3 for INCONCLUSIVE."""
    from attest.errors import InputError
    from attest.operations.scan import limits_of, names_of
    from attest.operations.scan import scan as run

    if explain:
        from attest.reports.scan_rule import rule_list_text, rule_text

        echo(rule_list_text() if explain == "all" else rule_text(explain, color=color()))
        return
    if not path:
        raise InputError("there is nothing to scan", hint="attest scan PATH, or attest scan --explain RULE.")
    scanned = watched(
        lambda progress: run(
            path,
            profiles=profile,
            names=names_of(allow_name),
            limits=limits_of(seconds=seconds, opcodes=opcodes),
            digests=digests,
            opinions=also,
            progress=progress,
        )
    )
    _show(scanned, form, output, everything=everything)
    raise typer.Exit(_exit_code(scanned, fail_on))


def _show(scanned: Scanned, form: ScanFormat, output: str, *, everything: bool) -> None:
    text = _rendered(scanned, form, everything=everything, colored=color() and not output)
    echo(text)
    if output:
        from attest.operations.outputs import check_output
        from attest.stores import write_atomic

        check_output(scanned.reference, output, "--output")
        write_atomic(output, _rendered(scanned, form, everything=everything, colored=False).encode())
        note(f"wrote {output}")


def _rendered(scanned: Scanned, form: ScanFormat, *, everything: bool, colored: bool) -> str:
    if form is ScanFormat.sarif:
        from attest.reports.scan_sarif import scan_sarif

        return scan_sarif(scanned.scan, reference=scanned.reference, digest=scanned.digest)
    if form is ScanFormat.junit:
        from attest.reports.scan_junit import scan_junit

        return scan_junit(scanned.scan, reference=scanned.reference)
    if form is ScanFormat.json:
        from attest.reports.scan_json import scan_json

        return scan_json(scanned.scan, reference=scanned.reference, digest=scanned.digest)
    from attest.reports.scan_text import scan_text

    return scan_text(scanned.scan, color=colored, everything=everything)


def _exit_code(scanned: Scanned, fail_on: Least | None) -> int:
    from attest.operations.scan import reaches

    if scanned.scan.outcome == "BLOCK" or (fail_on is not None and reaches(scanned.scan, fail_on.value)):
        return 1
    return 3 if scanned.scan.outcome == "INCONCLUSIVE" else 0
