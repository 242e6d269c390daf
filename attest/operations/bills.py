"""`bom model`, `bom dataset`, `bom merge`: describe, and write what was found in the form that is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from attest import __version__
from attest.domain.bom import Bom
from attest.domain.strict_json import Limits, as_object, parse
from attest.errors import DocumentError
from attest.operations.inspect_files import StrPath
from attest.stores import write_in_pieces

if TYPE_CHECKING:
    from attest.bom.cyclonedx import Encoding
    from attest.domain.bom_view import BomView

Form = Literal["cyclonedx-1.6", "cyclonedx-1.7", "spdx-3.0.1"]
Layout = Literal["subject", "inventory"]
Write = Callable[[bytes], object]
MAX_DOCUMENT = 1 << 30
_LIMITS = Limits(size=MAX_DOCUMENT, depth=200, nodes=100_000_000, string=64 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a bill is written: its form, where the subject stands (CycloneDX), BSI's properties of files, and its time.

    Without a time the document has none: nothing here looks at the clock.
    """

    form: Form = "cyclonedx-1.6"
    layout: Layout = "subject"
    bsi: bool = False
    timestamp: datetime | None = None

    def encoding(self) -> Encoding:
        """The same for the CycloneDX codec."""
        from attest.bom.cyclonedx import Encoding

        return Encoding(
            tool_version=__version__,
            spec="1.7" if self.form == "cyclonedx-1.7" else "1.6",
            layout=self.layout,
            bsi=self.bsi,
            timestamp=self.timestamp,
        )


def write_bom(bom: Bom, how: Writing, write: Write) -> None:
    """Hand the document over in pieces. Raises DocumentError when the content cannot be written."""
    if how.form == "spdx-3.0.1":
        from attest.bom.spdx import write_spdx

        write_spdx(bom, write, timestamp=how.timestamp, tool_version=__version__)
        return
    from attest.bom.cyclonedx import write_cyclonedx

    write_cyclonedx(bom, how.encoding(), write)


def bom_bytes(bom: Bom, how: Writing) -> bytes:
    """The whole document; for bills that are known to be small."""
    pieces: list[bytes] = []
    write_bom(bom, how, pieces.append)
    return b"".join(pieces)


def save_bom(bom: Bom, how: Writing, output: StrPath) -> None:
    """Write the document to a file, whole or not at all. Raises OutputError."""
    write_in_pieces(os.fspath(output), lambda write: write_bom(bom, how, write))


def read_document(path: StrPath) -> dict[str, object]:
    """Somebody's BOM as raw JSON. Raises DocumentError when it is no strict JSON object, or cannot be read."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_DOCUMENT + 1)
    except OSError as error:
        raise DocumentError(
            f"{os.fspath(path)!r} cannot be read: {error.strerror}", hint="Name a CycloneDX or SPDX document in JSON."
        ) from error
    return read_bytes(data, os.fspath(path))


def read_bytes(data: bytes, name: str) -> dict[str, object]:
    """A BOM from bytes; `name` tells it in errors. Raises DocumentError when it is no strict JSON object."""
    return dict(as_object(parse(data, _LIMITS, name), name))


def merge_boms(paths: Sequence[StrPath]) -> bytes:
    """One CycloneDX document of several; the first one's subject stays the subject.

    Raises DocumentError when one is no CycloneDX document or they cannot stand together.
    """
    from attest.bom.merge import document_bytes, merge

    return document_bytes(merge([read_document(path) for path in paths]))


def view_bom(path: StrPath) -> BomView:
    """Somebody's BOM as people look at it. Raises DocumentError when it is neither CycloneDX nor SPDX 3 in JSON."""
    from attest.bom.view import view

    return view(read_document(path))
