"""The one door from Bundle to Attestation. The step numbers are those of `docs/verification.md`, section "Bundles".

Two halves: `read_bundle` establishes who signed what, before any file of the artifact is read, so that the files are
hashed the way the signed list asks for; `verify_bundle` then compares the list with the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attest.domain.attestation import Attestation, Differences, RejectCode, Rejected
from attest.domain.bundle import Bundle
from attest.domain.manifest import Manifest
from attest.domain.recipe import WHOLE, Recipe, RecipeDigests
from attest.domain.statement import (
    LEGACY_PREDICATE,
    STATEMENT_LIMITS,
    Statement,
    digests_given,
    is_model_signature,
    parse_statement,
    speaks_about,
)
from attest.domain.strict_json import Limits
from attest.errors import DocumentError
from attest.signing.authentic import LEGACY_NOTE, Authentic, Refused
from attest.signing.authenticate import authenticate
from attest.signing.oms import Resources, compare, compare_files, read_resources
from attest.signing.trust import Trust

# An OMS payload lists every file, so it may be as large as its bundle and hold a few nodes per file.
OMS_LIMITS = Limits(size=256 << 20, depth=32, nodes=64_000_000)
_OMS_MARK = b"https://model_signing/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An authentic bundle with its statement read; `resources` is the signed list of an OMS signature."""

    authentic: Authentic
    statement: Statement
    resources: Resources | None = None

    @property
    def recipe(self) -> Recipe:
        """How the files must be hashed to be compared with the statement."""
        return self.resources.recipe if self.resources else WHOLE


def read_bundle(bundle: Bundle, trust: Trust) -> Read | Rejected:
    """Who signed, and what: everything about a bundle that does not need the artifact's files.

    Never raises for what the bundle holds: a bundle that proves nothing comes back as Rejected, with its reason.
    """
    try:
        authentic = authenticate(bundle, trust)  # (1)–(4)
    except Refused as refused:
        return Rejected(source=bundle.source, code=refused.code, reason=refused.reason, bundle_digest=bundle.digest)
    # (5) Only now is the payload read.
    kind = ""
    try:
        statement = parse_statement(bundle.payload, OMS_LIMITS if _OMS_MARK in bundle.payload else STATEMENT_LIMITS)
        kind = statement.predicate_type
        if LEGACY_NOTE in authentic.notes and kind != LEGACY_PREDICATE:
            # The broken encoding must not be reachable for anything that later versions write.
            raise DocumentError("it was signed in the old form of OMS v0.2, and its statement is of another form")
        if kind == LEGACY_PREDICATE and not trust.legacy:
            return _rejected(authentic, "legacy", f"{LEGACY_NOTE}; --allow-legacy admits such signatures", kind)
        resources = read_resources(statement) if is_model_signature(kind) else None
    except DocumentError as error:
        return _rejected(authentic, "bad-statement", error.message, kind)
    return Read(authentic=authentic, statement=statement, resources=resources)


def recipes(found: Iterable[Read | Rejected]) -> tuple[Recipe, ...]:
    """Every way of hashing that some authentic signature asks for, besides one SHA-256 per file."""
    return tuple(sorted({item.recipe for item in found if isinstance(item, Read)} - {WHOLE}))


def within(found: Iterable[Read | Rejected], limit: int) -> list[Read | Rejected]:
    """The same, with at most `limit` ways of hashing besides one SHA-256 per file: the first ones that are asked for.

    A signature that asks for one more is rejected, since each way is more work for every byte of the artifact.
    """
    asked: dict[Recipe, None] = {}
    kept: list[Read | Rejected] = []
    for item in found:
        if isinstance(item, Read) and item.recipe != WHOLE:
            if item.recipe not in asked and len(asked) == limit:
                reason = f"it asks for the files to be hashed in one more way, and {limit} others come before it"
                kept.append(_rejected(item.authentic, "unsupported", reason, item.statement.predicate_type))
                continue
            asked[item.recipe] = None
        kept.append(item)
    return kept


def verify_bundle(
    bundle: Bundle, manifest: Manifest, trust: Trust, others: RecipeDigests | None = None
) -> Attestation | Rejected:
    """Decide what `bundle` proves about the artifact in `manifest`, trusting only `trust`.

    `others` holds digests of the files by the recipes that `recipes` names. Never raises for what the bundle holds.
    """
    found = read_bundle(bundle, trust)
    return found if isinstance(found, Rejected) else about(found, manifest, others)


def about(found: Read, manifest: Manifest, others: RecipeDigests | None = None) -> Attestation | Rejected:
    """(6) The statement is about these bytes, all of them and under their names."""
    if found.recipe != WHOLE and found.recipe not in (others or {}):
        reason = "its files are hashed in a way that was not asked for here"
        return _rejected(found.authentic, "unsupported", reason, found.statement.predicate_type)
    if found.resources is not None:
        return _model_signature(found.authentic, found.statement, found.resources, manifest, others)
    return _about_artifact(found.authentic, found.statement, manifest)


def _model_signature(
    authentic: Authentic,
    statement: Statement,
    resources: Resources,
    manifest: Manifest,
    others: RecipeDigests | None,
) -> Attestation | Rejected:
    kind = statement.predicate_type
    if manifest.links and not resources.allow_symlinks:
        reason = f"the artifact holds symbolic links ({manifest.links[0]!r}), and the signer did not allow links"
        return _rejected(authentic, "links", reason, kind)
    differences, unsigned = compare(resources, manifest, others)
    if differences.matched != differences.listed:
        # None of the files is here, not even under another name: then it was made for something else.
        foreign = not differences.matched and differences.missing_count and not differences.renamed
        bad = differences.listed - differences.matched
        reason = (
            f"it is the signature of another artifact: none of its {differences.listed} files is here"
            if foreign
            else f"{bad} of {differences.listed} signed files are changed or missing"
        )
        return _rejected(authentic, "other-artifact" if foreign else "changed-files", reason, kind, differences)
    return _attestation(
        authentic,
        statement,
        unsigned=unsigned,
        ignore_paths=resources.ignore_paths,
        signed_files=differences.listed,
    )


def _about_artifact(authentic: Authentic, statement: Statement, manifest: Manifest) -> Attestation | Rejected:
    if not speaks_about(statement, manifest):
        subject = statement.subjects[0].digest.get("sha256", "")
        found = f"{subject[:12]}…" if subject else "without sha256"
        reason = f"its subject is {found}, and this artifact is {manifest.digest[:12]}…"
        return _rejected(authentic, "other-artifact", reason, statement.predicate_type, _since(statement, manifest))
    return _attestation(authentic, statement, text=authentic.bundle.payload.decode("utf-8"))


def _since(statement: Statement, manifest: Manifest) -> Differences | None:
    """What changed since a statement that lists its artifact's files; only ever used to explain."""
    files = {item.name: item.digest["sha256"] for item in statement.subjects[1:] if "sha256" in item.digest}
    if not files or len(files) != len(statement.subjects) - 1:
        return None
    return compare_files(files, manifest)[0]


def _attestation(
    authentic: Authentic,
    statement: Statement,
    *,
    text: str = "",
    unsigned: tuple[str, ...] = (),
    ignore_paths: tuple[str, ...] = (),
    signed_files: int = 0,
) -> Attestation:
    return Attestation(
        source=authentic.bundle.source,
        bundle_digest=authentic.bundle.digest,
        statement_digest=statement.digest,
        signer=authentic.signer,
        predicate_type=statement.predicate_type,
        statement=text,
        unsigned=unsigned,
        ignore_paths=ignore_paths,
        signed_files=signed_files,
        times=authentic.times,
        logs=authentic.logs,
        unchecked=authentic.unchecked,
        notes=(*authentic.notes, *_outside_oms(authentic.key_kind, statement), *_unread(statement)),
    )


def _outside_oms(key_kind: str, statement: Statement) -> tuple[str, ...]:
    if not is_model_signature(statement.predicate_type) or key_kind.startswith("ECDSA"):
        return ()
    return (f"OMS knows no {key_kind.partition(' ')[0]} keys: other OMS tools cannot verify this signature",)


def _unread(statement: Statement) -> tuple[str, ...]:
    return ("its signer was given the digests and did not read the files",) if digests_given(statement) else ()


def _rejected(
    authentic: Authentic,
    code: RejectCode,
    reason: str,
    predicate_type: str = "",
    differences: Differences | None = None,
) -> Rejected:
    return Rejected(
        source=authentic.bundle.source,
        code=code,
        reason=reason,
        bundle_digest=authentic.bundle.digest,
        signer=authentic.signer,
        predicate_type=predicate_type,
        differences=differences,
    )
