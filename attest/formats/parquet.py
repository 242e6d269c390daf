"""Parquet: the footer alone. No page is read, and no value of the data.

Source: `parquet.thrift` of parquet-format (`FileMetaData`): numbers below are field numbers there. The file begins and
ends with `PAR1`; before the last four bytes stands the footer's length, before that the footer.
"""

from __future__ import annotations

import re

from attest.errors import DocumentError
from attest.formats.facts import Facts, Table
from attest.formats.header_text import Problems, listing, neighbour, plain
from attest.formats.parquet_schema import MAX_ELEMENTS, Leaf, leaves
from attest.formats.source import Source
from attest.formats.table_metadata import MAX_KEY, MAX_VALUE, TableMetadata
from attest.formats.thrift_compact import STRUCT, Compact

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
MAX_FOOTER = 16 << 20
MAX_COLUMNS = 4096
MAX_FILES = 1024
MAX_ENTRIES = 10_000
MAX_CHUNKS = 500_000
_TAIL = 8
_VERSION, _SCHEMA, _ROWS, _GROUPS, _METADATA, _CREATED_BY, _ENCRYPTION = 1, 2, 3, 4, 5, 6, 8
_GROUP_COLUMNS, _GROUP_ROWS = 1, 3
_CHUNK_FILE, _CHUNK_DATA, _CHUNK_CRYPTO = 1, 3, 8
_CODEC, _VALUES = 4, 5
_CODECS = ("UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW")
_ALGORITHMS = {1: "AES_GCM_V1", 2: "AES_GCM_CTR_V1"}
_APPLICATION = re.compile(r"([A-Za-z][\w .+-]{0,63}?) version (v?[0-9][\w.+-]{0,63})(?: |$)")


def read(source: Source) -> Facts:
    """What the footer says: rows, columns, who wrote it, and the features that `datasets` notes.

    Raises DocumentError when it is no Parquet file, is encrypted, or its footer cannot be read.
    """
    footer = _Footer(*_footer(source))
    footer.walk()
    return footer.facts()


def _footer(source: Source) -> tuple[bytes, int]:
    """The footer's bytes, as far as they are read, and how many there are."""
    if source.size < len(MAGIC) + _TAIL:
        raise DocumentError(f"a file of {source.size} bytes is too short for a Parquet file")
    head, tail = source.read(0, len(MAGIC)), source.read(source.size - _TAIL, _TAIL)
    if head == ENCRYPTED or tail.endswith(ENCRYPTED):
        raise DocumentError("its footer is encrypted, so nothing in it can be described")
    if head != MAGIC or not tail.endswith(MAGIC):
        raise DocumentError("it does not begin and end as a Parquet file does: it may be cut off")
    length = int.from_bytes(tail[:4], "little")
    begin = source.size - _TAIL - length
    if begin < len(MAGIC):
        raise DocumentError(f"its footer of {length} bytes is longer than the file of {source.size} bytes")
    return source.read(begin, min(length, MAX_FOOTER)), length


class _Footer:
    """Gathers what the fields of FileMetaData say."""

    def __init__(self, data: bytes, length: int) -> None:
        self.wire = Compact(data)
        self.whole = length == len(data)
        self.length = length
        self.problems = Problems()
        self.metadata = TableMetadata("parquet", self.problems)
        self.version = 0
        self.rows: int | None = None
        self.described = False
        self.columns: list[Leaf] = []
        self.groups: int | None = None
        self.sum = 0
        self.created_by = ""
        self.encryption = ""
        self.encrypted = 0
        self.codecs: set[str] = set()
        self.files: set[str] = set()
        self.left = MAX_CHUNKS
        self.once: set[int] = set()

    def walk(self) -> None:
        """Go over the fields; of a footer that is too long only those before the row groups."""
        wire = self.wire
        for number, kind in wire.fields():
            self._check_once(number)
            if number == _VERSION:
                self.version = wire.number(kind)
            elif number == _SCHEMA:
                self._schema(kind)
            elif number == _ROWS:
                self.rows = wire.number(kind)
            elif number == _GROUPS:
                if not self.whole:
                    self.problems.add(f"its footer of {self.length} bytes is too long to go over its row groups")
                    return
                self._groups(kind)
            else:
                self._other(number, kind)

    def _check_once(self, number: int) -> None:
        """Readers differ in which one they take when schema, rows or row groups are there twice."""
        if number in self.once:
            raise DocumentError(f"its footer has field {number} twice")
        if number in {_SCHEMA, _ROWS, _GROUPS}:
            self.once.add(number)

    def _other(self, number: int, kind: int) -> None:
        if number == _METADATA:
            for _ in range(self._few(kind, MAX_ENTRIES)):
                self._entry()
        elif number == _CREATED_BY:
            self.created_by = plain(self.wire.binary(kind))
        elif number == _ENCRYPTION:
            self.encryption = next((name for code in self.wire.record(kind) if (name := _ALGORITHMS.get(code))), "yes")
        else:
            self.wire.skip(kind)

    def _few(self, kind: int, limit: int) -> int:
        """The length of a list of structs; raises DocumentError when it is longer than anybody needs."""
        count = self.wire.items(kind, STRUCT)
        if count > limit:
            raise DocumentError(f"its footer has a list of {count} entries, more than the {limit} that are looked at")
        return count

    def _schema(self, kind: int) -> None:
        self.described = True
        self.columns = leaves([self.wire.record() for _ in range(self._few(kind, MAX_ELEMENTS))])

    def _groups(self, kind: int) -> None:
        self.groups = self._few(kind, MAX_CHUNKS)
        for index in range(self.groups):
            self._group(index)

    def _group(self, index: int) -> None:
        rows, chunks = -1, 0
        values: list[int] = []
        for number, kind in self.wire.fields():
            if number == _GROUP_ROWS:
                rows = self.wire.number(kind)
            elif number == _GROUP_COLUMNS:
                chunks = self._few(kind, self.left)
                self.left -= chunks
                values = [self._chunk() for _ in range(chunks)]
            else:
                self.wire.skip(kind)
        if rows < 0:
            raise DocumentError(f"row group {index} has no possible number of rows")
        self.sum += rows
        if chunks != len(self.columns):
            self.problems.add(f"row group {index} has {chunks} columns, the schema has {len(self.columns)}")
        elif any(leaf.single and count not in {rows, -1} for leaf, count in zip(self.columns, values, strict=True)):
            self.problems.add(f"row group {index} has a column that does not hold one value for each row")

    def _chunk(self) -> int:
        """The number of values of a column chunk, or -1 where it is not told."""
        count = -1
        for number, kind in self.wire.fields():
            if number == _CHUNK_DATA and kind == STRUCT:
                count = self._column()
            elif number == _CHUNK_FILE:
                self._file(plain(self.wire.binary(kind)))
            else:
                self.encrypted += number == _CHUNK_CRYPTO
                self.wire.skip(kind)
        return count

    def _column(self) -> int:
        count = -1
        for number, kind in self.wire.fields():
            if number == _CODEC:
                code = self.wire.number(kind)
                self.codecs.add(_CODECS[code] if 0 <= code < len(_CODECS) else "unknown")
            elif number == _VALUES:
                count = self.wire.number(kind)
            else:
                self.wire.skip(kind)
        return count

    def _file(self, name: str) -> None:
        path, inside = neighbour(name)
        if not inside:
            self.problems.add("its data lies in a file outside of its own folder")
        elif len(self.files) < MAX_FILES:
            self.files.add(path)

    def _entry(self) -> None:
        key, value = b"", b""
        for number, kind in self.wire.fields():
            if number == 1:
                key = self.wire.binary(kind)
            elif number == 2:
                value = self.wire.binary(kind)
            else:
                self.wire.skip(kind)
        name = plain(key, MAX_KEY)
        if name and self.metadata.wants(name):
            if len(value) > MAX_VALUE:
                self.problems.add(f"its metadata {name} is longer than {MAX_VALUE} bytes")
            else:
                self.metadata.add(name, value)

    def facts(self) -> Facts:
        """What was gathered; raises DocumentError when the footer has no schema or no number of rows."""
        rows = self.rows
        if rows is None or rows < 0 or not self.described:
            raise DocumentError("its footer has no schema or no possible number of rows")
        if self.whole and self.groups is None:
            raise DocumentError("its footer has no list of row groups")
        if self.groups is not None and self.sum != rows:
            self.problems.add(f"its row groups hold {self.sum} rows, its footer says {rows}")
        if len(self.columns) > MAX_COLUMNS:
            self.problems.add(f"of {len(self.columns)} columns only the first {MAX_COLUMNS} are described")
        named = [(leaf.path, leaf.type) for leaf in self.columns[:MAX_COLUMNS] if leaf.path]
        writer = _APPLICATION.match(self.created_by)
        return Facts(
            format="parquet",
            title="Apache Parquet",
            framework=writer[1] if writer else "",
            framework_version=writer[2] if writer else "",
            properties=self._properties(),
            refers_to=tuple(sorted(self.files)),
            table=Table(rows=rows if self._agrees(rows) else None, columns=tuple(named), kinds=self.metadata.kinds),
            problems=self.problems.texts(),
        )

    def _agrees(self, rows: int) -> bool:
        return self.groups is None or self.sum == rows

    def _properties(self) -> tuple[tuple[str, str], ...]:
        found = {
            "version": str(self.version) if self.version else "",
            "row-groups": str(self.groups) if self.groups is not None else "",
            "columns": str(len(self.columns)),
            "created-by": self.created_by,
            "compression": listing(sorted(self.codecs)),
            "encryption": self.encryption,
            "encrypted-columns": str(self.encrypted or ""),
        }
        texts = {f"parquet:{name}": text for name, text in found.items()} | self.metadata.found()
        return tuple(sorted((name, text) for name, text in texts.items() if text))
