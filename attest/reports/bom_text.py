"""A bill of materials in the terminal: what matters first, every value with where it comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from attest.domain.bom_view import BomView, Row, Section
from attest.domain.manifest import printable

Paint: TypeAlias = Callable[[str, str], str]

WIDTH = 100
_LABEL = 26
_MAX_FILES = 40
_MAX_ROWS = 60
_BOLD, _DIM, _RED, _YELLOW, _OFF = "\033[1m", "\033[2m", "\033[31m", "\033[33m", "\033[0m"
_KINDS = {"machine-learning-model": "model", "data": "dataset"}


def bom_text(view: BomView, *, color: bool = False, everything: bool = False) -> str:
    """The whole view, ending with a line feed; long lists are cut short unless `everything` is asked for."""
    paint = _paint if color else _plain
    title = f"{printable(view.title)}  {_KINDS.get(view.kind, view.kind)}, {view.form}"
    lines = [paint(_BOLD, title)]
    for row in view.notices:
        lines += _wrapped(row, paint, mark=paint(_YELLOW, "!"))
    for section in view.sections:
        lines += ["", paint(_BOLD, section.title), *_rows(section, paint, everything)]
    lines += _vulnerabilities(view, paint)
    lines += _files(view, paint, everything)
    return "\n".join(lines) + "\n"


def _rows(section: Section, paint: Paint, everything: bool) -> Iterator[str]:
    shown = section.rows if everything else section.rows[:_MAX_ROWS]
    for row in shown:
        yield from _wrapped(row, paint)
    if len(shown) < len(section.rows):
        yield f"  and {len(section.rows) - len(shown)} more (--all shows them)"


def _wrapped(row: Row, paint: Paint, mark: str = " ") -> Iterator[str]:
    label = printable(row.label)
    start = f"{mark} {label:<{_LABEL}} " if len(label) <= _LABEL else f"{mark} {label}  "
    text = " ".join(printable(row.text).split())
    room = max(30, WIDTH - 2 - max(_LABEL, len(label)) - 2)
    lines = textwrap.wrap(text, room) or [""]
    yield start + lines[0]
    indent = " " * (3 + _LABEL)
    for line in lines[1:]:
        yield indent + line
    if row.origin:
        for line in textwrap.wrap(printable(row.origin), WIDTH - len(indent)):
            yield indent + paint(_DIM, line)


def _vulnerabilities(view: BomView, paint: Paint) -> Iterator[str]:
    if not view.vulnerabilities:
        return
    yield ""
    yield paint(_BOLD, f"known vulnerabilities: {len(view.vulnerabilities)}")
    for item in view.vulnerabilities:
        severity = paint(_RED, item.severity) if item.severity in ("critical", "high") else item.severity
        analysis = f" [{printable(item.analysis)}]" if item.analysis else ""
        yield f"  {printable(item.id)}  {severity}  {printable(item.affects)}{analysis}"
        if item.text:
            yield from (
                f"      {line}" for line in textwrap.wrap(" ".join(printable(item.text).split()), WIDTH - 6)[:3]
            )


def _files(view: BomView, paint: Paint, everything: bool) -> Iterator[str]:
    if not view.files:
        return
    yield ""
    yield paint(_BOLD, f"files: {len(view.files)}")
    shown = view.files if everything else view.files[:_MAX_FILES]
    width = min(48, max(len(printable(item.name)) for item in shown))
    for item in shown:
        size = f"{int(item.size):,}" if item.size.isdigit() else ""
        digest = f"{item.digest[:16]}…" if item.digest else "(no digest)"
        yield f"  {printable(item.name):<{width}}  {item.format:<12} {size:>15}  {digest}"
        if item.notes:
            yield from _notes(item.notes, paint)
    if len(shown) < len(view.files):
        yield f"  and {len(view.files) - len(shown)} more (--all shows them)"


def _notes(notes: Iterable[str], paint: Paint) -> Iterator[str]:
    text = "; ".join(printable(note) for note in notes)
    for line in textwrap.wrap(text, WIDTH - 6)[:4]:
        yield f"      {paint(_DIM, line)}"


def _paint(code: str, text: str) -> str:
    return f"{code}{text}{_OFF}"


def _plain(code: str, text: str) -> str:  # noqa: ARG001 - the other painter needs the code
    return text
