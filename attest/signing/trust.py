"""What a verifier trusts, given by the caller and never found in a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attest.errors import InputError
from attest.signing.keys import PublicKey, load_public_key

MAX_KEYS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Public keys whose signatures may count, one entry per distinct key."""

    keys: tuple[PublicKey, ...]

    @classmethod
    def of_keys(cls, pems: Iterable[tuple[str, str]]) -> Trust:
        """Trust the keys of (PEM text, name for errors) pairs.

        Raises KeyFileError for a key that cannot verify, InputError for too many.
        """
        keys = {key.id: key for key in (load_public_key(pem, what) for pem, what in pems)}
        if len(keys) > MAX_KEYS:
            raise InputError(f"{len(keys)} keys are trusted; at most {MAX_KEYS} are tried per bundle")
        return cls(keys=tuple(keys.values()))

    def candidates(self, hint: str) -> tuple[PublicKey, ...]:
        """The keys to try, best guess only when the hint names one; the hint decides nothing else."""
        hinted = tuple(key for key in self.keys if hint in key.hints)
        return hinted or self.keys
