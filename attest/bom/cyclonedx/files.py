"""One component for each file, as text: documents of a million files are written without being held.

Members stand in the order of their names, which is what canonical JSON asks for. A component is put together from
escaped parts because `json.dumps` of a dictionary costs several times as much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from attest.bom.cyclonedx.vocabulary import TYPES
from attest.bom.file_kinds import media_type
from attest.domain.bom import Bom, Fact, FileRecord
from attest.domain.file_format import FORMATS
from attest.errors import DocumentError

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/~")
_ARCHIVES = frozenset({"zip", "archive", "pytorch", "keras"})
_STRUCTURED = frozenset({"zip", "archive", "pytorch", "keras", "hdf5", "parquet", "arrow", "safetensors", "gguf"})
_CHUNK = 512


def file_ref(subject: str, name: str) -> str:
    """A file's bom-ref: the subject's with the file's path as subpath."""
    return f"{subject}#{name if _PLAIN.issuperset(name) else quote(name, safe='/')}"


def file_components(bom: Bom, subject: str, *, bsi: bool) -> Iterator[str]:
    """JSON texts of the file components in the order of names, joined with commas in chunks.

    Raises DocumentError when the files are not in that order, each once, or a digest has the wrong length.
    """
    yield from _joined(_component(record, file_ref(subject, record.name), bsi=bsi) for record in _checked(bom.files))


def _checked(files: Iterable[FileRecord]) -> Iterator[FileRecord]:
    before = ""
    for record in files:
        if record.name <= before:
            raise DocumentError(f"the files of a BOM stand in the order of their names, each once: {record.name!r}")
        if len(record.sha256) != 64 or len(record.sha512) not in (0, 128):
            raise DocumentError(f"a digest of {record.name!r} is of the wrong length")
        before = record.name
        yield record


def file_dependencies(bom: Bom, subject: str) -> Iterator[str]:
    """An empty entry in `dependencies` for each file, in the same form."""
    yield from _joined(f'{{"ref":{_text(file_ref(subject, record.name))}}}' for record in bom.files)


def _joined(texts: Iterator[str]) -> Iterator[str]:
    chunk: list[str] = []
    first = True
    for text in texts:
        chunk.append(text)
        if len(chunk) == _CHUNK:
            yield ("" if first else ",") + ",".join(chunk)
            first, chunk = False, []
    if chunk:
        yield ("" if first else ",") + ",".join(chunk)


def _component(record: FileRecord, ref: str, *, bsi: bool) -> str:
    parts = [f'{{"bom-ref":{_text(ref)}']
    if bsi and record.sha512:
        parts.append(f',"externalReferences":[{_distribution(record)}]')
    hashes = f'{{"alg":"SHA-256","content":"{record.sha256}"}}'
    if record.sha512:
        hashes += f',{{"alg":"SHA-512","content":"{record.sha512}"}}'
    parts.append(f',"hashes":[{hashes}]')
    if kind := media_type(record.name, record.format):
        parts.append(f',"mime-type":"{kind}"')
    parts.append(f',"name":{_text(record.name)},"properties":[{_properties(record, bsi=bsi)}]')
    parts.append(f',"type":"{TYPES.get(record.format, "file")}"}}')
    return "".join(parts)


def _distribution(record: FileRecord) -> str:
    url = _text(quote(record.name, safe="/"))
    return f'{{"hashes":[{{"alg":"SHA-512","content":"{record.sha512}"}}],"type":"distribution","url":{url}}}'


def _properties(record: FileRecord, *, bsi: bool) -> str:
    plain = (
        f'{{"name":"attest:file:format","value":"{record.format}"}},'
        f'{{"name":"attest:file:size","value":"{record.size}"}}'
    )
    if not bsi and not record.about and not record.tensors:
        return plain
    pairs = [("attest:file:format", record.format), ("attest:file:size", str(record.size))]
    pairs += [(_property_name(fact), fact.value.text) for fact in record.about]
    pairs += _tensors(record)
    if bsi:
        pairs += _bsi(record)
    return ",".join(f'{{"name":{_text(name)},"value":{_text(value)}}}' for name, value in sorted(set(pairs)))


def _tensors(record: FileRecord) -> list[tuple[str, str]]:
    if not record.tensors:
        return []
    # Imported here: tensors are listed only when they were asked for.
    from attest.bom.tensor_text import to_text

    return [(f"attest:tensor:{tensor.name}", to_text(tensor)) for tensor in record.tensors]


def _property_name(fact: Fact) -> str:
    return fact.name if fact.name.startswith(("attest:", "cdx:")) else f"attest:{fact.name}"


def _bsi(record: FileRecord) -> list[tuple[str, str]]:
    """What BSI TR-03183-2 2.1.0 asks of every file; a format that may run code counts as executable."""
    runs = FORMATS[record.format][1] in {"code", "may-run-code"}
    return [
        ("bsi:component:archive", "archive" if record.format in _ARCHIVES else "no archive"),
        ("bsi:component:executable", "executable" if runs else "non-executable"),
        ("bsi:component:filename", record.name.rpartition("/")[2]),
        ("bsi:component:structured", "structured" if record.format in _STRUCTURED else "unstructured"),
    ]


def _text(text: str) -> str:
    return f'"{text}"' if _PLAIN.issuperset(text) else json.dumps(text, ensure_ascii=False)
