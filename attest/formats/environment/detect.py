"""Which reader a file is for, told from its name and, where the name says nothing, from its first bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from attest.formats.environment.packages import Packages
from attest.formats.environment.requirements import Load

Reader = Callable[[bytes, str, Load], Packages]
"""The bytes, the name of the file, and how files that it includes are read → its packages."""

_PYLOCK = re.compile(r"pylock(?:\.[^.]+)?\.toml")
_CONDA_ENVIRONMENT = re.compile(
    r"(?:environment|conda)(?:[-._][A-Za-z0-9._-]+)?\.ya?ml|[A-Za-z0-9._-]*environment\.ya?ml"
)
_CONDA_LOCK = re.compile(r"(?:[A-Za-z0-9_-]+\.)?conda-lock\.ya?ml")
_REQUIREMENTS = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.txt|requirements\.lock")
# What projects keep, best first: a lock says more than a declaration.
_LOCKS = ("pylock.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "conda-lock.yaml")
_DECLARATIONS = ("requirements.txt", "environment.yml", "environment.yaml", "pyproject.toml")


def choose(names: Collection[str]) -> tuple[str, ...]:
    """The files of a project's folder that say best what it needs: its locks, else its first declaration."""
    locks = tuple(name for name in _LOCKS if name in names)
    return locks or tuple(name for name in _DECLARATIONS if name in names)[:1]


def reader_of(name: str, data: bytes) -> Reader:
    """The reader of a file; what nothing else can read is a list of requirements, whatever it is called."""
    lower = name.lower()
    for wanted, reader in ((_PYLOCK, _pylock), (_CONDA_LOCK, _conda_lock), (_CONDA_ENVIRONMENT, _conda_environment)):
        if wanted.fullmatch(lower):
            return reader
    return _BY_NAME.get(lower) or (_requirements if _REQUIREMENTS.fullmatch(lower) else _by_content(lower, data))


def _by_content(lower: str, data: bytes) -> Reader:
    first = data[:4096]
    if re.search(rb"^@EXPLICIT\r?$", first, re.MULTILINE):
        return _explicit
    if lower.endswith(".toml"):
        return _pylock if re.search(rb"^lock-version\b", first, re.MULTILINE) else _pyproject
    if lower.endswith((".yml", ".yaml")):
        return _conda_lock if re.search(rb"^package:", first, re.MULTILINE) else _conda_environment
    return _pipenv if first.lstrip().startswith(b"{") else _requirements


def _requirements(data: bytes, name: str, load: Load) -> Packages:
    from attest.formats.environment.requirements import read

    return read(data, name, load)


def _conda_environment(data: bytes, name: str, load: Load) -> Packages:
    from attest.formats.environment.conda import read_environment

    return read_environment(data, name, load)


def _conda_lock(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.conda import read_lock

    return read_lock(data, name)


def _explicit(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.conda import read_explicit

    return read_explicit(data, name)


def _pylock(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.pylock import read

    return read(data, name)


def _pyproject(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.pyproject import read

    return read(data, name)


def _uv(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.uv import read

    return read(data, name)


def _poetry(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.poetry import read

    return read(data, name)


def _pdm(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.pdm import read

    return read(data, name)


def _pipenv(data: bytes, name: str, _load: Load) -> Packages:
    from attest.formats.environment.pipenv import read

    return read(data, name)


_BY_NAME: dict[str, Reader] = {
    "uv.lock": _uv,
    "poetry.lock": _poetry,
    "pdm.lock": _pdm,
    "pipfile.lock": _pipenv,
    "pyproject.toml": _pyproject,
}
