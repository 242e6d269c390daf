"""Keras models: code-bearing layers, wrappers around them, names, paths, and links in HDF5."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.corpus import assembler as a
from tests.corpus.case import Case, attack, benign, hostile, warn
from tests.corpus.hdf5 import Dataset, External, Group, Soft, hdf5
from tests.corpus.zips import Member, plain_zip, zip_file

KLASS = "keras"
METADATA = json.dumps({"keras_version": "3.15.1", "date_saved": "2026-11-01@10:00:00"}).encode()
# base64 of the word "corpus"; where a loader takes code, it fails on it.
CODE = "Y29ycHVz"


def layer(class_name: str, config: dict[str, Any] | None = None, module: str | None = "keras.layers") -> dict[str, Any]:
    """A layer as Keras 3 writes it."""
    shown = {"name": class_name.lower(), "trainable": True, "dtype": "float32", **(config or {})}
    return {"module": module, "class_name": class_name, "config": shown, "registered_name": None}


def named(class_name: str, module: str | None, config: Any = None, registered: str | None = None) -> dict[str, Any]:
    """A reference to a class or a function."""
    return {"module": module, "class_name": class_name, "config": config or {}, "registered_name": registered}


INPUT = {
    "module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
    "config": {"batch_shape": [None, 4], "dtype": "float32", "sparse": False, "name": "input_layer"},
}  # fmt: skip
DENSE = layer("Dense", {"units": 2, "activation": "relu", "use_bias": True})


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """A sequential model."""
    config = {"name": "sequential", "trainable": True, "layers": [INPUT, *layers], "build_input_shape": [None, 4]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": "Sequential"}


WEIGHTS = hdf5(Group({"layers": Group({"dense": Group({"vars": Group({"0": Dataset(), "1": Dataset()})})})}))


def keras_zip(config: Any, weights: bytes = WEIGHTS, metadata: bytes = METADATA, **more: bytes) -> bytes:
    """A .keras archive; a config that is bytes stays as it is."""
    raw = config if isinstance(config, bytes) else json.dumps(config).encode()
    files = {"metadata.json": metadata, "config.json": raw, "model.weights.h5": weights}
    return plain_zip({**files, **{name.replace("__", "/"): data for name, data in more.items()}})


def legacy_h5(config: Any, training: Any = None, **children: Any) -> bytes:
    """A .h5 model."""
    raw = config if isinstance(config, str) else json.dumps(config)
    attributes = {"keras_version": "3.15.1", "backend": "tensorflow", "model_config": raw}
    if training is not None:
        attributes["training_config"] = json.dumps(training)
    return hdf5(Group({"model_weights": Group({"dense": Group({"w": Dataset()})}), **children}, attributes))


LAMBDA = layer(
    "Lambda", {"function": named("__lambda__", "builtins", {"code": CODE, "defaults": None, "closure": None})}
)
OLD_LAMBDA = {
    "class_name": "Lambda",
    "config": {"name": "lambda", "function": [CODE, None, None], "function_type": "lambda", "module": "__main__"},
}


def _function(name: str, module: str) -> dict[str, Any]:
    """A function as Keras 3 refers to it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def _layers() -> Iterator[tuple[str, dict[str, Any], str]]:  # noqa: PLR0915 - a list
    """One layer of a model."""
    yield "lambda", LAMBDA, "CVE-2024-3660: a Lambda layer"
    yield "lambda-old", OLD_LAMBDA, "CVE-2024-3660: a Lambda layer of Keras 2"
    yield "lambda-function", layer("Lambda", {"function": _function("eval", "builtins")}), "a Lambda with a function"
    yield (
        "lambda-get-file",
        layer(
            "Lambda", {"function": _function("get_file", "keras.utils"), "arguments": {"origin": "http://127.0.0.1:9/"}}
        ),
        "CVE-2025-8747: get_file",
    )
    yield "lambda-src", layer("Lambda", {}, "keras.src.layers.core.lambda_layer"), "a Lambda by its private module"
    yield (
        "lambda-mask",
        layer("Masking", {"mask_value": named("__lambda__", "builtins", {"code": CODE})}),
        "code as a plain value",
    )
    yield "module-os", named("system", "os", "echo corpus"), "CVE-2025-1550: a module of the standard library"
    yield "module-function", _function("system", "os"), "CVE-2025-1550: a function"
    yield "module-subprocess", named("Popen", "subprocess", {"args": ["echo", "corpus"]}), "CVE-2025-1550"
    yield "module-models", named("load_model", "keras.models", {"filepath": "corpus"}), "CVE-2025-8747: keras.models"
    yield "unsafe-switch", _function("enable_unsafe_deserialization", "keras.config"), "CVE-2025-9906: safety off"
    yield (
        "unsafe-switch-src",
        _function("enable_unsafe_deserialization", "keras.src.saving.serialization_lib"),
        "CVE-2025-9906",
    )
    yield "unsafe-switch-layer", layer("enable_unsafe_deserialization", {}, "keras.config"), "CVE-2025-9906"
    yield "vocabulary", layer("StringLookup", {"vocabulary": "/etc/hostname"}), "CVE-2025-12058: a vocabulary's path"
    yield "vocabulary-url", layer("TextVectorization", {"vocabulary": "http://127.0.0.1:9/"}), "CVE-2025-12058: a URL"
    yield "vocabulary-integer", layer("IntegerLookup", {"vocabulary": "../../x"}), "CVE-2025-12058"
    yield "torch-wrapper", layer("TorchModuleWrapper", {"module": CODE, "output_shape": None}), "CVE-2025-49655"
    yield (
        "torch-wrapper-src",
        layer("TorchModuleWrapper", {"module": CODE}, "keras.src.utils.torch_utils"),
        "CVE-2025-49655",
    )
    yield "tfsm-layer", layer("TFSMLayer", {"filepath": "/tmp/corpus", "call_endpoint": "serve"}), "CVE-2026-1462"
    yield "flax-layer", layer("FlaxLayer", {"module": CODE}), "a layer with a pickled module"
    yield "jax-layer", layer("JaxLayer", {"call_fn": CODE}), "a layer with code"
    yield "wrapped", layer("TimeDistributed", {"layer": LAMBDA}), "modelscan issue 343: a Lambda in a wrapper"
    yield (
        "wrapped-twice",
        layer("TimeDistributed", {"layer": layer("Bidirectional", {"layer": OLD_LAMBDA})}),
        "a Lambda in two wrappers",
    )
    yield "nested-model", sequential(sequential(LAMBDA)), "a Lambda in a model in a model"
    yield "pipeline", layer("Pipeline", {"layers": [LAMBDA]}), "a Lambda in a pipeline of layers"
    yield "in-unknown-key", layer("Dense", {"units": 2, "corpus": {"deep": [LAMBDA]}}), "a Lambda under a free key"
    yield "activation", layer("Dense", {"units": 2, "activation": _function("system", "os")}), "a foreign activation"
    yield (
        "activation-lambda",
        layer("Dense", {"units": 2, "activation": LAMBDA["config"]["function"]}),
        "code as activation",
    )
    yield (
        "initializer",
        layer("Dense", {"units": 2, "kernel_initializer": named("load", "numpy", {"file": "x.npy"})}),
        "a foreign initializer",
    )
    yield "custom-class", layer("MyLayer", {}, "my_project.layers"), "a class of the user"
    yield "custom-class-builtin", layer("MyLayer"), "a class that is not in keras.layers"
    yield "registered", {**DENSE, "registered_name": "my_package>Evil"}, "a registered class of the user"
    yield (
        "registered-no-module",
        {"module": None, "class_name": "Evil", "config": {}, "registered_name": "Custom>Evil"},
        "a registered class",
    )
    yield "class-list", {**DENSE, "class_name": ["Lambda"]}, "a class name that is no text"
    yield "module-number", {**DENSE, "module": 7}, "a module that is no text"
    yield "dotted-class", named("Layer.__init__.__globals__", "keras.layers"), "a dotted class name"
    yield "dotted-module", named("Dense", "keras.layers.os"), "a module below a listed one"
    yield (
        "layer-name-path",
        layer("Dense", {"name": "../../../tmp/corpus", "units": 2}),
        "CVE-2026-12479: a layer name that is a path",
    )
    yield (
        "serialize-tensor",
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
        "an object array in the configuration",
    )
    yield (
        "typespec",
        {"class_name": "__typespec__", "spec_name": "os.system", "module": "os", "config": {}},
        "a type chosen by the file",
    )


def _texts() -> Iterator[tuple[str, str, str]]:
    """Configurations whose text hides something."""
    text = json.dumps(sequential(LAMBDA))
    yield "escape-class", text.replace('"Lambda"', '"\\u004cambda"'), "a class name by JSON escapes"
    yield "escape-key", text.replace('"class_name"', '"cl\\u0061ss_name"'), "a key by JSON escapes"
    yield "escape-code", text.replace("__lambda__", "\\u005f_lambda_\\u005f"), "the marker by JSON escapes"
    yield (
        "duplicate-key",
        text.replace('"class_name": "Lambda"', '"class_name": "Dense", "class_name": "Lambda"'),
        "a key twice, the last counts",
    )
    yield (
        "duplicate-key-first",
        text.replace('"class_name": "Lambda"', '"class_name": "Lambda", "class_name": "Dense"'),
        "a key twice, the first counts",
    )
    yield "spaces", text.replace(":", "\n\t : \r\n"), "white space"
    yield (
        "json-in-json",
        json.dumps(sequential(layer("Dense", {"units": 2, "build": json.dumps(LAMBDA)}))).replace("Dense", "Lambda"),
        "JSON in a text",
    )


def _archives() -> Iterator[tuple[str, bytes, str]]:
    """The archive around a good configuration."""
    good = sequential(DENSE)
    yield "asset-pickle", keras_zip(good, assets__x=a.pickle(a.command())), "a pickle among the assets"
    yield "asset-python", keras_zip(good, **{"assets__run.py": b"print('corpus')\n"}), "a script among the assets"
    yield (
        "second-config",
        zip_file(
            [
                Member(name="metadata.json", data=METADATA),
                Member(name="config.json", data=json.dumps(good).encode()),
                Member(name="config.json", data=json.dumps(sequential(LAMBDA)).encode()),
                Member(name="model.weights.h5", data=WEIGHTS),
            ]
        ),
        "two configurations",
    )
    yield (
        "compile-loss",
        keras_zip({**good, "compile_config": {"optimizer": "adam", "loss": _function("system", "os")}}),
        "a foreign loss",
    )
    yield (
        "compile-metric",
        keras_zip({**good, "compile_config": {"metrics": [named("Popen", "subprocess")]}}),
        "a foreign metric",
    )
    yield (
        "compile-optimizer",
        keras_zip({**good, "compile_config": {"optimizer": named("SGD", "corpus.optimizers")}}),
        "a foreign optimizer",
    )
    yield "build-config", keras_zip({**good, "build_config": {"x": LAMBDA}}), "a Lambda in the build configuration"
    yield "config-list", keras_zip([LAMBDA]), "a configuration that is a list"
    yield (
        "weights-external-link",
        keras_zip(good, hdf5(Group({"layers": External("/etc/corpus.h5")}))),
        "CVE-2026-1669: a link into another file",
    )
    yield (
        "weights-external-data",
        keras_zip(good, hdf5(Group({"layers": Group({"w": Dataset(external="/etc/hostname")})}))),
        "CVE-2026-1669: data in another file",
    )
    yield "weights-npz-pickle", keras_zip(good, b"\x80\x04N."), "weights that are a pickle"
    yield "weights-broken", keras_zip(good, WEIGHTS[:200]), "weights cut off"
    yield "config-broken", keras_zip(b'{"module": "keras", "class_name": '), "a configuration cut off"
    yield "config-missing", plain_zip({"metadata.json": METADATA, "model.weights.h5": WEIGHTS}), "no configuration"
    yield "traversal", keras_zip(good, **{"..__..__corpus.txt": b"x"}), "a member that leads out"


def _hdf5() -> Iterator[tuple[str, bytes, str]]:
    """HDF5 models, for which Keras knows no safe mode (CVE-2025-9905)."""
    for name, shown, about in _layers():
        if name in {"lambda", "lambda-old", "wrapped", "custom-class", "vocabulary", "module-os", "unsafe-switch"}:
            yield name, legacy_h5(sequential(shown)), f"CVE-2025-9905: {about}"
    for name, text, about in _texts():
        yield name, legacy_h5(text), about
    yield "training-loss", legacy_h5(sequential(DENSE), {"loss": _function("system", "os")}), "a foreign loss"
    yield "training-metrics", legacy_h5(sequential(DENSE), {"metrics": [[LAMBDA]]}), "code as a metric"
    yield (
        "external-link",
        legacy_h5(sequential(DENSE), more=Group({"x": External("../../other.h5")})),
        "a link into another file",
    )
    yield (
        "external-data",
        legacy_h5(sequential(DENSE), more=Group({"x": Dataset(external="/etc/hostname")})),
        "data in another file",
    )
    yield "config-not-json", legacy_h5("{'a': 1}"), "a configuration that is no JSON"
    yield "deep", legacy_h5("[" * 5000 + "]" * 5000), "JSON five thousand deep"
    yield "truncated", legacy_h5(sequential(DENSE))[:900], "cut off"
    good = bytearray(legacy_h5(sequential(DENSE)))
    yield "superblock", bytes(good[:8] + b"\x09" + good[9:]), "an unknown superblock"
    yield "sizes", bytes(good[:13] + b"\x10" + good[14:]), "offsets of sixteen bytes"
    position = good.find(b"TREE")
    yield "tree-cycle", bytes(good[:position] + b"TREE\0\1" + good[position + 6 :]), "a tree of unexpected depth"


def cases() -> Iterator[Case]:
    """All cases."""
    harmless = {
        "truncated",
        "superblock",
        "sizes",
        "tree-cycle",
        "config-not-json",
        "deep",
        "weights-broken",
        "weights-npz-pickle",
        "config-broken",
        "config-missing",
        "class-list",
        "module-number",
    }
    for name, shown, about in _layers():
        make = warn if name == "serialize-tensor" else hostile if name in harmless else attack
        yield make(KLASS, f"keras-{name}", {"model.keras": keras_zip(sequential(shown))}, about)
    for name, text, about in _texts():
        yield attack(KLASS, f"text-{name}", {"model.keras": keras_zip(text.encode())}, about)
        if name in {"escape-class", "duplicate-key"}:
            yield attack(KLASS, f"json-{name}", {"model.json": text.encode()}, f"an architecture in JSON: {about}")
    for name, data, about in _archives():
        make = warn if name == "asset-python" else hostile if name in harmless else attack
        yield make(KLASS, f"archive-{name}", {"model.keras": data}, about)
    for name, data, about in _hdf5():
        yield (hostile if name in harmless else attack)(KLASS, f"h5-{name}", {"model.h5": data}, about)
    utf16 = json.dumps(sequential(LAMBDA)).encode("utf-16")
    yield hostile(KLASS, "text-utf-16", {"model.keras": keras_zip(utf16)}, "a configuration in UTF-16")
    yield attack(KLASS, "h5-as-keras", {"model.keras": legacy_h5(sequential(LAMBDA))}, "HDF5 called .keras")
    yield attack(KLASS, "h5-user-block", {"model.h5": bytes(512) + legacy_h5(sequential(LAMBDA))}, "a user block first")


def benign_cases() -> Iterator[Case]:
    """Models that must pass."""
    good = sequential(DENSE, layer("Dropout", {"rate": 0.1}), layer("BatchNormalization"))
    yield benign(KLASS, "sequential", {"model.keras": keras_zip(good)}, "a dense model")
    compiled = {"optimizer": "adam", "loss": "mse", "metrics": ["accuracy"]}
    yield benign(
        KLASS, "compiled", {"model.keras": keras_zip({**good, "compile_config": compiled})}, "a compiled model"
    )
    wrapped = sequential(layer("TimeDistributed", {"layer": DENSE}))
    yield benign(KLASS, "wrapped", {"model.keras": keras_zip(wrapped)}, "a layer in a wrapper")
    yield benign(KLASS, "h5", {"model.h5": legacy_h5(good)}, "an HDF5 model")
    yield benign(KLASS, "h5-training", {"model.h5": legacy_h5(good, {"loss": "mse", "metrics": []})}, "with training")
    yield benign(KLASS, "weights", {"model.weights.h5": WEIGHTS}, "weights alone")
    linked = hdf5(Group({"w": Dataset(), "alias": Soft("/w")}))
    yield benign(KLASS, "h5-soft-link", {"data.h5": linked}, "a link inside the file")
    yield benign(KLASS, "architecture", {"model.json": json.dumps(good).encode()}, "an architecture in JSON")
    vocabulary = sequential(layer("StringLookup", {"vocabulary": ["a", "b"], "mask_token": None}))
    yield benign(KLASS, "vocabulary", {"model.keras": keras_zip(vocabulary)}, "a vocabulary in the configuration")
