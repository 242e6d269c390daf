"""Reading what a bundle says of itself, for people who look before they trust. Nothing here verifies anything."""

from __future__ import annotations

from attest.domain.bundle import Bundle
from attest.domain.claimed import ClaimedBundle, ClaimedCertificate
from attest.domain.statement import Statement, is_model_signature, parse_statement
from attest.domain.strict_json import JsonObject
from attest.errors import AttestError, DocumentError
from attest.signing.keys import load_public_key
from attest.signing.material.certificates import CertificateFault, alternative_names, load_certificate, sigstore_signer
from attest.signing.oms import Resources, read_resources
from attest.signing.verify import OMS_LIMITS

MAX_SHOWN = 20
_WITH = {"publicKey": "key", "certificate": "identity", "x509CertificateChain": "certificate"}


def claimed(bundle: Bundle) -> ClaimedBundle:
    """Everything that `bundle` says; what cannot be read becomes one of its `problems`, never an error."""
    problems: list[str] = []
    statement, resources = _statement(bundle, problems)
    method = ""
    subjects: tuple[str, ...] = ()
    if resources:
        recipe = resources.recipe
        method = f"{recipe.hash_name} of " + (f"shards of {recipe.shard_size} bytes" if recipe.shard_size else "files")
    if statement:
        subjects = tuple(
            f"{item.name} {name}:{value}"
            for item in statement.subjects[:MAX_SHOWN]
            for name, value in item.digest.items()
        )
    return ClaimedBundle(
        source=bundle.source,
        digest=bundle.digest,
        media_type=bundle.media_type,
        signed_with=_WITH[bundle.material],
        key_hint=bundle.key_hint or _carried(bundle),
        certificates=_certificates(bundle, problems),
        predicate_type=statement.predicate_type if statement else "",
        subjects=subjects,
        subject_count=len(statement.subjects) if statement else 0,
        files=len(resources.files) if resources else 0,
        method=method,
        allow_symlinks=bool(resources and resources.allow_symlinks),
        ignore_paths=resources.ignore_paths if resources else (),
        times=_times(bundle, problems),
        logs=tuple(_log(entry) for entry in bundle.log_entries),
        problems=tuple(problems),
    )


def _carried(bundle: Bundle) -> str:
    """The id of the key that a bundle before OMS 1.1 carries; it vouches for nothing."""
    try:
        return load_public_key(bundle.key_bytes.decode("ascii", "replace"), "the key").id if bundle.key_bytes else ""
    except AttestError:
        return ""


def _statement(bundle: Bundle, problems: list[str]) -> tuple[Statement | None, Resources | None]:
    if not bundle.payload_type:
        return None, None
    try:
        statement = parse_statement(bundle.payload, OMS_LIMITS)
    except DocumentError as error:
        problems.append(error.message)
        return None, None
    try:
        return statement, read_resources(statement) if is_model_signature(statement.predicate_type) else None
    except DocumentError as error:
        problems.append(error.message)
        return statement, None


def _certificates(bundle: Bundle, problems: list[str]) -> tuple[ClaimedCertificate, ...]:
    found: list[ClaimedCertificate] = []
    for der in bundle.certificates:
        try:
            found.append(_certificate(der, leaf=not found))
        except CertificateFault as fault:
            problems.append(str(fault))
    return tuple(found)


def _certificate(der: bytes, *, leaf: bool) -> ClaimedCertificate:
    certificate = load_certificate(der)
    claims: tuple[tuple[str, str], ...] = ()
    issuer = ""
    if leaf:
        try:
            signer = sigstore_signer(certificate, ())
            claims, issuer = signer.claims, signer.issuer
        except CertificateFault:
            pass  # no Fulcio certificate
    return ClaimedCertificate(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        names=tuple(f"{kind}:{value}" for kind, value in alternative_names(certificate)),
        not_before=f"{certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}",
        not_after=f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",
        claims=claims,
        oidc_issuer=issuer,
    )


def _times(bundle: Bundle, problems: list[str]) -> tuple[str, ...]:
    if not bundle.timestamps:
        return ()
    from attest.signing.material.timestamps import TimestampFault, read_token

    found = []
    for token in bundle.timestamps:
        try:
            found.append(f"{read_token(token).tst_info.gen_time:%Y-%m-%dT%H:%M:%SZ}")
        except (TimestampFault, ValueError, AttributeError) as fault:
            problems.append(str(fault))
    return tuple(found)


def _log(entry: JsonObject) -> str:
    kind = entry.get("kindVersion")
    text = f"{kind.get('kind')} {kind.get('version')}" if isinstance(kind, dict) else "of no kind"
    return f"an entry {text}, index {str(entry.get('logIndex'))[:20]}"
