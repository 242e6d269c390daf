"""Signed notes and Merkle proofs, apart from bundles: which text a log must have signed, and every shape of a tree."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from attest.signing.keys import as_public_key
from attest.signing.material.checkpoint import LogFault, Proof, check_inclusion, merkle_root, read_checkpoint
from attest.signing.material.trusted_root import LogKey, Window
from tests.simulators import keys
from tests.simulators.sigstore.state import b64, sha256
from tests.simulators.sigstore.tree import Tree, leaf_hash, note, signature_line

WINDOW = Window(start=datetime(2020, 1, 1, tzinfo=UTC))
ED, EC = keys.generate("ed25519"), keys.generate("p256")
ED_ID, EC_ID = sha256(b"whatever the log chose"), sha256(keys.spki(EC.public_key()))
ROOT = sha256(b"root")


def log(name: str = "log.example", key: keys.PrivateKey = ED, key_id: bytes = ED_ID) -> LogKey:
    return LogKey(name=name, key_id=key_id, key=as_public_key(key.public_key(), "the log"), window=WINDOW)


def signed(text: str, name: str = "log.example", key: keys.PrivateKey = ED, key_id: bytes = ED_ID) -> str:
    return f"{text}\n{signature_line(name, key_id, keys.sign(key, text.encode()))}"


GOOD = note("log.example", 7, ROOT)


def test_a_checkpoint() -> None:
    assert read_checkpoint(signed(GOOD), log()) == (7, ROOT)
    assert read_checkpoint(signed(note("log.example", 0, ROOT, ("more", "lines"))), log()) == (0, ROOT)


@pytest.mark.parametrize(
    ("name", "origin"), [("log.example:8080", "log.example"), ("log.example:80", "log.example:80")]
)
def test_the_origin_is_the_name_with_or_without_a_port(name: str, origin: str) -> None:
    assert read_checkpoint(signed(note(origin, 7, ROOT), origin), log(name)) == (7, ROOT)


@pytest.mark.parametrize(
    "origin", ["other.example", "log.example.evil.example", "log.exampl", "log.example - 1", "LOG.example"]
)
def test_another_origin_signed_by_the_same_key(origin: str) -> None:
    """The log's key may serve another log as well; its tree heads are of that one."""
    name = origin.partition(" - ")[0]
    with pytest.raises(LogFault, match="the checkpoint is of the log"):
        read_checkpoint(signed(note(origin, 7, ROOT), name), log())


def test_a_log_of_rekor_v1_is_known_by_its_key() -> None:
    """Its identifier is the digest of its key, and private instances run on hosts of any name."""
    text = note("host-1 - 123", 7, ROOT)
    assert read_checkpoint(signed(text, "host-1", EC, EC_ID), log(key=EC, key_id=EC_ID)) == (7, ROOT)
    with pytest.raises(LogFault, match="not signed by the log"):
        read_checkpoint(signed(text, "host-2", EC, EC_ID), log(key=EC, key_id=EC_ID))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("log.example\n7\n", "malformed"),
        ("log.example\n", "malformed"),
        ("\n7\nQQ==\n", "malformed"),
        ("log.example\n-7\nQQ==\n", "malformed"),
        ("log.example\n07\nQQ==\n", "malformed"),
        ("log.example\n7 \nQQ==\n", "malformed"),
        ("log.example\n\u0667\nQQ==\n", "malformed"),
        ("log.example\n" + "9" * 20 + "\nQQ==\n", "malformed"),
        ("log.example\n7\nQQ\n", "not in base64"),
        ("log.example\n7\n!\n", "not in base64"),
    ],
)
def test_texts_that_are_no_checkpoint(text: str, reason: str) -> None:
    """The log itself signed them."""
    with pytest.raises(LogFault, match=reason):
        read_checkpoint(signed(text), log())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("\u2014 log.example QUF\n", "not in base64"),
        ("\u2014 log.example \n", "malformed signature line"),
        ("\u2014  log.example QUFB\n", "malformed signature line"),
        ("\u2014 log+x QUFB\n", "malformed signature line"),
        ("\u2013 log.example QUFB\n", "malformed signature line"),
        ("log.example QUFB\n", "malformed signature line"),
        ("\u2014 log.example " + b64(ED_ID[:4]) + "\n", "does not verify"),
        ("\u2014 log.example " + b64(ED_ID[:4] + bytes(64)) + "\n", "does not verify"),
        ("\u2014 log.example " + b64(ED_ID[:3]) + "\n", "not signed by the log"),
    ],
)
def test_signature_lines(line: str, reason: str) -> None:
    with pytest.raises(LogFault, match=reason):
        read_checkpoint(f"{GOOD}\n{line}", log())
    if reason != "not signed by the log":  # a bad line is not made good by a good one
        with pytest.raises(LogFault, match=reason):
            read_checkpoint(signed(GOOD) + line, log())


@pytest.mark.parametrize("size", range(1, 18))
def test_every_leaf_of_small_trees(size: int) -> None:
    tree = Tree()
    for number in range(size):
        tree.append(0, b"leaf %d" % number)
    for index in range(size):
        leaf, path = leaf_hash(b"leaf %d" % index), tuple(tree.path(index))
        assert merkle_root(leaf, index, size, path) == tree.root()
        # The same path says nothing about another place, another leaf, or with a node more or less.
        for other in set(range(size)) - {index}:
            assert merkle_root(leaf, other, size, path) != tree.root()
        assert merkle_root(leaf_hash(b"x"), index, size, path) != tree.root()
        assert merkle_root(leaf, index, size, (*path, bytes(32))) != tree.root()
        assert merkle_root(leaf, index, size, (bytes(32), *path)) != tree.root()
        for left_out in range(len(path)):
            assert merkle_root(leaf, index, size, path[:left_out] + path[left_out + 1 :]) != tree.root()


def test_an_inner_node_is_no_leaf() -> None:
    tree = Tree()
    for number in range(4):
        tree.append(0, b"leaf %d" % number)
    left, right = leaf_hash(b"leaf 0"), leaf_hash(b"leaf 1")
    forged = b"\x01" + left + right
    path = (tree.path(0)[1],)
    assert merkle_root(hashlib.sha256(forged).digest(), 0, 2, path) == tree.root()  # as a node it would fit
    proof = Proof(
        index=0, size=2, root=tree.root(), hashes=path, checkpoint=signed(note("log.example", 2, tree.root()))
    )
    for body in (forged, forged[1:]):
        with pytest.raises(LogFault, match="does not lead to its root"):
            check_inclusion(body, proof, log())


def test_the_only_leaf() -> None:
    root = leaf_hash(b"body")
    checkpoint = signed(note("log.example", 1, root))
    check_inclusion(b"body", Proof(index=0, size=1, root=root, hashes=(), checkpoint=checkpoint), log())
    for index, size in ((0, 0), (1, 1), (-1, 1), (0, 2)):
        with pytest.raises(LogFault):
            check_inclusion(b"body", Proof(index=index, size=size, root=root, hashes=(), checkpoint=checkpoint), log())
