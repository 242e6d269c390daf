"""A NumPy array's header: is it plainly one without Python objects?

Source: NumPy `numpy/lib/format.py`, versions 1 to 3. NumPy evaluates the header as a Python literal, so anything
outside the two spellings that NumPy itself writes (one element type, or a flat record of them) is not plain.
Python 2 wrote long integers with an L.
"""

from __future__ import annotations

import re

_MAGIC = b"\x93NUMPY"
_MAX_HEADER = 10_000
_DTYPE = r"'[<>|=]?[?bBhHiIlLqQefdgFDGmMSUVuc](?:\d{1,6})?(?:\[\d{0,6}[a-zA-Zμ]{1,2}\])?'"
_SHAPE = r"\((?:\d{1,20}L?,? ?){0,32}\)"
_FIELD = rf"\('[A-Za-z0-9_ .\-]{{0,100}}', {_DTYPE}(?:, {_SHAPE})?\)"
_PLAIN = (
    rf"\{{'descr': (?:{_DTYPE}|\[{_FIELD}(?:, {_FIELD}){{0,999}}\]), "
    rf"'fortran_order': (?:True|False), 'shape': {_SHAPE},? ?\}} *\n?"
)
_WIDTH_BY_VERSION = {1: 2, 2: 4, 3: 4}


def array_without_objects(prefix: bytes, size: int) -> bool:
    """Whether `prefix` holds a whole header of a known version that names no object type."""
    width = _WIDTH_BY_VERSION.get(prefix[6]) if len(prefix) > len(_MAGIC) else None
    if width is None:
        return False
    start = 8 + width
    length = int.from_bytes(prefix[8:start], "little")
    if length > _MAX_HEADER or start + length > min(len(prefix), size):
        return False
    # re keeps the compiled pattern; most models hold no array, so it is not compiled at import.
    return re.fullmatch(_PLAIN, prefix[start : start + length].decode("latin-1")) is not None
