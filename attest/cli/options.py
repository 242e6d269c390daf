"""The options that several verbs share, so that one spelling means one thing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is shown."""

    text = "text"
    json = "json"


Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model: a directory, or one file.", show_default=False)]
Links = Annotated[
    bool,
    typer.Option("--allow-symlinks", help="Follow symbolic links that stay inside the model, and record that."),
]
Shape = Annotated[Format, typer.Option("--format", help="Text for people or JSON for machines.")]
Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Write here instead of standard output.", show_default=False),
]
Name = Annotated[
    str,
    typer.Option(
        "--name",
        metavar="OWNER/NAME",
        help="The model's name, if its files do not say it.",
        show_default=False,
    ),
]
Version = Annotated[
    str,
    typer.Option("--model-version", metavar="TEXT", help="The model's version or revision.", show_default=False),
]
At = Annotated[
    str,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Judge at this time (2026-11-24T12:00:00Z); such a verdict admits nothing.",
        show_default=False,
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use no network; no verification does.")]
