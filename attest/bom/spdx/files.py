"""One `software_File` for each file, as text: documents of a million files are written without being held.

Members stand in the order of their names, which is what canonical JSON asks for. An element is put together from
escaped parts because `json.dumps` of a dictionary costs several times as much.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from attest.bom.file_kinds import WEIGHTS, media_type
from attest.bom.spdx.graph import Graph
from attest.bom.spdx.vocabulary import CREATION, quoted
from attest.domain.bom import Bom, FileRecord

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/~@:")
_CHUNK = 512
_PURPOSES = {
    **dict.fromkeys(WEIGHTS, "model"),
    **dict.fromkeys(("csv", "parquet", "arrow", "image", "audio"), "data"),
    **dict.fromkeys(("markdown", "pdf", "text"), "documentation"),
    **dict.fromkeys(("python", "script", "notebook"), "source"),
    **dict.fromkeys(("zip", "archive"), "archive"),
    "executable": "executable",
    "sentencepiece": "data",
    "yaml": "configuration",
}


def ordered(files: Sequence[FileRecord]) -> Sequence[FileRecord]:
    """The files in the order of their ids, which is mostly the order they have."""
    names = (_path(record.name) for record in files)
    if all(before < after for before, after in pairwise(names)):
        return files
    return sorted(files, key=lambda record: _path(record.name))


def file_id(namespace: str, name: str) -> str:
    """A file's id: no other ids begin with `#file/`, and names of files are unique."""
    return f"{namespace}#file/{_path(name)}"


def file_elements(bom: Bom, namespace: str, files: Sequence[FileRecord]) -> Iterator[str]:
    """JSON texts of the elements in the order given, joined with commas in chunks."""
    data = bom.subject == "dataset"
    yield from _joined(_element(record, file_id(namespace, record.name), data=data) for record in files)


def file_ids(namespace: str, files: Sequence[FileRecord]) -> Iterator[str]:
    """The ids as JSON texts, in the same form."""
    yield from _joined(f'"{file_id(namespace, record.name)}"' for record in files)


def annotate_files(graph: Graph, bom: Bom) -> None:
    """What is known of single files beyond digests, size and format; tensors only when they were asked for."""
    for record in bom.files:
        if record.about or record.tensors:
            facts = {fact.name: {"text": fact.value.text, "source": fact.value.source} for fact in record.about}
            tensors = {one.name: _tensor(one.dtype, one.shape, one.sha256) for one in record.tensors}
            told = (("facts", facts), ("tensors", tensors))
            statement = {key: item for key, item in told if item}
            graph.annotate(file_id(graph.namespace, record.name), "facts", statement)


def _tensor(dtype: str, shape: tuple[int, ...], sha256: str) -> str:
    text = f"{dtype}[{','.join(map(str, shape))}]"
    return f"{text} sha256:{sha256}" if sha256 else text


def _path(name: str) -> str:
    return name if _PLAIN.issuperset(name) else quoted(name)


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


def _element(record: FileRecord, element: str, *, data: bool) -> str:
    parts = [f'{{"comment":"format: {record.format}; size: {record.size}"']
    if kind := media_type(record.name, record.format):
        parts.append(f',"contentType":"{kind}"')
    parts.append(f',"creationInfo":"{CREATION}","name":{_text(record.name)}')
    parts.append(f',"software_primaryPurpose":"{_purpose(record, data=data)}"')
    parts.append(f',"spdxId":"{element}","type":"software_File","verifiedUsing":[{_hash("sha256", record.sha256)}')
    if record.sha512:
        parts.append(f",{_hash('sha512', record.sha512)}")
    parts.append("]}")
    return "".join(parts)


def _hash(algorithm: str, digest: str) -> str:
    return f'{{"algorithm":"{algorithm}","hashValue":"{digest}","type":"Hash"}}'


def _purpose(record: FileRecord, *, data: bool) -> str:
    """JSON is a model's configuration, or a dataset's data; what a format says of weights holds for models alone."""
    if record.format == "json":
        return "configuration" if not data and record.name.lower().endswith(".json") else "data"
    purpose = _PURPOSES.get(record.format, "file")
    return "data" if data and purpose == "model" else purpose


def _text(text: str) -> str:
    return f'"{text}"' if _PLAIN.issuperset(text) else json.dumps(text, ensure_ascii=False)
