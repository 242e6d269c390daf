"""The Hugging Face dataset card: `README.md` with YAML front matter.

Sources: the Hub documentation, "Dataset Cards" (`datasetcard.md`) and "Manual Configuration" of data files, and the
templates of `huggingface_hub` and `datasets` for the prose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from attest.formats.card import Prose
from attest.formats.card_prose import read_dataset_prose
from attest.formats.dataset_info import ConfigInfo, infos_of_card
from attest.formats.front_matter import split_card
from attest.formats.members import Members, short
from attest.formats.prose import first_paragraph
from attest.formats.yaml_nodes import Node

MAX_CONFIGS = 2_000
MAX_PATTERNS = 5_000
MAX_PATTERN = 512
DEFAULT_SPLIT = "train"
"""The split of data files that the card lists without one, as `datasets` takes them."""


class DataFiles(NamedTuple):
    """Which files are one split of one configuration: a pattern of `datasets`, relative to the root."""

    config: str
    split: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCard:
    """What a dataset card declares; absent is empty.

    `licenses` holds none when one of them could not be read. `configs` are names in order, `data_files` the files that
    the card assigns to splits. `gated` says that the card asks for something before access is given. `ignored` names
    members whose values have a shape that the Hub does not define.
    """

    pretty_name: str = ""
    licenses: tuple[str, ...] = ()
    license_name: str = ""
    license_link: str = ""
    license_details: str = ""
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    task_categories: tuple[str, ...] = ()
    task_ids: tuple[str, ...] = ()
    size_categories: tuple[str, ...] = ()
    source_datasets: tuple[str, ...] = ()
    annotations_creators: tuple[str, ...] = ()
    language_creators: tuple[str, ...] = ()
    multilinguality: tuple[str, ...] = ()
    paperswithcode_id: str = ""
    configs: tuple[str, ...] = ()
    data_files: tuple[DataFiles, ...] = ()
    infos: tuple[ConfigInfo, ...] = ()
    gated: bool = False
    description: str = ""
    prose: Prose = field(default_factory=Prose)
    ignored: tuple[str, ...] = ()


def read_dataset_card(data: bytes) -> DatasetCard:
    """Read a whole README.md. Raises DocumentError when it is not UTF-8, or its front matter is refused."""
    members, body = split_card(data)
    reader = Members(members)
    configs, files = _configs(reader)
    infos = infos_of_card(reader.members.get("dataset_info")) if members.get("dataset_info") is not None else ()
    if infos is None:
        reader.ignore("dataset_info")
    return DatasetCard(
        pretty_name=reader.text("pretty_name"),
        licenses=reader.texts("license", partly=False),
        license_name=reader.text("license_name"),
        license_link=reader.text("license_link"),
        license_details=reader.text("license_details"),
        languages=reader.texts("language"),
        tags=reader.texts("tags"),
        task_categories=reader.texts("task_categories"),
        task_ids=reader.texts("task_ids"),
        size_categories=reader.texts("size_categories"),
        source_datasets=reader.texts("source_datasets"),
        annotations_creators=reader.texts("annotations_creators"),
        language_creators=reader.texts("language_creators"),
        multilinguality=reader.texts("multilinguality"),
        paperswithcode_id=reader.text("paperswithcode_id"),
        configs=configs,
        data_files=files,
        infos=infos or (),
        gated=reader.begins("extra_gated_"),
        description=first_paragraph(body),
        prose=read_dataset_prose(body),
        ignored=tuple(reader.ignored),
    )


def _configs(reader: Members) -> tuple[tuple[str, ...], tuple[DataFiles, ...]]:
    """Names of configurations, and which files each of their splits has."""
    node = reader.members.get("configs")
    if not isinstance(node, list | None):
        reader.ignore("configs")
    names: dict[str, None] = {}
    files: dict[DataFiles, None] = {}
    for item in (node if isinstance(node, list) else [])[:MAX_CONFIGS]:
        name = short(item.get("config_name")) if isinstance(item, dict) else ""
        if not isinstance(item, dict) or not name:
            reader.ignore("configs")
            continue
        names[name] = None
        folder = short(item.get("data_dir"))
        for split, pattern in _patterns(item.get("data_files"), reader):
            if len(files) >= MAX_PATTERNS:
                reader.ignore("configs")
                break
            files[DataFiles(name, split, _placed(folder, pattern))] = None
    return tuple(names), tuple(files)


def _patterns(node: Node, reader: Members) -> Iterator[tuple[str, str]]:
    """Splits and patterns of `data_files`: a pattern, a list of them, or a list of splits with their patterns."""
    items = node if isinstance(node, list) else [node]
    for item in items:
        split = short(item.get("split")) if isinstance(item, dict) else DEFAULT_SPLIT
        paths = item.get("path") if isinstance(item, dict) else item
        listed = isinstance(paths, list) and isinstance(item, dict)
        for path in paths if listed and isinstance(paths, list) else [paths]:
            if isinstance(path, str) and 0 < len(path) <= MAX_PATTERN and split and path.isprintable():
                if "://" not in path:  # What lies elsewhere is no file of this dataset.
                    yield split, path
            elif path is not None or isinstance(item, dict):
                reader.ignore("configs")


def _placed(folder: str, pattern: str) -> str:
    """A pattern relative to the root."""
    parts = [part for part in f"{folder}/{pattern}".split("/") if part not in {"", "."}]
    return "/".join(parts)
