"""`Pipfile.lock`, Pipfile specification 6."""

from __future__ import annotations

from collections.abc import Iterator

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.environment.packages import (
    MAX_FILE,
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

_LIMITS = Limits(size=MAX_FILE, depth=16, nodes=2_000_000, string=64 * 1024)
_META = "_meta"
_VCS = ("git", "hg", "svn", "bzr")


def read(data: bytes, name: str) -> Packages:
    """Read a `Pipfile.lock` called `name`. Raises DocumentError when it is none of specification 6."""
    document = as_object(parse(data, _LIMITS, clean(name)), clean(name))
    meta = _object(document, _META)
    if meta.get("pipfile-spec") != 6:
        raise DocumentError(f"{clean(name)} is no Pipfile.lock of pipfile-spec 6")
    out = Collector(source=clean(name))
    required = _object(meta, "requires")
    full, wanted = _text(required, "python_full_version"), _text(required, "python_version")
    where = f"{out.source}#/_meta/requires"
    if full:
        out.add(Package(name="python", ecosystem="python", version=full, where=where))
    elif wanted:
        out.add(python_range(f"=={wanted}.*", where))
    indexes = {_text(index, "name"): _text(index, "url") for index in _objects(meta, "sources")}
    default = next(iter(indexes.values()), "")
    for group in sorted(set(document) - {_META}):
        for package, entry in _object(document, group).items():
            place = f"{out.source}#/{group}/{package}"
            out.add(_package(package, entry if isinstance(entry, dict) else {}, group, place, indexes, default))
    return out.done()


def _package(name: str, entry: JsonObject, group: str, where: str, indexes: dict[str, str], default: str) -> Package:
    written = _text(entry, "version")
    exact = written.removeprefix("===" if written.startswith("===") else "==")
    pinned = exact != written and "," not in exact and "*" not in exact
    made = Package(
        name=name,
        version=exact.strip() if pinned else "",
        constraint="" if pinned else clean(written),
        where=clean(where),
        hashes=tuple(found for text in _texts(entry, "hashes")[:MAX_HASHES] for found in prefixed_digest(text)),
        marker=clean(_text(entry, "markers")),
        details=tuple(_details(entry, group)),
    )
    for vcs in _VCS:
        if vcs in entry:
            return from_repository(made, vcs, _text(entry, vcs), _text(entry, "ref"))
    if "path" in entry:
        return from_folder(made, _text(entry, "path"), editable=entry.get("editable") is True)
    if "file" in entry:
        return from_file(made, _text(entry, "file"))
    return from_index(made, indexes.get(_text(entry, "index"), default))


def _details(entry: JsonObject, group: str) -> Iterator[tuple[str, str]]:
    yield "groups", clean(group)
    if extras := clean(" ".join(sorted(_texts(entry, "extras")))):
        yield "extras", extras


def _object(parent: JsonObject, key: str) -> JsonObject:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _objects(parent: JsonObject, key: str) -> list[JsonObject]:
    value = parent.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(parent: JsonObject, key: str) -> str:
    value: Json = parent.get(key)
    return value if isinstance(value, str) else ""


def _texts(parent: JsonObject, key: str) -> list[str]:
    value = parent.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
