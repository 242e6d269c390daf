"""X.509: paths to explicit anchors only, and what a certificate says of its holder.

A path is built by `cryptography.x509.verification` with the certificates of the bundle as untrusted intermediates. Its
extension policy is ours, because its defaults are those of the web: they demand a server's or client's name.
Sources: RFC 5280 sections 4.2 and 6; OMS 1.0, `certificate` method; `docs/verification.md`, steps of certificates.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from attest.domain.attestation import Signer
from attest.domain.claims import CLAIMS, FULCIO_ARC, ISSUER_OID, USERNAME_OID
from attest.domain.manifest import printable
from attest.errors import AttestError, KeyFileError
from attest.signing.keys import PublicKey, as_public_key

T = TypeVar("T", bound=x509.ExtensionType)
MAX_CERTIFICATE = 64 * 1024
MAX_DEPTH = 8
MAX_TEXT = 4_096
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}


class CertificateFault(Exception):  # noqa: N818 - a reason, turned into a Rejected by its caller
    """Why a certificate does not count."""


def load_certificate(der: bytes) -> x509.Certificate:
    """Read one DER certificate. Raises CertificateFault for anything else, or bytes after it."""
    if len(der) > MAX_CERTIFICATE:
        raise CertificateFault(f"a certificate is {len(der)} bytes long; at most {MAX_CERTIFICATE} are read")
    try:
        # The library warns of odd serial numbers and names on standard error, where nobody expects a bundle to speak.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(der)
            # Parsed here, so that no later step meets an extension that does not parse.
            _ = certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc
        whole = certificate.public_bytes(Encoding.DER) == der
    except (
        ValueError,
        TypeError,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise CertificateFault(f"a certificate cannot be read: {error}") from error
    if not whole:
        raise CertificateFault("a certificate is not in its one DER encoding")
    return certificate


def fingerprint(certificate: x509.Certificate) -> str:
    """`sha256:` and the digest of the DER certificate, as policies and evidence name a root."""
    return f"sha256:{hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()}"


def verify_path(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], anchor: x509.Certificate, at: datetime
) -> list[x509.Certificate]:
    """The path from `leaf` to `anchor`, every certificate valid at `at`. Raises CertificateFault when there is none."""
    ca = (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, _is_authority)
        .may_be_present(x509.KeyUsage, verification.Criticality.AGNOSTIC, _signs_certificates)
        .may_be_present(x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, _authorises_code_signing)
    )
    try:
        builder = verification.PolicyBuilder().store(verification.Store([anchor])).time(at.replace(tzinfo=None))
        verifier = (
            builder.max_chain_depth(MAX_DEPTH)
            .extension_policies(ca_policy=ca, ee_policy=verification.ExtensionPolicy.permit_all())
            .build_client_verifier()
        )
        path = verifier.verify(leaf, list(intermediates)).chain
    except (verification.VerificationError, x509.UnsupportedGeneralNameType, ValueError) as error:
        raise CertificateFault(_path_fault(leaf, intermediates, at, error)) from error
    for certificate in path:
        _check_critical(certificate)
        _check_constraints(certificate)
    return list(path)


def _path_fault(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime, error: Exception
) -> str:
    """The library's reason in words: most people meet a certificate that is out of its time."""
    for certificate in (leaf, *intermediates):
        if fault := validity_fault(certificate, at):
            return fault
    return f"it does not chain to a trusted authority: {str(error)[:200]}"


def validity_fault(certificate: x509.Certificate, at: datetime) -> str:
    """Why a certificate is not valid at `at` (both ends count as inside, RFC 5280 section 4.1.2.5), or nothing."""
    name = printable(certificate.subject.rfc4514_string()[:100]) or "the signing certificate"
    if at < certificate.not_valid_before_utc:
        return f"{name} is not valid before {certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}"
    if at > certificate.not_valid_after_utc:
        return f"{name} expired at {certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"
    return ""


def _is_authority(_: object, __: x509.Certificate, extension: x509.BasicConstraints) -> None:
    if not extension.ca:
        raise ValueError("an issuer in the path is no certificate authority")


def _signs_certificates(_: object, __: x509.Certificate, extension: x509.KeyUsage | None) -> None:
    if extension is not None and not extension.key_cert_sign:
        raise ValueError("an issuer in the path may not sign certificates")


def _authorises_code_signing(_: object, __: x509.Certificate, extension: x509.ExtendedKeyUsage | None) -> None:
    if extension is not None and not _for_code(extension):
        raise ValueError("an issuer in the path may not issue certificates for code signing")


def _for_code(usage: x509.ExtendedKeyUsage) -> bool:
    return ExtendedKeyUsageOID.CODE_SIGNING in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


def _check_critical(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            raise CertificateFault(f"a certificate has the critical extension {extension.oid.dotted_string}, unknown")


def _check_constraints(certificate: x509.Certificate) -> None:
    """The library checks limits on alternative names; those on distinguished names it refuses only when critical."""
    limits = _extension(certificate, x509.NameConstraints)
    subtrees = [*(limits.permitted_subtrees or ()), *(limits.excluded_subtrees or ())] if limits is not None else []
    if any(isinstance(subtree, x509.DirectoryName) for subtree in subtrees):
        raise CertificateFault("an issuer in the path limits distinguished names, which cannot be checked here")


def check_leaf(certificate: x509.Certificate, *, strict: bool) -> None:
    """The leaf may sign code: it is no authority, and its usages allow it.

    `strict` demands both usages (Fulcio's profile); otherwise they bind when they are present (OMS 1.0). Raises
    CertificateFault.
    """
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    # Common tools mark whatever they sign as an authority; one that may not sign certificates is none (RFC 5280,
    # 4.2.1.9), and such leaves are in bundles of model-signing since its first release.
    issues = usage is None or usage.key_cert_sign
    if constraints is not None and constraints.ca and (issues or strict):
        raise CertificateFault("the signing certificate is that of an authority")
    if (usage is None and strict) or (usage is not None and not usage.digital_signature):
        raise CertificateFault("the signing certificate's key usage does not allow digital signatures")
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    # "Any usage" is not taken in a leaf: it says nothing about code.
    if (extended is None and strict) or (extended is not None and ExtendedKeyUsageOID.CODE_SIGNING not in extended):
        raise CertificateFault("the signing certificate's extended key usage does not allow code signing")
    _check_critical(certificate)


def _extension(certificate: x509.Certificate, kind: type[T]) -> T | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def is_authority(certificate: x509.Certificate) -> bool:
    """True when the certificate says that its holder may issue others."""
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def certificate_signer(path: Sequence[x509.Certificate], anchors: tuple[str, ...]) -> Signer:
    """Who a certificate of a private PKI names. Raises CertificateFault when its key or names cannot be read."""
    leaf = path[0]
    return Signer(
        kind="certificate",
        id=leaf_key(leaf).id,
        names=alternative_names(leaf),
        subject=leaf.subject.rfc4514_string()[:MAX_TEXT],
        issuer=leaf.issuer.rfc4514_string()[:MAX_TEXT],
        anchors=anchors,
    )


def leaf_key(leaf: x509.Certificate) -> PublicKey:
    """The certified key. Raises CertificateFault for one that cannot verify here."""
    try:
        return as_public_key(leaf.public_key(), "the signing certificate's key")
    except (AttestError, ValueError, UnsupportedAlgorithm) as error:
        raise CertificateFault(str(error)) from error


def sigstore_signer(leaf: x509.Certificate, anchors: tuple[str, ...]) -> Signer:
    """Who a Fulcio certificate names: exactly one alternative name, the OIDC issuer of extension .8, and the claims."""
    names = alternative_names(leaf)
    if len(names) != 1:
        raise CertificateFault(f"the signing certificate has {len(names)} alternative names; an identity has one")
    issuer = _fulcio_text(leaf, ISSUER_OID)
    if not issuer:
        raise CertificateFault("the signing certificate does not name its OIDC issuer (extension .8)")
    claims = [(name, _fulcio_text(leaf, f"{FULCIO_ARC}{number}")) for name, number in CLAIMS.items()]
    return Signer(
        kind="sigstore",
        id=f"{names[0][0]}:{names[0][1]} via {issuer}",
        names=names,
        issuer=issuer,
        claims=tuple((name, text) for name, text in claims if text is not None),
        anchors=anchors,
    )


def alternative_names(certificate: x509.Certificate) -> tuple[tuple[str, str], ...]:
    """The typed subject alternative names, sorted. Raises CertificateFault for a name that cannot be shown."""
    names = _extension(certificate, x509.SubjectAlternativeName)
    if names is None:
        return ()
    found = [_typed(name) for name in names]
    for _, value in found:
        if not value or not value.isprintable() or len(value) > MAX_TEXT:
            raise CertificateFault("an alternative name of the certificate is empty, too long or not printable")
    return tuple(sorted(found))


def _typed(name: x509.GeneralName) -> tuple[str, str]:
    if isinstance(name, x509.RFC822Name):
        return "email", name.value
    if isinstance(name, x509.UniformResourceIdentifier):
        return "uri", name.value
    if isinstance(name, x509.DNSName):
        return "dns", name.value
    if isinstance(name, x509.OtherName) and name.type_id.dotted_string == USERNAME_OID:
        return "username", utf8_string(name.value)
    return "other", str(name.value)[:MAX_TEXT]


def _fulcio_text(certificate: x509.Certificate, oid: str) -> str | None:
    try:
        value = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(oid)).value
    except x509.ExtensionNotFound:
        return None
    if not isinstance(value, x509.UnrecognizedExtension):
        raise CertificateFault(f"the certificate's extension {oid} is no text")
    return utf8_string(value.value)


def utf8_string(der: bytes) -> str:
    """The text of a DER UTF8String (X.690 sections 8.1.3 and 10.1). Raises CertificateFault for any other value."""
    fault = CertificateFault("an extension of the certificate is no DER UTF8String")
    if len(der) < 2 or der[0] != 0x0C:
        raise fault
    size, start = der[1], 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 2 or len(der) < 2 + count or der[2] == 0:
            raise fault
        size, start = int.from_bytes(der[2 : 2 + count], "big"), 2 + count
        if size < 0x80:
            raise fault
    if len(der) != start + size or size > MAX_TEXT:
        raise fault
    try:
        text = der[start:].decode("utf-8")
    except UnicodeDecodeError:
        raise fault from None
    if not text.isprintable():
        raise fault
    return text


def pem_certificate(der: bytes) -> bytes:
    """One certificate as PEM text."""
    return load_certificate(der).public_bytes(Encoding.PEM)


def read_pem_certificates(data: bytes, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file in its order. Raises KeyFileError when it holds none, or something else."""
    if b"PRIVATE KEY-----" in data:
        # Where certificates are asked for, files are copied around and shown.
        raise KeyFileError(f"{what} holds a private key, and certificates are needed", hint="Keep the key apart.")
    try:
        found = x509.load_pem_x509_certificates(data)
        return tuple(load_certificate(item.public_bytes(Encoding.DER)) for item in found)
    except (ValueError, x509.InvalidVersion, CertificateFault) as error:
        raise KeyFileError(
            f"{what} holds no readable certificate: {str(error)[:200]}",
            hint="Give PEM certificates: -----BEGIN CERTIFICATE----- …",
        ) from error
