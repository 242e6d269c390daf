"""RFC 3161 timestamps over a signature, verified offline against timestamp authorities that the caller trusts.

The signature of the token and the path of its certificate are checked by `rfc3161-client`, at the time of the token.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from attest.signing.material.certificates import is_authority
from attest.signing.material.trusted_root import Authority

MAX_TOKEN = 256 * 1024


class TimestampFault(Exception):  # noqa: N818 - a reason, turned into a Rejected by its caller
    """Why a timestamp does not count."""


def verify_timestamp(
    token: bytes, signature: bytes, authorities: Sequence[Authority], *, nonce: int | None = None
) -> tuple[datetime, str]:
    """The time that `token` proves for `signature`, and the name of the authority that said so.

    `nonce` is what the request held, while that is known. The authority must be trusted for that very time, both ends
    of its window inside. Raises TimestampFault.
    """
    response = read_token(token)
    fault = "it is by no trusted timestamp authority"
    for authority in authorities:
        try:
            _verify(response, signature, authority, nonce)
        except VerificationError as error:
            fault = _reason(error, authority) if len(authorities) == 1 else fault
            continue
        moment = response.tst_info.gen_time.astimezone(UTC)
        if authority.window.holds(moment):
            return moment, authority.name
        fault = f"{authority.name} is not trusted for its time, {moment:%Y-%m-%dT%H:%M:%SZ}"
    raise TimestampFault(f"a timestamp does not count: {fault}")


def _reason(error: VerificationError, authority: Authority) -> str:
    text = str(error)
    # The library hands on OpenSSL's whole stack of errors, which tells people nothing.
    return f"it is not by {authority.name}" if "pkcs7" in text else f"it does not verify: {text[:200]}"


def read_token(token: bytes) -> TimeStampResponse:
    """Parse a DER TimeStampResp. Raises TimestampFault."""
    if len(token) > MAX_TOKEN:
        raise TimestampFault(f"a timestamp is {len(token)} bytes long; at most {MAX_TOKEN} are read")
    try:
        return decode_timestamp_response(token)
    except ValueError as error:
        raise TimestampFault(f"a timestamp cannot be read: {str(error)[:200]}") from error


def _verify(response: TimeStampResponse, signature: bytes, authority: Authority, nonce: int | None) -> None:
    *below, root = authority.chain
    leaf = below[0] if below and not is_authority(below[0]) else None
    # A new builder for each token: its methods change the builder they are called on.
    verifier = VerifierBuilder(
        tsa_certificate=leaf, intermediates=list(below[1:] if leaf else below), roots=[root], nonce=nonce
    ).build()
    try:
        # Warnings of odd certificates would go to standard error, where nobody expects a bundle to speak.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verifier.verify_message(response, signature)
            _check_purpose(response, leaf)
    except (
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        x509.DuplicateExtension,
        x509.ExtensionNotFound,
        x509.InvalidVersion,
    ) as error:
        raise VerificationError(str(error)) from error


def _check_purpose(response: TimeStampResponse, leaf: x509.Certificate | None) -> None:
    """The signing certificate is for timestamps and nothing besides (RFC 3161, section 2.3)."""
    if leaf is None:
        leaf = _embedded(response)
    usages = list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    if usages != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise VerificationError("its certificate is not for timestamps alone")


def _embedded(response: TimeStampResponse) -> x509.Certificate:
    infos = list(response.signed_data.signer_infos)
    for der in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if any(certificate.serial_number == info.serial_number and certificate.issuer == info.issuer for info in infos):
            return certificate
    raise VerificationError("it names no certificate")
