"""Markdown → sections by heading, each with its paragraphs, list items, tables and citations as bounded plain text.

Source: CommonMark 0.31 for headings, fences, lists and quotes, and GitHub Flavored Markdown for tables, as far as model
and dataset cards need them. Nothing is rendered: comments, code, raw HTML and pictures are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from attest.formats.prose import plain_text, shortened

MAX_MARKDOWN = 1 << 20
MAX_LINES = 20_000
MAX_SECTIONS = 400
MAX_BLOCKS = 200
MAX_TABLES = 50
MAX_ROWS = 200
MAX_CELLS = 20_000
MAX_COLUMNS = 64
MAX_TITLE = 200
MAX_CODE = 8 * 1024
_MAX_LINE = 8 * 1024
_MAX_CELL = 300
_MAX_LINKS = 4
_MAX_DEPTH = 8
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
# A line that begins with a label in bold is a line of its own, as people mean it and as GitHub shows it in cards.
_LABEL = re.compile(r"\*\*[^*]{1,60}(?::\*\*|\*\*:)")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_URL = re.compile(r"https?://[^\s<>\"'\[\]\\^`{|}]{1,500}")
_SKIPPED_HTML = re.compile(r"<(table|style|script|svg|pre)\b", re.IGNORECASE)
_ALERT = re.compile(r"\[![A-Za-z]{1,20}\]$")


class Block(NamedTuple):
    """A paragraph, a list item, or a BibTeX entry with its text as written; `links` are the first web addresses."""

    kind: Literal["text", "item", "bibtex"]
    text: str
    links: tuple[str, ...] = ()


class Grid(NamedTuple):
    """A table: the texts of its header cells and of its rows, all rows as wide as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one heading, up to the next one. `level` is 0 before the first heading; `parents` are the
    positions of the sections around this one among all sections, outermost first.
    """

    title: str
    level: int
    parents: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Grid, ...] = ()


def read_sections(markdown: str) -> tuple[Section, ...]:
    """The sections of a document, in order; what lies beyond the limits above is left out."""
    reader = _Reader()
    for line in markdown[:MAX_MARKDOWN].split("\n", MAX_LINES)[:MAX_LINES]:
        reader.take(line.rstrip()[:_MAX_LINE])
    return reader.finish()


class _Reader:
    """Takes in lines; knows what is open."""

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.title, self.level = "", 0
        self.blocks: list[Block] = []
        self.tables: list[Grid] = []
        self.run: list[str] = []
        self.run_size = 0
        self.run_kind: Literal["text", "item"] = "text"
        self.fence = ""
        self.code: list[str] = []
        self.code_size = 0
        self.until = ""
        self.comment = False
        self.table: list[tuple[str, ...]] | None = None
        self.cells_left = MAX_CELLS
        self.listed = False

    def take(self, whole: str) -> None:
        if self.fence:
            self._code(whole)
            return
        line = self._without_comments(whole)
        stripped = line.strip()
        if self.until:
            if self.until in stripped.casefold():
                self.until = ""
        elif self._opens(stripped):
            self._flush()
        elif not self._in_table(stripped):
            self._prose(line, stripped)

    def finish(self) -> tuple[Section, ...]:
        self._end_section()
        return tuple(self.sections)

    def _opens(self, stripped: str) -> bool:
        """Whether this line opens code or HTML that is passed over."""
        if (fence := _FENCE.match(stripped)) and not (fence[1][0] == "`" and "`" in stripped[fence.end() :]):
            self.fence, self.code, self.code_size = fence[1], [], 0
            self._end_table()
            return True
        if html := _SKIPPED_HTML.match(stripped):
            closing = f"</{html[1].casefold()}"
            self.until = "" if closing in stripped.casefold() else closing
            return True
        return False

    def _code(self, line: str) -> None:
        stripped = line.strip()
        if stripped.startswith(self.fence) and not stripped.strip(self.fence[0]):
            text = "\n".join(self.code).strip()
            if text.startswith("@") and self.code_size < MAX_CODE:
                self._add(Block("bibtex", text))
            self.fence = ""
        elif self.code_size < MAX_CODE:
            self.code.append(line)
            self.code_size += len(line) + 1

    def _without_comments(self, line: str) -> str:
        kept: list[str] = []
        position = 0
        while position < len(line):
            mark = "-->" if self.comment else "<!--"
            found = line.find(mark, position)
            end = len(line) if found < 0 else found
            if not self.comment:
                kept.append(line[position:end])
            if found < 0:
                break
            self.comment = not self.comment
            position = found + len(mark)
        return "".join(kept)

    def _prose(self, line: str, stripped: str) -> None:
        indent = len(line) - len(line.lstrip())
        if not stripped:
            self._flush()
        elif indent < 4 and (heading := _HEADING.match(stripped)):
            self._heading(stripped[heading.end() :].rstrip("#").rstrip(), len(heading[1]))
        elif self._underlines(stripped):
            title, self.run, self.run_size = " ".join(self.run), [], 0
            self._heading(title, 1 if stripped[0] == "=" else 2)
        elif _is_break(stripped):
            self._flush()
        elif item := _ITEM.match(stripped):
            self._flush()
            self.run_kind, self.listed = "item", True
            self.run.append(stripped[item.end() :])
        elif indent < 4 or self.run or self.listed:
            self._text(stripped)

    def _text(self, stripped: str) -> None:
        text = stripped
        for _ in range(_MAX_DEPTH):
            if not text.startswith(">"):
                break
            text = text[1:].lstrip()
        if _ALERT.match(text):
            return
        if _LABEL.match(text):
            self._flush()
        if self.run_size < _MAX_LINE:
            self.run.append(text)
            self.run_size += len(text) + 1

    def _underlines(self, stripped: str) -> bool:
        """Whether this line makes a heading of the paragraph before it."""
        made = not stripped.strip("=") or (not stripped.strip("-") and len(stripped) > 1)
        return made and self.run_kind == "text" and 0 < len(self.run) <= 3

    def _heading(self, title: str, level: int) -> None:
        self._end_section()
        self.title, self.level, self.listed = shortened(plain_text(title), MAX_TITLE), level, False

    def _end_section(self) -> None:
        self._flush()
        self._end_table()
        if (self.title or self.blocks or self.tables) and len(self.sections) < MAX_SECTIONS:
            self.sections.append(
                Section(
                    title=self.title,
                    level=self.level,
                    parents=self._parents(),
                    blocks=tuple(self.blocks),
                    tables=tuple(self.tables),
                )
            )
        self.blocks, self.tables = [], []

    def _parents(self) -> tuple[int, ...]:
        """Of the section before this one and those around it, those of a higher level."""
        if not self.sections:
            return ()
        around = (*self.sections[-1].parents, len(self.sections) - 1)
        return tuple(index for index in around if 0 < self.sections[index].level < self.level)

    def _flush(self) -> None:
        if self.run:
            raw = "\n".join(self.run)
            text = shortened(plain_text(raw))
            if any(map(str.isalnum, text)):
                self._add(Block(self.run_kind, text, web_links(raw)))
        if self.run_kind == "text" and self.run:
            self.listed = False
        self.run, self.run_kind, self.run_size = [], "text", 0

    def _add(self, block: Block) -> None:
        if len(self.blocks) < MAX_BLOCKS:
            self.blocks.append(block)

    def _in_table(self, stripped: str) -> bool:
        """Whether this line belongs to a table."""
        if self.table is not None:
            if "|" in stripped:
                if len(self.table) <= MAX_ROWS and self.cells_left > 0:
                    self.table.append(_cells(stripped))
                    self.cells_left -= len(self.table[-1])
                return True
            self._end_table()
            return False
        if not _is_delimiter(stripped) or not self.run or "|" not in self.run[-1]:
            return False
        header = _cells(self.run[-1])
        if len(header) != len(_cells(stripped)) or len(header) > MAX_COLUMNS:
            return False
        self.run.pop()
        self._flush()
        self.table = [header]
        return True

    def _end_table(self) -> None:
        if self.table is not None and len(self.tables) < MAX_TABLES:
            header, *rows = self.table
            width = len(header)
            even = tuple((*row, *[""] * (width - len(row)))[:width] for row in rows)
            self.tables.append(Grid(header, even))
        self.table = None


def _is_break(stripped: str) -> bool:
    bare = stripped.replace(" ", "").replace("\t", "")
    return len(bare) >= 3 and bare[0] in "-*_" and not bare.strip(bare[0])


def _is_delimiter(stripped: str) -> bool:
    """Whether this line is the one between a table's header and its rows."""
    return (
        "|" in stripped
        and not stripped.strip("|:- \t")
        and all("-" in cell for cell in stripped.strip("| \t").split("|"))
    )


def _cells(line: str) -> tuple[str, ...]:
    text = line.strip().removeprefix("|")
    if text.endswith("|") and not text.endswith("\\|"):
        text = text[:-1]
    parts = text.replace("\\|", "\0").split("|", MAX_COLUMNS + 1)
    return tuple(shortened(plain_text(part.replace("\0", "|")), _MAX_CELL) for part in parts)


def web_links(markdown: str) -> tuple[str, ...]:
    """The first web addresses in a text, without the marks around them."""
    found: list[str] = []
    for match in _URL.finditer(markdown):
        if match.end() - match.start() >= 500:
            continue
        found.append(_balanced(match[0]).rstrip(".,;:!?*_~"))
        if len(found) == _MAX_LINKS:
            break
    return tuple(dict.fromkeys(found))


def _balanced(link: str) -> str:
    """A link up to a parenthesis that was opened before it."""
    depth = 0
    for place, char in enumerate(link):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return link[:place]
    return link
