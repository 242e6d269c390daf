"""What a verifier trusts, given by the caller and never found in a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from attest.errors import InputError
from attest.signing.keys import PublicKey, load_public_key

if TYPE_CHECKING:  # a verification with keys alone needs none of X.509
    from cryptography import x509

    from attest.signing.material.trusted_root import Authority, LogKey, TrustedRoot

MAX_KEYS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Who may have signed, who may say when, and what counts as proof of logging.

    `keys` are public keys, one entry per distinct key; `certificate_roots` the roots of private authorities;
    `identity_roots` the Sigstore instances whose certificates count, each with its own logs and timestamps.
    `timestamp_authorities` and `logs` count for signatures by keys and by private certificates. `legacy` admits OMS
    v0.2. `at` is the moment for certificates that no evidence of time accompanies; without it these do not count.
    """

    keys: tuple[PublicKey, ...] = ()
    certificate_roots: tuple[x509.Certificate, ...] = ()
    identity_roots: tuple[TrustedRoot, ...] = ()
    timestamp_authorities: tuple[Authority, ...] = ()
    logs: tuple[LogKey, ...] = ()
    legacy: bool = False
    at: datetime | None = None

    @classmethod
    def of_keys(cls, pems: Iterable[tuple[str, str]]) -> Trust:
        """Trust the keys of (PEM text, name for errors) pairs.

        Raises KeyFileError for a key that cannot verify, InputError for too many.
        """
        return cls(keys=read_keys(pems))

    def candidates(self, hint: str) -> tuple[PublicKey, ...]:
        """The keys to try, best guess only when the hint names one; the hint decides nothing else."""
        hinted = tuple(key for key in self.keys if hint in key.hints)
        return hinted or self.keys


def read_keys(pems: Iterable[tuple[str, str]]) -> tuple[PublicKey, ...]:
    """Distinct keys from (PEM text, name for errors) pairs. Raises KeyFileError or InputError."""
    keys = {key.id: key for key in (load_public_key(pem, what) for pem, what in pems)}
    if len(keys) > MAX_KEYS:
        raise InputError(f"{len(keys)} keys are trusted; at most {MAX_KEYS} are tried per bundle")
    return tuple(keys.values())
