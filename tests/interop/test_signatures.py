"""model_signing verifies our bundles of whole directories, and we verify its."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import (
    AWKWARD,
    CURVES,
    SEPARATOR,
    SMALL,
    KeyPair,
    Peer,
    make_model,
    need_peers,
    statement_of,
)

pytestmark = pytest.mark.peer

MODELS: Mapping[str, Mapping[str, bytes]] = {
    "small": SMALL,
    "awkward-names": AWKWARD,
    "separator-order": SEPARATOR,
    "one-file": {"weights.bin": b"w"},
    "one-empty-file": {"empty": b""},
    "equal-contents": {"a": b"x", "b": b"x", "c/a": b"x", "c/b": b""},
    # Past one buffer and one read, and exactly on their borders.
    "sizes": {str(size): b"\x01" * size for size in (1, 4096, 131_072, 131_073, 262_144, 524_288, 524_289, 3_000_000)},
    "many": {f"{number % 7}/{number}": str(number).encode() for number in range(300)},
}


@pytest.mark.parametrize("name", MODELS)
def test_the_peer_verifies_ours(run: Run, peer: Peer, key: KeyPair, tmp_path: Path, name: str) -> None:
    model = make_model(tmp_path / name, MODELS[name])
    assert run("sign", model, "--key", key.private).code == 0
    done = peer.verify(model, key)
    assert done.code == 0, done.output
    listed = [item["name"] for item in statement_of(model / "model.sig")["predicate"]["resources"]]
    assert listed == sorted(MODELS[name], key=str.encode)


@pytest.mark.parametrize("name", MODELS)
def test_we_verify_the_peers(run: Run, peer: Peer, key: KeyPair, tmp_path: Path, name: str) -> None:
    model = make_model(tmp_path / name, MODELS[name])
    peer.sign(model, key)
    result = run("verify", model, "--key", key.public)
    assert result.code == 0, result.out + result.err


@pytest.mark.parametrize("curve", CURVES)
def test_every_curve_both_ways(run: Run, peer: Peer, key_on: Callable[[str], KeyPair], small: Path, curve: str) -> None:
    key = key_on(curve)
    assert run("sign", small, "--key", key.private).code == 0
    done = peer.verify(small, key)
    assert done.code == 0, done.output
    peer.sign(small, key)
    result = run("verify", small, "--key", key.public)
    assert result.code == 0, result.out


def test_the_two_orders_have_two_roots_and_both_verify(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    """By name, as the specification says, and by path component, as the peer does; the notes give both roots."""
    assert run("sign", small, "--key", key.private).code == 0
    ours = statement_of(small / "model.sig")
    theirs = statement_of(peer.sign(small, key, signature=small.with_name("theirs.sig")))
    assert [item["name"] for item in ours["predicate"]["resources"]][2:4] == ["sub-x", "sub/w.bin"]
    assert [item["name"] for item in theirs["predicate"]["resources"]][2:4] == ["sub/w.bin", "sub-x"]
    assert ours["subject"][0]["digest"]["sha256"].startswith("331bab3bd1be4db8")
    # Our own evidence was a file to the peer, which signed with no knowledge of it.
    assert {item["name"] for item in theirs["predicate"]["resources"]} - set(SMALL) == {"model.sig"}
    (small / "model.sig").unlink()
    theirs = statement_of(peer.sign(small, key))
    assert theirs["subject"][0]["digest"]["sha256"].startswith("c0d6b9bed4a170b7")
    assert run("verify", small, "--key", key.public).code == 0


def test_a_bundle_kept_elsewhere(run: Run, peer: Peer, key: KeyPair, small: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.sig", tmp_path / "theirs.sig"
    assert run("sign", small, "--key", key.private, "--signature", ours).code == 0
    peer.sign(small, key, signature=theirs)
    assert peer.verify(small, key, signature=ours).code == 0
    assert run("verify", small, "--key", key.public, "--signature", theirs).code == 0


def test_the_peer_verifies_a_released_model_with_its_claims(
    run: Run, peer: Peer, key: KeyPair, small: Path, tmp_path: Path
) -> None:
    assert run("release", small, "--key", key.private).code == 0
    assert (small / "claims.jsonl").is_file()
    assert peer.verify(small, key).code == 0
    # Claims that come later change nothing for a signature that is there.
    predicate = tmp_path / "result.json"
    predicate.write_text('{"result": "PASSED"}', encoding="utf-8")
    added = run(
        "attest", small, "--type", "https://example.org/check/v1", "--predicate", predicate, "--key", key.private
    )
    assert added.code == 0
    assert peer.verify(small, key).code == 0
    assert run("verify", small, "--key", key.public).code == 0


def test_we_verify_a_peers_signature_over_a_model_with_our_claims(
    run: Run, peer: Peer, key: KeyPair, small: Path
) -> None:
    """To the peer claims are one more file, which its signature then lists and we compare."""
    assert run("release", small, "--key", key.private).code == 0
    (small / "model.sig").unlink()
    peer.sign(small, key)
    assert run("verify", small, "--key", key.public).code == 0
    with (small / "claims.jsonl").open("ab") as stream:
        stream.write((small / "claims.jsonl").read_bytes())
    assert run("verify", small, "--key", key.public).code == 1
    assert peer.verify(small, key).code == 1


def test_links_inside_the_model(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    (small / "sub" / "link").symlink_to("../config.json")
    assert run("sign", small, "--key", key.private).code == 2
    assert run("sign", small, "--key", key.private, "--allow-symlinks").code == 0
    assert statement_of(small / "model.sig")["predicate"]["serialization"]["allow_symlinks"] is True
    done = peer.verify(small, key, "--allow_symlinks")
    assert done.code == 0, done.output
    peer.sign(small, key, "--allow_symlinks")
    assert run("verify", small, "--key", key.public).code == 0


def test_a_snapshot_of_the_hub_cache(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    repository = tmp_path / "models--example--small"
    snapshot = repository / "snapshots" / ("0" * 40)
    for number, (name, content) in enumerate(SMALL.items()):
        blob = make_model(repository / "blobs", {f"{number:040}": content}) / f"{number:040}"
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(os_relative(blob, (snapshot / name).parent))
    assert run("sign", snapshot, "--key", key.private).code == 0
    done = peer.verify(snapshot, key, "--allow_symlinks")
    assert done.code == 0, done.output
    assert run("verify", snapshot, "--key", key.public).code == 0
    peer.sign(snapshot, key, "--allow_symlinks")
    assert run("verify", snapshot, "--key", key.public).code == 0


def os_relative(target: Path, folder: Path) -> str:
    """The text of a relative link in `folder` to `target`."""
    import os

    return os.path.relpath(target, folder)


def test_the_installed_commands_agree(key: KeyPair, small: Path) -> None:
    """Two real processes and no driver, as two people would do it."""
    from tests.conftest import ROOT

    def call(program: Path, *argv: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([program, *map(str, argv)], capture_output=True, text=True, check=False)

    ours, theirs = ROOT / ".venv" / "bin" / "attest", need_peers().with_name("model_signing")
    signature = small / "model.sig"
    done = call(ours, "sign", small, "--key", key.private)
    assert done.returncode == 0, done.stderr
    done = call(theirs, "verify", "key", small, "--public_key", key.public, "--signature", signature)
    assert done.returncode == 0, done.stderr
    done = call(theirs, "sign", "key", small, "--private_key", key.private, "--signature", signature)
    assert done.returncode == 0, done.stderr
    done = call(ours, "verify", small, "--key", key.public)
    assert done.returncode == 0, done.stdout
