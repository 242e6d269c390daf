"""The names that fuzzing gives its inputs: the first byte of an input chooses one."""

from __future__ import annotations

NAMES = (
    "x.bin", "x.pkl", "x.pt", "x.joblib", "x.npy", "x.npz", "x.keras", "x.h5", "saved_model.pb", "x.onnx", "x.gguf",
    "x.safetensors", "x.tflite", "x.mlmodel", "x.skops", "x.rds", "x.tar", "x.zip", "x.7z", "config.json", "x.yaml",
    "chat_template.jinja", "x.py", "x.ipynb", "x.svg", "x.index", "x", "model_index.json", "keras_metadata.pb",
    "x.msgpack",
)  # fmt: skip
