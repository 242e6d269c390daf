"""Merkle inclusion proofs (RFC 9162, 2.1.3.2) and the signed notes that vouch for their roots (C2SP signed-note,
tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from attest.signing.material.trusted_root import LogKey

MAX_HASHES = 64
MAX_NOTE = 64 * 1024
MAX_SIGNATURES = 100
_SIGNATURE = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class LogFault(Exception):  # noqa: N818 - a reason, turned into a Rejected by its caller
    """Why a log entry does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An inclusion proof: the leaf's index, the tree it is in, and the hashes on the way to the root."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str


def check_inclusion(body: bytes, proof: Proof, log: LogKey) -> None:
    """`body` is leaf `proof.index` of the tree whose root the log signed. Raises LogFault."""
    if not 0 <= proof.index < proof.size:
        raise LogFault("the index of the inclusion proof lies outside its tree")
    if len(proof.hashes) > MAX_HASHES or any(len(item) != 32 for item in (*proof.hashes, proof.root)):
        raise LogFault("the inclusion proof is malformed")
    if merkle_root(hashlib.sha256(b"\x00" + body).digest(), proof.index, proof.size, proof.hashes) != proof.root:
        raise LogFault("the inclusion proof does not lead to its root")
    size, root = read_checkpoint(proof.checkpoint, log)
    if root != proof.root:
        raise LogFault("the root of the inclusion proof is not the one that the log signed")
    if size != proof.size:
        raise LogFault("the tree of the inclusion proof has another size than the one that the log signed")


def merkle_root(leaf: bytes, index: int, size: int, hashes: tuple[bytes, ...]) -> bytes | None:
    """The root that an audit path leads to, or None when the path has the wrong length (RFC 9162, 2.1.3.2)."""
    node, last, value = index, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            return None
        if node & 1 or node == last:
            value = hashlib.sha256(b"\x01" + sibling + value).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = hashlib.sha256(b"\x01" + value + sibling).digest()
        node, last = node >> 1, last >> 1
    return value if last == 0 else None


def read_checkpoint(note: str, log: LogKey) -> tuple[int, bytes]:
    """Tree size and root that `log` signed. Lines of witnesses that nobody asked about are left aside.

    Raises LogFault.
    """
    if len(note) > MAX_NOTE or note.count("\n\n") != 1 or not note.endswith("\n"):
        raise LogFault("the checkpoint is no signed note")
    text, _, block = note.partition("\n\n")
    lines, signatures = text.split("\n"), block[:-1].split("\n")
    if len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]) or len(signatures) > MAX_SIGNATURES:
        raise LogFault("the checkpoint is malformed")
    _check_origin(lines[0], log)
    _check_signed(f"{text}\n".encode(), signatures, lines[0], log)
    return int(lines[1]), _decode(lines[2])


def _check_origin(origin: str, log: LogKey) -> None:
    # The origin of a Rekor v1 log is "<name of its host> - <tree id>", and private instances run on hosts whose names
    # nobody wrote into a trusted root; its key and identifier say which log it is.
    if log.key_id == hashlib.sha256(log.key.der).digest():
        return
    if origin != log.name and origin != log.name.partition(":")[0]:
        raise LogFault(f"the checkpoint is of the log {origin[:80]!r}, and the trusted log is {log.name!r}")


def _check_signed(text: bytes, signatures: list[str], origin: str, log: LogKey) -> None:
    count = 0
    for line in signatures:
        match = _SIGNATURE.fullmatch(line)
        if match is None:
            raise LogFault("the checkpoint has a malformed signature line")
        raw = _decode(match[2])
        if raw[:4] != log.key_id[:4] or match[1] != origin.partition(" - ")[0]:
            continue
        if not log.key.verifies(raw[4:], text, "sha256" if log.key.hash_name else ""):
            raise LogFault("the log's signature on the checkpoint does not verify")
        count += 1
    if not count:
        raise LogFault("the checkpoint is not signed by the log")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise LogFault("the checkpoint is not in base64 where it must be") from None
