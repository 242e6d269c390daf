"""PyTorch's zip layout: what `torch.save` and `torch.jit.save` write. Nothing in it is unpickled or run.

Source: PyTorch `torch/serialization.py`, `caffe2/serialize/inline_container.cc` (one root folder, `version`,
`byteorder`, `.format_version`, `data/<key>`) and `torch/csrc/jit/serialization` (`constants.pkl`, `code/`). A reader
takes the name of the root folder from the first member, and an archive with `constants.pkl` for TorchScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.header_text import Problems, listing, plain
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_values import OPAQUE, Value
from attest.formats.pickle_walk import walk
from attest.formats.source import Source
from attest.formats.torch_count import Stored, count, report
from attest.formats.torch_tensors import class_of, find_tensors, is_module
from attest.formats.zip_directory import STORED, Archive, Member, read_archive, read_member

MAX_PICKLES = 64 << 20
MAX_CODE = 4 << 20
MAX_ALL_CODE = 16 << 20
_MAX_COUNT = 64
_MAX_MARKER = 64
_MARKERS = ("version", "byteorder", ".format_version", ".storage_alignment", "archive_format")
_MANGLED = re.compile(r"___torch_mangle_\d+")
_NAMES = r"\[([^\]\n]{0,65536})\]"
_CLASS = re.compile(
    rf"^class (\w{{1,256}})\(Module\):\n  __parameters__ = {_NAMES}\n  __buffers__ = {_NAMES}", re.MULTILINE
)
_PLAIN_CLASS = re.compile(r"^class (\w{1,256})(?!\(Module\))\b", re.MULTILINE)
_QUOTED = re.compile(r'"([^"\\]{1,256})"')


@dataclass(slots=True, kw_only=True)
class _Opened:
    """An archive while it is described: members below the root folder, what pickles cost, and what is wrong."""

    archive: Archive
    members: dict[str, Member]
    budget: Budget = field(default_factory=Budget)

    @property
    def problems(self) -> Problems:
        """Those of the pickles and of the archive."""
        return self.budget.problems


def read(source: Source) -> Facts:
    """What an archive says about itself; raises DocumentError when it is no archive of PyTorch's."""
    archive = read_archive(source)
    if not is_torch(archive):
        raise DocumentError("the archive has no data.pkl in the folder of its first member")
    return describe(archive)


def is_torch(archive: Archive) -> bool:
    """Whether PyTorch would take this archive: a `data.pkl` in the folder that the first member names."""
    root = root_of(archive)
    return bool(root) and any(member.name == f"{root}/data.pkl" for member in archive.members)


def root_of(archive: Archive) -> str:
    """The folder that everything lies in, as PyTorch concludes it: that of the first member."""
    root, slash, _ = archive.members[0].name.partition("/") if archive.members else ("", "", "")
    return root if slash else ""


def describe(archive: Archive) -> Facts:
    """The facts of an archive for which `is_torch` holds."""
    opened = _open(archive)
    script = "constants.pkl" in opened.members
    root = _pickles(opened)
    code = _code(opened) if script else None
    content = find_tensors(root, code)
    if archive.problems:
        content.doubt("readers of the archive may see different members")
    counted = count(root, content, _stored(opened), code)
    markers = _markers(opened)
    version = markers.get("version", "")
    name = "TorchScript" if script else "PyTorch archive"
    properties = [(f"pytorch:{key.strip('.').replace('_', '-')}", text) for key, text in markers.items()]
    properties += report(counted, opened.problems)
    properties += _script_properties(opened) if script else []
    return Facts(
        format="torchscript" if script else "pytorch",
        title=f"{name}, version {version}" if version else name,
        architecture=_architecture(root) if script or is_module(root) else "",
        framework="pytorch",
        parameters=counted.parameters,
        tensor_count=counted.total,
        tensors=counted.tensors,
        properties=tuple(sorted(properties)),
        imports=opened.budget.imports(),
        problems=opened.problems.texts(),
    )


def _open(archive: Archive) -> _Opened:
    prefix = root_of(archive) + "/"
    members: dict[str, Member] = {}
    for member in archive.members:
        if member.name.startswith(prefix):
            members.setdefault(member.name[len(prefix) :], member)
    opened = _Opened(archive=archive, members=members)
    for text in archive.problems:
        opened.problems.add(text)
    if outside := [member.name for member in archive.members if not member.name.startswith(prefix)]:
        opened.problems.add(
            f"{len(outside)} members lie outside of the archive's folder, the first is {outside[0][:80]!r}"
        )
    return opened


def _pickles(opened: _Opened) -> Value:
    """What `data.pkl` would build, once all pickles were looked at."""
    root: Value = OPAQUE
    main = opened.members["data.pkl"]
    pickles = [member for member in opened.archive.members if member.name.endswith(".pkl")]
    pickles.sort(key=lambda member: member is not main)
    left = MAX_PICKLES
    read: list[Member] = []
    for member in pickles[:_MAX_COUNT]:
        if any(_overlap(member, other) for other in read):
            opened.problems.add(f"the pickle {member.name[:80]!r} overlaps another one and is not looked at")
            continue
        try:
            data = read_member(opened.archive.source, member, left)
        except DocumentError as error:
            opened.problems.add(error.message)
            continue
        finally:
            # One that turned out to be broken was unpacked all the same.
            left -= member.size if member.size <= left else 0
            read.append(member)
        value = _walk(opened, member.name, data)
        if member is main:
            root = value
    if len(pickles) > _MAX_COUNT:
        opened.problems.add(f"the archive has {len(pickles)} pickles, of which {_MAX_COUNT} were looked at")
    return root


def _overlap(first: Member, second: Member) -> bool:
    return first.header < second.data + second.packed and second.header < first.data + first.packed


def _walk(opened: _Opened, name: str, data: bytes) -> Value:
    feed = Feed(Source.of_bytes(name, data), 0, len(data), opened.budget)
    value, fault = walk(feed)
    if fault:
        opened.problems.add(f"the pickle {name[:80]!r} breaks off: {fault}")
    elif feed.left:
        opened.problems.add(f"{feed.left} bytes stand behind the pickle {name[:80]!r}")
    return value


def _stored(opened: _Opened) -> dict[str, Stored]:
    """The storages in the folder `data`, by key."""
    return {
        name.removeprefix("data/"): Stored(member.data if member.method == STORED else -1, member.size)
        for name, member in opened.members.items()
        if name.startswith("data/")
    }


def _markers(opened: _Opened) -> dict[str, str]:
    """The small text files that tell how the archive is written."""
    found: dict[str, str] = {}
    for name in _MARKERS:
        if name in opened.members:
            try:
                found[name] = plain(read_member(opened.archive.source, opened.members[name], _MAX_MARKER), _MAX_MARKER)
            except DocumentError as error:
                opened.problems.add(error.message)
    return {name: text for name, text in found.items() if text}


def _code(opened: _Opened) -> dict[str, frozenset[str]]:
    """Classes in the archive's code, and which of their attributes are parameters and buffers."""
    found: dict[str, frozenset[str]] = {}
    left = MAX_ALL_CODE
    for name, member in opened.members.items():
        if not name.startswith("code/") or not name.endswith(".py"):
            continue
        left -= member.size
        if left < 0:
            opened.problems.add(f"the archive holds more than {MAX_ALL_CODE} bytes of code; the rest is not looked at")
            break
        try:
            text = read_member(opened.archive.source, member, MAX_CODE).decode("utf-8")
        except (DocumentError, UnicodeDecodeError):
            opened.problems.add(f"the code {name[:80]!r} cannot be read")
            continue
        found |= _classes(name.removeprefix("code/").removesuffix(".py").replace("/", "."), text)
    return found


def _classes(module: str, text: str) -> dict[str, frozenset[str]]:
    """The classes of one file of code; of a module only when it lists both its parameters and its buffers."""
    found: dict[str, frozenset[str]] = {f"{module}.{label}": frozenset() for label in _PLAIN_CLASS.findall(text)}
    for label, parameters, buffers in _CLASS.findall(text):
        found[f"{module}.{label}"] = frozenset(_QUOTED.findall(parameters) + _QUOTED.findall(buffers))
    return found


def _script_properties(opened: _Opened) -> list[tuple[str, str]]:
    extra = [name.removeprefix("extra/") for name in opened.members if name.startswith("extra/")]
    properties = [("torchscript:extra-files", listing(name for name in extra if plain(name) == name))] if extra else []
    if "bytecode.pkl" in opened.members:
        properties.append(("torchscript:mobile", "true"))
    return properties


def _architecture(root: Value) -> str:
    name = class_of(root)
    return plain(name.name) if name is not None and not _MANGLED.fullmatch(name.name) else ""
