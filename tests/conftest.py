"""What all tests share: the command line in process, keys, the tiny model, and the real one."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from attest.cli.app import main

# Continuous integration tries the same cases at every run; developers try new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

pytest_plugins = ["tests.simulators.fixtures"]

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
EXAMPLE_KEY = FIXTURES / "keys" / "example.pem"
EXAMPLE_PUB = FIXTURES / "keys" / "example.pub"


@dataclass(frozen=True)
class Result:
    """What one run of the command line gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `attest` in this process, through the same door as the installed command."""
    for name in ("ATTEST_KEY_PASSWORD", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)

    def call(*argv: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["attest", *map(str, argv)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return Result(code=int(stop.value.code or 0), out=captured.out, err=captured.err)

    return call


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A fresh copy of the tiny model with its release evidence."""
    return Path(shutil.copytree(FIXTURES / "models" / "tiny", tmp_path / "tiny"))


@pytest.fixture(scope="session")
def minilm() -> Path:
    """The real model (91 MB, safetensors) that scripts/fixtures fetches; never written to."""
    folder = ROOT / ".cache" / "models" / "minilm"
    assert (folder / "model.safetensors").is_file(), "run scripts/fixtures models first"
    return folder


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A fresh key pair: private and public file."""
    from attest.operations.key import generate

    made = generate(str(tmp_path_factory.mktemp("keys") / "signer.pem"))
    return Path(made.private), Path(made.public)
