"""What a signer leaves out of its list: the peer accepts it silently, we name it and ask for leave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import KeyPair, Peer, make_model, statement_of

pytestmark = pytest.mark.peer

GIT_FILES: Mapping[str, bytes] = {
    ".gitattributes": b"*.bin filter=lfs\n",
    ".gitignore": b"*.tmp\n",
    ".github/workflows/ci.yml": b"on: push\n",
    ".git/hooks/post-checkout": b"#!/bin/sh\n",
}


def allowances(names: Mapping[str, bytes]) -> list[str]:
    return [part for name in names for part in ("--allow-unsigned", name)]


@pytest.mark.parametrize("signer", ["ours", "theirs"])
def test_git_files_are_named_until_allowed(run: Run, peer: Peer, key: KeyPair, small: Path, signer: str) -> None:
    make_model(small, GIT_FILES)
    if signer == "ours":
        signed = run("sign", small, "--key", key.private)
        assert signed.code == 0
        assert "4 files are not covered" in signed.err
    else:
        peer.sign(small, key)
    assert peer.verify(small, key).code == 0
    refused = run("verify", small, "--key", key.public)
    assert refused.code == 1
    for name in GIT_FILES:
        assert f"{name}: the file is not covered" in refused.out
    assert run("verify", small, "--key", key.public, *allowances(GIT_FILES)).code == 0
    # One name less, and that one is said.
    most = {name: content for name, content in GIT_FILES.items() if name != ".gitignore"}
    again = run("verify", small, "--key", key.public, *allowances(most))
    assert again.code == 1
    assert ".gitignore: the file is not covered" in again.out
    assert ".gitattributes: the file is not covered" not in again.out


def test_git_names_below_the_top_are_ordinary_files(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    make_model(small / "sub", GIT_FILES)
    assert run("sign", small, "--key", key.private).code == 0
    assert peer.verify(small, key).code == 0
    peer.sign(small, key)
    assert run("verify", small, "--key", key.public).code == 0


def test_a_peer_that_signs_git_files_too(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    make_model(small, GIT_FILES)
    peer.sign(small, key, "--no-ignore-git-paths")
    assert ".gitattributes" in {item["name"] for item in statement_of(small / "model.sig")["predicate"]["resources"]}
    assert run("verify", small, "--key", key.public).code == 0
    (small / ".gitattributes").write_bytes(b"changed\n")
    result = run("verify", small, "--key", key.public)
    assert result.code == 1
    assert ".gitattributes" in result.out


def test_paths_that_the_peer_was_told_to_ignore(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    make_model(small, {"notes.txt": b"n", "logs/a": b"1", "logs/deep/b": b"2"})
    peer.sign(small, key, "--ignore-paths", small / "notes.txt", "--ignore-paths", small / "logs")
    recorded = statement_of(small / "model.sig")["predicate"]["serialization"]["ignore_paths"]
    assert {"notes.txt", "logs", "model.sig"} <= set(recorded)
    assert peer.verify(small, key).code == 0
    refused = run("verify", small, "--key", key.public)
    assert refused.code == 1
    left_out = {"notes.txt": b"", "logs/a": b"", "logs/deep/b": b""}
    for name in left_out:
        assert f"- {name}: " in refused.out
    assert run("verify", small, "--key", key.public, *allowances(left_out)).code == 0


def test_a_recorded_path_hides_nothing_that_comes_later(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    """The peer never looks below an ignored path again; we do."""
    make_model(small, {"logs/a": b"1"})
    peer.sign(small, key, "--ignore-paths", small / "logs")
    make_model(small, {"logs/evil.py": b"import os\n"})
    assert peer.verify(small, key).code == 0
    result = run("verify", small, "--key", key.public, "--allow-unsigned", "logs/a")
    assert result.code == 1
    assert "- logs/evil.py: " in result.out
    assert "- logs/a: " not in result.out


def test_an_ignored_path_that_leads_nowhere_is_noise(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    peer.sign(small, key, "--ignore-paths", small / "nothing-here", "--ignore-paths", small.parent / "outside")
    assert run("verify", small, "--key", key.public).code == 0


def test_evidence_of_ours_that_appears_after_signing(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    """`claims.jsonl` is recorded as ignored before it exists, and whatever is no evidence does not hide in it."""
    assert run("sign", small, "--key", key.private).code == 0
    (small / "claims.jsonl").write_bytes(b"import os\n")
    assert peer.verify(small, key).code == 0
    result = run("verify", small, "--key", key.public)
    assert result.code == 1
    assert "claims.jsonl" in result.out
