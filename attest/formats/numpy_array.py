"""NumPy arrays, alone (`.npy`) or several in a zip archive (`.npz`): element types and shapes. No element is read.

Source: NumPy `numpy/lib/format.py` and `numpy/lib/_npyio_impl.py`. An array with objects is a pickle behind the header;
the names that it asks for are listed, and nothing is unpickled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import prod

from attest.errors import DocumentError
from attest.formats.facts import Facts, TensorInfo
from attest.formats.header_text import plain, tally
from attest.formats.numpy_header import ArrayHeader, read_header
from attest.formats.pickle_feed import Budget, Feed
from attest.formats.pickle_walk import walk
from attest.formats.source import Source
from attest.formats.zip_directory import Archive, Member, open_member, read_member

MAX_OBJECTS = 64 << 20
_NEAR = 16 << 10


def read(source: Source) -> Facts:
    """What a single array says; raises DocumentError when its header does not parse or its elements are not there."""
    header = read_header(source)
    budget = Budget()
    _check(source, header, budget, "the array")
    stem = plain(source.name.rpartition("/")[2].removesuffix(".npy")) or "array"
    return Facts(
        format="numpy",
        title=f"NumPy array, version {header.version}",
        tensor_count=1,
        tensors=tuple(_placed(stem, header, 0, source.size)),
        properties=(
            ("numpy:dtype", header.dtype),
            ("numpy:order", "fortran" if header.fortran else "c"),
            ("numpy:shape", "x".join(map(str, header.shape)) or "scalar"),
        ),
        imports=budget.imports(),
        problems=budget.problems.texts(),
    )


def is_npz(archive: Archive) -> bool:
    """Whether all members are arrays by their names, as `numpy.savez` writes them."""
    return bool(archive.members) and all(member.name.endswith(".npy") for member in archive.members)


def describe(archive: Archive) -> Facts:
    """The facts of an archive for which `is_npz` holds."""
    budget = Budget()
    for text in archive.problems:
        budget.problems.add(text)
    tensors: list[TensorInfo] = []
    elements: Counter[str] = Counter()
    left = MAX_OBJECTS
    for member in archive.members:
        try:
            header, placed = _member(archive, member, budget, left)
        except DocumentError as error:
            budget.problems.add(f"member {plain(member.name)!r}: {error.message}")
            continue
        left -= member.size if header.objects else 0
        elements[header.dtype] += prod(header.shape)
        tensors.extend(placed)
    return Facts(
        format="numpy",
        title="NumPy archive",
        tensor_count=len(archive.members),
        tensors=tuple({tensor.name: tensor for tensor in reversed(tensors)}.values())[::-1],
        properties=(("numpy:elements", tally(elements)),) if elements else (),
        imports=budget.imports(),
        problems=budget.problems.texts(),
    )


def _member(archive: Archive, member: Member, budget: Budget, left: int) -> tuple[ArrayHeader, list[TensorInfo]]:
    """One array and its place; of a packed one only the header is unpacked, unless a pickle stands behind it."""
    inside, begin = open_member(archive.source, member, _NEAR)
    header = read_header(inside)
    if header.objects and begin < 0:
        inside = Source.of_bytes(member.name, read_member(archive.source, member, max(0, left)))
    _check(inside, header, budget, f"array {plain(member.name)!r}")
    name = member.name.removesuffix(".npy")
    placed = _placed(name, header, begin, inside.size) if begin >= 0 and plain(name) == name else ()
    return header, list(placed)


def _placed(name: str, header: ArrayHeader, offset: int, size: int) -> Iterator[TensorInfo]:
    """The array with the place of its bytes, when they are there and lie in the usual order."""
    if header.objects or header.size is None or (header.fortran and len(header.shape) > 1):
        return
    end = header.begin + prod(header.shape) * header.size
    if end <= size:
        yield TensorInfo(name, header.dtype, header.shape, offset + header.begin, offset + end)


def _check(source: Source, header: ArrayHeader, budget: Budget, what: str) -> None:
    """Compare the elements with the bytes that are there; look for names in the pickle of an array with objects."""
    if header.objects:
        feed = Feed(source, header.begin, source.size, budget)
        if fault := walk(feed).fault:
            budget.problems.add(f"the pickle of {what} breaks off: {fault}")
        elif feed.left:
            budget.problems.add(f"{feed.left} bytes stand behind the pickle of {what}")
    elif header.size is not None and header.begin + prod(header.shape) * header.size != source.size:
        budget.problems.add(f"{what} does not have as many bytes as its shape and element type say")
