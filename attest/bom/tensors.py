"""The tensors of a model, from a bill of materials: each file's in one list with names that are unique."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from attest.bom.snapshot import FileSeen, Snapshot
from attest.bom.tensor_text import from_text
from attest.domain.bom import TensorRecord

_LISTED = ("safetensors", "gguf")
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorList:
    """Tensors, how many could not be read from their text, and how many the files are said to have besides."""

    records: tuple[TensorRecord, ...]
    unreadable: int = 0
    unlisted: int = 0


def snapshot_tensors(seen: Snapshot) -> TensorList:
    """The tensors that a document lists."""
    records: list[tuple[str, TensorRecord]] = []
    unreadable = unlisted = 0
    for file, listed in seen.files.items():
        for name, text in listed.tensors.items():
            record = from_text(name, text)
            if record is None:
                unreadable += 1
            else:
                records.append((file, record))
        if listed.format in _LISTED:
            unlisted += max(0, _count(listed) - len(listed.tensors))
    return TensorList(records=_unique(records), unreadable=unreadable, unlisted=unlisted if records else 0)


def _count(listed: FileSeen) -> int:
    """How many tensors a file is said to have."""
    told = next(iter(listed.texts("attest:file:tensors")), "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _MAX_DIGITS else 0


def _unique(records: Iterable[tuple[str, TensorRecord]]) -> tuple[TensorRecord, ...]:
    """One record a name.

    Files that hold a tensor of one name and content hold one tensor; where the contents differ, as in variants of one
    model in one folder, each name is told apart by its file.
    """
    named: dict[str, list[tuple[str, TensorRecord]]] = {}
    for file, record in records:
        named.setdefault(record.name, []).append((file, record))
    found: list[TensorRecord] = []
    for name, held in named.items():
        first = held[0][1]
        if all(record == first and record.sha256 for _, record in held) or len(held) == 1:
            found.append(first)
        else:
            found += [replace(record, name=f"{file}:{name}") for file, record in held]
    return tuple(found)
