"""Files around the weights, from their first byte to the outcome: who is taken for their reader."""

from __future__ import annotations

import json

import pytest

from tests.unit.scanning.scans import rules, scan_bytes

BYTECODE = b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(200)


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("lib/libop.so", b"\x7fELF\x02\x01\x01" + bytes(200), "file.executable"),
        ("weights.bin", b"\x7fELF\x02\x01\x01" + bytes(200), "file.executable"),
        ("kernel.spv", b"\x03\x02\x23\x07\0\0\1\0" + bytes(200), "file.executable"),
        ("cache.dat", BYTECODE, "file.executable"),
        ("a.pyc", BYTECODE, "file.executable"),
        ("run.sh", b"echo hello\n", "file.executable"),
        ("train", b"#!/usr/bin/env bash\necho\n", "file.executable"),
        ("sitecustomize.py", b"x = 1\n", "file.site-hook"),
        ("distutils-precedence.pth", b"import os; os.system('id')\n", "file.site-hook"),
    ],
)
def test_what_would_run_blocks(name: str, data: bytes, rule: str) -> None:
    found = scan_bytes(name, data)
    assert found.outcome == "BLOCK"
    assert rule in rules(found)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("modeling.py", b"import torch\n", ["hf.code-file"]),
        ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "x"}]}).encode(), ["file.notebook"]),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0"/></svg>', []),
        ("page.html", b"<!doctype html><script>x</script>", ["file.active-document"]),
        (".env", b"HF_TOKEN=hf_" + b"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7\n", ["secret.found"]),
        ("config.json", b'{"url": "https://bob:' + b'hunter2hunter@host/x"}', ["secret.found"]),
        ("README.md", b"# A model\n\n![logo](https://example.org/logo.png)\n", []),
        ("LICENSE", b"Apache License\n", []),
        ("vocab.txt", "\n".join(f"##{number}" for number in range(5000)).encode(), []),
        ("merges.txt", "#version: 0.2\nĠ t\n".encode(), []),
    ],
)
def test_what_only_lies_there_passes(name: str, data: bytes, expected: list[str]) -> None:
    found = scan_bytes(name, data)
    assert found.outcome == "PASS"
    assert rules(found) == expected


def test_a_pointer_in_place_of_weights_is_left_open() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n"
    found = scan_bytes("pytorch_model.bin", pointer)
    assert found.outcome == "INCONCLUSIVE"
    assert rules(found) == ["file.lfs-pointer"]
