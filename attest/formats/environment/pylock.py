"""`pylock.toml`, PEP 751, lock-version 1."""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.environment.packages import (
    MAX_HASHES,
    Collector,
    Need,
    Package,
    Packages,
    clean,
    digest,
    from_file,
    from_folder,
    from_index,
    from_repository,
    normalized,
    python_range,
)
from attest.formats.environment.toml_document import Table, parse_toml, table, tables, text

_FILES = ("sdist", "archive")


def read(data: bytes, name: str) -> Packages:
    """Read a `pylock.toml` or `pylock.<name>.toml` called `name`. Raises DocumentError when it is none of version 1."""
    document = parse_toml(data, clean(name))
    version = text(document, "lock-version")
    if version != "1.0" and not version.startswith("1."):
        raise DocumentError(f"{clean(name)} has lock-version {clean(version)!r}; version 1 of PEP 751 is understood")
    out = Collector(source=clean(name))
    if wanted := text(document, "requires-python"):
        out.add(python_range(wanted, f"{out.source}#/requires-python"))
    for number, entry in enumerate(tables(document, "packages")):
        out.add(_package(entry, f"{out.source}#/packages/{number}"))
    return out.done()


def _package(entry: Table, where: str) -> Package:
    vcs, folder, archive = table(entry, "vcs"), table(entry, "directory"), table(entry, "archive")
    made = Package(
        name=text(entry, "name"),
        version=text(entry, "version"),
        where=where,
        hashes=_hashes(entry),
        marker=clean(text(entry, "marker")),
        needs=tuple(_need(need) for need in tables(entry, "dependencies") if text(need, "name")),
    )
    if vcs:
        return from_repository(made, text(vcs, "type"), text(vcs, "url"), text(vcs, "commit-id"))
    if folder:
        return from_folder(made, text(folder, "path"), editable=folder.get("editable") is True)
    return from_file(made, text(archive, "url")) if archive else from_index(made, text(entry, "index"))


def _hashes(entry: Table) -> tuple[tuple[str, str], ...]:
    files = [table(entry, kind) for kind in _FILES] + tables(entry, "wheels")
    found: list[tuple[str, str]] = []
    for file in files[:MAX_HASHES]:
        for algorithm, digits in table(file, "hashes").items():
            found += digest(algorithm, digits if isinstance(digits, str) else "")
    return tuple(found)


def _need(need: Table) -> Need:
    return Need(normalized(text(need, "name")), text(need, "version"))
