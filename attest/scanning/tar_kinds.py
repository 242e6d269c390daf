"""What lies in a tar archive: any members, or PyTorch's oldest layout, which torch's own safe reader refuses.

Source: PyTorch `torch/serialization.py` (`legacy_load`): members `sys_info`, `pickle`, `storages` and `tensors`, each
one or more pickles with raw elements between them.
"""

from __future__ import annotations

from attest.scanning.archives.tar import read_members
from attest.scanning.part import Part

_TORCH = frozenset({"sys_info", "pickle", "storages", "tensors"})


def scan(part: Part) -> None:
    """Scan an archive. Raises DocumentError when nothing in it can be listed."""
    members = read_members(part)
    if {member.name.removeprefix("./") for member in members} >= _TORCH:
        part.format("torch-tar")
        part.report("torch.legacy-tar", "the file has the oldest layout of torch, whose elements are not accounted for")
    for member in members:
        part.inside(member.name, part.window(member.name, member.offset, member.size))
