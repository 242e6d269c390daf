"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from attest.errors import OutputError
from attest.stores import write_atomic


@pytest.fixture(autouse=True)
def usual_umask() -> None:
    os.umask(0o022)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_atomic(str(path), b"one")
    assert (path.read_bytes(), mode(path)) == (b"one", 0o644)
    write_atomic(str(path), b"two" * 100_000)
    assert path.read_bytes() == b"two" * 100_000
    assert os.listdir(tmp_path) == ["f"]


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomic("f", b"one")
    write_atomic("./f2", b"two", replace=False)
    assert sorted(os.listdir(tmp_path)) == ["f", "f2"]


def test_a_private_mode_holds_from_the_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = os.fsync

    def spy(fd: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(fd).st_mode))
        real(fd)

    monkeypatch.setattr("attest.stores.atomic.os.fsync", spy)
    write_atomic(str(tmp_path / "key"), b"secret", mode=0o600, replace=False)
    assert seen[0] == mode(tmp_path / "key") == 0o600


def test_without_replace_an_existing_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already") as caught:
        write_atomic(str(path), b"new", replace=False)
    assert caught.value.exit_code == 2
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["f"])


def test_without_replace_a_dangling_link_counts_as_existing(tmp_path: Path) -> None:
    (tmp_path / "f").symlink_to(tmp_path / "target")
    with pytest.raises(OutputError, match="exists already"):
        write_atomic(str(tmp_path / "f"), b"new", replace=False)
    assert not (tmp_path / "target").exists()


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "f").symlink_to("target")
    write_atomic(str(tmp_path / "f"), b"new")
    assert (tmp_path / "target").read_bytes() == b"old"
    assert not (tmp_path / "f").is_symlink()


@pytest.mark.parametrize("path", ["missing/f", "folder", "file/f", "n" * 250])
def test_what_cannot_be_written(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(OutputError):
        write_atomic(str(tmp_path / path), b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("attest.stores.atomic.os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(str(tmp_path / "f"), b"new")
    assert ((tmp_path / "f").read_bytes(), os.listdir(tmp_path)) == (b"old", ["f"])
