"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from attest.errors import OutputError
from attest.stores import write_atomic
from tests.unit.conftest import child


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """The umask belongs to the process, so it is given back to the tests that come after."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_atomic(str(path), b"one")
    assert (path.read_bytes(), mode(path)) == (b"one", 0o644)
    write_atomic(str(path), b"two" * 100_000)
    assert path.read_bytes() == b"two" * 100_000
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("wanted", [0o600, 0o640, 0o644, 0o755])
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
@pytest.mark.parametrize("replace", [True, False])
def test_the_mode_is_what_was_asked_for_within_the_umask(
    tmp_path: Path, wanted: int, umask: int, replace: bool
) -> None:
    os.umask(umask)
    write_atomic(str(tmp_path / "f"), b"x", mode=wanted, replace=replace)
    assert mode(tmp_path / "f") == wanted & ~umask


def test_replacing_a_file_that_cannot_be_written_needs_only_its_folder(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o444)
    write_atomic(str(tmp_path / "f"), b"new")
    assert ((tmp_path / "f").read_bytes(), mode(tmp_path / "f")) == (b"new", 0o644)


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


UNPRIVILEGED = """
import os, sys, tempfile
from attest.errors import OutputError
from attest.stores import write_atomic
with tempfile.TemporaryDirectory() as top:
    os.chmod(top, 0o755)
    folder = os.path.join(top, "folder")
    path = os.path.join(folder, "f")
    os.mkdir(folder)
    if sys.argv[2] == "old":
        with open(path, "w") as stream:
            stream.write("old")
        os.chmod(path, 0o666)
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
    os.chmod(folder, int(sys.argv[1], 8))
    if (pid := os.fork()) == 0:
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            write_atomic(path, b"new", replace=sys.argv[3] == "replace")
            print("done", end=" ", flush=True)
        except OutputError as error:
            print(error.message.replace(folder, "."), end=" ", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    os.chmod(folder, 0o755)
    held = {name: open(os.path.join(folder, name)).read() for name in os.listdir(folder)}
    print(held)
"""


@pytest.mark.parametrize("replace", ["replace", "keep"])
@pytest.mark.parametrize(("old", "held"), [("old", "{'f': 'old'}"), ("none", "{}")])
def test_a_folder_that_cannot_be_written(old: str, held: str, replace: str) -> None:
    said = child(UNPRIVILEGED, "555", old, replace)
    assert said == f"'./f' could not be written: Permission denied {held}\n"


@pytest.mark.parametrize("replace", ["replace", "keep"])
def test_in_a_folder_that_cannot_be_listed_a_file_is_written_or_it_is_not(replace: str) -> None:
    """The folder cannot be opened for a last fsync; an error would say that nothing was changed, which is not so."""
    assert child(UNPRIVILEGED, "333", "none", replace) in {
        "done {'f': 'new'}\n",
        "'./f' could not be written: Permission denied {}\n",
    }


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("attest.stores.atomic.os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(str(tmp_path / "f"), b"new")
    assert ((tmp_path / "f").read_bytes(), os.listdir(tmp_path)) == (b"old", ["f"])
