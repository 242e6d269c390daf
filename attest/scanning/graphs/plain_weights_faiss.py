"""Vector indexes of FAISS: the common kinds, walked to the last byte.

Source: `faiss/impl/index_read.cpp` and `index_write.cpp` of FAISS 1.12. Kinds that are not here are not known; one that
keeps its lists in another file is reported.
"""

from __future__ import annotations

from collections.abc import Callable

from attest.errors import DocumentError
from attest.formats.source import Cursor
from attest.scanning.part import Part

MAX_DEPTH = 8
_MAX_DIMENSION = 1 << 20
_METRICS_WITHOUT_ARGUMENT = 2
_FLAT = frozenset({b"IxFI", b"IxF2", b"IxFl"})
_MAPS = frozenset({b"IxMp", b"IxM2"})
_GRAPHS = frozenset({b"IHNf", b"IHNs", b"IHNp"})
MARKS = _FLAT | _MAPS | _GRAPHS | {b"IwFl", b"IwPQ", b"IwSq", b"IxPq", b"IxSQ"}
"""The first four bytes of an index."""


def check_faiss(part: Part) -> int:
    """Walk the index; gives the bytes that are no vectors. Raises DocumentError when they do not add up."""
    walk = _Walk(part)
    walk.index(0)
    if walk.cursor.left:
        raise DocumentError(f"{walk.cursor.left} bytes stand behind the index")
    return part.size - walk.opaque


class _Walk:
    def __init__(self, part: Part) -> None:
        self.part = part
        self.cursor = Cursor(part.source, block=1 << 12)
        self.opaque = 0

    def index(self, depth: int) -> None:
        """Read one index, with those in it."""
        mark = self.cursor.take(4)
        if depth > MAX_DEPTH or mark not in MARKS:
            raise DocumentError(f"the index {mark!r} before {self.cursor.position} is of no kind that is known here")
        if mark[:2] != b"Iw":
            self._header()
        if mark in _FLAT:
            self._vector(4)
        elif mark in _MAPS:
            self.index(depth + 1)
            self._vector(8)
        elif mark in _GRAPHS:
            self._graph()
            self.index(depth + 1)
        else:
            self._quantized(mark, depth)

    def _quantized(self, mark: bytes, depth: int) -> None:
        kinds: dict[bytes, Callable[[], None]] = {
            b"IxPq": self._products, b"IxSQ": self._scalars, b"IwFl": lambda: None, b"IwPQ": self._inverted_products,
            b"IwSq": self._inverted_scalars,
        }  # fmt: skip
        if mark[:2] == b"Iw":
            self._inverted(depth)
            kinds[mark]()
            self._lists()
        else:
            kinds[mark]()

    def _header(self) -> None:
        """Dimension, count, two numbers that nobody reads, whether it is trained, and the metric."""
        dimension = self.cursor.integer(4, signed=True)
        if not 0 < dimension <= _MAX_DIMENSION:
            raise DocumentError(f"an index before {self.cursor.position} has {dimension} dimensions")
        self.cursor.skip(8 + 8 + 8 + 1)
        if self.cursor.integer(4) >= _METRICS_WITHOUT_ARGUMENT:
            self.cursor.skip(4)

    def _vector(self, width: int) -> None:
        length = self.cursor.integer(8)
        self._data(length * width)

    def _data(self, length: int) -> None:
        self.cursor.skip(length)
        self.opaque += length

    def _graph(self) -> None:
        """Probabilities and counts by level, levels, offsets, neighbours, and five numbers."""
        for width in (8, 4, 4, 8, 4):
            self._vector(width)
        self.cursor.skip(5 * 4)

    def _product(self) -> None:
        self.cursor.skip(3 * 8)
        self._vector(4)

    def _products(self) -> None:
        self._product()
        self._vector(1)
        self.cursor.skip(4 + 1 + 4)

    def _scalar(self) -> None:
        self.cursor.skip(4 + 4 + 4 + 8 + 8)
        self._vector(4)

    def _scalars(self) -> None:
        self._scalar()
        self._vector(1)

    def _inverted(self, depth: int) -> None:
        """The count of lists, the index that assigns them, and a map back."""
        self._header()
        self.cursor.skip(8 + 8)
        self.index(depth + 1)
        kind = self.cursor.integer(1)
        self._vector(8)
        if kind == 2:
            self._vector(16)

    def _inverted_products(self) -> None:
        self.cursor.skip(1 + 8)
        self._product()

    def _inverted_scalars(self) -> None:
        self._scalar()
        self.cursor.skip(8 + 1)

    def _lists(self) -> None:
        mark = self.cursor.take(4)
        if mark == b"ilod":
            self.part.report(
                "file.external-path", "the lists of the index lie in another file", offset=self.cursor.position
            )
        if mark != b"ilar":
            raise DocumentError(f"the lists {mark!r} before {self.cursor.position} are of no kind that is known here")
        count, width, kind = self.cursor.integer(8), self.cursor.integer(8), self.cursor.take(4)
        sizes = self._sizes(kind, count)
        for size in sizes:
            self._data(size * width)
            self._data(size * 8)

    def _sizes(self, kind: bytes, count: int) -> list[int]:
        length = self.cursor.integer(8)
        if kind not in {b"full", b"sprs"} or length * 8 > self.cursor.left or length > 2 * count:
            raise DocumentError(f"the sizes of the lists before {self.cursor.position} do not fit")
        numbers = [self.cursor.integer(8) for _ in range(length)]
        return numbers if kind == b"full" else numbers[1::2]
