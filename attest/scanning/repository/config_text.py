"""Configuration of spaCy and thinc (`config.cfg`): the functions that it picks from their registries.

Source: confection `Config`: sections of INI files whose values are JSON; a key with an `@` names a registry and its
value a function in it, which is called with the rest of the section.
"""

from __future__ import annotations

import json
import re

from attest.errors import DocumentError
from attest.scanning.part import Part

MAX_SIZE = 1 << 20
_LINE = re.compile(r"\s*(@\w+)\s*[=:]\s*(.*)")
_OWN = re.compile(
    r"(?:spacy|spacy-legacy|spacy-transformers|spacy-curated-transformers|spacy-lookups-data)\.[A-Za-z]\w*\.v\d+"
)
_THINC = re.compile(
    r"(?:Adam|RAdam|SGD|constant|constant_then|compounding|cyclic_triangular|decaying|plateau|slanted_triangular"
    r"|warmup_linear|chain|clone|concatenate|Linear|Maxout|Mish|Relu|Softmax|reduce_first|reduce_last|reduce_max"
    r"|reduce_mean|reduce_sum|glorot_uniform_init|normal_init|uniform_init|zero_init|LayerNorm|Dropout|residual"
    r"|with_array|list2ragged)\.v\d+"
)
_HIDDEN = ('"@', "'@", "\\u0040", "\\x40")
_READS = frozenset({"spacy.PlainTextCorpus.v1", "spacy.copy_from_base_model.v1", "spacy.read_labels.v1"})


def scan(part: Part) -> None:
    """Scan the configuration. Raises DocumentError when it is no UTF-8 text or too long."""
    if part.size > MAX_SIZE:
        raise DocumentError(f"the configuration is longer than {MAX_SIZE} bytes")
    try:
        text = part.source.read(0, part.size).decode()
    except UnicodeDecodeError as error:
        raise DocumentError(f"the configuration is no UTF-8 text (byte {error.start})") from None
    part.interpreted(part.size)
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found:
            _judge(part, found[1], found[2], number)
        elif line.lstrip(" \t\"'[").startswith("@") or any(sign in line for sign in _HIDDEN):
            part.report("config.names-code", f"line {number} names a function in a way no writer does", value=line)


def _judge(part: Part, registry: str, value: str, number: int) -> None:
    try:
        name = json.loads(value)
    except ValueError:
        name = None
    listed = isinstance(name, str) and (_OWN.fullmatch(name) or _THINC.fullmatch(name)) and name not in _READS
    if not listed:
        part.report("config.names-code", f"line {number} picks a function from {registry}", value=str(name or value))
