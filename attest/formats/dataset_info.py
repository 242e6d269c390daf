"""What the `datasets` library notes about a dataset: configurations, splits with their sizes, and features.

Sources: `datasets.info.DatasetInfo` (`dataset_infos.json`, and `dataset_info.json` of `save_to_disk`), the member
`dataset_info` of a dataset card (`datasetcard.md` of the Hub documentation), and `state.json` and `dataset_dict.json`
of `Dataset.save_to_disk` and `DatasetDict.save_to_disk`. Other tools use these names for files of their own: a document
of another shape is nobody's, and gives None. Every count here is declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from attest.domain.strict_json import Json, JsonObject, Limits, parse
from attest.formats.feature_types import json_features, yaml_features
from attest.formats.header_text import paragraph, plain
from attest.formats.members import short
from attest.formats.prefix import MAX_DOCUMENT
from attest.formats.yaml_nodes import Node

MAX_CONFIGS = 2_000
MAX_SPLITS = 5_000
MAX_CITATION = 64 * 1024
MAX_COUNT = 2**53 - 1
_LIMITS = Limits(size=MAX_DOCUMENT, depth=32, nodes=400_000, string=MAX_DOCUMENT)
_NUMBER = re.compile(r"\d{1,16}")
# Members that only DatasetInfo has; its other members are common words.
_TELLING = frozenset(
    {"builder_name", "dataset_size", "download_checksums", "download_size", "post_processed", "post_processing_size",
     "size_in_bytes", "supervised_keys"}
)  # fmt: skip
_UNSET_VERSION = "0.0.0"


class SplitInfo(NamedTuple):
    """A split as it is declared; None where a number is not given or is no count."""

    name: str
    examples: int | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigInfo:
    """One configuration; absent is empty. `where` is a JSON pointer to it in its document.

    `features` are names with types as `feature_types` spells them; `labels` are the class names of features that have
    some. Sizes are bytes.
    """

    where: str
    config: str = ""
    dataset_name: str = ""
    description: str = ""
    citation: str = ""
    homepage: str = ""
    license: str = ""
    version: str = ""
    features: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    splits: tuple[SplitInfo, ...] = ()
    download_size: int | None = None
    dataset_size: int | None = None


class SavedState(NamedTuple):
    """What `state.json` says: the files of a saved dataset, and the split that it was, which may be empty."""

    files: tuple[str, ...]
    split: str


def read_dataset_infos(data: bytes) -> tuple[ConfigInfo, ...] | None:
    """`dataset_infos.json`: configurations by name. None when it is another document of that name.

    Raises DocumentError when it is no strict JSON.
    """
    root = _object(data, "dataset_infos.json")
    if root is None or not root or not all(_is_info(item) for item in root.values()):
        return None
    found = []
    left = MAX_SPLITS
    for name, item in list(root.items())[:MAX_CONFIGS]:
        if isinstance(item, dict):
            found.append(_info(item, f"/{_escaped(name)}", config=plain(name), left=left))
            left -= len(found[-1].splits)
    return tuple(found)


def read_dataset_info(data: bytes) -> ConfigInfo | None:
    """`dataset_info.json` of `save_to_disk`. None when it is another document; raises DocumentError as above."""
    root = _object(data, "dataset_info.json")
    return _info(root, "", left=MAX_SPLITS) if root is not None and _is_info(root) else None


def read_state(data: bytes) -> SavedState | None:
    """`state.json` of `save_to_disk`. None when it is another document; raises DocumentError as above."""
    root = _object(data, "state.json")
    if root is None or "_fingerprint" not in root or not isinstance(root.get("_data_files"), list):
        return None
    files = [item.get("filename") for item in _list(root["_data_files"])[:MAX_SPLITS] if isinstance(item, dict)]
    return SavedState(tuple(text for item in files if (text := _text(item))), _text(root.get("_split")))


def read_dataset_dict(data: bytes) -> tuple[str, ...] | None:
    """`dataset_dict.json` of `save_to_disk`: names of splits, each a folder.

    None when it is another document; raises DocumentError as above.
    """
    root = _object(data, "dataset_dict.json")
    if root is None or set(root) != {"splits"} or not isinstance(root["splits"], list):
        return None
    return tuple(dict.fromkeys(text for item in root["splits"][:MAX_SPLITS] if (text := _text(item))))


def infos_of_card(node: Node) -> tuple[ConfigInfo, ...] | None:
    """The member `dataset_info` of a card: one configuration, or a list of them. None when it has another shape."""
    items = node if isinstance(node, list) else [node]
    found = []
    left = MAX_SPLITS
    for index, item in enumerate(items[:MAX_CONFIGS]):
        if not isinstance(item, dict):
            return None
        where = f"/dataset_info/{index}" if isinstance(node, list) else "/dataset_info"
        features, labels = yaml_features(item.get("features"))
        splits = tuple(_card_splits(item.get("splits"), left))
        left -= len(splits)
        found.append(
            ConfigInfo(
                where=where,
                config=short(item.get("config_name")),
                features=features,
                labels=labels,
                splits=splits,
                download_size=_number(item.get("download_size")),
                dataset_size=_number(item.get("dataset_size")),
            )
        )
    return tuple(found)


def _card_splits(node: Node, left: int) -> Iterator[SplitInfo]:
    items = node if isinstance(node, list) else []
    for item in items[: max(0, left)]:
        if isinstance(item, dict) and (name := short(item.get("name"))):
            yield SplitInfo(name, _number(item.get("num_examples")), _number(item.get("num_bytes")))


def _number(node: Node) -> int | None:
    text = short(node)
    return int(text) if _NUMBER.fullmatch(text) and int(text) <= MAX_COUNT else None


def _object(data: bytes, what: str) -> JsonObject | None:
    root = parse(data, _LIMITS, what)
    return root if isinstance(root, dict) else None


def _is_info(node: Json) -> bool:
    """Whether this is a DatasetInfo: features as the library writes them, or members that only it has."""
    if not isinstance(node, dict):
        return False
    features, splits = node.get("features"), node.get("splits")
    if not isinstance(features, dict | None) or not isinstance(splits, dict | None):
        return False
    typed = bool(features) and all(isinstance(one, dict | list) for one in (features or {}).values())
    return len(_TELLING & node.keys()) >= 2 or (typed and "citation" in node)


def _info(node: JsonObject, where: str, *, left: int, config: str = "") -> ConfigInfo:
    features, labels = json_features(node.get("features"))
    return ConfigInfo(
        where=where,
        config=config or _text(node.get("config_name")),
        dataset_name=_text(node.get("dataset_name")),
        description=_prose(node.get("description")),
        citation=_citation(node.get("citation")),
        homepage=_text(node.get("homepage")),
        license=_text(node.get("license")),
        version=_version(node.get("version")),
        features=features,
        labels=labels,
        splits=tuple(_splits(node.get("splits"), left)),
        download_size=_count(node.get("download_size")),
        dataset_size=_count(node.get("dataset_size")),
    )


def _splits(node: Json, left: int) -> Iterator[SplitInfo]:
    table: Mapping[str, Json] = node if isinstance(node, dict) else {}
    for key, item in list(table.items())[: max(0, left)]:
        if isinstance(item, dict) and (name := _text(item.get("name")) or plain(key)):
            yield SplitInfo(name, _count(item.get("num_examples")), _count(item.get("num_bytes")))


def _version(node: Json) -> str:
    """A text, or an object that holds one; the library's `0.0.0` means that nobody set one."""
    text = _text(node.get("version_str")) if isinstance(node, dict) else _text(node)
    return "" if text == _UNSET_VERSION else text


def _count(node: Json) -> int | None:
    whole = isinstance(node, int) and not isinstance(node, bool)
    return node if whole and isinstance(node, int) and 0 <= node <= MAX_COUNT else None


def _text(node: Json) -> str:
    return plain(node) if isinstance(node, str) else ""


def _prose(node: Json) -> str:
    return paragraph(node) if isinstance(node, str) else ""


def _citation(node: Json) -> str:
    return node.strip() if isinstance(node, str) and len(node) <= MAX_CITATION else ""


def _list(node: Json) -> list[Json]:
    return node if isinstance(node, list) else []


def _escaped(name: str) -> str:
    """A member's name in a JSON pointer; what does not print is left out of it."""
    text = name.replace("~", "~0").replace("/", "~1")
    return text if text.isprintable() and len(text) <= 256 else ""
