"""An append-only Merkle tree (RFC 6962, 2.1) and signed notes over its heads.

Hashes of complete subtrees are kept, so that a proof costs no more than a few dozen of them, whatever the size.
"""

from __future__ import annotations

from tests.simulators import keys
from tests.simulators.sigstore.state import b64, sha256

EMPTY_ROOT = sha256(b"")


def leaf_hash(body: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + body)


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right)


def _split(size: int) -> int:
    """The largest power of two smaller than size."""
    return 1 << ((size - 1).bit_length() - 1)


class Tree:
    """Leaves with the times of their integration, in seconds since the epoch."""

    def __init__(self) -> None:
        self.leaves: list[tuple[int, bytes]] = []
        # One list per height: the hashes of the complete subtrees, from left to right.
        self._levels: list[list[bytes]] = [[]]

    def __len__(self) -> int:
        return len(self.leaves)

    def append(self, when: int, body: bytes) -> int:
        """Add a leaf; returns its index."""
        self.leaves.append((when, body))
        self._levels[0].append(leaf_hash(body))
        height = 0
        while len(self._levels[height]) % 2 == 0:
            if height + 1 == len(self._levels):
                self._levels.append([])
            self._levels[height + 1].append(node_hash(*self._levels[height][-2:]))
            height += 1
        return len(self.leaves) - 1

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, or of all."""
        size = len(self) if size is None else size
        return self._subtree(0, size) if size else EMPTY_ROOT

    def path(self, index: int, size: int | None = None) -> list[bytes]:
        """The inclusion proof of a leaf in the tree of the first `size` leaves, from the leaf upwards."""
        return self._path(index, 0, len(self) if size is None else size)

    def _subtree(self, low: int, high: int) -> bytes:
        size = high - low
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self._levels[height][low >> height]
        middle = low + _split(size)
        return node_hash(self._subtree(low, middle), self._subtree(middle, high))

    def _path(self, index: int, low: int, high: int) -> list[bytes]:
        if high - low <= 1:
            return []
        middle = low + _split(high - low)
        if index < middle:
            return [*self._path(index, low, middle), self._subtree(middle, high)]
        return [*self._path(index, middle, high), self._subtree(low, middle)]


def note(origin: str, size: int, root: bytes, extra_lines: tuple[str, ...] = ()) -> str:
    """The text of a checkpoint, without signatures."""
    return "\n".join([origin, str(size), b64(root), *extra_lines]) + "\n"


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """One signature of a note: the first four bytes of the key's id, then the signature."""
    return f"\u2014 {name} {b64(key_id[:4] + signature)}\n"


def cosignature_line(text: str, name: str, when: int) -> str:
    """The cosignature of a fresh witness that nobody knows (C2SP tlog-cosignature, Ed25519 version 1)."""
    key = keys.generate("ed25519")
    raw = keys.spki(key.public_key())[-32:]
    key_id = sha256(name.encode() + b"\n\x04" + raw)
    signed = f"cosignature/v1\ntime {when}\n{text}".encode()
    return signature_line(name, key_id, when.to_bytes(8, "big") + keys.sign(key, signed))
