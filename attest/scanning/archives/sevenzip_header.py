"""The header of a 7z archive: which bytes are packed how, and which files come out.

Source: `DOC/7zFormat.txt` and `DOC/Methods.txt` of the LZMA SDK. Only the closed set of properties that writers use is
taken; anything else is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from attest.errors import DocumentError
from attest.scanning.part import Part

END, HEADER, PROPERTIES, EXTRA_STREAMS, MAIN_STREAMS, FILES = range(6)
_PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _UNPACK_SIZE, _COUNTS = range(6, 14)
_EMPTY_STREAM, _EMPTY_FILE, _ANTI, _NAMES = range(14, 18)
_TIMES = frozenset({18, 19, 20, 24, 25})
_ATTRIBUTES = 21
ENCODED_HEADER = 23
_MAX_CODERS = 4
_MAX_ITEMS = 1_000_000


class Coder(NamedTuple):
    """One step of packing: the method's id and its properties."""

    method: bytes
    properties: bytes


@dataclass(slots=True)
class Folder:
    """One run of packed bytes: the coders in the order of unpacking, what comes out, and how it is divided."""

    coders: list[Coder]
    sizes: list[int] = field(default_factory=list)
    main: int = 0
    crc: int | None = None
    parts: list[int] = field(default_factory=list)
    crcs: list[int | None] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that come out of the last coder."""
        return self.sizes[self.main]


class Streams(NamedTuple):
    """Packed bytes from `offset` behind the signature header, their sizes, and the folders they make."""

    offset: int
    packed: list[int]
    folders: list[Folder]


class File(NamedTuple):
    """A file: its name, whether it has content, whether it is a folder, and its attributes (0 when not told)."""

    name: str
    content: bool
    directory: bool
    attributes: int


class Reader:
    """Reads numbers and lists of a header; every method raises DocumentError when it ends too soon."""

    def __init__(self, data: bytes, part: Part) -> None:
        self._data, self._part = data, part
        self.position = 0

    @property
    def left(self) -> int:
        """Bytes that were not read."""
        return len(self._data) - self.position

    def take(self, length: int) -> bytes:
        """The next bytes."""
        if length < 0 or length > self.left:
            raise DocumentError("the header of the archive breaks off")
        self.position += length
        return self._data[self.position - length : self.position]

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """A number whose first byte tells by its leading ones how many bytes follow."""
        first = self.byte()
        ones = next((count for count in range(8) if not first & 0x80 >> count), 8)
        low = int.from_bytes(self.take(ones), "little")
        return low | (first & (0x7F >> ones)) << 8 * ones if ones < 8 else low

    def count(self) -> int:
        """A number of things, each of which takes some of the header. Raises BudgetError as well."""
        number = self.number()
        if number > _MAX_ITEMS:
            raise DocumentError(f"the header tells of {number} things")
        self._part.budget.check_time()
        return number

    def bits(self, count: int) -> list[bool]:
        """A list of bits, the first one highest."""
        data = self.take((count + 7) // 8)
        return [bool(data[index // 8] & 0x80 >> index % 8) for index in range(count)]

    def defined(self, count: int) -> list[bool]:
        """Which of some things are told: all of them, or those of a list of bits."""
        return [True] * count if self.byte() else self.bits(count)

    def expect(self, kind: int) -> None:
        """The id of a property that has to come here."""
        found = self.byte()
        if found != kind:
            raise DocumentError(f"the header has property {found} where {kind} belongs")

    def crcs(self, count: int) -> list[int | None]:
        """Checksums of some things."""
        return [int.from_bytes(self.take(4), "little") if told else None for told in self.defined(count)]


def read_streams(reader: Reader) -> Streams:
    """What is packed where, up to the end of this part of the header."""
    offset, packed, folders = 0, list[int](), list[Folder]()
    kind = reader.byte()
    if kind == _PACK:
        offset, packed = _read_pack(reader)
        kind = reader.byte()
    if kind == _UNPACK:
        folders = _read_folders(reader)
        kind = reader.byte()
    for folder in folders:
        folder.parts, folder.crcs = [folder.size], [folder.crc]
    if kind == _SUBSTREAMS:
        _read_substreams(reader, folders)
        kind = reader.byte()
    if kind != END:
        raise DocumentError(f"the header has property {kind} where its streams end")
    return Streams(offset, packed, folders)


def _read_pack(reader: Reader) -> tuple[int, list[int]]:
    offset, count = reader.number(), reader.count()
    reader.expect(_SIZE)
    sizes = [reader.number() for _ in range(count)]
    kind = reader.byte()
    if kind == _CRC:
        reader.crcs(count)
        kind = reader.byte()
    if kind != END:
        raise DocumentError(f"the header has property {kind} where its packed streams end")
    return offset, sizes


def _read_folders(reader: Reader) -> list[Folder]:
    reader.expect(_FOLDER)
    count = reader.count()
    if reader.byte():
        raise DocumentError("a part of the header lies elsewhere")
    folders = [_read_folder(reader) for _ in range(count)]
    reader.expect(_UNPACK_SIZE)
    for folder in folders:
        folder.sizes = [reader.number() for _ in folder.coders]
    kind = reader.byte()
    if kind == _CRC:
        for folder, crc in zip(folders, reader.crcs(count), strict=True):
            folder.crc = crc
        kind = reader.byte()
    if kind != END:
        raise DocumentError(f"the header has property {kind} where its folders end")
    return folders


def _read_folder(reader: Reader) -> Folder:
    """Coders that take each other's bytes, one stream in and one out; others are an error."""
    count = reader.number()
    if not 0 < count <= _MAX_CODERS:
        raise DocumentError(f"a stream is packed in {count} steps")
    coders = []
    for _ in range(count):
        flags = reader.byte()
        method = reader.take(flags & 0x0F)
        if flags & 0xD0:
            raise DocumentError("a stream is packed with a method that joins several streams")
        coders.append(Coder(method, reader.take(reader.number()) if flags & 0x20 else b""))
    # Coder → the one whose output it takes.
    source = {}
    for _ in range(count - 1):
        taker, giver = reader.number(), reader.number()
        source[taker] = giver
    first = set(range(count)) - set(source)
    takers = {giver: taker for taker, giver in source.items()}
    if len(first) != 1 or len(takers) != count - 1:
        raise DocumentError("the steps of packing do not follow each other")
    order = [first.pop()]
    while len(order) < count and order[-1] in takers:
        order.append(takers[order[-1]])
    if len(order) != count:
        raise DocumentError("the steps of packing do not follow each other")
    return Folder([coders[index] for index in order], main=order[-1])


def _read_substreams(reader: Reader, folders: list[Folder]) -> None:
    """How what comes out of each folder is divided into files."""
    counts = [1] * len(folders)
    kind = reader.byte()
    if kind == _COUNTS:
        counts = [reader.count() for _ in folders]
        kind = reader.byte()
    if sum(counts) > _MAX_ITEMS:
        raise DocumentError("the header tells of too many files")
    for folder, count in zip(folders, counts, strict=True):
        sizes = [reader.number() for _ in range(count - 1)] if kind == _SIZE else []
        if len(sizes) < count - 1 or sum(sizes) > folder.size:
            raise DocumentError("the files of a stream are longer than the stream")
        folder.parts = [*sizes, folder.size - sum(sizes)] if count else []
        folder.crcs = [folder.crc] if count == 1 else [None] * count
    if kind == _SIZE:
        kind = reader.byte()
    if kind == _CRC:
        _read_file_crcs(reader, folders)
        kind = reader.byte()
    if kind != END:
        raise DocumentError(f"the header has property {kind} where its files' sizes end")


def _read_file_crcs(reader: Reader, folders: list[Folder]) -> None:
    """Checksums of the files that have none yet."""
    unknown = [folder for folder in folders if not (len(folder.parts) == 1 and folder.crc is not None)]
    found = iter(reader.crcs(sum(len(folder.parts) for folder in unknown)))
    for folder in unknown:
        folder.crcs = [next(found) for _ in folder.parts]


def read_files(reader: Reader) -> list[File]:
    """The files, up to the end of their part of the header."""
    count = reader.count()
    empty, empty_files, names, attributes = [False] * count, list[bool](), list[str](), [0] * count
    while kind := reader.number():
        size = reader.number()
        end = reader.position + size
        if kind == _EMPTY_STREAM:
            empty = reader.bits(count)
        elif kind in {_EMPTY_FILE, _ANTI}:
            bits = reader.bits(sum(empty))
            empty_files = bits if kind == _EMPTY_FILE else empty_files
        elif kind == _NAMES:
            names = _read_names(reader, size, count)
        elif kind == _ATTRIBUTES:
            attributes = _read_attributes(reader, count)
        elif kind in _TIMES:
            reader.take(size)
        else:
            raise DocumentError(f"the files have the unknown property {kind}")
        if reader.position != end:
            raise DocumentError("a property of the files has another length than it tells")
    marks = iter(empty_files or [False] * sum(empty))
    kinds = [(not is_empty, is_empty and not next(marks)) for is_empty in empty]
    return [File(name, *kind, mode) for name, kind, mode in zip(names, kinds, attributes, strict=True)]


def _read_names(reader: Reader, size: int, count: int) -> list[str]:
    if reader.byte():
        raise DocumentError("the names lie elsewhere")
    names = reader.take(size - 1).decode("utf-16-le").split("\0")
    if len(names) != count + 1 or names.pop():
        raise DocumentError("there are not as many names as files")
    return names


def _read_attributes(reader: Reader, count: int) -> list[int]:
    told = reader.defined(count)
    if reader.byte():
        raise DocumentError("the attributes lie elsewhere")
    return [int.from_bytes(reader.take(4), "little") if known else 0 for known in told]
