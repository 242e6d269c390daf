"""The walk over real folders: what counts as a file, what is refused, and that every refusal names its entry."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from attest.domain.artifact import Artifact
from attest.domain.manifest import printable
from attest.errors import ArtifactError, InputError, UnsafeArtifactError
from attest.hashing import HashOptions, engine, hash_artifact, locate
from attest.hashing.engine import LARGE, MAX_DEPTH
from tests.unit.conftest import SMALL, child, entry, hashed, manifest, write

BIG = b"0123456789abcdef" * (LARGE // 16 + 1)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path / "small")


def problems(path: Path, *, follow_links: bool = True) -> dict[str, str]:
    """The refused entries by name."""
    with pytest.raises(UnsafeArtifactError) as caught:
        hashed(path, follow_links=follow_links)
    assert caught.value.exit_code == 2
    return {problem.where: problem.message for problem in caught.value.problems}


def test_equals_the_manifest_built_in_memory(model: Path) -> None:
    assert hashed(model) == manifest()
    assert hashed(model, follow_links=True) == manifest()


def test_a_single_file(model: Path) -> None:
    assert hashed(model / "config.json") == manifest({"config.json": SMALL["config.json"]}, kind="file")


def test_empty_folders_leave_no_trace(model: Path) -> None:
    (model / "hollow" / "inner").mkdir(parents=True)
    assert hashed(model) == manifest()


def test_an_artifact_without_files(tmp_path: Path) -> None:
    (tmp_path / "m" / "inner").mkdir(parents=True)
    with pytest.raises(ArtifactError, match="holds no file"):
        hashed(tmp_path / "m")


def test_hidden_files_count(model: Path) -> None:
    write(model, {".git/hooks/x": b"1", ".gitattributes": b"2", "sub/.hidden": b"3"})
    assert {".git/hooks/x", ".gitattributes", "sub/.hidden"} <= hashed(model).by_name().keys()


def test_evidence_is_left_out_at_the_root_only(model: Path) -> None:
    write(model, {"model.sig": b"s", "sub/model.sig": b"t", "claims.jsonl": b"c"})
    evidence = (entry("model.sig", b"s"),)
    found = hashed(model, evidence=evidence)
    assert found.evidence == evidence
    assert found.by_name().keys() - SMALL.keys() == {"sub/model.sig", "claims.jsonl"}


# Links


def test_links_inside_are_refused_unless_asked_for(model: Path) -> None:
    (model / "again").symlink_to("config.json")
    (model / "sub" / "up").symlink_to("../sub-x")
    found = problems(model, follow_links=False)
    assert found.keys() == {"again", "sub/up"}
    assert all("symbolic link inside the artifact" in message for message in found.values())


def test_links_inside_that_are_followed_are_files_and_are_listed(model: Path) -> None:
    (model / "again").symlink_to("config.json")
    (model / "sub" / "up").symlink_to("../sub-x")
    (model / "far").symlink_to(model / "sub" / "w.bin")  # absolute, and still inside
    found = hashed(model, follow_links=True)
    more = {"again": SMALL["config.json"], "sub/up": SMALL["sub-x"], "far": SMALL["sub/w.bin"]}
    assert found == manifest({**SMALL, **more}, links=more)


def test_a_link_to_a_large_file_inside(model: Path) -> None:
    write(model, {"big": BIG})
    (model / "sub" / "big").symlink_to("../big")
    found = hashed(model, follow_links=True).by_name()
    assert found["sub/big"].sha256 == found["big"].sha256 == hashlib.sha256(BIG).digest()


def link(target: str) -> Callable[[Path], None]:
    return lambda model: (model / "bad").symlink_to(target)


def through_outside(model: Path) -> None:
    (model.parent / "hop").symlink_to(model.parent / "outside")
    (model / "bad").symlink_to("../hop")


def loop(model: Path) -> None:
    (model / "bad").symlink_to("bad")


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (link("../outside"), "the link leaves the artifact"),
        (link("sub/../../outside"), "the link leaves the artifact"),
        (link("../small-twin/file"), "the link leaves the artifact"),
        (link("/etc/hostname"), "the link leaves the artifact"),
        (link("/proc/self/status"), "the link leaves the artifact"),
        (through_outside, "the link leaves the artifact"),
        (link("nowhere"), "the link leads nowhere"),
        (link("../nowhere"), "the link leads nowhere"),
        (link("config.json/x"), "the link cannot be followed"),
        (loop, "the link cannot be followed"),
        (link("sub"), "the link leads to a directory"),
        (link("."), "the link leads to a directory"),
        (link(".."), "the link leads to a directory"),
        (link("/etc"), "the link leads to a directory"),
    ],
)
@pytest.mark.parametrize("follow_links", [True, False])
def test_links_that_are_always_refused(
    model: Path, plant: Callable[[Path], None], message: str, follow_links: bool
) -> None:
    (model.parent / "outside").write_bytes(b"secret")
    write(model.parent / "small-twin", {"file": b"a name that begins like the artifact's"})
    plant(model)
    found = problems(model, follow_links=follow_links)
    assert found.keys() == {"bad"}
    assert message in found["bad"]


def test_two_links_in_a_circle(model: Path) -> None:
    (model / "a").symlink_to("sub/b")
    (model / "sub" / "b").symlink_to("../a")
    assert problems(model).keys() == {"a", "sub/b"}


def test_the_artifact_itself_may_be_reached_through_a_link(model: Path) -> None:
    (model.parent / "alias").symlink_to("small")
    assert hashed(model.parent / "alias") == manifest()
    assert locate(str(model.parent / "alias")).name == "alias"


# Special files


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFSOCK])
@pytest.mark.parametrize("name", ["special", "sub/special", "model.sig"])
def test_special_files(model: Path, kind: int, name: str) -> None:
    os.mknod(model / name, kind | 0o600)
    assert problems(model) == {name: "a device, pipe or socket is no file"}


def test_a_real_socket(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("ear")
        assert problems(model) == {"ear": "a device, pipe or socket is no file"}


def test_a_link_to_a_pipe_does_not_hang(model: Path) -> None:
    os.mkfifo(model / "pipe")
    (model / "bad").symlink_to("pipe")
    assert problems(model) == dict.fromkeys(["pipe", "bad"], "a device, pipe or socket is no file")


def test_a_device_as_artifact() -> None:
    with pytest.raises(ArtifactError, match="neither a directory nor a regular file"):
        locate("/dev/null")


# Names


@pytest.mark.parametrize("name", [b"bad\xff", b"\xc3", b"line\nfeed", b"carriage\rreturn", b"back\\slash"])
@pytest.mark.parametrize("folder", [b"", b"sub/"])
def test_names_that_cannot_be_written_down(model: Path, name: bytes, folder: bytes) -> None:
    path = os.fsencode(model) + b"/" + folder + name
    with open(path, "wb") as stream:
        stream.write(b"x")
    assert problems(model).keys() == {printable(os.fsdecode(folder + name))}


def test_a_folder_with_such_a_name(model: Path) -> None:
    folder = os.fsencode(model) + b"/bad\xff"
    os.mkdir(folder)
    assert hashed(model) == manifest()
    with open(folder + b"/x", "wb") as stream:
        stream.write(b"x")
    assert problems(model).keys() == {printable("bad\udcff/x")}


def test_names_are_bytes_of_utf8_whatever_the_locale_says(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a Latin-1 locale Python shows the name E9 as U+00E9, so a file could pass for one with another name."""
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    with pytest.raises(InputError, match="UTF-8"):
        hashed(model)


ASCII = """
import os, sys
from attest.errors import InputError
from attest.hashing import hash_artifact, locate
try:
    print(hash_artifact(locate(sys.argv[1])).manifest.digest)
except InputError as error:
    print(type(error).__name__)
"""


def test_a_locale_without_utf8_gives_the_same_digest_or_none(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}.items():
        monkeypatch.setenv(name, value)
    assert child(ASCII, model).strip() in {manifest().digest, "InputError", "UnsafeArtifactError"}


def test_everything_that_is_wrong_is_reported_at_once(model: Path) -> None:
    os.mkfifo(model / "pipe")
    (model / "out").symlink_to("/etc/hostname")
    (model / "sub" / "dangling").symlink_to("nowhere")
    (model / "line\nfeed").write_bytes(b"")
    with open(os.fsencode(model) + b"/bad\xff", "wb") as stream:
        stream.write(b"x")
    expected = {"pipe", "out", "sub/dangling", printable("line\nfeed"), printable("bad\udcff")}
    assert problems(model).keys() == expected


def test_a_single_file_with_a_name_that_cannot_be_written_down(tmp_path: Path) -> None:
    path = tmp_path / "back\\slash"
    path.write_bytes(b"x")
    with pytest.raises(ArtifactError, match="cannot be named in evidence"):
        locate(str(path))


@pytest.mark.parametrize("names", [("Model.bin", "model.bin"), ("\u00e9", "e\u0301")])
def test_names_that_collide_elsewhere_are_still_two_files(tmp_path: Path, names: tuple[str, str]) -> None:
    files = {name: name.encode() for name in names}
    assert hashed(write(tmp_path / "m", files)) == manifest(files)


# Hard links


def test_hard_links(model: Path) -> None:
    write(model, {"big": BIG})
    os.link(model / "config.json", model / "sub" / "twin")
    os.link(model / "empty", model.parent / "outside")
    os.link(model / "big", model.parent / "outside-big")
    assert hashed(model).hard_links == ("big", "empty")


def test_a_hard_link_inside_and_outside(model: Path) -> None:
    os.link(model / "config.json", model / "twin")
    os.link(model / "config.json", model.parent / "outside")
    assert hashed(model).hard_links == ("config.json", "twin")


def test_a_followed_link_does_not_hide_a_hard_link_outside(model: Path) -> None:
    os.link(model / "config.json", model.parent / "outside")
    (model / "again").symlink_to("config.json")
    assert "config.json" in hashed(model, follow_links=True).hard_links


def test_a_single_file_with_another_name(model: Path) -> None:
    os.link(model / "config.json", model.parent / "outside")
    assert hashed(model / "config.json").hard_links == ("config.json",)


# Depth, permissions, descriptors


def deep(root: Path, levels: int) -> None:
    """A file below this many folders; made step by step, since its path is longer than the system takes."""
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(levels):
        os.mkdir("d" * 40, dir_fd=here)
        inner = os.open("d" * 40, os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def test_the_number_of_files_is_bounded(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_FILES", len(SMALL))
    assert hashed(model) == manifest()
    write(model, {"sub/one-more": b""})
    with pytest.raises(ArtifactError, match=f"holds more than {len(SMALL)} files"):
        hashed(model)


def test_depth_bomb(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    deep(tmp_path / "m", MAX_DEPTH + 1)
    with pytest.raises(ArtifactError, match=f"is nested deeper than {MAX_DEPTH} directories"):
        hashed(tmp_path / "m")


def test_the_deepest_folder_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    deep(tmp_path / "m", MAX_DEPTH)
    assert len(hashed(tmp_path / "m").files) == 1


UNPRIVILEGED = """
import os, sys, tempfile
from attest.errors import ArtifactError
from attest.hashing import hash_artifact, locate
with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o755)
    model = os.path.join(folder, "m")
    os.makedirs(os.path.join(model, "sub"))
    for name in ("a", "sub/b"):
        with open(os.path.join(model, name), "w") as stream:
            stream.write("x")
    os.chmod(os.path.join(model, sys.argv[1]), 0)
    if (pid := os.fork()) == 0:
        if os.getuid() == 0:
            os.setuid(65534)
        try:
            hash_artifact(locate(model))
        except ArtifactError as error:
            print(type(error).__name__, error.message, flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    os.chmod(os.path.join(model, sys.argv[1]), 0o755)
"""


@pytest.mark.parametrize("name", ["a", "sub/b", "sub"])
def test_what_cannot_be_read_is_named(name: str) -> None:
    assert child(UNPRIVILEGED, name) == f"ArtifactError '{name}' cannot be read: Permission denied\n"


def test_descriptors_do_not_leak(model: Path) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    write(model, {"big": BIG, "big2": BIG, "x/y/z/file": b"1"})
    (model / "again").symlink_to("x/y/z/file")
    before = count()
    for _ in range(3):
        hashed(model, follow_links=True)
    (model / "x" / "pipe.d").symlink_to("/etc")
    os.mkfifo(model / "x" / "y" / "pipe")
    for _ in range(3):
        problems(model)
    deep(model, MAX_DEPTH + 1)
    for _ in range(3):
        with pytest.raises(ArtifactError):
            hashed(model)
    assert count() == before


def test_many_folders_need_few_descriptors(tmp_path: Path) -> None:
    write(tmp_path / "m", {f"{number}/f": b"" for number in range(300)})
    code = (
        "import resource, sys; from attest.hashing import *;"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40));"
        "print(len(hash_artifact(locate(sys.argv[1])).manifest.files))"
    )
    assert child(code, tmp_path / "m") == "300\n"


# Locating


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="there is nothing at"):
        locate(str(tmp_path / "missing"))


def test_below_a_file(model: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be read"):
        locate(f"{model}/config.json/x")


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_a_path_that_is_none(path: str) -> None:
    with pytest.raises(ArtifactError):
        locate(path)


@pytest.mark.parametrize("suffix", ["", "/", "/.", "/sub/.."])
def test_spellings_of_one_path(model: Path, suffix: str) -> None:
    assert locate(f"{model}{suffix}") == Artifact(root=str(model.resolve()), kind="directory", name="small")


def test_where_evidence_lies(model: Path) -> None:
    folder, single = locate(str(model)), locate(str(model / "config.json"))
    assert (folder.signature_path, folder.claims_path) == (f"{folder.root}/model.sig", f"{folder.root}/claims.jsonl")
    assert (single.signature_path, single.claims_path) == (f"{single.root}.sig", f"{single.root}.claims.jsonl")


# The Hub's cache layout


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A snapshot of links into the blobs of its own repository folder."""
    root = tmp_path / "hub" / "models--org--name"
    write(root / "blobs", {"b1": SMALL["config.json"], "b2": BIG})
    folder = root / "snapshots" / "abc123"
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").symlink_to("../../blobs/b1")
    (folder / "onnx" / "model.onnx").symlink_to("../../../blobs/b2")
    return folder


def test_a_snapshot_is_the_model_that_it_stands_for(snapshot: Path) -> None:
    found = locate(str(snapshot))
    assert (found.hub_repository, found.hub_revision, found.name) == ("org/name", "abc123", "abc123")
    expected = manifest({"config.json": SMALL["config.json"], "onnx/model.onnx": BIG}, hub_links=True)
    assert hashed(snapshot) == hashed(snapshot, follow_links=True) == expected


def test_a_snapshot_has_the_digest_of_a_plain_copy(snapshot: Path, tmp_path: Path) -> None:
    plain = hashed(Path(shutil.copytree(snapshot, tmp_path / "plain", symlinks=False)))
    assert not plain.hub_links
    assert hashed(snapshot).digest == plain.digest
    assert hashed(snapshot).files == plain.files


def test_datasets_have_the_same_layout(snapshot: Path) -> None:
    moved = snapshot.parents[1].rename(snapshot.parents[2] / "datasets--org--name--with--dashes")
    found = locate(str(moved / "snapshots" / "abc123"))
    assert found.hub_repository == "org/name--with--dashes"
    assert hashed(moved / "snapshots" / "abc123").hub_links


def test_blobs_of_another_repository(snapshot: Path) -> None:
    other = write(snapshot.parents[2] / "models--org--other" / "blobs", {"b9": b"x"})
    (snapshot / "bad").symlink_to(other / "b9")
    assert problems(snapshot) == {"bad": "the link leaves the artifact"}


def test_another_snapshot_of_the_same_repository(snapshot: Path) -> None:
    write(snapshot.parent / "def456", {"file": b"x"})
    (snapshot / "bad").symlink_to("../def456/file")
    assert problems(snapshot) == {"bad": "the link leaves the artifact"}


def test_a_blob_that_is_itself_a_link_out(snapshot: Path) -> None:
    (snapshot.parents[1] / "blobs" / "b9").symlink_to("/etc/hostname")
    (snapshot / "bad").symlink_to("../../blobs/b9")
    assert problems(snapshot) == {"bad": "the link leaves the artifact"}


def test_a_blob_folder_that_is_a_link_opens_no_other_folder(snapshot: Path, tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", {"b1": b"secret", "b2": b"secret"})
    blobs = snapshot.parents[1] / "blobs"
    blobs.rename(tmp_path / "old")
    blobs.symlink_to(elsewhere)
    assert problems(snapshot).keys() == {"config.json", "onnx/model.onnx"}


@pytest.mark.parametrize("folders", ["org--name/snapshots/abc", "models--org--name/other/abc", "snapshots/abc"])
def test_other_folders_are_no_snapshots(tmp_path: Path, folders: str) -> None:
    model = write(tmp_path / folders, {"a": b"1"})
    write(model.parents[1] / "blobs", {"b1": b"x"})
    (model / "bad").symlink_to("../../blobs/b1")
    assert problems(model) == {"bad": "the link leaves the artifact"}


def test_a_blob_with_another_name_outside_is_reported(snapshot: Path, tmp_path: Path) -> None:
    os.link(snapshot.parents[1] / "blobs" / "b1", tmp_path / "outside")
    (snapshot / "copy.json").symlink_to("../../blobs/b1")
    assert "config.json" in hashed(snapshot).hard_links


def test_options_by_default(model: Path) -> None:
    assert hash_artifact(locate(str(model))).manifest == hash_artifact(locate(str(model)), HashOptions()).manifest
