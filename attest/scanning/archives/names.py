"""Names of archive members: where they lead, and whether two of them are one file on some file system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from attest.domain.manifest import collisions

INCONSISTENT = "archive.inconsistent"
TRAVERSAL = "archive.path-traversal"
_DRIVE = re.compile(r"[A-Za-z]:")
# The numbered outputs of a TensorFlow variable, as numpy names members after it: `w:0.npy`.
_VARIABLE = re.compile(r"[A-Za-z]:[0-9]{1,4}(\.npy)?")
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
_MAX_COMPONENT = 255
_MAX_NAME = 4096


class Fault(NamedTuple):
    """What is wrong with a name: the rule it breaks, and why."""

    rule: str
    message: str


def name_fault(name: str) -> Fault | None:
    """The first thing wrong with a member's name; None for a plain relative path."""
    components = name.replace("\\", "/").split("/")
    if ".." in components or any(item.strip(" .") == "" and len(item) > 1 for item in components):
        return Fault(TRAVERSAL, "a member's name leads out of its folder")
    if name.startswith(("/", "\\")):
        return Fault(TRAVERSAL, "a member's name is absolute")
    if _DRIVE.match(name) and not _VARIABLE.fullmatch(name):
        return Fault(TRAVERSAL, "a member's name begins with a drive")
    if not name.strip("/") or not name:
        return Fault(INCONSISTENT, "a member has no name")
    if "\\" in name:
        return Fault(INCONSISTENT, "a member's name has a backslash, which some readers take for a separator")
    if not name.isprintable() and any(unicodedata.category(char) in _CONTROL for char in name):
        return Fault(INCONSISTENT, "a member's name holds control characters")
    if len(name) > _MAX_NAME or (len(name) > _MAX_COMPONENT and any(len(item) > _MAX_COMPONENT for item in components)):
        return Fault(INCONSISTENT, "a member's name is longer than file systems take")
    return None


def plain(name: str) -> str:
    """The path that a file system makes of a name: without `.` and empty components."""
    if "//" not in name and "./" not in name and not name.endswith(("/", "/.")):
        return name
    return "/".join(item for item in name.split("/") if item not in {"", "."})


def repeated(files: Iterable[str], folders: Iterable[str]) -> list[tuple[str, Fault]]:
    """Names that stand for one place twice, with what is wrong; each only once.

    `files` are the names of members with content; `folders` those of directories, which may be there several times.
    """
    paths = [plain(name) for name in files]
    found = [
        (group[-1], Fault(INCONSISTENT, "two members have this name, or names that one file system takes for the same"))
        for group in collisions(paths)
    ]
    # With the separator before every other character, what lies below a name follows it directly.
    marked = sorted([(_marked(path), True) for path in paths] + [(_marked(plain(name)), False) for name in folders])
    found += [
        (before.replace("\0", "/"), Fault(INCONSISTENT, "a member is a file, and a folder of other members"))
        for (before, is_file), (after, other_is_file) in pairwise(marked)
        if (is_file and after.startswith(before + "\0")) or (after == before and is_file != other_is_file)
    ]
    return found


def _marked(path: str) -> str:
    return path.replace("\0", "\1").replace("/", "\0")
