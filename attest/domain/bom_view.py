"""A bill of materials as people look at it: what the terminal view and the page show, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["subject", "base-model", "dataset", "software", "step", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a section: a label, its text, and where the text comes from (may be empty)."""

    label: str
    text: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file: size in bytes as text, format and digests as the document gives them; empty where it does not."""

    name: str
    size: str = ""
    format: str = ""
    digest: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VulnerabilityRow:
    """One known vulnerability."""

    id: str
    severity: str
    affects: str
    text: str = ""
    analysis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something in the picture of the lineage."""

    ref: str
    label: str
    kind: NodeKind
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`source` went into `target`; `label` says how."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BomView:
    """Everything that is shown. `notices` are what does not fit together, could not be read or could not be had."""

    title: str
    kind: str
    form: str
    sections: tuple[Section, ...]
    files: tuple[FileRow, ...] = ()
    vulnerabilities: tuple[VulnerabilityRow, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    notices: tuple[Row, ...] = ()
