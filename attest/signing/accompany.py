"""What goes with a key when it signs: a certificate with its chain, timestamps, and an entry in a transparency log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from attest.domain.bundle import MAX_CERTIFICATES, MAX_TIMESTAMPS
from attest.errors import InputError, KeyFileError
from attest.signing.key_signer import KeySigner, Record, Stamp
from attest.signing.keys import as_public_key
from attest.signing.material.anchors import read_authority, read_small, read_trusted_root
from attest.signing.material.certificates import (
    CertificateFault,
    check_leaf,
    is_authority,
    read_pem_certificates,
    validity_fault,
)
from attest.signing.material.trusted_root import Authority, TrustedRoot
from attest.signing.options import SignerOptions, scheme_of
from attest.signing.signer import KeyHolder

ON_TOKEN = "token:"  # noqa: S105 - a place, not a secret
"""Given instead of a file: the certificate that lies on the PKCS#11 token beside the key."""


def accompanied(holder: KeyHolder, uri: str, options: SignerOptions) -> KeySigner:
    """A signer with the certificates, timestamps and log that `options` ask for.

    Raises InputError or KeyFileError for what does not fit.
    """
    root = read_trusted_root(options.trusted_root) if options.trusted_root else None
    return KeySigner(
        holder=holder,
        certificates=_certificates(holder, uri, options) if options.certificates else (),
        stamps=_stamps(options, root),
        record=_record(holder, options, root),
    )


def _certificates(holder: KeyHolder, uri: str, options: SignerOptions) -> tuple[bytes, ...]:
    chain: list[x509.Certificate] = []
    for path in options.certificates:
        chain += _on_token(holder, uri) if path == ON_TOKEN else read_pem_certificates(read_small(path), repr(path))
    if len(chain) > MAX_CERTIFICATES:
        raise InputError(f"{len(chain)} certificates are given; at most {MAX_CERTIFICATES} go into a bundle")
    leaf = chain[0]
    if as_public_key(leaf.public_key(), "the certificate's key").id != holder.public.id:
        raise KeyFileError(
            "the first certificate is not that of the signing key",
            hint="Give the signing certificate first, then its chain: --certificate leaf.pem --certificate chain.pem",
        )
    now = datetime.now(UTC)
    try:
        check_leaf(leaf, strict=False)
    except CertificateFault as fault:
        raise KeyFileError(f"the certificate cannot sign: {fault}", hint="Use a code-signing certificate.") from fault
    if fault_text := next((text for item in chain if (text := validity_fault(item, now))), ""):
        raise KeyFileError(f"the certificate cannot sign: {fault_text}", hint="Renew it; nothing was signed.")
    for issued, issuer in pairwise(chain):
        _check_issued(issued, issuer)
    return tuple(item.public_bytes(Encoding.DER) for item in chain)


def _check_issued(issued: x509.Certificate, issuer: x509.Certificate) -> None:
    name = issuer.subject.rfc4514_string()[:100]
    if not is_authority(issuer):
        raise KeyFileError(f"{name} is no certificate authority, so what it issued proves nothing")
    try:
        issued.verify_directly_issued_by(issuer)
    except Exception as error:
        raise KeyFileError(
            f"{name} did not issue the certificate before it",
            hint="Order the chain from the signing certificate upwards.",
        ) from error


def _on_token(holder: KeyHolder, uri: str) -> tuple[x509.Certificate, ...]:
    if scheme_of(uri) != "pkcs11":
        raise InputError(
            f"--certificate {ON_TOKEN} goes with a pkcs11 signer only", hint="Give the certificate's file."
        )
    from attest.signing.holders.pkcs11_token import Pkcs11Key

    der = holder.certificate() if isinstance(holder, Pkcs11Key) else None
    if der is None:
        raise KeyFileError("the token holds no certificate beside the key", hint="Give the certificate's file.")
    return (x509.load_der_x509_certificate(der),)


def _stamps(options: SignerOptions, root: TrustedRoot | None) -> tuple[Stamp, ...]:
    if not options.timestamps:
        return ()
    if len(options.timestamps) > MAX_TIMESTAMPS:
        raise InputError(f"{len(options.timestamps)} timestamps are asked for; at most {MAX_TIMESTAMPS} are read later")
    authorities: tuple[Authority, ...] = tuple(read_authority(path) for path in options.timestamp_roots)
    authorities += root.timestamp_authorities if root else ()
    if not authorities:
        raise InputError(
            "--timestamp needs --timestamp-root or --trusted-root: a timestamp is verified at once",
            hint="Give the PEM certificates of the timestamp service's authority.",
        )
    return tuple(_stamp(url, authorities, options.timeout) for url in options.timestamps)


def _stamp(url: str, authorities: Sequence[Authority], timeout: float) -> Stamp:
    from attest.signing.services.http import check_url
    from attest.signing.services.timestamping import timestamp

    check_url(url, "the timestamp service")
    return lambda signature: timestamp(signature, url, authorities, timeout)


def _record(holder: KeyHolder, options: SignerOptions, root: TrustedRoot | None) -> Record | None:
    if not options.log:
        return None
    from attest.signing.services.recording import Recorder

    return Recorder(options.log, holder.public, root.logs if root else (), options.timeout)
