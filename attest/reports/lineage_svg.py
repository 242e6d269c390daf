"""The picture of a lineage: what the subject was made from on the left, the subject on the right. Plain SVG."""

from __future__ import annotations

import html
from collections.abc import Sequence

from attest.domain.bom_view import Edge, Node
from attest.domain.manifest import printable

MAX_NODES = 40
_WIDTH, _BOX, _HEIGHT, _GAP = 900, 330, 46, 14
_MAX_LABEL = 44
_WORDS = {"base-model": "base model", "dataset": "dataset", "software": "software", "step": "step", "other": ""}


def lineage_svg(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    """An SVG element. Past `MAX_NODES` relatives the rest is counted, not drawn."""
    subject = next((node for node in nodes if node.kind == "subject"), nodes[0])
    others = [node for node in nodes if node is not subject]
    drawn = others[:MAX_NODES]
    rows = len(drawn) + (1 if len(others) > len(drawn) else 0)
    height = max(rows, 1) * (_HEIGHT + _GAP) + _GAP
    middle = height // 2
    labels = {edge.source: edge.label for edge in edges}
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="Lineage of {_escape(subject.label)}">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker></defs>',
    ]
    for number, node in enumerate(drawn):
        top = _GAP + number * (_HEIGHT + _GAP)
        parts.append(_edge(top + _HEIGHT // 2, middle))
        parts.append(_box(node, 0, top, labels.get(node.ref, "")))
    if len(others) > len(drawn):
        top = _GAP + len(drawn) * (_HEIGHT + _GAP) + _HEIGHT // 2
        parts.append(f'<text x="8" y="{top}">and {len(others) - len(drawn):,} more</text>')
    parts.append(_box(subject, _WIDTH - _BOX, middle - _HEIGHT // 2, subject.note))
    return "".join([*parts, "</svg>"])


def _edge(start: int, end: int) -> str:
    left, right = _BOX, _WIDTH - _BOX
    bend = (left + right) // 2
    return f'<path d="M{left} {start}C{bend} {start} {bend} {end} {right - 2} {end}" marker-end="url(#tip)"/>'


def _box(node: Node, left: int, top: int, label: str) -> str:
    words = " · ".join(dict.fromkeys(text for text in (_WORDS.get(node.kind, "subject"), label) if text))
    lines = (
        f"<g><title>{_escape(node.label)} {_escape(node.note)}</title>",
        f'<rect class="{node.kind}" x="{left + 1}" y="{top}" width="{_BOX - 2}" height="{_HEIGHT}" rx="6"/>',
        f'<text x="{left + 12}" y="{top + 20}">{_escape(_short(node.label))}</text>',
        f'<text class="soft" x="{left + 12}" y="{top + 37}">{_escape(_short(words))}</text></g>',
    )
    return "".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_LABEL else f"{text[: _MAX_LABEL - 1]}…"


def _escape(text: str) -> str:
    return html.escape(printable(text))
