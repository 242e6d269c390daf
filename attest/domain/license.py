"""A value with its origin, and a licence as somebody stated it: all that a verdict needs of a bill of materials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal["declared", "observed", "inferred"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A text with its origin: `source` is a file and the key inside it, or how the value was concluded."""

    text: str
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """A licence as somebody stated it: an SPDX id, an SPDX expression, or a name that SPDX does not list.

    `acknowledgement` tells what a card or header declares from what the text of a licence file shows (`concluded` when
    that is unambiguous, else `evidence`).
    """

    kind: Literal["id", "expression", "name"]
    value: Value
    url: str = ""
    acknowledgement: Literal["declared", "concluded", "evidence"] = "declared"
