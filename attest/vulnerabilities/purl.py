"""Package URLs as far as vulnerabilities need them: read, and matched with what a VEX statement names.

Source: the Package URL specification (ECMA-427).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote

_MAX_LENGTH = 4096
_TYPE = re.compile(r"[a-z][a-z0-9.+-]{0,63}", re.ASCII)
_RUNS = re.compile(r"[-_.]+")
# What tells two packages of one name apart; other qualifiers and the subpath say where one lies.
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PurlParts:
    """The parts of a purl, decoded; a name of PyPI as PEP 503 compares it."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: Mapping[str, str]


def parse_purl(text: str) -> PurlParts | None:
    """The parts of a purl, or None when this is none."""
    scheme, colon, rest = text.partition(":")
    if scheme.lower() != "pkg" or not colon or len(text) > _MAX_LENGTH:
        return None
    rest, _, query = rest.partition("#")[0].partition("?")
    path, at, version = rest.strip("/").rpartition("@")
    if not at or "/" in version:
        path, version = rest.strip("/"), ""
    kind, _, name = path.partition("/")
    namespace, _, bare = name.strip("/").rpartition("/")
    kind, bare = kind.lower(), unquote(bare)
    if not _TYPE.fullmatch(kind) or not bare:
        return None
    return PurlParts(
        type=kind,
        namespace=unquote(namespace),
        name=_RUNS.sub("-", bare).lower() if kind == "pypi" else bare,
        version=unquote(version),
        qualifiers=_qualifiers(query),
    )


def _qualifiers(query: str) -> Mapping[str, str]:
    if not query:
        return _NONE
    pairs = (pair.partition("=") for pair in query.split("&"))
    return MappingProxyType({key.lower(): unquote(value) for key, _, value in pairs if value})


def covers(stated: PurlParts, actual: PurlParts) -> bool:
    """Whether a statement about `stated` is about `actual`.

    What the statement leaves out is not asked for: without a version it is about all versions, and only the qualifiers
    that it gives must be there.
    """
    if (stated.type, stated.namespace, stated.name) != (actual.type, actual.namespace, actual.name):
        return False
    if stated.version and not same_version(stated.type, stated.version, actual.version):
        return False
    return all(actual.qualifiers.get(key) == value for key, value in stated.qualifiers.items())


def same_version(kind: str, one: str, other: str) -> bool:
    """Whether two versions are the same; those of PyPI as PEP 440 compares them."""
    if one == other or kind != "pypi":
        return one == other
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False
