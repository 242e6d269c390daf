"""`uv.lock`, version 1. Source: what uv 0.9 to 0.11 write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
from attest.formats.environment.toml_document import Table, parse_toml, table, tables, text

_PROJECT = ".", ""


def read(data: bytes, name: str) -> Packages:
    """Read a `uv.lock` called `name`.

    The package whose folder is that of the lock file is the project itself, not one of its packages. Raises
    DocumentError when it is no lock file of version 1.
    """
    document = parse_toml(data, clean(name))
    if document.get("version") != 1 or not isinstance(document.get("package", []), list):
        raise DocumentError(f"{clean(name)} is no uv.lock of version 1")
    out = Collector(source=clean(name))
    if wanted := text(document, "requires-python"):
        out.add(python_range(wanted, f"{out.source}#/requires-python"))
    project: Table = {}
    groups: dict[str, set[str]] = {}
    for number, entry in enumerate(tables(document, "package")):
        if _is_project(table(entry, "source")):
            project = entry
            _direct(entry, groups)
        else:
            out.add(_package(entry, f"{out.source}#/package/{number}"))
    out.packages = [_grouped(package, groups) for package in out.packages]
    return out.done(project=text(project, "name"), version=text(project, "version"))


def _is_project(source: Table) -> bool:
    return any(isinstance(source.get(kind), str) and source[kind] in _PROJECT for kind in ("virtual", "editable"))


def _direct(project: Table, groups: dict[str, set[str]]) -> None:
    """What the project asks for itself, by the group that asks."""
    for need in tables(project, "dependencies"):
        groups.setdefault(normalized(text(need, "name")), set()).add("main")
    for kind, prefix in (("optional-dependencies", "extra"), ("dev-dependencies", "group")):
        for group, needs in table(project, kind).items():
            for need in tables({"needs": needs}, "needs"):
                groups.setdefault(normalized(text(need, "name")), set()).add(f"{prefix} {clean(group)}")


def _grouped(package: Package, groups: dict[str, set[str]]) -> Package:
    asking = sorted(groups.get(package.key, ())) if package.ecosystem == "pypi" else []
    return replace(package, details=(*package.details, ("groups", ", ".join(asking)))) if asking else package


def _package(entry: Table, where: str) -> Package:
    made = Package(
        name=text(entry, "name"),
        version=text(entry, "version"),
        where=where,
        hashes=_hashes(entry),
        needs=tuple(_needs(entry)),
    )
    source = table(entry, "source")
    if "git" in source:
        url, _, commit = text(source, "git").partition("#")
        return from_repository(made, "git", url, commit)
    for kind in ("editable", "directory", "virtual"):
        if kind in source:
            return from_folder(made, text(source, kind), editable=kind == "editable")
    if "url" in source or "path" in source:
        return from_file(made, text(source, "url"))
    return from_index(made, text(source, "registry"))


def _hashes(entry: Table) -> tuple[tuple[str, str], ...]:
    files = [table(entry, "sdist"), *tables(entry, "wheels")]
    return tuple(found for file in files[:MAX_HASHES] for found in prefixed_digest(text(file, "hash")))


def _needs(entry: Table) -> Iterator[Need]:
    extras = [("", entry.get("dependencies")), *table(entry, "optional-dependencies").items()]
    for extra, needs in extras:
        for need in tables({"needs": needs}, "needs"):
            if text(need, "name"):
                conditional = bool(extra) or "marker" in need
                yield Need(normalized(text(need, "name")), text(need, "version"), "", conditional)
