"""Signatures by certificate: private authorities that the caller names, and identities that a Sigstore instance
certified for minutes.

The step numbers are those of `docs/verification.md`, section "Bundles".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from attest.domain.attestation import LogEntry, SignedTime, Signer
from attest.domain.bundle import Bundle
from attest.signing.authentic import (
    LEGACY_MARK,
    LEGACY_NOTE,
    Authentic,
    Refused,
    bad_signature,
    legacy_message,
    legacy_refused,
)
from attest.signing.countersigned import (
    as_moment,
    check_times,
    countersigned,
    log_entries,
    named,
    promised,
    timestamps,
)
from attest.signing.keys import Message
from attest.signing.material.certificates import (
    CertificateFault,
    certificate_signer,
    check_leaf,
    fingerprint,
    leaf_key,
    load_certificate,
    sigstore_signer,
    verify_path,
)
from attest.signing.material.sct import check_sct
from attest.signing.material.trusted_root import TrustedRoot
from attest.signing.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """A bundle whose signature is by the key of its first certificate."""

    bundle: Bundle
    message: Message
    certificates: tuple[x509.Certificate, ...]
    key_kind: str
    notes: tuple[str, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return self.certificates[0]

    @property
    def verifier(self) -> bytes:
        return self.leaf.public_bytes(Encoding.DER)


def by_certificate(bundle: Bundle, trust: Trust, message: Message) -> Authentic:
    """Verify a bundle whose signer is named by a certificate. Raises Refused."""
    try:
        # (2) Signature over the exact payload bytes, by the certificate's key.
        signed = _check_signature(bundle, trust, message)
        if bundle.material != "x509CertificateChain" or not trust.certificate_roots:
            return _by_identity(signed, trust)
        if not trust.identity_roots:
            return _by_authority(signed, trust)
        return _either(signed, trust)
    except CertificateFault as fault:
        raise Refused("bad-certificate", str(fault)) from fault


def _check_signature(bundle: Bundle, trust: Trust, message: Message) -> _Signed:
    certificates = tuple(load_certificate(der) for der in bundle.certificates)
    key = leaf_key(certificates[0])
    notes: tuple[str, ...] = ()
    if not key.verifies(bundle.signature, message):
        legacy = legacy_message(bundle, trust)
        if legacy is None and LEGACY_MARK in bundle.payload:
            raise legacy_refused()
        # OMS v0.2 signed with SHA-256 whatever the curve.
        if legacy is None or not key.oms or not key.verifies(bundle.signature, legacy, "sha256"):
            raise bad_signature()
        notes = (LEGACY_NOTE,)
    return _Signed(bundle=bundle, message=message, certificates=certificates, key_kind=key.kind, notes=notes)


def _either(signed: _Signed, trust: Trust) -> Authentic:
    """Bundles before v0.3 hold certificates of both kinds in one place, so both trusts are tried."""
    try:
        return _by_authority(signed, trust)
    except (CertificateFault, Refused) as first:
        try:
            return _by_identity(signed, trust)
        except (CertificateFault, Refused):
            raise first from None


def _by_authority(signed: _Signed, trust: Trust) -> Authentic:
    # (3) Time: what verified evidence says, else the moment of the verification.
    times, logs, unchecked = countersigned(signed.bundle, trust, signed.message, signed.verifier)
    moments = [as_moment(time.at) for time in times] or ([trust.at] if trust.at is not None else [])
    if not moments:
        raise Refused("no-time", "nothing says when it was signed, so its certificate cannot be judged")
    # (4) Path to an explicit root, at every one of these times; what the certificate may do; whom it names.
    check_leaf(signed.leaf, strict=False)
    signer: Signer | None = None
    anchors: list[str] = []
    fault = CertificateFault("it does not chain to a trusted authority")
    for root in trust.certificate_roots:
        try:
            paths = [verify_path(signed.leaf, signed.certificates[1:], root, moment) for moment in moments]
        except CertificateFault as error:
            fault = error
            continue
        anchors.append(fingerprint(root))
        signer = certificate_signer(paths[0], tuple(sorted(anchors)))
    if signer is None:
        raise fault
    return _authentic(signed, signer, times, logs, unchecked)


def _by_identity(signed: _Signed, trust: Trust) -> Authentic:
    if not trust.identity_roots:
        raise Refused("unsupported", "it is signed by a Sigstore identity, and no Sigstore instance is trusted here")
    if any(certificate.subject == certificate.issuer for certificate in signed.certificates):
        raise CertificateFault("a root certificate stands in the bundle, where it could vouch for itself")
    found: list[Authentic] = []
    refused: Exception = CertificateFault("it does not chain to a trusted Sigstore instance")
    for root in trust.identity_roots:
        try:
            found.append(_certified(signed, root, trust.at))
        except (Refused, CertificateFault) as error:
            refused = error
    if not found:
        raise refused
    labels = sorted({label for one in found for label in one.signer.anchors})
    return replace(found[0], signer=replace(found[0].signer, anchors=tuple(labels)))


def _certified(signed: _Signed, root: TrustedRoot, at: datetime | None) -> Authentic:
    bundle = signed.bundle
    # (3) Time and logging, all within this one instance.
    if not bundle.log_entries:
        raise Refused("bad-log-entry", "it has no entry of a transparency log")
    if bundle.media_type.endswith("version=0.1") and any(
        one.get("inclusionPromise") is None for one in bundle.log_entries
    ):
        raise Refused("bad-log-entry", "a bundle v0.1 needs the log's promise of inclusion")
    stamps = timestamps(bundle, root.timestamp_authorities)
    logged = log_entries(bundle, signed.message, signed.verifier, root.logs)
    times = (*stamps, *promised(logged))
    if not times:
        raise Refused("no-time", "nothing trusted says when it was signed: neither a timestamp nor the log's promise")
    check_times(logged, times, at)
    # (4) Path to the instance's authority at every time, the proof that issuance was logged, the profile, the name.
    check_leaf(signed.leaf, strict=True)
    for time in times:
        check_sct(_instance_path(root, signed.leaf, time), root.certificate_logs)
    return _authentic(signed, sigstore_signer(signed.leaf, (root.label,)), times, named(logged))


def _authentic(
    signed: _Signed,
    signer: Signer,
    times: tuple[SignedTime, ...],
    logs: tuple[LogEntry, ...],
    unchecked: tuple[str, ...] = (),
) -> Authentic:
    return Authentic(
        bundle=signed.bundle,
        signer=signer,
        key_kind=signed.key_kind,
        times=times,
        logs=logs,
        unchecked=unchecked,
        notes=signed.notes,
    )


def _instance_path(root: TrustedRoot, leaf: x509.Certificate, time: SignedTime) -> list[x509.Certificate]:
    """The path by the intermediates that an authority of the instance lists, and no others.

    A window is for the whole chain of its authority: one that the bundle brought would escape from the window of its
    own.
    """
    moment: datetime = as_moment(time.at)
    fault = CertificateFault(f"no authority of {root.label} is trusted for {time.at}")
    for authority in root.authorities:
        if not authority.window.holds(moment):
            continue
        *below, anchor = authority.chain
        try:
            return verify_path(leaf, below, anchor, moment)
        except CertificateFault as error:
            fault = error
    raise fault
