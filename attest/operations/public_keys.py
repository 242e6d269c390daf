"""Public keys from files."""

from __future__ import annotations

from attest.domain.public_key import MAX_PEM, PublicKeyText, parse_public_key
from attest.errors import KeyFileError
from attest.stores.beside import read_bounded


def read_public_key(path: str) -> PublicKeyText:
    """A PEM public key from a file. Raises KeyFileError."""
    data = read_bounded(path, MAX_PEM)
    if data is None:
        raise KeyFileError(f"there is no key at {path!r}", hint="Check the path; attest key generate makes a key.")
    try:
        return parse_public_key(data.decode("ascii"), repr(path))
    except UnicodeDecodeError:
        raise KeyFileError(f"{path!r} is no PEM public key", hint="Give a file made by attest key generate.") from None
