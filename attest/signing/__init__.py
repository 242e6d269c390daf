"""All cryptography: opening signers, making bundles, and the one door from Bundle to Attestation."""

from __future__ import annotations

from attest.signing.open import open_signer
from attest.signing.options import SignerOptions
from attest.signing.sign import sign_model, sign_statement
from attest.signing.signer import Signer
from attest.signing.trust import Trust
from attest.signing.verify import verify_bundle

__all__ = ["Signer", "SignerOptions", "Trust", "open_signer", "sign_model", "sign_statement", "verify_bundle"]
