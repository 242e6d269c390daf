"""The files that frameworks wrote (fixtures/scan), and real models out of published packages (.cache/models)."""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tests.corpus.case import Case, attack, benign

ROOT = Path(__file__).resolve().parents[2]
PACKED = ROOT / "fixtures" / "scan" / "frameworks.tar.xz"
MODELS = ROOT / ".cache" / "models"

INCOMPLETE = frozenset({"gemma"})
"""Packages that hold a part of a file: no loader takes it, and no scanner should."""


def packed_files() -> dict[str, bytes]:
    """All files of the fixture by name, which is group/framework/file."""
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(PACKED.read_bytes()))) as archive:
        return {entry.name: handle.read() for entry in archive if (handle := archive.extractfile(entry)) is not None}


def cases() -> Iterator[Case]:
    """Every file is an artifact of its own, unless it shares a folder below its framework's."""
    artifacts: dict[str, dict[str, bytes]] = {}
    for name, data in packed_files().items():
        group, framework, *folders, file = name.split("/")
        artifact = "/".join((group, framework, *(folders or [file])))
        artifacts.setdefault(artifact, {})[file] = data
    for artifact, files in artifacts.items():
        group, framework, name = artifact.split("/", 2)
        make = benign if group == "benign" else attack
        yield make(f"real-{framework}", name, files, f"written by {framework} itself")


def packages() -> list[Path]:
    """The folder of each package with real models."""
    return sorted(folder for folder in MODELS.iterdir() if folder.is_dir() and folder.name not in INCOMPLETE)
