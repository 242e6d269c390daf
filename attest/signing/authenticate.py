"""Who signed a bundle, and when: signature, then time, then identity. What was signed is not read here.

The trust decides how a bundle is verified, never the bundle. A step uses only what earlier steps established; every
certificate, timestamp and log entry that is present is verified, or named as unchecked when nobody trusted could vouch
for it. The step numbers are those of `docs/verification.md`, section "Bundles".
"""

from __future__ import annotations

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
from attest.signing.dsse import pae
from attest.signing.keys import Message, PublicKey
from attest.signing.trust import Trust


def authenticate(bundle: Bundle, trust: Trust, message: Message | None = None) -> Authentic:
    """Verify the signature of `bundle` and everything that speaks for its signer.

    `message` is what a bundle with a message signature is about; an envelope says itself what was signed. Raises
    Refused with the reason.
    """
    signed = Message(data=pae(bundle.payload_type, bundle.payload)) if bundle.payload_type else message
    if signed is None:
        raise Refused("unsupported", "it signs a message, and what is needed is a statement")
    # (1) The trust decides how a bundle is verified, never the bundle.
    if bundle.material == "publicKey":
        if not trust.keys:
            raise Refused("unknown-signer", "it is signed with a key, and no key is trusted here")
        return _by_key(bundle, trust, signed)
    if not trust.certificate_roots and not trust.identity_roots:
        kind = "a Sigstore identity" if bundle.material == "certificate" else "a certificate"
        raise Refused("unsupported", f"it is signed by {kind}, and only public keys are trusted here")
    from attest.signing.certified import by_certificate

    return by_certificate(bundle, trust, signed)


def _by_key(bundle: Bundle, trust: Trust, signed: Message) -> Authentic:
    # (2) Signature over the exact payload bytes, by a trusted key.
    key, notes = _signing_key(bundle, trust, signed)
    times: tuple[SignedTime, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    unchecked: tuple[str, ...] = ()
    # (3) Evidence of time and logging.
    if bundle.timestamps or bundle.log_entries:
        from attest.signing.countersigned import countersigned

        times, logs, unchecked = countersigned(bundle, trust, signed, key.der)
    signer = Signer(kind="key", id=key.id)
    return Authentic(
        bundle=bundle,
        signer=signer,
        key_kind=key.kind,
        times=times,
        logs=logs,
        unchecked=unchecked,
        notes=notes,
    )


def _signing_key(bundle: Bundle, trust: Trust, signed: Message) -> tuple[PublicKey, tuple[str, ...]]:
    candidates = trust.candidates(bundle.key_hint)
    if key := next((key for key in candidates if key.verifies(bundle.signature, signed)), None):
        return key, ()
    if legacy := legacy_message(bundle, trust):
        # OMS v0.2 signed with SHA-256 whatever the curve.
        ecdsa = (key for key in candidates if key.oms)
        if key := next((key for key in ecdsa if key.verifies(bundle.signature, legacy, "sha256")), None):
            return key, (LEGACY_NOTE,)
    elif LEGACY_MARK in bundle.payload:
        raise legacy_refused()
    if any(bundle.key_hint in key.hints for key in candidates):
        raise bad_signature()
    raise Refused("unknown-signer", "it is not signed by any of the trusted keys")
