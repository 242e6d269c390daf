"""PyTorch's first layout: a tar archive with `sys_info`, `pickle`, `storages` and `tensors`.

Source: PyTorch `torch/serialization.py` (`legacy_load`), which still reads it when asked to unpickle. Only the names
that its pickle asks for are told; storages are not followed. POSIX.1-1988 tar headers, as Python's tarfile wrote them.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.facts import Facts
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_walk import walk
from attest.formats.source import Source

MAX_MEMBERS = 64
MEMBERS = ("sys_info", "pickle", "storages", "tensors")
_BLOCK = 512
_OCTAL = re.compile(rb" *([0-7]{1,12})[ \0]*")


def read(source: Source) -> Facts:
    """What such an archive says; raises DocumentError when a member that PyTorch needs is not there."""
    members = dict(_members(source))
    if missing := [name for name in MEMBERS if name not in members]:
        raise DocumentError(f"the archive is not one of PyTorch's: it has no member {missing[0]}")
    budget = Budget()
    # In each of the other members pickles stand between raw numbers; the first of them says how many there are.
    for name in MEMBERS:
        begin, size = members[name]
        fault = walk(Feed(source, begin, begin + size, budget)).fault
        if fault:
            budget.problems.add(f"the pickle in {name} breaks off: {fault}")
    return Facts(
        format="pytorch",
        title="PyTorch, tar layout",
        framework="pytorch",
        properties=(("pytorch:tensors", "not counted: the layout is not followed beyond its first pickles"),),
        imports=budget.imports(),
        problems=budget.problems.texts(),
    )


def _members(source: Source) -> list[tuple[str, tuple[int, int]]]:
    """Names of plain files with where they begin and how long they are."""
    found: list[tuple[str, tuple[int, int]]] = []
    at = 0
    while at + _BLOCK <= source.size:
        head = source.read(at, _BLOCK)
        if not head.strip(b"\0"):
            break
        size = _OCTAL.fullmatch(head[124:136])
        if head[257:262] != b"ustar" or size is None or _checksum(head) != sum(head[:148]) + 8 * 32 + sum(head[156:]):
            raise DocumentError(f"the archive has no member at {at}, where one should begin")
        length = int(size[1], 8)
        at += _BLOCK
        if at + length > source.size:
            raise DocumentError(f"the archive is cut off: its member at {at} has {length} bytes")
        name = head[:100].split(b"\0", 1)[0].decode("utf-8", "replace").removeprefix("./")
        if name in dict(found):
            raise DocumentError(f"the archive has the member {name[:80]!r} twice")
        if head[156:157] in {b"0", b"\0"}:
            found.append((name, (at, length)))
        at += -(-length // _BLOCK) * _BLOCK
        if len(found) > MAX_MEMBERS:
            raise DocumentError("the archive has more members than PyTorch writes")
    return found


def _checksum(head: bytes) -> int:
    match = _OCTAL.fullmatch(head[148:156])
    return int(match[1], 8) if match else -1
