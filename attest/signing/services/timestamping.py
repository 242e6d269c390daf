"""Asking an RFC 3161 service for a timestamp, and checking its answer at once: the nonce cannot be checked later."""

from __future__ import annotations

from collections.abc import Sequence

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from attest.errors import UndecidedError
from attest.signing.material.timestamps import TimestampFault, verify_timestamp
from attest.signing.material.trusted_root import Authority
from attest.signing.services.http import ask, check_url, said


def timestamp(signature: bytes, url: str, authorities: Sequence[Authority], timeout: float) -> bytes:
    """A DER TimeStampResp over `signature` that verifies against `authorities`.

    Raises UndecidedError naming the service when it fails, or answers something that does not verify.
    """
    what = f"the timestamp service {check_url(url, 'the timestamp service')}"
    request = (
        TimestampRequestBuilder()
        .data(signature)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    answer = ask(
        "POST", url, what, body=request.as_bytes(), content_type="application/timestamp-query", timeout=timeout
    )
    if answer.status not in {200, 201}:
        raise UndecidedError(f"{what} refused: {said(answer)}", hint="Check its address, or use another one.")
    try:
        verify_timestamp(answer.body, signature, authorities, nonce=request.nonce)
    except TimestampFault as fault:
        raise UndecidedError(
            f"{what} answered something that does not verify: {fault}",
            hint="Check that the trusted timestamp authority is the one of this service.",
        ) from fault
    return answer.body
