"""What Keras and h5py write: .keras archives, .h5 models and weights."""

# The frameworks stand in an environment of their own, so their types are not known here.
# mypy: disable-error-code="import-not-found,misc,no-untyped-call"

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from keras import layers


def models() -> dict[str, Any]:
    """Models of Keras's own building blocks."""
    dense = keras.Sequential([layers.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(1)])
    compiled = keras.Sequential([layers.Input((4,)), layers.Dense(2, kernel_regularizer="l2"), layers.Softmax()])
    compiled.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    compiled.train_on_batch(np.zeros((2, 4), "float32"), np.zeros(2))
    image = layers.Input((8, 8, 1))
    x = layers.Conv2D(2, 3, padding="same")(image)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("gelu")(x)
    x = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x))
    functional = keras.Model(image, layers.Dense(2, activation="softmax")(layers.Dropout(0.1)(x)))
    words = layers.Input((5,), dtype="int32")
    y = layers.Embedding(10, 4)(words)
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(y)
    y = layers.TimeDistributed(layers.Dense(2))(y)
    recurrent = keras.Model(words, layers.GRU(2)(y))
    a, b = layers.Input((4,)), layers.Input((4,))
    merged = layers.Concatenate()([layers.Dense(2)(a), layers.Dense(2)(b)])
    two = keras.Model([a, b], [layers.Dense(1, name="one")(merged), layers.Dense(1, name="two")(merged)])
    tokens = layers.Input((5, 4))
    z = layers.LayerNormalization()(layers.MultiHeadAttention(2, 2)(tokens, tokens) + tokens)
    attention = keras.Model(tokens, layers.Flatten()(z))
    nested = keras.Sequential([layers.Input((4,)), dense, layers.Rescaling(0.5)])
    return {
        "dense": dense,
        "compiled": compiled,
        "convolution": functional,
        "recurrent": recurrent,
        "two-inputs": two,
        "attention": attention,
        "nested": nested,
    }


def _hostile(folder: Path) -> None:
    """Models with code, and links out of the file."""
    code = keras.Sequential([layers.Input((4,)), layers.Lambda(lambda x: x * 2)])
    code.save(folder / "lambda.keras")
    code.save(folder / "lambda.h5")
    wrapped = keras.Sequential([layers.Input((3, 4)), layers.TimeDistributed(layers.Lambda(lambda x: x + 1))])
    wrapped.save(folder / "wrapped.keras")
    for version in ("earliest", "latest"):
        with h5py.File(folder / f"external-link-{version}.h5", "w", libver=version) as file:
            file["a/b"] = np.zeros(2)
            file["x"] = h5py.ExternalLink("/etc/hostname", "/y")
        with h5py.File(folder / f"external-data-{version}.h5", "w", libver=version) as file:
            file.create_dataset("a/x", (4,), "u1", external=[("/etc/hostname", 0, 4)])
        with h5py.File(folder / f"virtual-{version}.h5", "w", libver=version) as file:
            layout = h5py.VirtualLayout((4,), "f8")
            layout[:] = h5py.VirtualSource("/etc/hostname", "/y", (4,))
            file.create_virtual_dataset("x", layout)
    with h5py.File(folder / "attribute-lambda.h5", "w", libver="latest") as file:
        file.attrs["model_config"] = code.to_json()
        file.create_group("model_weights")


def _hdf5(folder: Path) -> None:
    """Plain data by h5py in several layouts."""
    for version in ("earliest", "v110", "latest"):
        with h5py.File(folder / f"data-{version}.h5", "w", libver=version) as file:
            file["plain"] = np.arange(6.0)
            file["deep/er/still"] = np.eye(2, dtype="f4")
            file.create_dataset("chunked", data=np.zeros((20, 20)), chunks=(5, 5))
            file.create_dataset("packed", data=np.zeros((20, 20)), chunks=True, compression="gzip", shuffle=True)
            file["text"] = "corpus"
            file["texts"] = np.array([b"a", b"bc"])
            file.attrs["title"] = "corpus"
            file.attrs["numbers"] = np.arange(3)
            file["soft"] = h5py.SoftLink("/plain")
            many = file.create_group("many")
            for number in range(40):
                many[f"item{number}"] = number


def write(root: Path) -> None:
    """Write all files of Keras."""
    folder, hostile = root / "benign" / "keras", root / "hostile" / "keras"
    for place in (folder, hostile):
        place.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(0)
    for name, model in models().items():
        model.save(folder / f"{name}.keras")
        model.save(folder / f"{name}.h5")
        model.save_weights(folder / f"{name}.weights.h5")
        (folder / f"{name}.json").write_text(model.to_json())
    _hdf5(folder)
    _hostile(hostile)
