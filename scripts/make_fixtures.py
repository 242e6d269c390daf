"""Write fixtures/ and policies/: a tiny released model, the published example key, and the policies that trust it.

Everything is deterministic, signatures included (RFC 6979), so that making them again gives no difference.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import attest
from attest.domain.public_key import parse_public_key
from attest.operations.policy import init_policy
from attest.policy import key_policy

CARD = """\
---
license: apache-2.0
language: en
pipeline_tag: feature-extraction
library_name: transformers
base_model: example/tiny-base
datasets:
- example/pairs
tags:
- example
---
# Tiny

A model of six parameters, made to show what attest does; it computes nothing of use.
"""
EXPIRES = "2030-01-01T00:00:00Z"
WEIGHTS_ONLY = """\
# What a stranger's model must show when nobody signed it: only formats that cannot run code, and a licence.
# It says nothing about who made the model. `attest verify MODEL --policy policies/unsigned-weights.yaml`
apiVersion: attest/policy/v1
name: unsigned-weights
version: 1
expires: 2030-01-01T00:00:00Z
rules:
  - id: formats
    formats: {allow: [safetensors, gguf, onnx, json, markdown, text, image, sentencepiece, empty]}
  - id: licence
    licenses: {allow: [Apache-2.0, MIT, BSD-2-Clause, BSD-3-Clause]}
"""


def example_key(folder: Path) -> tuple[Path, Path]:
    """The example key pair. Its private half is published here: it proves nothing about anybody."""
    scalar = int.from_bytes(hashlib.sha256(b"attest example key, published, never trust it").digest(), "big")
    key = ec.derive_private_key(scalar % (2**255), ec.SECP256R1())
    private, public = folder / "example.pem", folder / "example.pub"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def tiny_model(folder: Path) -> None:
    """A Hugging Face style directory of a few hundred bytes."""
    (folder / "onnx").mkdir(parents=True)
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<6f", *range(6)))
    config = {"architectures": ["TinyModel"], "model_type": "tiny", "hidden_size": 3, "vocab_size": 2}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (folder / "onnx" / "export.json").write_text('{"opset": 17}\n', encoding="utf-8")
    (folder / "README.md").write_text(CARD, encoding="utf-8")


def main(root: Path) -> None:
    """Write everything below `root`."""
    fixtures, policies = root / "fixtures", root / "policies"
    keys, model = fixtures / "keys", fixtures / "models" / "tiny"
    for folder in (keys, model):
        shutil.rmtree(folder, ignore_errors=True)
    keys.mkdir(parents=True)
    policies.mkdir(exist_ok=True)
    private, public = example_key(keys)
    tiny_model(model)
    attest.release(model, private, name="example/tiny", version="1")
    text = parse_public_key(public.read_text("ascii"), "the example key")
    signed = key_policy([text], expires=EXPIRES).replace("name: key\n", "name: signed\n")
    (policies / "release.yaml").write_text(init_policy(str(public), expires=EXPIRES), encoding="utf-8")
    (policies / "signed.yaml").write_text(signed, encoding="utf-8")
    (policies / "unsigned-weights.yaml").write_text(WEIGHTS_ONLY, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
