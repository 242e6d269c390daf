"""Making bundles: an OMS signature over a list of files, and a signed in-toto statement."""

from __future__ import annotations

from attest.domain.manifest import Manifest
from attest.signing.oms_write import Listing, listing_of, oms_payload
from attest.signing.signer import Signer


def sign_model(listing: Listing | Manifest, name: str, signer: Signer, *, compat: bool = False) -> bytes:
    """The bytes of an OMS bundle over the listed files; the same input gives the same payload.

    Raises DocumentError when there is no file to sign.
    """
    listed = listing_of(listing) if isinstance(listing, Manifest) else listing
    return signer.bundle(oms_payload(listed, name, compat=compat))


def sign_statement(payload: bytes, signer: Signer) -> bytes:
    """The bytes of a Sigstore bundle with a DSSE envelope over a statement's exact bytes.

    Raises UndecidedError when what a signer or service returns does not verify: nothing unverifiable leaves here.
    """
    return signer.bundle(payload)
