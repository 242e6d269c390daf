"""Options of everything that writes a bill of materials: what the caller says of it, and its form and place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.options import Name, Output, Version
from attest.cli.show import echo_pieces, note, settings
from attest.errors import InputError

if TYPE_CHECKING:
    from attest.domain.bom import Bom
    from attest.operations.bills import Writing
    from attest.operations.describe import Given


class BomForm(StrEnum):
    """The formats that bills are written in."""

    cyclonedx_1_6 = "cyclonedx-1.6"
    cyclonedx_1_7 = "cyclonedx-1.7"
    spdx = "spdx-3.0.1"


class BomLayout(StrEnum):
    """Where the subject stands in a CycloneDX document."""

    subject = "subject"
    inventory = "inventory"


Form = Annotated[BomForm, typer.Option("--format", help="The form of the document.")]
LayoutOption = Annotated[
    BomLayout,
    typer.Option(
        "--layout", help="CycloneDX: the subject in metadata, or first in components for readers that look there."
    ),
]
Bsi = Annotated[bool, typer.Option("--bsi", help="CycloneDX: add what BSI TR-03183-2 asks of every file.")]
Supplier = Annotated[
    str,
    typer.Option("--supplier", metavar="'NAME <ADDRESS>'", help="Who hands it out.", show_default=False),
]
Authors = Annotated[
    list[str],
    typer.Option(
        "--author",
        metavar="'NAME <ADDRESS>'",
        help="Who has this document made; may be repeated.",
        show_default=False,
    ),
]
Timestamp = Annotated[
    str,
    typer.Option(
        "--timestamp",
        metavar="TIME",
        help="The document's time (2026-11-24T12:00:00Z), or `now`; SOURCE_DATE_EPOCH otherwise, else none.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the options say."""

    given: Given
    how: Writing
    output: str

    def put(self, bom: Bom) -> None:
        """Write the bill where the caller wants it."""
        from attest.operations.bills import save_bom, write_bom

        if self.output:
            save_bom(bom, self.how, self.output)
            note(f"wrote {self.output}")
        else:
            echo_pieces(lambda write: write_bom(bom, self.how, write))


def bill(
    output: Output = "",
    form: Form = BomForm.cyclonedx_1_6,
    layout: LayoutOption = BomLayout.subject,
    bsi: Bsi = False,
    name: Name = "",
    version: Version = "",
    supplier: Supplier = "",
    author: Authors = [],  # noqa: B006 - typer reads the default and never changes it
    timestamp: Timestamp = "",
) -> Bill:
    """The options of a bill as one value."""
    from attest.operations.bills import Writing
    from attest.operations.describe import Given

    if form is BomForm.spdx and (bsi or layout is not BomLayout.subject):
        raise InputError("--bsi and --layout are about CycloneDX, and --format is spdx-3.0.1", hint="Leave them out.")
    how = Writing(form=form.value, layout=layout.value, bsi=bsi, timestamp=settings().document_time(timestamp))
    given = Given(name=name, version=version, supplier=supplier, authors=tuple(author))
    return Bill(given=given, how=how, output=output)
