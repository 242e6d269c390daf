"""What an operation writes never replaces what it works on: the artifact, its other evidence, or the key."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import attest
from attest.errors import InputError
from attest.operations.key import generate
from tests.unit.conftest import write

Make = Callable[[Path, Path | str, Path], Any]


def sign(artifact: Path, key: Path | str, target: Path) -> Any:
    return attest.sign(artifact, key, signature=target)


def release(artifact: Path, key: Path | str, target: Path) -> Any:
    return attest.release(artifact, key, bom=target)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def file(tmp_path: Path, keys: Path) -> Path:
    """A single file with its evidence, beside other files."""
    folder = write(tmp_path / "files", {"w.json": b"{}", "other.json": b"[]"})
    attest.release(folder / "w.json", keys / "1.pem")
    return folder / "w.json"


@pytest.mark.parametrize("make", [sign, release])
@pytest.mark.parametrize("name", ["w.json", "../files/w.json", "w.json.claims.jsonl"])
def test_a_single_file_and_its_claims_are_not_overwritten(file: Path, keys: Path, make: Make, name: str) -> None:
    before = contents(file.parent)
    with pytest.raises(InputError):
        make(file, keys / "2.pem", file.parent / name)
    assert contents(file.parent) == before


@pytest.mark.parametrize("make", [sign, release])
def test_a_single_file_is_not_overwritten_through_another_name(file: Path, keys: Path, make: Make) -> None:
    (file.parent / "link").symlink_to("w.json")
    os.link(file, file.parent / "hard")
    for name in ("link", "hard"):
        with contextlib.suppress(InputError):
            make(file, keys / "2.pem", file.parent / name)
        assert file.read_bytes() == b"{}"


def test_the_bill_of_materials_does_not_go_where_the_signature_goes(file: Path, keys: Path) -> None:
    before = contents(file.parent)
    with pytest.raises(InputError):
        release(file, keys / "2.pem", file.parent / "w.json.sig")
    assert contents(file.parent) == before


@pytest.mark.parametrize("make", [sign, release])
def test_the_key_is_not_overwritten(model: Path, keys: Path, make: Make) -> None:
    before = (keys / "1.pem").read_bytes()
    with pytest.raises(InputError):
        make(model, keys / "1.pem", keys / "1.pem")
    with pytest.raises(InputError):
        make(model, f"file:{keys}/1.pem", keys / "1.pem")
    assert (keys / "1.pem").read_bytes() == before


@pytest.mark.parametrize("make", [sign, release])
@pytest.mark.parametrize("name", [".", "sub", "sub/new", "config.json", "model.sig/x"])
def test_nothing_is_written_into_a_directory_that_is_signed(model: Path, keys: Path, make: Make, name: str) -> None:
    before = contents(model)
    with pytest.raises(InputError):
        make(model, keys / "1.pem", model / name)
    assert contents(model) == before


@pytest.mark.parametrize("make", [sign, release])
def test_nothing_is_written_into_it_through_a_link(model: Path, keys: Path, tmp_path: Path, make: Make) -> None:
    (tmp_path / "link").symlink_to(model)
    before = contents(model)
    for target in (tmp_path / "link" / "x", tmp_path / "link" / "sub" / "x"):
        with pytest.raises(InputError, match="lies inside the artifact"):
            make(model, keys / "1.pem", target)
        with pytest.raises(InputError, match="lies inside the artifact"):
            make(tmp_path / "link", keys / "1.pem", model / target.name)
    assert contents(model) == before


def test_a_folder_with_a_longer_name_is_not_inside(model: Path, keys: Path) -> None:
    write(model.parent / "small-2", {"x": b""})
    attest.sign(model, keys / "1.pem", signature=model.parent / "small-2" / "x.sig")
    assert attest.verify(model, keys=[keys / "1.pub"], signature=model.parent / "small-2" / "x.sig").passed


def test_a_key_is_made_at_a_new_place_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        generate(str(tmp_path / "none" / "k.pem"))
    assert not (tmp_path / "none").exists()
