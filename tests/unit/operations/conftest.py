"""Key files and a small model that the operations read and write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from tests.unit.conftest import pem, signer, write

MODEL = {"config.json": b'{"model_type": "bert"}\n', "sub/w.bin": b"w\n", "README.md": b"---\nlicense: mit\n---\n# m\n"}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path / "small", MODEL)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with `N.pem` and `N.pub` of the test keys 1 and 2."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for scalar in (1, 2):
        private = signer(scalar).private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{scalar}.pem").write_bytes(private)
        (folder / f"{scalar}.pub").write_text(pem(scalar), encoding="ascii")
    return folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing depends on the working directory, and nothing is left there."""
    here = tmp_path / "elsewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    yield
    assert not list(here.iterdir())
