"""Which observer looks into a file of a dataset, told from its first bytes and its name; each is imported when needed.

Most files of a dataset are pictures or sounds by the million, and get none: for them it costs two look-ups.
"""

from __future__ import annotations

from collections.abc import Callable

from attest.formats.facts import Facts
from attest.formats.observers import HeaderObserver, Observer
from attest.formats.source import Source

_POINTER = b"version https://git-lfs.github.com/spec/"


def observe_dataset(name: str, first: bytes, size: int) -> Observer | None:
    """What looks into file `name` of a dataset while it is hashed, or None when nothing is to be found there.

    `first` are its first bytes: all of them, or 8 KiB at least.
    """
    found = _SIGNATURES.get(first[:4])
    if found is None:
        found = _EXTENSIONS.get(name[name.rfind(".") :].lower())
        if found is None or size <= 0 or first.startswith(_POINTER):
            return None
    return found(name, first, size)


def _parquet(name: str, first: bytes, size: int) -> Observer:
    del first
    return HeaderObserver(name, size, _read_parquet)


def _arrow(name: str, first: bytes, size: int) -> Observer | None:
    # Four bytes 0xFF begin many a file; a stream goes on with the length of its schema, which is padded to eight bytes.
    length = int.from_bytes(first[4:8], "little")
    likely = first.startswith(b"ARROW1") or (0 < length <= size - 8 and length % 8 == 0)
    return HeaderObserver(name, size, _read_arrow) if likely or name.lower().endswith(_ARROW) else None


def _read_parquet(source: Source) -> Facts:
    from attest.formats.parquet import read

    return read(source)


def _read_arrow(source: Source) -> Facts:
    from attest.formats.arrow import read

    return read(source)


def _tar(name: str, first: bytes, size: int) -> Observer:
    del first
    from attest.formats.tar_samples import TarObserver

    return TarObserver(name, size)


def _delimited(name: str, first: bytes, size: int) -> Observer:
    del first, size
    from attest.formats.delimited import DelimitedObserver

    return DelimitedObserver(_USUAL[name[name.rfind(".") :].lower()])


def _lines(name: str, first: bytes, size: int) -> Observer:
    del name, first, size
    from attest.formats.json_lines import JsonObserver

    return JsonObserver(lines=True)


def _json(name: str, first: bytes, size: int) -> Observer | None:
    """A file of lines or an array; most JSON files are one object over many lines, and get none."""
    del name
    from attest.formats.json_lines import JsonObserver, may_hold_rows

    return JsonObserver(lines=False) if may_hold_rows(first, whole=len(first) >= size) else None


def _packed(name: str, first: bytes, size: int) -> Observer | None:
    """Compressed text, by the extension before the last."""
    del first
    stem, dot, extension = name.lower().rpartition(".")
    inner = stem[stem.rfind(".") :]
    from attest.formats.delimited import DelimitedObserver
    from attest.formats.expanding import ExpandingObserver
    from attest.formats.json_lines import JsonObserver

    text: DelimitedObserver | JsonObserver
    if inner in _USUAL:
        text = DelimitedObserver(_USUAL[inner])
    elif inner in _LINES or inner == ".json":
        text = JsonObserver(lines=inner in _LINES)
    else:
        return None
    return ExpandingObserver(dot + extension, size, text)


_ARROW = (".arrow", ".arrows", ".feather", ".ipc")
_USUAL = {".csv": ",", ".psv": "|", ".tab": "\t", ".tsv": "\t"}
_LINES = (".jsonl", ".jsonlines", ".ndjson")
_Choice = Callable[[str, bytes, int], Observer | None]
_SIGNATURES: dict[bytes, _Choice] = {
    b"PAR1": _parquet,
    b"PARE": _parquet,
    b"ARRO": _arrow,
    b"\xff\xff\xff\xff": _arrow,
}
_EXTENSIONS: dict[str, _Choice] = {
    ".parquet": _parquet,
    ".pq": _parquet,
    ".json": _json,
    ".tar": _tar,
    **dict.fromkeys(_ARROW, _arrow),
    **dict.fromkeys(_USUAL, _delimited),
    **dict.fromkeys(_LINES, _lines),
    **dict.fromkeys((".gz", ".bz2", ".xz"), _packed),
}
