"""What torch writes as a zip archive since 1.6: state, TorchScript programs and exported programs, member by member.

Sources: PyTorch `torch/serialization.py` (`_save`, `_load`), `caffe2/serialize/inline_container.cc` (one root folder),
`torch/csrc/jit/serialization`. Nothing that the archive says of itself makes a member harmless: every pickle is judged,
and every member that no rule here explains is scanned for what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from attest.domain.strict_json import Limits as JsonLimits
from attest.domain.strict_json import parse
from attest.formats.source import Source
from attest.scanning.archives.zip import Zip, ZipMember, open_member
from attest.scanning.part import Part
from attest.scanning.pickles.machine import PersistentId, Setting, StrictMachine
from attest.scanning.pickles.plain import scan_nested
from attest.scanning.pickles.running import feed_of, run_pickle
from attest.scanning.pickles.tensors import Storage, storage_of
from attest.scanning.pickles.torch_script import JIT_NAMES, classes_in, judge_code, judge_operators
from attest.scanning.pickles.values import Persistent, Value

_SMALL = frozenset({"version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id"})
_SMALL_PT2 = frozenset({"archive_format", "archive_version"})
_MAX_SMALL = 4096
_PLAIN_TEXT = re.compile(rb"[A-Za-z0-9 ._+-]{0,4096}\s*")
_CODE_MEMBER = re.compile(r"code/(?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]+\.py")
_MAX_CODE = 16 << 20
_TARGET = re.compile(
    r"torch\.ops\.(?:aten|prim|prims|higher_order|quantized|quantized_decomposed|torchvision|_c10d_functional)"
    r"\.[A-Za-z0-9_.]+|_?operator\.[a-z_]+|math\.[a-z0-9_]+|torch\._higher_order_ops\.[a-z_.]+|torch\.sym_[a-z_]+"
)
_JSON_LIMITS = JsonLimits(size=64 << 20, depth=200, nodes=5_000_000, string=16 << 20)
_TENSOR_FOLDERS = ("data", "constants", "tensors", "attributes")
_WEIGHT = re.compile(r"data/(?:weights|constants)/(?:weight|tensor)_[0-9]+")


def is_torch(archive: Zip) -> bool:
    """Whether an archive has the members by which torch's readers know one of theirs."""
    ends = ("data.pkl", "constants.pkl", "archive_format", "bytecode.pkl", ".data/extern_modules")
    return any(_base(member.name) in ends or member.name.endswith(ends[-1]) for member in archive.members)


def _base(name: str) -> str:
    return name.rpartition("/")[2]


@dataclass(slots=True)
class _Torch:
    """One archive while it is scanned: members by their name below the root folder, and those that are done."""

    part: Part
    archive: Zip
    root: str
    members: dict[str, ZipMember]
    classes: dict[tuple[str, str], str] = field(default_factory=dict)
    done: set[ZipMember] = field(default_factory=set)

    @property
    def is_script(self) -> bool:
        """Whether both marks of a TorchScript program are there."""
        return "constants.pkl" in self.members and any(_CODE_MEMBER.fullmatch(name) for name in self.members)

    def open(self, name: str, *, verify: bool = True) -> Source:
        """The content of a member."""
        member = self.members[name]
        self.done.add(member)
        return open_member(self.part, self.archive, member, verify=verify)


def scan_torch(part: Part, archive: Zip) -> frozenset[ZipMember]:
    """Scan an archive as torch reads it; gives the members that were looked at. The caller scans all others."""
    part.format("torch-zip")
    torch = _opened(part, archive)
    _small_members(torch)
    if torch.is_script:
        _program(torch)
    for name in sorted(torch.members):
        if name.endswith((".pkl", ".debug_pkl")):
            _pickle(torch, name)
    if "archive_format" in torch.members:
        _exported(torch)
    _sources(torch)
    return frozenset(torch.done)


def _opened(part: Part, archive: Zip) -> _Torch:
    """Torch takes the folder of the first member as the root; whatever lies elsewhere is unexplained."""
    files = [member for member in archive.members if not member.directory]
    first = files[0].name if files else ""
    root = first.partition("/")[0] if "/" in first else ""
    members = {m.name.removeprefix(f"{root}/"): m for m in files if not root or m.name.startswith(f"{root}/")}
    return _Torch(part, archive, root, members)


def _small_members(torch: _Torch) -> None:
    for name in sorted((_SMALL | _SMALL_PT2) & torch.members.keys()):
        source = torch.open(name)
        data = source.up_to(0, _MAX_SMALL + 1)
        if len(data) > _MAX_SMALL or not _PLAIN_TEXT.fullmatch(data):
            torch.part.inside(torch.members[name].name, source)


def _program(torch: _Torch) -> None:
    """TorchScript: the code defines the classes that the pickles may name."""
    torch.part.format("torchscript")
    torch.part.report("torchscript.code", "the archive is a program in TorchScript, which runs when it is used")
    for name in sorted(torch.members):
        if _CODE_MEMBER.fullmatch(name):
            source = torch.open(name)
            if source.size > _MAX_CODE:
                torch.part.report("scan.budget", f"a file of code has {source.size} bytes", value=name)
                continue
            text = source.read(0, source.size).decode("utf-8", "replace")
            torch.part.interpreted(source.size)
            judge_code(torch.part, name, text)
            module = name.removeprefix("code/").removesuffix(".py").replace("/", ".")
            torch.classes |= {(module, label): "new" for label in classes_in(text)}


def _pickle(torch: _Torch, name: str) -> None:
    source = torch.open(name)
    member = torch.members[name]
    torch.part.child(member.name, source, lambda inner: _judge(torch, name, inner))


def _judge(torch: _Torch, name: str, inner: Part) -> None:
    """One pickle of the archive, which must be all of its member."""
    names = {**torch.classes, **JIT_NAMES} if torch.is_script else {}
    setting = Setting(
        names=names,
        persistent=_storages(torch, name),
        nested=lambda label, value: scan_nested(inner, label, value),
    )
    feed = feed_of(inner)
    opcodes = feed.budget.opcodes
    value, whole = run_pickle(feed, inner, setting)
    inner.budget.opcodes -= opcodes - feed.budget.opcodes
    inner.interpreted(min(feed.position, inner.size))
    if whole and feed.left:
        inner.report("pickle.trailing-data", f"{feed.left} bytes follow the pickle", offset=feed.position)
    if whole and _base(name) == "bytecode.pkl":
        judge_operators(inner, value)


def _storages(torch: _Torch, name: str) -> PersistentId:
    """Persistent ids name storages, each a member of the archive that is large enough."""
    folder = name.rpartition("/")[0]
    stem = _base(name).removesuffix(".pkl")
    places = [f"{folder}/{place}" if folder else place for place in dict.fromkeys((stem, *_TENSOR_FOLDERS))]

    def explains(machine: StrictMachine, pid: Value) -> Value:
        storage = storage_of(pid)
        if storage is None:
            return None
        found = next((f"{place}/{storage.key}" for place in places if f"{place}/{storage.key}" in torch.members), None)
        if found is None:
            machine.report("torch.storage-mismatch", "a storage is named and not in the archive", storage.key)
        else:
            _account(torch, machine, found, storage)
        return Persistent(pid)

    return explains


def _account(torch: _Torch, machine: StrictMachine, name: str, storage: Storage) -> None:
    member = torch.members[name]
    # Inputs that a program was traced with are kept by their shapes alone.
    shape_only = member.size == 0 and name.startswith("traced_inputs/")
    if member.size != storage.elements * storage.width and not shape_only:
        what = "smaller" if member.size < storage.elements * storage.width else "larger"
        machine.report("torch.storage-mismatch", f"a storage is {what} than the pickle says", storage.key)
    if member not in torch.done:
        torch.done.add(member)
        torch.part.opaque(member.size)


def _exported(torch: _Torch) -> None:
    """An exported program (`.pt2`): graphs in JSON, weights as raw tensors."""
    torch.part.format("torch-exported")
    for name in sorted(torch.members):
        member = torch.members[name]
        if name.startswith("models/") and name.endswith(".json"):
            _graph(torch, name)
        elif _WEIGHT.fullmatch(name):
            source = torch.open(name, verify=False)
            if source.up_to(0, 4) == b"PK\x03\x04":
                torch.part.inside(member.name, source)
            else:
                torch.part.opaque(member.size)


def _graph(torch: _Torch, name: str) -> None:
    """Every target of a graph is an operator of torch itself."""
    source = torch.open(name)
    if source.size > _JSON_LIMITS.size:
        torch.part.report("scan.budget", f"a graph has {source.size} bytes", value=name)
        return
    torch.part.interpreted(source.size)
    document = parse(source.read(0, source.size), _JSON_LIMITS, name)
    waiting: list[object] = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            target = item.get("target")
            if isinstance(target, str) and "inputs" in item and not _TARGET.fullmatch(target):
                message = "a node of the graph calls something that is no operator of torch"
                torch.part.report("torchscript.operator", message, value=target)
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def _sources(torch: _Torch) -> None:
    """Source outside of TorchScript's layout is Python that `torch.package` imports."""
    for name, member in sorted(torch.members.items()):
        if member not in torch.done and name.endswith((".py", ".pyc", ".so", ".cubin", ".cu", ".cpp", ".o", ".hsaco")):
            torch.done.add(member)
            message = "Python source or native code lies in the archive, and a loader imports it"
            torch.part.report("torch.source-code", message, value=member.name)
