"""What `pyproject.toml` declares that a project needs: `[project]`, `[dependency-groups]` and Poetry's own tables.

Sources: the pyproject.toml specification, PEP 735, Poetry's documentation "The pyproject.toml file". Nothing here is
resolved: what is not pinned has no version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from attest.errors import DocumentError
from attest.formats.environment.packages import (
    Collector,
    Package,
    Packages,
    clean,
    from_file,
    from_folder,
    from_repository,
    normalized,
    python_range,
)
from attest.formats.environment.requirements import exact, of_requirement
from attest.formats.environment.toml_document import Table, parse_toml, table, text

_MAX_REQUIREMENT = 8 * 1024
# In Poetry's tables a bare version is that version and no other.
_BARE = re.compile(r"[0-9][A-Za-z0-9.!+_-]*", re.ASCII)


def read(data: bytes, name: str) -> Packages:
    """Read a `pyproject.toml` called `name`. Raises DocumentError when it declares no project."""
    document = parse_toml(data, clean(name))
    project, poetry = table(document, "project"), table(table(document, "tool"), "poetry")
    groups = table(document, "dependency-groups")
    if not project and not poetry and not groups:
        raise DocumentError(f"{clean(name)} declares no project and no dependencies")
    reader = _Reader(clean(name))
    reader.project(project)
    for group in groups:
        reader.group(groups, group)
    reader.poetry(poetry, declared="dependencies" in project)
    title = text(project, "name") or text(poetry, "name")
    return reader.out.done(project=title, version=text(project, "version") or text(poetry, "version"))


class _Reader:
    def __init__(self, source: str) -> None:
        self.out = Collector(source=source)

    def project(self, project: Table) -> None:
        """The `[project]` table."""
        source = self.out.source
        if wanted := text(project, "requires-python"):
            self.out.add(python_range(wanted, f"{source}#/project/requires-python"))
        dynamic = project.get("dynamic")
        for member in ("dependencies", "optional-dependencies"):
            if isinstance(dynamic, list) and member in dynamic:
                self.out.gap(f"{source}#/project/{member}", "they are dynamic: only building the project tells them")
        self.lines(project.get("dependencies"), f"{source}#/project/dependencies", "main")
        for extra, lines in table(project, "optional-dependencies").items():
            self.lines(lines, f"{source}#/project/optional-dependencies/{extra}", f"extra {extra}")

    def group(self, groups: Table, name: str) -> None:
        """One of the `[dependency-groups]`; what it includes is listed where it is written."""
        where = f"{self.out.source}#/dependency-groups/{name}"
        entries = groups.get(name)
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            included = entry.get("include-group") if isinstance(entry, dict) else None
            if isinstance(entry, str):
                self.line(entry, f"{where}/{number}", f"group {name}")
            elif not isinstance(included, str) or normalized(included) not in map(normalized, groups):
                self.out.gap(f"{where}/{number}", "an entry that is neither a requirement nor a group that is there")

    def lines(self, lines: object, where: str, group: str) -> None:
        """A list of requirements."""
        if not isinstance(lines, list | None):
            self.out.gap(where, "it is no list of requirements")
            return
        for number, line in enumerate(lines or []):
            self.line(line, f"{where}/{number}", group)

    def line(self, line: object, where: str, group: str) -> None:
        """One requirement."""
        from packaging.requirements import InvalidRequirement, Requirement

        made = Package(name="", where=clean(where), details=(("groups", clean(group)),))
        try:
            if not isinstance(line, str) or len(line) > _MAX_REQUIREMENT:
                raise InvalidRequirement("not a text of reasonable length")
            self.out.add(of_requirement(Requirement(line), made))
        except (InvalidRequirement, RecursionError):
            self.out.gap(where, f"{clean(str(line))!r} is no requirement")

    def poetry(self, poetry: Table, *, declared: bool) -> None:
        """Poetry's tables; where `[project]` lists dependencies, Poetry's own only say where to take them from."""
        where = f"{self.out.source}#/tool/poetry"
        found = [] if declared else [("main", "dependencies", table(poetry, "dependencies"))]
        found.append(("dev", "dev-dependencies", table(poetry, "dev-dependencies")))
        for group in table(poetry, "group"):
            listed = table(table(table(poetry, "group"), group), "dependencies")
            found.append((f"group {group}", f"group/{group}/dependencies", listed))
        for group, place, entries in found:
            for name, value in entries.items():
                for entry in value if isinstance(value, list) else [value]:
                    self.out.add(_of_poetry(name, entry, clean(f"{where}/{place}/{name}"), clean(group)))


def _of_poetry(name: str, entry: object, where: str, group: str) -> Package:
    options = entry if isinstance(entry, dict) else {"version": entry}
    written = text(options, "version")
    if name == "python":
        return python_range(written, where)
    version, constraint = (written, "") if _BARE.fullmatch(written) else exact(written)
    made = Package(
        name=name,
        where=where,
        version=version,
        constraint=constraint,
        marker=clean(text(options, "markers")),
        details=tuple(_poetry_details(options, group)),
    )
    if git := text(options, "git"):
        revision = text(options, "rev") or text(options, "tag") or text(options, "branch")
        return replace(from_repository(made, "git", git, revision), version="")
    if path := text(options, "path"):
        return from_folder(made, path, editable=options.get("develop") is True)
    return from_file(made, text(options, "url")) if "url" in options else made


def _poetry_details(options: Table, group: str) -> Iterator[tuple[str, str]]:
    yield "groups", group
    if options.get("optional") is True:
        yield "optional", "true"
