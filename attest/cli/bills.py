"""Verbs of `attest bom` and `attest lineage`: describe, merge, compare, show."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from attest.cli.bom_options import Bill, bill
from attest.cli.groups import grouped
from attest.cli.options import Format, Model, Shape
from attest.cli.show import color, echo, note, watched, write_bytes
from attest.domain.manifest import printable

Sha512 = Annotated[bool, typer.Option("--sha512/--no-sha512", help="Also compute SHA-512 in the same pass.")]
Tensors = Annotated[
    bool, typer.Option("--tensors", help="Also digest every tensor (safetensors, GGUF), in the same pass.")
]
Document = Annotated[
    str, typer.Argument(metavar="BOM", help="A CycloneDX or SPDX 3 document in JSON.", show_default=False)
]
Documents = Annotated[
    list[str],
    typer.Argument(metavar="BOM...", help="CycloneDX documents; the first one's subject stays it.", show_default=False),
]
Target = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Write here instead of standard output.", show_default=False),
]
DatasetPath = Annotated[
    str, typer.Argument(metavar="DATASET", help="The dataset: a directory, or one file.", show_default=False)
]
Environment = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="A lock file, requirements, pyproject.toml, a project's folder, or an installed environment.",
        show_default=False,
    ),
]


class Advisories(StrEnum):
    """Where known vulnerabilities are looked up."""

    none = "none"
    osv = "osv"
    pypi = "pypi"
    data = "data"


Audit = Annotated[
    Advisories,
    typer.Option("--audit", help="Look up vulnerabilities: at OSV, at PyPI, or in a local copy (--osv-data)."),
]
OsvUrl = Annotated[
    str, typer.Option("--osv-url", metavar="URL", help="Another server with OSV's interface.", show_default=False)
]
PypiUrl = Annotated[
    str, typer.Option("--pypi-url", metavar="URL", help="Another index with PyPI's JSON interface.", show_default=False)
]
NoNetwork = Annotated[bool, typer.Option("--offline", help="Send nothing to anybody; `--audit data` still works.")]
OsvData = Annotated[
    str,
    typer.Option(
        "--osv-data", metavar="PATH", help="OSV records: a folder, or an exported all.zip.", show_default=False
    ),
]
Vex = Annotated[
    list[str],
    typer.Option("--vex", metavar="FILE", help="What is said of them: OpenVEX, CycloneDX or CSAF.", show_default=False),
]
Before = Annotated[str, typer.Argument(metavar="BEFORE", help="A CycloneDX document, or a model.", show_default=False)]
After = Annotated[str, typer.Argument(metavar="AFTER", help="The same, later.", show_default=False)]
Subject = Annotated[
    str,
    typer.Argument(metavar="MODEL", help="A model, or its BOM made with --tensors.", show_default=False),
]
Known = Annotated[
    list[str],
    typer.Option(
        "--known",
        metavar="PATH",
        help="Known models: BOMs made with --tensors, folders of them, models.",
        show_default=False,
    ),
]
CheckedPath = Annotated[
    str,
    typer.Argument(metavar="[PATH]", help="The model or dataset that the BOM is about.", show_default=False),
]
Profile = Annotated[
    str, typer.Option("--profile", metavar="ID", help="The norm to measure against; `attest bom profiles` lists them.")
]
Least = Annotated[int, typer.Option("--min", metavar="PERCENT", help="End with 1 below this score.", min=0, max=100)]
Outside = Annotated[
    list[str],
    typer.Option(
        "--outside",
        metavar="ELEMENT",
        help="An element that is proved beyond the document, such as a detached signature; may be repeated.",
        show_default=False,
    ),
]
Everything = Annotated[bool, typer.Option("--all", help="Show long lists whole.")]


@grouped("to", bill)
def model(model: Model, to: Bill, sha512: Sha512 = True, tensors: Tensors = False) -> None:
    """Write an ML-BOM of a model, read from its own files."""
    from attest.operations.describe import describe_path
    from attest.operations.outputs import check_output

    if to.output:
        check_output(model, to.output, "--output")
    to.put(
        watched(
            lambda progress: describe_path(model, given=to.given, sha512=sha512, tensors=tensors, progress=progress)
        )
    )


@grouped("to", bill)
def dataset(dataset: DatasetPath, to: Bill, sha512: Sha512 = True) -> None:
    """Write a BOM of a dataset, read from its own files."""
    from attest.operations.datasets import describe_dataset_path
    from attest.operations.outputs import check_output

    if to.output:
        check_output(dataset, to.output, "--output")
    to.put(watched(lambda progress: describe_dataset_path(dataset, given=to.given, sha512=sha512, progress=progress)))


@grouped("to", bill)
def env(
    path: Environment,
    to: Bill,
    audit: Audit = Advisories.none,
    osv_url: OsvUrl = "",
    osv_data: OsvData = "",
    vex: Vex = [],  # noqa: B006 - typer reads the default and never changes it
    pypi_url: PypiUrl = "",
    offline: NoNetwork = False,
) -> None:
    """Write a BOM of a Python environment, with what is known against its packages."""
    from attest.operations.describe import said
    from attest.operations.environment import bom_environment
    from attest.vulnerabilities.services import OSV_URL, PYPI_URL

    bom = bom_environment(
        path,
        name=to.given.name,
        version=to.given.version,
        audit=audit.value,
        osv_url=osv_url or OSV_URL,
        pypi_url=pypi_url or PYPI_URL,
        osv_data=osv_data,
        vex=vex,
        offline=offline,
    )
    to.put(said(bom, to.given))
    for gap in bom.gaps:
        note(f"gap: {printable(gap.about)}: {printable(gap.reason)}")


def diff(
    before: Before,
    after: After,
    form: Shape = Format.text,
    everything: Everything = False,
    fail_on_alarm: Annotated[
        bool, typer.Option("--fail-on-alarm", help="End with 1 when a change is an alarm.")
    ] = False,
) -> None:
    """Show what changed between two versions: files, tensors, licences, datasets, vulnerabilities."""
    from attest.operations.compare import diff_boms
    from attest.reports.boms_diff import diff_json, diff_text

    found = watched(lambda _progress: diff_boms(before, after))
    echo(diff_json(found) if form is Format.json else diff_text(found, color=color(), everything=everything))
    if fail_on_alarm and found.alarms:
        raise typer.Exit(1)


def match(model: Subject, known: Known, form: Shape = Format.text) -> None:
    """Compare a model's tensors with those of known models: which of them it was made from, whatever it says."""
    from attest.operations.compare import match_model
    from attest.reports.boms_diff import match_json, match_text

    found = watched(lambda _progress: match_model(model, known))
    show_it = match_json if form is Format.json else match_text
    echo(show_it(found.name, found.matches, found.findings, found.known))
    for place in found.passed_over:
        note(f"passed over: {printable(place)} lists no tensors")
    if any(finding.severity == "error" for finding in found.findings):
        raise typer.Exit(1)


def check(bom: Document, path: CheckedPath = "", form: Shape = Format.text) -> None:
    """Check anybody's BOM: its schema, what schemas leave out, and the files on disk against its hashes."""
    from attest.operations.bom_documents import check_bom
    from attest.reports.boms import check_json, check_text

    found = watched(lambda progress: check_bom(bom, path, progress=progress))
    echo(check_json(found, bom) if form is Format.json else check_text(found, bom, color=color()))
    if not found.passed:
        raise typer.Exit(1)


def score(
    bom: Document,
    profile: Profile = "g7ai-2026",
    least: Least = 0,
    outside: Outside = [],  # noqa: B006 - typer reads the default and never changes it
    form: Shape = Format.text,
) -> None:
    """Measure anybody's BOM against a norm, element by element, with how to fill what is missing."""
    from attest.operations.bom_documents import score_bom
    from attest.reports.boms import score_json, score_text

    found = score_bom(bom, profile, outside=outside)
    echo(score_json(found, bom) if form is Format.json else score_text(found, bom, color=color()))
    if not found.passed or found.tenths < least * 10:
        raise typer.Exit(1)


def profiles() -> None:
    """List the profiles that `bom score` measures against."""
    from attest.operations.bom_documents import profile_list

    echo("".join(f"{name:<28} {title}\n" for name, title in profile_list()))


def merge(boms: Documents, output: Target = "") -> None:
    """Write one CycloneDX document of several: a model with its datasets' bills and its environment's."""
    from attest.operations.bills import merge_boms
    from attest.stores import write_atomic

    document = merge_boms(boms)
    if output:
        write_atomic(output, document)
        note(f"wrote {output}")
    else:
        write_bytes(document)


def show(bom: Document, everything: Everything = False) -> None:
    """Show a BOM in the terminal, with where each value comes from."""
    from attest.operations.bills import view_bom
    from attest.reports.bom_text import bom_text

    echo(bom_text(view_bom(bom), color=color(), everything=everything))


def html(bom: Document, output: Target = "") -> None:
    """Write a BOM as one page that opens in any browser: no script, nothing loaded from elsewhere."""
    from attest.operations.bills import view_bom
    from attest.reports.bom_html import bom_html
    from attest.stores import write_atomic

    page = bom_html(view_bom(bom))
    if output:
        write_atomic(output, page.encode())
        note(f"wrote {output}")
    else:
        echo(page)
