"""An installed environment: the records of its packages, read as files. Its interpreter and its code never run.

Sources: the core metadata specifications, "Recording installed projects" (PEP 376 and 627), "Recording the direct URL
origin of installed distributions" (PEP 610), and the `pyvenv.cfg` of PEP 405. The caller hands over the files; who
claims what is told by RECORD, and what nobody claims is a gap: nothing is known of such code.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from attest.domain.strict_json import JsonObject, Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.environment.needs import needs_of
from attest.formats.environment.packages import (
    MAX_FILE,
    Collector,
    Package,
    Packages,
    clean,
    digest,
    from_folder,
    from_repository,
    normalized,
    of_file,
)

MAX_METADATA = 8 << 20
_MAX_HEADER = 512 * 1024
_MAX_LINES = 20_000
_MAX_ENTRIES = 100_000
_URL_LIMITS = Limits(size=64 * 1024, depth=8, nodes=1000, string=16 * 1024)
_DIST_INFO = re.compile(r"([A-Za-z0-9._]{1,200})-([A-Za-z0-9.!+_]{1,128})\.dist-info", re.ASCII)
_EGG_INFO = ".egg-info"
_CODE = (".py", ".pth", ".so", ".pyd", ".pyc", ".egg", ".egg-link")
# Parts of every environment: bytecode of the folder itself, and the hook that virtualenv leaves.
_NO_CODE = frozenset({"__pycache__", "_virtualenv.py", "_virtualenv.pth", "README.txt"})
_VERSION_OF_PYTHON = re.compile(r"[0-9]{1,2}\.[0-9]{1,3}(?:\.[0-9]{1,4}(?:(?:a|b|rc)[0-9]{1,2})?)?", re.ASCII)


class Folder(Protocol):
    """The folder that packages are installed into (`site-packages`)."""

    def names(self) -> Iterable[tuple[str, bool]]:
        """Every entry of the folder, and whether it is a folder."""

    def read(self, path: str, limit: int) -> bytes | None:
        """A regular file below the folder, one byte past `limit` at most; None when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """What is known of the interpreter without running it; `where` says how."""

    version: str = ""
    where: str = ""
    system_packages: bool = False


@dataclass(slots=True)
class _Claims:
    """The entries of the folder that some package records as its own."""

    names: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)


def read_pyvenv(data: bytes) -> Interpreter:
    """Read a `pyvenv.cfg`. Raises DocumentError when it is no text."""
    try:
        lines = data[:_MAX_HEADER].decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DocumentError(f"pyvenv.cfg is not UTF-8 text (byte {error.start})") from None
    pairs = (line.partition("=") for line in lines)
    values = {key.strip().lower(): value.strip() for key, _, value in pairs}
    # `version` is venv's; virtualenv and uv write `version_info`, with the release level behind it.
    written = values.get("version") or values.get("version_info", "")
    parts = written.split(".")
    release = ".".join(parts[:3])
    version = release if _VERSION_OF_PYTHON.fullmatch(release) and parts[3:] in ([], ["final", "0"]) else ""
    shared = values.get("include-system-site-packages", "").lower() == "true"
    return Interpreter(version=version, where="pyvenv.cfg", system_packages=shared)


def read(folder: Folder, source: str, interpreter: Interpreter | None = None, *, but_installer: str = "") -> Packages:
    """Read what is installed in a folder; `source` names it in places.

    What the installer `but_installer` put there is left out, since its own records tell more. Raises DocumentError when
    the folder has too many entries, or no record of any package.
    """
    out = Collector(source=clean(source))
    known = interpreter or Interpreter()
    _add_python(out, known)
    claims = _Claims()
    entries = [entry for entry, _ in zip(folder.names(), range(_MAX_ENTRIES + 1), strict=False)]
    if len(entries) > _MAX_ENTRIES:
        raise DocumentError(f"{out.source} has more than {_MAX_ENTRIES} entries")
    records = 0
    for name, is_folder in sorted(entries):
        if name.endswith(".dist-info") and is_folder:
            records += 1
            _add_distribution(out, folder, name, claims, but_installer)
        elif name.endswith(_EGG_INFO):
            records += 1
            _add_egg(out, folder, name, claims, f"{name}/" if is_folder else "")
    if not records:
        raise DocumentError(f"{out.source} holds no record of an installed package (*.dist-info)")
    _unclaimed(out, entries, claims)
    return out.done()


def _add_python(out: Collector, known: Interpreter) -> None:
    if known.version:
        observed = known.where == "pyvenv.cfg"
        made = Package(name="python", ecosystem="python", where=known.where, observed=observed)
        exact = known.version.count(".") == 2
        out.add(replace(made, version=known.version) if exact else replace(made, constraint=f"=={known.version}.*"))
    if known.system_packages:
        out.gap("pyvenv.cfg", "the environment also sees the packages of the system, which are not listed here")


def _add_distribution(out: Collector, folder: Folder, name: str, claims: _Claims, but_installer: str) -> None:
    where = f"{out.source}/{clean(name)}"
    listed = _read_record(folder.read(f"{name}/RECORD", MAX_FILE), name, claims)
    installer = (folder.read(f"{name}/INSTALLER", 256) or b"").strip()
    if but_installer and installer == but_installer.encode():
        return
    data = folder.read(f"{name}/METADATA", MAX_METADATA)
    if data is None:
        out.gap(where, "it has no METADATA")
        return
    try:
        headers = _headers(data, f"{where}/METADATA")
        package = _distribution(headers, f"{where}/METADATA")
    except DocumentError as error:
        out.gap(where, error.message)
        return
    _check_name(out, package, name, where)
    if (wanted := listed.get(f"{name}/METADATA")) and not _is_sha256(wanted, data):
        out.gap(where, "METADATA is not the file that RECORD lists: it was changed after it was installed")
    out.add(_from_origin(out, package, folder.read(f"{name}/direct_url.json", _URL_LIMITS.size), where))


def _add_egg(out: Collector, folder: Folder, name: str, claims: _Claims, below: str) -> None:
    """A package that an old installer recorded."""
    where = f"{out.source}/{clean(name)}"
    claims.names.add(name)
    data = folder.read(f"{below}PKG-INFO" if below else name, MAX_METADATA)
    top = folder.read(f"{below}top_level.txt", _MAX_HEADER) if below else None
    if top is None:
        claims.unknown.append(where)
    else:
        tops = top.decode("utf-8", "replace").split()
        claims.names.update(name for top in tops for name in (top, f"{top}.py"))
    try:
        if data is None:
            raise DocumentError("it has no PKG-INFO")
        out.add(_distribution(_headers(data, where), where))
    except DocumentError as error:
        out.gap(where, error.message)


def _headers(data: bytes, where: str) -> dict[str, list[str]]:
    """The header fields of core metadata: RFC 822 in its plainest form, without the description below."""
    if len(data) > MAX_METADATA:
        raise DocumentError(f"{where} is larger than {MAX_METADATA} bytes")
    head = re.split(rb"\r?\n\r?\n", data[:_MAX_HEADER], maxsplit=1)[0]
    try:
        lines = head.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{where} is not UTF-8 text (byte {error.start})") from None
    if len(lines) > _MAX_LINES:
        raise DocumentError(f"{where} has more than {_MAX_LINES} lines of fields")
    fields: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in lines:
        if line[:1] in {" ", "\t"}:
            if last is not None:
                last[-1] += "\n" + line.strip()
            continue
        key, colon, value = line.partition(":")
        if colon:
            last = fields.setdefault(key.strip().lower(), [])
            last.append(value.strip())
    return fields


def _distribution(headers: Mapping[str, list[str]], where: str) -> Package:
    for required in ("name", "version"):
        if len(headers.get(required, ())) != 1:
            raise DocumentError(f"{where} does not state one {required}")
    return Package(
        name=headers["name"][0],
        version=headers["version"][0],
        where=where,
        observed=True,
        needs=needs_of(headers.get("requires-dist", ()), extras=False),
        license_expression=clean(next(iter(headers.get("license-expression", ())), "")),
        license=_one_line(next(iter(headers.get("license", ())), "")),
        classifiers=tuple(clean(text) for text in headers.get("classifier", ()) if text.startswith("License ::")),
    )


def _one_line(text: str) -> str:
    """A licence named in one line; whole licence texts stand in this field too."""
    return clean(text) if "\n" not in text and len(text) <= 200 else ""


def _check_name(out: Collector, package: Package, name: str, where: str) -> None:
    match = _DIST_INFO.fullmatch(name)
    if match is None or normalized(match[1]) != package.key or not _same_version(match[2], package.version):
        out.gap(where, f"its METADATA is of {clean(package.name)} {clean(package.version)}, which is not its own name")


def _same_version(in_name: str, stated: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return in_name == stated.replace("-", "_") or Version(in_name) == Version(stated)
    except InvalidVersion:
        return False


def _read_record(data: bytes | None, name: str, claims: _Claims) -> dict[str, str]:
    """Path → hash, and the first step of each path into `claims`."""
    claims.names.add(name)
    if data is None or len(data) > MAX_FILE:
        claims.unknown.append(name)
        return {}
    found: dict[str, str] = {}
    try:
        for row in csv.reader(io.StringIO(data.decode("utf-8"), newline="")):
            if row:
                path = row[0].replace("\\", "/").removeprefix("./")
                claims.names.add(path.partition("/")[0])
                if path.startswith(f"{name}/") and len(row) > 1:
                    found[path] = row[1]
    except (csv.Error, UnicodeDecodeError):
        claims.unknown.append(name)
    return found


def _is_sha256(written: str, data: bytes) -> bool:
    """Whether a hash of RECORD (`sha256=<base64 without padding>`) is that of `data`; others are not judged."""
    algorithm, _, text = written.partition("=")
    if algorithm != "sha256":
        return True
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) == hashlib.sha256(data).digest()
    except (binascii.Error, ValueError):
        return False


def _from_origin(out: Collector, package: Package, data: bytes | None, where: str) -> Package:
    """`package` with what direct_url.json says of its origin (PEP 610)."""
    if data is None:
        return package
    try:
        origin = as_object(parse(data, _URL_LIMITS, f"{where}/direct_url.json"), f"{where}/direct_url.json")
    except DocumentError as error:
        out.gap(where, error.message)
        return from_folder(package, "", editable=False)
    url = origin.get("url")
    address = url if isinstance(url, str) else ""
    if (vcs := _object(origin, "vcs_info")) is not None:
        return from_repository(package, _text(vcs, "vcs"), address, _text(vcs, "commit_id"))
    if (folder := _object(origin, "dir_info")) is not None:
        return from_folder(package, "", editable=folder.get("editable") is True)
    install, public = of_file(address)
    hashes = tuple(_archive_hashes(_object(origin, "archive_info") or {}))
    return replace(package, install=install, address=public, hashes=hashes)


def _archive_hashes(archive: JsonObject) -> Iterator[tuple[str, str]]:
    for algorithm, digits in (_object(archive, "hashes") or {}).items():
        yield from digest(algorithm, digits if isinstance(digits, str) else "")
    if "hashes" not in archive:
        algorithm, _, digits = _text(archive, "hash").partition("=")
        yield from digest(algorithm, digits)


def _object(parent: JsonObject, key: str) -> JsonObject | None:
    value = parent.get(key)
    return value if isinstance(value, dict) else None


def _text(parent: JsonObject, key: str) -> str:
    value = parent.get(key)
    return value if isinstance(value, str) else ""


def _unclaimed(out: Collector, entries: Iterable[tuple[str, bool]], claims: _Claims) -> None:
    """Code that no package records."""
    if claims.unknown:
        named = ", ".join(sorted(clean(name) for name in claims.unknown)[:5])
        out.gap(out.source, f"{named}: without a list of files; what else lies here cannot be told from theirs")
        return
    for name, is_folder in sorted(entries):
        ours = name in claims.names or name in _NO_CODE or name.endswith((".dist-info", _EGG_INFO))
        if not ours and (is_folder or name.endswith(_CODE)):
            out.gap(f"{out.source}/{clean(name)}", "no installed package records it, so nothing is known of it")
