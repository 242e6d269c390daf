"""The signed certificate timestamp inside a Fulcio certificate: proof that its issuance was logged (RFC 6962, 3.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.certificate_transparency import LogEntryType, SignedCertificateTimestamp

from attest.signing.material.certificates import CertificateFault
from attest.signing.material.trusted_root import LogKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_sct(path: Sequence[x509.Certificate], logs: Iterable[LogKey]) -> None:
    """The leaf of `path` carries exactly one timestamp, by a log that is trusted at that time.

    The issuer is the one of the verified path, never looked up by name. Raises CertificateFault.
    """
    leaf = path[0]
    try:
        listed = leaf.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    except x509.ExtensionNotFound:
        raise CertificateFault("the signing certificate has no signed certificate timestamp") from None
    timestamps = list(listed)
    if len(timestamps) != 1:
        raise CertificateFault(f"the signing certificate has {len(timestamps)} signed certificate timestamps, not one")
    timestamp = timestamps[0]
    log = next((log for log in logs if log.key_id == timestamp.log_id), None)
    if log is None:
        raise CertificateFault("the certificate was logged in a certificate log that is not trusted")
    try:
        if not log.window.holds(timestamp.timestamp.replace(tzinfo=UTC)):
            raise CertificateFault(f"the certificate log {log.name} is not trusted for the time of its timestamp")
        good = _verifies(timestamp, path, log)
    except ValueError:  # a year beyond 9999, or an algorithm without a name
        good = False
    if not good:
        raise CertificateFault("the signed certificate timestamp does not verify")


def _verifies(timestamp: SignedCertificateTimestamp, path: Sequence[x509.Certificate], log: LogKey) -> bool:
    if timestamp.entry_type is not LogEntryType.PRE_CERTIFICATE:
        return False
    if not isinstance(timestamp.signature_hash_algorithm, hashes.SHA256) or len(path) < 2:
        return False
    issuer = hashlib.sha256(path[1].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    body = path[0].tbs_precertificate_bytes
    moment = (timestamp.timestamp.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
    extensions = timestamp.extension_bytes
    signed = (
        b"\x00\x00"
        + moment.to_bytes(8, "big")
        + b"\x00\x01"
        + issuer
        + len(body).to_bytes(3, "big")
        + body
        + len(extensions).to_bytes(2, "big")
        + extensions
    )
    return log.key.verifies(timestamp.signature, signed, "sha256" if log.key.hash_name else "")
