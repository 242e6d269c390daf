"""`pdm.lock`, lock version 4. Source: what PDM 2.10 to 2.26 write.

PDM lists a package once more for each set of extras that is asked of it; both entries are the same package.
"""

from __future__ import annotations

from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats.environment.needs import needs_of
from attest.formats.environment.packages import (
    MAX_HASHES,
    Collector,
    Package,
    Packages,
    clean,
    from_file,
    from_folder,
    from_index,
    from_repository,
    prefixed_digest,
    python_range,
)
from attest.formats.environment.toml_document import Table, parse_toml, table, tables, text, texts

_VCS = ("git", "hg", "svn", "bzr")


def read(data: bytes, name: str) -> Packages:
    """Read a `pdm.lock` called `name`. Raises DocumentError when it is none of lock version 4."""
    document = parse_toml(data, clean(name))
    metadata = table(document, "metadata")
    if not text(metadata, "lock_version").startswith("4.") or not isinstance(document.get("package", []), list):
        raise DocumentError(f"{clean(name)} is no pdm.lock of lock version 4")
    out = Collector(source=clean(name))
    targets = tables(metadata, "targets")
    if len(targets) == 1 and (wanted := text(targets[0], "requires_python")):
        out.add(python_range(wanted, f"{out.source}#/metadata/targets/0/requires_python"))
    for number, entry in enumerate(tables(document, "package")):
        out.add(_package(entry, f"{out.source}#/package/{number}"))
    return out.done()


def _package(entry: Table, where: str) -> Package:
    files = tables(entry, "files")
    made = Package(
        name=text(entry, "name"),
        version=text(entry, "version"),
        where=where,
        hashes=tuple(found for file in files[:MAX_HASHES] for found in prefixed_digest(text(file, "hash"))),
        needs=needs_of(texts(entry, "dependencies")),
        marker=clean(text(entry, "marker")),
        details=tuple(_details(entry)),
    )
    for vcs in _VCS:
        if vcs in entry:
            return from_repository(made, vcs, text(entry, vcs), text(entry, "revision") or text(entry, "ref"))
    if "path" in entry:
        folder = not text(entry, "path").endswith((".whl", ".tar.gz", ".zip"))
        editable = entry.get("editable") is True
        return from_folder(made, text(entry, "path"), editable=editable) if folder else from_file(made, "")
    return from_file(made, text(entry, "url")) if "url" in entry else from_index(made, "")


def _details(entry: Table) -> Iterator[tuple[str, str]]:
    if groups := clean(", ".join(sorted(texts(entry, "groups")))):
        yield "groups", groups
    if extras := clean(" ".join(sorted(texts(entry, "extras")))):
        yield "extras", extras
