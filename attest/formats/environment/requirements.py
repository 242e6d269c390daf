"""`requirements.txt` as pip reads it, what `pip freeze`, `pip-compile` and `uv export` write, and constraints files.

Source: pip's documentation, "Requirements File Format", and PEP 508. Markers are kept as they are and not evaluated.
Environment variables are not expanded. Files named by `-r` and `-c` are read only through the caller, who decides
which files may be read. A line that is no requirement is a gap with its number.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from attest.errors import DocumentError
from attest.formats.environment.packages import (
    MAX_FILE,
    MAX_HASHES,
    Collector,
    Install,
    Package,
    Packages,
    clean,
    index_address,
    normalized,
    of_file,
    prefixed_digest,
    public_address,
    relative_folder,
)

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Load = Callable[[str], bytes | None]
"""A path relative to the first file's folder, with slashes → the bytes, or None when there is no such file."""

_MAX_FILES = 64
_MAX_DEPTH = 8
_MAX_LINES = 400_000
_MAX_LINE = 1 << 20
_MAX_REQUIREMENT = 8 * 1024
_MAX_NOTE = 512
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_HASH = re.compile(r"[ \t]--hash[= \t][ \t]*([A-Za-z0-9_]{1,20}:[0-9a-fA-F]{1,128})(?=[ \t]|$)", re.ASCII)
_OPTIONS_BEHIND = re.compile(r"[ \t]--(?:hash|global-option|config-settings?|install-option)(?:[= \t]|$)")
_OPTION = re.compile(r"(-[A-Za-z](?!-)|--[A-Za-z][A-Za-z-]*)[ \t]*=?[ \t]*(.*)", re.ASCII)
_INCLUDE = frozenset({"-r", "--requirement", "--requirements"})
_CONSTRAIN = frozenset({"-c", "--constraint", "--constraints"})
# How pip looks for files and installs them, not what.
_SILENT = frozenset(
    {"--no-index", "--find-links", "--no-binary", "--only-binary", "--prefer-binary", "--trusted-host", "--no-deps"}
    | {"-f", "--require-hashes", "--pre", "--use-feature"}
)
_VCS = re.compile(r"(git|hg|svn|bzr)\+(.*)", re.ASCII)
_EDITABLE_NOTE = re.compile(
    r"# Editable (?:Git )?install .*\(([A-Za-z0-9._-]{1,100})==([A-Za-z0-9.!+_-]{1,100})[ ),]", re.ASCII
)


class _Line(NamedTuple):
    """A logical line: its text without comment and options, and the comment line before it."""

    text: str
    where: str
    hashes: tuple[tuple[str, str], ...]
    note: str


def read(data: bytes, name: str, load: Load | None = None) -> Packages:
    """Read a list of requirements called `name`; `load` gives the files that it includes.

    Raises DocumentError when it is no text, or past a limit; or when nothing in it is a requirement.
    """
    found = read_lines(data, name, load)
    if not found.packages and found.gaps:
        raise DocumentError(f"{clean(name)} holds no requirement: {found.gaps[0].about}: {found.gaps[0].reason}")
    return found


def read_lines(data: bytes, name: str, load: Load | None = None, *, label: str = "") -> Packages:
    """The same, where a list of which no line is a requirement is as good as any; `label` stands in places."""
    reader = _Reader(name=label or name, load=load or _nothing)
    reader.file(data, name, depth=0, label=label)
    return reader.done()


def _nothing(_path: str) -> None:
    """No file is there to be included."""


@dataclass(slots=True, kw_only=True)
class _Reader:
    """One run over a file and what it includes."""

    name: str
    load: Load
    out: Collector = field(init=False)
    pins: dict[str, tuple[str, str]] = field(default_factory=dict)
    seen: set[tuple[str, bool]] = field(default_factory=set)
    index: str = ""
    several: bool = False

    def __post_init__(self) -> None:
        self.out = Collector(source=clean(self.name))

    def done(self) -> Packages:
        """Everything, with constraints applied: what they pin is what pip installs."""
        packages = []
        for package in self.out.packages:
            pin = self.pins.get(package.key) if not package.version and package.install == "index" else None
            made = replace(package, version=pin[0], details=(("constrained-by", pin[1]),)) if pin else package
            index = self.index if made.install == "index" and not self.several else made.address
            packages.append(replace(made, address=index))
        self.out.packages = packages
        return self.out.done()

    def file(self, data: bytes, name: str, *, depth: int, constraints: bool = False, label: str = "") -> None:
        """One file."""
        self.seen.add((name, constraints))
        for line in _lines(data, clean(label or name), self.out):
            if line.text.startswith("-"):
                self._option(line, name, depth, constraints)
            else:
                self._requirement(line, constraints, editable=False)

    def _option(self, line: _Line, name: str, depth: int, constraints: bool) -> None:
        match = _OPTION.fullmatch(line.text)
        option, value = (match[1], match[2].strip()) if match else (line.text, "")
        if option in _INCLUDE | _CONSTRAIN:
            self._include(line, name, value, depth, constraints or option in _CONSTRAIN)
        elif option in {"-e", "--editable"}:
            self._requirement(line._replace(text=value), constraints, editable=True)
        elif option in {"-i", "--index-url"}:
            self.index = index_address(value)
        elif option == "--extra-index-url":
            self.several = True
        elif option not in _SILENT:
            self.out.gap(line.where, f"the option {option} is not understood")

    def _include(self, line: _Line, name: str, value: str, depth: int, constraints: bool) -> None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), value.strip("\"'")))
        if ":" in value or path.startswith(("/", "..", "~")) or not path.isprintable():
            self.out.gap(line.where, f"{value!r} lies outside the folder of the first file and is not read")
        elif depth >= _MAX_DEPTH or len(self.seen) >= _MAX_FILES:
            self.out.gap(line.where, f"{path!r} is not read: too many files include each other")
        elif (path, constraints) in self.seen:
            return
        elif (data := self.load(path)) is None:
            self.out.gap(line.where, f"there is no file {path!r}")
        else:
            self.file(data, path, depth=depth + 1, constraints=constraints)

    def _requirement(self, line: _Line, constraints: bool, *, editable: bool) -> None:
        package = _package(line, editable=editable)
        if package is None:
            self.out.gap(line.where, f"it names no package: {line.text[:200]!r}")
        elif not constraints:
            self.out.add(package)
        elif package.version and not package.marker:
            self.pins[package.key] = (package.version, package.where)


def _lines(data: bytes, name: str, out: Collector) -> Iterator[_Line]:
    """Logical lines; a backslash continues a line, and a comment line before a requirement is kept as its note."""
    text = _decode(data, name)
    parts: list[str] = []
    note, start = "", 0
    lines = text.split("\n")
    if len(lines) > _MAX_LINES:
        raise DocumentError(f"{name} has more than {_MAX_LINES} lines")
    for number, raw in enumerate(lines, 1):
        line = raw.removesuffix("\r")
        if not parts and line.lstrip().startswith("#"):
            note = line.strip()[:_MAX_NOTE]
            continue
        start = start if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1].strip(" \t"))
            continue
        parts.append(line)
        made = _line(" ".join(parts), f"{name}:{start}", note, out)
        parts, note = [], ""
        if made is not None:
            yield made
    if parts and (made := _line(" ".join(parts), f"{name}:{start}", note, out)) is not None:
        yield made


def _decode(data: bytes, name: str) -> str:
    if len(data) > MAX_FILE:
        raise DocumentError(f"{name} is {len(data)} bytes long; the limit is {MAX_FILE}")
    try:
        # PowerShell's `pip freeze > file` writes UTF-16 with a byte order mark, which pip reads.
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name} is not UTF-8 text (byte {error.start})") from None


def _line(text: str, where: str, note: str, out: Collector) -> _Line | None:
    if len(text) > _MAX_LINE:
        raise DocumentError(f"{where} is longer than {_MAX_LINE} characters")
    bare = _COMMENT.sub("", text, count=1).strip()
    if not bare:
        return None
    options = _OPTIONS_BEHIND.search(bare)
    written = _HASH.findall(bare[options.start() :]) if options else []
    if len(written) > MAX_HASHES:
        raise DocumentError(f"{where} holds more than {MAX_HASHES} hashes")
    hashes = tuple(found for text in written for found in prefixed_digest(text))
    if len(hashes) != len(written):
        out.gap(where, "a hash of the line is none that is known")
    return _Line(bare[: options.start()].strip() if options else bare, where, hashes, note)


def _package(line: _Line, *, editable: bool) -> Package | None:
    """The package that a line asks for, or None when it cannot be told."""
    from packaging.requirements import InvalidRequirement, Requirement

    made = Package(name="", where=line.where, hashes=line.hashes)
    if not editable and len(line.text) <= _MAX_REQUIREMENT:
        try:
            return of_requirement(Requirement(line.text), made)
        except (InvalidRequirement, RecursionError):
            pass  # an address or a path, perhaps
    return _direct(line, made, editable=editable)


def of_requirement(asked: Requirement, made: Package) -> Package:
    """`made` with what a PEP 508 requirement says."""
    version, constraint = exact(str(asked.specifier))
    extras = (("extras", " ".join(sorted(asked.extras))),) if asked.extras else ()
    named = replace(
        made,
        name=asked.name,
        version=version,
        constraint=constraint,
        marker=clean(str(asked.marker or "")),
        details=made.details + extras,
    )
    return at_address(named, asked.url) if asked.url else named


def exact(specifiers: str) -> tuple[str, str]:
    """The version that specifiers leave no choice about, or the specifiers as a constraint (PEP 440)."""
    text = specifiers.strip()
    bare = text.removeprefix("===") if text.startswith("===") else text.removeprefix("==")
    if bare != text and "," not in bare and "*" not in bare and bare.strip():
        return bare.strip(), ""
    return "", clean(text)


def at_address(package: Package, address: str) -> Package:
    """`package` as it comes from a direct reference: a repository, a file on the web or on this machine."""
    if match := _VCS.match(address):
        return _from_repository(package, match[1], match[2])
    install, public = of_file(address)
    version = package.version or _version_of_file(address, package.name)
    if not version and install == "index":
        install, public = "url", public_address(address)
    return replace(
        package, install=install, address=public, version=version, hashes=package.hashes + _fragment(address)
    )


def _from_repository(package: Package, vcs: str, rest: str) -> Package:
    scheme, _, bare = rest.partition("#")[0].partition("://")
    host, _, path = bare.partition("/")  # an @ before the path belongs to `user@host`
    place, at, revision = path.rpartition("@")
    address = public_address(f"{scheme}://{host}/{place if at else path}")
    return replace(package, install="vcs", vcs=vcs, address=address, commit=clean(revision) if at else "")


def _fragment(address: str) -> tuple[tuple[str, str], ...]:
    """A hash behind the #, as PEP 503 writes it."""
    algorithm, _, digits = address.partition("#")[2].partition("&")[0].partition("=")
    return prefixed_digest(f"{algorithm}:{digits}")


def _version_of_file(address: str, name: str) -> str:
    """The version in the name of a wheel or source archive, when the file is one of package `name`."""
    found = file_identity(address)
    return found[1] if found is not None and found[0] == normalized(name) else ""


def file_identity(address: str) -> tuple[str, str] | None:
    """Normalised name and version in the name of a wheel or source archive (binary distribution format, PEP 625)."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    file = address.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]
    try:
        if file.endswith(".whl"):
            wheel = parse_wheel_filename(file)
            return str(wheel[0]), str(wheel[1])
        if file.endswith((".tar.gz", ".zip")):
            archive = parse_sdist_filename(file)
            return str(archive[0]), str(archive[1])
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return None


def _direct(line: _Line, made: Package, *, editable: bool) -> Package | None:
    """An address or a path without `name @`."""
    address, _, marker = line.text.partition(" ; ")
    made = replace(made, marker=clean(marker))
    egg = re.search(r"[#&]egg=([A-Za-z0-9._-]{1,200})", address)
    if _VCS.match(address):
        return at_address(replace(made, name=egg[1]), address) if egg else None
    if editable:
        noted = _EDITABLE_NOTE.match(line.note)
        folder = relative_folder(address.partition("[")[0])
        name = noted[1] if noted else egg[1] if egg else folder.rpartition("/")[2]
        install: Install = "editable"
        version = noted[2] if noted else ""
        return replace(made, name=name, version=version, install=install, address=folder) if name else None
    if (found := file_identity(address)) is not None:
        return at_address(replace(made, name=found[0]), address)
    folder = relative_folder(address.partition("[")[0])
    if address.startswith((".", "/")) and folder.rpartition("/")[2]:
        return replace(made, name=folder.rpartition("/")[2], install="path", address=folder)
    return None
