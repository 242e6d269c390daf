"""JSON as Keras reads it, with everything that another reader could see in it.

Keras uses Python's own decoder: NaN and numbers of any size are fine, and of two members with one name the last counts.
The others are kept here as well, so that nothing hides behind a repetition.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple, TypeAlias

from attest.errors import DocumentError
from attest.scanning.part import Part

Json: TypeAlias = Any
"""What the decoder gives: tables, lists, texts, numbers, truth values and None."""

MAX_SIZE = 16 << 20
MAX_NODES = 1_000_000


class Document(NamedTuple):
    """A document, and values that stand in it under a name that comes again."""

    value: Json
    repeated: list[Json]


def decode(part: Part, data: bytes, where: str, *, quiet: bool = False) -> Document | None:
    """The document in `data`; None when a limit is reached, which is reported.

    A name that stands twice in one object is reported unless `quiet`. Raises DocumentError when it is no JSON in UTF-8.
    """
    nodes = data.count(b",") + data.count(b"[") + data.count(b"{")
    if len(data) > MAX_SIZE or nodes > MAX_NODES:
        part.report("scan.budget", f"{where} is larger than what is read as one document")
        return None
    repeated: list[Json] = []
    twice: list[str] = []

    def table(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) != len(pairs):
            repeated.append(dict(reversed(pairs)))
            repeated.extend(value for _, value in pairs if isinstance(value, dict | list))
            twice.append(_repeated(pairs))
        return found

    try:
        value = json.loads(data.decode(), object_pairs_hook=table)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{where} is not UTF-8 text (byte {error.start})") from None
    except RecursionError:
        part.report("scan.budget", f"{where} is nested more deeply than is followed")
        return None
    except ValueError as error:
        raise DocumentError(f"{where} is no JSON document: {error}") from None
    if twice and not quiet:
        part.report("file.malformed", f"{where} has a member that stands twice in one object", value=twice[0])
    return Document(value, repeated)


def _repeated(pairs: list[tuple[str, Json]]) -> str:
    """The first name that comes again."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    return ""
