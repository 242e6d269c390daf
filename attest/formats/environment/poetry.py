"""`poetry.lock`, lock versions 1 and 2. Source: what Poetry 1.1 to 2.5 write.

Poetry's own specifiers (`^1.2`) are kept as text; where a name has several versions they choose among them only if
they are PEP 440 too.
"""

from __future__ import annotations

from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats.environment.packages import (
    MAX_HASHES,
    Collector,
    Need,
    Package,
    Packages,
    clean,
    from_file,
    from_folder,
    from_index,
    from_repository,
    normalized,
    prefixed_digest,
    python_range,
)
from attest.formats.environment.toml_document import Table, parse_toml, table, tables, text, texts


def read(data: bytes, name: str) -> Packages:
    """Read a `poetry.lock` called `name`. Raises DocumentError when it is none of lock version 1 or 2."""
    document = parse_toml(data, clean(name))
    metadata = table(document, "metadata")
    version = text(metadata, "lock-version")
    if not version.startswith(("1.", "2.")) or not isinstance(document.get("package", []), list):
        raise DocumentError(f"{clean(name)} is no poetry.lock of lock version 1 or 2")
    out = Collector(source=clean(name))
    if wanted := text(metadata, "python-versions"):
        out.add(python_range(wanted, f"{out.source}#/metadata/python-versions"))
    files = table(metadata, "files")
    for number, entry in enumerate(tables(document, "package")):
        out.add(_package(entry, files, f"{out.source}#/package/{number}"))
    return out.done()


def _package(entry: Table, files: Table, where: str) -> Package:
    name = text(entry, "name")
    listed = tables(entry, "files") or tables(files, name)
    marker = entry.get("markers")
    made = Package(
        name=name,
        version=text(entry, "version"),
        where=where,
        hashes=tuple(found for file in listed[:MAX_HASHES] for found in prefixed_digest(text(file, "hash"))),
        needs=tuple(_needs(table(entry, "dependencies"))),
        marker=clean(marker) if isinstance(marker, str) else "",
        details=tuple(_details(entry)),
    )
    return _sourced(made, table(entry, "source"), editable=entry.get("develop") is True)


def _details(entry: Table) -> Iterator[tuple[str, str]]:
    if groups := clean(", ".join(sorted(texts(entry, "groups") or [text(entry, "category")]))):
        yield "groups", groups
    if entry.get("optional") is True:
        yield "optional", "true"


def _sourced(made: Package, source: Table, *, editable: bool) -> Package:
    kind, url = text(source, "type"), text(source, "url")
    if kind == "git":
        return from_repository(made, "git", url, text(source, "resolved_reference") or text(source, "reference"))
    if kind == "directory":
        return from_folder(made, url, editable=editable)
    if kind in {"url", "file"}:
        return from_file(made, url if kind == "url" else "")
    return from_index(made, url)


def _needs(dependencies: Table) -> Iterator[Need]:
    for name, value in dependencies.items():
        for asked in value if isinstance(value, list) else [value]:
            if isinstance(asked, str):
                yield Need(normalized(name), "", clean(asked))
            elif isinstance(asked, dict):
                conditional = "markers" in asked or asked.get("optional") is True
                yield Need(normalized(name), "", clean(text(asked, "version")), conditional)
