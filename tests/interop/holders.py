"""What the tests of key holders share."""

from __future__ import annotations

from attest.signing.signer import KeyHolder
from tests.simulators import keys

DATA = (b"", b"a statement", b"x" * 1_000_000)


def signs(holder: KeyHolder, kind: str) -> None:
    """The holder is of that kind, and its signatures verify with cryptography alone."""
    assert holder.public.kind == kind
    for data in DATA:
        keys.verify(keys.supported(holder.public.key), holder.sign(data), data)
