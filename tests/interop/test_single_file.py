"""One file as the model: OMS names it by its base name, model-signing up to 1.1.1 by `.`; we read both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import CURVES, KeyPair, Peer, statement_of

pytestmark = pytest.mark.peer

# OMS notes, 13.1: the root of `config.json` alone, whatever the resource is called.
ROOT_DIGEST = "1174e121f6acd43dff812f7365151d33484ab1f2e289999f7341f70df7a659db"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_bytes(b'{"a":1}\n')
    return path


def names(bundle: Path) -> list[str]:
    return [item["name"] for item in statement_of(bundle)["predicate"]["resources"]]


def beside(model: Path) -> Path:
    return model.with_name(f"{model.name}.sig")


@pytest.mark.parametrize("curve", CURVES)
def test_the_dot_goes_both_ways(
    run: Run, peer: Peer, key_on: Callable[[str], KeyPair], config: Path, curve: str
) -> None:
    key = key_on(curve)
    peer.sign(config, key, signature=beside(config))
    assert names(beside(config)) == ["."]
    assert statement_of(beside(config))["subject"][0]["digest"]["sha256"] == ROOT_DIGEST
    assert run("verify", config, "--key", key.public).code == 0
    assert run("sign", config, "--key", key.private, "--compat-single-file").code == 0
    assert names(beside(config)) == ["."]
    assert statement_of(beside(config))["subject"][0]["digest"]["sha256"] == ROOT_DIGEST
    done = peer.verify(config, key, signature=beside(config))
    assert done.code == 0, done.output


def test_the_base_name_is_a_known_limit_of_the_peer(run: Run, peer: Peer, key: KeyPair, config: Path) -> None:
    """A conforming bundle; when a later peer takes it, this test says so, and the option can go."""
    assert run("sign", config, "--key", key.private).code == 0
    assert names(beside(config)) == ["config.json"]
    assert run("verify", config, "--key", key.public).code == 0
    done = peer.verify(config, key, signature=beside(config))
    assert done.code == 1
    assert "Extra files found in model 'config.json': ." in done.output


@pytest.mark.parametrize("name", ["empty", "é.bin", "a b", "-", "-rf", "weights:0:3"])
def test_hard_names_of_single_files(run: Run, peer: Peer, key: KeyPair, tmp_path: Path, name: str) -> None:
    model = tmp_path / name
    model.write_bytes(b"" if name == "empty" else b"w")
    assert run("sign", model, "--key", key.private, "--compat-single-file").code == 0
    assert peer.verify(model, key, signature=beside(model)).code == 0
    peer.sign(model, key, signature=beside(model))
    assert run("verify", model, "--key", key.public).code == 0


def test_a_renamed_single_file(run: Run, peer: Peer, key: KeyPair, config: Path, tmp_path: Path) -> None:
    """The dot names no file, so both sides take the same bytes under another name; the base name does not."""
    peer.sign(config, key, signature=tmp_path / "dot.sig")
    assert run("sign", config, "--key", key.private, "--signature", tmp_path / "name.sig").code == 0
    other = config.rename(tmp_path / "other.json")
    assert peer.verify(other, key, signature=tmp_path / "dot.sig").code == 0
    assert run("verify", other, "--key", key.public, "--signature", tmp_path / "dot.sig").code == 0
    assert run("verify", other, "--key", key.public, "--signature", tmp_path / "name.sig").code == 1


def test_a_dot_signs_no_directory(run: Run, peer: Peer, key: KeyPair, config: Path, tmp_path: Path) -> None:
    """The same bytes as the only file of a directory are another model."""
    peer.sign(config, key, signature=tmp_path / "dot.sig")
    folder = tmp_path / "folder"
    folder.mkdir()
    config.rename(folder / "config.json")
    assert peer.verify(folder, key, signature=tmp_path / "dot.sig").code == 1
    assert run("verify", folder, "--key", key.public, "--signature", tmp_path / "dot.sig").code == 1


def test_a_released_single_file(run: Run, peer: Peer, key: KeyPair, config: Path) -> None:
    """`release` writes the conforming name, which the peer cannot read; signing again for the peer keeps the claims."""
    assert run("release", config, "--key", key.private).code == 0
    assert run("sign", config, "--key", key.private, "--compat-single-file").code == 0
    assert peer.verify(config, key, signature=beside(config)).code == 0
    assert run("verify", config, "--key", key.public).code == 0
