"""Reports of `inspect`: what bundles say of themselves, and that nothing of it was verified."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attest.domain.attestation import Rejected
from attest.domain.canonical import pretty
from attest.domain.claimed import ClaimedBundle, ClaimedCertificate
from attest.domain.digest import short
from attest.domain.manifest import printable
from attest.domain.record import encode

HEAD = "NOT VERIFIED: this is what the bundles say of themselves. `attest verify` checks it."


def claims_text(bundles: Sequence[ClaimedBundle], unreadable: Sequence[Rejected]) -> str:
    """What each bundle says, for people."""
    lines = [HEAD]
    for bundle in bundles:
        lines += ["", f"{printable(bundle.source)}  sha256:{short(bundle.digest)}"]
        lines += [f"  {name:13} {printable(text)}" for name, text in _facts(bundle)]
    lines += [f"\n{printable(item.source)}  is no bundle: {printable(item.reason)}" for item in unreadable]
    return "\n".join(lines) + "\n"


def _facts(bundle: ClaimedBundle) -> Iterator[tuple[str, str]]:
    yield "format", bundle.media_type
    yield "signed with", _signer(bundle)
    for certificate in bundle.certificates:
        yield from _certificate(certificate)
    if bundle.predicate_type:
        yield "statement", bundle.predicate_type
    for subject in bundle.subjects[:3]:
        yield "about", subject
    if bundle.subject_count > 3:
        yield "about", f"and {bundle.subject_count - 3} more"
    if bundle.method:
        links = ", symbolic links allowed" if bundle.allow_symlinks else ""
        yield "lists", f"{bundle.files:,} files, {bundle.method}{links}"
        yield "leaves out", ", ".join(bundle.ignore_paths) or "nothing that it records"
    for time in bundle.times:
        yield "timestamp", f"{time} (claimed)"
    for log in bundle.logs:
        yield "log", f"{log} (claimed)"
    for problem in bundle.problems:
        yield "problem", problem


def _signer(bundle: ClaimedBundle) -> str:
    if bundle.signed_with == "key":
        return f"a key, hint {bundle.key_hint or 'none'}"
    return "a Sigstore identity" if bundle.signed_with == "identity" else "a certificate"


def _certificate(certificate: ClaimedCertificate) -> Iterator[tuple[str, str]]:
    yield "certificate", ", ".join((certificate.subject or "without subject", *certificate.names))
    yield "  issued by", certificate.oidc_issuer or certificate.issuer
    yield "  valid", f"{certificate.not_before} to {certificate.not_after}"
    for name, text in certificate.claims:
        yield f"  {name}", text


def claims_json(bundles: Sequence[ClaimedBundle], unreadable: Sequence[Rejected]) -> str:
    """The same for machines; its shape is `schemas/claims-v1.json`."""
    return pretty(
        {
            "format": "attest/claims/v1",
            "verified": False,
            "bundles": encode(tuple(bundles)),
            "unreadable": encode(tuple(unreadable)),
        }
    )
