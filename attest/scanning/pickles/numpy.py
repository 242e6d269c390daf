"""NumPy arrays: a header in a closed grammar, and behind it exactly the elements that it announces, or a pickle.

Source: NumPy `numpy/lib/format.py`.
"""

from __future__ import annotations

from math import prod

from attest.formats.numpy_header import read_header
from attest.scanning.part import Part
from attest.scanning.pickles.plain import scan as scan_pickle


def scan(part: Part) -> None:
    """Scan an array. Raises DocumentError when its header is none."""
    header = read_header(part.source)
    part.interpreted(header.begin)
    left = part.size - header.begin
    if header.objects:
        part.report("numpy.object-array", "the array holds Python objects, so a pickle follows its header")
        part.child("objects.pkl", part.window("objects.pkl", header.begin, left), scan_pickle)
        return
    part.opaque(left)
    if header.size is None:
        part.report("file.malformed", f"the size of the element type {header.dtype[:40]!r} is not known")
    elif prod(header.shape) * header.size > left:
        part.report("file.malformed", "the array has fewer bytes than its header announces", offset=header.begin)
    elif prod(header.shape) * header.size < left:
        _behind(part, header.begin + prod(header.shape) * header.size)


def _behind(part: Part, at: int) -> None:
    """`numpy.save` may be called again and again on one file; readers call `load` as often."""
    rest = part.window("next.npy", at, part.size - at)
    if part.source.up_to(at, 6) == b"\x93NUMPY":
        part.child("next.npy", rest, scan)
    else:
        part.report("pickle.trailing-data", f"{rest.size} bytes follow the array", offset=at)
