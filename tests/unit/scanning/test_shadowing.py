"""Files with the name of a library, which a program in their folder imports in its place."""

from __future__ import annotations

import pytest

from attest.domain.scan import FileScan
from attest.scanning.repository.shadowing import shadowing


def outcomes(*names: str) -> dict[str, str]:
    files = [FileScan(file=name, size=1, outcome="PASS") for name in names]
    return {item.file: item.outcome for item in shadowing(files, frozenset(names))}


@pytest.mark.parametrize(
    "name",
    ["torch.py", "_loss.py", "numpy.so", "torch.cpython-311-x86_64-linux-gnu.so", "collections.py", "safetensors.pyc"],
)
def test_a_file_in_place_of_a_library_blocks(name: str) -> None:
    assert outcomes(name, "model.pkl") == {name: "BLOCK", "model.pkl": "PASS"}


def test_a_package_in_place_of_a_library_blocks() -> None:
    assert outcomes("torch/__init__.py")["torch/__init__.py"] == "BLOCK"
    assert outcomes("torch/model.py")["torch/model.py"] == "PASS"


@pytest.mark.parametrize("name", ["modeling_torch.py", "src/torch.py", "torch.md", "torch.bin", "onnx/model.onnx"])
def test_other_files_do_not(name: str) -> None:
    assert outcomes(name)[name] == "PASS"
