"""What a CycloneDX document is about: its models, datasets, files and other components, whoever wrote it.

A file is a component of type `file`, or a part of a model or a dataset that only tools know how to name: `data` for
weights, `library` for code. Files belong to the component that they are parts of; norms that speak of every component
do not mean them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from attest.bom.places import Json, Place, Way, object_of, objects_in, places

MODEL, DATASET = "machine-learning-model", "data"
_FILE_PROPERTIES = ("attest:file:", "bsi:component:filename")
WEIGHTS = (
    ".bin", ".ckpt", ".gguf", ".ggml", ".h5", ".joblib", ".keras", ".mlmodel", ".npz", ".onnx", ".pb", ".pkl", ".pt",
    ".pth", ".safetensors", ".tflite",
)  # fmt: skip
_ML_PURLS = ("pkg:huggingface/", "pkg:mlflow/")
_THIN = frozenset(
    {"type", "bom-ref", "name", "version", "group", "purl", "description", "properties", "components", "mime-type"}
)
_SYSTEMS = frozenset({"application", "container", "device", "firmware", "operating-system", "platform"})


@dataclass(frozen=True)
class Things:
    """The components of one document by what they are; made once, read often."""

    document: Json

    @cached_property
    def all(self) -> tuple[Place, ...]:
        """Every component but tools and pedigree entries, files included."""
        return tuple(place for place in places(self.document) if place.role in ("subject", "component"))

    @cached_property
    def models(self) -> tuple[Place, ...]:
        """Components typed as models."""
        return tuple(place for place in self.all if place.node.get("type") == MODEL)

    @cached_property
    def datasets(self) -> tuple[Place, ...]:
        """Datasets: components typed `data` that are no files and hold no configuration, and datasets in cards."""
        typed = (place for place in self.all if place.node.get("type") == DATASET and not is_file(place))
        return (*filter(_is_dataset, typed), *self._inline())

    @cached_property
    def files(self) -> tuple[Place, ...]:
        """Files of models and datasets; all files when there is neither."""
        return tuple(place for place in self.all if is_file(place))

    @cached_property
    def components(self) -> tuple[Place, ...]:
        """Components that are no files, without a thin root; where there are only files, those."""
        found = tuple(place for place in self.all if not is_file(place) and place is not self._thin_root)
        return found or self.all

    @cached_property
    def subject(self) -> Place | None:
        """What the document is about: `metadata.component`, or the model or dataset that a thin root stands for."""
        if self._root is not None and self._thin_root is None:
            return self._root
        return next(iter((*self.models, *self.datasets)), self._root)

    @cached_property
    def is_system(self) -> bool:
        """Whether the subject is a system rather than a model, a dataset or a thin root for one."""
        root = self._root
        return root is not None and root.node.get("type") in _SYSTEMS and not self._is_thin(root)

    @cached_property
    def _root(self) -> Place | None:
        return next((place for place in self.all if place.role == "subject"), None)

    @cached_property
    def _thin_root(self) -> Place | None:
        """A root that only holds models or datasets."""
        root = self._root
        return root if root is not None and (self.models or self.datasets) and self._is_thin(root) else None

    def adopted(self, place: Place) -> tuple[Place, ...]:
        """Files that stand beside their model or dataset and not inside it (the inventory layout)."""
        return self._adopted.get(id(place.node), ())

    @cached_property
    def _adopted(self) -> dict[int, tuple[Place, ...]]:
        loose = [place for place in self.files if place.parent is None and place.role == "component"]
        owners = [place for place in (*self.models, *self.datasets) if place.text("bom-ref")]
        named: dict[str, list[Place]] = {}
        for file in loose:
            named.setdefault(file.text("bom-ref").rpartition("#")[0], []).append(file)
        found = {id(owner.node): tuple(named.get(owner.text("bom-ref"), ())) for owner in owners}
        if len(self.models) == 1 and not any(found.values()):
            found[id(self.models[0].node)] = tuple(loose)
        return found

    @cached_property
    def untyped_model(self) -> Place | None:
        """Something that must be a model and is not typed as one: a weights file or a purl of a model hub."""
        if self.models:
            return None
        return next((place for place in self.all if _looks_like_model(place)), None)

    def _is_thin(self, root: Place) -> bool:
        """Whether a root says nothing of itself but its name."""
        if root.node.get("type") in (MODEL, DATASET) or self.document.get("services"):
            return False
        return _THIN.issuperset(key for key, item in root.node.items() if item)

    def _inline(self) -> Iterator[Place]:
        """Datasets that a card describes itself, as components whose `data` they are."""
        for model in self.models:
            parameters = object_of(object_of(model.node.get("modelCard")).get("modelParameters"))
            items = parameters.get("datasets")
            way: Way = ((model.way, "modelCard"), "modelParameters")
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict) and "ref" not in item:
                    node = {"type": DATASET, "name": item.get("name"), "data": [item]}
                    yield Place(way=((way, "datasets"), index), node=node, role="inline", parent=model)


def is_inline(place: Place) -> bool:
    """Whether a dataset stands in a card and not as a component of its own."""
    return place.role == "inline"


def is_file(place: Place) -> bool:
    """Whether a component is a file, or a part of a model or dataset that stands for one."""
    node = place.node
    kind = node.get("type")
    if kind == "file":
        return True
    if kind == MODEL or "modelCard" in node:
        return False
    if any(name.startswith(_FILE_PROPERTIES) for name in _property_names(node)):
        return True
    if place.text("purl").partition("#")[2]:
        return True
    part = place.parent is not None and place.parent.node.get("type") in (MODEL, DATASET)
    return part and "data" not in node and bool(node.get("hashes"))


def file_names(place: Place) -> list[str]:
    """Paths by which a component may be found in a directory, the surest first."""
    subpath = unquote(place.text("purl").partition("#")[2])
    return [name.removeprefix("./") for name in dict.fromkeys((place.text("name"), subpath)) if name]


def _property_names(node: Json) -> Iterator[str]:
    for item in objects_in(node.get("properties")):
        if isinstance(name := item.get("name"), str):
            yield name


def _is_dataset(place: Place) -> bool:
    kinds = {item.get("type") for item in objects_in(place.node.get("data"))}
    return not kinds or "dataset" in kinds


def _looks_like_model(place: Place) -> bool:
    return is_model_purl(place.text("purl")) or place.text("name").lower().endswith(WEIGHTS)


def is_model_purl(purl: str) -> bool:
    """Whether a purl names a model of a model hub rather than a dataset of it."""
    return purl.startswith(_ML_PURLS) and "/datasets/" not in purl and "%2Fdatasets" not in purl
