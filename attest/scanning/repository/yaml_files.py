"""YAML files: tags that name code, and members that make a loader import, call or render something.

Sources: YAML 1.1 with PyYAML's constructors (`!!python/…`), MLflow `MLmodel`.
"""

from __future__ import annotations

import codecs
import re

from attest.errors import DocumentError
from attest.formats.document_tree import Pairs, Tree
from attest.formats.extensions import split_name
from attest.formats.yaml_events import YamlBuilder, read_steps
from attest.scanning.part import Part
from attest.scanning.repository.config_keys import judge_tree
from attest.scanning.repository.config_tree import mappings, pointer, texts

WHOLE = 64 << 10
MAX_WHOLE = 2 << 20
MAX_SIZE = 64 << 20
_STEPS = 1000
# Tags, directives, escapes behind which a key could hide, and keys that mean something.
_TELLING = re.compile(
    r"(?<![^\s\[{,:?\-])!|%TAG|\\[xuU\n]|auto_map|custom_|trust_remote_code|_target_|class_path|loader_module|py/|__"
    r"|chat_template|implementation|target|parent_library|activation_f|init_parameters|import_path|callable_path"
    r"|python_class|_import_"
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CODE_KEYS = frozenset({"code", "model_code_path", "code_paths"})


def scan(part: Part) -> None:
    """Scan a YAML file. Raises DocumentError when it is malformed or past a limit; findings up to there stay."""
    if part.size > MAX_SIZE:
        part.report("scan.budget", f"the file is longer than {MAX_SIZE} bytes")
        return
    text = _decoded(part.source.read(0, part.size))
    part.interpreted(part.size)
    if part.size > WHOLE and not _TELLING.search(text):
        return
    if part.size > MAX_WHOLE:
        part.report("scan.budget", f"the file is longer than {MAX_WHOLE} bytes and has members that must be read")
        return
    builder = YamlBuilder()
    try:
        for step in read_steps(text, builder):
            if step % _STEPS == 0:
                part.budget.check_time()
    finally:
        _judge(part, builder)


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentError(f"the file is no text in {encoding} (byte {error.start})") from None


def _judge(part: Part, builder: YamlBuilder) -> None:
    for tag, line in builder.file.tags:
        part.report("config.names-code", f"a tag in line {line} asks the reader to build an object", value=tag)
    base, _ = split_name(part.name)
    for document in builder.file.documents:
        judge_tree(part, document)
        if base == "mlmodel":
            _flavours(part, document)


def _flavours(part: Part, document: Tree) -> None:
    """`MLmodel`: a flavour that brings code has it put on the path of modules."""
    for mapping, link in mappings(part, document):
        for key, value in mapping:
            if key in _CODE_KEYS and value and not isinstance(value, float | Pairs):
                where = pointer(link, key)
                part.report("hf.remote-code", f"{where} makes the loader import code of the model", value=_shown(value))


def _shown(value: Tree) -> str:
    return next(texts(value), "")
