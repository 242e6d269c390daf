"""Files that would be imported in place of a library, when a program starts in the artifact's folder.

A list of names says what a library's classes do. It says nothing of a file that has the library's name.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import replace

from attest.domain.scan import FileScan, ScanFinding, worst
from attest.scanning.allowlist import allowlist

# What loaders import by themselves, beside the modules on the list of names.
_LOADERS = frozenset({
    "diffusers", "flax", "h5py", "huggingface_hub", "jax", "keras", "mlflow", "onnx", "onnxruntime", "peft", "pickle",
    "safetensors", "scipy", "sentence_transformers", "skops", "tensorflow", "tokenizers", "typing", "zipfile",
})  # fmt: skip
_ENDINGS = (".py", ".pyc", ".so", ".pyd")


@functools.cache
def _modules() -> frozenset[str]:
    return _LOADERS | {module.partition(".")[0] for module, _ in allowlist().pairs}


def shadowing(files: Sequence[FileScan], names: Collection[str]) -> tuple[FileScan, ...]:
    """The scans, with a finding for every file at the root that has a library's name; `names` are all files."""
    packages = {name.partition("/")[0] for name in names if name.count("/") == 1 and name.endswith("/__init__.py")}
    return tuple(_checked(file, packages) for file in files)


def _checked(file: FileScan, packages: Collection[str]) -> FileScan:
    folder, _, rest = file.file.partition("/")
    # `torch.cpython-311-x86_64-linux-gnu.so` is a module called torch.
    label = folder.partition(".")[0] if not rest else folder
    code = folder.endswith(_ENDINGS) if not rest else folder in packages and rest == "__init__.py"
    if not code or label not in _modules():
        return file
    message = "a program that starts in this folder imports this in place of the library"
    found = ScanFinding(file=file.file, rule="hf.module-shadow", message=message, value=label)
    return replace(file, findings=tuple(sorted((*file.findings, found))), outcome=worst((file.outcome, "BLOCK")))
