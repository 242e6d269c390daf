"""The one door from Bundle to Attestation. The step numbers are those of `docs/verification.md`."""

from __future__ import annotations

import hashlib

from attest.domain.attestation import Attestation, Differences, RejectCode, Rejected, Signer
from attest.domain.bundle import Bundle
from attest.domain.manifest import Manifest
from attest.domain.statement import OMS_PREDICATE, STATEMENT_LIMITS, Statement, parse_statement, speaks_about
from attest.domain.strict_json import Limits
from attest.errors import DocumentError
from attest.signing.dsse import pae
from attest.signing.keys import PublicKey
from attest.signing.oms import compare, compare_files, read_resources
from attest.signing.trust import Trust

# An OMS payload lists every file, so it may be as large as its bundle and hold a few nodes per file.
_OMS_LIMITS = Limits(size=256 << 20, depth=32, nodes=64_000_000)


def verify_bundle(bundle: Bundle, manifest: Manifest, trust: Trust) -> Attestation | Rejected:
    """Decide what `bundle` proves about the artifact in `manifest`, trusting only `trust`.

    Never raises for what the bundle holds: a bundle that proves nothing comes back as Rejected, with its reason.
    """
    # (1) The trust decides how a bundle is verified, never the bundle.
    if bundle.material != "publicKey":
        what = "a Sigstore certificate" if bundle.material == "certificate" else "a certificate chain"
        return _reject(bundle, "unsupported", f"it is signed with {what}; only public keys are trusted here")
    # (2) Signature over the exact payload bytes, by a trusted key.
    key = _signing_key(bundle, trust)
    if isinstance(key, Rejected):
        return key
    signer = Signer(kind="key", id=key.id)
    # (3) Only now is the payload read.
    limits = _OMS_LIMITS if OMS_PREDICATE.encode() in bundle.payload else STATEMENT_LIMITS
    try:
        statement = parse_statement(bundle.payload, limits)
    except DocumentError as error:
        return _reject(bundle, "bad-statement", error.message, signer)
    # (4) The statement is about these bytes.
    if statement.predicate_type == OMS_PREDICATE:
        return _model_signature(bundle, statement, signer, manifest)
    return _about_artifact(bundle, statement, signer, manifest)


def _signing_key(bundle: Bundle, trust: Trust) -> PublicKey | Rejected:
    data = pae(bundle.payload_type, bundle.payload)
    candidates = trust.candidates(bundle.key_hint)
    # Hashed once per algorithm, however many keys are tried.
    digests = {name: hashlib.new(name, data).digest() for name in {key.hash_name for key in candidates}}
    if key := next((key for key in candidates if key.verifies(bundle.signature, digests[key.hash_name])), None):
        return key
    if any(bundle.key_hint in key.hints for key in candidates):
        return _reject(
            bundle,
            "bad-signature",
            "the signature does not verify: the signed bytes or the signature were changed",
        )
    return _reject(bundle, "unknown-signer", "it is not signed by any of the trusted keys")


def _model_signature(
    bundle: Bundle, statement: Statement, signer: Signer, manifest: Manifest
) -> Attestation | Rejected:
    kind = statement.predicate_type
    try:
        resources = read_resources(statement)
    except DocumentError as error:
        return _reject(bundle, "bad-statement", error.message, signer, kind)
    if manifest.links and not resources.allow_symlinks:
        reason = f"the artifact holds symbolic links ({manifest.links[0]!r}), and the signer did not allow links"
        return _reject(bundle, "links", reason, signer, kind)
    differences, unsigned = compare(resources, manifest)
    if differences.matched != differences.listed:
        # None of the files is here, not even under another name: then it was made for something else.
        foreign = not differences.matched and differences.missing_count and not differences.renamed
        code: RejectCode = "other-artifact" if foreign else "changed-files"
        bad = differences.listed - differences.matched
        reason = (
            f"it is the signature of another artifact: none of its {differences.listed} files is here"
            if foreign
            else f"{bad} of {differences.listed} signed files are changed or missing"
        )
        return Rejected(
            source=bundle.source,
            code=code,
            reason=reason,
            bundle_digest=bundle.digest,
            signer=signer,
            predicate_type=kind,
            differences=differences,
        )
    return Attestation(
        source=bundle.source,
        bundle_digest=bundle.digest,
        statement_digest=statement.digest,
        signer=signer,
        predicate_type=kind,
        unsigned=unsigned,
        ignore_paths=resources.ignore_paths,
        signed_files=differences.listed,
        unchecked=_unchecked(bundle),
    )


def _about_artifact(bundle: Bundle, statement: Statement, signer: Signer, manifest: Manifest) -> Attestation | Rejected:
    if not speaks_about(statement, manifest):
        subject = statement.subjects[0].digest.get("sha256", "")
        found = f"{subject[:12]}…" if subject else "without sha256"
        return Rejected(
            source=bundle.source,
            code="other-artifact",
            reason=f"its subject is {found}, and this artifact is {manifest.digest[:12]}…",
            bundle_digest=bundle.digest,
            signer=signer,
            predicate_type=statement.predicate_type,
            differences=_since(statement, manifest),
        )
    return Attestation(
        source=bundle.source,
        bundle_digest=bundle.digest,
        statement_digest=statement.digest,
        signer=signer,
        predicate_type=statement.predicate_type,
        statement=bundle.payload.decode("utf-8"),
        unchecked=_unchecked(bundle),
    )


def _since(statement: Statement, manifest: Manifest) -> Differences | None:
    """What changed since a statement that lists its artifact's files; only ever used to explain."""
    files = {item.name: item.digest["sha256"] for item in statement.subjects[1:] if "sha256" in item.digest}
    if not files or len(files) != len(statement.subjects) - 1:
        return None
    return compare_files(files, manifest)[0]


def _unchecked(bundle: Bundle) -> tuple[str, ...]:
    counts = (("timestamps", len(bundle.timestamps)), ("log entries", len(bundle.log_entries)))
    return tuple(f"{count} {what}" for what, count in counts if count)


def _reject(
    bundle: Bundle, code: RejectCode, reason: str, signer: Signer | None = None, predicate_type: str = ""
) -> Rejected:
    return Rejected(
        source=bundle.source,
        code=code,
        reason=reason,
        bundle_digest=bundle.digest,
        signer=signer,
        predicate_type=predicate_type,
    )
