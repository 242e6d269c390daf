"""The ports for signing; backends import this file and nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attest.domain.bundle import Bundle
from attest.signing.keys import PublicKey

Password = Callable[[str], str]
"""Asked with what is locked (a key's path, a token's label); returns the password or PIN."""


class KeyHolder(Protocol):
    """Something that holds a private key and signs with it: a file, a PKCS#11 token, a key service."""

    @property
    def public(self) -> PublicKey:
        """The public half."""

    def sign(self, data: bytes) -> bytes:
        """A signature over `data` with the hash that goes with the key; ECDSA signatures are ASN.1 DER.

        Raises KeyFileError when the key cannot be used, UndecidedError when its service cannot be reached.
        """


class Signer(Protocol):
    """Something that turns a statement's exact bytes into a bundle: a key, a certificate, or an identity."""

    @property
    def id(self) -> str:
        """How evidence names the signer; see `attest.domain.attestation.Signer.id`."""

    def bundle(self, payload: bytes) -> bytes:
        """The bytes of a Sigstore bundle with a DSSE envelope over `payload`, which verifies.

        Raises UndecidedError when a service is out of reach or its answer does not verify: nothing half-made leaves.
        """

    def made(self, bundle: Bundle) -> bool:
        """True when `bundle` is one of this signer's; only to avoid repetition, never to trust it."""

    def complete(self, bundle: Bundle) -> bool:
        """True when a bundle of this signer's holds all that it would add now: timestamps, a log entry."""
