"""conda's files: `environment.yml`, `conda-lock.yml`, the `@EXPLICIT` list of addresses, and the records of an
installed environment (`conda-meta/*.json`).

Sources: conda's documentation, "Managing environments" and "Package match specifications"; what conda-lock 1 to 3
write. A version is exact after `==`, or after `=` when a build follows; `=1.2` alone allows 1.2.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from attest.domain.strict_json import Limits, as_object, parse
from attest.errors import DocumentError
from attest.formats.environment import requirements
from attest.formats.environment.packages import (
    MAX_FILE,
    Collector,
    Need,
    Package,
    Packages,
    clean,
    digest,
    from_file,
    normalized,
    prefixed_digest,
    public_address,
)
from attest.formats.environment.yaml_document import Node, parse_yaml

EXPLICIT = b"@EXPLICIT"
_RECORD = Limits(size=MAX_FILE, depth=16, nodes=2_000_000, string=1 << 20)
_MAX_LINES = 100_000
_SPEC = re.compile(
    r"(?:(?P<channel>[A-Za-z0-9._/-]{1,200})::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]{0,199})(?P<rest>[^\[\]]*)", re.ASCII
)
_EXACT = re.compile(r"==?[ ]*([A-Za-z0-9._+!-]{1,128})(?:[= ]([A-Za-z0-9._*-]{1,128}))?", re.ASCII)
_HOME = "conda.anaconda.org"
_ENDINGS = (".conda", ".tar.bz2")


class _Place(NamedTuple):
    """What the address of a conda package tells."""

    channel: str
    subdir: str
    name: str
    version: str
    build: str
    type: str


def read_environment(data: bytes, name: str, load: requirements.Load | None = None) -> Packages:
    """Read an `environment.yml` called `name`; `load` gives the requirement files that it includes.

    Raises DocumentError.
    """
    document = parse_yaml(data, clean(name))
    dependencies = document.get("dependencies")
    if not isinstance(dependencies, list):
        raise DocumentError(f"{clean(name)} is no conda environment: it has no list of dependencies")
    out = Collector(source=clean(name))
    channels = [item for item in _list(document.get("channels")) if isinstance(item, str)]
    channel = channels[0] if len(channels) == 1 else ""
    for number, entry in enumerate(dependencies):
        where = f"{out.source}#/dependencies/{number}"
        if isinstance(entry, str):
            _add_spec(out, entry, channel, where)
        elif isinstance(entry, dict) and set(entry) == {"pip"}:
            _add_pip(out, entry["pip"], f"{where}/pip", load)
        else:
            out.gap(where, "an entry that is neither a package nor a list for pip")
    title = document.get("name")
    return out.done(project=title if isinstance(title, str) else "")


def _list(node: Node) -> list[Node]:
    return node if isinstance(node, list) else []


def _add_spec(out: Collector, text: str, channel: str, where: str) -> None:
    match = _SPEC.fullmatch(text.partition("#")[0].strip())
    if match is None:
        out.gap(where, f"{clean(text)!r} is no specification of a package that is understood")
        return
    rest = match["rest"].strip()
    exact = _EXACT.fullmatch(rest)
    pinned = exact is not None and (rest.startswith("==") or exact[2] is not None)
    bare = re.fullmatch(r"([0-9][A-Za-z0-9._!]{0,127}) ([A-Za-z0-9._]{1,128})", rest, re.ASCII)  # name version build
    version, build = (exact[1], exact[2] or "") if exact and pinned else (bare[1], bare[2]) if bare else ("", "")
    out.add(
        Package(
            name=match["name"].lower(),
            ecosystem="conda",
            version=version,
            constraint="" if version else clean(rest),
            where=where,
            details=_details(channel=_channel(match["channel"] or channel), build=build),
        )
    )


def _add_pip(out: Collector, node: Node, where: str, load: requirements.Load | None) -> None:
    lines = [line for line in _list(node) if isinstance(line, str)]
    if len(lines) != len(_list(node)) or any("\n" in line for line in lines):
        out.gap(where, "an entry for pip that is no text of one line")
        lines = [line for line in lines if "\n" not in line]
    found = requirements.read_lines("\n".join(lines).encode(), out.source, load, label=where)
    out.packages += found.packages
    out.gaps += found.gaps


def _details(**named: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, text) for key, text in sorted(named.items()) if text)


def _channel(text: str) -> str:
    """A channel by its name, or by its address without what opens it: `/t/<token>/` in a path is a secret."""
    if "://" not in text:
        return clean(text) if re.fullmatch(r"[A-Za-z0-9._/-]{1,200}", text, re.ASCII) else ""
    parts = urlsplit(public_address(text))
    path = re.sub(r"^/?t/[^/]+/", "", parts.path).strip("/")
    return path if parts.hostname == _HOME else f"{parts.hostname}/{path}" if parts.hostname else ""


def read_lock(data: bytes, name: str) -> Packages:
    """Read a `conda-lock.yml` of version 1 called `name`. Raises DocumentError when it is none."""
    document = parse_yaml(data, clean(name))
    if document.get("version") != "1" or not isinstance(document.get("package"), list):
        raise DocumentError(f"{clean(name)} is no conda-lock.yml of version 1")
    out = Collector(source=clean(name))
    for number, entry in enumerate(_list(document["package"])):
        where = f"{out.source}#/package/{number}"
        made = _locked(entry, where) if isinstance(entry, dict) else None
        if made is None:
            out.gap(where, "an entry that is no package of conda or pip")
        else:
            out.add(made)
    return out.done()


def _locked(entry: Mapping[str, Node], where: str) -> Package | None:
    manager, name, url = (_text(entry, key) for key in ("manager", "name", "url"))
    platform = _text(entry, "platform")
    made = Package(
        name=name,
        version=_text(entry, "version"),
        where=where,
        hashes=_hashes(entry.get("hash")),
        scope=platform,
        needs=tuple(_locked_needs(entry.get("dependencies"), pip=manager == "pip")),
        details=_details(
            groups=clean(_text(entry, "category")), optional="true" * (_text(entry, "optional") == "true")
        ),
    )
    if manager == "pip":
        return from_file(made, url)
    if manager != "conda":
        return None
    place = _place(url)
    if place is None or (place.name, place.version) != (name, made.version):
        return replace(made, ecosystem="conda", details=made.details + _details(subdir=clean(platform)))
    return replace(made, ecosystem="conda", details=made.details + _of_place(place))


def _of_place(place: _Place) -> tuple[tuple[str, str], ...]:
    return _details(build=place.build, channel=place.channel, subdir=place.subdir, type=place.type)


def _text(entry: Mapping[str, Node], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _hashes(node: Node) -> tuple[tuple[str, str], ...]:
    if not isinstance(node, dict):
        return ()
    return tuple(found for key, text in node.items() if isinstance(text, str) for found in digest(key, text))


def _locked_needs(node: Node, *, pip: bool) -> Iterator[Need]:
    for name in node if isinstance(node, dict) else ():
        yield Need(normalized(name) if pip else name.lower())


def read_explicit(data: bytes, name: str) -> Packages:
    """Read a list of addresses below `@EXPLICIT`, called `name`. Raises DocumentError when there is no such line."""
    if len(data) > MAX_FILE or data.count(b"\n") > _MAX_LINES:
        raise DocumentError(f"{clean(name)} is larger than any list of packages")
    try:
        lines = [line.strip() for line in data.decode("utf-8").split("\n")]
    except UnicodeDecodeError as error:
        raise DocumentError(f"{clean(name)} is not UTF-8 text (byte {error.start})") from None
    if EXPLICIT.decode() not in lines:
        raise DocumentError(f"{clean(name)} has no line {EXPLICIT.decode()}")
    out = Collector(source=clean(name))
    for number, line in enumerate(lines, 1):
        if line and not line.startswith(("#", "@")):
            _add_address(out, line, f"{out.source}:{number}")
    return out.done()


def _add_address(out: Collector, line: str, where: str) -> None:
    url, _, written = line.partition("#")
    place = _place(url)
    if place is None:
        out.gap(where, "an address that names no conda package")
        return
    hashes = prefixed_digest(written) or digest("md5", written) or digest("sha256", written)
    made = Package(name=place.name, ecosystem="conda", version=place.version, where=where, hashes=hashes)
    out.add(replace(made, details=_of_place(place)))


def _place(url: str) -> _Place | None:
    """What an address such as `https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311_0.conda` tells."""
    address = public_address(url)
    ending = next((ending for ending in _ENDINGS if address.endswith(ending)), "")
    steps = address.removesuffix(ending).rsplit("/", 2) if ending else []
    parts = unquote(steps[2]).rsplit("-", 2) if len(steps) == 3 else []
    if len(parts) != 3 or not all(parts):
        return None
    return _Place(_channel(steps[0]), clean(steps[1]), parts[0], parts[1], clean(parts[2]), ending.removeprefix("."))


def read_record(data: bytes, where: str) -> Package:
    """Read one `conda-meta/<package>.json`, found at `where`. Raises DocumentError."""
    record = as_object(parse(data, _RECORD, where), where)
    texts = {key: value for key, value in record.items() if isinstance(value, str)}
    depends = record.get("depends")
    hashes = digest("sha256", texts.get("sha256", "")) + digest("md5", texts.get("md5", ""))
    return Package(
        name=texts.get("name", ""),
        ecosystem="conda",
        version=texts.get("version", ""),
        where=where,
        observed=True,
        hashes=hashes,
        needs=tuple(_depends(item for item in depends if isinstance(item, str))) if isinstance(depends, list) else (),
        license=clean(texts.get("license", "")),
        details=_details(
            build=clean(texts.get("build", "")),
            channel=_channel(re.sub(r"/(noarch|[a-z0-9]+-[a-z0-9_]+)/?$", "", texts.get("channel", ""))),
            subdir=clean(texts.get("subdir", "")),
        ),
    )


def _depends(specs: Iterable[str]) -> Iterator[Need]:
    for spec in specs:
        name = spec.strip().partition(" ")[0].lower()
        if name and not name.startswith("__"):  # virtual packages describe the machine
            yield Need(name)
