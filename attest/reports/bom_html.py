"""A bill of materials as one page that opens anywhere: no script, no font, no picture from elsewhere.

Everything shown comes from a document that may be hostile: texts are escaped, links lead to web addresses only and
carry no referrer, and a content security policy forbids scripts and every load whatever the texts hold.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator

from attest.domain.bom_view import BomView, FileRow, Row, Section
from attest.domain.manifest import printable
from attest.reports.lineage_svg import lineage_svg

MAX_FILES = 5_000
MAX_ROWS = 2_000
_KINDS = {"machine-learning-model": "Model", "data": "Dataset", "application": "Software"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--page:#fff;--card:#f6f8fa;--mark:#0550ae;
--warn:#9a6700;--bad:#b42318;--ok:#1a7f37}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--page:#0d1117;--card:#151b23;
--mark:#79c0ff;--warn:#d29922;--bad:#ff7b72;--ok:#3fb950}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:76rem;margin:0 auto;padding:2rem 1.25rem 4rem}
header{border-bottom:1px solid var(--line);margin-bottom:1.5rem;padding-bottom:1rem}
h1{font-size:1.75rem;line-height:1.25;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:0 0 .6rem}
.sub{color:var(--soft);margin:.35rem 0 0}
.grid{columns:2 26rem;column-gap:1rem}.grid section{break-inside:avoid;margin-bottom:1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.1rem;min-width:0}
section.wide{margin-bottom:1rem;overflow-x:auto}
dl{display:grid;grid-template-columns:minmax(7rem,12rem) 1fr;gap:.3rem .9rem;margin:0}
dt{color:var(--soft);overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere;min-width:0}
.from{display:block;color:var(--soft);font-size:.8rem}
table{border-collapse:collapse;width:100%;font-size:.88rem}th{text-align:left;color:var(--soft);font-weight:600}
th,td{padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
code{font:.82rem ui-monospace,SFMono-Regular,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.notice{border-color:var(--warn)}.notice h2{color:var(--warn)}.bad{color:var(--bad);font-weight:600}
a{color:var(--mark)}svg{max-width:100%;height:auto;display:block}
svg text{fill:var(--ink);font:13px system-ui,"Liberation Sans",sans-serif}svg .soft{fill:var(--soft);font-size:11px}
svg rect{fill:var(--page);stroke:var(--line)}svg .subject{stroke:var(--mark);stroke-width:2}
svg .base-model{stroke:var(--warn)}svg .dataset{stroke:var(--ok)}svg path{fill:none;stroke:var(--soft)}
svg marker path{fill:var(--soft);stroke:none}
footer{color:var(--soft);font-size:.85rem;margin-top:1.5rem}
"""


def bom_html(view: BomView) -> str:
    """The page. Lists past `MAX_FILES` files and `MAX_ROWS` rows are cut, and say so."""
    title = _escape(view.title)
    kind = _KINDS.get(view.kind, view.kind or "Subject")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title} – bill of materials</title><style>{_STYLE}</style></head><body><main>",
        f'<header><h1>{title}</h1><p class="sub">{_escape(kind)} · {_escape(view.form)}',
        f" · {_count(len(view.files), 'file')}",
        f" · {_known(len(view.vulnerabilities))}</p></header>",
        *_notices(view),
        '<div class="grid">',
        *(_section(section) for section in view.sections),
        "</div>",
        *_picture(view),
        *_vulnerabilities(view),
        *_files(view.files),
        "<footer>Values stand as the document has them; the small line under a value says who said it. ",
        "This page verifies nothing.</footer></main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _known(number: int) -> str:
    """None listed is not none there: nobody may have looked."""
    if number == 0:
        return "no vulnerabilities listed"
    return f"{number:,} known {'vulnerability' if number == 1 else 'vulnerabilities'}"


def _notices(view: BomView) -> Iterator[str]:
    if view.notices:
        yield '<section class="notice"><h2>Look at this first</h2><dl>'
        yield from map(_row, view.notices[:MAX_ROWS])
        yield "</dl></section><br>"


def _section(section: Section) -> str:
    rows = "".join(map(_row, section.rows[:MAX_ROWS]))
    more = len(section.rows) - MAX_ROWS
    rest = f"<p>and {more:,} more in the document</p>" if more > 0 else ""
    return f"<section><h2>{_escape(section.title.capitalize())}</h2><dl>{rows}</dl>{rest}</section>"


def _row(row: Row) -> str:
    origin = f'<span class="from">{_escape(row.origin)}</span>' if row.origin else ""
    return f"<dt>{_escape(row.label)}</dt><dd>{_linked(row.text)}{origin}</dd>"


def _picture(view: BomView) -> Iterator[str]:
    if len(view.nodes) > 1:
        yield '<section class="wide"><h2>Lineage</h2>'
        yield lineage_svg(view.nodes, view.edges)
        yield "</section>"


def _vulnerabilities(view: BomView) -> Iterator[str]:
    if not view.vulnerabilities:
        return
    yield '<section class="wide"><h2>Known vulnerabilities</h2><table><thead><tr><th>id</th><th>severity</th>'
    yield "<th>affects</th><th>what to do</th><th>analysis</th></tr></thead><tbody>"
    for item in view.vulnerabilities[:MAX_ROWS]:
        mark = ' class="bad"' if item.severity in ("critical", "high") else ""
        cells = (item.affects, item.text, item.analysis)
        rest = "".join(f"<td>{_escape(text)}</td>" for text in cells)
        yield f"<tr><td><code>{_escape(item.id)}</code></td><td{mark}>{_escape(item.severity)}</td>{rest}</tr>"
    yield "</tbody></table></section>"


def _files(files: Iterable[FileRow]) -> Iterator[str]:
    rows = list(files)
    if not rows:
        return
    yield '<section class="wide"><h2>Files</h2><table><thead><tr><th>name</th><th>format</th><th>bytes</th>'
    yield "<th>digest</th></tr></thead><tbody>"
    for item in rows[:MAX_FILES]:
        size = f"{int(item.size):,}" if item.size.isdigit() and len(item.size) < 20 else _escape(item.size)
        notes = f'<span class="from">{_escape("; ".join(item.notes))}</span>' if item.notes else ""
        yield (
            f"<tr><td>{_escape(item.name)}{notes}</td><td>{_escape(item.format)}</td>"
            f'<td class="num">{size}</td><td><code>{_escape(item.digest)}</code></td></tr>'
        )
    yield "</tbody></table>"
    if len(rows) > MAX_FILES:
        yield f"<p>and {len(rows) - MAX_FILES:,} more in the document</p>"
    yield "</section>"


def _linked(text: str) -> str:
    """A text; a whole web address is a link that tells nobody where it was followed from."""
    plain = text.isascii() and text.isprintable() and not any(char in text for char in " <>\"'`\\")
    if plain and text.startswith(("https://", "http://")):
        return f'<a href="{_escape(text)}" rel="noopener noreferrer nofollow">{_escape(text)}</a>'
    return _escape(text)


def _escape(text: str) -> str:
    return html.escape(printable(text) if not text.isprintable() else text)
