"""Digests that are known before a file is read: what the walk still does, and what it leaves alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from attest.domain.manifest import FileEntry
from attest.domain.recipe import Recipe
from attest.errors import ArtifactError, Problem, UnsafeArtifactError, UnstableFileError
from attest.hashing import Hashed, HashOptions, Known, hash_artifact, hash_shards, locate
from attest.hashing.engine import LARGE
from attest.hashing.stream import CHUNK, leading
from tests.unit.conftest import SMALL, manifest, write

SHA = b"\x5a" * 32


@dataclass
class Answers:
    """What is known, and what was asked and learned."""

    answer: Callable[[str, os.stat_result, int], Known | Problem | None]
    asked: list[str] = field(default_factory=list)
    told: dict[str, tuple[FileEntry, os.stat_result]] = field(default_factory=dict)

    def find(self, name: str, status: os.stat_result, fd: int) -> Known | Problem | None:
        self.asked.append(name)
        return self.answer(name, status, fd)

    def learned(self, entry: FileEntry, status: os.stat_result) -> None:
        assert entry.name not in self.told
        self.told[entry.name] = entry, status


def nothing() -> Answers:
    return Answers(lambda *_: None)


def everything(**more: Any) -> Answers:
    return Answers(lambda _, status, __: Known(sha256=SHA, size=status.st_size, **more))


def run(path: Path, known: Answers, **options: Any) -> Hashed:
    return hash_artifact(locate(str(path)), HashOptions(known=known, **options))


def sparse(path: Path, size: int = 1 << 40) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def test_nothing_known_is_the_same_as_not_asking(tmp_path: Path) -> None:
    files = {**SMALL, "large": b"x" * (LARGE + 1)}
    known = nothing()
    found = run(write(tmp_path / "m", files), known)
    assert found.manifest == manifest(files)
    assert sorted(known.asked) == sorted(files)
    assert {name: entry for name, (entry, _) in known.told.items()} == found.manifest.by_name()
    for name, (_, status) in known.told.items():
        assert status.st_ino == (tmp_path / "m" / name).stat().st_ino


def test_what_is_known_is_not_read(tmp_path: Path) -> None:
    sparse(write(tmp_path / "m", SMALL) / "vast")
    known = everything()
    found = run(tmp_path / "m", known)
    assert {entry.sha256 for entry in found.manifest.files} == {SHA}
    assert found.manifest.by_name()["vast"].size == 1 << 40
    assert known.told.keys() == {*SMALL, "vast"}


def test_one_file(tmp_path: Path) -> None:
    found = run(sparse(tmp_path / "vast"), everything()).manifest
    assert (found.kind, found.digest, found.digest_kind) == ("file", SHA.hex(), "file")


def test_a_link_inside_is_asked_by_its_own_name(tmp_path: Path) -> None:
    (write(tmp_path / "m", SMALL) / "link").symlink_to("config.json")
    known = everything()
    found = run(tmp_path / "m", known, follow_links=True).manifest
    assert found.links == ("link",)
    assert "link" in known.asked


def test_everything_is_still_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", SMALL)
    (folder / "out").symlink_to("/etc/passwd")
    (folder / "in").symlink_to("config.json")
    os.mkfifo(folder / "pipe")
    (folder / "back\\slash").write_bytes(b"")
    known = everything()
    with pytest.raises(UnsafeArtifactError) as caught:
        run(folder, known)
    assert sorted(item.where for item in caught.value.problems) == ["back\\slash", "in", "out", "pipe"]
    assert not {"out", "in", "pipe"} & set(known.asked)


def test_hard_links_to_the_outside_are_still_noticed(tmp_path: Path) -> None:
    folder = write(tmp_path / "m", SMALL)
    os.link(folder / "config.json", tmp_path / "outside")
    assert run(folder, everything()).manifest.hard_links == ("config.json",)


def test_evidence_is_left_out(tmp_path: Path) -> None:
    known = everything()
    entry = FileEntry("config.json", SHA, 1)
    found = run(write(tmp_path / "m", SMALL), known, evidence=(entry,)).manifest
    assert "config.json" not in found.by_name()
    assert "config.json" not in known.asked


def test_a_problem_leaves_no_manifest(tmp_path: Path) -> None:
    known = Answers(lambda name, *_: Problem(where=name, message="no") if "w" in name else None)
    with pytest.raises(UnsafeArtifactError) as caught:
        run(write(tmp_path / "m", {**SMALL, "x": b""}), known)
    assert [str(item) for item in caught.value.problems] == ["sub/w.bin: no"]
    assert "sub/w.bin" not in known.told


def test_leading_bytes_are_kept(tmp_path: Path) -> None:
    large = bytes(range(256)) * (CHUNK // 128)
    files = {"a": b"12345", "empty": b"", "large": large}
    asked: dict[str, tuple[bytes, int]] = {}

    def wanted(name: str, first: bytes, size: int) -> int:
        asked[name] = first, size
        return {"a": 3, "empty": 0, "large": CHUNK + 10}[name]

    folder = write(tmp_path / "m", files)
    found = run(folder, everything(), wanted=wanted)
    assert found.prefixes == {"a": b"123", "large": large[: CHUNK + 10]}
    assert asked == {"a": (b"12345", 5), "empty": (b"", 0), "large": (large[:CHUNK], len(large))}
    assert found.prefixes == hash_artifact(locate(str(folder)), HashOptions(wanted=wanted)).prefixes


def test_a_file_that_stands_for_another_has_no_leading_bytes(tmp_path: Path) -> None:
    found = run(write(tmp_path / "m", SMALL), everything(elsewhere=True), wanted=lambda *_: 10)
    assert not found.prefixes


def test_no_more_than_the_leading_bytes_is_read(tmp_path: Path) -> None:
    path = sparse(tmp_path / "vast")
    fd = os.open(path, os.O_RDONLY)
    try:
        assert leading(fd, "vast", 1 << 40, lambda *_: 10) == bytes(10)
        assert leading(fd, "vast", 5, lambda *_: 100) == bytes(100)
        assert os.lseek(fd, 0, os.SEEK_CUR) == 0
    finally:
        os.close(fd)


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"other"), lambda path: os.utime(path, ns=(1, 1))])
def test_a_file_that_changes_meanwhile(tmp_path: Path, change: Callable[[Path], object]) -> None:
    path = write(tmp_path / "m", {"a": b"1"}) / "a"

    def answer(_name: str, status: os.stat_result, _fd: int) -> Known:
        change(path)
        return Known(sha256=SHA, size=status.st_size)

    with pytest.raises(UnstableFileError, match="'a' changed"):
        run(tmp_path / "m", Answers(answer))


@pytest.mark.parametrize("options", [{"sha512": True}, {"recipes": (Recipe(hash_name="blake3"),)}])
def test_nothing_else_can_be_computed(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="known digests are SHA-256"):
        run(write(tmp_path / "m", SMALL), everything(), **options)


def test_shards_are_always_read(tmp_path: Path) -> None:
    options = HashOptions(known=everything(), whole=False, recipes=(Recipe(shard_size=4),))
    with pytest.raises(ValueError, match="one recipe with shards"):
        hash_shards(locate(str(write(tmp_path / "m", SMALL))), options)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    def answer(*_: object) -> Known:
        raise OSError(5, "Input/output error")

    with pytest.raises(ArtifactError, match="'a' cannot be read: Input/output error"):
        run(write(tmp_path / "m", {"a": b"1"}), Answers(answer))
