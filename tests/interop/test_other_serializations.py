"""Serializations of OMS that the peer's library writes and its own command cannot verify: here they are read."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import KeyPair, Peer, need_peers, statement_of

pytestmark = pytest.mark.peer

SIGN = """
import sys
from model_signing import hashing, signing
model, bundle, key, kind, algorithm = sys.argv[1:]
config = hashing.Config().set_ignored_paths(paths=[bundle], ignore_git_paths=True)
if kind == "files":
    config.use_file_serialization(hashing_algorithm=algorithm)
else:
    config.use_shard_serialization(hashing_algorithm=algorithm, shard_size=3)
signing.Config().use_elliptic_key_signer(private_key=key).set_hashing_config(config).sign(model, bundle)
"""
# Method and algorithm as the peer's library names them, and as its bundles do.
KINDS: Mapping[str, tuple[str, str]] = {
    "files blake2": ("files", "blake2b"),
    "files blake3": ("files", "blake3"),
    "shards sha256": ("shards", "sha256"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_another_serialization_is_read(run: Run, peer: Peer, key: KeyPair, small: Path, kind: str) -> None:
    bundle = small / "model.sig"
    command = [str(need_peers()), "-I", "-c", SIGN, str(small), str(bundle), str(key.private), *kind.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    method, algorithm = KINDS[kind]
    recorded = statement_of(bundle)["predicate"]["serialization"]
    assert (recorded["method"], recorded["hash_type"]) == (method, algorithm)
    assert peer.verify(small, key).code == 1
    empty = [str(file.relative_to(small)) for file in small.rglob("*") if file.is_file() and not file.stat().st_size]
    tolerated = [option for name in empty if method == "shards" for option in ("--allow-unsigned", name)]
    result = run("verify", small, "--key", key.public, *tolerated)
    assert (result.code, result.err) == (0, "")
    if tolerated:  # shards cannot protect empty files
        assert run("verify", small, "--key", key.public).code == 1
    (small / "config.json").write_bytes(b"changed")
    assert run("verify", small, "--key", key.public, *tolerated).code == 1
