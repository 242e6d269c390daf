"""The port for signers; backends import this file and nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Password = Callable[[str], str]
"""Asked with the key's path when a key is encrypted; returns the password."""


class Signer(Protocol):
    """Something that signs: a key in a file, later a token, a service or an identity."""

    @property
    def id(self) -> str:
        """How evidence names the signer: `sha256:` and the digest of its SubjectPublicKeyInfo."""

    @property
    def hint(self) -> str:
        """What a bundle says to help a verifier pick the key."""

    def sign(self, data: bytes) -> bytes:
        """An ASN.1 DER signature over `data`."""

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """True when `signature` is one of this signer's."""
