"""The configuration of a Keras model, as both of its file formats hold it: classes and shapes, nothing is built.

Sources: Keras `saving/serialization_lib.py` (Keras 3: `module`, `class_name`, `config`, `registered_name`) and
`saving/legacy/saving_utils.py` (`model_config` and `training_config` of HDF5 files).
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from attest.domain.strict_json import Json, JsonObject, Limits, as_object, parse
from attest.formats.facts import PortInfo
from attest.formats.header_text import listing, plain, tally

MAX_CONFIG = 8 << 20
_LIMITS = Limits(size=MAX_CONFIG, depth=64, nodes=1_000_000, string=MAX_CONFIG)
_BUILT_IN = ("keras.", "builtins.", "tensorflow.keras.", "tf_keras.")


class KerasConfig(NamedTuple):
    """A model's class and name, its inputs, and properties."""

    class_name: str
    inputs: tuple[PortInfo, ...]
    properties: tuple[tuple[str, str], ...]


def read_model(data: bytes, what: str) -> KerasConfig:
    """Read the configuration of a model; raises DocumentError when it is no strict JSON object."""
    model = as_object(parse(data, _LIMITS, what), what)
    config = model.get("config")
    layers = _layers(config)
    nodes = list(_nodes(model))
    kinds = Counter(kind for layer in _all_layers(layers) if (kind := _text(layer.get("class_name"))))
    lambdas = sum(node.get("class_name") == "__lambda__" for node in nodes)
    custom = {name for node in nodes if (name := _custom(node))}
    properties = [
        ("keras:class", _text(model.get("class_name"))),
        ("keras:name", _text(config.get("name")) if isinstance(config, dict) else ""),
        ("keras:layers", str(len(layers)) if layers else ""),
        ("keras:layer-classes", tally(kinds)),
        ("keras:lambda-functions", str(lambdas) if lambdas else ""),
        ("keras:lambda-layers", str(kinds["Lambda"]) if kinds["Lambda"] else ""),
        ("keras:custom-objects", listing(sorted(custom))),
        *_training(model.get("compile_config")),
    ]
    return KerasConfig(
        _text(model.get("class_name")),
        tuple(port for layer in layers if (port := _input(layer)) is not None),
        tuple(pair for pair in properties if pair[1]),
    )


def read_training(data: bytes) -> tuple[tuple[str, str], ...]:
    """Optimizer and loss from the `training_config` of an HDF5 file; raises DocumentError as above."""
    return tuple(pair for pair in _training(as_object(parse(data, _LIMITS, "training_config"), "it")) if pair[1])


def _training(config: Json) -> tuple[tuple[str, str], ...]:
    if not isinstance(config, dict):
        return ()
    optimizer = config.get("optimizer") or config.get("optimizer_config")
    return (("keras:optimizer", _called(optimizer)), ("keras:loss", _called(config.get("loss"))))


def _called(value: Json) -> str:
    """The name of an optimizer or loss: a text, an object with a class, or several of them."""
    if isinstance(value, dict) and "class_name" in value:
        config = value.get("config")
        return _text(config) if value["class_name"] == "function" else _text(value["class_name"])
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return listing(dict.fromkeys(text for item in items if (text := _text(item))))
    return _text(value)


def _layers(config: Json) -> list[JsonObject]:
    """The layers of a model; the first versions of Keras 2 gave those of a sequence without anything around them."""
    found = config.get("layers") if isinstance(config, dict) else config
    return [layer for layer in found if isinstance(layer, dict)] if isinstance(found, list) else []


def _all_layers(layers: list[JsonObject]) -> list[JsonObject]:
    """The layers with those of the models among them; the depth of the document bounds the depth here."""
    found: list[JsonObject] = []
    pending = list(reversed(layers))
    while pending:
        layer = pending.pop()
        found.append(layer)
        pending.extend(reversed(_layers(layer.get("config"))))
    return found


def _nodes(root: Json) -> list[JsonObject]:
    """Every object of the document that names a class."""
    found: list[JsonObject] = []
    pending: list[Json] = [root]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if isinstance(value.get("class_name"), str):
                found.append(value)
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return found


def _custom(node: JsonObject) -> str:
    """The name of a class or function that is not Keras's own."""
    module, name, registered = node.get("module"), _text(node.get("class_name")), _text(node.get("registered_name"))
    if ">" in registered or ">" in name:
        return registered if ">" in registered else name
    if not isinstance(module, str) or f"{module}.".startswith(_BUILT_IN):
        return ""
    return plain(f"{module}.{name}")


def _input(layer: JsonObject) -> PortInfo | None:
    config = layer.get("config")
    if layer.get("class_name") != "InputLayer" or not isinstance(config, dict):
        return None
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    name, dtype = _text(config.get("name")), _dtype(config.get("dtype"))
    if not isinstance(shape, list) or not name or not dtype:
        return None
    sizes = ["?" if item is None else str(item) for item in shape if item is None or type(item) is int]
    return PortInfo(name, f"{dtype}[{','.join(sizes)}]") if len(sizes) == len(shape) else None


def _dtype(value: Json) -> str:
    """A type's name, or that of a policy with one."""
    config = value.get("config") if isinstance(value, dict) else None
    return _text(config.get("name")) if isinstance(config, dict) else _text(value)


def _text(value: Json) -> str:
    return plain(value) if isinstance(value, str) else ""
