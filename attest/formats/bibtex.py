"""BibTeX entries of a citation → title and address, as far as they stand there plainly.

Source: the BibTeX format description (Patashnik, "BibTeXing", 1988). Values in braces or quotes are read; what holds
macros, joins parts or commands of TeX is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attest.formats.header_text import plain
from attest.formats.web_link import is_link

MAX_ENTRIES = 20
MAX_FIELDS = 100
_ENTRY = re.compile(r"@([A-Za-z]{1,32})\s{0,8}\{\s{0,8}([^\s,{}\"]{0,200})\s{0,8},")
_FIELD = re.compile(r"[\s,]{0,200}([A-Za-z][A-Za-z0-9_-]{0,40})\s{0,20}=\s{0,20}")
_NUMBER = re.compile(r"\d{1,10}")
_DOI = re.compile(r"10\.\d{4,9}/[A-Za-z0-9._;()/:\-]{1,200}")
_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z\-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?")


def read_bibtex(text: str) -> Iterator[tuple[str, str]]:
    """Title and web address of each entry; either may be empty, but not both."""
    position = 0
    for _ in range(MAX_ENTRIES):
        entry = _ENTRY.search(text, position)
        if entry is None:
            return
        fields, position = _fields(text, entry.end())
        title, link = fields.get("title", ""), _link(fields)
        if title or link:
            yield title, link


def _fields(text: str, position: int) -> tuple[dict[str, str], int]:
    """The fields of an entry up to what cannot be read, and where that is."""
    found: dict[str, str] = {}
    for _ in range(MAX_FIELDS):
        match = _FIELD.match(text, position)
        if match is None:
            break
        end, value = _value(text, match.end())
        if end == match.end():
            break
        name = match[1].casefold()
        following = text[end : end + 1]
        # `#` joins strings; a value that goes on is not read in part.
        if name not in found and following != "#":
            found[name] = value
        position = end
        if following == "#":
            break
    return found, position


def _value(text: str, start: int) -> tuple[int, str]:
    """Where a value ends, behind the white space after it, and its text; the start itself when it cannot be read."""
    opening = text[start : start + 1]
    if number := _NUMBER.match(text, start):
        return _past_space(text, number.end()), number[0]
    if opening not in ("{", '"'):
        return start, ""
    depth, position = 0, start
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 2
            continue
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        closed = (opening == "{" and depth == 0) or (opening == '"' and char == '"' and depth == 0 and position > start)
        if closed:
            return _past_space(text, position + 1), _plain(text[start + 1 : position])
        position += 1
    return start, ""


def _past_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _plain(raw: str) -> str:
    """A value without its braces, empty when it holds TeX."""
    return "" if "\\" in raw or "$" in raw else plain(raw.replace("{", "").replace("}", ""))


def _link(fields: dict[str, str]) -> str:
    """The entry's digital object identifier, arXiv number or address as a link, the first that is well formed."""
    doi = fields.get("doi", "").removeprefix("https://doi.org/").removeprefix("http://dx.doi.org/")
    if _DOI.fullmatch(doi):
        return f"https://doi.org/{doi}"
    prefix = (fields.get("archiveprefix") or fields.get("eprinttype") or "").casefold()
    if prefix == "arxiv" and _ARXIV.fullmatch(fields.get("eprint", "")):
        return f"https://arxiv.org/abs/{fields['eprint']}"
    url = fields.get("url", "")
    return url if is_link(url) else ""
