"""One tensor as the text of a property: `F32[384,384] sha256:<hex>`, or without the digest when there is none."""

from __future__ import annotations

import re

from attest.domain.bom import TensorRecord

# Bounded, and each character can match in one way only: linear on any text. A number is spelled in one way.
_NUMBER = r"(?:0|[1-9][0-9]{0,18})"
_TEXT = re.compile(
    rf"([A-Za-z0-9_.\-]{{1,32}})\[((?:{_NUMBER}(?:,{_NUMBER}){{0,63}})?)\](?: sha256:([0-9a-f]{{64}}))?", re.ASCII
)


def to_text(record: TensorRecord) -> str:
    """Element type, shape and digest of a tensor as text."""
    form = form_text(record)
    return f"{form} sha256:{record.sha256}" if record.sha256 else form


def form_text(record: TensorRecord) -> str:
    """Element type and shape alone: `F32[384,384]`."""
    return f"{record.dtype}[{','.join(map(str, record.shape))}]"


def from_text(name: str, text: str) -> TensorRecord | None:
    """The tensor that a property describes, or None when the text is no such description."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    shape = tuple(int(part) for part in match[2].split(",")) if match[2] else ()
    return TensorRecord(name=name, dtype=match[1], shape=shape, sha256=match[3] or "")
