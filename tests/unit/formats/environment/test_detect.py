"""Which reader a file is for."""

from __future__ import annotations

import pytest

from attest.formats.environment.detect import choose, reader_of


@pytest.mark.parametrize(
    ("name", "data", "reader"),
    [
        ("requirements.txt", b"", "_requirements"),
        ("requirements-dev.txt", b"{}", "_requirements"),
        ("dev_requirements.txt", b"", "_requirements"),
        ("requirements.lock", b"", "_requirements"),
        ("run.lock", b"idna==3.6", "_requirements"),
        ("freeze", b"idna==3.6", "_requirements"),
        ("pylock.toml", b"", "_pylock"),
        ("pylock.dev.toml", b"", "_pylock"),
        ("other.toml", b"lock-version = '1.0'", "_pylock"),
        ("other.toml", b"[project]", "_pyproject"),
        ("pyproject.toml", b"lock-version = 1", "_pyproject"),
        ("uv.lock", b"", "_uv"),
        ("poetry.lock", b"", "_poetry"),
        ("pdm.lock", b"", "_pdm"),
        ("Pipfile.lock", b"", "_pipenv"),
        ("renamed.lock", b'{"_meta": {}}', "_pipenv"),
        ("environment.yml", b"package:", "_conda_environment"),
        ("environment-gpu.yaml", b"", "_conda_environment"),
        ("my-environment.yml", b"", "_conda_environment"),
        ("conda.yaml", b"", "_conda_environment"),
        ("conda-lock.yml", b"", "_conda_lock"),
        ("gpu.conda-lock.yml", b"", "_conda_lock"),
        ("lock.yml", b"version: 1\npackage:\n", "_conda_lock"),
        ("train.yml", b"dependencies:\n", "_conda_environment"),
        ("conda-linux-64.lock", b"# platform: linux-64\n@EXPLICIT\n", "_explicit"),
        ("spec-file.txt", b"@EXPLICIT\r\nhttps://x", "_explicit"),
    ],
)
def test_the_name_decides_and_else_the_content(name: str, data: bytes, reader: str) -> None:
    assert reader_of(name, data).__name__ == reader


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["README.md"], ()),
        (["pyproject.toml", "requirements.txt"], ("requirements.txt",)),
        (["pyproject.toml", "uv.lock"], ("uv.lock",)),
        (["uv.lock", "poetry.lock", "requirements.txt"], ("uv.lock", "poetry.lock")),
        (["environment.yml", "pyproject.toml"], ("environment.yml",)),
    ],
)
def test_a_lock_says_more_than_a_declaration(names: list[str], chosen: tuple[str, ...]) -> None:
    assert choose(names) == chosen
