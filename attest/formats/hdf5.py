"""HDF5 files: the tensors that they hold, and what Keras writes beside them.

Sources: HDF5 File Format Specification 3.0 (see `hdf5_file`); Keras `legacy/saving/legacy_h5_format.py` (root
attributes `keras_version`, `backend`, `model_config`, `training_config`; weights below `model_weights`, or at the root
when only weights are saved) and `saving/saving_lib.py` (weights below groups called `vars`).
"""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import NamedTuple

from attest.errors import DocumentError
from attest.formats.facts import Facts, TensorInfo
from attest.formats.hdf5_file import Hdf5, Node
from attest.formats.hdf5_messages import Attribute
from attest.formats.header_text import Problems, neighbour, plain
from attest.formats.keras_config import KerasConfig, read_model, read_training
from attest.formats.source import Source

_OPTIMIZER = ("optimizer_weights/", "optimizer/", "_optimizer/")


class Weights(NamedTuple):
    """The tensors of a file, how many datasets it has, parameters by type, and why these are not counted."""

    tensors: tuple[TensorInfo, ...]
    total: int
    parameters: tuple[tuple[str, int], ...]
    doubt: str


class _Described(NamedTuple):
    """What the root's attributes say."""

    keras: bool
    version: str
    config: KerasConfig
    properties: tuple[tuple[str, str], ...]


def read(source: Source) -> Facts:
    """What an HDF5 file says about itself; raises DocumentError when it cannot be followed."""
    file = Hdf5(source)
    nodes = list(file.nodes())
    about = _describe(file, nodes)
    weights = count_weights(file, nodes, source.size)
    properties = [("hdf5:superblock", str(file.version)), *about.properties, *about.config.properties]
    if file.not_read:
        properties.append(("hdf5:not-read", ", ".join(sorted(file.not_read))))
    if weights.doubt and weights.total:
        properties.append(("hdf5:tensors", f"not counted: {weights.doubt}"))
    title = f"Keras {about.version}, HDF5".replace("  ", " ").replace(" ,", ",") if about.keras else "HDF5"
    return Facts(
        format="keras" if about.keras else "hdf5",
        title=title,
        architecture=about.config.class_name,
        framework="keras" if about.keras else "",
        framework_version=about.version,
        parameters=weights.parameters,
        tensor_count=weights.total,
        tensors=weights.tensors,
        inputs=about.config.inputs,
        properties=tuple(sorted(properties)),
        refers_to=_elsewhere(file),
        problems=file.problems.texts(),
    )


def count_weights(file: Hdf5, nodes: list[Node], size: int) -> Weights:
    """The tensors among the objects of a file of `size` bytes, and the parameters of a Keras model among them."""
    by_layer = any("layer_names" in node.attributes for node in nodes if node.path in {"", "model_weights"})
    doubt = _model_doubt(file, nodes, by_layer=by_layer)
    prefix = "model_weights/" if any(node.path == "model_weights" for node in nodes) else ""
    counts: Counter[str] = Counter()
    tensors: list[TensorInfo] = []
    total = 0
    for node in nodes:
        dataset = node.dataset
        if dataset is None:
            continue
        total += 1
        if (tensor := _tensor(node, size, file.problems)) is not None:
            tensors.append(tensor)
        if not _is_weight(node.path, prefix, by_layer=by_layer):
            continue
        if dataset.kind.number and dataset.shape is not None:
            counts[dataset.kind.name] += prod(dataset.shape)
        else:
            doubt = doubt or f"dataset {node.path[:80]!r} holds no plain numbers"
    if not counts:
        doubt = doubt or "no dataset is plainly a weight"
    return Weights(tuple(tensors), total, () if doubt else tuple(sorted(counts.items())), doubt)


def _model_doubt(file: Hdf5, nodes: list[Node], *, by_layer: bool) -> str:
    """Why the datasets may not be the weights of a model, or not all of them."""
    if file.problems.texts() or file.not_read:
        return "not everything in the file could be followed"
    variables = any(node.path == "vars" or node.path.endswith("/vars") for node in nodes)
    return "" if by_layer or variables else "it is not written by Keras"


def _is_weight(path: str, prefix: str, *, by_layer: bool) -> bool:
    """Whether a dataset is a weight of the model: none of the optimizer's, and no state of a random generator."""
    if path.startswith(_OPTIMIZER) or not path.startswith(prefix):
        return False
    parts = path.split("/")
    if by_layer:
        return True
    return len(parts) > 1 and parts[-2] == "vars" and not any(part.startswith("seed_generator") for part in parts)


def _tensor(node: Node, size: int, problems: Problems) -> TensorInfo | None:
    """A dataset whose bytes lie in one piece in the file."""
    dataset = node.dataset
    if dataset is None or dataset.shape is None or dataset.begin < 0 or dataset.filtered or not dataset.kind.number:
        return None
    end = dataset.begin + prod(dataset.shape) * dataset.kind.size
    if end > size or dataset.layout.size not in {-1, end - dataset.begin}:
        problems.add(f"dataset {plain(node.path)!r} does not fit into its place in the file")
        return None
    if plain(node.path) != node.path:
        return None
    return TensorInfo(node.path, dataset.kind.name, dataset.shape, dataset.begin, end)


def _describe(file: Hdf5, nodes: list[Node]) -> _Described:
    root = nodes[0].attributes if nodes else {}
    weights = next((node.attributes for node in nodes if node.path == "model_weights"), {})
    keras = "keras_version" in {**root, **weights} or "model_config" in root
    config = KerasConfig("", (), ())
    properties: tuple[tuple[str, str], ...] = ()
    try:
        if text := _text(file, root.get("model_config")):
            config = read_model(text.encode(), "model_config")
        if text := _text(file, root.get("training_config")):
            properties = read_training(text.encode())
    except DocumentError as error:
        file.problems.add(error.message)
    if backend := plain(_text(file, root.get("backend") or weights.get("backend"))):
        properties += (("keras:backend", backend),)
    version = plain(_text(file, root.get("keras_version") or weights.get("keras_version")), 64)
    return _Described(keras, version, config, properties)


def _text(file: Hdf5, attribute: Attribute | None) -> str:
    return file.text(attribute) if attribute is not None else ""


def _elsewhere(file: Hdf5) -> tuple[str, ...]:
    """Other files that links lead to."""
    paths = [neighbour(name) for name in sorted(file.elsewhere)]
    if any(not inside or plain(path) != path for path, inside in paths):
        file.problems.add("a link of the HDF5 file leads out of its folder, or to a name that cannot be written down")
    return tuple(path for path, inside in paths if inside and plain(path) == path)
