"""Types of features as `datasets` declares them → one short text each, whichever way they are written.

Sources: `datasets.features` (`Features.to_dict`, where `_type` names a class, and the shorter form in the YAML of
dataset cards). Scalars give their `dtype`; a class gives its name with what matters of it, such as `ClassLabel(2)` or
`Audio(16000)`; nested ones read `list<string>` and `struct<text: string, start: int32>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from attest.formats.header_text import listing, plain

MAX_FEATURES = 1_000
MAX_NAME = 128
MAX_TYPE = 256
MAX_CLASSES = 1_000_000
_MAX_FIELDS = 50
_MAX_DEPTH = 8
UNKNOWN = "?"
_LISTS = ("Sequence", "List", "LargeList")
_YAML_LISTS = ("sequence", "list", "large_list")
_YAML_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "array2_d": "Array2D", "array3_d": "Array3D", "array4_d": "Array4D", "array5_d": "Array5D", "audio": "Audio",
        "class_label": "ClassLabel", "image": "Image", "pdf": "Pdf", "translation": "Translation", "video": "Video",
    }
)  # fmt: skip


class Features(NamedTuple):
    """Names with types, and names with class labels for those features that have some."""

    types: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


def json_features(node: object) -> Features:
    """From the `features` of a DatasetInfo as JSON."""
    table = node if isinstance(node, dict) else {}
    return _gathered((name, _json_type(item, 0), _json_labels(item)) for name, item in table.items())


def yaml_features(node: object) -> Features:
    """From the `features` of a card's `dataset_info`."""
    items = node if isinstance(node, list) else []
    named = [item for item in items if isinstance(item, dict)]
    return _gathered((item.get("name"), _yaml_type(item, 0), _yaml_labels(item)) for item in named)


def _gathered(found: Iterable[tuple[object, str, str]]) -> Features:
    types: dict[str, str] = {}
    labels: dict[str, str] = {}
    for name, kind, classes in found:
        if len(types) >= MAX_FEATURES:
            break
        text = plain(name, MAX_NAME) if isinstance(name, str) else ""
        if text and text not in types:
            types[text] = kind or UNKNOWN
            if classes:
                labels[text] = classes
    return Features(tuple(types.items()), tuple(labels.items()))


def _json_type(node: object, depth: int) -> str:
    if depth > _MAX_DEPTH:
        return UNKNOWN
    if isinstance(node, list):
        return _cut(f"list<{_json_type(node[0], depth + 1)}>") if len(node) == 1 else UNKNOWN
    if not isinstance(node, dict):
        return UNKNOWN
    kind = node.get("_type")
    if not isinstance(kind, str):
        return _struct((name, _json_type(item, depth + 1)) for name, item in _first(node))
    if kind == "Value":
        return _scalar(node.get("dtype"))
    if kind in _LISTS:
        return _cut(f"list<{_json_type(node.get('feature'), depth + 1)}>")
    return _class(kind, node)


def _yaml_type(node: object, depth: int) -> str:
    """An item with a `dtype`, or with a key that says how what it holds is put together."""
    if depth > _MAX_DEPTH:
        return UNKNOWN
    if isinstance(node, str):
        return _scalar(node)
    if isinstance(node, list):
        fields = [item for item in node[:_MAX_FIELDS] if isinstance(item, dict)]
        return _struct((str(item.get("name")), _yaml_type(item, depth + 1)) for item in fields)
    if not isinstance(node, dict):
        return UNKNOWN
    for key in _YAML_LISTS:
        if key in node:
            return _cut(f"list<{_yaml_type(node[key], depth + 1)}>")
    if "struct" in node:
        return _yaml_type(node["struct"], depth + 1)
    if "dtype" in node:
        return _yaml_type(node["dtype"], depth + 1)
    known = [key for key in _YAML_CLASSES if key in node]
    values = node[known[0]] if known else None
    return _class(_YAML_CLASSES[known[0]], values if isinstance(values, dict) else {}) if known else UNKNOWN


def _class(kind: str, values: dict[str, object]) -> str:
    """A class of the library with what matters of it."""
    name = plain(kind, MAX_NAME)
    if kind == "ClassLabel":
        count = len(_names(values)) or _number(values.get("num_classes"))
        return f"ClassLabel({count})" if count else name
    shape, languages = values.get("shape"), values.get("languages")
    parts: list[str] = []
    if isinstance(shape, list):
        parts = ["x".join(str(_number(item) or "?") for item in shape[:_MAX_DEPTH]), _scalar(values.get("dtype"))]
    elif isinstance(languages, list):
        parts = [_scalar(item) for item in languages[:_MAX_FIELDS]]
    elif rate := _number(values.get("sampling_rate")):
        parts = [str(rate)]
    return _cut(f"{name}({', '.join(parts)})" if parts else name)


def _struct(fields: Iterable[tuple[object, str]]) -> str:
    inner = [f"{plain(name, MAX_NAME)}: {kind}" for name, kind in fields if isinstance(name, str)]
    return _cut(f"struct<{', '.join(inner)}>")


def _first(table: dict[str, object]) -> Iterator[tuple[str, object]]:
    yield from list(table.items())[:_MAX_FIELDS]


def _json_labels(node: object) -> str:
    """The class labels of a feature, or of the elements of a list."""
    inner = node.get("feature") if isinstance(node, dict) and node.get("_type") in _LISTS else node
    if not isinstance(inner, dict) or inner.get("_type") != "ClassLabel":
        return ""
    return listing(_names(inner))


def _yaml_labels(item: dict[str, object]) -> str:
    inner = item.get("dtype") or next((item[key] for key in _YAML_LISTS if key in item), None)
    classes = inner.get("class_label") if isinstance(inner, dict) else None
    return listing(_names(classes)) if isinstance(classes, dict) else ""


def _names(values: dict[str, object]) -> list[str]:
    """`names` as a list, or by number as the YAML of cards writes it; empty when one of them is no short text."""
    names = values.get("names")
    items = list(names.values()) if isinstance(names, dict) else names if isinstance(names, list) else []
    texts = [plain(item, MAX_NAME) for item in items if isinstance(item, str)]
    return texts if len(texts) == len(items) and all(texts) else []


def _number(node: object) -> int:
    """A count or a rate; 0 when it is none."""
    if isinstance(node, str) and len(node) <= 7 and node.isdecimal() and node.isascii():
        return int(node)
    whole = isinstance(node, int) and not isinstance(node, bool)
    return node if whole and isinstance(node, int) and 0 <= node <= MAX_CLASSES else 0


def _scalar(node: object) -> str:
    return (plain(node, MAX_NAME) if isinstance(node, str) else "") or UNKNOWN


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TYPE else text[: MAX_TYPE - 1] + "…"
