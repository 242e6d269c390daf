"""Making bundles: an OMS signature over a manifest, and a signed in-toto statement."""

from __future__ import annotations

from attest.domain.bundle import serialize_key_bundle
from attest.domain.manifest import Manifest
from attest.domain.statement import PAYLOAD_TYPE
from attest.errors import UndecidedError
from attest.signing.dsse import pae
from attest.signing.oms import oms_payload
from attest.signing.signer import Signer


def sign_model(manifest: Manifest, name: str, signer: Signer, *, compat: bool = False) -> bytes:
    """The bytes of an OMS bundle over `manifest`; the same input and key give the same payload.

    Raises DocumentError when there is no file to sign.
    """
    return sign_statement(oms_payload(manifest, name, compat=compat), signer)


def sign_statement(payload: bytes, signer: Signer) -> bytes:
    """The bytes of a Sigstore bundle with a DSSE envelope over a statement's exact bytes.

    Raises UndecidedError when the signer's own signature does not verify: nothing unverifiable leaves here.
    """
    data = pae(PAYLOAD_TYPE, payload)
    signature = signer.sign(data)
    if not signer.verifies(signature, data):
        raise UndecidedError("the signer returned a signature that does not verify", hint="Check the signing device.")
    return serialize_key_bundle(payload=payload, signature=signature, key_hint=signer.hint)
