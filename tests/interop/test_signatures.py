"""model_signing verifies our bundles of whole directories, and we verify its."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.interop.conftest import (
    AWKWARD,
    SEPARATOR,
    SMALL,
    KeyPair,
    Peer,
    make_model,
    statement_of,
)

pytestmark = pytest.mark.peer

OUR_ROOT = "331bab3bd1be4db83ca7f95d9e94a0e508a562fe76b4ffcb810084d6de7dd329"
PEER_ROOT = "c0d6b9bed4a170b74cc28239360afe57bbbb638e60baaea4621969767d00d230"
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


def test_the_two_orders_have_two_roots_and_both_verify(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    """By name, as the specification says, and by path component, as the peer does; the notes give both roots."""
    theirs = statement_of(peer.sign(small, key))
    assert [item["name"] for item in theirs["predicate"]["resources"]][2:4] == ["sub/w.bin", "sub-x"]
    assert theirs["subject"][0]["digest"]["sha256"] == PEER_ROOT
    assert run("verify", small, "--key", key.public).code == 0
    assert run("sign", small, "--key", key.private).code == 0
    ours = statement_of(small / "model.sig")
    assert [item["name"] for item in ours["predicate"]["resources"]][2:4] == ["sub-x", "sub/w.bin"]
    assert ours["subject"][0]["digest"]["sha256"] == OUR_ROOT
    assert peer.verify(small, key).code == 0


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


def test_links_that_the_peer_followed(run: Run, peer: Peer, key: KeyPair, small: Path) -> None:
    (small / "sub" / "link").symlink_to("../config.json")
    peer.sign(small, key, "--allow_symlinks")
    assert "sub/link" in {item["name"] for item in statement_of(small / "model.sig")["predicate"]["resources"]}
    assert run("verify", small, "--key", key.public).code == 0
    (small / "config.json").write_bytes(b'{"a":2}\n')
    assert run("verify", small, "--key", key.public).code == 1


def test_a_snapshot_of_the_hub_cache(run: Run, peer: Peer, key: KeyPair, tmp_path: Path) -> None:
    repository = tmp_path / "models--example--small"
    snapshot = repository / "snapshots" / ("0" * 40)
    for number, (name, content) in enumerate(SMALL.items()):
        blob = make_model(repository / "blobs", {f"{number:040}": content}) / f"{number:040}"
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(os.path.relpath(blob, (snapshot / name).parent))
    assert run("sign", snapshot, "--key", key.private).code == 0
    done = peer.verify(snapshot, key, "--allow_symlinks")
    assert done.code == 0, done.output
    assert run("verify", snapshot, "--key", key.public).code == 0
    peer.sign(snapshot, key, "--allow_symlinks")
    assert run("verify", snapshot, "--key", key.public).code == 0
