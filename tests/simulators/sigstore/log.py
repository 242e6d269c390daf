"""What both versions of the transparency log share: a stored tree, its signed checkpoints, and its lies.

Faults of `rekor`: `wrong-root` (a checkpoint, well signed, over a root that the path does not lead to), `wrong-path`,
`wrong-checkpoint` (well signed, over another root than the proof's), `unsigned-checkpoint`, `forged-checkpoint` (signed
by another key), `other-entry` (the answer is somebody else's entry).
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key, load_pem_public_key

from tests.simulators import keys
from tests.simulators.sigstore.state import State, b64, sha256
from tests.simulators.sigstore.tree import Tree, cosignature_line, note, signature_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An inclusion proof as the log gives it."""

    index: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str


def public_key(data: bytes) -> keys.PublicKey:
    """The key of a certificate or public key, in PEM or DER; ValueError when it is neither."""
    if data.startswith(b"-----BEGIN CERTIFICATE-----"):
        return keys.supported(x509.load_pem_x509_certificate(data).public_key())
    if data.startswith(b"-----BEGIN"):
        return keys.supported(load_pem_public_key(data))
    try:
        return keys.supported(load_der_public_key(data))
    except ValueError:
        return keys.supported(x509.load_der_x509_certificate(data).public_key())


def canonical_pem(data: bytes) -> bytes:
    """A certificate or public key as the log stores it: read, and written as PEM again."""
    if data.startswith(b"-----BEGIN CERTIFICATE-----"):
        return x509.load_pem_x509_certificate(data).public_bytes(Encoding.PEM)
    return keys.public_pem(public_key(data))


class Log:
    """A log whose leaves lie in one file, a line each: the time and the body in base64.

    `extra_lines` go into the checkpoint's text; `witnesses` is the number of cosignatures by unknown witnesses.
    """

    def __init__(self, state: State, *, file: str, key: keys.PrivateKey, key_id: bytes, name: str, origin: str) -> None:
        self.state = state
        self.key = key
        self.key_id = key_id
        self.name = name
        self.origin = origin
        self.extra_lines: tuple[str, ...] = ()
        self.witnesses = 0
        self.faults = state.active("rekor")
        self.tree = Tree()
        self._path = state.directory / file
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                when, body = line.split()
                self.tree.append(int(when), base64.b64decode(body))

    def reset(self) -> None:
        """Knobs back to their defaults; the leaves stay."""
        self.extra_lines = ()
        self.witnesses = 0

    def append(self, *bodies: bytes) -> int:
        """Add leaves; returns the index of the last one."""
        with self.state.lock:
            when = int(self.state.seconds())
            with self._path.open("a") as file:
                file.writelines(f"{when} {b64(body)}\n" for body in bodies)
            for body in bodies:
                self.tree.append(when, body)
            return len(self.tree) - 1

    def prefill(self, count: int) -> None:
        """Add leaves that are nobody's, so that proofs get long."""
        start = len(self.tree)
        self.append(*(b"filler %d" % (start + number) for number in range(count)))

    def proof(self, index: int, size: int | None = None) -> Proof:
        """An inclusion proof in the tree of the first `size` leaves, or of all."""
        size = len(self.tree) if size is None else size
        root, hashes = self.tree.root(size), self.tree.path(index, size)
        signed = root
        if "wrong-root" in self.faults:
            root = signed = sha256(root)
        if "wrong-checkpoint" in self.faults:
            signed = sha256(root)
        if "wrong-path" in self.faults:
            hashes = [sha256(node) for node in hashes] or [sha256(b"no such node")]
        return Proof(index=index, size=size, root=root, hashes=tuple(hashes), checkpoint=self.checkpoint(size, signed))

    def checkpoint(self, size: int | None = None, root: bytes | None = None) -> str:
        """The signed note over the tree head; the signed bytes end with the note's newline."""
        size = len(self.tree) if size is None else size
        text = note(self.origin, size, root or self.tree.root(size), (*self.own_lines(), *self.extra_lines))
        if "unsigned-checkpoint" in self.faults:
            return text + "\n"
        key = self.forger if "forged-checkpoint" in self.faults else self.key
        lines = [signature_line(self.name, self.key_id, keys.sign(key, text.encode()))]
        lines += [
            cosignature_line(text, f"witness{number}.example", int(time.time())) for number in range(self.witnesses)
        ]
        return "".join([text, "\n", *lines])

    @property
    def forger(self) -> keys.PrivateKey:
        """A key of the same kind as the log's."""
        return self.state.key(f"{self.name}-forger", keys.kind(self.key))

    def own_lines(self) -> tuple[str, ...]:
        """Lines that this kind of log always adds."""
        return ()

    def somebody_else(self) -> tuple[keys.PrivateKey, bytes, bytes]:
        """A stranger's key, data, and signature over them."""
        key = self.state.key("stranger")
        data = b"somebody else's artifact"
        return key, data, keys.sign(key, data)
