"""Arrow IPC, file and stream: the schema and the headers of the batches. Bodies, compressed or not, are skipped.

Source: Arrow columnar format, "Serialization and Interprocess Communication", with `Message.fbs` and `File.fbs`
(slots are field numbers there). A message is a marker of four bytes 0xFF, the length of its header (four bytes), the
header, and a body whose length the header tells; before format 0.15 there was no marker. A file is `ARROW1`, messages,
and a footer that says where each of them lies.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from attest.errors import DocumentError
from attest.formats.arrow_schema import columns
from attest.formats.facts import Facts, Table
from attest.formats.flatbuffer import FlatBuffer
from attest.formats.flatbuffer import Table as Tables
from attest.formats.header_text import Problems, listing, plain
from attest.formats.source import Source
from attest.formats.table_metadata import MAX_KEY, MAX_VALUE, TableMetadata

MAGIC, FEATHER_1 = b"ARROW1", b"FEA1"
MARKER = b"\xff\xff\xff\xff"
MAX_BATCHES = 150_000
MAX_HEADER = 8 << 20
MAX_HEADERS = 96 << 20
MAX_READS = 180_000
MAX_COLUMNS = 4096
_FOOTER_TAIL = 4 + len(MAGIC)
_BLOCK = struct.Struct("<qi4xq")
_SCHEMA, _DICTIONARY, _RECORDS = 1, 2, 3
_CODECS = ("LZ4_FRAME", "ZSTD")
_WINDOW = 1024


def read(source: Source) -> Facts:
    """Fields, rows and metadata of an Arrow file or stream.

    Raises DocumentError when it is neither, is cut off within a message, or a header cannot be read.
    """
    if source.size < len(MAGIC) + _FOOTER_TAIL:
        raise DocumentError(f"a file of {source.size} bytes is too short for Arrow data")
    first = source.read(0, 8)
    if first.startswith(FEATHER_1):
        raise DocumentError("it is Feather of version 1, which is no Arrow data; write it again with version 2")
    contents = _Contents()
    if first.startswith(MAGIC):
        _file(source, contents)
    elif first.startswith(MARKER):
        _stream(source, contents)
    else:
        raise DocumentError("it begins neither as an Arrow file nor as an Arrow stream does")
    return contents.facts()


@dataclass(slots=True)
class _Contents:
    """What the messages say."""

    problems: Problems = field(default_factory=Problems)
    metadata: TableMetadata = field(init=False)
    layout: str = ""
    version: int = -1
    big: bool = False
    fields: list[tuple[str, str]] | None = None
    field_count: int = 0
    rows: int = 0
    batches: int = 0
    dictionaries: int = 0
    complete: bool = True
    codecs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.metadata = TableMetadata("arrow", self.problems)

    def schema(self, table: Tables) -> None:
        """Take in the schema."""
        self.big = table.integer(0, 2) == 1
        self.fields, self.field_count = columns(table, MAX_COLUMNS)
        if self.field_count > MAX_COLUMNS:
            self.problems.add(f"of {self.field_count} columns only the first {MAX_COLUMNS} are described")
        self.entries(table, 2)

    def entries(self, table: Tables, slot: int) -> None:
        """Take in key-value metadata."""
        for entry in table.tables(slot):
            key = plain(entry.raw(0, MAX_KEY) or b"", MAX_KEY)
            if key and self.metadata.wants(key):
                value = entry.raw(1, MAX_VALUE)
                if value is None:
                    self.problems.add(f"its metadata {key} is empty or longer than {MAX_VALUE} bytes")
                else:
                    self.metadata.add(key, value)

    def records(self, table: Tables) -> None:
        """Take in the header of a record batch."""
        length = table.integer(0, 8, signed=True)
        if length < 0:
            raise DocumentError(f"record batch {self.batches} has no possible number of rows")
        nodes = table.vector(1, 16)
        # The first node is the first column, and every column has as many values as the batch has rows.
        if nodes.items and table.buffer.integer(nodes.begin, 8, signed=True) != length:
            self.problems.add("a record batch says another number of rows than its first column")
            self.complete = False
        self.compression(table)
        self.rows += length
        self.batches += 1

    def compression(self, table: Tables) -> None:
        """Take in how the body of a batch is compressed."""
        compression = table.child(3)
        if compression is not None:
            codec = compression.integer(0, 1)
            self.codecs.add(_CODECS[codec] if codec < len(_CODECS) else "unknown")

    def stop(self, why: str) -> None:
        """Note that not every batch was looked at, so that the number of rows is not known."""
        self.problems.add(why)
        self.complete = False

    def facts(self) -> Facts:
        """What was gathered; raises DocumentError when there was no schema."""
        if self.fields is None:
            raise DocumentError("it has no schema")
        found = {
            "layout": self.layout,
            "metadata-version": f"V{self.version + 1}" if self.version >= 0 else "",
            "batches": str(self.batches) if self.complete else "",
            "dictionary-batches": str(self.dictionaries or ""),
            "columns": str(self.field_count),
            "compression": listing(sorted(self.codecs)),
            "byte-order": "big" if self.big else "",
        }
        texts = {f"arrow:{name}": text for name, text in found.items()} | self.metadata.found()
        return Facts(
            format="arrow",
            title=f"Apache Arrow IPC {self.layout}",
            properties=tuple(sorted((name, text) for name, text in texts.items() if text)),
            table=Table(
                rows=self.rows if self.complete else None,
                columns=tuple(self.fields),
                kinds=self.metadata.kinds,
            ),
            problems=self.problems.texts(),
        )


def _file(source: Source, contents: _Contents) -> None:
    contents.layout = "file"
    tail = source.read(source.size - _FOOTER_TAIL, _FOOTER_TAIL)
    if not tail.endswith(MAGIC):
        raise DocumentError("it does not end as an Arrow file does: it may be cut off")
    length = int.from_bytes(tail[:4], "little", signed=True)
    begin = source.size - _FOOTER_TAIL - length
    if length <= 0 or begin < len(MAGIC):
        raise DocumentError(f"its footer of {length} bytes does not fit the file of {source.size} bytes")
    footer = FlatBuffer.of_source(source, begin, begin + length).root()
    contents.version = _version(footer.integer(0, 2))
    schema = footer.child(1)
    if schema is None:
        raise DocumentError("its footer has no schema")
    contents.schema(schema)
    contents.entries(footer, 4)
    contents.dictionaries = footer.vector(2, _BLOCK.size).items
    blocks = footer.vector(3, _BLOCK.size)
    if blocks.items > MAX_BATCHES:
        contents.batches = blocks.items
        contents.stop(f"it has {blocks.items} batches, more than the {MAX_BATCHES} that are looked at")
        return
    headers = _Headers(source)
    for place in range(blocks.begin, blocks.end, _BLOCK.size):
        offset, header, body = _BLOCK.unpack(footer.buffer.bytes_at(place, _BLOCK.size))
        if offset < len(MAGIC) or header < 8 or body < 0 or offset + header + body > begin:
            raise DocumentError(f"record batch {contents.batches} does not lie before the footer at {begin}")
        if headers.exhausted():
            contents.stop(f"of its {blocks.items} batches only {contents.batches} were looked at")
            return
        _block(headers, contents, offset, header)


def _block(headers: _Headers, contents: _Contents, offset: int, header: int) -> None:
    data = headers.read(offset, min(header, _WINDOW))
    prefix = 8 if data.startswith(MARKER) else 4
    length = int.from_bytes(data[prefix - 4 : prefix], "little", signed=True)
    if not 0 < length <= header - prefix:
        raise DocumentError(f"the message at {offset} does not fit its place")
    kind, table, _ = _message(headers.open(offset + prefix, length, data[prefix:]), contents)
    if kind != _RECORDS or table is None:
        raise DocumentError(f"the message at {offset} is no record batch, which the footer says it is")
    contents.records(table)


def _stream(source: Source, contents: _Contents) -> None:
    contents.layout = "stream"
    headers = _Headers(source)
    position = 0
    while position < source.size:
        data = headers.read(position, min(_WINDOW, source.size - position))
        length = int.from_bytes(data[4:8], "little", signed=True)
        if not data.startswith(MARKER) or len(data) < 8 or not 0 <= length <= MAX_HEADER:
            raise DocumentError(f"no message begins at {position}: the stream may be cut off or damaged")
        position += 8
        if not length:
            break
        count = contents.batches + contents.dictionaries
        if contents.fields is not None and (headers.exhausted() or count >= MAX_BATCHES):
            contents.stop(f"only the first {contents.batches} of its batches were looked at")
            return
        if length > source.size - position:
            raise DocumentError(f"the message at {position - 8} leaves the file of {source.size} bytes")
        # A schema is read whole; of a batch only its length is wanted.
        near = data[8:] if contents.fields is not None else headers.read(position, length)
        position += length + _take(headers.open(position, length, near), contents)
        if position > source.size:
            raise DocumentError(f"a body ends at {position}, behind the file's {source.size} bytes")
    if position < source.size:
        contents.problems.add(f"{source.size - position} bytes lie behind the end of its stream")


class _Headers:
    """Reads headers of messages, and knows how much that was."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._reads = self._bytes = 0

    def exhausted(self) -> bool:
        """Whether as much was read as is worth a number of rows."""
        return self._reads > MAX_READS or self._bytes > MAX_HEADERS

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the file."""
        self._reads += 1
        self._bytes += length
        return self._source.read(offset, length)

    def open(self, begin: int, length: int, near: bytes) -> FlatBuffer:
        """A header whose first bytes were read already."""

        def read(offset: int, size: int) -> bytes:
            at = offset - begin
            return near[at : at + size] if at + size <= len(near) else self.read(offset, size)

        return FlatBuffer(read, begin, begin + length)


def _take(header: FlatBuffer, contents: _Contents) -> int:
    """Take in one message of a stream; returns the length of its body."""
    kind, table, body = _message(header, contents)
    if table is None or (kind == _SCHEMA) == (contents.fields is not None):
        raise DocumentError("its stream does not begin with one schema, which batches follow")
    if kind == _SCHEMA:
        contents.schema(table)
    elif kind == _RECORDS:
        contents.records(table)
    elif kind == _DICTIONARY:
        contents.dictionaries += 1
    else:
        raise DocumentError(f"its stream has a message of kind {kind}, which is no part of a table")
    return body


def _message(header: FlatBuffer, contents: _Contents) -> tuple[int, Tables | None, int]:
    """Kind, header table and length of the body of a message."""
    root = header.root()
    contents.version = _version(root.integer(0, 2))
    body = root.integer(3, 8, signed=True)
    if body < 0:
        raise DocumentError("a message has a body of negative length")
    return root.integer(1, 1), root.child(2), body


def _version(version: int) -> int:
    # V4 (0.8.0) and V5 (1.0.0); the layouts before them differ.
    if version not in {3, 4}:
        raise DocumentError(f"it is of version V{version + 1} of the metadata; only V4 and V5 can be read")
    return version
