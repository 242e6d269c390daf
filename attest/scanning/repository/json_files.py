"""JSON files: every member that could make a loader import, call or render something, after all escapes are decoded.

Documents of ordinary size are read whole. In larger ones (vocabularies, trees of gradient boosting) only members count
whose keys mean something here; when there is none, nothing in the file can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from attest.errors import DocumentError
from attest.formats.document_tree import Pairs, Tree
from attest.formats.extensions import JSON, split_name
from attest.scanning.part import Part
from attest.scanning.repository.config_keys import judge_tree
from attest.scanning.repository.config_tree import MAX_DEPTH
from attest.scanning.repository.hf_files import judge_index, judge_modules, judge_pipeline, judge_router

Document: TypeAlias = tuple[Tree, list[str]]
"""What a document holds, and its keys with more than one value."""

WHOLE = 4 << 20
MAX_WHOLE = 64 << 20
MAX_LINE = 4 << 20
_BLOCK = 1 << 20
_OVERLAP = 4096
_LINES = frozenset({".jsonl", ".ndjson"})
# Keys that mean something, with a value that is no number; and ASCII letters that hide behind escapes.
_TELLING = re.compile(
    rb"(?:auto_map|custom_|trust_remote_code|_target_|class_path|loader_module|py/|__|chat_template|implementation"
    rb'|parent_library|activation_f|init_parameters|import_path|callable_path|python_class|_import_|weight_map|"lc)'
    rb'[^"\\\n]{0,40}"'
    rb'\s*(?::\s*["\[{t]|\Z)|\\u00[2-7][0-9a-fA-F](?<!3[cCeE])(?<!2[267])'
)
# One of these stands in whatever matches; looking for them first is much faster.
_WORDS = (
    b"auto_map", b"custom_", b"trust_remote_code", b"_target_", b"class_path", b"loader_module", b"py/", b"__",
    b"chat_template", b"implementation", b"parent_library", b"activation_f", b"init_parameters", b"import_path",
    b"callable_path", b"python_class", b"_import_", b"weight_map", b'"lc', b"\\u00",
)  # fmt: skip
_BY_NAME: dict[str, Callable[[Part, Tree], None]] = {
    "model_index.json": judge_pipeline,
    "modular_model_index.json": judge_pipeline,
    "modules.json": judge_modules,
    "router_config.json": judge_router,
    "config.json": judge_router,
}


def scan(part: Part) -> None:
    """Scan a JSON file, or one with a document in every line. Raises DocumentError when it is neither."""
    _, extension = split_name(part.name)
    if part.size > WHOLE:
        _large(part, lines=extension in _LINES)
        return
    data = part.source.read(0, part.size)
    part.interpreted(part.size)
    text = _decoded(data)
    if extension in JSON:
        _judge_text(part, text, lines=extension in _LINES)
        return
    # What merely begins with a brace is JSON only if it reads as such.
    try:
        document = _parse(text)
    except DocumentError:
        return
    _judge(part, document)


def _judge_text(part: Part, text: str, *, lines: bool) -> None:
    if not lines:
        try:
            tree = _parse(text)
        except DocumentError:
            # Data sets call files of lines `.json` too; a single line cannot have been one.
            if text.strip().count("\n") == 0:
                raise
        else:
            _judge(part, tree)
            return
    for line in text.split("\n"):
        if line.strip():
            part.budget.check_time()
            _judge(part, _parse(line))


def _judge(part: Part, document: Document) -> None:
    tree, twice = document
    judge_tree(part, tree)
    base, _ = split_name(part.name)
    by_name = judge_index if base.endswith(".index.json") else _BY_NAME.get(base)
    if by_name is not None:
        by_name(part, tree)
    for name in twice[:1]:
        part.report("file.malformed", "a member stands twice in one object, with two values", value=name)


# Reading.


def _decoded(data: bytes) -> str:
    """The text of a document, in the encoding that Python's reader finds in it."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding, "surrogatepass")
    except UnicodeDecodeError as error:
        raise DocumentError(f"the document is no text in {encoding} (byte {error.start})") from None


def _parse(text: str) -> Document:
    """One document with all its pairs; NaN and Infinity count as numbers, as Python writes them."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Tree]]) -> Pairs:
        if len(found) > 1 and len({key for key, _ in found}) != len(found):
            twice.extend(_ambiguous(found))
        return Pairs(found)

    try:
        return json.loads(text.removeprefix("\ufeff"), object_pairs_hook=pairs), twice
    except RecursionError:
        raise DocumentError(f"the document is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise DocumentError(f"the document is no JSON: {error}") from None


def _ambiguous(pairs: list[tuple[str, Tree]]) -> Iterator[str]:
    """Keys with more than one value, of which readers take one or the other."""
    values: dict[str, Tree] = {}
    for key, value in pairs:
        if values.setdefault(key, value) != value:
            yield key


# Large documents.


def _large(part: Part, *, lines: bool) -> None:
    telling = _is_telling(part)
    part.interpreted(part.size)
    if not telling:
        return
    if lines:
        for line in _lines(part):
            _judge(part, _parse(line))
    elif part.size <= MAX_WHOLE:
        _judge_text(part, _decoded(part.source.read(0, part.size)), lines=False)
    else:
        part.report("scan.budget", f"the document is longer than {MAX_WHOLE} bytes and has members that must be read")


def _is_telling(part: Part) -> bool:
    """Whether a large document has a key that means something here, or one that cannot be told without decoding."""
    if b"\0" in part.source.up_to(0, 4):
        return True
    position = 0
    while position < part.size:
        part.budget.check_time()
        block = part.source.up_to(position, _BLOCK + _OVERLAP)
        if any(word in block for word in _WORDS) and _TELLING.search(block):
            return True
        position += _BLOCK
    return False


def _lines(part: Part) -> Iterator[str]:
    """The lines of a large file. Raises DocumentError for one that is too long."""
    rest, position = b"", 0
    while position < part.size or rest:
        part.budget.check_time()
        block = part.source.up_to(position, _BLOCK)
        position += len(block)
        *whole, rest = (rest + block).split(b"\n")
        if position >= part.size:
            whole, rest = [*whole, rest], b""
        if len(rest) > MAX_LINE:
            raise DocumentError(f"a line is longer than {MAX_LINE} bytes")
        yield from (_decoded(line) for line in whole if line.strip())
