"""What one lock file, list of requirements or installed environment says of the packages in it. Plain values: the `bom`
room gives them purls and licences.

A name or version that nothing could have becomes a gap. Addresses lose credentials and queries before they get here,
and absolute paths of the machine are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from attest.domain.gap import Gap
from attest.errors import DocumentError

MAX_FILE = 32 << 20
MAX_PACKAGES = 20_000
MAX_TEXT = 512
MAX_HASHES = 2_000
_MAX_GAPS = 2_000
_MAX_ADDRESS = 1024

# Core metadata specifications, "Name"; PEP 508.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?", re.ASCII)
_RUNS = re.compile(r"[-_.]+")
# Conda names may begin with an underscore (`_libgcc_mutex`).
_CONDA_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,199}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,127}", re.ASCII)
_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_HASHES = {
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
    "sha3_256": ("SHA3-256", 64),
    "sha3_384": ("SHA3-384", 96),
    "sha3_512": ("SHA3-512", 128),
    "blake2b": ("BLAKE2b-512", 128),
    "blake3": ("BLAKE3", 64),
}
_PYPI = re.compile(r"https://pypi\.org(?:/simple)?/?")
_PYPI_FILES = "files.pythonhosted.org"

Ecosystem = Literal["pypi", "conda", "python"]
Install = Literal["index", "vcs", "url", "path", "editable"]


class Need(NamedTuple):
    """A dependency of a package: normalised name, exact version if given, specifiers as written.

    `conditional` says that it stands under a marker, which nobody evaluated.
    """

    name: str
    version: str = ""
    specifiers: str = ""
    conditional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package as its source states it; `where` is the place in that source.

    `version` is exact or empty; `constraint` is what was asked for instead. `address` is an index (empty for PyPI), a
    repository, a file or a relative folder, as `install` says; `vcs` and `commit` go with a repository. `hashes` are
    CycloneDX names with hexadecimal digits; more than one of an algorithm are the digests of alternative files.
    `scope` sets packages apart that lie in one file and never in one environment, such as the platforms of conda-lock.
    `details` are further facts by name.
    """

    name: str
    where: str
    version: str = ""
    ecosystem: Ecosystem = "pypi"
    observed: bool = False
    constraint: str = ""
    install: Install = "index"
    address: str = ""
    vcs: str = ""
    commit: str = ""
    hashes: tuple[tuple[str, str], ...] = ()
    needs: tuple[Need, ...] = ()
    marker: str = ""
    scope: str = ""
    license_expression: str = ""
    license: str = ""
    classifiers: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The name in the form in which names are compared."""
        return self.name if self.ecosystem == "conda" else normalized(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """All packages of one source. `project` and `version` name the project that they are for, where the source says it.

    `gaps` are entries that could not be read as a package, each with its place and reason.
    """

    source: str
    packages: tuple[Package, ...] = ()
    project: str = ""
    version: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True, kw_only=True)
class Collector:
    """Gathers what a reader finds, within bounds."""

    source: str
    packages: list[Package] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, package: Package) -> None:
        """Take in a package; one whose name or version cannot be one becomes a gap.

        Raises DocumentError past the bound.
        """
        if len(self.packages) >= MAX_PACKAGES:
            raise DocumentError(f"{self.source} lists more than {MAX_PACKAGES} packages")
        pattern = _CONDA_NAME if package.ecosystem == "conda" else _NAME
        if not pattern.fullmatch(package.name):
            self.gap(package.where, f"{clean(package.name)!r} is no name of a package")
        elif package.version and not _VERSION.fullmatch(package.version):
            self.gap(package.where, f"{clean(package.version)!r} is no version of {package.name}")
        else:
            self.packages.append(package)

    def gap(self, where: str, reason: str) -> None:
        """Note what could not be read. Raises DocumentError past the bound."""
        if len(self.gaps) >= _MAX_GAPS:
            raise DocumentError(f"{self.source} holds more than {_MAX_GAPS} entries that cannot be read")
        self.gaps.append(Gap(needed="vulnerabilities", about=clean(where), reason=clean(reason)))

    def done(self, *, project: str = "", version: str = "") -> Packages:
        """What was gathered."""
        return Packages(
            source=self.source,
            packages=tuple(self.packages),
            project=clean(project),
            version=version if _VERSION.fullmatch(version) else "",
            gaps=tuple(self.gaps),
        )


def normalized(name: str) -> str:
    """A PyPI name as PEP 503 compares it."""
    return _RUNS.sub("-", name).lower()


def clean(text: str) -> str:
    """Text that may be shown and written: one line, without control characters, at most `MAX_TEXT` characters."""
    short = text[: MAX_TEXT + 1]
    line = "".join(character if character.isprintable() else " " for character in short).strip()
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def digest(algorithm: str, digits: str) -> tuple[tuple[str, str], ...]:
    """One hash under CycloneDX's name of its algorithm, or nothing when it is none that CycloneDX knows."""
    known = _HASHES.get(algorithm.strip().lower())
    if known is None or len(digits) != known[1] or not _HEX.fullmatch(digits):
        return ()
    return ((known[0], digits.lower()),)


def prefixed_digest(text: str) -> tuple[tuple[str, str], ...]:
    """One hash written as `sha256:<digits>`."""
    algorithm, _, digits = text.partition(":")
    return digest(algorithm, digits)


def public_address(text: str) -> str:
    """A web address without credentials, query and fragment; empty for what is none.

    Paths of this machine are no business of a document that travels.
    """
    if len(text) > _MAX_ADDRESS or not text.isprintable() or not text.isascii():
        return ""
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "ssh", "git"} or not host or " " in text.strip():
        return ""
    return urlunsplit((parts.scheme, f"[{host}]{port}" if ":" in host else host + port, parts.path, "", ""))


def index_address(text: str) -> str:
    """The address of an index, empty for PyPI itself."""
    address = public_address(text)
    return "" if _PYPI.fullmatch(address) else address


def relative_folder(text: str) -> str:
    """A folder inside the project, or nothing: where else a project lies on a machine says nothing to others."""
    path = text.replace("\\", "/").removeprefix("./").rstrip("/")
    if path.startswith(("/", "~", "file:")) or ":" in path or ".." in path.split("/") or len(path) > MAX_TEXT:
        return ""
    return clean(path)


def python_range(constraint: str, where: str) -> Package:
    """The interpreter, of which only a range of versions is stated."""
    return Package(name="python", ecosystem="python", constraint=clean(constraint), where=where)


def from_repository(made: Package, vcs: str, url: str, commit: str) -> Package:
    """`made` as it comes from version control."""
    return replace(made, install="vcs", vcs=clean(vcs), address=public_address(url), commit=clean(commit))


def from_folder(made: Package, path: str, *, editable: bool) -> Package:
    """`made` as it comes from a folder."""
    return replace(made, install="editable" if editable else "path", address=relative_folder(path))


def from_file(made: Package, url: str) -> Package:
    """`made` as it comes from one file."""
    install, address = of_file(url)
    return replace(made, install=install, address=address)


def from_index(made: Package, index: str) -> Package:
    """`made` as it comes from an index; an index that is no web address is told, since its name is no one else's."""
    address = index_address(index)
    local = index and not address and not _PYPI.fullmatch(index)
    return replace(made, address=address, details=made.details + ((("index", "local"),) if local else ()))


def of_file(address: str) -> tuple[Install, str]:
    """How a package came from a file at an address; a file that PyPI serves is the release of the index."""
    public = public_address(address)
    if public and urlsplit(public).hostname == _PYPI_FILES:
        return "index", ""
    return ("url", public) if public else ("path", "")
