"""`bom environment`: describe what training or serving code runs on, and look up what is known against it.

Only files are read: no interpreter is started, nothing is imported. Only an audit with `osv` or `pypi` sends anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from attest.bom.describe_environment import describe_environment
from attest.domain.bom import Bom
from attest.domain.manifest import printable
from attest.errors import DocumentError, InputError
from attest.formats.environment.detect import choose, reader_of
from attest.formats.environment.packages import MAX_FILE, Packages
from attest.operations.inspect_files import StrPath
from attest.stores.beside import read_bounded
from attest.vulnerabilities import Advisories, AuditOptions, Patience, Statement, attach, read_vex
from attest.vulnerabilities import audit as look_up
from attest.vulnerabilities.services import OSV_URL, PYPI_URL

if TYPE_CHECKING:
    from attest.formats.environment.installed import Interpreter

_MAX_VEX = 64 << 20
_MAX_ENTRIES = 100_000
_PYVENV = "pyvenv.cfg"
_CONDA = "conda-meta"


def bom_environment(
    path: StrPath,
    *,
    name: str = "",
    version: str = "",
    audit: Advisories = "none",
    osv_url: str = OSV_URL,
    pypi_url: str = PYPI_URL,
    osv_data: StrPath = "",
    vex: Sequence[StrPath] = (),
    offline: bool = False,
    patience: Patience | None = None,
) -> Bom:
    """The bill of materials of the environment that `path` tells of.

    That is a lock file, a list of requirements, a conda environment, a `pyproject.toml`, the folder of a project with
    one of these, or an installed environment (a virtual environment, a conda prefix, a `site-packages` folder). What is
    known against its components is looked up as `audit` says, and what the `vex` documents say is put beside it.

    Raises InputError when there is nothing of this kind or the options contradict each other, DocumentError when a file
    is refused. What could not be looked up is in the gaps.
    """
    options = AuditOptions(
        advisories=audit,
        osv_url=osv_url,
        pypi_url=pypi_url,
        osv_data=os.fspath(osv_data),
        offline=offline,
        patience=patience or Patience(),
    )
    place = os.path.abspath(os.fspath(path))
    packages = read_packages(place)
    folder = place if os.path.isdir(place) else os.path.dirname(place)
    bom = describe_environment(packages, name=name, version=version, folder=os.path.basename(folder))
    statements = [statement for document in vex for statement in _statements(document)]
    return _judged(bom, options, statements)


def _judged(bom: Bom, options: AuditOptions, statements: Sequence[Statement]) -> Bom:
    found = look_up(bom.components, options)
    said = attach(found.vulnerabilities, statements, name=bom.name.text, version=bom.version)
    return replace(
        bom,
        vulnerabilities=said.vulnerabilities,
        conflicts=bom.conflicts + said.conflicts,
        gaps=bom.gaps + found.gaps,
    )


def _statements(path: StrPath) -> tuple[Statement, ...]:
    text = os.fspath(path)
    data = read_bounded(text, _MAX_VEX)
    if data is None:
        raise InputError(f"there is no VEX document at {text!r}", hint="Check the path given as --vex.")
    return read_vex(data, printable(os.path.basename(text)))


def read_packages(path: str) -> Packages:
    """The packages that a file or folder tells of. Raises InputError when it tells of none, DocumentError."""
    if not os.path.isdir(path):
        return _file(path)
    if os.path.isfile(os.path.join(path, _PYVENV)) or os.path.isdir(os.path.join(path, _CONDA)):
        return _prefix(path)
    names = [entry.name for entry in _scan(path)]
    if any(entry.endswith((".dist-info", ".egg-info")) for entry in names):
        from attest.formats.environment.installed import read

        return read(_Folder(path), os.path.basename(path), _interpreter_of(path))
    chosen = choose(names)
    if len(chosen) > 1:
        raise InputError(
            f"{path!r} holds {', '.join(chosen)}, and they may tell different things", hint="Name the one that is used."
        )
    if not chosen:
        raise InputError(
            f"{path!r} is no environment: it holds neither installed packages nor a lock file that is known",
            hint="Name a lock file, a list of requirements, a virtual environment or a site-packages folder.",
        )
    return _file(os.path.join(path, chosen[0]))


def _file(path: str) -> Packages:
    data = read_bounded(path, MAX_FILE)
    if data is None:
        raise InputError(f"there is no file at {path!r}", hint="Name a lock file or an installed environment.")
    name = os.path.basename(path)
    return reader_of(name, data)(data, name, _Includes(os.path.realpath(os.path.dirname(path))).read)


@dataclass(frozen=True, slots=True)
class _Includes:
    """The files that a list of requirements may include: those below its own folder, whatever links say."""

    root: str

    def read(self, name: str) -> bytes | None:
        """A file by its path relative to the folder; None when there is none, or when it lies elsewhere."""
        place = os.path.realpath(os.path.join(self.root, name))
        if os.path.commonpath([self.root, place]) != self.root:
            return None
        return read_bounded(place, MAX_FILE)


def _scan(path: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            entries = [entry for entry, _ in zip(found, range(_MAX_ENTRIES + 1), strict=False)]
    except OSError as error:
        raise InputError(f"{path!r} cannot be read: {error.strerror}", hint="Check its permissions.") from error
    if len(entries) > _MAX_ENTRIES:
        raise InputError(f"{path!r} has more than {_MAX_ENTRIES} entries", hint="Name a site-packages folder.")
    return entries


@dataclass(frozen=True, slots=True)
class _Folder:
    """Read access to a folder of installed packages."""

    root: str

    def names(self) -> Iterator[tuple[str, bool]]:
        """Every entry, and whether it is a folder. Names that are no text are left to the gaps."""
        for entry in _scan(self.root):
            yield entry.name.encode("utf-8", "backslashreplace").decode(), os.path.isdir(entry.path)

    def read(self, path: str, limit: int) -> bytes | None:
        """A regular file, one byte past the limit at most."""
        return read_bounded(os.path.join(self.root, path), limit)


def _prefix(prefix: str) -> Packages:
    """A virtual environment or a conda prefix."""
    from attest.formats.environment.installed import Interpreter, read, read_pyvenv

    config = read_bounded(os.path.join(prefix, _PYVENV), MAX_FILE)
    folders = sorted(_site_packages(prefix))
    conda = _conda(os.path.join(prefix, _CONDA)) if config is None else None
    if len(folders) != 1 and (conda is None or folders):
        found = "no site-packages folder" if not folders else "several site-packages folders"
        raise InputError(f"{prefix!r} holds {found}", hint="Name one site-packages folder.")
    if conda is None:
        known = read_pyvenv(config or b"")
        known = known if known.version else replace(_interpreter_of(folders[0]), system_packages=known.system_packages)
        return read(_Folder(folders[0]), "site-packages", known)
    if not folders:
        return conda
    pip = read(_Folder(folders[0]), "site-packages", Interpreter(), but_installer="conda")
    return replace(conda, packages=conda.packages + pip.packages, gaps=conda.gaps + pip.gaps)


def _site_packages(prefix: str) -> Iterator[str]:
    """The folders that a prefix installs packages into (sysconfig's `posix_prefix`; Windows' `nt` has no version)."""
    windows = os.path.join(prefix, "Lib", "site-packages")
    if os.path.isdir(windows) and not os.path.isdir(os.path.join(prefix, "lib")):
        yield windows
    library = os.path.join(prefix, "lib")
    for entry in _scan(library) if os.path.isdir(library) else []:
        place = os.path.join(entry.path, "site-packages")
        if entry.name.startswith(("python", "pypy")) and not entry.is_symlink() and os.path.isdir(place):
            yield place


def _interpreter_of(folder: str) -> Interpreter:
    """The version that the folder above `site-packages` is named after, such as `python3.11`."""
    from attest.formats.environment.installed import Interpreter

    above = os.path.basename(os.path.dirname(folder))
    version = above.removeprefix("python")
    return Interpreter(version=version, where=above) if version != above and _is_minor(version) else Interpreter()


def _is_minor(version: str) -> bool:
    parts = version.split(".")
    return len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts)


def _conda(folder: str) -> Packages:
    """What conda recorded in a prefix."""
    from attest.formats.environment.conda import read_record
    from attest.formats.environment.packages import Collector

    out = Collector(source=_CONDA)
    for entry in sorted(_scan(folder), key=lambda entry: entry.name):
        if not entry.name.endswith(".json"):
            continue
        where = f"{_CONDA}/{printable(entry.name)}"
        data = read_bounded(entry.path, MAX_FILE)
        try:
            out.add(read_record(data or b"", where))
        except DocumentError as error:
            out.gap(where, error.message)
    return out.done()
